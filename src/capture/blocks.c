/* blocks.c - consecutive computations that work row by row are run together in blocks of rows: what one of them has
 * written is still in the cache when the next one reads it.
 *
 *     conv2d, relu, pool of 256 images      as usual: 256 images through each, 14 MB through memory
 *                                           in blocks: 16 images through all three, then the next 16
 *
 * A row is an index of the first axis (see gi_start_rows); an elementwise line has as many rows as its neighbours.  Two
 * computations may stand in one group if memory that one of them writes is read or written by the other only in the
 * same rows.  A result that is read only in its group needs no more than the memory of one block. */
#include <string.h>

#include "debug/quarantine.h"
#include "base/scopes.h"
#include "program.h"

enum {
    LEAST_BYTES = 1 << 18,                  /* of a group: less stays in the cache anyway */
    BLOCK_ROWS = 16,                        /* images: convolutions take so many at once */
    BLOCK_ELEMENTS = 1024,                  /* of lines alone */
    MOST_INSIDE = 8,                        /* results of lines that live in one block only */
    MOST_MEMBERS = 64, MOST_ACCESSES = 10   /* of a group; of a computation */
};
_Static_assert(MOST_ACCESSES >= GI_MOST_LINES * (1 + GI_LINE_READS), "room for the lines of a computation");

/* Numbers that a computation reads or writes: row of them in each row; 0: it reads all of them for each. */
typedef struct touch {
    const gd_real *data;
    int64_t        numel, row;
    bool           writes, adds;
} touch;

/* ---- What may stand in a group ----------------------------------------------------------------------------------- */

static int line_accesses(const gi_line *line, int64_t rows, touch *a)
{
    int count = 0;
    a[count++] = (touch){ line->y, line->n, line->n / rows, true, line->add };
    for (int k = 0; k < GI_LINE_READS; k++)
        if (line->x[k])
            a[count++] = (touch){ line->x[k], line->step[k] ? line->n : 1, line->step[k] ? line->n / rows : 0, false,
                                   false };
    return count;
}

/* The accesses of a computation of so many rows; 0 where it does not work by them. */
static int accesses_of(const gi_instruction *i, int64_t rows, touch a[])
{
    int count = 0;
    if (i->unread || (i->y && !i->y->base->owner->captured))        /* an input of a later run may be a view of it */
        return 0;
    for (int k = 0; k < i->lines; k++) {
        if (i->line[k].n % rows)
            return 0;
        count += line_accesses(&i->line[k], rows, a + count);
    }
    if (i->lines || !i->rows || i->n > MOST_ACCESSES - 1 || i->y->shape[0] != rows || !i->y->contiguous)
        return count;
    a[count++] = (touch){ i->y->data, i->y->numel, i->y->numel / rows, true, false };
    for (int k = 0; k < i->n; k++) {
        const gd_tensor *x = i->x[k];
        const bool by_row = i->rows >> k & 1;
        if (x && (!x->contiguous || (by_row && (x->ndim == 0 || x->shape[0] != rows))))
            return 0;
        if (x)
            a[count++] = (touch){ x->data, x->numel, by_row ? x->numel / rows : 0, false, false };
    }
    return count;
}

static bool compatible(const touch *a, const touch *b)
{
    if ((!a->writes && !b->writes) || !gi_overlap(a->data, a->numel, b->data, b->numel))
        return true;
    return a->data == b->data && a->row == b->row && a->row;
}

static bool all_compatible(const touch *a, int count, const touch *b, int more)
{
    for (int i = 0; i < count; i++)
        for (int k = 0; k < more; k++)
            if (!compatible(&a[i], &b[k]))
                return false;
    return true;
}

/* How many rows a group that begins with computation i has: those of the next one that is not a line. */
static int64_t rows_from(const gi_version *v, int64_t i)
{
    const gi_instruction *first = &v->list[i], *at = first, *end = v->list + v->count;
    while (at < end && at->lines && at < first + MOST_MEMBERS)
        at++;
    if (at < end && at->rows && at->y->numel && at->y->ndim)
        return at->y->shape[0];
    return first->lines ? first->line->n : 0;
}

/* A group of computations that may be run in blocks. */
typedef struct group {
    int64_t first, rows, bytes;
    int     count;                          /* of computations */
    bool    lines;                          /* nothing else */
    touch  a[MOST_MEMBERS * MOST_ACCESSES];
    int     accesses;
} group;

static void find_group(const gi_version *v, int64_t i, group *g)
{
    *g = (group){ .first = i, .rows = rows_from(v, i), .lines = true };
    for (; g->rows > 0 && i < v->count && g->count < MOST_MEMBERS; i++) {
        touch *a = g->a + g->accesses;
        const int more = accesses_of(&v->list[i], g->rows, a);
        if (!more || !all_compatible(g->a, g->accesses, a, more))
            break;
        for (int k = 0; k < more; k++)
            g->bytes += a[k].numel * (int64_t)sizeof(gd_real);
        g->lines = g->lines && v->list[i].lines;
        g->accesses += more;
        g->count++;
    }
}

/* ---- Results that live in one block only ------------------------------------------------------------------------- */

/* Is this access of the group the first one to memory that is written here, and read by no computation outside? */
static bool stays_inside(const gi_version *v, const group *g, const touch *a)
{
    if (!a->writes || a->adds || gi_reads_tensor(v->result, a->data, a->numel))
        return false;
    for (const touch *before = g->a; before < a; before++)
        if (gi_overlap(before->data, before->numel, a->data, a->numel))
            return false;
    for (int64_t i = 0; i < v->count; i++)
        if ((i < g->first || i >= g->first + g->count) && gi_reads(&v->list[i], a->data, a->numel))
            return false;
    return true;
}

/* ---- Running a group in blocks ----------------------------------------------------------------------------------- */

/* An address that is others in each block: that at origin and row further for each row, or always that of a buffer. */
typedef struct moving {
    gd_real       **place;
    gd_real *const *origin;
    int64_t         row;
    gd_real        *buffer;
} moving;

typedef struct member {
    gi_step  step;
    bool     allocates;
    gi_line  line;                          /* where step.compute is NULL */
    int64_t  row;                           /* elements of the line in each row */
    gd_tensor *headers[MOST_ACCESSES];      /* which get the rows of the block */
    int      header_count;
    moving   moves[MOST_ACCESSES];
    int      move_count;
} member;

typedef struct blocks {
    int64_t rows, block;
    int     count;
    member *members;
} blocks;

static bool run_member(member *m, int64_t from, int64_t rows)
{
    for (int k = 0; k < m->move_count; k++)
        *m->moves[k].place = m->moves[k].buffer ? m->moves[k].buffer : *m->moves[k].origin + from * m->moves[k].row;
    if (!m->step.compute) {
        m->line.part(&m->line, 0, rows * m->row);
        return true;
    }
    for (int k = 0; k < m->header_count; k++) {
        gd_tensor *t = m->headers[k];
        t->numel = t->numel / t->shape[0] * rows;
        t->shape[0] = rows;
    }
    if (m->allocates && !gi_scope_open(false))
        return false;
    const bool good = m->step.compute(m->step.y, m->step.x, m->step.attributes);
    if (m->allocates)
        gi_scope_close();
    return good;
}

static bool run_blocks(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const blocks *b = attributes;
    for (int64_t from = 0, rows; from < b->rows; from += rows) {
        rows = b->rows - from < b->block ? b->rows - from : b->block;
        for (int k = 0; k < b->count; k++)
            if (!run_member(&b->members[k], from, rows))
                return false;
    }
    return true;
}

/* ---- Making one -------------------------------------------------------------------------------------------------- */

/* The buffer in the place of data, if there is one. */
typedef struct buffers {
    const gd_real *data[MOST_MEMBERS];
    gd_real       *memory[MOST_MEMBERS];
    int            count;
} buffers;

static bool make_buffers(gi_version *v, const group *g, int64_t block, buffers *b)
{
    b->count = 0;
    for (const touch *a = g->a, *end = a + g->accesses; a < end && b->count < MOST_MEMBERS; a++) {
        if (!stays_inside(v, g, a))
            continue;
        b->data[b->count] = a->data;
        if (!(b->memory[b->count] = gi_arena_take(&v->notes, (size_t)(block * a->row) * sizeof *a->data)))
            return false;
        b->count++;
    }
    return true;
}

static void add_move(member *m, gd_real **place, gd_real *const *origin, int64_t row, const buffers *b)
{
    moving *move = &m->moves[m->move_count++];
    *move = (moving){ place, origin, row, NULL };
    for (int k = 0; k < b->count; k++)
        if (b->data[k] == *origin)
            move->buffer = b->memory[k];
}

static void member_of_line(member *m, gi_line *line, int64_t rows, const buffers *b)
{
    *m = (member){ .line = *line, .row = line->n / rows };
    add_move(m, &m->line.y, &line->y, m->row, b);
    for (int k = 0; k < GI_LINE_READS; k++)
        if (line->x[k])
            add_move(m, (gd_real **)(uintptr_t)&m->line.x[k], (gd_real *const *)(uintptr_t)&line->x[k],
                     line->step[k] ? m->row : 0, b);
}

/* A header of its own for t, of which a block has only some rows. */
static gd_tensor *header_for(gi_version *v, member *m, gd_tensor *t, int64_t rows, const buffers *b)
{
    gd_tensor *copy = gi_arena_take(&v->notes, sizeof *copy);
    if (!copy)
        return NULL;
    *copy = *t;
    copy->base = copy;
    copy->owner = &v->notes;
    gi_born(copy);
    m->headers[m->header_count++] = copy;
    add_move(m, &copy->data, &t->data, t->numel / rows, b);
    return copy;
}

static bool member_of_rows(gi_version *v, member *m, const gi_instruction *i, int64_t rows, const buffers *b)
{
    *m = (member){ .step = { i->compute, NULL, NULL, i->attributes }, .allocates = i->allocates };
    m->step.x = gi_arena_take(&v->notes, (size_t)i->n * sizeof *m->step.x);
    if (!m->step.x || !(m->step.y = header_for(v, m, i->y, rows, b)))
        return false;
    for (int k = 0; k < i->n; k++)
        if (!(m->step.x[k] = i->rows >> k & 1 ? header_for(v, m, i->x[k], rows, b) : i->x[k]) && i->x[k])
            return false;
    return true;
}

static blocks *make_blocks(gi_version *v, const group *g)
{
    const int64_t block = BLOCK_ROWS * gd_threads();
    blocks *b = gi_arena_take(&v->notes, sizeof *b);
    member *m = gi_arena_take(&v->notes, (size_t)(GI_MOST_LINES * g->count) * sizeof *m);
    buffers inside;
    if (!b || !m || !make_buffers(v, g, block, &inside))
        return NULL;
    *b = (blocks){ g->rows, block, 0, m };
    for (gi_instruction *i = v->list + g->first, *end = i + g->count; i < end; i++) {
        for (int k = 0; k < i->lines; k++)
            member_of_line(&b->members[b->count++], &i->line[k], g->rows, &inside);
        if (!i->lines && !member_of_rows(v, &b->members[b->count++], i, g->rows, &inside))
            return NULL;
    }
    return b;
}

/* ---- Lines alone: threads share the blocks ----------------------------------------------------------------------- */

/* Of a line, which addresses are those of buffers: their numbers from 1, or 0. */
typedef struct line_member {
    const gi_line *line;
    int8_t         y, x[GI_LINE_READS];
} line_member;

typedef struct lines {
    int64_t     n;
    int         count;
    line_member member[];
} lines;

/* Elements from .. from + n - 1 of a line. */
static void run_line_member(const line_member *m, int64_t from, int64_t n, gd_real (*buffer)[BLOCK_ELEMENTS])
{
    gi_line part = *m->line;
    part.y = m->y ? buffer[m->y - 1] : part.y + from;
    for (int k = 0; k < GI_LINE_READS; k++)
        if (part.x[k])
            part.x[k] = m->x[k] ? buffer[m->x[k] - 1] : part.x[k] + from * part.step[k];
    part.part(&part, 0, n);
}

static void run_lines_part(void *context, int64_t begin, int64_t end)
{
    gd_real buffer[MOST_INSIDE][BLOCK_ELEMENTS];
    const lines *all = context;
    for (int64_t from = begin, n; from < end; from += n) {
        n = end - from < BLOCK_ELEMENTS ? end - from : BLOCK_ELEMENTS;
        for (int k = 0; k < all->count; k++)
            run_line_member(&all->member[k], from, n, buffer);
    }
}

static bool run_lines(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const lines *all = attributes;
    gi_parallel(all->n, GI_PART_ELEMENTS, run_lines_part, (void *)(uintptr_t)all);
    return true;
}

static int8_t buffer_of(const gd_real *const *inside, int count, const gd_real *data)
{
    for (int k = 0; k < count; k++)
        if (inside[k] == data)
            return (int8_t)(k + 1);
    return 0;
}

static lines *make_lines(gi_version *v, const group *g)
{
    lines *all = gi_arena_take(&v->notes, sizeof *all + (size_t)(GI_MOST_LINES * g->count) * sizeof *all->member);
    if (!all)
        return NULL;
    const gd_real *inside[MOST_INSIDE];
    int insides = 0;
    for (const touch *a = g->a, *end = a + g->accesses; a < end && insides < MOST_INSIDE; a++)
        if (stays_inside(v, g, a))
            inside[insides++] = a->data;
    *all = (lines){ .n = g->rows };
    for (const gi_instruction *i = v->list + g->first, *end = i + g->count; i < end; i++)
        for (int l = 0; l < i->lines; l++) {
            line_member *m = &all->member[all->count++];
            *m = (line_member){ .line = &i->line[l], .y = buffer_of(inside, insides, i->line[l].y) };
            for (int k = 0; k < GI_LINE_READS; k++)
                m->x[k] = i->line[l].x[k] ? buffer_of(inside, insides, i->line[l].x[k]) : 0;
        }
    return all;
}

/* Can no group that begins with this computation be large? */
static bool too_short(const gi_instruction *i)
{
    const int64_t most = MOST_MEMBERS * MOST_ACCESSES * (int64_t)sizeof(gd_real);       /* bytes for an element */
    return i->unread || (i->lines && i->line->n < LEAST_BYTES / most);
}

bool gi_blocks_from(gi_version *v, int64_t i, int64_t *count, gi_step *step)
{
    *count = 0;
    if (too_short(&v->list[i]))
        return true;
    group *g = gi_memory_new(GI_SCOPES, sizeof *g);
    if (!g)
        return false;
    find_group(v, i, g);
    const bool large = g->bytes >= LEAST_BYTES && g->rows > (g->lines ? BLOCK_ELEMENTS : BLOCK_ROWS * gd_threads());
    *count = g->count > 1 && large ? g->count : 0;
    if (*count) {
        *step = (gi_step){ .compute = g->lines ? run_lines : run_blocks };
        step->attributes = g->lines ? (const void *)make_lines(v, g) : (const void *)make_blocks(v, g);
        for (int64_t k = i; k < i + *count; k++)
            v->list[k].block = v->blocks + 1;
        v->blocks++;
    }
    gi_memory_free(g);
    return !*count || step->attributes;
}
