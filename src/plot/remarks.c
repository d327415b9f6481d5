/* remarks.c - reference lines with their labels, and notes.
 * A note is where the user wants it.  A label must visibly belong to its line: it is above or below it, clear of the
 * other lines; where these are too close it interrupts its line; and where they are closer still it is away from all of
 * them, with a pointer that ends in a dot on its line. */
#include <math.h>
#include <stdbool.h>

#include "base/memory.h"
#include "picture.h"


static const gi_rgb reference_colour = { 40, 40, 40 };

static gi_type type_of(const gi_panel *panel)
{
    return gi_type_of(GI_NUMBER_SIZE * panel->u, GI_LEFT);
}

/* ---- Notes --------------------------------------------------------------------------------------------- */

/* Text over data, with a white halo. */
static void write_over(const gi_panel *panel, gi_box box, const char *text)
{
    gi_text_mask(panel->canvas, box.left, box.bottom, text, type_of(panel), 2 * panel->u);
    gi_paint(panel->canvas, (gi_rgb){ 255, 255, 255 }, 0.85);
    gi_write(panel->canvas, box.left, box.bottom, text, type_of(panel));
}

/* To the right of its point, or to the left where it would leave the panel. */
static gi_box note_box(const gi_panel *panel, const gi_remark *note, char text[GI_FIT_BYTES])
{
    gi_box o = panel->outside;
    gi_type type = type_of(panel);
    gi_xy at = gi_to_pixel(panel, (gi_xy){ note->x, note->y });
    double rim = 4 * panel->u, cap = gi_text_cap(type);
    gi_fit_line(text, note->text, type, o.right - o.left - 2 * rim);
    double width = gi_text_width(text, type), left = fmax(o.left + rim, fmin(at.x, o.right - rim - width));
    double bottom = fmax(at.y, o.top + rim + cap);
    return (gi_box){ left, bottom - cap, left + width, bottom };
}

static bool apart(gi_box a, gi_box b, double by)
{
    return a.left > b.right + by || a.right < b.left - by || a.top > b.bottom + by || a.bottom < b.top - by;
}

double gi_hidden_remarks(const gi_panel *panel, gi_box box)
{
    char text[GI_FIT_BYTES];
    double length = 0;
    for (int i = 0; i < panel->plot->remarks_count; i++) {
        const gi_remark *r = &panel->plot->remarks[i];
        double y = gi_to_pixel(panel, (gi_xy){ panel->x.low, r->y }).y;
        gi_box hidden = isnan(r->x) ? (gi_box){ box.left, y, box.right, y } : note_box(panel, r, text);
        if (apart(box, hidden, 0))
            continue;
        length += fmin(box.right, hidden.right) - fmax(box.left, hidden.left);
    }
    return length;
}

/* ---- The places of labels ------------------------------------------------------------------------------ */

enum { PLACES = 13 };                       /* along a line */

typedef enum position { ABOVE, BELOW, ON } position;

typedef struct search {
    const gi_panel     *panel;
    const gi_reference *lines;
    int                 n, own;
    const gi_box       *taken;              /* by notes, the legend, other labels and their pointers */
    int                 n_taken;
    double              width;              /* of the label */
    gi_reference        best;
    double              least;              /* cost of best */
} search;

/* Is this place free for a label, with no other line nearer than `clear`? */
static bool is_free(const search *s, gi_box box, double clear)
{
    gi_box f = s->panel->frame;
    double u = s->panel->u;
    if (box.left < f.left + 3 * u || box.right > f.right - 3 * u || box.top < f.top + 3 * u ||
        box.bottom > f.bottom - 3 * u)
        return false;
    for (int i = 0; i < s->n; i++)
        if (fabs(s->lines[i].y - s->lines[s->own].y) >= 0.5 && s->lines[i].y > box.top - clear &&
            s->lines[i].y < box.bottom + clear)
            return false;
    for (int i = 0; i < s->n_taken; i++)
        if (!apart(box, s->taken[i], 4 * u))
            return false;
    return true;
}

/* In pixels of hidden data: a pointer pays only where it saves many. */
static double cost_of_distance(const search *s, double away)
{
    return away > 0 ? away + 60 * s->panel->u : 0;
}

static void consider(search *s, int place, position side, double away, double clear)
{
    const gi_panel *panel = s->panel;
    gi_box f = panel->frame;
    double u = panel->u, cap = gi_text_cap(type_of(panel)), y = s->lines[s->own].y, rim = 8 * u;
    double left = f.right - rim - s->width - place / (PLACES - 1.0) * (f.right - f.left - 2 * rim - s->width);
    double bottom = side == ON ? y + cap / 2 : side == BELOW ? y + 6 * u + cap + away : y - 5 * u - away;
    gi_box box = { left, bottom - cap, left + s->width, bottom }, pointer = { 0 };
    if (!is_free(s, box, clear))
        return;
    if (away > 0) {
        double x = left + fmin(5 * u, s->width / 2);
        pointer = side == BELOW ? (gi_box){ x, y, x, box.top - 4 * u } : (gi_box){ x, bottom + 5 * u, x, y };
        for (int i = 0; i < s->n_taken; i++)
            if (!apart(pointer, s->taken[i], 4 * u))
                return;
    }
    gi_box around = { left - 4 * u, box.top - 4 * u, box.right + 4 * u, bottom + 4 * u };
    double cost = gi_ink(panel->canvas, around) + cost_of_distance(s, away);
    if (cost < 0.8 * s->least - 2) {        /* a later place must be clearly better */
        s->least = cost;
        s->best = (gi_reference){ .y = y, .label = box, .interrupted = side == ON, .pointer = pointer };
    }
}

/* Both sides of the line at one distance, all along it. */
static void look_beside(search *s, double away, double clear)
{
    for (int k = 0; k < PLACES; k++) {
        consider(s, k, ABOVE, away, clear);
        consider(s, k, BELOW, away, clear);
    }
}

static void look_on(search *s, double clear)
{
    for (int k = 0; k < PLACES; k++)
        consider(s, k, ON, 0, clear);
}

static bool find_place(search *s)
{
    double u = s->panel->u, height = s->panel->frame.bottom - s->panel->frame.top;
    s->least = INFINITY;
    look_beside(s, 0, 8 * u);
    if (isinf(s->least))
        look_on(s, 2 * u);
    for (double away = 6 * u; away < height && cost_of_distance(s, away) < s->least; away += 6 * u)
        look_beside(s, away, 12 * u);
    if (isinf(s->least))
        look_on(s, -INFINITY);              /* over other lines, as a last resort */
    return !isinf(s->least);
}

static const char *label_of(const gi_panel *panel, const gi_remark *line, char text[GI_FIT_BYTES])
{
    gi_fit_line(text, line->text, type_of(panel), panel->frame.right - panel->frame.left - 16 * panel->u);
    return text;
}

/* The lines in the frame, without labels yet. */
static int find_lines(const gi_panel *panel, gi_reference *out)
{
    gi_box f = panel->frame;
    int n = 0;
    for (int i = 0; i < panel->plot->remarks_count; i++) {
        const gi_remark *r = &panel->plot->remarks[i];
        double y = gi_crisp(panel, gi_to_pixel(panel, (gi_xy){ panel->x.low, r->y }).y);
        if (isnan(r->x) && y >= f.top && y <= f.bottom)
            out[n++] = (gi_reference){ .remark = r, .y = y };
    }
    return n;
}

int gi_place_references(const gi_panel *panel, gi_reference *out, gi_box *taken)
{
    char text[GI_FIT_BYTES];
    search s = { .panel = panel, .lines = out, .n = find_lines(panel, out), .taken = taken };
    for (int i = 0; i < panel->plot->remarks_count; i++)
        if (!isnan(panel->plot->remarks[i].x))
            taken[s.n_taken++] = note_box(panel, &panel->plot->remarks[i], text);
    if (panel->key.columns)
        taken[s.n_taken++] = panel->key.box;
    for (s.own = 0; s.own < s.n; s.own++) {
        const gi_remark *remark = out[s.own].remark;
        s.width = gi_text_width(label_of(panel, remark, text), type_of(panel));
        if (!*text || !find_place(&s))
            continue;
        out[s.own] = s.best;
        out[s.own].remark = remark;
        taken[s.n_taken++] = s.best.label;
        if (s.best.pointer.bottom > s.best.pointer.top)
            taken[s.n_taken++] = s.best.pointer;
    }
    return s.n;
}

/* ---- Drawing ------------------------------------------------------------------------------------------- */

static void draw_line(const gi_panel *panel, const gi_reference *r)
{
    gi_box f = panel->frame, gap = r->label;
    double u = panel->u, half = gi_hairline(panel) / 2;
    for (double x = f.left; x < f.right; x += 10 * u) {
        double end = fmin(x + 7 * u, f.right);
        if (!r->interrupted || end < gap.left - 4 * u || x > gap.right + 4 * u)
            gi_mask_box(panel->canvas, (gi_box){ x, r->y - half, end, r->y + half });
    }
    gi_paint(panel->canvas, reference_colour, 1);
}

static void draw_label(const gi_panel *panel, const gi_reference *r)
{
    char text[GI_FIT_BYTES];
    gi_box p = r->pointer;
    if (r->label.right <= r->label.left)
        return;
    if (p.bottom > p.top) {
        double x = gi_crisp(panel, p.left), half = gi_hairline(panel) / 2;
        gi_mask_box(panel->canvas, (gi_box){ x - half, p.top, x + half, p.bottom });
        gi_mask_disc(panel->canvas, x, r->y, 2.2 * panel->u);
        gi_paint(panel->canvas, reference_colour, 1);
    }
    write_over(panel, r->label, label_of(panel, r->remark, text));
}

bool gi_draw_remarks(const gi_panel *panel)
{
    const gd_plot *p = panel->plot;
    size_t n = (size_t)p->remarks_count;
    if (!n)
        return true;
    char text[GI_FIT_BYTES];
    gi_reference *lines = gi_memory_new(GI_PLOTS, n * sizeof *lines);
    gi_box *taken = gi_memory_new(GI_PLOTS, (2 * n + 1) * sizeof *taken);
    int found = lines && taken ? gi_place_references(panel, lines, taken) : 0;
    bool ok = lines && taken;
    for (int i = 0; i < found; i++)
        draw_line(panel, &lines[i]);
    for (int i = 0; ok && i < p->remarks_count; i++)
        if (!isnan(p->remarks[i].x)) {
            gi_box box = note_box(panel, &p->remarks[i], text);
            write_over(panel, box, text);
        }
    for (int i = 0; i < found; i++)
        draw_label(panel, &lines[i]);
    gi_memory_free(lines);
    gi_memory_free(taken);
    return ok;
}
