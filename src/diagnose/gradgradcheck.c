/* gradgradcheck.c - second derivatives: gradcheck.c's differences of the function (xs, dy) -> all dx, side by side. */
#include <string.h>

#include "autograd/function.h"
#include "autograd/grad.h"
#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "base/thread_state.h"
#include "difference.h"
#include "gradcheck.h"
#include "gradus/operations.h"

static const char second_check[] = GI_GUEST("gd_gradgradcheck", "the function");

typedef struct inner {
    gd_function *function;
    void        *context;
} inner;

static gd_tensor *gradients(gd_tensor *const all[], int n_all, void *context)
{
    const inner *f = context;
    int n = n_all - 1;
    gd_tensor **dxs = gi_arena_take(gi_current_scope(), (size_t)n * sizeof *dxs);
    bool differentiable = gd_is_recording();
    int no_grad = gi_thread.no_grad;        /* first derivatives need the tape also where differences are taken */
    gi_thread.no_grad &= ~GI_NO_GRAD_DEPTH;
    gd_tensor *y = gi_run_checked(second_check, f->function, all, n, f->context);
    bool good = y && dxs && gi_grad_or_zero("gd_gradgradcheck", y, all[n], all, n, dxs, differentiable);
    gi_thread.no_grad = (no_grad & ~GI_ANOMALY) | (gi_thread.no_grad & GI_ANOMALY);
    for (int i = 0; i < n && good; i++)
        good = (dxs[i] = gd_reshape(dxs[i], GD_SHAPE(dxs[i]->numel))) != NULL;
    return good ? gd_concat(dxs, n, 0) : NULL;
}

bool gd_gradgradcheck(gd_function *function, void *context, gd_tensor *const xs[], int n,
                      gd_gradcheck_options options)
{
    if (!gi_can_check("gd_gradgradcheck", function, xs, n) || !gd_scope_begin())
        return false;
    inner f = { function, context };
    const unsigned long failures = gi_failures();
    gd_tensor *y = gi_run_checked(second_check, function, xs, n, context);
    gd_tensor *dy = y ? gd_requires_grad(gi_random_weights(y, 3)) : NULL;
    gd_tensor **all = gi_arena_take(gi_thread.scope, (size_t)(n + 1) * sizeof *all);
    bool good = dy && all;
    if (good) {
        memcpy(all, xs, (size_t)n * sizeof *all);
        all[n] = dy;
        good = gi_compare_gradients(second_check, gradients, &f, all, n + 1, options);
    } else if (gi_failures() == failures) {
        gd_fail("gd_gradgradcheck: function returned NULL");
    }
    gd_scope_end();
    return good;
}
