/* test_golden_layers.c - layers with the parameters of a PyTorch state_dict: outputs, and gradients of all inputs and
 * parameters, against the numbers in golden/layers, which golden/scripts/layers.py made. */
#include <stdio.h>

#include "support/support.h"

static const double tolerance = IN_DOUBLE ? 1e-10 : 2e-4;

static gd_safetensors *numbers;
static gd_params *net;

static void begin(const char *name)
{
    char path[200];
    gd_scope_begin();
    snprintf(path, sizeof path, "tests/golden/layers/%s.numbers.safetensors", name);
    numbers = gd_safetensors_open(path);
    ck_good(numbers);
    net = gd_params_new();
}

/* After the layer was made. */
static void load_state(const char *name)
{
    char path[200];
    snprintf(path, sizeof path, "tests/golden/layers/%s.state.safetensors", name);
    ck_good(gd_load(path, net, NULL));
}

static bool has(const char *name)
{
    return gd_safetensors_find(numbers, name) >= 0;
}

/* A constant of the file; NULL when it has none of that name. */
static gd_tensor *number(const char *name)
{
    gd_tensor *t = has(name) ? gd_safetensors_read(numbers, name) : NULL;
    if (has(name))
        ck_good(t);
    return t;
}

/* The same as a leaf. */
static gd_tensor *input(const char *name)
{
    gd_tensor *t = number(name);
    return t ? gd_requires_grad(t) : NULL;
}

static gd_tensor *loss;

static void ck_output(const char *name, gd_tensor *t)
{
    ck_good(t);
    char weight[40];
    snprintf(weight, sizeof weight, "d%s", name);
    double far = far_apart(t, number(name));
    ck_assert_msg(far <= tolerance, "%s is off by %g", name, far);
    gd_tensor *term = gd_sum(gd_mul(t, number(weight)));
    loss = loss ? gd_add(loss, term) : term;
}

static void ck_gradient(const char *name, const gd_tensor *t)
{
    char key[100];
    snprintf(key, sizeof key, "d.%s", name);
    if (!t || !has(key))
        return;
    double far = far_apart(t->grad, number(key));
    ck_assert_msg(far <= tolerance, "the gradient of %s is off by %g", name, far);
}

static void ck_parameters(void)
{
    for (int i = 0; i < gd_params_tensors(net); i++) {
        char key[100];
        const gd_tensor *t = gd_params_at(net, i);
        snprintf(key, sizeof key, "d.%s", t->name);
        ck_assert_msg(has(key), "%s is not a parameter of PyTorch's", t->name);
        ck_gradient(t->name, t);
    }
}

static void end(void)
{
    ck_no_message();
    gd_params_free(net);
    gd_safetensors_close(numbers);
    loss = NULL;
    gd_scope_end();
}

/* ---- Recurrent layers --------------------------------------------------------------------------------------- */

/* twice: the gradients are taken by a pass that is recorded, which runs the rule in place of the fast rule. */
static void recurrent_case(const char *name, gd_recurrence kind, int64_t hidden, gd_recurrent_options options,
                           bool twice)
{
    begin(name);
    gd_recurrent_layer layer = gd_recurrent_new(net, "layer", kind, 4, hidden, options);
    load_state(name);
    gd_tensor *x = input("x"), *h0 = input("h0"), *c0 = input("c0"), *lengths = number("lengths");
    gd_recurrent_result r = gd_recurrent_apply(&layer, x, lengths, (gd_lstm_state){ h0, c0 }, true);
    ck_output("y", r.y);
    ck_output("h", r.state.h);
    if (kind == GD_LSTM)
        ck_output("c", r.state.c);
    else
        ck_assert_ptr_eq(r.state.c, NULL);
    ck_good(gd_backward_from(loss, NULL, twice));
    ck_gradient("x", x);
    ck_gradient("h0", h0);
    ck_gradient("c0", c0);
    ck_parameters();
    end();
}

static const struct recurrent_row {
    const char          *name;
    gd_recurrence        kind;
    int64_t              hidden;
    gd_recurrent_options options;
} recurrent_rows[] = {
    { "rnn",              GD_RNN,      3, { 0, false, false, 0 } },
    { "rnn_relu",         GD_RNN_RELU, 3, { 2, false, false, 0 } },
    { "rnn_padded",       GD_RNN,      3, { 1, true,  false, 0 } },
    { "lstm",             GD_LSTM,     3, { 1, false, false, 0 } },
    { "lstm_no_bias",     GD_LSTM,     3, { 1, false, true,  0 } },
    { "lstm_deep",        GD_LSTM,     5, { 2, true,  false, 0 } },
    { "lstm_padded",      GD_LSTM,     3, { 2, true,  false, 0 } },
    { "lstm_padded_zero", GD_LSTM,     3, { 1, false, false, 0 } },
    { "gru",              GD_GRU,      3, { 1, false, false, 0 } },
    { "gru_no_bias",      GD_GRU,      3, { 1, true,  true,  0 } },
    { "gru_deep",         GD_GRU,      3, { 2, true,  false, 0 } },
    { "gru_padded",       GD_GRU,      3, { 2, true,  false, 0 } },
};

START_TEST(recurrent_layers)
{
    const struct recurrent_row *row = &recurrent_rows[_i];
    recurrent_case(row->name, row->kind, row->hidden, row->options, false);
    recurrent_case(row->name, row->kind, row->hidden, row->options, true);
}
END_TEST

/* ---- Operations of layer_operations.h ----------------------------------------------------------------------- */

typedef gd_tensor *operation_call(gd_tensor *x, gd_tensor *w, gd_tensor *b);

#define CALL(name, expression) \
    static gd_tensor *name(gd_tensor *x, gd_tensor *w, gd_tensor *b) { (void)x, (void)w, (void)b; return expression; }
#define PLAIN (gd_conv_transpose2d_options){ .groups = 1 }
CALL(conv_transpose2d, gd_conv_transpose2d(x, w, b, PLAIN))
CALL(conv_transpose2d_all, gd_conv_transpose2d(x, w, b, (gd_conv_transpose2d_options)
                                               { { 2, 3 }, { 1, 2 }, { 1, 2 }, { 2, 1 }, 2 }))
CALL(conv_transpose2d_far, gd_conv_transpose2d(x, w, b, (gd_conv_transpose2d_options)
                                               { { 1, 1 }, { 0, 0 }, { 1, 2 }, { 2, 3 }, 1 }))
CALL(conv_transpose1d, gd_conv_transpose1d(x, w, b, 2, 1, 1, 1, 2))
CALL(nearest, gd_interpolate(x, GD_SHAPE(5, 2), GD_NEAREST, false))
CALL(nearest1d, gd_interpolate(x, GD_SHAPE(7), GD_NEAREST, false))
CALL(linear, gd_interpolate(x, GD_SHAPE(7), GD_LINEAR, false))
CALL(bilinear, gd_interpolate(x, GD_SHAPE(5, 2), GD_LINEAR, false))
CALL(bilinear_twice, gd_interpolate(x, GD_SHAPE(6, 4), GD_LINEAR, false))
CALL(bilinear_aligned, gd_interpolate(x, GD_SHAPE(5, 2), GD_LINEAR, true))
CALL(bilinear_one, gd_interpolate(x, GD_SHAPE(1, 4), GD_LINEAR, true))
CALL(trilinear, gd_interpolate(x, GD_SHAPE(3, 2, 4), GD_LINEAR, false))
CALL(adaptive_avg1d, gd_adaptive_avg_pool(x, GD_SHAPE(3)))
CALL(adaptive_avg2d, gd_adaptive_avg_pool(x, GD_SHAPE(3, 4)))
CALL(adaptive_avg3d, gd_adaptive_avg_pool(x, GD_SHAPE(1, 2, 2)))
CALL(adaptive_max1d, gd_adaptive_max_pool(x, GD_SHAPE(3)))
CALL(adaptive_max2d, gd_adaptive_max_pool(x, GD_SHAPE(3, 4)))
CALL(adaptive_max3d, gd_adaptive_max_pool(x, GD_SHAPE(1, 2, 2)))
CALL(max_pool1d, gd_max_pool1d(x, 3, 2, 1))
CALL(avg_pool1d, gd_avg_pool1d(x, 3, 2, 1, true))
CALL(avg_pool1d_inside, gd_avg_pool1d(x, 3, 0, 1, false))
CALL(group_norm, gd_group_norm(x, 2, w, b, 1e-5))
CALL(weight_norm, gd_weight_norm(x, w, 0))
CALL(instance_norm, gd_instance_norm(x, w, b, 1e-5))

#define ROW(name) { #name, name }
static const struct operation_row {
    const char     *name;
    operation_call *call;
} operation_rows[] = {
    ROW(conv_transpose2d), ROW(conv_transpose2d_all), ROW(conv_transpose2d_far), ROW(conv_transpose1d), ROW(nearest),
    ROW(nearest1d), ROW(linear), ROW(bilinear), ROW(bilinear_twice), ROW(bilinear_aligned), ROW(bilinear_one),
    ROW(trilinear), ROW(adaptive_avg1d), ROW(adaptive_avg2d), ROW(adaptive_avg3d), ROW(adaptive_max1d),
    ROW(adaptive_max2d), ROW(adaptive_max3d), ROW(max_pool1d), ROW(avg_pool1d), ROW(avg_pool1d_inside),
    ROW(group_norm), ROW(instance_norm), ROW(weight_norm),
};

START_TEST(operations)
{
    const struct operation_row *row = &operation_rows[_i];
    begin(row->name);
    gd_tensor *x = input("x"), *w = input("w"), *b = input("b");
    ck_output("y", row->call(x, w, b));
    ck_good(gd_backward(loss));
    ck_gradient("x", x);
    ck_gradient("w", w);
    ck_gradient("b", b);
    end();
}
END_TEST

START_TEST(spectral_norm)
{
    begin("spectral_norm");
    gd_tensor *x = input("x"), *u = number("u"), *v = number("v");
    ck_output("y", gd_spectral_norm(x, u, v, 1, 1e-12));
    ck_assert(far_apart(u, number("new_u")) <= tolerance && far_apart(v, number("new_v")) <= tolerance);
    ck_good(gd_backward(loss));
    ck_gradient("x", x);
    gd_tensor *again = gd_spectral_norm(x, u, v, 0, 1e-12);         /* as after training */
    ck_assert(far_apart(again, number("y")) <= tolerance && far_apart(u, number("new_u")) <= tolerance);
    for (int i = 0; i < 100; i++)
        again = gd_spectral_norm(x, u, v, 1, 1e-12);
    gd_tensor *matrix = gd_reshape(again, GD_SHAPE(3, 4));          /* its largest singular value is 1 */
    ck_near(gd_item(gd_norm(gd_matmul(gd_transpose(matrix, 0, 1), u), 2)), 1, tolerance);
    end();
}
END_TEST

START_TEST(masked_attention)
{
    begin("masked_attention");
    gd_tensor *q = input("q"), *k = input("k"), *v = input("v"), *m = input("m");
    ck_output("y", gd_masked_attention(q, k, v, m, false));
    ck_good(gd_backward(loss));
    ck_gradient("q", q);
    ck_gradient("k", k);
    ck_gradient("v", v);
    ck_gradient("m", m);
    end();
}
END_TEST

/* ---- Attention and transformer blocks ----------------------------------------------------------------------- */

START_TEST(attention)
{
    static const char *const names[] = { "attention", "attention_padded", "attention_scores" };
    begin(names[_i]);
    gd_multihead layer = gd_multihead_new(net, "layer", 6, 2);
    load_state(names[_i]);
    gd_tensor *q = input("q"), *k = input("k"), *v = input("v");
    gd_attention_masks masks = { .padding = number("padding"), .scores = number("scores") };
    ck_output("y", gd_multihead_attend(&layer, q, k, v, masks, 0.5, false));
    ck_good(gd_backward(loss));
    ck_gradient("q", q);
    ck_gradient("k", k);
    ck_gradient("v", v);
    ck_parameters();
    end();
}
END_TEST

static const struct block_row {
    const char      *name;
    gd_block_options options;
    bool             causal;
} encoder_rows[] = {
    { "encoder", { false, false, 0 }, false },
    { "encoder_padded", { false, true, 0 }, true },
    { "encoder_norm_first", { true, false, 0 }, false },
}, decoder_rows[] = {
    { "decoder", { false, true, 0 }, true },
    { "decoder_norm_first", { true, false, 0 }, true },
};

START_TEST(encoder_blocks)
{
    const struct block_row *row = &encoder_rows[_i];
    begin(row->name);
    gd_encoder_block layer = gd_encoder_block_new(net, "layer", 6, 2, 8, row->options);
    load_state(row->name);
    gd_tensor *x = input("x");
    gd_attention_masks masks = { .padding = number("padding"), .causal = row->causal };
    ck_output("y", gd_encoder_block_apply(&layer, x, masks, true));
    ck_good(gd_backward(loss));
    ck_gradient("x", x);
    ck_parameters();
    end();
}
END_TEST

START_TEST(decoder_blocks)
{
    const struct block_row *row = &decoder_rows[_i];
    begin(row->name);
    gd_decoder_block layer = gd_decoder_block_new(net, "layer", 6, 2, 8, row->options);
    load_state(row->name);
    gd_tensor *x = input("x"), *memory = input("memory");
    gd_attention_masks masks = { .causal = row->causal }, memory_masks = { .padding = number("padding") };
    ck_output("y", gd_decoder_block_apply(&layer, x, memory, masks, memory_masks, true));
    ck_good(gd_backward(loss));
    ck_gradient("x", x);
    ck_gradient("memory", memory);
    ck_parameters();
    end();
}
END_TEST

#define LENGTH(rows) (int)(sizeof(rows) / sizeof *(rows))

int main(void)
{
    Suite *suite = suite_create("nn: layers against PyTorch");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_loop_test(all, recurrent_layers, 0, LENGTH(recurrent_rows));
    tcase_add_loop_test(all, operations, 0, LENGTH(operation_rows));
    tcase_add_test(all, masked_attention);
    tcase_add_test(all, spectral_norm);
    tcase_add_loop_test(all, attention, 0, 3);
    tcase_add_loop_test(all, encoder_blocks, 0, LENGTH(encoder_rows));
    tcase_add_loop_test(all, decoder_blocks, 0, LENGTH(decoder_rows));
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
