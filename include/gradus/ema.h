/* ema.h - averages of parameters, exponentially weighted.
 *
 *     gd_ema *average = gd_ema_new(net, 0.999);
 *     ..  gd_step(adam);  gd_ema_update(average);
 *     gd_ema_swap(average);       now the model has the averages: evaluate it, save it
 *     gd_ema_swap(average);       now it has its own parameters again */
#ifndef GRADUS_EMA_H
#define GRADUS_EMA_H

#include "nn.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

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

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
