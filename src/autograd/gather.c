/* gather.c - adding the gradients of a tensor that several operations use.  See gather.h. */
#include <string.h>

#include "gather.h"

#include "base/start.h"
#include "gradus/operations.h"
#include "tensor/accumulate.h"

void gi_let_go_of_base(gi_pass *pass, gd_tensor *base)
{
    if (gi_is_scratch(pass, base) && --base->uses == 0)
        gi_recycle(&pass->recycler, base);
}

/* The list grows by doubling, in the memory of the pass or, with create_graph, in the caller's scope. */
bool gi_reach(gi_pass *pass, gd_tensor *x)
{
    if (pass->reached_count == pass->reached_capacity) {
        const size_t bytes = (size_t)pass->reached_count * sizeof(gd_tensor *);
        gd_tensor **list = gi_arena_take(pass->memory, 2 * bytes);
        if (!list)
            return false;
        memcpy(list, pass->reached, bytes);
        pass->reached = list;
        pass->reached_capacity *= 2;
    }
    pass->reached[pass->reached_count++] = x;
    return true;
}

static bool add_gradient(gd_tensor *sum, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    gi_accumulate(sum, x[0]);
    return true;
}

bool gi_gather_other(gi_pass *pass, gd_tensor *x, gd_tensor *gradient)
{
    gd_tensor *slot = x->slot;
    if (!slot) {
        gi_hold(pass, gradient);
        x->slot = gradient;
        return gi_reach(pass, x);
    }
    if (gi_may_add_to(pass, slot))
        return gi_start_one("the sum of two gradients", add_gradient, slot, gradient, NULL, 0);
    gd_tensor *sum = gd_add(slot, gradient);
    if (!sum)
        return false;
    gi_hold(pass, sum);
    gi_let_go(pass, slot);
    x->slot = sum;
    return true;
}
