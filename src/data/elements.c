/* elements.c - numbers in binary files.  They are assembled byte by byte, independent of the machine's byte order; half
 * precision is that of IEEE 754, bfloat16 is the upper half of a float. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "elements.h"
#include "gradus/tensor.h"
#include "text/format.h"

enum { CHUNK = 1 << 14 };                   /* bytes read at once: a multiple of every size */

size_t gi_element_size(gi_element type)
{
    static const uint8_t size[GI_ELEMENTS] = {
        [GI_BOOL] = 1, [GI_U8] = 1, [GI_I8] = 1, [GI_U16] = 2, [GI_I16] = 2, [GI_U32] = 4, [GI_I32] = 4,
        [GI_U64] = 8, [GI_I64] = 8, [GI_F16] = 2, [GI_BF16] = 2, [GI_F32] = 4, [GI_F64] = 8
    };
    return size[type];
}

bool gi_elements_fit(gi_input *in, gi_element type, int ndim, const uint64_t *sizes, int64_t *n)
{
    uint64_t most = INT64_MAX / 8, product = 1;
    bool empty = false;
    for (int i = 0; i < ndim; i++) {
        if (sizes[i] > most)
            return gd_fail("%s: %s: axis %d has %" PRIu64 " elements, more than memory can hold", in->raw.function,
                           in->raw.path, i, sizes[i]);
        if (sizes[i] == 0)
            empty = true;
        else if (product > most / sizes[i])
            return gd_fail("%s: %s: the shape has more elements than memory can hold", in->raw.function, in->raw.path);
        else
            product *= sizes[i];
    }
    *n = empty ? 0 : (int64_t)product;
    return gi_input_holds(in, (uint64_t)*n * gi_element_size(type));
}

/* ---- One number --------------------------------------------------------------------------------------- */

static uint64_t bits_at(const unsigned char *p, size_t size, bool big_endian)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < size; i++)
        bits = bits << 8 | p[big_endian ? i : size - 1 - i];
    return bits;
}

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static double double_of(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* Sign, 5 bits of exponent with bias 15, 10 bits of fraction. */
static float half_of(uint32_t bits)
{
    int exponent = (int)(bits >> 10 & 31), fraction = (int)(bits & 1023);
    float size;
    if (exponent == 31)
        size = fraction ? NAN : INFINITY;
    else if (exponent == 0)
        size = ldexpf((float)fraction, -24);
    else
        size = ldexpf((float)(1024 + fraction), exponent - 25);
    return bits >> 15 ? -size : size;
}

/* An integer of `size` bytes in two's complement. */
static int64_t signed_of(uint64_t bits, size_t size)
{
    uint64_t sign = UINT64_C(1) << (8 * size - 1);
    return bits & sign ? -(int64_t)(sign - 1 - (bits & (sign - 1))) - 1 : (int64_t)bits;
}

/* Integers are converted exactly or refused.  The comparison with the limit comes first: converting back a number
 * beyond it would be undefined. */
static bool from_unsigned(uint64_t whole, gd_real *to)
{
    *to = (gd_real)whole;
    return *to < (gd_real)18446744073709551616.0 && (uint64_t)*to == whole;
}

static bool from_signed(int64_t whole, gd_real *to)
{
    *to = (gd_real)whole;
    return *to < (gd_real)9223372036854775808.0 && (int64_t)*to == whole;
}

/* The number that bits represent; false when gd_real cannot hold it. */
static bool convert(gi_element type, uint64_t bits, gd_real *to)
{
    switch (type) {
    case GI_F16:
        *to = (gd_real)half_of((uint32_t)bits);
        return true;
    case GI_BF16:
        *to = (gd_real)float_of((uint32_t)bits << 16);
        return true;
    case GI_F32:
        *to = (gd_real)float_of((uint32_t)bits);
        return true;
    case GI_F64:
        *to = (gd_real)double_of(bits);
        return isinf(double_of(bits)) || (!isinf(*to) && (*to != 0 || double_of(bits) == 0));
    case GI_I8: case GI_I16: case GI_I32: case GI_I64:
        return from_signed(signed_of(bits, gi_element_size(type)), to);
    case GI_BOOL:
        *to = (gd_real)bits;
        return bits <= 1;
    default:
        return from_unsigned(bits, to);
    }
}

/* ---- Many --------------------------------------------------------------------------------------------- */

static void *does_not_fit(const gi_input *in, gi_element type, uint64_t bits, int64_t index)
{
    char text[32];
    const char *of = in->tensor ? " of \"" : "", *tensor = in->tensor ? in->tensor : "", *end = in->tensor ? "\"" : "";
    if (type == GI_BOOL)
        return gd_fail("%s: %s: element %" PRId64 "%s%s%s is the byte %" PRIu64 ", and of type bool: 0 or 1 expected",
                       in->raw.function, in->raw.path, index, of, tensor, end, bits);
    const char *kind = sizeof(gd_real) == sizeof(float) ? "float" : "double";
    if (type == GI_F64 && fabs(double_of(bits)) < 1) {
        gi_format(text, sizeof text, "%g", double_of(bits));
        return gd_fail("%s: %s: element %" PRId64 "%s%s%s is %s, which would become 0 as a %s", in->raw.function,
                       in->raw.path, index, of, tensor, end, text, kind);
    }
    if (type == GI_F64)
        gi_format(text, sizeof text, "%g", double_of(bits));
    else if (type == GI_I8 || type == GI_I16 || type == GI_I32 || type == GI_I64)
        snprintf(text, sizeof text, "%" PRId64, signed_of(bits, gi_element_size(type)));
    else
        snprintf(text, sizeof text, "%" PRIu64, bits);
    return gd_fail("%s: %s: element %" PRId64 "%s%s%s is %s, which a %s cannot hold", in->raw.function, in->raw.path,
                   index, of, tensor, end, text, kind);
}

bool gi_elements_read(gi_input *in, gi_element type, bool big_endian, int64_t n, gd_real *to)
{
    unsigned char chunk[CHUNK];
    size_t size = gi_element_size(type);
    for (int64_t i = 0; i < n;) {
        int64_t count = n - i < (int64_t)(CHUNK / size) ? n - i : (int64_t)(CHUNK / size);
        if (!gi_input_take(in, chunk, (size_t)count * size, "the numbers"))
            return false;
        for (int64_t k = 0; k < count; k++) {
            uint64_t bits = bits_at(chunk + (size_t)k * size, size, big_endian);
            if (!convert(type, bits, to + i + k))
                return does_not_fit(in, type, bits, i + k);
        }
        i += count;
    }
    return true;
}
