/* gsl.c - the BFGS method of the GNU Scientific Library minimizes the loss of a network.
 *
 *     cc -O2 gsl.c $(pkg-config --cflags --libs gradus64 gsl) -o gsl */
#include "model.h"
#include <gsl/gsl_multimin.h>

static void both(const gsl_vector *at, void *f, double *value, gsl_vector *gradient)    /* GSL's vectors: stride 1 */
{
    *value = gd_value_and_grad(f, at->data, gradient ? gradient->data : NULL, (int64_t)at->size);
}
static void slope(const gsl_vector *at, void *f, gsl_vector *gradient) { double v; both(at, f, &v, gradient); }
static double value(const gsl_vector *at, void *f) { double v; both(at, f, &v, NULL); return v; }

int main(void)
{
    gd_objective f = make_model();
    size_t n = (size_t)gd_params_vector_size(f.params);
    gsl_vector *at = gsl_vector_alloc(n);
    gd_params_to_vector(f.params, at->data, (int64_t)n);
    gsl_multimin_function_fdf function = { value, slope, both, n, &f };
    gsl_multimin_fdfminimizer *bfgs = gsl_multimin_fdfminimizer_alloc(gsl_multimin_fdfminimizer_vector_bfgs2, n);
    gsl_multimin_fdfminimizer_set(bfgs, &function, at, 0.1, 0.1);
    int steps = 0;
    while (steps < 500 && gsl_multimin_fdfminimizer_iterate(bfgs) == 0 && bfgs->f > 1e-6)
        steps++;
    gd_vector_to_params(f.params, bfgs->x->data, (int64_t)n);
    printf("GSL: loss %.2e after %d steps\n", bfgs->f, steps);
    double least = bfgs->f;
    gsl_multimin_fdfminimizer_free(bfgs);
    gsl_vector_free(at);
    return least < 1e-4 ? 0 : 1;
}
