#!/bin/sh
# grade.sh BUILD - the exercises and their grader: an exercise is its solution with holes; as delivered it is "not yet";
# every solution is right, for several seeds, and compiles without warnings; and each planted mistake, an edit of a
# solution by sed, gets the message that tells what is wrong.  CC, GRADE_CFLAGS, WARNINGS and LIBS: from exercises.mk.
build=$1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0 mistakes=0
fail() { echo "grade.sh: $*" >&2; failed=1; }

# result FILE SEEDS - the line that the grader prints.
result() { SEED=$2 sh exercises/grader/grade.sh "$build" "$1" | head -n 1; }

number=0
for file in exercises/[0-9]*.c; do
    name=$(basename "$file" .c)
    number=$((number + 1))
    [ -e "exercises/grader/$name.c" ] || { fail "$name has no check"; continue; }
    # Only lines with not_yet() may be in the exercise alone.
    diff "$file" "exercises/solutions/$name.c" | grep '^<' | grep -v 'not_yet();' >"$work/other" &&
        fail "$file differs from its solution in more than its hole: $(head -n 1 "$work/other")"
    grep -q "make grade-${name%%_*}  " "$file" || fail "$file does not say make grade-${name%%_*}"
    said=$(result "$file" 1)
    echo "$said" | grep -q "^$name  *not yet  *[a-z_]* is still to be written$" || fail "as delivered: $said"
    said=$(result "exercises/solutions/$name.c" "1 2 3 4 5 6 7 8")
    echo "$said" | grep -q "^$name  *right *$" || fail "the solution: $said"
    # shellcheck disable=SC2086
    ${CC:-cc} $GRADE_CFLAGS $WARNINGS -Werror -c "exercises/solutions/$name.c" -o "$work/object.o" ||
        fail "the solution of $name has warnings"
done
[ "$number" -ge 20 ] || fail "there are only $number exercises"

# wrong NAME EDIT MESSAGE - the solution, edited by sed, is wrong, and the grader's line contains the message.
wrong() {
    mistakes=$((mistakes + 1))
    sed "$2" "exercises/solutions/$1.c" >"$work/$1.c"
    cmp -s "$work/$1.c" "exercises/solutions/$1.c" && { fail "$1: '$2' changes nothing"; return; }
    said=$(result "$work/$1.c" "${SEED:-$mistakes}")
    echo "$said" | grep -q "^$1  *wrong " && echo "$said" | grep -q -F -e "$3" ||
        fail "'$2' should be told by \"$3\": $said"
}

. tests/grade/mistakes.sh

[ "$mistakes" -ge 20 ] || fail "only $mistakes mistakes are planted"
[ $failed = 0 ] && echo "grade: $number exercises, $mistakes planted mistakes recognised"
exit $failed
