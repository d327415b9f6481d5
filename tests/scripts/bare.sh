#!/bin/sh
# bare.sh - builds the library with a compiler that finds neither zlib nor stb_image_write.h, as on a machine without
# these packages, then with stb_image_write.h in another folder, then with both, all in one build folder.
#     CC=gcc sh tests/scripts/bare.sh [build folder]
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build/bare}
real=${CC:-cc}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
rm -rf "$build"

say() { echo "bare.sh: $*" >&2; exit 1; }

# The compiler's include folders, copied as links without the two packages.
folders=$($real -E -v -x c /dev/null 2>&1 >/dev/null |
    awk '/^#include <...> search starts here/ { on = 1; next } /^End of search/ { exit } on { print $1 }')
[ -n "$folders" ] || say "$real -E -v does not print its include folders"
number=0 flags=-nostdinc
for folder in $folders; do
    number=$((number + 1))
    mkdir "$work/$number"
    ln -s "$folder"/* "$work/$number"
    rm -rf "$work/$number/zlib.h" "$work/$number/zconf.h" "$work/$number/stb" "$work/$number"/stb_*
    flags="$flags -isystem $work/$number"
done
cat > "$work/cc" <<END
#!/bin/sh
for word; do [ "\$word" != -lz ] || { echo "cannot find -lz" >&2; exit 1; }; done
exec $real $flags "\$@"
END
chmod +x "$work/cc"

cat > "$work/program.c" <<'END'
#include <gradus.h>
int main(void)
{
    gd_csv_read("cut.csv.gz", (gd_csv_options){ 0 });
    gd_plot *plot = gd_plot_new("bare", "x", "y");
    gd_plot_point(plot, "a", 0, 0);
    gd_plot_point(plot, "a", 1, 1);
    if (gd_plot_save(plot, "bare.png"))
        fprintf(stderr, "a picture\n");
    gd_plot_free(plot);
    return 0;
}
END
printf '\037\213\010' > "$work/cut.csv.gz"

# try COMPILER EXPECTED.. - builds, runs the program, and looks for each expected text in its messages.
try() {
    compiler=$1
    shift
    make CC="$compiler" CFLAGS=-O0 BUILD="$build" "$build/libgradus.a" "$build/libs" >"$work/made" 2>&1 ||
        { cat "$work/made"; say "the library does not build"; }
    $compiler -std=c11 -Iinclude "$work/program.c" "$build/libgradus.a" $(cat "$build/libs") -o "$work/program" ||
        say "a program does not build"
    (cd "$work" && rm -f bare.png && ./program 2>said)
    for text; do
        grep -q "$text" "$work/said" || { cat "$work/said"; say "expected: $text"; }
    done
}

for header in zlib.h stb/stb_image_write.h; do
    ! echo | "$work/cc" -include $header -E - >/dev/null 2>&1 || say "$header is not hidden"
done
try "$work/cc" "this library was built without zlib" "this library was built without stb_image_write.h"

beside=$(echo | $real -include stb/stb_image_write.h -M -E - 2>/dev/null | tr ' ' '\n' | grep 'stb_image_write.h$')
if [ -n "$beside" ]; then
    ln -s "$beside" "$work/$number"
    try "$work/cc" "this library was built without zlib" "^a picture"
    rm "$work/$number/stb_image_write.h"
fi
! echo | $real -include zlib.h -E - >/dev/null 2>&1 ||
    try "$real" "cut.csv.gz: the gzip stream is cut off"
echo "bare.sh: the library builds without zlib and stb_image_write.h, and with them when they are there"
