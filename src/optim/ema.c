/* ema.c - an exponential moving average of parameters, as in Polyak averaging: often better than the last
 * iterate, which still jumps about with the noise of the minibatches. */
#include "autograd/record.h"
#include "base/compiler.h"
#include "base/memory.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/threads.h"
#include "each.h"
#include "ema.h"
#include "gradus/tensor.h"
#include "nn/params.h"
#include "options.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"

gd_ema *gd_ema_new(gd_params *p, double decay)
{
    gi_not_captured("gd_ema_new", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_ema_new", "params", p) || !gi_check_number("gd_ema_new", "decay", decay, "[)", 0, 1))
        return NULL;
    gi_current_scope();
    gd_ema *ema = gi_memory_new(GI_OPTIMIZERS, sizeof *ema);
    if (!ema)
        return NULL;
    *ema = (gd_ema){ .params = p, .decay = decay };
    gi_arena_init(&ema->arena, GI_OPTIMIZERS);
    if (!gd_ema_update(ema)) {
        gd_ema_free(ema);
        return NULL;
    }
    return ema;
}

void gd_ema_free(gd_ema *ema)
{
    if (!ema || !gi_given("gd_ema_free", "ema", ema))
        return;
    gi_memory_free(ema->average);
    gi_arena_free(&ema->arena);
    gi_handle_free(ema);
}

static bool given(const char *function, const gd_ema *ema)
{
    return gi_given(function, "ema", ema) && gi_given(function, "the model of ema", ema->params);
}

bool gi_ema_adopt(gd_ema *ema)
{
    int count = ema->params->count, known = ema->count;
    if (count > ema->capacity) {
        size_t capacity = (size_t)count + (size_t)ema->capacity;
        void *bigger = gi_memory_resize(GI_OPTIMIZERS, ema->average, capacity * sizeof *ema->average);
        if (!bigger)
            return false;
        ema->average = bigger;
        ema->capacity = (int)capacity;
    }
    while (ema->count < count) {
        const gi_entry *entry = &ema->params->entries[ema->count];
        gd_tensor *a = NULL;
        if (!entry->buffer) {
            a = gi_new_in(&ema->arena, "gd_ema_update", entry->tensor->ndim, entry->tensor->shape);
            if (!a) {
                ema->count = known;         /* a parameter that is new starts from its value when it is adopted */
                return false;
            }
            gi_copy(a->data, entry->tensor);
            gd_set_name(a, entry->tensor->name);
        }
        ema->average[ema->count++] = a;
    }
    return true;
}

GI_KERNEL static void average(int64_t n, gd_real *restrict a, const gd_real *restrict w, double decay)
{
    const gd_real rest = (gd_real)(1 - decay);
    GI_EACH(i, n, (a, w), {
        a[i] += rest * (w[i] - a[i]);
    });
}

typedef struct pair { gd_real *a, *w; double decay; } pair;

static void average_elements(void *context, int64_t begin, int64_t end)
{
    const pair *p = context;
    average(end - begin, p->a + begin, p->w + begin, p->decay);
}

static void swap_elements(void *context, int64_t begin, int64_t end)
{
    const pair *p = context;
    for (int64_t i = begin; i < end; i++) {
        gd_real value = p->w[i];
        p->w[i] = p->a[i];
        p->a[i] = value;
    }
}

static bool update_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const gi_again *again = attributes;
    *again->good = gd_ema_update(again->object);
    return true;
}

bool gd_ema_update(gd_ema *ema)
{
    if (!given("gd_ema_update", ema))
        return false;
    if (gi_capturing())
        return gi_start_object("gd_ema_update", update_again, ema);
    if (ema->swapped)
        return gd_fail("gd_ema_update: the averages are swapped in: call gd_ema_swap first");
    int known = ema->count;
    if (!gi_ema_adopt(ema))
        return false;
    for (int i = 0; i < known; i++) {
        gd_tensor *a = ema->average[i];
        if (a) {
            pair p = { a->data, ema->params->entries[i].tensor->data, ema->decay };
            gi_parallel(a->numel, GI_PART_ELEMENTS, average_elements, &p);
        }
    }
    return true;
}

static bool swap_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const gi_again *again = attributes;
    *again->good = gd_ema_swap(again->object);
    return true;
}

bool gd_ema_swap(gd_ema *ema)
{
    if (gi_capturing())
        return gi_start_object("gd_ema_swap", swap_again, ema);
    if (!given("gd_ema_swap", ema) || (!ema->swapped && !gi_ema_adopt(ema)))
        return false;
    for (int i = 0; i < ema->count; i++) {
        gd_tensor *a = ema->average[i], *w = ema->params->entries[i].tensor;
        if (a) {
            pair p = { a->data, w->data, 0 };
            gi_parallel(a->numel, GI_PART_ELEMENTS, swap_elements, &p);
            gi_overwritten(w);
        }
    }
    ema->swapped = !ema->swapped;
    return true;
}

gd_tensor *gd_ema_get(gd_ema *ema, const gd_tensor *parameter)
{
    if (!given("gd_ema_get", ema) || !gi_given("gd_ema_get", "parameter", parameter) ||
        !gi_alive("gd_ema_get", "parameter", parameter) ||
        (!ema->swapped && !gi_ema_adopt(ema)))
        return NULL;
    for (int i = 0; i < ema->count; i++)
        if (ema->average[i] && ema->params->entries[i].tensor == parameter)
            return ema->average[i];
    return gd_fail("gd_ema_get: the tensor is not a parameter of this model%s", gi_not_a_leaf(parameter).s);
}
