/* gradus.c - Gradus for check.c, in double: the golden settings as its options. */
#include <gradus.h>
#include <math.h>
#include <string.h>

#include "conformance.h"

static gd_params *net;
static gd_tensor *a, *b;
static gd_optimizer *optimizer;

static gd_optimizer *of_rule(const setting *s)
{
    const char *rule = s->rule;
    gd_dialect source = strstr(s->name, "optax") ? GD_OPTAX : strstr(s->name, "paper") ? GD_PAPER : GD_TORCH;
    if (strcmp(rule, "sgd") == 0) return gd_sgd(net, gd_sgd_defaults());
    if (strcmp(rule, "adam") == 0) return number_of(s, "decoupled", 0) ? gd_adamw(net, gd_adamw_defaults())
                                                                       : gd_adam(net, gd_adam_defaults());
    if (strcmp(rule, "adagrad") == 0) return gd_adagrad(net, gd_adagrad_defaults());
    if (strcmp(rule, "rmsprop") == 0) return gd_rmsprop(net, gd_rmsprop_defaults());
    if (strcmp(rule, "adadelta") == 0) return gd_adadelta(net, gd_adadelta_defaults());
    if (strcmp(rule, "adamax") == 0) return gd_adamax(net, gd_adamax_defaults());
    if (strcmp(rule, "nadam") == 0) return gd_nadam(net, gd_nadam_defaults());
    if (strcmp(rule, "radam") == 0) return gd_radam(net, gd_radam_defaults());
    if (strcmp(rule, "lion") == 0) return gd_lion(net, gd_lion_defaults());
    if (strcmp(rule, "yogi") == 0) return gd_yogi(net, gd_yogi_defaults());
    if (strcmp(rule, "adabelief") == 0) return gd_adabelief(net, gd_adabelief_dialect(source));
    if (strcmp(rule, "lamb") == 0) return gd_lamb(net, gd_lamb_dialect(GD_OPTAX));
    if (strcmp(rule, "muon") == 0) return gd_muon(net, gd_muon_dialect(source));
    if (strcmp(rule, "adafactor") == 0) return gd_adafactor(net, gd_adafactor_defaults());
    if (strcmp(rule, "schedule_free") == 0)
        return gd_schedule_free_adamw(net, gd_schedule_free_adamw_dialect(GD_OPTAX));
    return NULL;
}

/* Names of options in the files, and in Gradus where they differ. */
static const struct { const char *key, *option; } options[] = {
    { "lr", NULL }, { "momentum", NULL }, { "dampening", NULL }, { "nesterov", NULL }, { "weight_decay", NULL },
    { "beta1", NULL }, { "beta2", NULL }, { "eps", NULL }, { "eps_root", NULL }, { "amsgrad", NULL }, { "rho", NULL },
    { "alpha", "rho" }, { "centered", NULL }, { "lr_decay", NULL }, { "initial_accumulator", "init_v" },
    { "m0", "init_m" }, { "s0", "init_v" }, { "momentum_decay", "nadam_psi" }, { "beta2_decay", NULL },
    { "eps1", NULL }, { "eps2", NULL }, { "d", "clip" }, { "ns_steps", NULL },
};

bool your_begin(const setting *s, int n, const double *parameters)
{
    net = gd_params_new();
    a = gd_param(net, "A", gd_from(GD_SHAPE(3, 2), parameters));
    b = n > 6 ? gd_param(net, "B", gd_from(GD_SHAPE(4), parameters + 6)) : NULL;
    optimizer = of_rule(s);
    bool good = optimizer != NULL;
    for (size_t i = 0; good && i < sizeof options / sizeof *options; i++)
        if (text_of(s, options[i].key))
            good = gd_group_set(&optimizer->first, options[i].option ? options[i].option : options[i].key,
                                number_of(s, options[i].key, 0));
    if (good && number_of(s, "eps_inside", 0))
        good = gd_group_set(&optimizer->first, "eps_mode", GD_EPS_INSIDE_SQRT);
    if (good && !number_of(s, "bias_correction", 1))
        good = gd_group_set(&optimizer->first, "bias_correction", GD_CORRECT_NONE);
    if (good && text_of(s, "adjust") && strcmp(text_of(s, "adjust"), "match_rms_adamw") == 0)
        good = gd_group_set(&optimizer->first, "muon_scale", GD_MUON_MATCH_RMS_ADAMW);
    if (!good)
        your_end();
    return good;
}

void your_step(int n, double *parameters, const double *gradient)
{
    GD_SCOPE;
    gd_set_grad(a, gd_from(GD_SHAPE(3, 2), gradient));
    if (b)
        gd_set_grad(b, gd_from(GD_SHAPE(4), gradient + 6));
    gd_step(optimizer);
    gd_params_to_vector(net, parameters, n);
}

void your_end(void)
{
    gd_optimizer_free(optimizer);
    gd_params_free(net);
}

static gd_schedule schedule_of(const setting *s)
{
    const char *name = s->name;
    double base = number_of(s, "base_lr", 0), final = number_of(s, "final_lr", number_of(s, "eta_min", 0));
    double warm = number_of(s, "warmup_steps", 0), gamma = number_of(s, "gamma", 0);
    int64_t steps = (int64_t)(number_of(s, "max_update", number_of(s, "total_iters", 0)) - warm);
    if (strncmp(name, "onecycle", 8) == 0)
        return gd_lr_one_cycle(number_of(s, "max_lr", 0), (int64_t)number_of(s, "total_steps", 0),
                               (gd_one_cycle_options){
            .start = number_of(s, "pct_start", 0), .div = number_of(s, "div_factor", 0),
            .final_div = number_of(s, "final_div_factor", 0), .linear = strcmp(text_of(s, "anneal"), "linear") == 0,
            .three_phase = number_of(s, "three_phase", 0) != 0 });
    if (strcmp(name, "step") == 0) return gd_lr_step(base, (int64_t)number_of(s, "step_size", 0), gamma);
    if (strcmp(name, "multistep") == 0) return gd_lr_multistep(base, (int64_t[]){ 15, 30 }, 2, gamma);
    if (strcmp(name, "exponential") == 0) return gd_lr_exponential(base, gamma);
    if (strcmp(name, "factor_d2l") == 0)
        return gd_lr_factor(base, number_of(s, "factor", 0), number_of(s, "stop_factor_lr", 0));
    if (strcmp(name, "cosine") == 0) return gd_lr_cosine(base, final, (int64_t)number_of(s, "T_max", 0));
    if (strcmp(name, "cosine_restarts") == 0)
        return gd_lr_restarts(gd_lr_cosine(base, final, (int64_t)number_of(s, "T_0", 0)),
                              (int64_t)number_of(s, "T_0", 0), number_of(s, "T_mult", 0));
    if (strncmp(name, "cosine", 6) == 0 || strncmp(name, "polynomial", 10) == 0) {
        gd_schedule down = name[0] == 'c' ? gd_lr_cosine(base, final, steps)
                                          : gd_lr_polynomial(base, final, steps, number_of(s, "power", 0));
        return warm > 0 ? gd_lr_warmup(down, (int64_t)warm, number_of(s, "warmup_begin_lr", 0)) : down;
    }
    if (strcmp(name, "linear_warmup") == 0)
        return gd_lr_linear(base * number_of(s, "start_factor", 0), base * number_of(s, "end_factor", 0), steps);
    if (strncmp(name, "inverse_sqrt", 12) == 0) return gd_lr_inverse_sqrt(base, warm > 0 ? warm : 1);
    return gd_lr_none();
}

bool your_rates(const setting *s, int n, const double *metric, double *rate)
{
    if (metric) {
        gd_plateau_options options_ = gd_plateau_defaults();
        options_.factor = number_of(s, "factor", 0);
        options_.patience = (int)number_of(s, "patience", 0);
        options_.threshold = number_of(s, "threshold", 0);
        options_.min_lr = number_of(s, "min_lr", 0);
        gd_plateau plateau = gd_plateau_start(number_of(s, "base_lr", 0), options_);
        for (int t = 0; t < n; t++) {
            rate[t] = plateau.lr;
            gd_plateau_next(&plateau, metric[t]);
        }
        return true;
    }
    gd_schedule schedule = schedule_of(s);
    for (int t = 0; t < n; t++)
        rate[t] = gd_lr_at(schedule, t);
    return !isnan(rate[0]);
}

bool your_clip(const setting *s, double *gradient, double *norm)
{
    double start[10] = { 0 }, max = number_of(s, "max_norm", number_of(s, "theta", 0));
    net = gd_params_new();
    a = gd_param(net, "A", gd_from(GD_SHAPE(3, 2), start));
    b = gd_param(net, "B", gd_from(GD_SHAPE(4), start));
    gd_set_grad(a, gd_from(GD_SHAPE(3, 2), gradient));
    gd_set_grad(b, gd_from(GD_SHAPE(4), gradient + 6));
    *norm = text_of(s, "clip_value") ? gd_clip_grad_value(net, number_of(s, "clip_value", 0))
                                     : gd_clip_grad_norm_as(net, max, number_of(s, "norm_type", 2),
                                                            text_of(s, "theta") ? GD_D2L : GD_TORCH);
    gd_grads_to_vector(net, gradient, 10);
    gd_params_free(net);
    return true;
}
