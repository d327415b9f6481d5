/* 08_batches - the loss over a whole data set, minibatch by minibatch.
 *
 * gd_loader_next(load, &batch) fills a gd_batch with the next rows, batch.x and batch.y, and is false at the end of the
 * epoch.  loss(batch.x, batch.y) is the mean over the rows of a batch.  Return the mean over all rows.  The last batch
 * may be smaller than the others: a mean of means would count its rows too much.  An evaluation needs no gradients:
 * nothing should be recorded.
 *
 *     make grade-08                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

double epoch_loss(gd_loader *load, loss_of_batch *loss)
{
    double sum = 0, rows = 0;
    gd_batch batch;
    while (gd_loader_next(load, &batch)) {
        GD_SCOPE;
        GD_NO_GRAD;
        sum += (double)batch.size * gd_item(loss(batch.x, batch.y));
        rows += (double)batch.size;
    }
    return sum / rows;
}
