#!/bin/sh
# cxx.sh - compiles tests/scripts/cxx/program.cpp in every standard from C++11 on, without a warning, and runs it with
# both libraries.
#     CXXS="g++ clang++" sh tests/scripts/cxx.sh [build folder]
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
libs=$(cat "$build/libs")
number=0
for cxx in ${CXXS:-${CXX:-c++}}; do
    for field in "float x" "long x" "unsigned char x"; do
        echo "#include <gradus.h>
            struct o { double lr; $field; };
            gd_option options[] = { GD_OPTION(o, x, \"[]\", 0, 1) };" > "$work/field.cpp"
        ! $cxx -std=c++11 -Iinclude -fsyntax-only "$work/field.cpp" 2>"$work/said" &&
            grep -q "field of an option" "$work/said" ||
            { echo "cxx.sh: $cxx does not refuse an option with the field $field" >&2; exit 1; }
    done
    for standard in 11 14 17 20; do
        for kind in "" 64; do
            double=${kind:+-DGD_DOUBLE}
            $cxx -std=c++$standard $warnings $double -Iinclude -c tests/scripts/cxx/program.cpp \
                -o "$work/program.o" || exit 1
            for library in "$build/libgradus$kind.a" "$build/libgradus$kind.so"; do
                $cxx "$work/program.o" -o "$work/program" "$library" $libs &&
                    LD_LIBRARY_PATH=$build "$work/program" ||
                    { echo "cxx.sh: $cxx -std=c++$standard $double with $library failed" >&2; exit 1; }
                number=$((number + 1))
            done
        done
    done
done
echo "cxx.sh: $number C++ programs compiled and ran"
