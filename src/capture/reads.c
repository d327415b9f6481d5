/* reads.c - which computations read and write what, and those whose results nobody reads. */
#include "autograd/computations.h"
#include "autograd/node.h"
#include "program.h"
#include "tensor/nest.h"

bool gi_overlap(const gd_real *a, int64_t a_numel, const gd_real *b, int64_t b_numel)
{
    const uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;
    return x < y + (uintptr_t)b_numel * sizeof *b && y < x + (uintptr_t)a_numel * sizeof *a;
}

bool gi_reads_tensor(const gd_tensor *x, const gd_real *data, int64_t numel)
{
    if (!x || !x->numel)
        return false;
    int64_t below, above;
    gi_extent(x, &below, &above);
    return gi_overlap(x->data - below, below + 1 + above, data, numel);
}

/* A fast rule reads dy, and what its operation declares for the gradients that are computed. */
static bool rule_reads(const gi_instruction *i, const gd_real *data, int64_t numel)
{
    const gi_fast_call *call = i->attributes;
    unsigned reads = 0;
    for (int k = 0; k < call->node->n && k < GD_FAST_INPUTS; k++)
        if (call->to[k].data)
            reads |= (unsigned)(call->node->op->reads >> (8 * k)) & 0xff;
    for (int k = 1; k < i->n; k++)
        if ((reads & GD_INPUT(k - 1 < 6 ? k - 1 : 6)) && gi_reads_tensor(i->x[k], data, numel))
            return true;
    return gi_reads_tensor(i->x[0], data, numel)
        || ((reads & GD_THE_OUTPUT) && gi_reads_tensor(i->out, data, numel));
}

bool gi_reads(const gi_instruction *i, const gd_real *data, int64_t numel)
{
    if (i->unread)
        return false;
    for (int l = 0; l < i->lines; l++)
        for (int k = 0; k < GI_LINE_READS; k++)
            if (i->line[l].x[k] && gi_overlap(i->line[l].x[k], i->line[l].step[k] ? i->line[l].n : 1, data, numel))
                return true;
    if (i->lines)
        return false;
    if (i->compute == gi_fast_again)
        return rule_reads(i, data, numel);
    for (int k = 0; k < i->n; k++)
        if (gi_reads_tensor(i->x[k], data, numel))
            return true;
    return gi_reads_tensor(i->out, data, numel);
}

bool gi_writes(const gi_instruction *i, const gd_real *data, int64_t numel)
{
    for (int l = 0; l < i->lines; l++)
        if (gi_overlap(data, numel, i->line[l].y, i->line[l].n)
            || (i->line[l].changes_x && gi_overlap(data, numel, i->line[l].x[0], i->line[l].n)))
            return true;
    if (i->compute == gi_fast_again) {
        const gi_fast_call *call = i->attributes;
        for (int k = 0; k < GD_FAST_INPUTS; k++)
            if (call->to[k].data && gi_overlap(data, numel, call->to[k].data, 1))
                return true;
    }
    return gi_reads_tensor(i->y, data, numel);
}

bool gi_writes_all(const gi_instruction *i, const gd_tensor *y)
{
    if (i->y != y || gi_reads(i, y->data, y->numel))
        return false;
    return !i->lines || (i->lines == 1 && !i->line->add && i->line->y == y->data && i->line->n == y->numel);
}

/* Elementwise computations have no other effect than their result.  (Others may fail, or draw random numbers.) */
void gi_leave_out_unread(gi_version *v)
{
    for (int64_t at = v->count - 1; at >= 0; at--) {
        gi_instruction *i = &v->list[at];
        const gd_tensor *y = i->y;
        if (!i->lines || !y || y->base != y || !y->owner->captured || gi_reads_tensor(v->result, y->data, y->numel))
            continue;
        i->unread = true;
        for (const gi_instruction *by = i + 1, *end = v->list + v->count; by < end && i->unread; by++)
            i->unread = !gi_reads(by, y->data, y->numel);
    }
}
