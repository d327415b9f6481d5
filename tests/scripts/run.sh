#!/bin/sh
# run.sh PROGRAM.. - runs the test programs, as many at once as there are processors, and prints Check's summary of
# each; fails when a check fails, when a program crashes, or when it runs no check.  Ends with "N passed, N failed",
# counted in checks.
#     CK_FORK=no sh tests/scripts/run.sh ..              sooner: see run, below
#     RUN_WITH=qemu-i386 sh tests/scripts/run.sh ..      programs for another processor
. "$(dirname "$0")/data.sh"
. "$(dirname "$0")/parallel.sh"
# Check's own limit, 4 seconds a test, is too short for a busy machine.
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"
[ $# -gt 0 ] || { echo "run.sh: no test program was given"; exit 1; }
[ -n "$parallel_rows" ] || { parallel "$@"; exit; }

# run PROGRAM - each of its tests in a process of its own.  With CK_FORK=no all are in one, which takes half the time;
# those that do not pass so are run once more, with processes: some tests cannot share one, and of a test in its own
# Check can say more when it crashes or does not end.
limit=
command -v timeout >/dev/null && limit="timeout 300"
run() {
    if [ "${CK_FORK:-}" = no ]; then
        $limit ${RUN_WITH:-} "$1" > "$output" 2>&1 && return
        CK_FORK=yes ${RUN_WITH:-} "$1" > "$output" 2>&1 &&
            echo "$(basename "$1"): passes when each test has a process of its own, and not in one"
    else
        ${RUN_WITH:-} "$1" > "$output" 2>&1
    fi
}

# told PROGRAM - runs it and prints the result; sets the numbers of good and bad checks.
told() {
    run "$1"
    status=$?
    # "98%: Checks: 50, Failures: 1, Errors: 0"
    summary=$(tr -d '\r' <"$output" |
        grep -aE '^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$' | tail -n 1)
    checks=0
    bad=0
    if [ -n "$summary" ]; then
        checks=$(echo "$summary" | sed 's/.*Checks: \([0-9]*\).*/\1/')
        failures=$(echo "$summary" | sed 's/.*Failures: \([0-9]*\).*/\1/')
        errors=$(echo "$summary" | sed 's/.*Errors: //')
        bad=$((failures + errors))
    fi
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then
        bad=1
        echo "$(basename "$1"): ended with status $status"
    elif [ "$checks" -eq 0 ]; then
        bad=1
        echo "$(basename "$1"): ran no check"
    elif [ "$bad" -ne 0 ] && [ "$status" -eq 0 ]; then
        echo "$(basename "$1"): checks failed, and yet it returned success"
    fi
    printf '%-28s %s\n' "$(basename "$1")" "${summary:-no summary}"
    [ "$bad" -eq 0 ] || cat "$output"
    good=$((checks - bad))
    [ "$good" -ge 0 ] || good=0
}

for program in "$@"; do
    parallel_take || continue
    output=$parallel_row/output
    told "$program" > "$parallel_row.out" 2>&1
    parallel_told "$good" "$bad"
done
parallel_end
