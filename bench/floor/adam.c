/* adam.c - Adam, AdamW and Yogi as one loop over the elements, and the memory traffic of that loop alone. */
#include <math.h>

#include "floor.h"

void floor_adam_update(const floor_adam *a, int64_t n, float *restrict w, const float *restrict g,
                       float *restrict m, float *restrict v)
{
    const float beta1 = a->beta1, beta2 = a->beta2, eps = a->eps, keep = 1 - a->lr * a->decay;
    const float rate = (float)((double)a->lr / (1 - a->power1)), root = (float)(1 / sqrt(1 - a->power2));
    for (int64_t i = 0; i < n; i++) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] * g[i];
        w[i] = keep * w[i] - rate * m[i] / (sqrtf(v[i]) * root + eps);
    }
}

void floor_yogi_update(const floor_adam *a, int64_t n, float *restrict w, const float *restrict g,
                       float *restrict m, float *restrict v)
{
    const float beta1 = a->beta1, beta2 = a->beta2, eps = a->eps;
    const float rate = (float)((double)a->lr / (1 - a->power1)), root = (float)(1 / sqrt(1 - a->power2));
    for (int64_t i = 0; i < n; i++) {
        const float square = g[i] * g[i], more = square - v[i];
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        const float change = more > 0 ? square : more < 0 ? -square : 0;
        v[i] += (1 - beta2) * change;
        w[i] -= rate * m[i] / (sqrtf(v[i]) * root + eps);
    }
}

void floor_stream(int64_t n, float *restrict w, const float *restrict g, float *restrict m, float *restrict v)
{
    for (int64_t i = 0; i < n; i++) {
        w[i] += g[i];
        m[i] += g[i];
        v[i] += g[i];
    }
}
