/* core.h - what the parts of the library share and its users do not see: the state of a thread and memory (the headers
 * included here), making tensors, checks of arguments, loops over strided data, random numbers. */
#ifndef GRADUS_CORE_H
#define GRADUS_CORE_H

#include <math.h>
#include <string.h>

#include "gradus/tensor.h"
#include "thread_state.h"

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
 * not negative, product within memory): otherwise NULL, and a message in function's name. */
gd_tensor *gd_new_in(gd_arena *arena, const char *function, int ndim, const int64_t *shape);
gd_tensor *gd_new(const char *function, int ndim, const int64_t *shape);

/* gd_new_header - the same without data: the caller sets it. */
gd_tensor *gd_new_header(const char *function, int ndim, const int64_t *shape);

/* gd_valid_shape - the number of elements of a shape that passes these checks, else -1 and the message. */
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

/* gd_valid_axis - axis counted from the start, in 0 .. ndim-1; -1 and a message when it is out of range. */
int gd_valid_axis(const char *function, int axis, int ndim);

/* gd_broadcast_shape - NumPy's rule: shapes are aligned at the right, axes of size 1 stretch.  False, and a
 * message, when the two do not fit. */
bool gd_broadcast_shape(const char *function, const gd_tensor *a, const gd_tensor *b, gd_shape *shape);

/* gd_broadcast_strides - strides of t seen as a tensor of the given shape; 0 along stretched axes. */
void gd_broadcast_strides(const gd_tensor *t, int ndim, const int64_t *shape, int64_t *stride);

/* gd_failures - how often gd_fail was called by this thread: has a call, or a user's function, said why it failed, or
 * is the last message an older one? */
static inline unsigned long gd_failures(void)
{
    return gd_thread.failures;
}

/* gd_plural - how the word after a number ends in messages: "1 element", "2 elements". */
static inline const char *gd_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* gd_not_null - false, and a message, when the argument is NULL: a path, a name, an array, a struct or a function of
 * the program's, which no failed call of the library can have returned. */
static inline bool gd_not_null(const char *function, const char *argument, const void *p)
{
    return p || gd_fail("%s: %s is NULL", function, argument);
}

/* gd_path_given - the same for the path of a file, which must not be empty either. */
static inline bool gd_path_given(const char *function, const char *argument, const char *path)
{
    return gd_not_null(function, argument, path) && (*path || gd_fail("%s: %s is empty", function, argument));
}

/* gd_given - a sink's check of what the library returns, a tensor, a model, ..: false when t is NULL, with a message
 * unless that of an earlier failure stands, which is why it is NULL.  gd_not_given - leaves that message. */
bool gd_not_given(const char *function, const char *argument);
static inline bool gd_given(const char *function, const char *argument, const void *t)
{
    return t ? gd_not_freed(function, argument, t) : gd_not_given(function, argument);
}

/* gd_given_tensor - the same for what may have been made with a ->grad: says so when a result, which keeps none, was
 * made from a leaf as in w = gd_sub(w, ..). */
bool gd_tensor_not_given(const char *function, const char *argument);
static inline bool gd_given_tensor(const char *function, const char *argument, const gd_tensor *t)
{
    return t ? gd_not_freed(function, argument, t) : gd_tensor_not_given(function, argument);
}

/* gd_labels - the elements of labels, row-major, as whole numbers in [0, classes); NULL, and a message that
 * names the first bad one, otherwise.  The memory is the current scope's. */
int64_t *gd_labels(const char *function, const char *argument, const gd_tensor *labels, int64_t classes);

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
