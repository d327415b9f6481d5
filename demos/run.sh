#!/bin/sh
# run.sh - runs demos, as many at a time as there are processors, and tells how far it is.  What a demo prints goes to
# out/NAME.txt, its picture to out/NAME.png.
#     sh demos/run.sh BUILD short NAME..      make demo: with the arguments in demos/arguments, where there are any
#     sh demos/run.sh BUILD long NAME..       make demo-long: those listed in demos/arguments, with their own defaults
# DEMO_JOBS=1: one after the other.
build=$1 mode=$2
shift 2

# arguments NAME - what demos/arguments says; fails where NAME is not listed.
arguments() { awk -v name="$1" '$1 == name { $1 = ""; print; found = 1 } END { exit !found }' demos/arguments; }

if [ "$mode" = one ]; then                  # a call by xargs below: how many there are, short or long, and the name
    total=$1 how=$2 name=$3
    given=
    [ "$how" = long ] || given=$(arguments "$name")
    began=$(date +%s)
    if "$build/demos/$name" $given >"out/$name.txt" 2>&1; then result=; else result="  FAILED"; fi
    ended=$(date +%s)
    echo "$name$result" >>"$RAN"
    picture=
    [ ! -f "out/$name.png" ] || picture="out/$name.png"
    printf '[%2d/%d] %-26s %4d s  %s%s\n' "$(wc -l <"$RAN")" "$total" "$name" $((ended - began)) "$picture" "$result"
    [ -z "$result" ] || tail -5 "out/$name.txt"
    exit 0                                  # the others run, too
fi

names=
for name in "$@"; do
    [ "$mode" = short ] || arguments "$name" >/dev/null || continue
    names="$names $name"
done
RAN=$(mktemp) || exit 1
export RAN
trap 'rm -f "$RAN"' EXIT
jobs=${DEMO_JOBS:-$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 1)}
set -- $names
mkdir -p out
began=$(date +%s)
echo "$# demos, $jobs at a time; what they print goes to out/NAME.txt"
printf '%s\n' "$@" | xargs -P "$jobs" -n 1 sh "$0" "$build" one $# "$mode"
failed=$(grep -c FAILED "$RAN")
seconds=$(($(date +%s) - began))
echo "$(wc -l <"$RAN" | tr -d ' ') demos in $seconds s, $failed failed; make gallery shows their pictures"
[ "$failed" = 0 ] && [ "$(wc -l <"$RAN")" -eq $# ]
