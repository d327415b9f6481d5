/* check.c - checks of arguments. */
#include <inttypes.h>
#include <stdatomic.h>

#include "check.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "nest.h"
#include "text/format.h"

bool gi_not_given(const char *function, const char *argument)
{
    if (!gd_last_error())
        gd_fail("%s: %s is NULL", function, argument);
    return false;
}

static _Atomic(gi_explainer *) explainer;

void gi_explain_missing_with(gi_explainer *explain)
{
    atomic_store_explicit(&explainer, explain, memory_order_relaxed);
}

bool gi_tensor_not_given(const char *function, const char *argument)
{
    gi_explainer *explain = atomic_load_explicit(&explainer, memory_order_relaxed);
    return (explain ? explain : gi_not_given)(function, argument);
}

bool gi_countable(const char *function, const char *argument, int64_t n)
{
    return n - 1 <= GI_WHOLE_MAX
           || gd_fail("%s: %s must distinguish %" PRId64 " positions, but " GI_REAL_NAME " holds all whole numbers up "
                      "to %" PRId64 " only", function, argument, n, GI_WHOLE_MAX);
}

/* Labels are stored as gd_real. */
int64_t *gi_labels(const char *function, const char *argument, const gd_tensor *labels, int64_t classes)
{
    if (!gi_countable(function, argument, classes))
        return NULL;
    gd_arena *arena = gi_current_scope();
    gd_real *value = gi_arena_take(arena, (size_t)labels->numel * sizeof *value);
    int64_t *label = gi_arena_take(arena, (size_t)labels->numel * sizeof *label);
    if (!value || !label)
        return NULL;
    gi_copy(value, labels);
    for (int64_t i = 0; i < labels->numel; i++) {
        if (!(value[i] >= 0 && value[i] <= (gd_real)GI_WHOLE_MAX) || (int64_t)value[i] >= classes
            || (gd_real)(int64_t)value[i] != value[i])
            return gd_fail("%s: %s[%" PRId64 "] = %s is not a whole number in [0, %" PRId64 ")", function,
                           argument, i, gi_digits((char[GI_DIGITS_SIZE]){ 0 }, (double)value[i]), classes);
        label[i] = (int64_t)value[i];
    }
    return label;
}

typedef struct check_attributes {
    const char *function, *argument;
    int64_t     classes;
} check_attributes;

static bool check_compute(gd_tensor *none, gd_tensor *const labels[], const void *attributes)
{
    (void)none;
    const check_attributes *c = attributes;
    return gi_labels(c->function, c->argument, labels[0], c->classes) != NULL;
}

bool gi_check_labels(const char *function, const char *argument, gd_tensor *labels, int64_t classes)
{
    const check_attributes c = { function, argument, classes };
    return gi_start_one(function, check_compute, NULL, labels, &c, sizeof c);
}
