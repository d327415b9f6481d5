/* 15_schedule - warm-up, then a half cosine (the book's 12.11).
 *
 * In the first warmup steps, t = 0 .. warmup - 1, the learning rate rises to base: base (t + 1)/warmup.  Then it falls:
 *
 *     final + (base - final) (1 + cos(pi u))/2        u = (t - warmup)/(steps - warmup)
 *
 * and from t = steps on it is final.  Mind that the quotient of two integers is an integer in C.  M_PI may be missing:
 * acos(-1.0) is pi.
 *
 *     make grade-15                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

double learning_rate(int64_t t, const rate_plan *plan)
{
    if (t < plan->warmup)
        return plan->base * (double)(t + 1) / (double)plan->warmup;
    if (t >= plan->steps)
        return plan->final;
    double u = (double)(t - plan->warmup) / (double)(plan->steps - plan->warmup);
    return plan->final + (plan->base - plan->final) * (1 + cos(acos(-1.0) * u)) / 2;
}
