#!/bin/sh
# lab.sh - gradus-lab: end points that the book prints, minima of the zoo, the protocol, what it writes, and that wrong
# input gets one message and exit status 2.
#     sh tests/scripts/lab.sh [build folder]
build=$(cd "${1:-build}" && pwd) || exit 1
lab=$build/gradus-lab
top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
passed=0 failed=0

good() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "  BAD   $*"; [ ! -s said ] || tail -12 said; }

# ends ARGUMENTS TEXT - it succeeds, and prints a line with the text.
ends() {
    if "$lab" $1 >said 2>&1 && grep -qF -- "$2" said; then good; else bad "gradus-lab $1: \"$2\" expected"; fi
}

# near ARGUMENTS LIMIT - it succeeds, and the last "f less its minimum" is below the limit.
near() {
    if "$lab" $1 >said 2>&1 && awk -v limit="$2" '/f less its minimum [-0-9]/ { last = $NF; seen = 1 }
            END { exit !(seen && last < limit && last > -1e-9) }' said
    then good; else bad "gradus-lab $1: below $2 expected"; fi
}

# refused ARGUMENTS TEXT - status 2, nothing on standard output, one line on standard error with the text.
refused() {
    "$lab" $1 >out 2>said
    status=$?
    if [ $status = 2 ] && [ ! -s out ] && [ "$(wc -l <said)" = 1 ] && grep -qF -- "$2" said; then good
    else bad "gradus-lab $1: status $status, \"$2\" expected"; fi
}

# ---- The end points of the book's traces, 20 steps from (-5, -2) on 0.1 x^2 + 2 y^2 ----
ends "-r 0.4 -n 20 sgd" "(-0.943467, -0.000073)"
ends "-r 0.6 -n 20 sgd" "(-0.387814, -1673.365109)"
ends "-r 0.6 -n 20 sgd,momentum=0.5" "(0.007188, 0.002553)"
ends "-r 0.6 -n 20 sgd,momentum=0.25" "(-0.126340, -0.186632)"
ends "-r 0.4 -n 20 adagrad.d2l" "(-2.382563, -0.158591)"
ends "-r 2 -n 20 adagrad.d2l" "(-0.002295, -0.000000)"
ends "-r 0.4 -n 20 rmsprop.d2l,rho=0.9" "(-0.010599, 0.000000)"
ends "-f bowl -r 0.1 -n 20 sgd" "(-0.057646, -0.000073)"
ends "-r 2 -n 400 sgd" "diverged"

# ---- Every function has its minimum where the list says ----
functions=$("$lab" --list functions | awk '/^  [a-z]/ { print $1 }')
[ "$(echo "$functions" | wc -l)" -ge 12 ] || bad "--list functions"
for f in $functions; do
    case $f in
        rastrigin | ackley) near "-f $f -n 300 --start 0.2,-0.1 -c cosine adam" 1e-3 ;;
        valley)             near "-f $f -n 300 -c cosine adam" 1e-2 ;;
        *)                  near "-f $f -n 60 -r 1 lbfgs" 1e-7 ;;
    esac
done

# ---- Every optimizer and every dialect runs; every option can be listed ----
"$lab" --list optimizers | awk '
    /^  [a-z]/  { name = $1; print name }
    /dialects:/ { for (i = 2; i <= NF; i++) print name "." $i }' >names
[ "$(wc -l <names)" -ge 40 ] || bad "--list optimizers"
while read -r name; do
    ends "-n 5 -r 0.01 -o all $name" "rate 0.01"
    "$lab" --list "$name" >said 2>&1 && [ "$(grep -c '^  ' said)" -ge 2 ] && good || bad "--list $name"
done <names
for c in $("$lab" --list schedules | awk '/^  [a-z]/ { print $1 }'); do
    ends "-n 50 -r 0.1 -c $c adam" "rate 0.1"
    ends "-n 50 -r 0.1 -c $c,warmup=10 adam" "rate 0.1"
done

# ---- The learning rate of each step, as it is written ----
ends "-n 10 -r 0.1 -c step,every=4,gamma=0.1,warmup=2 -o rates sgd" "rate 0.1"
printf '0 0.05 0.1 0.1 0.1 0.1 0.01 0.01 0.01 0.01 ' >expected
awk -F, 'NR > 2 { printf "%g ", $4 }' rates/runs.csv >got
cmp -s expected got && good || { bad "learning rates of a schedule: $(cat got)"; }

# ---- The protocol: the same grid for all, printed; the same command gives the same bytes ----
protocol="-f ravine -r 0.01..3:8 -n 60 --seeds 4 --noise 0.3 --spread 0.2 sgd sgd,momentum=0.9 adam"
"$lab" $protocol -o one >one.txt 2>&1 && "$lab" $protocol -o two >two.txt 2>&1 || bad "the protocol fails"
sed 's/are in .*//' one.txt >said
sed 's/are in .*//' two.txt | cmp -s - said && good || bad "two runs of the protocol differ"
for file in paths.png loss.png rates.png trace-1.png trace-2.png trace-3.png runs.csv rates.csv trace-1.csv; do
    cmp -s one/$file two/$file && good || bad "$file differs between two runs, or is missing"
done
for file in one/*.png; do "$build/tests/png_decodes" "$file" && good || bad "$file does not decode"; done
# The table's stars are the lowest scores of rates.csv, and the comparison is in the order of its medians.
awk -F, '
    NR > 1 {
        name = $0
        sub(/,[^,]*,[^,]*,[^,]*$/, "", name)
        score = $(NF - 1)
        if (score != "inf" && (!(name in low) || score + 0 < low[name])) low[name] = score + 0
        if ($NF == 1) { stars++; star[name] = score + 0 }
    }
    END { for (name in low) if (star[name] != low[name]) exit 1; exit stars != 3 }' one/rates.csv && good ||
    bad "rates.csv: the best rate"
awk '
    /^Best against best/ { inside = 1 }
    /^After/             { inside = 0 }
    inside && $3 ~ /e[-+]/ { if (seen && $3 + 0 < last) exit 1; last = $3 + 0; seen++ }
    END { exit seen != 3 }' one.txt && good || bad "the order of the comparison"
ends "-r 0.01,0.1 sgd" "at an end of the grid"
ends "-n 3 -r 1e-300..1e300:5 sgd" "1e-150 "

# ---- Wrong input ----
refused "" "which optimizer?"
refused "adamm" 'no optimizer "adamm"'
refused "adam.tfa" 'adam has no dialect "tfa"; it has: torch d2l'
refused "adam,beta3=1" "beta3"
refused "adam,beta1=2" "beta1"
refused "adam,beta1" "OPTION=VALUE"
refused "adam,beta1=x" "must be a number"
refused "adam,lr=1" "--rate"
refused "sgd,nesterov=1" "nesterov"
refused "adam adam" "named twice"
refused "-f hill adam" 'no function "hill"'
refused "-r 0 adam" "not a positive number"
refused "-r 1,0.5 adam" "must ascend"
refused "-r 1..0.1:3 adam" "is empty"
refused "-r 0.1..1 adam" "LOW..HIGH:N"
refused "-r 0.1..1:1 adam" "2 to 64 rates"
refused "-r 1..1.005:20 adam" "fewer than 20 rates of three digits"
refused "-r nan adam" "not a positive number"
refused "-n 0 adam" "whole number from 1"
refused "-n 1e9 adam" "whole number from 1"
refused "-n 2.5 adam" "whole number from 1"
refused "-n" "needs a value"
refused "--noise -1 adam" "from 0 to 1e6"
refused "--start 1 adam" "two numbers"
refused "--start 1,2,3 adam" "two numbers"
refused "--seeds 3 adam" "give --noise or --spread"
refused "-c spiral adam" 'no schedule "spiral"'
refused "-c cosine,end=1 adam" 'no key "end"'
refused "-c step,gamma adam" "KEY=VALUE"
refused "-c step,every=0 adam" "whole number of steps"
refused "-c exponential,gamma=0 adam" "gamma"
refused "-x adam" "no option -x"
refused "--help=1" "takes no value"
refused "--list birds" 'no optimizer "birds"'
refused "sgd adam yogi lion nadam radam adamax rprop asgd" "more than 8"
: >file
"$lab" -o file/below adam >out 2>said; [ $? = 1 ] && grep -q "cannot be made" said && good || bad "--out below a file"
"$lab" -o file adam >out 2>said
[ $? = 1 ] && [ ! -s out ] && grep -q "file is not a folder" said && good || bad "--out a file"
if [ -w /dev/full ]; then
    for arguments in --help --version "--list optimizers" "-n 3 -r 0.1 sgd"; do
        "$lab" $arguments >/dev/full 2>said
        [ $? = 1 ] && good || bad "gradus-lab $arguments: standard output is full"
    done
fi
ends "-r 0.1 -n 7 -o sp sgd,nesterov=1,momentum=0.9" "rate 0.1"
ends "--function=bowl --rate=0.1 -n7 sgd" "After 7 steps on bowl"

# ---- What it says about itself ----
"$lab" --help >said 2>&1 || bad "--help"
for word in $(grep -o -- '--[a-z]*' said | sort -u); do
    sed 's/\\-/-/g' "$top/lab/gradus-lab.1" | grep -q -- "$word" && good || bad "gradus-lab.1 does not mention $word"
done
if command -v man >/dev/null; then
    LC_ALL=C.UTF-8 MANPAGER=cat man --warnings -l "$top/lab/gradus-lab.1" >page 2>said
    [ -s page ] && [ ! -s said ] && good || bad "gradus-lab.1 has warnings"
fi
if command -v bash >/dev/null; then
    PATH=$build:$PATH bash -c '
        . "$0/lab/gradus-lab.bash"
        COMP_WORDS=(gradus-lab --function r); COMP_CWORD=2; _gradus_lab
        echo "${COMPREPLY[*]}"; COMP_WORDS=(gradus-lab yogi.t); COMP_CWORD=1; _gradus_lab; echo "${COMPREPLY[*]}"
        COMP_WORDS=(gradus-lab --s); COMP_CWORD=1; _gradus_lab; echo "${COMPREPLY[*]}"' "$top" >said 2>&1
    printf 'ravine rosenbrock rastrigin\nyogi.tfa\n--steps --start --schedule --seeds --spread\n' >expected
    cmp -s expected said && good || bad "completion"
fi

echo "gradus-lab: $passed passed, $failed failed"
[ $failed = 0 ] && [ $passed -gt 100 ]
