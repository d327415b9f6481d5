/* inside.h - the private parts of an optimizer and of a group, and the slot of a parameter. */
#ifndef GRADUS_OPTIM_INSIDE_H
#define GRADUS_OPTIM_INSIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/optimizer.h"
#include "gradus/plug.h"
#include "tensor/alive.h"
#include "tensor/check.h"

/* What an optimizer keeps for one parameter.  Slots do not move while the optimizer lives. */
struct gi_slot {
    gd_tensor *w;
    gd_group  *group;
    bool       started;                     /* the state is there, and update but for g, t and lr */
    gd_update  update;                      /* what the algorithm is called with; g is NULL until it is packed */
    double     number[1 + GD_MAX_NUMBERS];  /* the step count, then the algorithm's own */
    gd_real   *data[GD_MAX_STATES];         /* state[k]->data; NULL where no state is kept */
    gd_tensor *state[GD_MAX_STATES];
    gd_tensor *spare[GD_MAX_STATES];        /* memory of a state that is not kept any more */
    gd_real   *held;                        /* memory for w while what is to be evaluated is in its place */
    bool       swapped;                     /* it is, now */
};

/* A parameter that this step updates, and its first element among those that are updated together. */
struct gi_pending {
    struct gi_slot *slot;
    int64_t         first;
};

/* Called around every step, for traces (src/trace).  before returns false, with a message, when memory is out. */
typedef struct gi_watcher {
    bool (*before)(gd_optimizer *o);
    void (*after)(gd_optimizer *o);
    void (*free)(gd_optimizer *o);
} gi_watcher;

struct gd_optimizer_inside {
    struct gi_slot   **slots;               /* one for each tensor of the model, in its order; NULL for a buffer */
    int                count, capacity;
    struct gi_pending *pending;             /* of this step, one for each parameter with a gradient */
    int                pending_count;
    int64_t            pending_elements;    /* of these parameters together */
    gd_arena           arena;               /* state, options, groups */
    gd_real           *packed;              /* a gradient that was not contiguous, row-major */
    int64_t            packed_capacity;
    void              *work;                /* u->work, for the largest parameter */
    size_t             work_bytes;
    struct gi_slot    *all;                 /* state that belongs to all parameters together */
    const gi_watcher  *watcher;             /* NULL: none */
    struct gi_trace   *trace;               /* the watcher's */
    bool               busy;                /* inside a step */
    bool               swapped;             /* between two calls of gd_optimizer_swap */
};

struct gd_group_inside {
    const char *prefix;                     /* names of parameters that belong here; may be NULL */
    void       *options;                    /* group->options, to be written to */
    void       *scalars;                    /* what prepare formed for scalars_t and scalars_lr */
    int64_t     scalars_t;
    double      scalars_lr;
    int         counter;                    /* the option step_counter */
    double      next_lr;                    /* lr of the step that is being prepared */
};

/* gi_model_alive - in debug builds false, and a message, when the model has been freed. */
#ifdef GD_DEBUG
static inline bool gi_model_alive(const char *function, const gd_optimizer *o)
{
    const gd_tensor *w = NULL;
    for (int i = 0; i < o->inside->count && !w; i++)
        w = o->inside->slots[i] ? o->inside->slots[i]->w : NULL;
    return gi_alive(function, "the first parameter of o", w) && gi_given(function, "the model of o", o->params);
}
#else
#define gi_model_alive(function, o) true
#endif

#endif
