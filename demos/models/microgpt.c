/* microgpt - a character transformer (A. Vaswani et al., "Attention is all you need", 2017; norms first, as in A.
 * Radford et al., "Language models are unsupervised multitask learners", 2019) learns first names and makes up others.
 * A tenth of the words is kept aside; the loss there of counting pairs of characters is the mark to beat.  names.txt
 * was written for this program; any list will do, such as /usr/share/dict/words of Debian's package wamerican.
 *
 *     cc -O2 microgpt.c $(pkg-config --cflags --libs gradus) -lm -o microgpt
 *     microgpt [steps [seed [temperature [words]]]]            600 1 0.7 demos/models/names.txt */
#include <gradus.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 16, KINDS = 27, MOST = 1 << 17, BATCH = 32, WIDTH = 48, HEADS = 4, BLOCKS = 2, SAMPLES = 20 };
static char words[MOST][LENGTH];
static int count;

/* Words of small letters, shorter than LENGTH.  x [count, LENGTH]: characters, 1 .. 26 for letters, 0 before the word;
 * y: those that follow, 0 after the word, and then -100, which gd_cross_entropy_with ignores. */
static gd_dataset read_words(const char *path)
{
    gd_dataset set = { gd_zeros(GD_SHAPE(MOST, LENGTH)), gd_full(GD_SHAPE(MOST, LENGTH), -100) };
    FILE *file = fopen(path, "r");
    char line[64];
    while (file && count < MOST && fscanf(file, "%63s", line) == 1) {
        const size_t n = strspn(line, "abcdefghijklmnopqrstuvwxyz");
        if (line[n] || n >= LENGTH)
            continue;
        gd_real *x = set.x->data + count * LENGTH, *y = set.y->data + count * LENGTH;
        for (size_t k = 0; k < n; k++)
            x[k + 1] = y[k] = (gd_real)(line[k] - 'a' + 1);
        y[n] = 0;
        memcpy(words[count++], line, n);
    }
    if (file)
        (void)fclose(file);
    return (gd_dataset){ gd_slice(set.x, 0, 0, count, 1), gd_slice(set.y, 0, 0, count, 1) };
}

static gd_tensor *loss_of(gd_tensor *logits, gd_tensor *y)
{
    return gd_cross_entropy_with(gd_transpose(logits, 1, 2), y, NULL, gd_cross_entropy_defaults());
}

/* The loss aside when the next character is predicted from the one before, as counted in the other words. */
static double loss_of_pairs(gd_dataset others, gd_dataset aside)
{
    gd_tensor *pairs = gd_ones(GD_SHAPE(KINDS, KINDS));                     /* one more each: none is impossible */
    for (int64_t i = 0; i < gd_numel(others.y); i++)
        if (others.y->data[i] >= 0)
            pairs->data[(int)others.x->data[i] * KINDS + (int)others.y->data[i]]++;
    return (double)gd_item(loss_of(gd_embedding(gd_log(pairs), aside.x), aside.y));
}

typedef struct model {
    gd_embedding_layer  letters, places;
    gd_encoder_block    block[BLOCKS];
    gd_layer_norm_layer norm;
    gd_linear           output;
} model;

static model model_new(gd_params *p)
{
    const gd_block_options options = { .norm_first = true, .gelu = true, .dropout = 0.1 };
    return (model){ gd_embedding_new(p, "letters", KINDS, WIDTH), gd_embedding_new(p, "places", LENGTH, WIDTH),
                    { gd_encoder_block_new(p, "block0", WIDTH, HEADS, 4 * WIDTH, options),
                      gd_encoder_block_new(p, "block1", WIDTH, HEADS, 4 * WIDTH, options) },
                    gd_layer_norm_new(p, "norm", GD_SHAPE(WIDTH)), gd_linear_new(p, "output", WIDTH, KINDS) };
}

/* characters [n, length] -> logits of the next ones [n, length, KINDS] */
static gd_tensor *forward(const model *m, gd_tensor *x, bool training)
{
    gd_tensor *h = gd_add(gd_embedding_apply(&m->letters, x),
                          gd_embedding_apply(&m->places, gd_arange(0, (double)x->shape[1], 1)));
    for (int i = 0; i < BLOCKS; i++)        /* h += attention(norm(h)), then h += linear(gelu(linear(norm(h)))) */
        h = gd_encoder_block_apply(&m->block[i], h, (gd_attention_masks){ .causal = true }, training);
    return gd_linear_apply(&m->output, gd_layer_norm_apply(&m->norm, h));
}

/* SAMPLES words at once: each character is drawn with the probabilities softmax(logits / temperature). */
static void make_up(const model *m, double temperature)
{
    GD_NO_GRAD;
    gd_tensor *x = gd_zeros(GD_SHAPE(SAMPLES, LENGTH));
    for (int n = 1; n < LENGTH; n++) {
        GD_SCOPE;
        gd_tensor *last = gd_squeeze(gd_slice(forward(m, gd_slice(x, 1, 0, n, 1), false), 1, n - 1, n, 1), 1);
        gd_assign(gd_slice(x, 1, n, n + 1, 1), gd_multinomial(gd_softmax(gd_scale(last, 1 / temperature), 1), 1, true));
    }
    for (int i = 0; i < SAMPLES; i++) {
        char word[LENGTH] = "";
        for (int k = 1; k < LENGTH && x->data[i * LENGTH + k] > 0; k++)
            word[k - 1] = (char)('a' - 1 + (int)x->data[i * LENGTH + k]);
        int k = 0;
        while (k < count && strcmp(words[k], word) != 0)
            k++;
        printf("%s%s%s", word, k < count ? "*" : "", i % 10 == 9 ? "\n" : " ");
    }
}

int main(int arguments, char **argument)
{
    const int steps = arguments > 1 ? atoi(argument[1]) : 600;
    const uint64_t seed = arguments > 2 ? strtoull(argument[2], NULL, 10) : 1;
    const double temperature = arguments > 3 ? strtod(argument[3], NULL) : 0.7;
    const char *path = arguments > 4 ? argument[4] : "demos/models/names.txt";
    gd_on_error(gd_abort);
    gd_seed(seed);
    gd_dataset all = read_words(path);
    if (count < 100) {
        printf("%s: %d words of small letters were found; at least 100 are needed\n", path, count);
        return 1;
    }
    gd_split parts = gd_train_test_split(count, 0.1, (gd_split_options){ .seed = seed });
    gd_batch batch;
    gd_dataset others = gd_subset(all, parts.train), aside = gd_subset(all, parts.test);
    gd_loader *load = gd_loader_new(others, (gd_loader_options){ .batch = BATCH, .shuffle = true, .seed = seed });
    gd_params *p = gd_params_new();
    model m = model_new(p);
    gd_optimizer *adamw = gd_adamw(p, gd_adamw_defaults());
    gd_set_schedule(&adamw->first, gd_lr_warmup(gd_lr_cosine(3e-3, 0, steps), steps / 20 + 1, 0));
    gd_plot *plot = gd_plot_new("A small transformer learns to spell", "step", "loss of a character");
    const double mark = loss_of_pairs(others, aside);
    gd_plot_hline(plot, mark, "counting pairs, aside");
    printf("%d words of %s, a tenth kept aside; %lld parameters\ncounting pairs of characters: loss %.4f aside\n\n"
           " step   training    aside\n", count, path, (long long)gd_params_count(p), mark);
    for (int step = 1; step <= steps; step++) {
        GD_SCOPE;
        while (!gd_loader_next(load, &batch)) { }           /* false between two epochs */
        gd_tensor *loss = loss_of(forward(&m, batch.x, true), batch.y);
        gd_backward(loss);
        gd_step(adamw);
        gd_zero_grad(adamw);
        gd_plot_point(plot, "training", step, (double)gd_item(loss));
        if (step % (steps / 12 + 1) == 1 || step == steps) {
            GD_NO_GRAD;
            gd_tensor *there = loss_of(forward(&m, aside.x, false), aside.y);
            gd_plot_point(plot, "words kept aside", step, (double)gd_item(there));
            printf("%5d     %.4f    %.4f\n", step, (double)gd_item(loss), (double)gd_item(there));
        }
    }
    printf("\nmade up at temperature %g (* stands in the list):\n", temperature);
    make_up(&m, temperature);
    gd_plot_save(plot, "out/microgpt.png");
    printf("wrote out/microgpt.png\n");
    gd_plot_free(plot);
    gd_loader_free(load);
    gd_optimizer_free(adamw);
    gd_params_free(p);
    return 0;
}
