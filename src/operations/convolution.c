/* convolution.c - gd_conv2d and gd_conv1d: shapes, errors, and the rules.  The arithmetic is in
 * kernels/as_written/conv.c, and as plain loops in kernels/reference/convolution.c.
 *
 * y = conv(x, w) is linear in x and in w.  With its two adjoints, grad_input and grad_weight, it forms a family
 * that is closed under differentiation: each one's gradients are the other two. */
#include <inttypes.h>

#include "autograd/record.h"
#include "base/message.h"
#include "base/start.h"
#include "convolution.h"
#include "gradus/tensor.h"
#include "kernels/conv.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static gd_tensor *grad_weight(gd_tensor *dy, gd_tensor *x, const gi_conv *s);
static gd_tensor *conv(gd_tensor *x, gd_tensor *w, gd_tensor *bias, const gi_conv *s);

/* ---- y = conv(x, w) + bias:  dx = grad_input(dy, w),  dw = grad_weight(dy, x) ------------------------------- */

static void conv_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_conv *s = node->attributes;
    if (gi_needs(node, 0))
        dx[0] = gi_conv2d_grad_input(dy, node->in[1], s);
    if (gi_needs(node, 1))
        dx[1] = grad_weight(dy, node->in[0], s);
    if (node->n > 2 && gi_needs(node, 2))
        dx[2] = gd_sum_axes(dy, GD_SHAPE(0, 2, 3), false);
}

/* The kernel of dw gives db on the way. */
static gd_fast conv_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gi_conv *s = node->attributes;
    gd_real *dw = dx[1].data, *db = node->n > 2 ? dx[2].data : NULL;
    if (db && !dw)
        return GD_DECLINED;
    const gd_real *g = gi_contiguous_numbers(dy);
    const gd_real *x = gi_contiguous_numbers(node->in[0]), *w = gi_contiguous_numbers(node->in[1]);
    if (!g || !x || !w)
        return GD_FAILED;
    if (dx[0].data && !gi_conv_grad_input(s, g, w, dx[0].data))
        return GD_FAILED;
    return !dw || gi_conv_grad_weight(s, g, x, dw, db) ? GD_DONE : GD_FAILED;
}

const gd_op gi_conv2d_op = {
    .name = "gd_conv2d", .rule = conv_rule, .fast = conv_fast,
    .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
    .formula = "dx = gd_conv2d_grad_input(dy, weight), dweight = gd_conv2d_grad_weight(dy, x), "
               "dbias = gd_sum_axes(dy, (0, 2, 3))"
};

bool gi_conv2d_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    return gi_conv_forward(attributes, x[0]->data, x[1]->data, x[2] ? x[2]->data : NULL, y->data);
}

static gd_tensor *conv(gd_tensor *x, gd_tensor *w, gd_tensor *bias, const gi_conv *s)
{
    if (!x || !w)
        return NULL;
    gd_tensor *y = gi_new("gd_conv2d", 4, (int64_t[]){ s->n, s->o, s->oh, s->ow });
    gd_tensor *images = gd_contiguous(gd_detach(x)), *weights = gd_contiguous(gd_detach(w));
    gd_tensor *start = bias ? gd_contiguous(gd_detach(bias)) : NULL;
    if (!y || !images || !weights || (bias && !start))
        return NULL;
    if (!gi_start("gd_conv2d", gi_conv2d_compute, y, (gd_tensor *const[]){ images, weights, start }, 3, s, sizeof *s))
        return NULL;
    return gd_record(&gi_conv2d_op, y, (gd_tensor *const[]){ x, w, bias }, bias ? 3 : 2, s, sizeof *s);
}

/* ---- z = grad_input(dy, w):  ddy = conv(dz, w),  dw = grad_weight(dy, dz) ----------------------------------- */

static void grad_input_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    const gi_conv *s = node->attributes;
    if (gi_needs(node, 0))
        dx[0] = conv(dz, node->in[1], NULL, s);
    if (gi_needs(node, 1))
        dx[1] = grad_weight(node->in[0], dz, s);
}

static const gd_op grad_input_op = {
    .name = "gd_conv2d_grad_input", .rule = grad_input_rule,
    .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
    .formula = "ddy = gd_conv2d(dz, weight), dweight = gd_conv2d_grad_weight(dy, dz)",
};

static bool grad_input_compute(gd_tensor *z, gd_tensor *const x[], const void *attributes)
{
    return gi_conv_grad_input(attributes, x[0]->data, x[1]->data, z->data);
}

gd_tensor *gi_conv2d_grad_input(gd_tensor *dy, gd_tensor *w, const gi_conv *s)
{
    if (!dy || !w)
        return NULL;
    gd_tensor *z = gi_new("gd_conv2d_grad_input", 4, (int64_t[]){ s->n, s->c, s->h, s->w });
    gd_tensor *from = gd_contiguous(gd_detach(dy)), *weights = gd_contiguous(gd_detach(w));
    gd_tensor *const inputs[] = { from, weights };
    if (!z || !from || !weights
        || !gi_start("gd_conv2d_grad_input", grad_input_compute, z, inputs, 2, s, sizeof *s))
        return NULL;
    return gd_record(&grad_input_op, z, (gd_tensor *const[]){ dy, w }, 2, s, sizeof *s);
}

/* ---- z = grad_weight(dy, x):  ddy = conv(x, dz),  dx = grad_input(dy, dz) ----------------------------------- */

static void grad_weight_rule(const gd_node *node, gd_tensor *dz, gd_tensor **dx)
{
    const gi_conv *s = node->attributes;
    if (gi_needs(node, 0))
        dx[0] = conv(node->in[1], dz, NULL, s);
    if (gi_needs(node, 1))
        dx[1] = gi_conv2d_grad_input(node->in[0], dz, s);
}

static const gd_op grad_weight_op = {
    .name = "gd_conv2d_grad_weight", .rule = grad_weight_rule,
    .reads = GD_READS(0, GD_INPUT(1)) | GD_READS(1, GD_INPUT(0)),
    .formula = "ddy = gd_conv2d(x, dz), dx = gd_conv2d_grad_input(dy, dz)",
};

static bool grad_weight_compute(gd_tensor *z, gd_tensor *const x[], const void *attributes)
{
    return gi_conv_grad_weight(attributes, x[0]->data, x[1]->data, z->data, NULL);
}

static gd_tensor *grad_weight(gd_tensor *dy, gd_tensor *x, const gi_conv *s)
{
    if (!dy || !x)
        return NULL;
    gd_tensor *z = gi_new("gd_conv2d_grad_weight", 4, (int64_t[]){ s->o, s->c / s->groups, s->kh, s->kw });
    gd_tensor *from = gd_contiguous(gd_detach(dy)), *images = gd_contiguous(gd_detach(x));
    gd_tensor *const inputs[] = { from, images };
    if (!z || !from || !images
        || !gi_start("gd_conv2d_grad_weight", grad_weight_compute, z, inputs, 2, s, sizeof *s))
        return NULL;
    return gd_record(&grad_weight_op, z, (gd_tensor *const[]){ dy, x }, 2, s, sizeof *s);
}

/* ---- The public functions ----------------------------------------------------------------------------------- */

/* The number of places of a kernel along an axis; -1, and a message, when there is none. */
static int64_t places(const char *function, int axis, int64_t size, int64_t kernel, int64_t stride,
                      int64_t padding,
                      int64_t dilation)
{
    const int64_t most = INT32_MAX;         /* keeps the products below from overflowing */
    if (stride < 1 || padding < 0 || dilation < 1) {
        gd_fail("%s: stride %" PRId64 ", padding %" PRId64 ", dilation %" PRId64 " of axis %d: stride and "
                "dilation must be at least 1, padding at least 0", function, stride, padding, dilation, axis);
        return -1;
    }
    if (stride > most || padding > most || dilation > most) {
        gd_fail("%s: stride %" PRId64 ", padding %" PRId64 ", dilation %" PRId64 " of axis %d: none may be above %"
                PRId64, function, stride, padding, dilation, axis, most);
        return -1;
    }
    int64_t span = dilation * (kernel - 1) + 1, room = size + 2 * padding;
    if (kernel < 1 || span > room) {
        gd_fail("%s: axis %d of x has %" PRId64 " element%s with its padding, and the kernel spans %" PRId64,
                function, axis, room, gi_plural(room), kernel < 1 ? 0 : span);
        return -1;
    }
    return (room - span) / stride + 1;
}

static bool shapes_fit(const char *function, const gd_tensor *x, const gd_tensor *weight, const gd_tensor *bias,
                       int64_t groups, int ndim)
{
    if (!gi_alive(function, "x", x) || !gi_alive(function, "weight", weight) || !gi_alive(function, "bias", bias))
        return false;
    if (x->ndim != ndim || weight->ndim != ndim)
        return gd_fail("%s: x is %s and weight is %s: they must be [n, channels, %s] and [out, channels / groups, "
                       "%s]", function, gi_text_of(x).s, gi_text_of(weight).s,
                       ndim == 3 ? "length" : "height, width", ndim == 3 ? "k" : "kh, kw");
    int64_t channels = x->shape[1], out = weight->shape[0];
    if (groups < 1 || channels % groups || out % groups || weight->shape[1] != channels / groups)
        return gd_fail("%s: x is %s, weight is %s and groups is %" PRId64 ": weight must be [out, %" PRId64
                       " / groups, ..], and groups divide both numbers of channels", function, gi_text_of(x).s,
                       gi_text_of(weight).s, groups, channels);
    if (bias && (bias->ndim != 1 || bias->shape[0] != out))
        return gd_fail("%s: weight is %s and bias is %s: bias must be [%" PRId64 "]", function,
                       gi_text_of(weight).s,
                       gi_text_of(bias).s, out);
    return true;
}

static gd_tensor *checked_conv(const char *function, gd_tensor *x, gd_tensor *weight, gd_tensor *bias,
                               const gd_conv2d_options *o)
{
    gi_conv s = { .n = x->shape[0], .c = x->shape[1], .h = x->shape[2], .w = x->shape[3], .o = weight->shape[0],
                  .kh = weight->shape[2], .kw = weight->shape[3], .groups = o->groups ? o->groups : 1 };
    for (int i = 0; i < 2; i++) {
        s.stride[i] = o->stride[i] ? o->stride[i] : 1;
        s.padding[i] = o->padding[i];
        s.dilation[i] = o->dilation[i] ? o->dilation[i] : 1;
    }
    s.oh = places(function, 2, s.h, s.kh, s.stride[0], s.padding[0], s.dilation[0]);
    s.ow = s.oh < 0 ? -1 : places(function, 3, s.w, s.kw, s.stride[1], s.padding[1], s.dilation[1]);
    return s.ow < 0 ? NULL : conv(x, weight, bias, &s);
}

gd_tensor *gd_conv2d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, gd_conv2d_options options)
{
    if (!x || !weight || !shapes_fit("gd_conv2d", x, weight, bias, options.groups ? options.groups : 1, 4))
        return NULL;
    return checked_conv("gd_conv2d", x, weight, bias, &options);
}

/* An image of one row. */
gd_tensor *gd_conv1d(gd_tensor *x, gd_tensor *weight, gd_tensor *bias, int64_t stride, int64_t padding,
                     int64_t dilation,
                     int64_t groups)
{
    if (!x || !weight || !shapes_fit("gd_conv1d", x, weight, bias, groups ? groups : 1, 3))
        return NULL;
    gd_conv2d_options o = { { 1, stride }, { 0, padding }, { 1, dilation }, groups };
    x = gd_unsqueeze(x, 2);
    weight = gd_unsqueeze(weight, 2);
    return x && weight ? gd_squeeze(checked_conv("gd_conv1d", x, weight, bias, &o), 2) : NULL;
}
