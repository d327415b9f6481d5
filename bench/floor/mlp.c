/* mlp.c - the floor of the MLP: five matrix products, everything else fused around them.
 *
 *     h = relu(x w1' + b1)    z = h w2' + b2    dz = (softmax(z) - one_hot) / n
 *     dw2 = dz' h    db2 = sum dz    dh = dz w2 where h > 0    dw1 = dh' x    db1 = sum dh */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

struct floor_mlp {
    floor_product *product;
    floor_adam     adam;
    float *w, *g, *m, *v;                       /* each w1, w2, b1, b2 in a row */
    float *h, *dh, *dz;
};

enum {
    W1 = 0, W2 = W1 + MLP_HIDDEN * MLP_IN, B1 = W2 + MLP_OUT * MLP_HIDDEN, B2 = B1 + MLP_HIDDEN,
    COUNT = B2 + MLP_OUT
};

floor_mlp *floor_mlp_new(int64_t batch, floor_product *product, float lr, const float *w1, const float *b1,
                         const float *w2, const float *b2)
{
    floor_mlp *f = calloc(1, sizeof *f);
    const size_t each = (COUNT + 15) / 16 * 16, rows = (size_t)batch;
    float *all = f ? aligned_alloc(64, (4 * each + rows * (2 * MLP_HIDDEN + 16)) * sizeof *all) : NULL;
    if (!all) {
        free(f);
        return NULL;
    }
    memset(all, 0, 4 * each * sizeof *all);
    f->product = product;
    f->adam = (floor_adam){ lr, 0.9f, 0.999f, 1e-8f, 0, 1, 1 };
    f->w = all;
    f->g = all + each;
    f->m = all + 2 * each;
    f->v = all + 3 * each;
    f->h = all + 4 * each;
    f->dh = f->h + rows * MLP_HIDDEN;
    f->dz = f->dh + rows * MLP_HIDDEN;
    memcpy(f->w + W1, w1, (W2 - W1) * sizeof *w1);
    memcpy(f->w + W2, w2, (B1 - W2) * sizeof *w2);
    memcpy(f->w + B1, b1, (B2 - B1) * sizeof *b1);
    memcpy(f->w + B2, b2, (COUNT - B2) * sizeof *b2);
    return f;
}

void floor_mlp_free(floor_mlp *f)
{
    if (f)
        free(f->w);
    free(f);
}

const float *floor_mlp_w1(const floor_mlp *f)
{
    return f->w;
}

void floor_mlp_rate(floor_mlp *f, float lr)
{
    f->adam.lr = lr;
}

/* dz in place of z; returns the loss. */
static float softmax_and_loss(int64_t n, float *restrict z, const float *restrict b, const float *restrict labels,
                              float *restrict db)
{
    double loss = 0;
    const float scale = 1 / (float)n;
    memset(db, 0, MLP_OUT * sizeof *db);
    for (int64_t i = 0; i < n; i++, z += MLP_OUT) {
        float largest = -HUGE_VALF, sum = 0, e[MLP_OUT];
        const int label = (int)labels[i];
        for (int c = 0; c < MLP_OUT; c++) {
            z[c] += b[c];
            largest = z[c] > largest ? z[c] : largest;
        }
        for (int c = 0; c < MLP_OUT; c++)
            sum += e[c] = expf(z[c] - largest);
        loss += (double)(logf(sum) + largest - z[label]);
        for (int c = 0; c < MLP_OUT; c++) {
            z[c] = (e[c] / sum - (float)(c == label)) * scale;
            db[c] += z[c];
        }
    }
    return (float)(loss / (double)n);
}

float floor_mlp_step(floor_mlp *f, int64_t batch, const float *x, const float *labels)
{
    float *restrict h = f->h, *restrict dh = f->dh, *restrict dz = f->dz;
    const float *restrict b1 = f->w + B1;
    float *restrict db1 = f->g + B1;

    f->product(batch, MLP_HIDDEN, MLP_IN, x, false, f->w + W1, true, h, false);
    for (int64_t i = 0; i < batch; i++)
        for (int64_t j = 0; j < MLP_HIDDEN; j++) {
            const float s = h[i * MLP_HIDDEN + j] + b1[j];
            h[i * MLP_HIDDEN + j] = s > 0 ? s : 0;
        }
    f->product(batch, MLP_OUT, MLP_HIDDEN, h, false, f->w + W2, true, dz, false);
    const float loss = softmax_and_loss(batch, dz, f->w + B2, labels, f->g + B2);

    f->product(MLP_OUT, MLP_HIDDEN, batch, dz, true, h, false, f->g + W2, false);
    f->product(batch, MLP_HIDDEN, MLP_OUT, dz, false, f->w + W2, false, dh, false);
    memset(db1, 0, MLP_HIDDEN * sizeof *db1);
    for (int64_t i = 0; i < batch; i++)
        for (int64_t j = 0; j < MLP_HIDDEN; j++) {
            const float d = h[i * MLP_HIDDEN + j] > 0 ? dh[i * MLP_HIDDEN + j] : 0;
            dh[i * MLP_HIDDEN + j] = d;
            db1[j] += d;
        }
    f->product(MLP_HIDDEN, MLP_IN, batch, dh, true, x, false, f->g + W1, false);

    floor_adam_next(&f->adam);
    floor_adam_update(&f->adam, COUNT, f->w, f->g, f->m, f->v);
    return loss;
}
