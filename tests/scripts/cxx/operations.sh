#!/bin/sh
# operations.sh [--write] - the functions that return a tensor have forms in include/gradus.hpp that return a
# gradus::tensor: compares the list there with the headers, or writes it.
cd "$(dirname "$0")/../../.." || exit 1
file=include/gradus.hpp
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# Left out: what may be NULL without a failure, and what only rules and algorithms call.
cat include/gradus/*.h | grep -o '^ *gd_tensor *\*gd_[a-z0-9_]*(' | sed 's/.*\*gd_//; s/($//' | sort -u |
    grep -v '^\(optimizer_.*\|node_.*\|function\|gradient_hook\)$' > "$work/names"
[ "$(wc -l < "$work/names")" -gt 150 ] || { echo "operations.sh: too few functions were found" >&2; exit 1; }
awk '
    { word = "GRADUS_CALLS(" $0 ")" }
    length(line) + length(word) > 118 { print line; line = "" }
    { line = line (line == "" ? "" : " ") word }
    END { print line }' "$work/names" > "$work/lines"
awk -v lines="$work/lines" '
    /^GRADUS_CALLS/ && done { next }
    /^GRADUS_CALLS/         { while ((getline line < lines) > 0) print line; done = 1; next }
                            { print }' "$file" > "$work/new"
if [ "$1" = --write ]; then
    cmp -s "$work/new" "$file" || cp "$work/new" "$file"
elif ! cmp -s "$work/new" "$file"; then
    diff "$file" "$work/new" >&2
    echo "operations.sh: the list in $file does not fit the headers: run make names" >&2
    exit 1
fi
