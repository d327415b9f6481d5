/* support.c - see support.h. */
#include <stdio.h>

#include "support.h"

int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int run = srunner_ntests_run(runner), failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return run > 0 && failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

void quietly(void)
{
    gd_on_error(NULL);
    gd_shutdown();
    gd_clear_error();
}

double element(const gd_tensor *t, int64_t k)
{
    int64_t offset = 0;
    for (int i = t->ndim - 1; i >= 0; i--) {
        offset += k % t->shape[i] * t->stride[i];
        k /= t->shape[i];
    }
    return (double)t->data[offset];
}

static double difference(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b) ? 0 : INFINITY;
    if (isinf(a) || isinf(b))
        return a == b ? 0 : INFINITY;
    return fabs(a - b) / fmax(1, fabs(b));
}

double far_from(const gd_tensor *t, const double *expected)
{
    double worst = t ? 0 : INFINITY;
    for (int64_t k = 0; k < gd_numel(t); k++)
        worst = fmax(worst, difference(element(t, k), expected[k]));
    return worst;
}

double far_apart(const gd_tensor *t, const gd_tensor *expected)
{
    if (!t || !expected || t->ndim != expected->ndim)
        return INFINITY;
    for (int i = 0; i < t->ndim; i++)
        if (t->shape[i] != expected->shape[i])
            return INFINITY;
    double worst = 0;
    for (int64_t k = 0; k < t->numel; k++)
        worst = fmax(worst, difference(element(t, k), element(expected, k)));
    return worst;
}

const char *in_words(const gd_tensor *t)
{
    static char text[400];
    size_t used = 0;
    text[0] = '\0';
    for (int64_t k = 0; k < gd_numel(t) && used < sizeof text - 40; k++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.9g", k ? ", " : "", element(t, k));
    return text;
}

uint64_t draw(uint64_t *state, uint64_t n)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (*state >> 33) % n;
}
