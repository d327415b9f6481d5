/* number.c - decimal numbers in text.
 *
 * strtod follows the locale: where the decimal comma is usual it stops at the point of "1.5".  Here the point
 * is ours: most numbers are m * 10^e with m <= 2^53 and |e| <= 22, both exact in a double, so that a single
 * multiplication or division rounds once and correctly (W. D. Clinger, "How to read floating point numbers
 * accurately", PLDI 1990).  For the rest strtod gets the digits without a point, as "15e-1". */
#include <inttypes.h>
#include <stdlib.h>

#include "number.h"

typedef struct decimal {                    /* m * 10^exponent, the sign apart */
    const char *digits, *end;               /* of m: may contain the point */
    uint64_t    m;                          /* its value, where it fits: */
    bool        fits;
    int64_t     exponent;
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The digits and the point; false when there is no digit. */
static bool scan_digits(const char **at, const char *end, decimal *d)
{
    const char *p = *at;
    bool any = false, point = false;
    *d = (decimal){ .digits = p, .fits = true };
    for (; p < end && (is_digit(*p) || (*p == '.' && !point)); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        any = true;
        d->exponent -= point;
        if (d->m > UINT64_MAX / 10 - 1)
            d->fits = false;
        else
            d->m = 10 * d->m + (uint64_t)(*p - '0');
    }
    d->end = *at = p;
    return any;
}

static bool scan_exponent(const char **at, const char *end, decimal *d)
{
    const int64_t enough = INT64_C(1000000000000);
    const char *p = *at;
    if (p == end || (*p != 'e' && *p != 'E'))
        return true;
    p++;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !is_digit(*p))
        return false;
    int64_t e = 0;
    for (; p < end && is_digit(*p); p++)
        if (e < enough)
            e = 10 * e + (*p - '0');
    d->exponent += negative ? -e : e;
    *at = p;
    return true;
}

/* No double, and no midpoint between two, has more than 767 significant digits: of what comes after them
 * only matters whether it is zero. */
static double by_strtod(const decimal *d)
{
    enum { ENOUGH = 780 };
    char text[ENOUGH + 32];
    size_t n = 0;
    int64_t exponent = d->exponent;
    bool more = false;
    for (const char *p = d->digits; p < d->end; p++) {
        if (*p == '.' || (n == 0 && *p == '0'))
            continue;
        if (n < ENOUGH) {
            text[n++] = *p;
        } else {
            more |= *p != '0';
            exponent++;
        }
    }
    if (n == 0)
        return 0;
    if (more)
        text[n - 1] = '1';
    snprintf(text + n, sizeof text - n, "e%" PRId64, exponent);
    return strtod(text, NULL);
}

static double value_of(const decimal *d)
{
    static const double power[] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19, 1e20, 1e21, 1e22
    };
    if (!d->fits || d->m > UINT64_C(1) << 53 || d->exponent < -22 || d->exponent > 22)
        return by_strtod(d);
    return d->exponent < 0 ? (double)d->m / power[-d->exponent] : (double)d->m * power[d->exponent];
}

/* text, without regard to case, against a word in small letters. */
static bool is_word(const char *text, const char *end, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(end - text) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((text[i] | 0x20) != word[i])
            return false;
    return true;
}

gd_number gd_number_read(const char *text, size_t length, bool allow_nan, gd_real *value)
{
    const char *at = text, *end = text + length;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    if (allow_nan && (is_word(at, end, "inf") || is_word(at, end, "infinity"))) {
        *value = (gd_real)(negative ? -INFINITY : INFINITY);
        return GD_IS_NUMBER;
    }
    if (allow_nan && is_word(at, end, "nan")) {
        *value = (gd_real)NAN;
        return GD_IS_NUMBER;
    }
    decimal d;
    if (!scan_digits(&at, end, &d) || !scan_exponent(&at, end, &d) || at != end)
        return GD_NOT_A_NUMBER;
    gd_real number = (gd_real)value_of(&d);
    if (isinf(number))
        return GD_OUT_OF_RANGE;
    *value = negative ? -number : number;
    return GD_IS_NUMBER;
}
