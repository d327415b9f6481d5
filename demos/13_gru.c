/* 13_gru - a model of characters with a gated recurrent unit (K. Cho et al., "Learning phrase representations
 * using RNN encoder-decoder", 2014), unrolled over 32 characters.
 *
 *     13_gru [--steps n] [--seed n] [text file]
 *
 * It reads a licence that every Debian system carries and learns to tell the next character from all before it,
 * through a state of 128 numbers.  The mark to beat is the loss of counting pairs: the mean of
 * -ln p(character | the one before), with p counted in the same text.  At the end it writes some text itself. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 32, BATCH = 32, WIDTH = 32, HIDDEN = 128 };

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
    gd_embedding_layer letters;
    gd_cell            gru;
    gd_linear          output;
} model;

static model model_new(gd_params *p, int kinds)
{
    return (model){ gd_embedding_new(p, "letters", kinds, WIDTH), gd_gru_new(p, "gru", WIDTH, HIDDEN),
                    gd_linear_new(p, "output", HIDDEN, kinds) };
}

/* x [rows, length] -> logits of the next characters [rows, length, kinds]; *h is the state before and after. */
static gd_tensor *forward(const model *m, gd_tensor *x, gd_tensor **h)
{
    int64_t length = x->shape[1];
    gd_tensor *letters = gd_embedding_apply(&m->letters, x), *states[LENGTH];
    for (int64_t k = 0; k < length; k++)
        states[k] = *h = gd_gru_apply(&m->gru, gd_squeeze(gd_slice(letters, 1, k, k + 1, 1), 1), *h);
    return gd_linear_apply(&m->output, gd_stack(states, (int)length, 1));
}

static gd_tensor *loss_at(const model *m, const text *t, int *start, int rows, gd_tensor **h)
{
    gd_tensor *x = windows(t, start, rows, LENGTH);
    for (int i = 0; i < rows; i++)
        start[i]++;
    gd_tensor *y = windows(t, start, rows, LENGTH);
    gd_tensor *logits = gd_reshape(forward(m, x, h), GD_SHAPE(-1, t->kinds));
    return gd_cross_entropy(logits, gd_flatten(y, 0), GD_MEAN);
}

/* Through the whole text; the state goes on from window to window in a tensor that outlives the scope. */
static double mean_loss(const model *m, const text *t)
{
    GD_NO_GRAD;
    double sum = 0;
    int seen = 0;
    gd_tensor *state = gd_zeros(GD_SHAPE(1, HIDDEN));
    for (int at = 0; at + LENGTH + 1 <= t->n; at += LENGTH, seen++) {
        GD_SCOPE;
        gd_tensor *h = state;
        sum += (double)gd_item(loss_at(m, t, &(int){ at }, 1, &h));
        gd_assign(state, h);
    }
    return sum / seen;
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
        gd_tensor *h = gd_zeros(GD_SHAPE(BATCH, HIDDEN));
        gd_tensor *loss = loss_at(m, t, start, BATCH, &h);
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
    gd_tensor *state = gd_zeros(GD_SHAPE(1, HIDDEN));
    int last = t->at[0];
    for (int i = 0; i < characters; i++) {
        GD_SCOPE;
        gd_tensor *h = state, *logits = forward(m, gd_full(GD_SHAPE(1, 1), last), &h);
        last = drawn(logits);
        putchar(t->letter[last]);
        gd_assign(state, h);
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
    const char *title = "A gated recurrent unit learns a text";
    char *all = read_file(path);
    if (!all || strlen(all) < 10 * LENGTH) {
        printf("%s cannot be read or is short; a table of products takes its place.\n", path);
        free(all);
        path = "a table of products, made up";
        title = "A gated recurrent unit learns a made-up table of products";
        all = products();
    }
    text t = text_of(all);
    double mark = loss_of_pairs(&t);
    gd_params *params = gd_params_new();
    model m = model_new(params, t.kinds);
    printf("%s: %d characters, %d kinds; the model has %lld parameters\n", path, t.n, t.kinds,
           (long long)gd_params_count(params));
    printf("counting pairs of characters: loss %.4f\n\n step   loss\n", mark);

    gd_plot *plot = gd_plot_new(title, "step", "loss of the next character");
    double loss = train(&m, params, &t, steps, mark, plot);
    printf("\nover the whole text: loss %.4f, counting pairs %.4f\n\n", loss, mark);
    write_text(&m, &t, 300);
    gd_plot_save(plot, "out/13_gru.png");
    printf("\nwrote out/13_gru.png\n");
    gd_plot_free(plot);
    gd_params_free(params);
    free(t.at);
    free(all);
    return 0;
}
