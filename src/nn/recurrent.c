/* recurrent.c - the cells of recurrent networks, one time step each. */
#include <inttypes.h>
#include <math.h>

#include "base/message.h"
#include "gradus/tensor.h"
#include "layer.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

static gd_cell new_cell(const char *function, gd_params *p, const char *name, int64_t in, int64_t hidden,
                        int64_t gates)
{
    const gd_cell none = { NULL, NULL, NULL, NULL };
    gd_cell cell = none;
    gi_params_place mark;
    if (!gi_layer_begin(function, p, name, 2, (const int64_t[]){ in, hidden },
                        (const char *const[]){ "in", "hidden" }, &mark))
        return none;
    double bound = 1 / sqrt((double)hidden);
    struct { gd_tensor **to; const char *suffix; gd_shape shape; } parts[] = {
        { &cell.weight_ih, "weight_ih", GD_SHAPE(gates * hidden, in) },
        { &cell.weight_hh, "weight_hh", GD_SHAPE(gates * hidden, hidden) },
        { &cell.bias_ih,   "bias_ih",   GD_SHAPE(gates * hidden) },
        { &cell.bias_hh,   "bias_hh",   GD_SHAPE(gates * hidden) },
    };
    bool good = true;
    for (int i = 0; i < 4 && good; i++) {
        *parts[i].to = gi_layer_param(p, name, parts[i].suffix, gd_uniform(parts[i].shape, -bound, bound));
        good = *parts[i].to != NULL;
    }
    return gi_layer_end(p, &mark, good) ? cell : none;
}

gd_cell gd_rnn_new(gd_params *p, const char *name, int64_t in, int64_t hidden)
{
    return new_cell("gd_rnn_new", p, name, in, hidden, 1);
}

gd_cell gd_lstm_new(gd_params *p, const char *name, int64_t in, int64_t hidden)
{
    return new_cell("gd_lstm_new", p, name, in, hidden, 4);
}

gd_cell gd_gru_new(gd_params *p, const char *name, int64_t in, int64_t hidden)
{
    return new_cell("gd_gru_new", p, name, in, hidden, 3);
}

/* Is the cell of the right kind, and h a state of it?  The kinds differ in their number of gates. */
static bool suits(const char *function, const char *maker, int64_t gates, const gd_cell *cell, const gd_tensor *h)
{
    const gd_tensor *w = cell->weight_hh;
    if (!w || !cell->weight_ih || !cell->bias_ih || !cell->bias_hh)
        return false;                       /* there was a message when the cell was made */
    if (w->ndim != 2 || w->shape[0] != gates * w->shape[1])
        return gd_fail("%s: weight_hh of the cell is %s: %s makes [%" PRId64 " hidden, hidden]", function,
                       gi_text_of(w).s, maker, gates);
    return (h->ndim > 0 && h->shape[h->ndim - 1] == w->shape[1]) ||
           gd_fail("%s: h is %s: a state of this cell is [.., %" PRId64 "]", function, gi_text_of(h).s, w->shape[1]);
}

/* The affine maps of the input and of the state, [n, gates hidden] each; false when an argument is NULL or of another
 * kind. */
static bool both_parts(const char *function, const char *maker, int64_t gates, const gd_cell *cell, gd_tensor *x,
                       gd_tensor *h, gd_tensor **a, gd_tensor **b)
{
    if (!gi_not_null(function, "cell", cell) || !x || !h || !gi_alive(function, "x", x) || !gi_alive(function, "h", h)
        || !gi_alive(function, "cell->weight_ih", cell->weight_ih)
        || !gi_alive(function, "cell->weight_hh", cell->weight_hh)
        || !gi_alive(function, "cell->bias_ih", cell->bias_ih) || !gi_alive(function, "cell->bias_hh", cell->bias_hh)
        || !suits(function, maker, gates, cell, h))
        return false;
    *a = gd_affine(x, cell->weight_ih, cell->bias_ih);
    *b = gd_affine(h, cell->weight_hh, cell->bias_hh);
    return *a && *b;
}

/* Gate i; the gates are side by side. */
static gd_tensor *gate(gd_tensor *gates, int64_t i, const gd_tensor *h)
{
    int64_t hidden = h->shape[h->ndim - 1];
    return gd_slice(gates, -1, i * hidden, (i + 1) * hidden, 1);
}

gd_tensor *gd_rnn_apply(const gd_cell *cell, gd_tensor *x, gd_tensor *h)
{
    gd_tensor *a, *b;
    return both_parts("gd_rnn_apply", "gd_rnn_new", 1, cell, x, h, &a, &b) ? gd_tanh(gd_add(a, b)) : NULL;
}

static bool same_state(const gd_tensor *h, const gd_tensor *c)
{
    return gi_same_shape(h, c) || gd_fail("gd_lstm_apply: h is %s and c is %s: they must have the same shape",
                                          gi_text_of(h).s, gi_text_of(c).s);
}

gd_lstm_state gd_lstm_apply(const gd_cell *cell, gd_tensor *x, gd_lstm_state state)
{
    const gd_lstm_state none = { NULL, NULL };
    gd_tensor *a, *b, *h = state.h, *gates = NULL;
    if (h && state.c && gi_alive("gd_lstm_apply", "state.h", h) && gi_alive("gd_lstm_apply", "state.c", state.c)
        && same_state(h, state.c) && both_parts("gd_lstm_apply", "gd_lstm_new", 4, cell, x, h, &a, &b))
        gates = gd_add(a, b);
    if (!gates)
        return none;
    gd_tensor *i = gd_sigmoid(gate(gates, 0, h)), *f = gd_sigmoid(gate(gates, 1, h));
    gd_tensor *g = gd_tanh(gate(gates, 2, h)), *o = gd_sigmoid(gate(gates, 3, h));
    gd_tensor *c = gd_add(gd_mul(f, state.c), gd_mul(i, g));
    gd_lstm_state next = { gd_mul(o, gd_tanh(c)), c };
    return next.h ? next : none;
}

gd_tensor *gd_gru_apply(const gd_cell *cell, gd_tensor *x, gd_tensor *h)
{
    gd_tensor *a, *b;
    if (!both_parts("gd_gru_apply", "gd_gru_new", 3, cell, x, h, &a, &b))
        return NULL;
    gd_tensor *r = gd_sigmoid(gd_add(gate(a, 0, h), gate(b, 0, h)));
    gd_tensor *z = gd_sigmoid(gd_add(gate(a, 1, h), gate(b, 1, h)));
    gd_tensor *n = gd_tanh(gd_add(gate(a, 2, h), gd_mul(r, gate(b, 2, h))));
    return gd_add(n, gd_mul(z, gd_sub(h, n)));      /* (1 - z) n + z h */
}
