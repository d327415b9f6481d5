/* attend.h - scaled dot-product attention on plain memory, and its gradients: the arithmetic under gd_attention.
 *
 * Here: raw numbers with any strides, so that no head is copied out of the matrix it lies in.  Not here: shapes,
 * errors, memory (it cannot fail), and how it is differentiated twice.  reference/attention.c has the definition. */
#ifndef GRADUS_ATTEND_H
#define GRADUS_ATTEND_H

#include <stdint.h>

#include "gradus/tensor.h"
#include "heads.h"

enum { GI_ATTEND_BLOCK = 32 };              /* queries that are done at a time */

/* gi_attend - y = softmax(scale q k') v.  p, count x queries x keys numbers, keeps the softmax for the
 * gradient. */
void gi_attend(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
               const gi_heads *y, gd_real *p);

/* gi_attend_grad - dq, dk, dv from dy and p; those that are NULL are left out.  work has gi_attend_work(s)
 * numbers. */
void gi_attend_grad(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                    const gi_heads *dy, const gd_real *p, gi_attend_slopes to, gd_real *work);
int64_t gi_attend_work(const gi_attend_sizes *s);

#endif
