#!/bin/sh
# check_dead.sh - fails when a public function takes a tensor, or a struct with tensors in it, and no row of
# tests/library/dead_rows.h passes it a dead one as that argument.  First it checks itself, on a header with an unknown
# function.
cd "$(dirname "$0")/../.." || exit 1
rows=tests/library/dead_rows.h

# "function argument" for each parameter that holds tensors, except results (dxs, ..) and types of functions.
places() {
    awk '
        /^#/ || continued { continued = /\\$/; next }
        { text = text " " $0 }
        END {
            while ((from = index(text, "/*")) > 0) {
                length_ = index(substr(text, from + 2), "*/")
                text = substr(text, 1, from - 1) " " substr(text, from + length_ + 3)
            }
            structs = "gd_dataset"
            while (match(text, /typedef struct gd_[a-z0-9_]+ [{][^{}]*gd_tensor [^{}]*[}]/)) {   # layers are such
                s = substr(text, RSTART + 15, RLENGTH - 15)
                sub(/ .*/, "", s)
                if (s ~ /^gd_(cell|linear|lstm_state|multihead|[a-z0-9_]*_layer)$/)
                    structs = structs "|" s
                text = substr(text, 1, RSTART - 1) substr(text, RSTART + RLENGTH)
            }
            n = split(text, statement, ";")
            for (i = 1; i <= n; i++) {
                s = statement[i]
                sub(/.*[{}]/, "", s)
                if (s ~ /typedef/ || !match(s, /gd_[a-z0-9_]+\(/))
                    continue
                name = substr(s, RSTART, RLENGTH - 1)
                s = substr(s, RSTART + RLENGTH)
                sub(/\).*/, "", s)
                k = split(s, parameter, ",")
                for (j = 1; j <= k; j++) {
                    p = parameter[j]
                    if (p !~ ("(^|[^a-z0-9_])(gd_tensor|" structs ")[^a-z0-9_]") ||
                        p ~ /dxs|jvp|hvs|jacobians|hessians/)
                        continue
                    sub(/\[\].*/, "", p)
                    sub(/[ ]*$/, "", p)
                    sub(/.*[ *]/, "", p)
                    print name, p
                }
            }
        }' "$@" | sort -u
}

missing() {
    places "$@" | while read -r name argument; do
        grep -q "^DEAD[A-Z_]*($name, *$argument," $rows || echo "$name $argument"
    done
}

probe=$(mktemp) || exit 1
trap 'rm -f "$probe"' EXIT
printf 'bool gd_unheard_of(int n,\n    gd_tensor *const xs[]);\n' > "$probe"
if [ "$(missing "$probe")" != "gd_unheard_of xs" ]; then
    echo "check_dead.sh: the self-check failed: a missing row is not noticed" >&2
    exit 1
fi
[ "$1" = --list ] && { places include/gradus/*.h; exit; }

number=$(places include/gradus/*.h | wc -l)
if [ "$number" -lt 150 ]; then
    echo "check_dead.sh: only $number parameters that hold tensors were found in include/gradus" >&2
    exit 1
fi
left=$(missing include/gradus/*.h)
[ -z "$left" ] && exit 0
echo "$left" | sed "s|^|$rows: no row for |" >&2
exit 1
