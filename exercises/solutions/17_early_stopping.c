/* 17_early_stopping - stop when the validation loss no longer falls, and go back to the best.
 *
 * It is called after each epoch with the validation loss.  When the loss is lower than every one before, note it, and
 * copy the parameters of net to watched->best_net (gd_params_assign(to, from)): net itself goes on changing.  After
 * patience epochs in a row that were not better, give net the best parameters again and return true; else false.
 *
 *     make grade-17                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

bool stop_early(watch *watched, gd_params *net, double loss, int patience)
{
    if (loss < watched->best) {
        watched->best = loss;
        watched->bad = 0;
        gd_params_assign(watched->best_net, net);
        return false;
    }
    watched->bad++;
    if (watched->bad < patience)
        return false;
    gd_params_assign(net, watched->best_net);
    return true;
}
