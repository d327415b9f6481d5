/* blocks.c - consecutive elementwise computations are run together in blocks of elements: what one of them has written
 * is still in the first cache when the next one reads it.
 *
 *     h = a x, y = h - b, z = relu(y)       as usual: all of h, then all of y, then all of z
 *                                           in blocks: 1024 elements of h, of y and of z, then the next 1024
 *
 * Two computations may stand in one group if memory that one of them writes is read or written by the other only at the
 * same elements.  A result that nobody outside of its group reads needs no more than the memory of a block..
 * Convolutions and what follows them are run together in another way: images.c. */
#include "program.h"

enum {
    LEAST_BYTES = 1 << 18,                  /* of a group: less stays in the cache anyway */
    BLOCK = 1024,                           /* elements */
    MOST_INSIDE = 8,                        /* results that live in one block only */
    MOST_MEMBERS = 64,                      /* computations of a group */
    MOST_ACCESSES = GI_MOST_LINES * (1 + GI_LINE_READS)         /* of a computation */
};

/* ---- What may stand in a group ----------------------------------------------------------------------------------- */

/* Numbers that a line reads or writes: in each block those of its elements, or a single one.  adds: what is written
 * depends on what is there. */
typedef struct line_access {
    const gd_real *data;
    int64_t        numel;                   /* 1: a single one, unless the line has no more */
    bool           writes, adds;
} line_access;

static int accesses_of_line(const gi_line *line, line_access *a)
{
    int count = 0;
    a[count++] = (line_access){ line->y, line->n, true, line->add };
    for (int k = 0; k < GI_LINE_READS; k++) {
        const bool changes = k == 0 && line->changes_x;
        if (line->x[k])
            a[count++] = (line_access){ line->x[k], line->step[k] ? line->n : 1, changes, changes };
    }
    return count;
}

/* The accesses of a computation that consists of lines of n elements; 0 of others.  Where it changes a tensor of the
 * program, an input of a later run may be another view of that. */
static int accesses_of(const gi_instruction *i, int64_t n, line_access *a)
{
    int count = 0;
    if (i->unread || i->images || (i->y && !i->y->base->owner->captured))
        return 0;
    for (int k = 0; k < i->lines; k++) {
        if (i->line[k].n != n)
            return 0;
        count += accesses_of_line(&i->line[k], a + count);
    }
    return count;
}

static bool compatible(const line_access *a, const line_access *b)
{
    if ((!a->writes && !b->writes) || !gi_overlap(a->data, a->numel, b->data, b->numel))
        return true;
    return a->data == b->data && a->numel == b->numel;
}

static bool all_compatible(const line_access *a, int count, const line_access *b, int more)
{
    for (int i = 0; i < count; i++)
        for (int k = 0; k < more; k++)
            if (!compatible(&a[i], &b[k]))
                return false;
    return true;
}

/* Computations that may be run in blocks, from `first` on. */
typedef struct group {
    int64_t     first, n, bytes;
    int         count;
    line_access access[MOST_MEMBERS * MOST_ACCESSES];
    int         accesses;
} group;

static void find_group(const gi_version *v, int64_t first, group *g)
{
    *g = (group){ .first = first, .n = v->list[first].line->n };
    for (int64_t i = first; i < v->count && g->count < MOST_MEMBERS; i++) {
        line_access *a = g->access + g->accesses;
        const int more = accesses_of(&v->list[i], g->n, a);
        if (!more || !all_compatible(g->access, g->accesses, a, more))
            break;
        for (int k = 0; k < more; k++)
            g->bytes += a[k].numel * (int64_t)sizeof(gd_real);
        g->accesses += more;
        g->count++;
    }
}

/* Is this access of the group the first one to memory that is written here, and read by no computation outside? */
static bool stays_inside(const gi_version *v, const group *g, const line_access *a)
{
    if (!a->writes || a->adds || gi_reads_tensor(v->result, a->data, a->numel))
        return false;
    for (const line_access *before = g->access; before < a; before++)
        if (gi_overlap(before->data, before->numel, a->data, a->numel))
            return false;
    for (int64_t i = 0; i < v->count; i++)
        if ((i < g->first || i >= g->first + g->count) && gi_reads(&v->list[i], a->data, a->numel))
            return false;
    return true;
}

/* ---- Running a group: threads share the blocks ------------------------------------------------------------------- */

/* A line, and which of its addresses are those of buffers: their numbers from 1, or 0. */
typedef struct member {
    const gi_line *line;
    int8_t         y, x[GI_LINE_READS];
} member;

typedef struct blocks {
    int64_t n;
    int     count;
    member  members[];
} blocks;

/* Elements from .. from + n - 1 of a line. */
static void run_member(const member *m, int64_t from, int64_t n, gd_real (*buffer)[BLOCK])
{
    gi_line line = *m->line;
    line.y = m->y ? buffer[m->y - 1] : line.y + from;
    for (int k = 0; k < GI_LINE_READS; k++)
        if (line.x[k])
            line.x[k] = m->x[k] ? buffer[m->x[k] - 1] : line.x[k] + from * line.step[k];
    line.part(&line, 0, n);
}

static void run_some(void *context, int64_t begin, int64_t end)
{
    gd_real buffer[MOST_INSIDE][BLOCK];
    const blocks *b = context;
    for (int64_t from = begin, n; from < end; from += n) {
        n = end - from < BLOCK ? end - from : BLOCK;
        for (int k = 0; k < b->count; k++)
            run_member(&b->members[k], from, n, buffer);
    }
}

static bool run_blocks(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const blocks *b = attributes;
    gi_parallel(b->n, GI_PART_ELEMENTS, run_some, (void *)(uintptr_t)b);
    return true;
}

/* ---- Making one -------------------------------------------------------------------------------------------------- */

static int8_t buffer_of(const gd_real *const *inside, int count, const gd_real *data)
{
    for (int k = 0; k < count; k++)
        if (inside[k] == data)
            return (int8_t)(k + 1);
    return 0;
}

static blocks *make_blocks(gi_version *v, const group *g)
{
    blocks *b = gi_arena_take(&v->notes, sizeof *b + (size_t)(GI_MOST_LINES * g->count) * sizeof *b->members);
    if (!b)
        return NULL;
    const gd_real *inside[MOST_INSIDE];
    int insides = 0;
    for (const line_access *a = g->access, *end = a + g->accesses; a < end && insides < MOST_INSIDE; a++)
        if (stays_inside(v, g, a))
            inside[insides++] = a->data;
    *b = (blocks){ .n = g->n };
    for (const gi_instruction *i = v->list + g->first, *end = i + g->count; i < end; i++)
        for (int l = 0; l < i->lines; l++) {
            const gi_line *line = &i->line[l];
            member *m = &b->members[b->count++];
            *m = (member){ .line = line, .y = buffer_of(inside, insides, line->y) };
            for (int k = 0; k < GI_LINE_READS; k++)
                m->x[k] = line->x[k] ? buffer_of(inside, insides, line->x[k]) : 0;
        }
    return b;
}

/* Can a group that begins with this computation be large? */
static bool may_be_large(const gi_instruction *i)
{
    const int64_t most = MOST_MEMBERS * MOST_ACCESSES * (int64_t)sizeof(gd_real);       /* bytes for an element */
    return i->lines && !i->unread && i->line->n > BLOCK && i->line->n >= LEAST_BYTES / most;
}

bool gi_blocks_from(gi_version *v, int64_t i, int64_t *count, gi_step *step)
{
    *count = 0;
    if (!may_be_large(&v->list[i]))
        return true;
    group *g = gi_memory_new(GI_SCOPES, sizeof *g);
    if (!g)
        return false;
    find_group(v, i, g);
    if (g->count > 1 && g->bytes >= LEAST_BYTES) {
        *count = g->count;
        *step = (gi_step){ .compute = run_blocks, .attributes = make_blocks(v, g) };
        v->blocks++;
        for (int64_t k = i; k < i + g->count; k++)
            v->list[k].block = v->blocks;
    }
    gi_memory_free(g);
    return !*count || step->attributes;
}
