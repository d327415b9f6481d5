/* random.h - more random numbers than those of tensor.h, and generators beside those of the threads.
 *
 *     gd_generator *noise = gd_generator_new(7);
 *     {
 *         GD_GENERATOR(noise);                         until the closing brace this thread draws from it
 *         gd_tensor *mask = gd_bernoulli(p);
 *     }
 *     gd_generator_free(noise);
 *
 * Results belong to the current scope, and have no gradient. */
#ifndef GRADUS_RANDOM_NUMBERS_H
#define GRADUS_RANDOM_NUMBERS_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Distributions ------------------------------------------------------------------------------------------- */

/* gd_randint - whole numbers, low <= x < high, equally likely.  Errors: low >= high; numbers that gd_real does not hold
 * exactly.
 * gd_exponential - density rate exp(-rate x), x >= 0.  Error: rate not positive, infinite, or so small that x may
 * overflow.
 * gd_truncated_normal - a normal distribution of this mean and deviation, restricted to low <= x <= high, which may be
 * infinite; exact in the tails too (C. Robert, "Simulation of truncated normal variables", Statistics and Computing 5,
 * 1995).  PyTorch's trunc_normal_ has mean 0, std 1, low -2, high 2.  Errors: std not positive; mean or std infinite;
 * no gd_real in [low, high]; mean farther than 1e9 std from it. */
gd_tensor *gd_randint(gd_shape shape, int64_t low, int64_t high);
gd_tensor *gd_exponential(gd_shape shape, double rate);
gd_tensor *gd_truncated_normal(gd_shape shape, double mean, double std, double low, double high);

/* gd_bernoulli - 1 with the probability that p has in the same place, else 0.  Error: a probability outside [0, 1]. */
gd_tensor *gd_bernoulli(const gd_tensor *p);

/* gd_multinomial - draws indices in proportion to weights, which need not sum to 1: weights [n] -> [draws], or
 * [rows, n] -> [rows, draws], each row by itself.  Without replacement no index occurs twice, each draw being in
 * proportion to the weights that are left (P. Efraimidis, P. Spirakis, "Weighted random sampling with a reservoir", IPL
 * 97, 2006).  Errors: a weight that is negative, infinite or NaN; a row of zeros; without replacement fewer positive
 * weights than draws. */
gd_tensor *gd_multinomial(const gd_tensor *weights, int64_t draws, bool replacement);

/* gd_random_choice - `draws` elements of x along its first axis: x [n, ..] -> [draws, ..], in random order.  weights
 * [n], or NULL: all equally likely.  As numpy.random.Generator.choice.  Errors: as gd_multinomial; n = 0. */
gd_tensor *gd_random_choice(const gd_tensor *x, int64_t draws, bool replacement, const gd_tensor *weights);

/* ---- Generators ----------------------------------------------------------------------------------------------- */

typedef struct gd_generator gd_generator;

/* gd_generator_new - a generator that gives the numbers of gd_seed(seed).  Free it with gd_generator_free.  One thread
 * at a time may use it.
 * gd_generator_use - from now on all random functions of this thread, gd_dropout and initial weights included, draw
 * from g; so does gd_seed seed it, and gd_save save it.  NULL: from the thread's own generator again.  Returns the one
 * before, NULL for the thread's own.  g must not be freed while another thread uses it.
 * gd_generator_seed - starts it again. */
gd_generator *gd_generator_new(uint64_t seed);
void          gd_generator_free(gd_generator *g);                   /* NULL is fine */
gd_generator *gd_generator_use(gd_generator *g);
bool          gd_generator_seed(gd_generator *g, uint64_t seed);

/* gd_generator_state, gd_generator_set_state - the four numbers that are its state; g NULL: of the generator that the
 * thread draws from.  Error: a state of zeros, which no generator has. */
bool gd_generator_state(const gd_generator *g, uint64_t state[4]);
bool gd_generator_set_state(gd_generator *g, const uint64_t state[4]);

/* GD_GENERATOR(g); - a declaration: gd_generator_use(g) from here to the end of the block.  Needs gcc or clang. */
#if defined(__GNUC__)
#define GD_GENERATOR(g) \
    __attribute__((cleanup(gd_generator_leave), unused)) gd_generator *GD_UNIQUE(gd_generator_before_) = \
        gd_generator_use(g)
#endif
void gd_generator_leave(gd_generator **before);     /* for GD_GENERATOR */

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
