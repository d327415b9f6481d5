/* test_capture_layers.c - training steps of small networks of every kind of layer and loss, captured: losses,
 * parameters, running statistics and random numbers have the bits of the same steps made as usual, where labels,
 * lengths, masks and numbers that decide something change from run to run; and what fails then, fails alike. */
#include <math.h>
#include <string.h>

#include "support/optimizers.h"
#include "tensor/recycle.h"

enum { RUNS = 7, INPUTS = 3 };

typedef struct parts {
    gd_params                 *net;
    gd_optimizer              *o;
    gd_linear                  linear;
    gd_conv2d_layer            conv;
    gd_conv1d_layer            conv1;
    gd_conv_transpose1d_layer  transpose1;
    gd_batch_norm_layer        batch_norm;
    gd_layer_norm_layer        layer_norm;
    gd_group_norm_layer        group_norm;
    gd_rms_norm_layer          rms_norm;
    gd_embedding_layer         embedding;
    gd_recurrent_layer         recurrent;
    gd_cell                    rnn, lstm, gru;
    gd_encoder_block           encoder;
    gd_decoder_block           decoder;
    gd_tensor                 *w, *u, *v;
} parts;

/* A small network: make adds its layers to net, inputs are those of a run. */
typedef struct network {
    const char *name;
    void      (*make)(parts *p);
    void      (*inputs)(gd_tensor *in[], int run);
    gd_tensor *(*loss)(const parts *p, gd_tensor *const in[]);
} network;

static gd_tensor *whole_numbers(gd_shape shape, int run, int below)
{
    gd_tensor *t = gd_zeros(shape);
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = (gd_real)((i * 7 + run * 5 + i * run) % below);
    return t;
}

/* ---- Images ------------------------------------------------------------------------------------------------------ */

static void make_images(parts *p)
{
    p->conv = gd_conv2d_new(p->net, "conv", 2, 4, 3, 3, (gd_conv2d_options){ .padding = { 1, 1 } });
    p->batch_norm = gd_batch_norm_new(p->net, "batch_norm", 4);
    p->group_norm = gd_group_norm_new(p->net, "group_norm", 2, 4);
    p->linear = gd_linear_new(p->net, "linear", 4 * 2 * 2, 3);
}

static void give_images(gd_tensor *in[], int run)
{
    in[0] = noisy(GD_SHAPE(3, 2, 8, 8));
    in[1] = whole_numbers(GD_SHAPE(3), run, 3);
}

static gd_tensor *loss_of_images(const parts *p, gd_tensor *const in[])
{
    gd_tensor *x = gd_relu(gd_batch_norm_apply(&p->batch_norm, gd_conv2d_apply(&p->conv, in[0]), true));
    x = gd_max_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 } });
    x = gd_group_norm_apply(&p->group_norm, gd_dropout(x, 0.3, true));
    x = gd_add(gd_avg_pool2d(x, (gd_pool2d_options){ .kernel = { 2, 2 } }), gd_adaptive_max_pool(x, GD_SHAPE(2, 2)));
    return gd_cross_entropy(gd_linear_apply(&p->linear, gd_reshape(x, GD_SHAPE(3, -1))), in[1], GD_MEAN);
}

/* ---- Signals ----------------------------------------------------------------------------------------------------- */

static void make_signals(parts *p)
{
    p->conv1 = gd_conv1d_new(p->net, "conv1", 2, 3, 3, 2, 1, 1, 1);
    p->transpose1 = gd_conv_transpose1d_new(p->net, "transpose1", 3, 2, 3, 2, 1, 1, 1, 1);
    p->layer_norm = gd_layer_norm_new(p->net, "layer_norm", GD_SHAPE(8));
}

static void give_signals(gd_tensor *in[], int run)
{
    (void)run;
    in[0] = noisy(GD_SHAPE(3, 2, 8));
    in[1] = noisy(GD_SHAPE(3, 2, 16));
}

static gd_tensor *loss_of_signals(const parts *p, gd_tensor *const in[])
{
    gd_tensor *x = gd_conv_transpose1d_apply(&p->transpose1, gd_gelu(gd_conv1d_apply(&p->conv1, in[0])));
    x = gd_layer_norm_apply(&p->layer_norm, x);
    return gd_smooth_l1_loss(gd_interpolate(x, GD_SHAPE(16), GD_LINEAR, false), in[1], 0.5, GD_MEAN);
}

/* ---- Sequences --------------------------------------------------------------------------------------------------- */

static void make_sequences(parts *p, gd_recurrence cell)
{
    const gd_recurrent_options o = { .layers = 2, .bidirectional = cell != GD_RNN, .dropout = 0.2 };
    p->recurrent = gd_recurrent_new(p->net, "recurrent", cell, 3, 4, o);
    p->linear = gd_linear_new(p->net, "linear", cell == GD_RNN ? 4 : 8, 2);
}

static void make_rnn(parts *p)       { make_sequences(p, GD_RNN); }
static void make_rnn_relu(parts *p)  { make_sequences(p, GD_RNN_RELU); }
static void make_lstm_layer(parts *p) { make_sequences(p, GD_LSTM); }
static void make_gru_layer(parts *p) { make_sequences(p, GD_GRU); }

static void give_sequences(gd_tensor *in[], int run)
{
    in[0] = noisy(GD_SHAPE(4, 5, 3));
    in[1] = noisy(GD_SHAPE(4, 5, 2));
    in[2] = whole_numbers(GD_SHAPE(4), run, 6);
}

static gd_tensor *loss_of_sequences(const parts *p, gd_tensor *const in[])
{
    const gd_lstm_state none = { NULL, NULL };
    gd_tensor *y = gd_recurrent_apply(&p->recurrent, in[0], in[2], none, true).y;
    return gd_mse_loss(gd_linear_apply(&p->linear, y), in[1], GD_MEAN);
}

static void make_cells(parts *p)
{
    p->rnn = gd_rnn_new(p->net, "rnn", 3, 4);
    p->lstm = gd_lstm_new(p->net, "lstm", 4, 4);
    p->gru = gd_gru_new(p->net, "gru", 4, 4);
}

static gd_tensor *loss_of_cells(const parts *p, gd_tensor *const in[])
{
    gd_lstm_state state = { gd_zeros(GD_SHAPE(4, 4)), gd_zeros(GD_SHAPE(4, 4)) };
    gd_tensor *h = gd_zeros(GD_SHAPE(4, 4)), *g = gd_zeros(GD_SHAPE(4, 4));
    for (int64_t t = 0; t < 3; t++) {
        h = gd_rnn_apply(&p->rnn, gd_squeeze(gd_slice(in[0], 1, t, t + 1, 1), 1), h);
        state = gd_lstm_apply(&p->lstm, h, state);
        g = gd_gru_apply(&p->gru, state.h, g);
    }
    return gd_mean(gd_square(g));
}

/* ---- Transformers ------------------------------------------------------------------------------------------------ */

static void make_transformer(parts *p)
{
    p->embedding = gd_embedding_new(p->net, "embedding", 5, 4);
    p->encoder = gd_encoder_block_new(p->net, "encoder", 4, 2, 6, (gd_block_options){ .dropout = 0.1, .gelu = true });
    p->decoder = gd_decoder_block_new(p->net, "decoder", 4, 2, 6, (gd_block_options){ .norm_first = true });
    p->rms_norm = gd_rms_norm_new(p->net, "rms_norm", GD_SHAPE(4));
    p->linear = gd_linear_new(p->net, "linear", 4, 5);
}

static void give_words(gd_tensor *in[], int run)
{
    in[0] = whole_numbers(GD_SHAPE(2, 4), run, 5);
    in[1] = whole_numbers(GD_SHAPE(2, 4), run + 1, 5);
    in[2] = gd_zeros(GD_SHAPE(2, 4));
    for (int k = 3; k > run % 3; k--)       /* of the second sentence, what is padding */
        in[2]->data[4 + k] = 1;
}

static gd_tensor *loss_of_transformer(const parts *p, gd_tensor *const in[])
{
    const gd_attention_masks padding = { .padding = in[2] }, causal = { .causal = true };
    gd_tensor *x = gd_add(gd_embedding_apply(&p->embedding, in[0]), gd_sinusoidal_positions(4, 4));
    gd_tensor *memory = gd_encoder_block_apply(&p->encoder, x, padding, true);
    gd_tensor *y = gd_decoder_block_apply(&p->decoder, gd_rotary(x, -2, 100, false), memory, causal, padding, true);
    y = gd_linear_apply(&p->linear, gd_rms_norm_apply(&p->rms_norm, y));
    return gd_cross_entropy(gd_transpose(y, 1, 2), in[1], GD_MEAN);
}

static void give_heads(gd_tensor *in[], int run)
{
    in[0] = noisy(GD_SHAPE(2, 3, 4));
    in[1] = noisy(GD_SHAPE(2, 3, 4));
    in[2] = gd_zeros(GD_SHAPE(3, 3));
    for (int k = 0; k < 3 && run % 2; k++)  /* in every second run the last query sees nothing */
        in[2]->data[6 + k] = (gd_real)-INFINITY;
}

static gd_tensor *loss_of_heads(const parts *p, gd_tensor *const in[])
{
    gd_tensor *q = gd_linear_apply(&p->linear, in[0]), *k = gd_linear_apply(&p->linear, in[1]);
    gd_tensor *y = gd_masked_attention(q, k, in[1], in[2], true);
    return gd_mean(gd_square(gd_add(y, gd_attention(q, k, in[0], true))));
}

static void make_linear(parts *p)
{
    p->linear = gd_linear_new(p->net, "linear", 4, 3);
}

/* ---- Losses and decisions --------------------------------------------------------------------------------------- */

/* Labels that are ignored in some runs, over logits of which one is NaN. */
static void give_ignored(gd_tensor *in[], int run)
{
    in[0] = noisy(GD_SHAPE(6, 4));
    in[1] = whole_numbers(GD_SHAPE(6), run, 3);
    for (int k = 0; k < run % 3; k++)
        in[1]->data[2 * k] = -100;
    if (run >= 5)
        in[0]->data[1] = in[1]->data[0] < 0 ? (gd_real)NAN : 1;
}

static gd_tensor *loss_of_ignored(const parts *p, gd_tensor *const in[])
{
    gd_cross_entropy_options o = gd_cross_entropy_defaults();
    gd_tensor *x = gd_linear_apply(&p->linear, in[0]), *first = gd_cross_entropy_with(x, in[1], NULL, o);
    o.label_smoothing = 0.1;
    gd_tensor *weight = gd_exp(gd_scale(p->linear.bias, 0.1)), *second = gd_cross_entropy_with(x, in[1], weight, o);
    gd_tensor *third = gd_nll_loss(gd_log_softmax(x, 1), in[1], NULL, -100, GD_MEAN);
    return gd_add(gd_add(first, second), third);
}

static void give_targets(gd_tensor *in[], int run)
{
    in[0] = noisy(GD_SHAPE(5, 2, 4));
    in[1] = gd_shift(whole_numbers(GD_SHAPE(2, 2), run, 2), 1);
}

static gd_tensor *loss_of_targets(const parts *p, gd_tensor *const in[])
{
    int64_t steps[] = { 5, 4 }, lengths[] = { 2, 1 };       /* which do not outlive this call */
    gd_tensor *x = gd_log_softmax(gd_linear_apply(&p->linear, in[0]), 2);
    return gd_ctc_loss(x, in[1], steps, lengths, (gd_ctc_options){ .reduction = GD_MEAN });
}

static void make_spectral(parts *p)
{
    p->w = gd_param(p->net, "w", noisy(GD_SHAPE(3, 4)));
    p->u = gd_buffer(p->net, "u", gd_full(GD_SHAPE(3), 1));
    p->v = gd_buffer(p->net, "v", gd_full(GD_SHAPE(4), 1));
}

static void give_rows(gd_tensor *in[], int run)
{
    (void)run;
    in[0] = noisy(GD_SHAPE(5, 4));
    in[1] = noisy(GD_SHAPE(5, 3));
}

static gd_tensor *loss_of_spectral(const parts *p, gd_tensor *const in[])
{
    gd_tensor *w = gd_spectral_norm(p->w, p->u, p->v, 1, 1e-12);
    return gd_mse_loss(gd_matmul(in[0], gd_transpose(w, 0, 1)), in[1], GD_MEAN);
}

static void make_number(parts *p)
{
    p->w = gd_param(p->net, "w", gd_full(GD_SHAPE(1), 0.7));
}

/* Matrices, singular in some runs; vectors without length in others. */
static void give_matrices(gd_tensor *in[], int run)
{
    in[0] = noisy(GD_SHAPE(3, 3));
    for (int k = 0; k < 3 && run % 2; k++)
        in[0]->data[3 + k] = in[0]->data[k];
    in[1] = run % 3 ? noisy(GD_SHAPE(3, 3)) : gd_zeros(GD_SHAPE(3, 3));
}

static gd_tensor *loss_of_matrices(const parts *p, gd_tensor *const in[])
{
    gd_tensor *a = gd_mul(p->w, in[0]), *b = gd_mul(p->w, in[1]);
    gd_tensor *positive = gd_add(gd_matmul(a, gd_transpose(a, 0, 1)), gd_eye(3));
    gd_tensor *lengths = gd_sum(gd_norm_axes(b, 2, GD_SHAPE(1), false)), *s = gd_sum(gd_svd(a).s);
    gd_tensor *solved = gd_mean(gd_square(gd_solve(positive, b))), *l = gd_sum(gd_cholesky(positive));
    gd_tensor *spread = gd_sum(gd_std_axis(b, 0, 1, false));
    return gd_add(gd_add(gd_det(a), spread), gd_add(gd_add(lengths, s), gd_add(solved, l)));
}

static const network kinds[] = {
    { "images",      make_images,      give_images,    loss_of_images },
    { "signals",     make_signals,     give_signals,   loss_of_signals },
    { "rnn",         make_rnn,         give_sequences, loss_of_sequences },
    { "rnn, relu",   make_rnn_relu,    give_sequences, loss_of_sequences },
    { "lstm",        make_lstm_layer,  give_sequences, loss_of_sequences },
    { "gru",         make_gru_layer,   give_sequences, loss_of_sequences },
    { "cells",       make_cells,       give_sequences, loss_of_cells },
    { "transformer", make_transformer, give_words,     loss_of_transformer },
    { "heads",       make_linear,      give_heads,     loss_of_heads },
    { "ignored",     make_linear,      give_ignored,   loss_of_ignored },
    { "targets",     make_linear,      give_targets,   loss_of_targets },
    { "spectral",    make_spectral,    give_rows,      loss_of_spectral },
    { "matrices",    make_number,      give_matrices,  loss_of_matrices },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

/* ---- Both ways --------------------------------------------------------------------------------------------------- */

typedef struct training {
    const network *kind;
    parts          p;
} training;

static training begin(const network *kind)
{
    training t = { .kind = kind, .p = { .net = gd_params_new() } };
    noise_state = 7;
    gd_seed(11);
    kind->make(&t.p);
    t.p.o = gd_sgd(t.p.net, (gd_sgd_options){ .lr = 0.05, .momentum = 0.9 });
    ck_assert(t.p.o);
    return t;
}

static void end(training *t)
{
    gd_optimizer_free(t->p.o);
    gd_params_free(t->p.net);
}

static gd_tensor *step(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    training *t = context;
    gd_tensor *loss = t->kind->loss(&t->p, in);
    gd_backward(loss);
    gd_step(t->p.o);
    gd_zero_grad(t->p.o);
    return loss;
}

static int give(const network *kind, int run, gd_tensor *in[])
{
    noise_state = 100 + (uint64_t)run;
    for (int i = 0; i < INPUTS; i++)
        in[i] = NULL;
    kind->inputs(in, run);
    return in[2] ? 3 : 2;
}

static void check_same(const training *usual, const training *captured, int run)
{
    const gd_params *net = usual->p.net;
    for (int i = 0; i < gd_params_tensors(net); i++)
        ck_assert_msg(same_bits(gd_params_at(net, i), gd_params_at(captured->p.net, i)), "%s: run %d: other %s",
                      usual->kind->name, run, gd_params_at(net, i)->name);
}

/* The line that says why the program was not captured; "" when it has run again in all runs but two. */
static const char *reason(gd_program *program)
{
    const char *why = strstr(said_of(program), "cannot be captured");
    return runs_again_of(program) == RUNS - 2 ? "" : why ? why : said_of(program);
}

static void both_ways(const network *kind)
{
    training usual = begin(kind), captured = begin(kind);
    gd_program *program = gd_capture(step, &captured);
    for (int run = 0; run < RUNS; run++) {
        GD_SCOPE;
        gd_tensor *in[INPUTS];
        uint64_t first[4], second[4];
        const int n = give(kind, run, in);
        gd_seed(17 + (uint64_t)run);
        gd_tensor *loss = step(in, n, &usual);
        ck_assert(gd_generator_state(NULL, first));
        gd_seed(17 + (uint64_t)run);
        gd_tensor *again = gd_run(program, in, n);
        ck_assert(gd_generator_state(NULL, second));
        ck_assert_msg(loss && again && same_bits(loss, again), "%s: run %d: another loss: %s", kind->name, run,
                      gd_last_error() ? gd_last_error() : "");
        ck_assert_msg(memcmp(first, second, sizeof first) == 0, "%s: run %d: other random numbers", kind->name, run);
        check_same(&usual, &captured, run);
    }
    const char *text = reason(program);
    ck_assert_msg(!text[0], "%s: %.*s", kind->name, (int)strcspn(text, "\n"), text);
    gd_program_free(program);
    end(&usual);
    end(&captured);
}

START_TEST(every_kind_of_network)
{
    gd_set_threads(1 + _i % 3);
    both_ways(&kinds[_i]);
    gd_set_threads(1);
}
END_TEST

/* ---- Failures ---------------------------------------------------------------------------------------------------- */

static gd_tensor *classified(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    (void)context;
    return gd_cross_entropy(in[0], in[1], GD_MEAN);
}

static gd_tensor *factored(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    (void)context;
    return gd_cholesky(in[0]);
}

/* A run again that fails has the message of the function, and the next one is right. */
static void fails_alike(gd_function *function, gd_tensor *const good[], gd_tensor *const bad[], int n)
{
    gd_program *program = gd_capture(function, NULL);
    char message[512];
    for (int run = 0; run < 3; run++)
        ck_assert(gd_run(program, good, n));
    gd_clear_error();
    ck_assert(!function(bad, n, NULL));
    snprintf(message, sizeof message, "%s", gd_last_error());
    gd_clear_error();
    ck_assert(!gd_run(program, bad, n));
    ck_assert_str_eq(gd_last_error(), message);
    gd_clear_error();
    ck_assert(same_bits(gd_run(program, good, n), function(good, n, NULL)));
    gd_program_free(program);
}

START_TEST(what_fails_in_a_run)
{
    GD_SCOPE;
    gd_tensor *x = noisy(GD_SHAPE(2, 3)), *one = gd_eye(3), *labels = gd_zeros(GD_SHAPE(2));
    fails_alike(classified, (gd_tensor *const[]){ x, labels }, (gd_tensor *const[]){ x, gd_full(GD_SHAPE(2), 3) }, 2);
    fails_alike(factored, (gd_tensor *const[]){ one }, (gd_tensor *const[]){ gd_neg(one) }, 1);
}
END_TEST

int main(void)
{
    gi_least_apart = 1;                     /* results share their memory as soon as they are not small */
    Suite *suite = suite_create("capture: layers");
    TCase *cases = tcase_create("both ways");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, every_kind_of_network, 0, KINDS);
    tcase_add_test(cases, what_fails_in_a_run);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
