/* The check of 04_broadcast: beside the engine's gradients, for random shapes. */
#include "grader.h"

/* Complains with the likely reason where there is one. */
static void compare(const char *what, gd_tensor *got, gd_tensor *want, gd_tensor *summands)
{
    if (got && got->ndim == 2 && gd_numel(got) == gd_numel(summands))
        grade_wrong("%s is [%d, %d], as y is: sum over the rows, to which it was broadcast", what, (int)got->shape[0],
                    (int)got->shape[1]);
    if (grade_alike(got, gd_mean_axis(summands, 0, false)))
        grade_wrong("%s is the mean over the rows: gradients are summed", what);
    if (grade_alike(got, gd_sum_axis(summands, 1, false)))
        grade_wrong("%s is summed along the rows (axis 1), and was broadcast over them (axis 0)", what);
    grade_same(what, got, want, "");
}

void grade(void)
{
    for (int i = 0; i < 10; i++) {
        GD_SCOPE;
        const int n = grade_whole(2, 5), d = n + grade_whole(1, 3);
        gd_tensor *x = grade_normal(GD_SHAPE(n, d)), *dy = grade_normal(GD_SHAPE(n, d));
        gd_tensor *s = gd_requires_grad(grade_normal(GD_SHAPE(d))), *b = gd_requires_grad(grade_normal(GD_SHAPE(d)));
        gd_backward_from(gd_add(gd_mul(x, s), b), dy, false);
        gd_tensor *db = bias_gradient(dy), *ds = scale_gradient(dy, x);
        compare("the gradient of b", db, b->grad, dy);
        if (grade_alike(ds, b->grad))
            grade_wrong("the gradient of s is that of b: y = x s, so each row of dy is multiplied by that of x");
        compare("the gradient of s", ds, s->grad, gd_mul(dy, x));
    }
}
