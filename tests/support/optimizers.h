/* optimizers.h - every algorithm, and a small model, for tests that hold for all of them. */
#ifndef TEST_OPTIMIZERS_H
#define TEST_OPTIMIZERS_H

#include "support/support.h"

/* MAKE(adam_l2, adam, defaults(), o.lr = 0.01, o.weight_decay = 1e-4) - a function that makes gd_adam with these
 * options; DEFAULTS changes none. */
#define MAKE(name, ...) static MAKE_GLOBAL(name, __VA_ARGS__)
#define MAKE_GLOBAL(name, algorithm, base, ...)                   \
    gd_optimizer *name(gd_params *p)                              \
    {                                                             \
        gd_##algorithm##_options o = gd_##algorithm##_##base;     \
        __VA_ARGS__;                                              \
        return gd_##algorithm(p, o);                              \
    }
#define DEFAULTS (void)0

typedef gd_optimizer *maker(gd_params *p);
maker make_sgd, make_sgd_plain, make_sgd_momentum, make_adagrad, make_adagrad_decay, make_rmsprop, make_adadelta,
    make_adam, make_adam_amsgrad, make_adamw, make_adamw_amsgrad, make_yogi, make_yogi_paper, make_adamax, make_nadam,
    make_nadam_keras, make_nadam_global, make_radam, make_adabelief, make_lamb, make_muon, make_muon_adamw,
    make_lion, make_lion_decay, make_rprop, make_asgd, make_asgd_early, make_adafactor, make_schedule_free, make_lbfgs;

/* Every algorithm that gd_step serves, with options that make it keep all of its states. */
enum { MAKERS = 19, MAKERS_BY_ELEMENT = 17 };      /* the last ones, LAMB and Adafactor, depend on the whole tensor */
extern maker *const makers[MAKERS];

/* The same for checkpoints: with L-BFGS, the last one, and each kind of step counter. */
enum { SAVED_MAKERS = 20 };
extern maker *const saved_makers[SAVED_MAKERS];

/* ---- A model of two parameters and a buffer between them, and noise for it ------------------------------------- */

typedef struct model { gd_params *net; gd_tensor *a, *b; } model;

extern uint64_t noise_state;                /* to be set where numbers are to come again */

double     noise(void);                     /* in [-1, 1) */
gd_tensor *noisy(gd_shape shape);
model      model_new(void);

/* random_step - one step with gradients that are noise, for b only if with_b. */
void random_step(gd_optimizer *o, const model *m, bool with_b);

#endif
