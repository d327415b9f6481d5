/* operation_rows.h - operation_table.h as C: an array of rows, and inputs made for them. */
#ifndef TEST_OPERATION_ROWS_H
#define TEST_OPERATION_ROWS_H

#include "support/support.h"

enum { ELEMENTWISE = 1, BROADCASTS = 2, KINKED = 4, CONSTANT = 8, ONCE = 16, READS_LESS = 32 };
enum { OPERATION_INPUTS = 6 };

typedef enum domain {
    NO_INPUT, DOMAIN_ANY, DOMAIN_POSITIVE, DOMAIN_UNIT, DOMAIN_CLASSES, DOMAIN_FIXED, DOMAIN_OR_NULL
} domain;

typedef struct input {
    domain  kind;
    int     ndim;
    int     sizes[8];           /* sizes[0] is not used; CLASSES: the number of classes */
} input;

typedef struct operation {
    const char *name, *call;
    gd_tensor *(*apply)(gd_tensor *const x[]);
    int         flags;
    input       inputs[OPERATION_INPUTS];
} operation;

#define COUNT(...)      (int)(sizeof((int[]){ 0, __VA_ARGS__ }) / sizeof(int) - 1)
#define ANY(...)        { DOMAIN_ANY, COUNT(__VA_ARGS__), { 0, __VA_ARGS__ } }
#define POSITIVE(...)   { DOMAIN_POSITIVE, COUNT(__VA_ARGS__), { 0, __VA_ARGS__ } }
#define UNIT(...)       { DOMAIN_UNIT, COUNT(__VA_ARGS__), { 0, __VA_ARGS__ } }
#define FIXED(...)      { DOMAIN_FIXED, COUNT(__VA_ARGS__), { 0, __VA_ARGS__ } }
#define OR_NULL(...)    { DOMAIN_OR_NULL, COUNT(__VA_ARGS__), { 0, __VA_ARGS__ } }
#define CLASSES(...)    { DOMAIN_CLASSES, COUNT(__VA_ARGS__) - 1, { __VA_ARGS__ } }

#define ROW_NAME(line)  ROW_NAME_(line)
#define ROW_NAME_(line) row_of_line_##line

#define OPERATION(name, flags, call, ...) \
    static gd_tensor *ROW_NAME(__LINE__)(gd_tensor *const x[]) { return call; }
#include "operation_table.h"
#undef OPERATION
#define OPERATION(name, flags, call, ...) { #name, #call, ROW_NAME(__LINE__), flags, { __VA_ARGS__ } },
static const operation operations[] = {
#include "operation_table.h"
};
#undef OPERATION
enum { OPERATIONS = sizeof operations / sizeof operations[0] };

static inline int input_count(const operation *op)
{
    int n = 0;
    while (n < OPERATION_INPUTS && op->inputs[n].kind != NO_INPUT)
        n++;
    return n;
}

static inline bool differentiable(const input *in)
{
    return in->kind != DOMAIN_CLASSES && in->kind != DOMAIN_FIXED;
}

static inline gd_shape input_shape(const input *in)
{
    gd_shape shape = { in->ndim, { 0 } };
    for (int i = 0; i < in->ndim; i++)
        shape.size[i] = in->sizes[i + 1];
    return shape;
}

/* make_input - input number i with numbers of its domain in another shape than the row's.  The absolute
 * values are evenly spread in random order; the i shifts them, so that two inputs share none. */
static inline gd_tensor *make_input(const input *in, int i, gd_shape shape)
{
    gd_tensor *t = gd_zeros(shape);
    ck_assert_ptr_nonnull(t);
    int64_t n = gd_numel(t);
    uint64_t state = 40 + (uint64_t)i;
    for (int64_t k = 0; k < n; k++) {                   /* a permutation of 0 .. n-1 */
        int64_t j = (int64_t)draw(&state, (uint64_t)k + 1);
        t->data[k] = t->data[j];
        t->data[j] = (gd_real)k;
    }
    for (int64_t k = 0; k < n; k++) {
        double u = ((double)t->data[k] + 0.2 + 0.19 * i) / (double)n;
        bool minus = draw(&state, 2);
        switch (in->kind) {
        case DOMAIN_CLASSES:  t->data[k] = (gd_real)draw(&state, (uint64_t)in->sizes[0]); break;
        case DOMAIN_POSITIVE: t->data[k] = (gd_real)(0.4 + 1.5 * u); break;
        case DOMAIN_UNIT:     t->data[k] = (gd_real)(0.1 + 0.8 * u); break;
        default:              t->data[k] = (gd_real)((minus ? -1 : 1) * (0.3 + 1.4 * u));
        }
    }
    return t;
}

#endif
