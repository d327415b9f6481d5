/* linear_regression.c - the floor of a linear regression step: forward, backward and Adam in one pass.
 *
 * A row of x fits into a vector, with a 1 for the bias behind it.  The model is a vector as well, and its last
 * lanes stay 0.  Elsewhere than on x86 the same in plain loops. */
#include <math.h>

#include "floor.h"

/* g = sum of error[i] (x[i], 1); returns the sum of error^2. */
#if defined(__AVX2__) && defined(__FMA__)
#include <immintrin.h>

static float gradient(const float *restrict w, const float *restrict x, const float *restrict y, float *restrict g)
{
    const __m256  weights = _mm256_loadu_ps(w), one = _mm256_set1_ps(1);
    enum { BIAS_LANE = 1 << LINEAR_FEATURES };
    const __m256i first_five = _mm256_setr_epi32(-1, -1, -1, -1, -1, 0, 0, 0);
    const __m128i first_two = _mm_setr_epi32(-1, -1, 0, 0);
    __m256 row[LINEAR_BATCH], p[LINEAR_BATCH];
    for (int i = 0; i < LINEAR_BATCH; i++) {
        row[i] = _mm256_blend_ps(_mm256_maskload_ps(x + i * LINEAR_FEATURES, first_five), one, BIAS_LANE);
        p[i] = _mm256_mul_ps(row[i], weights);
    }
    /* Ten sums over eight lanes: pairs, pairs of pairs, then the halves. */
    const __m256 s0 = _mm256_hadd_ps(_mm256_hadd_ps(p[0], p[1]), _mm256_hadd_ps(p[2], p[3]));
    const __m256 s1 = _mm256_hadd_ps(_mm256_hadd_ps(p[4], p[5]), _mm256_hadd_ps(p[6], p[7]));
    const __m256 pair = _mm256_hadd_ps(p[8], p[9]), s2 = _mm256_hadd_ps(pair, pair);
    __m128 e0 = _mm_add_ps(_mm256_castps256_ps128(s0), _mm256_extractf128_ps(s0, 1));
    __m128 e1 = _mm_add_ps(_mm256_castps256_ps128(s1), _mm256_extractf128_ps(s1, 1));
    __m128 e2 = _mm_add_ps(_mm256_castps256_ps128(s2), _mm256_extractf128_ps(s2, 1));
    e0 = _mm_sub_ps(e0, _mm_loadu_ps(y));
    e1 = _mm_sub_ps(e1, _mm_loadu_ps(y + 4));
    e2 = _mm_and_ps(_mm_sub_ps(e2, _mm_maskload_ps(y + 8, first_two)), _mm_castsi128_ps(first_two));

    float error[12], square[4];
    _mm_storeu_ps(error, e0);
    _mm_storeu_ps(error + 4, e1);
    _mm_storeu_ps(error + 8, e2);
    _mm_storeu_ps(square, _mm_fmadd_ps(e0, e0, _mm_fmadd_ps(e1, e1, _mm_mul_ps(e2, e2))));
    __m256 a = _mm256_setzero_ps(), b = a;
    for (int i = 0; i < LINEAR_BATCH; i += 2) {
        a = _mm256_fmadd_ps(_mm256_set1_ps(error[i]), row[i], a);
        b = _mm256_fmadd_ps(_mm256_set1_ps(error[i + 1]), row[i + 1], b);
    }
    _mm256_storeu_ps(g, _mm256_add_ps(a, b));
    return (square[0] + square[1]) + (square[2] + square[3]);
}
#else
static float gradient(const float *restrict w, const float *restrict x, const float *restrict y, float *restrict g)
{
    float squares = 0;
    for (int j = 0; j < LINEAR_LANES; j++)
        g[j] = 0;
    for (int i = 0; i < LINEAR_BATCH; i++, x += LINEAR_FEATURES) {
        float error = w[LINEAR_FEATURES] - y[i];
        for (int j = 0; j < LINEAR_FEATURES; j++)
            error += x[j] * w[j];
        for (int j = 0; j < LINEAR_FEATURES; j++)
            g[j] += error * x[j];
        g[LINEAR_FEATURES] += error;
        squares += error * error;
    }
    return squares;
}
#endif

void floor_linear_step(floor_linear *f, const float *restrict x, const float *restrict y)
{
    float g[LINEAR_LANES];
    f->loss = gradient(f->w, x, y, g) * (1.0f / LINEAR_BATCH);
    floor_adam *a = &f->adam;
    floor_adam_next(a);
    const float beta1 = a->beta1, beta2 = a->beta2, eps = a->eps;
    const float rate = a->lr / (float)(1 - a->power1), root = 1 / sqrtf((float)(1 - a->power2));
    for (int j = 0; j < LINEAR_LANES; j++) {
        const float d = g[j] * (2.0f / LINEAR_BATCH);
        f->m[j] = beta1 * f->m[j] + (1 - beta1) * d;
        f->v[j] = beta2 * f->v[j] + (1 - beta2) * d * d;
        f->w[j] -= rate * f->m[j] / (sqrtf(f->v[j]) * root + eps);
    }
}
