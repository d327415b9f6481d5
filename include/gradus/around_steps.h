/* around_steps.h - what is done around a step: clipping of gradients, averages of parameters, and traces that
 * show an algorithm at work. */
#ifndef GRADUS_AROUND_STEPS_H
#define GRADUS_AROUND_STEPS_H

#include "optim.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Clipping: between gd_backward and gd_step -------------------------------------------------------------
 * Parameters without a gradient are passed over.  Errors, with all gradients left as they are: a gradient that
 * is not finite (the message names its parameter); max that is negative or NaN; p NULL. */

/* gd_clip_grad_norm - with N the 2-norm of all gradients together: g = g min(1, max/(N + 1e-6)), as PyTorch.
 * Returns N; NaN on failure.
 * gd_clip_grad_norm_as - with another norm, sum(|g|^norm)^(1/norm), norm > 0 (INFINITY: the largest |g|), in the
 * form of a dialect: GD_TORCH as above, GD_D2L g = g max/N where N > max. */
double gd_clip_grad_norm(gd_params *p, double max);
double gd_clip_grad_norm_as(gd_params *p, double max, double norm, gd_dialect dialect);

/* gd_clip_grad_value - g = min(max(g, -max), max).  Returns the largest |g| before; NaN on failure. */
double gd_clip_grad_value(gd_params *p, double max);

/* ---- Averages of parameters ---------------------------------------------------------------------------------
 *
 *     gd_ema *average = gd_ema_new(net, 0.999);
 *     ..  gd_step(adam);  gd_ema_update(average);
 *     gd_ema_swap(average);       the model has the averages now: evaluate it, save it
 *     gd_ema_swap(average);       and now its own parameters again
 */
typedef struct gd_ema gd_ema;

/* gd_ema_new - starts from the parameters as they are.  decay in [0, 1).  p must outlive it.
 * gd_ema_update - a = decay a + (1 - decay) w for every parameter; one that is new starts from its value.  Error:
 * the averages are swapped in.
 * gd_ema_swap - exchanges the values of parameters and averages; backward then refuses older graphs.
 * gd_ema_get - the average of a parameter; it belongs to the gd_ema. */
gd_ema    *gd_ema_new(gd_params *p, double decay);
bool       gd_ema_update(gd_ema *ema);
bool       gd_ema_swap(gd_ema *ema);
gd_tensor *gd_ema_get(gd_ema *ema, const gd_tensor *parameter);
void       gd_ema_free(gd_ema *ema);                            /* NULL is fine */

/* ---- Traces -------------------------------------------------------------------------------------------------
 *
 *     gd_optimizer_trace(adam, w, GD_SHAPE(0, 0));
 *     ..  train
 *     gd_trace_csv(adam, "adam.csv");
 *     gd_trace_picture(adam, "adam.png");
 */
typedef struct gd_trace_row {               /* one coordinate, one step */
    int64_t     step;                       /* o->steps after it */
    const char *parameter;
    int64_t     element;                    /* which one, in row-major order */
    double      t;                          /* the parameter's own step count */
    double      g, w;                       /* its gradient; its value after the step */
    double      moved;                      /* the effective step: w after less w before */
    double      state[GD_MAX_STATES];       /* after the step; NaN where none is kept */
    double      corrected[GD_MAX_STATES];   /* the same after bias correction */
} gd_trace_row;

/* gd_optimizer_trace - from now on every gd_step adds a row for this coordinate, if its parameter has a gradient.
 * Errors: the parameter is not in o's model; the index is out of range; an algorithm that takes a closure.
 * gd_trace_rows, gd_trace_at - what was recorded so far; the row is valid until the next step.
 * gd_trace_csv - writes it as a table with a header line; the file is replaced as a whole.
 * gd_trace_picture - draws it as PNG: small pictures one below the other for the gradient, each state before and
 * after bias correction, and the effective step, with a line for each coordinate.  Error of both: no rows. */
bool                gd_optimizer_trace(gd_optimizer *o, const gd_tensor *parameter, gd_shape index);
int64_t             gd_trace_rows(const gd_optimizer *o);
const gd_trace_row *gd_trace_at(const gd_optimizer *o, int64_t i);
bool                gd_trace_csv(const gd_optimizer *o, const char *path);
bool                gd_trace_picture(const gd_optimizer *o, const char *path);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
