/* vector.c - the parameters of a model as one vector, and the loss as a function of it. */
#include <inttypes.h>
#include <math.h>

#include "gradus/vector.h"

#include "base/guest.h"
#include "base/message.h"
#include "base/start.h"
#include "params.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* Tensor i, if it is in the vector. */
static gd_tensor *part(const gd_params *p, int i)
{
    return !p->entries[i].buffer && p->entries[i].tensor->requires_grad ? p->entries[i].tensor : NULL;
}

static int64_t size_of(const gd_params *p)
{
    int64_t n = 0;
    for (int i = 0; i < p->count; i++)
        n += part(p, i) ? part(p, i)->numel : 0;
    return n;
}

int64_t gd_params_vector_size(const gd_params *p)
{
    return gi_given("gd_params_vector_size", "p", p) ? size_of(p) : -1;
}

static bool fits(const char *function, const gd_params *p, const char *name, const double *x, int64_t n)
{
    if (!gi_given(function, "p", p) || !gi_not_null(function, name, x))
        return false;
    if (n != size_of(p))
        return gd_fail("%s: n is %" PRId64 ", and the parameters have %" PRId64 " elements that require a gradient",
                       function, n, size_of(p));
    return true;
}

bool gd_params_to_vector(const gd_params *p, double *x, int64_t n)
{
    gi_not_captured("gd_params_to_vector", GI_ACTS_OUTSIDE);
    if (!fits("gd_params_to_vector", p, "x", x, n))
        return false;
    for (int i = 0; i < p->count; i++) {
        const gd_tensor *t = part(p, i);
        for (int64_t k = 0; t && k < t->numel; k++)
            *x++ = (double)t->data[k];
    }
    return true;
}

static bool set(const char *function, gd_params *p, const double *x, int64_t n)
{
    gi_not_captured(function, GI_ACTS_OUTSIDE);
    if (!fits(function, p, "x", x, n))
        return false;
    if (gi_params_in_use(p))
        return gd_fail("%s: %s, which needs the parameters as they are, is running", function, gi_guest_text().s);
    for (int64_t k = 0; k < n; k++)
        if (isfinite(x[k]) && !isfinite((gd_real)x[k]))
            return gd_fail("%s: x[%" PRId64 "] = %g is beyond the largest number that gd_real holds", function, k,
                           x[k]);
    for (int i = 0; i < p->count; i++) {
        gd_tensor *t = part(p, i);
        for (int64_t k = 0; t && k < t->numel; k++)
            t->data[k] = (gd_real)*x++;
        if (t)
            gi_overwritten(t);
    }
    return true;
}

bool gd_vector_to_params(gd_params *p, const double *x, int64_t n)
{
    return set("gd_vector_to_params", p, x, n);
}

/* Gradients that are part of a graph may have any strides: each is made contiguous first, before any is written. */
static bool copy_gradients(const gd_params *p, double *gradient)
{
    for (int i = 0; i < p->count; i++)
        if (part(p, i) && part(p, i)->grad && !gd_contiguous(gd_detach(part(p, i)->grad)))
            return false;
    for (int i = 0; i < p->count; i++) {
        const gd_tensor *t = part(p, i);
        const gd_tensor *g = t && t->grad ? gd_contiguous(gd_detach(t->grad)) : NULL;
        for (int64_t k = 0; t && k < t->numel; k++)
            *gradient++ = g ? (double)g->data[k] : 0;
    }
    return true;
}

bool gd_grads_to_vector(const gd_params *p, double *gradient, int64_t n)
{
    gi_not_captured("gd_grads_to_vector", GI_ACTS_OUTSIDE);
    if (!fits("gd_grads_to_vector", p, "gradient", gradient, n) || !gd_scope_begin())
        return false;
    bool good = copy_gradients(p, gradient);
    return gd_scope_end() && good;
}

/* ---- The loss -------------------------------------------------------------------------------------------------- */

static gd_tensor *computed(const gd_objective *f)
{
    const int in_use = f->params->in_use;
    f->params->in_use = in_use + 1;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_value_and_grad", "the loss"));
    gd_tensor *y = f->loss(f->context);
    if (!gi_guest_leave(&before, y != NULL))
        y = NULL;
    f->params->in_use = in_use;
    return y;
}

static double in_scope(const gd_objective *f, double *gradient)
{
    const uint64_t failures = gi_thread.failures;
    gd_tensor *y = computed(f);
    if (!y) {
        if (failures == gi_thread.failures)
            gd_fail("gd_value_and_grad: the loss returned NULL");
        return NAN;
    }
    if (gd_numel(y) != 1) {
        gd_fail("gd_value_and_grad: the loss is %s, and must have one element", gi_shape_text(y->ndim, y->shape).s);
        return NAN;
    }
    double value = (double)gd_item(y);
    if (!gradient)
        return value;
    for (int i = 0; i < f->params->count; i++)
        if (part(f->params, i))
            gd_zero_grad_of(part(f->params, i));
    return gd_backward(y) && copy_gradients(f->params, gradient) ? value : NAN;
}

double gd_value_and_grad(const gd_objective *f, const double *x, double *gradient, int64_t n)
{
    static const char function[] = "gd_value_and_grad";
    if (!gi_not_null(function, "f", f) || !gi_not_null(function, "the loss", (const void *)(uintptr_t)f->loss) ||
        !set(function, f->params, x, n) || !gd_scope_begin())
        return NAN;
    if (!gradient)
        gd_no_grad_begin();
    double value = in_scope(f, gradient);
    if (!gradient)
        gd_no_grad_end();
    return gd_scope_end() ? value : NAN;
}
