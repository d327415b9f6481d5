/* recurrence_steps.c - one step of a recurrent cell for one example, and its gradient.  The formulas are in
 * gradus/recurrent.h. */
#include "base/compiler.h"
#include "kernels/real.h"
#include "operations/recurrence_steps.h"

/* ---- RNN: h = f(a + W h) ------------------------------------------------------------------------------------ */

GI_KERNEL static void tanh_step(int64_t d, const gd_real *restrict a, gd_real *restrict saved, gd_real *restrict h)
{
    for (int64_t k = 0; k < d; k++)
        h[k] = saved[k] = real_tanh(a[k] + saved[k]);
}

void gi_tanh_step(int64_t d, const gd_real *a, gd_real *saved, gd_real *h)
{
    tanh_step(d, a, saved, h);
}

GI_KERNEL static void relu_step(int64_t d, const gd_real *restrict a, gd_real *restrict saved, gd_real *restrict h)
{
    for (int64_t k = 0; k < d; k++) {
        const gd_real x = a[k] + saved[k];
        h[k] = saved[k] = x < 0 ? 0 : x;            /* NaN stays, as with gd_relu */
    }
}

void gi_relu_step(int64_t d, const gd_real *a, gd_real *saved, gd_real *h)
{
    relu_step(d, a, saved, h);
}

GI_KERNEL static void tanh_step_slope(int64_t d, const gd_real *restrict y, const gd_real *restrict dh,
                                      gd_real *restrict da)
{
    for (int64_t k = 0; k < d; k++)
        da[k] = dh[k] * (1 - y[k] * y[k]);
}

void gi_tanh_step_slope(int64_t d, const gd_real *saved, const gd_real *dh, gd_real *da)
{
    tanh_step_slope(d, saved, dh, da);
}

GI_KERNEL static void relu_step_slope(int64_t d, const gd_real *restrict y, const gd_real *restrict dh,
                                      gd_real *restrict da)
{
    for (int64_t k = 0; k < d; k++)
        da[k] = y[k] > 0 ? dh[k] : 0;
}

void gi_relu_step_slope(int64_t d, const gd_real *saved, const gd_real *dh, gd_real *da)
{
    relu_step_slope(d, saved, dh, da);
}

/* ---- LSTM: c = f c + i g,  h = o tanh(c) -------------------------------------------------------------------- */

GI_KERNEL static void lstm_step(int64_t d, const gd_real *restrict a, gd_real *restrict saved, gd_real *restrict h,
                                gd_real *restrict c, gd_real *restrict cell)
{
    for (int64_t k = 0; k < 2 * d; k++)
        saved[k] = real_sigmoid(a[k] + saved[k]);
    for (int64_t k = 2 * d; k < 3 * d; k++)
        saved[k] = real_tanh(a[k] + saved[k]);
    for (int64_t k = 3 * d; k < 4 * d; k++)
        saved[k] = real_sigmoid(a[k] + saved[k]);
    const gd_real *i = saved, *f = saved + d, *g = saved + 2 * d, *o = saved + 3 * d;
    for (int64_t k = 0; k < d; k++) {
        const gd_real now = f[k] * c[k] + i[k] * g[k];
        c[k] = cell[k] = now;
        h[k] = o[k] * real_tanh(now);
    }
}

void gi_lstm_step(int64_t d, const gd_real *a, gd_real *saved, gd_real *h, gd_real *c, gd_real *cell)
{
    lstm_step(d, a, saved, h, c, cell);
}

GI_KERNEL static void lstm_step_slope(int64_t d, const gd_real *restrict saved, const gd_real *restrict cell,
                                      const gd_real *restrict before, const gd_real *restrict dh, gd_real *restrict dc,
                                      gd_real *restrict da)
{
    const gd_real *i = saved, *f = saved + d, *g = saved + 2 * d, *o = saved + 3 * d;
    gd_real *di = da, *df = da + d, *dg = da + 2 * d, *dO = da + 3 * d;
    for (int64_t k = 0; k < d; k++) {
        const gd_real tanh_c = real_tanh(cell[k]), slope = dc[k] + dh[k] * o[k] * (1 - tanh_c * tanh_c);
        di[k] = slope * g[k] * (i[k] * (1 - i[k]));
        df[k] = slope * before[k] * (f[k] * (1 - f[k]));
        dg[k] = slope * i[k] * (1 - g[k] * g[k]);
        dO[k] = dh[k] * tanh_c * (o[k] * (1 - o[k]));
        dc[k] = slope * f[k];
    }
}

void gi_lstm_step_slope(int64_t d, const gd_real *saved, const gd_real *cell, const gd_real *c_before,
                        const gd_real *dh, gd_real *dc, gd_real *da)
{
    lstm_step_slope(d, saved, cell, c_before, dh, dc, da);
}

/* ---- GRU: h = (1 - z) n + z h ------------------------------------------------------------------------------- */

GI_KERNEL static void gru_step(int64_t d, const gd_real *restrict a, const gd_real *restrict bias,
                               gd_real *restrict saved, gd_real *restrict h)
{
    gd_real *r = saved, *z = saved + d, *b = saved + 2 * d, *n = saved + 3 * d;
    for (int64_t k = 0; k < 2 * d; k++)
        saved[k] = real_sigmoid(a[k] + (saved[k] + bias[k]));
    for (int64_t k = 0; k < d; k++) {
        b[k] += bias[2 * d + k];
        n[k] = real_tanh(a[2 * d + k] + r[k] * b[k]);
        h[k] = n[k] + z[k] * (h[k] - n[k]);
    }
}

void gi_gru_step(int64_t d, const gd_real *a, const gd_real *bias, gd_real *saved, gd_real *h)
{
    gru_step(d, a, bias, saved, h);
}

GI_KERNEL static void gru_step_slope(int64_t d, const gd_real *restrict saved, const gd_real *restrict before,
                                     gd_real *restrict dh, gd_real *restrict da, gd_real *restrict db)
{
    const gd_real *r = saved, *z = saved + d, *b = saved + 2 * d, *n = saved + 3 * d;
    for (int64_t k = 0; k < d; k++) {
        const gd_real dn = dh[k] * (1 - z[k]) * (1 - n[k] * n[k]);
        const gd_real dr = dn * b[k] * (r[k] * (1 - r[k]));
        const gd_real dz = dh[k] * (before[k] - n[k]) * (z[k] * (1 - z[k]));
        da[k] = db[k] = dr;
        da[d + k] = db[d + k] = dz;
        da[2 * d + k] = dn;
        db[2 * d + k] = dn * r[k];
        dh[k] *= z[k];
    }
}

void gi_gru_step_slope(int64_t d, const gd_real *saved, const gd_real *h_before, gd_real *dh, gd_real *da, gd_real *db)
{
    gru_step_slope(d, saved, h_before, dh, da, db);
}
