/* The check of 21_adam: beside what is often written instead. */
#include "grader.h"

static double lr, beta1, beta2, eps;

/* One step with v and s divided by v_scale and s_scale. */
static void corrected(double *w, double state[2], double g, double v_scale, double s_scale)
{
    state[0] = beta1 * state[0] + (1 - beta1) * g;
    state[1] = beta2 * state[1] + (1 - beta2) * g * g;
    *w -= lr * (state[0] / v_scale) / (sqrt(state[1] / s_scale) + eps);
}

static double from(double beta, int t) { return 1 - pow(beta, t); }

static void rule(double *w, double state[2], double g, int t)
{
    corrected(w, state, g, from(beta1, t), from(beta2, t));
}

static void uncorrected(double *w, double state[2], double g, int t) { (void)t; corrected(w, state, g, 1, 1); }
static void v_alone(double *w, double state[2], double g, int t)     { corrected(w, state, g, from(beta1, t), 1); }
static void s_alone(double *w, double state[2], double g, int t)     { corrected(w, state, g, 1, from(beta2, t)); }

static void one_late(double *w, double state[2], double g, int t)
{
    corrected(w, state, g, from(beta1, t + 1), from(beta2, t + 1));
}

static void one_early(double *w, double state[2], double g, int t)
{
    corrected(w, state, g, from(beta1, t - 1), from(beta2, t - 1));
}

static void same_correction(double *w, double state[2], double g, int t)
{
    (void)t;
    corrected(w, state, g, 1 - beta1, 1 - beta2);
}

static void kept_corrected(double *w, double state[2], double g, int t)
{
    state[0] = (beta1 * state[0] + (1 - beta1) * g) / from(beta1, t);
    state[1] = (beta2 * state[1] + (1 - beta2) * g * g) / from(beta2, t);
    *w -= lr * state[0] / (sqrt(state[1]) + eps);
}

static void eps_inside(double *w, double state[2], double g, int t)
{
    state[0] = beta1 * state[0] + (1 - beta1) * g;
    state[1] = beta2 * state[1] + (1 - beta2) * g * g;
    *w -= lr * (state[0] / from(beta1, t)) / sqrt(state[1] / from(beta2, t) + eps);
}

static void without_square(double *w, double state[2], double g, int t)
{
    state[0] = beta1 * state[0] + (1 - beta1) * g;
    state[1] = beta2 * state[1] + (1 - beta2) * g;
    *w -= lr * (state[0] / from(beta1, t)) / (sqrt(state[1] / from(beta2, t)) + eps);
}

static void without_v(double *w, double state[2], double g, int t)
{
    state[1] = beta2 * state[1] + (1 - beta2) * g * g;
    *w -= lr * g / (sqrt(state[1] / from(beta2, t)) + eps);
}

static void step(gd_tensor *w, gd_tensor *const state[2], int t)
{
    adam_step(w, state[0], state[1], t, lr, beta1, beta2, eps);
}

void grade(void)
{
    static const grade_mistake mistakes[] = {
        { uncorrected, "the bias correction is missing: v and s begin at 0 and are too small at first" },
        { v_alone, "v is corrected and s is not" },
        { s_alone, "s is corrected and v is not" },
        { one_late, "the correction is that of step t + 1: t is 1 in the first step already" },
        { one_early, "the correction is that of step t - 1, which divides by 0 in the first step: 1 - beta^t" },
        { same_correction, "the correction is 1 - beta in every step, and should be 1 - beta^t" },
        { kept_corrected, "the corrected moments were kept: v and s stay uncorrected, v^ and s^ are for one step" },
        { eps_inside, "eps is under the root: in Adam it is added to the root, sqrt(s^) + eps" },
        { without_square, "g enters s, and should do so squared" },
        { without_v, "w moves by g: v^ should stand there" },
        { NULL, NULL },
    };
    lr = grade_number(0.05, 0.5), beta1 = grade_number(0.5, 0.7);
    beta2 = grade_number(0.8, 0.99), eps = grade_number(0.01, 0.1);
    grade_steps(step, rule, mistakes, (const char *[2]){ "v", "s" });
}
