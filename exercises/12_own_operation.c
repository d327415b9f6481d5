/* 12_own_operation - the rule of an operation of your own.
 *
 *     y  = x |x|           the square that keeps the sign
 *     y' = 2 |x|
 *
 * The value is there.  Write the rule: given dy, the gradient of the loss with respect to y, set dx[0] to that with
 * respect to x, in operations of the library.  gd_node_input(node, 0) is x.  The grader compares the rule with
 * difference quotients (gd_gradcheck), and the derivative of the rule as well.  demos/10_own_operation.c has another.
 *
 *     make grade-12                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

void signed_square_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    not_yet();
}

static const gd_op signed_square_op = { .name = "signed_square", .rule = signed_square_rule, .reads = GD_INPUTS };

gd_tensor *signed_square(gd_tensor *x)
{
    gd_tensor *from = gd_contiguous(gd_detach(x)), *y = gd_zeros_like(x);
    for (int64_t i = 0; y && i < gd_numel(y); i++)
        y->data[i] = from->data[i] * fabs(from->data[i]);
    return gd_record(&signed_square_op, y, &x, 1, NULL, 0);
}
