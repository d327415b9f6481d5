/* grader.h - what the checks of the exercises have in common.  Each check is a function grade() in a file with the
 * exercise's name; it draws its inputs from the seed that the program is given, so that no answer can be written down
 * beforehand.  Its first complaint ends the program: one message for each run. */
#ifndef GRADER_H
#define GRADER_H

#include "exercises.h"

/* grade - the check of one exercise; returns when the answer is right. */
void grade(void);

/* grade_wrong - prints the message and ends the program. */
_Noreturn void grade_wrong(const char *format, ...) GD_FORMAT(1, 2);

/* Random inputs: a number between low and high; a whole number from low to high; normal numbers in a tensor. */
double     grade_number(double low, double high);
int        grade_whole(int low, int high);
gd_tensor *grade_normal(gd_shape shape);

/* grade_near - are the two the same but for rounding, |got - want| <= 1e-9 max(1, |want|)?
 * grade_alike - the same for tensors of the same shape; false for NULL. */
bool grade_near(double got, double want);
bool grade_alike(gd_tensor *got, gd_tensor *want);

/* grade_same - complains unless got is like want: NULL, another shape, or the element that is farthest off.  what names
 * it: "w after 2 steps".  hint follows the numbers; it may be "". */
void grade_same(const char *what, gd_tensor *got, gd_tensor *want, const char *hint);

/* grade_quietly - the library's messages do not end the program until grade_aloud: for failures that are part of a
 * check. */
void grade_quietly(void);
void grade_aloud(void);

/* ---- Optimizers, step by step (steps.c) ----------------------------------------------------------------- */

/* The rule for one element: w and its states are changed; g is the gradient, t the step from 1. */
typedef void grade_rule(double *w, double state[2], double g, int t);

typedef struct grade_mistake {              /* a rule that someone may write instead, and what to say of it */
    grade_rule *rule;
    const char *message;
} grade_mistake;

typedef void grade_stepper(gd_tensor *w, gd_tensor *const state[2], int t);

/* grade_steps - lets step run on random parameters, states of zeros and random gradients, and complains when w, the
 * states (their names: one or two) or the gradient afterwards are not what the rule makes of them; by the message of
 * the mistake that explains w, where there is one.  The mistakes end with a rule NULL. */
void grade_steps(grade_stepper *step, grade_rule *rule, const grade_mistake mistakes[], const char *const names[2]);

#endif
