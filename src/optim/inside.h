/* inside.h - what the files of this room share: a parameter's slot, options, the hooks of a trace. */
#ifndef GRADUS_OPTIM_INSIDE_H
#define GRADUS_OPTIM_INSIDE_H

#include "each.h"
#include "gradus/optim.h"
#include "nn/params.h"
#include "tensor/real.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF                /* rounding as written: v - g^2 must be 0 where v is g^2 (Yogi) */
#endif

/* What an optimizer keeps for one parameter.  Slots do not move while the optimizer lives. */
struct gd_slot {
    gd_tensor *w;
    gd_group  *group;
    bool       started;                     /* the state is there, and update but for g, t and lr */
    gd_update  update;                      /* what the algorithm is called with; g is NULL until it is packed */
    double     number[1 + GD_MAX_NUMBERS];  /* the step count, then the algorithm's own */
    gd_real   *data[GD_MAX_STATES];         /* state[k]->data; NULL where no state is kept */
    gd_tensor *state[GD_MAX_STATES];
};

/* A parameter whose turn it is in this step, and its first element among those that are updated together. */
struct gd_turn {
    struct gd_slot *slot;
    int64_t         first;
};

/* gd_adopt - makes slots for parameters that the model got since the last call. */
bool gd_adopt(gd_optimizer *o);

/* gd_slot_of - the slot of a parameter; NULL with a sentence when it is not in the optimizer's model. */
struct gd_slot *gd_slot_of(const char *function, gd_optimizer *o, const gd_tensor *parameter);

/* gd_slot_start - makes the states that the options ask for, named as the algorithm says. */
bool gd_slot_start(gd_optimizer *o, struct gd_slot *slot);

/* gd_busy - true, with a message, inside of a step of o: of its closure or its algorithm.
 * gd_closure_call - calls the closure as a guest; NaN, with a message, when it left something behind. */
bool gd_busy(const char *function, const gd_optimizer *o);
double gd_closure_call(gd_optimizer *o, gd_closure *closure, void *context);

/* gd_ready - all that can fail in a step, so that no parameter has changed when it does: slots, learning
 * rates, shapes of gradients, states.  Fills o->turns. */
bool gd_ready(gd_optimizer *o, const char *function);

/* gd_packed - the elements of a gradient, row-major; gd_room_to_pack - makes sure that it has the memory. */
const gd_real *gd_packed(gd_optimizer *o, const gd_tensor *grad);
bool gd_room_to_pack(gd_optimizer *o, const gd_tensor *grad);

/* gd_check_number - false, with a sentence, when value is NaN or outside the interval. */
bool gd_check_number(const char *function, const char *name, double value, const char *interval, double low,
                     double high);
bool gd_check_options(const gd_algorithm *algorithm, const void *options);

/* gd_group_init - a group with a copy of options and of prefix, in the optimizer's arena. */
bool gd_group_init(gd_group *group, gd_optimizer *o, const char *prefix, const void *options);

/* gd_options_changed - the group's options are new: what was derived from them is formed anew. */
void gd_options_changed(gd_group *group);

/* gd_no_dialect - the sentence for a dialect that an algorithm does not have; returns the lr that its
 * constructor refuses. */
double gd_no_dialect(const char *function, gd_dialect dialect);

/* gd_correction - the bias correction 1 - beta^t, or 1 where it is off.  Late in a run beta^t <= e^(-t (1 - beta))
 * is so small that 1 - beta^t rounds to 1: pow need not be asked. */
static inline double gd_correction(double beta, int64_t t, bool on)
{
    return on && (double)t * (1 - beta) < 38 ? 1 - pow(beta, (double)t) : 1;
}

/* gd_slot_t - the t of the slot's latest step, as the group's step_counter says. */
int64_t gd_slot_t(const gd_optimizer *o, const struct gd_slot *slot);

/* The hooks of traces, called only where there is one; before is false when memory is out. */
bool gd_trace_before(gd_optimizer *o);
void gd_trace_after(gd_optimizer *o);
void gd_trace_free(gd_optimizer *o);

#endif
