/* random.c - random numbers: xoshiro256++ (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47, 2021), seeded by splitmix64 as its authors advise; normal numbers by the method
 * of G. E. P. Box and M. E. Muller (1958).  Computed in double, so that both builds draw the same numbers. */
#include <inttypes.h>

#include "core.h"

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

uint64_t gd_random_bits(uint64_t s[4])
{
    uint64_t result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

void gd_random_seed(uint64_t state[4], uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        state[i] = z ^ z >> 31;
    }
}

double gd_random_unit(uint64_t state[4])
{
    return (double)(gd_random_bits(state) >> 11) * 0x1p-53;
}

/* Draws that fall into the incomplete last run of n are thrown away, so that no number is favoured. */
uint64_t gd_random_below(uint64_t state[4], uint64_t n)
{
    uint64_t skip = (0 - n) % n, draw;
    do
        draw = gd_random_bits(state);
    while (draw < skip);
    return draw % n;
}

uint64_t *gd_random_state(void)
{
    if (!gd_thread.seeded)
        gd_seed(0);
    return gd_thread.random;
}

void gd_seed(uint64_t seed)
{
    gd_current_scope();
    gd_random_seed(gd_thread.random, seed);
    gd_thread.seeded = true;
}

gd_tensor *gd_uniform(gd_shape shape, double low, double high)
{
    if (!(low <= high))
        return gd_fail("gd_uniform: low = %g must not be above high = %g", low, high);
    if (!isfinite(low) || !isfinite(high))
        return gd_fail("gd_uniform: low = %g and high = %g must be finite", low, high);
    if (!gd_fits("gd_uniform", "low", low) || !gd_fits("gd_uniform", "high", high))
        return NULL;
    gd_tensor *t = gd_new("gd_uniform", shape.ndim, shape.size);
    if (!t)
        return NULL;
    uint64_t *state = gd_random_state();
    for (int64_t i = 0; i < t->numel; i++) {
        const double unit = gd_random_unit(state), width = high - low;
        gd_real x = (gd_real)(isinf(width) ? low * (1 - unit) + high * unit : low + width * unit);
        t->data[i] = x < (gd_real)high ? x : (gd_real)low;      /* rounding may reach high */
    }
    return t;
}

gd_tensor *gd_normal(gd_shape shape, double mean, double std)
{
    if (!(std >= 0))
        return gd_fail("gd_normal: std = %g must not be negative", std);
    const double farthest = fabs(mean) + std * sqrt(-2 * log(0x1p-53));     /* that can be drawn */
    if (!isfinite((gd_real)farthest))
        return gd_fail("gd_normal: mean = %g and std = %g: the numbers must be finite in " GD_REAL_NAME, mean, std);
    gd_tensor *t = gd_new("gd_normal", shape.ndim, shape.size);
    if (!t)
        return NULL;
    uint64_t *state = gd_random_state();
    const double two_pi = 6.283185307179586;
    for (int64_t i = 0; i < t->numel; i += 2) {
        double radius = std * sqrt(-2 * log(1 - gd_random_unit(state))), angle = two_pi * gd_random_unit(state);
        t->data[i] = (gd_real)(mean + radius * cos(angle));
        if (i + 1 < t->numel)
            t->data[i + 1] = (gd_real)(mean + radius * sin(angle));
    }
    return t;
}

gd_tensor *gd_permutation(int64_t n)
{
    gd_tensor *t = gd_countable("gd_permutation", "the elements", n) ? gd_new("gd_permutation", 1, &n) : NULL;
    if (!t)
        return NULL;
    uint64_t *state = gd_random_state();
    for (int64_t i = 0; i < n; i++) {               /* Fisher and Yates, from the inside out */
        int64_t j = (int64_t)gd_random_below(state, (uint64_t)i + 1);
        t->data[i] = (gd_real)i;
        gd_real swap = t->data[j];
        t->data[j] = t->data[i];
        t->data[i] = swap;
    }
    return t;
}
