/* ema.c - an exponential moving average of parameters, as in Polyak averaging: often better than the last
 * iterate, which still jumps about with the noise of the minibatches. */
#include "autograd/engine.h"
#include "inside.h"
#include "tensor/threads.h"

gd_ema *gd_ema_new(gd_params *p, double decay)
{
    if (!gd_given("gd_ema_new", "params", p) || !gd_check_number("gd_ema_new", "decay", decay, "[)", 0, 1))
        return NULL;
    gd_current_scope();
    gd_ema *ema = gd_memory_new(GD_OPTIMIZERS, sizeof *ema);
    if (!ema)
        return NULL;
    *ema = (gd_ema){ .params = p, .decay = decay };
    gd_arena_init(&ema->arena, GD_OPTIMIZERS);
    if (!gd_ema_update(ema)) {
        gd_ema_free(ema);
        return NULL;
    }
    return ema;
}

void gd_ema_free(gd_ema *ema)
{
    if (!ema || !gd_given("gd_ema_free", "ema", ema))
        return;
    gd_memory_free(ema->average);
    gd_arena_free(&ema->arena);
    gd_handle_free(ema);
}

static bool given(const char *function, const gd_ema *ema)
{
    return gd_given(function, "ema", ema) && gd_given(function, "the model of ema", ema->params);
}

/* Averages for parameters that the model got since the last call start from their values. */
bool gd_ema_adopt(gd_ema *ema)
{
    int count = ema->params->count, known = ema->count;
    if (count > ema->room) {
        size_t room = (size_t)count + (size_t)ema->room;
        void *bigger = gd_memory_resize(GD_OPTIMIZERS, ema->average, room * sizeof *ema->average);
        if (!bigger)
            return false;
        ema->average = bigger;
        ema->room = (int)room;
    }
    while (ema->count < count) {
        const gd_entry *entry = &ema->params->entries[ema->count];
        gd_tensor *a = NULL;
        if (!entry->buffer) {
            a = gd_new_in(&ema->arena, "gd_ema_update", entry->tensor->ndim, entry->tensor->shape);
            if (!a) {
                ema->count = known;         /* a parameter that is new starts from its value when it is adopted */
                return false;
            }
            gd_copy(a->data, entry->tensor);
            gd_set_name(a, entry->tensor->name);
        }
        ema->average[ema->count++] = a;
    }
    return true;
}

GD_KERNEL static void average(int64_t n, gd_real *restrict a, const gd_real *restrict w, double decay)
{
    const gd_real rest = (gd_real)(1 - decay);
    GD_EACH(i, n, (a, w), {
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

bool gd_ema_update(gd_ema *ema)
{
    if (!given("gd_ema_update", ema))
        return false;
    if (ema->swapped)
        return gd_fail("gd_ema_update: the averages are swapped in: call gd_ema_swap first");
    int known = ema->count;
    if (!gd_ema_adopt(ema))
        return false;
    for (int i = 0; i < known; i++) {
        gd_tensor *a = ema->average[i];
        if (a) {
            pair p = { a->data, ema->params->entries[i].tensor->data, ema->decay };
            gd_parallel(a->numel, GD_PART_ELEMENTS, average_elements, &p);
        }
    }
    return true;
}

bool gd_ema_swap(gd_ema *ema)
{
    if (!given("gd_ema_swap", ema) || (!ema->swapped && !gd_ema_adopt(ema)))
        return false;
    for (int i = 0; i < ema->count; i++) {
        gd_tensor *a = ema->average[i], *w = ema->params->entries[i].tensor;
        if (a) {
            pair p = { a->data, w->data, 0 };
            gd_parallel(a->numel, GD_PART_ELEMENTS, swap_elements, &p);
            gd_overwritten(w);
        }
    }
    ema->swapped = !ema->swapped;
    return true;
}

gd_tensor *gd_ema_get(gd_ema *ema, const gd_tensor *parameter)
{
    if (!given("gd_ema_get", ema) || !gd_given("gd_ema_get", "parameter", parameter) ||
        !gd_alive("gd_ema_get", "parameter", parameter) ||
        (!ema->swapped && !gd_ema_adopt(ema)))
        return NULL;
    for (int i = 0; i < ema->count; i++)
        if (ema->average[i] && ema->params->entries[i].tensor == parameter)
            return ema->average[i];
    return gd_fail("gd_ema_get: the tensor is not a parameter of this model%s", gd_not_a_leaf(parameter).s);
}
