/* attention.c - scaled dot-product attention, one head after the other, by its definition:
 *
 *     y = P v  with  P = softmax(scale q k'), row by row
 *
 * and with it dv = P' dy,  dP = dy v',  ds = P (dP - sum over keys (P dP)),  dq = scale ds k,  dk = scale ds' q. */
#include "kernels/reference/reference.h"

void gi_attend_reference(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                         const gi_heads *y, gd_real *p)
{
    for (int64_t h = 0; h < s->count; h++, p += s->queries * s->keys) {
        const gi_matrix qh = gi_head(s, q, h, s->queries, s->d), kh = gi_head(s, k, h, s->keys, s->d);
        gi_gemm_reference(qh, gi_transposed(kh), p, s->keys, false);
        for (int64_t i = 0; i < s->queries; i++) {
            const int64_t seen = s->causal && i + 1 < s->keys ? i + 1 : s->keys;
            gd_real *row = p + i * s->keys;
            for (int64_t j = 0; j < s->keys; j++)
                row[j] *= (gd_real)s->scale;
            gi_softmax_reference(seen, row, row);
            for (int64_t j = seen; j < s->keys; j++)
                row[j] = 0;
        }
        const gi_matrix ph = { p, s->queries, s->keys, s->keys, 1 };
        gi_gemm_reference(ph, gi_head(s, v, h, s->keys, s->e), gi_head_data(s, y, h), y->row, false);
    }
}

/* ds = P (dP - sum over keys (P dP)), in the place of dP. */
static void softmax_slope(const gi_attend_sizes *s, const gd_real *p, gd_real *ds)
{
    for (int64_t i = 0; i < s->queries; i++, p += s->keys, ds += s->keys) {
        const gi_wide dot = gi_dot_reference(s->keys, p, ds);
        for (int64_t j = 0; j < s->keys; j++)
            ds[j] = (gd_real)((gi_wide)s->scale * (gi_wide)p[j] * ((gi_wide)ds[j] - dot));
    }
}

void gi_attend_grad_reference(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                              const gi_heads *dy, const gd_real *p, gi_attend_slopes to, gd_real *work)
{
    for (int64_t h = 0; h < s->count; h++, p += s->queries * s->keys) {
        const gi_matrix ph = { p, s->queries, s->keys, s->keys, 1 }, ds = { work, s->queries, s->keys, s->keys, 1 };
        const gi_matrix dyh = gi_head(s, dy, h, s->queries, s->e), vh = gi_head(s, v, h, s->keys, s->e);
        if (to.dv)
            gi_gemm_reference(gi_transposed(ph), dyh, gi_head_data(s, to.dv, h), to.dv->row, false);
        gi_gemm_reference(dyh, gi_transposed(vh), work, s->keys, false);
        softmax_slope(s, p, work);
        if (to.dq)
            gi_gemm_reference(ds, gi_head(s, k, h, s->keys, s->d), gi_head_data(s, to.dq, h), to.dq->row, false);
        if (to.dk)
            gi_gemm_reference(gi_transposed(ds), gi_head(s, q, h, s->queries, s->d), gi_head_data(s, to.dk, h),
                              to.dk->row, false);
    }
}
