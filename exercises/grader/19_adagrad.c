/* The check of 19_adagrad: beside what is often written instead. */
#include "grader.h"

static double lr, eps;

static void rule(double *w, double s[2], double g, int t)
{
    (void)t;
    s[0] += g * g;
    *w -= lr * g / sqrt(s[0] + eps);
}

static void eps_outside(double *w, double s[2], double g, int t)
{
    (void)t;
    s[0] += g * g;
    *w -= lr * g / (sqrt(s[0]) + eps);
}

static void without_root(double *w, double s[2], double g, int t)
{
    (void)t;
    s[0] += g * g;
    *w -= lr * g / (s[0] + eps);
}

static void without_square(double *w, double s[2], double g, int t)
{
    (void)t;
    s[0] += g;
    *w -= lr * g / sqrt(s[0] + eps);
}

static void late(double *w, double s[2], double g, int t)
{
    (void)t;
    *w -= lr * g / sqrt(s[0] + eps);
    s[0] += g * g;
}

static void forgetful(double *w, double s[2], double g, int t)
{
    (void)s, (void)t;
    *w -= lr * g / sqrt(g * g + eps);
}

static void step(gd_tensor *w, gd_tensor *const state[2], int t) { (void)t; adagrad_step(w, state[0], lr, eps); }

void grade(void)
{
    static const grade_mistake mistakes[] = {
        { eps_outside, "eps belongs under the root here: sqrt(s + eps)" },
        { without_root, "g is divided by s itself: the root is missing" },
        { without_square, "g was added to s, and not g^2" },
        { late, "g is divided by the old s: first s, then w" },
        { forgetful, "s is the square of the last gradient alone: it must be kept from step to step (gd_add_to)" },
        { NULL, NULL },
    };
    lr = grade_number(0.1, 0.5), eps = grade_number(0.01, 0.1);
    grade_steps(step, rule, mistakes, (const char *[2]){ "s", NULL });
}
