# parallel.sh - sourced by scripts whose rows do not depend on each other: test programs to run, demos to check.  Such a
# script runs itself as many times at once as there are processors (JOBS=n: n times), and each of these workers goes
# through all rows and takes those that no other has taken:
#
#     . tests/scripts/parallel.sh
#     [ -n "$parallel_rows" ] || { parallel "$@"; exit; }
#     for row in ...; do
#         parallel_take || continue
#         { ...; } >"$parallel_row.out" 2>&1              what is printed in the end, in the order of the rows
#         parallel_told PASSED FAILED [LEFT OUT]
#     done
#     parallel_end
#
# parallel ends with "3 passed, 1 failed", the sums of what the rows told.  It fails when a row failed, when one was
# taken and did not tell, and when no row passed.
parallel_rows=${PARALLEL_ROWS:-}
unset PARALLEL_ROWS                         # not for what the rows run
parallel_number=0

parallel_take() {
    parallel_number=$((parallel_number + 1))
    parallel_row=$parallel_rows/$parallel_number
    mkdir "$parallel_row" 2>/dev/null       # which succeeds for one worker only
}
parallel_told() {
    echo "$1 $2 ${3:-0}" >"$parallel_row.sums"
    echo "$parallel_number"                 # parallel reads that
}
parallel_end() {
    echo "$parallel_number" >"$parallel_rows/rows"
}

# show ROW - prints its output and adds its numbers.
show() {
    cat "$parallel_rows/$1.out"
    read -r good bad left <"$parallel_rows/$1.sums"
    passed=$((passed + good)) failed=$((failed + bad)) left_out=$((left_out + left))
}

parallel() {
    parallel_rows=$(mktemp -d) || exit 1
    trap 'rm -rf "$parallel_rows"' EXIT
    jobs=${JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}
    passed=0 failed=0 left_out=0 next=1
    {
        awk -v n="$jobs" 'BEGIN { while (i++ < n) print i }' |
            PARALLEL_ROWS=$parallel_rows xargs -P "$jobs" -I '{}' sh "$0" "$@" || echo "$0: a worker failed"
    } | {
        while read -r line; do              # a row has ended, or a worker says something
            case $line in
                *[!0-9]*) echo "$line"; failed=$((failed + 1)) ;;
            esac
            while [ -f "$parallel_rows/$next.sums" ]; do
                show $next
                next=$((next + 1))
            done
        done
        rows=$(cat "$parallel_rows/rows" 2>/dev/null || echo 0)
        while [ $next -le "$rows" ]; do
            if [ -f "$parallel_rows/$next.sums" ]; then show $next; else
                echo "$0: what happened in row $next is not known"
                failed=$((failed + 1))
            fi
            next=$((next + 1))
        done
        [ $left_out = 0 ] && left= || left=", $left_out left out"
        echo "$passed passed, $failed failed$left"
        [ $failed = 0 ] && [ $passed -gt 0 ]
    }
}
