#!/bin/sh
# debug.sh - installs to a temporary folder and links a program that uses a dead tensor with libgradus-debug and
# libgradus64-debug, shared and static, through pkg-config: each must report it.  With the plain libraries the program
# runs silently.
#     CC=gcc sh tests/scripts/debug.sh [build folder]
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
say() { echo "debug.sh: $*" >&2; exit 1; }
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; say "failed: $*"; }; }

cat >"$work/program.c" <<'END'
#include <gradus.h>

int main(void)
{
    gd_tensor *dead;
    {
        GD_SCOPE;
        dead = gd_ones(GD_SHAPE(2));
    }
    GD_SCOPE;
    gd_tensor *other = gd_full(GD_SHAPE(2), 7);
    (void)gd_add(other, dead);
    return 0;
}
END
quietly ${MAKE:-make} BUILD="$build" install PREFIX="$work/prefix"
export PKG_CONFIG_PATH="$work/prefix/lib/pkgconfig" LD_LIBRARY_PATH="$work/prefix/lib"
for library in gradus gradus64; do
    for suffix in "" -debug; do
        expected=
        [ -z "$suffix" ] || expected="gd_add: b was made in a scope that has ended"
        quietly ${CC:-cc} -std=c11 "$work/program.c" -o "$work/shared" $(pkg-config --cflags --libs $library$suffix)
        quietly ${CC:-cc} -std=c11 "$work/program.c" -o "$work/static" \
            -static $(pkg-config --static --cflags --libs $library$suffix)
        for kind in shared static; do
            printed=$("$work/$kind" 2>&1) || say "$kind with $library$suffix: exited with $?: $printed"
            [ "$printed" = "$expected" ] || say "$kind with $library$suffix: \"$printed\" instead of \"$expected\""
        done
    done
done
quietly ${MAKE:-make} -s BUILD="$build" "$build/libs"
LIBS=$(cat "$build/libs") sh tests/scripts/shared.sh "$build" -debug || exit 1
echo "debug.sh: the installed debug libraries report dead tensors"
