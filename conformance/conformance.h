/* conformance.h - between check.c and an implementation of optimizers, which defines the five functions below.
 *
 * A setting is what the head of a data file says: the rule, and options by name, such as lr or beta1.  The parameters
 * are ten numbers: a matrix A [3, 2] in row-major order and a vector B [4]; six, A alone, for a rule that is for
 * matrices. */
#ifndef CONFORMANCE_H
#define CONFORMANCE_H

#include <stdbool.h>

enum { MOST_OPTIONS = 24, TEXT = 64 };

typedef struct setting {
    char name[TEXT];                        /* of the file: "adam_pytorch", "cosine", "norm2_d2l" */
    char rule[TEXT];                        /* of an optimizer: "adam" */
    int  count;
    char key[MOST_OPTIONS][TEXT], text[MOST_OPTIONS][TEXT];
} setting;

const char *text_of(const setting *s, const char *key);                     /* NULL: it is not given */
double      number_of(const setting *s, const char *key, double otherwise);

/* An optimizer.  your_begin - false: not implemented.  your_step - one step: parameters [n] are changed. */
bool your_begin(const setting *s, int n, const double *parameters);
void your_step(int n, double *parameters, const double *gradient);
void your_end(void);

/* A schedule: the learning rates of steps 0 .. n-1; metric[t] is the loss after step t, which only "plateau" has. */
bool your_rates(const setting *s, int n, const double *metric, double *rate);

/* Clipping of a gradient [10] in place; *norm: before it. */
bool your_clip(const setting *s, double *gradient, double *norm);

#endif
