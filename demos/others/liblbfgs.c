/* liblbfgs.c - N. Okazaki's libLBFGS minimizes the loss of a network.
 *
 *     cc -O2 liblbfgs.c $(pkg-config --cflags --libs gradus64) -llbfgs -o liblbfgs */
#include "model.h"
#include <lbfgs.h>

static lbfgsfloatval_t value(void *f, const lbfgsfloatval_t *at, lbfgsfloatval_t *gradient, const int n,
                             const lbfgsfloatval_t step)
{
    (void)step;
    return gd_value_and_grad(f, at, gradient, n);
}

int main(void)
{
    gd_objective f = make_model();
    int n = (int)gd_params_vector_size(f.params);
    lbfgsfloatval_t *at = lbfgs_malloc(n), least = 0;
    gd_params_to_vector(f.params, at, n);
    lbfgs_parameter_t options;
    lbfgs_parameter_init(&options);
    options.max_iterations = 500;
    int result = lbfgs(n, at, &least, value, NULL, &f, &options);
    gd_vector_to_params(f.params, at, n);
    printf("libLBFGS: loss %.2e (status %d)\n", least, result);
    lbfgs_free(at);
    gd_params_free(f.params);
    return least < 1e-4 ? 0 : 1;
}
