/* pool.c - what the poolings of max_pool.c and mean_pool.c share: shapes and errors. */
#include <inttypes.h>

#include "pool.h"
#include "gradus/tensor.h"
#include "tensor/shape.h"

bool gi_pooling_check(const char *function, const gd_tensor *x, const gd_pool2d_options *o, pooling *p)
{
    gi_windows *s = &p->windows;
    if (x->ndim != 4)
        return gd_fail("%s: x is %s: it must be [n, channels, height, width]", function, gi_text_of(x).s);
    *p = (pooling){ .windows = { .h = x->shape[2], .w = x->shape[3], .count_padding = o->count_padding },
                    .planes = x->shape[0] * x->shape[1], .x_shape = gd_shape_of_tensor(x) };
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
    p->y_shape = GD_SHAPE(x->shape[0], x->shape[1], out[0], out[1]);
    if (s->h * s->w > INT32_MAX)
        return gd_fail("%s: x is %s: an image has at most %d elements", function, gi_text_of(x).s, INT32_MAX);
    return true;
}
