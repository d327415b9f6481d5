/* field.c - the values of a function of two variables for a plot, and the levels of its contours; drawn by
 * contour.c. */
#include <math.h>
#include <stdbool.h>

#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/tensor.h"
#include "picture.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"


enum { SAMPLES_X = 361, SAMPLES_Y = 241 };

static bool check_field(const char *who, int64_t rows, int64_t columns,
                        double x_low, double x_high, double y_low, double y_high)
{
    bool finite = isfinite(x_low) && isfinite(x_high) && isfinite(y_low) && isfinite(y_high);
    if (!finite || x_low >= x_high || y_low >= y_high)
        gd_fail("%s: x in [%g, %g] and y in [%g, %g]: low < high expected, finite", who,
                x_low, x_high, y_low, y_high);
    else if (rows < 2 || columns < 2 || rows > 10000 || columns > 10000)
        gd_fail("%s: z has %lld row%s and %lld column%s: 2 to 10000 of each expected", who,
                (long long)rows, gi_plural(rows), (long long)columns, gi_plural(columns));
    else
        return true;
    return false;
}

static bool any_finite(const double *z, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(z[i]))
            return true;
    return false;
}

static bool take_field(const char *who, gd_plot *p, gi_field field)
{
    if (!any_finite(field.z, (size_t)field.rows * (size_t)field.columns)) {
        gd_fail("%s: the function has no finite value on x in [%g, %g], y in [%g, %g]", who,
                field.x_low, field.x_high, field.y_low, field.y_high);
        gi_memory_free(field.z);
        return false;
    }
    field.levels = p->field.levels;
    field.n = p->field.n;
    field.labels = p->field.labels;
    gi_memory_free(p->field.z);
    p->field = field;
    return true;
}

bool gd_plot_contour(gd_plot *p, gd_surface *f, void *context,
                     double x_low, double x_high, double y_low, double y_high)
{
    const char *who = "gd_plot_contour";
    if (!gi_given(who, "p", p) || !check_field(who, SAMPLES_Y, SAMPLES_X, x_low, x_high, y_low, y_high))
        return false;
    if (!f) {
        gd_fail("%s: f is NULL: a function was expected", who);
        return false;
    }
    gi_field field = { .rows = SAMPLES_Y, .columns = SAMPLES_X, .smooth = true,
                       .x_low = x_low, .x_high = x_high, .y_low = y_low, .y_high = y_high };
    field.z = gi_memory_new(GI_PLOTS, sizeof *field.z * SAMPLES_X * SAMPLES_Y);
    if (!field.z)
        return false;
    gi_guest before = gi_guest_enter(GI_GUEST("gd_plot_contour", "f"));
    for (int i = 0; i < SAMPLES_Y; i++)
        for (int j = 0; j < SAMPLES_X; j++)
            field.z[i * SAMPLES_X + j] = f(x_low + (x_high - x_low) * j / (SAMPLES_X - 1),
                                           y_low + (y_high - y_low) * i / (SAMPLES_Y - 1), context);
    if (!gi_guest_leave(&before, true)) {
        gi_memory_free(field.z);
        return false;
    }
    return take_field(who, p, field);
}

bool gd_plot_contour_grid(gd_plot *p, const gd_tensor *z, double x_low, double x_high, double y_low, double y_high)
{
    gi_not_captured("gd_plot_contour_grid", GI_READS_NUMBERS);
    const char *who = "gd_plot_contour_grid";
    if (!gi_given(who, "p", p) || !gi_given(who, "z", z) || !gi_alive(who, "z", z))
        return false;
    if (z->ndim != 2) {
        gd_fail("%s: z is %s: [rows, columns] expected", who, gi_text_of(z).s);
        return false;
    }
    if (!check_field(who, z->shape[0], z->shape[1], x_low, x_high, y_low, y_high))
        return false;
    gi_field field = { .rows = (int)z->shape[0], .columns = (int)z->shape[1],
                       .x_low = x_low, .x_high = x_high, .y_low = y_low, .y_high = y_high };
    field.z = gi_memory_new(GI_PLOTS, sizeof *field.z * (size_t)field.rows * (size_t)field.columns);
    if (!field.z)
        return false;
    for (int64_t i = 0; i < z->shape[0]; i++)
        for (int64_t j = 0; j < z->shape[1]; j++)
            field.z[i * z->shape[1] + j] = (double)z->data[i * z->stride[0] + j * z->stride[1]];
    return take_field(who, p, field);
}

bool gd_plot_levels(gd_plot *p, const double *levels, int n, bool labels)
{
    const char *who = "gd_plot_levels";
    if (!gi_given(who, "p", p))
        return false;
    if (n < 0 || n > 1000) {
        gd_fail("%s: n = %d levels: 0 (automatic) to 1000 expected", who, n);
        return false;
    }
    if (n > 0 && !gi_not_null(who, "levels", levels))
        return false;
    for (int i = 0; i < n; i++)
        if (!isfinite(levels[i]) || (i > 0 && levels[i] <= levels[i - 1])) {
            gd_fail("%s: levels[%d] = %g: finite and ascending values expected", who, i, levels[i]);
            return false;
        }
    double *copy = n ? gi_memory_new(GI_PLOTS, (size_t)n * sizeof *copy) : NULL;
    if (n && !copy)
        return false;
    for (int i = 0; i < n; i++)
        copy[i] = levels[i];
    gi_memory_free(p->field.levels);
    p->field.levels = copy;
    p->field.n = n;
    p->field.labels = labels;
    return true;
}
