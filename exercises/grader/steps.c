/* steps.c - the steps of an optimizer beside those of its rule, and of rules with known mistakes. */
#include "grader.h"

#include <string.h>

enum { ELEMENTS = 6, STEPS = 4, ROUNDS = 5, MAX_MISTAKES = 10 };

typedef struct course {                     /* what a rule has made of the elements so far */
    double w[ELEMENTS], state[ELEMENTS][2];
} course;

static void advance(course *c, grade_rule *rule, gd_tensor *g, int t)
{
    for (int i = 0; i < ELEMENTS; i++)
        rule(&c->w[i], c->state[i], g->data[i], t);
}

static gd_tensor *w_of(const course *c)
{
    return gd_from(GD_SHAPE(3, 2), c->w);
}

static gd_tensor *state_of(const course *c, int k)
{
    gd_tensor *state = gd_zeros(GD_SHAPE(3, 2));
    for (int i = 0; i < ELEMENTS; i++)
        state->data[i] = c->state[i][k];
    return state;
}

/* w was not what it should be after step t, for the first time, and the steps have gone on to the last: why? */
static void explain(gd_tensor *w, gd_tensor *last_w, gd_tensor *before, const course *right, const course wrong[],
                    const course last_wrong[], const grade_mistake mistakes[], int t)
{
    for (int i = 0; mistakes[i].rule; i++)
        if (grade_alike(w, w_of(&wrong[i])) && grade_alike(last_w, w_of(&last_wrong[i])))
            grade_wrong("after step %d: %s", t, mistakes[i].message);
    for (int i = 0; mistakes[i].rule; i++)
        if (grade_alike(w, w_of(&wrong[i])))
            grade_wrong("after step %d: %s", t, mistakes[i].message);
    gd_tensor *moved = gd_sub(w, before), *should = gd_sub(w_of(right), before);
    if (grade_alike(w, before))
        grade_wrong("w is as it was before: change it in place, by gd_add_to or gd_assign");
    if (grade_alike(moved, gd_neg(should)))
        grade_wrong("w goes the wrong way, uphill: its first element by %.6g instead of %.6g", moved->data[0],
                    should->data[0]);
    char what[40];
    snprintf(what, sizeof what, "w after step %d", t);
    grade_same(what, w, w_of(right), "");
}

static void compare_state(const char *name, gd_tensor *got, gd_tensor *before, gd_tensor *want, int t)
{
    char what[40];
    snprintf(what, sizeof what, "%s after step %d", name, t);
    if (grade_alike(got, before) && !grade_alike(got, want))
        grade_wrong("%s is as it was before, and the next step knows nothing of this one: change it in place", name);
    grade_same(what, got, want, "w is right so far; is what is kept what the rule keeps?");
}

static void one_round(grade_stepper *step, grade_rule *rule, const grade_mistake mistakes[],
                      const char *const names[2])
{
    GD_SCOPE;
    gd_tensor *w = gd_set_name(gd_requires_grad(grade_normal(GD_SHAPE(3, 2))), "w");
    gd_tensor *state[2] = { gd_zeros(GD_SHAPE(3, 2)), gd_zeros(GD_SHAPE(3, 2)) };
    course right = { .w = { 0 } }, wrong[MAX_MISTAKES], right_then = right, wrong_then[MAX_MISTAKES];
    memcpy(right.w, w->data, sizeof right.w);
    for (int i = 0; i < MAX_MISTAKES; i++)
        wrong[i] = wrong_then[i] = right;
    gd_tensor *before_then = NULL, *w_then = NULL;
    int failed_at = 0;
    for (int t = 1; t <= STEPS; t++) {
        gd_tensor *before = gd_from(GD_SHAPE(3, 2), w->data), *g = grade_normal(GD_SHAPE(3, 2));
        gd_tensor *state_before[2] = { state_of(&right, 0), state_of(&right, 1) };
        gd_set_grad(w, g);
        advance(&right, rule, g, t);
        for (int i = 0; mistakes[i].rule; i++)
            advance(&wrong[i], mistakes[i].rule, g, t);
        step(w, state, t);
        GD_NO_GRAD;
        if (failed_at)
            continue;
        if (!grade_alike(w, w_of(&right))) {
            failed_at = t, before_then = before, w_then = gd_from(GD_SHAPE(3, 2), w->data), right_then = right;
            memcpy(wrong_then, wrong, sizeof wrong);
            continue;
        }
        for (int k = 0; k < 2 && names[k]; k++)
            compare_state(names[k], state[k], state_before[k], state_of(&right, k), t);
        if (w->grad)
            grade_wrong("w still has its gradient after the step, and the next pass adds to it: gd_zero_grad_of(w)");
    }
    GD_NO_GRAD;
    if (failed_at)
        explain(w_then, w, before_then, &right_then, wrong_then, wrong, mistakes, failed_at);
}

void grade_steps(grade_stepper *step, grade_rule *rule, const grade_mistake mistakes[], const char *const names[2])
{
    for (int i = 0; i < ROUNDS; i++)
        one_round(step, rule, mistakes, names);
}
