#!/bin/sh
# demos.sh - runs each demo at a small size, with its data where they are available and without, checks the numbers it
# must reach and what it says about its data, and decodes every picture.
#     sh tests/scripts/demos.sh [build folder]
. tests/scripts/demo_rows.sh

run 01_derivative "" "" '/x->grad = 1.266011/ { good = 1 } END { exit !good }'

airfoil 02_linear_regression "" data '$1 == 3000 { loss = $2 } END { exit !(loss > 0.241687 && loss < 0.2571) }'
run 02_linear_regression $none "made up" '/off by at most/ { good = $NF < 0.02 } END { exit !good }'

fashion 03_mlp "--epochs 2 --train 20000" data '$1 == 2 { accuracy = $4 } END { exit !(accuracy > 0.80) }'
run 03_mlp "--epochs 10 $none" "on two made-up spirals" '$1 == 10 { accuracy = $4 } END { exit !(accuracy > 0.95) }'

equal='/farthest apart/ { good = $NF < 1e-6 } END { exit !good }'
airfoil 04_adam_from_scratch "" data "$equal"
run 04_adam_from_scratch $none "Made-up data" "$equal"
airfoil 05_yogi "" data "$equal"
run 05_yogi $none "Made-up data" "$equal"

resumed='/the same, bit for bit/ { good = 1 } END { exit !good }'
airfoil 06_own_optimizer "" data "$resumed"
run 06_own_optimizer $none "Made-up data" "$resumed"

# No loss lies below the least-squares optimum printed in the last line, and all come close to it.
ranked='NF >= 4 && $(NF-2) ~ /^0[.][0-9]+$/ {
        n++
        if (!low || $(NF-1) < low) low = $(NF-1)
        if (!($(NF-2) < 0.33)) bad = 1
    }
    /first lies within/ { optimum = $NF } END { exit bad || n != 16 || !(low >= optimum && low < 1.01 * optimum) }'
airfoil 07_optimizers "" data "$ranked"
airfoil 07_optimizers "" data '/first lies within/ { optimum = $NF } END { exit optimum != 0.241688 }'
run 07_optimizers $none "Made-up data" "$ranked"

run 08_dialects "" "" '$1 == 200 { rows++; apart = $NF; if (!(apart > 0.1)) bad = 1 } END { exit bad || rows != 2 }'
run 10_own_operation "" "" '/second derivatives too/ { good = 1 } END { exit !good }'

fashion 11_lenet "--epochs 1 --train 10000" data '$1 == 1 { accuracy = $4 } END { exit !(accuracy > 0.55) }'
run 11_lenet "--epochs 2 $none" "on made-up stripes" '$1 == 2 { accuracy = $4 } END { exit !(accuracy > 0.95) }'

better='/over the whole text/ { good = $6 + 0 < $NF } END { exit !good }'
for demo in 12_attention 13_gru; do
    licence $demo "" data "$better"
    run $demo "--steps 150 $none" "a table of products, made up" "$better"
done

run differential_equation "" "" '/farthest from the exact/ { good = $NF < 1e-3 } END { exit !good }'
run own_operation_and_optimizer "" "" '
    $2 ~ /^0[.]/ && NF == 2 { rows++; off = $1 - $2; if (off > 0.02 || off < -0.02) bad = 1 }
    END { exit bad || rows != 5 }'
run messy_table "$(pwd)/demos/models/apples.csv" "" '/area under the curve/ { good = $NF > 0.8 } END { exit !good }'
# Better than counting pairs on words that it has not seen, and twenty words, some of them new.
run microgpt "120 1 0.7 $(pwd)/demos/models/names.txt" "" '
    /words of .*names.txt, a tenth/ { named = 1 } /^counting pairs/ { mark = $6 } NF == 3 && $1 == 120 { loss = $3 }
    made && !/^wrote/ { words += NF; for (i = 1; i <= NF; i++) if ($i ~ /^[a-z]+$/) fresh++ } /^made up/ { made = 1 }
    END { exit !(named && loss > 1 && loss < mark && words == 20 && fresh > 5) }'
run newton "" "" '$1 == 6 { newton = $2; descent = $3 } END { exit !(newton < 1e-6 && descent > 1e-3) }'
run shapes "--epochs 15" "" '/accuracy on the others/ { good = $NF > 0.9 } END { exit !good }'
run sine_with_yogi "" "" '
    /stopped at epoch/ && /the best/ { best = 1 } /the same bit for bit/ { same = 1 } END { exit !(best && same) }'
run truncated_lstm "--epochs 80" "" '
    /error of a step:/ { error = $5 + 0; still = $NF } END { exit !(error < 0.3 * still) }'
run pytorch_weights "$(pwd)/demos/models/pytorch_weights.safetensors" "" '
    /farthest from PyTorch/ { apart = $NF } /as loaded/ { before = $NF } /trained here/ { after = $NF }
    END { exit !(apart < 1e-5 && before > 0.5 && after < 0.3 * before) }'
run two_threads "--steps 200" "" '/10 of 10 networks are the same/ { good = 1 } END { exit !good }'
run vae_and_gan "" "" '
    /^vae: / { vae = $2 } /^gan: / { gan = $2; near = $6 } END { exit !(vae >= 7 && gan >= 6 && near > 60) }'
summary
