#!/bin/sh
# cxx.sh - compiles tests/scripts/cxx/program.cpp in every standard from C++11 on, without a warning, and runs it with
# both libraries; likewise tests/scripts/cxx/wrapper.cpp, which is for gradus.hpp, and the programs in demos/cxx, as
# C++17 and C++20; and one program of two files, one for each library.
#     CXXS="g++ clang++" sh tests/scripts/cxx.sh [build folder]
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror"
libs=$(cat "$build/libs")
number=0
sh tests/scripts/cxx/operations.sh || exit 1
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
    echo '#include <gradus.hpp>
        bool same(gradus::tensor a, gradus::tensor b) { return a == b; }' > "$work/same.cpp"
    ! $cxx -std=c++17 -Iinclude -fsyntax-only "$work/same.cpp" 2>"$work/said" && grep -q "delete" "$work/said" ||
        { echo "cxx.sh: $cxx does not refuse == of tensors" >&2; exit 1; }
    # gradus.hpp: C++17 with float and C++20 with double; and both in one program
    for choice in "17 " "20 64"; do
        standard=${choice% *} kind=${choice#* }
        double=${kind:+-DGD_DOUBLE}
        for source in tests/scripts/cxx/wrapper.cpp demos/cxx/*.cpp; do
            $cxx -std=c++$standard $warnings $double -Iinclude "$source" -o "$work/program" "$build/libgradus$kind.a" \
                $libs && "$work/program" > "$work/said" 2>&1 ||
                { cat "$work/said" >&2; echo "cxx.sh: $cxx -std=c++$standard $double $source failed" >&2; exit 1; }
            number=$((number + 1))
        done
        $cxx -std=c++$standard $double -Dmain=main${kind:-0} -Iinclude -c tests/scripts/cxx/wrapper.cpp \
            -o "$work/part$kind.o" || exit 1
    done
    echo 'int main0(), main64(); int main() { return main0() + main64(); }' > "$work/both.cpp"
    $cxx "$work/both.cpp" "$work/part.o" "$work/part64.o" "$build/libgradus.so" "$build/libgradus64.so" $libs \
        -o "$work/program" && LD_LIBRARY_PATH=$build "$work/program" ||
        { echo "cxx.sh: $cxx: both kinds in one program failed" >&2; exit 1; }
    number=$((number + 1))
done
echo "cxx.sh: $number C++ programs compiled and ran"
