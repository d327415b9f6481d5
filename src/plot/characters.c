/* characters.c - characters that are drawn with the glyph of another one, and kerning.
 *
 * Not here: the glyphs themselves (glyphs.c). */
#include "text.h"

#include <stddef.h>

/* ---- Characters made of others ------------------------------------------------------------------------------ */

#define ACCENT(code, base, accent) { code, base, GI_ACCENTED, accent }

static const gi_derived derived[] = {
    { 0xA0, ' ', GI_PLAIN_GLYPH, 0 }, { 0x2009, ' ', GI_RAISED, 0 }, { 0x202F, ' ', GI_RAISED, 0 },
    { 0x2010, '-', GI_PLAIN_GLYPH, 0 }, { 0x2011, '-', GI_PLAIN_GLYPH, 0 }, { 0x2215, '/', GI_PLAIN_GLYPH, 0 },
    { 0x2225, 0x2016, GI_PLAIN_GLYPH, 0 }, { 0x2223, '|', GI_PLAIN_GLYPH, 0 }, { 0x2217, '*', GI_PLAIN_GLYPH, 0 },
    { 0x3F5, 0x3B5, GI_PLAIN_GLYPH, 0 }, { 0x3D1, 0x3B8, GI_PLAIN_GLYPH, 0 }, { 0x2126, 0x3A9, GI_PLAIN_GLYPH, 0 },
    { 0x2206, 0x394, GI_PLAIN_GLYPH, 0 },
    /* Greek letters that look Latin */
    { 0x391, 'A', GI_PLAIN_GLYPH, 0 }, { 0x392, 'B', GI_PLAIN_GLYPH, 0 }, { 0x395, 'E', GI_PLAIN_GLYPH, 0 },
    { 0x396, 'Z', GI_PLAIN_GLYPH, 0 }, { 0x397, 'H', GI_PLAIN_GLYPH, 0 }, { 0x399, 'I', GI_PLAIN_GLYPH, 0 },
    { 0x39A, 'K', GI_PLAIN_GLYPH, 0 }, { 0x39C, 'M', GI_PLAIN_GLYPH, 0 }, { 0x39D, 'N', GI_PLAIN_GLYPH, 0 },
    { 0x39F, 'O', GI_PLAIN_GLYPH, 0 }, { 0x3A1, 'P', GI_PLAIN_GLYPH, 0 }, { 0x3A4, 'T', GI_PLAIN_GLYPH, 0 },
    { 0x3A5, 'Y', GI_PLAIN_GLYPH, 0 }, { 0x3A7, 'X', GI_PLAIN_GLYPH, 0 }, { 0x3BF, 'o', GI_PLAIN_GLYPH, 0 },
    /* superscripts and subscripts */
    { 0x2070, '0', GI_RAISED, 0 }, { 0xB9, '1', GI_RAISED, 0 }, { 0xB2, '2', GI_RAISED, 0 },
    { 0xB3, '3', GI_RAISED, 0 }, { 0x2074, '4', GI_RAISED, 0 }, { 0x2075, '5', GI_RAISED, 0 },
    { 0x2076, '6', GI_RAISED, 0 }, { 0x2077, '7', GI_RAISED, 0 }, { 0x2078, '8', GI_RAISED, 0 },
    { 0x2079, '9', GI_RAISED, 0 }, { 0x207A, '+', GI_RAISED, 0 }, { 0x207B, 0x2212, GI_RAISED, 0 },
    { 0x207D, '(', GI_RAISED, 0 }, { 0x207E, ')', GI_RAISED, 0 }, { 0x207F, 'n', GI_RAISED, 0 },
    { 0x2071, 'i', GI_RAISED, 0 }, { 0x1D40, 'T', GI_RAISED, 0 }, { 0x1D57, 't', GI_RAISED, 0 },
    { 0xAA, 'a', GI_RAISED, 0 }, { 0xBA, 'o', GI_RAISED, 0 },
    { 0x2080, '0', GI_LOWERED, 0 }, { 0x2081, '1', GI_LOWERED, 0 }, { 0x2082, '2', GI_LOWERED, 0 },
    { 0x2083, '3', GI_LOWERED, 0 }, { 0x2084, '4', GI_LOWERED, 0 }, { 0x2085, '5', GI_LOWERED, 0 },
    { 0x2086, '6', GI_LOWERED, 0 }, { 0x2087, '7', GI_LOWERED, 0 }, { 0x2088, '8', GI_LOWERED, 0 },
    { 0x2089, '9', GI_LOWERED, 0 }, { 0x208A, '+', GI_LOWERED, 0 }, { 0x208B, 0x2212, GI_LOWERED, 0 },
    { 0x2090, 'a', GI_LOWERED, 0 }, { 0x2091, 'e', GI_LOWERED, 0 }, { 0x2093, 'x', GI_LOWERED, 0 },
    { 0x2096, 'k', GI_LOWERED, 0 }, { 0x2098, 'm', GI_LOWERED, 0 }, { 0x2099, 'n', GI_LOWERED, 0 },
    { 0x209C, 't', GI_LOWERED, 0 }, { 0x1D62, 'i', GI_LOWERED, 0 }, { 0x2C7C, 'j', GI_LOWERED, 0 },
    /* accents */
    ACCENT(0xC0, 'A', 0x300), ACCENT(0xC1, 'A', 0x301), ACCENT(0xC2, 'A', 0x302), ACCENT(0xC3, 'A', 0x303),
    ACCENT(0xC4, 'A', 0x308), ACCENT(0xC5, 'A', 0x30A), ACCENT(0xC7, 'C', 0x327), ACCENT(0xC8, 'E', 0x300),
    ACCENT(0xC9, 'E', 0x301), ACCENT(0xCA, 'E', 0x302), ACCENT(0xCB, 'E', 0x308), ACCENT(0xCC, 'I', 0x300),
    ACCENT(0xCD, 'I', 0x301), ACCENT(0xCE, 'I', 0x302), ACCENT(0xCF, 'I', 0x308), ACCENT(0xD1, 'N', 0x303),
    ACCENT(0xD2, 'O', 0x300), ACCENT(0xD3, 'O', 0x301), ACCENT(0xD4, 'O', 0x302), ACCENT(0xD5, 'O', 0x303),
    ACCENT(0xD6, 'O', 0x308), ACCENT(0xD9, 'U', 0x300), ACCENT(0xDA, 'U', 0x301), ACCENT(0xDB, 'U', 0x302),
    ACCENT(0xDC, 'U', 0x308), ACCENT(0xDD, 'Y', 0x301),
    ACCENT(0xE0, 'a', 0x300), ACCENT(0xE1, 'a', 0x301), ACCENT(0xE2, 'a', 0x302), ACCENT(0xE3, 'a', 0x303),
    ACCENT(0xE4, 'a', 0x308), ACCENT(0xE5, 'a', 0x30A), ACCENT(0xE7, 'c', 0x327), ACCENT(0xE8, 'e', 0x300),
    ACCENT(0xE9, 'e', 0x301), ACCENT(0xEA, 'e', 0x302), ACCENT(0xEB, 'e', 0x308), ACCENT(0xEC, 0x131, 0x300),
    ACCENT(0xED, 0x131, 0x301), ACCENT(0xEE, 0x131, 0x302), ACCENT(0xEF, 0x131, 0x308), ACCENT(0xF1, 'n', 0x303),
    ACCENT(0xF2, 'o', 0x300), ACCENT(0xF3, 'o', 0x301), ACCENT(0xF4, 'o', 0x302), ACCENT(0xF5, 'o', 0x303),
    ACCENT(0xF6, 'o', 0x308), ACCENT(0xF9, 'u', 0x300), ACCENT(0xFA, 'u', 0x301), ACCENT(0xFB, 'u', 0x302),
    ACCENT(0xFC, 'u', 0x308), ACCENT(0xFD, 'y', 0x301), ACCENT(0xFF, 'y', 0x308),
    ACCENT(0x104, 'A', 0x328), ACCENT(0x105, 'a', 0x328), ACCENT(0x106, 'C', 0x301), ACCENT(0x107, 'c', 0x301),
    ACCENT(0x10C, 'C', 0x30C), ACCENT(0x10D, 'c', 0x30C), ACCENT(0x118, 'E', 0x328), ACCENT(0x119, 'e', 0x328),
    ACCENT(0x11A, 'E', 0x30C), ACCENT(0x11B, 'e', 0x30C), ACCENT(0x11E, 'G', 0x306), ACCENT(0x11F, 'g', 0x306),
    ACCENT(0x130, 'I', 0x307), ACCENT(0x143, 'N', 0x301), ACCENT(0x144, 'n', 0x301), ACCENT(0x147, 'N', 0x30C),
    ACCENT(0x148, 'n', 0x30C), ACCENT(0x150, 'O', 0x30B), ACCENT(0x151, 'o', 0x30B), ACCENT(0x158, 'R', 0x30C),
    ACCENT(0x159, 'r', 0x30C), ACCENT(0x15A, 'S', 0x301), ACCENT(0x15B, 's', 0x301), ACCENT(0x15E, 'S', 0x327),
    ACCENT(0x15F, 's', 0x327), ACCENT(0x160, 'S', 0x30C), ACCENT(0x161, 's', 0x30C), ACCENT(0x16E, 'U', 0x30A),
    ACCENT(0x16F, 'u', 0x30A), ACCENT(0x170, 'U', 0x30B), ACCENT(0x171, 'u', 0x30B), ACCENT(0x178, 'Y', 0x308),
    ACCENT(0x179, 'Z', 0x301), ACCENT(0x17A, 'z', 0x301), ACCENT(0x17B, 'Z', 0x307), ACCENT(0x17C, 'z', 0x307),
    ACCENT(0x17D, 'Z', 0x30C), ACCENT(0x17E, 'z', 0x30C),
};

const gi_derived *gi_glyph_derived(uint32_t code)
{
    for (size_t i = 0; i < sizeof derived / sizeof *derived; i++)
        if (derived[i].code == code)
            return &derived[i];
    return NULL;
}

/* ---- Kerning: pairs whose open sides would leave a hole ------------------------------------------------ */

static const struct { char a, b[16]; double by; } kerns[] = {
    { 'A', "TVWY", -2.0 }, { 'A', "vwy", -0.9 }, { 'T', "acdegmnopqrsuz", -2.4 }, { 'T', "A.,-", -2.2 },
    { 'V', "aceo.,A", -1.7 }, { 'W', "aceo.,A", -1.3 }, { 'Y', "aceo.,A", -2.2 },
    { 'L', "TVWY", -2.0 }, { 'L', "y", -1.2 },
    { 'P', ".,A", -2.4 }, { 'F', ".,aA", -1.8 }, { 'r', ".,", -1.6 }, { 'v', ".,", -1.3 }, { 'w', ".,", -1.1 },
    { 'y', ".,", -1.4 }, { 'r', "aceo", -0.3 },
};

double gi_glyph_kern(uint32_t a, uint32_t b)
{
    for (size_t i = 0; i < sizeof kerns / sizeof *kerns; i++)
        if ((uint32_t)(unsigned char)kerns[i].a == a)
            for (const char *at = kerns[i].b; *at; at++)
                if ((uint32_t)(unsigned char)*at == b)
                    return kerns[i].by;
    return 0;
}
