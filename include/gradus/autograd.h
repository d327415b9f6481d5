/* autograd.h - reverse-mode automatic differentiation.
 *
 * An operation on a tensor that requires a gradient appends a node to the tape.  The tape is in the order
 * of computation, which is a topological order: backward walks it once, from the newest node to the oldest, and
 * lets each node's rule turn dy = d(loss)/d(output) into dx = d(loss)/d(input).
 *
 * Here: gradients, recording on and off, in-place changes, operations of your own, gradient checks, printing graphs.
 * The semantics are PyTorch's: gradients of leaves accumulate until zeroed and are NULL before the first pass. */
#ifndef GRADUS_AUTOGRAD_H
#define GRADUS_AUTOGRAD_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Gradients -------------------------------------------------------------------------------------- */

/* gd_requires_grad - gradients with respect to t will be computed; returns t.  gd_freeze - undoes that for a leaf
 * and drops its gradient; returns t. */
gd_tensor *gd_requires_grad(gd_tensor *t);
gd_tensor *gd_freeze(gd_tensor *t);

/* A result, unlike a leaf, has no ->grad: after w = gd_sub(w, ..) w is a result, and w->grad stays NULL.  Change a leaf
 * in place (gd_add_to), or ask for the result's gradient (gd_retain_grad, gd_grad).
 *
 * gd_backward - adds dy/dx to x->grad for every leaf x that y depends on and that requires a gradient.
 * y has one element.  Errors: y has more elements or depends on no such leaf; an operation between them has
 * no derivative; a value that a rule needs was overwritten after it was recorded.  On failure no gradient
 * has changed.  It may be called again while the scope of y is open: gradients accumulate.  Those of several uses of x,
 * and of several passes, are added one after the other: n of them have a relative error of up to n u. */
bool gd_backward(gd_tensor *y);

/* gd_backward_from - the same for y of any shape: dy is d(loss)/dy, of y's shape (NULL: ones, for a y of
 * one element).  With create_graph the pass is recorded, so that the gradients can be differentiated; a
 * leaf's grad is then part of the graph until the current scope ends, and a plain value after that. */
bool gd_backward_from(gd_tensor *y, gd_tensor *dy, bool create_graph);

/* gd_grad - dxs[i] = d(y . dy)/d(xs[i]) for i < n, without touching any ->grad; xs may be leaves or
 * intermediate results.  The results belong to the current scope.  Errors: as above, and an xs[i] that y
 * does not depend on.  On failure dxs is all NULL. */
bool gd_grad(gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n, gd_tensor *dxs[], bool create_graph);

gd_tensor *gd_detach(gd_tensor *t);         /* the same data, a leaf that requires no gradient */
gd_tensor *gd_retain_grad(gd_tensor *t);    /* keep ->grad of this intermediate result too; returns t */
void       gd_zero_grad_of(gd_tensor *t);   /* t->grad becomes NULL; its memory is kept for the next pass;
                                             * error: t is a result that keeps none */
bool       gd_set_grad(gd_tensor *t, gd_tensor *value);   /* t->grad = a copy of value, of t's shape */

/* GD_NO_GRAD; - a declaration: nothing is recorded from here to the end of the block.  With compilers other than gcc
 * and clang use gd_no_grad_begin and gd_no_grad_end.  Both nest. */
void gd_no_grad_begin(void);                /* nothing is recorded from here on, in this thread */
void gd_no_grad_end(void);                  /* recorded again, unless another one is open */
bool gd_is_recording(void);                 /* are operations recorded now? */
#if defined(__GNUC__)
#define GD_NO_GRAD \
    __attribute__((cleanup(gd_no_grad_leave), unused)) int GD_UNIQUE(gd_no_grad_at_) = gd_no_grad_enter()
#endif
int  gd_no_grad_enter(void);                /* for GD_NO_GRAD: as begin; how many were open */
void gd_no_grad_leave(int *depth);          /* for GD_NO_GRAD: until so many are open */

/* gd_detect_anomaly - while it is on, in this thread, every operation checks its result and every backward pass checks
 * the gradients of each rule: the first NaN, or infinity that does not come from one in an input, is a failure whose
 * message names the operation, the element, and the inputs with their shapes and names.  It is off by default, and
 * costs nothing then; when it is on, every result is read once more. */
void gd_detect_anomaly(bool on);

/* ---- Changing in place ------------------------------------------------------------------------------
 * Only leaves can be changed, and only unrecorded: x must not be the result of a recorded operation, and where x or
 * value requires a gradient, recording must be off (GD_NO_GRAD).  Otherwise false, with a message.  value is broadcast
 * to the shape of x and may share its memory. */

bool gd_assign(gd_tensor *x, gd_tensor *value);                  /* x = value */
bool gd_fill(gd_tensor *x, double value);                        /* x = value everywhere */
bool gd_add_to(gd_tensor *x, gd_tensor *value, double alpha);    /* x = x + alpha value */
bool gd_clamp_to(gd_tensor *x, double low, double high);         /* x = min(max(x, low), high); error:
                                                                  * low > high or NaN */

/* ---- Operations of your own -------------------------------------------------------------------------
 * The built-in operations use nothing else.  demos/ has a complete example. */

/* A rule sets dx[i] for each input i with gd_needs(node, i): the gradient of the loss with respect to that
 * input, given dy, written in operations of the library, so that it can itself be differentiated.  It may
 * have the shape of the output: the engine sums over the axes that were broadcast.  A needed dx[i] left
 * NULL means that the rule failed; a gradient that is zero is gd_zeros_like(x). */
typedef void gd_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx);

/* A fast rule computes the same on bare memory; an ordinary pass, one without create_graph, takes it instead of the
 * rule, which remains the definition.  It is optional.  dx[i].data is NULL where the gradient of input i is not needed,
 * else contiguous memory of the input's shape that does not overlap dy, the inputs or the output.  Where dx[i].add is
 * true, the gradient is added to the numbers there (as BLAS does with beta = 1); it is set only for operations with
 * `adds`.  It returns GD_DONE; or GD_DECLINED, before anything is written, for layouts that it does not support: then
 * the rule runs; or GD_FAILED after gd_fail. */
typedef struct gd_target {
    gd_real *data;
    bool     add;
} gd_target;

typedef enum gd_fast { GD_DONE, GD_DECLINED, GD_FAILED } gd_fast;
typedef gd_fast gd_fast_rule(const gd_node *node, const gd_tensor *dy, const gd_target dx[]);
enum { GD_FAST_INPUTS = 4 };                /* operations with more inputs run their rule */

/* Initialise it by the names of members, { .name = "cube", .rule = cube_rule, .. }: later versions may add members. */
typedef struct gd_op {
    const char   *name;                     /* "gd_mul": for messages */
    gd_rule      *rule;                     /* NULL: the operation has no derivative, and backward says so */
    uint64_t      reads;                    /* which values the rules read, see below */
    const char   *formula;                  /* of the rule, for gd_graph_print; may be NULL */
    gd_fast_rule *fast;                     /* may be NULL */
    bool          adds;                     /* the fast rule can add to an existing gradient */
} gd_op;

/* What a rule reads must not be overwritten between recording and backward.  The engine checks exactly what reads
 * declares: a rule that reads more (0 declares nothing) gives wrong gradients without a message. */
#define GD_NOTHING  UINT64_C(0)
#define GD_INPUTS   UINT64_C(0x7f7f7f7f7f7f7f7f)    /* the gradient of each input reads all inputs */
#define GD_OUTPUT   UINT64_C(0x8080808080808080)    /* the gradient of each input reads the output */
/* More exactly: the gradient of input i (0 .. 7) reads the inputs and the output in mask, made of
 * GD_INPUT(0) .. GD_INPUT(6) and GD_THE_OUTPUT. */
#define GD_READS(i, mask)  ((uint64_t)(mask) << (8 * (i)))
#define GD_INPUT(j)        (1u << (j))
#define GD_THE_OUTPUT      0x80u

/* gd_record - makes y the result of op on the n inputs (NULL entries are allowed: an input left out), if
 * recording is on and an input requires a gradient; else leaves y as it is.  attributes (size bytes) are
 * copied.  Returns y.  NULL: y is NULL, has a node already, requires a gradient, or would outlive its node, which
 * belongs to the current scope; op has no name, inputs or attributes are missing, memory is out. */
gd_tensor *gd_record(const gd_op *op, gd_tensor *y, gd_tensor *const inputs[], int n,
                     const void *attributes, size_t size);

int         gd_node_inputs(const gd_node *node);                /* how many */
gd_tensor  *gd_node_input(const gd_node *node, int i);          /* input i; NULL where it was left out */
gd_tensor  *gd_node_output(const gd_node *node);                /* the result of the operation */
const void *gd_node_attributes(const gd_node *node);            /* what was given to gd_record */
const gd_op *gd_node_op(const gd_node *node);                   /* the operation */
bool        gd_needs(const gd_node *node, int i);               /* must the rule compute dx[i]? */

/* ---- Looking at a graph ----------------------------------------------------------------------------- */

/* gd_graph_print - prints the steps of the backward pass from y, with shapes and formulas.
 * gd_graph_dot - writes the recorded graph for Graphviz: dot -Tsvg. */
void gd_graph_print(FILE *out, gd_tensor *y);
void gd_graph_dot(FILE *out, gd_tensor *y);

/* ---- Checking gradients -----------------------------------------------------------------------------
 * function(xs, n, context) returns a tensor of any shape, computed from xs.  Each xs[i] is a contiguous leaf
 * that requires a gradient.  A function that gives other results for the same xs is an error: where it draws
 * random numbers, it calls gd_seed first. */

typedef gd_tensor *gd_function(gd_tensor *const xs[], int n, void *context);

typedef struct gd_gradcheck_options {       /* 0 stands for the default; error: a negative number, NaN */
    double eps;                             /* step of the differences: eps times max(1, |x|), 1 or min(1, |x|), one
                                             * of which must agree; 1e-6 in double, 1e-2 in float */
    double rtol, atol;                      /* |analytic - numeric| <= atol + rtol |numeric|: 1e-5, 1e-7; in float
                                             * 3e-2, 3e-2.  If the rounding error of large outputs is greater, it is
                                             * the tolerance.  With the default atol, a gradient below it must still
                                             * be right to 8 %, provided that several steps of the size of x give
                                             * the same difference quotient */
} gd_gradcheck_options;

static inline gd_gradcheck_options gd_gradcheck_defaults(void)
{
    gd_gradcheck_options o = { .eps = 0, .rtol = 0, .atol = 0 };
    return o;
}

/* gd_gradcheck - compares the gradients of v . function(xs), v a fixed random weight for every output
 * element, with central differences: for every element of every xs[i], signs included, and along one
 * random direction.  When it is false, the message names the worst element, its two values and their difference. */
bool gd_gradcheck(gd_function *function, void *context, gd_tensor *const xs[], int n,
                  gd_gradcheck_options options);

/* gd_gradgradcheck - the same for the gradients themselves, as functions of xs and of dy. */
bool gd_gradgradcheck(gd_function *function, void *context, gd_tensor *const xs[], int n,
                      gd_gradcheck_options options);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
