/* trace.c - watching single coordinates: what an algorithm sees, remembers and does, step by step. */
#include <math.h>

#include "trace.h"
#include "base/memory.h"
#include "base/message.h"
#include "files/files.h"
#include "gradus/tensor.h"
#include "optim/callbacks.h"
#include "optim/slots.h"
#include "optim/step.h"
#include "tensor/check.h"
#include "tensor/shape.h"
#include "text/format.h"

/* ---- Recording ---------------------------------------------------------------------------------------------- */

static gd_real element_of(const gd_tensor *t, int64_t element)
{
    gd_real *at = t->data;
    for (int i = t->ndim - 1; i >= 0; i--) {
        at += element % t->shape[i] * t->stride[i];
        element /= t->shape[i];
    }
    return *at;
}

/* The element of the state that serves this element of w: a state may have length 1 along some axes. */
static double state_at(const gd_tensor *state, const gd_tensor *w, int64_t element)
{
    int64_t at = 0, step = 1;
    for (int i = w->ndim - 1; i >= 0; i--) {
        at += state->shape[i] == 1 ? 0 : element % w->shape[i] * step;
        step *= state->shape[i];
        element /= w->shape[i];
    }
    return state->data[at];
}

static bool reserve_rows(struct gi_trace *trace)
{
    if (trace->row_count + trace->count <= trace->capacity)
        return true;
    int64_t capacity = 2 * trace->capacity + 64 * trace->count;
    gd_trace_row *rows = gi_memory_resize(GI_OPTIMIZERS, trace->rows, (size_t)capacity * sizeof *rows);
    if (!rows)
        return false;
    trace->rows = rows;
    trace->capacity = capacity;
    return true;
}

static bool before_step(gd_optimizer *o)
{
    struct gi_trace *trace = o->inside->trace;
    for (int i = 0; i < trace->count; i++) {
        gi_watch *watch = &trace->watched[i];
        const gd_tensor *w = watch->slot->w;
        watch->w = w->data[watch->element];
        watch->g = w->grad ? (double)element_of(w->grad, watch->element) : NAN;
    }
    return reserve_rows(trace);
}

static void after_step(gd_optimizer *o)
{
    struct gi_trace *trace = o->inside->trace;
    const gd_algorithm *a = o->algorithm;
    for (int i = 0; i < trace->count; i++) {
        const gi_watch *watch = &trace->watched[i];
        const struct gi_slot *slot = watch->slot;
        if (!slot->w->grad)
            continue;
        double w = slot->w->data[watch->element];
        gd_trace_row *row = &trace->rows[trace->row_count++];
        *row = (gd_trace_row){ o->steps, slot->w->name, watch->element, slot->number[0], watch->g, w, w - watch->w,
                               { 0 }, { 0 } };
        for (int k = 0; k < GD_MAX_STATES; k++) {
            row->state[k] = slot->state[k] ? state_at(slot->state[k], slot->w, watch->element) : NAN;
            double correction = a->states[k] ? gi_correction_of(a, slot->group->options, k, gi_slot_t(o, slot)) : 1;
            row->corrected[k] = row->state[k] / correction;
        }
    }
}

static void free_trace(gd_optimizer *o)
{
    struct gi_trace *trace = o->inside->trace;
    gi_memory_free(trace->watched);
    gi_memory_free(trace->rows);
    gi_memory_free(trace);
    o->inside->trace = NULL;
    o->inside->watcher = NULL;
}

static const gi_watcher watcher = { before_step, after_step, free_trace };

bool gd_optimizer_trace(gd_optimizer *o, const gd_tensor *parameter, gd_shape index)
{
    static const char function[] = "gd_optimizer_trace";
    if (!gi_given(function, "o", o))
        return false;
    if (o->algorithm->step)
        return gd_fail("%s: %s has no state for a single parameter", function, o->algorithm->name);
    struct gi_slot *slot = gi_slot_of(function, o, parameter);
    if (!slot)
        return false;
    if (index.ndim != parameter->ndim)
        return gd_fail("%s: %s is %s and needs %d %s, not %d", function, parameter->name,
                       gi_shape_text(parameter->ndim, parameter->shape).s, parameter->ndim,
                       parameter->ndim == 1 ? "index" : "indices", index.ndim);
    int64_t element = 0;
    for (int i = 0; i < index.ndim; i++) {
        if (index.size[i] < 0 || index.size[i] >= parameter->shape[i])
            return gd_fail("%s: index %lld of axis %d must lie in [0, %lld)", function,
                           (long long)index.size[i], i, (long long)parameter->shape[i]);
        element = element * parameter->shape[i] + index.size[i];
    }
    struct gi_trace *trace = o->inside->trace;
    if (!trace) {
        trace = gi_memory_new(GI_OPTIMIZERS, sizeof *trace);
        if (!trace)
            return false;
        *trace = (struct gi_trace){ .watched = NULL };
        o->inside->trace = trace;
        o->inside->watcher = &watcher;
    }
    gi_watch *more = gi_memory_resize(GI_OPTIMIZERS, trace->watched, (size_t)(trace->count + 1) * sizeof *more);
    if (!more)
        return false;
    trace->watched = more;
    trace->watched[trace->count++] = (gi_watch){ slot, element, 0, 0 };
    return true;
}

/* ---- Looking ------------------------------------------------------------------------------------------------ */

int64_t gd_trace_rows(const gd_optimizer *o)
{
    return o && gi_not_freed("gd_trace_rows", "o", o) && o->inside->trace ? o->inside->trace->row_count : 0;
}

const gd_trace_row *gd_trace_at(const gd_optimizer *o, int64_t i)
{
    if (!gi_given("gd_trace_at", "o", o) || !gi_model_alive("gd_trace_at", o))
        return NULL;
    int64_t rows = gd_trace_rows(o);
    if (i < 0 || i >= rows)
        return gd_fail("gd_trace_at: i = %lld must lie in [0, %lld)", (long long)i, (long long)rows);
    return &o->inside->trace->rows[i];
}

bool gi_trace_shows(const gd_optimizer *o, int k)
{
    for (int64_t i = 0; i < gd_trace_rows(o); i++)
        if (!isnan(o->inside->trace->rows[i].state[k]))
            return true;
    return false;
}

static void put(gi_output *out, const char *format, ...) GD_FORMAT(2, 3);
static void put(gi_output *out, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    int length = gi_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    gi_output_put(out, text, length < (int)sizeof text ? (size_t)length : sizeof text - 1);
}

bool gd_trace_csv(const gd_optimizer *o, const char *path)
{
    if (!gi_given("gd_trace_csv", "o", o) || !gi_model_alive("gd_trace_csv", o))
        return false;
    int64_t rows = gd_trace_rows(o);
    if (rows == 0)
        return gd_fail("gd_trace_csv: nothing was recorded: see gd_optimizer_trace");
    gi_output out;
    if (gi_output_begin(&out, "gd_trace_csv", path)) {
        const gd_algorithm *a = o->algorithm;
        put(&out, "step,parameter,element,t,g,w,moved");
        for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++)
            if (gi_trace_shows(o, k))
                put(&out, ",%s,%s_corrected", a->states[k], a->states[k]);
        put(&out, "\n");
        for (int64_t i = 0; i < rows; i++) {
            const gd_trace_row *r = gd_trace_at(o, i);
            put(&out, "%lld,%s,%lld,%.0f,%.17g,%.17g,%.17g", (long long)r->step, r->parameter,
                (long long)r->element, r->t, r->g, r->w, r->moved);
            for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++)
                if (gi_trace_shows(o, k))
                    put(&out, ",%.17g,%.17g", r->state[k], r->corrected[k]);
            put(&out, "\n");
        }
    }
    return gi_output_end(&out);
}
