/* test_optim_muon.c - Muon against golden trajectories and a second implementation in every dialect, its singular
 * values, its groups with AdamW, and what it refuses. */
#define _POSIX_C_SOURCE 200809L
#include <stdlib.h>
#include <unistd.h>

#include "support/number_table.h"
#include "support/optimizers.h"

/* ---- Golden trajectories: those of the matrix A alone ----------------------------------------------------------- */

MAKE(torch, muon, dialect(GD_TORCH), o.lr = 0.02)
MAKE(torch_plain, muon, defaults(), o.lr = 0.02, o.nesterov = false)
MAKE(torch_match_rms, muon, defaults(), o.lr = 0.02, o.muon_scale = GD_MUON_MATCH_RMS_ADAMW)
MAKE(optax, muon, dialect(GD_OPTAX), o.lr = 0.02, o.weight_decay = 0.01)

static const struct { const char *file; maker *make; } goldens[] = {
    { "opt_muon_torch.csv", torch }, { "opt_muon_torch_plain.csv", torch_plain },
    { "opt_muon_torch_match_rms.csv", torch_match_rms }, { "opt_muon_optax.csv", optax },
};

START_TEST(follows_the_golden_trajectory)
{
    table problem = read_table("optimizers", "problem.csv"), expected = read_table("optimizers", goldens[_i].file);
    gd_params *net = gd_params_new();
    gd_tensor *a = gd_param(net, "A", tensor_of(GD_SHAPE(3, 2), problem.at + 1));
    gd_optimizer *o = goldens[_i].make(net);
    for (int t = 1; t < problem.rows; t++) {
        GD_SCOPE;
        ck_assert(gd_set_grad(a, tensor_of(GD_SHAPE(3, 2), problem.at + t * problem.columns + 1)) && gd_step(o));
        for (int i = 0; i < 6; i++)
            ck_assert_msg(close_to(a->data[i], entry(&expected, t - 1, i + 1), TOLERANCE),
                          "%s, step %d, element %d: %.17g, expected %.17g", goldens[_i].file, t, i, (double)a->data[i],
                          entry(&expected, t - 1, i + 1));
    }
    gd_optimizer_free(o);
    gd_params_free(net);
    free(problem.at);
    free(expected.at);
}
END_TEST

/* ---- A second implementation: loops in double, X transposed where it has more rows than columns ----------------- */

enum { MOST = 24 };
typedef struct square { double at[MOST][MOST]; } square;

static square product(const square *x, const square *y, int n, int k, int m)
{
    square z = { { { 0 } } };
    for (int i = 0; i < n; i++)
        for (int j = 0; j < m; j++)
            for (int l = 0; l < k; l++)
                z.at[i][j] += x->at[i][l] * y->at[l][j];
    return z;
}

static square turned(const square *x)
{
    square y;
    for (int i = 0; i < MOST; i++)
        for (int j = 0; j < MOST; j++)
            y.at[i][j] = x->at[j][i];
    return y;
}

static square orthogonal(const gd_muon_options *o, square x, int rows, int columns)
{
    double norm = 0;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            norm += x.at[i][j] * x.at[i][j];
    norm = o->eps_added ? sqrt(norm) + o->eps : fmax(sqrt(norm), o->eps);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            x.at[i][j] /= norm;
    const bool tall = rows > columns;
    const int n = tall ? columns : rows, m = tall ? rows : columns;
    x = tall ? turned(&x) : x;
    for (int k = 0; k < o->ns_steps; k++) {
        const square t = turned(&x), a = product(&x, &t, n, m, n), aa = product(&a, &a, n, n, n);
        square b;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
                b.at[i][j] = o->ns_b * a.at[i][j] + o->ns_c * aa.at[i][j];
        const square bx = product(&b, &x, n, n, m);
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
                x.at[i][j] = o->ns_a * x.at[i][j] + bx.at[i][j];
    }
    return tall ? turned(&x) : x;
}

typedef struct matrix { square w, m; int rows, columns; } matrix;

static void muon_rule(const gd_muon_options *o, matrix *e, const gd_real *grad, double t)
{
    const double now = o->corrected ? 1 - pow(o->momentum, t) : 1;
    const double next = o->corrected ? 1 - pow(o->momentum, t + 1) : 1;
    square u = { { { 0 } } };
    for (int i = 0; i < e->rows; i++)
        for (int j = 0; j < e->columns; j++) {
            const double g = (o->maximize ? -1 : 1) * (double)grad[i * e->columns + j];
            double *m = &e->m.at[i][j];
            *m = o->momentum * *m + (1 - o->momentum) * g;
            u.at[i][j] = o->nesterov ? o->momentum * *m / next + (1 - o->momentum) * g / now : *m / now;
        }
    u = orthogonal(o, u, e->rows, e->columns);
    const double rows = e->rows, columns = e->columns;
    const double ratio = o->rows_are_inputs ? columns / rows : rows / columns;
    const double scale = o->muon_scale == GD_MUON_ORIGINAL ? sqrt(fmax(1, ratio)) : 0.2 * sqrt(fmax(rows, columns));
    for (int i = 0; i < e->rows; i++)
        for (int j = 0; j < e->columns; j++) {
            double *w = &e->w.at[i][j];
            *w -= o->lr * o->weight_decay * *w;
            *w -= o->lr * scale * u.at[i][j];
        }
}

#define NOTHING (void)0
#define CASE(algorithm, base, ...) \
    if (index-- == 0) { \
        *o = gd_##algorithm##_##base; \
        __VA_ARGS__; \
        return true; \
    }

static bool options_of(int index, gd_muon_options *o)
{
    CASE(muon, dialect(GD_TORCH), NOTHING)
    CASE(muon, dialect(GD_TORCH), o->nesterov = false, o->weight_decay = 0)
    CASE(muon, dialect(GD_TORCH), o->muon_scale = GD_MUON_MATCH_RMS_ADAMW, o->maximize = true)
    CASE(muon, dialect(GD_OPTAX), NOTHING)
    CASE(muon, dialect(GD_OPTAX), o->nesterov = false, o->weight_decay = 0.1)
    CASE(muon, dialect(GD_OPTAX), o->muon_scale = GD_MUON_MATCH_RMS_ADAMW, o->step_counter = GD_PER_PARAM)
    CASE(muon, dialect(GD_PAPER), NOTHING)
    CASE(muon, dialect(GD_PAPER), o->eps_added = true, o->momentum = 0, o->lr = 0.1)
    CASE(muon, defaults(), o->ns_steps = 9, o->ns_a = 15. / 8, o->ns_b = -5. / 4, o->ns_c = 3. / 8, o->eps = 0.5)
    CASE(muon, defaults(), o->eps = 0, o->flatten = true, o->ns_steps = 1)
    return false;
}
enum { CASES = 10, STEPS = 25, TENSORS = 8 };

START_TEST(equals_the_formulas)
{
    static matrix e[TENSORS];
    const gd_shape shapes[TENSORS] = { GD_SHAPE(3, 2), GD_SHAPE(2, 3), GD_SHAPE(1, 1), GD_SHAPE(1, 17), GD_SHAPE(24, 1),
                                       GD_SHAPE(0, 3), GD_SHAPE(9, 9), GD_SHAPE(23, 17) };
    gd_muon_options options;
    ck_assert(options_of(_i, &options));
    gd_params *net = gd_params_new();
    gd_tensor *w[TENSORS];
    double own_t[TENSORS] = { 0 };
    memset(e, 0, sizeof e);
    for (int k = 0; k < TENSORS; k++) {
        char name[16];
        snprintf(name, sizeof name, "w%d", k);
        w[k] = gd_param(net, name, noisy(shapes[k]));
        e[k].rows = (int)shapes[k].size[0];
        e[k].columns = (int)shapes[k].size[1];
        for (int i = 0; i < e[k].rows * e[k].columns; i++)
            e[k].w.at[i / e[k].columns][i % e[k].columns] = w[k]->data[i];
    }
    gd_optimizer *o = gd_muon(net, options);
    ck_assert_msg(o != NULL, "%s", gd_last_error());
    for (int step = 1; step <= STEPS; step++) {
        GD_SCOPE;
        for (int k = 0; k < TENSORS; k++) {
            if (step > 1 && noise() < -0.7)
                continue;                   /* no gradient in this step */
            gd_tensor *g = gd_scale(noisy(shapes[k]), step == 4 ? 0 : step == 9 ? 1e-6 : step == 13 ? 1e3 : 1);
            gd_set_grad(w[k], g);
            muon_rule(&options, &e[k], g->data, options.step_counter == GD_GLOBAL ? step : ++own_t[k]);
        }
        ck_assert(gd_step(o));
        gd_zero_grad(o);
        for (int k = 0; k < TENSORS; k++)
            for (int i = 0; i < e[k].rows * e[k].columns; i++) {
                const double want = e[k].w.at[i / e[k].columns][i % e[k].columns];
                ck_assert_msg(close_to(w[k]->data[i], want, IN_DOUBLE ? 1e-12 : 5e-4),
                              "case %d, step %d, %s, element %d: %.17g, expected %.17g", _i, step, w[k]->name, i,
                              (double)w[k]->data[i], want);
            }
    }
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* ---- Singular values -------------------------------------------------------------------------------------------- */

/* With momentum 0, lr 1 and no decay a step from 0 is -O. */
static gd_tensor *orthogonalized(gd_tensor *g, int steps)
{
    gd_muon_options options = gd_muon_defaults();
    options.momentum = options.weight_decay = 0;
    options.lr = 1;
    options.ns_steps = steps;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros_like(g));
    gd_optimizer *o = gd_muon(net, options);
    gd_set_grad(w, g);
    ck_assert(gd_step(o));
    GD_NO_GRAD;
    gd_tensor *result = gd_scale(w, -1);
    gd_optimizer_free(o);
    gd_params_free(net);
    return result;
}

START_TEST(singular_values_come_close_to_one)
{
    GD_NO_GRAD;
    const gd_shape shapes[] = { GD_SHAPE(8, 8), GD_SHAPE(5, 40), GD_SHAPE(33, 60) };
    gd_seed(3);
    for (int k = 0; k < 3; k++) {
        GD_SCOPE;
        gd_tensor *s = gd_svd(orthogonalized(gd_normal(shapes[k], 0, 1), 5)).s;
        const double most = s->data[0], least = s->data[gd_numel(s) - 1];
        ck_assert_msg(least > (k == 0 ? 0.3 : 0.67) && most < 1.14, "%d: %g .. %g", k, least, most);
    }
}
END_TEST

/* ---- Groups ----------------------------------------------------------------------------------------------------- */

typedef struct network { gd_params *net; gd_tensor *hidden, *bias, *filter, *head; } network;

static network network_new(void)
{
    network n = { .net = gd_params_new() };
    noise_state = 5;
    n.hidden = gd_param(n.net, "hidden.weight", noisy(GD_SHAPE(7, 5)));
    n.bias = gd_param(n.net, "hidden.bias", noisy(GD_SHAPE(7)));
    n.filter = gd_param(n.net, "filter", noisy(GD_SHAPE(4, 2, 3, 3)));
    n.head = gd_param(n.net, "head", noisy(GD_SHAPE(3, 7)));
    return n;
}

static void set_noise(const network *n)
{
    gd_tensor *all[] = { n->hidden, n->bias, n->filter, n->head };
    for (int i = 0; i < 4; i++)
        gd_set_grad(all[i], noisy(gd_shape_of_tensor(all[i])));
}

START_TEST(what_is_no_matrix_is_refused_by_name)
{
    gd_on_error(NULL);
    network n = network_new();
    gd_optimizer *o = gd_muon(n.net, gd_muon_defaults());
    const gd_real before = n.hidden->data[0];
    set_noise(&n);
    ck_assert(!gd_step(o) && o->steps == 0 && n.hidden->data[0] == before);
    ck_message("gd_muon: hidden.bias is [7] and no matrix: put it into a group with adamw (see gd_muon_others)");
    ck_assert(!gd_optimizer_start(o, n.filter));
    ck_message("gd_muon: filter is [4, 2, 3, 3] and no matrix: put it into a group with adamw (see gd_muon_others), or "
               "set flatten");
    gd_muon_options options = gd_muon_defaults();
    ck_assert(gd_muon_others(NULL, options) == NULL);
    ck_message("gd_muon_others: o is NULL");
    ck_assert(gd_muon_others(o, options) == NULL);
    ck_message("gd_muon_others: adamw is false: begin with gd_muon_adamw_defaults()");
    options = gd_muon_adamw_defaults();
    options.beta1 = options.beta2 = 0;
    ck_assert(gd_muon_others(o, options) == NULL);
    ck_message("gd_muon: beta1 and beta2 of a group with adamw are 0: begin with gd_muon_adamw_defaults(), which sets "
               "what is not given");
    gd_optimizer *adam = gd_adam(n.net, gd_adam_defaults());
    ck_assert(gd_muon_others(adam, gd_muon_adamw_defaults()) == NULL);
    ck_message("gd_muon_others: o is gd_adam, not gd_muon");
    ck_assert_ptr_nonnull(gd_muon_others(o, gd_muon_adamw_defaults()));
    ck_assert(gd_step(o) && o->steps == 1 && n.hidden->data[0] != before);
    ck_no_message();
    gd_set_grad(gd_param(n.net, "late", gd_zeros(GD_SHAPE(2))), gd_ones(GD_SHAPE(2)));
    ck_assert(!gd_step(o) && o->steps == 1);
    ck_message("gd_muon: late is [2] and no matrix: put it into a group with adamw (see gd_muon_others)");
    gd_optimizer_free(adam);
    gd_optimizer_free(o);
    gd_params_free(n.net);
}
END_TEST

/* The others go where gd_adamw takes them, bit for bit. */
START_TEST(one_optimizer_does_both)
{
    network n = network_new(), like = network_new();
    gd_optimizer *o = gd_muon(n.net, gd_muon_defaults()), *adamw = gd_adamw(like.net, gd_adamw_defaults());
    gd_group *others = gd_muon_others(o, gd_muon_adamw_defaults());
    ck_assert(gd_group_add(others, n.head));
    for (int step = 0; step < 20; step++) {
        GD_SCOPE;
        const uint64_t at = noise_state;
        set_noise(&n);
        noise_state = at;
        set_noise(&like);
        ck_assert(gd_step(o) && gd_step(adamw));
    }
    ck_assert(same_bits(n.bias, like.bias) && same_bits(n.filter, like.filter) && same_bits(n.head, like.head));
    ck_assert(!same_bits(n.hidden, like.hidden));
    ck_assert(gd_optimizer_state(o, n.hidden, "momentum_buffer") && !gd_optimizer_state(o, n.hidden, "exp_avg"));
    ck_assert(gd_optimizer_state(o, n.head, "exp_avg_sq") && !gd_optimizer_state(o, n.head, "momentum_buffer"));
    gd_optimizer_free(o);
    gd_optimizer_free(adamw);
    gd_params_free(n.net);
    gd_params_free(like.net);
}
END_TEST

/* A convolution's filters are rows. */
START_TEST(convolutions_when_asked_for)
{
    gd_params *net = gd_params_new(), *flat = gd_params_new();
    gd_muon_options options = gd_muon_defaults();
    options.flatten = true;
    noise_state = 5;
    gd_tensor *w = gd_param(net, "w", noisy(GD_SHAPE(4, 2, 3, 3)));
    gd_tensor *v = gd_param(flat, "v", gd_reshape(w, GD_SHAPE(4, 18)));
    gd_optimizer *o = gd_muon(net, options), *p = gd_muon(flat, options);
    for (int step = 0; step < 5; step++) {
        gd_set_grad(w, noisy(GD_SHAPE(4, 2, 3, 3)));
        gd_set_grad(v, gd_reshape(w->grad, GD_SHAPE(4, 18)));
        ck_assert(gd_step(o) && gd_step(p));
    }
    ck_assert(memcmp(w->data, v->data, 72 * sizeof *w->data) == 0);
    gd_optimizer_free(o);
    gd_optimizer_free(p);
    gd_params_free(net);
    gd_params_free(flat);
}
END_TEST

/* ---- As every optimizer ----------------------------------------------------------------------------------------- */

START_TEST(a_saved_run_goes_on_bit_for_bit)
{
    char path[] = "/tmp/gradus-muon-XXXXXX";
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    network n = network_new(), again = network_new();
    gd_optimizer *o = gd_muon(n.net, gd_muon_dialect(GD_OPTAX)), *p = gd_muon(again.net, gd_muon_dialect(GD_OPTAX));
    gd_muon_others(o, gd_muon_adamw_defaults());
    gd_muon_others(p, gd_muon_adamw_defaults());
    for (int step = 0; step < 12; step++) {
        GD_SCOPE;
        const uint64_t at = noise_state;
        set_noise(&n);
        ck_assert(gd_step(o));
        if (step == 5)
            ck_assert(gd_save(path, n.net, o) && gd_load(path, again.net, p));
        if (step > 5) {
            noise_state = at;
            set_noise(&again);
            ck_assert(gd_step(p));
        }
    }
    ck_assert(same_bits(n.hidden, again.hidden) && same_bits(n.bias, again.bias) && same_bits(n.filter, again.filter));
    remove(path);
    gd_optimizer_free(o);
    gd_optimizer_free(p);
    gd_params_free(n.net);
    gd_params_free(again.net);
}
END_TEST

/* On 1 and 3 threads, with a gradient that is a transposed view, and in steady memory. */
START_TEST(threads_and_layouts_change_no_bit)
{
    gd_tensor *w[3];
    gd_params *net[3];
    for (int k = 0; k < 3; k++) {
        ck_assert(gd_set_threads(k == 0 ? 1 : 3));
        gd_seed(6);
        net[k] = gd_params_new();
        w[k] = gd_param(net[k], "w", gd_normal(GD_SHAPE(300, 190), 0, 1));
        gd_optimizer *o = gd_muon(net[k], gd_muon_defaults());
        size_t live = 0;
        for (int step = 0; step < 3; step++) {
            GD_SCOPE;
            GD_NO_GRAD;
            gd_tensor *g = gd_normal(GD_SHAPE(300, 190), 0, 1), *own = w[k]->grad;
            w[k]->grad = k < 2 ? g : gd_transpose(gd_contiguous(gd_transpose(g, 0, 1)), 0, 1);
            ck_assert(gd_step(o));
            w[k]->grad = own;
            live = step == 0 ? gd_memory_live() : live;
        }
        ck_assert(k == 2 || gd_memory_live() <= live);
        gd_optimizer_free(o);
    }
    ck_assert(same_bits(w[0], w[1]) && same_bits(w[0], w[2]));
    for (int k = 0; k < 3; k++)
        gd_params_free(net[k]);
    gd_set_threads(1);
}
END_TEST

START_TEST(traces_and_extremes)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(4, 3)));
    gd_optimizer *o = gd_muon(net, gd_muon_dialect(GD_PAPER));
    ck_assert(gd_optimizer_trace(o, w, GD_SHAPE(1, 2)));
    const double sizes[] = { 1, 0, sizeof(gd_real) == 4 ? 3e38 : 1e308, 1e-30 };
    for (int step = 0; step < 4; step++) {
        gd_set_grad(w, gd_full(GD_SHAPE(4, 3), sizes[step]));
        const gd_real before = w->data[5];
        ck_assert(gd_step(o) && isfinite(w->data[5]) && fabs((double)(w->data[5] - before)) < 0.02 * 1.3);
        ck_assert(gd_trace_at(o, step)->step == step + 1 && gd_trace_at(o, step)->w == (double)w->data[5]);
    }
    gd_set_grad(w, gd_full(GD_SHAPE(4, 3), INFINITY));
    ck_assert(gd_step(o) && isnan(w->data[5]));
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: muon");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, follows_the_golden_trajectory, 0, 4);
    tcase_add_loop_test(tc, equals_the_formulas, 0, CASES);
    tcase_add_test(tc, singular_values_come_close_to_one);
    tcase_add_test(tc, what_is_no_matrix_is_refused_by_name);
    tcase_add_test(tc, one_optimizer_does_both);
    tcase_add_test(tc, convolutions_when_asked_for);
    tcase_add_test(tc, a_saved_run_goes_on_bit_for_bit);
    tcase_add_test(tc, threads_and_layouts_change_no_bit);
    tcase_add_test(tc, traces_and_extremes);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
