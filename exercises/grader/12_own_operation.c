/* The check of 12_own_operation: gradcheck and gradgradcheck. */
#include "grader.h"

static gd_tensor *function(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return signed_square(xs[0]);
}

/* What the rule makes of dy at x. */
static gd_tensor *pulled_back(gd_tensor *x, gd_tensor *dy)
{
    gd_tensor *dx;
    gd_grad(signed_square(x), dy, &x, 1, &dx, false);
    return dx;
}

void grade(void)
{
    for (int i = 0; i < 4; i++) {
        GD_SCOPE;
        gd_tensor *x = gd_requires_grad(grade_normal(GD_SHAPE(2, 3))), *dy = grade_normal(GD_SHAPE(2, 3));
        x->data[0] = -fabs(x->data[0]), x->data[1] = fabs(x->data[1]);          /* both signs */
        gd_tensor *dx = pulled_back(x, dy), *plain = gd_detach(x);
        if (grade_alike(dx, pulled_back(x, gd_scale(dy, 2))))
            grade_wrong("dx is the same for dy and for 2 dy: multiply by dy, the gradient of what comes after");
        if (grade_alike(dx, gd_mul(dy, gd_scale(plain, 2))))
            grade_wrong("dx = 2 x dy has the wrong sign where x < 0, as at x = %.3g: y' = 2 |x|",
                        gd_item(gd_min(plain)));
        grade_quietly();
        if (!gd_gradcheck(function, NULL, &x, 1, gd_gradcheck_defaults()))
            grade_wrong("%s", gd_last_error());
        if (!gd_gradgradcheck(function, NULL, &x, 1, gd_gradcheck_defaults()))
            grade_wrong("the rule is right, but cannot be differentiated itself: is it in the library's "
                        "operations?  %s", gd_last_error());
        grade_aloud();
    }
}
