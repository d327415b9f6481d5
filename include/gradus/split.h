/* split.h - which rows of a data set are for training and which for validation.
 *
 *     gd_split s = gd_train_test_split(1500, 0.2, (gd_split_options){ .seed = 1 });
 *     gd_loader *train = gd_loader_new(air, (gd_loader_options){ .batch = 10, .rows = s.train, .shuffle = true });
 *     gd_dataset validation = gd_subset(air, s.test);
 *
 * Lists of rows are in ascending order and belong to the current scope.  On failure both lists are empty, with
 * row NULL, and there is a message. */
#ifndef GRADUS_SPLIT_H
#define GRADUS_SPLIT_H

#include "data.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef struct gd_split {
    gd_rows train, test;
} gd_split;

typedef struct gd_split_options {           /* 0 stands for the default */
    uint64_t seed;                          /* the split is a function of it */
    bool     in_order;                      /* not at random: the last rows are for test; fold i is the i-th part */
    const gd_tensor *labels;                /* [rows], whole numbers from 0 on: each class is divided in the same
                                               proportion (stratified).  NULL: without */
} gd_split_options;

/* gd_train_test_split - ceil(test_fraction rows) rows for test, the others for training, as scikit-learn; with labels
 * each class gives its share, rounded so that the total is the same.  Errors: a fraction outside (0, 1); a part that
 * would be empty.
 * gd_k_fold - part `fold` of k for test, the others for training; the first rows % k folds have one row more.  With
 * labels the numbers of rows of each class in two folds differ by at most one.  Errors: k < 2, more folds than rows,
 * fold outside 0 .. k-1. */
gd_split gd_train_test_split(int64_t rows, double test_fraction, gd_split_options options);
gd_split gd_k_fold(int64_t rows, int64_t k, int64_t fold, gd_split_options options);

/* gd_subset - copies of these rows of x and y, in the current scope.  A loader needs no copy: see gd_loader_options.
 * Error: a row that the set does not have. */
gd_dataset gd_subset(gd_dataset set, gd_rows rows);

/* gd_balanced_weights - for gd_loader_options.weights: for each of labels [rows], whole numbers from 0 on, one over the
 * number of rows with that label, so that all classes are drawn equally often.  It belongs to the current scope. */
const double *gd_balanced_weights(const gd_tensor *labels);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
