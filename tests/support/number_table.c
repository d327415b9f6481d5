/* number_table.c - see number_table.h. */
#include <stdio.h>
#include <string.h>

#include "number_table.h"

table read_table(const char *folder, const char *name)
{
    char path[512], line[1024];
    if (strcmp(folder, "optimizers") == 0)              /* these others can use as well */
        snprintf(path, sizeof path, "conformance/data/%s", name);
    else
        snprintf(path, sizeof path, "tests/golden/%s/%s", folder, name);
    FILE *in = fopen(path, "r");
    ck_assert_msg(in != NULL, "%s: cannot be opened", path);
    do
        ck_assert_msg(fgets(line, sizeof line, in) != NULL, "%s: no numbers", path);
    while (line[0] == '#');
    table t = { 0, 0, NULL };
    ck_assert_int_eq(sscanf(line, "%d %d", &t.rows, &t.columns), 2);
    t.at = malloc((size_t)(t.rows * t.columns) * sizeof *t.at);
    ck_assert_ptr_nonnull(t.at);
    for (int i = 0; i < t.rows * t.columns; i++)
        ck_assert_msg(fscanf(in, "%lf", &t.at[i]) == 1, "%s: number %d is missing", path, i);
    fclose(in);
    return t;
}

double entry(const table *t, int row, int column)
{
    ck_assert(row >= 0 && row < t->rows && column >= 0 && column < t->columns);
    return t->at[row * t->columns + column];
}
