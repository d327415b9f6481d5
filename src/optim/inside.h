/* inside.h - what the files of this room share: a parameter's slot, options, the hooks of a trace. */
#ifndef GRADUS_OPTIM_INSIDE_H
#define GRADUS_OPTIM_INSIDE_H

#include <float.h>
#include <limits.h>
#include <stdbool.h>

#include "each.h"
#include "gradus/optim.h"
#include "kernels/real.h"
#include "nn/params.h"
#include "tensor/alive.h"
#include "tensor/check.h"

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF                /* rounding as written: v - g^2 must be 0 where v is g^2 (Yogi) */
#endif

/* Counts of steps are doubles that stay below this: above it they would not be exact. */
#define GI_MOST_STEPS 9007199254740992.0

/* The largest finite gd_real and the smallest normal one. */
#ifdef GD_DOUBLE
#define GI_REAL_MAX DBL_MAX
#define GI_REAL_MIN DBL_MIN
#else
#define GI_REAL_MAX FLT_MAX
#define GI_REAL_MIN FLT_MIN
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
    gd_tensor *spare[GD_MAX_STATES];        /* memory of a state that is not kept any more */
};

/* A parameter whose turn it is in this step, and its first element among those that are updated together. */
struct gd_turn {
    struct gd_slot *slot;
    int64_t         first;
};

/* gi_model_alive - in debug builds false, and a message, when the model has been freed. */
#ifdef GD_DEBUG
static inline bool gi_model_alive(const char *function, const gd_optimizer *o)
{
    const gd_tensor *w = NULL;
    for (int i = 0; i < o->count && !w; i++)
        w = o->slots[i] ? o->slots[i]->w : NULL;
    return gi_alive(function, "the first parameter of o", w) && gi_given(function, "the model of o", o->params);
}
#else
#define gi_model_alive(function, o) true
#endif

/* gi_adopt - makes slots for parameters that the model got since the last call. */
bool gi_adopt(gd_optimizer *o);

/* gi_slot_of - the slot of a parameter; NULL with a message when it is not in the optimizer's model. */
struct gd_slot *gi_slot_of(const char *function, gd_optimizer *o, const gd_tensor *parameter);

/* gi_slot_start - makes the states that the options ask for, named as the algorithm says, and takes away others. */
bool gi_slot_start(gd_optimizer *o, struct gd_slot *slot);

/* The algorithm's functions keeps, check, valid, start and correction, which may be the program's: plug.c.
 * gi_fault_in - what is not as it must be; NULL: nothing. */
bool        gi_keeps(const gd_algorithm *a, const void *options, int k);
bool        gi_passes_check(const gd_algorithm *a, const void *options);
const char *gi_fault_in(const gd_algorithm *a, const gd_kept *kept);
void        gi_start_with(const gd_algorithm *a, const gd_update *u);
double      gi_correction_of(const gd_algorithm *a, const void *options, int k, int64_t t);

/* gi_slot_stop - undoes gi_slot_start for a slot that had no state before it. */
void gi_slot_stop(struct gd_slot *slot);

/* gi_slot_set - state k is t from now on; NULL: it is not kept. */
void gi_slot_set(struct gd_slot *slot, int k, gd_tensor *t);

/* gi_busy - true, with a message, inside of a step of o: of its closure or its algorithm.
 * gi_closure_call - calls the closure as a guest; NaN, with a message, when it left something behind. */
bool gi_busy(const char *function, gd_optimizer *o);
double gi_closure_call(gd_optimizer *o, gd_closure *closure, void *context);

/* gi_ready - all that can fail in a step, so that no parameter has changed when it does: slots, learning
 * rates, counts of steps, shapes of gradients, states.  Fills o->turns. */
bool gi_ready(gd_optimizer *o, const char *function);

/* gi_packed - the elements of a gradient, row-major; gi_room_to_pack - makes sure that it has the memory. */
const gd_real *gi_packed(gd_optimizer *o, const gd_tensor *grad);
bool gi_room_to_pack(gd_optimizer *o, const gd_tensor *grad);

/* gi_lies_in - is value in the interval?  NaN is not.
 * gi_check_number - false, with a message, when it is not.
 * gi_check_fits - false, with a message, when it is finite as a double and infinite as a gd_real.
 * gi_check_rate - both, for a learning rate. */
bool gi_lies_in(double value, const char *interval, double low, double high);
bool gi_check_number(const char *function, const char *name, double value, const char *interval, double low,
                     double high);
bool gi_check_rate(const char *function, double lr);
bool gi_check_fits(const char *function, const char *name, double value);
bool gi_check_options(const gd_algorithm *algorithm, const void *options);

/* gi_all_elements - of all parameters of the optimizer's model. */
int64_t gi_all_elements(const gd_optimizer *o);

/* gi_check_kept - false, with a message that begins with where, when a step count, a number or a state is not what
 * the algorithm could have made: for what was read from a file, or is written to one.  Changes nothing. */
bool gi_check_kept(const char *where, const gd_algorithm *algorithm, const gd_kept *kept);

/* gi_group_init - a group with a copy of options and of prefix, in the optimizer's arena. */
bool gi_group_init(gd_group *group, gd_optimizer *o, const char *prefix, const void *options);

/* gi_options_changed - the group's options are new: what was derived from them is formed anew. */
void gi_options_changed(gd_group *group);

/* gi_no_dialect - the message for a dialect that an algorithm does not have; returns the lr that its
 * constructor refuses. */
double gi_no_dialect(const char *function, gd_dialect dialect);

/* gi_has_shape - t is there and has this shape. */
bool gi_has_shape(const gd_tensor *t, gd_shape shape);

/* gi_any_gradient - false, with a message, when no parameter has a gradient.
 * gi_check_gradients - false, with a message, when an element of a gradient is not finite; gi_check_all - of a
 * parameter or a gradient. */
bool gi_any_gradient(const char *function, const gd_optimizer *o);
bool gi_check_gradients(const char *function, const gd_optimizer *o);
bool gi_check_all(const char *function, const gd_optimizer *o);

/* gi_correction - the bias correction 1 - beta^t, or 1 where it is off.  Late in a run beta^t <= e^(-t (1 - beta))
 * is so small that 1 - beta^t rounds to 1: pow need not be asked. */
static inline double gi_correction(double beta, int64_t t, bool on)
{
    return on && (double)t * (1 - beta) < 38 ? 1 - pow(beta, (double)t) : 1;
}

/* gi_schedule_name - the constructor of schedules of a kind, 0 .. GI_MOST_SCHEDULE; gi_schedule_number - what it calls
 * one of their fields. */
enum { GI_MOST_SCHEDULE = 11 };
const char *gi_schedule_name(uint64_t kind);
const char *gi_schedule_number(const gd_schedule *schedule, const char *field);

/* gi_bounded - a gradient whose square, and a running mean of such squares after bias correction, does not overflow:
 * beyond GI_MOST_GRADIENT it counts as that.  An infinite or NaN one becomes NaN.  The bound comes from memory, since
 * with a constant gcc makes branches of minimum and maximum, and more than twice the instructions of these. */
#ifdef GD_DOUBLE
#define GI_MOST_GRADIENT 0x1p480
#else
#define GI_MOST_GRADIENT 0x1p56f
#endif

extern const gd_real gi_most_gradient;

REAL_INLINE gd_real gi_bounded(gd_real g)
{
    const gd_real most = gi_most_gradient, least = -most, below = most < g ? most : g;
    return (least > below ? least : below) + (g - g);
}

/* gi_root_eps - what is added inside a root of squares, for a divisor sqrt(v + inside) + outside.  Where neither eps
 * stands for a square that underflows, it is the smallest normal number: a weight whose gradients were all 0 stays
 * where it is instead of becoming 0/0, and one whose squares were lost moves by less than lr instead of by g/0. */
static inline gd_real gi_root_eps(double inside, double outside)
{
    return (gd_real)fmax(inside, outside * outside < GI_REAL_MIN ? GI_REAL_MIN : 0);
}

/* gi_slot_t - the t of the slot's latest step, as the group's step_counter says. */
int64_t gi_slot_t(const gd_optimizer *o, const struct gd_slot *slot);

/* A running average of a model's parameters; see gd_ema_new. */
struct gd_ema {
    gd_params  *params;
    double      decay;
    gd_tensor **average;                    /* in the model's order; NULL for buffers */
    int         count, room;
    bool        swapped;
    gd_arena    arena;
};

/* gi_plateau_started - false, and a message, for a plateau that is all 0. */
bool gi_plateau_started(const char *function, const gd_plateau *p);

/* gi_ema_adopt - averages for parameters that the model got since the last call.  On failure there are none. */
bool gi_ema_adopt(gd_ema *ema);

/* Ranges of states.  A NaN never stays in a state alone: the same step has made the parameter one.  An infinity may,
 * where only its sign or its reciprocal reaches the parameter. */
#define GI_FINITE(name)  { name, false, "()", -INFINITY, INFINITY }
#define GI_NUMBERS(name) { name, false, "[]", -INFINITY, INFINITY }

/* The hooks of traces, called only where there is one; before is false when memory is out. */
bool gi_trace_before(gd_optimizer *o);
void gi_trace_after(gd_optimizer *o);
void gi_trace_free(gd_optimizer *o);

#endif
