/* golden.h - a file of expected numbers for one operation; the grammar is in golden/ops/README.md. */
#ifndef TEST_GOLDEN_H
#define TEST_GOLDEN_H

#include "support.h"

enum { GOLDEN_TENSORS = 6, GOLDEN_ATTRIBUTES = 8, GOLDEN_NUMBERS = 8, GOLDEN_WORD = 64, GOLDEN_VALUES = 128 };

typedef struct golden_tensor {
    char     name[GOLDEN_WORD];
    gd_shape shape;
    int      count;
    double   values[GOLDEN_VALUES];
} golden_tensor;

typedef struct golden_list {
    int           n;
    golden_tensor of[GOLDEN_TENSORS];
} golden_list;

typedef struct golden_attribute {
    char   key[GOLDEN_WORD];
    int    n;
    double numbers[GOLDEN_NUMBERS];
    char   word[GOLDEN_WORD];
} golden_attribute;

typedef struct golden {
    char             name[GOLDEN_WORD], op[GOLDEN_WORD];
    int              attributes;
    golden_attribute attribute[GOLDEN_ATTRIBUTES];
    golden_list      inputs, upstreams, outputs, extras, grads, vectors, hvps;
    gd_tensor       *x[GOLDEN_TENSORS];         /* the inputs as tensors: golden_make_inputs */
    char             wrong[200];                /* why golden_read failed */
} golden;

/* golden_read - the file at path; false with g->wrong set when it does not follow the grammar. */
bool golden_read(const char *path, golden *g);

/* golden_find - the tensor of that name in a list, or NULL. */
const golden_tensor *golden_find(const golden_list *list, const char *name);

/* golden_tensor_of - its values as a tensor. */
gd_tensor *golden_tensor_of(const golden_tensor *t);

/* golden_make_inputs - g->x; those whose gradient is expected require one. */
void golden_make_inputs(golden *g);

/* For the rows of golden_table.h. */
gd_tensor *golden_input(const golden *g, const char *name);      /* NULL when the file has none of that name */
int        golden_inputs(const golden *g);
bool       golden_has(const golden *g, const char *key);
double     golden_number(const golden *g, const char *key, int i);
gd_shape   golden_sizes(const golden *g, const char *key);       /* a list of whole numbers */
const char *golden_word(const golden *g, const char *key);

#endif
