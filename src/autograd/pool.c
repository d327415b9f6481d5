/* pool.c - the largest, or the mean, of each window of an image:  x [n, c, h, w]  ->  y [n, c, oh, ow].
 *
 * Both run over the places of the window and, inside, along a row of y, so that the compiler can do several
 * elements at once.  A pooling is linear once it is known where the largest elements stand: its gradient puts dy
 * back, and the gradient of that is the pooling again, at the same places. */
#include <inttypes.h>

#include "engine.h"

typedef struct windows {
    int64_t planes, h, w, oh, ow;
    int64_t kernel[2], stride[2], padding[2];
    bool    count_padding;
    gd_shape x_shape, y_shape;
    const int32_t *largest;                 /* of a max pooling: where each element of y comes from in its plane */
} windows;

/* ---- The shape of the result --------------------------------------------------------------------------------------- */

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
            return gd_fail("%s: kernel %" PRId64 ", stride %" PRId64 ", padding %" PRId64 " of axis %d: kernel and stride must "
                           "be at least 1, padding between 0 and half the kernel", function, kernel, stride, padding, i + 2);
        if (x->shape[i + 2] + 2 * padding < kernel)
            return gd_fail("%s: x is %s: its axis %d with padding %" PRId64 " is shorter than the kernel, %" PRId64, function,
                           gd_text_of(x).s, i + 2, padding, kernel);
        s->kernel[i] = kernel;
        s->stride[i] = stride;
        s->padding[i] = padding;
        out[i] = (x->shape[i + 2] + 2 * padding - kernel) / stride + 1;
    }
    s->oh = out[0];
    s->ow = out[1];
    s->y_shape = GD_SHAPE(x->shape[0], x->shape[1], out[0], out[1]);
    return s->h * s->w <= INT32_MAX || gd_fail("%s: x is %s: an image has at most %d elements", function, gd_text_of(x).s,
                                               INT32_MAX);
}

/* The part [*first, *end) of a row of n windows whose k-th element lies inside an axis of the given size. */
static void inside(const windows *s, int axis, int64_t k, int64_t size, int64_t n, int64_t *first, int64_t *end)
{
    int64_t stride = s->stride[axis], before = s->padding[axis] - k, last = size - 1 + before;
    *first = before > 0 ? (before + stride - 1) / stride : 0;
    *end = last < 0 ? 0 : last / stride + 1 < n ? last / stride + 1 : n;
}

/* ---- Max pooling: the first of equal ones, NaN before all ------------------------------------------------------------ */

/* y[q] = max(y[q], x[q stride]), and at[q] the place it came from. */
GD_KERNEL static void larger(int64_t n, gd_real *restrict y, int32_t *restrict at, const gd_real *restrict x, int64_t stride,
                             int32_t place)
{
    const int32_t step = (int32_t)stride;
    if (stride == 2)
        for (int64_t q = 0; q < n; q++) {
            bool better = (x[2 * q] > y[q]) | (x[2 * q] != x[2 * q]);
            y[q] = better ? x[2 * q] : y[q];
            at[q] = better ? place + 2 * (int32_t)q : at[q];
        }
    else
        for (int64_t q = 0; q < n; q++) {
            bool better = (x[q * stride] > y[q]) | (x[q * stride] != x[q * stride]);
            y[q] = better ? x[q * stride] : y[q];
            at[q] = better ? place + step * (int32_t)q : at[q];
        }
}

static void max_plane(const windows *s, gd_real *y, int32_t *at, const gd_real *x)
{
    for (int64_t r = 0; r < s->oh; r++) {
        gd_real *row = y + r * s->ow;
        int32_t *row_at = at + r * s->ow;
        int64_t top = r * s->stride[0] - s->padding[0];
        for (int64_t q = 0; q < s->ow; q++) {       /* the first element, should all be -infinity */
            int64_t left = q * s->stride[1] - s->padding[1];
            row[q] = (gd_real)-INFINITY;
            row_at[q] = (int32_t)((top > 0 ? top : 0) * s->w + (left > 0 ? left : 0));
        }
        for (int64_t i = top < 0 ? -top : 0; i < s->kernel[0] && top + i < s->h; i++)
            for (int64_t k = 0; k < s->kernel[1]; k++) {
                int64_t first, end;
                inside(s, 1, k, s->w, s->ow, &first, &end);
                int64_t place = (top + i) * s->w + first * s->stride[1] + k - s->padding[1];
                if (first < end)
                    larger(end - first, row + first, row_at + first, x + place, s->stride[1], (int32_t)place);
            }
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

static const gd_op max_pool2d_op = { "gd_max_pool2d", take_rule, GD_NOTHING, "dx = dy where the largest stood, else 0" };

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
    int32_t *largest = y ? gd_arena_take(gd_current_scope(), (size_t)y->numel * sizeof *largest) : NULL;
    if (!y || !from || !largest)
        return NULL;
    int64_t in = s.h * s.w, out = s.oh * s.ow;
    for (int64_t plane = 0; plane < s.planes; plane++)
        max_plane(&s, y->data + plane * out, largest + plane * out, from->data + plane * in);
    s.largest = largest;
    return gd_record(&max_pool2d_op, y, &x, 1, &s, sizeof s);
}

/* ---- Mean pooling -------------------------------------------------------------------------------------------------------- */

/* A row of y and every stride-th element of x; share[q] is 1 / (how many elements window q averages). */
typedef void mean_loop(int64_t n, gd_real *y, gd_real *x, int64_t stride, const gd_real *share);

GD_KERNEL static void add_shares(int64_t n, gd_real *restrict y, gd_real *restrict x, int64_t stride, const gd_real *share)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++)
            y[q] += x[2 * q] * share[q];
    else
        for (int64_t q = 0; q < n; q++)
            y[q] += x[q * stride] * share[q];
}

GD_KERNEL static void spread_shares(int64_t n, gd_real *restrict y, gd_real *restrict x, int64_t stride, const gd_real *share)
{
    if (stride == 2)
        for (int64_t q = 0; q < n; q++)
            x[2 * q] += y[q] * share[q];
    else
        for (int64_t q = 0; q < n; q++)
            x[q * stride] += y[q] * share[q];
}

/* For the windows of a row that have `rows` rows inside the image. */
static void set_shares(const windows *s, int64_t rows, gd_real *share)
{
    for (int64_t q = 0; q < s->ow; q++) {
        int64_t left = q * s->stride[1] - s->padding[1], right = left + s->kernel[1];
        int64_t columns = (right < s->w ? right : s->w) - (left > 0 ? left : 0);
        share[q] = 1 / (gd_real)(s->count_padding ? s->kernel[0] * s->kernel[1] : rows * columns);
    }
}

static void mean_plane(const windows *s, gd_real *y, gd_real *x, mean_loop *loop, gd_real *share)
{
    for (int64_t r = 0; r < s->oh; r++) {
        int64_t top = r * s->stride[0] - s->padding[0], bottom = top + s->kernel[0];
        int64_t from = top > 0 ? top : 0, to = bottom < s->h ? bottom : s->h;
        set_shares(s, to - from, share);
        for (int64_t i = from; i < to; i++)
            for (int64_t k = 0; k < s->kernel[1]; k++) {
                int64_t first, end;
                inside(s, 1, k, s->w, s->ow, &first, &end);
                if (first < end)
                    loop(end - first, y + r * s->ow + first, x + i * s->w + first * s->stride[1] + k - s->padding[1],
                         s->stride[1], share + first);
            }
    }
}

static bool mean_planes(const windows *s, gd_real *y, gd_real *x, mean_loop *loop)
{
    gd_real *share = gd_arena_take(gd_current_scope(), (size_t)s->ow * sizeof *share);
    for (int64_t plane = 0; plane < s->planes && share; plane++)
        mean_plane(s, y + plane * s->oh * s->ow, x + plane * s->h * s->w, loop, share);
    return share != NULL;
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
    gd_tensor *z = dy ? gd_zeros(s->x_shape) : NULL, *from = gd_contiguous(gd_detach(dy));
    if (!z || !from || !mean_planes(s, from->data, z->data, spread_shares))
        return NULL;
    return gd_record(&spread_op, z, &dy, 1, s, sizeof *s);
}

static void mean_pool_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = spread(dy, node->attributes);
}

static const gd_op avg_pool2d_op = { "gd_avg_pool2d", mean_pool_rule, GD_NOTHING, "dx = dy shared among each window" };

static gd_tensor *mean_pool(gd_tensor *x, const windows *s)
{
    gd_tensor *y = x ? gd_zeros(s->y_shape) : NULL, *from = gd_contiguous(gd_detach(x));
    if (!y || !from || !mean_planes(s, y->data, from->data, add_shares))
        return NULL;
    return gd_record(&avg_pool2d_op, y, &x, 1, s, sizeof *s);
}

gd_tensor *gd_avg_pool2d(gd_tensor *x, gd_pool2d_options options)
{
    windows s;
    return x && check("gd_avg_pool2d", x, &options, &s) ? mean_pool(x, &s) : NULL;
}
