/* gru.c - the floor of the gated recurrent unit: the products of all time steps at once where they can be, the gates as
 * fused loops.
 *
 *     a_t = W_ih e_t + b_ih    b_t = W_hh h_t-1 + b_hh    r = s(a_r + b_r)    z = s(a_z + b_z)    n = tanh(a_n + r b_n)
 *     h_t = n + z (h_t-1 - n)    logits_t = W_out h_t + b_out
 *
 * All arrays run over time first, then over the batch. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

enum {
    T = GRU_LENGTH, B = GRU_BATCH, W = GRU_WIDTH, H = GRU_HIDDEN, K = GRU_LETTERS, ROWS = T * B, GATES = 3 * H,
    TABLE = 0, W_IH = TABLE + K * W, W_HH = W_IH + GATES * W, B_IH = W_HH + GATES * H, B_HH = B_IH + GATES,
    W_OUT = B_HH + GATES, B_OUT = W_OUT + K * H, COUNT = B_OUT + K
};

struct floor_gru {
    floor_product *product;
    floor_adam     adam;
    float w[COUNT], g[COUNT], m[COUNT], v[COUNT];
    float e[ROWS][W], de[ROWS][W], a[ROWS][GATES], b[B][GATES], da[ROWS][GATES], db[ROWS][GATES];
    float rz[ROWS][2 * H], n[ROWS][H], bn[ROWS][H], h[ROWS + B][H], dh[ROWS][H], carry[B][H];   /* h[0 .. B): zeros */
    float sum_rz[B][2 * H], sum_n[B][H], logits[ROWS][K], power[K];
};

_Static_assert((int)COUNT == (int)GRU_PARAMETERS, "GRU_PARAMETERS");

floor_gru *floor_gru_new(floor_product *product, float lr, const float *parameters)
{
    floor_gru *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->product = product;
    f->adam = (floor_adam){ lr, 0.9f, 0.999f, 1e-8f, 0, 1, 1 };
    memcpy(f->w, parameters, sizeof f->w);
    return f;
}

void floor_gru_free(floor_gru *f)
{
    free(f);
}

const float *floor_gru_parameters(const floor_gru *f)
{
    return f->w;
}

void floor_gru_rate(floor_gru *f, float lr)
{
    f->adam.lr = lr;
}

/* ---- Forward ------------------------------------------------------------------------------------------------- */

static void forward_step(floor_gru *f, int t)
{
    const float *restrict b_ih = f->w + B_IH, *restrict b_hh = f->w + B_HH;
    f->product(B, GATES, H, f->h[t * B], false, f->w + W_HH, true, f->b[0], false);
    for (int i = 0; i < B; i++)
        for (int j = 0; j < 2 * H; j++)
            f->sum_rz[i][j] = f->a[t * B + i][j] + b_ih[j] + f->b[i][j] + b_hh[j];
    floor_sigmoid(B * 2 * H, f->sum_rz[0], f->rz[t * B]);
    for (int i = 0; i < B; i++)
        for (int j = 0; j < H; j++) {
            const float bn = f->b[i][2 * H + j] + b_hh[2 * H + j];
            f->bn[t * B + i][j] = bn;
            f->sum_n[i][j] = f->a[t * B + i][2 * H + j] + b_ih[2 * H + j] + f->rz[t * B + i][j] * bn;
        }
    floor_tanh(B * H, f->sum_n[0], f->n[t * B]);
    for (int i = t * B; i < (t + 1) * B; i++)
        for (int j = 0; j < H; j++)
            f->h[i + B][j] = f->n[i][j] + f->rz[i][H + j] * (f->h[i][j] - f->n[i][j]);
}

/* The loss; logits become its gradient. */
static float cross_entropy(floor_gru *f, const float *next)
{
    const float *restrict bias = f->w + B_OUT;
    float *restrict dbias = f->g + B_OUT;
    double loss = 0;
    memset(dbias, 0, K * sizeof *dbias);
    for (int i = 0; i < ROWS; i++) {
        float *restrict z = f->logits[i], *restrict power = f->power, largest = -HUGE_VALF, sum = 0;
        const int label = (int)next[i % B * T + i / B];
        for (int c = 0; c < K; c++) {
            z[c] += bias[c];
            largest = z[c] > largest ? z[c] : largest;
        }
        for (int c = 0; c < K; c++)
            z[c] -= largest;
        loss -= (double)z[label];
        floor_exp(K, z, power);
        for (int c = 0; c < K; c++)
            sum += power[c];
        loss += (double)logf(sum);
        const float scale = 1 / (sum * ROWS);
        for (int c = 0; c < K; c++)
            z[c] = power[c] * scale;
        z[label] -= 1 / (float)ROWS;
        for (int c = 0; c < K; c++)
            dbias[c] += z[c];
    }
    return (float)(loss / ROWS);
}

/* ---- Backward ------------------------------------------------------------------------------------------------ */

static void backward_step(floor_gru *f, int t)
{
    for (int i = t * B; i < (t + 1) * B; i++) {
        float *restrict da = f->da[i], *restrict db = f->db[i], *restrict carry = f->carry[i - t * B];
        const float *restrict r = f->rz[i], *restrict z = f->rz[i] + H, *restrict n = f->n[i], *restrict bn = f->bn[i];
        const float *restrict h = f->h[i], *restrict dy = f->dh[i];
        for (int j = 0; j < H; j++) {
            const float dh = dy[j] + carry[j], dn = dh * (1 - z[j]) * (1 - n[j] * n[j]);
            da[j] = db[j] = dn * bn[j] * r[j] * (1 - r[j]);
            da[H + j] = db[H + j] = dh * (h[j] - n[j]) * z[j] * (1 - z[j]);
            da[2 * H + j] = dn;
            db[2 * H + j] = dn * r[j];
            carry[j] = dh * z[j];
        }
    }
    f->product(B, H, GATES, f->db[t * B], false, f->w + W_HH, false, f->carry[0], true);
}

static void column_sums(float (*restrict x)[GATES], float *restrict sum)
{
    memset(sum, 0, GATES * sizeof *sum);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < GATES; j++)
            sum[j] += x[i][j];
}

static void clip(float *restrict g)
{
    float parts[64] = { 0 };
    double square = 0;
    for (int i = 0; i + 64 <= COUNT; i += 64)
        for (int k = 0; k < 64; k++)
            parts[k] += g[i + k] * g[i + k];
    for (int i = COUNT / 64 * 64; i < COUNT; i++)
        square += (double)(g[i] * g[i]);
    for (int k = 0; k < 64; k++)
        square += (double)parts[k];
    const float scale = (float)(1 / (sqrt(square) + 1e-6));
    for (int i = 0; scale < 1 && i < COUNT; i++)
        g[i] *= scale;
}

float floor_gru_step(floor_gru *f, const float *letters, const float *next)
{
    float *w = f->w, *g = f->g;
    for (int i = 0; i < ROWS; i++)
        memcpy(f->e[i], w + TABLE + (int)letters[i % B * T + i / B] * W, sizeof f->e[i]);
    f->product(ROWS, GATES, W, f->e[0], false, w + W_IH, true, f->a[0], false);
    for (int t = 0; t < T; t++)
        forward_step(f, t);
    f->product(ROWS, K, H, f->h[B], false, w + W_OUT, true, f->logits[0], false);
    const float loss = cross_entropy(f, next);

    f->product(K, H, ROWS, f->logits[0], true, f->h[B], false, g + W_OUT, false);
    f->product(ROWS, H, K, f->logits[0], false, w + W_OUT, false, f->dh[0], false);
    memset(f->carry, 0, sizeof f->carry);
    for (int t = T - 1; t >= 0; t--)
        backward_step(f, t);
    f->product(GATES, H, ROWS, f->db[0], true, f->h[0], false, g + W_HH, false);
    f->product(GATES, W, ROWS, f->da[0], true, f->e[0], false, g + W_IH, false);
    f->product(ROWS, W, GATES, f->da[0], false, w + W_IH, false, f->de[0], false);
    column_sums(f->da, g + B_IH);
    column_sums(f->db, g + B_HH);
    memset(g + TABLE, 0, K * W * sizeof *g);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < W; j++)
            g[TABLE + (int)letters[i % B * T + i / B] * W + j] += f->de[i][j];
    clip(g);
    floor_adam_next(&f->adam);
    floor_adam_update(&f->adam, COUNT, w, g, f->m, f->v);
    return loss;
}
