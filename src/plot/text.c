/* text.c - from UTF-8 to strokes on the canvas.
 *
 * Letters are fitted to the pixel grid vertically only: baseline, x-height and capital height are whole
 * pixels, so that horizontal strokes are crisp, while widths and spaces keep their proportions. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "text.h"


#define GRID_CAP    20.0
#define GRID_X      14.0
#define CURVE_STEPS 10                      /* of a Bezier curve, and of a quarter of an oval */
#define SQUARENESS  2.3                     /* exponent of the superellipse; 2 is an ellipse */
#define SMALL       0.66                    /* superscripts and subscripts */

/* A pen in the coordinates of one line of text: x to the right, y up, in pixels from its beginning. */
typedef struct pen {
    gi_canvas *canvas;                      /* NULL: only measure */
    double x0, y0;                          /* where the text begins */
    bool   upwards;
    double half;                            /* half the stroke's width */
    double extra;                           /* added to it for the halo */
    double x_height, cap;                   /* whole pixels */
    double shift, raise, scale;             /* place and size of the current letter */
    double x, y, from_x, from_y;            /* grid units: the pen, and the last move */
} pen;

uint32_t gi_utf8_next(const char **text)
{
    const unsigned char *s = (const unsigned char *)*text;
    int more = s[0] < 0x80 ? 0 : s[0] >= 0xC2 && s[0] < 0xE0 ? 1 : s[0] >= 0xE0 && s[0] < 0xF0 ? 2 :
               s[0] >= 0xF0 && s[0] < 0xF5 ? 3 : -1;
    uint32_t code = more == 0 ? s[0] : more > 0 ? s[0] & (0x3Fu >> more) : 0xFFFD;
    for (int i = 1; i <= more; i++) {
        if ((s[i] & 0xC0) != 0x80) {
            *text += i;
            return 0xFFFD;
        }
        code = code << 6 | (s[i] & 0x3Fu);
    }
    *text += more < 0 ? 1 : more + 1;
    return code;
}

/* ---- One letter ---------------------------------------------------------------------------------------- */

/* The height of grid line y in pixels: the outer edges of the strokes at 0, 14 and 20 are on whole pixels. */
static double fit(const pen *p, double y)
{
    double bottom = p->half, x = p->x_height - p->half, top = p->cap - p->half;
    double fitted = y <= GRID_X ? bottom + y * (x - bottom) / GRID_X :
                    x + (y - GRID_X) * (top - x) / (GRID_CAP - GRID_X);
    return p->raise + p->scale * fitted;
}

/* Width of a grid unit in pixels. */
static double unit(const pen *p)
{
    return p->scale * (p->cap - 2 * p->half) / GRID_CAP;
}

static void stroke(const pen *p, double xa, double ya, double xb, double yb, double half)
{
    double ax = p->shift + xa * unit(p), bx = p->shift + xb * unit(p), ay = fit(p, ya), by = fit(p, yb);
    if (p->upwards)
        gi_mask_segment(p->canvas, p->x0 - ay, p->y0 - ax, p->x0 - by, p->y0 - bx, half);
    else
        gi_mask_segment(p->canvas, p->x0 + ax, p->y0 - ay, p->x0 + bx, p->y0 - by, half);
}

static void line_to(pen *p, double x, double y)
{
    if (p->canvas)
        stroke(p, p->x, p->y, x, y, p->half * (p->scale < 1 ? 0.88 : 1) + p->extra);
    p->x = x;
    p->y = y;
}

static void curve_to(pen *p, const double a[6])
{
    double x = p->x, y = p->y;
    for (int i = 1; i <= CURVE_STEPS; i++) {
        double t = (double)i / CURVE_STEPS, s = 1 - t;
        line_to(p, s * s * s * x + 3 * s * s * t * a[0] + 3 * s * t * t * a[2] + t * t * t * a[4],
                s * s * s * y + 3 * s * s * t * a[1] + 3 * s * t * t * a[3] + t * t * t * a[5]);
    }
}

static void arc(pen *p, double cx, double cy, double rx, double ry, double from, double to)
{
    int steps = (int)ceil(fabs(to - from) / 90 * CURVE_STEPS);
    for (int i = 0; i <= steps; i++) {
        double angle = (from + (to - from) * i / steps) * 3.14159265358979323846 / 180;
        double c = cos(angle), s = sin(angle);
        line_to(p, cx + rx * copysign(pow(fabs(c), 2 / SQUARENESS), c),
                cy + ry * copysign(pow(fabs(s), 2 / SQUARENESS), s));
    }
}

/* The numbers in the tables: digits with at most one point, in any locale. */
static double number(const char **at)
{
    const char *s = *at;
    double sign = 1, value = 0, place = 0;
    while (*s == ' ')
        s++;
    if (*s == '-') {
        sign = -1;
        s++;
    }
    for (; (*s >= '0' && *s <= '9') || *s == '.'; s++) {
        if (*s == '.') {
            place = 1;
        } else {
            value = 10 * value + (*s - '0');
            place *= 10;
        }
    }
    *at = s;
    return sign * value / (place > 0 ? place : 1);
}

static void move_to(pen *p, double x, double y)
{
    p->x = p->from_x = x;
    p->y = p->from_y = y;
}

static void command(pen *p, char name, const double a[6])
{
    switch (name) {
    case 'M': move_to(p, a[0], a[1]); break;
    case 'L': line_to(p, a[0], a[1]); break;
    case 'H': line_to(p, a[0], p->y); break;
    case 'V': line_to(p, p->x, a[0]); break;
    case 'C': curve_to(p, a); break;
    case 'A': arc(p, a[0], a[1], a[2], a[3], a[4], a[5]); break;
    case 'O': move_to(p, a[0] + a[2], a[1]); arc(p, a[0], a[1], a[2], a[3], 0, 360); break;
    case 'Z': line_to(p, p->from_x, p->from_y); break;
    case 'D':
        if (p->canvas)
            stroke(p, a[0], a[1], a[0], a[1], p->half * (p->scale < 1 ? 1.05 : 1.25) + p->extra);
        break;
    default: break;
    }
}

static int arguments(char name)
{
    const char *names = "MLHVCAOZD";
    static const int count[] = { 2, 2, 1, 1, 6, 6, 4, 0, 2 };
    const char *at = strchr(names, name);
    return at ? count[at - names] : 0;
}

static void draw_path(pen *p, const char *path)
{
    for (const char *at = path; *at;) {
        char name = *at++;
        double a[6] = { 0 };
        for (int i = 0; i < arguments(name); i++)
            a[i] = number(&at);
        command(p, name, a);
    }
}

/* Grid width: the rightmost coordinate of the path. */
static double path_width(const char *path)
{
    double width = 0, x = 0;
    for (const char *at = path; *at;) {
        char name = *at++;
        double a[6] = { 0 };
        for (int i = 0; i < arguments(name); i++)
            a[i] = number(&at);
        switch (name) {
        case 'M': case 'L': case 'H': case 'D': x = a[0]; break;
        case 'C': x = a[4]; break;
        case 'A': case 'O': x = a[0] + a[2]; break;
        default: break;
        }
        width = fmax(width, x);
    }
    return width;
}

/* ---- A line of text ------------------------------------------------------------------------------------ */

static bool is_accent(uint32_t code)
{
    return code >= 0x300 && code < 0x370;
}

static bool is_tall(uint32_t code)
{
    return (code >= 'A' && code <= 'Z') || (code >= 0x391 && code < 0x3AA) || (code >= '0' && code <= '9');
}

/* Draws one character at p->shift and returns its advance in pixels. */
static double letter(pen *p, uint32_t code, double *middle)
{
    const gi_derived *d = gi_glyph_derived(code);
    const gi_glyph *g = gi_glyph_find(d ? d->base : code);
    bool small = d && (d->variant == GI_RAISED || d->variant == GI_LOWERED);
    double start = p->shift;

    g = g ? g : gi_glyph_box();
    p->scale = small ? SMALL : 1;
    p->raise = !small ? 0 : d->variant == GI_RAISED ? p->cap * (1.08 - SMALL) : -p->cap * 0.24;
    double u = unit(p), pen_width = p->half * p->scale, width = path_width(g->path);
    double advance = *g->path ? (g->left + width + g->right) * u + 2 * pen_width : g->right * u;

    p->shift = start + g->left * u + pen_width;
    *middle = p->shift + width * u / 2;
    if (p->canvas) {
        p->x = p->y = 0;
        draw_path(p, g->path);
        if (d && d->variant == GI_ACCENTED) {
            bool above = d->accent != 0x327 && d->accent != 0x328, tall = is_tall(d->base);
            p->shift = *middle;
            p->raise = above && tall ? p->cap - p->x_height : 0;
            draw_path(p, gi_glyph_find(d->accent)->path);
        }
    }
    p->shift = start;
    p->raise = 0;
    p->scale = 1;
    return advance;
}

static pen pen_for(gi_type type)
{
    pen p = { .scale = 1 };
    p.cap = fmax(4, floor(type.size * 0.71 + 0.5));
    p.x_height = fmax(3, floor(p.cap * 0.715 + 0.5));
    p.half = 0.5 * (type.size * (type.bold ? 0.122 : 0.093));
    p.upwards = type.upwards;
    return p;
}

/* Writes text with the pen, or measures it; returns its width. */
static double write_line(pen *p, const char *text)
{
    uint32_t before = 0;
    double middle = 0;
    while (*text) {
        uint32_t code = gi_utf8_next(&text);
        if (is_accent(code) && before) {
            const gi_glyph *g = gi_glyph_find(code);
            double shift = p->shift;
            p->shift = middle;
            p->raise = is_tall(before) ? p->cap - p->x_height : 0;
            if (p->canvas && g)
                draw_path(p, g->path);
            p->shift = shift;
            p->raise = 0;
            continue;
        }
        p->shift += before ? gi_glyph_kern(before, code) * unit(p) : 0;
        p->shift += letter(p, code, &middle);
        before = code;
    }
    return p->shift;
}

double gi_text_width(const char *text, gi_type type)
{
    pen p = pen_for(type);
    return write_line(&p, text);
}

double gi_text_cap(gi_type type)
{
    return pen_for(type).cap;
}

void gi_text_mask(gi_canvas *c, double x, double y, const char *text, gi_type type, double bolder)
{
    pen p = pen_for(type);
    double width = gi_text_width(text, type);
    double back = type.align == GI_LEFT ? 0 : type.align == GI_CENTRE ? width / 2 : width;

    p.canvas = c;
    p.x0 = floor((type.upwards ? x : x - back) + 0.5);
    p.y0 = floor((type.upwards ? y + back : y) + 0.5);
    p.extra = bolder;
    if (bolder <= 0)                        /* a halo is not read twice */
        gi_mask_label(c, text);
    write_line(&p, text);
}

void gi_write(gi_canvas *c, double x, double y, const char *text, gi_type type)
{
    gi_text_mask(c, x, y, text, type, 0);
    gi_paint_letters(c, type.colour);
}
