/* tensor.h - tensors, the memory they live in, and random numbers.
 *
 * Here: the tensor and its fields, shapes, scopes (who frees what), creating tensors, reading their elements.
 * Elsewhere: everything that has a derivative (operations.h), gradients and changes in place (autograd.h). */
#ifndef GRADUS_TENSOR_H
#define GRADUS_TENSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "error.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- The number and the tensor ------------------------------------------------------------------- */

#ifdef GD_DOUBLE
typedef double gd_real;                     /* libgradus64 */
#else
typedef float gd_real;                      /* libgradus */
#endif

#define GD_MAX_DIMS 8                       /* the most axes that a tensor has */

typedef struct gd_tensor gd_tensor;
typedef struct gd_node gd_node;             /* a recorded operation, see autograd.h */
typedef struct gd_arena gd_arena;           /* private: the memory of a scope, a model or the program */

/* Programs may read the fields; only the library's functions change them.  Private fields are part of the struct, and
 * not behind a pointer, because every operation reads or writes them: a tensor is one block of memory. */
struct gd_tensor {
    gd_real   *data;                        /* first element */
    int        ndim;                        /* 0 for a scalar */
    bool       requires_grad;
    bool       contiguous;                  /* private: row-major, without gaps */
    bool       retain_grad;                 /* private: see gd_retain_grad */
    uint8_t    marks;                       /* private: used by gd_grad while it runs */
    gd_tensor *grad;                        /* d(loss)/d(this): NULL until a backward pass reaches it */
    gd_node   *node;                        /* the operation that made it; NULL for a leaf */
    gd_tensor *slot;                        /* private: the sum of gradients in the running backward pass */
    gd_tensor *grad_memory;                 /* private: memory for grad, kept from pass to pass */
    const char *name;                       /* for messages; NULL when it has none */
    uint64_t   version;                     /* private, of a base: when data was last overwritten */
    union {
        int64_t     uses;                   /* private, of a gradient in a backward pass: slots that hold it */
        const void *path_end;               /* private, else: the gd_op that cut it off from the leaves, or NULL */
        struct gd_hook *hooks;              /* private, where a gradient is required and marks say so: derivatives.h */
    };
    int64_t    numel;                       /* private: product of the shape; read it with gd_numel */
    gd_tensor *base;                        /* private: the tensor that owns data; itself unless a view */
    gd_arena  *owner;                       /* private: the arena that holds it and its gradient */
    int64_t    shape[GD_MAX_DIMS];
    int64_t    stride[GD_MAX_DIMS];         /* in elements; 0 along a broadcast axis */
};

/* ---- Shapes --------------------------------------------------------------------------------------- */

typedef struct gd_shape {
    int     ndim;
    int64_t size[GD_MAX_DIMS];
} gd_shape;

/* gd_shape_of - what GD_SHAPE expands to; sizes[0] is ignored, count sizes follow it. */
static inline gd_shape gd_shape_of(size_t count, const int64_t *sizes)
{
    gd_shape shape = { (int)count, { 0 } };
    for (size_t i = 0; i < count && i < GD_MAX_DIMS; i++)
        shape.size[i] = sizes[i + 1];
    return shape;
}

/* GD_SHAPE(2, 3) is the shape [2, 3]; GD_SHAPE() is the shape [] of a scalar.  Also used for lists of
 * axes and for indices.  The function that is given more than GD_MAX_DIMS numbers reports an error. */
#ifdef __cplusplus
#define GD_SHAPE(...) gd_shape_with(__VA_ARGS__)
extern "C++" {
template <typename... Sizes> inline gd_shape gd_shape_with(Sizes... sizes)
{
    const int64_t list[] = { 0, static_cast<int64_t>(sizes)... };
    return gd_shape_of(sizeof...(sizes), list);
}
}
#else
#define GD_SHAPE(...) \
    gd_shape_of(sizeof((const int64_t[]){ 0, __VA_ARGS__ }) / sizeof(int64_t) - 1, \
                (const int64_t[]){ 0, __VA_ARGS__ })
#endif

/* gd_shape_of_tensor - the shape of t, by value; [] for NULL. */
gd_shape gd_shape_of_tensor(const gd_tensor *t);

/* ---- Scopes: who owns what, and until when ---------------------------------------------------------
 *
 *   a scope     owns what operations make while it is the innermost open one; freed at the end of its block
 *   a model     owns its parameters (gd_param); freed by gd_params_free
 *   the program owns what is made while no scope is open; freed by gd_shutdown, which also runs at exit
 *
 * A scope's memory is reused by the next scope, so that a training loop allocates nothing once it is warmed up.
 * All of this is per thread, and ends with the thread.  Models, optimizers, loaders and plots belong to no thread: any
 * thread may use and free them, one at a time.
 *
 * Four idioms get values out of a scope without using more memory from step to step:
 *
 *   carry state over to the next step: overwrite, after backward, a tensor that was made outside the loop
 *     gd_tensor *h = gd_zeros(GD_SHAPE(1, 16));
 *     for (..) { GD_SCOPE;  gd_tensor *next = cell(x, h);  ..  gd_assign(h, gd_detach(next)); }
 *   keep the best so far: the same, or for a whole model a second model (nn.h)
 *     gd_params *best = gd_params_copy(net);
 *     for (..) { ..  if (loss < lowest) { lowest = loss;  gd_params_assign(best, net); } }
 *   return a result from a function that has a scope of its own: gd_keep copies it to the caller's scope
 *     gd_tensor *scores(gd_tensor *x) { GD_SCOPE;  ..  return gd_keep(y); }
 *   evaluate: a scope, no recording, and a number
 *     double error(gd_tensor *x, gd_tensor *y) { GD_SCOPE;  GD_NO_GRAD;  return gd_item(loss(x, y)); }
 *
 * Callbacks, the program's functions that the library calls (a rule, a closure, a function to be checked, an algorithm,
 * an error handler, ..), must close every scope that they open and no other, leave recording as it was, and not call
 * gd_shutdown: anything else is refused or undone, with a message.  A callback that is left by longjmp also ends the
 * call that made it, unfinished; what is computed before the next gd_backward, or the end of the scope around that
 * call, is lost, and a warning says so then.
 *
 * A tensor must not be used after its owner is gone: its memory may hold other numbers by then, and a release build
 * cannot detect it.  The debug libraries can (make debug; link with -lgradus-debug or -lgradus64-debug; same headers,
 * slower).  There every function that is given a dead tensor fails with a message,
 *
 *     gd_add: b was made in a scope that has ended
 *
 * and so it is with tensors of a freed model, loader or optimizer, after gd_shutdown, with views of them, with graphs
 * that read them, and with a freed model, optimizer, average, loader or plot itself, or a closed safetensors file.
 * Memory is quarantined before it is reused, so that this also works when other tensors have been made since.
 * What the debug libraries cannot detect is a program that itself reads ->data, or any other field, of a dead tensor,
 * or writes past the end of a live one.  AddressSanitizer can, when both are compiled with it:
 * make debug DEBUG_CFLAGS="-O1 -g -fsanitize=address". */

/* gd_scope_begin, gd_scope_end - open a scope; close the innermost one.  Scopes nest.
 * gd_scope_begin is false when memory is out.  gd_scope_end is false, with a message, when no scope is open, or when it
 * is called in a callback that did not open the innermost one.
 * gd_scope_end_with - gd_keep and gd_scope_end in one: closes the scope and returns a detached copy of t that belongs
 * to the enclosing scope, or to the program.  NULL: t is NULL, memory is out; or, without closing a scope, as above. */
bool gd_scope_begin(void);
bool gd_scope_end(void);
gd_tensor *gd_scope_end_with(gd_tensor *t);

/* GD_SCOPE; - a declaration: a scope from here to the end of the block, also closed by break, continue, return and
 * goto.  Needs the cleanup attribute of gcc and clang; elsewhere use the pair above. */
#if defined(__GNUC__)
#define GD_SCOPE \
    __attribute__((cleanup(gd_scope_leave), unused)) int GD_UNIQUE(gd_scope_at_) = gd_scope_enter()
#define GD_UNIQUE(name) GD_UNIQUE_(name, __LINE__)
#define GD_UNIQUE_(name, line) GD_UNIQUE__(name, line)
#define GD_UNIQUE__(name, line) name##line
#endif
int  gd_scope_enter(void);                  /* for GD_SCOPE: opens a scope, returns how many were open before */
void gd_scope_leave(int *depth);            /* for GD_SCOPE: closes scopes until so many are open; warns if several */

/* gd_keep - a detached copy of t that belongs to the scope around the current one; or to the program, where the copies
 * of a loop pile up: see the idioms above.  NULL: t is NULL, or memory is out. */
gd_tensor *gd_keep(gd_tensor *t);

/* gd_shutdown - frees everything of this thread that is not a model, optimizer, loader or plot.  Also run at exit and
 * at the end of each thread; where there are no POSIX threads, a thread has to call it.  The library can be used again
 * afterwards.  Refused, with a message, in a callback. */
void gd_shutdown(void);

/* gd_memory_report - prints live bytes and the high-water mark of each owner, and how many of them this thread keeps
 * for its next scope. */
void gd_memory_report(FILE *out);

/* gd_memory_live - bytes that the library holds from malloc in the whole process, over all owners. */
size_t gd_memory_live(void);

/* gd_set_memory_warning - gives one warning (see gd_on_error) when what a thread has made while no scope was open,
 * which stays until gd_shutdown, exceeds so many bytes: most likely a loop lacks GD_SCOPE.  The default is 1 GiB; 0:
 * never.  A tensor counts for at most 64 MiB, so that data sets, which are meant to stay, hardly count.  The limit is
 * the program's; after a warning there is no other until this is called again. */
void gd_set_memory_warning(size_t bytes);

/* ---- Threads: large kernels run on several processors -----------------------------------------------
 * Results are bit for bit the same for any number of threads.  Small tensors are computed by the calling thread. */

/* gd_set_threads - from now on the program uses at most n threads, 1 to 64, the calling one included.  The default is
 * the environment variable GD_THREADS, if it is at least 1, or else the number of processors that the program may use.
 * False: n is out of range. */
bool gd_set_threads(int n);
int  gd_threads(void);                       /* how many that is now */

/* ---- Creating tensors: every result belongs to the current scope -----------------------------------
 * Errors: a negative size, more than GD_MAX_DIMS axes, more elements than memory can hold, a finite number beyond the
 * largest gd_real.  Elements that count something (those of gd_arange and gd_linspace whose start and step are integers
 * that gd_real holds, of gd_permutation, labels) must be exact, otherwise it is an error: gd_real holds every integer
 * up to 2^24 as float, 2^53 as double. */

gd_tensor *gd_zeros(gd_shape shape);                             /* all elements are 0 */
gd_tensor *gd_ones(gd_shape shape);                              /* all elements are 1 */
gd_tensor *gd_full(gd_shape shape, double value);                /* all elements are value */
gd_tensor *gd_scalar(double value);                              /* shape [] */
gd_tensor *gd_from(gd_shape shape, const gd_real *values);       /* copies row-major values */
gd_tensor *gd_wrap(gd_shape shape, gd_real *data);               /* uses data in place; the caller keeps owning it */
gd_tensor *gd_arange(double start, double stop, double step);    /* [n]: start, start + step, .. before stop: never
                                                                  * stop itself, also where steps like 0.1 are
                                                                  * rounded; step != 0 */
gd_tensor *gd_linspace(double start, double stop, int64_t n);    /* [n]: both ends included */
gd_tensor *gd_eye(int64_t n);                                    /* [n, n]: ones on the diagonal */
gd_tensor *gd_one_hot(gd_tensor *labels, int64_t classes);       /* [..] -> [.., classes]; labels 0 .. classes-1 */
gd_tensor *gd_zeros_like(const gd_tensor *t);                    /* zeros of the shape of t */
gd_tensor *gd_ones_like(const gd_tensor *t);                     /* ones of the shape of t */

/* ---- Random numbers: xoshiro256++ of Blackman and Vigna (2019), one generator per thread ------------
 * A seed gives the same numbers on every machine, up to the last bit of the C library's log and sin.  More, and
 * generators beside those of the threads: random.h.  The main thread starts as after gd_seed(0).  Of the others, the
 * k-th to draw a number (k = 1, 2, ..) without gd_seed starts as after gd_seed(2^64 - k), so that all differ. */
void       gd_seed(uint64_t seed);                               /* seeds the generator that the thread draws from */
gd_tensor *gd_uniform(gd_shape shape, double low, double high);  /* low <= x < high; error: low > high, infinite */
gd_tensor *gd_normal(gd_shape shape, double mean, double std);   /* error: std < 0, |mean| + 8.6 std infinite */
gd_tensor *gd_permutation(int64_t n);                            /* [n]: 0 .. n-1 in random order */

/* ---- Reading elements ------------------------------------------------------------------------------ */

int64_t gd_numel(const gd_tensor *t);                            /* number of elements; 0 for NULL */
gd_real gd_item(const gd_tensor *t);                             /* the only element; NaN and a message if
                                                                  * there are more, or none */
gd_real gd_at(const gd_tensor *t, gd_shape index);               /* one element; index < 0 counts from the end */
bool    gd_copy_out(const gd_tensor *t, gd_real *row_major);     /* all elements, in row-major order */
void    gd_print(FILE *out, const gd_tensor *t);                 /* shape and elements; long axes are cut short */

#if defined(__GNUC__)
/* private: makes every file that includes this refer to its library, even one that only reads ->data, so that a program
 * does not link when some of its files were compiled with -DGD_DOUBLE and others without. */
static gd_real (*const gd_links_with)(const gd_tensor *) __attribute__((used)) = gd_item;
#endif

/* gd_set_name - names t in messages and printed graphs; the string must outlive t.  Returns t.  Error: t is a parameter
 * or buffer of a model, which keeps its name. */
gd_tensor *gd_set_name(gd_tensor *t, const char *name);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
