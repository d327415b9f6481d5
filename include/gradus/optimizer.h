/* optimizer.h - stepping, groups of parameters with options of their own, access to an optimizer's state.  The
 * algorithms are in algorithms.h, recent.h and full_batch.h; plug.h is the interface for one of your own. */
#ifndef GRADUS_OPTIMIZER_H
#define GRADUS_OPTIMIZER_H

#include "nn.h"
#include "schedule.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef struct gd_optimizer gd_optimizer;
typedef struct gd_algorithm gd_algorithm;   /* see plug.h */
typedef struct gd_group gd_group;

/* ---- Stepping ----------------------------------------------------------------------------------------- */

/* gd_step - one update of every parameter that has a gradient, also of parameters that were added to the
 * model after the optimizer was made; the others, frozen ones among them, stay as they are.  Afterwards
 * backward refuses graphs that were recorded with the old values and still need them.
 * False, and no parameter has changed: o is NULL; no parameter at all has a gradient; a learning rate is
 * negative, NaN or does not fit gd_real; a count of steps, where it was written to, is negative, NaN or not below
 * 2^53; a gradient has another shape than its parameter; memory for the state is out; the algorithm
 * does not serve a parameter of this shape (Muon), or needs a closure; o->check_finite is set and gd_check_finite(o)
 * fails.  Where it is not set, a NaN or an infinity in a gradient goes into the parameter without a message. */
bool gd_step(gd_optimizer *o);

/* gd_step_closure - for algorithms that evaluate the loss several times in a step (L-BFGS): closure computes
 * the loss and fresh gradients (zero_grad, forward, backward) and returns the loss as a number; NaN if it
 * failed.  Any other algorithm calls it once and steps.  Returns the loss before the step; NaN on failure, and the
 * message of a failure inside the closure stands.  When the loss is infinite, or NaN without a message, in the middle
 * of a step, L-BFGS tries a shorter one; after a failure with a message, or a loss without any gradient, it ends at the
 * best point so far. */
typedef double gd_closure(void *context);
double gd_step_closure(gd_optimizer *o, gd_closure *closure, void *context);

/* gd_check_finite - is every element of every parameter and every gradient finite?  False, with a message that names
 * the first parameter, the element and its value: "gd_check_finite: the gradient of hidden.weight is inf at [3, 7]".
 * Reads everything once; o->check_finite = true makes every gd_step do it, and L-BFGS where a step begins. */
bool gd_check_finite(gd_optimizer *o);

/* gd_zero_grad - sets ->grad of every parameter to NULL. */
void gd_zero_grad(gd_optimizer *o);

/* gd_optimizer_free - with all of its state; the parameters stay.  NULL is fine.  The model must still be
 * there when gd_step is called, but not here. */
void gd_optimizer_free(gd_optimizer *o);

/* ---- Groups: parameters with options of their own -------------------------------------------------------
 *
 *     gd_group *biases = gd_optimizer_group(adam, "hidden.bias", NULL);
 *     gd_group_set(biases, "weight_decay", 0);
 *     biases->lr = 0.1;
 *
 * A parameter belongs to the first group until it is put into another one. */

struct gd_group {
    double      lr;                         /* learning rate; assign it as you like between two steps */
    gd_schedule schedule;                   /* where set, gd_step assigns lr from it; see gd_set_schedule */
    const void *options;                    /* read only: the group's copy of the options; lr is above */
    gd_optimizer *optimizer;
    gd_group   *next;
    struct gd_group_inside *inside;         /* private */
};

/* gd_optimizer_group - a new group for the parameters whose names begin with prefix (NULL or "": none),
 * including those that the model gets later ("h1" fits "h10.weight", too: "h1." does not).  options: as the
 * constructor takes them, by address; NULL: the same as the first group's.  Its lr and its schedule are its own from
 * then on.  A parameter that several prefixes fit belongs to the newest such group.  The group lives as long as o.
 * Errors: o is NULL, an option is out of range, the options were not begun with defaults. */
gd_group *gd_optimizer_group(gd_optimizer *o, const char *prefix, const void *options);

/* gd_group_add - moves one parameter of the optimizer's model into the group; its state goes with it. */
bool gd_group_add(gd_group *group, const gd_tensor *parameter);

/* gd_group_set, gd_group_get - an option by its name, as a number (flags 0 and 1, choices their enumeration).
 * Errors: no such option; the value is out of range, or does not fit the option's type.  &o->first is the first
 * group. */
bool   gd_group_set(gd_group *group, const char *option, double value);
double gd_group_get(const gd_group *group, const char *option);                 /* NaN on failure */

/* gd_set_schedule - from now on gd_step takes the group's learning rate from schedule, at the step that
 * o->steps counts (from 0), and assigns it to group->lr, where it can be read.  gd_lr_none() ends this. */
bool gd_set_schedule(gd_group *group, gd_schedule schedule);

struct gd_optimizer {
    union {
        double   lr;                        /* learning rate of the first group; assign it as you like */
        gd_group first;                     /* o->lr is o->first.lr */
    };
    int64_t             steps;              /* calls of gd_step so far */
    bool                check_finite;       /* set it, and gd_step refuses what gd_check_finite finds */
    const gd_algorithm *algorithm;
    gd_params          *params;
    struct gd_optimizer_inside *inside;     /* private */
};

/* ---- Parameters to be evaluated ------------------------------------------------------------------------------
 *
 *     gd_optimizer_swap(o);       now the model has the parameters that the algorithm holds to be best: evaluate it
 *     gd_optimizer_swap(o);       now it has those that the steps move again, bit by bit
 *
 * Schedule-free AdamW takes its gradients at one point and averages at another, ASGD averages what it passed through.
 * In between, gd_step, saving and loading a run with this optimizer fail with a message; saving the model alone does
 * not.  Changes made to the parameters meanwhile are lost.  False, with a message: o is NULL, the algorithm has none
 * but those that it moves, memory is out. */
bool gd_optimizer_swap(gd_optimizer *o);

/* ---- Access to the state, for checkpoints, pictures and tests ---------------------------------------------- */

/* gd_optimizer_state - state tensor "exp_avg" (say) of a parameter.  It is made at the parameter's first
 * gradient: NULL, without a message, before, and where the options do not need it; with one when there is no such
 * state or parameter.
 * gd_optimizer_number - a pointer to a number of a parameter: "step" (how many gradients it has seen; every
 * algorithm has it) or one of the algorithm's numbers.  NULL with a message when there is none.
 * gd_optimizer_start - makes the state of a parameter now, as its first gradient would.
 * For an algorithm that sees all parameters as one vector (L-BFGS), parameter is NULL. */
gd_tensor *gd_optimizer_state(gd_optimizer *o, const gd_tensor *parameter, const char *state);
double    *gd_optimizer_number(gd_optimizer *o, const gd_tensor *parameter, const char *number);
bool       gd_optimizer_start(gd_optimizer *o, const gd_tensor *parameter);

/* gd_optimizer_visit - calls visit for every number and every state tensor: owner is the name of the parameter ("" for
 * state of all together); one of tensor and number is NULL, the other may be written to.  With o->steps, and lr and
 * gd_group_get of each group, this is all that a checkpoint needs. */
typedef void gd_state_visitor(void *context, const char *owner, const char *name, gd_tensor *tensor,
                              double *number);
bool gd_optimizer_visit(gd_optimizer *o, gd_state_visitor *visit, void *context);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
