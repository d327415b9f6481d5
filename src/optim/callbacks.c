/* callbacks.c - the functions of an algorithm that are called outside of a step, when an optimizer is made, changed,
 * saved, loaded or inspected.  They may be the user's: a scope or mode that one leaves open is reported and closed, and
 * the value that it returned is used nevertheless. */
#include "base/compiler.h"
#include "base/guest.h"
#include "callbacks.h"
#include "gradus/tensor.h"
#include "tensor/shape.h"

GI_NOINLINE bool gi_keeps(const gd_algorithm *a, const void *options, int k)
{
    if (!a->keeps)
        return true;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "keeps"));
    bool keeps = a->keeps(options, k);
    (void)gi_guest_leave(&before, true);
    return keeps;
}

/* Axes of length 1 stand for those that the state lacks, so that each element of w has its element of the state. */
bool gi_state_shape(const gd_algorithm *a, const void *options, int k, const gd_tensor *w, gd_shape *shape)
{
    bool keeps = gi_keeps(a, options, k);
    *shape = gd_shape_of_tensor(w);
    if (keeps && a->state_shape) {
        gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "state_shape"));
        keeps = a->state_shape(k, shape);
        (void)gi_guest_leave(&before, true);
    }
    bool good = !keeps || shape->ndim == w->ndim;
    for (int i = 0; keeps && good && i < w->ndim; i++)
        good = shape->size[i] == w->shape[i] || shape->size[i] == 1;
    if (!keeps)
        shape->ndim = -1;
    return good || gd_fail("%s: the state %s of %s, %s, must have its shape, with 1 along the axes that it lacks",
                           a->name, a->states[k], w->name, gi_shape_text(w->ndim, w->shape).s);
}

GI_NOINLINE bool gi_passes_check(const gd_algorithm *a, const void *options)
{
    if (!a->check)
        return true;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "check"));
    bool passes = a->check(options);
    (void)gi_guest_leave(&before, passes);
    return passes;
}

GI_NOINLINE const char *gi_fault_in(const gd_algorithm *a, const gd_kept *kept)
{
    if (!a->valid)
        return NULL;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "valid"));
    const char *fault = a->valid(kept);
    (void)gi_guest_leave(&before, true);
    return fault;
}

GI_NOINLINE void gi_start_with(const gd_algorithm *a, const gd_update *u)
{
    gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "start"));
    a->start(u);
    (void)gi_guest_leave(&before, true);
}

GI_NOINLINE bool gi_accepts(const gd_algorithm *a, const gd_tensor *parameter, const void *options)
{
    if (!a->accepts)
        return true;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "accepts"));
    bool accepts = a->accepts(parameter, options);
    (void)gi_guest_leave(&before, accepts);
    return accepts;
}

GI_NOINLINE size_t gi_work_bytes(const gd_algorithm *a, const gd_tensor *parameter, const void *options)
{
    if (!a->work_bytes)
        return 0;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "work_bytes"));
    size_t bytes = a->work_bytes(parameter, options);
    (void)gi_guest_leave(&before, true);
    return bytes;
}

GI_NOINLINE double gi_correction_of(const gd_algorithm *a, const void *options, int k, int64_t t)
{
    if (!a->correction)
        return 1;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_algorithm", "correction"));
    double correction = a->correction(options, k, t);
    (void)gi_guest_leave(&before, true);
    return correction;
}
