/* The check of 05_linear: values, and gradients of both parameters. */
#include "grader.h"

void grade(void)
{
    for (int i = 0; i < 10; i++) {
        GD_SCOPE;
        const int d = grade_whole(2, 4), k = d + 1, n = k + grade_whole(1, 3);
        gd_tensor *x = grade_normal(GD_SHAPE(n, d));
        gd_tensor *w = gd_set_name(gd_requires_grad(grade_normal(GD_SHAPE(d, k))), "w");
        gd_tensor *b = gd_set_name(gd_requires_grad(grade_normal(GD_SHAPE(k))), "b");
        gd_tensor *want = gd_matmul(gd_detach(x), gd_detach(w)), *y = linear(x, w, b);
        if (grade_alike(y, want))
            grade_wrong("y is x w: b is missing");
        if (grade_alike(y, gd_sub(want, gd_detach(b))))
            grade_wrong("b is subtracted: y = x w + b");
        want = gd_add(want, gd_detach(b));
        grade_same("y", y, want, "");
        if (!y->node)
            grade_wrong("y is right, but not recorded: gd_backward would find nothing (GD_NO_GRAD, gd_detach, a loop "
                        "over ->data?)");
        gd_tensor *dy = grade_normal(GD_SHAPE(n, k));
        gd_backward_from(y, dy, false);
        if (!w->grad || !b->grad)
            grade_wrong("after gd_backward %s->grad is still NULL: it was detached", w->grad ? "b" : "w");
        grade_same("w->grad", w->grad, gd_matmul(gd_transpose(x, 0, 1), dy), "");
        grade_same("b->grad", b->grad, gd_sum_axis(dy, 0, false), "");
    }
}
