/* linalg_batch.c - checks of matrices, and batches of them. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "linalg.h"

#include "base/memory.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "gradus/operations.h"
#include "matrices.h"
#include "tensor/alive.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

bool gi_matrix_given(const char *function, const char *argument, gd_tensor *a, bool square)
{
    if (!a || !gi_alive(function, argument, a))
        return false;
    if (a->ndim < 2)
        return gd_fail("%s: %s is %s: a matrix needs two axes", function, argument, gi_text_of(a).s);
    if (square && a->shape[a->ndim - 1] != a->shape[a->ndim - 2])
        return gd_fail("%s: %s is %s: its matrices must be square", function, argument, gi_text_of(a).s);
    return true;
}

gi_text gi_at_batch(const char *argument, const gd_tensor *a, int64_t k)
{
    gi_text text;
    int64_t index[GD_MAX_DIMS] = { 0 };
    const int outer = a->ndim - 2;
    for (int i = outer - 1; i >= 0; i--) {
        index[i] = k % a->shape[i];
        k /= a->shape[i];
    }
    int used = snprintf(text.s, sizeof text.s, "%s", argument);
    for (int i = 0; i < outer; i++)
        used += snprintf(text.s + used, sizeof text.s - (size_t)used, "%s%" PRId64 "%s", i ? ", " : "[", index[i],
                         i == outer - 1 ? "]" : "");
    return text;
}

int64_t gi_batch_count(const gd_tensor *a)
{
    int64_t count = 1;
    for (int i = 0; i < a->ndim - 2; i++)
        count *= a->shape[i];
    return count;
}

bool gi_common_batch(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *leading)
{
    gi_text where;
    snprintf(where.s, sizeof where.s, "%s: leading axes", function);
    return gi_broadcast_sizes(where.s, gi_outer_sizes(a), gi_outer_sizes(b), leading);
}

gd_tensor *gi_in_batch(gd_tensor *t, const gd_shape *leading)
{
    gd_shape shape = *leading;
    shape.size[shape.ndim++] = t->shape[t->ndim - 2];
    shape.size[shape.ndim++] = t->shape[t->ndim - 1];
    bool same = shape.ndim == t->ndim;
    for (int i = 0; same && i < t->ndim; i++)
        same = t->shape[i] == shape.size[i];
    return same ? t : gd_expand(t, shape);
}

gd_tensor *gi_like_batch(const char *function, const gd_tensor *a, int axes, const int64_t *size)
{
    gd_shape shape = gd_shape_of_tensor(a);
    shape.ndim = a->ndim - 2;
    for (int i = 0; i < axes; i++)
        shape.size[shape.ndim++] = size[i];
    return gi_new(function, shape.ndim, shape.size);
}

void *gi_work(int64_t count, size_t size)
{
    return gi_arena_take(gi_current_scope(), (size_t)count * size);
}

static bool are_finite(gd_tensor *none, gd_tensor *const matrices[], const void *attributes)
{
    const char *const *function = attributes;
    const gd_tensor *a = matrices[0];
    (void)none;
    const gd_real *x = gi_contiguous_numbers(a);
    const int64_t one = a->shape[a->ndim - 2] * a->shape[a->ndim - 1];
    for (int64_t i = 0; x && i < a->numel; i++)
        if (!isfinite(x[i]))
            return gd_fail("%s: %s has the element %g", *function, gi_at_batch("a", a, i / one).s, (double)x[i]);
    return x;
}

bool gi_finite_matrices(const char *function, gd_tensor *a)
{
    return gi_start_one(function, are_finite, NULL, a, &function, sizeof function);
}

/* Differences beyond half of the digits are no rounding. */
#ifdef GD_DOUBLE
static const gd_real half_of_the_digits = 0x1p-26;
#else
static const gd_real half_of_the_digits = 0x1p-12f;
#endif

static bool symmetric(const char *function, const gd_tensor *a, int64_t k, int64_t n, const gd_real *x)
{
    gd_real most = 0;
    for (int64_t i = 0; i < n * n; i++)
        most = fabs((double)x[i]) > (double)most ? (gd_real)fabs((double)x[i]) : most;
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < i; j++) {
            const gd_real below = x[i * n + j], above = x[j * n + i];
            if (fabs((double)below / 2 - (double)above / 2) > (double)half_of_the_digits * (double)most / 2)
                return gd_fail("%s: %s is not symmetric: the elements [%" PRId64 ", %" PRId64 "] and [%" PRId64 ", %"
                               PRId64 "] are %g and %g", function, gi_at_batch("a", a, k).s, i, j, j, i,
                               (double)below, (double)above);
        }
    return true;
}

gd_real *gi_symmetric_part(const char *function, const gd_tensor *a)
{
    const int64_t n = a->shape[a->ndim - 1], count = gi_batch_count(a);
    gd_real *copy = gi_work(a->numel, sizeof *copy);
    if (!copy)
        return NULL;
    gi_copy(copy, a);
    for (int64_t k = 0; k < count; k++) {
        gd_real *x = copy + k * n * n;
        if (!symmetric(function, a, k, n, x))
            return NULL;
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j < i; j++)
                x[i * n + j] = x[j * n + i] = x[i * n + j] / 2 + x[j * n + i] / 2;
    }
    return copy;
}

gd_tensor *gi_diagonal_matrix(gd_tensor *d)
{
    return d ? gd_mul(gd_unsqueeze(d, -1), gd_eye(d->shape[d->ndim - 1])) : NULL;
}
