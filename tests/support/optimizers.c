/* optimizers.c - see optimizers.h. */
#include "optimizers.h"

MAKE_GLOBAL(make_sgd,            sgd,      defaults(),        o.lr = 0.1, o.momentum = 0.9, o.dampening = 0.2,
                                                                o.weight_decay = 0.01)
MAKE_GLOBAL(make_sgd_plain,      sgd,      defaults(),        o.lr = 0.1)
MAKE_GLOBAL(make_sgd_momentum,   sgd,      defaults(),        o.momentum = 0.9)
MAKE_GLOBAL(make_adagrad,        adagrad,  defaults(),        DEFAULTS)
MAKE_GLOBAL(make_adagrad_decay,  adagrad,  defaults(),        o.lr_decay = 0.1)
MAKE_GLOBAL(make_rmsprop,        rmsprop,  defaults(),        o.centered = true, o.momentum = 0.9)
MAKE_GLOBAL(make_adadelta,       adadelta, defaults(),        DEFAULTS)
MAKE_GLOBAL(make_adam,           adam,     defaults(),        DEFAULTS)
MAKE_GLOBAL(make_adam_amsgrad,   adam,     defaults(),        o.amsgrad = GD_AMSGRAD_RAW)
MAKE_GLOBAL(make_adamw,          adamw,    defaults(),        o.lr = 0.01)
MAKE_GLOBAL(make_adamw_amsgrad,  adamw,    defaults(),        o.amsgrad = GD_AMSGRAD_RAW)
MAKE_GLOBAL(make_yogi,           yogi,     defaults(),        DEFAULTS)
MAKE_GLOBAL(make_yogi_paper,     yogi,     dialect(GD_PAPER), DEFAULTS)
MAKE_GLOBAL(make_adamax,         adamax,   defaults(),        DEFAULTS)
MAKE_GLOBAL(make_nadam,          nadam,    defaults(),        DEFAULTS)
MAKE_GLOBAL(make_nadam_keras,    nadam,    dialect(GD_KERAS), DEFAULTS)
MAKE_GLOBAL(make_nadam_global,   nadam,    defaults(),        o.step_counter = GD_GLOBAL)
MAKE_GLOBAL(make_radam,          radam,    defaults(),        DEFAULTS)
MAKE_GLOBAL(make_adabelief,      adabelief, defaults(),       o.weight_decay = 0.1)
MAKE_GLOBAL(make_lamb,           lamb,     defaults(),        o.weight_decay = 0.1)
MAKE_GLOBAL(make_lion,           lion,     defaults(),        DEFAULTS)
MAKE_GLOBAL(make_lion_decay,     lion,     defaults(),        o.weight_decay = 0.1)
MAKE_GLOBAL(make_rprop,          rprop,    defaults(),        DEFAULTS)
MAKE_GLOBAL(make_asgd,           asgd,     defaults(),        DEFAULTS)
MAKE_GLOBAL(make_asgd_early,     asgd,     defaults(),        o.t0 = 3)
MAKE_GLOBAL(make_adafactor,      adafactor, defaults(),       DEFAULTS)
MAKE_GLOBAL(make_schedule_free,  schedule_free_adamw, defaults(), o.weight_decay = 0.1)
MAKE_GLOBAL(make_lbfgs,          lbfgs,    defaults(),        o.history_size = 4, o.max_iter = 2)

/* The matrix called a by Muon, all else by AdamW. */
gd_optimizer *make_muon(gd_params *p)
{
    gd_optimizer *o = gd_muon(p, gd_muon_adamw_defaults());
    gd_muon_options muon = gd_muon_defaults();
    gd_optimizer_group(o, "a", &muon);
    return o;
}

MAKE_GLOBAL(make_muon_adamw,     muon,     adamw_defaults(),  o.weight_decay = 0.1)

maker *const makers[MAKERS] = {
    make_sgd, make_sgd_plain, make_adagrad_decay, make_rmsprop, make_adadelta, make_adam_amsgrad, make_adamw,
    make_yogi_paper, make_adamax, make_nadam_keras, make_radam, make_lion_decay, make_rprop, make_asgd_early,
    make_adabelief, make_muon_adamw, make_schedule_free, make_lamb, make_adafactor
};

maker *const saved_makers[SAVED_MAKERS] = {
    make_sgd_momentum, make_rmsprop, make_adagrad, make_adadelta, make_adam, make_adamw_amsgrad, make_yogi, make_adamax,
    make_nadam, make_nadam_global, make_radam, make_adabelief, make_lamb, make_muon, make_lion, make_rprop, make_asgd,
    make_adafactor, make_schedule_free, make_lbfgs
};

/* ---- A model --------------------------------------------------------------------------------------------------- */

uint64_t noise_state = 1;

double noise(void)
{
    noise_state = noise_state * 6364136223846793005u + 1442695040888963407u;
    return (double)(int64_t)(noise_state >> 11) / 4503599627370496.0 - 1;
}

gd_tensor *noisy(gd_shape shape)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t i = 0; i < gd_numel(t); i++)
        t->data[i] = (gd_real)noise();
    return t;
}

model model_new(void)
{
    model m = { .net = gd_params_new() };
    noise_state = 3;
    m.a = gd_param(m.net, "a", noisy(GD_SHAPE(3, 4)));
    gd_buffer(m.net, "running", gd_zeros(GD_SHAPE(2)));
    m.b = gd_param(m.net, "b.bias", noisy(GD_SHAPE(5)));
    return m;
}

void random_step(gd_optimizer *o, const model *m, bool with_b)
{
    GD_SCOPE;
    gd_set_grad(m->a, noisy(GD_SHAPE(3, 4)));
    gd_tensor *g = noisy(GD_SHAPE(5));
    if (with_b)
        gd_set_grad(m->b, g);
    ck_assert(gd_step(o));
    gd_zero_grad(o);
}
