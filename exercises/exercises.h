/* exercises.h - what the exercises define, and what stands in their holes.  README.md says how to go about them. */
#ifndef EXERCISES_H
#define EXERCISES_H

#include <gradus.h>
#include <math.h>

/* not_yet(); - stands where your code is missing: the grader then says "not yet".  Replace it. */
#define not_yet() exercise_not_yet(__func__)
_Noreturn void exercise_not_yet(const char *function);

/* ---- Derivatives ---------------------------------------------------------------------------------------- */

/* A function of a tensor that the grader makes up. */
typedef gd_tensor *function_of_one(gd_tensor *x);

/* One link of a chain of functions of a number, with its derivative. */
typedef struct chain_link {
    double (*value)(double x);
    double (*slope)(double x);
} chain_link;

double     slope(function_of_one *f, double x);                                             /* 01_slope */
double     chain(const chain_link *links, int n, double x);                                 /* 02_chain */
void       two_slopes(gd_tensor *w, function_of_one *first, function_of_one *second, double slopes[2]);
gd_tensor *bias_gradient(gd_tensor *dy);                                                    /* 04_broadcast */
gd_tensor *scale_gradient(gd_tensor *dy, gd_tensor *x);

/* ---- A model and its training ---------------------------------------------------------------------------- */

typedef gd_tensor *loss_of_batch(gd_tensor *x, gd_tensor *y);       /* the mean over the rows of a batch */

typedef struct two_layers {
    gd_tensor *w1, *b1;                     /* [inputs, hidden], [hidden] */
    gd_tensor *w2, *b2;                     /* [hidden, outputs], [outputs] */
} two_layers;

gd_tensor *linear(gd_tensor *x, gd_tensor *w, gd_tensor *b);                                /* 05_linear */
gd_tensor *half_mse(gd_tensor *prediction, gd_tensor *y);                                   /* 06_loss */
void       descent_step(gd_tensor *w, double lr);                                           /* 07_descent */
double     epoch_loss(gd_loader *load, loss_of_batch *loss);                                /* 08_batches */
void       momentum_step(gd_tensor *w, gd_tensor *v, double lr, double beta);               /* 09_momentum */
gd_tensor *cross_entropy(gd_tensor *logits, gd_tensor *labels);                             /* 10_cross_entropy */
void       two_layers_backward(const two_layers *net, gd_tensor *x, gd_tensor *y, two_layers *gradient);

/* ---- Operations and layers of your own --------------------------------------------------------------------- */

typedef struct residual {
    gd_tensor *weight, *bias;               /* [width, width], [width] */
} residual;

gd_tensor *signed_square(gd_tensor *x);                                                     /* 12_own_operation */
void       signed_square_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx);
int        wrong_gradient(gd_function *const functions[], int n, gd_tensor *x);             /* 13_gradcheck */
residual   residual_new(gd_params *net, const char *name, int64_t width);                   /* 14_layer */
gd_tensor *residual_apply(const residual *layer, gd_tensor *x);

/* ---- Around the optimizer ------------------------------------------------------------------------------------ */

typedef struct rate_plan {
    double  base, final;                    /* learning rates */
    int64_t warmup, steps;                  /* steps of warm-up; steps in all, those of warm-up included */
} rate_plan;

typedef struct watch {
    double     best;                        /* the lowest loss so far; INFINITY before the first */
    int        bad;                         /* epochs in a row that were not better; 0 before the first */
    gd_params *best_net;                    /* a model of its own for the best parameters */
} watch;

double learning_rate(int64_t t, const rate_plan *plan);                                     /* 15_schedule */
double clip_gradients(gd_tensor *const ws[], int n, double max);                            /* 16_clipping */
bool   stop_early(watch *watched, gd_params *net, double loss, int patience);               /* 17_early_stopping */
bool   save_run(const char *path, gd_params *net, gd_optimizer *o, gd_loader *load, double *best);  /* 18_resume */
bool   load_run(const char *path, gd_params *net, gd_optimizer *o, gd_loader *load, double *best);

/* ---- Optimizers ------------------------------------------------------------------------------------------------ */

typedef struct yogi_options {
    double lr, beta1, beta2, eps;
} yogi_options;

void adagrad_step(gd_tensor *w, gd_tensor *s, double lr, double eps);                       /* 19_adagrad */
void rmsprop_step(gd_tensor *w, gd_tensor *s, double lr, double gamma, double eps);         /* 20_rmsprop */
void adam_step(gd_tensor *w, gd_tensor *v, gd_tensor *s, int t, double lr, double beta1, double beta2, double eps);
void yogi_update(const gd_update *u);                                                       /* 22_yogi */
extern const gd_algorithm my_yogi;

#endif
