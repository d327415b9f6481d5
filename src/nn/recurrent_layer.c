/* recurrent_layer.c - layers and directions of an RNN, LSTM or GRU.  The steps are in operations/fused/recurrence.c.
 * Inside, the step is the first axis, so that the numbers of one step lie together. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "base/start.h"
#include "gradus/recurrent.h"
#include "layer.h"
#include "operations/recurrence.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static const char apply_name[] = "gd_recurrent_apply";

static gi_cell_kind kind_of(gd_recurrence kind)
{
    return kind == GD_LSTM ? GI_CELL_LSTM : kind == GD_GRU ? GI_CELL_GRU : kind == GD_RNN ? GI_CELL_TANH : GI_CELL_RELU;
}

static int layers_of(const gd_recurrent_options *o)
{
    return o->layers ? o->layers : 1;
}

static int directions_of(const gd_recurrent_options *o)
{
    return o->bidirectional ? 2 : 1;
}

/* ---- New ---------------------------------------------------------------------------------------------------- */

static bool new_cell(gd_params *p, const char *name, const char *ending, int64_t gates, int64_t in, int64_t hidden,
                     bool bias, gd_cell *cell)
{
    const double bound = 1 / sqrt((double)hidden);
    struct { gd_tensor **to; const char *name; gd_shape shape; } parts[] = {
        { &cell->weight_ih, "weight_ih", GD_SHAPE(gates * hidden, in) },
        { &cell->weight_hh, "weight_hh", GD_SHAPE(gates * hidden, hidden) },
        { &cell->bias_ih,   "bias_ih",   GD_SHAPE(gates * hidden) },
        { &cell->bias_hh,   "bias_hh",   GD_SHAPE(gates * hidden) },
    };
    bool good = true;
    for (int i = 0; i < (bias ? 4 : 2) && good; i++) {
        char suffix[64];
        snprintf(suffix, sizeof suffix, "%s%s", parts[i].name, ending);
        *parts[i].to = gi_layer_param(p, name, suffix, gd_uniform(parts[i].shape, -bound, bound));
        good = *parts[i].to != NULL;
    }
    return good;
}

static bool options_good(const char *function, const char *name, gd_recurrence kind, const gd_recurrent_options *o)
{
    name = name ? name : "";
    if (kind != GD_RNN && kind != GD_RNN_RELU && kind != GD_LSTM && kind != GD_GRU)
        return gd_fail("%s: \"%s\": kind = %d is not one of GD_RNN, GD_RNN_RELU, GD_LSTM and GD_GRU", function, name,
                       (int)kind);
    if (o->layers < 0 || o->layers > 1000)
        return gd_fail("%s: \"%s\": layers = %d must lie in [1, 1000], or be 0 for 1", function, name, o->layers);
    return (o->dropout >= 0 && o->dropout <= 1)
           || gd_fail("%s: \"%s\": dropout = %g must lie in [0, 1]", function, name, o->dropout);
}

gd_recurrent_layer gd_recurrent_new(gd_params *p, const char *name, gd_recurrence kind, int64_t in, int64_t hidden,
                                    gd_recurrent_options options)
{
    gd_recurrent_layer layer = { kind, in, hidden, NULL, options };
    gi_params_place mark;
    if (!options_good("gd_recurrent_new", name, kind, &options)
        || !gi_layer_begin("gd_recurrent_new", p, name, 2, (const int64_t[]){ in, hidden },
                           (const char *const[]){ "in", "hidden" }, &mark))
        return layer;
    const int layers = layers_of(&options), directions = directions_of(&options), count = layers * directions;
    gd_cell *cells = gi_arena_take(&p->arena, (size_t)count * sizeof *cells);
    bool good = cells != NULL;
    for (int i = 0; i < count && good; i++) {
        char ending[32];
        snprintf(ending, sizeof ending, "_l%d%s", i / directions, i % directions ? "_reverse" : "");
        cells[i] = (gd_cell){ NULL, NULL, NULL, NULL };
        good = new_cell(p, name, ending, gi_cell_gates(kind_of(kind)), i < directions ? in : directions * hidden,
                        hidden, !options.no_bias, &cells[i]);
    }
    layer.cells = gi_layer_end(p, &mark, good) ? cells : NULL;
    return layer;
}

/* ---- Apply -------------------------------------------------------------------------------------------------- */

static bool member_fits(int cell, const char *member, const gd_tensor *t, int ndim, int64_t rows, int64_t columns)
{
    const int64_t expected[] = { rows, columns };
    return (t->ndim == ndim && t->shape[0] == rows && (ndim == 1 || t->shape[1] == columns))
           || gd_fail("%s: %s of cell %d is %s: in this layer it must be %s", apply_name, member, cell, gi_text_of(t).s,
                      gi_shape_text(ndim, expected).s);
}

/* A layer is a struct that programs may change or make themselves: are its cells what the rest of it says? */
static bool cells_fit(const gd_recurrent_layer *layer)
{
    const gd_recurrent_options *o = &layer->options;
    if (!layer->cells)
        return false;                       /* there was a message when the layer was made */
    if (!options_good(apply_name, NULL, layer->kind, o))
        return false;
    const int directions = directions_of(o);
    const int64_t hidden = layer->hidden, width = gi_cell_gates(kind_of(layer->kind)) * hidden;
    for (int i = 0; i < layers_of(o) * directions; i++) {
        const gd_cell *cell = &layer->cells[i];
        if (!cell->weight_ih || !cell->weight_hh || !cell->bias_ih != !cell->bias_hh)
            return gd_fail("%s: cell %d of the layer lacks a weight or a bias", apply_name, i);
        if (!gi_alive(apply_name, "layer->cells", cell->weight_ih)      /* all die at once, with the model */
            || !member_fits(i, "weight_ih", cell->weight_ih, 2, width, i < directions ? layer->in : directions * hidden)
            || !member_fits(i, "weight_hh", cell->weight_hh, 2, width, hidden)
            || (cell->bias_ih && (!member_fits(i, "bias_ih", cell->bias_ih, 1, width, 0)
                                  || !member_fits(i, "bias_hh", cell->bias_hh, 1, width, 0))))
            return false;
    }
    return true;
}

static bool state_fits(const gd_recurrent_layer *layer, const char *argument, const gd_tensor *state, int64_t n)
{
    const int64_t count = layers_of(&layer->options) * directions_of(&layer->options);
    return !state || (state->ndim == 3 && state->shape[0] == count && state->shape[1] == n
                      && state->shape[2] == layer->hidden)
           || gd_fail("%s: %s is %s: it must be [%" PRId64 ", %" PRId64 ", %" PRId64 "]", apply_name, argument,
                      gi_text_of(state).s, count, n, layer->hidden);
}

static bool shapes_fit(const gd_recurrent_layer *layer, const gd_tensor *x, const gd_tensor *lengths,
                       const gd_lstm_state *start)
{
    if (x->ndim != 3 || x->shape[2] != layer->in)
        return gd_fail("%s: x is %s: it must be [n, steps, %" PRId64 "]", apply_name, gi_text_of(x).s, layer->in);
    if (lengths && (lengths->ndim != 1 || lengths->shape[0] != x->shape[0]))
        return gd_fail("%s: x is %s and lengths is %s: there must be %" PRId64 " lengths", apply_name, gi_text_of(x).s,
                       gi_text_of(lengths).s, x->shape[0]);
    if (start->c && layer->kind != GD_LSTM)
        return gd_fail("%s: start.c is %s: only GD_LSTM has such a state", apply_name, gi_text_of(start->c).s);
    return state_fits(layer, "start.h", start->h, x->shape[0]) && state_fits(layer, "start.c", start->c, x->shape[0]);
}

static gd_tensor *part(gd_tensor *x, int64_t i)
{
    return x ? gd_squeeze(gd_slice(x, 0, i, i + 1, 1), 0) : NULL;
}

typedef struct lengths_attributes {
    int64_t *of;
    int64_t  most;
} lengths_attributes;

static bool lengths_compute(gd_tensor *none, gd_tensor *const lengths[], const void *attributes)
{
    const lengths_attributes *a = attributes;
    (void)none;
    const int64_t *of = gi_labels(apply_name, "lengths", lengths[0], a->most + 1);
    if (of)
        memcpy(a->of, of, (size_t)lengths[0]->numel * sizeof *of);
    return of != NULL;
}

/* The lengths as integers; NULL, and a message, where one is not in [0, most]. */
static int64_t *integers(gd_tensor *lengths, int64_t most)
{
    const lengths_attributes a = { gi_arena_take(gi_current_scope(), (size_t)lengths->numel * sizeof *a.of), most };
    return a.of && gi_start_one(apply_name, lengths_compute, NULL, lengths, &a, sizeof a) ? a.of : NULL;
}

static bool given_compute(gd_tensor *given, gd_tensor *const none[], const void *attributes)
{
    const lengths_attributes *a = attributes;
    (void)none;
    const int64_t n = given->shape[1];
    for (int64_t k = 0; k < given->numel; k++)
        given->data[k] = k / n < a->of[k % n];
    return true;
}

/* x [steps, n, in], 0 in the place of what is not to be read: a NaN there would reach the gradient of weight_ih. */
static gd_tensor *given_only(gd_tensor *x, int64_t *lengths)
{
    gd_tensor *given = gi_new(apply_name, 3, (int64_t[]){ x->shape[0], x->shape[1], 1 });
    const lengths_attributes a = { .of = lengths };
    return given && gi_start(apply_name, given_compute, given, NULL, 0, &a, sizeof a)
               ? gd_where(given, x, gd_scalar(0)) : NULL;
}

/* One cell over x [steps, n, in]: h of all steps, and its state at the end. */
static gd_tensor *run_cell(gi_cell_kind kind, const gd_cell *cell, gd_tensor *x, const int64_t *lengths, bool reverse,
                           gd_tensor *h, gd_tensor *c, gd_tensor **last_h, gd_tensor **last_c)
{
    const bool gru = kind == GI_CELL_GRU, bias = cell->bias_hh != NULL;
    gd_tensor *a = gd_affine(x, cell->weight_ih, gru || !bias ? cell->bias_ih : gd_add(cell->bias_ih, cell->bias_hh));
    gd_tensor *all = a ? gi_recurrence(kind, a, cell->weight_hh, cell->bias_hh, h, c, lengths, reverse) : NULL;
    if (!all)
        return NULL;
    *last_h = part(all, x->shape[0]);
    *last_c = kind == GI_CELL_LSTM ? part(all, x->shape[0] + 1) : NULL;
    return gd_slice(all, 0, 0, x->shape[0], 1);
}

typedef struct ends {
    gd_tensor **h, **c;                     /* of each layer and direction */
} ends;

static gd_tensor *run_layers(const gd_recurrent_layer *layer, gd_tensor *x, const int64_t *lengths,
                             const gd_lstm_state *start, bool training, const ends *last)
{
    const gd_recurrent_options *o = &layer->options;
    const int directions = directions_of(o);
    for (int i = 0; i < layers_of(o) && x; i++) {
        gd_tensor *y[2] = { NULL, NULL };
        if (i > 0)
            x = gd_dropout(x, o->dropout, training);
        for (int way = 0, k = i * directions; way < directions && x; way++, k++)
            y[way] = run_cell(kind_of(layer->kind), &layer->cells[k], x, lengths, way == 1, part(start->h, k),
                              part(start->c, k), &last->h[k], &last->c[k]);
        x = directions == 1 ? y[0] : y[0] && y[1] ? gd_concat(y, 2, -1) : NULL;
    }
    return x;
}

gd_recurrent_result gd_recurrent_apply(const gd_recurrent_layer *layer, gd_tensor *x, gd_tensor *lengths,
                                       gd_lstm_state start, bool training)
{
    const gd_recurrent_result none = { NULL, { NULL, NULL } };
    if (!gi_not_null(apply_name, "layer", layer) || !x || !cells_fit(layer)
        || !gi_alive(apply_name, "x", x) || !gi_alive(apply_name, "lengths", lengths)
        || !gi_alive(apply_name, "start.h", start.h) || !gi_alive(apply_name, "start.c", start.c)
        || !shapes_fit(layer, x, lengths, &start))
        return none;
    int64_t *steps_of = lengths ? integers(lengths, x->shape[1]) : NULL;
    const size_t count = (size_t)(layers_of(&layer->options) * directions_of(&layer->options));
    const ends last = { gi_arena_take(gi_current_scope(), count * sizeof(gd_tensor *)),
                        gi_arena_take(gi_current_scope(), count * sizeof(gd_tensor *)) };
    if ((lengths && !steps_of) || !last.h || !last.c)
        return none;
    x = gd_transpose(x, 0, 1);
    x = lengths && x ? given_only(x, steps_of) : x;
    gd_recurrent_result r = none;
    r.y = gd_transpose(run_layers(layer, x, steps_of, &start, training, &last), 0, 1);
    r.state.h = r.y ? gd_stack(last.h, (int)count, 0) : NULL;
    r.state.c = r.y && layer->kind == GD_LSTM ? gd_stack(last.c, (int)count, 0) : NULL;
    return r.state.h && (r.state.c || layer->kind != GD_LSTM) ? r : none;
}
