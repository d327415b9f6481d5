/* gpt.c - one step of a character GPT: 4 layers, 4 heads, 64 wide, block 64, batch 12, AdamW; against its matrix
 * products alone.
 *
 * The model is GPT-2's (Radford et al., 2019): learned positions, layer norms in front, biases, gelu; its head has
 * weights of its own.  Its loss is checked against plain loops in double precision. */
#include <math.h>
#include <stdlib.h>

#include <gradus.h>

#include "bench.h"
#include "floor/floor.h"

enum { B = GPT_BATCH, T = GPT_BLOCK, C = GPT_WIDTH, H = GPT_HEADS, D = C / H, LETTERS = GPT_LETTERS };

typedef struct layer {
    gd_tensor *norm1, *shift1, *qkv, *qkv_bias, *out, *out_bias;
    gd_tensor *norm2, *shift2, *up, *up_bias, *down, *down_bias;
} layer;

static gd_tensor    *letters, *next, *table, *places, *norm, *shift, *head;
static layer         layers[GPT_LAYERS];
static gd_params    *net;
static gd_optimizer *adamw;
static gd_program   *program;
static floor_gpt    *own, *blas;

/* ---- The model in Gradus --------------------------------------------------------------------------------- */

static gd_tensor *block(const layer *l, gd_tensor *x)
{
    gd_tensor *qkv = gd_affine(gd_layer_norm(x, l->norm1, l->shift1, 1e-5), l->qkv, l->qkv_bias);
    x = gd_add(x, gd_affine(gd_self_attention(qkv, H, true), l->out, l->out_bias));
    gd_tensor *h = gd_gelu(gd_affine(gd_layer_norm(x, l->norm2, l->shift2, 1e-5), l->up, l->up_bias));
    return gd_add(x, gd_affine(h, l->down, l->down_bias));
}

static gd_tensor *loss_of(gd_tensor *text, gd_tensor *following)
{
    gd_tensor *x = gd_add(gd_embedding(table, text), places);
    for (int i = 0; i < GPT_LAYERS; i++)
        x = block(&layers[i], x);
    gd_tensor *logits = gd_affine(gd_layer_norm(x, norm, shift, 1e-5), head, NULL);
    return gd_cross_entropy(gd_reshape(logits, GD_SHAPE(B * T, LETTERS)), following, GD_MEAN);
}

static gd_tensor *step(gd_tensor *const in[], int n, void *unused)
{
    (void)n;
    (void)unused;
    gd_tensor *l = loss_of(in[0], in[1]);
    gd_backward(l);
    gd_step(adamw);
    gd_zero_grad(adamw);
    return l;
}

static void gradus(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { letters, next };
    for (int64_t i = 0; i < times; i++) {
        GD_SCOPE;
        step(in, 2, NULL);
    }
}

static void captured(void *unused, int64_t times)
{
    (void)unused;
    gd_tensor *const in[] = { letters, next };
    for (int64_t i = 0; i < times; i++)
        gd_run(program, in, 2);
}

static void products(void *model, int64_t times)
{
    for (int64_t i = 0; i < times; i++)
        floor_gpt_products(model);
}

/* ---- The model as formulas, forward, one row of the batch ------------------------------------------------ */

static double rx[T][C], rn[T][C], rq[T][3 * C], ry[T][C], rh[T][4 * C];

static void plain_norm(const gd_tensor *weight, const gd_tensor *offset)
{
    for (int t = 0; t < T; t++) {
        double mean = 0, variance = 0;
        for (int i = 0; i < C; i++)
            mean += rx[t][i] / C;
        for (int i = 0; i < C; i++)
            variance += (rx[t][i] - mean) * (rx[t][i] - mean) / C;
        for (int i = 0; i < C; i++)
            rn[t][i] = (rx[t][i] - mean) / sqrt(variance + 1e-5) * (double)weight->data[i]
                     + (double)offset->data[i];
    }
}

static double plain_affine(const double *x, const gd_tensor *weight, const gd_tensor *bias, int i)
{
    const int64_t in = weight->shape[1];
    double sum = bias ? (double)bias->data[i] : 0;
    for (int64_t j = 0; j < in; j++)
        sum += x[j] * (double)weight->data[i * in + j];
    return sum;
}

static void plain_attention(int first)                      /* one head, channels first .. first + D */
{
    for (int t = 0; t < T; t++) {
        double p[T], sum = 0, y[D] = { 0 };
        for (int s = 0; s <= t; s++) {
            double dot = 0;
            for (int i = first; i < first + D; i++)
                dot += rq[t][i] * rq[s][C + i];
            sum += p[s] = exp(dot / sqrt(D));
        }
        for (int s = 0; s <= t; s++)
            for (int i = 0; i < D; i++)
                y[i] += p[s] / sum * rq[s][2 * C + first + i];
        for (int i = 0; i < D; i++)
            ry[t][first + i] = y[i];
    }
}

static void plain_block(const layer *l)
{
    plain_norm(l->norm1, l->shift1);
    for (int t = 0; t < T; t++)
        for (int i = 0; i < 3 * C; i++)
            rq[t][i] = plain_affine(rn[t], l->qkv, l->qkv_bias, i);
    for (int i = 0; i < C; i += D)
        plain_attention(i);
    for (int t = 0; t < T; t++)
        for (int i = 0; i < C; i++)
            rx[t][i] += plain_affine(ry[t], l->out, l->out_bias, i);
    plain_norm(l->norm2, l->shift2);
    for (int t = 0; t < T; t++) {
        for (int i = 0; i < 4 * C; i++) {
            const double u = plain_affine(rn[t], l->up, l->up_bias, i);
            rh[t][i] = 0.5 * u * (1 + erf(u / sqrt(2)));
        }
        for (int i = 0; i < C; i++)
            rx[t][i] += plain_affine(rh[t], l->down, l->down_bias, i);
    }
}

static double plain_loss(void)
{
    double loss = 0;
    for (int b = 0; b < B; b++) {
        for (int t = 0; t < T; t++)
            for (int i = 0; i < C; i++)
                rx[t][i] = (double)table->data[(int)letters->data[b * T + t] * C + i]
                         + (double)places->data[t * C + i];
        for (int k = 0; k < GPT_LAYERS; k++)
            plain_block(&layers[k]);
        plain_norm(norm, shift);
        for (int t = 0; t < T; t++) {
            double sum = 0;
            for (int i = 0; i < LETTERS; i++)
                sum += exp(plain_affine(rn[t], head, NULL, i));
            loss += log(sum) - plain_affine(rn[t], head, NULL, (int)next->data[b * T + t]);
        }
    }
    return loss / (B * T);
}

/* ---- The row --------------------------------------------------------------------------------------------- */

static gd_tensor *parameter(const char *name, int k, gd_tensor *value)
{
    char full[64];
    (void)snprintf(full, sizeof full, "%d.%s", k, name);
    return gd_param(net, full, value);
}

static gd_tensor *matrix(const char *name, int k, int64_t rows, int64_t columns)
{
    return parameter(name, k, gd_normal(GD_SHAPE(rows, columns), 0, 0.02));
}

static gd_tensor *vector(const char *name, int k, int64_t n, double mean)
{
    return parameter(name, k, gd_normal(GD_SHAPE(n), mean, 0.02));
}

static void make_model(void)
{
    net = gd_params_new();
    table = matrix("letters", 0, LETTERS, C);
    places = matrix("places", 0, T, C);
    for (int k = 0; k < GPT_LAYERS; k++)
        layers[k] = (layer){
            vector("norm1", k, C, 1), vector("shift1", k, C, 0),
            matrix("qkv", k, 3 * C, C), vector("qkv_bias", k, 3 * C, 0),
            matrix("out", k, C, C), vector("out_bias", k, C, 0),
            vector("norm2", k, C, 1), vector("shift2", k, C, 0),
            matrix("up", k, 4 * C, C), vector("up_bias", k, 4 * C, 0),
            matrix("down", k, C, 4 * C), vector("down_bias", k, C, 0)
        };
    norm = vector("norm", 0, C, 1);
    shift = vector("shift", 0, C, 0);
    head = matrix("head", 0, LETTERS, C);
    adamw = gd_adamw(net, gd_adamw_defaults());
}

static void close_row(void)
{
    floor_gpt_free(own);
    floor_gpt_free(blas);
    gd_program_free(program);
    gd_optimizer_free(adamw);
    gd_params_free(net);
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    gd_seed(1);
    make_model();
    letters = gd_zeros(GD_SHAPE(B, T));
    next = gd_zeros(GD_SHAPE(B * T));
    for (int i = 0; i < B * T; i++) {
        letters->data[i] = (float)(i * i % 63 % LETTERS);
        next->data[i] = (float)((i + 1) * (i + 1) % 63 % LETTERS);
    }
    own = floor_gpt_new(floor_product_gradus);
    blas = NULL;
#ifdef HAVE_OPENBLAS
    blas = floor_gpt_new(floor_product_openblas);
    c[BENCH_OTHER_FLOOR] = (bench_contestant){ .there = blas != NULL, .run = products, .state = blas };
#endif
    program = gd_capture(step, NULL);
    c[BENCH_CAPTURED] = (bench_contestant){ .there = true, .run = captured };
    c[BENCH_GRADUS] = (bench_contestant){ .there = true, .run = gradus };
    c[BENCH_FLOOR] = (bench_contestant){ .there = own != NULL, .run = products, .state = own };
    double before, after, slope = 0;
    {
        GD_SCOPE;
        gd_tensor *l = loss_of(letters, next);
        before = (double)gd_item(l);
        gd_backward(l);
        for (int i = 0; i < gd_params_tensors(net); i++) {      /* a short way against the gradient */
            GD_NO_GRAD;
            gd_tensor *p = gd_params_at(net, i);
            slope += (double)gd_item(gd_sum(gd_square(p->grad)));
        }
    }
    const bool same = bench_agree(row, "the loss", before, plain_loss(), 1e-5);
    const double way = 1e-3 / slope;            /* so that the loss sinks by about 0.001 */
    for (int i = 0; i < gd_params_tensors(net); i++) {
        GD_NO_GRAD;
        gd_tensor *p = gd_params_at(net, i);
        gd_add_to(p, p->grad, -way);
    }
    after = plain_loss();
    gd_zero_grad(adamw);
    adamw->lr = 1e-9;                           /* the model stays where it is: see mlp.c */
    return own && same && bench_agree(row, "the fall of the loss along the gradient, in thousandths", 1,
                                      (before - after) * 1e3, 0.05);
}

const bench_row gpt_rows[] = {
    { .name = "gpt", .what = "character GPT, 4 layers, 4 heads, 64 wide, block 64, batch 12, AdamW; "
                             "floor: its products alone, other: these by OpenBLAS",
      .unit = "step", .units = 1, .goal = 1.7, .captured_goal = 1.3, .open = open_row, .close = close_row },
    { 0 }
};
