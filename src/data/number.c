/* number.c - decimal numbers in text.
 *
 * strtod depends on the locale: where the decimal sign is a comma it stops at the point of "1.5".  Here most numbers
 * are m * 10^e with m <= 2^53 and |e| <= 22, both exact in a double, so that a single multiplication or division is
 * correctly rounded (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990).  For the others strtod
 * is given the digits without a point, as "15e-1".
 *
 * A float is rounded from that double only where that cannot be a second rounding; otherwise strtof is used, so that
 * floats are correctly rounded too. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "gradus/tensor.h"

typedef struct decimal {                    /* m * 10^exponent, without the sign */
    const char *digits, *end;               /* of m: may contain decimal and thousands signs */
    uint64_t    m;                          /* its value, where that fits: */
    bool        fits;
    int64_t     exponent;
} decimal;

/* The length of the thousands sign at p, 0 where there is none: exactly three digits follow it.  A space stands for the
 * narrow no-break, no-break and thin space too, an apostrophe for the curved one: U+202F, U+00A0, U+2009, U+2019, as
 * spreadsheets write them. */
static int group_sign(const char *p, const char *end, gi_number_style style)
{
    static const char *const blanks[] = { " ", "\xe2\x80\xaf", "\xc2\xa0", "\xe2\x80\x89", NULL };
    static const char *const apostrophes[] = { "'", "\xe2\x80\x99", NULL };
    const char *const alone[] = { &style.thousands, NULL };
    const char *const *signs = style.thousands == ' ' ? blanks : style.thousands == '\'' ? apostrophes : alone;
    for (; style.thousands && *signs; signs++) {
        int length = signs == alone ? 1 : (int)strlen(*signs), digits = 0;
        if (end - p < length || memcmp(p, *signs, (size_t)length) != 0)
            continue;
        while (digits < 4 && p + length + digits < end && gi_is_digit(p[length + digits]))
            digits++;
        return digits == 3 ? length : 0;
    }
    return 0;
}

/* The digits and the signs between them; false when there is no digit. */
static bool scan_digits(const char **at, const char *end, gi_number_style style, decimal *d)
{
    enum { FIT = 19 };                      /* so many digits are less than 2^64; with more, m is a remainder */
    const char *p = *at, *point = NULL;
    uint64_t m = 0;
    int64_t signs = 0;                      /* bytes that are no digits */
    while (true) {
        for (; p < end && gi_is_digit(*p); p++)
            m = 10 * m + (uint64_t)(*p - '0');
        if (p == end || point)
            break;
        int length = 0;
        if (*p == style.decimal) {
            point = p;
            length = 1;
        } else if (style.thousands && (signs || (p > *at && p - *at <= 3))) {
            length = group_sign(p, end, style);
        }
        if (!length)
            break;
        signs += length;
        p += length;
    }
    int64_t digits = p - *at - signs;
    *d = (decimal){ .digits = *at, .end = p, .m = m, .fits = digits <= FIT, .exponent = point ? point + 1 - p : 0 };
    *at = p;
    return digits > 0;
}

/* Adds the exponent at *at, if there is one. */
static bool scan_exponent(const char **at, const char *end, int64_t *exponent)
{
    const int64_t enough = INT64_C(1000000000000);
    const char *p = *at;
    if (p == end || (*p != 'e' && *p != 'E'))
        return true;
    p++;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    if (p == end || !gi_is_digit(*p))
        return false;
    int64_t e = 0;
    for (; p < end && gi_is_digit(*p); p++)
        if (e < enough)
            e = 10 * e + (*p - '0');
    *exponent += negative ? -e : e;
    *at = p;
    return true;
}

/* No double, and no midpoint between two, has more than 767 significant digits: of the digits after them it matters
 * only whether they are all zero. */
static gd_real by_strtod(const decimal *d)
{
    enum { ENOUGH = 780 };
    char text[ENOUGH + 32];
    size_t n = 0;
    int64_t exponent = d->exponent;
    bool more = false;
    for (const char *p = d->digits; p < d->end; p++) {
        if (!gi_is_digit(*p) || (n == 0 && *p == '0'))
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
/* Is the float nearest to x, a rounded double, certainly also nearest to the unrounded number?  Not when x is the
 * midpoint of two floats, the 29 bits that a float lacks being 1 0 .. 0; nor where floats are subnormal. */
static bool rounds_once(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (bits & ((UINT64_C(1) << 29) - 1)) != UINT64_C(1) << 28 && (x >= 2 * (double)FLT_MIN || x == 0);
}
#endif

static const double power[] = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22
};

/* m * 10^exponent, where one rounding suffices; otherwise false. */
static bool in_one_step(uint64_t m, int64_t exponent, gd_real *value)
{
#if FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1                /* doubles are not computed in long double */
    if (m > UINT64_C(1) << 53 || exponent < -22 || exponent > 22)
        return false;
    double x = exponent < 0 ? (double)m / power[-exponent] : (double)m * power[exponent];
#ifndef GD_DOUBLE
    if (!rounds_once(x))
        return false;
#endif
    *value = (gd_real)x;
    return true;
#else
    (void)power;
    (void)m;
    (void)exponent;
    (void)value;
    return false;
#endif
}

static gd_real value_of(const decimal *d)
{
    gd_real value;
    return d->fits && in_one_step(d->m, d->exponent, &value) ? value : by_strtod(d);
}

/* The fast path, for most numbers of most files: a few digits with an optional decimal sign and exponent. */
static bool read_short(const char *at, const char *end, char sign, gd_real *value)
{
    enum { SHORT = 15 };                    /* 10^15 < 2^53 */
    const char *point = NULL, *p = at;
    uint64_t m = 0;
    if (end - at > SHORT)
        return false;
    for (; p < end; p++) {
        unsigned digit = (unsigned)(unsigned char)*p - '0';
        if (digit <= 9)
            m = 10 * m + digit;
        else if (*p == sign && !point)
            point = p;
        else
            break;
    }
    int64_t exponent = point ? point + 1 - p : 0;
    if (p - at == (point != NULL))
        return false;
    if (p < end && !(scan_exponent(&p, end, &exponent) && p == end))
        return false;
    return in_one_step(m, exponent, value);
}

/* Compares text, ignoring case, with a word in lower case. */
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

bool gi_number_missing(const char *text, size_t length)
{
    static const char *const words[] = {
        "na", "n/a", "n.a.", "null", "none", "nil", "missing", "?", ".", "..", "...", "-", "--", "---", "<na>",
        "#n/a", "#na", "#n/a n/a", "#null!", "#div/0!", "#value!", "#ref!", "#name?", "#num!",
        "#nv", "#wert!", "#bezug!", "#zahl!", "#n/d", "#valeur!", "#nom?", "#nombre!", "#valor!", NULL
    };
    return is_one_of(text, text + length, words);
}

/* nan, nan(..), inf, .. after the sign. */
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

static bool is_zero(const decimal *d)
{
    for (const char *p = d->digits; p < d->end; p++)
        if (*p >= '1' && *p <= '9')
            return false;
    return true;
}

gi_number gi_number_read(const char *text, size_t length, gi_number_style style, gd_real *value)
{
    const char *at = text, *end = text + length;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+'))
        at++;
    gd_real number;
    if (read_short(at, end, style.decimal, &number)) {
        *value = negative ? -number : number;
        return GI_IS_NUMBER;
    }
    if (style.nan && read_special(at, end, &number)) {
        *value = negative ? -number : number;
        return GI_IS_NUMBER;
    }
    decimal d;
    if (!scan_digits(&at, end, style, &d) || !scan_exponent(&at, end, &d.exponent) || at != end)
        return GI_NOT_A_NUMBER;
    number = value_of(&d);
    if (isinf(number))
        return GI_TOO_LARGE;
    if (number == 0 && !is_zero(&d))
        return GI_TOO_SMALL;
    *value = negative ? -number : number;
    return GI_IS_NUMBER;
}

/* ---- Doubles, in the float library too -------------------------------------------------------------------- */

bool gi_double_read(const char *text, size_t length, double *value)
{
    enum { LONGEST = 32 };
    const char *at = text, *end = text + length;
    const bool negative = at < end && *at == '-';
    at += negative;
    if (is_word(at, end, "nan") || is_word(at, end, "inf")) {
        *value = *at == 'n' ? (double)NAN : negative ? -(double)INFINITY : (double)INFINITY;
        return true;
    }
    decimal d;
    if (length >= LONGEST || !scan_digits(&at, end, (gi_number_style){ .decimal = '.' }, &d) ||
        !scan_exponent(&at, end, &d.exponent) || at != end)
        return false;
    char digits[2 * LONGEST];
    size_t n = 0;
    for (const char *p = d.digits; p < d.end; p++)
        if (gi_is_digit(*p))
            digits[n++] = *p;
    snprintf(digits + n, sizeof digits - n, "e%" PRId64, d.exponent);
    *value = negative ? -strtod(digits, NULL) : strtod(digits, NULL);
    return isfinite(*value);
}
