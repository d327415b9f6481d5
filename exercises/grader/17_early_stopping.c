/* The check of 17_early_stopping: random courses of a loss; the parameter holds the epoch's number. */
#include "grader.h"

enum { EPOCHS = 30 };

static void one(int patience)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(2)));
    watch watched = { .best = INFINITY, .bad = 0, .best_net = gd_params_copy(net) };
    double best = INFINITY;
    int best_epoch = -1;
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        double loss = grade_number(0.5, 1.5) + (epoch < 8 ? 4 - 0.5 * epoch : 0);
        gd_no_grad_begin();
        gd_fill(w, epoch);
        gd_no_grad_end();
        if (loss < best)
            best = loss, best_epoch = epoch;
        const int bad = epoch - best_epoch;
        bool stop = stop_early(&watched, net, loss, patience);
        if (stop && bad == 0)
            grade_wrong("it stops after epoch %d, whose loss %.4g is the lowest so far", epoch, loss);
        if (stop && bad < patience)
            grade_wrong("it stops after %d epoch%s in a row that were not better, with a patience of %d: is bad 0 "
                        "again after a better one?", bad, bad > 1 ? "s" : "", patience);
        if (!stop && bad >= patience)
            grade_wrong("%d epochs in a row were not better, the patience is %d, and it goes on", bad, patience);
        if (watched.best != best)
            grade_wrong("best is %.6g after epoch %d, and the lowest loss was %.6g", watched.best, epoch, best);
        if (stop) {
            if (w->data[0] == epoch)
                grade_wrong("at the end net has the parameters of the last epoch, not those of the best");
            if (w->data[0] != best_epoch)
                grade_wrong("at the end net has the parameters of epoch %d, and the best was %d: copy them when the "
                            "loss is the lowest", (int)w->data[0], best_epoch);
            break;
        }
        if (w->data[0] != epoch)
            grade_wrong("net was changed before the end, after epoch %d", epoch);
    }
    gd_params_free(watched.best_net);
    gd_params_free(net);
}

void grade(void)
{
    for (int patience = 2; patience < 6; patience++)
        for (int i = 0; i < 4; i++)
            one(patience);
}
