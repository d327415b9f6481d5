/* quarter_turns.c - the rest of an angle after quarter turns, by whole numbers, and functions of it.
 *
 * The reduction is that of Payne and Hanek, "Radian reduction for trigonometric functions" (1983); see Muller,
 * Elementary Functions, 3rd ed. (2016), 11.4: x = m 2^e with a whole m < 2^53, and of x 2/pi only the remainder modulo
 * 4 and the fraction matter.  Bits of 2/pi that are worth 2^(2-e) and more add multiples of 4, so that they are left
 * out, and those far behind add nothing that is seen: 192 bits are multiplied by m, for every x. */
#include <string.h>

#include "kernels/quarter_turns.h"

/* 2/pi in binary, bits 1 to 1216 behind the point, after a word of zeros for x < 2^54.  From mpmath. */
static const uint64_t two_over_pi[20] = {
    0x0000000000000000u, 0xa2f9836e4e441529u, 0xfc2757d1f534ddc0u, 0xdb6295993c439041u, 0xfe5163abdebbc561u,
    0xb7246e3a424dd2e0u, 0x06492eea09d1921cu, 0xfe1deb1cb129a73eu, 0xe88235f52ebb4484u, 0xe99c7026b45f7e41u,
    0x3991d639835339f4u, 0x9c845f8bbdf9283bu, 0x1ff897ffde05980fu, 0xef2f118b5a0a6d1fu, 0x6d367ecf27cb09b7u,
    0x4f463f669e5fea2du, 0x7527bac7ebe5f17bu, 0x3d0739f78a5292eau, 0x6bfb5fb11f8d5d08u, 0x56033046fc7b6babu,
};
#define HALF_PI 0xc90fdaa22168c235u         /* pi/2 times 2^63 */

/* ---- The rest of the angle ------------------------------------------------------------------------------------ */

/* high_half - the upper 64 bits of a b, whose halves of 32 bits are multiplied as at school. */
static uint64_t high_half(uint64_t a, uint64_t b)
{
    const uint64_t half = 0xffffffffu, a1 = a >> 32, a0 = a & half, b1 = b >> 32, b0 = b & half;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32), other = a0 * b1 + (middle & half);
    return a1 * b1 + (middle >> 32) + (other >> 32);
}

/* word_at - 64 bits of 2/pi from this bit of the table on. */
static uint64_t word_at(int bit)
{
    const uint64_t *word = two_over_pi + bit / 64;
    const int shift = bit % 64;
    return shift ? word[0] << shift | word[1] >> (64 - shift) : word[0];
}

gi_angle gi_reduce_angle(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    const uint64_t m = (bits & 0xfffffffffffffu) | 0x10000000000000u;
    const int e = (int)(bits >> 52) - 1075, first = e + 62;     /* of the bits that are not left out */

    /* m times 192 bits, modulo 2^192: 2 bits before the point, 190 behind it. */
    const uint64_t b = word_at(first + 64), c = word_at(first + 128);
    const uint64_t last = m * c, carry = high_half(m, c), middle = m * b + carry;
    const uint64_t top = m * word_at(first) + high_half(m, b) + (middle < carry);

    gi_angle angle = { (unsigned)(top >> 62), false, 0, -64 };
    uint64_t fraction = top << 2 | middle >> 62, below = middle << 2 | last >> 62;
    if (fraction >> 63) {                                       /* more than half: back from the next quarter */
        angle.quarters = (angle.quarters + 1) % 4;
        angle.negative = true;
        below = ~below + 1;
        fraction = ~fraction + (below == 0);
    }
    for (; fraction >> 63 == 0; angle.exponent--) {             /* 61 times at most: none is nearer to n pi/2 */
        fraction = fraction << 1 | below >> 63;
        below <<= 1;
    }
    angle.digits = high_half(fraction, HALF_PI);
    angle.exponent++;
    return angle;
}

/* ---- Sine and cosine of the rest ------------------------------------------------------------------------------- *
 *
 * By their series, in fractions of 2^64: nothing is rounded to a double before the end. */

/* A positive number: digits 2^exponent. */
typedef struct number {
    uint64_t digits;
    int      exponent;
} number;

/* alternating - z (c[0] - z (c[1] - z (c[2] - ..))) for fractions z and c of 2^64. */
static uint64_t alternating(const uint64_t *c, int n, uint64_t z)
{
    uint64_t y = 0;
    for (int k = n - 1; k >= 0; k--)
        y = high_half(z, c[k] - y);
    return y;
}

static uint64_t square_of_rest(const gi_angle *r)
{
    const int shift = -2 * (r->exponent + 64);
    return shift < 64 ? high_half(r->digits, r->digits) >> shift : 0;
}

/* sin r = r - r (r^2 / 3! - r^4 / 5! + ..) */
static number sine_of_rest(const gi_angle *r)
{
    static const uint64_t c[9] = { 0x2aaaaaaaaaaaaaabu, 0x0222222222222222u, 0x000d00d00d00d00du, 0x00002e3bc74aad8eu,
                                   0x0000006b99159fd5u, 0x00000000b092309du, 0x0000000000d73f9fu, 0x000000000000ca96u,
                                   0x0000000000000098u };
    return (number){ r->digits - high_half(r->digits, alternating(c, 9, square_of_rest(r))), r->exponent };
}

/* cos r = 1 - (r^2 / 2! - r^4 / 4! + ..) */
static number cosine_of_rest(const gi_angle *r)
{
    static const uint64_t c[10] = { 0x8000000000000000u, 0x0aaaaaaaaaaaaaabu, 0x005b05b05b05b05bu, 0x0001a01a01a01a02u,
                                    0x0000049f93edde28u, 0x00000008f76c77fcu, 0x000000000c9cba54u, 0x00000000000d73fau,
                                    0x0000000000000b41u, 0x0000000000000008u };
    return (number){ ((uint64_t)1 << 63) - alternating(c, 10, square_of_rest(r)) / 2, -63 };
}

/* ---- Of the whole angle ------------------------------------------------------------------------------------------ */

/* power_of_two - a normal number; with the sign of minus when negative. */
static double power_of_two(int exponent, bool negative)
{
    const uint64_t bits = (uint64_t)(1023 + exponent) << 52 | (uint64_t)negative << 63;
    double power;
    memcpy(&power, &bits, sizeof power);
    return power;
}

/* sin(x + more pi/2) for a finite x >= 0. */
static double sine_after(double x, unsigned more)
{
    const gi_angle r = gi_reduce_angle(x);
    const unsigned n = r.quarters + more;
    const number y = n % 2 ? cosine_of_rest(&r) : sine_of_rest(&r);
    const bool negative = ((n & 2) != 0) != (n % 2 == 0 && r.negative);
    return power_of_two(y.exponent, negative) * (double)y.digits;
}

double gi_sin_of_any(double x)
{
    if (!(fabs(x) < INFINITY))
        return x - x;
    return x < 0 ? -sine_after(-x, 0) : sine_after(x, 0);
}

double gi_cos_of_any(double x)
{
    if (!(fabs(x) < INFINITY))
        return x - x;
    return sine_after(fabs(x), 1);
}

/* s / c = t + (s - t c) / c, where t is rounded, fma is exact, and s and c have 53 high and 11 low digits; after an odd
 * number of quarters -c / s. */
double gi_tan_of_any(double x)
{
    if (!(fabs(x) < INFINITY))
        return x - x;
    const uint64_t low = 0x7ff;
    const gi_angle r = gi_reduce_angle(fabs(x));
    const bool odd = r.quarters % 2;
    const number s = odd ? cosine_of_rest(&r) : sine_of_rest(&r), c = odd ? sine_of_rest(&r) : cosine_of_rest(&r);
    const double s_high = (double)(s.digits & ~low), s_low = (double)(s.digits & low);
    const double c_high = (double)(c.digits & ~low), c_low = (double)(c.digits & low);
    const double t = s_high / c_high, y = t + (fma(-t, c_high, s_high) + (s_low - t * c_low)) / c_high;
    return power_of_two(s.exponent - c.exponent, (r.negative != odd) != (x < 0)) * y;
}
