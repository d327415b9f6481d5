#!/bin/sh
# check_documents.sh [FOLDER] - fails when README.md does not list a public header, a demo or another document, or a
# list of the exercises not each of them; when a relative link in a document leads nowhere; when a document or a public
# header speaks of a function, a macro, a file or a target of make that there is not; and when the newest version in
# CHANGELOG.md is not GD_VERSION.  First it checks itself, on a README with all these faults.
cd "$(dirname "$0")/../.." || exit 1
here=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# without_comments FILE.. - C without its comments.
without_comments() {
    cat "$@" | sed 's,/\*,\n/*,g; s,\*/,*/\n,g' |
        awk '/^\/\*/ { inside = 1 } !inside { print } /\*\/$/ { inside = 0 }'
}

# unknown WHAT FILE KNOWN - the words on standard input that are not in KNOWN; one line for each.
unknown() {
    sort -u | grep -v -x -F -f "$3" | sed "s,.*,$2 speaks of &\, $1,"
}

# links FILE - to nowhere.  [text](target), the part behind # left out; pages elsewhere have a colon.
links() {
    grep -o '\][(][^()]*[)]' "$1" | sed 's/^](//; s/)$//; s/#.*//' | grep -v ':' | sort -u |
        while read -r target; do
            [ -z "$target" ] || [ -e "$(dirname "$1")/$target" ] || echo "$1 has a link to $target, which is not there"
        done
}

# headers FILE - that are not there.
headers() {
    grep -o '[a-z_/0-9]*\.h\b' "$1" | sort -u | while read -r header; do
        [ -n "$(find ./include ./src -path "*/$header" -print -quit)" ] || case $header in
            zlib.h|math.h|stdio.h|stddef.h|stdint.h|stdbool.h|stb_image_write.h) ;;
            *) echo "$1 speaks of $header, which is not there" ;;
        esac
    done
}

# mentions FILE - what stands in a document between `backquotes`, one a line; blocks of code are left out.
mentions() {
    awk '/^```/ { block = !block; next } !block' "$1" | grep -o '`[^`]*`' | tr -d '`'
}

# names FILE - files, folders, private names and targets of make that a document mentions, and that are not there.
names() {
    mentions "$1" | grep -x '[A-Za-z0-9_/.-]*\.\(c\|h\|sh\|mk\|awk\|md\)' | sort -u | while read -r file; do
        [ -n "$(find . -path "*/${file#../}" -print -quit)" ] || case $file in
            stb_image_write.h) ;;
            *) echo "$1 speaks of $file, which is not there" ;;
        esac
    done
    mentions "$1" | grep -x '[a-z_/]*/' | sort -u | while read -r folder; do
        [ -d "$folder" ] || [ -d "src/$folder" ] || case $folder in
            build/|data/|out/) ;;
            *) echo "$1 speaks of the folder $folder, which is not there" ;;
        esac
    done
    mentions "$1" | sed 's/()$//' | grep -x '[a-z0-9]*_[a-z0-9_]*[a-z0-9]\|G[DI]_[A-Z0-9_]*[A-Z0-9]' | grep -v '^gd_' |
        unknown "which is nowhere in the sources" "$1" "$work/words"
    mentions "$1" | sed -n 's/^make \([a-z][a-z_.-]*\)\( .*\)*$/\1/p' |
        unknown "which is no target" "$1" "$work/targets"
}

# faults FOLDER - one line for each.
faults() {
    cd "$1" || exit 1
    for file in include/gradus/*.h; do
        grep -q "](${file})" README.md || echo "README.md has no link to $file"
    done
    for file in $(find demos -path demos/chapter -prune -o -name '*.c' -print); do
        grep -q "^| \`$file\`" README.md || echo "README.md does not list $file"
    done
    for file in $(cd demos/chapter 2>/dev/null && ls -- *.c 2>/dev/null); do
        grep -q "^| \[\`$file\`\]" demos/chapter/README.md || echo "demos/chapter/README.md does not list $file"
    done
    for file in $(cd exercises 2>/dev/null && ls -- [0-9]*.c 2>/dev/null); do
        for list in exercises/README.md docs/zh/exercises.md; do
            [ ! -e "$list" ] || grep -q "^| \[*\`$file\`" "$list" || echo "$list does not list $file"
        done
    done
    for file in docs/*.md CONTRIBUTING.md CHANGELOG.md; do
        [ ! -e "$file" ] || grep -q "]($file)" README.md || echo "README.md has no link to $file"
    done
    # Documents in folders of docs are in the table of contents there, README.md, or in one of the READMEs above.
    for file in $(find docs -mindepth 2 -name '*.md'); do
        folder=$(dirname "$file") name=$(basename "$file")
        grep -q "]([^()]*$(basename "$folder")/$name)" README.md docs/*/README.md exercises/README.md 2>/dev/null ||
            grep -q "]($name)" "$folder/README.md" 2>/dev/null ||
            echo "no README.md has a link to $file"
    done
    without_comments include/gradus.h include/gradus/*.h | grep -o 'gd_[A-Za-z0-9_]*' | sort -u > "$work/known"
    find include src tests demos lab bench exercises docs -type f -name '*.[ch]' -exec cat {} + |
        grep -o '[A-Za-z0-9_]*' | grep _ | sort -u > "$work/words"
    cat Makefile *.mk bench/*.mk 2>/dev/null | grep -o '^[a-z][a-z_. -]*:' | tr -d : | tr ' ' '\n' |
        sort -u > "$work/targets"
    for file in README.md CONTRIBUTING.md $(find docs -name '*.md') exercises/README.md include/gradus.h \
        include/gradus/*.h; do
        [ -e "$file" ] || continue
        # a word that ends in _ or stands before capitals or a star is a pattern: gd_NAME_new
        grep -o '[A-Za-z0-9_]*gd_[A-Za-z0-9_]*[*]*' "$file" | grep '^gd_[a-z0-9_]*[a-z0-9]$' |
            unknown "which no header declares" "$file" "$work/known"
        case $file in
            README.md) links "$file"; headers "$file" ;;
            *.md)      links "$file"; names "$file" ;;
            *)         headers "$file" ;;
        esac
    done
    [ ! -e CHANGELOG.md ] || links CHANGELOG.md
    version=$(sed -n 's/^#define GD_VERSION "\(.*\)"$/\1/p' include/gradus/version.h 2>/dev/null)
    newest=$(sed -n 's/^## \[\([0-9.]*\)\].*/\1/p' CHANGELOG.md 2>/dev/null | head -n 1)
    [ "$version" = "$newest" ] || echo "CHANGELOG.md begins with ${newest:-no version}, and GD_VERSION is $version"
    cd "$here" || exit 1
}

mkdir -p "$work/probe/include/gradus"
for folder in src tests demos lab bench docs docs/zh exercises; do mkdir "$work/probe/$folder"; done
echo 'int gd_known(void); /* gd_hidden, see lost.h */' > "$work/probe/include/gradus.h"
cp "$work/probe/include/gradus.h" "$work/probe/include/gradus/new.h"
echo '#define GD_VERSION "0.3.0"' > "$work/probe/include/gradus/version.h"
echo 'all:' > "$work/probe/Makefile"
: > "$work/probe/demos/99_new.c"
: > "$work/probe/exercises/01_new.c"
echo '[a](../page.md) [b](nowhere.md)' > "$work/probe/docs/zh/exercises.md"
printf '[a](gone.h) [b](demos/) [c](https://elsewhere.org/x) [v](include/gradus/version.h)\n' > "$work/probe/README.md"
printf '## [0.2.0]\n' > "$work/probe/CHANGELOG.md"
cat > "$work/probe/docs/page.md" <<'END'
[a](../README.md) [b](nowhere.md) `gd_known` `gd_unknown` gd_NAME `gi_unknown` `GI_UNKNOWN` `new.h` `lost.c` `demos/`
`lost/` `make all` `make nothing`
```
`not_looked_at`
```
END
mkdir "$work/probe/docs/part"
printf '[a](gone.md)\n' > "$work/probe/docs/part/page.md"
noticed=$(faults "$work/probe" | wc -l)
if [ "$noticed" != 23 ]; then
    faults "$work/probe" >&2
    echo "check_documents.sh: it notices $noticed faults of 23 in documents made for it" >&2
    exit 1
fi
found=$(faults .)
[ -z "$found" ] && exit 0
echo "$found" >&2
exit 1
