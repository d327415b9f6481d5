/* loss_check.c - checks of the arguments of losses. */
#include <inttypes.h>

#include "text/format.h"
#include "base/message.h"
#include "gradus/operations.h"
#include "loss_check.h"
#include "tensor/nest.h"
#include "tensor/shape.h"

static bool refused(const char *function, const char *argument, int64_t i, gd_real value, const char *expected)
{
    return gd_fail("%s: %s[%" PRId64 "] = %s must %s", function, argument, i,
                   gi_digits((char[GI_DIGITS_SIZE]){ 0 }, (double)value), expected);
}

bool gi_elements_in(const char *function, const char *argument, gd_tensor *t, double low, double high,
                    const char *expected)
{
    const gd_real *x = gi_contiguous_numbers(t);
    for (int64_t i = 0; x && i < t->numel; i++)
        if (!(x[i] >= (gd_real)low && x[i] <= (gd_real)high))
            return refused(function, argument, i, x[i], expected);
    return x != NULL;
}

bool gi_elements_signs(const char *function, const char *argument, gd_tensor *t)
{
    const gd_real *x = gi_contiguous_numbers(t);
    for (int64_t i = 0; x && i < t->numel; i++)
        if (x[i] != 1 && x[i] != -1)
            return refused(function, argument, i, x[i], "be -1 or 1");
    return x != NULL;
}

bool gi_stretches_to(const char *function, const char *argument, const gd_tensor *t, const char *of,
                     const gd_tensor *like)
{
    bool fits = !t || t->ndim <= like->ndim;
    for (int i = 1; t && i <= t->ndim && fits; i++) {
        const int64_t size = t->shape[t->ndim - i];
        fits = size == 1 || size == like->shape[like->ndim - i];
    }
    return fits || gd_fail("%s: %s is %s and %s is %s: %s must broadcast to the shape of %s", function, argument,
                           gi_text_of(t).s, of, gi_text_of(like).s, argument, of);
}
