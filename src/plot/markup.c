/* markup.c - text that grows. */
#include "markup.h"

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/memory.h"
#include "text.h"

void gi_markup_bytes(gi_markup *m, const char *bytes, size_t n)
{
    if (m->failed || n == 0)                /* text is NULL at first, which memcpy does not take even for 0 bytes */
        return;
    if (n > m->capacity - m->size) {
        size_t capacity = m->capacity ? 2 * m->capacity : 4096;
        while (capacity - m->size < n)
            capacity *= 2;
        char *more = gi_memory_resize(GI_PLOTS, m->text, capacity);
        if (!more) {
            m->failed = true;
            return;
        }
        m->text = more;
        m->capacity = capacity;
    }
    memcpy(m->text + m->size, bytes, n);
    m->size += n;
}

void gi_markup_put(gi_markup *m, const char *string)
{
    gi_markup_bytes(m, string, strlen(string));
}

static bool is_allowed(uint32_t code)
{
    return code == '\t' || code == '\n' || code == '\r' || (code >= 0x20 && code < 0xD800) ||
           (code >= 0xE000 && code < 0xFFFE) || (code >= 0x10000 && code < 0x110000);
}

void gi_markup_text(gi_markup *m, const char *text)
{
    while (*text) {
        const char *from = text;
        uint32_t code = gi_utf8_next(&text);
        switch (code) {
        case '&':  gi_markup_put(m, "&amp;"); break;
        case '<':  gi_markup_put(m, "&lt;"); break;
        case '>':  gi_markup_put(m, "&gt;"); break;
        case '"':  gi_markup_put(m, "&quot;"); break;
        case '\'': gi_markup_put(m, "&#39;"); break;
        default:
            if (code == 0xFFFD || !is_allowed(code))
                gi_markup_put(m, "\xEF\xBF\xBD");
            else
                gi_markup_bytes(m, from, (size_t)(text - from));
        }
    }
}

void gi_markup_number(gi_markup *m, double number)
{
    char out[24], *at = out + sizeof out;
    double bounded = fmax(-1e7, fmin(1e7, number));         /* NaN: -1e7 */
    long long n = (long long)floor(fabs(bounded) * 100 + 0.5);
    bool negative = bounded < 0 && n > 0;
    if (n % 100 != 0) {
        if (n % 10 != 0)
            *--at = (char)('0' + n % 10);
        *--at = (char)('0' + n / 10 % 10);
        *--at = '.';
    }
    n /= 100;
    do
        *--at = (char)('0' + n % 10);
    while (n /= 10);
    if (negative)
        *--at = '-';
    gi_markup_bytes(m, at, (size_t)(out + sizeof out - at));
}

void gi_markup_free(gi_markup *m)
{
    gi_memory_free(m->text);
    *m = (gi_markup){ 0 };
}
