/* The check of 20_rmsprop: beside what is often written instead. */
#include "grader.h"

static double lr, gamma_, eps;

static void with(double *w, double *s, double g, double keep, double add)
{
    *s = keep * *s + add * g * g;
    *w -= lr * g / sqrt(*s + eps);
}

static void rule(double *w, double s[2], double g, int t)       { (void)t; with(w, s, g, gamma_, 1 - gamma_); }
static void exchanged(double *w, double s[2], double g, int t)  { (void)t; with(w, s, g, 1 - gamma_, gamma_); }
static void adagrad(double *w, double s[2], double g, int t)    { (void)t; with(w, s, g, 1, 1); }
static void weightless(double *w, double s[2], double g, int t) { (void)t; with(w, s, g, gamma_, 1); }

static void eps_outside(double *w, double s[2], double g, int t)
{
    (void)t;
    s[0] = gamma_ * s[0] + (1 - gamma_) * g * g;
    *w -= lr * g / (sqrt(s[0]) + eps);
}

static void without_root(double *w, double s[2], double g, int t)
{
    (void)t;
    s[0] = gamma_ * s[0] + (1 - gamma_) * g * g;
    *w -= lr * g / (s[0] + eps);
}

static void step(gd_tensor *w, gd_tensor *const state[2], int t)
{
    (void)t;
    rmsprop_step(w, state[0], lr, gamma_, eps);
}

void grade(void)
{
    static const grade_mistake mistakes[] = {
        { exchanged, "gamma and 1 - gamma are exchanged: s keeps gamma of what it was" },
        { adagrad, "s only grows, which is Adagrad: s = gamma s + (1 - gamma) g^2" },
        { weightless, "g^2 enters s with the weight 1, and should with 1 - gamma" },
        { eps_outside, "eps belongs under the root here: sqrt(s + eps)" },
        { without_root, "g is divided by s itself: the root is missing" },
        { NULL, NULL },
    };
    lr = grade_number(0.1, 0.5), gamma_ = grade_number(0.6, 0.95), eps = grade_number(0.01, 0.1);
    grade_steps(step, rule, mistakes, (const char *[2]){ "s", NULL });
}
