/* elementwise.c - the floors of elementwise functions and sums: branch-free polynomials in loops that the compiler
 * turns into vector instructions.
 *
 * Good to about 2e-7 (1 + |y|), for finite arguments; NaN, overflow and subnormal results are not looked after.
 * The polynomials are least-maximum fits made for this file. */
#include <math.h>
#include <string.h>

#include "floor.h"

/* ---- One number ------------------------------------------------------------------------------------------ */

static inline float larger(float a, float b)
{
    return a > b ? a : b;
}

static inline float smaller(float a, float b)
{
    return a < b ? a : b;
}

/* x = n ln 2 + r; e^x = 2^n e^r.  1.5 2^23 rounds to whole numbers and leaves n in the lowest bits. */
static inline float exp_of(float x)
{
    const float shifted = smaller(larger(x, -87), 88) * 0x1.715476p+0f + 0x1.8p23f;
    const float n = shifted - 0x1.8p23f;
    const float r = (smaller(larger(x, -87), 88) - n * 0x1.62e4p-1f) + n * -0x1.7f7d1cp-20f;
    float p = 1.3836833984641e-3f;
    p = p * r + 8.3748220694355e-3f;
    p = p * r + 4.1668226116731e-2f;
    p = p * r + 1.6666420095696e-1f;
    p = p * r + 4.9999992078072e-1f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    uint32_t bits;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits << 23) + 0x3f800000u;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

static inline float tanh_of(float x)
{
    const float size = fabsf(x), z = x * x;
    float p = -5.6599848009e-3f;
    p = p * z + 2.0590984209e-2f;
    p = p * z - 5.3721066609e-2f;
    p = p * z + 1.3331127517e-1f;
    p = p * z - 3.3333260526e-1f;
    p = p * z + 1.0f;
    const float large = copysignf(1 - 2 / (exp_of(2 * size) + 1), x);
    return size < 0.625f ? x * p : large;
}

static inline float sigmoid_of(float x)
{
    return 1 / (1 + exp_of(-x));
}

/* erf t = 1 - e^q(t), q = ln(1 - erf t), 0 <= t <= 4 */
static inline float gelu_of(float x)
{
    const float t = smaller(fabsf(x) * 0x1.6a09e6p-1f, 4);
    float q = 6.64228043e-05f;
    q = q * t - 0.000298900539f;
    q = q * t - 0.00165169291f;
    q = q * t + 0.0204874288f;
    q = q * t - 0.103301792f;
    q = q * t - 0.636521418f;
    q = q * t - 1.12838588f;
    q = q * t + 7.1808122e-08f;
    return 0.5f * x * (1 + copysignf(1 - exp_of(q), x));
}

/* ---- Many ------------------------------------------------------------------------------------------------ */

void floor_exp(int64_t n, const float *restrict x, float *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = exp_of(x[i]);
}

void floor_tanh(int64_t n, const float *restrict x, float *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = tanh_of(x[i]);
}

void floor_sigmoid(int64_t n, const float *restrict x, float *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = sigmoid_of(x[i]);
}

void floor_gelu(int64_t n, const float *restrict x, float *restrict y)
{
    for (int64_t i = 0; i < n; i++)
        y[i] = gelu_of(x[i]);
}

enum { LANES = 64 };                            /* sums run in so many parts */

static inline float sum_of(float parts[LANES])
{
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int k = 0; k < half; k++)
            parts[k] += parts[k + half];
    return parts[0];
}

void floor_softmax(int64_t n, const float *restrict x, float *restrict y)
{
    for (int64_t row = 0; row < n; row += SOFTMAX_ROW, x += SOFTMAX_ROW, y += SOFTMAX_ROW) {
        float parts[LANES], largest = x[0], sum;
        for (int k = 0; k < LANES; k++)
            parts[k] = x[k];
        int i = LANES;
        for (; i + LANES <= SOFTMAX_ROW; i += LANES)
            for (int k = 0; k < LANES; k++)
                parts[k] = larger(parts[k], x[i + k]);
        for (; i < SOFTMAX_ROW; i++)
            largest = larger(largest, x[i]);
        for (int k = 0; k < LANES; k++)
            largest = larger(largest, parts[k]);
        for (int k = 0; k < LANES; k++)
            parts[k] = 0;
        for (i = 0; i + LANES <= SOFTMAX_ROW; i += LANES)
            for (int k = 0; k < LANES; k++)
                parts[k] += y[i + k] = exp_of(x[i + k] - largest);
        sum = sum_of(parts);
        for (; i < SOFTMAX_ROW; i++)
            sum += y[i] = exp_of(x[i] - largest);
        const float scale = 1 / sum;
        for (i = 0; i < SOFTMAX_ROW; i++)
            y[i] *= scale;
    }
}

void floor_sum(int64_t n, const float *restrict x, float *restrict y)
{
    double total = 0;
    while (n > 0) {                             /* blocks, so that small numbers are not lost in a large sum */
        float parts[LANES] = { 0 }, rest = 0;
        const int64_t block = n < 32768 ? n : 32768;
        int64_t i = 0;
        for (; i + LANES <= block; i += LANES)
            for (int k = 0; k < LANES; k++)
                parts[k] += x[i + k];
        for (; i < block; i++)
            rest += x[i];
        total += (double)(sum_of(parts) + rest);
        x += block;
        n -= block;
    }
    *y = (float)total;
}
