# tutorial_output.awk - compares an output as a text shows it (first file) with what was printed (second file), for
# tutorial.sh: words must be equal, numbers near to each other (see there).  Prints the lines that differ; ends with 1
# when there are any, or when the text shows nothing.
function words(text, list) {
    gsub(/−/, "-", text)
    gsub(/[][(),:=;"]/, " & ", text)
    gsub(/-nan/, "nan", text)
    return split(text, list, " ")
}
function is_number(word) {
    return word ~ /^[-+]?[0-9]+([.][0-9]*)?(e[-+]?[0-9]+)?%?$/
}
# One unit of the last digit shown: of 12.50 0.01, of 1.5e-3 1e-4.
function unit(word,    mantissa, decimals, power) {
    sub(/%$/, "", word)
    power = 0
    if (match(word, /e/)) {
        power = substr(word, RSTART + 1) + 0
        word = substr(word, 1, RSTART - 1)
    }
    decimals = match(word, /[.]/) ? length(word) - RSTART : 0
    return decimals == 0 && power == 0 ? 0 : 10 ^ (power - decimals)
}
function near(a, b,    apart, size, smallest) {
    if (a == b)
        return 1
    if (!is_number(a) || !is_number(b))
        return 0
    smallest = 1.5 * unit(a)
    apart = a - b < 0 ? b - a : a - b
    size = a < 0 ? -a : a + 0
    return apart <= smallest * (1 + 1e-9) || apart <= within * size
}
FILENAME == ARGV[1] { says[FNR] = $0; said = FNR; next }
{ prints[FNR] = $0; printed = FNR }
END {
    if (!said) {
        print "the text shows nothing"
        exit 1
    }
    for (i = 1; i <= said || i <= printed; i++) {
        n = words(says[i], a)
        bad = n != words(prints[i], b)
        for (k = 1; k <= n && !bad; k++)
            bad = !near(a[k], b[k])
        if (bad) {
            print "< " says[i]
            print "> " prints[i]
            failed = 1
        }
    }
    exit failed
}
