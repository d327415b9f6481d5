#!/bin/sh
# names.sh - prints the public functions: what the headers declare, and do not define inline, one a line.
#     CC=gcc sh tests/scripts/names.sh
cd "$(dirname "$0")/../.." || exit 1
for header in include/gradus.h include/gradus/*.h; do
    case $header in */double_names.h) ;; *) echo "#include \"$PWD/$header\"" ;; esac
done | ${CC:-cc} -std=c11 -Iinclude -E -P -x c - | awk '
    /^#/ { next }
    { text = text " " $0 }
    END {                                   # declarations at the outermost level, bodies taken out
        depth = 0; statement = ""
        n = length(text)
        for (i = 1; i <= n; i++) {
            c = substr(text, i, 1)
            if (c == "{") depth++
            else if (c == "}") { if (--depth == 0 && statement ~ /\) *$/) { statement = "" } }
            else if (depth > 0) continue
            else if (c == ";") { tell(statement); statement = "" }
            else statement = statement c
        }
    }
    function tell(s) {
        if (s ~ /^ *(typedef|static|extern inline|struct [a-z_]+ *$|enum)/ || s !~ /gd_[A-Za-z0-9_]+ *\(/) return
        match(s, /gd_[A-Za-z0-9_]+ *\(/)
        name = substr(s, RSTART, RLENGTH - 1)
        sub(/ *$/, "", name)
        print name
    }' | LC_ALL=C sort -u
