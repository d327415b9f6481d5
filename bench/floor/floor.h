/* floor.h - the floors: what a workload costs when it is written by hand for this one case, without a framework.
 *
 * All shapes are constants, memory is taken once, passes over the data are fused, and files are compiled for this
 * machine (-O3 -march=native).  A floor computes what Gradus computes, up to rounding; bench/NAME.c checks it. */
#ifndef GRADUS_BENCH_FLOOR_H
#define GRADUS_BENCH_FLOOR_H

#include <stdbool.h>
#include <stdint.h>

/* ---- Adam:  m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2;
 *             w = w - lr m/(1 - beta1^t) / (sqrt(v/(1 - beta2^t)) + eps) ------------------------------------- */

typedef struct floor_adam {
    float  lr, beta1, beta2, eps, decay;        /* decay: AdamW's, w = (1 - lr decay) w before the step */
    double power1, power2;                      /* beta1^t, beta2^t; start at 1 */
} floor_adam;

/* floor_adam_next - t = t + 1.  Powers that no longer change 1 - power stop, before they become subnormal numbers,
 * with which processors are slow. */
static inline void floor_adam_next(floor_adam *a)
{
    if (a->power1 > 1e-30)
        a->power1 *= (double)a->beta1;
    if (a->power2 > 1e-30)
        a->power2 *= (double)a->beta2;
}

void floor_adam_update(const floor_adam *a, int64_t n, float *restrict w, const float *restrict g,
                       float *restrict m, float *restrict v);
void floor_yogi_update(const floor_adam *a, int64_t n, float *restrict w, const float *restrict g,
                       float *restrict m, float *restrict v);      /* v = v + (1 - beta2) sign(g^2 - v) g^2 */
/* floor_stream - the same memory traffic, four arrays read and three written, with one addition each. */
void floor_stream(int64_t n, float *restrict w, const float *restrict g, float *restrict m, float *restrict v);

/* ---- Linear regression: batch 10, 5 features, loss mean (x w + b - y)^2 / 2 ------------------------------------ */

enum { LINEAR_BATCH = 10, LINEAR_FEATURES = 5, LINEAR_LANES = 8 };

typedef struct floor_linear {
    float w[LINEAR_LANES], m[LINEAR_LANES], v[LINEAR_LANES];        /* five weights, b, zeros */
    floor_adam adam;
    float loss;
} floor_linear;

void floor_linear_step(floor_linear *f, const float *restrict x, const float *restrict y);

/* ---- A tape: y = c y, length times, and the gradient of the first y -------------------------------------------- */

float floor_chain(int64_t length, float x, float c, float *dx);

/* ---- Products of matrices: gd_gemm or OpenBLAS -------------------------------------------------------------------
 * c [m, n] = a [m, k] b [k, n]; a and b row-major, or transposed in memory; plus the old c when accumulate. */

typedef void floor_product(int64_t m, int64_t n, int64_t k, const float *a, bool a_transposed,
                           const float *b, bool b_transposed, float *c, bool accumulate);
floor_product floor_product_gradus;
#ifdef HAVE_OPENBLAS
floor_product floor_product_openblas;
#endif

/* ---- MLP 784-256-10, relu, cross-entropy, Adam ---------------------------------------------------------------------- */

enum { MLP_IN = 784, MLP_HIDDEN = 256, MLP_OUT = 10 };

typedef struct floor_mlp floor_mlp;

/* Weights are [out, in].  NULL: memory is out. */
floor_mlp *floor_mlp_new(int64_t batch, floor_product *product, float lr, const float *w1, const float *b1,
                         const float *w2, const float *b2);
void       floor_mlp_free(floor_mlp *f);
float      floor_mlp_step(floor_mlp *f, int64_t batch, const float *x, const float *labels);    /* the loss before it */
const float *floor_mlp_w1(const floor_mlp *f);
void       floor_mlp_rate(floor_mlp *f, float lr);

#endif
