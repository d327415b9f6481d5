/* The check of 09_momentum: beside what is often written instead. */
#include "grader.h"

static double lr, beta;

static void rule(double *w, double v[2], double g, int t)
{
    (void)t;
    v[0] = beta * v[0] + g;
    *w -= lr * v[0];
}

static void leaky(double *w, double v[2], double g, int t)
{
    (void)t;
    v[0] = beta * v[0] + (1 - beta) * g;
    *w -= lr * v[0];
}

static void late(double *w, double v[2], double g, int t)
{
    (void)t;
    *w -= lr * v[0];
    v[0] = beta * v[0] + g;
}

static void nesterov(double *w, double v[2], double g, int t)
{
    (void)t;
    v[0] = beta * v[0] + g;
    *w -= lr * (g + beta * v[0]);
}

static void plain(double *w, double v[2], double g, int t)    { (void)v, (void)t; *w -= lr * g; }

static void step(gd_tensor *w, gd_tensor *const state[2], int t)
{
    (void)t;
    momentum_step(w, state[0], lr, beta);
}

void grade(void)
{
    static const grade_mistake mistakes[] = {
        { leaky, "g enters v with the weight 1 - beta, as in Adam; here it is v = beta v + g" },
        { late, "w was moved by the old v: first v, then w" },
        { nesterov, "that is Nesterov's step, by g + beta v; here w moves by v" },
        { plain, "w moves by the gradient alone: v is not used, or not kept from step to step" },
        { NULL, NULL },
    };
    lr = grade_number(0.05, 0.5), beta = grade_number(0.4, 0.9);
    grade_steps(step, rule, mistakes, (const char *[2]){ "v", NULL });
}
