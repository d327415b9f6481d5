/* show.c - a model as a table, and comparing two models. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "text/format.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "params.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/shape.h"

/* ---- A table ------------------------------------------------------------------------------------------------- */

/* The Euclidean norm.  Scaled by the largest element, so that no square overflows. */
static double norm_of(const gd_tensor *t)
{
    if (!gd_scope_begin())
        return NAN;
    const gd_real *x = gi_contiguous_numbers(t);
    double largest = 0, sum = 0;
    for (int64_t i = 0; x && i < t->numel; i++)
        largest = isnan(x[i]) || isnan(largest) ? (double)NAN : fmax(largest, fabs((double)x[i]));
    for (int64_t i = 0; x && i < t->numel && largest > 0 && isfinite(largest); i++)
        sum += (double)x[i] / largest * ((double)x[i] / largest);
    const double norm = !x ? (double)NAN : largest > 0 && isfinite(largest) ? largest * sqrt(sum) : largest;
    gd_scope_end();
    return norm;
}

static void print_row(FILE *out, const gi_entry *entry, int width)
{
    const gd_tensor *t = entry->tensor;
    char norm[GI_DIGITS_SIZE] = "", grad[GI_DIGITS_SIZE] = "-";
    gi_format(norm, sizeof norm, "%.5g", norm_of(t));
    if (t->grad)
        gi_format(grad, sizeof grad, "%.5g", norm_of(t->grad));
    fprintf(out, "%-*s  %-18s %12" PRId64 " %12s %12s %14zu%s\n", width, t->name, gi_shape_text(t->ndim, t->shape).s,
            t->numel, norm, grad, (size_t)t->numel * sizeof(gd_real),
            entry->buffer ? "  buffer" : t->requires_grad ? "" : "  frozen");
}

void gd_params_print(FILE *out, gd_params *p)
{
    gi_not_captured("gd_params_print", GI_READS_NUMBERS);
    if (!gi_not_null("gd_params_print", "out", out) || !gi_given("gd_params_print", "p", p))
        return;
    int width = 5;
    int64_t numbers = 0, frozen = 0, buffers = 0;
    for (int i = 0; i < p->count; i++)
        if (strlen(p->entries[i].tensor->name) > (size_t)width)
            width = (int)strlen(p->entries[i].tensor->name);
    fprintf(out, "%-*s  %-18s %12s %12s %12s %14s\n", width, "name", "shape", "elements", "norm", "of gradient",
            "bytes");
    for (int i = 0; i < p->count; i++) {
        const gi_entry *entry = &p->entries[i];
        print_row(out, entry, width);
        *(entry->buffer ? &buffers : entry->tensor->requires_grad ? &numbers : &frozen) += entry->tensor->numel;
    }
    for (int i = 0; i < p->tied_count; i++)
        fprintf(out, "%s is %s\n", p->tied[i].name, p->tied[i].tensor->name);
    fprintf(out, "%-*s  %-18s %12" PRId64 " %12s %12s %14zu", width, "total", "", numbers + frozen + buffers, "", "",
            (size_t)(numbers + frozen + buffers) * sizeof(gd_real));
    if (frozen || buffers)
        fprintf(out, "  %" PRId64 " trained, %" PRId64 " frozen, %" PRId64 " in buffers", numbers, frozen, buffers);
    fputc('\n', out);
}

/* ---- Comparing ------------------------------------------------------------------------------------------------ */

static double distance(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b) ? 0 : (double)INFINITY;
    return a == b ? 0 : fabs(a - b);
}

static gd_params_difference farthest(const gd_tensor *a, const gd_tensor *b)
{
    gd_params_difference d = { .name = a->name };               /* both are contiguous */
    for (int64_t i = 0; i < a->numel; i++) {
        const double x = (double)a->data[i], y = (double)b->data[i], far = distance(x, y);
        if (far > d.largest)
            d = (gd_params_difference){ a->name, far, i, x, y };
    }
    return d;
}

static gd_params_difference missing(const char *name)
{
    return (gd_params_difference){ name, (double)INFINITY, -1, (double)NAN, (double)NAN };
}

static gd_params_difference first_difference(const gd_params *a, const gd_params *b, double tolerance)
{
    for (int i = 0; i < a->count; i++) {
        const gd_tensor *x = a->entries[i].tensor, *y = gi_params_find(b, x->name);
        if (!y || !gi_same_shape(x, y))
            return missing(x->name);
        const gd_params_difference d = farthest(x, y);
        if (d.largest > tolerance)
            return d;
    }
    for (int i = 0; i < b->count; i++)
        if (!gi_params_find(a, b->entries[i].tensor->name))
            return missing(b->entries[i].tensor->name);
    return (gd_params_difference){ .name = NULL };
}

bool gd_params_equal(gd_params *a, gd_params *b, double tolerance, gd_params_difference *first)
{
    static const char function[] = "gd_params_equal";
    if (!gi_given(function, "a", a) || !gi_given(function, "b", b))
        return false;
    if (!(tolerance >= 0))
        return gd_fail("%s: tolerance = %g must not be negative", function, tolerance);
    const gd_params_difference d = first_difference(a, b, tolerance);
    if (first)
        *first = d;
    return !d.name;
}
