/* reference.h - what the kernels compute, each by its definition: plain loops, no blocking, no vectors, no threads.
 *
 * To be read before the fast ones.  Each has the name of the fast function and _reference behind it, and is called in
 * the same way:
 *
 *     product.c       gi_gemm                 c = a b                                    fast: gemm.c
 *     convolution.c   gi_conv_forward, gi_conv_grad_input, gi_conv_grad_weight           fast: as_written/conv.c
 *     attention.c     gi_attend, gi_attend_grad                                          fast: attend.c
 *     softmax.c       softmax, log-softmax, logsumexp, cross-entropy of a row        fast: softmax.c, logsumexp.c, ..
 *     layer_norm.c    layer norm of a row                                                fast: layer_norm.c
 *     standardize.c   groups brought to mean 0 and variance 1                     fast: as_written/standardize.c
 *     pooling.c       max and mean pooling of an image                            fast: as_written/max_pool.c, ..
 *     sums.c          gi_real_sum, gi_real_dot, gi_real_sum_columns                      fast: as_written/sums.c
 *     functions.c     real_exp, real_log, real_tanh, ..                                  fast: real_functions.h
 *
 * The tests compare the fast kernels with these, and a build with -DGD_PLAIN computes with these alone.  Sums are
 * kept in gi_wide and rounded once, so that what differs from a reference by more than its own error bound is wrong. */
#ifndef GRADUS_REFERENCE_H
#define GRADUS_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/tensor.h"
#include "kernels/conv.h"
#include "kernels/heads.h"
#include "kernels/matrix.h"
#include "kernels/pool.h"
#include "kernels/standardize.h"

/* The next wider type. */
#ifdef GD_DOUBLE
typedef long double gi_wide;
#else
typedef double gi_wide;
#endif

void gi_gemm_reference(gi_matrix a, gi_matrix b, gd_real *c, int64_t c_stride, bool accumulate);

void gi_conv_forward_reference(const gi_conv *s, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y);
void gi_conv_grad_input_reference(const gi_conv *s, const gd_real *dy, const gd_real *w, gd_real *dx);
void gi_conv_grad_weight_reference(const gi_conv *s, const gd_real *dy, const gd_real *x, gd_real *dw, gd_real *db);

/* Rows of n numbers: see kernels/softmax.h.  y may be x. */
void gi_softmax_reference(int64_t n, gd_real *y, const gd_real *x);
void gi_softmax_slope_reference(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y);
void gi_log_softmax_reference(int64_t n, gd_real *y, const gd_real *x);
void gi_log_softmax_slope_reference(int64_t n, gd_real *dx, const gd_real *dy, const gd_real *y);
gd_real gi_logsumexp_reference(int64_t n, const gd_real *x, int64_t step);
void gi_logsumexp_slope_reference(int64_t n, gd_real *dx, const gd_real *x, int64_t step, gd_real dy);
gd_real gi_cross_entropy_reference(int64_t classes, const gd_real *x, int64_t label);
void gi_cross_entropy_slope_reference(int64_t classes, const gd_real *x, int64_t label, gd_real g, gd_real *z);

/* p is [count, queries, keys]; work has queries x keys numbers. */
void gi_attend_reference(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                         const gi_heads *y, gd_real *p);
void gi_attend_grad_reference(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                              const gi_heads *dy, const gd_real *p, gi_attend_slopes to, gd_real *work);

/* A row of n numbers: see kernels/layer_norm.h. */
void gi_layer_norm_reference(int64_t n, double eps, const gd_real *x, const gd_real *w, const gd_real *b, gd_real *y);
void gi_layer_norm_slope_reference(int64_t n, double eps, const gd_real *x, const gd_real *w, const gd_real *dy,
                                   gd_real *dx);
void gi_layer_norm_add_reference(int64_t n, double eps, const gd_real *x, const gd_real *dy, gd_real *dw, gd_real *db);

/* See kernels/standardize.h. */
void gi_standardize_reference(gi_groups *s, gd_real *y, const gd_real *x);
void gi_standardize_grad_reference(const gi_groups *s, gd_real *dx, const gd_real *dy, const gd_real *y);

/* See kernels/pool.h. */
void gi_max_pool_reference(const gi_windows *s, const gd_real *x, gd_real *y, int32_t *at);
void gi_mean_pool_reference(const gi_windows *s, const gd_real *x, gd_real *y);
void gi_mean_pool_spread_reference(const gi_windows *s, const gd_real *y, gd_real *x);

gi_wide gi_sum_reference(int64_t n, const gd_real *x, int64_t stride);
gi_wide gi_dot_reference(int64_t n, const gd_real *a, const gd_real *b);
gi_wide gi_squared_distance_reference(int64_t n, const gd_real *a, const gd_real *b);
void gi_sum_columns_reference(int64_t rows, int64_t columns, const gd_real *x, int64_t row, int64_t step, gd_real *y);

gi_wide gi_exp_reference(gi_wide x);
gi_wide gi_expm1_reference(gi_wide x);              /* e^x - 1 */
gi_wide gi_log_reference(gi_wide x);
gi_wide gi_log1p_reference(gi_wide x);              /* log(1 + x) */
gi_wide gi_sigmoid_reference(gi_wide x);
gi_wide gi_softplus_reference(gi_wide x);
gi_wide gi_tanh_reference(gi_wide x);
gi_wide gi_sinh_reference(gi_wide x);
gi_wide gi_cosh_reference(gi_wide x);
gi_wide gi_erf_reference(gi_wide x);
gi_wide gi_sin_reference(gi_wide x);
gi_wide gi_cos_reference(gi_wide x);
gi_wide gi_sqrt_reference(gi_wide x);
gi_wide gi_rsqrt_reference(gi_wide x);
gi_wide gi_log2_reference(gi_wide x);
gi_wide gi_log10_reference(gi_wide x);
gi_wide gi_tan_reference(gi_wide x);
gi_wide gi_asin_reference(gi_wide x);
gi_wide gi_acos_reference(gi_wide x);
gi_wide gi_atan_reference(gi_wide x);
gi_wide gi_asinh_reference(gi_wide x);
gi_wide gi_acosh_reference(gi_wide x);
gi_wide gi_atanh_reference(gi_wide x);
gi_wide gi_mish_reference(gi_wide x);
gi_wide gi_atan2_reference(gi_wide y, gi_wide x);   /* the angle of the point (x, y) */
gi_wide gi_normal_reference(gi_wide x);             /* its distribution function */
gi_wide gi_gelu_reference(gi_wide x);
gi_wide gi_gelu_slope_reference(gi_wide x);         /* the derivative of gelu */

#endif
