#!/bin/sh
# tutorial.sh - the tutorial says what its programs say and do, in every language.
#     sh tests/scripts/tutorial.sh [--write] [build folder]        --write: puts code and outputs into the texts anew
#
# A folder of docs with texts NN_name.md is a tutorial.  Every text has a program, docs/tutorial/programs/NN_name.c, and
# every program a text in every such folder, which shows the picture docs/tutorial/pictures/NN_name.png.  The programs
# are built before in float and in double (Makefile); here each runs in both.  In the texts,
#
#     <!-- code: NN_name.c, REGION.. -->        the block that follows is these regions of the program: "all"; the name
#                                               of a function, type or variable; a number, for the part of main that
#                                               begins with the comment "n. What it does"
#     <!-- output: NN_name.c ARGUMENTS -->      the block that follows is what the program prints, in both kinds
#     <!-- output: NN_name.c ARGUMENTS, part 2, within 0.01 -->
#                                               the second of the parts that are separated by blank lines
#
# Words must be equal; numbers may differ by one and a half units of the last digit shown, or by 1e-4 of their size, or
# by what "within" says: results of training depend on rounding, which differs between kinds and processors.
# First the check tries itself on a text and a program made for it.
cd "$(dirname "$0")/../.." || exit 1
write=
[ "${1:-}" != --write ] || { write=yes; shift; }
build=$(cd "${1:-build}" && pwd) || exit 1
. tests/scripts/data.sh
: "${GRADUS_DATA:=}"
export GRADUS_DATA
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# regions PROGRAM REGION.. - their text, a blank line between two; 1 when there is no such region.
regions() {
    program=$1
    shift
    first=yes
    for region in "$@"; do
        [ -n "$first" ] || echo
        first=
        if [ "$region" = all ]; then
            cat "$program"
        else
            awk -v region="$region" -f tests/scripts/tutorial_region.awk "$program" || return 1
        fi
    done
}

# part N - of standard input; parts are separated by blank lines.  N empty: all.
part() {
    if [ -z "$1" ]; then
        cat
    else
        awk -v n="$1" 'NF == 0 { if (inside) k++; inside = 0; next } { inside = 1 } k + 1 == n'
    fi
}

# same_output WITHIN EXPECTED PRINTED - does the text say what was printed?
same_output() {
    awk -v within="${1:-1e-4}" -f tests/scripts/tutorial_output.awk "$2" "$3"
}

# block TEXT LINE - the contents of the fenced block that begins below LINE.
block() {
    tail -n +$(($2 + 1)) "$1" |
        awk '/^```/ { if (inside) exit; inside = 1; next } inside { print } !inside && NF { exit }'
}

# put TEXT LINE FILE - TEXT with the contents of that block replaced by FILE.
put() {
    awk -v line="$2" -v file="$3" '
        NR > line && /^```/ && !done { print; if (inside) { inside = 0; done = 1; next }
            inside = 1; while ((getline text < file) > 0) print text; skip = 1; next }
        inside && !done { next }
        { print }' "$1" | awk -v line="$2" '{ print }' >"$work/put" && cp "$work/put" "$1"
}

# printed PROGRAM KIND ARGUMENTS - the file with what the program prints; it runs once, in a folder of its own.
printed() {
    at="$work/run/$1.$2$(echo " $3" | tr ' /' '__')"
    if [ ! -d "$at" ]; then
        mkdir -p "$at"
        (cd "$at" && "$build/tutorial/$1.$2" $3 >stdout 2>stderr) || echo "$1.$2 $3 ends with an error:" >"$at/failed"
    fi
    echo "$at/stdout"
}

# can_run PROGRAM - chapter 9 is about data that a machine may not have.
can_run() {
    case $1 in
        09_*) [ -f "$GRADUS_DATA/train-images-idx3-ubyte.gz" ] ||
              [ -f /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz ] ;;
    esac
}

# text_faults TEXT PROGRAMS KIND.. - one line for each block that is not what it should be.
text_faults() {
    text=$1
    programs=$2
    shift 2
    grep -n '^<!-- \(code\|output\): .* -->$' "$text" | sed 's/:<!-- / /; s/: / /; s/ -->$//' |
        sort -n ${write:+-r} |
        while read -r line kind program rest; do
            name=${program%,}
            name=${name%.c}
            block "$text" "$line" >"$work/says"
            case $kind in
                code)
                    regions "$programs/$name.c" $(echo "$rest" | tr -d ,) >"$work/is" 2>"$work/why" ||
                        { echo "$text:$line: $name.c has no $rest"; continue; }
                    cmp -s "$work/says" "$work/is" || {
                        if [ -n "$write" ]; then put "$text" "$line" "$work/is"; else
                            echo "$text:$line: the code is not that of $name.c, $rest:"
                            diff "$work/says" "$work/is" | head -n 6
                        fi; } ;;
                output)
                    case $program in *,) rest=", $rest" ;; esac
                    number=$(echo "$rest" | sed -n 's/.*part \([0-9]*\).*/\1/p')
                    within=$(echo "$rest" | sed -n 's/.*within \([0-9.e-]*\).*/\1/p')
                    can_run "$name" || { echo "$name" >>"$work/left_out"; continue; }
                    for built in "$@"; do
                        file=$(printed "$name" "$built" "$(echo "$rest" | sed 's/,.*//')")
                        part "$number" <"$file" >"$work/is"
                        same_output "$within" "$work/says" "$work/is" >"$work/why" || {
                            if [ -n "$write" ] && [ "$built" = float ]; then
                                put "$text" "$line" "$work/is"
                                cp "$work/is" "$work/says"
                            else
                                echo "$text:$line: in $built, $name $rest prints otherwise:"
                                cat "$work/why"
                            fi; }
                        echo "$name" >>"$work/compared"
                    done ;;
            esac
        done
}

# folder_faults FOLDER PROGRAMS - texts without programs and programs without texts; what every text must show.
folder_faults() {
    [ -f "$1/README.md" ] || echo "$1 has no README.md, the table of contents"
    for text in "$1"/[0-9][0-9]_*.md; do
        name=$(basename "$text" .md)
        [ -f "$2/$name.c" ] || echo "$text has no program $2/$name.c"
        grep -q "pictures/$name.png" "$text" || echo "$text does not show pictures/$name.png"
        grep -q "^<!-- code: $name.c" "$text" || echo "$text shows no code of $name.c"
        grep -q "^<!-- output: $name.c" "$text" || echo "$text shows no output of $name.c"
        grep -q "($name.md)" "$1/README.md" || echo "$1/README.md has no link to $name.md"
        grep -q "cc .*$name.c .*pkg-config --cflags --libs gradus" "$text" || echo "$text does not say how to compile"
    done
    for program in "$2"/*.c; do
        name=$(basename "$program" .c)
        [ -f "$1/$name.md" ] || echo "$program has no text $1/$name.md"
        grep -qx " \*     cc -O2 $name.c \$(pkg-config --cflags --libs gradus) -o $name" "$program" ||
            echo "$program: its head has no command that compiles it, or that of another file"
    done
}

# ---- The check checks itself -----------------------------------------------------------------------------------

# tried WHAT EXPECTED - standard input must have so many lines.
tried() {
    lines=$(cat)
    count=$(printf '%s' "$lines" | grep -c .)
    [ "$count" = "$2" ] || {
        printf '%s\n' "$lines"
        echo "tutorial.sh: it notices $count faults of $2 in $1 made for it"
        exit 1
    }
}
probe=$work/probe
mkdir -p "$probe/programs" "$work/run/01_x.float_"
cat >"$probe/programs/01_x.c" <<'C'
static int seven(void)
{
    return 7;
}

int main(void)
{
    /* 1. One */
    seven();
    return 0;
}
C
cp "$probe/programs/01_x.c" "$probe/programs/02_y.c"
printf 'loss 0.1234 at [1, 2]\n\nother 2\n' >"$work/run/01_x.float_/stdout"
fence='```'
good="<!-- code: 01_x.c, seven 1 -->
${fence}c
static int seven(void)
{
    return 7;
}

/* 1. One */
seven();
$fence
<!-- output: 01_x.c, part 1 -->
$fence
loss 0.1235 at [1, 2]
$fence
<!-- output: 01_x.c, part 1, within 0.1 -->
$fence
loss 0.1300 at [1, 2]
$fence"
asked=$write
write=
echo "$good" >"$probe/01_x.md"
text_faults "$probe/01_x.md" "$probe/programs" float | tried "a right text" 0 || exit 1
echo "$good" | sed 's/return 7/return 8/; s/0.1235/0.1237/; s/^loss 0.13/cost 0.13/' >"$probe/01_x.md"
text_faults "$probe/01_x.md" "$probe/programs" float | grep 'otherwise:$\|not that of' |
    tried "a wrong text" 3 || exit 1
echo "$good" | grep -v "^loss" >"$probe/01_x.md"
text_faults "$probe/01_x.md" "$probe/programs" float | grep 'shows nothing' | tried "an empty block" 2 || exit 1
echo "$good" | sed 's/seven 1/seven 2/' >"$probe/03_z.md"
text_faults "$probe/03_z.md" "$probe/programs" float | tried "a text that names a region that there is not" 1 || exit 1
folder_faults "$probe" "$probe/programs" 2>/dev/null | tried "a folder" 13 || exit 1
rm -rf "$work/run" "$work/compared" "$work/left_out"
write=$asked

# ---- The tutorials ------------------------------------------------------------------------------------------------

programs=docs/tutorial/programs
found=$work/found
: >"$work/left_out"
: >"$work/compared"
{
    for folder in $(find docs -name '[0-9][0-9]_*.md' -exec dirname {} + | sort -u); do
        folder_faults "$folder" "$programs"
        for text in "$folder"/*.md; do
            text_faults "$text" "$programs" float double
        done
    done
    for program in "$programs"/*.c; do
        name=$(basename "$program" .c)
        picture=docs/tutorial/pictures/$name.png
        "$build/tests/png_decodes" "$picture" || echo "$picture is no picture"
        can_run "$name" || continue
        for kind in float double; do
            at=$(dirname "$(printed "$name" "$kind" "")")
            "$build/tests/png_decodes" "$at/$name.png" || echo "$name.$kind draws no picture $name.png"
        done
    done
    for failed in $(find "$work/run" -name failed); do
        cat "$failed" "$(dirname "$failed")/stderr"
    done
} >"$found" 2>&1
left_out=$(sort -u "$work/left_out" | tr '\n' ' ')
if [ -n "$left_out" ]; then
    echo "left out, its data are missing: $left_out"
    [ -z "${GRADUS_CI:-}" ] || echo "which continuous integration does not pass over" >>"$found"
fi
if [ -s "$found" ]; then
    cat "$found" >&2
    exit 1
fi
count=$(wc -l <"$work/compared")
echo "tutorial.sh: $count outputs of $(sort -u "$work/compared" | wc -l) programs are what the texts say"
[ -s "$work/compared" ]
