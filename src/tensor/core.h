/* core.h - what the rooms of the library share and its users do not see: the state of a thread, memory,
 * the making of tensors, and loops over strided data. */
#ifndef GRADUS_CORE_H
#define GRADUS_CORE_H

#include <float.h>
#include <math.h>
#include <string.h>

#include "gradus/tensor.h"
#include "alive.h"

#if FLT_EVAL_METHOD == 2 || FLT_EVAL_METHOD < 0
#error "double expressions have more bits than a double here: on 32-bit x86 compile with -msse2 -mfpmath=sse"
#endif

/* ---- The compiler ----------------------------------------------------------------------------------- */

#if defined(__GNUC__)
#define GD_LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define GD_UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define GD_NOINLINE            __attribute__((noinline))
#define GD_INLINE              static inline __attribute__((always_inline))
#define GD_COLD                __attribute__((noinline, cold))
#else
#define GD_LIKELY(condition)   (condition)
#define GD_UNLIKELY(condition) (condition)
#define GD_NOINLINE
#define GD_INLINE              static inline
#define GD_COLD
#endif

/* GD_WILL_WRITE - the line of the cache that stands `ahead` bytes after p is fetched meanwhile; nothing happens
 * where there is none.  Large results that are written in one go arrive up to a fifth sooner. */
#if defined(__GNUC__)
#define GD_WILL_WRITE(p, ahead) __builtin_prefetch((const void *)((uintptr_t)(p) + (ahead)), 1)
#else
#define GD_WILL_WRITE(p, ahead) ((void)0)
#endif

/* GD_KERNEL before a function compiles it for several instruction sets and picks one when the program
 * starts, so that speed does not depend on the user's compiler flags.  The picking is done by a function that
 * the dynamic linker calls (GNU indirect functions): the C library must do that, as glibc does and musl does not,
 * and no tool may count on being set up by then, as ThreadSanitizer and MemorySanitizer do.
 * The function must be static, and its name the only one in the library: clang makes a global symbol of it.
 * -DGD_PLAIN leaves it out; so do compilers and systems without it. */
#if defined(__has_feature)
#if __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define GD_EARLY_CALLS_CRASH
#endif
#elif defined(__SANITIZE_THREAD__)
#define GD_EARLY_CALLS_CRASH
#endif

#if !defined(__GNUC__) || !defined(__x86_64__) || !defined(__GLIBC__) || defined(__UCLIBC__) || \
    defined(GD_EARLY_CALLS_CRASH) || defined(GD_PLAIN) || defined(__AVX512F__)
#define GD_KERNEL
#elif defined(__clang__)                    /* knows features only, and takes -v4 to be no machine's */
#define GD_KERNEL __attribute__((target_clones("avx512dq", "avx2", "default")))
#else
#define GD_KERNEL __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#endif

typedef struct gd_text { char s[280]; } gd_text;    /* a part of a message */

/* gd_warn - a message about what did not fail: see gd_on_error. */
GD_COLD void gd_warn(const char *format, ...) GD_FORMAT(1, 2);

/* ---- Memory: the one door to malloc ------------------------------------------------------------------- */

typedef enum gd_owner {
    GD_SCOPES, GD_PROGRAM, GD_MODELS, GD_OPTIMIZERS, GD_DATA, GD_PLOTS, GD_OWNERS
} gd_owner;

/* gd_memory_new - bytes from malloc, booked on owner; 64-byte aligned, not set.
 * gd_memory_resize - the same block with another size (p may be NULL); p stays valid when it fails.
 * gd_memory_free - gives it back; NULL is fine.
 * On failure NULL, and the sentence "out of memory: .. bytes for ..". */
void *gd_memory_new(gd_owner owner, size_t bytes);
void *gd_memory_resize(gd_owner owner, void *p, size_t bytes);
void  gd_memory_free(void *p);

/* ---- Arenas: memory that is freed as a whole ------------------------------------------------------------ */

typedef struct gd_chunk gd_chunk;

struct gd_arena {
    char     *at, *end;                     /* free part of the newest chunk */
    gd_chunk *chunks;                       /* newest first */
    gd_arena *parent;                       /* the scope around this one */
    gd_node  *tape;                         /* newest node when the scope began */
    const gd_node *rule;                    /* the node whose rule opened the scope */
    void     *graph_leaves;                 /* leaves elsewhere whose grad lies in here, */
    void    (*settle)(gd_arena *);          /* and what sees to them when the scope closes */
    gd_owner  owner;
    bool      by_hand;                      /* opened by gd_scope_begin, not by GD_SCOPE */
    bool      recycles;                     /* scratch memory of a backward pass, see recycle.c */
};

void  gd_arena_init(gd_arena *arena, gd_owner owner);
void  gd_arena_free(gd_arena *arena);                       /* every chunk goes back to the pool, or to malloc */
void *gd_arena_grow(gd_arena *arena, size_t bytes, size_t whole);      /* the slow way of gd_arena_take */

void  gd_pool_free(void);                                   /* chunks waiting for a scope go back to malloc */

#define GD_ALIGN 16u

/* gd_arena_take - bytes from the arena, aligned to GD_ALIGN, not set; NULL when memory is out. */
static inline void *gd_arena_take(gd_arena *arena, size_t bytes)
{
    const size_t whole = ((bytes + GD_ALIGN - 1) & ~(size_t)(GD_ALIGN - 1)) + GD_FENCE;
    if (GD_UNLIKELY(whole > (size_t)(arena->end - arena->at)))
        return gd_arena_grow(arena, bytes, whole);
    char *p = arena->at;
    arena->at += whole;
    gd_unpoison(p, bytes);
    return p;
}

/* ---- The state of a thread -------------------------------------------------------------------------------- */

enum { GD_SIZE_CLASSES = 256, GD_WANTED_BITS = 64 };

/* no_grad: the depth in the lower bits; an ordinary backward pass is running, whose rules' results are temporary; and
 * gd_detect_anomaly is on.  So one comparison finds the everyday case. */
enum { GD_NO_GRAD_DEPTH = (1 << 28) - 1, GD_ANOMALY = 1 << 28, GD_IN_PASS = 1 << 29 };

typedef struct gd_thread_state {
    gd_arena  *scope;                       /* innermost open scope; &program when none */
    gd_node   *tape;                        /* newest node */
    int        no_grad;                     /* depth of GD_NO_GRAD, and flags; 0: just recording */
    int        depth;                       /* open scopes */
    int        floor, no_grad_floor;        /* what depth and no_grad were when the guest began, see below */
    const char *guest;                      /* NULL: none runs */
    const gd_node *running;                 /* its rule runs */
    gd_arena  *home;                        /* the scope in which the running pass was asked for */
    bool       in_backward;                 /* a backward pass is running */
    bool       pruning;                     /* it wants gradients of some tensors only: gd_grad */
    bool       seeded;
    uint64_t   wanted;                      /* a bit for each input of the node at hand that gets a gradient */
    uint64_t   clock;                       /* counts overwritings of tensors, see gd_overwritten */
    gd_tensor **reached;                    /* leaves and kept results that the running pass has reached */
    int64_t    reached_count, reached_room;
    gd_tensor *temporaries;                 /* made by the running rule of a backward pass, linked by slot */
    gd_tensor *small;                       /* recycled small tensors, linked by slot */
    gd_tensor **recycled;                   /* recycled others, by size class; NULL before the first pass */
    bool       any_recycled;                /* some of those lists may not be empty */
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

static inline gd_guest gd_guest_enter(const char *name)
{
    gd_guest before = { gd_thread.guest, gd_thread.floor, gd_thread.no_grad_floor };
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

/* gd_guest_runs - is there one?  (A handler that was left by longjmp is none.) */
bool gd_guest_runs(void);

/* gd_scope_close_down_to - closes scopes until depth are open. */
void gd_scope_close_down_to(int depth);

/* ---- Making tensors -------------------------------------------------------------------------------------- */

enum { GD_SMALL_BYTES = 64 };               /* data of a small tensor, which lies just behind its header */

/* gd_take_other - gd_take_tensor for big tensors; with the header set up. */
gd_tensor *gd_take_other(gd_arena *arena, int64_t numel);

/* gd_init_fields - every field of a fresh tensor but data, ndim, shape and stride.  The zeros lie side by side, so
 * that a few vector stores write them.  gd_init_tensor also lists a tensor of a backward pass's scratch memory
 * with the temporaries. */
static inline void gd_init_fields(gd_tensor *t, gd_arena *arena, int64_t numel, gd_tensor *slot)
{
    t->requires_grad = false;
    t->contiguous = true;
    t->retain_grad = false;
    t->marks = 0;
    t->grad = NULL;
    t->node = NULL;
    t->slot = slot;
    t->grad_memory = NULL;
    t->name = NULL;
    t->version = 0;
    t->uses = 0;
    t->numel = numel;
    t->base = t;
    t->owner = arena;
    gd_born(t);
}

static inline void gd_init_tensor(gd_tensor *t, gd_arena *arena, int64_t numel)
{
    gd_init_fields(t, arena, numel, arena->recycles ? gd_thread.temporaries : NULL);
    if (arena->recycles)
        gd_thread.temporaries = t;
}

/* gd_set_row_major - ndim, shape and the strides of a contiguous tensor. */
static inline void gd_set_row_major(gd_tensor *t, int ndim, const int64_t *size)
{
    t->ndim = ndim;
    int64_t step = 1;
    if (GD_UNLIKELY(ndim > 2)) {
        for (int i = ndim - 1; i > 1; i--) {
            t->shape[i] = size[i];
            t->stride[i] = step;
            step *= size[i];
        }
    }
    if (ndim > 1) {
        t->shape[1] = size[1];
        t->stride[1] = step;
        step *= size[1];
    }
    if (ndim > 0) {
        t->shape[0] = size[0];
        t->stride[0] = step;
    }
}

/* gd_take_small - memory for a header and up to GD_SMALL_BYTES of data, from the scratch memory of a backward
 * pass. */
static inline gd_tensor *gd_take_small(gd_arena *arena)
{
    gd_tensor *t = gd_thread.small;
    if (GD_UNLIKELY(!t))
        return gd_arena_take(arena, sizeof(gd_tensor) + GD_SMALL_BYTES);
    gd_thread.small = t->slot;
    gd_unpoison(t, sizeof(gd_tensor) + GD_SMALL_BYTES);
    return t;
}

/* gd_take_tensor - header and data of a contiguous tensor, neither elements nor shape set; NULL when memory
 * is out. */
static inline gd_tensor *gd_take_tensor(gd_arena *arena, int64_t numel)
{
    if (GD_UNLIKELY((uint64_t)numel > GD_SMALL_BYTES / sizeof(gd_real)))
        return gd_take_other(arena, numel);
    gd_tensor *t, *slot = NULL;
    if (arena->recycles) {
        slot = gd_thread.temporaries;
        t = gd_take_small(arena);
        if (GD_UNLIKELY(!t))
            return NULL;
        gd_thread.temporaries = t;
    } else {
        t = gd_arena_take(arena, sizeof(gd_tensor) + (size_t)numel * sizeof(gd_real));
        if (GD_UNLIKELY(!t))
            return NULL;
    }
    t->data = (gd_real *)(void *)(t + 1);
    gd_init_fields(t, arena, numel, slot);
    if (arena->recycles)
        gd_fence_data(t, (char *)(t + 1) + GD_SMALL_BYTES);
    return t;
}

/* gd_overwritten - the data of t has changed: a graph recorded before must not read it any more. */
static inline void gd_overwritten(gd_tensor *t)
{
    t->base->version = ++gd_thread.clock;
}

/* gd_new_like - a contiguous tensor of x's shape in the current scope, elements not set. */
static inline gd_tensor *gd_new_like(const gd_tensor *x)
{
    gd_tensor *t = gd_take_tensor(gd_current_scope(), x->numel);
    if (GD_UNLIKELY(!t))
        return NULL;
    gd_set_row_major(t, x->ndim, x->shape);
    return t;
}

/* gd_new_in - a contiguous tensor in any arena; gd_new - in the current scope.  The shape is checked (sizes
 * not negative, product within memory): otherwise NULL, and a sentence in function's name. */
gd_tensor *gd_new_in(gd_arena *arena, const char *function, int ndim, const int64_t *shape);
gd_tensor *gd_new(const char *function, int ndim, const int64_t *shape);

/* gd_new_header - the same without data: the caller sets it. */
gd_tensor *gd_new_header(const char *function, int ndim, const int64_t *shape);

/* gd_valid_shape - the number of elements of a shape that passes these checks, else -1 and the sentence. */
int64_t gd_valid_shape(const char *function, int ndim, const int64_t *shape);

/* gd_new_view - a tensor over x's data with ndim axes; shape, stride, data still x's first ones.  Call
 * gd_finish_view when they are set. */
gd_tensor *gd_new_view(gd_tensor *x, int ndim);
gd_tensor *gd_finish_view(gd_tensor *view);

/* gd_recycle - t's memory is free for the next tensor of its size; t is a temporary of a backward pass. */
void gd_recycle_other(gd_tensor *t);
static inline void gd_recycle(gd_tensor *t)
{
    gd_gone(t);
    if (t->base != t || t->data == (gd_real *)(void *)(t + 1)) {
        gd_fence(t + 1, (char *)(t + 1) + GD_SMALL_BYTES);
        t->slot = gd_thread.small;
        gd_thread.small = t;
    } else {
        gd_recycle_other(t);
    }
}
bool gd_recycle_ready(void);                /* the lists are there; false, with a message, when memory is out */
void gd_recycle_forget(void);               /* at the end of the pass: nothing is free any more */

/* ---- Shapes ---------------------------------------------------------------------------------------------- */

gd_text gd_shape_text(int ndim, const int64_t *shape);       /* "[2, 3]" */
gd_text gd_text_of(const gd_tensor *t);                      /* of a tensor, with its name: [2] ("w"), or that
                                                              * of the tensor it is a view of */

static inline bool gd_same_shape(const gd_tensor *a, const gd_tensor *b)
{
    if (a->ndim != b->ndim)
        return false;
    for (int i = 0; i < a->ndim; i++)
        if (a->shape[i] != b->shape[i])
            return false;
    return true;
}

/* gd_valid_axis - axis counted from the start, in 0 .. ndim-1; -1 and a sentence when it is out of range. */
int gd_valid_axis(const char *function, int axis, int ndim);

/* gd_broadcast_shape - NumPy's rule: shapes are aligned at the right, axes of size 1 stretch.  False, and a
 * sentence, when the two do not fit. */
bool gd_broadcast_shape(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *shape);

/* gd_broadcast_strides - strides of t seen as a tensor of the given shape; 0 along stretched axes. */
void gd_broadcast_strides(const gd_tensor *t, int ndim, const int64_t *shape, int64_t *stride);

/* gd_failures - how often gd_fail was called by this thread: has a call, or a user's function, said why it failed, or
 * is the last message an older one? */
static inline unsigned long gd_failures(void)
{
    return gd_thread.failures;
}

/* gd_given - a sink's check of its argument: false when t is NULL, with a message unless one of an earlier failure
 * stands.  gd_not_given - says so. */
bool gd_not_given(const char *function, const char *argument);
static inline bool gd_given(const char *function, const char *argument, const void *t)
{
    return t != NULL || gd_not_given(function, argument);
}

/* Whole numbers up to GD_WHOLE_MAX are all exact in gd_real; above some are, and GD_REAL_NAME is for messages. */
#ifdef GD_DOUBLE
#define GD_WHOLE_MAX ((int64_t)1 << 53)
#define GD_REAL_NAME "double"
#else
#define GD_WHOLE_MAX ((int64_t)1 << 24)
#define GD_REAL_NAME "float"
#endif

static inline bool gd_is_exact(int64_t n)
{
    return (n <= GD_WHOLE_MAX && n >= -GD_WHOLE_MAX) || (fabs((double)n) < 0x1p62 && (int64_t)(gd_real)n == n);
}

/* gd_fits - false, and a message, for a finite value that is infinite as a gd_real. */
static inline bool gd_fits(const char *function, const char *argument, double value)
{
    return !isinf((gd_real)value) || isinf(value)
           || gd_fail("%s: %s = %g is beyond the largest " GD_REAL_NAME, function, argument, value);
}

/* gd_countable - false, and a message, when not all of 0 .. n-1 are exact in gd_real; argument: what holds them. */
bool gd_countable(const char *function, const char *argument, int64_t n);

/* gd_given_tensor - the same of what may have been made with a ->grad: says so when a result, which keeps none, was
 * made from a leaf as in w = gd_sub(w, ..). */
bool gd_tensor_not_given(const char *function, const char *argument);
static inline bool gd_given_tensor(const char *function, const char *argument, const gd_tensor *t)
{
    return t != NULL || gd_tensor_not_given(function, argument);
}

/* gd_labels - the elements of labels, row-major, as whole numbers in [0, classes); NULL, and a sentence that
 * names the first bad one, otherwise.  The memory is the current scope's. */
int64_t *gd_labels(const char *function, const char *argument, const gd_tensor *labels, int64_t classes);

/* ---- Loops over strided data ----------------------------------------------------------------------------- */

enum { GD_OPERANDS = 4 };

/* The loops that visit every index of a shape, with neighbouring axes merged where all operands allow it.
 * The innermost loop is axis ndim-1 of the nest; there is always at least one axis. */
typedef struct gd_nest {
    int     ndim;
    int64_t size[GD_MAX_DIMS];
    int64_t step[GD_OPERANDS][GD_MAX_DIMS];
} gd_nest;

void gd_nest_init(gd_nest *nest, int ndim, const int64_t *shape, int operands, const int64_t *const strides[]);

/* One pass of the innermost loop: n indices, operand k starts at p[k] and moves by step[k]. */
typedef void gd_inner_loop(int64_t n, gd_real *const p[], const int64_t step[], const void *context);

/* gd_nest_run - runs inner over the whole nest. */
void gd_nest_run(const gd_nest *nest, int operands, gd_real *const start[], gd_inner_loop *inner,
                 const void *context);

/* gd_nest_spread - the same, by several threads where it is big; no two indices may write to the same element.
 * work: elements for each index, 1 but where inner does more. */
void gd_nest_spread(const gd_nest *nest, int operands, gd_real *const start[], gd_inner_loop *inner,
                    const void *context, int64_t work);

/* gd_copy - the elements of x, in row-major order, to contiguous memory. */
void gd_copy(gd_real *to, const gd_tensor *x);

/* gd_copy_into - y = x, of the same shape, y of any layout. */
void gd_copy_into(const gd_tensor *y, const gd_tensor *x);

/* ---- Random numbers -------------------------------------------------------------------------------------- */

uint64_t gd_random_bits(uint64_t state[4]);                          /* xoshiro256++ */
void     gd_random_seed(uint64_t state[4], uint64_t seed);           /* by splitmix64 */
double   gd_random_unit(uint64_t state[4]);                          /* in [0, 1), multiples of 2^-53 */
uint64_t gd_random_below(uint64_t state[4], uint64_t n);             /* 0 .. n-1, each as likely */
uint64_t *gd_random_state(void);                                     /* this thread's */

#endif
