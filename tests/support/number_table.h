/* number_table.h - tables of expected numbers: tests/golden/optimizers and tests/golden/airfoil. */
#ifndef TEST_NUMBER_TABLE_H
#define TEST_NUMBER_TABLE_H

#include "support/support.h"

#define TOLERANCE (IN_DOUBLE ? 1e-12 : 5e-5)    /* relative to max(1, |expected|), as the golden files say */

typedef struct table {
    int     rows, columns;
    double *at;                                 /* row-major; free it */
} table;

/* read_table - tests/golden/FOLDER/NAME: comments, "rows columns", then the numbers. */
table read_table(const char *folder, const char *name);

double entry(const table *t, int row, int column);

#endif
