/* test_recurrent.c - gd_recurrent_layer: against the cells step by step, gradients by differences, padded batches,
 * pieces of sequences, threads, refusals.  Against PyTorch: test_golden_layers.c. */
#include <stdio.h>

#include "support/support.h"

static const gd_lstm_state nothing = { NULL, NULL };
static const gd_recurrence kinds[] = { GD_RNN, GD_RNN_RELU, GD_LSTM, GD_GRU };
enum { KINDS = 4 };
static const double tolerance = IN_DOUBLE ? 1e-12 : 1e-5;

static uint64_t state = 5;

/* ---- Against the cells -------------------------------------------------------------------------------------- */

/* Pads nothing, one layer, one direction: h of every step side by side, [n, steps, hidden]. */
static gd_tensor *by_cells(gd_recurrence kind, const gd_cell *cell, gd_tensor *x, gd_tensor *h, gd_tensor *c)
{
    gd_tensor *all[8];
    const int64_t steps = x->shape[1];
    for (int64_t t = 0; t < steps; t++) {
        gd_tensor *now = gd_squeeze(gd_slice(x, 1, t, t + 1, 1), 1);
        if (kind == GD_LSTM) {
            gd_lstm_state next = gd_lstm_apply(cell, now, (gd_lstm_state){ h, c });
            h = next.h, c = next.c;
        } else {
            h = kind == GD_GRU ? gd_gru_apply(cell, now, h) : gd_rnn_apply(cell, now, h);
        }
        all[t] = h;
    }
    return gd_stack(all, (int)steps, 1);
}

START_TEST(steps_are_those_of_the_cells)
{
    GD_SCOPE;
    const gd_recurrence kind = kinds[_i];
    if (kind == GD_RNN_RELU)
        return;                             /* there is no such cell */
    gd_seed(1);
    gd_params *net = gd_params_new();
    gd_recurrent_layer layer = gd_recurrent_new(net, "r", kind, 3, 4, gd_recurrent_defaults());
    gd_tensor *x = gd_requires_grad(random_values(GD_SHAPE(2, 5, 3), &state));
    gd_tensor *h = gd_requires_grad(random_values(GD_SHAPE(2, 4), &state));
    gd_tensor *c = gd_requires_grad(random_values(GD_SHAPE(2, 4), &state));
    gd_tensor *dy = random_values(GD_SHAPE(2, 5, 4), &state);
    gd_tensor *xs[] = { x, h, layer.cells[0].weight_ih, layer.cells[0].weight_hh, layer.cells[0].bias_ih,
                        layer.cells[0].bias_hh, c };
    const int n = kind == GD_LSTM ? 7 : 6;
    gd_tensor *expected[7], *got[7], *y = by_cells(kind, layer.cells, x, h, c);
    gd_lstm_state start = { gd_unsqueeze(h, 0), kind == GD_LSTM ? gd_unsqueeze(c, 0) : NULL };
    gd_tensor *z = gd_recurrent_apply(&layer, x, NULL, start, true).y;
    ck_assert(far_apart(z, y) <= tolerance);
    ck_good(gd_grad(y, dy, xs, n, expected, false));
    ck_good(gd_grad(z, dy, xs, n, got, false));
    for (int i = 0; i < n; i++)
        ck_assert_msg(far_apart(got[i], expected[i]) <= tolerance, "gradient %d of kind %d is off by %g", i, (int)kind,
                      far_apart(got[i], expected[i]));
    gd_params_free(net);
    ck_no_message();
}
END_TEST

/* ---- Derivatives -------------------------------------------------------------------------------------------- */

typedef struct checked {
    gd_recurrence kind;
    bool          two_ways, padded;
} checked;

/* xs: x, h, then c for LSTM, then the parameters, of one layer of 2 inputs and 2 hidden units. */
static gd_tensor *run_checked(gd_tensor *const xs[], int n, void *context)
{
    (void)n;
    const checked *k = context;
    const int first = k->kind == GD_LSTM ? 3 : 2;
    gd_cell cells[2];
    for (int way = 0; way < (k->two_ways ? 2 : 1); way++)
        cells[way] = (gd_cell){ xs[first + 4 * way], xs[first + 4 * way + 1], xs[first + 4 * way + 2],
                                xs[first + 4 * way + 3] };
    gd_recurrent_layer layer = { k->kind, 2, 2, cells, { .layers = 1, .bidirectional = k->two_ways } };
    gd_tensor *lengths = k->padded ? gd_from(GD_SHAPE(2), (const gd_real[]){ 1, 3 }) : NULL;
    gd_recurrent_result r = gd_recurrent_apply(&layer, xs[0], lengths,
                                               (gd_lstm_state){ xs[1], k->kind == GD_LSTM ? xs[2] : NULL }, false);
    gd_tensor *ends = gd_reshape(r.state.c ? gd_add(r.state.h, gd_square(r.state.c)) : r.state.h, GD_SHAPE(-1));
    return r.y ? gd_concat((gd_tensor *const[]){ gd_reshape(r.y, GD_SHAPE(-1)), ends }, 2, 0) : NULL;
}

START_TEST(derivatives)
{
    GD_SCOPE;
    checked k = { kinds[_i / 4], _i % 2, _i / 2 % 2 };
    if (!IN_DOUBLE && k.kind == GD_RNN_RELU)
        return;                             /* the coarse steps of differences could meet the kink */
    const int64_t gates = k.kind == GD_LSTM ? 4 : k.kind == GD_GRU ? 3 : 1, ways = k.two_ways ? 2 : 1;
    gd_tensor *xs[11];
    int n = 0;
    xs[n++] = random_values(GD_SHAPE(2, 3, 2), &state);
    for (int i = 0; i < (k.kind == GD_LSTM ? 2 : 1); i++)
        xs[n++] = random_values(GD_SHAPE(ways, 2, 2), &state);
    for (int way = 0; way < ways; way++) {
        xs[n++] = random_values(GD_SHAPE(2 * gates, 2), &state);
        xs[n++] = random_values(GD_SHAPE(2 * gates, 2), &state);
        xs[n++] = random_values(GD_SHAPE(2 * gates), &state);
        xs[n++] = random_values(GD_SHAPE(2 * gates), &state);
    }
    for (int i = 0; i < n; i++)
        gd_requires_grad(xs[i]);
    ck_good(gd_gradcheck(run_checked, &k, xs, n, gd_gradcheck_defaults()));
    ck_good(gd_gradgradcheck(run_checked, &k, xs, n, gd_gradcheck_defaults()));
    gd_tensor *fast[11], *rule[11], *y = run_checked(xs, n, &k), *dy = random_values(gd_shape_of_tensor(y), &state);
    ck_good(gd_grad(y, dy, xs, n, fast, false));
    ck_good(gd_grad(y, dy, xs, n, rule, true));
    for (int i = 0; i < n; i++)
        ck_assert_msg(far_apart(fast[i], rule[i]) <= tolerance, "gradient %d", i);
    for (int i = 0; i < n; i++) {           /* each alone: work space in the place of targets */
        gd_tensor *alone;
        ck_good(gd_grad(y, dy, &xs[i], 1, &alone, false));
        ck_assert(far_apart(alone, fast[i]) <= tolerance);
    }
}
END_TEST

/* ---- Padding ------------------------------------------------------------------------------------------------ */

START_TEST(padding_is_not_read)
{
    GD_SCOPE;
    gd_seed(2);
    gd_params *net = gd_params_new();
    gd_recurrent_layer layer = gd_recurrent_new(net, "r", kinds[_i], 2, 3,
                                                (gd_recurrent_options){ .layers = 2, .bidirectional = true });
    gd_tensor *x = random_values(GD_SHAPE(3, 4, 2), &state);
    for (int t = 2; t < 4; t++)
        x->data[t * 2] = (gd_real)NAN, x->data[t * 2 + 1] = (gd_real)INFINITY;        /* of the first example */
    gd_tensor *first = gd_slice(gd_slice(x, 0, 0, 1, 1), 1, 0, 2, 1);                 /* what is given of it */
    gd_tensor *lengths = gd_from(GD_SHAPE(3), (const gd_real[]){ 2, 4, 0 });
    gd_recurrent_result all = gd_recurrent_apply(&layer, x, lengths, nothing, true);
    gd_recurrent_result one = gd_recurrent_apply(&layer, first, NULL, nothing, true);
    ck_good(all.y);
    ck_shape(all.y, 3, 4, 6);
    ck_shape(all.state.h, 4, 3, 3);
    ck_assert(far_apart(gd_slice(gd_slice(all.y, 0, 0, 1, 1), 1, 0, 2, 1), one.y) <= tolerance);
    ck_assert(far_apart(gd_slice(all.state.h, 1, 0, 1, 1), one.state.h) <= tolerance);
    ck_assert_double_eq((double)gd_item(gd_sum(gd_abs(gd_slice(gd_slice(all.y, 0, 0, 1, 1), 1, 2, 4, 1)))), 0);
    ck_assert_double_eq((double)gd_item(gd_sum(gd_abs(gd_slice(all.y, 0, 2, 3, 1)))), 0);
    ck_assert_double_eq((double)gd_item(gd_sum(gd_abs(gd_slice(all.state.h, 1, 2, 3, 1)))), 0);
    for (int twice = 0; twice < 2; twice++) {
        ck_good(gd_backward_from(gd_sum(all.y), NULL, twice));
        for (int i = 0; i < gd_params_tensors(net); i++)
            ck_assert_msg(isfinite((double)gd_item(gd_sum(gd_params_at(net, i)->grad))), "%s",
                          gd_params_at(net, i)->name);
    }
    gd_params_free(net);
    ck_no_message();
}
END_TEST

/* ---- Pieces, empty tensors, dropout ------------------------------------------------------------------------- */

START_TEST(pieces_make_the_whole)
{
    GD_SCOPE;
    gd_seed(3);
    gd_params *net = gd_params_new();
    gd_recurrent_layer layer = gd_recurrent_new(net, "r", kinds[_i], 2, 3, (gd_recurrent_options){ .layers = 2 });
    gd_tensor *x = random_values(GD_SHAPE(2, 6, 2), &state);
    gd_recurrent_result whole = gd_recurrent_apply(&layer, x, NULL, nothing, true);
    gd_recurrent_result first = gd_recurrent_apply(&layer, gd_slice(x, 1, 0, 4, 1), NULL, nothing, true);
    gd_lstm_state carried = { gd_detach(first.state.h), first.state.c ? gd_detach(first.state.c) : NULL };
    gd_recurrent_result second = gd_recurrent_apply(&layer, gd_slice(x, 1, 4, 6, 1), NULL, carried, true);
    ck_assert(far_apart(gd_concat((gd_tensor *const[]){ first.y, second.y }, 2, 1), whole.y) <= tolerance);
    ck_assert(far_apart(second.state.h, whole.state.h) <= tolerance);
    ck_good(gd_backward(gd_sum(second.y)));
    gd_recurrent_result none = gd_recurrent_apply(&layer, gd_slice(x, 1, 0, 0, 1), NULL, carried, true);
    ck_shape(none.y, 2, 0, 3);
    ck_assert(far_apart(none.state.h, carried.h) == 0);
    ck_good(gd_backward(gd_sum(gd_add(gd_sum(none.y), gd_sum(none.state.h)))));
    none = gd_recurrent_apply(&layer, gd_slice(x, 0, 0, 0, 1), NULL, nothing, true);
    ck_shape(none.y, 0, 6, 3);
    ck_good(gd_backward(gd_sum(none.y)));
    gd_params_free(net);
    ck_no_message();
}
END_TEST

/* The steps first, in memory: the same numbers. */
START_TEST(views_are_as_good)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_recurrent_layer layer = gd_recurrent_new(net, "r", kinds[_i], 2, 3, gd_recurrent_defaults());
    gd_tensor *x = random_values(GD_SHAPE(4, 2, 2), &state), *turned = gd_transpose(x, 0, 1);
    ck_assert(same_bits(gd_recurrent_apply(&layer, turned, NULL, nothing, true).y,
                        gd_recurrent_apply(&layer, gd_contiguous(turned), NULL, nothing, true).y));
    gd_params_free(net);
}
END_TEST

START_TEST(dropout_is_between_layers)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_recurrent_layer layer = gd_recurrent_new(net, "r", GD_GRU, 2, 3, (gd_recurrent_options){ 2, false, false, 0.5 });
    gd_recurrent_layer without = layer, single = layer, all = layer;
    without.options.dropout = 0;
    single.options.layers = 1;
    all.options.dropout = 1;
    gd_tensor *x = random_values(GD_SHAPE(2, 4, 2), &state);
    gd_tensor *y = gd_recurrent_apply(&without, x, NULL, nothing, true).y;
    ck_assert(same_bits(gd_recurrent_apply(&layer, x, NULL, nothing, false).y, y));
    ck_assert(!same_bits(gd_recurrent_apply(&layer, x, NULL, nothing, true).y, y));
    ck_assert(same_bits(gd_recurrent_apply(&single, x, NULL, nothing, true).y,
                        gd_recurrent_apply(&single, x, NULL, nothing, false).y));
    ck_assert(same_bits(gd_recurrent_apply(&all, x, NULL, nothing, true).y,
                        gd_recurrent_apply(&all, gd_zeros_like(x), NULL, nothing, true).y));
    gd_params_free(net);
    ck_no_message();
}
END_TEST

/* ---- Threads ------------------------------------------------------------------------------------------------ */

START_TEST(threads_change_no_bit)
{
    static const int64_t examples[] = { 2, 12, 13, 25, 37 };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        GD_SCOPE;
        gd_seed(4);
        gd_params *net = gd_params_new();
        gd_recurrent_layer layer = gd_recurrent_new(net, "r", kinds[_i], 20, 70, gd_recurrent_defaults());
        const int64_t n = examples[i];
        gd_tensor *x = random_values(GD_SHAPE(n, 9, 20), &state), *lengths = gd_full(GD_SHAPE(n), 9);
        lengths->data[n / 2] = 4;
        gd_tensor *y[2], *dw[2], *dx[2], *dy = random_values(GD_SHAPE(n, 9, 70), &state);
        gd_requires_grad(x);
        for (int run = 0; run < 2; run++) {
            gd_set_threads(1 + 2 * run);
            y[run] = gd_recurrent_apply(&layer, x, lengths, nothing, true).y;
            gd_tensor *const xs[] = { x, layer.cells[0].weight_hh };
            gd_tensor *dxs[2];
            ck_good(gd_grad(y[run], dy, xs, 2, dxs, false));
            dx[run] = dxs[0], dw[run] = dxs[1];
        }
        ck_assert(same_bits(y[0], y[1]) && same_bits(dx[0], dx[1]) && same_bits(dw[0], dw[1]));
        gd_params_free(net);
    }
}
END_TEST

/* ---- Names and refusals ------------------------------------------------------------------------------------- */

START_TEST(names_are_pytorchs)
{
    gd_params *net = gd_params_new();
    gd_recurrent_new(net, "r", GD_LSTM, 3, 2, (gd_recurrent_options){ .layers = 2, .bidirectional = true });
    static const char *const names[] = {
        "r.weight_ih_l0", "r.weight_hh_l0", "r.bias_ih_l0", "r.bias_hh_l0", "r.weight_ih_l0_reverse",
        "r.weight_hh_l0_reverse", "r.bias_ih_l0_reverse", "r.bias_hh_l0_reverse", "r.weight_ih_l1"
    };
    ck_assert_int_eq(gd_params_tensors(net), 16);
    for (int i = 0; i < 9; i++)
        ck_assert_str_eq(gd_params_at(net, i)->name, names[i]);
    ck_shape(gd_params_at(net, 0), 8, 3);
    ck_shape(gd_params_at(net, 8), 8, 4);
    ck_shape(gd_params_at(net, 9), 8, 2);
    gd_params_free(net);
}
END_TEST

START_TEST(refusals)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_recurrent_options o = gd_recurrent_defaults();
#define NEW(kind, in, options) gd_recurrent_new(net, "r", kind, in, 4, options).cells
    ck_refused(NEW((gd_recurrence)9, 3, o),
               "gd_recurrent_new: \"r\": kind = 9 is not one of GD_RNN, GD_RNN_RELU, GD_LSTM and GD_GRU");
    ck_refused(NEW(GD_GRU, 0, o), "gd_recurrent_new: \"r\": in = 0 must be at least 1");
    ck_refused(NEW(GD_GRU, 3, ((gd_recurrent_options){ .layers = -1 })),
               "gd_recurrent_new: \"r\": layers = -1 must lie in [1, 1000], or be 0 for 1");
    ck_refused(NEW(GD_GRU, 3, ((gd_recurrent_options){ .dropout = 1.5 })),
               "gd_recurrent_new: \"r\": dropout = 1.5 must lie in [0, 1]");
    ck_assert_int_eq(gd_params_tensors(net), 0);
    gd_recurrent_layer gru = gd_recurrent_new(net, "r", GD_GRU, 3, 4, o);
    ck_refused(NEW(GD_GRU, 3, o), "gd_param: there is a parameter \"r.weight_ih_l0\" already");
    ck_assert_int_eq(gd_params_tensors(net), 4);
    gd_tensor *x = gd_zeros(GD_SHAPE(2, 5, 3)), *lengths = gd_from(GD_SHAPE(2), (const gd_real[]){ 2, 6 });
#define APPLY(x, lengths, h, c) gd_recurrent_apply(&gru, x, lengths, (gd_lstm_state){ h, c }, true).y
    ck_refused(APPLY(gd_zeros(GD_SHAPE(5, 3)), NULL, NULL, NULL),
               "gd_recurrent_apply: x is [5, 3]: it must be [n, steps, 3]");
    ck_refused(APPLY(x, gd_zeros(GD_SHAPE(3)), NULL, NULL),
               "gd_recurrent_apply: x is [2, 5, 3] and lengths is [3]: there must be 2 lengths");
    ck_refused(APPLY(x, lengths, NULL, NULL), "gd_recurrent_apply: lengths[1] = 6 is not a whole number in [0, 6)");
    ck_refused(APPLY(x, NULL, gd_zeros(GD_SHAPE(2, 4)), NULL),
               "gd_recurrent_apply: start.h is [2, 4]: it must be [1, 2, 4]");
    ck_refused(APPLY(x, NULL, NULL, gd_zeros(GD_SHAPE(1, 2, 4))),
               "gd_recurrent_apply: start.c is [1, 2, 4]: only GD_LSTM has such a state");
    ck_refused(gd_recurrent_apply(NULL, x, NULL, nothing, true).y, "gd_recurrent_apply: layer is NULL");
    gd_recurrent_layer other = gru;
    other.kind = GD_LSTM;
    ck_refused(gd_recurrent_apply(&other, x, NULL, nothing, true).y,
               "gd_recurrent_apply: weight_ih of cell 0 is [12, 3] (\"r.weight_ih_l0\"): in this layer it must be "
               "[16, 3]");
    gd_cell halved = gru.cells[0];
    halved.bias_hh = NULL;
    other = gru, other.cells = &halved;
    ck_refused(gd_recurrent_apply(&other, x, NULL, nothing, true).y,
               "gd_recurrent_apply: cell 0 of the layer lacks a weight or a bias");
    ck_assert_ptr_null(APPLY(NULL, NULL, NULL, NULL));
    ck_no_message();
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nn: recurrent layers");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_set_timeout(all, 120);
    tcase_add_loop_test(all, steps_are_those_of_the_cells, 0, KINDS);
    tcase_add_loop_test(all, derivatives, 0, 4 * KINDS);
    tcase_add_loop_test(all, padding_is_not_read, 0, KINDS);
    tcase_add_loop_test(all, pieces_make_the_whole, 0, KINDS);
    tcase_add_loop_test(all, views_are_as_good, 0, KINDS);
    tcase_add_test(all, dropout_is_between_layers);
    tcase_add_loop_test(all, threads_change_no_bit, 0, KINDS);
    tcase_add_test(all, names_are_pytorchs);
    tcase_add_test(all, refusals);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
