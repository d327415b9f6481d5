/* with_slope.c - a function and its slope in one sweep: for captured steps, which know that both are needed. */
#include "elementwise.h"

static void with_slope_part(void *line, int64_t begin, int64_t end)
{
    const gi_line *u = line;
    u->loop.unary_with_slope(end - begin, u->y + begin, (gd_real *)(uintptr_t)u->x[0] + begin, u->p);
}

static bool with_slope_whole(gd_tensor *y, gd_tensor *const x[], const void *line)
{
    (void)y;
    (void)x;
    const gi_line *u = line;
    u->loop.unary_with_slope(u->n, u->y, (gd_real *)(uintptr_t)u->x[0], u->p);
    return true;
}

void gi_line_keep_slope(gi_line *value, gi_line *rule)
{
    gi_unary_with_slope_loop *both = gi_with_slope(value->loop.unary, rule->loop.unary_slope);
    if (!both || rule->x[1] != value->x[0] || rule->n != value->n)
        return;
    value->part = with_slope_part;
    value->whole = with_slope_whole;
    value->loop.unary_with_slope = both;
    value->changes_x = true;
    rule->loop.unary_slope = gi_times_slope;
}
