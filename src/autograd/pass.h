/* pass.h - the state of a running backward pass.  Shared by gd_backward and gd_grad. */
#ifndef GRADUS_PASS_H
#define GRADUS_PASS_H

#include <stdbool.h>

#include "base/guest.h"
#include "node.h"
#include "tensor/recycle.h"
#include "gradus/tensor.h"

struct gi_pass {
    const char *function;                   /* the public function, for messages */
    bool        create_graph;
    bool        done;                       /* the traversal succeeded */
    unsigned long failures;                 /* the thread's count before the pass */
    int64_t     pending;                    /* reached nodes whose rule has not run */
    gd_tensor  *y, *dy;                     /* dy may be NULL: 1 */
    gd_arena   *scope;                      /* the caller's */
    int         no_grad;                    /* the caller's */
    gi_guest    guest;                      /* the callback that called, if any; restored at the end */
    gd_arena   *memory;                     /* where this record lies */
    gd_arena   *scratch;                    /* the pass's own scope; NULL with create_graph */
    int         depth;                      /* scopes that are open while no rule runs */
    gi_recycler recycler;                   /* of scratch */
    gd_tensor **reached;                    /* leaves and retained results that have a gradient by now */
    int64_t     reached_count, reached_capacity;
    gd_tensor  *first_reached[16];
};

/* gi_pass_possible - false, and a message, when there can be no pass from this y and dy.
 * gi_pass_begin - checks that and makes the pass; NULL, and a message, when it cannot begin.
 * gi_pass_end - ends the pass, done or not, and closes its scope.
 * gi_pass_runs - true, and a message, when another pass is running or was left by longjmp. */
bool gi_pass_possible(const char *function, gd_tensor *y, gd_tensor *dy);
gi_pass *gi_pass_begin(const char *function, gd_tensor *y, gd_tensor *dy, bool create_graph);
void gi_pass_end(gi_pass *pass);
bool gi_pass_runs(const char *function);

#endif
