/* mixture.c - the floor of the Gaussian mixture: its value and its derivative by hand, in one pass over the points.
 *
 *     z = Q (x_i - mu_k)   t_k = alpha_k + sum q_k - |z|^2 / 2   s_k = e^t_k / sum of e^t   loss += log of that sum
 *     dalpha_k += s_k   dq_kj += s_k (1 - z_j e^q_kj c_j)   dl_kab -= s_k z_a c_b   dmu_k += s_k Q' z,   c = x_i - mu_k
 *
 * The sizes are read when it runs, as in the hand-written derivatives of the suites that have this problem. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "floor.h"

struct floor_mixture {
    int64_t n, k, d, below;                     /* below: the numbers of a Q under its diagonal */
    const double *x;
    double *diagonal, *weight, *c, *z, *t;      /* e^q [k, d], alpha + sum q [k]; of one point [k, d], [k, d], [k] */
};

floor_mixture *floor_mixture_new(int64_t n, int64_t k, int64_t d, const double *x)
{
    floor_mixture *f = malloc(sizeof *f);
    double *all = f ? malloc((size_t)(3 * k * d + 2 * k) * sizeof *all) : NULL;
    if (!all) {
        free(f);
        return NULL;
    }
    *f = (floor_mixture){ n, k, d, d * (d - 1) / 2, x, all, all + k * d, all + k * (d + 1), all + k * (2 * d + 1),
                          all + k * (3 * d + 1) };
    return f;
}

void floor_mixture_free(floor_mixture *f)
{
    if (f)
        free(f->diagonal);
    free(f);
}

/* log of the sum of e^t, of which t[i] becomes the share of e^t[i]. */
static double shares(int64_t n, double *restrict t)
{
    double most = t[0], sum = 0;
    for (int64_t i = 1; i < n; i++)
        most = t[i] > most ? t[i] : most;
    for (int64_t i = 0; i < n; i++) {
        t[i] = exp(t[i] - most);
        sum += t[i];
    }
    for (int64_t i = 0; i < n; i++)
        t[i] /= sum;
    return most + log(sum);
}

/* c = x - mu, z = Q c; |z|^2. */
static double distance(int64_t d, const double *restrict x, const double *restrict mu, const double *restrict diagonal,
                       const double *restrict l, double *restrict c, double *restrict z)
{
    double sum = 0;
    for (int64_t a = 0; a < d; a++)
        c[a] = x[a] - mu[a];
    for (int64_t a = 0; a < d; l += a, a++) {
        double row = diagonal[a] * c[a];
        for (int64_t b = 0; b < a; b++)
            row += l[b] * c[b];
        z[a] = row;
        sum += row * row;
    }
    return sum;
}

static void add_derivative(int64_t d, double s, const double *restrict diagonal, const double *restrict l,
                           const double *restrict c, const double *restrict z, double *restrict dmu,
                           double *restrict dq, double *restrict dl)
{
    for (int64_t a = 0; a < d; l += a, dl += a, a++) {
        const double sz = s * z[a];
        dmu[a] += sz * diagonal[a];
        dq[a] += s - sz * diagonal[a] * c[a];
        for (int64_t b = 0; b < a; b++) {
            dmu[b] += sz * l[b];
            dl[b] -= sz * c[b];
        }
    }
}

double floor_mixture_step(floor_mixture *f, const double *alpha, const double *mu, const double *q, const double *l,
                          double *dalpha, double *dmu, double *dq, double *dl)
{
    const int64_t n = f->n, k = f->k, d = f->d, below = f->below;
    double loss = 0;
    for (int64_t j = 0; j < k; j++) {
        f->weight[j] = f->t[j] = alpha[j];
        for (int64_t a = 0; a < d; a++) {
            f->weight[j] += q[j * d + a];
            f->diagonal[j * d + a] = exp(q[j * d + a]);
        }
    }
    loss -= (double)n * shares(k, f->t);
    for (int64_t j = 0; j < k; j++)
        dalpha[j] = -(double)n * f->t[j];
    for (int64_t i = 0; i < k * d; i++) {       /* the prior, (|e^q|^2 + |l|^2) / 2, is where the gradients begin */
        loss += 0.5 * f->diagonal[i] * f->diagonal[i];
        dq[i] = f->diagonal[i] * f->diagonal[i];
        dmu[i] = 0;
    }
    for (int64_t i = 0; i < k * below; i++) {
        loss += 0.5 * l[i] * l[i];
        dl[i] = l[i];
    }
    for (int64_t i = 0; i < n; i++) {
        for (int64_t j = 0; j < k; j++)
            f->t[j] = f->weight[j] - 0.5 * distance(d, f->x + i * d, mu + j * d, f->diagonal + j * d, l + j * below,
                                                    f->c + j * d, f->z + j * d);
        loss += shares(k, f->t);
        for (int64_t j = 0; j < k; j++) {
            dalpha[j] += f->t[j];
            add_derivative(d, f->t[j], f->diagonal + j * d, l + j * below, f->c + j * d, f->z + j * d, dmu + j * d,
                           dq + j * d, dl + j * below);
        }
    }
    return loss;
}
