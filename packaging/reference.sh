#!/bin/sh
# reference.sh FOLDER - man pages, FOLDER/man3/gd_NAME.3 and gradus.3, and the reference in HTML, FOLDER/html, from the
# comments in the headers, with examples and indexes; reference.sh --check only looks whether every public name has a
# comment, every function a place in docs/pytorch-names.md and every header a topic and an example.
cd "$(dirname "$0")/.." || exit 1
version=$(sed -n 's/^#define GD_VERSION "\(.*\)"$/\1/p' include/gradus/version.h)
headers=$(LC_ALL=C ls include/gradus/*.h | grep -v double_names)
write() {
    awk -v format="$1" -v out="$2" -v version="$version" -v topics=packaging/topics.txt -v examples=docs/examples \
        -v pytorch=docs/pytorch-names.md -f packaging/reference.awk -f packaging/reference_html.awk \
        -f packaging/reference_index.awk include/gradus.h $headers
}

if [ "$1" = --check ]; then
    work=$(mktemp -d) || exit 1
    trap 'rm -rf "$work"' EXIT
    mkdir "$work/man3" && write man "$work/man3" || exit 1
    lacking=$(sh tests/scripts/names.sh | while read -r name; do [ -s "$work/man3/$name.3" ] || echo "$name"; done)
    [ -z "$lacking" ] || { echo "reference.sh: no page is made for $lacking" >&2; exit 1; }
    command -v groff >/dev/null || exit 0
    cat "$work"/man3/*.3 | groff -man -ww -z -K utf8 >"$work/log" 2>&1
    [ ! -s "$work/log" ] || { cat "$work/log" >&2; exit 1; }
else
    rm -rf "$1/man3" "$1/html"
    mkdir -p "$1/man3" "$1/html" && write man "$1/man3" >"$1/log" && write html "$1/html" >"$1/log"
fi
