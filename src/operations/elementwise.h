/* elementwise.h - how one line of the table in elementwise.c becomes an operation.
 *
 * Each line gives the value and, twice, the derivative: in operations, for the rule, and in numbers, for the fast rule.
 * Written out by hand, the line
 *
 *     UNARY(tanh, TANH(x), gd_mul(dy, gd_shift(gd_neg(gd_square(y)), 1)), dy * (1 - y * y), OF_OUTPUT)
 *
 * is
 *
 *     static inline gd_real tanh_value(x, p)      { return TANH(x); }                 p: parameters, if it has any
 *     static gd_real tanh_one(x, p)               { the same, compiled as tanh_loop is or inline }
 *     static void tanh_loop(n, y, x, step, p)     { for each i: y[i] = tanh_value(x[i * step]); }   as vectors
 *     static void tanh_rule(node, dy, dx)         { x = the input, y = the output;  dx[0] = gd_mul(dy, ..); }
 *     static inline gd_real tanh_slope(dy, x, y, p) { return dy * (1 - y * y); }
 *     static void tanh_slope_loop(..)             { for each i: dx[i] = tanh_slope(dy[i], y[i]); }   as vectors
 *     static gd_fast tanh_fast(node, dy, dx)      { one element: tanh_slope; else gi_fast_unary(.., tanh_slope_loop) }
 *     static const gd_op tanh_op = { "gd_tanh", tanh_rule, OF_OUTPUT, "dx = gd_mul(dy, ..)", tanh_fast, true };
 *     gd_tensor *gd_tanh(gd_tensor *x)
 *     {
 *         if x has one element: tanh_one of it, recorded, all inline;
 *         else: gi_apply_unary(&tanh_op, tanh_loop, x, NULL), which takes tensors of every layout
 *     }
 *
 * UNARY_PLAIN and BINARY_PLAIN have no fast rule: the rule passes dy on unchanged, or a fast rule is not worth it.
 * .._1 and .._2 have one and two parameters; PRIVATE_.. defines a static function with the prefix gi_. */
#ifndef GRADUS_ELEMENTWISE_H
#define GRADUS_ELEMENTWISE_H

#include "autograd/record.h"
#include "base/compiler.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "kernels/real.h"
#include "line.h"
#include "tensor/new.h"

gd_tensor *gi_apply_unary(const gd_op *op, gi_unary_loop *loop, gd_tensor *x, const double p[2]);
gd_tensor *gi_apply_binary(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b);
gd_tensor *gi_apply_comparison(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b);
gd_tensor *gi_apply_test(const gd_op *op, gi_unary_loop *loop, gd_tensor *x);

/* gi_with_slope - the loop that computes value and slope together, where that is cheaper; else NULL.
 * gi_times_slope - dx = dy times what is given. */
gi_unary_with_slope_loop *gi_with_slope(gi_unary_loop *value, gi_unary_slope_loop *slope);
extern gi_unary_slope_loop *const gi_times_slope;

/* gi_fast_unary - the fast rule for every layout; of: the input, the output or, where neither is read, NULL.
 * gi_fast_binary - declines where a gradient that is needed has to be summed over broadcast axes. */
gd_fast gi_fast_unary(const gd_node *node, const gd_tensor *dy, const gd_target *dx, gi_unary_slope_loop *loop,
                      const gd_tensor *of, const double *p);
gd_fast gi_fast_binary(const gd_node *node, const gd_tensor *dy, const gd_target *dx, gi_binary_slope_loop *da,
                       gi_binary_slope_loop *db);

/* ONE - how the function of one element is compiled: inline; or, in formulas that fuse multiplications and additions,
 * for the same instruction sets as the loops (KERNEL_ONE), so that an element alone gets the same bits as among many
 * (from gcc; clang fuses single numbers differently here and there, in gelu's last digit). */
#define INLINE_ONE REAL_INLINE
#define KERNEL_ONE GI_KERNEL static

/* Has x a single element?  Then the operation is computed inline, without loops or broadcasting.  Never in debug
 * builds, where apply.c checks every argument, and not while a step is captured. */
#ifdef GD_DEBUG
#define GI_HAS_ONE(x) false
#else
#define GI_HAS_ONE(x) ((x) && (x)->numel == 1)
#endif

static inline bool gi_have_one(const gd_tensor *a, const gd_tensor *b)
{
    return GI_HAS_ONE(a) && GI_HAS_ONE(b) && a->ndim == b->ndim;
}

/* y[0] = value, of the shape of x. */
static inline gd_tensor *gi_new_one(const gd_tensor *x, gd_real value)
{
    gd_tensor *y = gi_new_like(x);
    if (GI_LIKELY(y))
        y->data[0] = value;
    return y;
}

static const gd_real gi_none[2] = { 0, 0 };     /* the parameters of operations without any */

static inline void gi_put(const gd_target *to, gd_real value)
{
    to->data[0] = to->add ? to->data[0] + value : value;
}

/* What a rule reads (see GD_READS): the input or output of a unary operation; DA(..) and DB(..) of a binary
 * one, each with what the gradient of a, of b, reads. */
#define OF_NOTHING  GD_NOTHING
#define OF_INPUT    GD_READS(0, GD_INPUT(0))
#define OF_OUTPUT   GD_READS(0, GD_THE_OUTPUT)
#define A           GD_INPUT(0)
#define B           GD_INPUT(1)
#define Y           GD_THE_OUTPUT
#define DA(mask)    GD_READS(0, mask)
#define DB(mask)    GD_READS(1, mask)

#define UNARY_LOOP(name, value)                                                                          \
    REAL_INLINE gd_real name##_value(gd_real x, const gd_real *p) { (void)p; return value; }             \
    GI_KERNEL static void name##_loop(int64_t n, gd_real *restrict y_, const gd_real *restrict x_,       \
                                      int64_t step, const gd_real *restrict p_)                          \
    {                                                                                                    \
        const gd_real p[2] = { p_[0], p_[1] };                                                           \
        if (step == 1)                                                                                   \
            for (int64_t i = 0; i < n; i++)                                                              \
                y_[i] = name##_value(x_[i], p);                                                          \
        else                                                                                             \
            for (int64_t i = 0; i < n; i++)                                                              \
                y_[i] = name##_value(x_[i * step], p);                                                   \
    }

/* p[0] and p[1] are the parameters, in values and slopes as numbers and in the rule as doubles. */
#define UNARY_RULE(name, derivative)                                                                     \
    static void name##_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)                          \
    {                                                                                                    \
        gd_tensor *x = node->in[0], *y = node->out;                                                      \
        const double *p = node->attributes;                                                              \
        (void)dy, (void)x, (void)y, (void)p;                                                             \
        dx[0] = derivative;                                                                              \
    }

#define UNARY_PLAIN_OP(name, derivative, reads)                                                          \
    UNARY_RULE(name, derivative)                                                                         \
    static const gd_op name##_op = { "gd_" #name, name##_rule, reads, "dx = " #derivative, NULL, false };

#define READ_OF(node, reads) \
    ((reads) & GD_THE_OUTPUT ? (node)->out : (reads) & GD_INPUT(0) ? (node)->in[0] : NULL)

#define UNARY_OP(name, derivative, slope, reads, parameters)                                             \
    UNARY_RULE(name, derivative)                                                                         \
    REAL_INLINE gd_real name##_slope(gd_real dy, gd_real x, gd_real y, const gd_real *p)                 \
    {                                                                                                    \
        (void)dy, (void)x, (void)y, (void)p;                                                             \
        return slope;                                                                                    \
    }                                                                                                    \
    ONE gd_real name##_slope_one(gd_real dy, gd_real of, const gd_real *p)                               \
    {                                                                                                    \
        return name##_slope(dy, of, of, p);                                                              \
    }                                                                                                    \
    GI_KERNEL static void name##_slope_loop(int64_t n, gd_real *restrict dx_, const gd_real *dy_, int64_t dys, \
                                            const gd_real *of_, int64_t ofs, const gd_real *restrict p_) \
    {                                                                                                    \
        const gd_real p[2] = { p_[0], p_[1] };                                                           \
        if (dys == 1 && ofs == 1) {                                                                      \
            for (int64_t i = 0; i < n; i++)                                                              \
                dx_[i] = name##_slope(dy_[i], of_[i], of_[i], p);                                        \
        } else if (dys == 0 && ofs == 1) {                                                               \
            const gd_real dy0 = *dy_;                                                                    \
            for (int64_t i = 0; i < n; i++)                                                              \
                dx_[i] = name##_slope(dy0, of_[i], of_[i], p);                                           \
        } else if (dys == 1 && ofs == 0) {                                                               \
            const gd_real of0 = *of_;                                                                    \
            for (int64_t i = 0; i < n; i++)                                                              \
                dx_[i] = name##_slope(dy_[i], of0, of0, p);                                              \
        } else {                                                                                         \
            for (int64_t i = 0; i < n; i++)                                                              \
                dx_[i] = name##_slope(dy_[i * dys], of_[i * ofs], of_[i * ofs], p);                      \
        }                                                                                                \
    }                                                                                                    \
    static gd_fast name##_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)            \
    {                                                                                                    \
        const gd_tensor *of = READ_OF(node, reads);                                                      \
        const double *p = (parameters) ? node->attributes : NULL;                                        \
        if (!GI_HAS_ONE(dy) || gi_written_down())                                                        \
            return gi_fast_unary(node, dy, dx, name##_slope_loop, of, p);                                \
        const gd_real numbers[2] = { p ? (gd_real)p[0] : 0, p ? (gd_real)p[1] : 0 };                     \
        gi_put(dx, name##_slope_one(dy->data[0], of ? of->data[0] : 0, (parameters) ? numbers : gi_none)); \
        return GD_DONE;                                                                                  \
    }                                                                                                    \
    static const gd_op name##_op = { "gd_" #name, name##_rule, reads, "dx = " #derivative, name##_fast, true };

#define UNARY_FUNCTION(linkage, prefix, name)                                                            \
    linkage gd_tensor *prefix##name(gd_tensor *x)                                                        \
    {                                                                                                    \
        if (!GI_HAS_ONE(x) || gi_capturing())                                                            \
            return gi_apply_unary(&name##_op, name##_loop, x, NULL);                                     \
        gd_tensor *y = gi_new_one(x, name##_one(x->data[0], NULL));                                      \
        return y ? gi_record1(&name##_op, y, x) : NULL;                                                  \
    }

/* The same with a parameter, or two. */
#define UNARY_FUNCTION_WITH(linkage, prefix, name, p0, p1, ...)                                          \
    linkage gd_tensor *prefix##name(gd_tensor *x, __VA_ARGS__)                                           \
    {                                                                                                    \
        const double p[2] = { p0, p1 };                                                                  \
        if (!GI_HAS_ONE(x) || gi_capturing())                                                            \
            return gi_apply_unary(&name##_op, name##_loop, x, p);                                        \
        const gd_real numbers[2] = { (gd_real)p[0], (gd_real)p[1] };                                     \
        gd_tensor *y = gi_new_one(x, name##_one(x->data[0], numbers));                                   \
        return y ? gi_record1_with(&name##_op, y, x, p, sizeof p) : NULL;                                \
    }

#define UNARY_VALUE(name, value)                                                                         \
    UNARY_LOOP(name, value)                                                                              \
    ONE gd_real name##_one(gd_real x, const gd_real *p) { return name##_value(x, p); }

/* Value and slope in one sweep; the slope as the fast rule has it for dy = 1. */
#define UNARY_WITH_SLOPE(name)                                                                           \
    GI_KERNEL static void name##_with_slope_loop(int64_t n, gd_real *restrict y, gd_real *restrict x,    \
                                                 const gd_real *restrict p_)                             \
    {                                                                                                    \
        const gd_real p[2] = { p_[0], p_[1] };                                                           \
        for (int64_t i = 0; i < n; i++) {                                                                \
            const gd_real x_i = x[i];                                                                    \
            y[i] = name##_value(x_i, p);                                                                 \
            x[i] = name##_slope(1, x_i, x_i, p);                                                         \
        }                                                                                                \
    }

#define UNARY(name, value, derivative, slope, reads)                                                     \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_OP(name, derivative, slope, reads, false)                                                      \
    UNARY_FUNCTION(, gd_, name)

#define UNARY_PLAIN(name, value, derivative, reads)                                                      \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_PLAIN_OP(name, derivative, reads)                                                              \
    UNARY_FUNCTION(, gd_, name)

#define PRIVATE_UNARY_PLAIN(name, value, derivative, reads)                                              \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_PLAIN_OP(name, derivative, reads)                                                              \
    UNARY_FUNCTION(static, gi_, name)

#define UNARY_1(name, p0, value, derivative, slope, reads)                                               \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_OP(name, derivative, slope, reads, true)                                                       \
    UNARY_FUNCTION_WITH(, gd_, name, p0, 0, double p0)

#define UNARY_1_PLAIN(name, p0, value, derivative, reads)                                                \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_PLAIN_OP(name, derivative, reads)                                                              \
    UNARY_FUNCTION_WITH(, gd_, name, p0, 0, double p0)

#define PRIVATE_UNARY_1(name, p0, value, derivative, slope, reads)                                       \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_OP(name, derivative, slope, reads, true)                                                       \
    UNARY_FUNCTION_WITH(static, gi_, name, p0, 0, double p0)

/* Piecewise constant functions, such as the slope of gd_leaky_relu: the derivative is 0. */
#define PLACE_1(name, p0, value)                                                                         \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_PLAIN_OP(name, gd_zeros_like(x), OF_NOTHING)                                                   \
    UNARY_FUNCTION_WITH(static, gi_, name, p0, 0, double p0)

#define PLACE_2(name, p0, p1, value)                                                                     \
    UNARY_VALUE(name, value)                                                                             \
    UNARY_PLAIN_OP(name, gd_zeros_like(x), OF_NOTHING)                                                   \
    UNARY_FUNCTION_WITH(static, gi_, name, p0, p1, double p0, double p1)

#define BINARY_LOOP(name, value)                                                                         \
    REAL_INLINE gd_real name##_value(gd_real a, gd_real b) { return value; }                             \
    GI_KERNEL static void name##_loop(int64_t n, gd_real *restrict y_, const gd_real *a_, int64_t as,    \
                                      const gd_real *b_, int64_t bs)                                     \
    {                                                                                                    \
        if (as == 1 && bs == 1) {                                                                        \
            for (int64_t i = 0; i < n; i++)                                                              \
                y_[i] = name##_value(a_[i], b_[i]);                                                      \
        } else if (as == 1 && bs == 0) {                                                                 \
            const gd_real b0 = *b_;                                                                      \
            for (int64_t i = 0; i < n; i++)                                                              \
                y_[i] = name##_value(a_[i], b0);                                                         \
        } else if (as == 0 && bs == 1) {                                                                 \
            const gd_real a0 = *a_;                                                                      \
            for (int64_t i = 0; i < n; i++)                                                              \
                y_[i] = name##_value(a0, b_[i]);                                                         \
        } else {                                                                                         \
            for (int64_t i = 0; i < n; i++)                                                              \
                y_[i] = name##_value(a_[i * as], b_[i * bs]);                                            \
        }                                                                                                \
    }

/* In the backward pass a derivative is computed only for an input that needs it. */
#define BINARY_RULE(name, derivative_a, derivative_b)                                                    \
    static void name##_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)                          \
    {                                                                                                    \
        gd_tensor *a = node->in[0], *b = node->in[1], *y = node->out;                                    \
        (void)dy, (void)a, (void)b, (void)y;                                                             \
        if (gi_needs(node, 0))                                                                           \
            dx[0] = derivative_a;                                                                        \
        if (gi_needs(node, 1))                                                                           \
            dx[1] = derivative_b;                                                                        \
    }

#define BINARY_PLAIN_OP(name, derivative_a, derivative_b, reads)                                         \
    BINARY_RULE(name, derivative_a, derivative_b)                                                        \
    static const gd_op name##_op = { "gd_" #name, name##_rule, reads,                                    \
                                     "da = " #derivative_a ", db = " #derivative_b, NULL, false };

/* The calls pass constant steps in the usual cases, so that compilers vectorise the inlined loop. */
#define BINARY_SLOPE(name, slope)                                                                        \
    REAL_INLINE gd_real name##_at(gd_real dy, gd_real a, gd_real b, gd_real y)                           \
    {                                                                                                    \
        (void)dy, (void)a, (void)b, (void)y;                                                             \
        return slope;                                                                                    \
    }                                                                                                    \
    ONE gd_real name##_one(gd_real dy, gd_real a, gd_real b, gd_real y) { return name##_at(dy, a, b, y); } \
    REAL_INLINE void name##_steps(int64_t n, gd_real *restrict dx, const gi_pair *p, const int64_t dys,  \
                                  const int64_t as, const int64_t bs, const int64_t ys)                  \
    {                                                                                                    \
        const gd_real *dy = p->dy, *a = p->a, *b = p->b, *y = p->y;                                      \
        for (int64_t i = 0; i < n; i++)                                                                  \
            dx[i] = name##_at(dy[i * dys], a[i * as], b[i * bs], y[i * ys]);                             \
    }                                                                                                    \
    GI_KERNEL static void name##_loop(int64_t n, gd_real *dx, const gi_pair *p)                          \
    {                                                                                                    \
        const int64_t dys = p->dy_step, as = p->a_step, bs = p->b_step, ys = p->y_step;                  \
        if (ys == 1 && dys == 1 && as == 1 && bs == 1)                                                   \
            name##_steps(n, dx, p, 1, 1, 1, 1);                                                          \
        else if (ys == 1 && dys == 1 && as == 1 && bs == 0)                                              \
            name##_steps(n, dx, p, 1, 1, 0, 1);                                                          \
        else if (ys == 1 && dys == 1 && as == 0 && bs == 1)                                              \
            name##_steps(n, dx, p, 1, 0, 1, 1);                                                          \
        else if (ys == 1 && dys == 0 && as == 1 && bs == 1)                                              \
            name##_steps(n, dx, p, 0, 1, 1, 1);                                                          \
        else                                                                                             \
            name##_steps(n, dx, p, dys, as, bs, ys);                                                     \
    }

#define BINARY_OP(name, derivative_a, slope_a, derivative_b, slope_b, reads)                             \
    BINARY_RULE(name, derivative_a, derivative_b)                                                        \
    BINARY_SLOPE(name##_da, slope_a)                                                                     \
    BINARY_SLOPE(name##_db, slope_b)                                                                     \
    static gd_fast name##_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)            \
    {                                                                                                    \
        if (!GI_HAS_ONE(dy) || gi_written_down())                                                        \
            return gi_fast_binary(node, dy, dx, name##_da_loop, name##_db_loop);                         \
        const gd_real dy0 = dy->data[0], a = node->in[0]->data[0], b = node->in[1]->data[0];             \
        const gd_real y = node->out->data[0];                                                            \
        if (dx[0].data)                                                                                  \
            gi_put(&dx[0], name##_da_one(dy0, a, b, y));                                                 \
        if (dx[1].data)                                                                                  \
            gi_put(&dx[1], name##_db_one(dy0, a, b, y));                                                 \
        return GD_DONE;                                                                                  \
    }                                                                                                    \
    static const gd_op name##_op = { "gd_" #name, name##_rule, reads,                                    \
                                     "da = " #derivative_a ", db = " #derivative_b, name##_fast, true };

#define BINARY_FUNCTION(linkage, prefix, name)                                                           \
    linkage gd_tensor *prefix##name(gd_tensor *a, gd_tensor *b)                                          \
    {                                                                                                    \
        if (GI_UNLIKELY(!gi_have_one(a, b) || gi_capturing()))                                           \
            return gi_apply_binary(&name##_op, name##_loop, a, b);                                       \
        gd_tensor *y = gi_new_one(a, name##_one(a->data[0], b->data[0]));                                \
        return y ? gi_record2(&name##_op, y, a, b) : NULL;                                               \
    }

#define BINARY_VALUE(name, value)                                                                        \
    BINARY_LOOP(name, value)                                                                             \
    ONE gd_real name##_one(gd_real a, gd_real b) { return name##_value(a, b); }

#define BINARY(name, value, derivative_a, slope_a, derivative_b, slope_b, reads)                         \
    BINARY_VALUE(name, value)                                                                            \
    BINARY_OP(name, derivative_a, slope_a, derivative_b, slope_b, reads)                                 \
    BINARY_FUNCTION(, gd_, name)

#define BINARY_PLAIN(name, value, derivative_a, derivative_b, reads)                                     \
    BINARY_VALUE(name, value)                                                                            \
    BINARY_PLAIN_OP(name, derivative_a, derivative_b, reads)                                             \
    BINARY_FUNCTION(, gd_, name)

#define PRIVATE_BINARY(name, value, derivative_a, slope_a, derivative_b, slope_b, reads)                 \
    BINARY_VALUE(name, value)                                                                            \
    BINARY_OP(name, derivative_a, slope_a, derivative_b, slope_b, reads)                                 \
    BINARY_FUNCTION(static, gi_, name)

#define COMPARISON_OP(linkage, prefix, name, value)                                                      \
    BINARY_LOOP(name, value)                                                                             \
    static const gd_op name##_op = { "gd_" #name, NULL, GD_NOTHING, NULL, NULL, false };                 \
    linkage gd_tensor *prefix##name(gd_tensor *a, gd_tensor *b)                                          \
    {                                                                                                    \
        return gi_apply_comparison(&name##_op, name##_loop, a, b);                                       \
    }

/* Whether something is true of a number: a constant, as a comparison. */
#define TEST(name, condition)                                                                            \
    UNARY_LOOP(name, (condition) ? 1 : 0)                                                                \
    static const gd_op name##_op = { "gd_" #name, NULL, GD_NOTHING, NULL, NULL, false };                 \
    gd_tensor *gd_##name(gd_tensor *x) { return gi_apply_test(&name##_op, name##_loop, x); }

#define COMPARISON(name, condition)     COMPARISON_OP(, gd_, name, (condition) ? 1 : 0)
#define PRIVATE_COMPARISON(name, value) COMPARISON_OP(static, gi_, name, value)

#endif
