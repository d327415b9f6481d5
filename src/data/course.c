/* course.c - the order of an epoch, and the batches in it.
 *
 * The order is a shuffle of R. A. Fisher and F. Yates (1938; the inside-out variant, as in gd_permutation), or draws by
 * weight, by a generator of its own that is seeded with seed and epoch: any epoch can be started without those before
 * it. */
#include <string.h>

#include "course.h"
#include "base/guest.h"
#include "base/message.h"
#include "base/random.h"
#include "base/scopes.h"
#include "base/thread_state.h"
#include "tensor/nest.h"

/* ---- The order of an epoch ---------------------------------------------------------------------------- */

static void shuffle(const gi_course *c, uint64_t random[4])
{
    int64_t *order = c->order;
    for (int64_t i = 0; i < c->population; i++) {
        int64_t j = c->options.shuffle ? (int64_t)gi_random_below(random, (uint64_t)i + 1) : i;
        order[i] = order[j];
        order[j] = i;
    }
}

/* The first row whose sum of weights is above a random number: never one of weight 0. */
static void draw(const gi_course *c, uint64_t random[4])
{
    const double whole = c->sums[c->population - 1];
    for (int64_t i = 0; i < c->options.draws; i++) {
        const double at = gi_random_unit(random) * whole;
        int64_t low = 0, high = c->population - 1;
        while (low < high) {
            const int64_t middle = low + (high - low) / 2;
            if (c->sums[middle] > at)
                high = middle;
            else
                low = middle + 1;
        }
        c->order[i] = low;
    }
}

static void set_order(gi_course *c)
{
    if (c->ordered == c->at.epoch)
        return;
    uint64_t random[4];
    gi_random_seed(random, c->options.seed);
    gi_random_seed(random, gi_random_bits(random) + (uint64_t)c->at.epoch);
    if (c->sums)
        draw(c, random);
    else
        shuffle(c, random);
    for (int64_t i = 0; c->subset && i < (c->sums ? c->options.draws : c->population); i++)
        c->order[i] = c->subset[c->order[i]];
    c->ordered = c->at.epoch;
}

/* ---- Batches ------------------------------------------------------------------------------------------ */

/* Copies the rows of one batch to a tensor that is as new: without the gradient of the previous batch. */
static gd_tensor *gather(gi_side *s, gd_tensor *t, const int64_t *rows, int64_t n)
{
    int64_t row = s->row.numel;
    for (int64_t i = 0; i < n; i++) {
        s->row.data = s->first + rows[i] * s->step;
        gi_copy(t->data + i * row, &s->row);
    }
    t->requires_grad = false;
    t->grad = NULL;
    return t;
}

/* The generator depends on seed, epoch and batch; it is not that of the order. */
static bool change(const gi_course *c, gd_batch *batch)
{
    static const char name[] = GI_GUEST("gd_loader_next", "the change");
    const gd_batch before = *batch;
    uint64_t random[4], *const former = gi_thread.generator, *const former_own = gi_thread.own_generator;
    gi_random_seed(random, ~c->options.seed);
    gi_random_seed(random, gi_random_bits(random) + (uint64_t)c->at.epoch);
    gi_random_seed(random, gi_random_bits(random) + (uint64_t)c->at.example);
    gi_current_scope();
    const unsigned long failures = gi_failures();
    gi_thread.generator = gi_thread.own_generator = random;
    const gi_guest guest = gi_guest_enter(name);
    bool good = c->options.change(c->options.context, batch);
    good = gi_guest_leave(&guest, good);
    gi_thread.generator = former;
    gi_thread.own_generator = former_own;
    if (!good && gi_failures() == failures)
        gd_fail("gd_loader_next: the change returned false");
    if (good && (batch->x != before.x || batch->y != before.y || batch->size != before.size))
        good = gd_fail("gd_loader_next: the change has replaced x, y or size: it may only overwrite elements");
    *batch = before;
    return good;
}

bool gi_course_batch(gi_course *c, const gi_batch_memory *memory, gd_batch *batch)
{
    set_order(c);
    int64_t left = c->examples - c->at.example, n = c->batch;
    if (n > left)
        n = left;
    const int64_t *rows = c->order + c->at.example;
    if (memory->rows)
        rows = memcpy(memory->rows, rows, (size_t)n * sizeof *rows);
    const bool full = n == c->batch;
    *batch = (gd_batch){ .size = n, .first = c->at.example, .rows = rows };
    batch->x = gather(&c->x, full ? memory->x_full : memory->x_last, rows, n);
    batch->y = c->has_y ? gather(&c->y, full ? memory->y_full : memory->y_last, rows, n) : NULL;
    if (c->options.change && !change(c, batch))
        return false;
    c->at.example += n;
    return true;
}
