/* dropout.c - gd_dropout: zeroes elements at random while training (N. Srivastava, G. Hinton, A. Krizhevsky,
 * I. Sutskever, R. Salakhutdinov 2014).  The mask is drawn here, from the thread's generator (base/random.c). */
#include "autograd/record.h"
#include "base/random.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "elementwise_parts.h"
#include "tensor/alive.h"
#include "tensor/new.h"
#include "text/format.h"

/* Each element is 0 with probability p, else 1 / (1 - p), so that the expected value of x mask is x.  With gi_masked, a
 * dropped element is 0 even where x is infinite or NaN. */
static bool mask_compute(gd_tensor *mask, gd_tensor *const none[], const void *attributes)
{
    const double p = *(const double *)attributes;
    (void)none;
    uint64_t *state = gi_random_state();
    gd_real kept = p < 1 ? (gd_real)(1 / (1 - p)) : 0;
    for (int64_t i = 0; i < mask->numel; i++)
        mask->data[i] = gi_random_unit(state) < p ? 0 : kept;
    return true;
}

static gd_tensor *mask_like(const gd_tensor *x, double p)
{
    gd_tensor *mask = gi_new_like(x);
    return mask && gi_start("gd_dropout", mask_compute, mask, NULL, 0, &p, sizeof p) ? mask : NULL;
}

gd_tensor *gd_dropout(gd_tensor *x, double p, bool training)
{
    if (!x || !gi_alive("gd_dropout", "x", x))
        return NULL;
    if (!(p >= 0 && p <= 1))
        return gd_fail("gd_dropout: p = %s must lie in [0, 1]", gi_digits((char[GI_DIGITS_SIZE]){ 0 }, p));
    return training && p > 0 ? gi_masked(x, mask_like(x, p)) : x;
}
