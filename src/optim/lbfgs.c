/* lbfgs.c - L-BFGS: quasi-Newton steps from a limited memory.
 *
 *     s_k = w_(k+1) - w_k,  y_k = g_(k+1) - g_k,  rho_k = 1/(y_k . s_k)         the last history_size pairs
 *     d = -H g, H built from gamma I, gamma = s.y/y.y, by the pairs' BFGS updates, in two loops over them
 *     w = w + a d, with a from a line search (line_search.c)
 *
 * Nocedal and Wright, Numerical Optimization, 2nd ed. (2006), Algorithms 7.4 (the two loops) and 7.5, eq. 7.20
 * for gamma; Liu and Nocedal (1989).  Order of work and stopping rules are those of torch.optim.LBFGS: a step
 * of the optimizer is up to max_iter steps of the method, and what was learned is kept for the next one.
 *
 * All parameters are one vector here.  One whose gradient is NULL does not move. */
#include "line_search.h"

#include "tensor/sums.h"

#define OPTION(field, ...) GD_OPTION(gd_lbfgs_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(max_iter, "[)", 1, INFINITY),
    OPTION(max_eval, "[)", 0, INFINITY),
    OPTION(tolerance_grad, "[)", 0, INFINITY),
    OPTION(tolerance_change, "[)", 0, INFINITY),
    OPTION(history_size, "[)", 1, INFINITY),
    OPTION(line_search, "[]", 0, GD_STRONG_WOLFE),
    OPTION(c1, "()", 0, 1),
    OPTION(c2, "()", 0, 1),
    { .name = NULL }
};

static bool check(const void *options)
{
    const gd_lbfgs_options *o = options;
    return o->c1 < o->c2 || gd_fail("gd_lbfgs: c1 = %g must be below c2 = %g", o->c1, o->c2);
}

enum { S, Y, RHO, D, G };                   /* the states: pairs [history, n], rho [history], d and g [n] */
enum { PAIRS, NEWEST, STEP_LENGTH, GAMMA }; /* the numbers */

/* ---- The two loops: d = -H g, Algorithm 7.4 --------------------------------------------------------------- */

typedef struct memory {
    int64_t  n, history;
    gd_real *s, *y, *rho;
    double  *number;
} memory;

static void add(int64_t n, gd_real *x, double a, const gd_real *y)
{
    gd_real factor = (gd_real)a;
    for (int64_t i = 0; i < n; i++)
        x[i] += factor * y[i];
}

/* Row of the k-th newest pair: the memory is a ring. */
static int64_t row(const memory *m, int64_t k)
{
    int64_t newest = (int64_t)m->number[NEWEST];
    return (newest - k + m->history) % m->history;
}

static void direction(const memory *m, gd_real *d, const gd_real *g, double *alpha)
{
    int64_t n = m->n, pairs = (int64_t)m->number[PAIRS];
    for (int64_t i = 0; i < n; i++)
        d[i] = -g[i];
    for (int64_t k = 0; k < pairs; k++) {
        int64_t r = row(m, k);
        alpha[k] = m->rho[r] * real_dot(n, m->s + r * n, d);
        add(n, d, -alpha[k], m->y + r * n);
    }
    for (int64_t i = 0; i < n; i++)
        d[i] *= (gd_real)m->number[GAMMA];
    for (int64_t k = pairs - 1; k >= 0; k--) {
        int64_t r = row(m, k);
        double beta = m->rho[r] * real_dot(n, m->y + r * n, d);
        add(n, d, alpha[k] - beta, m->s + r * n);
    }
}

/* Remembers the pair of the last step, if its curvature is positive; else H would not be. */
static void remember(memory *m, const gd_real *d, const gd_real *g_before, const gd_real *g)
{
    double length = m->number[STEP_LENGTH], *pairs = &m->number[PAIRS];
    int64_t n = m->n, r = *pairs > 0 ? ((int64_t)m->number[NEWEST] + 1) % m->history : 0;
    gd_real *s = m->s + r * n, *y = m->y + r * n;
    bool full = *pairs >= (double)m->history;
    for (int64_t i = 0; i < n; i++) {
        s[i] = (gd_real)length * d[i];
        y[i] = g[i] - g_before[i];
    }
    double ys = real_dot(n, y, s);
    if (!(ys > 1e-10)) {                    /* the oldest pair, if it lay here, is gone */
        *pairs -= full;
        return;
    }
    m->rho[r] = (gd_real)(1 / ys);
    m->number[NEWEST] = (double)r;
    m->number[GAMMA] = ys / real_dot(n, y, y);
    *pairs += !full;
}

/* ---- A step of the optimizer: up to max_iter of the method's ----------------------------------------------- */

static bool open_memory(gd_optimizer *o, memory *m, gd_vectors *v)
{
    const gd_lbfgs_options *options = o->first.options;
    int64_t n = v->n, history = options->history_size;
    const gd_tensor *old = o->all->state[G];
    if (!old || old->numel != n)            /* the model has grown, or this is the first step */
        memset(o->all->number, 0, sizeof o->all->number);
    gd_tensor *s = gd_optimizer_shared_state(o, S, GD_SHAPE(history, n));
    gd_tensor *y = gd_optimizer_shared_state(o, Y, GD_SHAPE(history, n));
    gd_tensor *rho = gd_optimizer_shared_state(o, RHO, GD_SHAPE(history));
    gd_tensor *d = gd_optimizer_shared_state(o, D, GD_SHAPE(n)), *g = gd_optimizer_shared_state(o, G, GD_SHAPE(n));
    if (!s || !y || !rho || !d || !g)
        return false;
    *m = (memory){ n, history, s->data, y->data, rho->data, o->all->number + 1 };
    v->d = d->data;
    return true;
}

static double largest(int64_t n, const gd_real *x)
{
    gd_real most = 0;
    for (int64_t i = 0; i < n; i++)
        most = real_max(most, real_abs(x[i]));
    return most;
}

static double sum_of_sizes(int64_t n, const gd_real *x)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += fabs((double)x[i]);
    return sum;
}

/* One iteration; false when the method has come to an end. */
static bool iterate(gd_optimizer *o, memory *m, gd_vectors *v, double *alpha, double *loss, int evaluations)
{
    const gd_lbfgs_options *options = o->first.options;
    gd_real *g_before = o->all->state[G]->data;
    double *count = &o->all->number[0];
    bool first = *count == 0;
    if (first)
        m->number[GAMMA] = 1;
    else
        remember(m, v->d, g_before, v->g);
    direction(m, v->d, v->g, alpha);
    gd_vectors_hold(v);
    memcpy(g_before, v->g, (size_t)m->n * sizeof *g_before);
    double slope = real_dot(m->n, v->g, v->d), before = *loss;
    if (!(slope <= -options->tolerance_change))
        return false;
    ++*count;
    double length = o->first.lr * (first ? fmin(1, 1 / sum_of_sizes(m->n, v->g)) : 1);
    if (options->line_search == GD_STRONG_WOLFE)
        length = gd_strong_wolfe(v, length, loss, slope, options);
    else
        *loss = gd_vectors_evaluate(v, length, &slope);
    m->number[STEP_LENGTH] = length;
    return v->evaluations < evaluations && !isnan(*loss) && largest(m->n, v->g) > options->tolerance_grad &&
           length * largest(m->n, v->d) > options->tolerance_change &&
           fabs(*loss - before) >= options->tolerance_change;
}

static double step(gd_optimizer *o, gd_closure *closure, void *context)
{
    const gd_lbfgs_options *options = o->first.options;
    int evaluations = options->max_eval ? options->max_eval : options->max_iter * 5 / 4;
    gd_vectors v = { .optimizer = o, .closure = closure, .context = context };
    memory m;
    double result = NAN;
    if (!gd_scope_begin())
        return NAN;
    double *alpha = gd_arena_take(gd_current_scope(), (size_t)options->history_size * sizeof *alpha);
    if (alpha && gd_vectors_begin(&v) && open_memory(o, &m, &v)) {
        double loss = result = gd_vectors_start(&v);
        bool on = !isnan(loss) && largest(v.n, v.g) > options->tolerance_grad;
        for (int i = 0; i < options->max_iter && on; i++)
            on = iterate(o, &m, &v, alpha, &loss, evaluations);
        o->steps += !isnan(result);
    }
    gd_scope_end();
    if (isnan(result))
        return gd_fail("gd_lbfgs: the closure's loss is nan"), NAN;
    return result;
}

static const gd_algorithm algorithm = {
    .name = "gd_lbfgs", .options_size = sizeof(gd_lbfgs_options), .options = fields,
    .states = { "s", "y", "rho", "d", "prev_flat_grad" },
    .numbers = { "pairs", "newest", "step_length", "H_diag" },
    .check = check, .step = step
};

gd_optimizer *gd_lbfgs(gd_params *p, gd_lbfgs_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

gd_lbfgs_options gd_lbfgs_dialect(gd_dialect dialect)
{
    gd_lbfgs_options o = gd_lbfgs_defaults();
    if (dialect == GD_TORCH)
        o.line_search = GD_NO_LINE_SEARCH;
    else
        o.lr = gd_no_dialect("gd_lbfgs_dialect", dialect);
    return o;
}
