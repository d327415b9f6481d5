/* median.c - the median of all elements, or along an axis.
 *
 * The middle one is found digit by digit: numbers whose bits are arranged in their order are counted by their highest
 * eight bits, only those of the middle one's group are kept and counted by the next eight, and so on.  That takes a
 * multiple of n steps whatever the numbers are. */
#include <math.h>

#include "autograd/record.h"
#include "sum.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "gradus/picking.h"
#include "elementwise_parts.h"
#include "kernels/real.h"
#include "lines.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/shape.h"

enum { DIGIT = 8, VALUES = 1 << DIGIT, WORD = 8 * (int)sizeof(real_word) };
static const real_word sign = (real_word)1 << (WORD - 1);

/* Words are in the order of their numbers; -0 is 0. */
static real_word word_of(gd_real x)
{
    const real_word bits = real_bits(x + 0);
    return bits & sign ? ~bits : bits | sign;
}

static gd_real number_of(real_word word)
{
    return real_from_bits(word & sign ? word & ~sign : ~word);
}

/* Element number rank, 0 <= rank < n, in ascending order.  The words are not kept. */
static real_word nth(real_word *words, int64_t n, int64_t rank)
{
    for (int shift = WORD - DIGIT; shift >= 0 && n > 1; shift -= DIGIT) {
        int64_t count[VALUES] = { 0 }, kept = 0;
        for (int64_t i = 0; i < n; i++)
            count[words[i] >> shift & (VALUES - 1)]++;
        unsigned digit = 0;
        for (; rank >= count[digit]; digit++)
            rank -= count[digit];
        for (int64_t i = 0; i < n; i++)
            if ((words[i] >> shift & (VALUES - 1)) == digit)
                words[kept++] = words[i];
        n = kept;
    }
    return words[0];
}

/* Element number (n - 1) / 2, or NaN where there is one; room for n words. */
static gd_real middle(int64_t n, const gd_real *x, int64_t step, real_word *room)
{
    for (int64_t i = 0; i < n; i++) {
        if (isnan(x[i * step]))
            return x[i * step];
        room[i] = word_of(x[i * step]);
    }
    return number_of(nth(room, n, (n - 1) / 2));
}

static void median_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_axes *axes = node->attributes;
    gd_tensor *x = node->in[0], *hit = gi_same(x, gi_with_axes(node->out, x, *axes));
    gd_tensor *share = gd_div(gi_with_axes(dy, x, *axes), gi_sum_over(hit, (gi_axes){ axes->mask, true }));
    dx[0] = gi_masked(share, hit);
}

static const gd_op median_op = {
    .name = "gd_median", .rule = median_rule, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "dx = dy where x = y, shared",
};

static bool median_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const int *axis = attributes;
    const gi_lines l = gi_lines_along(x[0], *axis);
    const gd_real *from = gi_contiguous_numbers(x[0]);
    real_word *room = from ? gi_arena_take(gi_current_scope(), (size_t)l.n * sizeof *room) : NULL;
    if (!room)
        return false;
    for (int64_t i = 0; i < l.count; i++)
        y->data[i] = middle(l.n, from + gi_line_start(&l, i), l.after, room);
    return true;
}

static gd_tensor *median(const char *function, gd_tensor *x, int axis, bool keep)
{
    const gi_axes axes = { 1u << axis, keep };
    const gi_lines l = gi_lines_along(x, axis);
    if (l.n == 0 && l.count > 0)
        return gd_fail("%s: x is %s: nothing to choose from", function, gi_text_of(x).s);
    gd_tensor *y = gi_new_reduced(function, x, axes);
    return y && gi_start_one(function, median_compute, y, x, &axis, sizeof axis)
               ? gd_record(&median_op, y, &x, 1, &axes, sizeof axes) : NULL;
}

gd_tensor *gd_median_axis(gd_tensor *x, int axis, bool keep)
{
    const int at = x && gi_alive("gd_median_axis", "x", x) ? gi_valid_axis("gd_median_axis", axis, x->ndim) : -1;
    return at < 0 ? NULL : median("gd_median_axis", x, at, keep);
}

gd_tensor *gd_median(gd_tensor *x)
{
    if (!x || !gi_alive("gd_median", "x", x))
        return NULL;
    if (x->numel == 0)
        return gd_fail("gd_median: x is %s: nothing to choose from", gi_text_of(x).s);
    gd_tensor *line = gd_reshape(x, GD_SHAPE(x->numel));
    return line ? median("gd_median", line, 0, false) : NULL;
}
