/* ema.h - what an average of parameters holds. */
#ifndef GRADUS_OPTIM_EMA_H
#define GRADUS_OPTIM_EMA_H

#include <stdbool.h>

#include "gradus/ema.h"

struct gd_ema {
    gd_params  *params;
    double      decay;
    gd_tensor **average;                    /* in the model's order; NULL for buffers */
    int         count, capacity;
    bool        swapped;
    gd_arena    arena;
};

/* gi_ema_adopt - averages for parameters that the model got since the last call; they start from the parameters'
 * values.  On failure there are none. */
bool gi_ema_adopt(gd_ema *ema);

#endif
