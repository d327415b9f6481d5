/* random.h - random numbers: the generator under gd_uniform, gd_normal and shuffling. */
#ifndef GRADUS_RANDOM_H
#define GRADUS_RANDOM_H

#include <stdint.h>

uint64_t gi_random_bits(uint64_t state[4]);                          /* xoshiro256++ */
void     gi_random_seed(uint64_t state[4], uint64_t seed);           /* by splitmix64 */
double   gi_random_unit(uint64_t state[4]);                          /* in [0, 1), multiples of 2^-53 */
uint64_t gi_random_below(uint64_t state[4], uint64_t n);             /* 0 .. n-1, equally likely */
uint64_t *gi_random_state(void);                                     /* of the one this thread draws from */

#endif
