/* random.c - random numbers: xoshiro256++ (D. Blackman and S. Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 47, 2021), seeded by splitmix64 as its authors advise; normal numbers by the method
 * of G. E. P. Box and M. E. Muller (1958).  Computed in double, so that both builds draw the same numbers. */
#include <inttypes.h>
#include <stdatomic.h>

#include "random.h"
#include "gradus/tensor.h"
#include "scopes.h"
#include "start.h"
#include "thread_state.h"

static uint64_t rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

uint64_t gi_random_bits(uint64_t s[4])
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

void gi_random_seed(uint64_t state[4], uint64_t seed)
{
    for (int i = 0; i < 4; i++) {
        uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);
        z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
        state[i] = z ^ z >> 31;
    }
}

double gi_random_unit(uint64_t state[4])
{
    return (double)(gi_random_bits(state) >> 11) * 0x1p-53;
}

/* Draws that fall into the incomplete last run of n are rejected, so that all numbers are equally likely. */
uint64_t gi_random_below(uint64_t state[4], uint64_t n)
{
    uint64_t skip = (0 - n) % n, draw;
    do
        draw = gi_random_bits(state);
    while (draw < skip);
    return draw % n;
}

/* ---- The generator of a thread -------------------------------------------------------------------------------- */

/* The thread that loads the library starts with seed 0.  Where no function can run then, it is the first thread that
 * draws. */
#if defined(__GNUC__)
__attribute__((constructor)) static void note_loading_thread(void)
{
    gi_thread.loads = true;
}
#endif

static uint64_t first_seed(void)
{
    static atomic_uint_fast64_t others;
#if !defined(__GNUC__)
    static atomic_flag taken = ATOMIC_FLAG_INIT;
    gi_thread.loads = !atomic_flag_test_and_set(&taken);
#endif
    return gi_thread.loads ? 0 : 0 - (uint64_t)(atomic_fetch_add(&others, 1) + 1);
}

uint64_t *gi_random_state(void)
{
    if (gi_thread.generator)
        return gi_thread.generator;
    if (!gi_thread.seeded)
        gd_seed(first_seed());
    return gi_thread.random;
}

static bool seed_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    gd_seed(*(const uint64_t *)attributes);
    return true;
}

void gd_seed(uint64_t seed)
{
    gi_current_scope();
    if (gi_capturing()) {
        (void)gi_start_again("gd_seed", seed_again, &seed, sizeof seed);
        return;
    }
    if (gi_thread.generator) {
        gi_random_seed(gi_thread.generator, seed);
        return;
    }
    gi_random_seed(gi_thread.random, seed);
    gi_thread.seeded = true;
}
