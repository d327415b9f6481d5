/* test_rules.c - every operation of operation_table.h: constants declare that they have no derivative, NULL
 * gradients are passed on, and a rule reads exactly the values that its operation declares. */
#include <stdio.h>

#include "autograd/node.h"
#include "operation_rows.h"

/* ---- Constants, and NULL ------------------------------------------------------------------------------------ */

START_TEST(constants_say_so)
{
    const operation *op = &operations[_i];
    gd_tensor *x[OPERATION_INPUTS] = { NULL };
    for (int i = 0; i < input_count(op); i++) {
        x[i] = make_input(&op->inputs[i], i, input_shape(&op->inputs[i]));
        if (differentiable(&op->inputs[i]))
            gd_requires_grad(x[i]);
    }
    gd_tensor *y = op->apply(x);
    ck_assert_msg(y->requires_grad == !(op->flags & CONSTANT), "%s", op->call);
    if (op->flags & CONSTANT) {
        char expected[200];
        snprintf(expected, sizeof expected, "gd_backward_from: y is the result of %s, which has no derivative",
                 op->name);
        ck_assert(!gd_backward_from(y, gd_ones_like(y), false));
        ck_message(expected);
    }
}
END_TEST

START_TEST(null_flows_quietly)
{
    const operation *op = &operations[_i];
    gd_tensor *x[OPERATION_INPUTS] = { NULL };
    for (int missing = 0; missing < input_count(op); missing++) {
        for (int i = 0; i < input_count(op); i++)
            x[i] = i == missing ? NULL : make_input(&op->inputs[i], i, input_shape(&op->inputs[i]));
        bool given = op->apply(x) != NULL;
        bool allowed = op->inputs[missing].kind == DOMAIN_OR_NULL;
        ck_assert_msg(given == allowed, "%s without x[%d]", op->call, missing);
        ck_assert_msg(!gd_last_error(), "%s without x[%d]: %s", op->call, missing, gd_last_error());
        gd_fail("an earlier message");
        ck_assert(given || !op->apply(x));
        ck_message("an earlier message");
    }
}
END_TEST

/* ---- What a rule reads -------------------------------------------------------------------------------------- */

static bool reads(const gd_node *node, int i, int j)    /* j is an input, or node->n for the output */
{
    unsigned mask = (unsigned)(node->op->reads >> 8 * (i < 7 ? i : 7)) & 0xff;
    return mask & (j == node->n ? GD_THE_OUTPUT : GD_INPUT(j < 6 ? j : 6));
}

static gd_tensor *rule_gradient(const gd_node *node, gd_tensor *dy, int i)
{
    gd_tensor *dx[OPERATION_INPUTS] = { NULL };
    gd_no_grad_begin();
    node->op->rule(node, dy, dx);
    gd_tensor *copy = dx[i] ? gd_keep(dx[i]) : NULL;
    gd_no_grad_end();
    gd_clear_error();
    return copy;
}

/* The same by the fast rule; NULL where it declines. */
static gd_tensor *fast_gradient(const gd_node *node, gd_tensor *dy, int i)
{
    gd_target to[GD_FAST_INPUTS] = { { NULL, false } };
    gd_tensor *dx = gd_zeros_like(node->in[i]);
    to[i].data = dx->data;
    gd_tensor *copy = node->op->fast(node, dy, to) == GD_DONE ? gd_keep(dx) : NULL;
    gd_clear_error();
    return copy;
}

typedef gd_tensor *gradient_by(const gd_node *node, gd_tensor *dy, int i);

static bool may_be_indices(const gd_tensor *t)
{
    bool whole = !t->requires_grad;
    for (int64_t k = 0; k < t->base->numel && whole; k++)
        whole = t->base->data[k] >= 0 && t->base->data[k] == (gd_real)(int64_t)t->base->data[k];
    return whole;
}

/* Indices are replaced by others in range: a rule does not check them again. */
static void overwrite(const gd_tensor *t)
{
    const bool indices = may_be_indices(t);
    for (int64_t k = 0; k < t->base->numel; k++) {
        const gd_real old = t->base->data[k], lower = old > 0 ? old - 1 : 1;
        t->base->data[k] = indices ? lower : (gd_real)(-1.3 * (double)old - 0.2);
    }
}

static bool same(const gd_tensor *a, const gd_tensor *b)
{
    return a && b && far_apart(a, b) == 0;
}

/* The rule is run before and after a value is overwritten: its gradient changes exactly if op->reads says so. */
static void check_reads(const operation *op, gd_node *node, gradient_by *gradient)
{
    for (int i = 0; i < node->n; i++) {
        if (!gd_needs(node, i))
            continue;
        for (int j = 0; j <= node->n; j++) {
            gd_tensor *value = j == node->n ? node->out : node->in[j];
            if (!value || value->numel == 0)
                continue;
            GD_SCOPE;
            gd_tensor *dy = make_input(&operations[0].inputs[0], 5, gd_shape_of_tensor(node->out));
            gd_real *old = malloc((size_t)value->base->numel * sizeof *old);
            gd_copy_out(value->base, old);
            const gd_tensor *before = gradient(node, dy, i);
            overwrite(value);
            const gd_tensor *after = gradient(node, dy, i);
            memcpy(value->base->data, old, (size_t)value->base->numel * sizeof *old);
            free(old);
            if (!before && gradient == fast_gradient)
                continue;
            ck_assert_msg(before != NULL, "%s: the rule of %s gave nothing", op->call, node->op->name);
            bool changed = !same(before, after), declared = reads(node, i, j);
            ck_assert_msg(changed == declared || (declared && (op->flags & READS_LESS)),
                          "%s: the gradient of input %d of %s %s %s %d", op->call, i, node->op->name,
                          declared ? "need not read" : "also reads", j == node->n ? "the output," : "input", j);
        }
    }
}

START_TEST(rules_read_what_they_say)
{
    const operation *op = &operations[_i];
    gd_tensor *x[OPERATION_INPUTS] = { NULL };
    for (int i = 0; i < input_count(op); i++) {
        x[i] = make_input(&op->inputs[i], i, input_shape(&op->inputs[i]));
        if (differentiable(&op->inputs[i]))
            gd_requires_grad(x[i]);
    }
    gd_tensor *y = op->apply(x);
    ck_assert_msg(y != NULL, "%s: %s", op->call, gd_last_error());
    for (gd_node *node = y->requires_grad ? y->node : NULL; node; node = node->prev)
        check_reads(op, node, rule_gradient);
    for (gd_node *node = y->requires_grad ? y->node : NULL; node; node = node->prev)
        if (node->op->fast)
            check_reads(op, node, fast_gradient);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("operations: rules");
    TCase *each = tcase_create("all");
    tcase_add_checked_fixture(each, quietly, gd_shutdown);
    tcase_add_loop_test(each, constants_say_so, 0, OPERATIONS);
    tcase_add_loop_test(each, null_flows_quietly, 0, OPERATIONS);
    tcase_add_loop_test(each, rules_read_what_they_say, 0, OPERATIONS);
    suite_add_tcase(suite, each);
    return run_suite(suite);
}
