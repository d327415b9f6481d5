/* loader.c - minibatches.
 *
 * The order of an epoch is a shuffle of R. A. Fisher and F. Yates (1938; the inside-out variant, as in
 * gd_permutation), by a generator of its own that is seeded with seed and epoch: any epoch can be started without those
 * before it.  Rows are copied into tensors that are made once. */
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "loader.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

typedef struct side {                       /* x, or y */
    gd_tensor  row;                         /* one row of the data set, as a view; only data changes */
    gd_real   *first;                       /* row 0 */
    int64_t    step;                        /* from row to row */
    gd_tensor *full, *last;                 /* the batch, and the shorter last one or NULL */
} side;

#define MOST_EPOCHS (INT64_C(1) << 53)      /* gd_loader_epoch is a double */

struct gd_loader {
    gd_arena          arena;                /* holds the tensors and the order */
    gd_loader_options options;
    gd_position       at;
    int64_t           rows, examples;       /* in the data set; in an epoch */
    int64_t           ordered;              /* the epoch of order */
    int64_t          *order;
    bool              has_y;
    side              x, y;
};

/* ---- Making ------------------------------------------------------------------------------------------- */

static bool valid(gd_dataset set, gd_loader_options o)
{
    const char *function = "gd_loader_new";
    const gd_tensor *x = set.x, *y = set.y;
    if (!gi_alive(function, "set.x", x) || !gi_given(function, "x", x) || !gi_alive(function, "set.y", y))
        return false;
    if (x->ndim == 0 || x->shape[0] == 0)
        return gd_fail("%s: x is %s: it has no rows", function, gi_text_of(x).s);
    if (y && (y->ndim == 0 || y->shape[0] != x->shape[0]))
        return gd_fail("%s: x is %s and y is %s: they need the same number of rows", function, gi_text_of(x).s,
                       gi_text_of(y).s);
    if (o.batch < 1)
        return gd_fail("%s: batch = %" PRId64 " must be at least 1", function, o.batch);
    if (o.drop_last && o.batch > x->shape[0])
        return gd_fail("%s: batch = %" PRId64 " and drop_last leave no batch of %" PRId64 " example%s", function,
                       o.batch, x->shape[0], gi_plural(x->shape[0]));
    return true;
}

/* The first rows of full, as a separate tensor. */
static gd_tensor *shortened(gd_arena *arena, gd_tensor *full, int64_t rows)
{
    gd_tensor *t = gi_arena_take(arena, sizeof *t);
    if (!t)
        return NULL;
    *t = *full;
    t->numel = full->numel / full->shape[0] * rows;
    t->shape[0] = rows;
    t->base = full;
    gi_born(t);
    return t;
}

static bool make_side(gd_loader *loader, side *s, gd_tensor *t)
{
    int64_t batch = loader->options.batch < loader->rows ? loader->options.batch : loader->rows;
    int64_t rest = loader->examples % batch, shape[GD_MAX_DIMS];
    memcpy(shape, t->shape, sizeof shape);
    shape[0] = batch;
    s->full = gi_new_in(&loader->arena, "gd_loader_new", t->ndim, shape);
    s->last = s->full && rest ? shortened(&loader->arena, s->full, rest) : NULL;
    s->first = t->data;
    s->step = t->stride[0];
    s->row = *t;
    s->row.ndim = t->ndim - 1;
    memcpy(s->row.shape, t->shape + 1, sizeof t->shape - sizeof t->shape[0]);
    memcpy(s->row.stride, t->stride + 1, sizeof t->stride - sizeof t->stride[0]);
    gi_finish_view(&s->row);
    return s->full && (s->last || !rest);
}

gd_loader *gd_loader_new(gd_dataset set, gd_loader_options options)
{
    if (!valid(set, options))
        return NULL;
    gd_loader *loader = gi_memory_new(GI_DATA, sizeof *loader);
    if (!loader)
        return NULL;
    int64_t rows = set.x->shape[0];
    *loader = (gd_loader){ .options = options, .rows = rows, .ordered = -1, .has_y = set.y };
    gi_arena_init(&loader->arena, GI_DATA);
    loader->examples = options.drop_last ? rows - rows % options.batch : rows;
    loader->order = gi_arena_take(&loader->arena, (size_t)rows * sizeof *loader->order);
    if (loader->order && make_side(loader, &loader->x, set.x) && (!set.y || make_side(loader, &loader->y, set.y)))
        return loader;
    gd_loader_free(loader);
    return NULL;
}

void gd_loader_free(gd_loader *loader)
{
    if (!loader || !gi_given("gd_loader_free", "loader", loader))
        return;
    gi_arena_free(&loader->arena);
    gi_handle_free(loader);
}

/* ---- The order of an epoch ---------------------------------------------------------------------------- */

static void set_order(gd_loader *loader)
{
    if (loader->ordered == loader->at.epoch)
        return;
    int64_t *order = loader->order;
    uint64_t random[4];
    gi_random_seed(random, loader->options.seed);
    gi_random_seed(random, gi_random_bits(random) + (uint64_t)loader->at.epoch);
    for (int64_t i = 0; i < loader->rows; i++) {
        int64_t j = loader->options.shuffle ? (int64_t)gi_random_below(random, (uint64_t)i + 1) : i;
        order[i] = order[j];
        order[j] = i;
    }
    loader->ordered = loader->at.epoch;
}

/* ---- Batches ------------------------------------------------------------------------------------------ */

/* Copies the rows of one batch to a tensor that is as new: without the gradient of the previous batch, and with a new
 * version, so that a graph that was recorded with that batch is refused. */
static gd_tensor *gather(side *s, const int64_t *rows, int64_t n)
{
    gd_tensor *t = n == s->full->shape[0] ? s->full : s->last;
    int64_t row = s->row.numel;
    for (int64_t i = 0; i < n; i++) {
        s->row.data = s->first + rows[i] * s->step;
        gi_copy(t->data + i * row, &s->row);
    }
    gi_overwritten(t);
    t->requires_grad = false;
    t->grad = NULL;
    return t;
}

bool gd_loader_next(gd_loader *loader, gd_batch *batch)
{
    if (!gi_given("gd_loader_next", "loader", loader) || !gi_not_null("gd_loader_next", "batch", batch))
        return false;
    if (!gi_alive("gd_loader_next", "the data set's x", loader->x.row.base)
        || (loader->has_y && !gi_alive("gd_loader_next", "the data set's y", loader->y.row.base)))
        return false;
    if (loader->at.example == loader->examples) {
        loader->at = (gd_position){ loader->at.epoch + 1, 0 };
        return false;
    }
    set_order(loader);
    int64_t left = loader->examples - loader->at.example, n = loader->x.full->shape[0];
    if (n > left)
        n = left;
    const int64_t *rows = loader->order + loader->at.example;
    *batch = (gd_batch){ .size = n, .first = loader->at.example, .rows = rows };
    batch->x = gather(&loader->x, rows, n);
    batch->y = loader->has_y ? gather(&loader->y, rows, n) : NULL;
    loader->at.example += n;
    return true;
}

/* ---- Where it stands ---------------------------------------------------------------------------------- */

double gd_loader_epoch(const gd_loader *loader)
{
    if (!loader || !gi_not_freed("gd_loader_epoch", "loader", loader))
        return 0;
    return (double)loader->at.epoch + (double)loader->at.example / (double)loader->examples;
}

int64_t gd_loader_batches(const gd_loader *loader)
{
    if (!loader || !gi_not_freed("gd_loader_batches", "loader", loader))
        return 0;
    int64_t batch = loader->x.full->shape[0];
    return (loader->examples + batch - 1) / batch;
}

gd_position gd_loader_position(const gd_loader *loader)
{
    return loader && gi_not_freed("gd_loader_position", "loader", loader) ? loader->at : (gd_position){ 0, 0 };
}

gd_loader_options gi_loader_setup(const gd_loader *loader, int64_t *rows)
{
    *rows = loader->rows;
    return loader->options;
}

bool gi_loader_is_place(const gd_loader *loader, gd_position position)
{
    int64_t batch = loader->x.full->shape[0];
    return position.epoch >= 0 && position.epoch < MOST_EPOCHS && position.example >= 0 &&
           position.example <= loader->examples &&
           (position.example % batch == 0 || position.example == loader->examples);
}

bool gd_loader_seek(gd_loader *loader, gd_position position)
{
    if (!gi_given("gd_loader_seek", "loader", loader))
        return false;
    if (!gi_loader_is_place(loader, position))
        return gd_fail("gd_loader_seek: epoch %" PRId64 ", example %" PRId64 " is not a place between batches of"
                       " %" PRId64 " from %" PRId64 " example%s", position.epoch, position.example,
                       loader->x.full->shape[0], loader->examples, gi_plural(loader->examples));
    loader->at = position;
    return true;
}
