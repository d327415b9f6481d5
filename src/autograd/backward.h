/* backward.h - a pass along the tape, shared by gd_backward and gd_grad. */
#ifndef GRADUS_BACKWARD_H
#define GRADUS_BACKWARD_H

#include "engine.h"

enum { GD_WANTED = 1, GD_REACHED = 2, GD_ASKED = 4 };    /* marks of a tensor in gd_grad, see grad.c */

bool gd_prunes(const gd_tensor *x);        /* of a pass that prunes: nothing asked for depends on x */

typedef struct gd_pass {
    const char *function;                   /* in whose name it fails */
    bool        create_graph;
    bool        done;                       /* the walk succeeded */
    unsigned long failures;                 /* of the thread, before it */
    int64_t     pending;                    /* reached nodes whose rule has not run */
    gd_tensor  *y;
    gd_arena   *scope;                      /* the caller's */
    int         no_grad;                    /* the caller's */
    gd_guest    guest;                      /* the caller, if it is one */
    gd_arena    scratch;
} gd_pass;

/* gd_pass_begin - checks y and dy and walks the tape; afterwards gd_thread.reached lists the leaves and the
 * kept results, with their gradients in their slots.  False, and a sentence, on failure.
 * gd_pass_end - leaves the scratch memory; to be called if pass->y is set, failure or not. */
bool gd_pass_begin(gd_pass *pass, const char *function, gd_tensor *y, gd_tensor *dy, bool create_graph);
void gd_pass_end(gd_pass *pass);

/* gd_grad without the demand that y depends on every xs[i]: those it does not depend on get zeros. */
bool gd_grad_or_zero(const char *function, gd_tensor *y, gd_tensor *dy, gd_tensor *const xs[], int n,
                     gd_tensor *dxs[], bool create_graph);

#endif
