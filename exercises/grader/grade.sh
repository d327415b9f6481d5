#!/bin/sh
# grade.sh BUILD FILE.. - compiles each exercise with its check, runs it, and says in one line what came of it: right,
# wrong and why, or not yet.  Ends with 1 when one is wrong.  SEED: for its inputs, or several; by default the time.
# CC, GRADE_CFLAGS and LIBS come from exercises.mk.
build=$1
shift
seed=${SEED:-$(date +%s)}
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
limit=
command -v timeout >/dev/null && limit="timeout 20"

# say NAME RESULT MESSAGE - printf counts bytes, and the names have no others.
say() { printf '%-18s %-8s %s\n' "$1" "$2" "$3"; }

# The first error of the compiler or the linker, without the path: "line 12: 'y' undeclared".
first_error() {
    sed -n -e 's/^[^ :]*\.c:\([0-9]*\):[0-9]*: \(fatal \)*error: /line \1: /p' \
        -e 's/.*undefined reference to/there is no/p' "$work/compiler" |
        sed 's/ \[-W.*\]$//; s/; did you mean.*//; s/ (first use in this function)//' | head -n 1
}

one() {
    name=$(basename "$1" .c)
    # shellcheck disable=SC2086
    if ! LC_ALL=C ${CC:-cc} $GRADE_CFLAGS "$1" "$build/exercises/$name.check.o" "$build/exercises/grader.o" \
            "$build/exercises/steps.o" "$build/libgradus64.a" -o "$work/$name" $LIBS 2>"$work/compiler"; then
        error=$(first_error)
        say "$name" wrong "it does not compile: ${error:-$(head -n 1 "$work/compiler")}"
        return 1
    fi
    for number in $seed; do                 # up to the first that is not right
        $limit "$work/$name" "$number" >"$work/said" 2>"$work/trouble"
        result=$?
        [ $result = 0 ] || break
    done
    case $result in
        0)   say "$name" right "" ;;
        1)   say "$name" wrong "$(tail -n 1 "$work/said")" ;;
        2)   say "$name" "not yet" "$(tail -n 1 "$work/said")" ;;
        124) say "$name" wrong "it does not end: stopped after 20 seconds" ;;
        139) say "$name" wrong \
            "segmentation fault: most likely NULL was used, as p->grad is before a backward pass" ;;
        *)   say "$name" wrong "it stopped with exit status $result: $(tail -n 1 "$work/trouble")" ;;
    esac
    return $result
}

right=0 wrong=0 open=0
for file in "$@"; do
    one "$file"
    case $? in
        0) right=$((right + 1)) ;;
        2) open=$((open + 1)) ;;
        *) wrong=$((wrong + 1)) ;;
    esac
done
[ $# -gt 1 ] && echo "$right right, $wrong wrong, $open not yet"
[ $wrong = 0 ] || { echo "The same inputs again: the same command with SEED=$seed"; exit 1; }
