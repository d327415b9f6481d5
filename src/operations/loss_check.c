/* loss_check.c - checks of the arguments of losses. */
#include <inttypes.h>

#include "text/format.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "loss_check.h"
#include "tensor/nest.h"
#include "tensor/shape.h"

static bool refused(const char *function, const char *argument, int64_t i, gd_real value, const char *expected)
{
    return gd_fail("%s: %s[%" PRId64 "] = %s must %s", function, argument, i,
                   gi_digits((char[GI_DIGITS_SIZE]){ 0 }, (double)value), expected);
}

typedef struct limits {
    const char *function, *argument;
    double      low, high;
    const char *expected;
} limits;

static bool are_in(gd_tensor *none, gd_tensor *const t[], const void *attributes)
{
    const limits *l = attributes;
    (void)none;
    const gd_real *x = gi_contiguous_numbers(t[0]);
    for (int64_t i = 0; x && i < t[0]->numel; i++)
        if (!(x[i] >= (gd_real)l->low && x[i] <= (gd_real)l->high))
            return refused(l->function, l->argument, i, x[i], l->expected);
    return x != NULL;
}

bool gi_elements_in(const char *function, const char *argument, gd_tensor *t, double low, double high,
                    const char *expected)
{
    const limits l = { function, argument, low, high, expected };
    return gi_start_one(function, are_in, NULL, t, &l, sizeof l);
}

static bool are_signs(gd_tensor *none, gd_tensor *const t[], const void *attributes)
{
    const limits *l = attributes;
    (void)none;
    const gd_real *x = gi_contiguous_numbers(t[0]);
    for (int64_t i = 0; x && i < t[0]->numel; i++)
        if (x[i] != 1 && x[i] != -1)
            return refused(l->function, l->argument, i, x[i], "be -1 or 1");
    return x != NULL;
}

bool gi_elements_signs(const char *function, const char *argument, gd_tensor *t)
{
    const limits l = { .function = function, .argument = argument };
    return gi_start_one(function, are_signs, NULL, t, &l, sizeof l);
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
