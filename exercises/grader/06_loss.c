/* The check of 06_loss: the mean that broadcasting makes of [n, 1] and [n] is recognised. */
#include "grader.h"

void grade(void)
{
    for (int i = 0; i < 10; i++) {
        GD_SCOPE;
        const int n = grade_whole(3, 7);
        gd_tensor *prediction = gd_requires_grad(grade_normal(GD_SHAPE(n, 1))), *y = grade_normal(GD_SHAPE(n));
        gd_tensor *p = gd_detach(prediction), *loss = half_mse(prediction, y);
        double want = gd_item(gd_sum(gd_square(gd_sub(gd_reshape(p, GD_SHAPE(n)), y)))) / (2 * n);
        double pairs = gd_item(gd_mean(gd_square(gd_sub(p, y)))) / 2;
        if (!loss)
            grade_wrong("the loss is NULL");
        if (gd_numel(loss) != 1)
            grade_wrong("the loss has %d elements, and should be one number: the mean of all", (int)gd_numel(loss));
        double got = gd_item(loss);
        if (grade_near(got, pairs) || grade_near(got, 2 * pairs))
            grade_wrong("[%d, 1] minus [%d] was broadcast to [%d, %d]: every prediction is compared with every y, not "
                        "with its own", n, n, n, n);
        if (grade_near(got, 2 * want))
            grade_wrong("the loss is twice what it should be: half the mean squared error");
        if (grade_near(got, n * want))
            grade_wrong("the loss is the sum over the %d rows, and should be their mean", n);
        if (!grade_near(got, want))
            grade_wrong("the loss of %d rows is %.9g, and should be %.9g", n, got, want);
        if (!loss->node)
            grade_wrong("the loss is right, but not recorded: gd_backward would find nothing");
        gd_backward(loss);
        grade_same("the gradient of the prediction", prediction->grad,
                   gd_scale(gd_sub(p, gd_reshape(y, GD_SHAPE(n, 1))), 1.0 / n), "");
    }
}
