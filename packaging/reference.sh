#!/bin/sh
# reference.sh FOLDER - man pages, FOLDER/man3/gd_NAME.3 and gradus.3, and the reference in HTML, FOLDER/html, from the
# comments in the headers, with examples and indexes; reference.sh --check only looks whether every public name has a
# comment, every function a place in docs/pytorch-names.md, every header a topic and an example, and every link an end.
cd "$(dirname "$0")/.." || exit 1
version=$(sed -n 's/^#define GD_VERSION "\(.*\)"$/\1/p' include/gradus/version.h)
headers=$(LC_ALL=C ls include/gradus/*.h | grep -v double_names)
write() {
    awk -v format="$1" -v out="$2" -v version="$version" -v topics=packaging/topics.txt -v examples=docs/examples \
        -v pytorch=docs/pytorch-names.md -f packaging/reference.awk -f packaging/reference_man.awk \
        -f packaging/reference_html.awk -f packaging/reference_text.awk -f packaging/reference_index.awk \
        include/gradus.h $headers
}

# dead_links PAGE.. - fails when a link leads nowhere, or two places of a page have one name.
dead_links() {
    awk '
        FNR == 1 { page = FILENAME; sub(/.*\//, "", page); there[page] = 1 }
        {
            for (rest = $0; match(rest, / (id|href)="[^"]*"/); rest = substr(rest, RSTART + RLENGTH)) {
                what = substr(rest, RSTART + 1, RLENGTH - 2)
                if (sub(/^href="/, "", what)) links[page, what] = (what ~ /^#/ ? page : "") what
                else { sub(/^id="/, "", what); if (there[page "#" what]++) bad[page ": twice " what] = 1 }
            }
        }
        END {
            for (at in links) if (!(links[at] in there) && links[at] != "reference.css") bad["leads nowhere: " at] = 1
            for (text in bad) { sub(SUBSEP, " to ", text); print "reference.sh: " text; failed = 1 }
            exit failed
        }' "$@" >&2
}

if [ "$1" = --check ]; then
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/man3" && write man "$work/man3" || exit 1
    lacking=$(sh tests/scripts/names.sh | while read -r name; do [ -s "$work/man3/$name.3" ] || echo "$name"; done)
    [ -z "$lacking" ] || { echo "reference.sh: no page is made for $lacking" >&2; exit 1; }
    mkdir "$work/html" && write html "$work/html" >/dev/null && dead_links "$work"/html/*.html || exit 1
    command -v groff >/dev/null || exit 0
    cat "$work"/man3/*.3 | groff -man -ww -z -K utf8 >"$work/log" 2>&1
    [ ! -s "$work/log" ] || { cat "$work/log" >&2; exit 1; }
else
    rm -rf "$1/man3" "$1/html"
    mkdir -p "$1/man3" "$1/html" && write man "$1/man3" >"$1/log" && write html "$1/html" >"$1/log" &&
        cp packaging/reference.css "$1/html"
fi
