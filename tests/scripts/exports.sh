#!/bin/sh
# exports.sh - the symbols of the four libraries: the shared ones export what the headers declare, and nothing else;
# the static ones have nothing else without the prefix gi_; and the libraries for float and double cannot be
# exchanged for each other.
#     CC=gcc CFLAGS=-O2 sh tests/scripts/exports.sh [build folder]
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${1:-build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
compile="${CC:-cc} -std=c11 $CFLAGS -Iinclude"
libs=$(cat "$build/libs")
failed=0

bad() { echo "exports.sh: $*" >&2; failed=1; }
# "nm OPTIONS" - defined symbols, without those that linkers, sanitizers and profilers add
symbols() { nm "$@" --defined-only | awk 'NF == 3 { print $3 }' | grep -v '^_' | LC_ALL=C sort -u; }

sh tests/scripts/names.sh > "$work/gradus"
sed 's/^gd_/gd64_/' "$work/gradus" > "$work/gradus64"
[ "$(wc -l < "$work/gradus")" -gt 200 ] || bad "too few public functions were found"
for library in gradus gradus64; do
    symbols -D "$build/lib$library.so" > "$work/exported"
    only=$(LC_ALL=C comm -13 "$work/$library" "$work/exported" | tr '\n' ' ')
    [ -z "$only" ] || bad "lib$library.so exports what no header declares: $only"
    only=$(LC_ALL=C comm -23 "$work/$library" "$work/exported" | tr '\n' ' ')
    [ -z "$only" ] || bad "lib$library.so lacks what the headers declare: $only"
    only=$(symbols -g "$build/lib$library.a" | grep -v '^gi_' | LC_ALL=C comm -23 - "$work/$library" |
        tr '\n' ' ')
    [ -z "$only" ] || bad "lib$library.a has global symbols that no header declares, without the prefix gi_: $only"
done

# A program with one part for each library, which uses names of the library's internals for itself.
cat > "$work/part.c" <<'END'
#include <gradus.h>
double PART(void)
{
    gd_tensor *x = gd_arange(1, 4, 1);
    double sum = gd_item(gd_sum(x)) + (double)sizeof(gd_real);
    gd_shutdown();
    return sum;
}
END
cat > "$work/main.c" <<'END'
#include <stdio.h>
double with_float(void), with_double(void);
double real_sum(const double *x, int n) { return n > 0 ? x[0] + real_sum(x + 1, n - 1) : 0; }
double real_dot = 1, scale = 2, repeat = 3, plain = 4, adam = 5, losses = 6;
int main(void)
{
#ifndef NO_FLOAT
    printf("%g ", with_float());
#endif
#ifndef NO_DOUBLE
    printf("%g ", with_double());
#endif
    printf("%g\n", real_sum((double[]){ 1, 2 }, 2) + real_dot + scale + repeat + plain + adam + losses);
    return 0;
}
END
$compile -DPART=with_float -c "$work/part.c" -o "$work/float.o" &&
$compile -DPART=with_double -DGD_DOUBLE -c "$work/part.c" -o "$work/double.o" &&
$compile -DNO_DOUBLE -c "$work/main.c" -o "$work/main_float.o" &&
$compile -DNO_FLOAT -c "$work/main.c" -o "$work/main_double.o" &&
$compile -c "$work/main.c" -o "$work/main.o" || exit 1

link() { $compile -o "$work/program" "$@" $libs 2>"$work/said"; }
prints() {                                  # EXPECTED OBJECT.. LIBRARY..
    expected=$1
    shift
    link "$@" || { cat "$work/said" >&2; bad "does not link: $*"; return; }
    printed=$(LD_LIBRARY_PATH=$build "$work/program" 2>&1)
    [ "$printed" = "$expected" ] || bad "$* prints $printed, expected: $expected"
}
refuses() {                                 # TEXT OBJECT.. LIBRARY..
    text=$1
    shift
    if link "$@"; then bad "links: $*"; else grep -q "$text" "$work/said" || bad "another reason than $text: $*"; fi
}
cd "$work" || exit 1
for kind in a so; do
    prints "10 24" main_float.o float.o "$build/libgradus.$kind"
    prints "14 24" main_double.o double.o "$build/libgradus64.$kind"
    refuses "gd_sum" main_float.o float.o "$build/libgradus64.$kind"
    refuses "gd64_sum" main_double.o double.o "$build/libgradus.$kind"
done
# A file that calls no function, and would read the other library's numbers as its own.
cat > reader.c <<'END'
#include <gradus.h>
double with_float(void) { static const gd_tensor none; return none.data ? (double)none.data[0] : 10; }
END
(cd "$OLDPWD" && $compile -c "$work/reader.c" -o "$work/reader.o") || exit 1
prints "10 24" main_float.o reader.o "$build/libgradus.so"
for kind in a so; do
    refuses "gd_item" main.o reader.o double.o "$build/libgradus64.$kind"
done
prints "10 14 24" main.o float.o double.o "$build/libgradus.so" "$build/libgradus64.so"
prints "10 14 24" main.o float.o double.o "$build/libgradus64.so" "$build/libgradus.so"
prints "10 14 24" main.o float.o double.o "$build/libgradus64.so" "$build/libgradus.a"
prints "10 14 24" main.o float.o double.o "$build/libgradus.so" "$build/libgradus64.a"
refuses "multiple definition\|duplicate symbol" main.o float.o double.o "$build/libgradus.a" "$build/libgradus64.a"
[ $failed = 0 ] && echo "exports.sh: $(wc -l < gradus) public functions, and nothing else, in each library"
exit $failed
