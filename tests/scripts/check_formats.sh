#!/bin/sh
# check_formats.sh - fails when a source asks the C library for text that depends on the locale: a call of the
# printf family with a conversion of a number with a fraction, or with its arguments in a list; strtod and its
# relatives, strerror.  text/format.h and data/number.h have replacements.  gd_fail and gi_format are
# fine.  First it checks itself.
cd "$(dirname "$0")/../.." || exit 1

# Each call from its name to the semicolon, on one line: FILE:LINE: CALL
calls() {
    awk '
        FNR == 1 { call = "" }
        { line = $0; sub(/\/\*.*/, "", line) }
        call != "" { call = call " " line }
        call == "" && match(line, /(^|[^A-Za-z0-9_])v?(f|s|sn|d|w|fw|sw)?(printf|wprintf)[ \t]*\(/) {
            call = substr(line, RSTART); at = FILENAME ":" FNR
        }
        call != "" && call ~ /;/ { print at ": " call; call = "" }
    ' "$@"
}

wrong() {
    calls "$@" | grep -v 'text/format\.c:' | sed 's/%%//g' | grep -E \
        '(^|[^A-Za-z0-9_])v(f|s|sn|d)?w?printf *\(|%[-+ #0]*[0-9*]*(\.[0-9*]*)?[lL]?[aefgAEFG]'
    grep -nE '(^|[^A-Za-z0-9_])(strtod|strtof|strtold|atof|[fs]?scanf|strerror|perror|setlocale|strftime) *\(' \
        /dev/null "$@" | grep -vE '(text/format|data/number)\.c:'
}

probe=$(mktemp -d) || exit 1
trap 'rm -rf "$probe"' EXIT
cat > "$probe/wrong.c" <<'END'
    fprintf(out, "%.6g", x);
    n = snprintf(text, sizeof text, "%d and "
                 "%-8.3f", 1, x);
    vsnprintf(text, sizeof text, format, arguments);
    printf("%+Le\n", x);
    double x = strtod(text, NULL);
    return strerror(errno);
END
cat > "$probe/right.c" <<'END'
    fprintf(out, "%d %zu %s\n", n, size, "text");
    gi_format(text, sizeof text, "%g", x);
    gd_fail("x = %g", x);
    snprintf(text, sizeof text, "%" PRId64 "%%f", n);
    gi_vformat(text, sizeof text, format, arguments);
END
if [ "$(wrong "$probe/wrong.c" | wc -l)" -ne 6 ]; then
    echo "check_formats.sh: the self-check failed: wrong calls are not noticed" >&2
    exit 1
fi
if [ -n "$(wrong "$probe/right.c")" ]; then
    echo "check_formats.sh: the self-check failed: valid calls are refused: $(wrong "$probe/right.c")" >&2
    exit 1
fi

found=$(wrong $(find src -name "*.[ch]"))
[ -z "$found" ] && exit 0
echo "$found" >&2
echo "These depend on the locale: gi_format, gi_number_read and gi_system_error do not." >&2
exit 1
