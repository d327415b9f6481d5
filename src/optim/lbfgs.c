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
 * All parameters are one vector here.  One whose gradient is NULL does not move.
 *
 * Where the direction does not descend, or the search finds no lower loss along it, as happens when the pairs describe
 * the curvature of a region left long ago or have lost their digits to rounding, they are dropped and the step is
 * tried once more along -g. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "base/scopes.h"
#include "finite.h"
#include "gradus/full_batch.h"
#include "gradus/tensor.h"
#include "kernels/sums.h"
#include "line_search.h"
#include "nn/params.h"
#include "rule.h"
#include "state.h"
#include "tensor/new.h"

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

/* ---- The two loops: d = -H g, Algorithm 7.4 --------------------------------------------------------------------- */

/* During a step the numbers are here: the closure may do what it likes with those of the optimizer. */
typedef struct memory {
    int64_t  n, history, rows;              /* rows of s, y and rho: a ring, of which the newest pairs are used */
    gd_real *s, *y, *rho, *g_before;
    double   count, number[GD_MAX_NUMBERS];
} memory;

static void add(int64_t n, gd_real *x, double a, const gd_real *y)
{
    gd_real factor = (gd_real)a;
    for (int64_t i = 0; i < n; i++)
        x[i] += factor * y[i];
}

/* Row of the k-th newest pair. */
static int64_t row(const memory *m, int64_t k)
{
    int64_t newest = (int64_t)m->number[NEWEST];
    return (newest - k + m->rows) % m->rows;
}

static void direction(const memory *m, gd_real *d, const gd_real *g, double *alpha)
{
    int64_t n = m->n, pairs = (int64_t)m->number[PAIRS];
    for (int64_t i = 0; i < n; i++)
        d[i] = -g[i];
    for (int64_t k = 0; k < pairs; k++) {
        int64_t r = row(m, k);
        alpha[k] = m->rho[r] * gi_dot(n, m->s + r * n, d);
        add(n, d, -alpha[k], m->y + r * n);
    }
    for (int64_t i = 0; i < n; i++)
        d[i] *= (gd_real)m->number[GAMMA];
    for (int64_t k = pairs - 1; k >= 0; k--) {
        int64_t r = row(m, k);
        double beta = m->rho[r] * gi_dot(n, m->y + r * n, d);
        add(n, d, alpha[k] - beta, m->s + r * n);
    }
}

static void forget(memory *m)
{
    m->number[PAIRS] = 0;
    m->number[GAMMA] = 1;
}

/* Remembers the pair of the last step, if its curvature is positive; else H would not be. */
static void remember(memory *m, const gd_real *d, const gd_real *g_before, const gd_real *g)
{
    double length = m->number[STEP_LENGTH], *pairs = &m->number[PAIRS];
    if (length == 0)                        /* the last search failed */
        return;
    int64_t n = m->n, r = *pairs > 0 ? ((int64_t)m->number[NEWEST] + 1) % m->rows : 0;
    gd_real *s = m->s + r * n, *y = m->y + r * n;
    for (int64_t i = 0; i < n; i++) {
        s[i] = (gd_real)length * d[i];
        y[i] = g[i] - g_before[i];
    }
    double ys = gi_dot(n, y, s), gamma = ys / gi_dot(n, y, y);
    gd_real rho = (gd_real)(1 / ys), diagonal = (gd_real)gamma;
    if (!(ys > 1e-10 && rho > 0 && diagonal > 0 && diagonal < INFINITY)) {
        *pairs -= *pairs >= (double)m->rows;            /* the oldest pair lay in this row */
        return;
    }
    m->rho[r] = rho;
    m->number[NEWEST] = (double)r;
    m->number[GAMMA] = gamma;
    *pairs = fmin(*pairs + 1, (double)m->history);
}

/* ---- The memory and its states ---------------------------------------------------------------------------------- */

static bool whole_in(double value, double low, double high)
{
    return value >= low && value <= high && value == floor(value);          /* not NaN */
}

/* The rows of s, y and rho, where they belong to each other and to a model of n elements; else 0. */
static int64_t rows_of(gd_tensor *const *state, int64_t n)
{
    const gd_tensor *s = state[S];
    int64_t rows = s && s->ndim == 2 ? s->shape[0] : 0;
    bool fit = gi_has_shape(s, GD_SHAPE(rows, n)) && gi_has_shape(state[Y], GD_SHAPE(rows, n)) &&
               gi_has_shape(state[RHO], GD_SHAPE(rows));
    return fit ? rows : 0;
}

/* The numbers may have been written to, or belong to states of another model.  Afterwards they fit the states: pairs
 * that are impossible are dropped, and without d and g to continue from everything starts from the beginning. */
static void repair_numbers(struct gi_slot *all, int64_t n, int64_t rows)
{
    double *number = all->number + 1;
    if (!whole_in(all->number[0], 0, GI_MOST_STEPS) || !gi_has_shape(all->state[D], GD_SHAPE(n)) ||
        !gi_has_shape(all->state[G], GD_SHAPE(n)))
        memset(all->number, 0, sizeof all->number);
    if (!whole_in(number[PAIRS], 0, (double)rows) || !whole_in(number[NEWEST], 0, (double)rows - 1))
        number[PAIRS] = number[NEWEST] = 0;
    if (!(number[STEP_LENGTH] >= 0 && number[STEP_LENGTH] < INFINITY))
        number[STEP_LENGTH] = 0;
    if (!(number[GAMMA] > 0 && number[GAMMA] < INFINITY))
        number[GAMMA] = 1;
}

/* States of more rows, with the pairs of the old ones, the oldest in row 0; false and all as it was when memory
 * is out. */
static bool grow(gd_optimizer *o, int64_t n, int64_t rows, int64_t more)
{
    struct gi_slot *all = o->inside->all;
    gd_arena *arena = &o->inside->arena;
    double *number = all->number + 1;
    const int64_t size[] = { more, n };
    gd_tensor *s = gi_new_in(arena, "gd_lbfgs", 2, size), *y = gi_new_in(arena, "gd_lbfgs", 2, size);
    gd_tensor *rho = gi_new_in(arena, "gd_lbfgs", 1, size), *fresh[] = { s, y, rho };
    if (!s || !y || !rho)
        return false;
    memory old = { .rows = rows, .number[NEWEST] = number[NEWEST] };
    int64_t pairs = (int64_t)number[PAIRS];
    memset(rho->data, 0, (size_t)more * sizeof *rho->data);
    for (int k = S; k <= Y; k++)
        memset(fresh[k]->data, 0, (size_t)(more * n) * sizeof *s->data);
    for (int64_t k = 0; k < pairs; k++) {
        int64_t from = row(&old, k), to = pairs - 1 - k;
        for (int i = S; i <= Y; i++)
            memcpy(fresh[i]->data + to * n, all->state[i]->data + from * n, (size_t)n * sizeof *s->data);
        rho->data[to] = all->state[RHO]->data[from];
    }
    number[NEWEST] = pairs > 0 ? (double)pairs - 1 : 0;
    for (int k = S; k <= RHO; k++) {
        all->state[k] = gd_set_name(fresh[k], o->algorithm->states[k]);
        all->data[k] = fresh[k]->data;
    }
    return true;
}

/* Fewer pairs than before leave rows unused, so that an option set back and forth takes no more memory. */
static bool open_memory(gd_optimizer *o, memory *m, gi_vectors *v)
{
    struct gi_slot *all = o->inside->all;
    int64_t n = v->n, history = ((const gd_lbfgs_options *)o->first.options)->history_size;
    int64_t rows = rows_of(all->state, n);
    repair_numbers(all, n, rows);
    gd_tensor *d = gd_optimizer_shared_state(o, D, GD_SHAPE(n)), *g = gd_optimizer_shared_state(o, G, GD_SHAPE(n));
    if (!d || !g || (rows < history && !grow(o, n, rows, history)))
        return false;
    double *number = all->number + 1;
    number[PAIRS] = fmin(number[PAIRS], (double)history);
    rows = all->state[S]->shape[0];
    *m = (memory){ .n = n, .history = history, .rows = rows, .s = all->state[S]->data, .y = all->state[Y]->data,
                   .rho = all->state[RHO]->data, .g_before = g->data, .count = all->number[0] };
    memcpy(m->number, number, sizeof m->number);
    v->d = d->data;
    return true;
}

static void close_memory(gd_optimizer *o, const memory *m)
{
    o->inside->all->number[0] = m->count;
    memcpy(o->inside->all->number + 1, m->number, sizeof m->number);
}

/* ---- A step of the optimizer: up to max_iter of the method's ---------------------------------------------------- */

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

typedef enum outcome { MOVED, CONVERGED, NOWHERE } outcome;

/* Forms d and goes along it.  NOWHERE: d does not descend, or no lower loss was found. */
static outcome go(gd_optimizer *o, memory *m, gi_vectors *v, double *alpha, double *loss, bool first)
{
    const gd_lbfgs_options *options = o->first.options;
    double *length = &m->number[STEP_LENGTH];
    *length = 0;
    direction(m, v->d, v->g, alpha);
    gi_vectors_hold(v);
    double slope = gi_dot(m->n, v->g, v->d);
    if (!(slope < 0 && slope > -INFINITY))
        return NOWHERE;
    if (slope > -options->tolerance_change || o->first.lr == 0)
        return CONVERGED;
    *length = o->first.lr * (first ? fmin(1, 1 / sum_of_sizes(m->n, v->g)) : 1);
    if (options->line_search == GD_STRONG_WOLFE)
        *length = gi_strong_wolfe(v, *length, loss, slope, options);
    else
        *loss = gi_vectors_evaluate(v, *length, &slope);
    return *length > 0 ? MOVED : NOWHERE;
}

/* One iteration; false when the method has come to an end. */
static bool iterate(gd_optimizer *o, memory *m, gi_vectors *v, double *alpha, double *loss, int64_t evaluations)
{
    const gd_lbfgs_options *options = o->first.options;
    double before = *loss;
    bool first = m->count == 0;
    if (first)
        forget(m);
    else
        remember(m, v->d, m->g_before, v->g);
    memcpy(m->g_before, v->g, (size_t)m->n * sizeof *v->g);
    bool plain = m->number[PAIRS] == 0 && m->number[GAMMA] == 1;
    outcome end = go(o, m, v, alpha, loss, first);
    if (end == NOWHERE && !plain && !v->failed) {
        forget(m);
        end = go(o, m, v, alpha, loss, true);
    }
    m->count += end == MOVED;
    return end == MOVED && !v->failed && v->evaluations < evaluations && !isnan(*loss) &&
           largest(m->n, v->g) > options->tolerance_grad &&
           m->number[STEP_LENGTH] * largest(m->n, v->d) > options->tolerance_change &&
           fabs(*loss - before) >= options->tolerance_change;
}

/* The loss where the step begins, and v->g; NaN, with a message, where the step cannot begin. */
static double begin(gd_optimizer *o, gi_vectors *v)
{
    double loss = gi_vectors_start(v);
    if (v->failed)
        return NAN;
    if (isnan(loss))
        return gd_fail("gd_lbfgs: the closure's loss is nan"), NAN;
    bool good = o->check_finite ? gi_check_all("gd_step_closure", o) :
                largest(v->n, v->g) < INFINITY || gi_check_gradients("gd_step_closure", o);
    return good ? loss : NAN;
}

static double step(gd_optimizer *o, gd_closure *closure, void *context)
{
    const gd_lbfgs_options *options = o->first.options;
    int64_t evaluations = options->max_eval ? options->max_eval : (int64_t)options->max_iter * 5 / 4;
    gi_vectors v = { .optimizer = o, .closure = closure, .context = context };
    memory m;
    double result = NAN;
    if (gd_params_count(o->params) == 0 && !gi_any_gradient("gd_step_closure", o))
        return NAN;
    if (!gd_scope_begin())
        return NAN;
    if (gi_vectors_begin(&v) && open_memory(o, &m, &v)) {
        double *alpha = gi_arena_take(gi_current_scope(), (size_t)m.history * sizeof *alpha);
        double loss = result = alpha ? begin(o, &v) : NAN;
        bool on = !isnan(loss) && largest(v.n, v.g) > options->tolerance_grad;
        for (int i = 0; on && i < options->max_iter; i++)
            on = iterate(o, &m, &v, alpha, &loss, evaluations);
        o->steps += !isnan(result) && !v.failed;
        close_memory(o, &m);
    }
    gd_scope_end();
    return v.failed ? NAN : result;
}

/* ---- What a checkpoint may hold --------------------------------------------------------------------------------- */

static const gd_range ranges[] = {
    { "rho", false, "[)", 0, INFINITY },
    { "pairs", true, "[)", 0, GI_MOST_STEPS },
    { "newest", true, "[)", 0, GI_MOST_STEPS },
    { "step_length", false, "[)", 0, INFINITY },
    { "H_diag", false, "[)", 0, INFINITY },
    { .name = NULL }
};

/* Rows of s and y that are in use are finite, or rho would not be; so are d and g where a search has succeeded. */
static const char *valid_elements(const gd_kept *kept, int64_t rows)
{
    const memory m = { .rows = rows, .number[NEWEST] = kept->number[NEWEST] };
    for (int64_t k = 0; k < (int64_t)kept->number[PAIRS]; k++) {
        int64_t r = row(&m, k);
        if (!(kept->state[RHO]->data[r] > 0))
            return "rho must be positive for each pair";
        if (!gi_all_finite(kept->n, kept->state[S]->data + r * kept->n) ||
            !gi_all_finite(kept->n, kept->state[Y]->data + r * kept->n))
            return "s and y must be finite for each pair";
    }
    if (kept->number[STEP_LENGTH] > 0 &&
        (!gi_all_finite(kept->n, kept->state[D]->data) || !gi_all_finite(kept->n, kept->state[G]->data)))
        return "d and prev_flat_grad must be finite where step_length is not 0";
    return NULL;
}

static const char *valid(const gd_kept *kept)
{
    if (kept->number[PAIRS] > kept->step)
        return "pairs must not be more than step";
    if (kept->step > 0 && !(kept->number[GAMMA] > 0))
        return "H_diag must be positive after the first step";
    if (!kept->state[S] && !kept->state[Y] && !kept->state[RHO] && !kept->state[D] && !kept->state[G])
        return kept->step > 0 || kept->number[PAIRS] > 0 ? "there are steps, but no states" : NULL;
    int64_t rows = rows_of(kept->state, kept->n);
    if (rows == 0)
        return "s and y must be [rows, n] and rho [rows], n being the number of elements of all parameters";
    if (!gi_has_shape(kept->state[D], GD_SHAPE(kept->n)) || !gi_has_shape(kept->state[G], GD_SHAPE(kept->n)))
        return "d and prev_flat_grad must be [n], n being the number of elements of all parameters";
    if (kept->number[PAIRS] > (double)rows || kept->number[NEWEST] >= (double)rows)
        return "pairs and newest must lie within the rows of s";
    return valid_elements(kept, rows);
}

static const gd_algorithm algorithm = {
    .name = "gd_lbfgs", .options_size = sizeof(gd_lbfgs_options), .options = fields,
    .zeros = { "max_iter history_size" },
    .states = { "s", "y", "rho", "d", "prev_flat_grad" },
    .numbers = { "pairs", "newest", "step_length", "H_diag" },
    .check = check, .step = step, .ranges = ranges, .valid = valid
};

gd_optimizer *gd_lbfgs(gd_params *p, gd_lbfgs_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_lbfgs_defaults() ------------------------------------------------------------ */

static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_SET(gd_lbfgs_options, line_search, GD_NO_LINE_SEARCH) } },
};

gd_lbfgs_options gd_lbfgs_dialect(gd_dialect dialect)
{
    gd_lbfgs_options o = gd_lbfgs_defaults();
    GI_APPLY_DIALECT("gd_lbfgs_dialect", dialects, dialect, &o);
    return o;
}
