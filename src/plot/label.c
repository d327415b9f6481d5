/* label.c - writing numbers as they stand beside an axis, in any locale. */
#include "label.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "text/format.h"

#define MINUS "\xE2\x88\x92"

void gi_label_append(char *out, const char *text)
{
    size_t used = strlen(out), more = strlen(text);
    if (used + more < GI_LABEL_MAX)
        memcpy(out + used, text, more + 1);
}

void gi_label_decimal(char out[GI_LABEL_MAX], long long n, int exponent)
{
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%lld", n < 0 ? -n : n);
    int decimals = exponent < 0 ? -exponent : 0, whole = length > decimals ? length - decimals : 0;
    char before[24] = "0";
    out[0] = 0;
    gi_label_append(out, n < 0 ? MINUS : "");
    if (whole > 0) {
        memcpy(before, digits, (size_t)whole);
        before[whole] = 0;
    }
    gi_label_append(out, before);
    for (int i = 0; i < exponent; i++)
        gi_label_append(out, n ? "0" : "");
    if (decimals > 0) {
        gi_label_append(out, ".");
        for (int i = length; i < decimals; i++)
            gi_label_append(out, "0");
        gi_label_append(out, digits + whole);
    }
}

void gi_label_power(char *out, int exponent)
{
    static const char *const raised[] = {
        "\xE2\x81\xB0", "\xC2\xB9", "\xC2\xB2", "\xC2\xB3", "\xE2\x81\xB4",
        "\xE2\x81\xB5", "\xE2\x81\xB6", "\xE2\x81\xB7", "\xE2\x81\xB8", "\xE2\x81\xB9"
    };
    char digits[16];
    gi_label_append(out, "10");
    gi_label_append(out, exponent < 0 ? "\xE2\x81\xBB" : "");
    snprintf(digits, sizeof digits, "%d", exponent < 0 ? -exponent : exponent);
    for (const char *d = digits; *d; d++)
        gi_label_append(out, raised[*d - '0']);
}

void gi_label_note(char note[2 * GI_LABEL_MAX], int exponent, long long offset, int offset_exponent)
{
    char digits[GI_LABEL_MAX];
    if (exponent) {
        gi_label_append(note, GI_TIMES);
        gi_label_power(note, exponent);
    }
    if (!offset)
        return;
    gi_label_append(note, exponent ? " " : "");
    gi_label_append(note, offset < 0 ? MINUS : "+");
    gi_label_append(note, exponent ? " " : "");
    for (; offset % 10 == 0; offset /= 10)
        offset_exponent++;
    offset = offset < 0 ? -offset : offset;
    int behind = 0;                         /* digits after the first one */
    for (long long rest = offset; rest >= 10; rest /= 10)
        behind++;
    bool plain = offset_exponent < 4;       /* 1200, but 1.7 x 10^9 */
    if (plain || offset != 1) {
        gi_label_decimal(digits, offset, plain ? offset_exponent : -behind);
        gi_label_append(note, digits);
    }
    if (!plain) {
        gi_label_append(note, offset != 1 ? GI_TIMES : "");
        gi_label_power(note, offset_exponent + behind);
    }
}

void gi_shorten(char out[GI_LABEL_MAX], double value, int digits)
{
    char text[64];
    long long n = 0;
    int seen = 0, exponent = 0;
    const char *at = text;

    /* The digits of %e, without the point between them. */
    gi_format(text, sizeof text, "%.*e", digits - 1, fabs(value));
    for (; *at && *at != 'e'; at++)
        if (*at >= '0' && *at <= '9' && seen < digits) {
            n = 10 * n + (*at - '0');
            seen++;
        }
    bool negative = *at == 'e' && at[1] == '-';
    for (at += *at ? 2 : 0; *at >= '0' && *at <= '9'; at++)
        exponent = 10 * exponent + (*at - '0');
    exponent = (negative ? -exponent : exponent) - (digits - 1);
    for (; n != 0 && n % 10 == 0; n /= 10)
        exponent++;
    n = value < 0 ? -n : n;
    if (n == 0 || (exponent >= -6 && exponent <= 5)) {
        gi_label_decimal(out, n, n ? exponent : 0);
        return;
    }
    int shown = 0;                          /* one digit before the point */
    for (long long rest = n; rest / 10 != 0; rest /= 10)
        shown++;
    gi_label_decimal(out, n, -shown);
    gi_label_append(out, GI_TIMES);
    gi_label_power(out, exponent + shown);
}
