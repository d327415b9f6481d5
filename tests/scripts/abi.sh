#!/bin/sh
# abi.sh [--write] - compares the binary interface with packaging/abi.txt, or writes that file: the declarations of all
# exported functions, the sizes of all public structs and the offsets and sizes of their members, the values of all
# enumerators, for float and for double.  docs/packaging.md says when it may change.
#     CC=gcc sh tests/scripts/abi.sh
cd "$(dirname "$0")/../.." || exit 1
file=packaging/abi.txt
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
compile="${CC:-cc} -std=c11 -Iinclude"

# Sizes are those of 64-bit systems on which int is 32 bits and long 64.
printf 'int a[sizeof(void *) == 8 && sizeof(long) == 8 && sizeof(int) == 4 ? 1 : -1];\n' |
    ${CC:-cc} -x c -c -o /dev/null - 2>/dev/null ||
    { echo "abi.sh: another data model than LP64: not compared"; exit 0; }

for header in include/gradus.h include/gradus/*.h; do
    case $header in */double_names.h) ;; *) echo "#include \"$PWD/$header\"" ;; esac
done >"$work/all.h"
$compile -E -P -x c "$work/all.h" >"$work/all" || exit 1
# Only what the project's headers declare: the system's come before the first name of its own.
awk 'on || /gd_/ { on = 1; print }' "$work/all" >"$work/own"

layout() {                                  # FLAGS: struct NAME.MEMBER OFFSET+SIZE, a line each
    { printf '#include "%s"\n#include <stddef.h>\n#include <stdio.h>\n' "$work/all.h"
      echo "gd_real gd_item(const gd_tensor *t) { (void)t; return 0; }"          # headers refer to it
      printf 'int main(void)\n{\n'
      awk -v what=program -f packaging/abi.awk "$work/own"; } >"$work/layout.c"
    $compile "$@" -O0 "$work/layout.c" -o "$work/layout" && "$work/layout"
}
layout >"$work/float" && layout -DGD_DOUBLE >"$work/double" || exit 1

{
    echo "# The binary interface; see tests/scripts/abi.sh.  Functions as declared (gd_ is gd64_ in libgradus64); sizes"
    echo "# in bytes and offset+size of members on 64-bit systems, in libgradus and libgradus64."
    awk -v what=functions -f packaging/abi.awk "$work/own" | LC_ALL=C sort -u
    paste -d ' ' "$work/float" "$work/double" | awk '$2 == "" || $1 " " $2 != $4 " " $5 { print "PASTE" ; next }
        { print $1, $2, $3, ($3 == $6 ? "" : $6) }' | sed 's/ *$//'
} >"$work/abi.txt"
functions=$(grep -c ';$' "$work/abi.txt") structs=$(grep -c '^struct [a-z0-9_]* ' "$work/abi.txt")
if grep -q PASTE "$work/abi.txt" || [ "$functions" -lt 400 ] || [ "$structs" -lt 60 ]; then
    echo "abi.sh: the headers are not understood: $functions functions, $structs structs" >&2
    exit 1
fi

if [ "$1" = --write ]; then
    cp "$work/abi.txt" $file
elif ! cmp -s "$work/abi.txt" $file; then
    diff $file "$work/abi.txt" | grep '^[<>]' >&2
    echo "The binary interface is not that of $file (<): if that is meant, run make abi, and see docs/packaging.md" >&2
    exit 1
fi
echo "abi.sh: $functions functions and $structs structs, as in $file"
