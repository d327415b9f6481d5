/* The check of 11_two_layers: beside the engine's gradients; names the parameter and the element. */
#include "grader.h"

static gd_tensor *loss_of(const two_layers *net, gd_tensor *x, gd_tensor *y)
{
    gd_tensor *h = gd_relu(gd_add(gd_matmul(x, net->w1), net->b1));
    gd_tensor *o = gd_add(gd_matmul(h, net->w2), net->b2);
    return gd_scale(gd_sum(gd_square(gd_sub(o, y))), 0.5 / (double)x->shape[0]);
}

/* What w1's gradient is when relu is forgotten on the way back. */
static gd_tensor *without_relu(const two_layers *net, gd_tensor *x, gd_tensor *y)
{
    gd_tensor *h = gd_relu(gd_add(gd_matmul(x, net->w1), net->b1));
    gd_tensor *d_o = gd_scale(gd_sub(gd_add(gd_matmul(h, net->w2), net->b2), y), 1 / (double)x->shape[0]);
    return gd_matmul(gd_transpose(x, 0, 1), gd_matmul(d_o, gd_transpose(net->w2, 0, 1)));
}

static void compare(const char *what, gd_tensor *got, gd_tensor *want, int n)
{
    if (grade_alike(got, gd_scale(want, n)))
        grade_wrong("%s is %d times too large: the loss is the mean over %d rows", what, n, n);
    if (grade_alike(got, gd_neg(want)))
        grade_wrong("%s has the wrong sign: do = (o - y)/n", what);
    grade_same(what, got, want, "");
}

void grade(void)
{
    for (int i = 0; i < 6; i++) {
        GD_SCOPE;
        const int n = grade_whole(4, 7), inputs = 3, hidden = 8, outputs = 2;
        gd_tensor *x = grade_normal(GD_SHAPE(n, inputs)), *y = grade_normal(GD_SHAPE(n, outputs));
        two_layers net = { grade_normal(GD_SHAPE(inputs, hidden)), grade_normal(GD_SHAPE(hidden)),
                           grade_normal(GD_SHAPE(hidden, outputs)), grade_normal(GD_SHAPE(outputs)) };
        two_layers got = { NULL, NULL, NULL, NULL };
        two_layers_backward(&net, x, y, &got);
        gd_tensor *no_relu = without_relu(&net, x, y);
        two_layers leaf = { gd_requires_grad(gd_detach(net.w1)), gd_requires_grad(gd_detach(net.b1)),
                            gd_requires_grad(gd_detach(net.w2)), gd_requires_grad(gd_detach(net.b2)) };
        gd_backward(loss_of(&leaf, x, y));
        compare("the gradient of w2", got.w2, leaf.w2->grad, n);
        compare("the gradient of b2", got.b2, leaf.b2->grad, n);
        if (grade_alike(got.w1, no_relu))
            grade_wrong("the gradient of w1 passes where relu was 0: d_a is d_h only where a > 0");
        compare("the gradient of w1", got.w1, leaf.w1->grad, n);
        compare("the gradient of b1", got.b1, leaf.b1->grad, n);
    }
}
