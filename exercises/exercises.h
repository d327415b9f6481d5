/* exercises.h - what the exercises define, and what stands in their holes.  README.md says how to go about them. */
#ifndef EXERCISES_H
#define EXERCISES_H

#include <gradus.h>
#include <math.h>

/* not_yet(); - stands where your code is missing: the grader then says "not yet".  Replace it. */
#define not_yet() exercise_not_yet(__func__)
_Noreturn void exercise_not_yet(const char *function);

/* 01 to 03: a function of a tensor that the grader makes up. */
typedef gd_tensor *function_of_one(gd_tensor *x);

double slope(function_of_one *f, double x);                                         /* 01_slope */

/* 02: one link of a chain of functions of a number, with its derivative. */
typedef struct chain_link {
    double (*value)(double x);
    double (*slope)(double x);
} chain_link;

double chain(const chain_link *links, int n, double x);                             /* 02_chain */

void two_slopes(gd_tensor *w, function_of_one *first, function_of_one *second, double slopes[2]);   /* 03_zero_grad */

#endif
