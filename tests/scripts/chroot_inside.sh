#!/bin/sh
# chroot_inside.sh [real] - run by chroot.sh as root of a new system: installs Gradus in /usr/local as README.md says,
# compiles README's first program by pkg-config, CMake, Meson, as two files and as C++, with both kinds, static and
# shared, runs each, and uninstalls.  The programs of a kind print the same numbers; "real": those in README.md.
cd "$(dirname "$0")/../.." || exit 1
work=/root/work
rm -rf "$work"
mkdir "$work" || exit 1
GRADUS_DATA=/root/data
export GRADUS_DATA
ran=0

say() { echo "chroot_inside.sh: $*" >&2; exit 1; }
quietly() { "$@" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; say "failed: $*"; }; }

# Everything but what changes by itself, and where this works.
files() {
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /root \) -prune -o -print |
        LC_ALL=C sort
}

awk '/^```c$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md >"$work/linear_regression.c"
grep -q "int main" "$work/linear_regression.c" || say "README.md has no program"

# runs KIND PROGRAM - prints what the first program of that kind printed, up to the order in which numbers are added.
runs() {
    (cd "$work" && "$2" >printed 2>&1) && grep -q '^w \[5, 1\]' "$work/printed" ||
        { cat "$work/printed" >&2; say "$2 does not run"; }
    [ -f "$work/expected_$1" ] || cp "$work/printed" "$work/expected_$1"
    paste -d ' ' "$work/expected_$1" "$work/printed" | tr -d '[],:' | awk '
        { n = NF / 2; for (i = 1; i <= n; i++) { d = $i - $(i + n); if (d > 1e-4 || d < -1e-4) bad = 1; numbers++ } }
        END { exit bad || numbers < 6 }' || { cat "$work/printed" >&2; say "$2 prints other numbers"; }
    ran=$((ran + 1))
}

files >/root/before

# ---- As README.md says ------------------------------------------------------------------------------------------

quietly make lib debug lab
quietly make build/libs
[ "$1" != real ] || CC=gcc LIBS=$(cat build/libs) sh tests/scripts/readme.sh build || exit 1
command=$(grep '^cc -std=c11 linear_regression.c' README.md)
[ -n "$command" ] || say "README.md has no command for its program"
quietly make install
quietly ldconfig
for kind in gradus gradus64; do
    (cd "$work" && eval "$(echo "$command" | sed "s/ gradus)/ $kind)/")") || say "the README's command fails"
    runs $kind ./linear_regression
done

# ---- By pkg-config, C and C++, shared and static ------------------------------------------------------------------

cp "$work/linear_regression.c" "$work/linear_regression.cpp"
for kind in gradus gradus64; do
    for compiler in "cc -std=c11 linear_regression.c" "c++ -std=c++20 linear_regression.cpp"; do
        (cd "$work" && $compiler -Wall $(pkg-config --cflags --libs $kind) -o shared &&
            $compiler -Wall -static $(pkg-config --static --cflags --libs $kind) -o static) || say "$compiler, $kind"
        readelf -d "$work/shared" | grep -q "lib$kind.so.0" || say "lib$kind.so.0 is not what the program loads"
        runs $kind ./shared
        runs $kind ./static
    done
done

# ---- By CMake and Meson, which are told nothing -------------------------------------------------------------------

mkdir "$work/cmake" "$work/meson"
cp "$work/linear_regression.c" "$work/cmake"
cp "$work/linear_regression.c" "$work/meson"
cat >"$work/cmake/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.12)
project(try C)
set(CMAKE_C_STANDARD 11)
find_package(Gradus REQUIRED)
foreach(target gradus gradus64 gradus_static gradus64_static)
    add_executable(with_${target} linear_regression.c)
    target_link_libraries(with_${target} gradus::${target})
endforeach()
END
cat >"$work/meson/meson.build" <<'END'
project('try', 'c', default_options: ['c_std=c11'])
foreach library : ['gradus', 'gradus64']
    executable('with_' + library, 'linear_regression.c', dependencies: dependency(library))
    executable('with_' + library + '_static', 'linear_regression.c', dependencies: dependency(library, static: true))
endforeach
END
quietly cmake -S "$work/cmake" -B "$work/cmake/build"
quietly cmake --build "$work/cmake/build"
quietly meson setup "$work/meson/build" "$work/meson"
quietly meson compile -C "$work/meson/build"
for tool in cmake meson; do for kind in gradus gradus64; do for suffix in "" _static; do
    runs $kind "$work/$tool/build/with_$kind$suffix"
done; done; done

# ---- As two files ---------------------------------------------------------------------------------------------------

quietly make amalgamation
cp build/amalgamation/gradus.h build/amalgamation/gradus.c "$work"
for kind in gradus gradus64; do
    define=
    [ $kind = gradus ] || define=-DGD_DOUBLE
    (cd "$work" && cc -std=c11 ${CFLAGS:--O2} -I. $define -c gradus.c &&
        cc -std=c11 -I. $define linear_regression.c gradus.o -lm -o two_files &&
        c++ -std=c++20 -I. $define linear_regression.cpp gradus.o -lm -o two_files_cxx) || say "two files, $kind"
    runs $kind ./two_files
    runs $kind ./two_files_cxx
done

# ---- And gone -------------------------------------------------------------------------------------------------------

quietly make uninstall
quietly ldconfig
files >/root/after
diff /root/before /root/after >&2 || say "make uninstall leaves (>), or takes away (<), these"
echo "chroot_inside.sh: installed, $ran programs run (pkg-config, CMake, Meson, two files; C, C++), uninstalled"
