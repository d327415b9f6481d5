/* The check of 07_descent. */
#include "grader.h"

static double lr;

static void rule(double *w, double state[2], double g, int t)     { (void)state, (void)t; *w -= lr * g; }
static void without_lr(double *w, double state[2], double g, int t) { (void)state, (void)t; *w -= g; }
static void step(gd_tensor *w, gd_tensor *const state[2], int t)  { (void)state, (void)t; descent_step(w, lr); }

void grade(void)
{
    static const grade_mistake mistakes[] = { { without_lr, "w goes down by g: the learning rate is missing" },
                                              { NULL, NULL } };
    lr = grade_number(0.05, 0.5);
    grade_steps(step, rule, mistakes, (const char *[2]){ NULL, NULL });
}
