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

# In the functions below, FILE.. are looked at together, and words go around as lines "FILE WORD": a process for each
# word, or for each file, would take a minute.

# words PATTERN FILE.. - what matches.
words() {
    pattern=$1
    shift
    grep -o -H "$pattern" "$@" /dev/null | sed 's/:/ /'
}

# unknown WHAT KNOWN - those on standard input that are not in KNOWN; one line for each.
unknown() {
    sort -u | awk -v what="$1" '
        FILENAME != "-" { known[$0]; next }
        !($2 in known)  { print $1 " speaks of " $2 ", " what }' "$2" -
}

# links FILE.. - to nowhere.  [text](target), the part behind # left out; pages elsewhere have a colon.
links() {
    words '\][(][^()]*[)]' "$@" | sed 's/ ](/ /; s/)$//; s/#.*//' | sort -u | while read -r file target; do
        case $file in
            */*) from=${file%/*} ;;
            *)   from=. ;;
        esac
        case $target in
            ''|*:*) ;;
            *) [ -e "$from/$target" ] || echo "$file has a link to $target, which is not there" ;;
        esac
    done
}

# headers FILE.. - that are not there.
headers() {
    words '[a-z_/0-9]*\.h\b' "$@" | grep -v ' \(zlib\|math\|std[a-z]*\|stb_image_write\)\.h$' |
        unknown "which is not there" "$work/headers"
}

# mentions FILE.. - what stands in documents between `backquotes`; blocks of code are left out.
mentions() {
    awk '
        FNR == 1 { block = 0 }
        /^```/   { block = !block; next }
        block    { next }
        {
            while (match($0, /`[^`]*`/)) {
                print FILENAME " " substr($0, RSTART + 1, RLENGTH - 2)
                $0 = substr($0, RSTART + RLENGTH)
            }
        }' "$@"
}

# names FILE.. - files, folders, private names and targets of make that documents mention, and that are not there.
names() {
    mentions "$@" | sort -u > "$work/mentions"
    grep ' [A-Za-z0-9_/.-]*\.\(c\|h\|sh\|mk\|awk\|md\)$' "$work/mentions" | grep '^[^ ]* [^ ]*$' |
        grep -v ' stb_image_write\.h$' | sed 's, \(\.\./\)*, ,' | unknown "which is not there" "$work/files"
    grep '^[^ ]* [a-z_/]*/$' "$work/mentions" | while read -r file folder; do
        [ -d "$folder" ] || [ -d "src/$folder" ] || case $folder in
            build/|data/|out/) ;;
            *) echo "$file speaks of the folder $folder, which is not there" ;;
        esac
    done
    sed 's/()$//' "$work/mentions" |
        grep '^[^ ]* \([a-z0-9]*_[a-z0-9_]*[a-z0-9]\|G[DI]_[A-Z0-9_]*[A-Z0-9]\)$' | grep -v ' gd_' |
        unknown "which is nowhere in the sources" "$work/words"
    sed -n 's/^\([^ ]*\) make \([a-z][a-z_.-]*\)\( .*\)*$/\1 \2/p' "$work/mentions" |
        unknown "which is no target" "$work/targets"
}

# endings - of the paths on standard input: for ./a/b/c.h these are a/b/c.h, b/c.h and c.h.
endings() { awk '{ while (sub(/^[^\/]*\//, "")) print }' | sort -u; }

# faults FOLDER - one line for each.
faults() {
    cd "$1" || exit 1
    find . \( -path ./build -o -path ./out -o -path ./.git \) -prune -o -type f -print | endings > "$work/files"
    find ./include ./src -name '*.h' | endings > "$work/headers"
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
        folder=${file%/*} name=${file##*/}
        grep -q "]([^()]*${folder##*/}/$name)" README.md docs/*/README.md exercises/README.md 2>/dev/null ||
            grep -q "]($name)" "$folder/README.md" 2>/dev/null ||
            echo "no README.md has a link to $file"
    done
    without_comments include/gradus.h include/gradus/*.h | grep -o 'gd_[A-Za-z0-9_]*' | sort -u > "$work/known"
    find include src tests demos lab bench exercises docs -type f -name '*.[ch]' -exec cat {} + |
        grep -o '[A-Za-z0-9_]*' | grep _ | sort -u > "$work/words"
    cat Makefile *.mk bench/*.mk 2>/dev/null | grep -o '^[a-z][a-z_. -]*:' | tr -d : | tr ' ' '\n' |
        sort -u > "$work/targets"
    pages=$(ls -d CONTRIBUTING.md exercises/README.md $(find docs -name '*.md') 2>/dev/null)
    # a word that ends in _ or stands before capitals or a star is a pattern: gd_NAME_new
    words '[A-Za-z0-9_]*gd_[A-Za-z0-9_]*[*]*' README.md $pages include/gradus.h include/gradus/*.h |
        grep ' gd_[a-z0-9_]*[a-z0-9]$' | unknown "which no header declares" "$work/known"
    links README.md $pages
    headers README.md include/gradus.h include/gradus/*.h
    [ -z "$pages" ] || names $pages
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
