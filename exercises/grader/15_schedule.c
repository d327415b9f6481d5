/* The check of 15_schedule: every step of random plans. */
#include "grader.h"

static double half_cosine(const rate_plan *p, double u)
{
    return p->final + (p->base - p->final) * (1 + cos(acos(-1.0) * u)) / 2;
}

void grade(void)
{
    for (int i = 0; i < 10; i++) {
        rate_plan plan = { .base = grade_number(0.1, 1), .warmup = grade_whole(3, 8) };
        plan.final = plan.base * grade_number(0.01, 0.2);
        plan.steps = plan.warmup + grade_whole(10, 30);
        for (int t = 0; t < plan.steps + 5; t++) {
            const double warmup = (double)plan.warmup, fall = (double)(plan.steps - plan.warmup);
            double want = t < plan.warmup ? plan.base * (t + 1) / warmup
                                          : half_cosine(&plan, fmin(1, (t - warmup) / fall));
            double got = learning_rate(t, &plan);
            if (grade_near(got, want))
                continue;
            const char *why = "";
            if (t < plan.warmup && got == 0 && learning_rate(1, &plan) == 0)
                why = ": an integer divided by an integer is cut off to 0 in C";
            else if (t < plan.warmup && grade_near(got, plan.base * t / warmup))
                why = ": (t + 1)/warmup, so that the first step is not 0";
            else if (t < plan.warmup && grade_near(got, half_cosine(&plan, (t - warmup) / fall)))
                why = ": the warm-up is missing";
            else if (t >= plan.steps && !grade_near(got, plan.final))
                why = ": from t = steps on it is final";
            else if (t >= plan.warmup && grade_near(got, plan.base))
                why = ": is u an integer divided by an integer?  That is cut off to 0 in C";
            else if (grade_near(got, half_cosine(&plan, t / (double)plan.steps)))
                why = ": u counts from the end of the warm-up on";
            grade_wrong("at t = %d (base %.4g, final %.4g, warmup %d, steps %d) you return %.6g, and it is %.6g%s", t,
                        plan.base, plan.final, (int)plan.warmup, (int)plan.steps, got, want, why);
        }
    }
}
