/* support.c - see support.h. */
#include <stdio.h>

#include "support.h"

void quietly(void)
{
    gd_on_error(NULL);
    gd_shutdown();
    gd_clear_error();
}

/* ---- Captured programs -------------------------------------------------------------------------------------- */

const char *said_of(gd_program *program)
{
    static char text[8192];
    FILE *file = tmpfile();
    ck_assert(file != NULL);
    gd_program_print(file, program);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

int runs_again_of(gd_program *program)
{
    const char *at = strstr(said_of(program), "run again ");
    return at ? atoi(at + strlen("run again ")) : -1;
}

/* ---- Shapes and values -------------------------------------------------------------------------------------- */

static const gd_real *place(const gd_tensor *t, int64_t k)
{
    int64_t offset = 0;
    for (int i = t->ndim - 1; i >= 0; i--) {
        offset += k % t->shape[i] * t->stride[i];
        k /= t->shape[i];
    }
    return t->data + offset;
}

double element(const gd_tensor *t, int64_t k)
{
    return (double)*place(t, k);
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

bool close_to(double got, double expected, double tolerance)
{
    return fabs(got - expected) <= tolerance * fmax(1, fabs(expected));
}

bool same_bits(const gd_tensor *a, const gd_tensor *b)
{
    if (!a || !b || a->numel != b->numel)
        return false;
    if (a->contiguous && b->contiguous)
        return a->numel == 0 || memcmp(a->data, b->data, (size_t)a->numel * sizeof *a->data) == 0;
    for (int64_t k = 0; k < a->numel; k++)
        if (memcmp(place(a, k), place(b, k), sizeof *a->data) != 0)
            return false;
    return true;
}

int64_t first_other(const gd_tensor *t, const double *expected)
{
    for (int64_t k = 0; k < gd_numel(t); k++) {
        const gd_real wanted = (gd_real)expected[k], got = (gd_real)element(t, k);
        if (got != wanted && !(isnan(got) && isnan(wanted)))
            return k;
    }
    return -1;
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

/* ---- Tensors to try ------------------------------------------------------------------------------------------ */

gd_tensor *leaf(double value)
{
    return gd_requires_grad(gd_scalar(value));
}

gd_tensor *leaf_of(gd_shape shape, const gd_real *values)
{
    return gd_requires_grad(gd_from(shape, values));
}

gd_tensor *tensor_of(gd_shape shape, const double *values)
{
    gd_tensor *t = gd_zeros(shape);
    ck_assert_ptr_nonnull(t);
    for (int64_t i = 0; i < gd_numel(t); i++)
        t->data[i] = (gd_real)values[i];
    return t;
}

gd_tensor *random_values(gd_shape shape, uint64_t *state)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t i = 0; i < gd_numel(t); i++)
        t->data[i] = (gd_real)((double)draw(state, 2001) / 1000 - 1);
    return t;
}

gd_tensor *seeded_values(gd_shape shape, uint64_t seed)
{
    return random_values(shape, &seed);
}

gd_tensor *transposed(gd_tensor *t)
{
    gd_tensor *view = gd_wrap(GD_SHAPE(t->shape[1], t->shape[0]), t->data);
    view->stride[0] = 1;
    view->stride[1] = t->shape[1];
    view->contiguous = false;
    return view;
}
