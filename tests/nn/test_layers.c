/* test_layers.c - layers against loops that follow their formulas; their names, shapes and initial weights. */
#include <stdio.h>

#include "support/support.h"

static const double tolerance = IN_DOUBLE ? 1e-12 : 1e-5;

static uint64_t state;

/* The names and shapes of all tensors of p, one after the other. */
static const char *listing(const gd_params *p)
{
    static char text[600];
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < gd_params_tensors(p); i++) {
        const gd_tensor *t = gd_params_at(p, i);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i ? " " : "", t->name);
        for (int k = 0; k < t->ndim; k++)
            used += (size_t)snprintf(text + used, sizeof text - used, "%c%d", k ? ',' : '[', (int)t->shape[k]);
        used += (size_t)snprintf(text + used, sizeof text - used, "]%s", gd_params_is_buffer(p, i) ? "*" : "");
    }
    return text;
}

static void largest_and_mean(const gd_tensor *t, double *largest, double *mean, double *square)
{
    *largest = *mean = *square = 0;
    for (int64_t i = 0; i < gd_numel(t); i++) {
        double x = element(t, i);
        *largest = fmax(*largest, fabs(x));
        *mean += x / (double)gd_numel(t);
        *square += x * x / (double)gd_numel(t);
    }
}

/* Uniform in +-bound: never beyond it, near it, centered, with variance bound^2 / 3. */
static void ck_uniform(const gd_tensor *t, double bound)
{
    double largest, mean, square, n = sqrt((double)gd_numel(t));
    largest_and_mean(t, &largest, &mean, &square);
    ck_assert_msg(largest <= bound * (1 + 1e-6) && largest > bound * (1 - 10 / (n * n)), "largest %g of %g",
                  largest, bound);
    ck_assert_msg(fabs(mean) < 3 * bound / n, "mean %g", mean);
    ck_assert_msg(fabs(square * 3 / (bound * bound) - 1) < 4 / n, "variance %g of %g", square, bound * bound / 3);
}

static void ck_normal(const gd_tensor *t, double std)
{
    double largest, mean, square, n = sqrt((double)gd_numel(t));
    largest_and_mean(t, &largest, &mean, &square);
    ck_assert_msg(largest > 2.5 * std && largest < 7 * std, "largest %g of deviation %g", largest, std);
    ck_assert_msg(fabs(mean) < 4 * std / n, "mean %g", mean);
    ck_assert_msg(fabs(square / (std * std) - 1) < 6 / n, "variance %g of %g", square, std * std);
}

static void ck_all(const gd_tensor *t, double value)
{
    for (int64_t i = 0; i < gd_numel(t); i++)
        ck_assert_double_eq(element(t, i), value);
}

/* ---- Names, shapes and initial values ----------------------------------------------------------------------- */

/* 0 is the default in gd_conv2d's options only. */
START_TEST(groups_that_do_not_divide)
{
    gd_params *net = gd_params_new();
    static const int64_t groups[] = { 0, -2, 3 };
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        char message[100];
        snprintf(message, sizeof message, "gd_conv1d_new: \"c\": groups = %d must divide in = 4 and out = 6",
                 (int)groups[i]);
        ck_refused(gd_conv1d_new(net, "c", 4, 6, 3, 1, 0, 1, groups[i]).weight, message);
    }
    ck_assert_int_eq(gd_params_count(net), 0);
    gd_params_free(net);
}
END_TEST

START_TEST(names_and_shapes_are_pytorchs)
{
    gd_params *p = gd_params_new();
    gd_conv2d_new(p, "a", 4, 6, 3, 2, (gd_conv2d_options){ .groups = 2 });
    gd_conv1d_new(p, "b", 4, 6, 5, 1, 0, 1, 1);
    gd_embedding_new(p, "c", 7, 3);
    gd_layer_norm_new(p, "d", GD_SHAPE(2, 3));
    gd_batch_norm_new(p, "e", 5);
    ck_assert_str_eq(listing(p),
                     "a.weight[6,2,3,2] a.bias[6] b.weight[6,4,5] b.bias[6] c.weight[7,3] d.weight[2,3] "
                     "d.bias[2,3] e.weight[5] e.bias[5] e.running_mean[5]* e.running_var[5]*");
    gd_params_free(p);
    p = gd_params_new();
    gd_rnn_new(p, "r", 3, 2);
    gd_lstm_new(p, "l", 3, 2);
    gd_gru_new(p, "g", 3, 2);
    gd_multihead_new(p, "m", 6, 2);
    ck_assert_str_eq(listing(p), "r.weight_ih[2,3] r.weight_hh[2,2] r.bias_ih[2] r.bias_hh[2] "
                                 "l.weight_ih[8,3] l.weight_hh[8,2] l.bias_ih[8] l.bias_hh[8] "
                                 "g.weight_ih[6,3] g.weight_hh[6,2] g.bias_ih[6] g.bias_hh[6] "
                                 "m.in_proj_weight[18,6] m.in_proj_bias[18] m.out_proj.weight[6,6] "
                                 "m.out_proj.bias[6]");
    gd_params_free(p);
    ck_no_message();
}
END_TEST

START_TEST(first_values_are_pytorchs)
{
    gd_seed(1);
    gd_params *p = gd_params_new();
    gd_conv2d_layer conv = gd_conv2d_new(p, "conv", 16, 32, 5, 3, (gd_conv2d_options){ .groups = 2 });
    ck_uniform(conv.weight, 1 / sqrt(8.0 * 15));
    ck_uniform(conv.bias, 1 / sqrt(8.0 * 15));
    gd_conv1d_layer line = gd_conv1d_new(p, "line", 16, 32, 5, 1, 0, 1, 1);
    ck_uniform(line.weight, 1 / sqrt(80));
    ck_normal(gd_embedding_new(p, "table", 60, 50).weight, 1);
    gd_batch_norm_layer batch = gd_batch_norm_new(p, "batch", 9);
    ck_all(batch.weight, 1);
    ck_all(batch.bias, 0);
    ck_all(batch.running_mean, 0);
    ck_all(batch.running_var, 1);
    gd_layer_norm_layer layer = gd_layer_norm_new(p, "layer", GD_SHAPE(9));
    ck_all(layer.weight, 1);
    ck_all(layer.bias, 0);
    gd_cell cell = gd_gru_new(p, "cell", 20, 30);
    ck_uniform(cell.weight_ih, 1 / sqrt(30));
    ck_uniform(cell.weight_hh, 1 / sqrt(30));
    ck_uniform(cell.bias_ih, 1 / sqrt(30));
    gd_multihead heads = gd_multihead_new(p, "heads", 24, 3);
    ck_uniform(heads.in_proj_weight, sqrt(6.0 / (24 + 72)));
    ck_uniform(heads.out_weight, 1 / sqrt(24));
    ck_all(heads.in_proj_bias, 0);
    ck_all(heads.out_bias, 0);
    gd_linear linear = gd_linear_new(p, "linear", 40, 90);
    ck_uniform(linear.weight, 1 / sqrt(40));
    ck_uniform(linear.bias, 1 / sqrt(40));
    ck_uniform(line.bias, 1 / sqrt(80));
    gd_cell rnn = gd_rnn_new(p, "rnn", 20, 30), lstm = gd_lstm_new(p, "lstm", 20, 30);
    ck_uniform(rnn.weight_ih, 1 / sqrt(30));
    ck_uniform(rnn.weight_hh, 1 / sqrt(30));
    ck_uniform(lstm.weight_ih, 1 / sqrt(30));
    ck_uniform(lstm.weight_hh, 1 / sqrt(30));
    gd_params_free(p);
}
END_TEST

START_TEST(initialisers)
{
    gd_seed(2);
    ck_uniform(gd_xavier_uniform(GD_SHAPE(40, 60), 1), sqrt(6.0 / 100));
    ck_uniform(gd_xavier_uniform(GD_SHAPE(20, 10, 3, 4), 2), 2 * sqrt(6.0 / 360));
    ck_normal(gd_xavier_normal(GD_SHAPE(40, 60), 5.0 / 3), 5.0 / 3 * sqrt(2.0 / 100));
    ck_uniform(gd_kaiming_uniform(GD_SHAPE(40, 60), sqrt(2)), sqrt(6.0 / 60));
    ck_normal(gd_kaiming_normal(GD_SHAPE(20, 10, 3, 4), sqrt(2)), sqrt(2.0 / 120));
    gd_seed(3);
    gd_tensor *first = gd_kaiming_normal(GD_SHAPE(2, 3), 1);
    gd_seed(3);
    ck_assert(far_apart(gd_kaiming_normal(GD_SHAPE(2, 3), 1), first) == 0);
}
END_TEST

START_TEST(orthogonal_is_orthogonal)
{
    const gd_shape shapes[] = { GD_SHAPE(7, 7), GD_SHAPE(5, 12), GD_SHAPE(12, 5), GD_SHAPE(4, 3, 2, 2),
                                GD_SHAPE(1, 1) };
    for (size_t k = 0; k < sizeof shapes / sizeof *shapes; k++) {
        gd_tensor *w = gd_flatten(gd_orthogonal(shapes[k], 3), 1);
        bool tall = w->shape[0] > w->shape[1];
        gd_tensor *gram = tall ? gd_matmul(gd_transpose(w, 0, 1), w) : gd_matmul(w, gd_transpose(w, 0, 1));
        ck_assert(far_apart(gram, gd_scale(gd_eye(gram->shape[0]), 9)) < 10 * tolerance);
    }
    gd_tensor *sum = gd_zeros(GD_SHAPE(2, 2));          /* both signs are equally frequent */
    for (int i = 0; i < 400; i++)
        sum = gd_add(sum, gd_orthogonal(GD_SHAPE(2, 2), 1));
    ck_assert(fabs((double)gd_item(gd_max(gd_abs(sum)))) < 400 * 0.15);
}
END_TEST

/* ---- Applying ----------------------------------------------------------------------------------------------- */

START_TEST(layers_are_their_functions)
{
    gd_params *p = gd_params_new();
    gd_conv2d_options o = { .padding = { 1, 2 }, .stride = { 2, 1 } };
    gd_conv2d_layer conv = gd_conv2d_new(p, "conv", 2, 3, 3, 2, o);
    gd_tensor *x = random_values(GD_SHAPE(2, 2, 5, 6), &state);
    ck_assert(far_apart(gd_conv2d_apply(&conv, x), gd_conv2d(x, conv.weight, conv.bias, o)) == 0);
    gd_conv1d_layer line = gd_conv1d_new(p, "line", 5, 4, 3, 2, 1, 1, 1);
    gd_tensor *y = random_values(GD_SHAPE(2, 5, 6), &state);
    ck_assert(far_apart(gd_conv1d_apply(&line, y), gd_conv1d(y, line.weight, line.bias, 2, 1, 1, 1)) == 0);
    gd_embedding_layer table = gd_embedding_new(p, "table", 4, 3);
    gd_tensor *index = gd_from(GD_SHAPE(2, 1), (gd_real[]){ 3, 0 });
    ck_shape(gd_embedding_apply(&table, index), 2, 1, 3);
    ck_assert_double_eq((double)gd_at(gd_embedding_apply(&table, index), GD_SHAPE(0, 0, 2)),
                        element(table.weight, 11));
    gd_layer_norm_layer norm = gd_layer_norm_new(p, "norm", GD_SHAPE(6));
    gd_tensor *z = gd_layer_norm_apply(&norm, y);
    for (int64_t row = 0; row < 10; row++) {
        double mean = 0, var = 0;
        for (int64_t i = 0; i < 6; i++)
            mean += element(y, row * 6 + i) / 6;
        for (int64_t i = 0; i < 6; i++)
            var += pow(element(y, row * 6 + i) - mean, 2) / 6;
        for (int64_t i = 0; i < 6; i++) {
            double expected = (element(y, row * 6 + i) - mean) / sqrt(var + 1e-5);
            ck_assert(fabs(element(z, row * 6 + i) - expected) < 10 * tolerance);
        }
    }
    gd_params_free(p);
}
END_TEST

START_TEST(batch_norm_keeps_running_statistics)
{
    gd_params *p = gd_params_new();
    gd_batch_norm_layer norm = gd_batch_norm_new(p, "norm", 2);
    double mean[2] = { 0, 0 }, var[2] = { 1, 1 };
    for (int step = 0; step < 3; step++) {
        gd_tensor *x = random_values(GD_SHAPE(3, 2, 4), &state);
        gd_tensor *y = gd_batch_norm_apply(&norm, x, true);
        for (int c = 0; c < 2; c++) {
            double m = 0, v = 0;
            for (int n = 0; n < 3; n++)
                for (int i = 0; i < 4; i++)
                    m += (double)gd_at(x, GD_SHAPE(n, c, i)) / 12;
            for (int n = 0; n < 3; n++)
                for (int i = 0; i < 4; i++)
                    v += pow((double)gd_at(x, GD_SHAPE(n, c, i)) - m, 2) / 12;
            mean[c] = 0.9 * mean[c] + 0.1 * m;
            var[c] = 0.9 * var[c] + 0.1 * v * 12 / 11;
            double expected = ((double)gd_at(x, GD_SHAPE(2, c, 3)) - m) / sqrt(v + 1e-5);
            ck_assert(fabs((double)gd_at(y, GD_SHAPE(2, c, 3)) - expected) < 10 * tolerance);
        }
        ck_assert(far_from(norm.running_mean, mean) < tolerance && far_from(norm.running_var, var) < tolerance);
    }
    gd_tensor *x = random_values(GD_SHAPE(1, 2, 1), &state), *y = gd_batch_norm_apply(&norm, x, false);
    for (int c = 0; c < 2; c++)
        ck_assert(fabs(element(y, c) - (element(x, c) - mean[c]) / sqrt(var[c] + 1e-5)) < tolerance);
    ck_assert(far_from(norm.running_mean, mean) < tolerance);
    ck_assert_int_eq(gd_params_count(p), 4);
    ck_assert_ptr_null(gd_batch_norm_apply(&norm, x, true));
    ck_message("gd_batch_norm: x is [1, 2, 1]: training needs more than one value in each channel");
    ck_assert(far_from(norm.running_mean, mean) < tolerance && far_from(norm.running_var, var) < tolerance);
    gd_params_free(p);
}
END_TEST

START_TEST(dropout_leaves_out_and_scales)
{
    gd_seed(5);
    const int64_t n = 40000;
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(n), 3)), *y = gd_dropout(x, 0.25, true);
    int64_t zeros = 0;
    for (int64_t i = 0; i < n; i++) {
        zeros += element(y, i) == 0;
        ck_assert(element(y, i) == 0 || fabs(element(y, i) - 4) < 1e-5);
    }
    ck_assert_msg(fabs((double)zeros / (double)n - 0.25) < 4 * sqrt(0.25 * 0.75 / (double)n), "%d zeros",
                  (int)zeros);
    ck_good(gd_backward(gd_sum(y)));
    ck_assert(far_apart(gd_scale(x->grad, 3), y) < 1e-5);
    gd_seed(5);
    ck_assert(far_apart(gd_dropout(x, 0.25, true), y) == 0);
    ck_assert(far_apart(gd_dropout(x, 0.25, true), y) > 0);
    ck_assert_ptr_eq(gd_dropout(x, 0.25, false), x);
    ck_assert_ptr_eq(gd_dropout(x, 0, true), x);
    ck_all(gd_dropout(x, 1, true), 0);
    gd_dropout_layer layer = gd_dropout_new(0.25);
    gd_seed(12);
    gd_tensor *by_layer = gd_dropout_apply(&layer, x, true);
    gd_seed(12);
    ck_assert(far_apart(by_layer, gd_dropout(x, 0.25, true)) == 0);
    ck_assert_ptr_eq(gd_dropout_apply(&layer, x, false), x);
    gd_dropout_new(-1);
    ck_message("gd_dropout_new: p = -1 must lie in [0, 1]");
    ck_assert_ptr_null(gd_dropout(x, 1.5, true));
    ck_message("gd_dropout: p = 1.5 must lie in [0, 1]");
}
END_TEST

/* ---- Cells, one number at a time ---------------------------------------------------------------------------- */

static double sigmoid(double x)
{
    return 1 / (1 + exp(-x));
}

/* weight_ih[row] x + bias_ih[row], or with weight_hh and h. */
static double row_times(const gd_tensor *w, const gd_tensor *b, const gd_tensor *x, int64_t row, int64_t n)
{
    double sum = element(b, row);
    for (int64_t i = 0; i < w->shape[1]; i++)
        sum += element(w, row * w->shape[1] + i) * element(x, n * w->shape[1] + i);
    return sum;
}

START_TEST(cells_step_as_written)
{
    enum { N = 2, IN = 3, HIDDEN = 4 };
    gd_params *p = gd_params_new();
    gd_cell rnn = gd_rnn_new(p, "rnn", IN, HIDDEN), lstm = gd_lstm_new(p, "lstm", IN, HIDDEN);
    gd_cell gru = gd_gru_new(p, "gru", IN, HIDDEN);
    gd_tensor *x = random_values(GD_SHAPE(N, IN), &state), *h = random_values(GD_SHAPE(N, HIDDEN), &state);
    gd_tensor *c = random_values(GD_SHAPE(N, HIDDEN), &state);
    gd_tensor *after_rnn = gd_rnn_apply(&rnn, x, h), *after_gru = gd_gru_apply(&gru, x, h);
    gd_lstm_state after_lstm = gd_lstm_apply(&lstm, x, (gd_lstm_state){ h, c });
    ck_no_message();
    for (int64_t n = 0; n < N; n++)
        for (int64_t k = 0; k < HIDDEN; k++) {
            double a[4], b[4], old = element(h, n * HIDDEN + k);
            a[0] = row_times(rnn.weight_ih, rnn.bias_ih, x, k, n) + row_times(rnn.weight_hh, rnn.bias_hh, h, k, n);
            ck_assert(fabs(element(after_rnn, n * HIDDEN + k) - tanh(a[0])) < tolerance);
            for (int64_t g = 0; g < 3; g++) {
                a[g] = row_times(gru.weight_ih, gru.bias_ih, x, g * HIDDEN + k, n);
                b[g] = row_times(gru.weight_hh, gru.bias_hh, h, g * HIDDEN + k, n);
            }
            double r = sigmoid(a[0] + b[0]), z = sigmoid(a[1] + b[1]), new = tanh(a[2] + r * b[2]);
            ck_assert(fabs(element(after_gru, n * HIDDEN + k) - ((1 - z) * new + z * old)) < tolerance);
            for (int64_t g = 0; g < 4; g++)
                a[g] = row_times(lstm.weight_ih, lstm.bias_ih, x, g * HIDDEN + k, n)
                     + row_times(lstm.weight_hh, lstm.bias_hh, h, g * HIDDEN + k, n);
            double cell = sigmoid(a[1]) * element(c, n * HIDDEN + k) + sigmoid(a[0]) * tanh(a[2]);
            ck_assert(fabs(element(after_lstm.c, n * HIDDEN + k) - cell) < tolerance);
            ck_assert(fabs(element(after_lstm.h, n * HIDDEN + k) - sigmoid(a[3]) * tanh(cell)) < tolerance);
        }
    ck_assert_ptr_null(gd_gru_apply(&gru, x, NULL));
    ck_assert_ptr_null(gd_lstm_apply(&lstm, x, (gd_lstm_state){ h, NULL }).h);
    ck_no_message();
    ck_assert_ptr_null(gd_rnn_apply(&rnn, h, h));
    ck_message("gd_affine: x is [2, 4] and weight is [4, 3] (\"rnn.weight_ih\"): they must be [.., in] and [out, in]");
    gd_params_free(p);
}
END_TEST

/* ---- Attention ---------------------------------------------------------------------------------------------- */

/* One query row by hand: y = sum of softmax(q k / sqrt(d)) v over the first `seen` keys,
 * columns [from, from + d). */
static void attend(const double *q, const double *k, const double *v, int64_t row, int64_t seen, int64_t width,
                   int64_t from, int64_t d, double *y)
{
    double weight[16], total = 0;
    for (int64_t j = 0; j < seen; j++) {
        double dot = 0;
        for (int64_t i = from; i < from + d; i++)
            dot += q[row * width + i] * k[j * width + i];
        total += weight[j] = exp(dot / sqrt((double)d));
    }
    for (int64_t i = from; i < from + d; i++) {
        y[i] = 0;
        for (int64_t j = 0; j < seen; j++)
            y[i] += weight[j] / total * v[j * width + i];
    }
}

static void map_rows(const gd_tensor *x, int64_t n, int64_t rows, const gd_tensor *w, const gd_tensor *b,
                     int64_t first, int64_t width,
                     double *y)
{
    for (int64_t r = 0; r < rows; r++)
        for (int64_t o = 0; o < width; o++) {
            y[r * width + o] = element(b, first + o);
            for (int64_t i = 0; i < width; i++)
                y[r * width + o] += element(w, (first + o) * width + i) * element(x, (n * rows + r) * width + i);
        }
}

START_TEST(multihead_attends_as_written)
{
    enum { N = 2, QUERIES = 3, KEYS = 4, WIDTH = 6, HEADS = 2, D = WIDTH / HEADS };
    gd_params *p = gd_params_new();
    gd_multihead m = gd_multihead_new(p, "m", WIDTH, HEADS);
    gd_assign(gd_detach(m.in_proj_bias), random_values(GD_SHAPE(3 * WIDTH), &state));
    gd_assign(gd_detach(m.out_bias), random_values(GD_SHAPE(WIDTH), &state));
    gd_tensor *query = random_values(GD_SHAPE(N, QUERIES, WIDTH), &state);
    gd_tensor *key = random_values(GD_SHAPE(N, KEYS, WIDTH), &state);
    gd_tensor *value = random_values(GD_SHAPE(N, KEYS, WIDTH), &state);
    for (int causal = 0; causal < 2; causal++) {
        gd_tensor *y = gd_multihead_apply(&m, query, key, value, causal);
        ck_shape(y, N, QUERIES, WIDTH);
        for (int64_t n = 0; n < N; n++) {
            double q[QUERIES * WIDTH], k[KEYS * WIDTH], v[KEYS * WIDTH], joined[WIDTH];
            map_rows(query, n, QUERIES, m.in_proj_weight, m.in_proj_bias, 0, WIDTH, q);
            map_rows(key, n, KEYS, m.in_proj_weight, m.in_proj_bias, WIDTH, WIDTH, k);
            map_rows(value, n, KEYS, m.in_proj_weight, m.in_proj_bias, 2 * WIDTH, WIDTH, v);
            for (int64_t row = 0; row < QUERIES; row++) {
                for (int64_t head = 0; head < HEADS; head++)
                    attend(q, k, v, row, causal ? row + 1 : KEYS, WIDTH, head * D, D, joined);
                for (int64_t o = 0; o < WIDTH; o++) {
                    double expected = element(m.out_bias, o);
                    for (int64_t i = 0; i < WIDTH; i++)
                        expected += element(m.out_weight, o * WIDTH + i) * joined[i];
                    ck_assert(fabs((double)gd_at(y, GD_SHAPE(n, row, o)) - expected) < 10 * tolerance);
                }
            }
        }
    }
    gd_params_free(p);
}
END_TEST

START_TEST(attention_is_stable_and_causal)
{
    gd_tensor *q = gd_requires_grad(gd_from(GD_SHAPE(2, 1), (gd_real[]){ 10000, -10000 }));
    gd_tensor *k = gd_from(GD_SHAPE(2, 1), (gd_real[]){ 1, 2 }), *v = gd_from(GD_SHAPE(2, 1), (gd_real[]){ 5, 7 });
    ck_values(gd_attention(q, k, v, false), 7, 5);
    gd_tensor *y = gd_attention(q, k, v, true);
    ck_values(y, 5, 5);
    ck_good(gd_backward(gd_sum(y)));
    ck_values(q->grad, 0, 0);
    ck_shape(gd_attention(gd_zeros(GD_SHAPE(0, 3, 2)), gd_zeros(GD_SHAPE(0, 4, 2)), gd_zeros(GD_SHAPE(0, 4, 5)),
                          true), 0, 3, 5);
    ck_assert_ptr_null(gd_attention(q, gd_zeros(GD_SHAPE(2, 3)), v, false));
    ck_message("gd_attention: q is [2, 1], k is [2, 3] and v is [2, 1]: they must be [.., queries, d], "
                "[.., keys, d] and [.., keys, e]");
}
END_TEST

/* ---- Invalid calls ------------------------------------------------------------------------------------------ */

START_TEST(layers_refuse)
{
    gd_params *p = gd_params_new();
    gd_conv2d_layer conv = gd_conv2d_new(p, "conv", 4, 0, 3, 3, (gd_conv2d_options){ .groups = 1 });
    ck_message("gd_conv2d_new: \"conv\": out = 0 must be at least 1");
    ck_assert_ptr_null(conv.weight);
    ck_assert_ptr_null(gd_conv2d_apply(&conv, gd_zeros(GD_SHAPE(1, 4, 3, 3))));
    gd_conv2d_new(p, "conv", 4, 6, 3, 3, (gd_conv2d_options){ .groups = 4 });
    ck_message("gd_conv2d_new: \"conv\": groups = 4 must divide in = 4 and out = 6");
    gd_conv1d_new(p, "conv", 4, 6, 0, 1, 0, 1, 1);
    ck_message("gd_conv1d_new: \"conv\": width = 0 must be at least 1");
    gd_embedding_new(p, "table", -1, 3);
    ck_message("gd_embedding_new: \"table\": rows = -1 must be at least 1");
    gd_layer_norm_new(p, "norm", GD_SHAPE());
    ck_message("gd_layer_norm_new: \"norm\": shape has 0 axes; 1 to 8 are expected");
    gd_layer_norm_new(p, "norm", GD_SHAPE(3, 0));
    ck_message("gd_layer_norm_new: \"norm\": size 1 of shape = 0 must be at least 1");
    gd_batch_norm_new(p, "norm", 0);
    ck_message("gd_batch_norm_new: \"norm\": channels = 0 must be at least 1");
    gd_gru_new(p, "gru", 3, 0);
    ck_message("gd_gru_new: \"gru\": hidden = 0 must be at least 1");
    gd_multihead_new(p, "m", 6, 4);
    ck_message("gd_multihead_new: \"m\": heads = 4 must divide width = 6");
    gd_lstm_new(NULL, "lstm", 1, 1);
    ck_message("gd_lstm_new: p is NULL");
    ck_assert_int_eq(gd_params_tensors(p), 0);
    gd_rnn_new(p, "rnn", 1, 1);
    ck_assert(!gd_scope_end());             /* no layer leaves a scope open, made or not */
    ck_message("gd_scope_end: no scope is open");
    gd_rnn_new(p, "rnn", 1, 1);
    ck_message("gd_param: there is a parameter \"rnn.weight_ih\" already");
    ck_assert_ptr_null(gd_orthogonal(GD_SHAPE(3), 1));
    ck_message("gd_orthogonal: shape [3]: at least two axes, none of them empty, are expected");
    ck_assert_ptr_null(gd_kaiming_normal(GD_SHAPE(3, 2), 0));
    ck_message("gd_kaiming_normal: gain = 0 must be positive");
    gd_params_free(p);
}
END_TEST

START_TEST(cells_of_another_kind)
{
    gd_params *p = gd_params_new();
    gd_cell rnn = gd_rnn_new(p, "rnn", 3, 4), gru = gd_gru_new(p, "gru", 3, 4), lstm = gd_lstm_new(p, "lstm", 3, 4);
    gd_tensor *x = gd_ones(GD_SHAPE(5, 3)), *h = gd_zeros(GD_SHAPE(5, 4)), *wide = gd_zeros(GD_SHAPE(5, 6));
    ck_assert_ptr_null(gd_gru_apply(&lstm, x, h));
    ck_message("gd_gru_apply: weight_hh of the cell is [16, 4] (\"lstm.weight_hh\"): gd_gru_new makes "
               "[3 hidden, hidden]");
    ck_assert_ptr_null(gd_gru_apply(&rnn, x, h));
    ck_assert_ptr_null(gd_rnn_apply(&lstm, x, h));
    ck_assert_ptr_null(gd_rnn_apply(&gru, x, h));
    ck_message("gd_rnn_apply: weight_hh of the cell is [12, 4] (\"gru.weight_hh\"): gd_rnn_new makes [1 hidden, "
               "hidden]");
    ck_assert_ptr_null(gd_lstm_apply(&gru, x, (gd_lstm_state){ h, h }).h);
    ck_message("gd_lstm_apply: weight_hh of the cell is [12, 4] (\"gru.weight_hh\"): gd_lstm_new makes [4 hidden, "
               "hidden]");
    ck_assert_ptr_null(gd_lstm_apply(&lstm, x, (gd_lstm_state){ h, gd_zeros(GD_SHAPE(7, 1, 1)) }).c);
    ck_message("gd_lstm_apply: h is [5, 4] and c is [7, 1, 1]: they must have the same shape");
    ck_assert_ptr_null(gd_gru_apply(&gru, x, wide));
    ck_message("gd_gru_apply: h is [5, 6]: a state of this cell is [.., 4]");
    ck_assert_ptr_null(gd_lstm_apply(&lstm, x, (gd_lstm_state){ wide, wide }).h);
    ck_assert_ptr_null(gd_rnn_apply(&rnn, x, gd_scalar(1)));
    ck_message("gd_rnn_apply: h is []: a state of this cell is [.., 4]");
    ck_assert(gd_rnn_apply(&rnn, x, h) && gd_gru_apply(&gru, x, h));
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nn: layers");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, groups_that_do_not_divide);
    tcase_add_test(all, names_and_shapes_are_pytorchs);
    tcase_add_test(all, first_values_are_pytorchs);
    tcase_add_test(all, initialisers);
    tcase_add_test(all, orthogonal_is_orthogonal);
    tcase_add_test(all, layers_are_their_functions);
    tcase_add_test(all, batch_norm_keeps_running_statistics);
    tcase_add_test(all, dropout_leaves_out_and_scales);
    tcase_add_test(all, cells_step_as_written);
    tcase_add_test(all, multihead_attends_as_written);
    tcase_add_test(all, attention_is_stable_and_causal);
    tcase_add_test(all, layers_refuse);
    tcase_add_test(all, cells_of_another_kind);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
