/* gather.h - accumulating gradients during a pass: x->slot is the sum of the gradients of x so far, NULL before.
 *
 * In an ordinary pass gradients are in scratch memory.  They are reference-counted (uses: how many slots refer to one),
 * so that the memory is reused at once.  With create_graph they belong to the caller's scope, and are added by recorded
 * operations. */
#ifndef GRADUS_GATHER_H
#define GRADUS_GATHER_H

#include "base/compiler.h"
#include "pass.h"

static inline bool gi_is_scratch(const gi_pass *pass, const gd_tensor *t)
{
    return t->owner == pass->scratch;
}

/* gi_hold - one more slot refers to gradient and, if it is a view, to its base.
 * gi_let_go - one fewer; when there is none left, the memory is released. */
static inline void gi_hold(const gi_pass *pass, gd_tensor *gradient)
{
    if (!gi_is_scratch(pass, gradient))
        return;
    gradient->uses++;
    if (GI_UNLIKELY(gradient->base != gradient) && gi_is_scratch(pass, gradient->base))
        gradient->base->uses++;
}

void gi_let_go_of_base(gi_pass *pass, gd_tensor *base);

static inline void gi_let_go(gi_pass *pass, gd_tensor *gradient)
{
    if (!gi_is_scratch(pass, gradient))
        return;
    gd_tensor *base = gradient->base;
    if (--gradient->uses == 0)
        gi_recycle(&pass->recycler, gradient);
    if (GI_UNLIKELY(base != gradient))
        gi_let_go_of_base(pass, base);
}

/* gi_let_go_of_temporaries - releases the tensors that the last rule made and to which no slot refers. */
static inline void gi_let_go_of_temporaries(gi_pass *pass)
{
    gd_tensor *t = pass->recycler.temporaries;
    pass->recycler.temporaries = NULL;
    while (t) {
        gd_tensor *next = t->slot;
        t->slot = NULL;
        if (t->uses == 0)
            gi_recycle(&pass->recycler, t);
        t = next;
    }
}

/* gi_may_add_to - may this gradient be added to in place?  Only if nothing else refers to its memory. */
static inline bool gi_may_add_to(const gi_pass *pass, const gd_tensor *slot)
{
    return gi_is_scratch(pass, slot) && slot->base == slot && slot->uses == 1;
}

/* gi_gather - x->slot += gradient; false, and a message, when memory is out.
 * gi_reach - lists x among the tensors whose gradients are results of the pass. */
bool gi_gather_other(gi_pass *pass, gd_tensor *x, gd_tensor *gradient);
bool gi_reach(gi_pass *pass, gd_tensor *x);

static inline bool gi_gather(gi_pass *pass, gd_tensor *x, gd_tensor *gradient)
{
    if (x->slot || !x->node)
        return gi_gather_other(pass, x, gradient);
    gi_hold(pass, gradient);
    x->slot = gradient;
    pass->pending++;
    return true;
}

#endif
