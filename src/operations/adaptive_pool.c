/* adaptive_pool.c - poolings by the size of the result, over whole images, and of one axis. */
#include <inttypes.h>
#include <math.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "resample.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Adaptive: window i from floor(i m / n) to ceil((i + 1) m / n) ------------------------------------------- */

static int64_t window_start(int64_t i, int64_t m, int64_t n)
{
    return i * m / n;                       /* gi_resizable has bounded both */
}

static int64_t window_end(int64_t i, int64_t m, int64_t n)
{
    return ((i + 1) * m + n - 1) / n;
}

gd_tensor *gd_adaptive_avg_pool(gd_tensor *x, gd_shape size)
{
    static const char function[] = "gd_adaptive_avg_pool";
    if (!x || !gi_alive(function, "x", x) || !gi_resizable(function, x, size))
        return NULL;
    gd_tensor *y = gd_reshape(x, gd_shape_of_tensor(x));    /* never x itself */
    for (int a = 0; a < size.ndim && y; a++) {
        const int64_t n = size.size[a], m = x->shape[a + 2];
        if (n == m)
            continue;
        gi_window *windows = gi_windows_new(n, m / n + 2);
        if (!windows)
            return NULL;
        for (int64_t i = 0; i < n; i++) {
            windows[i].first = window_start(i, m, n);
            windows[i].count = window_end(i, m, n) - windows[i].first;
            for (int64_t k = 0; k < windows[i].count; k++)
                windows[i].weight[k] = (gd_real)(1 / (double)windows[i].count);
        }
        y = gi_resample(y, a + 2, n, windows);
    }
    return y;
}

/* The place of the largest element of x within rows [from[0], to[0]) and so on of its image, of the first of equal
 * ones; a NaN is larger than all numbers. */
static int64_t largest_in(const gd_real *image, int ndim, const int64_t *stride, const int64_t *from, const int64_t *to)
{
    int64_t at[GD_MAX_DIMS], place = 0, best;
    for (int a = 0; a < ndim; a++)
        place += (at[a] = from[a]) * stride[a];
    best = place;
    for (int a = ndim; a >= 0;) {
        if (image[place] > image[best] || (isnan(image[place]) && !isnan(image[best])))
            best = place;
        for (a = ndim - 1; a >= 0; a--) {   /* the next index in row-major order */
            place += stride[a];
            if (++at[a] < to[a])
                break;
            place -= (to[a] - from[a]) * stride[a];
            at[a] = from[a];
        }
    }
    return best;
}

/* index [planes, cells]: where the largest element of each window stands in its plane. */
static bool largest_places(gd_tensor *index, gd_tensor *const inputs[], const void *attributes)
{
    const gd_tensor *x = inputs[0];
    const gd_shape size = *(const gd_shape *)attributes;
    const int ndim = size.ndim;
    const int64_t cells = index->shape[1];
    int64_t stride[GD_MAX_DIMS], plane = 1;
    gi_row_major_strides(ndim, x->shape + 2, stride);
    for (int a = 0; a < ndim; a++)
        plane *= x->shape[a + 2];
    for (int64_t k = 0; k < index->numel; k++) {
        int64_t from[GD_MAX_DIMS], to[GD_MAX_DIMS], cell = k % cells;
        for (int a = ndim - 1; a >= 0; a--) {
            const int64_t i = cell % size.size[a];
            cell /= size.size[a];
            from[a] = window_start(i, x->shape[a + 2], size.size[a]);
            to[a] = window_end(i, x->shape[a + 2], size.size[a]);
        }
        index->data[k] = (gd_real)largest_in(x->data + k / cells * plane, ndim, stride, from, to);
    }
    return true;
}

gd_tensor *gd_adaptive_max_pool(gd_tensor *x, gd_shape size)
{
    static const char function[] = "gd_adaptive_max_pool";
    if (!x || !gi_alive(function, "x", x) || !gi_resizable(function, x, size))
        return NULL;
    gd_shape shape = gd_shape_of_tensor(x);
    int64_t plane = 1, cells = 1;
    for (int a = 0; a < size.ndim; a++) {
        plane *= shape.size[a + 2];
        if (size.size[a] > INT64_MAX / 2 / cells)
            return gd_fail("%s: size is %s: that is more than memory can hold", function,
                           gi_shape_text(size.ndim, size.size).s);
        cells *= shape.size[a + 2] = size.size[a];
    }
    if (!gi_countable(function, "places in an image", plane))
        return NULL;
    gd_tensor *from = gd_contiguous(gd_detach(x));
    gd_tensor *index = gi_new(function, 2, (int64_t[]){ x->shape[0] * x->shape[1], cells });
    if (!from || !index || !gi_start_one(function, largest_places, index, from, &size, sizeof size))
        return NULL;
    return gd_reshape(gd_gather(gd_reshape(x, GD_SHAPE(index->shape[0], plane)), 1, index), shape);
}

/* ---- Global ------------------------------------------------------------------------------------------------- */

/* x [n, c, d..] as [n, c, elements]; NULL, and a message, when there are none. */
static gd_tensor *flat_images(const char *function, gd_tensor *x)
{
    if (!x || !gi_alive(function, "x", x))
        return NULL;
    if (x->ndim < 3)
        return gd_fail("%s: x is %s: it must be [n, channels, ..]", function, gi_text_of(x).s);
    int64_t elements = 1;
    for (int a = 2; a < x->ndim; a++)
        elements *= x->shape[a];
    return elements ? gd_reshape(x, GD_SHAPE(x->shape[0], x->shape[1], elements))
                    : gd_fail("%s: x is %s: its images are empty", function, gi_text_of(x).s);
}

gd_tensor *gd_global_avg_pool(gd_tensor *x)
{
    return gd_mean_axis(flat_images("gd_global_avg_pool", x), 2, false);
}

gd_tensor *gd_global_max_pool(gd_tensor *x)
{
    return gd_max_axis(flat_images("gd_global_max_pool", x), 2, false);
}

/* ---- One axis: an image of one row ---------------------------------------------------------------------------- */

static gd_tensor *one_row(const char *function, gd_tensor *x, int64_t kernel, int64_t stride, int64_t padding)
{
    if (!x || !gi_alive(function, "x", x))
        return NULL;
    if (x->ndim != 3)
        return gd_fail("%s: x is %s: it must be [n, channels, length]", function, gi_text_of(x).s);
    if (kernel < 1 || kernel > INT32_MAX || stride < 0 || stride > INT32_MAX || padding < 0 || padding > kernel / 2)
        return gd_fail("%s: kernel %" PRId64 ", stride %" PRId64 ", padding %" PRId64 ": the kernel must be at least "
                       "1, stride at least 1 or 0 for the kernel's size, padding between 0 and half the kernel, and "
                       "none above %d", function, kernel, stride, padding, INT32_MAX);
    if (x->shape[2] < 1 || x->shape[2] > INT32_MAX || x->shape[2] + 2 * padding < kernel)
        return gd_fail("%s: x is %s: with padding %" PRId64 " it is shorter than the kernel, %" PRId64 ", or longer "
                       "than %d", function, gi_text_of(x).s, padding, kernel, INT32_MAX);
    return gd_unsqueeze(x, 2);
}

static gd_pool2d_options row_options(int64_t kernel, int64_t stride, int64_t padding, bool count_padding)
{
    return (gd_pool2d_options){ { 1, kernel }, { 1, stride }, { 0, padding }, count_padding };
}

gd_tensor *gd_max_pool1d(gd_tensor *x, int64_t kernel, int64_t stride, int64_t padding)
{
    gd_tensor *row = one_row("gd_max_pool1d", x, kernel, stride, padding);
    return row ? gd_squeeze(gd_max_pool2d(row, row_options(kernel, stride, padding, false)), 2) : NULL;
}

gd_tensor *gd_avg_pool1d(gd_tensor *x, int64_t kernel, int64_t stride, int64_t padding, bool count_padding)
{
    gd_tensor *row = one_row("gd_avg_pool1d", x, kernel, stride, padding);
    return row ? gd_squeeze(gd_avg_pool2d(row, row_options(kernel, stride, padding, count_padding)), 2) : NULL;
}
