/* thread_state.h - what the library knows of a thread: scopes, tape, the running pass, and guests. */
#ifndef GRADUS_THREAD_STATE_H
#define GRADUS_THREAD_STATE_H

#include "memory.h"

typedef struct gd_text { char s[280]; } gd_text;    /* a part of a message */

/* ---- The state of a thread -------------------------------------------------------------------------------- */

enum { GD_SIZE_CLASSES = 256, GD_WANTED_BITS = 64 };

/* no_grad: the depth in the lower bits; an ordinary backward pass is running, whose rules' results are temporary; and
 * gd_detect_anomaly is on.  So one comparison finds the everyday case. */
enum { GD_NO_GRAD_DEPTH = (1 << 28) - 1, GD_ANOMALY = 1 << 28, GD_IN_PASS = 1 << 29 };

typedef struct gd_pass gd_pass;

typedef struct gd_thread_state {
    gd_arena  *scope;                       /* innermost open scope; &program when none */
    gd_node   *tape;                        /* newest node */
    int        no_grad;                     /* depth of GD_NO_GRAD, and flags; 0: just recording */
    int        depth;                       /* open scopes */
    int        floor, no_grad_floor;        /* what depth and no_grad were when the guest began, see below */
    const char *guest;                      /* NULL: none runs */
    const gd_node *running;                 /* its rule runs */
    gd_pass   *pass;                        /* the running backward pass, or NULL */
    uintptr_t  guest_stack;                 /* where the stack was when the outermost guest began */
    bool       pruning;                     /* it wants gradients of some tensors only: gd_grad */
    bool       seeded;
    bool       any_recycled;                /* some of the lists of recycled tensors may not be empty */
    uint64_t   wanted;                      /* a bit for each input of the node at hand that gets a gradient */
    uint64_t   clock;                       /* counts overwritings of tensors, see gd_overwritten */
    gd_tensor **reached;                    /* leaves and kept results that the running pass has reached */
    int64_t    reached_count, reached_room;
    gd_tensor *temporaries;                 /* made by the running rule of a backward pass, linked by slot */
    gd_tensor *small;                       /* recycled small tensors, linked by slot */
    gd_tensor **recycled;                   /* recycled others, by size class; NULL before the first pass */
    gd_real   *target;                      /* where the next big result of target_numel elements should lie */
    int64_t    target_numel;
    unsigned long failures;                 /* calls of gd_fail */
    gd_arena   program;
    uint64_t   random[4];                   /* xoshiro256++ */
    gd_chunk  *pool;                        /* chunks that wait for the next scope, smallest first */
} gd_thread_state;

/* Initial-exec: one instruction, in the shared library too.  glibc has some hundred bytes of such memory for the
 * libraries that a running program loads (dlopen), so the state is kept small, and arrays lie elsewhere; other C
 * libraries (musl) have none. */
#if defined(__GNUC__) && defined(__GLIBC__)
#define GD_TLS_MODEL __attribute__((tls_model("initial-exec")))
#else
#define GD_TLS_MODEL
#endif
extern _Thread_local gd_thread_state gd_thread GD_TLS_MODEL;

/* gd_thread_start - makes the state usable; called where gd_thread.scope is still NULL.  From then on the thread's
 * memory is freed when it ends. */
void gd_thread_start(void);

/* gd_empty_thread - gd_shutdown without a warning; returns how many scopes of gd_scope_begin were open. */
int gd_empty_thread(void);

/* gd_error_end - frees what this thread's messages were kept in. */
void gd_error_end(void);

/* gd_current_scope - where new tensors go. */
static inline gd_arena *gd_current_scope(void)
{
    if (GD_UNLIKELY(!gd_thread.scope))
        gd_thread_start();
    return gd_thread.scope;
}

/* gd_scope_open - a scope in the current one; false when memory is out.  gd_scope_close - closes the innermost one,
 * gd_scope_close_down_to - closes scopes until depth are open; both without asking whose they are. */
bool gd_scope_open(bool by_hand);
void gd_scope_close(void);
void gd_scope_close_down_to(int depth);

/* ---- Guests: code of the program inside of a call of the library ------------------------------------------
 *
 * Rules, closures, functions to be checked, algorithms, surfaces, visitors, handlers.  A guest closes the scopes
 * that it opened and no others, leaves recording as it was, and does not shut the library down.  The guest's name
 * is GD_GUEST("gd_step_closure", "the closure"): the call around it, and what it is. */

#define GD_GUEST(call, what) call "\0" what

typedef struct gd_guest {                   /* what was before */
    const char *guest;
    int         floor, no_grad_floor;
} gd_guest;

extern const char gd_rule_guest[];          /* of every rule: the operation is that of gd_thread.running */

gd_text gd_guest_text(void);                /* "the closure of gd_step_closure" */
bool gd_guest_left(const char *call, bool good);        /* puts right what the guest left; says so if it was good */

static inline uintptr_t gd_stack_here(void)
{
#if defined(__GNUC__)
    return (uintptr_t)__builtin_frame_address(0);
#else
    volatile char here = 0;
    return (uintptr_t)&here;
#endif
}

/* GD_DEEPER; - declares room on the stack, in a function that is not inline and calls one in which a guest begins.  So
 * the library's own frames of later calls do not reach as far down as that guest. */
#define GD_DEEPER volatile char gd_room_[1024]; gd_room_[0] = 0; (void)gd_room_[0]

static inline gd_guest gd_guest_enter(const char *name)
{
    gd_guest before = { gd_thread.guest, gd_thread.floor, gd_thread.no_grad_floor };
    if (!before.guest)
        gd_thread.guest_stack = gd_stack_here();
    gd_thread.guest = name;
    gd_thread.floor = gd_thread.depth;
    gd_thread.no_grad_floor = gd_thread.no_grad;
    return before;
}

static inline void gd_guest_restore(const gd_guest *before)
{
    gd_thread.guest = before->guest;
    gd_thread.floor = before->floor;
    gd_thread.no_grad_floor = before->no_grad_floor;
}

/* gd_guest_behaved - good, and nothing is left behind.  If it was good until then, there is a message: a guest that
 * failed has given one, and may have left early. */
static inline bool gd_guest_behaved(const char *call, bool good)
{
    return GD_LIKELY(gd_thread.depth == gd_thread.floor
                     && !((gd_thread.no_grad ^ gd_thread.no_grad_floor) & GD_NO_GRAD_DEPTH))
           ? good : gd_guest_left(call, good);
}

static inline bool gd_guest_leave(const gd_guest *before, bool good)
{
    good = gd_guest_behaved(gd_thread.guest, good);
    gd_guest_restore(before);
    return good;
}

/* gd_guest_runs - is there one?  Those that were left by longjmp or by the end of their thread are none: as the stack
 * grows downwards, a call from above the place where a guest began does not come from inside of it.  What they left
 * is put in order, but for their scopes.
 * gd_guest_forget - there is none any more.  gd_pass_abandon - nor is a backward pass. */
bool gd_guest_runs(void);
void gd_guest_forget(void);
void gd_pass_abandon(void);

#endif
