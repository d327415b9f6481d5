#!/bin/sh
# arithmetic.sh - the headers refuse options that give up IEEE arithmetic, and a program linked with such an option
# gets one warning at run time.
#     CCS="gcc clang" sh tests/scripts/arithmetic.sh [build folder]
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0
bad() { echo "arithmetic.sh: $*" >&2; failed=1; }

cat > "$work/program.c" <<'END'
#include <gradus.h>
#include <stdlib.h>
int main(int count, char **words)
{
    (void)words;
    gd_on_error(count > 1 ? NULL : gd_abort);
    for (int i = 0; i < 3; i++) {
        if (gd_item(gd_sum(gd_ones(GD_SHAPE(3)))) != 3 || gd_last_error())
            return 1;
        gd_shutdown();
    }
    return 0;
}
END
for cc in ${CCS:-${CC:-cc}}; do
    for kind in "" 64; do
        compile="$cc -std=c11 -Wall -Wextra -Wpedantic -Werror ${kind:+-DGD_DOUBLE} -Iinclude"
        for level in -O0 -O2; do
            for options in -ffast-math -Ofast -ffinite-math-only -funsafe-math-optimizations -freciprocal-math \
                           "-fassociative-math -fno-signed-zeros -fno-trapping-math" -fno-signed-zeros; do
                ! $compile $level $options -c "$work/program.c" -o "$work/program.o" 2>/dev/null ||
                    bad "$cc $level $options is not refused"
            done
            for options in -fno-math-errno -fno-trapping-math -frounding-math -ffp-contract=fast; do
                $compile $level $options -c "$work/program.c" -o "$work/program.o" ||
                    bad "$cc $level $options is refused"
            done
        done
        $compile -c "$work/program.c" -o "$work/program.o" || exit 1
        for option in -O2 -Ofast; do
            $cc $option "$work/program.o" -o "$work/program" "$build/libgradus$kind.a" $(cat "$build/libs") || exit 1
            "$work/program" 2>"$work/said" || bad "$cc $option: exits with $?"
            said=$(grep -c "the processor is set to take numbers below" "$work/said")
            [ "$option $said" = "-O2 0" ] || [ "$option $said" = "-Ofast 1" ] ||
                bad "linked with $option: $said warnings"
            "$work/program" quiet 2>"$work/said" && [ ! -s "$work/said" ] || bad "$cc $option: not silent"
        done
    done
done
[ $failed = 0 ] &&
    echo "arithmetic.sh: options that give up IEEE arithmetic are refused when compiling, and warned of when linked"
exit $failed
