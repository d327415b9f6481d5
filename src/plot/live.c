/* live.c - a plot in the terminal: its axes as on the page, its series in braille.
 *
 * The screen is written in one piece.  Only what every terminal since the VT100 knows is used (ECMA-48): the cursor up
 * so many lines, the rest of a line erased, and colours. */
#include "gradus/animation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "braille.h"
#include "files/terminal.h"
#include "markup.h"
#include "picture.h"
#include "tensor/check.h"
#include "text/format.h"

enum {
    LEAST_COLUMNS = 24, LEAST_ROWS = 10, MOST_COLUMNS = 100, MOST_ROWS = 24,
    CELL_WIDTH = 9, CELL_HEIGHT = 18        /* pixels that count for a character, so that ticks are as far apart */
};

typedef struct screen {
    const gd_plot *plot;
    gi_panel       panel;                   /* for the axes */
    gi_braille     dots;
    int            columns, rows;           /* of the terminal that are used */
    int            margin;                  /* columns left of the frame, for the numbers of the y axis */
    bool           coloured;
    gi_markup      out;
} screen;

/* ---- Text ---------------------------------------------------------------------------------------------- */

/* Characters, as they stand in one column each. */
static int length_of(const char *text)
{
    int n = 0;
    while (*text)
        n += gi_utf8_next(&text) >= 0x20;
    return n;
}

/* At most `most` characters of a text; control characters are left out.  Returns how many there were. */
static int put_text(gi_markup *m, const char *text, int most)
{
    int n = 0;
    while (*text && n < most) {
        const char *from = text;
        if (gi_utf8_next(&text) < 0x20 || *from == 0x7f)
            continue;
        gi_markup_bytes(m, from, (size_t)(text - from));
        n++;
    }
    return n;
}

static void put_spaces(gi_markup *m, int n)
{
    for (int i = 0; i < n; i++)
        gi_markup_put(m, " ");
}

static void end_line(gi_markup *m)
{
    gi_markup_put(m, "\033[K\n");
}

/* The colours of the palette in the 256 that terminals have: a cube of 6 x 6 x 6 from 16 on (xterm). */
static uint8_t colour_of(gi_rgb c)
{
    if (c.r + c.g + c.b < 60)
        return 250;                         /* black would not be seen on a black screen */
    return (uint8_t)(16 + 36 * ((c.r * 5 + 127) / 255) + 6 * ((c.g * 5 + 127) / 255) + (c.b * 5 + 127) / 255);
}

/* From the colour before to this one; 0 is that of text. */
static void change_colour(screen *s, uint8_t *before, uint8_t colour)
{
    char text[16];
    if (!s->coloured || *before == colour)
        return;
    snprintf(text, sizeof text, colour ? "\033[38;5;%dm" : "\033[m", colour);
    gi_markup_put(&s->out, text);
    *before = colour;
}

/* ---- Dots ---------------------------------------------------------------------------------------------- */

static gi_xy to_dots(const screen *s, const gi_axis *y, gi_xy data)
{
    return (gi_xy){ gi_axis_at(&s->panel.x, data.x) * s->dots.columns, (1 - gi_axis_at(y, data.y)) * s->dots.rows };
}

static bool is_shown(const screen *s, const gi_axis *y, gi_xy at)
{
    return isfinite(at.x) && isfinite(at.y) && (!s->panel.x.log || at.x > 0) && (!y->log || at.y > 0);
}

static void draw_series(screen *s, int series)
{
    const gi_series *data = &s->plot->series[series];
    const gi_axis *y = data->second ? &s->panel.second : &s->panel.y;
    gi_pen pen = gi_pen_of(&s->panel, series);
    uint8_t colour = colour_of(pen.colour);
    gi_xy before = { NAN, NAN };
    for (size_t i = 0; i < data->count; i++) {
        if (!is_shown(s, y, data->points[i])) {
            before.x = NAN;
            continue;
        }
        gi_xy at = to_dots(s, y, data->points[i]);
        at.x = fmin(at.x, at.x <= s->dots.columns + 1e-9 ? s->dots.columns - 0.25 : at.x);     /* the last point */
        at.y = fmin(at.y, at.y <= s->dots.rows + 1e-9 ? s->dots.rows - 0.125 : at.y);          /* is in the frame */
        gi_xy from = isnan(before.x) || pen.line == GD_NO_LINE ? at : before;
        if (pen.line != GD_NO_LINE || pen.marker != GD_NO_MARKER)
            gi_braille_line(&s->dots, from.x, from.y, at.x, at.y, 1, colour);
        before = at;
    }
}

static void draw_dots(screen *s)
{
    for (int i = 0; i < s->plot->remarks_count; i++)
        if (isnan(s->plot->remarks[i].x)) {
            double y = to_dots(s, &s->panel.y, (gi_xy){ s->panel.x.low, s->plot->remarks[i].y }).y;
            gi_braille_line(&s->dots, 0, y, s->dots.columns, y, 3, 0);
        }
    for (int i = 0; i < s->plot->count; i++)
        draw_series(s, i);
}

/* ---- Lines of the screen ------------------------------------------------------------------------------- */

static void put_centred(screen *s, const char *text)
{
    int length = length_of(text), width = s->columns - s->margin;
    put_spaces(&s->out, s->margin + (length < width ? (width - length) / 2 : 0));
    put_text(&s->out, text, width);
    end_line(&s->out);
}

/* The tick of the y axis that stands in this row, or NULL. */
static const gi_tick *tick_in(const screen *s, int row)
{
    for (int i = 0; i < s->panel.y.n; i++) {
        const gi_tick *t = &s->panel.y.ticks[i];
        double y = (1 - gi_axis_at(&s->panel.y, t->value)) * s->dots.rows;
        if (t->major && fmin(floor(y), s->dots.rows - 1) == row)
            return t;
    }
    return NULL;
}

static void put_row(screen *s, int row)
{
    const gi_tick *tick = tick_in(s, row);
    uint8_t colour = 0;
    char dots[4];
    put_spaces(&s->out, s->margin - 1 - (tick ? length_of(tick->label) : 0));
    gi_markup_put(&s->out, tick ? tick->label : "");
    gi_markup_put(&s->out, tick ? "\xE2\x94\xA4" : "\xE2\x94\x82");       /* the frame's left side, with a tick */
    for (int j = 0; j < s->dots.columns; j++) {
        gi_braille_utf8(&s->dots, row, j, dots);
        if (*dots != ' ')
            change_colour(s, &colour, s->dots.colour[row * s->dots.columns + j]);
        gi_markup_put(&s->out, dots);
    }
    change_colour(s, &colour, 0);
    end_line(&s->out);
}

static int column_of(const screen *s, const gi_tick *tick)
{
    return (int)fmin(floor(gi_axis_at(&s->panel.x, tick->value) * s->dots.columns), s->dots.columns - 1);
}

static void put_axis(screen *s)
{
    put_spaces(&s->out, s->margin - 1);
    gi_markup_put(&s->out, "\xE2\x94\x94");
    for (int j = 0; j < s->dots.columns; j++) {
        bool ticked = false;
        for (int i = 0; i < s->panel.x.n; i++)
            ticked = ticked || (s->panel.x.ticks[i].major && column_of(s, &s->panel.x.ticks[i]) == j);
        gi_markup_put(&s->out, ticked ? "\xE2\x94\xAC" : "\xE2\x94\x80");
    }
    end_line(&s->out);
}

/* The numbers of the x axis, each below its tick, where it does not touch the one before. */
static void put_numbers(screen *s)
{
    int at = 0;
    for (int i = 0; i < s->panel.x.n; i++) {
        const gi_tick *t = &s->panel.x.ticks[i];
        int length = length_of(t->label), from = s->margin + column_of(s, t) - length / 2;
        from = from + length > s->columns ? s->columns - length : from;
        if (!t->major || from < at + (at > 0))
            continue;
        put_spaces(&s->out, from - at);
        gi_markup_put(&s->out, t->label);
        at = from + length;
    }
    end_line(&s->out);
}

/* What the x axis shows, and the notes of both axes. */
static void put_names(screen *s)
{
    char line[GI_FIT_BYTES];
    const char *x = s->panel.x.note, *y = s->panel.y.note;
    gi_format(line, sizeof line, "%.400s%s%s%s%s", s->plot->x_label, *x ? "  x: " : "", x, *y ? "  y: " : "", y);
    put_centred(s, line);
}

/* A series on the second y axis has its range beside its name: "accuracy (0 to 100)". */
static int put_name(screen *s, const gi_series *series, int most)
{
    const gi_axis *axis = &s->panel.second;
    const gi_tick *first = NULL, *last = NULL;
    char name[GI_FIT_BYTES];
    for (int i = 0; series->second && i < axis->n; i++)
        if (axis->ticks[i].major) {
            first = first ? first : &axis->ticks[i];
            last = &axis->ticks[i];
        }
    if (!first)
        return put_text(&s->out, series->name, most);
    gi_format(name, sizeof name, "%.400s (%s to %s%s%s)", series->name, first->label, last->label,
              *axis->note ? " " : "", axis->note);
    return put_text(&s->out, name, most);
}

static void put_legend(screen *s)
{
    int left = s->columns - s->margin;
    uint8_t colour = 0;
    put_spaces(&s->out, s->margin);
    for (int i = 0; i < s->plot->count && left > 6; i++) {
        if (!gi_is_listed(s->plot, i))
            continue;
        change_colour(s, &colour, colour_of(gi_pen_of(&s->panel, i).colour));
        gi_markup_put(&s->out, "\xE2\xA0\xA4\xE2\xA0\xA4 ");
        change_colour(s, &colour, 0);
        left -= 3 + put_name(s, &s->plot->series[i], left - 3);
        gi_markup_put(&s->out, left >= 2 ? "  " : "");
        left -= 2;
    }
    end_line(&s->out);
}

/* ---- The picture --------------------------------------------------------------------------------------- */

static bool has_legend(const gd_plot *p)
{
    for (int i = 0; i < p->count; i++)
        if (gi_is_listed(p, i))
            return p->legend != GD_LEGEND_NONE;
    return false;
}

/* Lines beside those of the dots: title or y label, axis, numbers, names, legend. */
static int other_lines(const screen *s)
{
    return 4 + has_legend(s->plot);
}

static bool plan(const char *who, screen *s)
{
    s->panel = (gi_panel){ .plot = s->plot, .u = 1, .outside = { 0, 0, s->columns * CELL_WIDTH,
                                                                 s->rows * CELL_HEIGHT } };
    if (!gi_panel_plan(who, &s->panel))
        return false;
    s->margin = 1;
    for (int i = 0; i < s->panel.y.n; i++) {
        int length = length_of(s->panel.y.ticks[i].label);
        s->margin = length + 1 > s->margin ? length + 1 : s->margin;
    }
    s->margin = s->margin > s->columns / 2 ? s->columns / 2 : s->margin;
    return gi_braille_start(&s->dots, s->columns - s->margin, s->rows - other_lines(s));
}

/* Over the picture before, of so many lines; returns how many there are now. */
static int put_screen(screen *s, int before)
{
    char up[24], title[GI_FIT_BYTES];
    const char *y = s->plot->y_label;
    if (before) {
        snprintf(up, sizeof up, "\r\033[%dA", before);
        gi_markup_put(&s->out, up);
    }
    gi_format(title, sizeof title, "%.400s%s%.400s", s->plot->title, *s->plot->title && *y ? ": " : "", y);
    draw_dots(s);
    put_centred(s, title);
    for (int row = 0; row < s->dots.rows; row++)
        put_row(s, row);
    put_axis(s);
    put_numbers(s);
    put_names(s);
    if (has_legend(s->plot))
        put_legend(s);
    for (int k = s->rows; k < before; k++)          /* the picture has become smaller */
        end_line(&s->out);
    if (s->rows < before) {
        snprintf(up, sizeof up, "\033[%dA", before - s->rows);
        gi_markup_put(&s->out, up);
    }
    return s->rows;
}

static bool write_screen(const char *who, const screen *s, FILE *stream)
{
    if (s->out.failed)
        return false;
    if (fwrite(s->out.text, 1, s->out.size, stream) != s->out.size || fflush(stream) != 0)
        return gd_fail("%s: the terminal cannot be written", who);
    return true;
}

static bool is_watched(FILE *stream)
{
    const char *term = getenv("TERM");
    return gi_is_terminal(stream) && !(term && strcmp(term, "dumb") == 0);
}

bool gd_plot_live(gd_plot *p, FILE *stream, double seconds)
{
    const char *who = "gd_plot_live";
    if (!gi_given(who, "p", p) || !gi_not_null(who, "stream", stream))
        return false;
    if (!(seconds >= 0))
        return gd_fail("%s: seconds = %g: at least 0 expected", who, seconds);
    double now = gi_seconds();
    if (!is_watched(stream) || (p->live.lines && now - p->live.shown < seconds))
        return true;
    screen s = { .plot = p, .coloured = !getenv("NO_COLOR") };
    gi_terminal_size(stream, &s.columns, &s.rows);
    if (s.columns < LEAST_COLUMNS || s.rows < LEAST_ROWS)
        return true;
    s.columns = s.columns - 1 < MOST_COLUMNS ? s.columns - 1 : MOST_COLUMNS;        /* the last one would wrap */
    s.rows = s.rows - 1 < MOST_ROWS ? s.rows - 1 : MOST_ROWS;
    bool good = plan(who, &s);
    if (good) {
        int lines = put_screen(&s, p->live.lines);
        good = write_screen(who, &s, stream);
        if (good)
            p->live = (gi_live){ .lines = lines, .shown = now };
    }
    gi_braille_stop(&s.dots);
    gi_markup_free(&s.out);
    return good;
}

bool gd_plot_live_break(gd_plot *p)
{
    if (!gi_given("gd_plot_live_break", "p", p))
        return false;
    p->live.lines = 0;
    return true;
}
