/* 45_language_model - a small language model trained by SGD with momentum, Adam, AdamW and Muon, each at its best rate.
 *
 * A transformer of 0.4 million parameters (two blocks of width 128, d2l 11.7) tells the next character of a licence
 * from up to 64 before it.  All four get the same grid of learning rates, the same batches, seeds, clipping and
 * schedule: up for a tenth of the steps, down along a cosine.  What is compared is the loss on the last tenth of the
 * text, which no one trains on, at the best rate of each.  Muon steps the matrices in the blocks; embeddings, head,
 * biases and norms go by AdamW in the same optimizer.
 *
 *     cc -O2 45_language_model.c $(pkg-config --cflags --libs gradus) -lm -o 45_language_model
 *     45_language_model [steps [rates [seeds [text file]]]]          300 6 1: about 20 minutes of processor time */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LENGTH = 64, BATCH = 16, WIDTH = 128, HEADS = 4, BLOCKS = 2, MOST = 1 << 17, RATES = 7, SEEN = 16 };
static const double rates[RATES] = { 1e-2, 1e-1, 1e-3, 3e-2, 3e-3, 3e-1, 3e-4 };      /* a coarse grid first */
static const char *const names[] = { "SGD with momentum", "Adam", "AdamW", "Muon" };

static int text[MOST], length, kinds;       /* characters as numbers 0 .. kinds - 1 */

static int number_of(int number[256], int c)
{
    if (!number[c])
        number[c] = ++kinds;
    return number[c] - 1;
}

static void read_text(const char *path)
{
    int number[256] = { 0 }, c;
    FILE *file = fopen(path, "rb");
    while (file && length < MOST && (c = getc(file)) != EOF)
        text[length++] = number_of(number, c);
    if (file)
        (void)fclose(file);
    for (int a = 1; length == 0 && a < 40; a++)             /* no such file: a table of products takes its place */
        for (int b = 1; b < 60 && length < MOST - 40; b++) {
            char line[40];
            const int n = snprintf(line, sizeof line, "%d times %d is %d.\n", a, b, a * b);
            for (int i = 0; i < n; i++)
                text[length++] = number_of(number, line[i]);
        }
}

typedef struct model {
    gd_embedding_layer letters, places;
    gd_encoder_block   block[BLOCKS];
    gd_layer_norm_layer norm;
    gd_linear          output;
} model;

static model model_new(gd_params *p)
{
    const gd_block_options first = { .norm_first = true, .gelu = true };
    return (model){ gd_embedding_new(p, "letters", kinds, WIDTH), gd_embedding_new(p, "places", LENGTH, WIDTH),
                    { gd_encoder_block_new(p, "block0", WIDTH, HEADS, 4 * WIDTH, first),
                      gd_encoder_block_new(p, "block1", WIDTH, HEADS, 4 * WIDTH, first) },
                    gd_layer_norm_new(p, "norm", GD_SHAPE(WIDTH)), gd_linear_new(p, "output", WIDTH, kinds) };
}

/* The loss over windows that begin at random places from `from` to `to`. */
static gd_tensor *loss_of(const model *m, int from, int to)
{
    gd_tensor *at = gd_uniform(GD_SHAPE(BATCH), from, to - LENGTH - 1), *x = gd_zeros(GD_SHAPE(BATCH, LENGTH));
    gd_tensor *y = gd_zeros_like(x);
    for (int i = 0; i < BATCH * LENGTH; i++) {
        x->data[i] = (gd_real)text[(int)at->data[i / LENGTH] + i % LENGTH];
        y->data[i] = (gd_real)text[(int)at->data[i / LENGTH] + i % LENGTH + 1];
    }
    gd_tensor *h = gd_add(gd_embedding_apply(&m->letters, x),
                          gd_embedding_apply(&m->places, gd_arange(0, LENGTH, 1)));
    for (int k = 0; k < BLOCKS; k++)
        h = gd_encoder_block_apply(&m->block[k], h, (gd_attention_masks){ .causal = true }, true);
    gd_tensor *logits = gd_linear_apply(&m->output, gd_layer_norm_apply(&m->norm, h));
    return gd_cross_entropy(gd_reshape(logits, GD_SHAPE(-1, kinds)), gd_flatten(y, 0), GD_MEAN);
}

static gd_optimizer *make(gd_params *p, int which)
{
    gd_sgd_options sgd = gd_sgd_defaults();
    sgd.momentum = 0.9;
    gd_muon_options muon = gd_muon_defaults(), others = gd_muon_adamw_defaults();
    muon.muon_scale = GD_MUON_MATCH_RMS_ADAMW;              /* one rate for both groups */
    gd_optimizer *o = which == 0 ? gd_sgd(p, sgd) : which == 1 ? gd_adam(p, gd_adam_defaults()) :
                      which == 2 ? gd_adamw(p, gd_adamw_defaults()) : gd_muon(p, muon);
    if (which == 3) {
        gd_muon_others(o, others);
        gd_optimizer_group(o, "letters", &others);
        gd_optimizer_group(o, "places", &others);
        gd_optimizer_group(o, "output.weight", &others);
    }
    return o;
}

/* Loss on the last tenth after training; recent[step] is the smoothed loss in training. */
static double train(int which, double lr, int seed, int steps, double *recent)
{
    gd_seed((uint64_t)seed + 1);
    gd_params *p = gd_params_new();
    model m = model_new(p);
    gd_optimizer *o = make(p, which);
    const int ramp = steps / 10 + 1;
    for (int step = 0; step < steps; step++) {
        GD_SCOPE;
        const double down = (double)(step - ramp) / (steps - ramp);
        const double factor = step < ramp ? (step + 1.) / ramp : (1 + cos(3.14159265 * down)) / 2;
        for (gd_group *group = &o->first; group; group = group->next)
            group->lr = lr * factor;
        gd_tensor *loss = loss_of(&m, 0, length * 9 / 10);
        gd_backward(loss);
        if (gd_clip_grad_norm(p, 1) >= 0)                   /* not NaN: a run that has diverged stands still */
            gd_step(o);
        gd_zero_grad(o);
        recent[step] = step ? 0.9 * recent[step - 1] + 0.1 * (double)gd_item(loss) : (double)gd_item(loss);
    }
    double sum = 0;
    gd_seed(99);
    for (int k = 0; k < SEEN; k++) {
        GD_SCOPE;
        GD_NO_GRAD;
        sum += (double)gd_item(loss_of(&m, length * 9 / 10, length)) / SEEN;
    }
    gd_optimizer_free(o);
    gd_params_free(p);
    return sum;
}

int main(int count, char **argument)
{
    const int steps = count > 1 ? atoi(argument[1]) : 300, tried = count > 2 ? atoi(argument[2]) : 6;
    const int seeds = count > 3 ? atoi(argument[3]) : 1;
    gd_on_error(NULL);
    read_text(count > 4 ? argument[4] : "/usr/share/common-licenses/GPL-3");
    double *curve = calloc((size_t)steps * 2, sizeof *curve), *best_curve = curve + steps;
    gd_plot *plot = gd_plot_new("A language model of 0.4 million parameters", "step", "loss of the next character");
    gd_params *p = gd_params_new();
    (void)model_new(p);
    printf("%d characters of %d kinds, %lld parameters; %d steps, %d seeds; loss on the last tenth of the text\n%-18s",
           length, kinds, (long long)gd_params_count(p), steps, seeds, "rate");
    gd_params_free(p);
    for (int r = 0; r < tried && r < RATES; r++)
        printf("  %7g", rates[r]);
    for (int which = 0; which < 4 && curve; which++) {
        double best = INFINITY, best_rate = 0;
        printf("\n%-18s", names[which]);
        for (int r = 0; r < tried && r < RATES; r++) {
            double loss = 0;
            for (int seed = 0; seed < seeds; seed++)
                loss += train(which, rates[r], seed, steps, curve) / seeds;
            printf("  %7.4f", loss);
            (void)fflush(stdout);
            if (loss < best) {
                best = loss;
                best_rate = rates[r];
                memcpy(best_curve, curve, (size_t)steps * sizeof *curve);
            }
        }
        char name[48];
        (void)snprintf(name, sizeof name, "%s, %g", names[which], best_rate);
        for (int step = 0; step < steps; step++)
            gd_plot_point(plot, name, step + 1, best_curve[step]);
    }
    gd_plot_save(plot, "out/45_language_model.png");
    gd_plot_free(plot);
    free(curve);
    printf("\nwrote out/45_language_model.png: the loss in training, smoothed, of each at its best rate\n");
    return 0;
}
