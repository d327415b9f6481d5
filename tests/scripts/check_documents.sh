#!/bin/sh
# check_documents.sh - fails when README.md does not list a public header or a demo, when one of its relative links is
# broken, or when README.md or a header mentions a function, type or header that does not exist.  First it checks
# itself, on a README with all these faults.
cd "$(dirname "$0")/../.." || exit 1
here=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# faults FOLDER - prints one line for each.
faults() {
    cd "$1" || exit 1
    for file in include/gradus/*.h; do
        grep -q "](${file})" README.md || echo "README.md has no link to $file"
    done
    for file in demos/*.c; do
        grep -q "^| \`$file\`" README.md || echo "README.md does not list $file"
    done
    # [text](target), without the part after #; external links have a colon
    grep -o '\][(][^()]*[)]' README.md | sed 's/^](//; s/)$//; s/#.*//' | grep -v ':' | sort -u |
        while read -r target; do
            [ -z "$target" ] || [ -e "$target" ] || echo "README.md has a link to $target, which does not exist"
        done
    # The names in the headers outside comments, and the names that texts use.
    cat include/gradus.h include/gradus/*.h | sed 's,/\*,\n/*,g; s,\*/,*/\n,g' |
        awk '/^\/\*/ { inside = 1 } !inside { print } /\*\/$/ { inside = 0 }' |
        grep -o 'gd_[A-Za-z0-9_]*' | sort -u > "$work/known"
    for file in README.md include/gradus.h include/gradus/*.h; do
        # a word that ends in _ or stands before capitals or a star is a pattern: gd_NAME_new
        grep -o '[A-Za-z0-9_]*gd_[A-Za-z0-9_]*[*]*' "$file" | grep '^gd_[a-z0-9_]*[a-z0-9]$' | sort -u |
            grep -v -x -f "$work/known" | sed "s,.*,$file mentions &\, which no header declares,"
        grep -o '[a-z_/]*\.h\b' "$file" | sort -u | while read -r header; do
            [ -n "$(find ./include ./src -path "*/$header" -print -quit)" ] || case $header in
                zlib.h|math.h|stdio.h|stddef.h|stdint.h|stdbool.h|stb_image_write.h) ;;
                *) echo "$file mentions $header, which does not exist" ;;
            esac
        done
    done
    cd "$here" || exit 1
}

mkdir -p "$work/probe/include/gradus" "$work/probe/src" "$work/probe/demos"
echo 'int gd_known(void); /* gd_hidden, see lost.h */' > "$work/probe/include/gradus.h"
cp "$work/probe/include/gradus.h" "$work/probe/include/gradus/new.h"
: > "$work/probe/demos/99_new.c"
printf '[a](gone.h) [b](demos/) [c](https://elsewhere.org/x)\n' > "$work/probe/README.md"
noticed=$(faults "$work/probe" | wc -l)
if [ "$noticed" != 8 ]; then
    faults "$work/probe" >&2
    echo "check_documents.sh: the self-check failed: $noticed of 8 faults are noticed" >&2
    exit 1
fi
found=$(faults .)
[ -z "$found" ] && exit 0
echo "$found" >&2
exit 1
