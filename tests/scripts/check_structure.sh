#!/bin/sh
# check_structure.sh - fails when a private header uses a name with the public prefix (gd_, GD_) that no public header
# declares, a public header one with the private prefix (gi_, GI_), or a source includes a header of a room that comes
# after its own.  (The symbols of the libraries: exports.sh.)  First it checks itself, on a tree with all these faults.
cd "$(dirname "$0")/../.." || exit 1
here=$PWD
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# The rooms of src: each may include from those before its own, and not from another of its row.
rooms='text debug
base
tensor kernels files
autograd
operations
nn data plot diagnose capture
optim
checkpoint trace metrics'

# Switches of a build, which are no part of the interface.
switches='GD_DEBUG GD_PLAIN GD_NO_ZLIB GD_NO_PNG GD_NO_THREADS GD_CBLAS GD_DOUBLE'

# words PATTERN FILE.. - the words of that kind outside of comments and strings: "FILE WORD"
words() {
    pattern=$1
    shift
    awk -v pattern="$pattern" '
        FNR == 1 { inside = 0 }
        {
            gsub(/"([^"\\]|\\.)*"/, "\"\"")
            line = $0
            code = ""
            while (line != "") {
                mark = index(line, inside ? "*/" : "/*")
                if (!inside) code = code " " (mark ? substr(line, 1, mark - 1) : line)
                if (!mark) break
                line = substr(line, mark + 2)
                inside = !inside
            }
            while (match(code, /[A-Za-z_][A-Za-z0-9_]*/)) {
                word = substr(code, RSTART, RLENGTH)
                if (word ~ pattern) print FILENAME, word
                code = substr(code, RSTART + RLENGTH)
            }
        }' "$@" | sort -u
}

# faults FOLDER - prints one line for each.
faults() (
    cd "$1" || exit 1
    public=$(find include -name '*.h') private=$(find src -name '*.h')
    words '^(gd|GD)_[A-Za-z0-9]' $public | cut -d ' ' -f 2 > "$work/declared"
    printf '%s\n' $switches >> "$work/declared"
    words '^(gd|GD)_[A-Za-z0-9]' $private | awk 'NR == FNR { declared[$1] = 1; next }
        !($2 in declared) { print $1 ": " $2 " has the prefix of public names, and no public header declares it" }
        ' "$work/declared" -
    words '^(gi|GI)_' $public | sed 's/\(.*\) \(.*\)/\1: \2 has the prefix of private names/'
    grep -n '^ *# *include "' $(find src -name '*.[ch]') /dev/null | sed 's/:[0-9]*:[^"]*"/ /; s/".*//' |
        awk -v rooms="$rooms" -v headers="$private" '
            BEGIN {
                rows = split(rooms, row, "\n")
                for (i = 1; i <= rows; i++) {
                    n = split(row[i], room, " ")
                    for (k = 1; k <= n; k++) rank[room[k]] = i
                }
                n = split(headers, header, /[ \n]+/)
                for (i = 1; i <= n; i++) exists[header[i]] = 1
            }
            {
                split($1, path, "/")
                own = path[2]
                beside = $1
                sub(/[^\/]*$/, "", beside)
                if ($2 ~ /^gradus(\/|\.h)/ || beside $2 in exists) next
                other = $2
                sub(/\/.*/, "", other)
                if (other == own) next
                if (!(own in rank)) print $1 ": src/" own " is not a room listed in check_structure.sh"
                else if (!(other in rank)) print $1 ": " $2 " is in no room listed in check_structure.sh"
                else if (rank[other] >= rank[own]) print $1 ": src/" own " must not include " $2
            }'
)

mkdir -p "$work/probe/include/gradus" "$work/probe/src/tensor" "$work/probe/src/nn" "$work/probe/src/attic"
cat > "$work/probe/include/gradus/new.h" <<'END'
typedef struct gd_known gd_known;           /* gi_fine: a comment */
int gd_visible(gi_leaked *x);
END
cat > "$work/probe/src/tensor/new.h" <<'END'
#include "autograd/engine.h"
#include "gradus/tensor.h"
#include "base/memory.h"
#ifdef GD_DEBUG                             /* gd_unseen: a comment
                                             * of two lines: gd_unseen */
#endif
int gd_hidden(gd_known *x, const char *name = "gd_unseen");
#define GD_HIDDEN(x) gi_fine(x, gd_visible(x))
typedef struct gd_hidden_type gd_hidden_type;
END
echo '#include "data/csv.h"' > "$work/probe/src/nn/new.c"
echo '#include "base/memory.h"' > "$work/probe/src/attic/new.c"
echo '#include "attic/new.h"' > "$work/probe/src/nn/newer.c"
mkdir "$work/probe/src/nn/parts"
: > "$work/probe/src/nn/parts/fine.h"
echo '#include "parts/fine.h"' > "$work/probe/src/nn/fine.c"
noticed=$(faults "$work/probe" | wc -l)
if [ "$noticed" != 8 ]; then
    faults "$work/probe" >&2
    echo "check_structure.sh: the self-check failed: $noticed of 8 faults are noticed" >&2
    exit 1
fi
found=$(faults .)
[ -z "$found" ] && exit 0
echo "$found" >&2
exit 1
