/* suite.h - the end of main, and random numbers; for all test programs. */
#ifndef TEST_SUITE_H
#define TEST_SUITE_H

#include <check.h>
#include <stdint.h>

/* run_suite - runs it; the result of main: not 0 when a check failed, or none was run. */
int run_suite(Suite *suite);

/* draw - a number in [0, n): Knuth's MMIX generator, so that the numbers are the same everywhere. */
uint64_t draw(uint64_t *state, uint64_t n);

#endif
