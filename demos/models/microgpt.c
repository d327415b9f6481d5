/* microgpt - a transformer that makes up words, in one file: after A. Karpathy's makemore (2022), with blocks as in
 * A. Vaswani et al., "Attention is all you need" (2017), and the norm before each part.
 *
 *     microgpt [steps] [seed] [file with a word in each line]
 *     cc -O2 microgpt.c $(pkg-config --cflags --libs gradus) -o microgpt
 *
 * It learns to tell each letter of a word, and its end, from the letters before.  Words come from the file, else from
 * the dictionary of Debian's package wamerican, else from syllables put together at random.  Letters that are drawn one
 * after the other from the model's probabilities make words that it was not shown. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 16, BATCH = 32, WIDTH = 32, HEADS = 4, MOST = 200000, LETTERS = 27 };

/* ---- Words: lower case letters are 1 .. 26, 0 is the beginning and the end -------------------------------------- */

static char words[MOST][LENGTH];
static int  count;

static void add_word(const char *word)
{
    size_t n = strlen(word);
    if (n > 2 && n < LENGTH && strspn(word, "abcdefghijklmnopqrstuvwxyz") == n && count < MOST)
        memcpy(words[count++], word, n + 1);
}

static const char *read_words(const char *path)
{
    char line[256];
    FILE *file = fopen(path ? path : "/usr/share/dict/words", "r");
    while (file && fscanf(file, "%255s", line) == 1)
        add_word(line);
    if (file)
        fclose(file);
    if (count > 1000)
        return path ? path : "the dictionary";
    static const char *const first[] = { "ma", "jo", "el", "an", "ka", "ro", "be", "li", "sa", "da", "no", "vi" };
    static const char *const middle[] = { "ri", "na", "li", "ra", "ni", "le", "se", "mi", "to", "" };
    static const char *const last[] = { "na", "a", "el", "on", "us", "ya", "ne", "th", "ria", "bert" };
    for (count = 0; count < 5000; add_word(line))
        snprintf(line, sizeof line, "%s%s%s%s", first[rand() % 12], middle[rand() % 10], middle[rand() % 10],
                 last[rand() % 10]);
    return "names of syllables, made up";
}

/* Words drawn at random as x [BATCH, LENGTH], and y, what follows each letter; -100, after the end, does not count. */
static gd_tensor *draw_words(gd_tensor **y)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(BATCH, LENGTH)), *which = gd_uniform(GD_SHAPE(BATCH), 0, count);
    *y = gd_full(GD_SHAPE(BATCH, LENGTH), -100);
    for (int i = 0; i < BATCH; i++) {
        const char *word = words[(int)which->data[i]];
        const int n = (int)strlen(word);
        for (int k = 0; k <= n; k++) {
            x->data[i * LENGTH + k] = (gd_real)(k > 0 ? word[k - 1] - 'a' + 1 : 0);
            (*y)->data[i * LENGTH + k] = (gd_real)(k < n ? word[k] - 'a' + 1 : 0);
        }
    }
    return x;
}

/* ---- The model -------------------------------------------------------------------------------------------------- */

typedef struct model {
    gd_embedding_layer  letters, places;
    gd_encoder_block    block0, block1;
    gd_layer_norm_layer norm;
    gd_linear           output;
} model;

static model model_new(gd_params *p)
{
    const gd_block_options before = { .norm_first = true, .gelu = true };
    return (model){
        gd_embedding_new(p, "letters", LETTERS, WIDTH), gd_embedding_new(p, "places", LENGTH, WIDTH),
        gd_encoder_block_new(p, "block0", WIDTH, HEADS, 4 * WIDTH, before),
        gd_encoder_block_new(p, "block1", WIDTH, HEADS, 4 * WIDTH, before),
        gd_layer_norm_new(p, "norm", GD_SHAPE(WIDTH)), gd_linear_new(p, "output", WIDTH, LETTERS)
    };
}

/* x [rows, length] -> logits [rows, length, LETTERS]; each place sees those before it and itself */
static gd_tensor *forward(const model *m, gd_tensor *x)
{
    gd_tensor *place = gd_embedding_apply(&m->places, gd_arange(0, (double)x->shape[1], 1));
    gd_tensor *h = gd_add(gd_embedding_apply(&m->letters, x), place);
    h = gd_encoder_block_apply(&m->block0, h, (gd_attention_masks){ .causal = true }, true);
    h = gd_encoder_block_apply(&m->block1, h, (gd_attention_masks){ .causal = true }, true);
    return gd_linear_apply(&m->output, gd_layer_norm_apply(&m->norm, h));
}

/* A word is written letter by letter, until 0 is drawn. */
static void write_word(const model *m)
{
    GD_NO_GRAD;
    GD_SCOPE;
    gd_tensor *x = gd_zeros(GD_SHAPE(1, LENGTH));
    for (int n = 1; n < LENGTH; n++) {
        gd_tensor *logits = gd_slice(gd_squeeze(forward(m, x), 0), 0, n - 1, n, 1);
        gd_tensor *sums = gd_cumsum(gd_softmax(gd_flatten(logits, 0), 0), 0);
        const double u = (double)gd_item(gd_uniform(GD_SHAPE(), 0, 1));
        int letter = 0;
        while (letter + 1 < LETTERS && (double)sums->data[letter] <= u)
            letter++;
        if (letter == 0)
            break;
        x->data[n] = (gd_real)letter;
        putchar('a' + letter - 1);
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    gd_on_error(gd_abort);
    const int steps = argc > 1 ? atoi(argv[1]) : 600;
    gd_seed(argc > 2 ? strtoull(argv[2], NULL, 10) : 1);
    gd_params *net = gd_params_new();
    model m = model_new(net);
    const char *source = read_words(argc > 3 ? argv[3] : NULL);
    printf("%d words from %s; the model has %d parameters\n", count, source, (int)gd_params_count(net));
    gd_optimizer *adam = gd_adamw(net, gd_adamw_defaults());
    gd_set_schedule(&adam->first, gd_lr_warmup(gd_lr_cosine(3e-3, 1e-4, steps), 20, 0));
    gd_plot *plot = gd_plot_new("A small transformer learns to spell", "step", "loss of the next letter");
    double recent = log(LETTERS);           /* the loss of guessing */
    for (int step = 1; step <= steps; step++) {
        GD_SCOPE;
        gd_tensor *y, *x = draw_words(&y), *logits = gd_reshape(forward(&m, x), GD_SHAPE(-1, LETTERS));
        gd_tensor *loss = gd_cross_entropy_with(logits, gd_flatten(y, 0), NULL,
                                                gd_cross_entropy_defaults());
        gd_backward(loss);
        gd_step(adam);
        gd_zero_grad(adam);
        recent += 0.05 * ((double)gd_item(loss) - recent);
        gd_plot_point(plot, "loss", step, recent);
        if (step % 100 == 0)
            printf("step %5d   loss %.4f\n", step, recent);
    }
    gd_plot_save(plot, "out/microgpt.png");
    for (int i = 0; i < 10; i++)
        write_word(&m);
    gd_plot_free(plot);
    gd_optimizer_free(adam);
    gd_params_free(net);
    return 0;
}
