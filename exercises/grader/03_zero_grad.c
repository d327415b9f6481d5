/* The check of 03_zero_grad: two functions with random coefficients; the sum of both slopes is recognised. */
#include "grader.h"

static double a, b;

static gd_tensor *parabola(gd_tensor *w) { return gd_scale(gd_square(w), a); }              /* slope 2 a w */
static gd_tensor *wave(gd_tensor *w)     { return gd_sin(gd_scale(w, b)); }                 /* slope b cos(b w) */

void grade(void)
{
    for (int i = 0; i < 20; i++) {
        GD_SCOPE;
        a = grade_number(0.5, 2), b = grade_number(0.5, 2);
        const double x = grade_number(0.5, 1.5), want[2] = { 2 * a * x, b * cos(b * x) };
        double got[2] = { NAN, NAN };
        gd_tensor *w = gd_set_name(gd_requires_grad(gd_scalar(x)), "w");
        two_slopes(w, parabola, wave, got);
        if (grade_near(got[0], want[0]) && grade_near(got[1], want[0] + want[1]))
            grade_wrong("slopes[1] is %.6g, the sum of both derivatives, %.6g and %.6g: gradients add up, and "
                        "gd_zero_grad_of(w) is missing between the passes", got[1], want[0], want[1]);
        if (grade_near(got[0], want[1]) && grade_near(got[1], want[0]))
            grade_wrong("the two are exchanged: slopes[0] is that of first, slopes[1] that of second");
        for (int k = 0; k < 2; k++)
            if (!grade_near(got[k], want[k]))
                grade_wrong("slopes[%d] is %.9g at w = %.6g, and should be %.9g", k, got[k], x, want[k]);
        if (w->grad)
            grade_wrong("w still has a gradient, %.6g, which the next pass would add to: zero it after the second, too",
                        gd_item(w->grad));
    }
}
