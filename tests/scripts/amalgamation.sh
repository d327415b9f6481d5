#!/bin/sh
# amalgamation.sh BUILD - BUILD/amalgamation/gradus.c, compiled without a warning in each of the $KINDS, against the
# libraries in BUILD: the README's program and a demo print the same, all bits of amalgamation_bits.c are the same, and
# all tests that need the public headers only pass.  With both kinds, demos.sh and chapter.sh also run the demos linked
# with it.  FLAGS: -O2, like the libraries at least: below, gcc fuses nothing.
cd "$(dirname "$0")/../.." || exit 1
build=$1
folder=$build/amalgamation
: "${FLAGS:=-O2}" "${KINDS:=float double}" "${CC:=cc}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
libs=$(cat "$build/libs")
places=-DGD_DATA_FOLDER="\"$(cat "$build/datadir")\""         # a test asks for it
rooms=$(cd src && ls -d */ | sed 's|/||' | paste -sd '|' -)
tests=$(grep -LE "#include \"($rooms)/" tests/*/test_*.c)

say() { echo "amalgamation.sh: $*" >&2; exit 1; }
awk '/^```c$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md >"$work/readme.c"
grep -q "int main" "$work/readme.c" || say "README.md has no program"
cp demos/10_own_operation.c tests/scripts/amalgamation_bits.c "$work"
. tests/scripts/data.sh
programs=

for kind in $KINDS; do
    define= library=$build/libgradus.a
    [ $kind = float ] || define=-DGD_DOUBLE library=$build/libgradus64.a
    $CC -std=c11 -Wall -Wextra -Werror $FLAGS $define "$places" -c "$folder/gradus.c" -o "$folder/$kind.o" || exit 1
    ! echo '#include <zlib.h>' | $CC -E - >/dev/null 2>&1 ||
        $CC -std=c11 -Wall -Wextra -Werror $define -DGD_ZLIB -fsyntax-only "$folder/gradus.c" || exit 1

    # Alone, as a user would: nothing but -lm.
    for program in readme 10_own_operation amalgamation_bits; do
        [ "$program" != readme ] || [ -n "${GRADUS_DATA:-}" ] || continue
        $CC -std=c11 -Wall -Wextra -Werror $define -I"$folder" "$work/$program.c" "$folder/$kind.o" -lm \
            -o "$work/two" &&
            $CC -std=c11 $define -Iinclude "$work/$program.c" "$library" $libs -o "$work/one" || exit 1
        for which in one two; do
            mkdir -p "$work/in_$which/out"
            (cd "$work/in_$which" && "../$which") >"$work/$which.txt" 2>&1 ||
                { cat "$work/$which.txt" >&2; say "$program fails"; }
        done
        diff "$work/one.txt" "$work/two.txt" >&2 || say "$program ($kind) prints something else with the library (<)"
        [ -s "$work/one.txt" ] || say "$program prints nothing"
    done

    mkdir -p "$folder/tests"
    for test in $tests; do
        program=$folder/tests/$(basename "$test" .c).$kind
        $CC -std=c11 $define -Iinclude -Itests "$test" "$build/tests/support.$kind.a" "$folder/$kind.o" \
            $CHECK_LIBS $libs -o "$program" || exit 1
        programs="$programs $program"
    done
done
sh tests/scripts/run.sh $programs || say "a test fails"

# Demos, with zlib where it is here, since it reads their data.  Those that are written for double say so in their first
# comment.
zlib=
! echo '#include <zlib.h>' | $CC -E - >/dev/null 2>&1 || zlib=-DGD_ZLIB
if [ "$KINDS" = "float double" ]; then
    mkdir -p "$folder/demos"
    cp "$build/tests/png_decodes" "$folder/tests"
    $CC -std=c11 -O1 -DGI_ONE_KERNEL $zlib -c "$folder/gradus.c" -o "$folder/demos/float.o" || exit 1
    $CC -std=c11 -O1 -DGI_ONE_KERNEL $zlib -DGD_DOUBLE -c "$folder/gradus.c" -o "$folder/demos/double.o" || exit 1
    for demo in demos/*.c demos/models/*.c demos/chapter/*.c; do
        define= kind=float
        ! grep -q "libs gradus64" "$demo" || define=-DGD_DOUBLE kind=double
        $CC -std=c11 -O1 $define -Iinclude "$demo" "$folder/demos/$kind.o" $libs \
            -o "$folder/demos/$(basename "$demo" .c)" || exit 1
    done
    sh tests/scripts/demos.sh "$folder" && sh tests/scripts/chapter.sh "$folder" || say "a demo fails"
fi
echo "amalgamation.sh: two files, $CC $FLAGS, $KINDS: the same output, the same bits, $(echo $tests | wc -w) tests pass"
