/* layer.c - shared by the layers: checks, and names of tensors. */
#include "layer.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "gradus/tensor.h"
#include "tensor/check.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

bool gi_layer_begin(const char *function, const gd_params *p, const char *name, int n, const int64_t *sizes,
                    const char *const *what, gi_params_place *mark)
{
    if (!gi_given(function, "p", p) || !gi_not_null(function, "name", name))
        return false;
    for (int i = 0; i < n; i++) {
        if (sizes[i] < 1)
            return gd_fail("%s: \"%s\": %s = %" PRId64 " must be at least 1", function, name, what[i], sizes[i]);
        if (sizes[i] > INT64_MAX / 4)       /* a cell has up to 4 gates */
            return gd_fail("%s: \"%s\": %s = %" PRId64 " is more than memory can hold", function, name, what[i],
                           sizes[i]);
    }
    *mark = gi_params_mark(p);
    return gd_scope_begin();
}

bool gi_layer_end(gd_params *p, const gi_params_place *mark, bool good)
{
    gd_scope_end();
    if (!good)
        gi_params_back(p, mark);
    return good;
}

/* In the current scope. */
static const char *joined(const char *name, const char *suffix)
{
    size_t length = strlen(name) + strlen(suffix) + 2;
    char *text = gi_arena_take(gi_current_scope(), length);
    if (text)
        snprintf(text, length, "%s.%s", name, suffix);
    return text;
}

gd_tensor *gi_layer_param(gd_params *p, const char *name, const char *suffix, gd_tensor *value)
{
    const char *whole = value ? joined(name, suffix) : NULL;
    return whole ? gd_param(p, whole, value) : NULL;
}

gd_tensor *gi_layer_buffer(gd_params *p, const char *name, const char *suffix, gd_tensor *value)
{
    const char *whole = value ? joined(name, suffix) : NULL;
    return whole ? gd_buffer(p, whole, value) : NULL;
}
