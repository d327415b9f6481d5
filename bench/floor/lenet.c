/* lenet.c - the floor of LeNet: images are the lanes of vectors, so that convolutions are products of a vector and
 * one weight, without any rearranging; the dense layers are matrix products over [features, lanes].
 *
 *     x [1, 28, 28]  conv 5x5, padding 2  relu  pool 2  ->  [6, 14, 14]  conv 5x5  relu  pool 2  ->  [16, 5, 5]
 *     400 -> 120 relu -> 84 relu -> 10, cross-entropy; pools take means
 *
 * A group of images, one for each lane, goes through all layers and back, so that everything stays in the cache;
 * only gradients of the parameters are added up from group to group.  Accumulators are named variables, made by
 * macros: compilers do not reliably keep arrays in registers.  The vector type is GNU C. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

#if defined(__AVX512F__)
enum { LANES = 16 };
#else
enum { LANES = 8 };
#endif
typedef float vec __attribute__((vector_size(4 * LANES)));
typedef int32_t mask __attribute__((vector_size(4 * LANES)));

enum { K = 5, C1 = 6, C2 = 16, F = 400, H1 = 120, H2 = 84, OUT = 10 };

/* Where the parameters lie in one array. */
enum {
    W1 = 0, B1 = W1 + C1 * K * K, W2 = B1 + C1, B2 = W2 + C2 * C1 * K * K, W3 = B2 + C2, B3 = W3 + H1 * F,
    W4 = B3 + H1, B4 = W4 + H2 * H1, W5 = B4 + H2, B5 = W5 + OUT * H2, COUNT = B5 + OUT
};

/* Names of layers: x, y after relu, p after the pool; f, h1, h2, z of the dense ones. */
struct floor_lenet {
    vec x[32][32];                              /* padded */
    vec y1[C1][28][28], p1[C1][14][14], y2[C2][10][10], f[F], h1[H1], h2[H2], z[OUT];
    vec dp1[C1][14][14], dy2[C2][10][10], df[F], dh1[H1], dh2[H2];
    vec dw1[C1][K * K], db1[C1], dw2[C2][C1][K * K], db2[C2], db3[H1], db4[H2], db5[OUT];   /* lanes not summed */
    float *w, *g, *m, *v;
    floor_product *product;
    floor_adam     adam;
    int64_t        batch;
};

/* y where x > 0, else 0 */
static inline vec where_positive(vec x, vec y)
{
    return (vec)((mask)y & (x > 0));
}

static inline vec positive(vec x)
{
    return where_positive(x, x);
}

/* The mean of a window of 2 x 2 between two rows. */
static inline vec mean_of(const vec *upper, const vec *lower)
{
    return ((upper[0] + upper[1]) + (lower[0] + lower[1])) * 0.25f;
}

#define EACH5(M)  M(0) M(1) M(2) M(3) M(4)
#define EACH10(M) EACH5(M) M(5) M(6) M(7) M(8) M(9)
#define EACH14(M) EACH10(M) M(10) M(11) M(12) M(13)

/* ---- Forward --------------------------------------------------------------------------------------------- */

/* 14 neighbours in a row of two channels. */
static void convolve1(floor_lenet *a, const float *restrict w, const float *restrict b)
{
    for (int c = 0; c < C1; c += 2)
        for (int i = 0; i < 28; i++)
            for (int j = 0; j < 28; j += 14) {
                const vec zero = { 0 };
#define START(t) vec s##t = zero + b[c], u##t = zero + b[c + 1];
                EACH14(START)
#undef START
                for (int p = 0; p < K; p++)
                    for (int q = 0; q < K; q++) {
                        const vec *x = &a->x[i + p][j + q];
                        const float v0 = w[c * K * K + p * K + q], v1 = w[(c + 1) * K * K + p * K + q];
#define STEP(t) s##t += v0 * x[t]; u##t += v1 * x[t];
                        EACH14(STEP)
#undef STEP
                    }
#define END(t) a->y1[c][i][j + t] = positive(s##t); a->y1[c + 1][i][j + t] = positive(u##t);
                EACH14(END)
#undef END
            }
}

/* 10 neighbours, a whole row, of two channels. */
static void convolve2(floor_lenet *a, const float *restrict w, const float *restrict b)
{
    for (int c = 0; c < C2; c += 2)
        for (int i = 0; i < 10; i++) {
            const vec zero = { 0 };
#define START(t) vec s##t = zero + b[c], u##t = zero + b[c + 1];
            EACH10(START)
#undef START
            for (int d = 0; d < C1; d++)
                for (int p = 0; p < K; p++)
                    for (int q = 0; q < K; q++) {
                        const vec *x = &a->p1[d][i + p][q];
                        const float v0 = w[((c * C1 + d) * K + p) * K + q];
                        const float v1 = w[(((c + 1) * C1 + d) * K + p) * K + q];
#define STEP(t) s##t += v0 * x[t]; u##t += v1 * x[t];
                        EACH10(STEP)
#undef STEP
                    }
#define END(t) a->y2[c][i][t] = positive(s##t); a->y2[c + 1][i][t] = positive(u##t);
            EACH10(END)
#undef END
        }
}

/* Rows of images become lanes. */
static void load_images(floor_lenet *a, const float *restrict x)
{
    for (int i = 0; i < 28; i++)
        for (int j = 0; j < 28; j++)
            for (int lane = 0; lane < LANES; lane++)
                ((float *)&a->x[i + 2][j + 2])[lane] = x[lane * 784 + i * 28 + j];
}

static void forward_convolutions(floor_lenet *l, const float *x)
{
    load_images(l, x);
    convolve1(l, l->w + W1, l->w + B1);
    for (int c = 0; c < C1; c++)
        for (int i = 0; i < 14; i++)
            for (int j = 0; j < 14; j++)
                l->p1[c][i][j] = mean_of(&l->y1[c][2 * i][2 * j], &l->y1[c][2 * i + 1][2 * j]);
    convolve2(l, l->w + W2, l->w + B2);
    for (int c = 0; c < C2; c++)
        for (int i = 0; i < 5; i++)
            for (int j = 0; j < 5; j++)
                l->f[(c * 5 + i) * 5 + j] = mean_of(&l->y2[c][2 * i][2 * j], &l->y2[c][2 * i + 1][2 * j]);
}

/* ---- Backward -------------------------------------------------------------------------------------------- */

/* dw[c][d][p][q] = sum of dy[c][i][j] x[d][i + p][j + q]: four channels and a row of the kernel at a time. */
static void weights2(floor_lenet *l)
{
    for (int c = 0; c < C2; c += 4)
        for (int d = 0; d < C1; d++)
            for (int p = 0; p < K; p++) {
                vec *dw[4];
                for (int k = 0; k < 4; k++)
                    dw[k] = &l->dw2[c + k][d][p * K];
#define START(q) vec r##q = dw[0][q], s##q = dw[1][q], t##q = dw[2][q], u##q = dw[3][q];
                EACH5(START)
#undef START
                for (int i = 0; i < 10; i++)
                    for (int j = 0; j < 10; j++) {
                        const vec *x = &l->p1[d][i + p][j];
                        const vec d0 = l->dy2[c][i][j], d1 = l->dy2[c + 1][i][j];
                        const vec d2 = l->dy2[c + 2][i][j], d3 = l->dy2[c + 3][i][j];
#define STEP(q) r##q += d0 * x[q]; s##q += d1 * x[q]; t##q += d2 * x[q]; u##q += d3 * x[q];
                        EACH5(STEP)
#undef STEP
                    }
#define END(q) dw[0][q] = r##q; dw[1][q] = s##q; dw[2][q] = t##q; dw[3][q] = u##q;
                EACH5(END)
#undef END
            }
}

static void weights1(floor_lenet *l)
{
    for (int c = 0; c < C1; c += 3)
        for (int p = 0; p < K; p++) {
            vec *dw[3];
            for (int k = 0; k < 3; k++)
                dw[k] = &l->dw1[c + k][p * K];
#define START(q) vec r##q = dw[0][q], s##q = dw[1][q], t##q = dw[2][q];
            EACH5(START)
#undef START
            for (int i = 0; i < 28; i++)
                for (int j = 0; j < 28; j++) {
                    const vec *x = &l->x[i + p][j];
                    const vec d0 = l->y1[c][i][j], d1 = l->y1[c + 1][i][j], d2 = l->y1[c + 2][i][j];
#define STEP(q) r##q += d0 * x[q]; s##q += d1 * x[q]; t##q += d2 * x[q];
                    EACH5(STEP)
#undef STEP
                }
#define END(q) dw[0][q] = r##q; dw[1][q] = s##q; dw[2][q] = t##q;
            EACH5(END)
#undef END
        }
}

/* dx[d][i][j] = sum of dy[c][i - p][j - q] w[c][d][p][q]: each row of dy is spread over a row of dx. */
static void inputs2(floor_lenet *l, const float *restrict w)
{
    for (int d = 0; d < C1; d++)
        for (int i = 0; i < 14; i++) {
#define START(t) vec s##t = { 0 };
            EACH14(START)
#undef START
            for (int c = 0; c < C2; c++)
                for (int p = i < 10 ? 0 : i - 9; p < K && p <= i; p++) {
                    const vec *dy = l->dy2[c][i - p], zero = { 0 };
                    const float *v = w + ((c * C1 + d) * K + p) * K;
                    const vec v0 = zero + v[0], v1 = zero + v[1], v2 = zero + v[2], v3 = zero + v[3];
                    const vec v4 = zero + v[4];
#define STEP(j, a, b, c, d, e) \
    s##a += v0 * dy[j]; s##b += v1 * dy[j]; s##c += v2 * dy[j]; s##d += v3 * dy[j]; s##e += v4 * dy[j];
                    STEP(0, 0, 1, 2, 3, 4) STEP(1, 1, 2, 3, 4, 5) STEP(2, 2, 3, 4, 5, 6) STEP(3, 3, 4, 5, 6, 7)
                    STEP(4, 4, 5, 6, 7, 8) STEP(5, 5, 6, 7, 8, 9) STEP(6, 6, 7, 8, 9, 10) STEP(7, 7, 8, 9, 10, 11)
                    STEP(8, 8, 9, 10, 11, 12) STEP(9, 9, 10, 11, 12, 13)
#undef STEP
                }
#define END(t) l->dp1[d][i][t] = s##t;
            EACH14(END)
#undef END
        }
}

static void backward_convolutions(floor_lenet *l)
{
    for (int c = 0; c < C2; c++)
        for (int i = 0; i < 10; i++)
            for (int j = 0; j < 10; j++) {
                const vec d = l->df[(c * 5 + i / 2) * 5 + j / 2] * 0.25f;
                l->dy2[c][i][j] = where_positive(l->y2[c][i][j], d);
                l->db2[c] += l->dy2[c][i][j];
            }
    weights2(l);
    inputs2(l, l->w + W2);
    for (int c = 0; c < C1; c++)
        for (int i = 0; i < 28; i++)
            for (int j = 0; j < 28; j++) {      /* in place of y1, which nobody needs any more */
                const vec d = l->dp1[c][i / 2][j / 2] * 0.25f;
                l->y1[c][i][j] = where_positive(l->y1[c][i][j], d);
                l->db1[c] += l->y1[c][i][j];
            }
    weights1(l);
}

/* ---- Dense layers ---------------------------------------------------------------------------------------- */

/* y = w x + b, then relu where wanted:  w [out, in]  x [in]  y [out] */
static void dense(const floor_lenet *l, int64_t out, int64_t in, const float *w, const float *restrict b,
                  const vec *x, vec *restrict y, bool relu)
{
    l->product(out, LANES, in, w, false, (const float *)x, false, (float *)y, false);
    for (int64_t i = 0; i < out; i++)
        y[i] = relu ? positive(y[i] + b[i]) : y[i] + b[i];
}

/* dx = w' dy where the relu that made x let it through; adds to dw and db. */
static void dense_back(const floor_lenet *l, int64_t out, int64_t in, const float *w, const vec *restrict x,
                       bool relu, const vec *restrict dy, float *dw, vec *restrict db, vec *restrict dx,
                       bool first)
{
    l->product(out, in, LANES, (const float *)dy, false, (const float *)x, true, dw, !first);
    l->product(in, LANES, out, w, true, (const float *)dy, false, (float *)dx, false);
    for (int64_t i = 0; i < out; i++)
        db[i] += dy[i];
    for (int64_t i = 0; relu && i < in; i++)
        dx[i] = where_positive(x[i], dx[i]);
}

/* z becomes its gradient; returns the sum of the losses. */
static double softmax_and_loss(floor_lenet *l, const float *restrict labels)
{
    double loss = 0;
    for (int k = 0; k < LANES; k++) {
        const int label = (int)labels[k];
        float largest = -HUGE_VALF, sum = 0, e[OUT];
        for (int c = 0; c < OUT; c++)
            largest = l->z[c][k] > largest ? l->z[c][k] : largest;
        for (int c = 0; c < OUT; c++)
            sum += e[c] = expf(l->z[c][k] - largest);
        loss += (double)(logf(sum) + largest - l->z[label][k]);
        for (int c = 0; c < OUT; c++)
            l->z[c][k] = (e[c] / sum - (float)(c == label)) / (float)l->batch;
    }
    return loss;
}

/* ---- A step ---------------------------------------------------------------------------------------------- */

static void sum_lanes(int64_t n, const vec *restrict lanes, float *restrict sums)
{
    for (int64_t i = 0; i < n; i++) {
        float s = 0;
        for (int k = 0; k < LANES; k++)
            s += lanes[i][k];
        sums[i] = s;
    }
}

static double group_of_images(floor_lenet *l, const float *x, const float *labels, bool first)
{
    const float *w = l->w;
    float *g = l->g;
    forward_convolutions(l, x);
    dense(l, H1, F, w + W3, w + B3, l->f, l->h1, true);
    dense(l, H2, H1, w + W4, w + B4, l->h1, l->h2, true);
    dense(l, OUT, H2, w + W5, w + B5, l->h2, l->z, false);
    const double loss = softmax_and_loss(l, labels);
    dense_back(l, OUT, H2, w + W5, l->h2, true, l->z, g + W5, l->db5, l->dh2, first);
    dense_back(l, H2, H1, w + W4, l->h1, true, l->dh2, g + W4, l->db4, l->dh1, first);
    dense_back(l, H1, F, w + W3, l->f, false, l->dh1, g + W3, l->db3, l->df, first);
    backward_convolutions(l);
    return loss;
}

float floor_lenet_step(floor_lenet *l, const float *x, const float *labels)
{
    vec *const lanes[] = { l->dw1[0], l->db1, l->dw2[0][0], l->db2, l->db3, l->db4, l->db5 };
    const int64_t place[] = { W1, B1, W2, B2, B3, B4, B5 };
    const int64_t count[] = { B1 - W1, W2 - B1, B2 - W2, W3 - B2, W4 - B3, W5 - B4, COUNT - B5 };
    double loss = 0;
    for (int i = 0; i < 7; i++)
        memset(lanes[i], 0, (size_t)count[i] * sizeof *lanes[i]);
    for (int64_t k = 0; k < l->batch; k += LANES)
        loss += group_of_images(l, x + k * 784, labels + k, k == 0);
    for (int i = 0; i < 7; i++)
        sum_lanes(count[i], lanes[i], l->g + place[i]);
    floor_adam_next(&l->adam);
    floor_adam_update(&l->adam, COUNT, l->w, l->g, l->m, l->v);
    return (float)(loss / (double)l->batch);
}

/* ---- Making ---------------------------------------------------------------------------------------------- */

floor_lenet *floor_lenet_new(int64_t batch, floor_product *product, float lr, const float *parameters)
{
    const size_t each = (COUNT + 15) / 16 * 16;
    floor_lenet *l = batch % LANES == 0 ? aligned_alloc(64, (sizeof *l + 63) / 64 * 64) : NULL;
    float *all = aligned_alloc(64, 4 * each * sizeof *all);
    if (!l || !all) {
        free(l);
        free(all);
        return NULL;
    }
    memset(l, 0, sizeof *l);                    /* the padding of x stays 0 */
    memset(all, 0, 4 * each * sizeof *all);
    l->product = product;
    l->adam = (floor_adam){ lr, 0.9f, 0.999f, 1e-8f, 0, 1, 1 };
    l->batch = batch;
    l->w = all;
    l->g = all + each;
    l->m = all + 2 * each;
    l->v = all + 3 * each;
    memcpy(l->w, parameters, COUNT * sizeof *parameters);
    return l;
}

void floor_lenet_free(floor_lenet *l)
{
    if (l)
        free(l->w);
    free(l);
}

const float *floor_lenet_parameters(const floor_lenet *l)
{
    return l->w;
}

void floor_lenet_rate(floor_lenet *l, float lr)
{
    l->adam.lr = lr;
}
