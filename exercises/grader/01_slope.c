/* The check of 01_slope: a polynomial and a wave with random coefficients, whose derivative is known. */
#include "grader.h"

static double a, b, c;

static gd_tensor *f(gd_tensor *x)           /* a x^3 + b x + sin(c x) */
{
    return gd_add(gd_add(gd_scale(gd_pow(x, 3), a), gd_scale(x, b)), gd_sin(gd_scale(x, c)));
}

void grade(void)
{
    for (int i = 0; i < 20; i++) {
        GD_SCOPE;
        a = grade_number(0.5, 2), b = grade_number(-2, 2), c = grade_number(0.5, 3);
        double x = grade_number(0.5, 2);
        double got = slope(f, x), want = 3 * a * x * x + b + c * cos(c * x);
        if (grade_near(got, want))
            continue;
        if (grade_near(got, gd_item(f(gd_scalar(x)))))
            grade_wrong("f(x) came back instead of f'(x): for x = %.6g, f(x) is %.6g and f'(x) is %.6g", x, got, want);
        if (fabs(got - want) < 1e-3 * fabs(want))
            grade_wrong("for x = %.6g f'(x) is off by %.1e: a difference quotient?  p->grad is exact", x, got - want);
        grade_wrong("for x = %.6g you return %.9g, and f'(x) is %.9g", x, got, want);
    }
}
