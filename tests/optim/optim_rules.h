/* optim_rules.h - a second implementation of every rule, for the tests: formulas in double, one element at a time,
 * as the sources write them. */
#ifndef OPTIM_RULES_H
#define OPTIM_RULES_H

#include "support/support.h"

/* ---- The rules, one element: w, g, its states s[], its step t and the step of the optimizer ----------------- */

typedef struct weight { double w, s[4]; } weight;

static double sign_of(double x)
{
    return (x > 0) - (x < 0);
}

static void sgd_rule(const gd_sgd_options *o, weight *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    if (o->momentum == 0) {
        e->w -= o->lr * g;
        return;
    }
    double *b = &e->s[0];
    if (o->momentum_form == GD_LR_INSIDE) {             /* Keras: velocity = momentum velocity - lr g */
        *b = o->momentum * *b - o->lr * g;
        e->w += o->nesterov ? o->momentum * *b - o->lr * g : *b;
        return;
    }
    if (o->momentum_form == GD_MOMENTUM_EMA)
        *b = o->momentum * *b + (1 - o->momentum) * g;
    else
        *b = t == 1 ? g : o->momentum * *b + (1 - o->dampening) * g;
    e->w -= o->lr * (o->nesterov ? g + o->momentum * *b : *b);
}

static void adagrad_rule(const gd_adagrad_options *o, weight *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    if (e->s[3]++ == 0)
        e->s[0] = o->init_v;
    e->s[0] += g * g;
    double lr = o->lr / (1 + (t - 1) * o->lr_decay);
    double divisor = o->eps_mode == GD_EPS_INSIDE_SQRT ? sqrt(e->s[0] + o->eps) : sqrt(e->s[0]) + o->eps;
    e->w -= lr * g / divisor;
}

static void rmsprop_rule(const gd_rmsprop_options *o, weight *e, double g, double t)
{
    (void)t;
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    if (e->s[3]++ == 0)
        e->s[0] = o->init_v;
    e->s[0] = o->rho * e->s[0] + (1 - o->rho) * g * g;
    double v = e->s[0];
    if (o->centered) {
        e->s[1] = o->rho * e->s[1] + (1 - o->rho) * g;
        v = fmax(v - e->s[1] * e->s[1], 0);
    }
    double d = g / (o->eps_mode == GD_EPS_INSIDE_SQRT ? sqrt(v + o->eps) : sqrt(v) + o->eps);
    if (o->momentum == 0) {
        e->w -= o->lr * d;
    } else if (o->momentum_form == GD_LR_INSIDE) {
        e->s[2] = o->momentum * e->s[2] + o->lr * d;
        e->w -= e->s[2];
    } else {
        e->s[2] = o->momentum * e->s[2] + d;
        e->w -= o->lr * e->s[2];
    }
}

static void adadelta_rule(const gd_adadelta_options *o, weight *e, double g, double t)
{
    (void)t;
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    e->s[0] = o->rho * e->s[0] + (1 - o->rho) * g * g;
    double d = sqrt(e->s[1] + o->eps) / sqrt(e->s[0] + o->eps) * g;
    e->s[1] = o->rho * e->s[1] + (1 - o->rho) * d * d;
    e->w -= o->lr * d;
}

/* The part of w that decoupled decay takes away. */
static double decay_of(gd_wd_mode mode, double lr, double weight_decay)
{
    return mode == GD_WD_L2 ? 0 : mode == GD_WD_DECOUPLED ? lr * weight_decay : weight_decay;
}

static double corrected(double moment, double beta, double t, bool on)
{
    return on ? moment / (1 - pow(beta, t)) : moment;
}

static void adam_rule(const gd_adam_options *o, weight *e, double g, double t)
{
    double decay = decay_of(o->wd_mode, o->lr, o->weight_decay);
    g = o->maximize ? -g : g;
    if (o->wd_mode == GD_WD_L2)
        g += o->weight_decay * e->w;
    if (o->wd_when == GD_WD_BEFORE)
        e->w -= decay * e->w;
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = o->beta2 * e->s[1] + (1 - o->beta2) * g * g;
    bool correct_m = o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_M;
    bool correct_v = o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V;
    double m = corrected(e->s[0], o->beta1, t, correct_m), raw = e->s[1];
    if (o->amsgrad == GD_AMSGRAD_RAW)
        raw = e->s[2] = fmax(e->s[2], raw);
    double v = corrected(raw, o->beta2, t, correct_v);
    if (o->amsgrad == GD_AMSGRAD_CORRECTED)
        v = e->s[2] = fmax(e->s[2], v);
    switch (o->eps_mode) {
    case GD_EPS_AFTER_BC:    e->w -= o->lr * m / (sqrt(v + o->eps_root) + o->eps); break;
    case GD_EPS_INSIDE_SQRT: e->w -= o->lr * m / sqrt(v + o->eps_root + o->eps); break;
    case GD_EPS_BEFORE_BC:
        e->w -= o->lr * (correct_v ? sqrt(1 - pow(o->beta2, t)) : 1) * m / (sqrt(raw + o->eps_root) + o->eps);
        break;
    case GD_EPS_AS_PRINTED:  e->w = e->w - o->lr * m / sqrt(v) + o->eps; break;
    }
    if (o->wd_when == GD_WD_AFTER)
        e->w -= decay * e->w;
}

static void yogi_rule(const gd_yogi_options *o, weight *e, double g, double t)
{
    g = (o->maximize ? -g : g);
    if (e->s[3]++ == 0) {
        e->s[0] = o->init_m;
        e->s[1] = o->init_v_from_first_grad ? g * g : o->init_v;
    }
    g += o->weight_decay * e->w;
    double x = g * g - e->s[1];
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] += (1 - o->beta2) * (o->yogi_sign == GD_SIGN_HARD ? sign_of(x) : tanh(10 * x)) * g * g;
    bool correct = o->bias_correction == GD_CORRECT_BOTH;       /* others are Adam's code, tested there */
    double c1 = correct ? 1 - pow(o->beta1, t) : 1, c2 = correct ? 1 - pow(o->beta2, t) : 1, rate = 0;
    switch (o->eps_mode) {
    case GD_EPS_AFTER_BC:    rate = o->lr / c1 / (sqrt(e->s[1] / c2) + o->eps); break;
    case GD_EPS_INSIDE_SQRT: rate = o->lr / c1 / sqrt(e->s[1] / c2 + o->eps); break;
    case GD_EPS_BEFORE_BC:   rate = o->lr * sqrt(c2) / c1 / (sqrt(e->s[1]) + o->eps); break;
    case GD_EPS_AS_PRINTED:  e->w = e->w - o->lr * (e->s[0] / c1) / sqrt(e->s[1] / c2) + o->eps; return;
    }
    e->w -= rate * e->s[0];
    if (o->prox_l1 > 0)
        e->w = fabs(e->w) > o->prox_l1 * rate ? e->w - sign_of(e->w) * o->prox_l1 * rate : 0;
    e->w /= 1 + o->prox_l2 * rate;
}

static void adamax_rule(const gd_adamax_options *o, weight *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    double size = o->adamax_eps == GD_ADAMAX_EPS_IN_MAX ? fabs(g) + o->eps : fabs(g);
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = fmax(o->beta2 * e->s[1], size);
    double u = o->adamax_eps == GD_ADAMAX_EPS_ADDED ? e->s[1] + o->eps : e->s[1];
    if (u > 0)
        e->w -= o->lr / (1 - pow(o->beta1, t)) * e->s[0] / u;
}

static void nadam_rule(const gd_nadam_options *o, weight *e, double g, double t)
{
    double decay = decay_of(o->wd_mode, o->lr, o->weight_decay);
    g = o->maximize ? -g : g;
    if (o->wd_mode == GD_WD_L2)
        g += o->weight_decay * e->w;
    e->w -= decay * e->w;
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = o->beta2 * e->s[1] + (1 - o->beta2) * g * g;
    double product = 1, mu = 0, next = 0;
    for (int i = 1; i <= (int)t + 1; i++) {
        next = o->constant_mu ? o->beta1 : o->beta1 * (1 - 0.5 * pow(0.96, i * o->nadam_psi));
        if (i <= (int)t) {
            product *= next;
            mu = next;
        }
    }
    double m = (1 - mu) / (1 - product) * g + next / (1 - product * next) * e->s[0];
    e->w -= o->lr * m / (sqrt(e->s[1] / (1 - pow(o->beta2, t))) + o->eps);
}

static void radam_rule(const gd_radam_options *o, weight *e, double g, double t)
{
    double decay = decay_of(o->wd_mode, o->lr, o->weight_decay);
    g = o->maximize ? -g : g;
    if (o->wd_mode == GD_WD_L2)
        g += o->weight_decay * e->w;
    e->w -= decay * e->w;
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    e->s[1] = o->beta2 * e->s[1] + (1 - o->beta2) * g * g;
    double m = e->s[0] / (1 - pow(o->beta1, t)), c2 = 1 - pow(o->beta2, t);
    double rho = 2 / (1 - o->beta2) - 1, r = rho - 2 * t * pow(o->beta2, t) / c2;
    if (!(o->radam_strict ? r > o->radam_threshold : r >= o->radam_threshold)) {
        e->w -= o->lr * m;
        return;
    }
    double rect = sqrt((r - 4) * (r - 2) * rho / ((rho - 4) * (rho - 2) * r));
    if (o->eps_mode == GD_EPS_AFTER_BC)
        e->w -= o->lr * m * rect / (sqrt(e->s[1] / c2) + o->eps);
    else if (o->eps_mode == GD_EPS_INSIDE_SQRT)
        e->w -= o->lr * m * rect / sqrt(e->s[1] / c2 + o->eps);
    else
        e->w -= o->lr * m * rect * sqrt(c2) / (sqrt(e->s[1]) + o->eps);
}

static void lion_rule(const gd_lion_options *o, weight *e, double g, double t)
{
    (void)t;
    g = o->maximize ? -g : g;
    e->w *= 1 - o->lr * o->weight_decay;
    e->w -= o->lr * sign_of(o->beta1 * e->s[0] + (1 - o->beta1) * g);
    e->s[0] = o->beta2 * e->s[0] + (1 - o->beta2) * g;
}

static void adabelief_rule(const gd_adabelief_options *o, weight *e, double g, double t)
{
    g = o->maximize ? -g : g;
    e->w -= o->lr * o->weight_decay * e->w;
    double belief = e->s[0];                            /* optax */
    e->s[0] = o->beta1 * e->s[0] + (1 - o->beta1) * g;
    if (!o->old_m)
        belief = e->s[0];
    e->s[1] = o->beta2 * e->s[1] + (1 - o->beta2) * (g - belief) * (g - belief) + o->eps_root;
    e->w -= o->lr * e->s[0] / (1 - pow(o->beta1, t)) / (sqrt(e->s[1] / (1 - pow(o->beta2, t))) + o->eps);
}

/* For all n elements of a tensor. */
static void lamb_rule(const gd_lamb_options *o, int64_t n, weight *e, const double *grad, double t)
{
    bool correct_m = o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_M;
    bool correct_v = o->bias_correction == GD_CORRECT_BOTH || o->bias_correction == GD_CORRECT_V;
    double squares_of_w = 0, squares_of_u = 0;
    for (int64_t i = 0; i < n; i++) {
        double g = o->maximize ? -grad[i] : grad[i], *s = e[i].s;
        s[0] = o->beta1 * s[0] + (1 - o->beta1) * g;
        s[1] = o->beta2 * s[1] + (1 - o->beta2) * g * g;
        s[2] = corrected(s[0], o->beta1, t, correct_m) / (sqrt(corrected(s[1], o->beta2, t, correct_v)) + o->eps);
        s[2] += o->weight_decay * e[i].w;
        squares_of_w += e[i].w * e[i].w;
        squares_of_u += s[2] * s[2];
    }
    double of_w = sqrt(squares_of_w), of_u = sqrt(squares_of_u);
    if (o->most_length > 0)
        of_w = fmin(of_w, o->most_length);
    double ratio = of_w > 0 && of_u > 0 ? of_w / of_u : 1;
    for (int64_t i = 0; i < n; i++)
        e[i].w -= o->lr * ratio * e[i].s[2];
}


/* A whole parameter of this shape: g has an element for each of e.  R and C are kept with every element, in s[0] and
 * s[1], where torch.optim's tensors would be broadcast to; v of a vector in s[0]. */
static void adafactor_rule(const gd_adafactor_options *o, gd_shape shape, weight *e, const double *g, double t)
{
    int64_t n = 1, rows = 1, columns = 1;
    for (int i = 0; i < shape.ndim; i++)
        n *= shape.size[i];
    if (shape.ndim >= 2) {
        rows = shape.size[shape.ndim - 2];
        columns = shape.size[shape.ndim - 1];
    }
    double k = pow(t, o->beta2_decay), added = o->eps1_added ? o->eps1 : 0, squares = 0, update_squares = 0;
    for (int64_t i = 0; i < n; i++)
        squares += e[i].w * e[i].w;
    double alpha = fmax(o->eps2, sqrt(squares / (double)n)) * fmin(o->lr, 1 / sqrt(t));
    for (int64_t i = 0; i < n; i++) {
        const int64_t matrix = i / (rows * columns) * rows * columns, row = i % (rows * columns) / columns;
        double row_mean = 0, column_mean = 0;
        for (int64_t j = 0; j < columns; j++)
            row_mean += (g[matrix + row * columns + j] * g[matrix + row * columns + j] + added) / (double)columns;
        for (int64_t j = 0; j < rows; j++) {
            const double h = g[matrix + j * columns + i % columns];
            column_mean += (h * h + added) / (double)rows;
        }
        e[i].s[0] = (1 - k) * e[i].s[0] + k * (shape.ndim < 2 ? g[i] * g[i] + added : row_mean);
        e[i].s[1] = (1 - k) * e[i].s[1] + k * column_mean;
    }
    for (int64_t i = 0; i < n; i++) {
        const int64_t matrix = i / (rows * columns) * rows * columns;
        double mean = 0, v = e[i].s[0];
        for (int64_t j = 0; j < rows; j++)
            mean += e[matrix + j * columns].s[0] / (double)rows;
        if (shape.ndim >= 2)
            v = e[i].s[0] * e[i].s[1] / (o->eps1_added ? mean : fmax(mean, o->eps1));
        e[i].s[2] = (o->maximize ? -g[i] : g[i]) / sqrt(o->eps1_added ? v : fmax(v, o->eps1 * o->eps1));
        update_squares += e[i].s[2] * e[i].s[2];
    }
    alpha /= fmax(1, sqrt(update_squares / (double)n) / o->clip);
    for (int64_t i = 0; i < n; i++)
        e[i].w = (1 - o->lr * o->weight_decay) * e[i].w - alpha * e[i].s[2];
}

/* s[1] is z, s[2] the sum of lr^2; x as the paper has it. */
static void schedule_free_adamw_rule(const gd_schedule_free_options *o, weight *e, double g, double t)
{
    g = o->maximize ? -g : g;
    if (e->s[2] == 0)
        e->s[1] = e->w;
    e->s[0] = o->beta2 * e->s[0] + (1 - o->beta2) * g * g;
    double d = g / (sqrt(e->s[0] / (1 - pow(o->beta2, t))) + o->eps) + o->weight_decay * e->w;
    double x = (e->w - (1 - o->beta1) * e->s[1]) / o->beta1;
    e->s[2] += o->lr * o->lr;
    double c = o->lr * o->lr / e->s[2];
    e->s[1] -= o->lr * d;
    x = (1 - c) * x + c * e->s[1];
    e->w = o->beta1 * x + (1 - o->beta1) * e->s[1];
}

static void rprop_rule(const gd_rprop_options *o, weight *e, double g, double t)
{
    g = o->maximize ? -g : g;
    if (t == 1)
        e->s[1] = o->lr;
    double agree = sign_of(g) * sign_of(e->s[0]);
    if (agree > 0)
        e->s[1] *= o->eta_plus;
    if (agree < 0)
        e->s[1] *= o->eta_minus;
    e->s[1] = fmin(fmax(e->s[1], o->step_min), o->step_max);
    if (agree < 0)
        g = 0;
    e->w -= e->s[1] * sign_of(g);
    e->s[0] = g;
}

static void asgd_rule(const gd_asgd_options *o, weight *e, double g, double t)
{
    g = (o->maximize ? -g : g) + o->weight_decay * e->w;
    double eta = t == 1 ? o->lr : o->lr / pow(1 + o->lambd * o->lr * (t - 1), o->alpha);
    e->w = e->w * (1 - o->lambd * eta) - eta * g;
    e->s[0] += (e->w - e->s[0]) / fmax(1, t - 1 - o->t0);
}

#endif
