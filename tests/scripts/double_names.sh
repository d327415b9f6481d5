#!/bin/sh
# double_names.sh [--write] - checks that include/gradus/double_names.h renames every public function, or writes it.
cd "$(dirname "$0")/../.." || exit 1
file=include/gradus/double_names.h
work=$(mktemp) || exit 1
trap 'rm -f "$work" "$work.names"' EXIT
sh tests/scripts/names.sh > "$work.names"
[ "$(wc -l < "$work.names")" -gt 200 ] || { echo "double_names.sh: too few public functions were found" >&2; exit 1; }

{
    cat <<'END'
/* double_names.h - the functions of libgradus64 have symbols of their own: gd_sum is gd64_sum there.  So a program
 * that was compiled for one library does not link with the other, and both can be loaded into one process.  Sources
 * and messages say gd_sum in either case; only dlsym and bindings must know.
 * Written by `make names` from the other headers; `make test` fails when it is out of date. */
#ifndef GRADUS_DOUBLE_NAMES_H
#define GRADUS_DOUBLE_NAMES_H

#if defined(__PRAGMA_REDEFINE_EXTNAME)
#define GD_RENAME(name)  GD_RENAME_(redefine_extname gd_##name gd64_##name)
#define GD_RENAME_(text) _Pragma(#text)

END
    sed 's/^gd_\(.*\)/GD_RENAME(\1)/' "$work.names"
    printf '\n#else\n\n'
    sed 's/^gd_\(.*\)/#define gd_\1 gd64_\1/' "$work.names"
    printf '\n#endif\n\n#endif\n'
} > "$work"

if [ "$1" = --write ]; then
    cmp -s "$work" $file || cp "$work" $file
    chmod 644 $file
elif ! cmp -s "$work" $file; then
    diff $file "$work" | grep '^[<>] GD_RENAME' >&2
    echo "$file does not fit the other headers: run make names" >&2
    exit 1
fi
