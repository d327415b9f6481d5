/* sine_with_yogi - everything that a training run has, on a noisy sine: Yogi, a schedule with warm-up, clipping, early
 * stopping that brings the best parameters back, a history, and checkpoints from which a run goes on.
 *
 * The run is done twice: once from start to end, and once killed in the middle, in spirit, and resumed by new objects
 * from what is in the files.  Both must stop at the same epoch with the same parameters, bit for bit, and their
 * histories must be the same. */
#include <gradus.h>
#include <math.h>
#include <string.h>

enum { TRAIN = 120, VALIDATION = 80, EPOCHS = 400, KILLED = 60 };

typedef struct run {
    gd_params         *net, *best;
    gd_linear          first, second, last;
    gd_optimizer      *yogi;
    gd_loader         *load;
    gd_early_stopping *stop;
    gd_history        *history;
    const char        *checkpoint, *best_file, *table;
} run;

typedef struct data {
    gd_dataset train, validation;
} data;

static gd_dataset noisy_sine(int64_t n)
{
    gd_tensor *x = gd_uniform(GD_SHAPE(n, 1), -3, 3);
    return (gd_dataset){ x, gd_add(gd_sin(gd_scale(x, 2)), gd_normal(GD_SHAPE(n, 1), 0, 0.2)) };
}

static gd_tensor *forward(const run *r, gd_tensor *x)
{
    x = gd_tanh(gd_linear_apply(&r->first, x));
    x = gd_tanh(gd_linear_apply(&r->second, x));
    return gd_linear_apply(&r->last, x);
}

static double loss_over(const run *r, gd_dataset set)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(gd_mse_loss(forward(r, set.x), set.y, GD_MEAN));
}

static void begin(run *r, const data *d)
{
    gd_seed(7);
    r->net = gd_params_new();
    r->first = gd_linear_new(r->net, "first", 1, 64);
    r->second = gd_linear_new(r->net, "second", 64, 64);
    r->last = gd_linear_new(r->net, "last", 64, 1);
    gd_yogi_options options = gd_yogi_defaults();
    options.lr = 0.01;
    r->yogi = gd_yogi(r->net, options);
    gd_set_schedule(&r->yogi->first, gd_lr_warmup(gd_lr_cosine(0.01, 0.0002, 1600), 50, 0.0001));
    r->load = gd_loader_new(d->train, (gd_loader_options){ .batch = 24, .shuffle = true, .seed = 7 });
    r->stop = gd_early_stopping_new(r->net, (gd_early_stopping_options){ .patience = 60 });
    r->history = gd_history_new("epoch");
}

static void end(run *r)
{
    gd_history_free(r->history);
    gd_early_stopping_free(r->stop);
    gd_loader_free(r->load);
    gd_optimizer_free(r->yogi);
    gd_params_free(r->net);
}

/* What a checkpoint must hold besides parameters, optimizer and loader. */
#define NOTES(stop) { { .key = "best", .number = &(stop)->best }, { .key = "bad", .number = &(stop)->bad },    \
                      { .key = "count", .number = &(stop)->count },                                            \
                      { .key = "best_count", .number = &(stop)->best_count } }

static void save(run *r)
{
    gd_note notes[] = NOTES(r->stop);
    gd_checkpoint_save(r->checkpoint, &(gd_training_run){ .params = r->net, .optimizer = r->yogi, .loader = r->load,
                                                 .notes = notes, .note_count = 4 });
    gd_save(r->best_file, r->stop->best_params, NULL);
    gd_history_save(r->history, r->table);
}

static void load(run *r)
{
    gd_note notes[] = NOTES(r->stop);
    gd_checkpoint_load(r->checkpoint, &(gd_training_run){ .params = r->net, .optimizer = r->yogi, .loader = r->load,
                                                 .notes = notes, .note_count = 4 }, gd_load_defaults(), NULL);
    gd_load(r->best_file, r->stop->best_params, NULL);
    gd_history_free(r->history);
    r->history = gd_history_resume(r->table, gd_loader_epoch(r->load));
}

/* Trains up to an epoch, or until early stopping says so; returns the epoch. */
static int train(run *r, const data *d, int last)
{
    int epoch = (int)gd_loader_epoch(r->load);
    for (bool done = false; epoch < last && !done;) {
        gd_running loss = gd_running_start();
        gd_batch batch;
        while (gd_loader_next(r->load, &batch)) {
            GD_SCOPE;
            gd_tensor *l = gd_mse_loss(forward(r, batch.x), batch.y, GD_MEAN);
            gd_backward(l);
            gd_clip_grad_norm(r->net, 1);
            gd_step(r->yogi);
            gd_zero_grad(r->yogi);
            gd_running_add(&loss, (double)gd_item(l), (double)batch.size);
        }
        epoch++;
        gd_history_add(r->history, "training", epoch, gd_running_mean(&loss));
        gd_history_add(r->history, "validation", epoch, loss_over(r, d->validation));
        done = gd_early_stopping_next(r->stop, loss_over(r, d->validation));
    }
    return epoch;
}

static bool same_bits(const run *a, const run *b)
{
    for (int i = 0; i < gd_params_tensors(a->net); i++) {
        const gd_tensor *s = gd_params_at(a->net, i), *t = gd_params_at(b->net, i);
        if (memcmp(s->data, t->data, (size_t)gd_numel(s) * sizeof *s->data) != 0)
            return false;
    }
    if (gd_history_rows(a->history) != gd_history_rows(b->history))
        return false;
    for (int64_t i = 0; i < gd_history_rows(a->history); i++)
        if (gd_history_value(a->history, "validation", i) != gd_history_value(b->history, "validation", i))
            return false;
    return true;
}

static void draw(const run *r, const data *d)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_plot *fit = gd_plot_new("The fit of the best epoch", "x", "y");
    gd_plot *losses = gd_plot_new("The run", "epoch", "loss");
    gd_plot_tensor(fit, "training data", gd_flatten(d->train.x, 0), gd_flatten(d->train.y, 0));
    gd_plot_style(fit, "training data", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE, .marker_size = 4,
                                                        .colour = GD_GREY });
    gd_tensor *x = gd_linspace(-3, 3, 300);
    gd_plot_tensor(fit, "sin 2x", x, gd_sin(gd_scale(x, 2)));
    gd_plot_tensor(fit, "network", x, gd_flatten(forward(r, gd_unsqueeze(x, 1)), 0));
    gd_plot_ylim(fit, -1.8, 2.6);
    gd_history_plot(r->history, NULL, losses);
    gd_plot_log_y(losses, true);
    gd_plot_save_grid((gd_plot *[]){ fit, losses }, 1, 2, NULL, "out/sine_with_yogi.png");
    gd_plot_free(fit);
    gd_plot_free(losses);
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_seed(1);
    data d = { noisy_sine(TRAIN), noisy_sine(VALIDATION) };

    run whole = { .checkpoint = NULL };
    begin(&whole, &d);
    int epoch = train(&whole, &d, EPOCHS);
    printf("stopped at epoch %d; the best was epoch %d, with a validation loss of %.4f (the noise alone has 0.04)\n",
           epoch, (int)whole.stop->best_count, whole.stop->best);

    run killed = { .checkpoint = "out/sine_run.safetensors", .best_file = "out/sine_best.safetensors",
                   .table = "out/sine_history.csv" };
    begin(&killed, &d);
    train(&killed, &d, KILLED);
    save(&killed);
    end(&killed);
    begin(&killed, &d);                     /* all of it new, with other values at first */
    load(&killed);
    int resumed = train(&killed, &d, EPOCHS);
    printf("saved at epoch %d, loaded and continued: stopped at epoch %d, %s\n", KILLED, resumed,
           same_bits(&whole, &killed) ? "the same bit for bit" : "but it differs");
    draw(&killed, &d);
    printf("wrote out/sine_with_yogi.png\n");
    end(&whole);
    end(&killed);
    return 0;
}
