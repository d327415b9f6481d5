/* gather.c - adding up the gradients of a tensor that several operations use.  See gather.h. */
#include <string.h>

#include "gather.h"

#include "base/threads.h"
#include "tensor/nest.h"

/* ---- sum += value --------------------------------------------------------------------------------------------- */

GI_KERNEL static void accumulate(int64_t n, gd_real *restrict sum, const gd_real *restrict value)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += value[i];
}

typedef struct accumulate_call {
    gd_real       *sum;
    const gd_real *value;
} accumulate_call;

static void accumulate_part(void *context, int64_t begin, int64_t end)
{
    const accumulate_call *call = context;
    accumulate(end - begin, call->sum + begin, call->value + begin);
}

void gi_accumulate_numbers(int64_t n, gd_real *sum, const gd_real *value)
{
    if (GI_LIKELY(n <= GI_PART_ELEMENTS))
        accumulate(n, sum, value);
    else
        gi_parallel(n, GI_PART_ELEMENTS, accumulate_part, &(accumulate_call){ sum, value });
}

static void accumulate_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    if (step[0] == 1 && step[1] == 1) {
        accumulate(n, p[0], p[1]);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        p[0][i * step[0]] += p[1][i * step[1]];
}

void gi_accumulate(const gd_tensor *sum, const gd_tensor *value)
{
    if (sum->contiguous && value->contiguous) {
        gi_accumulate_numbers(sum->numel, sum->data, value->data);
        return;
    }
    gi_nest nest;
    const int64_t *const strides[] = { sum->stride, value->stride };
    gi_nest_init(&nest, sum->ndim, sum->shape, 2, strides);
    gd_real *const start[] = { sum->data, value->data };
    gi_nest_spread(&nest, 2, start, accumulate_inner, NULL, 1);
}

/* ---- Slots ------------------------------------------------------------------------------------------------------ */

void gi_let_go_of_base(gi_pass *pass, gd_tensor *base)
{
    if (gi_is_scratch(pass, base) && --base->uses == 0)
        gi_recycle(&pass->recycler, base);
}

/* The list doubles in the memory of the pass, or with create_graph of the scope. */
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

bool gi_gather_other(gi_pass *pass, gd_tensor *x, gd_tensor *gradient)
{
    gd_tensor *slot = x->slot;
    if (!slot) {
        gi_hold(pass, gradient);
        x->slot = gradient;
        return gi_reach(pass, x);
    }
    if (gi_may_add_to(pass, slot)) {
        gi_accumulate(slot, gradient);
        return true;
    }
    gd_tensor *sum = gd_add(slot, gradient);
    if (!sum)
        return false;
    gi_hold(pass, sum);
    gi_let_go(pass, slot);
    x->slot = sum;
    return true;
}
