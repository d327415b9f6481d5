/* optim.h - optimizers: what happens to the parameters once their gradients are known.
 *
 *     gd_adam_options options = gd_adam_defaults();        lr 1e-3, betas 0.9 and 0.999, eps 1e-8
 *     options.lr = 0.01;
 *     gd_optimizer *adam = gd_adam(net, options);
 *     ..
 *     gd_backward(loss);
 *     gd_step(adam);                                       uses p->grad of every parameter that has one
 *     gd_zero_grad(adam);
 *     ..
 *     gd_optimizer_free(adam);
 *
 * Here: stepping, groups of parameters, and the plug into which every algorithm fits, the built-in ones and
 * your own.  In the headers below: the algorithms with their options, schedules of the learning rate, and
 * what is done to gradients and averages around a step. */
#ifndef GRADUS_OPTIM_H
#define GRADUS_OPTIM_H

#include "nn.h"
#include "schedule.h"                       /* learning rates as functions of the step */

#ifdef __cplusplus
#include <type_traits>
#endif

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef struct gd_optimizer gd_optimizer;
typedef struct gd_algorithm gd_algorithm;

/* ---- Stepping ----------------------------------------------------------------------------------------- */

/* gd_step - one update of every parameter that has a gradient, also of parameters that were added to the
 * model after the optimizer was made; the others, frozen ones among them, stay as they are.  Afterwards
 * backward refuses graphs that were recorded with the old values and still need them.
 * False, and no parameter has changed: o is NULL; no parameter at all has a gradient; a learning rate is
 * negative, NaN or does not fit gd_real; a count of steps, where it was written to, is negative, NaN or not below
 * 2^53; a gradient has another shape than its parameter; memory for the state is out; the algorithm needs a
 * closure; o->check_finite is set and gd_check_finite(o) fails.  Where it is not set, a NaN or an infinity in a
 * gradient goes into the parameter without a message. */
bool gd_step(gd_optimizer *o);

/* gd_step_closure - for algorithms that evaluate the loss several times in a step (L-BFGS): closure computes
 * the loss and fresh gradients (zero_grad, forward, backward) and returns the loss as a number; NaN if it
 * failed.  Any other algorithm calls it once and steps.  Returns the loss before the step; NaN on failure, and the
 * message of a failure inside the closure stands.  L-BFGS takes a NaN without a message, or an infinite loss, in
 * the middle of a step for a point too far out, and looks nearer; after a failure with a message, or a loss without
 * any gradient, it ends at the best point so far. */
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

typedef struct gd_group gd_group;
struct gd_group {
    double      lr;                         /* learning rate; assign it as you like between two steps */
    gd_schedule schedule;                   /* where set, gd_step assigns lr from it; see gd_set_schedule */
    void       *options;                    /* private: the group's copy of the options */
    gd_optimizer *optimizer;
    const char *prefix;                     /* private: names of parameters that belong here; may be NULL */
    gd_group   *next;
    void       *scalars;                    /* private: what prepare formed for scalars_t and scalars_lr */
    int64_t     scalars_t;
    double      scalars_lr;
    int         counter;                    /* private: the option step_counter */
    double      next_lr;                    /* private: lr of the step that is being prepared */
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
    struct gd_slot    **slots;              /* private: one for each parameter, in the model's order */
    int                 count, room;        /* private */
    struct gd_turn     *turns;              /* private: of this step, one for each parameter with a gradient */
    int                 turn_count;         /* private */
    gd_arena           *arena;              /* private: state, options, groups */
    gd_real            *packed;             /* private: a gradient that was not contiguous */
    int64_t             packed_room;
    struct gd_slot     *all;                /* private: state that belongs to all parameters together */
    struct gd_trace    *trace;              /* private: see gd_optimizer_trace */
    bool                busy;               /* private: inside of a step */
};

/* ---- The plug ---------------------------------------------------------------------------------------------
 *
 * An algorithm is a name, an options struct that begins with "double lr", and a function that updates one
 * parameter.  This is all of sign descent:
 *
 *     typedef struct sign_options { double lr; } sign_options;
 *
 *     static void sign_update(const gd_update *u)
 *     {
 *         for (int64_t i = 0; i < u->n; i++)
 *             u->w[i] -= (gd_real)u->lr * (gd_real)((u->g[i] > 0) - (u->g[i] < 0));
 *     }
 *
 *     static const gd_algorithm sign = {
 *         .name = "sign", .options_size = sizeof(sign_options), .update = sign_update
 *     };
 *     ..
 *     gd_optimizer *o = gd_optimizer_new(net, &sign, &(sign_options){ .lr = 0.01 });
 *
 * It has groups, schedules, checkpoints and traces like the built-in algorithms, which use nothing else. */

enum { GD_MAX_STATES = 6, GD_MAX_NUMBERS = 4, GD_MAX_ZEROS = 4, GD_SCALARS_BYTES = 192 };

/* One parameter, one step. */
typedef struct gd_update {
    int64_t         n;                      /* its elements */
    gd_real        *w;                      /* the parameter, to be changed */
    const gd_real  *g;                      /* its gradient; in start it may be NULL: there is none yet */
    gd_real *const *state;                  /* state[k][i], k in the order of the names; NULL if not kept */
    double         *number;                 /* number[k]: the numbers in the order of their names */
    int64_t         t;                      /* the step, from 1, as this parameter counts */
    double          lr;
    const void     *options;                /* of the parameter's group */
    const void     *scalars;                /* what prepare formed for this t and lr */
} gd_update;

/* A field of an options struct: what it is called, where it lies, which values it may have. */
typedef enum gd_option_kind { GD_OPTION_REAL, GD_OPTION_FLAG, GD_OPTION_WHOLE } gd_option_kind;

typedef struct gd_option {
    const char *name;
    size_t      offset;
    gd_option_kind kind;                    /* double, bool, int or an enumeration */
    const char *interval;                   /* "[]", "[)", "(]" or "()": which ends belong to it */
    double      low, high;
} gd_option;

#ifdef __cplusplus
#define GD_OPTION(type, field, interval, low, high) \
    { #field, offsetof(type, field), gd_option_kind_of<decltype(type::field)>::kind, interval, low, high }
extern "C++" {
template <typename T> struct gd_option_kind_of {
    static_assert(std::is_enum<T>::value && sizeof(T) == sizeof(int),
                  "the field of an option is a double, bool, int or enum");
    static constexpr gd_option_kind kind = GD_OPTION_WHOLE;
};
template <> struct gd_option_kind_of<int> { static constexpr gd_option_kind kind = GD_OPTION_WHOLE; };
template <> struct gd_option_kind_of<unsigned> { static constexpr gd_option_kind kind = GD_OPTION_WHOLE; };
template <> struct gd_option_kind_of<double> { static constexpr gd_option_kind kind = GD_OPTION_REAL; };
template <> struct gd_option_kind_of<bool> { static constexpr gd_option_kind kind = GD_OPTION_FLAG; };
}
#else
#define GD_OPTION(type, field, interval, low, high) \
    { #field, offsetof(type, field), _Generic(((type *)0)->field, double: GD_OPTION_REAL, bool: GD_OPTION_FLAG, \
      int: GD_OPTION_WHOLE, unsigned: GD_OPTION_WHOLE), interval, low, high }     /* unsigned: an enumeration */
#endif

/* What a number, or each element of a state, may be: a checkpoint that holds others is refused.  Where a parameter is
 * not finite, its run has diverged, and NaN and infinities in its states are believed too. */
typedef struct gd_range {
    const char *name;                       /* of the number or the state */
    bool        whole;                      /* a whole number, as counts are */
    const char *interval;                   /* as in gd_option */
    double      low, high;
} gd_range;

/* What is kept for one parameter, or for all together, to be judged: it may come from a checkpoint. */
typedef struct gd_kept {
    int64_t           n;                    /* elements of the parameter, or of all parameters */
    double            step;                 /* gradients seen so far, a whole number */
    double            steps;                /* of the optimizer, the same */
    const gd_real    *w;                    /* the parameter; NULL: it is not known, or all of them are meant */
    const double     *number;               /* number[k], in the order of their names */
    gd_tensor *const *state;                /* state[k]; NULL where none is kept */
    const void       *options;
} gd_kept;

/* Only name, options_size and update must be there.  Names of options, states and numbers become part of a
 * checkpoint's keys: they are UTF-8, no two alike, those of states and numbers without a slash, and no number is
 * called "step" or by digits alone. */
struct gd_algorithm {
    const char      *name;                              /* of the constructor, for messages: "gd_adam" */
    size_t           options_size;
    const gd_option *options;                           /* the fields, up to one without a name; NULL: lr alone */
    const char      *states[GD_MAX_STATES + 1];         /* names of state tensors, each of the parameter's shape */
    const char      *numbers[GD_MAX_NUMBERS + 1];       /* names of numbers kept for each parameter */
    bool   (*check)(const void *options);               /* what a range cannot say; false after gd_fail */
    bool   (*keeps)(const void *options, int k);        /* is state k needed at all?  NULL: every state is */
    void   (*start)(const gd_update *u);                /* first state; NULL: zeros */
    void   (*prepare)(const gd_update *u, void *scalars);   /* forms what depends on options, t and lr alone, once
                                                           for many parameters; at most GD_SCALARS_BYTES, which
                                                           hold its last result, and zeros for new options */
    void   (*advance)(const gd_update *u);              /* writes to number, once before a parameter's update */
    void   (*update)(const gd_update *u);
    bool     by_element;                                /* update forms each element from what belongs to it and
                                                           writes to w and state only: gd_step may hand it pieces
                                                           of a large parameter, several at the same time */
    double (*correction)(const void *options, int k, int64_t t);    /* traces show state k divided by this */
    double (*step)(gd_optimizer *o, gd_closure *closure, void *context);    /* instead of update */
    const char *zeros[GD_MAX_ZEROS + 1];                /* sets of options, "rho eps", all of which are 0 only where
                                                           NAME_defaults() was forgotten: constructors and
                                                           gd_optimizer_group refuse them, gd_group_set does not */
    const gd_range *ranges;                             /* of numbers and states, up to one without a name; NULL:
                                                           they may be anything */
    const char *(*valid)(const gd_kept *kept);          /* what ranges cannot say: NULL, or what is not as it must
                                                           be: "pairs is larger than the number of rows of s" */
};

/* For an algorithm with step, which sees all parameters as one vector: its state k, a tensor of zeros of the
 * given shape when it is first asked for, and anew when the shape is another one.  NULL when memory is out. */
gd_tensor *gd_optimizer_shared_state(gd_optimizer *o, int k, gd_shape shape);

/* gd_optimizer_new - what every constructor calls.  options is copied.  The optimizer is the caller's;
 * p must outlive every gd_step.  NULL: p or options is NULL, an option is out of range or NaN, several that are not 0
 * by default are (see zeros), a field of the algorithm is not as it must be, memory is out. */
gd_optimizer *gd_optimizer_new(gd_params *p, const gd_algorithm *algorithm, const void *options);

/* ---- Looking into the state, for checkpoints, pictures and tests ------------------------------------------- */

/* gd_optimizer_state - state tensor "exp_avg" (say) of a parameter.  It is made at the parameter's first
 * gradient: NULL, without a message, before, and where the options do not need it; with one when there is no such
 * state or parameter.
 * gd_optimizer_number - where a number of a parameter lies: "step" (how many gradients it has seen; every
 * algorithm has it) or one of the algorithm's numbers.  NULL with a message when there is none.
 * gd_optimizer_start - makes the state of a parameter now, as its first gradient would.
 * For an algorithm that sees all parameters as one vector (L-BFGS), parameter is NULL. */
gd_tensor *gd_optimizer_state(gd_optimizer *o, const gd_tensor *parameter, const char *state);
double    *gd_optimizer_number(gd_optimizer *o, const gd_tensor *parameter, const char *number);
bool       gd_optimizer_start(gd_optimizer *o, const gd_tensor *parameter);

/* gd_optimizer_visit - hands every number and every state tensor that there is to visit: owner is the name of the
 * parameter ("" for state of all together); one of tensor and number is NULL.  Both may be written to.  With
 * o->steps, and lr and gd_group_get of each group, this is all that a checkpoint needs. */
typedef void gd_state_visitor(void *context, const char *owner, const char *name, gd_tensor *tensor,
                              double *number);
bool gd_optimizer_visit(gd_optimizer *o, gd_state_visitor *visit, void *context);

/* ---- Dialects -----------------------------------------------------------------------------------------------
 * The same name gives different numbers in different programs.  gd_NAME_dialect(d) returns the options that
 * reproduce one of them; the comment of each algorithm says what differs.  A dialect that an algorithm does
 * not have is an error: the options returned then have lr = NaN, which every constructor refuses. */
typedef enum gd_dialect {
    GD_TORCH,                               /* PyTorch, torch.optim: the default where it has the algorithm */
    GD_D2L,                                 /* Dive into Deep Learning, written from scratch */
    GD_KERAS,                               /* Keras 3 */
    GD_OPTAX,                               /* optax; it has no default lr: ours stays */
    GD_TFA,                                 /* TensorFlow Addons */
    GD_PAPER,                               /* as first published */
    GD_D2L_TF_AS_PRINTED                    /* the TensorFlow tab of the book's Adam section, errors included */
} gd_dialect;

GD_API_END
#ifdef __cplusplus
}
#endif

#include "algorithms.h"                     /* SGD, Adam, Yogi and the rest, with their options */
#include "more_algorithms.h"                /* Rprop, ASGD, L-BFGS */
#include "around_steps.h"                   /* clipping, averages of parameters, traces */

#endif
