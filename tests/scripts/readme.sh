#!/bin/sh
# readme.sh - the program in README.md compiles, runs and prints what README.md says.
#     sh tests/scripts/readme.sh [build folder]
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
awk '/^```c$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md >"$work/program.c"
awk '/^```$/ { if (++fence == 2) inside = 1; else if (inside) exit; next } inside' README.md >"$work/expected.txt"
grep -q "int main" "$work/program.c" && grep -q "^w \[5, 1\]" "$work/expected.txt" ||
    { echo "readme.sh: README.md has no program, or no output"; exit 1; }
${CC:-cc} -std=c11 -Wall -Wextra -Wpedantic -Werror -Iinclude "$work/program.c" "$build/libgradus.a" $LIBS \
    -o "$work/program" || exit 1
. tests/scripts/data.sh
[ -n "${GRADUS_DATA:-}" ] || { echo "readme.sh: the airfoil data are missing; the program compiles"; exit 0; }
(cd "$work" && ./program >printed.txt) || exit 1
# The last digits depend on the machine's vector length: numbers are compared with a tolerance of 1e-4.
tr -d '[],:' <"$work/expected.txt" >"$work/a"
tr -d '[],:' <"$work/printed.txt" >"$work/b"
paste -d ' ' "$work/a" "$work/b" | awk '
    {
        n = NF / 2
        for (i = 1; i <= n; i++) {
            d = $i - $(i + n)
            if (d > 1e-4 || d < -1e-4 || ($i + 0 == 0 && $i != $(i + n))) bad = 1
            numbers++
        }
    }
    END { exit bad || numbers < 6 }' ||
    { echo "readme.sh: README.md says / the program prints:"; diff "$work/expected.txt" "$work/printed.txt"; exit 1; }
[ -z "$PICTURE" ] || cp "$work/linear_regression.png" "$PICTURE"
echo "the README's program prints what the README says"
