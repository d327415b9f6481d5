/* positions.c - positions in a sequence for attention, which does not see them: angles that grow with the position, at
 * a frequency of its own for each pair of features. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "gradus/operations.h"
#include "kernels/quarter_turns.h"
#include "tensor/alive.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* [length, pairs] of the cosines and sines of p base^(-2 i / width). */
static bool angles(int64_t first, int64_t length, int64_t pairs, int64_t width, double base, gd_tensor **cosines,
                   gd_tensor **sines)
{
    const int64_t shape[] = { length, pairs };
    gd_tensor *c = *cosines = gi_new("gd_rotary", 2, shape), *s = *sines = gi_new("gd_rotary", 2, shape);
    for (int64_t i = 0; c && s && i < pairs; i++) {
        const double frequency = pow(base, -2 * (double)i / (double)width);
        for (int64_t p = 0; p < length; p++) {
            c->data[p * pairs + i] = (gd_real)gi_cos(((double)first + (double)p) * frequency);
            s->data[p * pairs + i] = (gd_real)gi_sin(((double)first + (double)p) * frequency);
        }
    }
    return c && s;
}

/* The first or second feature of every pair, [.., length, pairs]. */
static gd_tensor *of_pairs(gd_tensor *x, bool halves, int64_t which)
{
    const int64_t d = x->shape[x->ndim - 1];
    return halves ? gd_slice(x, -1, which * (d / 2), (which + 1) * (d / 2), 1) : gd_slice(x, -1, which, d, 2);
}

gd_tensor *gd_rotary(gd_tensor *x, int64_t first, double base, bool halves)
{
    static const char function[] = "gd_rotary";
    if (!x || !gi_alive(function, "x", x))
        return NULL;
    if (x->ndim < 2 || x->shape[x->ndim - 1] % 2)
        return gd_fail("%s: x is %s: it must be [.., length, d] with an even d", function, gi_text_of(x).s);
    if (!(base > 0) || isinf(base))
        return gd_fail("%s: base = %g must be positive and finite", function, base);
    const int64_t d = x->shape[x->ndim - 1];
    gd_tensor *c, *s;
    if (!angles(first, x->shape[x->ndim - 2], d / 2, d, base, &c, &s) || !gi_same_each_run(function, c)
        || !gi_same_each_run(function, s))
        return NULL;
    gd_tensor *a = of_pairs(x, halves, 0), *b = of_pairs(x, halves, 1);
    gd_tensor *turned[] = { gd_sub(gd_mul(a, c), gd_mul(b, s)), gd_add(gd_mul(a, s), gd_mul(b, c)) };
    if (!turned[0] || !turned[1])
        return NULL;
    return halves ? gd_concat(turned, 2, -1) : gd_reshape(gd_stack(turned, 2, -1), gd_shape_of_tensor(x));
}

gd_tensor *gd_sinusoidal_positions(int64_t length, int64_t width)
{
    const int64_t pairs = width / 2 + width % 2;
    gd_tensor *y = gi_new("gd_sinusoidal_positions", 2, (int64_t[]){ length, width }), *c, *s;
    if (!y || !angles(0, length, pairs, width, 10000, &c, &s))
        return NULL;
    for (int64_t k = 0; k < y->numel; k++) {
        const int64_t row = k / width, column = k % width;
        y->data[k] = (column % 2 ? c : s)->data[row * pairs + column / 2];
    }
    return gi_same_each_run("gd_sinusoidal_positions", y);
}
