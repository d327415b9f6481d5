/* pool.c - what the poolings of max_pool.c and mean_pool.c share: shapes, errors, and where windows stand. */
#include <inttypes.h>

#include "pool.h"
#include "gradus/tensor.h"
#include "tensor/shape.h"

bool gi_windows_check(const char *function, const gd_tensor *x, const gd_pool2d_options *o, windows *s)
{
    if (x->ndim != 4)
        return gd_fail("%s: x is %s: it must be [n, channels, height, width]", function, gi_text_of(x).s);
    *s = (windows){ .planes = x->shape[0] * x->shape[1], .h = x->shape[2], .w = x->shape[3],
                    .count_padding = o->count_padding, .x_shape = gd_shape_of_tensor(x) };
    const int64_t most = INT32_MAX;         /* as for convolutions: products stay countable */
    int64_t out[2];
    for (int i = 0; i < 2; i++) {
        int64_t kernel = o->kernel[i], stride = o->stride[i] ? o->stride[i] : kernel, padding = o->padding[i];
        if (kernel < 1 || stride < 1 || padding < 0 || padding > kernel / 2)
            return gd_fail("%s: kernel %" PRId64 ", stride %" PRId64 ", padding %" PRId64 " of axis %d: kernel "
                           "and stride must be at least 1, padding between 0 and half the kernel", function,
                           kernel, stride, padding, i + 2);
        if (kernel > most || stride > most)
            return gd_fail("%s: kernel %" PRId64 ", stride %" PRId64 " of axis %d: none may be above %" PRId64,
                           function, kernel, stride, i + 2, most);
        if (x->shape[i + 2] < 1 || x->shape[i + 2] + 2 * padding < kernel)
            return gd_fail("%s: x is %s: its axis %d with padding %" PRId64 " is shorter than the kernel, "
                           "%" PRId64, function, gi_text_of(x).s, i + 2, padding, kernel);
        s->kernel[i] = kernel;
        s->stride[i] = stride;
        s->padding[i] = padding;
        out[i] = (x->shape[i + 2] + 2 * padding - kernel) / stride + 1;
    }
    s->oh = out[0];
    s->ow = out[1];
    s->y_shape = GD_SHAPE(x->shape[0], x->shape[1], out[0], out[1]);
    if (s->h * s->w > INT32_MAX)
        return gd_fail("%s: x is %s: an image has at most %d elements", function, gi_text_of(x).s, INT32_MAX);
    return true;
}

run gi_columns_inside(const windows *s, int64_t r, int64_t k)
{
    if (gi_rows_join(s))
        return (run){ 0, s->oh * s->ow, k };
    int64_t stride = s->stride[1], before = s->padding[1] - k, last = s->w - 1 + before;
    int64_t first = before > 0 ? (before + stride - 1) / stride : 0;
    int64_t end = last < 0 ? 0 : last / stride + 1 < s->ow ? last / stride + 1 : s->ow;
    return (run){ r * s->ow + first, end > first ? end - first : 0, r * s->w + first * stride - before };
}
