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

/* ---- Linear regression: batch 10, 5 features, loss mean (x w + b - y)^2 / 2 ------------------------------ */

enum { LINEAR_BATCH = 10, LINEAR_FEATURES = 5, LINEAR_LANES = 8 };

typedef struct floor_linear {
    float w[LINEAR_LANES], m[LINEAR_LANES], v[LINEAR_LANES];        /* five weights, b, zeros */
    floor_adam adam;
    float loss;
} floor_linear;

void floor_linear_step(floor_linear *f, const float *restrict x, const float *restrict y);

/* ---- A tape: y = c y, length times, and the gradient of the first y -------------------------------------- */

float floor_chain(int64_t length, float x, float c, float *dx);

/* ---- Products of matrices: gi_gemm or OpenBLAS ----------------------------------------------------------------
 * c [m, n] = a [m, k] b [k, n]; a and b row-major, or transposed in memory; plus the old c when accumulate. */

typedef void floor_product(int64_t m, int64_t n, int64_t k, const float *a, bool a_transposed,
                           const float *b, bool b_transposed, float *c, bool accumulate);
floor_product floor_product_gradus;
#ifdef HAVE_OPENBLAS
floor_product floor_product_openblas;
#endif

/* ---- MLP 784-256-10, relu, cross-entropy, Adam ----------------------------------------------------------- */

enum { MLP_IN = 784, MLP_HIDDEN = 256, MLP_OUT = 10 };

typedef struct floor_mlp floor_mlp;

/* Weights are [out, in].  NULL: memory is out. */
floor_mlp *floor_mlp_new(int64_t batch, floor_product *product, float lr, const float *w1, const float *b1,
                         const float *w2, const float *b2);
void       floor_mlp_free(floor_mlp *f);
float      floor_mlp_step(floor_mlp *f, int64_t batch, const float *x, const float *labels);    /* the loss */
const float *floor_mlp_w1(const floor_mlp *f);
void       floor_mlp_rate(floor_mlp *f, float lr);

/* ---- LeNet: conv 1-6 5x5 padding 2, relu, mean pool 2, conv 6-16 5x5, relu, mean pool 2, 120-84-10, Adam ---- */

enum { LENET_PARAMETERS = 61706 };

typedef struct floor_lenet floor_lenet;

/* parameters: weight and bias of each layer in turn, weights [out, in, ..]; the batch is a multiple of 16.
 * NULL: memory is out. */
floor_lenet *floor_lenet_new(int64_t batch, floor_product *product, float lr, const float *parameters);
void         floor_lenet_free(floor_lenet *l);
float        floor_lenet_step(floor_lenet *l, const float *x, const float *labels);     /* x [batch, 1, 28, 28] */
const float *floor_lenet_parameters(const floor_lenet *l);
void         floor_lenet_rate(floor_lenet *l, float lr);

/* ---- GRU: letters [batch, length], an embedding 32 wide, a state of 128, clipped gradients, Adam --------------- */

enum { GRU_LENGTH = 32, GRU_BATCH = 32, GRU_WIDTH = 32, GRU_HIDDEN = 128, GRU_LETTERS = 76, GRU_PARAMETERS = 74444 };

typedef struct floor_gru floor_gru;

/* parameters: the table [letters, width]; of the cell weight_ih [3 hidden, width], weight_hh, both biases; weight
 * [letters, hidden] and bias of the output.  NULL: memory is out. */
floor_gru   *floor_gru_new(floor_product *product, float lr, const float *parameters);
void         floor_gru_free(floor_gru *f);
float        floor_gru_step(floor_gru *f, const float *letters, const float *next);     /* the loss */
const float *floor_gru_parameters(const floor_gru *f);
void         floor_gru_rate(floor_gru *f, float lr);

/* ---- Character GPT: 4 layers, 4 heads, 64 wide, block 64, batch 12 --------------------------------------- */

enum { GPT_LAYERS = 4, GPT_HEADS = 4, GPT_WIDTH = 64, GPT_BLOCK = 64, GPT_BATCH = 12, GPT_LETTERS = 65 };

typedef struct floor_gpt floor_gpt;

floor_gpt *floor_gpt_new(floor_product *product);           /* NULL: memory is out */
void       floor_gpt_free(floor_gpt *f);
void       floor_gpt_products(floor_gpt *f);                /* all products of one step, forward and backward */

/* ---- Gaussian mixture, in double: n points x [n, d]; alpha [k], mu [k, d], q [k, d], l [k, d (d - 1) / 2] ----- */

typedef struct floor_mixture floor_mixture;

floor_mixture *floor_mixture_new(int64_t n, int64_t k, int64_t d, const double *x);    /* NULL: memory is out */
void           floor_mixture_free(floor_mixture *f);
/* floor_mixture_step - the loss; gradients go to dalpha, dmu, dq, dl. */
double         floor_mixture_step(floor_mixture *f, const double *alpha, const double *mu, const double *q,
                                  const double *l, double *dalpha, double *dmu, double *dq, double *dl);

/* ---- Elementwise functions, softmax over rows of 1000, a sum into y[0] ----------------------------------- */

enum { SOFTMAX_ROW = 1000 };

typedef void floor_function(int64_t n, const float *restrict x, float *restrict y);
floor_function floor_exp, floor_tanh, floor_sigmoid, floor_gelu, floor_softmax, floor_sum;

#endif
