#!/bin/sh
# chapter.sh - runs each program of demos/chapter at a small size, checks the numbers it must print, and decodes its
# picture.
#     sh tests/scripts/chapter.sh [build folder]
. tests/scripts/demo_rows.sh

# ends DEMO "X1 X2".. - the traces must end there, to all six digits printed, in this order.
ends() {
    demo=$1 bad='n != '$(($# - 1)) i=0
    shift
    for end in "$@"; do
        i=$((i + 1)) bad="$bad || end[$i] != \"$end\""
    done
    run "$demo" "" "" '/: x1 .* x2 / { end[++n] = $(NF - 2) " " $NF } END { exit '"$bad"' }'
}

ends 03_two_dimensions "-0.057646 -0.000073"
summary
