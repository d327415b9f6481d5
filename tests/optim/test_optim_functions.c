/* test_optim_functions.c - whole runs: the traces printed in Dive into Deep Learning, its rules written in tensor
 * operations, and every algorithm on well-known test functions. */
#include "optim_surfaces.h"

/* ---- Traces of Dive into Deep Learning: f = 0.1 x^2 + 2 y^2 from (-5, -2), 20 steps; printed in the chapters on
 *      momentum, Adagrad and RMSProp ---------------------------------------------------------------------------- */

typedef struct trace_case { int algorithm; double lr, number, x, y; } trace_case;
enum { SGD, ADAGRAD, RMSPROP };

static const trace_case traces[] = {
    { SGD, 0.4, 0, -0.943467, -0.000073 },   { SGD, 0.6, 0, -0.387814, -1673.365109 },
    { SGD, 0.6, 0.5, 0.007188, 0.002553 },   { SGD, 0.6, 0.25, -0.126340, -0.186632 },
    { ADAGRAD, 0.4, 0, -2.382563, -0.158591 }, { ADAGRAD, 2, 0, -0.002295, 0 },
    { RMSPROP, 0.4, 0.9, -0.010599, 0 }
};

static gd_optimizer *optimizer_of(const trace_case *c, gd_params *p)
{
    gd_sgd_options sgd = gd_sgd_dialect(GD_D2L);
    gd_adagrad_options adagrad = gd_adagrad_dialect(GD_D2L);
    gd_rmsprop_options rmsprop = gd_rmsprop_dialect(GD_D2L);
    sgd.lr = adagrad.lr = rmsprop.lr = c->lr;
    sgd.momentum = c->number;
    rmsprop.rho = c->number;
    switch (c->algorithm) {
    case SGD:     return gd_sgd(p, sgd);
    case ADAGRAD: return gd_adagrad(p, adagrad);
    default:      return gd_rmsprop(p, rmsprop);
    }
}

/* The book's form, g max/N where N > max, also where both are below 1; PyTorch's divides by N + 1e-6. */
START_TEST(clipping_below_one)
{
    for (int dialect = GD_TORCH; dialect <= GD_D2L; dialect++) {
        gd_params *net = gd_params_new();
        gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(2)));
        ck_good(gd_set_grad(w, gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)0.3, (gd_real)-0.4 })));
        ck_near(gd_clip_grad_norm_as(net, 0.25, 2, (gd_dialect)dialect), 0.5, 1e-6);
        const double factor = 0.25 / (dialect == GD_TORCH ? 0.5 + 1e-6 : 0.5);
        ck_values(w->grad, 0.3 * factor, -0.4 * factor);
        ck_good(gd_set_grad(w, gd_zeros(GD_SHAPE(2))));
        ck_near(gd_clip_grad_norm_as(net, 0.25, 2, (gd_dialect)dialect), 0, 0);
        ck_values(w->grad, 0, 0);
        gd_params_free(net);
    }
}
END_TEST

START_TEST(traces_of_the_book)
{
    const trace_case *c = &traces[_i];
    gd_params *p = gd_params_new();
    gd_tensor *x = gd_param(p, "x", gd_scalar(-5)), *y = gd_param(p, "y", gd_scalar(-2));
    gd_optimizer *o = optimizer_of(c, p);
    for (int t = 0; t < 20; t++) {
        GD_SCOPE;
        ck_assert(gd_backward(gd_add(gd_scale(gd_square(x), 0.1), gd_scale(gd_square(y), 2))) && gd_step(o));
        gd_zero_grad(o);
    }
    double tolerance = sizeof(gd_real) == 4 ? 3e-6 : 5.1e-7;
    ck_assert_msg(close_to(gd_item(x), c->x, tolerance) && close_to(gd_item(y), c->y, tolerance),
                  "trace %d: %.6f, %.6f", _i, (double)gd_item(x), (double)gd_item(y));
    gd_optimizer_free(o);
    gd_params_free(p);
}
END_TEST

/* ---- The rules of Dive into Deep Learning in tensor operations ---------------------------------------------- */

static void adam_of_the_book(gd_tensor *p, gd_tensor *v, gd_tensor *s, int t)
{
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-6, lr = 0.01;
    gd_assign(v, gd_add(gd_scale(v, beta1), gd_scale(p->grad, 1 - beta1)));
    gd_assign(s, gd_add(gd_scale(s, beta2), gd_scale(gd_square(p->grad), 1 - beta2)));
    gd_tensor *v_hat = gd_scale(v, 1 / (1 - pow(beta1, t))), *s_hat = gd_scale(s, 1 / (1 - pow(beta2, t)));
    gd_assign(p, gd_sub(p, gd_scale(gd_div(v_hat, gd_shift(gd_sqrt(s_hat), eps)), lr)));
}

static void yogi_of_the_book(gd_tensor *p, gd_tensor *v, gd_tensor *s, int t)
{
    double beta1 = 0.9, beta2 = 0.999, eps = 1e-3, lr = 0.01;
    gd_tensor *g2 = gd_square(p->grad);
    gd_assign(v, gd_add(gd_scale(v, beta1), gd_scale(p->grad, 1 - beta1)));
    gd_assign(s, gd_add(s, gd_scale(gd_mul(gd_sign(gd_sub(g2, s)), g2), 1 - beta2)));
    gd_tensor *v_hat = gd_scale(v, 1 / (1 - pow(beta1, t))), *s_hat = gd_scale(s, 1 / (1 - pow(beta2, t)));
    gd_assign(p, gd_sub(p, gd_scale(gd_div(v_hat, gd_shift(gd_sqrt(s_hat), eps)), lr)));
}

static void momentum_of_the_book(gd_tensor *p, gd_tensor *v, gd_tensor *s, int t)
{
    (void)s, (void)t;
    gd_assign(v, gd_add(gd_scale(v, 0.5), p->grad));
    gd_assign(p, gd_sub(p, gd_scale(v, 0.02)));
}

static void adagrad_of_the_book(gd_tensor *p, gd_tensor *v, gd_tensor *s, int t)
{
    (void)v, (void)t;
    gd_assign(s, gd_add(s, gd_square(p->grad)));
    gd_assign(p, gd_sub(p, gd_div(gd_scale(p->grad, 0.1), gd_sqrt(gd_shift(s, 1e-6)))));
}

static void rmsprop_of_the_book(gd_tensor *p, gd_tensor *v, gd_tensor *s, int t)
{
    (void)v, (void)t;
    gd_assign(s, gd_add(gd_scale(s, 0.9), gd_scale(gd_square(p->grad), 0.1)));
    gd_assign(p, gd_sub(p, gd_div(gd_scale(p->grad, 0.01), gd_sqrt(gd_shift(s, 1e-6)))));
}

static void adadelta_of_the_book(gd_tensor *p, gd_tensor *delta, gd_tensor *s, int t)
{
    (void)t;
    gd_assign(s, gd_add(gd_scale(s, 0.9), gd_scale(gd_square(p->grad), 0.1)));
    gd_tensor *g = gd_mul(gd_div(gd_sqrt(gd_shift(delta, 1e-5)), gd_sqrt(gd_shift(s, 1e-5))), p->grad);
    gd_assign(p, gd_sub(p, g));
    gd_assign(delta, gd_add(gd_scale(delta, 0.9), gd_scale(gd_square(g), 0.1)));
}

typedef void book_rule(gd_tensor *p, gd_tensor *v, gd_tensor *s, int t);

static gd_optimizer *ours(int i, gd_params *p)
{
    gd_sgd_options momentum = gd_sgd_dialect(GD_D2L);
    momentum.lr = 0.02;
    momentum.momentum = 0.5;
    switch (i) {
    case 0:  return gd_adam(p, gd_adam_dialect(GD_D2L));
    case 1:  return gd_yogi(p, gd_yogi_dialect(GD_D2L));
    case 2:  return gd_sgd(p, momentum);
    case 3:  return gd_adagrad(p, gd_adagrad_dialect(GD_D2L));
    case 4:  { gd_rmsprop_options o = gd_rmsprop_dialect(GD_D2L); o.lr = 0.01; return gd_rmsprop(p, o); }
    default: return gd_adadelta(p, gd_adadelta_dialect(GD_D2L));
    }
}

/* A least squares problem; one model is trained by the library, the other by the book's code. */
START_TEST(rules_in_tensor_operations)
{
    static book_rule *const rules[] = { adam_of_the_book, yogi_of_the_book, momentum_of_the_book,
                                        adagrad_of_the_book, rmsprop_of_the_book, adadelta_of_the_book };
    gd_seed(5);
    gd_tensor *x = gd_normal(GD_SHAPE(60, 4), 0, 1), *y = gd_normal(GD_SHAPE(60, 1), 1, 1);
    gd_tensor *w0 = gd_normal(GD_SHAPE(4, 1), 0, 1), *v = gd_zeros(GD_SHAPE(4, 1)), *s = gd_zeros(GD_SHAPE(4, 1));
    gd_params *net = gd_params_new(), *book = gd_params_new();
    gd_tensor *w = gd_param(net, "w", w0), *p = gd_param(book, "w", w0);
    gd_optimizer *o = ours(_i, net);
    for (int t = 1; t <= 100; t++) {
        GD_SCOPE;
        int64_t at = t % 6 * 10;
        gd_tensor *xb = gd_slice(x, 0, at, at + 10, 1), *yb = gd_slice(y, 0, at, at + 10, 1);
        ck_assert(gd_backward(gd_scale(gd_mean(gd_square(gd_sub(gd_matmul(xb, w), yb))), 0.5)) && gd_step(o));
        ck_assert(gd_backward(gd_scale(gd_mean(gd_square(gd_sub(gd_matmul(xb, p), yb))), 0.5)));
        {
            GD_NO_GRAD;
            rules[_i](p, v, s, t);
        }
        gd_zero_grad(o);
        gd_zero_grad_of(p);
        for (int i = 0; i < 4; i++)
            ck_assert_msg(close_to(w->data[i], p->data[i], sizeof(gd_real) == 4 ? 2e-5 : 1e-13),
                          "%s, step %d: %.17g, the book %.17g", o->algorithm->name, t, (double)w->data[i],
                          (double)p->data[i]);
    }
    ck_assert(w->data[0] != w0->data[0]);
    gd_optimizer_free(o);
    gd_params_free(net);
    gd_params_free(book);
}
END_TEST

/* ---- Every algorithm on every test function ---------------------------------------------------------------- */

#define WITH_LR(name, algorithm, base, ...) \
    static gd_optimizer *name(gd_params *p, double lr) \
    { \
        gd_##algorithm##_options o = gd_##algorithm##_##base; \
        o.lr = lr; \
        __VA_ARGS__; \
        return gd_##algorithm(p, o); \
    }
WITH_LR(sgd, sgd, defaults(), (void)0)
WITH_LR(momentum, sgd, defaults(), o.momentum = 0.9)
WITH_LR(nesterov, sgd, defaults(), o.momentum = 0.9, o.nesterov = true)
WITH_LR(adagrad, adagrad, defaults(), (void)0)
WITH_LR(rmsprop, rmsprop, defaults(), (void)0)
WITH_LR(adadelta, adadelta, defaults(), (void)0)
WITH_LR(adam, adam, defaults(), (void)0)
WITH_LR(amsgrad, adam, defaults(), o.amsgrad = GD_AMSGRAD_RAW)
WITH_LR(adamw, adamw, defaults(), o.weight_decay = 0)
WITH_LR(yogi, yogi, defaults(), (void)0)
WITH_LR(adamax, adamax, defaults(), (void)0)
WITH_LR(nadam, nadam, defaults(), (void)0)
WITH_LR(radam, radam, defaults(), (void)0)
WITH_LR(adabelief, adabelief, defaults(), (void)0)
WITH_LR(lamb, lamb, defaults(), (void)0)
WITH_LR(lion, lion, defaults(), (void)0)
WITH_LR(rprop, rprop, defaults(), (void)0)
WITH_LR(asgd, asgd, defaults(), (void)0)
WITH_LR(lbfgs, lbfgs, defaults(), o.max_iter = 1)

typedef gd_optimizer *maker_with_lr(gd_params *p, double lr);

/* lr and steps for each function, and how close to the minimum the value must come.  The learning rate is
 * multiplied by (1 - t/steps), so that methods of signs and of constant step length settle down. */
typedef struct run { const char *name; maker_with_lr *make; double lr[4]; int steps[4]; double within[4]; } run;
static const run runs[] = {
    /*                      Rosenbrock, Beale, quadratic, saddle: lr, steps, within */
    { "sgd",      sgd,      { 1e-3, 0.02, 0.015, 0.1 }, { 20000, 2000, 1000, 500 }, { 3e-4, 1e-6, 1e-5, 1e-6 } },
    { "momentum", momentum, { 5e-4, 5e-3, 2e-3, 0.05 }, { 5000, 1000, 1000, 500 }, { 3e-5, 1e-7, 1e-8, 1e-6 } },
    { "nesterov", nesterov, { 5e-4, 5e-3, 2e-3, 0.05 }, { 5000, 1000, 1000, 500 }, { 3e-5, 1e-8, 1e-8, 1e-6 } },
    { "adagrad",  adagrad,  { 0.5, 0.5, 0.5, 0.5 }, { 5000, 2000, 1000, 500 }, { 3e-2, 1e-9, 1e-12, 1e-6 } },
    { "rmsprop",  rmsprop,  { 0.01, 0.02, 0.05, 0.05 }, { 5000, 1000, 1000, 500 }, { 3e-5, 1e-9, 1e-12, 1e-6 } },
    { "adadelta", adadelta, { 10, 10, 10, 10 }, { 10000, 2000, 1000, 1000 }, { 5e-2, 1e-9, 1e-12, 1e-6 } },
    { "adam",     adam,     { 0.05, 0.05, 0.05, 0.05 }, { 2000, 1000, 1000, 500 }, { 4e-3, 1e-7, 1e-12, 1e-6 } },
    { "amsgrad",  amsgrad,  { 0.05, 0.05, 0.05, 0.05 }, { 4000, 1000, 1000, 500 }, { 1e-4, 1e-6, 1e-12, 1e-6 } },
    { "adamw",    adamw,    { 0.05, 0.05, 0.05, 0.05 }, { 2000, 1000, 1000, 500 }, { 4e-3, 1e-7, 1e-12, 1e-6 } },
    { "yogi",     yogi,     { 0.05, 0.05, 0.05, 0.05 }, { 4000, 1000, 1000, 500 }, { 1e-4, 1e-6, 1e-12, 1e-6 } },
    { "adamax",   adamax,   { 0.05, 0.05, 0.05, 0.05 }, { 4000, 1000, 1000, 500 }, { 3e-2, 5e-3, 1e-10, 1e-6 } },
    { "nadam",    nadam,    { 0.05, 0.05, 0.05, 0.05 }, { 2000, 1000, 1000, 500 }, { 2e-3, 1e-7, 1e-12, 1e-6 } },
    /* RAdam's first five steps are momentum's, and diverge where those would: small learning rates */
    { "radam",    radam,    { 2e-3, 0.05, 5e-3, 0.05 }, { 9000, 1000, 4000, 500 }, { 0.5, 0.01, 2e-3, 1e-6 } },
    { "adabelief", adabelief, { 0.05, 0.05, 0.05, 0.05 }, { 2000, 1000, 1000, 500 }, { 4e-3, 1e-7, 1e-12, 1e-6 } },
    /* LAMB's steps are a part of the tensor's length: a number alone comes close to 0, but not past it */
    { "lamb",     lamb,     { 0.05, 0.05, 0.05, 0.05 }, { 2000, 1000, 1000, 500 }, { 1.01, 1e-6, 1e-12, 1e-6 } },
    { "lion",     lion,     { 0.01, 0.01, 0.02, 0.02 }, { 4000, 1000, 1000, 500 }, { 1e-4, 2e-3, 1e-5, 1e-6 } },
    { "rprop",    rprop,    { 0.01, 0.01, 0.01, 0.01 }, { 4000, 500, 200, 200 }, { 5e-6, 1e-9, 1e-9, 1e-6 } },
    { "asgd",     asgd,     { 1e-3, 0.02, 0.015, 0.1 }, { 20000, 2000, 1000, 500 }, { 3e-4, 1e-5, 1e-5, 1e-6 } },
    { "lbfgs",    lbfgs,    { 1, 1, 1, 1 }, { 45, 20, 10, 20 }, { 1e-7, 1e-8, 1e-10, 1e-6 } },
};
enum { RUNS = sizeof runs / sizeof runs[0] };


START_TEST(reaches_the_minimum)
{
    const run *r = &runs[_i / FUNCTIONS];
    int k = _i % FUNCTIONS;
    gd_params *net = gd_params_new();
    problem p = { &functions[k], gd_param(net, "x", gd_scalar(functions[k].x)),
                  gd_param(net, "y", gd_scalar(functions[k].y)), NULL, 0 };
    p.o = r->make(net, r->lr[k]);
    ck_assert_ptr_nonnull(p.o);
    double value = NAN;
    for (int t = 0; t < r->steps[k]; t++) {
        if (r->make != rprop && r->make != lbfgs)
            p.o->lr = r->lr[k] * (1 - (double)t / r->steps[k]);
        value = gd_step_closure(p.o, evaluate, &p);
        ck_assert_msg(!isnan(value), "%s on %s: step %d", r->name, p.of->name, t);
    }
    double distance = value - p.of->minimum;
    if (getenv("GRADUS_TEST_VERBOSE"))
        printf("%-10s %-10s lr %-6g %6d steps  f - f* = %.2e (allowed %.0e) at (%.4f, %.4f), %d evaluations\n",
               r->name, p.of->name, r->lr[k], r->steps[k], distance, r->within[k], (double)gd_item(p.x),
               (double)gd_item(p.y), p.evaluations);
    ck_assert_msg(distance <= r->within[k] && distance > -1e-6, "%s on %s: f - f* = %g, allowed %g", r->name,
                  p.of->name, distance, r->within[k]);
    gd_optimizer_free(p.o);
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: functions");
    TCase *tc = tcase_create("all");
    tcase_set_timeout(tc, 60);
    tcase_add_loop_test(tc, traces_of_the_book, 0, sizeof traces / sizeof traces[0]);
    tcase_add_test(tc, clipping_below_one);
    tcase_add_loop_test(tc, rules_in_tensor_operations, 0, 6);
    tcase_add_loop_test(tc, reaches_the_minimum, 0, RUNS * FUNCTIONS);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
