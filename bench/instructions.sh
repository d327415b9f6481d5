#!/bin/sh
# instructions.sh PROGRAM - instructions of a step of linear regression and of an operation of the chain, counted
# by callgrind: the same on every run, and so fit for seeing small changes.  Counted twice, the second time for
# longer; the difference has no start and no end in it.
set -eu
program=$1

if ! command -v valgrind >/dev/null; then
    echo "valgrind is not installed: nothing to count with"
    exit 0
fi

count() {
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$program" "$1" "$2" 2>&1 |
        sed -n 's/.*Collected : \([0-9]*\).*/\1/p'
}

for task in "linear-regression 1000 2000 a_step" "chain 10000 20000 an_operation,_forward_and_backward"; do
    set -- $task
    less=$(count "$1" "$2") more=$(count "$1" "$3")
    echo "$1: $(((more - less) / ($3 - $2))) instructions $(echo "$4" | tr _ ' ')"
done
