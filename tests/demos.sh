#!/bin/sh
# demos.sh - runs each demo at a small size, with the number it must reach, and decodes every picture.
#     sh tests/demos.sh [build folder]
# Each line below: demo and arguments | awk program that reads its output and exits 0 when it is good.
build=$(cd "${1:-build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"
. tests/data.sh
passed=0 failed=0

# Without the data a demo says so, names what it shows instead, and claims nothing of the data.
without() {                                 # demo, arguments, what it says
    if ! grep -q "$3" "$work/$1.txt" || grep -qi "on airfoil\|on Fashion" "$work/$1.txt"; then
        failed=$((failed + 1)); echo "  BAD   $1 $2: does not say that its data are made up"; tail -20 "$work/$1.txt"
    fi
}

run() {                                     # demo, arguments, check of the output
    if (cd "$work" && "$build/demos/$1" $2 >"$work/$1.txt" 2>&1) && awk "$3" "$work/$1.txt" &&
       "$build/tests/png_decodes" "$work/out/$1.png"; then
        passed=$((passed + 1)); echo "  good  $1 $2"
    else
        failed=$((failed + 1)); echo "  BAD   $1 $2"; tail -20 "$work/$1.txt"
    fi
}

run 01_derivative "" '/x->grad = 1.266011/ { good = 1 } END { exit !good }'
[ -z "${GRADUS_DATA:-}" ] ||
run 02_linear_regression "" '$1 == 3000 { loss = $2 } END { exit !(loss > 0.241687 && loss < 0.2571) }'
run 02_linear_regression "/no/such/file" '/off by at most/ { good = $NF < 0.02 } END { exit !good }'
without 02_linear_regression "/no/such/file" "made up"
run 03_mlp "--epochs 2 --train 20000" '$1 == 2 { accuracy = $4 } END { exit !(accuracy > 0.80) }'
run 03_mlp "--epochs 10 /no/such/folder" '$1 == 10 { accuracy = $4 } END { exit !(accuracy > 0.95) }'
without 03_mlp "--epochs 10 /no/such/folder" "on two made-up spirals"
run 04_adam_from_scratch "" '/farthest apart/ { good = $NF < 1e-6 } END { exit !good }'
run 04_adam_from_scratch "/no/such" '/farthest apart/ { good = $NF < 1e-6 } END { exit !good }'
without 04_adam_from_scratch "/no/such" "Made-up data"
run 05_yogi "/no/such" '/farthest apart/ { good = $NF < 1e-6 } END { exit !good }'
without 05_yogi "/no/such" "Made-up data"
run 05_yogi "" '/farthest apart/ { good = $NF < 1e-6 } END { exit !good }'
run 06_own_optimizer "" '/the same, bit for bit/ { good = 1 } END { exit !good }'
[ -z "${GRADUS_DATA:-}" ] ||
run 07_optimizers "" 'NF >= 4 && $(NF-2) ~ /^0[.]/ { n++; if (!($(NF-2) < 0.30)) bad = 1 }
    /first lies within/ { optimum = $NF } END { exit bad || n != 14 || optimum != 0.241688 }'
run 06_own_optimizer "/no/such" '/the same, bit for bit/ { good = 1 } END { exit !good }'
without 06_own_optimizer "/no/such" "Made-up data"
# No loss lies below the least-squares optimum that the last line tells, and all come near.
run 07_optimizers "/no/such" 'NF >= 4 && $(NF-2) ~ /^0[.][0-9]+$/ { n++; if (!low || $(NF-1) < low) low = $(NF-1); if (!($(NF-2) < 0.33)) bad = 1 }
    /first lies within/ { optimum = $NF } END { exit bad || n != 14 || !(low >= optimum && low < 1.01 * optimum) }'
without 07_optimizers "/no/such" "Made-up data"
run 08_dialects "" '$1 == 200 { rows++; apart = $NF; if (!(apart > 0.1)) bad = 1 } END { exit bad || rows != 2 }'
run 10_own_operation "" '/second derivatives too/ { good = 1 } END { exit !good }'
run 11_lenet "--epochs 2 /no/such" '$1 == 2 { accuracy = $4 } END { exit !(accuracy > 0.95) }'
without 11_lenet "--epochs 2 /no/such" "on made-up stripes"
run 12_attention "" '/over the whole text/ { good = $6 + 0 < $NF } END { exit !good }'
run 13_gru "" '/over the whole text/ { good = $6 + 0 < $NF } END { exit !good }'
echo "$passed passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
