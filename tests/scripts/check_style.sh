#!/bin/sh
# check_style.sh [FILE..] - fails when a file does not follow .editorconfig: tabs outside of makefiles, carriage
# returns, trailing blanks, a missing newline at the end, more than 120 columns.  Without FILE, all text files of the
# tree.  First it checks itself, on files with all these faults.
cd "$(dirname "$0")/../.." || exit 1

# The text files of the tree, whether git knows them yet or not.
files() {
    find . -type d \( -name .git -o -path ./build -o -path ./out -o -path ./data -o -path ./tests/golden \) -prune \
        -o -type f \( -name '*.[ch]' -o -name '*.cpp' -o -name '*.hpp' \
        -o -name '*.py' -o -name '*.sh' -o -name '*.md' -o -name '*.mk' \
        -o -name Makefile -o -name LICENSE -o -name .gitignore -o -name .clang-format -o -name .editorconfig \
        -o -path './.ci/*' \) -print
}

# faults FILE.. - one line for each.  A character takes one column, however many bytes it has in UTF-8.
faults() {
    LC_ALL=C awk '
        function bad(what) { print FILENAME ":" FNR ": " what }
        FNR == 1 {
            makefile = FILENAME ~ /(^|\/)Makefile$|\.mk$/
            markdown = FILENAME ~ /\.md$/
        }
        /\t/ && !makefile           { bad("a tab") }
        /\r/                        { bad("a carriage return") }
        /[ \t]$/ && !markdown       { bad("trailing blanks") }
        length($0) > 120 && !makefile && !markdown {
            line = $0
            gsub(/[\200-\277]/, "", line)
            if (length(line) > 120)
                bad(length(line) " columns: at most 120")
        }
    ' "$@"
    # As many newlines as last characters: otherwise one file after the other, which takes seconds.
    if [ "$(tail -q -c 1 "$@" | tr -d -c '\n' | wc -c)" -ne $# ]; then
        for file in "$@"; do
            [ -z "$(tail -c 1 "$file")" ] || echo "$file: no newline at the end"
        done
    fi
}

probe=$(mktemp -d) || exit 1
trap 'rm -rf "$probe"' EXIT
wide=$(printf '%0120d' 0)
printf '\tx;\ny; \nz;\r\n%s0\nend' "$wide" > "$probe/wrong.c"
printf 'x;\n%s\n' "$wide" > "$probe/right.c"
printf '%s\303\244\n' "${wide#?}" > "$probe/umlaut.h"
printf 'all:\n\techo %s\n' "$wide" > "$probe/Makefile"
printf '| %s |\n[1, \n' "$wide" > "$probe/right.md"
if [ "$(faults "$probe"/wrong.c | wc -l)" != 5 ]; then
    faults "$probe"/wrong.c >&2
    echo "check_style.sh: it does not notice what is wrong" >&2
    exit 1
fi
refused=$(faults "$probe/right.c" "$probe/umlaut.h" "$probe/Makefile" "$probe/right.md")
if [ -n "$refused" ]; then
    echo "check_style.sh: it refuses what is right: $refused" >&2
    exit 1
fi

[ $# -gt 0 ] || set -- $(files)
[ $# -gt 0 ] || { echo "check_style.sh: there are no files" >&2; exit 1; }
found=$(faults "$@")
[ -z "$found" ] && exit 0
echo "$found" >&2
exit 1
