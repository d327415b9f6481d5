#!/bin/sh
# install.sh - installs to a temporary folder, builds the README's program through pkg-config (C and C++, shared and
# static, float and double), moves the folder and does it again, there also through CMake and Meson where they are
# installed; uninstalls, and checks that nothing is left.
#     CC=gcc CXX=g++ sh tests/scripts/install.sh [build folder]
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
make=${MAKE:-make}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

say() { echo "install.sh: $*" >&2; exit 1; }
quietly() { "$@" >"$work/log" 2>&1 || { cat "$work/log" >&2; say "failed: $*"; }; }

awk '/^```c$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' README.md >"$work/program.c"
grep -q "int main" "$work/program.c" || say "README.md has no program"
. tests/scripts/data.sh
data=${GRADUS_DATA:-}
if [ -z "$data" ]; then                     # any table of that size will do here
    data="$work/data"
    mkdir "$data"
    awk 'BEGIN { for (i = 0; i < 1503; i++) print i % 7, i % 11, i % 13, i % 17, i % 19, i % 23 }' \
        >"$data/airfoil_self_noise.dat"
fi

mkdir "$work/cwd"

version=$(printf '#include <gradus/version.h>\nGD_VERSION\n' | ${CC:-cc} -Iinclude -E -P - | tail -n 1 | tr -d '"')
[ -n "$version" ] || say "version.h has no GD_VERSION"

# runs PROGRAM LIBDIR - whether it prints what the README's program prints.
runs() {
    (cd "$work" && GRADUS_DATA="$data" LD_LIBRARY_PATH="$2" "$1" >printed 2>&1) &&
        grep -q '^w \[5, 1\]' "$work/printed" ||
        { cat "$work/printed" >&2; say "$1 does not run"; }
}

# try PREFIX - the program in all its kinds, by the .pc files below PREFIX.
try() {
    PKG_CONFIG_PATH=$1/lib/pkgconfig
    export PKG_CONFIG_PATH
    for library in gradus gradus64 gradus-debug gradus64-debug; do
        [ "$(pkg-config --modversion $library)" = "$version" ] || say "$library.pc is not of version $version"
    done
    for library in gradus gradus64; do
        for language in "${CC:-cc} -std=c11" "${CXX:-c++} -x c++ -std=c++20"; do
            quietly $language -Wall "$work/program.c" -x none -o "$work/shared" $(pkg-config --cflags --libs $library)
            quietly $language -Wall "$work/program.c" -x none -o "$work/static" \
                -static $(pkg-config --static --cflags --libs $library)
            ! command -v readelf >/dev/null ||
                readelf -d "$work/shared" | grep -q "\[lib$library.so.${version%%.*}\]" ||
                say "a program does not ask for lib$library.so.${version%%.*}"
            runs ./shared "$1/lib"
            runs ./static ""
        done
    done
}

# by_cmake PREFIX - all targets of the CMake package.
by_cmake() {
    targets=$(for library in gradus gradus64; do for suffix in "" _static _debug _debug_static; do
        echo "$library$suffix"; done; done)
    mkdir -p "$work/cmake"
    cat >"$work/cmake/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.12)
project(try C)
set(CMAKE_C_STANDARD 11)
find_package(Gradus $version REQUIRED)
foreach(target $(echo $targets))
    add_executable(with_\${target} ../program.c)
    target_link_libraries(with_\${target} gradus::\${target})
endforeach()
find_package(Gradus 99 QUIET)
if(Gradus_FOUND)
    message(FATAL_ERROR "version 99 is found")
endif()
END
    compiler=${CC:-cc}
    quietly cmake -S "$work/cmake" -B "$work/cmake/build" -DCMAKE_PREFIX_PATH="$1" \
        -DCMAKE_C_COMPILER="${compiler##* }"
    quietly cmake --build "$work/cmake/build"
    for target in $targets; do runs "$work/cmake/build/with_$target" ""; done
}

# by_meson PREFIX - both kinds, shared and static, through the .pc files.
by_meson() {
    mkdir -p "$work/meson"
    cp "$work/program.c" "$work/meson"
    cat >"$work/meson/meson.build" <<END
project('try', 'c', default_options: ['c_std=c11'])
foreach library : ['gradus', 'gradus64']
    executable('shared_' + library, 'program.c', dependencies: dependency(library, version: '$version'))
    executable('static_' + library, 'program.c', dependencies: dependency(library, static: true))
endforeach
END
    PKG_CONFIG_PATH=$1/lib/pkgconfig
    export PKG_CONFIG_PATH
    quietly meson setup "$work/meson/build" "$work/meson"
    quietly meson compile -C "$work/meson/build"
    for kind in shared static; do for library in gradus gradus64; do
        runs "$work/meson/build/${kind}_$library" ""; done; done
}

quietly $make BUILD="$build" install PREFIX="$work/prefix"
for file in share/doc/gradus/LICENSE share/doc/gradus/demos/03_mlp.c share/doc/gradus/demos/models/two_threads.c \
            share/doc/gradus/demos/chapter/descent.h share/doc/gradus/demos/chapter/03_two_dimensions.c \
            share/doc/gradus/docs/tutorial/01_one_number.md \
            share/doc/gradus/docs/tutorial/pictures/01_one_number.png \
            share/man/man3/gradus.3 share/man/man3/gd_matmul.3 share/doc/gradus/html/index.html \
            include/gradus.h lib/libgradus64.so lib/libgradus.so.$version lib/libgradus-debug.so.${version%%.*}; do
    [ -f "$work/prefix/$file" ] || say "$file is not installed"
done
grep -q "$work/prefix/lib.*ldconfig\|ldconfig.*$work/prefix/lib" "$work/log" || say "ldconfig is not mentioned"
try "$work/prefix"

# The first program of the tutorial, by the command that its text gives.
cp "$work/prefix/share/doc/gradus/docs/tutorial/programs/01_one_number.c" "$work"
command=$(grep '^cc .*01_one_number' "$work/prefix/share/doc/gradus/docs/tutorial/01_one_number.md")
(cd "$work" && eval "${CC:-cc} ${command#cc}" && LD_LIBRARY_PATH="$work/prefix/lib" ./01_one_number) \
    >"$work/log" 2>&1 && grep -q 'x->grad = 10.0000' "$work/log" ||
    { cat "$work/log" >&2; say "the tutorial's first command"; }

# Data of the installation, and of the user.
quietly ${CC:-cc} -std=c11 "$work/program.c" -o "$work/static" -static $(pkg-config --static --cflags --libs gradus)
for folder in "$work/prefix/share/gradus" "$work/user/gradus"; do
    mkdir -p "$folder"
    cp "$data/airfoil_self_noise.dat" "$folder"
    (cd "$work/cwd" && env -u GRADUS_DATA XDG_DATA_HOME="$work/user" ../static) >"$work/printed" 2>&1 ||
        { cat "$work/printed" >&2; say "no data are found in $folder"; }
    rm -r "$folder"
done

mv "$work/prefix" "$work/moved"
try "$work/moved"
used="pkg-config"
if command -v cmake >/dev/null; then by_cmake "$work/moved"; used="$used, CMake"; fi
if command -v meson >/dev/null && command -v ninja >/dev/null; then by_meson "$work/moved"; used="$used, Meson"; fi
mv "$work/moved" "$work/prefix"
quietly $make BUILD="$build" uninstall PREFIX="$work/prefix"
[ -z "$(find "$work/prefix" ! -type d -o -name '*gradus*')" ] ||
    { find "$work/prefix" >&2; say "make uninstall leaves files behind"; }

# As a package: staged below DESTDIR, with the folders of a distribution.
folders="PREFIX=/usr LIBDIR=/usr/lib/some-linux-gnu INCLUDEDIR=/usr/include/tensors"
quietly $make BUILD="$build" install DESTDIR="$work/stage" $folders
PKG_CONFIG_PATH=$work/stage/usr/lib/some-linux-gnu/pkgconfig
[ "$(cd "$(pkg-config --variable=includedir gradus)" && pwd)" = "$work/stage/usr/include/tensors" ] ||
    say "with DESTDIR: includedir is $(pkg-config --variable=includedir gradus)"
[ "$(cd "$(pkg-config --variable=libdir gradus64)" && pwd)" = "$work/stage/usr/lib/some-linux-gnu" ] ||
    say "with DESTDIR: libdir is $(pkg-config --variable=libdir gradus64)"
touch "$work/stage/usr/include/tensors/gradus/others.h"      # files of others stay, which is no failure
quietly $make BUILD="$build" uninstall DESTDIR="$work/stage" $folders
rm "$work/stage/usr/include/tensors/gradus/others.h" || say "make uninstall removes files of others"
rmdir "$work/stage/usr/include/tensors/gradus"
[ -z "$(find "$work/stage" ! -type d -o -name '*gradus*')" ] ||
    { find "$work/stage" >&2; say "make uninstall DESTDIR=.. leaves files behind"; }
echo "install.sh: installed, used ($used), moved and uninstalled"
