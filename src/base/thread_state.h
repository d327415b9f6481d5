/* thread_state.h - what the library knows of a thread, in one place. */
#ifndef GRADUS_THREAD_STATE_H
#define GRADUS_THREAD_STATE_H

#include <stdbool.h>

#include "compiler.h"
#include "gradus/tensor.h"
#include "memory.h"

/* ---- The state of a thread -------------------------------------------------------------------------------- */

enum { GI_SIZE_CLASSES = 256, GI_WANTED_BITS = 64 };

/* no_grad: the depth in the lower bits; an ordinary backward pass is running, whose rules' results are temporary; and
 * gd_detect_anomaly is on.  So one comparison finds the everyday case. */
enum { GI_NO_GRAD_DEPTH = (1 << 28) - 1, GI_ANOMALY = 1 << 28, GI_IN_PASS = 1 << 29 };

typedef struct gi_pass gi_pass;

/* How scopes, and a backward pass that was left by longjmp, are ended by those who know nothing of either. */
typedef struct gi_unwinder {
    void (*close_scopes)(int depth);        /* until depth are open */
    void (*abandon_pass)(void);             /* NULL before the thread's first pass */
} gi_unwinder;

typedef struct gi_thread_state {
    gd_arena  *scope;                       /* innermost open scope; &program when none */
    gd_node   *tape;                        /* newest node */
    int        no_grad;                     /* depth of GD_NO_GRAD, and flags; 0: just recording */
    int        depth;                       /* open scopes */
    int        floor, no_grad_floor;        /* what depth and no_grad were when the guest began, see below */
    const char *guest;                      /* NULL: none runs */
    const char *running;                    /* the operation whose rule runs, or NULL */
    gi_pass   *pass;                        /* the running backward pass, or NULL */
    const gi_unwinder *unwinder;
    uintptr_t  guest_stack;                 /* where the stack was when the outermost guest began */
    bool       pruning;                     /* it wants gradients of some tensors only: gd_grad */
    bool       seeded;
    bool       any_recycled;                /* some of the lists of recycled tensors may not be empty */
    uint64_t   wanted;                      /* a bit for each input of the node at hand that gets a gradient */
    uint64_t   clock;                       /* counts overwritings of tensors, see gi_overwritten */
    gd_tensor **reached;                    /* leaves and kept results that the running pass has reached */
    int64_t    reached_count, reached_room;
    gd_tensor *temporaries;                 /* made by the running rule of a backward pass, linked by slot */
    gd_tensor *small;                       /* recycled small tensors, linked by slot */
    gd_tensor **recycled;                   /* recycled others, by size class; NULL before the first pass */
    void      *target;                       /* where the next big result of target_numel elements should lie */
    int64_t    target_numel;
    unsigned long failures;                 /* calls of gd_fail */
    gd_arena   program;
    uint64_t   random[4];                   /* xoshiro256++ */
    gi_chunk  *pool;                        /* chunks that wait for the next scope, smallest first */
} gi_thread_state;

/* Initial-exec: one instruction, in the shared library too.  glibc has some hundred bytes of such memory for the
 * libraries that a running program loads (dlopen), so the state is kept small, and arrays lie elsewhere; other C
 * libraries (musl) have none. */
#if defined(__GNUC__) && defined(__GLIBC__)
#define GI_TLS_MODEL __attribute__((tls_model("initial-exec")))
#else
#define GI_TLS_MODEL
#endif
extern _Thread_local gi_thread_state gi_thread GI_TLS_MODEL;

/* gi_thread_start - makes the state usable; called where gi_thread.scope is still NULL.  From then on the thread's
 * memory is freed when it ends. */
void gi_thread_start(void);

/* gi_current_scope - where new tensors go. */
static inline gd_arena *gi_current_scope(void)
{
    if (GI_UNLIKELY(!gi_thread.scope))
        gi_thread_start();
    return gi_thread.scope;
}

#endif
