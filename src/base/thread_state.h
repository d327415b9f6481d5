/* thread_state.h - the state of a thread, in one struct. */
#ifndef GRADUS_THREAD_STATE_H
#define GRADUS_THREAD_STATE_H

#include <stdbool.h>

#include "compiler.h"
#include "gradus/tensor.h"
#include "memory.h"

/* ---- The state of a thread -------------------------------------------------------------------------------- */

/* no_grad: the depth in the lower bits; GI_IN_PASS: an ordinary backward pass is running, the results of whose rules
 * are temporary; GI_ANOMALY: gd_detect_anomaly is on; GI_CAPTURING: what is computed is written down, see
 * tensor/start.h.  So one comparison with 0 finds the usual case. */
enum { GI_NO_GRAD_DEPTH = (1 << 27) - 1, GI_CAPTURING = 1 << 27, GI_ANOMALY = 1 << 28, GI_IN_PASS = 1 << 29 };

typedef struct gi_pass gi_pass;

/* How scopes, and a backward pass that was left by longjmp, are ended by those who know nothing of either. */
typedef struct gi_unwinder {
    void (*close_scopes)(int depth);        /* until depth are open */
    void (*abandon_pass)(void);             /* NULL before the thread's first pass */
} gi_unwinder;

typedef struct gi_thread_state {
    gd_arena  *scope;                       /* innermost open scope; &program when none */
    gd_node   *tape;                        /* newest node */
    int        no_grad;                     /* depth of GD_NO_GRAD, and flags; 0: recording */
    int        depth;                       /* open scopes */
    int        floor, no_grad_floor;        /* depth and no_grad when the guest began, see guest.h */
    const char *guest;                      /* name of the running guest, or NULL */
    const char *running;                    /* the operation whose rule runs, or NULL */
    gi_pass   *pass;                        /* the running backward pass, or NULL */
    const gi_unwinder *unwinder;
    uintptr_t  guest_stack;                 /* the stack frame of the outermost guest */
    struct gi_recorder *recorder;           /* what a step is captured by, or NULL; see tensor/start.h */
    bool       pruning;                     /* gd_grad: gradients of some tensors only */
    bool       seeded;
    bool       loads;                       /* this thread loaded the library: the main thread of most programs */
    bool       recomputing;                 /* a function of gd_recomputed runs a second time */
    uint64_t   clock;                       /* counts overwritings of tensors, see gi_overwritten */
    unsigned long failures;                 /* calls of gd_fail */
    gd_arena   program;
    uint64_t   random[4];                   /* xoshiro256++ */
    uint64_t  *generator;                   /* the state of the gd_generator in use, or NULL: random */
    uint64_t  *own_generator;               /* what stands for random while a loader's change runs, or NULL */
    gi_chunk  *pool;                        /* chunks for the next scope, smallest first */
} gi_thread_state;

/* Initial-exec: access takes one instruction, in the shared library too.  glibc has some hundred bytes of such memory
 * for libraries that are loaded by dlopen, so that the state is kept small, without arrays; other C libraries (musl)
 * have none. */
#if defined(__GNUC__) && defined(__GLIBC__)
#define GI_TLS_MODEL __attribute__((tls_model("initial-exec")))
#else
#define GI_TLS_MODEL
#endif
extern _Thread_local gi_thread_state gi_thread GI_TLS_MODEL;

#endif
