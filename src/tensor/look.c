/* look.c - reading the elements of a tensor: one, all, or printed. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>

#include "alive.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "check.h"
#include "gradus/tensor.h"
#include "nest.h"
#include "shape.h"
#include "text/format.h"

int64_t gd_numel(const gd_tensor *t)
{
    return t && gi_alive("gd_numel", "t", t) ? t->numel : 0;
}

static GI_COLD gd_real not_one_element(const gd_tensor *t)
{
    gd_fail("gd_item: t is %s: it must have exactly one element", gi_text_of(t).s);
    return (gd_real)NAN;
}

gd_real gd_item(const gd_tensor *t)
{
    gi_not_captured("gd_item", GI_READS_NUMBERS);
    if (!gi_given_tensor("gd_item", "t", t) || !gi_alive("gd_item", "t", t))
        return (gd_real)NAN;
    return t->numel == 1 ? t->data[0] : not_one_element(t);
}

gd_real gd_at(const gd_tensor *t, gd_shape index)
{
    gi_not_captured("gd_at", GI_READS_NUMBERS);
    if (!gi_given_tensor("gd_at", "t", t) || !gi_alive("gd_at", "t", t))
        return (gd_real)NAN;
    if (index.ndim != t->ndim) {
        gd_fail("gd_at: t is %s and needs %d %s, not %d", gi_text_of(t).s, t->ndim, t->ndim == 1 ? "index" : "indices",
                index.ndim);
        return (gd_real)NAN;
    }
    int64_t offset = 0;
    for (int i = 0; i < t->ndim; i++) {
        int64_t at = index.size[i] < 0 ? index.size[i] + t->shape[i] : index.size[i];
        if (at < 0 || at >= t->shape[i]) {
            gd_fail("gd_at: index %s is outside of %s", gi_shape_text(index.ndim, index.size).s, gi_text_of(t).s);
            return (gd_real)NAN;
        }
        offset += at * t->stride[i];
    }
    return t->data[offset];
}

bool gd_copy_out(const gd_tensor *t, gd_real *row_major)
{
    gi_not_captured("gd_copy_out", GI_READS_NUMBERS);
    if (!gi_given_tensor("gd_copy_out", "t", t) || !gi_alive("gd_copy_out", "t", t)
        || !gi_not_null("gd_copy_out", "row_major", row_major))
        return false;
    gi_copy(row_major, t);
    return true;
}

gd_tensor *gd_set_name(gd_tensor *t, const char *name)
{
    if (!t || !gi_alive("gd_set_name", "t", t))
        return NULL;
    if (t->owner && t->owner->owner == GI_MODELS && t->name)
        return gd_fail("gd_set_name: t is \"%s\" of a model, which is found and saved under that name", t->name);
    t->name = name;
    return t;
}

/* ---- Printing ------------------------------------------------------------------------------------------- */

enum { LONG_AXIS = 10, SHOWN_AT_EACH_END = 4 };

static void print_axis(FILE *out, const gd_tensor *t, const gd_real *at, int axis)
{
    if (axis == t->ndim) {
        char number[32];
        gi_format(number, sizeof number, "%.6g", (double)*at);
        fputs(number, out);
        return;
    }
    int64_t n = t->shape[axis];
    fputc('[', out);
    for (int64_t i = 0; i < n; i++) {
        if (i > 0)
            fputs(", ", out);
        if (i > 0 && axis + 1 < t->ndim)
            fprintf(out, "\n%*s", axis + 1, "");
        if (n > LONG_AXIS && i == SHOWN_AT_EACH_END) {
            fputs("..., ", out);
            i = n - SHOWN_AT_EACH_END;
        }
        print_axis(out, t, at + i * t->stride[axis], axis + 1);
    }
    fputc(']', out);
}

void gd_print(FILE *out, const gd_tensor *t)
{
    gi_not_captured("gd_print", GI_READS_NUMBERS);
    if (!out)
        return;
    if (!t) {
        fputs("NULL\n", out);
        return;
    }
    if (!gi_alive("gd_print", "t", t))
        return;
    if (t->name)
        fprintf(out, "%s ", t->name);
    fprintf(out, "%s:%c", gi_shape_text(t->ndim, t->shape).s, t->ndim > 1 ? '\n' : ' ');
    print_axis(out, t, t->data, 0);
    fputc('\n', out);
}
