/* format.c - printf, conversion by conversion.  The C library formats each number; then the locale's decimal point, of
 * one or several bytes, is replaced in floating-point numbers.  Widths, which count bytes, are applied after that. */
#if defined(__unix__) || defined(__APPLE__)
#define _POSIX_C_SOURCE 200809L
#endif

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#if defined(__unix__) && !defined(__APPLE__)
#include <unistd.h>
#if defined(_POSIX_VERSION) && _POSIX_VERSION >= 200809L
#include <locale.h>
#define HAVE_STRERROR_L
#endif
#endif

#include "format.h"

typedef enum modifier { NONE, HH, H, L, LL, MAX, SIZE, DIFFERENCE, LONG_DOUBLE } modifier;

typedef struct conversion {                 /* %flags width .precision length letter */
    char   flags[6];
    int    width, precision;                /* -1: none */
    bool   width_follows, precision_follows; /* given as '*' */
    modifier modifier;
    char   modifier_text[3], letter;
} conversion;

typedef struct output {
    char  *to;
    size_t capacity, used;                  /* used keeps counting when `to` is full */
} output;

typedef struct arguments { va_list list; } arguments;       /* so that a function can consume some of them */

/* ---- Reading a format --------------------------------------------------------------------------------- */

static int read_number(const char **at, bool *follows)
{
    int n = -1;
    *follows = **at == '*';
    if (*follows)
        ++*at;
    for (; **at >= '0' && **at <= '9' && n < 100000; ++*at)
        n = 10 * (n < 0 ? 0 : n) + (**at - '0');
    return n;
}

static modifier read_modifier(const char **at, char text[3])
{
    static const struct { char text[3]; modifier modifier; } known[] = {
        { "hh", HH }, { "h", H }, { "ll", LL }, { "l", L }, { "j", MAX }, { "z", SIZE }, { "t", DIFFERENCE },
        { "L", LONG_DOUBLE }
    };
    text[0] = '\0';
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        size_t n = strlen(known[i].text);
        if (strncmp(*at, known[i].text, n) == 0) {
            *at += n;
            memcpy(text, known[i].text, n + 1);
            return known[i].modifier;
        }
    }
    return NONE;
}

/* What follows a '%'; false when it is not a conversion of C11, or is %n. */
static bool read_conversion(const char **at, conversion *c)
{
    size_t flags = 0;
    for (; **at && strchr("-+ #0'", **at); ++*at)
        if (**at != '\'' && !memchr(c->flags, **at, flags))     /* ' groups digits as the locale wants it */
            c->flags[flags++] = **at;
    c->flags[flags] = '\0';
    c->width = read_number(at, &c->width_follows);
    c->precision = -1;
    c->precision_follows = false;
    if (**at == '.') {
        ++*at;
        c->precision = read_number(at, &c->precision_follows);
        if (c->precision < 0 && !c->precision_follows)
            c->precision = 0;
    }
    c->modifier = read_modifier(at, c->modifier_text);
    c->letter = **at;
    return c->letter && strchr("diouxXcspeEfFgGaA%", *(*at)++);
}

static bool all_known(const char *format)
{
    conversion c;
    while ((format = strchr(format, '%')) != NULL) {
        format++;
        if (!read_conversion(&format, &c))
            return false;
    }
    return true;
}

/* ---- Writing -------------------------------------------------------------------------------------------- */

static void put(output *t, const char *bytes, size_t n)
{
    size_t left = t->used < t->capacity ? t->capacity - t->used : 0;
    if (left > 0)
        memcpy(t->to + t->used, bytes, n < left ? n : left);
    t->used += n;
}

static void put_many(output *t, char c, int n)
{
    for (; n > 0; n--)
        put(t, &c, 1);
}

/* "% flags *.* length letter" for snprintf: a width of 0 and a precision of -1 are none. */
static void spec_of(const conversion *c, const char *flags, char spec[20])
{
    size_t n = 0;
    spec[n++] = '%';
    for (; *flags; flags++)
        spec[n++] = *flags;
    memcpy(spec + n, "*.*", 3);
    n += 3;
    for (const char *l = c->modifier_text; *l; l++)
        spec[n++] = *l;
    spec[n++] = c->letter;
    spec[n] = '\0';
}

/* The decimal point begins at the first byte that is no sign, digit or letter. */
static size_t with_point(char *number, size_t n)
{
    static const char others[] = "+- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    size_t begin = strspn(number, others), end = begin;
    if (begin == n)
        return n;
    while (end < n && !strchr(others, number[end]))
        end++;
    number[begin] = '.';
    memmove(number + begin + 1, number + end, n - end + 1);
    return n - (end - begin) + 1;
}

static bool put_fraction(output *t, const conversion *c, arguments *from)
{
    enum { MOST_DIGITS = 700, LONGEST = 1100 };                  /* %f of DBL_MAX has 309 before the point */
    char number[LONGEST], spec[20], kept[6];
    size_t flags = 0;
    for (const char *f = c->flags; *f; f++)
        if (*f != '0' && *f != '-')
            kept[flags++] = *f;
    kept[flags] = '\0';
    spec_of(c, kept, spec);
    int precision = c->precision < MOST_DIGITS ? c->precision : MOST_DIGITS;
    int length = c->modifier == LONG_DOUBLE
               ? snprintf(number, sizeof number, spec, 0, precision, va_arg(from->list, long double))
               : snprintf(number, sizeof number, spec, 0, precision, va_arg(from->list, double));
    if (length < 0)
        return false;
    if (number[0] == '-' && (number[1] == 'n' || number[1] == 'N'))        /* the sign of a NaN says nothing */
        memmove(number, number + 1, (size_t)length--);
    size_t n = with_point(number, (size_t)length < sizeof number ? (size_t)length : sizeof number - 1);
    int blanks = c->width > (int)n ? c->width - (int)n : 0;
    bool left = strchr(c->flags, '-') != NULL;
    bool zeros = !left && strchr(c->flags, '0') && strpbrk(number, "0123456789");
    size_t sign = zeros ? strspn(number, "+- ") + (c->letter == 'a' || c->letter == 'A' ? 2 : 0) : 0;
    put(t, number, sign);
    put_many(t, zeros ? '0' : ' ', left ? 0 : blanks);
    put(t, number + sign, n - sign);
    put_many(t, ' ', left ? blanks : 0);
    return true;
}

/* wint_t after the default argument promotions: on Windows it is short. */
#if WINT_MAX < INT_MAX
typedef int promoted_wint;
#else
typedef wint_t promoted_wint;
#endif

/* No other conversion depends on the locale. */
static bool put_other(output *t, const conversion *c, arguments *from)
{
#define PRINT(type) snprintf(to, left, spec, width, c->precision, va_arg(from->list, type))
    char spec[20], nowhere[1], *to = nowhere;
    size_t left = 0;
    if (t->used < t->capacity) {
        to = t->to + t->used;
        left = t->capacity - t->used;
    }
    int n, width = c->width < 0 ? 0 : c->width;
    bool is_signed = c->letter == 'd' || c->letter == 'i';
    spec_of(c, c->flags, spec);
    if (c->letter == 's')
        n = c->modifier == L ? PRINT(wchar_t *) : PRINT(char *);
    else if (c->letter == 'c')
        n = c->modifier == L ? PRINT(promoted_wint) : PRINT(int);
    else if (c->letter == 'p')
        n = PRINT(void *);
    else
        switch (c->modifier) {
        case L:          n = is_signed ? PRINT(long) : PRINT(unsigned long); break;
        case LL:         n = is_signed ? PRINT(long long) : PRINT(unsigned long long); break;
        case MAX:        n = is_signed ? PRINT(intmax_t) : PRINT(uintmax_t); break;
        case SIZE:       n = PRINT(size_t); break;
        case DIFFERENCE: n = PRINT(ptrdiff_t); break;
        default:         n = PRINT(int); break;
        }
    t->used += n < 0 ? 0 : (size_t)n;
    return n >= 0;
#undef PRINT
}

static bool put_conversion(output *t, conversion *c, arguments *from)
{
    if (c->letter == '%') {
        put(t, "%", 1);
        return true;
    }
    if (c->width_follows) {
        c->width = va_arg(from->list, int);
        if (c->width < 0) {
            c->width = c->width < -100000 ? 100000 : -c->width;
            if (!strchr(c->flags, '-'))
                strcat(c->flags, "-");
        }
    }
    if (c->precision_follows)
        c->precision = va_arg(from->list, int);
    return (strchr("eEfFgGaA", c->letter) ? put_fraction : put_other)(t, c, from);
}

int gi_vformat(char *to, size_t capacity, const char *format, va_list list)
{
    if (!all_known(format))                 /* has an extension of the C library: leave it to that */
        return vsnprintf(to, capacity, format, list);
    output t = { .to = to, .capacity = capacity };
    arguments from;
    va_copy(from.list, list);
    bool good = true;
    while (*format && good) {
        size_t n = strcspn(format, "%");
        put(&t, format, n);
        format += n;
        conversion c;
        if (*format++ == '\0')
            break;
        good = read_conversion(&format, &c) && put_conversion(&t, &c, &from);
    }
    va_end(from.list);
    if (capacity > 0)
        to[t.used < capacity ? t.used : capacity - 1] = '\0';
    return good ? (int)t.used : -1;
}

int gi_format(char *to, size_t capacity, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int n = gi_vformat(to, capacity, format, list);
    va_end(list);
    return n;
}

const char *gi_digits(char to[GI_DIGITS_SIZE], double value)
{
    gi_format(to, GI_DIGITS_SIZE, "%g", value);
    if (value != floor(value) && !strpbrk(to, ".en"))
        gi_format(to, GI_DIGITS_SIZE, value == (double)(float)value ? "%.9g" : "%.17g", value);
    return to;
}

const char *gi_system_error(int code)
{
#ifdef HAVE_STRERROR_L
    locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    const char *text = english ? strerror_l(code, english) : strerror(code);
    if (english)
        freelocale(english);                /* the texts of the C locale are constant */
    return text;
#else
    return strerror(code);
#endif
}
