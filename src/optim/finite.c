/* finite.c - are there gradients, and are they and the parameters finite?  Not asked in a step unless wanted. */
#include <math.h>

#include "base/start.h"
#include "gradus/tensor.h"
#include "finite.h"
#include "slots.h"
#include "kernels/real.h"
#include "kernels/sums.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/shape.h"

bool gi_any_gradient(const char *function, const gd_optimizer *o)
{
    int parameters = 0;
    for (int i = 0; i < o->inside->count; i++) {
        if (o->inside->slots[i] && o->inside->slots[i]->w->grad)
            return true;
        parameters += o->inside->slots[i] != NULL;
    }
    if (parameters == 0)
        return gd_fail("%s: the model has no parameters", function);
    if (parameters == 1)
        return gd_fail("%s: the model's only parameter has no gradient: gd_backward comes before it, gd_zero_grad "
                       "after it", function);
    return gd_fail("%s: none of the model's %d parameters has a gradient: gd_backward comes before it, gd_zero_grad "
                   "after it", function, parameters);
}

/* ---- Finite? ---------------------------------------------------------------------------------------------------- */

static void look(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    bool *bad = (bool *)(uintptr_t)context;
    bool any = false;
    for (int64_t i = 0; i < n; i++)
        any |= !(real_abs(p[0][i * step[0]]) < INFINITY);
    *bad |= any;
}

static bool is_finite(const gd_tensor *t)
{
    if (t->numel == 0 || t->contiguous)
        return gi_all_finite(t->numel, t->data);
    bool bad = false;
    gi_nest nest;
    const int64_t *const strides[] = { t->stride };
    gi_nest_init(&nest, t->ndim, t->shape, 1, strides);
    gd_real *const start[] = { t->data };
    gi_nest_run(&nest, 1, start, look, &bad);
    return !bad;
}

/* The message for the first element, in row-major order, that is not finite. */
static bool report(const char *function, const char *what, const char *name, const gd_tensor *t)
{
    int64_t index[GD_MAX_DIMS] = { 0 };
    gd_real value = 0;
    for (int64_t k = 0; k < t->numel; k++) {
        const gd_real *at = t->data;
        int64_t rest = k;
        for (int i = t->ndim - 1; i >= 0; i--) {
            index[i] = rest % t->shape[i];
            at += index[i] * t->stride[i];
            rest /= t->shape[i];
        }
        value = *at;
        if (!(real_abs(value) < INFINITY))
            break;
    }
    return gd_fail("%s: %s%s is %g at %s", function, what, name, (double)value, gi_shape_text(t->ndim, index).s);
}

bool gi_check_gradients(const char *function, const gd_optimizer *o)
{
    for (int i = 0; i < o->inside->count; i++) {
        const gd_tensor *w = o->inside->slots[i] ? o->inside->slots[i]->w : NULL;
        if (w && w->grad && !is_finite(w->grad))
            return report(function, "the gradient of ", w->name, w->grad);
    }
    return true;
}

bool gi_check_all(const char *function, const gd_optimizer *o)
{
    for (int i = 0; i < o->inside->count; i++) {
        const gd_tensor *w = o->inside->slots[i] ? o->inside->slots[i]->w : NULL;
        if (w && !is_finite(w))
            return report(function, "", w->name, w);
    }
    return gi_check_gradients(function, o);
}

bool gd_check_finite(gd_optimizer *o)
{
    gi_not_captured("gd_check_finite", GI_READS_NUMBERS);
    return gi_given("gd_check_finite", "o", o) && gi_model_alive("gd_check_finite", o) &&
           gi_adopt(o) && gi_check_all("gd_check_finite", o);
}
