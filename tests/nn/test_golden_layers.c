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
static void recurrent_case(const char *name, gd_recurrence kind, int64_t hidden, gd_recurrent_options options, bool twice)
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

int main(void)
{
    Suite *suite = suite_create("nn: layers against PyTorch");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_loop_test(all, recurrent_layers, 0, (int)(sizeof recurrent_rows / sizeof *recurrent_rows));
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
