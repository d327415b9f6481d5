/* checkpoint_makers.h - every algorithm, with options that make it keep all of its states: for tests of checkpoints. */
#ifndef CHECKPOINT_MAKERS_H
#define CHECKPOINT_MAKERS_H

#include "gradus/optim.h"

static gd_optimizer *make_sgd(gd_params *p)
{
    gd_sgd_options o = gd_sgd_defaults();
    o.momentum = 0.9;
    return gd_sgd(p, o);
}

static gd_optimizer *make_rmsprop(gd_params *p)
{
    gd_rmsprop_options o = gd_rmsprop_defaults();
    o.centered = true;
    o.momentum = 0.5;
    return gd_rmsprop(p, o);
}

static gd_optimizer *make_amsgrad(gd_params *p)
{
    gd_adamw_options o = gd_adamw_defaults();
    o.amsgrad = GD_AMSGRAD_RAW;
    return gd_adamw(p, o);
}

static gd_optimizer *make_nadam_global(gd_params *p)
{
    gd_nadam_options o = gd_nadam_defaults();
    o.step_counter = GD_GLOBAL;
    return gd_nadam(p, o);
}

static gd_optimizer *make_lbfgs(gd_params *p)
{
    gd_lbfgs_options o = gd_lbfgs_defaults();
    o.history_size = 4;
    o.max_iter = 2;
    return gd_lbfgs(p, o);
}

#define DEFAULTS(name) static gd_optimizer *make_##name(gd_params *p) { return gd_##name(p, gd_##name##_defaults()); }
DEFAULTS(adagrad) DEFAULTS(adadelta) DEFAULTS(adam) DEFAULTS(yogi) DEFAULTS(adamax) DEFAULTS(nadam) DEFAULTS(radam)
DEFAULTS(lion) DEFAULTS(rprop) DEFAULTS(asgd)

typedef gd_optimizer *maker(gd_params *p);
static maker *const makers[] = {
    make_sgd, make_rmsprop, make_adagrad, make_adadelta, make_adam, make_amsgrad, make_yogi, make_adamax, make_nadam,
    make_nadam_global, make_radam, make_lion, make_rprop, make_asgd, make_lbfgs
};
enum { MAKERS = sizeof makers / sizeof *makers };

#endif
