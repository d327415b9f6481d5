/* The check of 14_layer: what is in the model, under which names; values; gradients of both parameters. */
#include "grader.h"

#include <string.h>

static gd_tensor *in_model(gd_params *net, const char *name, gd_tensor *tensor, const char *which)
{
    if (!tensor)
        grade_wrong("residual_new leaves %s NULL", which);
    for (int i = 0; i < gd_params_tensors(net); i++)
        if (strcmp(gd_params_at(net, i)->name, name) == 0) {
            if (gd_params_at(net, i) != tensor)
                grade_wrong("the layer's %s is not what net has under \"%s\": keep what gd_param returns", which, name);
            return tensor;
        }
    grade_wrong("net has no \"%s\": it would be neither trained nor saved; gd_param(net, name, value) adds it", name);
}

void grade(void)
{
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        const int n = grade_whole(2, 5), width = 40 + grade_whole(1, 9);
        gd_params *net = gd_params_new();
        residual first = residual_new(net, "block1", width), second = residual_new(net, "block2", width);
        gd_tensor *w = in_model(net, "block1.weight", first.weight, "weight");
        gd_tensor *b = in_model(net, "block1.bias", first.bias, "bias");
        in_model(net, "block2.weight", second.weight, "weight");
        in_model(net, "block2.bias", second.bias, "bias");
        grade_same("the bias at first", gd_detach(b), gd_zeros(GD_SHAPE(width)), "");
        if (w->ndim != 2 || w->shape[0] != width || w->shape[1] != width)
            grade_wrong("the weight is not [%d, %d]", width, width);
        if (grade_alike(gd_detach(w), gd_detach(second.weight)))
            grade_wrong("two new layers have the same weights: draw them anew for each (gd_normal)");
        double deviation = sqrt(gd_item(gd_mean(gd_square(gd_detach(w)))));
        if (!(deviation > 0.8 / sqrt(width) && deviation < 1.2 / sqrt(width)))
            grade_wrong("the weights have the deviation %.3f, and should have 1/sqrt(%d), %.3f", deviation, width,
                        1 / sqrt(width));
        gd_no_grad_begin();
        gd_assign(b, grade_normal(GD_SHAPE(width)));
        gd_no_grad_end();
        gd_tensor *x = grade_normal(GD_SHAPE(n, width)), *y = residual_apply(&first, x);
        gd_tensor *inner = gd_relu(gd_add(gd_matmul(x, gd_detach(w)), gd_detach(b)));
        if (grade_alike(y, inner))
            grade_wrong("y is relu(x weight + bias): x is missing, the path around the layer");
        if (grade_alike(y, gd_relu(gd_add(x, gd_add(gd_matmul(x, gd_detach(w)), gd_detach(b))))))
            grade_wrong("relu was taken of the sum with x, too: y = x + relu(x weight + bias)");
        if (grade_alike(y, gd_add(x, gd_relu(gd_add(gd_matmul(x, gd_transpose(gd_detach(w), 0, 1)), gd_detach(b))))))
            grade_wrong("x was multiplied by weight transposed: here it is x weight");
        grade_same("y", y, gd_add(x, inner), "");
        gd_backward(gd_sum(y));
        if (!w->grad || !b->grad)
            grade_wrong("after gd_backward %s->grad is NULL", w->grad ? "bias" : "weight");
        gd_params_free(net);
    }
}
