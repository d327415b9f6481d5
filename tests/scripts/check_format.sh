#!/bin/sh
# check_format.sh [FILE..] - fails when clang-format, as .clang-format tells it, would set blanks, braces or indentation
# otherwise than a C file does.  Where lines are broken, columns of comments and declarations, directives, macros of
# several lines and the rows of tables are left to the author.  Without FILE, all C files of the tree.  First it checks
# itself, on a file with these faults.
cd "$(dirname "$0")/../.." || exit 1
command -v clang-format >/dev/null || { echo "check_format.sh: there is no clang-format here" >&2; exit 1; }

# faults FILE.. - what diff says of a file and its formatted self, cut into places of as many lines before as after.
# Copies of all files are formatted at once: clang-format needs longer to start than for a file.
faults() {
    copies=$(mktemp -d) || exit 1
    cp .clang-format "$copies"
    for file in "$@"; do
        mkdir -p "$copies/$(dirname "$file")" && cp "$file" "$copies/$file" || exit 1
    done
    (cd "$copies" && clang-format -i --style=file "$@") || { echo "clang-format fails"; exit 1; }
    for file in "$@"; do
        cmp -s "$file" "$copies/$file" || diff "$file" "$copies/$file" | awk -v file="$file" '
            # Columns are closed up; so are what clang-format takes for declarations ("z *old") and empty steps of for.
            function closed_up(line) {
                gsub(/[ \t]+/, " ", line)
                gsub(/^ | $/, "", line)
                gsub(/ ?\* ?/, "*", line)
                gsub(/ ?\(\*/, "(*", line)
                gsub(/; \)/, ";)", line)
                return line
            }
            function bare(line)   { gsub(/[ \t]/, "", line); return line }
            function indent(line) { match(line, /^ */); return RLENGTH }
            function by_hand(line) { return line ~ /^ *#|\\$|^ *[A-Z_0-9]+ *\(|^ *\/?\*/ }
            function begins_statement(number,   before) {
                before = source[number - 1]
                sub(/ *\/\*.*\*\/ *$/, "", before)
                return before ~ /(;|\}|^\{|\) \{|else \{|do \{)$/ && !by_hand(before)
            }
            function tell(   i) {
                for (i = 1; i <= olds && olds == news; i++)
                    if (bare(old[i]) == bare(new[i]) && !by_hand(old[i]) && (closed_up(old[i]) != closed_up(new[i]) ||
                            (begins_statement(first + i - 1) && indent(old[i]) != indent(new[i]))))
                        print file ":" first + i - 1 ": " old[i] "\n    clang-format: " new[i]
                olds = news = 0
            }
            FILENAME != "-" { source[FNR] = $0; next }
            /^[0-9]/ { tell(); split($0, range, /[^0-9]/); first = range[1] }
            /^</     { old[++olds] = substr($0, 3) }
            /^>/     { new[++news] = substr($0, 3) }
            END      { tell() }
        ' "$file" -
    done
    rm -rf "$copies"
}

probe=$(mktemp -d) || exit 1
trap 'rm -rf "$probe"' EXIT
cat > "$probe/wrong.c" <<'C'
int f(int a,int b)
{
    if(a == b)
        return a+b;
   int c = a;
    return ( c );
}
C
cat > "$probe/right.c" <<'C'
struct pair {
    int   first;                            /* columns */
    long *second;
};

ROW (tanh,  1,   2)

static int f(int a, int b)                  /* broken by hand */
{
    for (int i = 0; i < a; ) {
        i += a == b ? a * b :
             a;
    }
    return a + b;
}
C
here=$PWD
cp .clang-format "$probe"
cd "$probe" || exit 1
if [ "$(faults wrong.c | grep -c clang-format:)" != 5 ]; then
    faults wrong.c >&2
    echo "check_format.sh: it does not notice what is wrong" >&2
    exit 1
fi
refused=$(faults right.c)
cd "$here" || exit 1
if [ -n "$refused" ]; then
    echo "check_format.sh: it refuses what is right: $refused" >&2
    exit 1
fi

[ $# -gt 0 ] || set -- $(find include src demos lab exercises bench tests -name '*.[ch]' ! -name double_names.h | sort)
found=$(faults "$@")
[ -z "$found" ] && exit 0
echo "$found" >&2
exit 1
