#!/bin/sh
# targets.sh TARGET.. - builds for other C libraries, processors and tools, and runs some tests there:
#     musl      a C library without indirect functions (Debian: musl-tools)
#     i386      32-bit x86, whose x87 arithmetic has 80 bits (gcc-multilib; qemu-user)
#     tsan      ThreadSanitizer, over the tests of threads
#     windows   mingw-w64: compiles and links a program (gcc-mingw-w64-x86-64); runs it if there is wine
#     BUILD=build sh tests/scripts/targets.sh musl i386 tsan windows
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
make=${MAKE:-make}

# tests TARGET COMPILER FLAGS PROGRAM.KIND..
tests() {
    folder=$build/$1 compiler=$2 flags=$3
    shift 3
    programs=
    for program; do programs="$programs $folder/tests/$program"; done
    $make CC="$compiler" CFLAGS="$flags" CHECK=plain BUILD="$folder" $programs && sh tests/scripts/run.sh $programs
}

# A 64-bit kernel need not run 32-bit programs: then a short test runs in qemu, which is too slow for more.
i386() {
    echo 'int main(void) { return 0; }' >"$build/probe.c"
    gcc -m32 "$build/probe.c" -o "$build/probe" || return 1
    programs32="test_real.float test_real.double"
    RUN_WITH=
    if ! "$build/probe" 2>/dev/null; then
        RUN_WITH=qemu-i386 programs32=test_tensor.float
        command -v $RUN_WITH >/dev/null || { echo "nothing here runs 32-bit programs; see qemu-user" >&2; return 1; }
    fi
    export RUN_WITH
    tests i386 "gcc -m32" -O1 $programs32
    result=$?
    unset RUN_WITH
    return $result
}

windows() {
    folder=$build/windows
    $make CC=x86_64-w64-mingw32-gcc CFLAGS=-O1 BUILD="$folder" "$folder/libgradus.a" "$folder/libs" || return 1
    cat > "$folder/program.c" <<'END'
#include <gradus.h>
int main(void)
{
    gd_on_error(gd_abort);
    gd_tensor *x = gd_requires_grad(gd_arange(1, 4, 1));
    gd_backward(gd_sum(gd_exp(x)));
    for (int i = 0; i < 2; i++)                 /* the second one replaces a file */
        gd_npy_write("program.npy", x->grad);
    gd_print(stdout, gd_npy_read("program.npy"));
    gd_progress bar = gd_progress_start(stderr, "program");
    gd_progress_end(&bar);
    remove("program.npy");
    return 0;
}
END
    x86_64-w64-mingw32-gcc -std=c11 -Wall -Wextra -Werror -Iinclude "$folder/program.c" "$folder/libgradus.a" \
        $(cat "$folder/libs") -static -o "$folder/program.exe" || return 1
    echo "$folder/program.exe is linked"
    command -v wine >/dev/null || return 0
    printed=$(cd "$folder" && WINEDEBUG=-all wine program.exe | tr -d '\r')
    [ "$printed" = "[3]: [2.71828, 7.38906, 20.0855]" ] || { echo "program.exe printed: $printed" >&2; return 1; }
    echo "$folder/program.exe runs"
}

for target; do
    case $target in
        musl) tests musl musl-gcc -O1 test_tensor.float test_function_accuracy.float \
                test_real.double ;;
        i386) i386 ;;
        tsan) TSAN_OPTIONS="die_after_fork=0 halt_on_error=1" \
                tests tsan gcc "-O1 -g -fsanitize=thread" test_threads.float ;;
        windows) windows ;;
        *) echo "targets.sh: no target $target" >&2; false ;;
    esac || { echo "targets.sh: $target failed" >&2; exit 1; }
done
