#!/bin/sh
# valgrind.sh - the demos under valgrind's memcheck: no invalid access, no leak.
#     sh tests/scripts/valgrind.sh [build folder]
build=$(cd "${1:-build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"
. tests/scripts/data.sh
passed=0 failed=0

run() {
    if (cd "$work" && valgrind --quiet --error-exitcode=9 --leak-check=full --show-leak-kinds=all \
            --errors-for-leak-kinds=all "$build/demos/$1" $2 >"$work/$1.txt" 2>&1); then
        passed=$((passed + 1)); echo "  clean  $1 $2"
    else
        failed=$((failed + 1)); echo "  BAD    $1 $2"; tail -40 "$work/$1.txt"
    fi
}

run 01_derivative ""
run 02_linear_regression ""
run 03_mlp "--epochs 1 --train 512 /no/such/folder"
run 04_adam_from_scratch ""
run 05_yogi ""
run 06_own_optimizer ""
run 08_dialects ""
run 10_own_operation ""
run messy_table "$(pwd)/demos/models/apples.csv"
run newton ""
run pytorch_weights "$(pwd)/demos/models/pytorch_weights.safetensors"
run two_threads "--steps 20"
run 03_two_dimensions "2"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
