#!/bin/sh
# gdb.sh BUILD - gdb/gradus-gdb.py: a program that has stopped, with either kind of the library, with the static one and
# with the shared one, beside which gdb finds the script by itself; and a core dump.
cd "$(dirname "$0")/../.." || exit 1
build=$(cd "${1:-build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
if ! command -v gdb >/dev/null; then
    [ -z "$GRADUS_CI" ] || { echo "gdb.sh: there is no gdb" >&2; exit 1; }
    echo "gdb.sh: there is no gdb: passed over"
    exit 0
fi
libs=$(cat "$build/libs")
cat > "$work/program.c" <<'END'
#include <gradus.h>
#include <stdlib.h>
static void stop(gd_tensor *loss)
{
    if (!loss) exit(1);
}
int main(void)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_from(GD_SHAPE(2, 2), (gd_real[]){ 1, 2, 3, 4 }));
    gd_tensor *turned = gd_transpose(w, 0, 1), *none = NULL, *large = gd_arange(0, 100, 1);
    static gd_tensor other = { .ndim = -1 };
    gd_tensor *wrong = &other;
    gd_tensor *loss = gd_sum(gd_scale(gd_square(w), 0.25));
    gd_backward(loss);
    gd_set_name(loss, "loss");
    stop(loss);
    gd_print(stdout, turned), gd_graph_print(stdout, none), gd_print(stdout, large), gd_print(stdout, wrong);
    return 0;
}
END
cat > "$work/commands" <<'END'
set width 0
break stop
run
frame function main
print w
print *w
print turned
print none
print large
print loss
print w->grad
frame function stop
frame function main
gd-print w->grad
gd-graph loss
END

# expect TEXT - a line of the session that just ran.
expect() {
    grep -qF -- "$1" "$work/said" || { cat "$work/said" >&2; echo "gdb.sh: $case: gdb does not say: $1" >&2; exit 1; }
}
# session NAME ARGUMENTS.. - runs gdb with the commands, and looks at what it says.
session() {
    case=$1
    shift
    LD_LIBRARY_PATH=$work gdb -nx -batch "$@" -x "$work/commands" -ex 'gd-print none' -ex 'gd-print 3' \
        -ex 'print wrong' "$work/program" > "$work/said" 2>&1 < /dev/null
    expect '$1 = gd_tensor "w" [2, 2], requires grad = {{1, 2}, {3, 4}}, grad = {{0.5, 1}, {1.5, 2}}'
    expect '$2 = gd_tensor "w" [2, 2], requires grad = {{1, 2}, {3, 4}}, grad'
    expect '$3 = gd_tensor [2, 2], result of gd_transpose("w" [2, 2]) = {{1, 3}, {2, 4}}'
    expect '$4 = NULL'
    expect '$5 = gd_tensor [100] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, ...}'
    expect '$6 = gd_tensor "loss" [], result of gd_sum([2, 2]) = 7.5'
    expect '$7 = gd_tensor [2, 2] = {{0.5, 1}, {1.5, 2}}'
    expect 'gd-print: none is NULL'
    expect 'gd-print: 3 is no tensor'
    expect 'no gd_tensor at 0x'
    expect 'stop (loss=gd_tensor "loss" [], result of gd_sum([2, 2]) = 7.5)'
}

number=0
for kind in "" 64; do
    ${CC:-cc} -std=c11 -g -O0 ${kind:+-DGD_DOUBLE} -Iinclude "$work/program.c" -o "$work/program" \
        "$build/libgradus$kind.a" $libs || exit 1
    session "libgradus$kind.a" -ex "source gdb/gradus-gdb.py"
    expect '[[0.5, 1], '
    expect '1. gd_sum('
    number=$((number + 1))
done

# The shared library, with the script beside it: gdb asks for the name of the file itself, not of a link to it.
file=libgradus.so.1.2.3
cp "$build/libgradus.so" "$work/$file"
name=$(objdump -p "$work/$file" | sed -n 's/^ *SONAME *//p')
ln -sf "$file" "$work/libgradus.so"
ln -sf "$file" "$work/$name" 2>/dev/null
cp gdb/gradus-gdb.py "$work/$file-gdb.py"
${CC:-cc} -std=c11 -g -O0 -Iinclude "$work/program.c" -o "$work/program" -L"$work" -lgradus $libs || exit 1
session "libgradus.so" -iex "add-auto-load-safe-path $work"
expect '1. gd_sum('
number=$((number + 1))

# A core dump: gdb writes it, and there is no process to call functions in.
sed -i '/^gd-/d' "$work/commands"
LD_LIBRARY_PATH=$work gdb -nx -batch -ex 'break stop' -ex run -ex "generate-core-file $work/core" "$work/program" \
    > "$work/said" 2>&1 < /dev/null
sed -i '/^run/d; /^break/d' "$work/commands"
case="a core dump"
session "a core dump" -iex "add-auto-load-safe-path $work" -ex "core-file $work/core" -ex "file $work/program"
echo "gdb.sh: tensors are shown in $((number + 1)) sessions of gdb"
