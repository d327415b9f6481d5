/* pass.h - a backward pass: what it knows while it runs.  Shared by gd_backward and gd_grad. */
#ifndef GRADUS_PASS_H
#define GRADUS_PASS_H

#include <stdbool.h>

#include "base/guest.h"
#include "node.h"
#include "tensor/recycle.h"
#include "gradus/tensor.h"

struct gi_pass {
    const char *function;                   /* in whose name it fails */
    bool        create_graph;
    bool        done;                       /* the walk succeeded */
    unsigned long failures;                 /* of the thread, before it */
    int64_t     pending;                    /* reached nodes whose rule has not run */
    gd_tensor  *y, *dy;                     /* dy may be NULL: 1 */
    gd_arena   *scope;                      /* the caller's */
    int         no_grad;                    /* the caller's */
    gi_guest    guest;                      /* the caller, if it is one */
    gd_arena   *memory;                     /* where this record lies */
    gd_arena   *scratch;                    /* the pass's own scope; NULL with create_graph */
    int         depth;                      /* scopes that are open while no rule runs */
    gi_recycler recycler;                   /* of scratch */
    gd_tensor **reached;                    /* leaves and kept results that have got a gradient */
    int64_t     reached_count, reached_capacity;
    gd_tensor  *first_reached[16];
};

/* gi_pass_possible - false, and a message, when there can be no pass from this y and dy.
 * gi_pass_begin - checks that and makes the pass; NULL, and a message, when it cannot begin.
 * gi_pass_run - walks the tape, in backward.c; if the pass is done afterwards, reached lists the leaves and the kept
 * results, with their gradients in their slots.
 * gi_pass_end - leaves the pass, done or not; its scope is closed.
 * gi_pass_runs - true, and a message, when another pass is running or was left by longjmp. */
bool gi_pass_possible(const char *function, gd_tensor *y, gd_tensor *dy);
gi_pass *gi_pass_begin(const char *function, gd_tensor *y, gd_tensor *dy, bool create_graph);
void gi_pass_run(gi_pass *pass);
void gi_pass_end(gi_pass *pass);
bool gi_pass_runs(const char *function);

/* gi_add_to_grads - calls the hooks of leaves, and adds what was reached to ->grad; false, and nothing has changed, when
 * memory is out or a hook fails; false, too, when a post hook does. */
bool gi_add_to_grads(gi_pass *pass);

/* gi_grad_memory - where x's gradient is kept from pass to pass, beside x; NULL when memory is out. */
gd_tensor *gi_grad_memory(gd_tensor *x);

/* gd_grad without the demand that y depends on every xs[i]: those it does not depend on get zeros. */
bool gi_grad_or_zero(const char *function, gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n,
                     gd_tensor *dxs[], bool create_graph);

#endif
