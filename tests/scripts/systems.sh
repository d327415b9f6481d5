#!/bin/sh
# systems.sh SYSTEM.. - compiles both libraries and a part of the tests for other systems and runs the tests there:
#     aarch64   64-bit ARM with NEON, by qemu           gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
#     s390x     big-endian, by qemu                     gcc-s390x-linux-gnu libc6-dev-s390x-cross qemu-user
#     windows   mingw-w64, by wine                      gcc-mingw-w64-x86-64 wine wine64
#     wasm32    WebAssembly with WASI, by node          clang lld llvm wasi-libc libclang-rt-dev-wasm32 nodejs
#     i386      32-bit x86                              gcc-multilib, and qemu-user on kernels without such programs
#     musl      a C library without GNU's extensions    musl-tools
# Ends with a table: what was built, which programs ran, how many checks passed and failed.  A system whose packages are
# missing is named in it; with GRADUS_CI=1 that is a failure.
#     BUILD=build KINDS="float double" sh tests/scripts/systems.sh aarch64 s390x
#     PART="test_gemm test_real" sh tests/scripts/systems.sh aarch64         those tests, in place of the part
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}/systems
: "${MAKE:=make}" "${KINDS:=float double}" "${OPTIMIZE:=-O1}" "${WERROR=-Werror}"
root=$PWD
mkdir -p "$build" || exit 1

# What differs between processors, compilers and C libraries: vectors and rounding, bytes in files, names of files,
# text, threads, memory.
kernels="test_attend test_conv test_gemm test_pooling test_quarter_turns test_real test_rows"
numbers="test_golden test_golden_elementwise test_golden_layers test_golden_losses test_optim_golden test_values
    test_sum_accuracy test_function_accuracy test_fused test_whole_numbers test_random"
files="test_binary_files test_foreign_files test_npz test_safetensors test_number_reading test_csv test_images
    test_checkpoint test_checkpoint_damage test_checkpoint_run test_load_lenient test_file_replacement test_plot_files
    test_plot test_plot_text"
machine="test_tensor test_scopes test_backward test_layers test_memory test_threads test_layout test_locale
    test_huge_sizes test_optim_dialects"
# These ask for what only POSIX has: signals, limits of a process, links, pipes, threads, locales by name.
posix="test_binary_files test_foreign_files test_file_replacement test_plot_files test_threads test_locale"
part="$kernels $numbers $files $machine"

# The folder in which compilers for other systems find stb_image, which is a header and nothing else.
headers=$build/include
mkdir -p "$headers"
for folder in /usr/include /usr/local/include; do
    [ ! -d "$folder/stb" ] || ln -sfn "$folder/stb" "$headers/stb"
done

# needs COMMAND.. - whether they are here; otherwise sets missing.
needs() {
    for command; do command -v "$command" >/dev/null || { missing=$command; return 1; }; done
}

# row SYSTEM BUILT RAN PASSED FAILED
row() { printf '| %-8s | %-32s | %-14s | %6s | %6s |\n' "$@" >>"$build/rows"; }

# libc FOLDER - a file that cross compilers need to link, from a package of its own.
has_libc() { [ -e "$1/lib/libc.so.6" ] || { missing="$1/lib/libc.so.6"; return 1; }; }

# try SYSTEM - the table's row; false when something fails.
try() {
    system=$1
    folder=$build/$system flags="$OPTIMIZE -isystem $root/$headers" link= skipped= missing= ar=ar
    RUN_WITH=
    case $system in
        aarch64) needs aarch64-linux-gnu-gcc qemu-aarch64 && has_libc /usr/aarch64-linux-gnu
            compiler=aarch64-linux-gnu-gcc ar=aarch64-linux-gnu-ar RUN_WITH="qemu-aarch64 -L /usr/aarch64-linux-gnu" ;;
        s390x) needs s390x-linux-gnu-gcc qemu-s390x && has_libc /usr/s390x-linux-gnu
            compiler=s390x-linux-gnu-gcc ar=s390x-linux-gnu-ar RUN_WITH="qemu-s390x -L /usr/s390x-linux-gnu" ;;
        windows) needs x86_64-w64-mingw32-gcc wine
            compiler=x86_64-w64-mingw32-gcc ar=x86_64-w64-mingw32-ar RUN_WITH=wine link=-static skipped=$posix
            export WINEDEBUG=-all WINEPREFIX="$root/$build/wine" ;;
        wasm32) needs clang llvm-ar wasm-ld node && wasi_folder
            compiler="clang --target=wasm32-wasi --sysroot=$root/$build/wasi" ar=llvm-ar
            RUN_WITH="node --no-warnings tests/scripts/wasi.mjs"
            # Memory at once: node 20 can crash when a program asks for more later.  PNG needs setjmp.
            link="-Wl,-z,stack-size=8388608,--initial-memory=536870912" skipped="$posix test_plot test_plot_text" ;;
        i386) needs gcc && i386_runs
            compiler="gcc -m32" ;;
        musl) needs musl-gcc
            compiler=musl-gcc ;;
        *) echo "systems.sh: no system $system" >&2; return 1 ;;
    esac
    if [ -n "$missing" ]; then
        row "$system" "not tried: no $missing" - - -
        [ -z "${GRADUS_CI:-}" ]
        return
    fi
    export RUN_WITH
    tests=${PART:-$part}
    built= ran=0 programs=
    # shellcheck disable=SC2086
    for kind in $KINDS; do
        library=libgradus
        [ "$kind" = float ] || library=libgradus64
        make_it "$folder/$library.a" || { row "$system" "$built$library fails" - - -; return 1; }
        [ "$system" != aarch64 ] || has_neon "$kind" || { row "$system" "$library.a is without NEON" - - -; return 1; }
        built="$built$library.a "
        for test in $tests; do
            case " $skipped " in *" $test "*) ;; *) programs="$programs $folder/tests/$test.$kind" ;; esac
        done
    done
    # shellcheck disable=SC2086
    make_it -k $programs
    there= lost=
    for program in $programs; do
        if [ -f "$program" ]; then there="$there $program" ran=$((ran + 1)); else lost="$lost ${program##*/}"; fi
    done
    # shellcheck disable=SC2086
    sh tests/scripts/run.sh $there >"$folder/log" 2>&1
    status=$?
    cat "$folder/log"
    [ -z "$lost" ] || { echo "not built:$lost"; status=1; }
    passed=$(sed -n 's/^\([0-9]*\) passed, .*/\1/p' "$folder/log" | tail -n 1)
    failed=$(sed -n 's/.*passed, \([0-9]*\) failed.*/\1/p' "$folder/log" | tail -n 1)
    row "$system" "$built" "$ran programs${lost:+, $(echo $lost | wc -w) not built}" "${passed:-none}" "${failed:-none}"
    return $status
}

make_it() {
    $MAKE CC="${CCACHE:+$CCACHE }$compiler" AR=$ar CFLAGS="$flags" LDFLAGS="$link" WERROR="$WERROR" CHECK=plain \
        BUILD="$folder" "$@"
}

# has_neon KIND - the matrix product multiplies and adds whole vectors, 4 floats or 2 doubles, in one instruction.
has_neon() {
    lanes=4s
    [ "$1" = float ] || lanes=2d
    times=$(aarch64-linux-gnu-objdump -d "$folder/$1/kernels/gemm.o" | grep -c "fmla[[:space:]]*v[0-9]*\.$lanes")
    echo "matrix product of $1: fmla with .$lanes vectors, $times times"
    [ "$times" -gt 0 ]
}

# A folder with WASI's headers and libraries alone: in /usr clang would find those of this machine, too.
wasi_folder() {
    for part_of in include lib; do
        [ -d "/usr/$part_of/wasm32-wasi" ] || { missing="/usr/$part_of/wasm32-wasi"; return 1; }
        mkdir -p "$build/wasi/$part_of"
        ln -sfn "/usr/$part_of/wasm32-wasi" "$build/wasi/$part_of/wasm32-wasi"
    done
}

# A 64-bit kernel need not run 32-bit programs: then qemu does.
i386_runs() {
    echo 'int main(void) { return 0; }' >"$build/probe.c"
    gcc -m32 "$build/probe.c" -o "$build/probe" 2>/dev/null || { missing="32-bit libraries"; return 1; }
    "$build/probe" 2>/dev/null || { needs qemu-i386 && RUN_WITH=qemu-i386; }
}

[ $# -gt 0 ] || { echo "systems.sh: no system was given" >&2; exit 1; }
: >"$build/rows"
result=0
for system; do
    printf '\n-- %s\n' "$system"
    try "$system" || result=1
done
{
    printf '| %-8s | %-32s | %-14s | %-6s | %-6s |\n' system built ran passed failed
    echo "| --- | --- | --- | ---: | ---: |"
    cat "$build/rows"
} >"$build/table.md"
echo
cat "$build/table.md"
exit $result
