/* convolution.c - convolution and its two gradients, by their definition:
 *
 *     y[n, o, r, q] = bias[o] + sum over c, u, v of w[o, c, u, v] x[n, c, i, j]
 *
 * where kernel position (u, v) meets input row i = r stride + u dilation - padding, and column j likewise.  Only the
 * channels c of o's group take part, and only positions (i, j) inside the image: around it are zeros. */
#include "kernels/reference/reference.h"

/* The input row (axis 0) or column (axis 1) that position u of the kernel meets at output place r; -1: padding. */
static int64_t input_place(const gi_conv *s, int axis, int64_t r, int64_t u)
{
    const int64_t i = r * s->stride[axis] + u * s->dilation[axis] - s->padding[axis];
    return i < (axis == 0 ? s->h : s->w) ? i : -1;
}

/* Its inverse: the output place at which position u meets input place i; -1: there is none. */
static int64_t output_place(const gi_conv *s, int axis, int64_t i, int64_t u)
{
    const int64_t r = i + s->padding[axis] - u * s->dilation[axis];
    return r >= 0 && r % s->stride[axis] == 0 && r / s->stride[axis] < (axis == 0 ? s->oh : s->ow)
         ? r / s->stride[axis] : -1;
}

/* Where an element stands; c counts the channels of a group. */
static int64_t in_x(const gi_conv *s, int64_t n, int64_t group, int64_t c, int64_t i, int64_t j)
{
    return ((n * s->c + group * (s->c / s->groups) + c) * s->h + i) * s->w + j;
}

static int64_t in_w(const gi_conv *s, int64_t o, int64_t c, int64_t u, int64_t v)
{
    return ((o * (s->c / s->groups) + c) * s->kh + u) * s->kw + v;
}

static int64_t in_y(const gi_conv *s, int64_t n, int64_t o, int64_t r, int64_t q)
{
    return ((n * s->o + o) * s->oh + r) * s->ow + q;
}

void gi_conv_forward_reference(const gi_conv *s, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y)
{
    for (int64_t n = 0; n < s->n; n++)
        for (int64_t o = 0; o < s->o; o++)
            for (int64_t r = 0; r < s->oh; r++)
                for (int64_t q = 0; q < s->ow; q++) {
                    gi_wide sum = bias ? (gi_wide)bias[o] : 0;
                    for (int64_t c = 0; c < s->c / s->groups; c++)
                        for (int64_t u = 0; u < s->kh; u++)
                            for (int64_t v = 0; v < s->kw; v++) {
                                const int64_t i = input_place(s, 0, r, u), j = input_place(s, 1, q, v);
                                if (i >= 0 && j >= 0)
                                    sum += (gi_wide)w[in_w(s, o, c, u, v)]
                                         * (gi_wide)x[in_x(s, n, o / (s->o / s->groups), c, i, j)];
                            }
                    y[in_y(s, n, o, r, q)] = (gd_real)sum;
                }
}

/* dx[n, c, i, j] = sum over the o of c's group, u and v of w[o, c, u, v] dy[n, o, r, q] */
void gi_conv_grad_input_reference(const gi_conv *s, const gd_real *dy, const gd_real *w, gd_real *dx)
{
    const int64_t in = s->c / s->groups, out = s->o / s->groups;
    for (int64_t n = 0; n < s->n; n++)
        for (int64_t c = 0; c < s->c; c++)
            for (int64_t i = 0; i < s->h; i++)
                for (int64_t j = 0; j < s->w; j++) {
                    gi_wide sum = 0;
                    for (int64_t o = c / in * out; o < (c / in + 1) * out; o++)
                        for (int64_t u = 0; u < s->kh; u++)
                            for (int64_t v = 0; v < s->kw; v++) {
                                const int64_t r = output_place(s, 0, i, u), q = output_place(s, 1, j, v);
                                if (r >= 0 && q >= 0)
                                    sum += (gi_wide)w[in_w(s, o, c % in, u, v)] * (gi_wide)dy[in_y(s, n, o, r, q)];
                            }
                    dx[in_x(s, n, c / in, c % in, i, j)] = (gd_real)sum;
                }
}

static gi_wide weight_sum(const gi_conv *s, const gd_real *dy, const gd_real *x, int64_t o, int64_t c, int64_t u,
                          int64_t v)
{
    gi_wide sum = 0;
    for (int64_t n = 0; n < s->n; n++)
        for (int64_t r = 0; r < s->oh; r++)
            for (int64_t q = 0; q < s->ow; q++) {
                const int64_t i = input_place(s, 0, r, u), j = input_place(s, 1, q, v);
                if (i >= 0 && j >= 0)
                    sum += (gi_wide)dy[in_y(s, n, o, r, q)]
                         * (gi_wide)x[in_x(s, n, o / (s->o / s->groups), c, i, j)];
            }
    return sum;
}

/* dw[o, c, u, v] = sum over n, r, q of dy[n, o, r, q] x[n, c, i, j],  db[o] = sum over n, r, q of dy[n, o, r, q] */
void gi_conv_grad_weight_reference(const gi_conv *s, const gd_real *dy, const gd_real *x, gd_real *dw, gd_real *db)
{
    for (int64_t o = 0; o < s->o; o++) {
        for (int64_t c = 0; c < s->c / s->groups; c++)
            for (int64_t u = 0; u < s->kh; u++)
                for (int64_t v = 0; v < s->kw; v++)
                    dw[in_w(s, o, c, u, v)] = (gd_real)weight_sum(s, dy, x, o, c, u, v);
        gi_wide sum = 0;
        for (int64_t n = 0; n < s->n && db; n++)
            sum += gi_sum_reference(s->oh * s->ow, dy + in_y(s, n, o, 0, 0), 1);
        if (db)
            db[o] = (gd_real)sum;
    }
}
