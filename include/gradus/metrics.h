/* metrics.h - how good a model is, and what a training run needs to know of that: scores, running means, early
 * stopping, and a history that can be printed, plotted, saved, and continued when the run is resumed.
 *
 *     gd_history *log = gd_history_resume("log.csv", gd_loader_epoch(load));     the rows up to here, or an empty one
 *     gd_early_stopping *stop = gd_early_stopping_new(net, gd_early_stopping_defaults());
 *     for (bool done = false; !done; ) {
 *         ..  train for an epoch
 *         gd_history_add(log, "validation loss", epoch, loss);
 *         gd_history_save(log, "log.csv");
 *         done = gd_early_stopping_next(stop, loss);           true: net has its best parameters again
 *     }
 *     gd_history_picture(log, "run 7", "log.png");
 *
 * Functions that return a number return NaN, with a message, when they fail.  Nothing here is recorded or
 * differentiated; for losses see operations.h. */
#ifndef GRADUS_METRICS_H
#define GRADUS_METRICS_H

#include "nn.h"
#include "plot.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Classification ----------------------------------------------------------------------------------------
 * scores [n, classes], as logits or probabilities; labels and predicted [n], whole numbers in [0, classes).
 *
 * gd_accuracy - the fraction of rows whose largest score is that of the label; of equal scores the first counts, as in
 * gd_argmax.
 * gd_top_k_accuracy - the fraction of rows whose label is among the k largest scores; of equal ones the first count.
 * Errors of both: no rows, a score that is NaN, k outside 1 .. classes. */
double gd_accuracy(const gd_tensor *scores, const gd_tensor *labels);
double gd_top_k_accuracy(const gd_tensor *scores, const gd_tensor *labels, int64_t k);

/* gd_confusion - [classes, classes]: how many rows with label i were predicted as j.  It belongs to the current scope.
 * predicted: gd_argmax(scores, 1).  The matrices of several batches can be added. */
gd_tensor *gd_confusion(const gd_tensor *predicted, const gd_tensor *labels, int64_t classes);

/* Of a confusion matrix c, for the class k:
 *     precision = c[k, k] / sum_i c[i, k]      recall = c[k, k] / sum_j c[k, j]      support = sum_j c[k, j]
 *     f1 = 2 precision recall / (precision + recall) = 2 c[k, k] / (sum_i c[i, k] + sum_j c[k, j])
 * where 0/0 is 0, as in scikit-learn. */
typedef struct gd_class_scores {
    double precision, recall, f1;           /* all NaN on failure */
    double support;                         /* rows with this label; averaged: all rows */
} gd_class_scores;

typedef enum gd_average {
    GD_MACRO,                               /* the mean over all classes of the matrix, */
    GD_MICRO,                               /* from the sums of all classes: all three are the accuracy, */
    GD_WEIGHTED                             /* the mean over classes, weighted by support */
} gd_average;

/* gd_scores_of_class - the scores of class k, 0 .. classes-1.  gd_scores_averaged - of all classes.
 * Errors: a matrix that is not square, or has a negative or infinite element or NaN; averaged: one of zeros. */
gd_class_scores gd_scores_of_class(const gd_tensor *confusion, int64_t k);
gd_class_scores gd_scores_averaged(const gd_tensor *confusion, gd_average average);

/* gd_roc_auc - the area under the receiver operating characteristic: the probability that a row with label 1 has a
 * higher score than one with label 0, equal scores counting one half (J. Hanley, B. McNeil, Radiology 143, 1982).
 * scores and labels [n], labels 0 or 1.  Errors: only one of the two labels occurs; a score that is NaN. */
double gd_roc_auc(const gd_tensor *scores, const gd_tensor *labels);

/* ---- Regression ----------------------------------------------------------------------------------------------
 * gd_r2 - the coefficient of determination, 1 - sum (y - p)^2 / sum (y - mean y)^2, of prediction p and target y, [n]
 * or [n, outputs]: the mean over the outputs.  Errors: fewer than two rows; a target that is constant; an element that
 * is not finite. */
double gd_r2(const gd_tensor *prediction, const gd_tensor *target);

/* ---- Running means --------------------------------------------------------------------------------------------
 *
 *     gd_running loss = gd_running_start();
 *     ..  gd_running_add(&loss, gd_item(batch_loss), (double)batch.size);
 *     ..  gd_running_mean(&loss);
 *
 * The mean of values with weights, such as the losses of batches of different sizes; compensated, so that its error
 * does not grow with their number.  NaN when nothing was added. */
typedef struct gd_running {                 /* private; here because it is returned by value, with nothing to free */
    double weight, weight_rest, mean, rest;
} gd_running;

gd_running gd_running_start(void);
bool       gd_running_add(gd_running *running, double value, double weight);     /* error: weight < 0, infinite */
double     gd_running_mean(const gd_running *running);

/* ---- Early stopping -------------------------------------------------------------------------------------------
 * A value is an improvement when it is < best - min_delta; with maximize, when it is > best + min_delta.  NaN is none.
 *
 * gd_early_stopping_new - watches the model params, which must outlive it.  Free it with gd_early_stopping_free.
 * Errors: patience < 1; min_delta < 0 or infinite.
 * gd_early_stopping_next - call it with the value of each validation.  After an improvement the parameters and buffers
 * are copied to best_params.  After `patience` values in a row that were none it returns true: stop; the model has its
 * best parameters again, unless keep_last.  On failure it also returns true, with a message.
 * gd_early_stopping_restore - gives the model its best parameters, for a run that ends for another reason.  Error:
 * there was no improvement, as when all values were NaN.
 *
 * To resume a run, save best, bad, count and best_count as notes of the checkpoint (checkpoint.h), and best_params as a
 * model of its own. */
typedef struct gd_early_stopping_options {
    int64_t patience;                       /* 10 */
    double  min_delta;                      /* 0 */
    bool    maximize;                       /* accuracies rather than losses */
    bool    keep_last;                      /* do not restore the best parameters at the end */
} gd_early_stopping_options;

static inline gd_early_stopping_options gd_early_stopping_defaults(void)
{
    gd_early_stopping_options o = { .patience = 10, .min_delta = 0, .maximize = false, .keep_last = false };
    return o;
}

typedef struct gd_early_stopping {          /* there to be read, and to be saved */
    gd_early_stopping_options options;
    gd_params *params, *best_params;
    double best;                            /* the best value; infinite before the first */
    double bad;                             /* values in a row that were no improvement */
    double count, best_count;               /* values so far; which of them was the best, 0: none */
} gd_early_stopping;

gd_early_stopping *gd_early_stopping_new(gd_params *params, gd_early_stopping_options options);
bool gd_early_stopping_next(gd_early_stopping *stopping, double value);
bool gd_early_stopping_restore(gd_early_stopping *stopping);
void gd_early_stopping_free(gd_early_stopping *stopping);           /* NULL is fine */

/* ---- History ----------------------------------------------------------------------------------------------------
 * A table: a row for each epoch (or step: x), a column for each series; cells may be missing. */
typedef struct gd_history gd_history;

/* gd_history_new - an empty history; x_name is copied, NULL: "epoch".  Free it with gd_history_free.
 * gd_history_add - notes a value of a series at x.  A series begins when its name is first used.  Values that are not
 * finite are kept.  Errors: x that is not finite; x that is no row and lies before the last one; a second value in the
 * same place; a name that is empty, not UTF-8, begins or ends with a blank, contains control characters, or is that of
 * x.
 * gd_history_truncate - drops the rows after x: those of epochs that are done again after resuming. */
gd_history *gd_history_new(const char *x_name);
void        gd_history_free(gd_history *history);                   /* NULL is fine */
bool        gd_history_add(gd_history *history, const char *series, double x, double value);
bool        gd_history_truncate(gd_history *history, double x);

/* gd_history_rows, gd_history_count - numbers of rows and of series.  gd_history_name - the name of series i.
 * gd_history_x - x in a row.  gd_history_value - the value of a series in a row; NaN, without a message, when it is
 * missing.  Errors: no such row, no such series.
 * gd_history_has - is there a value? */
int64_t     gd_history_rows(const gd_history *history);
int         gd_history_count(const gd_history *history);
const char *gd_history_name(const gd_history *history, int i);
double      gd_history_x(const gd_history *history, int64_t row);
double      gd_history_value(const gd_history *history, const char *series, int64_t row);
bool        gd_history_has(const gd_history *history, const char *series, int64_t row);

/* gd_history_print - an aligned table with six significant digits; missing values are blank.
 * gd_history_save - writes it as CSV with a header line, each number with as many digits as it takes to read the same
 * double again; the file is replaced as a whole, as by gd_npy_write.
 * gd_history_load - reads such a file.  Errors: it is none; names that occur twice; x that does not rise.
 * gd_history_resume - the same without the rows after x, for a run that goes on there; an empty history where there is
 * no file yet. */
void        gd_history_print(FILE *out, const gd_history *history);
bool        gd_history_save(const gd_history *history, const char *path);
gd_history *gd_history_load(const char *path);
gd_history *gd_history_resume(const char *path, double x);

/* gd_history_plot - appends the points of a series to a plot; series NULL: of all series.
 * gd_history_picture - draws all series and writes the picture to path, as PNG.  Errors: as gd_plot_save. */
bool gd_history_plot(const gd_history *history, const char *series, gd_plot *plot);
bool gd_history_picture(const gd_history *history, const char *title, const char *path);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
