/* svg_lines.c - lines that come in pieces, such as contours, as the few paths that they are.
 *
 * The ends of all pieces are sorted by position, taken to a thousandth of a pixel; two at the same position are joined.
 * Points within TOLERANCE of the line without them are left out. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "svg.h"

#define TOLERANCE 0.02                      /* pixels: not visible, and twice what is written */
enum { LONGEST_RUN = 64 };                  /* points left out in a row, so that the search stays linear */

typedef struct end { int64_t x, y; size_t line; int side; } end;

typedef struct links {
    const gi_svg_line *lines;
    size_t  n;                              /* all lines; those of other widths are not linked */
    double  half_width;
    end    *ends;
    size_t *partner;                        /* [2 n]: the end joined to end 2 line + side; itself: an open end */
    bool   *done;                           /* [n]: written */
    double (*points)[2];                    /* [n + 1] */
} links;

/* Positions that are a round number of thousandths would fall to either side by their rounding errors: the odd number
 * keeps them apart from the border. */
static int64_t rounded(double v)
{
    return (int64_t)floor(fmax(-1e9, fmin(1e9, v)) * 1000 + 0.37281);
}

static int by_position(const void *a, const void *b)
{
    const end *p = a, *q = b;
    if (p->x != q->x)
        return p->x < q->x ? -1 : 1;
    if (p->y != q->y)
        return p->y < q->y ? -1 : 1;
    if (p->line != q->line)
        return p->line < q->line ? -1 : 1;
    return p->side - q->side;
}

static bool same_position(end a, end b)
{
    return a.x == b.x && a.y == b.y;
}

static void join_ends(links *l)
{
    size_t count = 0;
    for (size_t i = 0; i < l->n; i++) {
        const gi_svg_line *line = &l->lines[i];
        l->partner[2 * i] = 2 * i;
        l->partner[2 * i + 1] = 2 * i + 1;
        l->done[i] = line->half_width != l->half_width;
        if (l->done[i])
            continue;
        l->ends[count++] = (end){ rounded(line->x0), rounded(line->y0), i, 0 };
        l->ends[count++] = (end){ rounded(line->x1), rounded(line->y1), i, 1 };
    }
    qsort(l->ends, count, sizeof *l->ends, by_position);
    for (size_t i = 0; i + 1 < count; i++)
        if (same_position(l->ends[i], l->ends[i + 1])) {
            size_t a = 2 * l->ends[i].line + (size_t)l->ends[i].side;
            size_t b = 2 * l->ends[i + 1].line + (size_t)l->ends[i + 1].side;
            bool alone = (i == 0 || !same_position(l->ends[i - 1], l->ends[i])) &&
                         (i + 2 == count || !same_position(l->ends[i + 2], l->ends[i]));
            l->partner[a] = b;
            l->partner[b] = a;
            if (a / 2 == b / 2 && !alone)
                l->done[a / 2] = true;      /* without length, and under the end of another line */
            i++;
        }
}

static void point_of(const links *l, size_t end_of_line, double out[2])
{
    const gi_svg_line *line = &l->lines[end_of_line / 2];
    out[0] = end_of_line % 2 ? line->x1 : line->x0;
    out[1] = end_of_line % 2 ? line->y1 : line->y0;
}

/* The path that a line belongs to, from its open end on; a loop begins with this line. */
static size_t follow(links *l, size_t line, bool *loop)
{
    size_t first = 2 * line, n = 0;
    *loop = false;
    while (l->partner[first] != first && !*loop) {
        first = l->partner[first] ^ 1;
        *loop = first / 2 == line;
    }
    if (*loop)
        first = 2 * line;
    point_of(l, first, l->points[n++]);
    for (size_t at = first;;) {
        l->done[at / 2] = true;
        point_of(l, at ^ 1, l->points[n++]);
        size_t next = l->partner[at ^ 1];
        if (next == (at ^ 1) || l->done[next / 2])
            return n;
        at = next;
    }
}

static double distance(const double p[2], const double a[2], const double b[2])
{
    double dx = b[0] - a[0], dy = b[1] - a[1], length2 = dx * dx + dy * dy;
    double t = length2 > 0 ? ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / length2 : 0;
    t = fmax(0, fmin(1, t));
    return hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}

static bool is_straight(double (*points)[2], size_t from, size_t to)
{
    for (size_t k = from + 1; k < to; k++)
        if (distance(points[k], points[from], points[to]) > TOLERANCE)
            return false;
    return true;
}

static void put_path(gi_markup *m, double (*points)[2], size_t n, bool loop)
{
    for (size_t i = 0; i < n;) {
        if (!(loop && i == n - 1)) {        /* a loop is closed by Z */
            gi_markup_put(m, i ? "L" : "M");
            gi_markup_number(m, points[i][0]);
            gi_markup_put(m, " ");
            gi_markup_number(m, points[i][1]);
        }
        size_t next = i + 1;
        while (next + 1 < n && next - i < LONGEST_RUN && is_straight(points, i, next + 1))
            next++;
        i = next;
    }
    gi_markup_put(m, loop ? "Z" : "");
}

void gi_svg_link(gi_markup *m, const gi_svg_line *lines, size_t n, double half_width)
{
    links l = { .lines = lines, .n = n, .half_width = half_width };
    if (m->failed || n == 0)
        return;
    l.ends = gi_memory_new(GI_PLOTS, 2 * n * sizeof *l.ends);
    l.partner = l.ends ? gi_memory_new(GI_PLOTS, 2 * n * sizeof *l.partner) : NULL;
    l.done = l.partner ? gi_memory_new(GI_PLOTS, n * sizeof *l.done) : NULL;
    l.points = l.done ? gi_memory_new(GI_PLOTS, (n + 1) * sizeof *l.points) : NULL;
    m->failed = !l.points;
    if (l.points) {
        join_ends(&l);
        for (size_t i = 0; i < n; i++)
            if (!l.done[i]) {
                bool loop;
                size_t count = follow(&l, i, &loop);
                put_path(m, l.points, count, loop);
            }
    }
    gi_memory_free(l.ends);
    gi_memory_free(l.partner);
    gi_memory_free(l.done);
    gi_memory_free(l.points);
}
