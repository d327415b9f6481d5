/* pool.c - the largest, or the mean, of each window of an image:  x [n, c, h, w]  ->  y [n, c, oh, ow].
 *
 * A window is a product of rows and columns, so both go in two steps, each a loop over long lines: first the rows
 * of a window become one, v [oh, w], then the columns.  Once it is known where the largest elements stand a
 * pooling is linear: its gradient puts dy back, and the gradient of that is the pooling again, in the same places.
 */
#include <inttypes.h>

#include "engine.h"
#include "tensor/threads.h"

typedef struct windows {
    int64_t planes, h, w, oh, ow;
    int64_t kernel[2], stride[2], padding[2];
    bool    count_padding;
    gd_shape x_shape, y_shape;
    const int32_t *largest;                 /* of a max pooling: where each element of y comes from in its plane */
} windows;

/* ---- The shape of the result -------------------------------------------------------------------------------- */

static bool check(const char *function, const gd_tensor *x, const gd_pool2d_options *o, windows *s)
{
    if (x->ndim != 4)
        return gd_fail("%s: x is %s: it must be [n, channels, height, width]", function, gd_text_of(x).s);
    *s = (windows){ .planes = x->shape[0] * x->shape[1], .h = x->shape[2], .w = x->shape[3],
                    .count_padding = o->count_padding, .x_shape = gd_shape_of_tensor(x) };
    int64_t out[2];
    for (int i = 0; i < 2; i++) {
        int64_t kernel = o->kernel[i], stride = o->stride[i] ? o->stride[i] : kernel, padding = o->padding[i];
        if (kernel < 1 || stride < 1 || padding < 0 || padding > kernel / 2)
            return gd_fail("%s: kernel %" PRId64 ", stride %" PRId64 ", padding %" PRId64 " of axis %d: kernel "
                           "and stride must be at least 1, padding between 0 and half the kernel", function,
                           kernel, stride, padding, i + 2);
        if (x->shape[i + 2] + 2 * padding < kernel)
            return gd_fail("%s: x is %s: its axis %d with padding %" PRId64 " is shorter than the kernel, "
                           "%" PRId64, function, gd_text_of(x).s, i + 2, padding, kernel);
        s->kernel[i] = kernel;
        s->stride[i] = stride;
        s->padding[i] = padding;
        out[i] = (x->shape[i + 2] + 2 * padding - kernel) / stride + 1;
    }
    s->oh = out[0];
    s->ow = out[1];
    s->y_shape = GD_SHAPE(x->shape[0], x->shape[1], out[0], out[1]);
    if (s->h * s->w > INT32_MAX)
        return gd_fail("%s: x is %s: an image has at most %d elements", function, gd_text_of(x).s, INT32_MAX);
    return true;
}

/* ---- Windows: their rows and their columns ------------------------------------------------------------------ */

/* The rows [*from, *to) of x inside the windows of row r. */
static inline void rows_inside(const windows *s, int64_t r, int64_t *from, int64_t *to)
{
    int64_t top = r * s->stride[0] - s->padding[0], bottom = top + s->kernel[0];
    *from = top > 0 ? top : 0;
    *to = bottom < s->h ? bottom : s->h;
}

/* Windows whose k-th columns stand `stride` apart in v: from y[first] on, n of them, the first at v[column]. */
typedef struct run {
    int64_t first, n, column;
} run;

/* Where rows of windows tile x without a rest, the next row goes on where the last one stopped: one run in all. */
static bool rows_join(const windows *s)
{
    return s->padding[1] == 0 && s->ow * s->stride[1] == s->w;
}

static run columns_inside(const windows *s, int64_t r, int64_t k)
{
    if (rows_join(s))
        return (run){ 0, r == 0 ? s->oh * s->ow : 0, k };
    int64_t stride = s->stride[1], before = s->padding[1] - k, last = s->w - 1 + before;
    int64_t first = before > 0 ? (before + stride - 1) / stride : 0;
    int64_t end = last < 0 ? 0 : last / stride + 1 < s->ow ? last / stride + 1 : s->ow;
    return (run){ r * s->ow + first, end > first ? end - first : 0, r * s->w + first * stride - before };
}

/* ---- Max pooling: the first of equal ones, NaN before all --------------------------------------------------- */

/* v[r, j] = the largest of column j in the windows of row r, and its place. */
GD_KERNEL static void max_of_rows(const windows *s, gd_real *restrict v, int32_t *restrict v_at,
                                  const gd_real *restrict x)
{
    const int64_t w = s->w;
    for (int64_t r = 0; r < s->oh; r++, v += w, v_at += w) {
        int64_t from, to;
        rows_inside(s, r, &from, &to);
        for (int64_t j = 0; j < w; j++) {
            v[j] = x[from * w + j];
            v_at[j] = (int32_t)(from * w + j);
        }
        for (int64_t i = from + 1; i < to; i++)
            for (int64_t j = 0; j < w; j++) {
                gd_real rival = x[i * w + j];
                bool better = (rival > v[j]) | (rival != rival);
                v[j] = better ? rival : v[j];
                v_at[j] = better ? (int32_t)(i * w + j) : v_at[j];
            }
    }
}

static inline bool is_better(gd_real rival, int32_t rival_at, gd_real y, int32_t at)
{
    return (rival > y) | (rival != rival) | ((rival == y) & (rival_at < at));
}

/* y[q] = max(y[q], v[q stride]), and its place. */
GD_KERNEL static void max_of_columns(int64_t n, gd_real *restrict y, int32_t *restrict at,
                                     const gd_real *restrict v,
                                     const int32_t *restrict v_at, int64_t stride)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++) {
            bool better = is_better(v[2 * q], v_at[2 * q], y[q], at[q]);
            y[q] = better ? v[2 * q] : y[q];
            at[q] = better ? v_at[2 * q] : at[q];
        }
    else
        for (int64_t q = 0; q < n; q++) {
            bool better = is_better(v[q * stride], v_at[q * stride], y[q], at[q]);
            y[q] = better ? v[q * stride] : y[q];
            at[q] = better ? v_at[q * stride] : at[q];
        }
}

static void max_plane(const windows *s, gd_real *y, int32_t *at, const gd_real *x, gd_real *v, int32_t *v_at)
{
    max_of_rows(s, v, v_at, x);
    for (int64_t i = 0; i < s->oh * s->ow; i++) {
        y[i] = (gd_real)-INFINITY;
        at[i] = INT32_MAX;
    }
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t k = 0; k < s->kernel[1]; k++) {
            run c = columns_inside(s, r, k);
            if (c.n > 0)
                max_of_columns(c.n, y + c.first, at + c.first, v + c.column, v_at + c.column, s->stride[1]);
        }
}

static gd_tensor *take(gd_tensor *x, const windows *s);

/* put: z = zeros of x's shape, z[largest] += dy. */

static void put_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = take(dz, node->attributes);
}

static const gd_op put_op = { "gd_max_pool2d_grad", put_rule, GD_NOTHING, "ddy = dz where the largest stood" };

static gd_tensor *put(gd_tensor *dy, const windows *s)
{
    gd_tensor *z = dy ? gd_zeros(s->x_shape) : NULL, *from = gd_contiguous(gd_detach(dy));
    if (!z || !from)
        return NULL;
    int64_t in = s->h * s->w, out = s->oh * s->ow;
    for (int64_t plane = 0; plane < s->planes; plane++)
        for (int64_t i = 0; i < out; i++)
            z->data[plane * in + s->largest[plane * out + i]] += from->data[plane * out + i];
    return gd_record(&put_op, z, &dy, 1, s, sizeof *s);
}

static void take_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = put(dy, node->attributes);
}

static const gd_op max_pool2d_op = {
    "gd_max_pool2d", take_rule, GD_NOTHING, "dx = dy where the largest stood, else 0"
};

static gd_tensor *take(gd_tensor *x, const windows *s)
{
    gd_tensor *y = x ? gd_new("gd_max_pool2d", 4, s->y_shape.size) : NULL, *from = gd_contiguous(gd_detach(x));
    if (!y || !from)
        return NULL;
    int64_t in = s->h * s->w, out = s->oh * s->ow;
    for (int64_t plane = 0; plane < s->planes; plane++)
        for (int64_t i = 0; i < out; i++)
            y->data[plane * out + i] = from->data[plane * in + s->largest[plane * out + i]];
    return gd_record(&max_pool2d_op, y, &x, 1, s, sizeof *s);
}

gd_tensor *gd_max_pool2d(gd_tensor *x, gd_pool2d_options options)
{
    windows s;
    if (!x || !check("gd_max_pool2d", x, &options, &s))
        return NULL;
    gd_tensor *y = gd_new("gd_max_pool2d", 4, s.y_shape.size), *from = gd_contiguous(gd_detach(x));
    int64_t in = s.h * s.w, out = s.oh * s.ow, line = s.oh * s.w;
    int32_t *largest = y ? gd_arena_take(gd_current_scope(), (size_t)y->numel * sizeof *largest) : NULL;
    int32_t *v_at = gd_arena_take(gd_current_scope(), (size_t)line * sizeof *v_at);
    gd_real *v = gd_arena_take(gd_current_scope(), (size_t)line * sizeof *v);
    if (!y || !from || !largest || !v_at || !v)
        return NULL;
    for (int64_t plane = 0; plane < s.planes; plane++)
        max_plane(&s, y->data + plane * out, largest + plane * out, from->data + plane * in, v, v_at);
    s.largest = largest;
    return gd_record(&max_pool2d_op, y, &x, 1, &s, sizeof s);
}

/* ---- Mean pooling ------------------------------------------------------------------------------------------- */

/* share[r, q] = 1 / (how many elements the window averages). */
static void set_shares(const windows *s, gd_real *share)
{
    for (int64_t r = 0; r < s->oh; r++)
        for (int64_t q = 0; q < s->ow; q++) {
            int64_t from, to, left = q * s->stride[1] - s->padding[1], right = left + s->kernel[1];
            rows_inside(s, r, &from, &to);
            int64_t columns = (right < s->w ? right : s->w) - (left > 0 ? left : 0);
            *share++ = 1 / (gd_real)(s->count_padding ? s->kernel[0] * s->kernel[1] : (to - from) * columns);
        }
}

/* v[r, j] = the sum of column j in the windows of row r. */
GD_KERNEL static void add_rows(const windows *s, gd_real *restrict v, const gd_real *restrict x)
{
    const int64_t w = s->w;
    for (int64_t r = 0; r < s->oh; r++, v += w) {
        int64_t from, to;
        rows_inside(s, r, &from, &to);
        const gd_real *first = x + from * w, *second = first + (to - from > 1 ? w : 0);
        for (int64_t j = 0; j < w; j++)
            v[j] = to - from > 1 ? first[j] + second[j] : first[j];
        for (int64_t i = from + 2; i < to; i++)
            for (int64_t j = 0; j < w; j++)
                v[j] += x[i * w + j];
    }
}

GD_KERNEL static void spread_rows(const windows *s, const gd_real *restrict v, gd_real *restrict x)
{
    const int64_t w = s->w;
    for (int64_t r = 0; r < s->oh; r++, v += w) {
        int64_t from, to;
        rows_inside(s, r, &from, &to);
        for (int64_t i = from; i < to; i++)
            for (int64_t j = 0; j < w; j++)
                x[i * w + j] += v[j];
    }
}

GD_KERNEL static void add_columns(int64_t n, gd_real *restrict y, const gd_real *restrict v, int64_t stride,
                                  const gd_real *restrict share)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++)
            y[q] += v[2 * q] * share[q];
    else
        for (int64_t q = 0; q < n; q++)
            y[q] += v[q * stride] * share[q];
}

GD_KERNEL static void spread_columns(int64_t n, const gd_real *restrict y, gd_real *restrict v, int64_t stride,
                                     const gd_real *restrict share)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++)
            v[2 * q] += y[q] * share[q];
    else
        for (int64_t q = 0; q < n; q++)
            v[q * stride] += y[q] * share[q];
}

/* Where each element of x stands in exactly one window, as is usual, nothing has to be added up: elements of y
 * are repeated along lines, and lines are repeated. */
static bool windows_tile(const windows *s)
{
    return rows_join(s) && s->kernel[1] == s->stride[1]
        && s->padding[0] == 0 && s->kernel[0] == s->stride[0] && s->oh * s->stride[0] == s->h;
}

GD_KERNEL static void repeat(const windows *s, const gd_real *restrict y, const gd_real *restrict share,
                             gd_real *restrict v, gd_real *restrict x)
{
    const int64_t w = s->w, out = s->oh * s->ow, kw = s->kernel[1];
    if (kw == 2)
        for (int64_t q = 0; q < out; q++)
            v[2 * q] = v[2 * q + 1] = y[q] * share[q];
    else
        for (int64_t q = 0; q < out; q++)
            for (int64_t k = 0; k < kw; k++)
                v[q * kw + k] = y[q] * share[q];
    for (int64_t r = 0; r < s->oh; r++, v += w)
        for (int64_t i = 0; i < s->kernel[0]; i++, x += w)
            for (int64_t j = 0; j < w; j++)
                x[j] = v[j];
}

/* Planes of a mean pooling for gd_parallel, counted from the last one (see conv.c); each part of them has its own
 * piece of v. */
typedef struct mean_job {
    const windows *s;
    gd_real *x, *y, *v;
    const gd_real *share;
    int64_t  part;
} mean_job;

/* y = the means of x. */
static void mean_planes(void *context, int64_t begin, int64_t end)
{
    const mean_job *j = context;
    const windows *s = j->s;
    const int64_t in = s->h * s->w, out = s->oh * s->ow;
    gd_real *v = j->v + begin / j->part * s->oh * s->w;
    for (int64_t i = begin; i < end; i++) {
        const int64_t plane = s->planes - 1 - i;
        gd_real *y = j->y + plane * out;
        memset(y, 0, (size_t)out * sizeof *y);
        add_rows(s, v, j->x + plane * in);
        for (int64_t r = 0; r < s->oh; r++)
            for (int64_t k = 0; k < s->kernel[1]; k++) {
                run c = columns_inside(s, r, k);
                if (c.n > 0)
                    add_columns(c.n, y + c.first, v + c.column, s->stride[1], j->share + c.first);
            }
    }
}

/* x = each element of y shared among its window. */
static void spread_planes(void *context, int64_t begin, int64_t end)
{
    const mean_job *j = context;
    const windows *s = j->s;
    const int64_t in = s->h * s->w, out = s->oh * s->ow, line = s->oh * s->w;
    gd_real *v = j->v + begin / j->part * line;
    for (int64_t i = begin; i < end; i++) {
        const int64_t plane = s->planes - 1 - i;
        const gd_real *y = j->y + plane * out;
        gd_real *x = j->x + plane * in;
        if (windows_tile(s)) {
            repeat(s, y, j->share, v, x);
            continue;
        }
        memset(v, 0, (size_t)line * sizeof *v);
        memset(x, 0, (size_t)in * sizeof *x);
        for (int64_t r = 0; r < s->oh; r++)
            for (int64_t k = 0; k < s->kernel[1]; k++) {
                run c = columns_inside(s, r, k);
                if (c.n > 0)
                    spread_columns(c.n, y + c.first, v + c.column, s->stride[1], j->share + c.first);
            }
        spread_rows(s, v, x);
    }
}

static bool over_planes(const windows *s, gd_real *x, gd_real *y, gd_body *body)
{
    const int64_t part = gd_part_for(s->h * s->w, GD_PART_ELEMENTS, 1), parts = (s->planes + part - 1) / part;
    gd_real *share = gd_arena_take(gd_current_scope(), (size_t)(s->oh * s->ow) * sizeof *share);
    gd_real *v = gd_arena_take(gd_current_scope(), (size_t)(parts * s->oh * s->w) * sizeof *v);
    if (!share || !v)
        return false;
    set_shares(s, share);
    gd_parallel(s->planes, part, body, &(mean_job){ s, x, y, v, share, part });
    return true;
}

static gd_tensor *mean_pool(gd_tensor *x, const windows *s);

/* spread: z of x's shape, each element of dy shared among its window. */

static void spread_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    dx[0] = mean_pool(dz, node->attributes);
}

static const gd_op spread_op = { "gd_avg_pool2d_grad", spread_rule, GD_NOTHING, "ddy = gd_avg_pool2d(dz)" };

static gd_tensor *spread(gd_tensor *dy, const windows *s)
{
    gd_tensor *z = dy ? gd_new("gd_avg_pool2d_grad", 4, s->x_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(dy));
    if (!z || !from || !over_planes(s, z->data, from->data, spread_planes))
        return NULL;
    return gd_record(&spread_op, z, &dy, 1, s, sizeof *s);
}

static void mean_pool_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = spread(dy, node->attributes);
}

static const gd_op avg_pool2d_op = {
    "gd_avg_pool2d", mean_pool_rule, GD_NOTHING, "dx = dy shared among each window"
};

static gd_tensor *mean_pool(gd_tensor *x, const windows *s)
{
    gd_tensor *y = x ? gd_new("gd_avg_pool2d", 4, s->y_shape.size) : NULL;
    gd_tensor *from = gd_contiguous(gd_detach(x));
    if (!y || !from || !over_planes(s, from->data, y->data, mean_planes))
        return NULL;
    return gd_record(&avg_pool2d_op, y, &x, 1, s, sizeof *s);
}

gd_tensor *gd_avg_pool2d(gd_tensor *x, gd_pool2d_options options)
{
    windows s;
    return x && check("gd_avg_pool2d", x, &options, &s) ? mean_pool(x, &s) : NULL;
}
