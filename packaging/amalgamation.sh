#!/bin/sh
# amalgamation.sh FOLDER - writes the library as two files, FOLDER/gradus.h and FOLDER/gradus.c, for programs that would
# rather compile it than find it:
#     cc -O2 program.c gradus.c -lm           or, in double, with -DGD_DOUBLE
# From -O2 on the numbers are the same, bit for bit, as with the library that make builds: see the two pragmas.
cd "$(dirname "$0")/.." || exit 1
folder=${1:?amalgamation.sh: no folder is given}
mkdir -p "$folder" || exit 1
version=$(sed -n 's/^#define GD_VERSION "\(.*\)"$/\1/p' include/gradus/version.h)

# Flags follow folders in the Makefile; here the fused ones are last.  The files with elementwise.h, whose macros have
# short names, are in the middle, one behind the other.
elementwise=$(grep -l '"\(operations/\)*elementwise.h"' src/operations/fused/*.c)
fused="$elementwise
$(LC_ALL=C ls src/kernels/*.c src/operations/fused/*.c | grep -vxF "$elementwise")"
others="$(LC_ALL=C ls src/*/*.c src/*/*/*.c | grep -vxF "$fused" | grep -vx src/operations/apply.c)
src/operations/apply.c"

{
    echo "/* gradus.h - Gradus $version, all headers in one file, written by make amalgamation; see gradus.c."
    echo " *"
    sed 's/^/ * /; s/ *$//' LICENSE
    echo " */"
    awk -v mode=header -f packaging/amalgamation.awk
} >"$folder/gradus.h" || exit 1

{
    echo "/* gradus.c - Gradus $version, all sources in one file, written by make amalgamation."
    cat <<'END'
 *
 *     cc -O2 program.c gradus.c -lm           or, in double, with -DGD_DOUBLE
 *
 * where program.c includes gradus.h, which lies beside it (-I. for <gradus.h>).  Older C libraries need -pthread too.
 * PNG files are written if stb_image_write.h is installed (-DGD_NO_PNG: never); compressed data are read with
 * -DGD_ZLIB, which needs zlib: -lz.  -DGD_DEBUG notices the use of tensors after their end.
 *
 * Names with _in_ are those of the sources before it: length_in_data_source is length in src/data/source.c.  Fused
 * products and sums: the Makefile allows them for two folders (-ffp-contract=fast) and forbids them elsewhere; here
 * pragmas do, and the files of these folders, with their own copy of the functions real_.., are the last ones.
 *
END
    sed 's/^/ * /; s/ *$//' LICENSE
    cat <<'END'
 */
#if defined(__linux__)
#define _GNU_SOURCE
#elif defined(__unix__) || defined(__APPLE__)
#define _XOPEN_SOURCE 700
#define _DARWIN_C_SOURCE
#endif
#if !defined(GD_ZLIB) && !defined(GD_NO_ZLIB)
#define GD_NO_ZLIB
#endif
#if defined(__clang__)
#pragma clang fp contract(off)
#pragma clang diagnostic ignored "-Wunused-function"        /* of static inline functions in what were headers */
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#include "gradus.h"
END
    awk -v mode=source -f packaging/amalgamation.awk $others fused $fused
} >"$folder/gradus.c"
