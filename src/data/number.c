/* number.c - decimal numbers in text.
 *
 * strtod follows the locale: where the decimal comma is usual it stops at the point of "1.5".  Here the point
 * is ours: most numbers are m * 10^e with m <= 2^53 and |e| <= 22, both exact in a double, so that a single
 * multiplication or division rounds once and correctly (W. D. Clinger, "How to read floating point numbers
 * accurately", PLDI 1990).  For the rest strtod gets the digits without a point, as "15e-1".
 *
 * A float is not rounded from that double when the double may lie between the number and a midpoint of two floats:
 * then strtof decides, so that a float, too, is rounded once. */
#include <float.h>
#include <inttypes.h>
#include <stdlib.h>

#include "number.h"

typedef struct decimal {                    /* m * 10^exponent, the sign apart */
    const char *digits, *end;               /* of m: may contain the decimal sign and separators of thousands */
    uint64_t    m;                          /* its value, where it fits: */
    bool        fits;
    int64_t     exponent;
} decimal;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A separator of thousands at p: three digits follow, and no fourth. */
static bool is_group(const char *p, const char *end)
{
    int n = 0;
    while (n < 4 && ++p < end && is_digit(*p))
        n++;
    return n == 3;
}

/* The digits with what stands between them; false when there is no digit. */
static bool scan_digits(const char **at, const char *end, gd_number_style style, decimal *d)
{
    const char *p = *at, *point = NULL;
    uint64_t m = 0;
    bool any = false, grouped = false, fits = true;
    for (; p < end; p++) {
        if (is_digit(*p)) {
            any = true;
            fits &= m <= UINT64_MAX / 10 - 1;
            m = 10 * m + (uint64_t)(*p - '0');
        } else if (*p == style.decimal && !point) {
            point = p;
        } else if (style.thousands && *p == style.thousands && !point && is_group(p, end) &&
                   (grouped || (p > *at && p - *at <= 3))) {
            grouped = true;
        } else {
            break;
        }
    }
    *d = (decimal){ .digits = *at, .end = p, .m = m, .fits = fits, .exponent = point ? point + 1 - p : 0 };
    *at = p;
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
static gd_real by_strtod(const decimal *d)
{
    enum { ENOUGH = 780 };
    char text[ENOUGH + 32];
    size_t n = 0;
    int64_t exponent = d->exponent;
    bool more = false;
    for (const char *p = d->digits; p < d->end; p++) {
        if (!is_digit(*p) || (n == 0 && *p == '0'))
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
#ifdef GD_DOUBLE
    return strtod(text, NULL);
#else
    return strtof(text, NULL);
#endif
}

#ifndef GD_DOUBLE
/* Is the nearest float of x, which was rounded to a double, surely the nearest one of the number before?  Not when x
 * is the midpoint of two floats: the 29 bits that a float lacks are 1 0 .. 0.  Nor where floats are subnormal. */
static bool rounds_once(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & ((UINT64_C(1) << 29) - 1)) != UINT64_C(1) << 28 && (x >= 2 * (double)FLT_MIN || x == 0);
}
#endif

static gd_real value_of(const decimal *d)
{
    static const double power[] = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19, 1e20, 1e21, 1e22
    };
#if FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1                /* doubles are not computed in long double */
    if (d->fits && d->m <= UINT64_C(1) << 53 && d->exponent >= -22 && d->exponent <= 22) {
        double x = d->exponent < 0 ? (double)d->m / power[-d->exponent] : (double)d->m * power[d->exponent];
#ifdef GD_DOUBLE
        return x;
#else
        if (rounds_once(x))
            return (gd_real)x;
#endif
    }
#else
    (void)power;
#endif
    return by_strtod(d);
}

/* text, without regard to case, against a word in small letters. */
static bool is_word(const char *text, const char *end, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(end - text) != n)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((text[i] >= 'A' && text[i] <= 'Z' ? text[i] + ('a' - 'A') : text[i]) != word[i])
            return false;
    return true;
}

static bool is_one_of(const char *text, const char *end, const char *const words[])
{
    for (; *words; words++)
        if (is_word(text, end, *words))
            return true;
    return false;
}

bool gd_number_missing(const char *text, size_t length)
{
    static const char *const words[] = {
        "na", "n/a", "null", "none", "nil", "missing", "?", ".", "<na>", "#n/a", "#na", "#n/a n/a", "#null!",
        "#div/0!", "#value!", "#ref!", "#name?", "#num!", NULL
    };
    return is_one_of(text, text + length, words);
}

/* nan, nan(..), inf, .. behind the sign. */
static bool read_special(const char *at, const char *end, gd_real *value)
{
    static const char *const infinite[] = { "inf", "infinity", "1.#inf", "1.#inf00", "1.#infinity", NULL };
    static const char *const undefined[] = {
        "nan", "1.#qnan", "1.#qnan0", "1.#ind", "1.#ind00", "1.#snan", "1.#snan0", NULL
    };
    bool with_payload = end - at >= 5 && is_word(at, at + 4, "nan(") && end[-1] == ')';
    if (is_one_of(at, end, infinite))
        *value = (gd_real)INFINITY;
    else if (with_payload || is_one_of(at, end, undefined))
        *value = (gd_real)NAN;
    else
        return false;
    return true;
}

gd_number gd_number_read(const char *text, size_t length, gd_number_style style, gd_real *value)
{
    const char *at = text, *end = text + length;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    gd_real number;
    if (style.nan && read_special(at, end, &number)) {
        *value = negative ? -number : number;
        return GD_IS_NUMBER;
    }
    decimal d;
    if (!scan_digits(&at, end, style, &d) || !scan_exponent(&at, end, &d) || at != end)
        return GD_NOT_A_NUMBER;
    number = value_of(&d);
    if (isinf(number))
        return GD_TOO_LARGE;
    if (number == 0 && (d.m > 0 || !d.fits))
        return GD_TOO_SMALL;
    *value = negative ? -number : number;
    return GD_IS_NUMBER;
}
