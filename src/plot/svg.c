/* svg.c - an SVG document from the parts of shapes.
 *
 * A painted shape becomes at most one path for its areas and one for its lines of each width; a path does not darken
 * where it overlaps itself, just as a mask does not.  Clips are named after their position, so that several documents
 * can stand in one HTML page. */
#include "svg.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* ---- The page ------------------------------------------------------------------------------------------ */

static void put_numbers(gi_markup *m, const double *numbers, int n)
{
    for (int i = 0; i < n; i++) {
        gi_markup_put(m, i ? " " : "");
        gi_markup_number(m, numbers[i]);
    }
}

#define PUT_NUMBERS(m, ...) \
    put_numbers(m, (const double[]){ __VA_ARGS__ }, (int)(sizeof(double[]){ __VA_ARGS__ } / sizeof(double)))

static void put_attribute(gi_markup *m, const char *name, double number)
{
    gi_markup_put(m, " ");
    gi_markup_put(m, name);
    gi_markup_put(m, "=\"");
    gi_markup_number(m, number);
    gi_markup_put(m, "\"");
}

static void begin_shape(gi_svg *s)
{
    s->fill.size = s->label.size = 0;
    s->count = 0;
    s->even_odd = false;
    s->bounds = (gi_box){ INFINITY, INFINITY, -INFINITY, -INFINITY };
}

bool gi_svg_start(gi_svg *s, int width, int height, const char *title)
{
    *s = (gi_svg){ .width = width, .height = height };
    gi_markup *m = &s->out;
    gi_markup_put(m, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"");
    put_attribute(m, "width", width);
    put_attribute(m, "height", height);
    gi_markup_put(m, " viewBox=\"");
    PUT_NUMBERS(m, 0, 0, width, height);
    gi_markup_put(m, "\">\n<title>");
    gi_markup_text(m, title);
    gi_markup_put(m, "</title>\n<rect");
    put_attribute(m, "width", width);
    put_attribute(m, "height", height);
    gi_markup_put(m, " fill=\"#fff\"/>\n<g fill=\"none\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\n");
    begin_shape(s);
    return !m->failed;
}

bool gi_svg_finish(gi_svg *s)
{
    gi_markup_put(&s->out, "</g>\n</svg>\n");
    return !s->out.failed;
}

void gi_svg_free(gi_svg *s)
{
    gi_markup_free(&s->out);
    gi_markup_free(&s->fill);
    gi_markup_free(&s->label);
    gi_memory_free(s->lines);
    gi_memory_free(s->clips);
    *s = (gi_svg){ 0 };
}

/* ---- Parts --------------------------------------------------------------------------------------------- */

static void include(gi_svg *s, double x, double y, double reach)
{
    s->bounds = (gi_box){ fmin(s->bounds.left, x - reach), fmin(s->bounds.top, y - reach),
                          fmax(s->bounds.right, x + reach), fmax(s->bounds.bottom, y + reach) };
}

static void fill_disc(gi_svg *s, double x, double y, double radius)
{
    include(s, x, y, radius);
    gi_markup_put(&s->fill, "M");
    PUT_NUMBERS(&s->fill, x - radius, y);
    for (int half = 0; half < 2; half++) {
        gi_markup_put(&s->fill, "A");
        PUT_NUMBERS(&s->fill, radius, radius, 0, 0, 1, half ? x - radius : x + radius, y);
    }
    gi_markup_put(&s->fill, "Z");
}

void gi_svg_segment(gi_svg *s, double x0, double y0, double x1, double y1, double half_width)
{
    if (x0 == x1 && y0 == y1) {
        fill_disc(s, x0, y0, half_width);
        return;
    }
    if (s->count == s->capacity) {
        size_t capacity = s->capacity ? 2 * s->capacity : 256;
        gi_svg_line *more = s->out.failed ? NULL : gi_memory_resize(GI_PLOTS, s->lines, capacity * sizeof *more);
        if (!more) {
            s->out.failed = true;
            return;
        }
        s->lines = more;
        s->capacity = capacity;
    }
    include(s, x0, y0, half_width);
    include(s, x1, y1, half_width);
    s->lines[s->count++] = (gi_svg_line){ x0, y0, x1, y1, half_width };
}

void gi_svg_polygon(gi_svg *s, const double (*corners)[2], int n)
{
    for (int i = 0; i < n; i++) {
        include(s, corners[i][0], corners[i][1], 0);
        gi_markup_put(&s->fill, i ? "L" : "M");
        put_numbers(&s->fill, corners[i], 2);
    }
    gi_markup_put(&s->fill, n > 0 ? "Z" : "");
}

void gi_svg_box(gi_svg *s, gi_box box)
{
    if (!(box.right > box.left && box.bottom > box.top))
        return;
    include(s, box.left, box.top, 0);
    include(s, box.right, box.bottom, 0);
    gi_markup_put(&s->fill, "M");
    PUT_NUMBERS(&s->fill, box.left, box.top);
    gi_markup_put(&s->fill, "H");
    gi_markup_number(&s->fill, box.right);
    gi_markup_put(&s->fill, "V");
    gi_markup_number(&s->fill, box.bottom);
    gi_markup_put(&s->fill, "H");
    gi_markup_number(&s->fill, box.left);
    gi_markup_put(&s->fill, "Z");
}

void gi_svg_label(gi_svg *s, const char *text)
{
    if (*text) {
        gi_markup_put(&s->label, s->label.size ? " " : "");
        gi_markup_text(&s->label, text);
    }
}

/* ---- Clips ------------------------------------------------------------------------------------------------ */

static void put_clip_name(gi_markup *m, const int clip[4])
{
    gi_markup_put(m, "clip");
    for (int k = 0; k < 4; k++) {
        gi_markup_put(m, "-");
        gi_markup_number(m, clip[k]);
    }
}

static bool has_clip(const gi_svg *s, const int clip[4])
{
    for (int i = 0; i < s->clips_count; i++)
        if (memcmp(s->clips[i], clip, sizeof *s->clips) == 0)
            return true;
    return false;
}

static void define_clip(gi_svg *s, const int clip[4])
{
    if (has_clip(s, clip))
        return;
    size_t bytes = ((size_t)s->clips_count + 1) * sizeof *s->clips;
    int (*more)[4] = s->out.failed ? NULL : gi_memory_resize(GI_PLOTS, s->clips, bytes);
    if (!more) {
        s->out.failed = true;
        return;
    }
    s->clips = more;
    memcpy(s->clips[s->clips_count++], clip, sizeof *s->clips);
    gi_markup_put(&s->out, "<clipPath id=\"");
    put_clip_name(&s->out, clip);
    gi_markup_put(&s->out, "\"><rect");
    put_attribute(&s->out, "x", clip[0]);
    put_attribute(&s->out, "y", clip[1]);
    put_attribute(&s->out, "width", clip[2] - clip[0]);
    put_attribute(&s->out, "height", clip[3] - clip[1]);
    gi_markup_put(&s->out, "/></clipPath>\n");
}

typedef enum reach { NOTHING, WITHIN, BEYOND } reach;      /* of a shape, as seen from its clip */

static reach reach_of(gi_box b, const int clip[4])
{
    if (!(b.right > clip[0] && b.left < clip[2] && b.bottom > clip[1] && b.top < clip[3]))
        return NOTHING;
    return b.left >= clip[0] && b.right <= clip[2] && b.top >= clip[1] && b.bottom <= clip[3] ? WITHIN : BEYOND;
}

/* ---- Painting ------------------------------------------------------------------------------------------ */

static void put_colour(gi_markup *m, const char *attribute, gi_rgb colour)
{
    static const char digits[] = "0123456789abcdef";
    const uint8_t parts[3] = { colour.r, colour.g, colour.b };
    char value[7] = "#";
    for (int k = 0; k < 3; k++) {
        value[1 + 2 * k] = digits[parts[k] / 16];
        value[2 + 2 * k] = digits[parts[k] % 16];
    }
    gi_markup_put(m, " ");
    gi_markup_put(m, attribute);
    gi_markup_put(m, "=\"");
    gi_markup_bytes(m, value, sizeof value);
    gi_markup_put(m, "\"");
}

static void put_lines(gi_svg *s, double half_width, gi_rgb colour)
{
    gi_markup_put(&s->out, "<path");
    put_colour(&s->out, "stroke", colour);
    put_attribute(&s->out, "stroke-width", 2 * half_width);
    gi_markup_put(&s->out, " d=\"");
    gi_svg_link(&s->out, s->lines, s->count, half_width);
    gi_markup_put(&s->out, "\"/>\n");
}

static bool is_first_of_width(const gi_svg *s, size_t line)
{
    for (size_t i = 0; i < line; i++)
        if (s->lines[i].half_width == s->lines[line].half_width)
            return false;
    return true;
}

static void put_paths(gi_svg *s, gi_rgb colour)
{
    if (s->fill.size) {
        gi_markup_put(&s->out, "<path");
        put_colour(&s->out, "fill", colour);
        gi_markup_put(&s->out, s->even_odd ? " fill-rule=\"evenodd\" d=\"" : " d=\"");
        gi_markup_bytes(&s->out, s->fill.text, s->fill.size);
        gi_markup_put(&s->out, "\"/>\n");
    }
    for (size_t i = 0; i < s->count; i++)
        if (is_first_of_width(s, i))
            put_lines(s, s->lines[i].half_width, colour);
}

void gi_svg_paint(gi_svg *s, gi_rgb colour, double opacity, const int clip[4])
{
    reach reaches = reach_of(s->bounds, clip);
    if (reaches == BEYOND)
        define_clip(s, clip);
    if (reaches != NOTHING) {
        bool grouped = reaches == BEYOND || opacity < 1 || s->label.size;
        gi_markup_put(&s->out, grouped ? "<g" : "");
        if (opacity < 1)
            put_attribute(&s->out, "opacity", opacity);
        if (s->label.size) {
            gi_markup_put(&s->out, " role=\"img\" aria-label=\"");
            gi_markup_bytes(&s->out, s->label.text, s->label.size);
            gi_markup_put(&s->out, "\"");
        }
        if (reaches == BEYOND) {
            gi_markup_put(&s->out, " clip-path=\"url(#");
            put_clip_name(&s->out, clip);
            gi_markup_put(&s->out, ")\"");
        }
        gi_markup_put(&s->out, grouped ? ">" : "");
        put_paths(s, colour);
        gi_markup_put(&s->out, grouped ? "</g>\n" : "");
    }
    s->out.failed = s->out.failed || s->fill.failed || s->label.failed;
    begin_shape(s);
}

void gi_svg_paint_inside(gi_svg *s, gi_rgb colour, const int clip[4])
{
    gi_markup loops = { 0 };
    gi_svg_link(&loops, s->lines, s->count, 0);
    s->count = 0;
    s->fill.failed = s->fill.failed || loops.failed;
    gi_markup_bytes(&s->fill, loops.text, loops.size);
    s->even_odd = true;
    gi_svg_paint(s, colour, 1, clip);
    gi_markup_free(&loops);
}

/* ---- Cells ------------------------------------------------------------------------------------------------ */

typedef struct run { uint32_t colour; int row, column, length; } run;

static int by_colour(const void *a, const void *b)
{
    const run *p = a, *q = b;
    if (p->colour != q->colour)
        return p->colour < q->colour ? -1 : 1;
    return p->row != q->row ? p->row - q->row : p->column - q->column;
}

static uint32_t number_of(gi_rgb colour)
{
    return (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
}

/* Neighbours of one colour in a row are one run. */
static size_t find_runs(run *runs, const gi_rgb *cells, int rows, int columns)
{
    size_t n = 0;
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) {
            uint32_t colour = number_of(cells[(size_t)i * (size_t)columns + (size_t)j]);
            if (j > 0 && runs[n - 1].colour == colour)
                runs[n - 1].length++;
            else
                runs[n++] = (run){ colour, i, j, 1 };
        }
    return n;
}

/* One path for each colour, in units of cells. */
static void put_runs(gi_markup *m, const run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint32_t c = runs[i].colour;
        if (i == 0 || runs[i - 1].colour != c) {
            gi_markup_put(m, i ? "\"/>\n<path" : "<path");
            put_colour(m, "fill", (gi_rgb){ (uint8_t)(c >> 16), (uint8_t)(c >> 8 & 255), (uint8_t)(c & 255) });
            gi_markup_put(m, " d=\"");
        }
        gi_markup_put(m, "M");
        PUT_NUMBERS(m, runs[i].column, runs[i].row);
        gi_markup_put(m, "h");
        gi_markup_number(m, runs[i].length);
        gi_markup_put(m, "v1h");
        gi_markup_number(m, -runs[i].length);
        gi_markup_put(m, "z");
    }
    gi_markup_put(m, "\"/>\n");
}

void gi_svg_cells(gi_svg *s, gi_box box, const gi_rgb *cells, int rows, int columns, const int clip[4])
{
    gi_markup *m = &s->out;
    reach reaches = reach_of(box, clip);
    run *runs = m->failed || reaches == NOTHING ? NULL
                : gi_memory_new(GI_PLOTS, (size_t)rows * (size_t)columns * sizeof *runs);
    if (!runs) {
        m->failed = m->failed || reaches != NOTHING;
        return;
    }
    size_t n = find_runs(runs, cells, rows, columns);
    qsort(runs, n, sizeof *runs, by_colour);
    if (reaches == BEYOND) {
        define_clip(s, clip);
        gi_markup_put(m, "<g clip-path=\"url(#");
        put_clip_name(m, clip);
        gi_markup_put(m, ")\">");
    }
    gi_markup_put(m, "<svg");
    put_attribute(m, "x", box.left);
    put_attribute(m, "y", box.top);
    put_attribute(m, "width", box.right - box.left);
    put_attribute(m, "height", box.bottom - box.top);
    gi_markup_put(m, " viewBox=\"");
    PUT_NUMBERS(m, 0, 0, columns, rows);
    gi_markup_put(m, "\" preserveAspectRatio=\"none\" shape-rendering=\"crispEdges\">\n");
    put_runs(m, runs, n);
    gi_markup_put(m, reaches == BEYOND ? "</svg></g>\n" : "</svg>\n");
    gi_memory_free(runs);
}
