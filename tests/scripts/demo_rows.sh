# demo_rows.sh - what demos.sh and chapter.sh share: rows that run a demo at a small size and check what it prints.
build=$(cd "${1:-build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"
. tests/scripts/data.sh
passed=0 failed=0 left_out=0

# run DEMO ARGUMENTS SAYS CHECK - CHECK is an awk program that reads the output and exits 0 when it is good.  SAYS
# is empty for a demo without data, "data" for one that has them and must not mention made-up data, or the text it
# must print without them: then it must not name the real data set.
run() {
    said=$work/$1.txt
    rm -f "$work/out/$1.png"
    (cd "$work" && "$build/demos/$1" $2 >"$said" 2>&1) && awk "$4" "$said" &&
        "$build/tests/png_decodes" "$work/out/$1.png" && says "$3" "$said"
    if [ $? = 0 ]; then
        passed=$((passed + 1)); echo "  good  $1 $2"
    else
        failed=$((failed + 1)); echo "  BAD   $1 $2"; tail -20 "$said"
    fi
}

says() {
    case $1 in
        "")   true ;;
        data) ! grep -qi "made.up" "$2" ;;
        *)    grep -q "$1" "$2" && ! grep -qi "on airfoil\|on Fashion" "$2" ;;
    esac || { echo "        it does not describe its data as it should"; false; }
}

# with FILE.. -- DEMO .. - the same where one of the files exists
with() {
    there=
    while [ "$1" != -- ]; do
        [ ! -f "$1" ] || there=$1
        shift
    done
    shift
    if [ -n "$there" ]; then
        run "$@"
    else
        left_out=$((left_out + 1)); echo "  -     $1 $2 (its data are missing)"
    fi
}
airfoil() { with "$GRADUS_DATA" "$GRADUS_DATA/airfoil_self_noise.dat" -- "$@"; }
fashion() {
    with "$GRADUS_DATA/train-images-idx3-ubyte.gz" \
        /usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz -- "$@"
}
licence() { with /usr/share/common-licenses/GPL-3 -- "$@"; }
: "${GRADUS_DATA:=}"
none=/no/such

# summary - ends the script.
summary() {
    echo "$passed passed, $failed failed, $left_out left out"
    [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
}
