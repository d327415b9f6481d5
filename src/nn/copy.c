/* copy.c - copying a model, and values from one model to another. */

#include "base/guest.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "params.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

gd_params *gd_params_copy(gd_params *p)
{
    gi_not_captured("gd_params_copy", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_params_copy", "p", p))
        return NULL;
    gd_params *copy = gd_params_new();
    for (int i = 0; copy && i < p->count; i++) {
        const gi_entry *from = &p->entries[i];
        gd_tensor *t = from->buffer ? gd_buffer(copy, from->tensor->name, from->tensor)
                                    : gd_param(copy, from->tensor->name, from->tensor);
        if (!t) {
            gd_params_free(copy);
            return NULL;
        }
        t->requires_grad = from->tensor->requires_grad;         /* it may be frozen */
        copy->entries[i].not_negative = from->not_negative;
    }
    for (int i = 0; copy && i < p->tied_count; i++)
        if (!gd_param_tied(copy, p->tied[i].name, gi_params_find(copy, p->tied[i].tensor->name))) {
            gd_params_free(copy);
            return NULL;
        }
    return copy;
}

/* Everything that can fail comes before the first value changes. */
bool gd_params_assign(gd_params *to, gd_params *from)
{
    static const char function[] = "gd_params_assign";
    if (!gi_given(function, "to", to) || !gi_given(function, "from", from))
        return false;
    if (gi_params_in_use(to))
        return gd_fail("%s: %s, which needs the parameters as they are, is running", function, gi_guest_text().s);
    if (to->count != from->count)
        return gd_fail("%s: to has %d tensor%s and from has %d: they must have the same names and shapes", function,
                       to->count, gi_plural(to->count), from->count);
    for (int i = 0; i < to->count; i++) {
        const gd_tensor *t = to->entries[i].tensor, *f = gi_params_find(from, t->name);
        if (!f)
            return gd_fail("%s: from has no \"%s\": they must have the same names and shapes", function, t->name);
        if (!gi_same_shape(t, f))
            return gd_fail("%s: \"%s\" is %s in to and %s in from", function, t->name,
                           gi_shape_text(t->ndim, t->shape).s, gi_shape_text(f->ndim, f->shape).s);
    }
    for (int i = 0; i < to->count; i++) {
        gd_tensor *t = to->entries[i].tensor;
        const gd_tensor *f = gi_params_find(from, t->name);
        if (t != f)
            gi_copy(t->data, f);
        gi_overwritten(t);
    }
    return true;
}
