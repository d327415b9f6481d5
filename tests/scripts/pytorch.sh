#!/bin/sh
# pytorch.sh BUILD - demos/pytorch: a network from PyTorch, loaded, trained like there, and loaded there again, in float
# and in double.  PyTorch: the first of $PYTHON, python3 and /usr/bin/python3 that has torch.  Without it the network is
# compared with what PyTorch 1.13 has left in demos/pytorch/network.safetensors.  --write: makes that file anew.
cd "$(dirname "$0")/../.." || exit 1
write=
[ "$1" != --write ] || { write=yes; shift; }
build=${1:-build}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
fail() { cat "$work/said" >&2; echo "pytorch.sh: $1" >&2; exit 1; }
: >"$work/said"

torch=
for candidate in ${PYTHON:-python3 /usr/bin/python3}; do
    [ -n "$torch" ] || ! "$candidate" -c 'import torch' 2>/dev/null || torch=$candidate
done
export PYTHONDONTWRITEBYTECODE=1
if [ -n "$write" ]; then
    [ -n "$torch" ] || fail "there is no Python with torch"
    "$torch" demos/pytorch/network.py write demos/pytorch/network.safetensors || exit 1
    exit 0
fi

warnings="-std=c11 -O1 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes -Werror"
# kind NAME LIBRARY OPTION OUTPUTS PARAMETERS - how far outputs and losses, and parameters after ten steps, may be
# apart.
kind() {
    ${CC:-cc} $warnings $3 -Iinclude demos/pytorch/network.c -o "$work/network" "$build/$2.a" $(cat "$build/libs") ||
        fail "network.c does not compile"
    file=demos/pytorch/network.safetensors
    if [ -n "$torch" ]; then
        file=$work/$1.safetensors
        "$torch" demos/pytorch/network.py write "$file" "$1" >"$work/said" 2>&1 || fail "network.py write failed"
    fi
    "$work/network" "$file" "$work/trained" "$work/outputs" >"$work/said" 2>&1 || fail "network failed ($1)"
    if [ -n "$torch" ]; then
        "$torch" demos/pytorch/network.py read "$work/trained" "$work/outputs" >>"$work/said" 2>&1 ||
            fail "network.py read failed ($1)"
    fi
    awk -v outputs="$4" -v parameters="$5" -v rows="${torch:+4}" '
        function within(number, limit) { return number ~ /^[0-9.]+e[-+][0-9]+$/ && number + 0 < limit + 0 }
        /at most/ { n++; for (i = 2; i < NF; i++) if ($i == "most" && !within($(i + 1), outputs)) bad = 1 }
        /statistics/ && !within($NF, parameters) { bad = 1 }
        END { exit bad || n != (rows ? rows : 3) }' "$work/said" || fail "$1: too far apart, or not everything was said"
    sed "s/^/$1: /" "$work/said"
}
# What docs/pytorch-networks.md shows of the two programs stands in them.
awk '/^```/ { block = !block; kept = 0; next } block && /^(class Network|static network network_new)/ { kept = 1 }
     block && kept { sub(/ *(#|\/\*) .*/, ""); if (NF) print }' docs/pytorch-networks.md >"$work/shown"
[ "$(wc -l <"$work/shown")" -gt 25 ] || fail "docs/pytorch-networks.md does not show the programs"
while IFS= read -r line; do
    grep -qF -- "$line" demos/pytorch/network.c demos/pytorch/network.py ||
        fail "docs/pytorch-networks.md has a line that is not in demos/pytorch: $line"
done <"$work/shown"

# The names on the left of docs/pytorch-names.md are PyTorch's.
if [ -n "$torch" ]; then
    "$torch" - docs/pytorch-names.md >"$work/said" 2>&1 <<'END' || fail "docs/pytorch-names.md has other names"
import functools, re, sys
import torch, torch.optim.swa_utils, torch.utils.checkpoint, torch.utils.data
names = re.findall(r"^\| `torch\.([\w.]+)` \|", open(sys.argv[1]).read(), re.M)
assert len(names) > 300
for name in names:
    functools.reduce(getattr, name.split("."), torch)
END
fi

kind float64 libgradus64 -DGD_DOUBLE 1e-12 1e-12
kind float32 libgradus "" 1e-6 1e-5
[ -n "$torch" ] || echo "pytorch.sh: PyTorch is not installed: compared with demos/pytorch/network.safetensors"
