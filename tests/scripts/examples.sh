#!/bin/sh
# examples.sh [--write] BUILD [NAME..] - the examples of the reference, docs/examples: there is one for each public
# header, others belong to a page of docs; each is compiled with the libraries of BUILD, and prints in float and in
# double what its opening comment says.  --write: puts into the comment what it prints.
cd "$(dirname "$0")/../.." || exit 1
write=
[ "$1" != --write ] || { write=yes; shift; }
build=$(cd "${1:-build}" && pwd) || exit 1
[ $# = 0 ] || shift
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
warnings="-std=c11 -O1 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror"
fail() { echo "examples.sh: $1" >&2; exit 1; }

# What the opening comment says it prints: the lines of four blanks behind "It prints".
expected() {
    awk '/^ \*\/$/ { exit } prints && /^ \*     / { print substr($0, 8) } /^ \* It prints/ { prints = 1 }' "$1"
}

here=$PWD names=$*
if [ -z "$names" ]; then
    for header in include/gradus/*.h; do
        name=$(basename "$header" .h)
        case $name in double_names|optim) continue ;; esac      # these two declare nothing
        [ -f "docs/examples/$name.c" ] || fail "$header has no example, docs/examples/$name.c"
        names="$names $name"
    done
    for source in docs/examples/*.c; do
        name=$(basename "$source" .c)
        case " $names " in *" $name "*) continue ;; esac
        grep -q "](examples/$name.c)" docs/*.md || fail "$source belongs to no header and to no page of docs"
        names="$names $name"
    done
fi
for kind in ${KINDS:-float double}; do
    case $kind in float) library=libgradus flag= ;; *) library=libgradus64 flag=-DGD_DOUBLE ;; esac
    for name in $names; do
        source=docs/examples/$name.c
        ${CC:-cc} $warnings $flag -Iinclude "$source" -o "$work/program" "$build/$library.a" $(cat "$build/libs") ||
            fail "$source does not compile"
        (cd "$work" && ./program >raw 2>said) || { cat "$work/said" >&2; fail "$source fails in $kind"; }
        sed 's/ *$//' "$work/raw" >"$work/printed"          # gd_print ends rows with a comma and a blank
        [ ! -s "$work/said" ] || { cat "$work/said" >&2; fail "$source gives a message in $kind"; }
        if [ -n "$write" ]; then
            awk -v printed="$work/printed" '
                !done && /^ \*     / { next }
                !done && /^ \*\/$/ { while ((getline line < printed) > 0) print " *     " line; done = 1 }
                { print }' "$source" >"$work/new" && cat "$work/new" >"$source"
        fi
        expected "$source" >"$work/expected"
        [ -s "$work/expected" ] || fail "$source does not say what it prints"
        diff "$work/expected" "$work/printed" >"$work/said" ||
            { cat "$work/said" >&2; fail "$source prints something else in $kind (>)"; }
    done
done
echo "examples.sh: $(echo "$names" | wc -w) examples print what they say (${KINDS:-float double})"
