/* attend.h - scaled dot-product attention on raw memory, and its gradients: the arithmetic of gd_attention.
 *
 * Here: matrices with any strides, so that heads are not copied out of the tensor that holds them side by side.  Not
 * here: shapes, errors, memory (it cannot fail), second derivatives.  reference/attention.c has the definition. */
#ifndef GRADUS_ATTEND_H
#define GRADUS_ATTEND_H

#include <stdint.h>

#include "gradus/tensor.h"
#include "heads.h"

enum { GI_ATTEND_BLOCK = 32 };              /* queries per block */

/* gi_attend - y = softmax(scale q k') v.  p, of count x queries x keys numbers, receives the softmax, which the
 * gradient needs. */
void gi_attend(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
               const gi_heads *y, gd_real *p);

/* gi_attend_grad - dq, dk, dv from dy and p; those that are NULL are not computed.  work: a buffer of gi_attend_work(s)
 * numbers. */
void gi_attend_grad(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                    const gi_heads *dy, const gd_real *p, gi_attend_slopes to, gd_real *work);
int64_t gi_attend_work(const gi_attend_sizes *s);

#endif
