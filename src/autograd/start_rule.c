/* start_rule.c - rules that decide by numbers, while a step is captured. */
#include "start_rule.h"

#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "node.h"
#include "record.h"
#include "sum_to.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

typedef struct rule_call {
    gd_rule       *rule;
    const gd_node *node;
} rule_call;

/* x: dy, then the gradients, each NULL where it is not needed; then what the rule reads, inputs and result. */
static bool rule_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    const rule_call *call = attributes;
    const gd_node *node = call->node;
    gd_tensor **dx = gi_arena_take(gi_current_scope(), (size_t)node->n * sizeof *dx);
    if (!dx)
        return false;
    for (int i = 0; i < node->n; i++)
        dx[i] = NULL;
    call->rule(node, x[0], dx);
    for (int i = 0; i < node->n; i++) {
        if (!x[1 + i])
            continue;
        gd_tensor *fit = !dx[i] || gi_same_shape(dx[i], node->in[i]) ? dx[i] : gi_sum_to(dx[i], node->in[i]);
        if (!fit)
            return false;
        gi_copy_into(x[1 + i], fit);
    }
    return true;
}

void gi_start_rule(gd_rule *rule, const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    if (gi_capturing() && gi_recording())
        gi_not_captured(node->op->name, "has a derivative that depends on values, and that cannot be differentiated");
    if (!gi_capturing() || gi_recording()) {
        rule(node, dy, dx);
        return;
    }
    gd_tensor **x = gi_arena_take(gi_current_scope(), (size_t)(2 * node->n + 2) * sizeof *x);
    if (!x)
        return;
    x[0] = dy;
    x[2 * node->n + 1] = node->out;
    for (int i = 0; i < node->n; i++) {
        x[1 + node->n + i] = node->in[i];
        x[1 + i] = gi_needs(node, i) ? gi_new_like(node->in[i]) : NULL;
        if (gi_needs(node, i) && !x[1 + i])
            return;
    }
    const rule_call call = { rule, node };
    if (!gi_start(node->op->name, rule_compute, NULL, x, 2 * node->n + 2, &call, sizeof call))
        return;
    for (int i = 0; i < node->n; i++) {
        dx[i] = x[1 + i];
        if (dx[i])
            gi_computed(dx[i]);
    }
}
