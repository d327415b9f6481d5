/* optim_models.h - every algorithm, and a small model, for tests that hold for all of them. */
#ifndef OPTIM_MODELS_H
#define OPTIM_MODELS_H

#include "support/optim.h"

/* ---- All algorithms with unusual options, so that every state is kept -------------------------------------- */

#define MAKE(name, algorithm, base, ...) \
    static gd_optimizer *name(gd_params *p) \
    { \
        gd_##algorithm##_options o = gd_##algorithm##_##base; \
        __VA_ARGS__; \
        return gd_##algorithm(p, o); \
    }
MAKE(sgd, sgd, defaults(), o.lr = 0.1, o.momentum = 0.9, o.weight_decay = 0.01, o.dampening = 0.2)
MAKE(plain, sgd, defaults(), o.lr = 0.1)
MAKE(adagrad, adagrad, defaults(), o.lr_decay = 0.1)
MAKE(rmsprop, rmsprop, defaults(), o.centered = true, o.momentum = 0.9)
MAKE(adadelta, adadelta, defaults(), (void)0)
MAKE(adam, adam, defaults(), o.amsgrad = GD_AMSGRAD_RAW)
MAKE(adamw, adamw, defaults(), o.lr = 0.01)
MAKE(yogi, yogi, dialect(GD_PAPER), (void)0)
MAKE(adamax, adamax, defaults(), (void)0)
MAKE(nadam, nadam, dialect(GD_KERAS), (void)0)
MAKE(radam, radam, defaults(), (void)0)
MAKE(lion, lion, defaults(), o.weight_decay = 0.1)
MAKE(rprop, rprop, defaults(), (void)0)
MAKE(asgd, asgd, defaults(), o.t0 = 3)

typedef gd_optimizer *maker(gd_params *p);
static maker *const makers[] = { sgd, plain, adagrad, rmsprop, adadelta, adam, adamw, yogi, adamax, nadam, radam,
                                 lion, rprop, asgd };
enum { MAKERS = sizeof makers / sizeof makers[0] };

static uint64_t state = 1;                  /* of noise */

static inline double noise(void)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(state >> 11) / 4503599627370496.0 - 1;
}

static inline gd_tensor *noisy(gd_shape shape)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t i = 0; i < gd_numel(t); i++)
        t->data[i] = (gd_real)noise();
    return t;
}

typedef struct model { gd_params *net; gd_tensor *a, *b; } model;

static inline model model_new(void)
{
    model m = { .net = gd_params_new() };
    state = 3;
    m.a = gd_param(m.net, "a", noisy(GD_SHAPE(3, 4)));
    gd_buffer(m.net, "running", gd_zeros(GD_SHAPE(2)));
    m.b = gd_param(m.net, "b.bias", noisy(GD_SHAPE(5)));
    return m;
}

static inline void random_step(gd_optimizer *o, const model *m, bool with_b)
{
    GD_SCOPE;
    gd_set_grad(m->a, noisy(GD_SHAPE(3, 4)));
    gd_tensor *g = noisy(GD_SHAPE(5));
    if (with_b)
        gd_set_grad(m->b, g);
    ck_assert(gd_step(o));
    gd_zero_grad(o);
}

static inline bool same(const gd_tensor *x, const gd_tensor *y)
{
    return memcmp(x->data, y->data, (size_t)gd_numel(x) * sizeof(gd_real)) == 0;
}

#endif
