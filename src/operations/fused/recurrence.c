/* recurrence.c - an RNN, LSTM or GRU over a whole sequence.
 *
 * Each step is a product with weight_hh and a loop over what it gave; there are neither tensors nor nodes for single
 * steps.  Examples do not meet: threads share them, each running its own through all steps.  The gradient goes the same
 * way backwards, and gathers da of all steps, so that dweight is one product as well. */
#include <string.h>

#include "autograd/record.h"
#include "autograd/sum_to.h"
#include "base/start.h"
#include "base/threads.h"
#include "gradus/tensor.h"
#include "kernels/gemm.h"
#include "operations/recurrence.h"
#include "operations/recurrence_steps.h"
#include "tensor/nest.h"
#include "tensor/new.h"

/* Numbers that are saved for each hidden unit. */
static int64_t saved_gates(const gi_recurrence_sizes *s)
{
    return s->kind == GI_CELL_GRU ? 4 : s->gates;
}

/* Does step t count for this example? */
static bool counts(const gi_recurrence_sizes *s, int64_t example, int64_t t)
{
    return !s->lengths || t < s->lengths[example];
}

/* ---- Forward ------------------------------------------------------------------------------------------------ */

typedef struct forward {
    const gi_recurrence_sizes *s;
    const gd_real *a, *weight, *bias;       /* weight: transposed, [hidden, gates hidden] */
    gd_real       *y;
} forward;

static void step_of_example(const forward *f, int64_t example, int64_t t)
{
    const gi_recurrence_sizes *s = f->s;
    const int64_t d = s->hidden, at = t * s->n + example;
    const gd_real *a = f->a + at * s->gates * d;
    gd_real *saved = s->saved + at * saved_gates(s) * d;
    gd_real *h = f->y + (s->steps * s->n + example) * d;
    switch (s->kind) {
    case GI_CELL_TANH: gi_tanh_step(d, a, saved, h); break;
    case GI_CELL_RELU: gi_relu_step(d, a, saved, h); break;
    case GI_CELL_LSTM: gi_lstm_step(d, a, saved, h, h + s->n * d, s->cells + at * d); break;
    case GI_CELL_GRU:  gi_gru_step(d, a, f->bias, saved, h); break;
    }
    memcpy(f->y + at * d, h, (size_t)d * sizeof *h);
}

/* The state stands where it is to be in the end: behind the steps in y. */
static void forward_examples(void *context, int64_t begin, int64_t end)
{
    const forward *f = context;
    const gi_recurrence_sizes *s = f->s;
    const int64_t d = s->hidden, width = s->gates * d, row = saved_gates(s) * d;
    const gi_matrix state = { f->y + (s->steps * s->n + begin) * d, end - begin, d, d, 1 };
    for (int64_t k = 0; k < s->steps; k++) {
        const int64_t t = gi_step_at(s, k), at = t * s->n + begin;
        gi_gemm(state, (gi_matrix){ f->weight, d, width, width, 1 }, s->saved + at * row, row, false);
        for (int64_t example = begin; example < end; example++)
            if (counts(s, example, t))
                step_of_example(f, example, t);
            else
                memset(f->y + (t * s->n + example) * d, 0, (size_t)d * sizeof *f->y);
    }
}

/* Examples that are one thread's part. */
static int64_t part_of(const gi_recurrence_sizes *s)
{
    const int64_t rows = 12;                /* whole tiles of the product */
    return gi_part_for(s->steps * s->gates * s->hidden * s->hidden, GI_PART_PRODUCTS, rows);
}

/* All of [0, n) in parts, none of a single example unless there is no other: its products would be summed in an order
 * of their own. */
static void for_examples(const gi_recurrence_sizes *s, gi_body *body, void *context)
{
    const int64_t part = part_of(s), rest = s->n % part == 1 && s->n > 1 ? 2 : 0;
    gi_parallel(s->n - rest, part, body, context);
    if (rest)
        body(context, s->n - rest, s->n);
}

static void copy_or_zero(gd_real *to, const gd_tensor *from, int64_t n)
{
    if (from)
        memcpy(to, from->data, (size_t)n * sizeof *to);
    else
        memset(to, 0, (size_t)n * sizeof *to);
}

/* ---- Gradients ---------------------------------------------------------------------------------------------- */

typedef struct backward {
    const gi_recurrence_sizes *s;
    const gd_real *y, *dy, *weight, *h, *c; /* h and c: before the first step, or NULL: zeros */
    const gd_real *zeros;                   /* hidden of them */
    gd_real       *da, *db;                 /* [steps, n, gates hidden]; the same but for GRU */
    gd_real       *dh, *dc;                 /* [n, hidden]: of the state */
} backward;

/* The state of an example before its step t: states [steps, n, hidden] after each step, first before all. */
static const gd_real *state_before(const backward *b, const gd_real *states, const gd_real *first, int64_t example,
                                   int64_t t)
{
    const gi_recurrence_sizes *s = b->s;
    const int64_t before = s->reverse ? t + 1 : t - 1, d = s->hidden;
    if (before >= 0 && before < s->steps && counts(s, example, before))
        return states + (before * s->n + example) * d;
    return first ? first + example * d : b->zeros;
}

static void add_to(int64_t n, gd_real *restrict x, const gd_real *restrict y)
{
    for (int64_t k = 0; k < n; k++)
        x[k] += y[k];
}

static void slope_of_example(const backward *b, int64_t example, int64_t t)
{
    const gi_recurrence_sizes *s = b->s;
    const int64_t d = s->hidden, at = t * s->n + example;
    const gd_real *saved = s->saved + at * saved_gates(s) * d;
    gd_real *dh = b->dh + example * d, *da = b->da + at * s->gates * d;
    add_to(d, dh, b->dy + at * d);
    switch (s->kind) {
    case GI_CELL_TANH: gi_tanh_step_slope(d, saved, dh, da); break;
    case GI_CELL_RELU: gi_relu_step_slope(d, saved, dh, da); break;
    case GI_CELL_LSTM: gi_lstm_step_slope(d, saved, s->cells + at * d, state_before(b, s->cells, b->c, example, t), dh,
                                          b->dc + example * d, da); break;
    case GI_CELL_GRU:  gi_gru_step_slope(d, saved, state_before(b, b->y, b->h, example, t), dh, da,
                                         b->db + at * s->gates * d); break;
    }
}

/* Rows [begin, end) of examples that count, a run without a gap, at step t: from *begin on; false: no more. */
static bool next_run(const gi_recurrence_sizes *s, int64_t t, int64_t end, int64_t *begin, int64_t *stop)
{
    while (*begin < end && !counts(s, *begin, t))
        ++*begin;
    for (*stop = *begin; *stop < end && counts(s, *stop, t);)
        ++*stop;
    return *begin < end;
}

static void backward_examples(void *context, int64_t begin, int64_t end)
{
    const backward *b = context;
    const gi_recurrence_sizes *s = b->s;
    const int64_t d = s->hidden, width = s->gates * d;
    for (int64_t k = s->steps - 1; k >= 0; k--) {
        const int64_t t = gi_step_at(s, k);
        for (int64_t example = begin; example < end; example++)
            if (counts(s, example, t)) {
                slope_of_example(b, example, t);
            } else {
                const size_t bytes = (size_t)width * sizeof *b->da;
                memset(b->da + (t * s->n + example) * width, 0, bytes);
                memset(b->db + (t * s->n + example) * width, 0, bytes);
            }
        const bool add = s->kind == GI_CELL_GRU;
        for (int64_t from = begin, to; next_run(s, t, end, &from, &to); from = to)
            gi_gemm((gi_matrix){ b->db + (t * s->n + from) * width, to - from, width, width, 1 },
                    (gi_matrix){ b->weight, width, d, d, 1 }, b->dh + from * d, d, add);
    }
}

/* dweight = the sum over steps and examples of db' h, h the state before the step.  That of step t stands in y at
 * t - 1, or t + 1, where a step that does not count left 0; what begins with the given state is added at last. */
static bool weight_slope(const backward *b, gd_real *dw)
{
    const gi_recurrence_sizes *s = b->s;
    const int64_t d = s->hidden, width = s->gates * d, later = s->steps > 0 ? (s->steps - 1) * s->n : 0;
    const gd_real *db = b->db + (s->reverse ? 0 : s->n * width), *h = b->y + (s->reverse ? s->n * d : 0);
    gi_gemm((gi_matrix){ db, width, later, 1, width }, (gi_matrix){ h, later, d, d, 1 }, dw, d, false);
    if (!b->h || s->steps == 0)
        return true;
    gd_tensor *first = gi_new("gd_recurrent_apply", 2, (int64_t[]){ s->n, width });
    for (int64_t example = 0; first && example < s->n; example++) {
        int64_t t = s->reverse ? (s->lengths ? s->lengths[example] : s->steps) - 1 : 0;
        memcpy(first->data + example * width, b->db + ((t < 0 ? 0 : t) * s->n + example) * width,
               (size_t)width * sizeof *dw);             /* zeros for an example without a step */
    }
    if (first)
        gi_gemm((gi_matrix){ first->data, width, s->n, 1, width }, (gi_matrix){ b->h, s->n, d, d, 1 }, dw, d, true);
    return first != NULL;
}

/* target, or as much work space. */
static gd_real *target_or_work(gd_real *target, int64_t n)
{
    gd_tensor *work = target ? NULL : gi_new("gd_recurrent_apply", 1, &n);
    return target ? target : work ? work->data : NULL;
}

static gd_fast recurrence_fast(const gd_node *node, const gd_tensor *dy, const gd_target *dx)
{
    const gi_recurrence_sizes *s = node->attributes;
    const bool gru = s->kind == GI_CELL_GRU, lstm = s->kind == GI_CELL_LSTM;
    const int64_t states = s->n * s->hidden, all = s->steps * s->n * s->gates * s->hidden;
    const gd_real *dy_numbers = gi_contiguous_numbers(dy);
    gd_tensor *zeros = gd_zeros(GD_SHAPE(s->hidden));
    const gd_tensor *h = node->in[GI_IN_H], *c = lstm ? node->in[GI_IN_C] : NULL;
    backward b = { .s = s, .y = node->out->data, .dy = dy_numbers, .weight = node->in[GI_IN_WEIGHT]->data,
                   .h = h ? h->data : NULL, .c = c ? c->data : NULL, .zeros = zeros ? zeros->data : NULL,
                   .da = target_or_work(dx[GI_IN_A].data, all), .dh = target_or_work(dx[GI_IN_H].data, states) };
    b.db = gru ? target_or_work(NULL, all) : b.da;
    b.dc = lstm ? target_or_work(dx[GI_IN_C].data, states) : b.dh;
    if (!b.dy || !b.zeros || !b.da || !b.db || !b.dh || !b.dc)
        return GD_FAILED;
    memcpy(b.dh, b.dy + s->steps * states, (size_t)states * sizeof *b.dh);
    if (lstm)
        memcpy(b.dc, b.dy + (s->steps + 1) * states, (size_t)states * sizeof *b.dc);
    for_examples(s, backward_examples, &b);
    if (dx[GI_IN_WEIGHT].data && !weight_slope(&b, dx[GI_IN_WEIGHT].data))
        return GD_FAILED;
    if (gru && dx[GI_IN_BIAS].data) {
        const int64_t width = s->gates * s->hidden;
        gd_tensor rows = { .data = b.db, .contiguous = true, .numel = all };
        gi_set_row_major(&rows, 2, (int64_t[]){ s->steps * s->n, width });
        rows.base = &rows;
        gi_sum_to_numbers(dx[GI_IN_BIAS].data, &rows, node->in[GI_IN_BIAS]);
    }
    return GD_DONE;
}

static const gd_op recurrence_op = {
    .name = "gd_recurrent_apply", .rule = gi_recurrence_rule, .fast = recurrence_fast, .reads = GD_INPUTS | GD_OUTPUT,
    .formula = "da, dweight, dh: the same steps backwards"
};

/* ---- The operation ------------------------------------------------------------------------------------------ */

/* A tensor [steps, n, width] that the node keeps. */
static gd_real *kept(const gi_recurrence_sizes *s, int64_t width)
{
    gd_tensor *t = gi_new("gd_recurrent_apply", 3, (int64_t[]){ s->steps, s->n, width });
    return t ? t->data : NULL;
}

enum { IN_A, IN_TURNED_WEIGHT, IN_BIAS, IN_H, IN_C, INPUTS };

static bool recurrence_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_recurrence_sizes *s = attributes;
    const int64_t states = s->n * s->hidden;
    copy_or_zero(y->data + s->steps * states, x[IN_H], states);
    if (s->kind == GI_CELL_LSTM)
        copy_or_zero(y->data + (s->steps + 1) * states, x[IN_C], states);
    forward f = { s, x[IN_A]->data, x[IN_TURNED_WEIGHT]->data, x[IN_BIAS] ? x[IN_BIAS]->data : NULL, y->data };
    for_examples(s, forward_examples, &f);
    return true;
}

gd_tensor *gi_recurrence(gi_cell_kind kind, gd_tensor *a, gd_tensor *weight, gd_tensor *bias, gd_tensor *h,
                         gd_tensor *c, const int64_t *lengths, bool reverse)
{
    const bool lstm = kind == GI_CELL_LSTM, gru = kind == GI_CELL_GRU;
    a = gd_contiguous(a), weight = gd_contiguous(weight);
    gd_tensor *h0 = h ? gd_contiguous(h) : NULL, *c0 = lstm && c ? gd_contiguous(c) : NULL;
    gd_tensor *b = gru && bias ? gd_contiguous(bias) : NULL;
    if (!a || !weight || (h && !h0) || (lstm && c && !c0) || (gru && bias && !b))
        return NULL;
    gi_recurrence_sizes s = { .kind = kind, .reverse = reverse, .steps = a->shape[0], .n = a->shape[1],
                              .hidden = weight->shape[1], .gates = gi_cell_gates(kind), .lengths = lengths };
    const int64_t d = s.hidden, width = s.gates * d;
    gd_tensor *y = gi_new("gd_recurrent_apply", 3, (int64_t[]){ s.steps + (lstm ? 2 : 1), s.n, d });
    gd_tensor *turned = gd_contiguous(gd_transpose(gd_detach(weight), 0, 1));
    gd_tensor *no_bias = gru && !b ? gd_zeros(GD_SHAPE(width)) : NULL;
    s.saved = kept(&s, saved_gates(&s) * d);
    s.cells = lstm ? kept(&s, d) : NULL;
    if (!y || !turned || !s.saved || (lstm && !s.cells) || (gru && !b && !no_bias))
        return NULL;
    gd_tensor *const inputs[] = { a, turned, b ? b : no_bias, h0, c0 };
    if (!gi_start("gd_recurrent_apply", recurrence_compute, y, inputs, INPUTS, &s, sizeof s))
        return NULL;
    return gd_record(&recurrence_op, y, (gd_tensor *const[]){ a, weight, h0, lstm ? c0 : b }, 4, &s, sizeof s);
}
