/* loader.c - minibatches: rows are copied into tensors that are made once.  What is in a batch: course.c; batches that
 * are made in advance: ahead.c. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "loader.h"
#include "ahead.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/start.h"
#include "debug/quarantine.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

#define MOST_EPOCHS (INT64_C(1) << 53)      /* gd_loader_epoch is a double */

enum { MOST_PREFETCH = 64 };

struct gd_loader {
    gd_arena        arena;                  /* holds the tensors and the order */
    gi_course       course;                 /* at: what was handed out */
    gi_batch_memory memory[MOST_PREFETCH + 1], own[MOST_PREFETCH + 1];      /* see gi_ahead_new */
    int64_t        *order_ahead;            /* for the thread */
    gi_ahead       *ahead;                  /* NULL: no prefetch, or not begun */
    gd_batch        in_hand;                /* the latest that was made ahead; x NULL: none */
};

/* ---- Making ------------------------------------------------------------------------------------------- */

static bool valid_rows(const char *function, int64_t rows, gd_loader_options o)
{
    if (o.rows.count < 0 || (o.rows.count == 0) != !o.rows.row)
        return gd_fail("%s: rows has %" PRId64 " row%s%s", function, o.rows.count, gi_plural(o.rows.count),
                       o.rows.row ? "" : ", and NULL for them");
    for (int64_t i = 0; i < o.rows.count; i++)
        if (o.rows.row[i] < 0 || o.rows.row[i] >= rows)
            return gd_fail("%s: rows.row[%" PRId64 "] = %" PRId64 " must lie in [0, %" PRId64 "), the rows of the data"
                           " set", function, i, o.rows.row[i], rows);
    return true;
}

static bool valid_weights(const char *function, int64_t population, gd_loader_options o)
{
    double sum = 0;
    if (o.draws < 0 || (o.draws && !o.weights))
        return gd_fail("%s: draws = %" PRId64 " %s", function, o.draws,
                       o.draws < 0 ? "must not be negative" : "needs weights");
    for (int64_t i = 0; o.weights && i < population; i++) {
        if (!(o.weights[i] >= 0 && isfinite(o.weights[i])))
            return gd_fail("%s: weights[%" PRId64 "] = %g must be finite and not negative", function, i, o.weights[i]);
        sum += o.weights[i];
    }
    return !o.weights || (sum > 0 && isfinite(sum))
           || gd_fail("%s: weights sum to %g: a positive, finite sum is needed", function, sum);
}

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
    const int64_t population = o.rows.row ? o.rows.count : x->shape[0];
    if (!valid_rows(function, x->shape[0], o) || !valid_weights(function, population, o))
        return false;
    if (o.drop_last && o.batch > (o.draws ? o.draws : population))
        return gd_fail("%s: batch = %" PRId64 " and drop_last leave no batch of %" PRId64 " example%s", function,
                       o.batch, o.draws ? o.draws : population, gi_plural(o.draws ? o.draws : population));
    if (o.prefetch < 0 || o.prefetch > MOST_PREFETCH)
        return gd_fail("%s: prefetch = %d must lie in 0 .. %d", function, o.prefetch, MOST_PREFETCH);
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

static gi_side side_of(gd_tensor *t)
{
    gi_side s = { .row = *t, .first = t->data, .step = t->stride[0] };
    s.row.ndim = t->ndim - 1;
    memcpy(s.row.shape, t->shape + 1, sizeof t->shape - sizeof t->shape[0]);
    memcpy(s.row.stride, t->stride + 1, sizeof t->stride - sizeof t->stride[0]);
    gi_finish_view(&s.row);
    return s;
}

static bool make_batch(gd_loader *loader, const gd_tensor *t, gd_tensor **full, gd_tensor **last)
{
    int64_t rest = loader->course.examples % loader->course.batch, shape[GD_MAX_DIMS];
    memcpy(shape, t->shape, sizeof shape);
    shape[0] = loader->course.batch;
    *full = gi_new_in(&loader->arena, "gd_loader_new", t->ndim, shape);
    *last = *full && rest ? shortened(&loader->arena, *full, rest) : NULL;
    return *full && (*last || !rest);
}

static int64_t *numbers(gd_loader *loader, int64_t n)
{
    return gi_arena_take(&loader->arena, (size_t)n * sizeof(int64_t));
}

/* Copies of what the options point to. */
static bool copy_choice(gd_loader *loader)
{
    gi_course *c = &loader->course;
    const size_t n = (size_t)c->population;
    if (c->options.rows.row) {
        int64_t *subset = numbers(loader, c->population);
        if (!subset)
            return false;
        c->subset = memcpy(subset, c->options.rows.row, n * sizeof *subset);
    }
    if (c->options.weights) {
        double *sums = gi_arena_take(&loader->arena, n * sizeof *sums), sum = 0;
        for (int64_t i = 0; sums && i < c->population; i++)
            sums[i] = sum += c->options.weights[i];
        c->sums = sums;
    }
    return c->sums || !c->options.weights;
}

/* Another tensor with the same data, which is no view of t. */
static gd_tensor *twin(gd_loader *loader, gd_tensor *t)
{
    gd_tensor *other = t ? shortened(&loader->arena, t, t->shape[0]) : NULL;
    if (other)
        other->base = other;
    return other;
}

static bool make_own(gd_loader *loader, int i)
{
    const gi_batch_memory *m = &loader->memory[i];
    gi_batch_memory *own = &loader->own[i];
    *own = (gi_batch_memory){ twin(loader, m->x_full), twin(loader, m->x_last), twin(loader, m->y_full),
                              twin(loader, m->y_last), numbers(loader, loader->course.batch) };
    return own->x_full && (own->x_last || !m->x_last) && (own->y_full || !m->y_full) && (own->y_last || !m->y_last) &&
           own->rows;
}

static bool make_memory(gd_loader *loader, gd_dataset set)
{
    gi_course *c = &loader->course;
    const int64_t room = c->sums && c->options.draws > c->population ? c->options.draws : c->population;
    c->order = numbers(loader, room);
    loader->order_ahead = c->options.prefetch ? numbers(loader, room) : NULL;
    if (!c->order || (c->options.prefetch && !loader->order_ahead))
        return false;
    for (int i = 0; i <= c->options.prefetch; i++) {
        gi_batch_memory *m = &loader->memory[i];
        *m = (gi_batch_memory){ .rows = NULL };
        if (!make_batch(loader, set.x, &m->x_full, &m->x_last) ||
            (set.y && !make_batch(loader, set.y, &m->y_full, &m->y_last)) ||
            (c->options.prefetch && !make_own(loader, i)))
            return false;
    }
    return true;
}

gd_loader *gd_loader_new(gd_dataset set, gd_loader_options options)
{
    if (!valid(set, options))
        return NULL;
    gd_loader *loader = gi_memory_new(GI_DATA, sizeof *loader);
    if (!loader)
        return NULL;
    const int64_t population = options.rows.row ? options.rows.count : set.x->shape[0];
    if (options.weights && !options.draws)
        options.draws = population;
    const int64_t drawn = options.weights ? options.draws : population;
    loader->ahead = NULL;
    loader->in_hand = (gd_batch){ .x = NULL };
    loader->course = (gi_course){ .options = options, .population = population, .ordered = -1, .has_y = set.y,
                                  .batch = options.batch < drawn ? options.batch : drawn,
                                  .examples = options.drop_last ? drawn - drawn % options.batch : drawn,
                                  .x = side_of(set.x) };
    if (set.y)
        loader->course.y = side_of(set.y);
    gi_arena_init(&loader->arena, GI_DATA);
    if (copy_choice(loader) && make_memory(loader, set))
        return loader;
    gd_loader_free(loader);
    return NULL;
}

void gd_loader_free(gd_loader *loader)
{
    if (!loader || !gi_given("gd_loader_free", "loader", loader))
        return;
    gi_ahead_free(loader->ahead);
    gi_arena_free(&loader->arena);
    gi_handle_free(loader);
}

/* ---- Batches ------------------------------------------------------------------------------------------ */

/* Starts the thread when it is needed first, and after gd_loader_seek.  The batch that was handed out last belongs to
 * no thread then, but its memory is written again: a graph that was recorded with it is refused from here on. */
static void begin_ahead(gd_loader *loader)
{
    gd_batch *old = &loader->in_hand;
    if (old->x)
        gi_overwritten(old->x);
    if (old->y)
        gi_overwritten(old->y);
    *old = (gd_batch){ .x = NULL };
    loader->ahead = gi_ahead_new(&loader->course, loader->order_ahead, loader->memory, loader->own,
                                 loader->course.options.prefetch + 1);
}

static bool next_prepared(gd_loader *loader, gd_batch *batch)
{
    if (!gi_ahead_next(loader->ahead, batch)) {
        gi_ahead_free(loader->ahead);
        loader->ahead = NULL;
        return false;
    }
    loader->course.at.example += batch->size;
    loader->in_hand = *batch;
    return true;
}

static bool next_made(gd_loader *loader, gd_batch *batch)
{
    if (!gi_course_batch(&loader->course, &loader->memory[0], batch))
        return false;
    gi_overwritten(batch->x);               /* a graph that was recorded with the batch before is refused */
    if (batch->y)
        gi_overwritten(batch->y);
    return true;
}

bool gd_loader_next(gd_loader *loader, gd_batch *batch)
{
    gi_not_captured("gd_loader_next", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_loader_next", "loader", loader) || !gi_not_null("gd_loader_next", "batch", batch))
        return false;
    gi_course *c = &loader->course;
    if (!gi_alive("gd_loader_next", "the data set's x", c->x.row.base)
        || (c->has_y && !gi_alive("gd_loader_next", "the data set's y", c->y.row.base)))
        return false;
    if (c->at.example == c->examples) {
        c->at = (gd_position){ c->at.epoch + 1, 0 };
        return false;
    }
    if (c->options.prefetch && !loader->ahead)
        begin_ahead(loader);
    return loader->ahead ? next_prepared(loader, batch) : next_made(loader, batch);
}

/* ---- Where it stands ---------------------------------------------------------------------------------- */

double gd_loader_epoch(const gd_loader *loader)
{
    if (!loader || !gi_not_freed("gd_loader_epoch", "loader", loader))
        return 0;
    return (double)loader->course.at.epoch + (double)loader->course.at.example / (double)loader->course.examples;
}

int64_t gd_loader_batches(const gd_loader *loader)
{
    if (!loader || !gi_not_freed("gd_loader_batches", "loader", loader))
        return 0;
    int64_t batch = loader->course.batch;
    return (loader->course.examples + batch - 1) / batch;
}

gd_position gd_loader_position(const gd_loader *loader)
{
    return loader && gi_not_freed("gd_loader_position", "loader", loader) ? loader->course.at : (gd_position){ 0, 0 };
}

gd_loader_options gi_loader_setup(const gd_loader *loader, int64_t *rows)
{
    *rows = loader->course.population;
    return loader->course.options;
}

bool gi_loader_is_place(const gd_loader *loader, gd_position position)
{
    int64_t batch = loader->course.batch;
    return position.epoch >= 0 && position.epoch < MOST_EPOCHS && position.example >= 0 &&
           position.example <= loader->course.examples &&
           (position.example % batch == 0 || position.example == loader->course.examples);
}

bool gd_loader_seek(gd_loader *loader, gd_position position)
{
    if (!gi_given("gd_loader_seek", "loader", loader))
        return false;
    if (!gi_loader_is_place(loader, position))
        return gd_fail("gd_loader_seek: epoch %" PRId64 ", example %" PRId64 " is not a place between batches of"
                       " %" PRId64 " from %" PRId64 " example%s", position.epoch, position.example,
                       loader->course.batch, loader->course.examples, gi_plural(loader->course.examples));
    gi_ahead_free(loader->ahead);
    loader->ahead = NULL;
    loader->course.at = position;
    return true;
}
