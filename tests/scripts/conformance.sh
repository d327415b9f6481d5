#!/bin/sh
# conformance.sh BUILD - the checkers of conformance/: Gradus by the one in C agrees with all numbers, plain Python by
# the one in Python with those that it has, and PyTorch where it is installed; a wrong number is noticed by both.
cd "$(dirname "$0")/../.." || exit 1
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { cat "$work/said" >&2; echo "conformance.sh: $1" >&2; exit 1; }
warnings="-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror"

${CC:-cc} -std=gnu11 -O1 $warnings -DGD_DOUBLE -Iinclude conformance/check.c conformance/gradus.c -o "$work/check" \
    "$build/libgradus64.a" $(cat "$build/libs") || exit 1
files=$(ls conformance/data/opt_*.csv conformance/data/lr_*.csv conformance/data/clip_*.csv | wc -l)
"$work/check" conformance/data > "$work/said" && grep -qx "$files agree, 0 differ, 0 not implemented" "$work/said" ||
    fail "Gradus does not agree with all $files files"
python3 -B conformance/check.py conformance/plain.py > "$work/said" && grep -q '^41 agree, 0 differ' "$work/said" ||
    fail "plain Python does not agree with 41 files"
other=
for python in python3 /usr/bin/python3; do
    if [ -z "$other" ] && $python -c 'import torch' 2>/dev/null; then
        $python -B conformance/check.py conformance/pytorch.py --tolerance 1e-10 > "$work/said" ||
            fail "PyTorch does not agree"
        other="; PyTorch $($python -c 'import torch; print(torch.__version__)'): $(tail -n 1 "$work/said")"
    fi
done

# A digit changed in the data is noticed, and named.
cp -r conformance/data "$work/data"
awk '/^7 /{ $4 = $4 * (1 + 1e-9) } { print }' conformance/data/opt_adamw.csv > "$work/data/opt_adamw.csv"
"$work/check" "$work/data" 1e-12 opt_adamw.csv > "$work/said" && fail "check.c does not notice a wrong number"
grep -q '^adamw  *row 6, number 2: ' "$work/said" || fail "check.c does not name the wrong number"
python3 -B conformance/check.py conformance/plain.py --data "$work/data" --only opt_adamw.csv > "$work/said" &&
    fail "check.py does not notice a wrong number"
grep -q '^adamw  *row 6, number 2: ' "$work/said" || fail "check.py does not name the wrong number"
echo "conformance.sh: Gradus agrees with $files files, plain Python with 41$other"
