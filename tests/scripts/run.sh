#!/bin/sh
# run.sh PROGRAM.. - runs each test program and prints Check's summary of it; fails when a check fails, when a
# program crashes, or when it runs no check.  Ends with "N passed, N failed", counted in checks.
#     RUN_WITH=qemu-i386 sh tests/scripts/run.sh ..      programs for another processor
. "$(dirname "$0")/data.sh"
# Check's own limit, 4 seconds a test, is too short for a busy machine.
export CK_DEFAULT_TIMEOUT="${CK_DEFAULT_TIMEOUT:-60}"
passed=0
failed=0
output=$(mktemp) || exit 1
trap 'rm -f "$output"' EXIT

for program in "$@"; do
    ${RUN_WITH:-} "$program" > "$output" 2>&1
    status=$?
    # "98%: Checks: 50, Failures: 1, Errors: 0"
    summary=$(grep -E '^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$' "$output" | tail -n 1)
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
        echo "$(basename "$program"): ended with status $status"
    elif [ "$checks" -eq 0 ]; then
        bad=1
        echo "$(basename "$program"): ran no check"
    elif [ "$bad" -ne 0 ] && [ "$status" -eq 0 ]; then
        echo "$(basename "$program"): checks failed, and yet it returned success"
    fi
    printf '%-28s %s\n' "$(basename "$program")" "${summary:-no summary}"
    [ "$bad" -eq 0 ] || cat "$output"
    good=$((checks - bad))
    [ "$good" -ge 0 ] || good=0
    passed=$((passed + good))
    failed=$((failed + bad))
done

[ $# -gt 0 ] || { echo "run.sh: no test program was given"; failed=1; }
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
