/* derivatives.h - derivatives of whole functions, hooks on gradients, recomputing instead of remembering, counting.
 *
 * function(xs, n, context) returns a tensor of any shape, computed from xs: gd_function, see autograd.h.  The names are
 * those of torch.autograd.functional and torch.utils.checkpoint. */
#ifndef GRADUS_DERIVATIVES_H
#define GRADUS_DERIVATIVES_H

#include "autograd.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Derivatives of a function -----------------------------------------------------------------------
 *
 * The function is called once, with stand-ins for the n tensors xs, which need not require a gradient and are left as
 * they are: it computes from what it is given.  Recording is on while it runs.  The results belong to the current
 * scope; with create_graph they are part of the graph and can be differentiated again, by those of the xs that require
 * a gradient and by all else that does; without it they are plain values, and what was computed on the way is freed.
 * Where y does not depend on an x, the derivative is zero (as in PyTorch with strict=False): nothing is reported.
 *
 * Errors: function returns NULL, n < 1, a backward pass is running, shapes that do not fit.  Then the result is NULL or
 * false, and all dxs, jacobians, .. are NULL. */

/* gd_vjp - vector times Jacobian, by one backward pass: dxs[i] = dy' dy/dxs[i], of the shape of xs[i].  dy has the
 * shape of y; NULL: 1, for a y of one element.  Returns y. */
gd_tensor *gd_vjp(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *dy, gd_tensor *dxs[],
                  bool create_graph);

/* gd_jvp - Jacobian times vector: *jvp = sum over i of dy/dxs[i] vs[i], of the shape of y; vs[i] has the shape of
 * xs[i].  The derivative along the direction vs.  Returns y.
 * By two backward passes: u' J is linear in u, and its derivative by u along v is J v.  (J. Townsend, "A new trick for
 * calculating Jacobian vector products", 2017.) */
gd_tensor *gd_jvp(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *const vs[],
                  gd_tensor **jvp, bool create_graph);

/* gd_jacobian - jacobians[i][k.., j..] = dy[k..] / dxs[i][j..], of shape y.shape + xs[i].shape: one backward pass for
 * each element of y.  Error: more than GD_MAX_DIMS axes. */
bool gd_jacobian(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *jacobians[],
                 bool create_graph);

/* gd_hessian - hessians[i n + j] = d2y / dxs[i] dxs[j], of shape xs[i].shape + xs[j].shape; n n of them.  Errors: y has
 * more than one element, more than GD_MAX_DIMS axes.
 * gd_hvp - Hessian times vector: hvs[i] = sum over j of d2y / dxs[i] dxs[j] vs[j], of the shape of xs[i], by two
 * backward passes and without the Hessian.  Returns y. */
bool gd_hessian(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *hessians[],
                bool create_graph);
gd_tensor *gd_hvp(gd_function *function, void *context, gd_tensor *const xs[], int n, gd_tensor *const vs[],
                  gd_tensor *hvs[], bool create_graph);

/* ---- Hooks on gradients --------------------------------------------------------------------------------
 *
 * gd_register_hook - from now on hook(x, dx, context) is called in every pass, of gd_grad too, that comes to x, a leaf
 * or a result, once its gradient dx is complete.  What it returns takes the place of dx, and has its shape: dx itself
 * where it only looks.  So x->grad, and all that x was computed from, get the new one.  NULL: the hook has failed, and
 * so does the pass.  Several hooks of a tensor are called in the order of their registration, each with what the one
 * before returned.  (PyTorch's Tensor.register_hook.)
 *
 * gd_register_post_hook - from now on hook(x, context) is called after each gd_backward or gd_backward_from that has
 * added to x->grad, x a leaf: all gradients are final for this pass then.  It may use and change them, and x too: step
 * and zero, say.  When it returns false, so does the call, though gradients have been added; hooks that come after it
 * are not called.  (PyTorch's Tensor.register_post_accumulate_grad_hook.)
 *
 * A hook is a callback, see tensor.h: what it makes, and dx, are gone when the pass ends; gd_keep copies them to the
 * caller's scope.  Recording is off in it unless the pass has create_graph.  It must not change dx in place.
 *
 * Hooks belong to x, and go with it; gd_freeze and gd_remove_hook, gd_remove_post_hook (the first with that function
 * and context) take them away.  Errors: x does not require a gradient; a post hook for a result, or for a hook that is
 * not there: false. */
typedef gd_tensor *gd_gradient_hook(gd_tensor *x, gd_tensor *dx, void *context);
typedef bool gd_post_hook(gd_tensor *x, void *context);

bool gd_register_hook(gd_tensor *x, gd_gradient_hook *hook, void *context);
bool gd_register_post_hook(gd_tensor *x, gd_post_hook *hook, void *context);
bool gd_remove_hook(gd_tensor *x, gd_gradient_hook *hook, void *context);
bool gd_remove_post_hook(gd_tensor *x, gd_post_hook *hook, void *context);

/* ---- Recomputing instead of remembering ----------------------------------------------------------------
 *
 * gd_recomputed - y = function(xs, n, context), whose intermediate results are freed at once and computed again when a
 * backward pass comes to y: less memory, for one more forward computation.  (T. Chen, B. Xu, C. Zhang, C. Guestrin,
 * "Training deep nets with sublinear memory cost", 2016; PyTorch's torch.utils.checkpoint.)
 *
 * Gradients also reach tensors that the function uses and that are not among the xs, such as the weights of its layers.
 * All gradients are bit for bit those without gd_recomputed (second derivatives up to rounding: they are added up in
 * another order): random numbers (gd_dropout) are drawn again from where the generator was, and gd_batch_norm updates
 * its running numbers only once.
 * The function must still work in the backward pass: context and all tensors that it uses outlive it.  It may be
 * called from another one that is recomputed, but not call gd_grad, gd_backward, gd_vjp or the like itself: no pass can
 * begin inside of another, so that the backward pass would fail.
 * Errors: function returns NULL, a negative n; in the backward pass, a tensor that it used was overwritten, or it
 * returns something else than before. */
gd_tensor *gd_recomputed(gd_function *function, void *context, gd_tensor *const xs[], int n);

/* ---- Counting ----------------------------------------------------------------------------------------------
 *
 * gd_graph_flops - how many floating-point operations the recorded computation of y took, forward: 2 m k n for a
 * product of [m, k] and [k, n] in gd_matmul and gd_affine (and m n for its bias), 2 for each weight and pixel of a
 * convolution, both products of gd_attention, those of recurrent layers; the leading terms of gd_solve, gd_inverse,
 * gd_det and gd_cholesky, 2 n^3 / 3 and so on; views and copies count 0, reductions 1 for each element they read, and
 * all else 1 for each element of its result, whatever function that is.  A backward pass takes about twice as many.
 * What was not recorded, because nothing in it required a gradient, is not counted; what gd_recomputed hides counts as
 * one operation for each element of y.  NaN: y is NULL, or dead. */
double gd_graph_flops(gd_tensor *y);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
