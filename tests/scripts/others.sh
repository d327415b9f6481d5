#!/bin/sh
# others.sh BUILD - compiles and runs demos/others, where their libraries are installed: NLopt, GSL and liblbfgs reach
# the loss that the programs ask for; no program has more than thirty lines of code.
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
warnings="-std=c11 -O1 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror"
ran=
for program in nlopt gsl liblbfgs; do
    case $program in
        nlopt)    libraries="-lnlopt" ;;
        gsl)      libraries="-lgsl -lgslcblas" ;;
        liblbfgs) libraries="-llbfgs" ;;
    esac
    source=demos/others/$program.c
    lines=$(sed '/^\/\*/,/\*\/$/d; /^$/d' "$source" | wc -l)
    [ "$lines" -le 30 ] || { echo "others.sh: $source has $lines lines" >&2; exit 1; }
    if ! echo 'int main(void) { return 0; }' | ${CC:-cc} -include "$(sed -n 's/^#include <\(.*\)>$/\1/p' "$source" |
            grep -v stdlib)" -x c - -o "$work/probe" $libraries 2>/dev/null; then
        [ -z "$GRADUS_CI" ] || { echo "others.sh: the library of $program is not installed" >&2; exit 1; }
        echo "others.sh: the library of $program is not installed: passed over"
        continue
    fi
    ${CC:-cc} $warnings -DGD_DOUBLE -Iinclude "$source" -o "$work/program" "$build/libgradus64.a" $libraries \
        $(cat "$build/libs") && "$work/program" > "$work/said" ||
        { cat "$work/said" >&2; echo "others.sh: $program failed" >&2; exit 1; }
    ran="$ran $(cat "$work/said");"
done
echo "others.sh:${ran:- nothing was run}"
