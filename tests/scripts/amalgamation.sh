#!/bin/sh
# amalgamation.sh BUILD - BUILD/amalgamation/gradus.c, compiled without a warning in each of the $KINDS, against the
# libraries in BUILD: the README's program and a demo print the same, all bits of amalgamation_bits.c are the same, and
# tests that need the public headers only pass.  FLAGS: -O2, like the libraries at least: below, gcc fuses nothing.
cd "$(dirname "$0")/../.." || exit 1
build=$1
folder=$build/amalgamation
: "${FLAGS:=-O2}" "${KINDS:=float double}" "${CC:=cc}"
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
libs=$(cat "$build/libs")
tests="test_scopes test_tensor test_backward test_layers test_recurrent test_golden test_golden_losses test_optim_golden
       test_optim_dialects test_safetensors test_checkpoint test_optim_lbfgs"

say() { echo "amalgamation.sh: $*" >&2; exit 1; }
awk '/^```c$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md >"$work/readme.c"
grep -q "int main" "$work/readme.c" || say "README.md has no program"
cp demos/10_own_operation.c tests/scripts/amalgamation_bits.c "$work"
. tests/scripts/data.sh

for kind in $KINDS; do
    define= library=$build/libgradus.a
    [ $kind = float ] || define=-DGD_DOUBLE library=$build/libgradus64.a
    $CC -std=c11 -Wall -Wextra -Werror $FLAGS $define -c "$folder/gradus.c" -o "$folder/$kind.o" || exit 1
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

    for test in $tests; do
        $CC -std=c11 $define -Iinclude -Itests tests/*/$test.c "$build/tests/support.$kind.a" "$folder/$kind.o" \
            $CHECK_LIBS $libs -o "$work/$test" || exit 1
        "$work/$test" >"$work/log" 2>&1 || { cat "$work/log" >&2; say "$test ($kind) fails"; }
    done
done
echo "amalgamation.sh: two files, $CC $FLAGS, $KINDS: the same output, the same bits, $(echo $tests | wc -w) tests pass"
