/* elementwise.h - how one line of the table in elementwise.c becomes an operation.
 *
 * Each line gives the value and the derivative.  Written out by hand, the line
 *
 *     UNARY(exp, EXP(x), gd_mul(dy, y), OF_OUTPUT)
 *
 * is
 *
 *     static inline gd_real exp_value(x, p)      { return EXP(x); }                 p: parameters, for those with some
 *     static gd_real exp_one(x, p)               { the same, compiled as exp_loop is or inline }
 *     static void exp_loop(n, y, x, step, p)     { for each i: y[i] = exp_value(x[i * step]); }   as vectors
 *     static void exp_rule(node, dy, dx)         { x = the input, y = the output;  dx[0] = gd_mul(dy, y); }
 *     static const gd_op exp_op = { "gd_exp", exp_rule, OF_OUTPUT, "dx = gd_mul(dy, y)" };
 *     gd_tensor *gd_exp(gd_tensor *x)
 *     {
 *         if x has one element: exp_one of it, recorded, all inline;
 *         else: gi_apply_unary(&exp_op, exp_loop, x, NULL), which takes tensors of every layout
 *     }
 */
#ifndef GRADUS_ELEMENTWISE_H
#define GRADUS_ELEMENTWISE_H

#include <stdbool.h>

#include "autograd/engine.h"
#include "base/compiler.h"
#include "gradus/tensor.h"
#include "kernels/real.h"
#include "tensor/new.h"

/* y[i] = f(x[i * step]; p): y is contiguous, p holds up to two parameters. */
typedef void gi_unary_loop(int64_t n, gd_real *y, const gd_real *x, int64_t step, const gd_real p[2]);

/* The function of one element: inline; or, in files whose kernels fuse multiplications and additions, compiled for
 * the same instruction sets as these, so that an element alone gets the same bits as among many (from gcc;
 * clang fuses single numbers differently here and there, in gelu's last digit). */
#ifdef ONE_ALONE_IS_A_KERNEL
#define ONE GI_KERNEL static
#else
#define ONE REAL_INLINE
#endif

/* y[i] = f(a[i * a_step], b[i * b_step]). */
typedef void gi_binary_loop(int64_t n, gd_real *y, const gd_real *a, int64_t a_step, const gd_real *b,
                            int64_t b_step);

gd_tensor *gi_apply_unary(const gd_op *op, gi_unary_loop *loop, gd_tensor *x, const double p[2]);
gd_tensor *gi_apply_binary(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b);
gd_tensor *gi_apply_comparison(const gd_op *op, gi_binary_loop *loop, gd_tensor *a, gd_tensor *b);

/* One element: nothing to compare, to loop over or to broadcast, and what is left is done inline.  In debug
 * builds never, so that apply.c sees every argument. */
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

/* p[0] and p[1] are the parameters, in the value as numbers and in the rule as doubles. */
#define UNARY_RULE(name, derivative, reads)                                                              \
    static void name##_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)                          \
    {                                                                                                    \
        gd_tensor *x = node->in[0], *y = node->out;                                                      \
        const double *p = node->attributes;                                                              \
        (void)dy, (void)x, (void)y, (void)p;                                                             \
        dx[0] = derivative;                                                                              \
    }                                                                                                    \
    static const gd_op name##_op = { "gd_" #name, name##_rule, reads, "dx = " #derivative };

#define UNARY(name, value, derivative, reads)                                                            \
    UNARY_LOOP(name, value)                                                                              \
    ONE gd_real name##_one(gd_real x, const gd_real *p) { return name##_value(x, p); }                   \
    UNARY_RULE(name, derivative, reads)                                                                  \
    gd_tensor *gd_##name(gd_tensor *x)                                                                   \
    {                                                                                                    \
        if (!GI_HAS_ONE(x))                                                                              \
            return gi_apply_unary(&name##_op, name##_loop, x, NULL);                                     \
        gd_tensor *y = gi_new_one(x, name##_one(x->data[0], NULL));                                      \
        return y ? gi_record1(&name##_op, y, x) : NULL;                                                  \
    }

/* The same with a parameter, or two. */
#define UNARY_1(name, p0, value, derivative, reads)                                                      \
    UNARY_LOOP(name, value)                                                                              \
    ONE gd_real name##_one(gd_real x, const gd_real *p) { return name##_value(x, p); }                   \
    UNARY_RULE(name, derivative, reads)                                                                  \
    gd_tensor *gd_##name(gd_tensor *x, double p0)                                                        \
    {                                                                                                    \
        const double p[2] = { p0, 0 };                                                                   \
        if (!GI_HAS_ONE(x))                                                                              \
            return gi_apply_unary(&name##_op, name##_loop, x, p);                                        \
        const gd_real numbers[2] = { (gd_real)p[0], (gd_real)p[1] };                                     \
        gd_tensor *y = gi_new_one(x, name##_one(x->data[0], numbers));                                   \
        return y ? gi_record1_with(&name##_op, y, x, p, sizeof p) : NULL;                                \
    }

#define UNARY_2(name, p0, p1, value, derivative, reads)                                                  \
    UNARY_LOOP(name, value)                                                                              \
    ONE gd_real name##_one(gd_real x, const gd_real *p) { return name##_value(x, p); }                   \
    UNARY_RULE(name, derivative, reads)                                                                  \
    gd_tensor *gd_##name(gd_tensor *x, double p0, double p1)                                             \
    {                                                                                                    \
        const double p[2] = { p0, p1 };                                                                  \
        if (!GI_HAS_ONE(x))                                                                              \
            return gi_apply_unary(&name##_op, name##_loop, x, p);                                        \
        const gd_real numbers[2] = { (gd_real)p[0], (gd_real)p[1] };                                     \
        gd_tensor *y = gi_new_one(x, name##_one(x->data[0], numbers));                                   \
        return y ? gi_record1_with(&name##_op, y, x, p, sizeof p) : NULL;                                \
    }

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

/* A derivative is computed only where it is asked for. */
#define BINARY(name, value, derivative_a, derivative_b, reads)                                           \
    BINARY_LOOP(name, value)                                                                             \
    ONE gd_real name##_one(gd_real a, gd_real b) { return name##_value(a, b); }                          \
    static void name##_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)                          \
    {                                                                                                    \
        gd_tensor *a = node->in[0], *b = node->in[1], *y = node->out;                                    \
        (void)dy, (void)a, (void)b, (void)y;                                                             \
        if (gi_wanted(node, 0))                                                                          \
            dx[0] = derivative_a;                                                                        \
        if (gi_wanted(node, 1))                                                                          \
            dx[1] = derivative_b;                                                                        \
    }                                                                                                    \
    static const gd_op name##_op = { "gd_" #name, name##_rule, reads,                                    \
                                     "da = " #derivative_a ", db = " #derivative_b };                    \
    gd_tensor *gd_##name(gd_tensor *a, gd_tensor *b)                                                     \
    {                                                                                                    \
        if (!gi_have_one(a, b))                                                                          \
            return gi_apply_binary(&name##_op, name##_loop, a, b);                                       \
        gd_tensor *y = gi_new_one(a, name##_one(a->data[0], b->data[0]));                                \
        return y ? gi_record2(&name##_op, y, a, b) : NULL;                                               \
    }

#define COMPARISON(name, condition) COMPARISON_VALUE(name, (condition) ? 1 : 0)

#define COMPARISON_VALUE(name, value)                                                                    \
    BINARY_LOOP(name, value)                                                                             \
    static const gd_op name##_op = { "gd_" #name, NULL, GD_NOTHING, NULL };                              \
    gd_tensor *gd_##name(gd_tensor *a, gd_tensor *b)                                                     \
    {                                                                                                    \
        return gi_apply_comparison(&name##_op, name##_loop, a, b);                                       \
    }

#endif
