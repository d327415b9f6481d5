#!/bin/sh
# python.sh [--write] BUILD - python/gradus.py fits the headers; its tests, with both libraries of BUILD; the notebook
# of the first chapter, executed, prints what it has stored (--write: stores that).  PYTHON: an interpreter with NumPy,
# and jupyter's nbconvert for the notebook; by default the first of python3 and /usr/bin/python3 that has NumPy.
cd "$(dirname "$0")/../.." || exit 1
write=
[ "$1" != --write ] || { write=--write; shift; }
build=$(cd "${1:-build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
missing() {
    [ -z "$GRADUS_CI" ] || { echo "python.sh: $1" >&2; exit 1; }
    echo "python.sh: $1: passed over"
}

python=$PYTHON
for candidate in python3 /usr/bin/python3; do
    [ -n "$python" ] || ! "$candidate" -c 'import numpy' 2>/dev/null || python=$candidate
done
python3 python/generate.py --check || exit 1
[ -n "$python" ] || { missing "there is no Python with NumPy"; exit 0; }
export GRADUS_LIBRARY="$build" PYTHONPATH="$PWD/python" PYTHONDONTWRITEBYTECODE=1
"$python" -W always tests/python/test_gradus.py >"$work/said" 2>&1 || { cat "$work/said" >&2; exit 1; }
tests=$(sed -n 's/^Ran \([0-9]*\) tests.*/\1/p' "$work/said")
if "$python" -c 'import nbconvert, ipykernel' 2>/dev/null; then
    NOTEBOOK_FOLDER=$work JUPYTER_PLATFORM_DIRS=1 "$python" tests/python/notebook.py $write \
        docs/tutorial/notebooks/01_one_number.ipynb 2>"$work/said" || { tail -n 30 "$work/said" >&2; exit 1; }
    notebook=", and the notebook"
else
    missing "nbconvert or ipykernel is not installed, so that the notebook was not run"
fi
echo "python.sh: $tests tests of python/gradus.py$notebook"
