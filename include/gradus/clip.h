/* clip.h - clipping of gradients, between gd_backward and gd_step. */
#ifndef GRADUS_CLIP_H
#define GRADUS_CLIP_H

#include "dialects.h"
#include "nn.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* Parameters without a gradient are skipped.  Errors, with all gradients left as they are: a gradient that
 * is not finite (the message names its parameter); max that is negative or NaN; p NULL. */

/* gd_clip_grad_norm - with N the 2-norm of all gradients together: g = g min(1, max/(N + 1e-6)), as PyTorch.
 * Returns N; NaN on failure.
 * gd_clip_grad_norm_as - with another norm, sum(|g|^norm)^(1/norm), norm > 0 (INFINITY: the largest |g|), in the
 * form of a dialect: GD_TORCH as above, GD_D2L g = g max/N where N > max. */
double gd_clip_grad_norm(gd_params *p, double max);
double gd_clip_grad_norm_as(gd_params *p, double max, double norm, gd_dialect dialect);

/* gd_clip_grad_value - g = min(max(g, -max), max).  Returns the largest |g| before; NaN on failure. */
double gd_clip_grad_value(gd_params *p, double max);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
