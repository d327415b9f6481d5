/* recurrence_rule.c - the gradient of a recurrence in operations of the library, for passes that are recorded: the
 * steps are computed again, one after the other, then their gradients from the last one back.
 * fused/recurrence.c has the same on bare numbers. */
#include "autograd/record.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "elementwise_parts.h"
#include "gradus/tensor.h"
#include "recurrence.h"
#include "tensor/new.h"

typedef struct step {
    gd_tensor *h, *c;                       /* the state before it, [n, hidden] */
    gd_tensor *gate[4];                     /* as in recurrence_steps.h */
    gd_tensor *new_h, *tanh_c;
    gd_tensor *counts;                      /* [n, 1]: 1 where the step counts; NULL: everywhere */
} step;

static gd_tensor *at(gd_tensor *x, int64_t t)
{
    return gd_squeeze(gd_slice(x, 0, t, t + 1, 1), 0);
}

static gd_tensor *gate(gd_tensor *x, int64_t i, int64_t hidden)
{
    return gd_slice(x, -1, i * hidden, (i + 1) * hidden, 1);
}

/* 1 - x^2 and x (1 - x): the slopes of tanh and sigmoid by their values. */
static gd_tensor *tanh_slope(gd_tensor *x)
{
    return gd_shift(gd_neg(gd_square(x)), 1);
}

static gd_tensor *sigmoid_slope(gd_tensor *x)
{
    return gd_sub(x, gd_square(x));
}

typedef struct counting_attributes {
    const int64_t *lengths;
    int64_t        t;
} counting_attributes;

static bool counting_compute(gd_tensor *counts, gd_tensor *const none[], const void *attributes)
{
    const counting_attributes *a = attributes;
    (void)none;
    for (int64_t i = 0; i < counts->numel; i++)
        counts->data[i] = a->t < a->lengths[i];
    return true;
}

static gd_tensor *counting(const gi_recurrence_sizes *s, int64_t t)
{
    gd_tensor *counts = s->lengths ? gi_new("gd_recurrent_apply", 2, (int64_t[]){ s->n, 1 }) : NULL;
    const counting_attributes a = { s->lengths, t };
    return counts && gi_start("gd_recurrent_apply", counting_compute, counts, NULL, 0, &a, sizeof a) ? counts : NULL;
}

/* Where the step counts x, else the other. */
static gd_tensor *chosen(gd_tensor *counts, gd_tensor *x, gd_tensor *other)
{
    return counts ? gd_where(counts, x, other) : x;
}

/* ---- Forward: a of this step, and b = weight_hh h + bias_hh -------------------------------------------------- */

static void forward_step(gi_cell_kind kind, step *k, gd_tensor *a, gd_tensor *b, int64_t d, gd_tensor **new_c)
{
    gd_tensor **g = k->gate, *sum = kind == GI_CELL_GRU ? NULL : gd_add(a, b);
    switch (kind) {
    case GI_CELL_TANH:
        k->new_h = gd_tanh(sum);
        break;
    case GI_CELL_RELU:
        k->new_h = gd_relu(sum);
        break;
    case GI_CELL_LSTM:
        for (int i = 0; i < 4; i++)
            g[i] = i == 2 ? gd_tanh(gate(sum, i, d)) : gd_sigmoid(gate(sum, i, d));
        *new_c = gd_add(gd_mul(g[1], k->c), gd_mul(g[0], g[2]));
        k->tanh_c = gd_tanh(*new_c);
        k->new_h = gd_mul(g[3], k->tanh_c);
        break;
    case GI_CELL_GRU:
        for (int i = 0; i < 2; i++)
            g[i] = gd_sigmoid(gd_add(gate(a, i, d), gate(b, i, d)));
        g[2] = gate(b, 2, d);
        g[3] = gd_tanh(gd_add(gate(a, 2, d), gd_mul(g[0], g[2])));
        k->new_h = gd_add(g[3], gd_mul(g[1], gd_sub(k->h, g[3])));
        break;
    }
}

/* ---- Backward ------------------------------------------------------------------------------------------------ */

static gd_tensor *joined(gd_tensor *const *parts, int n)
{
    return gd_concat(parts, n, -1);
}

/* From dh and dc of the new state: da and db (which is da but for GRU), and what goes to the old state past the gates:
 * *dh, NULL for nothing, and *dc. */
static void slope_of_step(gi_cell_kind kind, const step *k, gd_tensor **dh, gd_tensor **dc, gd_tensor **da,
                          gd_tensor **db)
{
    gd_tensor *const *g = k->gate;
    if (kind == GI_CELL_TANH || kind == GI_CELL_RELU) {
        gd_tensor *positive = kind == GI_CELL_RELU ? gd_gt(k->new_h, gd_scalar(0)) : NULL;
        *da = *db = positive ? gi_masked(*dh, positive) : gd_mul(*dh, tanh_slope(k->new_h));
        *dh = NULL;
    } else if (kind == GI_CELL_LSTM) {
        gd_tensor *slope = gd_add(*dc, gd_mul(gd_mul(*dh, g[3]), tanh_slope(k->tanh_c)));
        gd_tensor *parts[] = { gd_mul(gd_mul(slope, g[2]), sigmoid_slope(g[0])),
                               gd_mul(gd_mul(slope, k->c), sigmoid_slope(g[1])),
                               gd_mul(gd_mul(slope, g[0]), tanh_slope(g[2])),
                               gd_mul(gd_mul(*dh, k->tanh_c), sigmoid_slope(g[3])) };
        *da = *db = joined(parts, 4);
        *dc = gd_mul(slope, g[1]);
        *dh = NULL;
    } else {
        gd_tensor *dn = gd_mul(gd_mul(*dh, gd_shift(gd_neg(g[1]), 1)), tanh_slope(g[3]));
        gd_tensor *dr = gd_mul(gd_mul(dn, g[2]), sigmoid_slope(g[0]));
        gd_tensor *dz = gd_mul(gd_mul(*dh, gd_sub(k->h, g[3])), sigmoid_slope(g[1]));
        *da = joined((gd_tensor *const[]){ dr, dz, dn }, 3);
        *db = joined((gd_tensor *const[]){ dr, dz, gd_mul(dn, g[0]) }, 3);
        *dh = gd_mul(*dh, g[1]);
    }
}

/* Several tensors for each step. */
typedef struct sequence {
    step       *steps;
    gd_tensor **da, **db, **h;
} sequence;

static void *memory(int64_t n, size_t size)
{
    return gi_arena_take(gi_current_scope(), (size_t)(n > 0 ? n : 1) * size);
}

static bool forward_again(const gd_node *node, const gi_recurrence_sizes *s, sequence *all)
{
    gd_tensor *a = node->in[GI_IN_A], *w = node->in[GI_IN_WEIGHT];
    gd_tensor *bias = s->kind == GI_CELL_GRU ? node->in[GI_IN_BIAS] : NULL;
    gd_tensor *h = node->in[GI_IN_H], *c = s->kind == GI_CELL_LSTM ? node->in[GI_IN_C] : NULL;
    h = h ? h : gd_zeros(GD_SHAPE(s->n, s->hidden));
    c = c || s->kind != GI_CELL_LSTM ? c : gd_zeros(GD_SHAPE(s->n, s->hidden));
    for (int64_t k = 0; k < s->steps; k++) {
        const int64_t t = gi_step_at(s, k);
        step *now = &all->steps[t];
        gd_tensor *new_c = NULL;
        *now = (step){ .h = h, .c = c, .counts = counting(s, t) };
        if (s->lengths && !now->counts)
            return false;
        forward_step(s->kind, now, at(a, t), gd_affine(h, w, bias), s->hidden, &new_c);
        all->h[t] = h;
        h = chosen(now->counts, now->new_h, h);
        c = c ? chosen(now->counts, new_c, c) : NULL;
    }
    return h != NULL;
}

static void backward_again(const gi_recurrence_sizes *s, gd_tensor *dy, gd_tensor *w, sequence *all, gd_tensor **dh,
                           gd_tensor **dc)
{
    const bool lstm = s->kind == GI_CELL_LSTM;
    gd_tensor *zero = gd_scalar(0);
    *dh = at(dy, s->steps);
    *dc = lstm ? at(dy, s->steps + 1) : NULL;
    for (int64_t k = s->steps - 1; k >= 0; k--) {
        const int64_t t = gi_step_at(s, k);
        const step *now = &all->steps[t];
        gd_tensor *past_h = gd_add(*dh, at(dy, t)), *past_c = *dc;
        slope_of_step(s->kind, now, &past_h, &past_c, &all->da[t], &all->db[t]);
        const bool same = all->da[t] == all->db[t];
        all->da[t] = chosen(now->counts, all->da[t], zero);
        all->db[t] = same ? all->da[t] : chosen(now->counts, all->db[t], zero);
        gd_tensor *before = gd_matmul(all->db[t], w);
        *dh = chosen(now->counts, past_h ? gd_add(past_h, before) : before, *dh);
        *dc = lstm ? chosen(now->counts, past_c, *dc) : NULL;
    }
}

void gi_recurrence_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    const gi_recurrence_sizes *s = node->attributes;
    const int64_t width = s->gates * s->hidden, rows = s->steps * s->n;
    gd_tensor *w = node->in[GI_IN_WEIGHT], *dh, *dc;
    sequence all = { memory(s->steps, sizeof(step)), memory(s->steps, sizeof(gd_tensor *)),
                     memory(s->steps, sizeof(gd_tensor *)), memory(s->steps, sizeof(gd_tensor *)) };
    if (!all.steps || !all.da || !all.db || !all.h || !forward_again(node, s, &all))
        return;
    backward_again(s, dy, w, &all, &dh, &dc);
    const int steps = (int)s->steps;
    gd_tensor *da = steps ? gd_stack(all.da, steps, 0) : gd_zeros(GD_SHAPE(0, s->n, width));
    gd_tensor *db = steps ? gd_reshape(gd_stack(all.db, steps, 0), GD_SHAPE(rows, width)) : NULL;
    if (gi_needs(node, GI_IN_A))
        dx[GI_IN_A] = da;
    if (gi_needs(node, GI_IN_WEIGHT))
        dx[GI_IN_WEIGHT] = steps ? gd_matmul(gd_transpose(db, 0, 1), gd_reshape(gd_stack(all.h, steps, 0),
                                                                                GD_SHAPE(rows, s->hidden)))
                                 : gd_zeros_like(w);
    if (gi_needs(node, GI_IN_H))
        dx[GI_IN_H] = dh;
    if (s->kind == GI_CELL_LSTM && gi_needs(node, GI_IN_C))
        dx[GI_IN_C] = dc;
    if (s->kind == GI_CELL_GRU && gi_needs(node, GI_IN_BIAS))
        dx[GI_IN_BIAS] = steps ? gd_sum_axis(db, 0, false) : gd_zeros_like(node->in[GI_IN_BIAS]);
}
