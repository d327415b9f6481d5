/* golden_records.c - see golden_records.h. */
#include <inttypes.h>
#include <stdio.h>

#include "golden_records.h"

enum { WORD = 64 };

/* The shape that follows a record's name; false at the end of the file. */
static bool next_record(FILE *in, char name[WORD], gd_shape *shape)
{
    *shape = GD_SHAPE();
    if (fscanf(in, "%63s %d", name, &shape->ndim) != 2)
        return false;
    ck_assert(shape->ndim >= 0 && shape->ndim <= GD_MAX_DIMS);
    for (int i = 0; i < shape->ndim; i++)
        ck_assert_int_eq(fscanf(in, "%" SCNd64, &shape->size[i]), 1);
    return true;
}

gd_tensor *golden_record(const char *file, const char *name)
{
    char path[200], found[WORD];
    gd_shape shape;
    snprintf(path, sizeof path, "tests/golden/%s", file);
    FILE *in = fopen(path, "r");
    ck_assert_msg(in != NULL, "%s cannot be read", path);
    gd_tensor *t = NULL;
    while (!t && next_record(in, found, &shape)) {
        gd_tensor *values = gd_zeros(shape);
        ck_assert_ptr_nonnull(values);
        for (int64_t i = 0; i < gd_numel(values); i++) {
            double value;
            ck_assert_msg(fscanf(in, "%lf", &value) == 1, "%s of %s is cut short", found, path);
            values->data[i] = (gd_real)value;
        }
        if (strcmp(found, name) == 0)
            t = values;
    }
    fclose(in);
    ck_assert_msg(t != NULL, "there is no %s in %s", name, path);
    return t;
}
