/* utf8.c - text in UTF-8. */
#include <stdint.h>

#include "utf8.h"

bool gi_utf8_valid(const char *text, size_t length)
{
    static const uint32_t least[5] = { 0, 0, 0x80, 0x800, 0x10000 };
    const unsigned char *p = (const unsigned char *)text, *end = p + length;
    while (p < end) {
        size_t n = *p < 0x80 ? 1 : *p < 0xc0 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : *p < 0xf8 ? 4 : 0;
        if (n == 0 || (size_t)(end - p) < n)
            return false;
        uint32_t c = n == 1 ? *p : *p & (0xffu >> (n + 1));
        for (size_t i = 1; i < n; i++) {
            if ((p[i] & 0xc0) != 0x80)
                return false;
            c = c << 6 | (p[i] & 0x3fu);
        }
        if (c < least[n] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
            return false;
        p += n;
    }
    return true;
}
