/* conv_transpose.c - transposed convolution: the adjoint of a convolution, whose input is y and whose output is x. */
#include <inttypes.h>

#include "base/message.h"
#include "convolution.h"
#include "gradus/operations.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

/* The size of y along an axis; -1, and a message, when there is none. */
static int64_t size_of_y(const char *function, int axis, int64_t size, int64_t kernel, int64_t stride, int64_t padding,
                         int64_t output_padding, int64_t dilation)
{
    const int64_t most = INT32_MAX;         /* keeps the products below from overflowing */
    if (stride < 1 || padding < 0 || output_padding < 0 || dilation < 1 || stride > most || padding > most
        || output_padding > most || dilation > most) {
        gd_fail("%s: stride %" PRId64 ", padding %" PRId64 ", output_padding %" PRId64 ", dilation %" PRId64 " of axis "
                "%d: stride and dilation must be at least 1, the others at least 0, and none above %" PRId64, function,
                stride, padding, output_padding, dilation, axis, most);
        return -1;
    }
    if (output_padding >= stride && output_padding >= dilation) {
        gd_fail("%s: output_padding %" PRId64 " of axis %d must be less than stride %" PRId64 " or dilation %" PRId64,
                function, output_padding, axis, stride, dilation);
        return -1;
    }
    if (size < 1 || kernel < 1 || size > most || kernel > most) {
        gd_fail("%s: axis %d of x has %" PRId64 " elements, and that of the kernel %" PRId64 ": both need at least 1, "
                "and at most %" PRId64, function, axis, size, kernel, most);
        return -1;
    }
    const int64_t y = (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1;
    if (y < 1)
        gd_fail("%s: axis %d of y would have %" PRId64 " elements", function, axis, y);
    return y < 1 ? -1 : y;
}

static bool shapes_fit(const char *function, const gd_tensor *x, const gd_tensor *weight, const gd_tensor *bias,
                       int64_t groups, int ndim)
{
    if (!gi_alive(function, "x", x) || !gi_alive(function, "weight", weight) || !gi_alive(function, "bias", bias))
        return false;
    if (x->ndim != ndim || weight->ndim != ndim)
        return gd_fail("%s: x is %s and weight is %s: they must be [n, channels, %s] and [channels, out / groups, %s]",
                       function, gi_text_of(x).s, gi_text_of(weight).s, ndim == 3 ? "length" : "height, width",
                       ndim == 3 ? "k" : "kh, kw");
    if (groups < 1 || x->shape[1] % groups || weight->shape[0] != x->shape[1])
        return gd_fail("%s: x is %s, weight is %s and groups is %" PRId64 ": weight must be [%" PRId64 ", out / groups"
                       ", ..], and groups divide %" PRId64, function, gi_text_of(x).s, gi_text_of(weight).s, groups,
                       x->shape[1], x->shape[1]);
    if (groups > INT32_MAX || weight->shape[1] > INT32_MAX)
        return gd_fail("%s: weight is %s and groups is %" PRId64 ": y would have more channels than memory can hold",
                       function, gi_text_of(weight).s, groups);
    const int64_t out = weight->shape[1] * groups;
    return !bias || (bias->ndim == 1 && bias->shape[0] == out)
           || gd_fail("%s: weight is %s and bias is %s: bias must be [%" PRId64 "]", function, gi_text_of(weight).s,
                      gi_text_of(bias).s, out);
}

/* The convolution of which this is the adjoint turns y into x. */
static gd_tensor *conv_transpose(const char *function, gd_tensor *x, gd_tensor *weight, gd_tensor *bias,
                                 const gd_conv_transpose2d_options *o)
{
    const int64_t groups = o->groups ? o->groups : 1;
    int64_t y_size[2];
    gi_conv s = { .n = x->shape[0], .c = weight->shape[1] * groups, .o = x->shape[1], .kh = weight->shape[2],
                  .kw = weight->shape[3], .oh = x->shape[2], .ow = x->shape[3], .groups = groups };
    for (int i = 0; i < 2; i++) {
        s.stride[i] = o->stride[i] ? o->stride[i] : 1;
        s.padding[i] = o->padding[i];
        s.dilation[i] = o->dilation[i] ? o->dilation[i] : 1;
        y_size[i] = size_of_y(function, i + 2, x->shape[i + 2], weight->shape[i + 2], s.stride[i], s.padding[i],
                              o->output_padding[i], s.dilation[i]);
        if (y_size[i] < 0)
            return NULL;
    }
    s.h = y_size[0];
    s.w = y_size[1];
    gd_tensor *y = gi_conv2d_grad_input(x, weight, &s);
    return bias && y ? gd_add(y, gd_reshape(bias, GD_SHAPE(s.c, 1, 1))) : y;
}

gd_tensor *gd_conv_transpose2d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, gd_conv_transpose2d_options options)
{
    static const char function[] = "gd_conv_transpose2d";
    if (!x || !weight || !shapes_fit(function, x, weight, bias, options.groups ? options.groups : 1, 4))
        return NULL;
    return conv_transpose(function, x, weight, bias, &options);
}

/* An image of one row. */
gd_tensor *gd_conv_transpose1d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, int64_t stride, int64_t padding,
                               int64_t output_padding, int64_t dilation, int64_t groups)
{
    static const char function[] = "gd_conv_transpose1d";
    if (!x || !weight || !shapes_fit(function, x, weight, bias, groups ? groups : 1, 3))
        return NULL;
    gd_conv_transpose2d_options o = { { 1, stride }, { 0, padding }, { 0, output_padding }, { 1, dilation }, groups };
    x = gd_unsqueeze(x, 2);
    weight = gd_unsqueeze(weight, 2);
    return x && weight ? gd_squeeze(conv_transpose(function, x, weight, bias, &o), 2) : NULL;
}
