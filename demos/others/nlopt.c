/* nlopt.c - NLopt's L-BFGS (S. Johnson, "The NLopt nonlinear-optimization package") minimizes the loss of a network.
 *
 *     cc -O2 nlopt.c $(pkg-config --cflags --libs gradus64 nlopt) -o nlopt */
#include "model.h"
#include <nlopt.h>
#include <stdlib.h>

static double value(unsigned n, const double *at, double *gradient, void *f)   /* gradient may be NULL, as in Gradus */
{
    return gd_value_and_grad(f, at, gradient, n);
}

int main(void)
{
    gd_objective f = make_model();
    unsigned n = (unsigned)gd_params_vector_size(f.params);
    double *at = malloc(n * sizeof *at), least = 0;
    gd_params_to_vector(f.params, at, n);
    nlopt_opt opt = nlopt_create(NLOPT_LD_LBFGS, n);
    nlopt_set_min_objective(opt, value, &f);
    nlopt_set_maxeval(opt, 1000);
    nlopt_result result = nlopt_optimize(opt, at, &least);
    gd_vector_to_params(f.params, at, n);
    printf("NLopt: loss %.2e after %d evaluations (%s)\n", least, nlopt_get_numevals(opt),
           nlopt_result_to_string(result));
    nlopt_destroy(opt);
    free(at);
    gd_params_free(f.params);
    return least < 1e-4 ? 0 : 1;
}
