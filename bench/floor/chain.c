/* chain.c - the floor of the tape: records products by a constant and walks back over them.
 *
 * A bare tape has what reverse mode cannot do without: for each operation a value, a gradient, its inputs and a
 * function that knows the rule.  No shapes, no errors, one number for each value. */
#include "floor.h"

enum { ROOM = 4096 };

typedef struct node node;
struct node {
    void (*rule)(node *y);
    node *a, *b;
    float value, grad;
};

static node tape[ROOM];

static void mul_rule(node *y)
{
    y->a->grad += y->grad * y->b->value;
    if (y->b->rule)
        y->b->grad += y->grad * y->a->value;
}

__attribute__((noinline)) static node *mul(node *at, node *a, node *b)
{
    at->rule = mul_rule;
    at->a = a;
    at->b = b;
    at->value = a->value * b->value;
    at->grad = 0;
    return at;
}

float floor_chain(int64_t length, float x, float c, float *dx)
{
    node first = { .value = x }, constant = { .value = c };
    node *y = &first;
    for (int64_t i = 0; i < length; i++)
        y = mul(&tape[i], y, &constant);
    y->grad = 1;
    for (int64_t i = length - 1; i >= 0; i--)
        tape[i].rule(&tape[i]);
    *dx = first.grad;
    return y->value;
}
