/* The check of 16_clipping: two tensors, longer together than max, and not. */
#include "grader.h"

static double length_of(gd_tensor *g) { return sqrt(gd_item(gd_sum(gd_square(g)))); }

void grade(void)
{
    for (int i = 0; i < 10; i++) {
        GD_SCOPE;
        gd_tensor *g[2] = { grade_normal(GD_SHAPE(2, 3)), grade_normal(GD_SHAPE(4)) }, *ws[2];
        const double a = length_of(g[0]), b = length_of(g[1]), norm = sqrt(a * a + b * b);
        const bool shorter = i % 3 == 2;
        const double max = shorter ? norm * grade_number(1.1, 2) : norm * grade_number(0.1, 0.25);
        for (int k = 0; k < 2; k++) {
            ws[k] = gd_requires_grad(grade_normal(gd_shape_of_tensor(g[k])));
            gd_set_grad(ws[k], g[k]);
        }
        double got = clip_gradients(ws, 2, max);
        if (!ws[0]->grad || !ws[1]->grad)
            grade_wrong("a gradient is gone");
        if (shorter && grade_alike(ws[0]->grad, gd_scale(g[0], max / norm)))
            grade_wrong("the gradients are %.4g long, max is %.4g, and they were made longer: leave them", norm, max);
        if (!shorter && grade_alike(ws[0]->grad, gd_scale(g[0], fmin(1, max / a))) &&
            grade_alike(ws[1]->grad, gd_scale(g[1], fmin(1, max / b))))
            grade_wrong("each tensor was clipped by its own length: N is that of all together, so that the "
                        "direction stays");
        if (!shorter && grade_alike(ws[0]->grad, gd_clamp(g[0], -max, max)) &&
            grade_alike(ws[1]->grad, gd_clamp(g[1], -max, max)) &&
            !(grade_alike(ws[0]->grad, g[0]) && grade_alike(ws[1]->grad, g[1])))
            grade_wrong("single elements were cut off at max, which changes the direction: multiply all by max/N");
        if (!shorter && grade_alike(ws[0]->grad, g[0]) && grade_alike(ws[1]->grad, g[1]))
            grade_wrong("the gradients are %.4g long, max is %.4g, and nothing has changed: gd_set_grad", norm, max);
        for (int k = 0; k < 2; k++)
            grade_same(k ? "the second gradient" : "the first gradient", ws[k]->grad,
                       gd_scale(g[k], shorter ? 1 : max / norm), "");
        if (grade_near(got, norm * norm))
            grade_wrong("you return N^2: the root is missing");
        if (!grade_near(got, norm))
            grade_wrong("you return %.9g, and N before clipping is %.9g", got, norm);
    }
}
