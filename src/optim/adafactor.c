/* adafactor.c - Adafactor: Adam's second moment for the memory of one row and one column.
 *
 * Of the n x m squares g^2 of a matrix only the means of rows and of columns are averaged; their product is the
 * estimate of all of them.  Vectors keep v.  A parameter with more axes is a stack of matrices, its last two axes.
 *
 *     k = t^beta2_decay,    rho = min(lr, 1/sqrt(t)),    alpha = max(eps2, rms(w)) rho
 *     w = (1 - lr weight_decay) w                             after rms(w) has been taken
 *     R = (1 - k) R + k (means of the rows of g^2),    C = (1 - k) C + k (means of its columns)
 *     v = R C / max(mean(R), eps1)                            a vector: v = (1 - k) v + k g^2
 *     u = g / sqrt(max(v, eps1^2))
 *     w = w - alpha u / max(1, rms(u)/clip)
 *
 * rms(x) = sqrt(mean(x^2)), of the whole parameter.  Two ideas go with it: the step is relative to the size of the
 * weights, and steps that are too long, because v lags behind, are clipped instead of being averaged.
 *
 * Shazeer and Stern, "Adafactor: adaptive learning rates with sublinear memory cost" (ICML 2018), Algorithms 4 and 5
 * (GD_PAPER): there eps1 = 1e-30 is added to g^2, and neither mean(R) nor v is bounded.  The default is
 * torch.optim.Adafactor, where eps1 is the machine epsilon of the numbers, and decay and lr are as above. */
#include "gradus/recent.h"
#include "kernels/terms.h"
#include "rule.h"

enum { ROW, COLUMN, VARIANCE };             /* the states: R, C; v of vectors */

/* A parameter as a stack of n x m matrices; a vector is one row. */
typedef struct layout {
    int64_t matrices, n, m;
} layout;

typedef struct bounds {
    gd_real added, mean, v;                 /* added to g^2; the least mean(R) and v */
} bounds;

static layout layout_of(const gd_update *u)
{
    const gd_tensor *w = u->parameter;
    if (w->ndim < 2)
        return (layout){ 1, 1, u->n };
    const int64_t n = w->shape[w->ndim - 2], m = w->shape[w->ndim - 1];
    return (layout){ u->n / (n * m), n, m };
}

static bounds bounds_of(const gd_adafactor_options *o)
{
    const gd_real eps = REAL(o->eps1), square = REAL(o->eps1 * o->eps1), least = GI_REAL_MIN;
    return o->eps1_added ? (bounds){ eps, least, least }
                         : (bounds){ 0, real_max(eps, least), real_max(square, least) };
}

/* A NaN stays one. */
static inline gd_real at_least(gd_real bound, gd_real x)
{
    return x < bound ? bound : x;
}

/* ---- Sums of squares, in double and in lanes, whose order is the same for every instruction set ----------------- */

#define SQUARE(x) (double)gi_bounded(x) * (double)gi_bounded(x)

GI_KERNEL static double adafactor_sum(int64_t n, const gd_real *x)
{
    enum { LONG_BLOCK = 1024 };             /* so that a long sum loses few digits */
    double all[TERM_LANES] = { 0 }, sum = 0;
    for (int64_t i = 0; i < n; ) {
        const int64_t end = n - i < LONG_BLOCK ? n : i + LONG_BLOCK;
        double lane[TERM_LANES] = { 0 };
#define TERM(k) SQUARE(x[k])
        ADD_TO_LANES(lane, i, end, TERM)
        for (int l = 0; l < TERM_LANES; l++)
            all[l] += lane[l];
        i = end;
    }
    for (int l = 0; l < TERM_LANES; l++)
        sum += all[l];
    return sum;
}

static void rows(int64_t n, int64_t m, const gd_real *grad, gd_real *R, double k, double eps)
{
    for (int64_t i = 0; i < n; i++, grad += m)
        R[i] = REAL(1 - k) * R[i] + REAL(k * (adafactor_sum(m, grad) / (double)m + eps));
}

/* Some columns at a time, so that their sums fit into registers and each line of memory is read once. */
GI_KERNEL static void adafactor_columns(int64_t n, int64_t m, const gd_real *grad, gd_real *C, double k, double eps)
{
    enum { WIDTH = 32 };
    for (int64_t from = 0; from < m; from += WIDTH, grad += WIDTH) {
        const int64_t width = m - from < WIDTH ? m - from : WIDTH;
        double sum[WIDTH] = { 0 };
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < width; j++)
                sum[j] += SQUARE(grad[i * m + j]);
        for (int64_t j = 0; j < width; j++)
            C[from + j] = REAL(1 - k) * C[from + j] + REAL(k * (sum[j] / (double)n + eps));
    }
}

GI_KERNEL static void adafactor_vector(int64_t n, const gd_real *restrict grad, gd_real *restrict v, double k,
                                       double eps)
{
    GI_EACH(i, n, (grad, v), {
        const gd_real g = gi_bounded(grad[i]);
        v[i] = REAL(1 - k) * v[i] + REAL(k) * (g * g + REAL(eps));
    });
}

/* ---- The step: rows whose estimate v is r C --------------------------------------------------------------------- */

GI_KERNEL static double adafactor_squares(int64_t m, const gd_real *grad, gd_real r, const gd_real *C, gd_real least)
{
    double lane[TERM_LANES] = { 0 }, sum = 0;
    int64_t at = 0;
#define U_SQUARED(j) (SQUARE(grad[j]) / (double)at_least(least, r * C[j]))
    ADD_TO_LANES(lane, at, m, U_SQUARED)
    for (int l = 0; l < TERM_LANES; l++)
        sum += lane[l];
    return sum;
}

GI_KERNEL static void adafactor_step(int64_t m, gd_real *restrict w, const gd_real *restrict grad, gd_real r,
                                     const gd_real *restrict C, gd_real least, gd_real keep, gd_real rate)
{
    GI_EACH(j, m, (w, grad, C), {
        w[j] = keep * w[j] - rate * (gi_bounded(grad[j]) / real_sqrt(at_least(least, r * C[j])));
    });
}

static double mean(int64_t n, const gd_real *x)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

/* One of the two functions above for every row: moves, or else the sum of u^2. */
static double each_row(const gd_update *u, const layout *l, const bounds *least, bool moves, gd_real keep, gd_real rate)
{
    double sum = 0;
    gd_real *w = u->w;
    const gd_real *g = u->g, *R = u->state[ROW], *C = u->state[R ? COLUMN : VARIANCE];
    for (int64_t matrix = 0; matrix < l->matrices; matrix++, C += l->m) {
        const gd_real middle = R ? at_least(least->mean, REAL(mean(l->n, R))) : 1;
        for (int64_t i = 0; i < l->n; i++, w += l->m, g += l->m) {
            const gd_real r = R ? *R++ / middle : 1;
            if (moves)
                adafactor_step(l->m, w, g, r, C, least->v, keep, rate);
            else
                sum += adafactor_squares(l->m, g, r, C, least->v);
        }
    }
    return sum;
}

static void average_squares(const gd_update *u, const layout *l, double k, double eps)
{
    if (!u->state[ROW]) {
        adafactor_vector(u->n, u->g, u->state[VARIANCE], k, eps);
        return;
    }
    for (int64_t i = 0; i < l->matrices; i++) {
        const gd_real *g = u->g + i * l->n * l->m;
        rows(l->n, l->m, g, u->state[ROW] + i * l->n, k, eps);
        adafactor_columns(l->n, l->m, g, u->state[COLUMN] + i * l->m, k, eps);
    }
}

static void update(const gd_update *u)
{
    const gd_adafactor_options *o = u->options;
    if (u->n == 0)
        return;
    const layout l = layout_of(u);
    const bounds least = bounds_of(o);
    const double t = (double)u->t, rms = sqrt(adafactor_sum(u->n, u->w) / (double)u->n);
    const double alpha = fmax(o->eps2, rms) * fmin(u->lr, 1 / sqrt(t));      /* fmax: of a number and NaN, the number */
    average_squares(u, &l, pow(t, o->beta2_decay), least.added);
    const double length = sqrt(each_row(u, &l, &least, false, 1, 0) / (double)u->n) / o->clip;
    const gd_real rate = gi_sign(o->maximize) * REAL(alpha / fmax(1, length));
    const gd_real keep = gi_decay(GD_WD_DECOUPLED, o->weight_decay, u->lr);
    each_row(u, &l, &least, true, keep, rate);
}

/* ---- The algorithm and its options ------------------------------------------------------------------------------ */

#define OPTION(field, ...) GD_OPTION(gd_adafactor_options, field, __VA_ARGS__)
static const gd_option fields[] = {
    OPTION(beta2_decay, "(]", -INFINITY, 0),
    OPTION(eps1, "[]", 0, GI_REAL_MAX),
    OPTION(eps2, "[]", 0, GI_REAL_MAX),
    OPTION(eps1_added, "[]", 0, 1),
    OPTION(clip, "(]", 0, INFINITY),
    OPTION(weight_decay, "[]", 0, GI_REAL_MAX),
    OPTION(step_counter, "[]", 0, GD_GLOBAL),
    OPTION(maximize, "[]", 0, 1),
    { .name = NULL }
};

/* R is a column of n numbers, C a row of m: with one axis of length 1, as PyTorch has them. */
static bool state_shape(int k, gd_shape *shape)
{
    if (k == ROW && shape->ndim >= 2)
        shape->size[shape->ndim - 1] = 1;
    if (k == COLUMN && shape->ndim >= 2)
        shape->size[shape->ndim - 2] = 1;
    return (k == VARIANCE) == (shape->ndim < 2);
}

static const gd_range ranges[] = {
    { "row_var", false, "[)", 0, INFINITY },
    { "col_var", false, "[)", 0, INFINITY },
    { "variance", false, "[)", 0, INFINITY },
    { .name = NULL }
};

static const gd_algorithm algorithm = {
    .name = "gd_adafactor", .options_size = sizeof(gd_adafactor_options), .options = fields,
    .zeros = { "beta2_decay eps1 eps2 clip", "beta2_decay eps1 eps2" },
    .states = { "row_var", "col_var", "variance" }, .state_shape = state_shape,
    .update = update, .ranges = ranges
};

gd_optimizer *gd_adafactor(gd_params *p, gd_adafactor_options options)
{
    return gd_optimizer_new(p, &algorithm, &options);
}

/* ---- Dialects: what differs from gd_adafactor_defaults() -------------------------------------------------------- */

#define SET(field, value) GI_SET(gd_adafactor_options, field, value)
static const gi_dialect dialects[] = {
    { GD_TORCH, { GI_DEFAULTS } },
    { GD_PAPER, { SET(eps1, 1e-30), SET(eps1_added, true), SET(step_counter, GD_GLOBAL) } },
};

gd_adafactor_options gd_adafactor_dialect(gd_dialect dialect)
{
    gd_adafactor_options o = gd_adafactor_defaults();
    GI_APPLY_DIALECT("gd_adafactor_dialect", dialects, dialect, &o);
    return o;
}
