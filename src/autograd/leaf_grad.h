/* leaf_grad.h - ->grad of leaves. */
#ifndef GRADUS_LEAF_GRAD_H
#define GRADUS_LEAF_GRAD_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/memory.h"
#include "pass.h"

/* gi_add_to_grads - calls the hooks of leaves, and adds what was reached to ->grad; false, and nothing has changed,
 * when memory is out or a hook fails; false, too, when a post hook does. */
bool gi_add_to_grads(gi_pass *pass);

/* gi_grad_memory - where x's gradient is kept from pass to pass, beside x; NULL when memory is out. */
gd_tensor *gi_grad_memory(gd_tensor *x);

/* gi_zero_grad - gd_zero_grad_of, while no step is captured. */
void gi_say_no_leaf(const gd_tensor *t);
static inline void gi_zero_grad(gd_tensor *t)
{
    if (GI_UNLIKELY(t->node != NULL) && t->requires_grad && !t->grad && !t->retain_grad)
        gi_say_no_leaf(t);
    t->grad = NULL;
}

/* gi_forget_leaves - called before the leaves in this arena are freed: scopes that close later do not touch them. */
void gi_forget_leaves(const gd_arena *owner);

#endif
