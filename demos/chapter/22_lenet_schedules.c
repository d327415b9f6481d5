/* 22_lenet_schedules - LeNet under the schedules of 21_schedules: training loss, training and test accuracy.
 *
 * Dive into Deep Learning, 12.11.  SGD; the largest rate is 0.3 for all.  The epochs of the book's schedules are kept
 * in proportion: for 30 epochs the rate is halved at 15, the cosine ends at 20, the warm-up at 5.  Batches of 64
 * instead of the book's 256 make up for fewer examples.
 *
 *     cc -O2 22_lenet_schedules.c $(pkg-config --cflags --libs gradus) -o 22_lenet_schedules
 *     22_lenet_schedules [epochs [examples [folder with the four .gz files]]]
 *
 * Without arguments it runs 12 epochs over the first 6000 examples, half a minute of processor time; the book's 30 over
 * all 60000 take a quarter of an hour. */
#include <stdlib.h>

#include "lenet.h"

enum { SCHEDULES = 6 };

/* In panels: training loss, training accuracy, test accuracy.  Returns the last of these. */
static double train(const image_task *task, const char *name, gd_schedule schedule, int epochs, gd_plot *panels[3])
{
    gd_seed(1);                                             /* the same start and the same batches for all */
    gd_params *parameters = gd_params_new();
    lenet net = lenet_new(parameters, task->classes);
    gd_optimizer *sgd = gd_sgd(parameters, gd_sgd_defaults());
    gd_loader *load = gd_loader_new(task->train, (gd_loader_options){ .batch = 64, .shuffle = true, .seed = 1 });
    double n = (double)task->train.x->shape[0], test = 0;
    for (int epoch = 0; epoch < epochs; epoch++) {
        double loss_sum = 0, right = 0;
        sgd->lr = gd_lr_at(schedule, epoch);
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *logits = lenet_apply(&net, batch.x), *loss = gd_cross_entropy(logits, batch.y, GD_MEAN);
            gd_backward(loss);
            gd_step(sgd);
            gd_zero_grad(sgd);
            loss_sum += (double)gd_item(loss) * (double)batch.size;
            right += hits(logits, batch.y);
        }
        test = lenet_accuracy(&net, task->test);
        gd_plot_point(panels[0], name, epoch + 1, loss_sum / n);
        gd_plot_point(panels[1], name, epoch + 1, right / n);
        gd_plot_point(panels[2], name, epoch + 1, test);
        if (epoch == epochs - 1)
            printf("%-20s  %8.6f  %10.4f  %14.4f  %13.4f\n", name, sgd->lr, loss_sum / n, right / n, test);
    }
    fflush(stdout);
    gd_loader_free(load);
    gd_optimizer_free(sgd);
    gd_params_free(parameters);
    return test;
}

int main(int count, char **argument)
{
    int epochs = count > 1 ? atoi(argument[1]) : 12, examples = count > 2 ? atoi(argument[2]) : 6000;
    if (epochs < 1 || examples < 4)
        gd_abort("22_lenet_schedules: at least 1 epoch and 4 examples are needed");
    gd_seed(1);
    image_task task = image_task_load(count > 3 ? argument[3] : NULL, examples);
    const double rate = 0.3;
    int half = (epochs + 1) / 2, bend = (2 * epochs + 2) / 3, warm = (epochs + 5) / 6;
    const struct { const char *name; gd_schedule schedule; } all[SCHEDULES] = {
        { "constant", gd_lr_constant(rate) },
        { "square root", gd_lr_inverse_sqrt(rate, 1) },
        { "factor", gd_lr_factor(rate / 0.9, 0.9, 0.01) },
        { "multi-step", gd_lr_multistep(rate, (const int64_t[]){ half, epochs }, 2, 0.5) },
        { "cosine", gd_lr_cosine(rate, 0.01, bend) },
        { "cosine with warm-up", gd_lr_warmup(gd_lr_cosine(rate, 0.01, bend > warm ? bend - warm : 1), warm, 0.02) },
    };
    gd_plot *panels[3] = { gd_plot_new("training loss", "epoch", ""), gd_plot_new("training accuracy", "epoch", ""),
                           gd_plot_new("test accuracy", "epoch", "") };
    printf("LeNet %s, SGD, %d examples, %d epochs\n", task.on, examples, epochs);
    printf("%-20s   last lr  train loss  train accuracy  test accuracy\n", "");
    double best = 0;
    for (int i = 0; i < SCHEDULES; i++)
        best = fmax(best, train(&task, all[i].name, all[i].schedule, epochs, panels));
    char title[128];
    snprintf(title, sizeof title, "LeNet %s, SGD with learning rates up to 0.3", task.on);
    gd_plot_log_y(panels[0], true);
    gd_plot_legend(panels[0], GD_LEGEND_TOP_RIGHT);
    for (int i = 1; i < 3; i++) {
        gd_plot_ylim(panels[i], 0.6, task.classes == 10 ? 0.95 : 1);
        gd_plot_legend(panels[i], GD_LEGEND_NONE);
    }
    gd_plot_save_grid(panels, 1, 3, title, "out/22_lenet_schedules.png");
    printf("\nbest test accuracy %.4f; all end close together, falling rates more evenly\n", best);
    for (int i = 0; i < 3; i++)
        gd_plot_free(panels[i]);
    return 0;
}
