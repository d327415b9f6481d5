#!/bin/sh
# check_table.sh [HEADER..] - fails when an operation declared in the headers has no row in operation_table.h,
# or a row does not call the operation it names; and when an optimizer is not compared with a second implementation.
# First it checks itself, on a header with an unknown operation.
cd "$(dirname "$0")/../.." || exit 1
table=tests/operations/operation_table.h
[ $# -gt 0 ] || set -- include/gradus/operations.h include/gradus/layer_operations.h include/gradus/linalg.h \
    include/gradus/losses.h include/gradus/picking.h

operations() {          # the functions that return a tensor
    sed -n 's/^gd_tensor \*\(gd_[a-z0-9_]*\)(.*/\1/p' "$@" | sort -u
}

missing() {             # those without a row
    for name in $(operations "$@"); do
        grep -q "^OPERATION($name," $table || echo "$name"
    done
}

probe=$(mktemp) || exit 1
trap 'rm -f "$probe"' EXIT
echo 'gd_tensor *gd_unheard_of(gd_tensor *x);' > "$probe"
if [ "$(missing "$probe")" != gd_unheard_of ]; then
    echo "check_table.sh: the self-check failed: a missing row is not noticed" >&2
    exit 1
fi

number=$(operations "$@" | wc -l)
if [ "$number" -lt 50 ]; then
    echo "check_table.sh: only $number operations are declared in $*" >&2
    exit 1
fi

failed=0
for name in $(missing "$@"); do
    echo "$table: no row for $name" >&2
    failed=1
done
for wrong in $(sed -n 's/^OPERATION(\(gd_[a-z0-9_]*\),\(.*\)/\1 \2/p' $table |
               awk '{ if ($0 !~ "[^a-z0-9_]" $1 "[(]") print $1 }'); do
    echo "$table: a row for $wrong does not call it" >&2
    failed=1
done

# An optimizer without a second implementation of its rule: a CASE, or test programs of its own.
constructors() {
    sed -n 's/^gd_optimizer *\*gd_\([a-z0-9]*\)(gd_params \*p, gd_\1_options options);.*/\1/p' "$@"
}
optimizers=$(constructors include/gradus/*.h)
[ "$(echo "$optimizers" | wc -l)" -gt 10 ] || { echo "check_table.sh: too few optimizers are declared" >&2; exit 1; }
for name in $optimizers; do
    grep -q -r --include="test_optim*.c" "CASE\(_OF\)*($name," tests ||
        [ -n "$(find tests -name "test_optim_$name*.c" -print -quit)" ] ||
        { echo "test_optim_dialects.c: no CASE for gd_$name" >&2; failed=1; }
done
exit $failed
