/* mixture.c - the loss of a Gaussian mixture and its gradient, in double, with the double library: 1000 points in d
 * dimensions, k components, d numbers in the innermost axis of most tensors.
 *
 *     loss = sum over i of logsumexp over k of (alpha_k + sum q_k - |Q_k (x_i - mu_k)|^2 / 2)
 *            - n logsumexp alpha + (sum e^2q + sum l^2) / 2
 *
 * Q_k is lower triangular, e^q_k its diagonal, l_k what is below; the last term is a Wishart prior's.  (F. Srajer,
 * Z. Kukelova, A. Fitzgibbon, "A benchmark of selected algorithmic differentiation tools on some problems in computer
 * vision and machine learning", Optimization Methods and Software 33, 2018, without constants.) */
#include <math.h>
#include <stdlib.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

#ifndef GD_DOUBLE
#error "this file is for the double library"
#endif

enum { N = 1000, SIZE_K = 1000 };               /* a row's size is d * SIZE_K + k */

static int64_t         k, d, below;
static gd_tensor      *x, *alpha, *mu, *q, *l, *place;
static floor_mixture  *floor_state;
static double         *by_hand_gradients, loss, floor_loss;

/* ---- In Gradus ------------------------------------------------------------------------------------------- */

/* Q [k, d, d]; place [d d] tells which number of a row of e^q, l and 0 stands where. */
static gd_tensor *factors(gd_tensor *diagonal)
{
    gd_tensor *numbers = gd_concat((gd_tensor *[]){ diagonal, l, gd_zeros(GD_SHAPE(k, 1)) }, 3, 1);
    return gd_reshape(gd_index_select(numbers, 1, place), GD_SHAPE(k, d, d));
}

static gd_tensor *loss_of(void)
{
    gd_tensor *diagonal = gd_exp(q);
    gd_tensor *centred = gd_sub(x, gd_unsqueeze(mu, 1));                                        /* [k, n, d] */
    gd_tensor *z = gd_matmul(centred, gd_transpose(factors(diagonal), 1, 2));                   /* [k, n, d] */
    gd_tensor *weight = gd_add(alpha, gd_sum_axis(q, 1, false));                                /* [k] */
    gd_tensor *t = gd_sub(gd_unsqueeze(weight, 1), gd_scale(gd_sum_axis(gd_square(z), 2, false), 0.5));
    gd_tensor *prior = gd_scale(gd_add(gd_sum(gd_square(diagonal)), gd_sum(gd_square(l))), 0.5);
    gd_tensor *fit = gd_sub(gd_sum(gd_logsumexp(t, 0, false)), gd_scale(gd_logsumexp(alpha, 0, false), N));
    return gd_add(fit, prior);
}

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    for (int64_t i = 0; i < times; i++) {
        GD_SCOPE;
        gd_tensor *all[] = { alpha, mu, q, l };
        for (int p = 0; p < 4; p++)
            gd_zero_grad_of(all[p]);
        gd_tensor *value = loss_of();
        gd_backward(value);
        loss = gd_item(value);
    }
}

/* ---- The row ----------------------------------------------------------------------------------------------- */

static void by_hand(void *unused, int64_t times)
{
    (void)unused;
    double *dalpha = by_hand_gradients, *dmu = dalpha + k, *dq = dmu + k * d, *dl = dq + k * d;
    for (int64_t i = 0; i < times; i++)
        floor_loss = floor_mixture_step(floor_state, alpha->data, mu->data, q->data, l->data, dalpha, dmu, dq, dl);
}

static void close_row(void)
{
    floor_mixture_free(floor_state);
    free(by_hand_gradients);
    floor_state = NULL;
    by_hand_gradients = NULL;
    gd_shutdown();
}

/* Row a of Q: the first a numbers of l's row a, e^q_a, zeros. */
static gd_tensor *places(void)
{
    gd_tensor *t = gd_zeros(GD_SHAPE(d * d));
    for (int64_t a = 0; a < d; a++)
        for (int64_t b = 0; b < d; b++)
            t->data[a * d + b] = (gd_real)(b < a ? d + a * (a - 1) / 2 + b : b == a ? a : d + below);
    return t;
}

static bool same_gradients(const bench_row *row)
{
    const gd_tensor *const all[] = { alpha, mu, q, l };
    static const char *const name[] = { "the gradient of alpha", "of mu", "of q", "of l" };
    const double *expected = by_hand_gradients;
    bool good = true;
    for (int p = 0; p < 4; p++)
        for (int64_t i = 0; i < all[p]->numel && good; i++)
            good = bench_agree(row, name[p], all[p]->grad->data[i], *expected++, 1e-8);
    return good;
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    d = row->size / SIZE_K;
    k = row->size % SIZE_K;
    below = d * (d - 1) / 2;
    gd_on_error(gd_abort);
    gd_set_threads(1);
    gd_seed(1);
    x = gd_normal(GD_SHAPE(N, d), 0, 1);
    alpha = gd_requires_grad(gd_normal(GD_SHAPE(k), 0, 1));
    mu = gd_requires_grad(gd_uniform(GD_SHAPE(k, d), 0, 1));
    q = gd_requires_grad(gd_normal(GD_SHAPE(k, d), 0, 1 / sqrt((double)d)));
    l = gd_requires_grad(gd_normal(GD_SHAPE(k, below), 0, 1 / sqrt((double)d)));
    place = places();
    floor_state = floor_mixture_new(N, k, d, x->data);
    by_hand_gradients = malloc((size_t)(k * (1 + 2 * d + below)) * sizeof *by_hand_gradients);
    if (!floor_state || !by_hand_gradients) {
        fprintf(stderr, "bench: out of memory\n");
        exit(1);
    }
    gradus(NULL, 1);
    by_hand(NULL, 1);
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = true, .run = by_hand };
    return bench_agree(row, "the loss", loss, floor_loss, 1e-10) && same_gradients(row);
}

#define ROW(d_, k_) \
    { .name = "mixture-" #d_ "x" #k_, .what = "Gaussian mixture, double, 1000 points, d " #d_ ", k " #k_, \
      .unit = "gradient", .units = 1, .goal = 1, .size = d_ * SIZE_K + k_, .open = open_row, .close = close_row }

const bench_row mixture_rows[] = {
    ROW(2, 5), ROW(2, 200), ROW(10, 5), ROW(10, 200), ROW(32, 5), ROW(128, 5), { 0 }
};
