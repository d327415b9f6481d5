/* 12_attention - a model of characters with one attention block (A. Vaswani et al., "Attention is all you need",
 * 2017; layer norm before each part, as in R. Xiong et al. 2020).
 *
 *     12_attention [--steps n] [--seed n] [text file]
 *
 * It reads a licence that every Debian system carries and learns to tell the next character from up to 64 before
 * it.  The mark to beat is the loss of counting pairs: the mean of -ln p(character | the one before), with p
 * counted in the same text.  At the end it writes some text of its own. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 64, BATCH = 32, WIDTH = 64, HEADS = 4 };

/* ---- The text: characters as numbers 0 .. kinds-1 ------------------------------------------------------- */

typedef struct text {
    int   *at;
    int    n, kinds;
    char   letter[256];                     /* of each number */
} text;

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    enum { MOST = 1 << 20 };
    char *all = malloc(MOST + 1);
    size_t n = all ? fread(all, 1, MOST, file) : 0;
    fclose(file);
    if (all)
        all[n] = '\0';
    return all;
}

/* Where there is no such file: a table of products in words and figures. */
static char *products(void)
{
    char *all = malloc(1 << 16), *to = all;
    for (int a = 1; a <= 25 && all; a++)
        for (int b = 1; b <= 60; b++)
            to += sprintf(to, "%d times %d is %d.\n", a, b, a * b);
    return all;
}

static text text_of(const char *all)
{
    text t = { malloc(strlen(all) * sizeof *t.at), (int)strlen(all), 0, { 0 } };
    int number[256];
    memset(number, -1, sizeof number);
    for (int i = 0; i < t.n && t.at; i++) {
        unsigned char c = (unsigned char)all[i];
        if (number[c] < 0) {
            t.letter[t.kinds] = (char)c;
            number[c] = t.kinds++;
        }
        t.at[i] = number[c];
    }
    return t;
}

static double loss_of_pairs(const text *t)
{
    static double pair[256][256], single[256];
    for (int i = 0; i + 1 < t->n; i++) {
        pair[t->at[i]][t->at[i + 1]]++;
        single[t->at[i]]++;
    }
    double loss = 0;
    for (int i = 0; i + 1 < t->n; i++)
        loss -= log(pair[t->at[i]][t->at[i + 1]] / single[t->at[i]]);
    return loss / (t->n - 1);
}

/* Characters from each start on, [rows, length]. */
static gd_tensor *windows(const text *t, const int *start, int rows, int length)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(rows, length));
    for (int i = 0; i < rows; i++)
        for (int k = 0; k < length; k++)
            x->data[i * length + k] = (gd_real)t->at[start[i] + k];
    return x;
}

/* ---- The model ------------------------------------------------------------------------------------------ */

typedef struct model {
    gd_embedding_layer  letters, places;
    gd_layer_norm_layer norm1, norm2, norm3;
    gd_multihead        attention;
    gd_linear           wide, narrow, output;
} model;

static model model_new(gd_params *p, int kinds)
{
    return (model){
        gd_embedding_new(p, "letters", kinds, WIDTH), gd_embedding_new(p, "places", LENGTH, WIDTH),
        gd_layer_norm_new(p, "norm1", GD_SHAPE(WIDTH)), gd_layer_norm_new(p, "norm2", GD_SHAPE(WIDTH)),
        gd_layer_norm_new(p, "norm3", GD_SHAPE(WIDTH)), gd_multihead_new(p, "attention", WIDTH, HEADS),
        gd_linear_new(p, "wide", WIDTH, 4 * WIDTH), gd_linear_new(p, "narrow", 4 * WIDTH, WIDTH),
        gd_linear_new(p, "output", WIDTH, kinds),
    };
}

/* The sum of the two embeddings is what everything is added to: it learns sooner when it starts small. */
static void make_small(gd_tensor *weight)
{
    GD_NO_GRAD;
    gd_assign(weight, gd_scale(weight, 0.05));
}

/* x [rows, length] -> logits of the next characters [rows, length, kinds] */
static gd_tensor *forward(const model *m, gd_tensor *x)
{
    gd_tensor *place = gd_arange(0, (double)x->shape[1], 1);
    gd_tensor *h = gd_add(gd_embedding_apply(&m->letters, x), gd_embedding_apply(&m->places, place));
    gd_tensor *a = gd_layer_norm_apply(&m->norm1, h);
    h = gd_add(h, gd_multihead_apply(&m->attention, a, a, a, true));
    gd_tensor *b = gd_layer_norm_apply(&m->norm2, h);
    h = gd_add(h, gd_linear_apply(&m->narrow, gd_relu(gd_linear_apply(&m->wide, b))));
    return gd_linear_apply(&m->output, gd_layer_norm_apply(&m->norm3, h));
}

static gd_tensor *loss_at(const model *m, const text *t, int *start, int rows)
{
    gd_tensor *x = windows(t, start, rows, LENGTH);
    for (int i = 0; i < rows; i++)
        start[i]++;
    gd_tensor *y = windows(t, start, rows, LENGTH);
    gd_tensor *logits = gd_reshape(forward(m, x), GD_SHAPE(-1, t->kinds));
    return gd_cross_entropy(logits, gd_flatten(y, 0), GD_MEAN);
}

/* Over windows that lie side by side in the whole text. */
static double mean_loss(const model *m, const text *t)
{
    GD_NO_GRAD;
    double sum = 0;
    int windows_seen = 0;
    for (int at = 0; at + LENGTH + 1 <= t->n; at += LENGTH, windows_seen++) {
        GD_SCOPE;
        sum += (double)gd_item(loss_at(m, t, &(int){ at }, 1));
    }
    return sum / windows_seen;
}

/* ---- Training and writing ------------------------------------------------------------------------------- */

static double train(model *m, gd_params *params, const text *t, int steps, double mark, gd_plot *plot)
{
    gd_adam_options options = gd_adam_defaults();
    options.lr = 3e-3;
    gd_optimizer *adam = gd_adam(params, options);
    double recent = 0;
    for (int step = 1; step <= steps; step++) {
        GD_SCOPE;
        adam->lr = options.lr * fmin(1, 2 - 2 * (double)(step - 1) / steps);    /* falls in the second half */
        int start[BATCH];
        gd_tensor *random = gd_uniform(GD_SHAPE(BATCH), 0, t->n - LENGTH - 1);
        for (int i = 0; i < BATCH; i++)
            start[i] = (int)random->data[i];
        gd_tensor *loss = loss_at(m, t, start, BATCH);
        gd_backward(loss);
        gd_clip_grad_norm(params, 1);
        gd_step(adam);
        gd_zero_grad(adam);
        recent = step == 1 ? (double)gd_item(loss) : 0.95 * recent + 0.05 * (double)gd_item(loss);
        gd_plot_point(plot, "loss", step, recent);
        gd_plot_point(plot, "loss of counting pairs", step, mark);
        if (step % 100 == 0)
            printf("%5d   %.4f\n", step, recent);
    }
    gd_optimizer_free(adam);
    return mean_loss(m, t);
}

/* A number drawn with the probabilities softmax(logits). */
static int drawn(gd_tensor *logits)
{
    gd_tensor *sums = gd_cumsum(gd_softmax(gd_flatten(logits, 0), 0), 0);
    double u = (double)gd_item(gd_uniform(GD_SHAPE(), 0, 1));
    int k = 0;
    while (k + 1 < (int)gd_numel(sums) && (double)sums->data[k] <= u)
        k++;
    return k;
}

static void write_text(const model *m, const text *t, int characters)
{
    GD_NO_GRAD;
    int so_far[LENGTH] = { t->at[0] }, n = 1;
    text context = { so_far, LENGTH, t->kinds, { 0 } };
    for (int i = 0; i < characters; i++) {
        GD_SCOPE;
        gd_tensor *logits = forward(m, windows(&context, &(int){ 0 }, 1, n));
        int next = drawn(gd_slice(gd_squeeze(logits, 0), 0, n - 1, n, 1));
        putchar(t->letter[next]);
        if (n == LENGTH)
            memmove(so_far, so_far + 1, (size_t)--n * sizeof *so_far);
        so_far[n++] = next;
    }
    putchar('\n');
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int steps = 400;
    uint64_t seed = 1;
    const char *path = "/usr/share/common-licenses/GPL-3";
    for (int i = 1; i < count; i++) {
        if (strcmp(argument[i], "--steps") == 0 && i + 1 < count)
            steps = atoi(argument[++i]);
        else if (strcmp(argument[i], "--seed") == 0 && i + 1 < count)
            seed = strtoull(argument[++i], NULL, 10);
        else
            path = argument[i];
    }
    gd_seed(seed);
    const char *title = "One attention block learns a text";
    char *all = read_file(path);
    if (!all || strlen(all) < 10 * LENGTH) {
        printf("%s cannot be read or is short; a table of products takes its place.\n", path);
        free(all);
        path = "a table of products, made up";
        title = "One attention block learns a made-up table of products";
        all = products();
    }
    text t = text_of(all);
    double mark = loss_of_pairs(&t);
    gd_params *params = gd_params_new();
    model m = model_new(params, t.kinds);
    make_small(m.letters.weight);
    make_small(m.places.weight);
    printf("%s: %d characters, %d kinds; the model has %lld parameters\n", path, t.n, t.kinds,
           (long long)gd_params_count(params));
    printf("counting pairs of characters: loss %.4f\n\n step   loss\n", mark);

    gd_plot *plot = gd_plot_new(title, "step", "loss of the next character");
    double loss = train(&m, params, &t, steps, mark, plot);
    printf("\nover the whole text: loss %.4f, counting pairs %.4f\n\n", loss, mark);
    write_text(&m, &t, 300);
    gd_plot_save(plot, "out/12_attention.png");
    printf("\nwrote out/12_attention.png\n");
    gd_plot_free(plot);
    gd_params_free(params);
    free(t.at);
    free(all);
    return 0;
}
