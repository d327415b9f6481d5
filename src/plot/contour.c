/* contour.c - a function of two variables as filled bands and contour lines.
 *
 * Lines: marching squares, each cell of the grid on its own (the method of Lorensen and Cline 1987, in two
 * dimensions); a segment's round ends join it to its neighbours'.  Bands: every pixel takes the colour of its
 * value, interpolated between the four corners of its cell. */
#include "picture.h"

#include "../tensor/core.h"

enum { SAMPLES_X = 361, SAMPLES_Y = 241, LEVELS = 10 };

/* ---- Setting the field --------------------------------------------------------------------------------- */

static bool check_field(const char *who, int64_t rows, int64_t columns,
                        double x_low, double x_high, double y_low, double y_high)
{
    bool finite = isfinite(x_low) && isfinite(x_high) && isfinite(y_low) && isfinite(y_high);
    if (!finite || x_low >= x_high || y_low >= y_high)
        gd_fail("%s: x in [%g, %g] and y in [%g, %g]: low < high expected, finite", who,
                x_low, x_high, y_low, y_high);
    else if (rows < 2 || columns < 2 || rows > 10000 || columns > 10000)
        gd_fail("%s: z has %lld row%s and %lld column%s: 2 to 10000 of each expected", who,
                (long long)rows, gd_plural(rows), (long long)columns, gd_plural(columns));
    else
        return true;
    return false;
}

static bool any_finite(const double *z, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isfinite(z[i]))
            return true;
    return false;
}

static bool take_field(const char *who, gd_plot *p, gd_field field)
{
    if (!any_finite(field.z, (size_t)field.rows * (size_t)field.columns)) {
        gd_fail("%s: the function has no finite value on x in [%g, %g], y in [%g, %g]", who,
                field.x_low, field.x_high, field.y_low, field.y_high);
        gd_memory_free(field.z);
        return false;
    }
    field.levels = p->field.levels;
    field.n = p->field.n;
    field.labels = p->field.labels;
    gd_memory_free(p->field.z);
    p->field = field;
    return true;
}

bool gd_plot_contour(gd_plot *p, gd_surface *f, void *context,
                     double x_low, double x_high, double y_low, double y_high)
{
    const char *who = "gd_plot_contour";
    if (!gd_given(who, "p", p) || !check_field(who, SAMPLES_Y, SAMPLES_X, x_low, x_high, y_low, y_high))
        return false;
    if (!f) {
        gd_fail("%s: f is NULL: a function was expected", who);
        return false;
    }
    gd_field field = { .rows = SAMPLES_Y, .columns = SAMPLES_X,
                       .x_low = x_low, .x_high = x_high, .y_low = y_low, .y_high = y_high };
    field.z = gd_memory_new(GD_PLOTS, sizeof *field.z * SAMPLES_X * SAMPLES_Y);
    if (!field.z)
        return false;
    gd_guest before = gd_guest_enter(GD_GUEST("gd_plot_contour", "f"));
    for (int i = 0; i < SAMPLES_Y; i++)
        for (int j = 0; j < SAMPLES_X; j++)
            field.z[i * SAMPLES_X + j] = f(x_low + (x_high - x_low) * j / (SAMPLES_X - 1),
                                           y_low + (y_high - y_low) * i / (SAMPLES_Y - 1), context);
    if (!gd_guest_leave(&before, true)) {
        gd_memory_free(field.z);
        return false;
    }
    return take_field(who, p, field);
}

bool gd_plot_contour_grid(gd_plot *p, const gd_tensor *z, double x_low, double x_high, double y_low, double y_high)
{
    const char *who = "gd_plot_contour_grid";
    if (!gd_given(who, "p", p) || !gd_given(who, "z", z) || !gd_alive(who, "z", z))
        return false;
    if (z->ndim != 2) {
        gd_fail("%s: z is %s: [rows, columns] expected", who, gd_text_of(z).s);
        return false;
    }
    if (!check_field(who, z->shape[0], z->shape[1], x_low, x_high, y_low, y_high))
        return false;
    gd_field field = { .rows = (int)z->shape[0], .columns = (int)z->shape[1],
                       .x_low = x_low, .x_high = x_high, .y_low = y_low, .y_high = y_high };
    field.z = gd_memory_new(GD_PLOTS, sizeof *field.z * (size_t)field.rows * (size_t)field.columns);
    if (!field.z)
        return false;
    for (int64_t i = 0; i < z->shape[0]; i++)
        for (int64_t j = 0; j < z->shape[1]; j++)
            field.z[i * z->shape[1] + j] = (double)z->data[i * z->stride[0] + j * z->stride[1]];
    return take_field(who, p, field);
}

bool gd_plot_levels(gd_plot *p, const double *levels, int n, bool labels)
{
    const char *who = "gd_plot_levels";
    if (!gd_given(who, "p", p))
        return false;
    if (n < 0 || n > 1000) {
        gd_fail("%s: n = %d levels: 0 (automatic) to 1000 expected", who, n);
        return false;
    }
    if (n > 0 && !gd_not_null(who, "levels", levels))
        return false;
    for (int i = 0; i < n; i++)
        if (!isfinite(levels[i]) || (i > 0 && levels[i] <= levels[i - 1])) {
            gd_fail("%s: levels[%d] = %g: finite and ascending values expected", who, i, levels[i]);
            return false;
        }
    double *copy = n ? gd_memory_new(GD_PLOTS, (size_t)n * sizeof *copy) : NULL;
    if (n && !copy)
        return false;
    for (int i = 0; i < n; i++)
        copy[i] = levels[i];
    gd_memory_free(p->field.levels);
    p->field.levels = copy;
    p->field.n = n;
    p->field.labels = labels;
    return true;
}

/* ---- Levels and colours -------------------------------------------------------------------------------- */

static double z_at(const gd_field *f, int row, int column)
{
    return f->z[(size_t)row * (size_t)f->columns + (size_t)column];
}

static int choose_levels(const gd_field *f, double out[LEVELS])
{
    double low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < (size_t)f->rows * (size_t)f->columns; i++)
        if (isfinite(f->z[i])) {
            low = fmin(low, f->z[i]);
            high = fmax(high, f->z[i]);
        }
    for (int k = 0; k < LEVELS; k++) {
        double part = (k + 0.5) / LEVELS;
        out[k] = low + (high - low) * part * part;
    }
    return high > low ? LEVELS : 0;
}

/* Pale blue to white: dark where the values are low, so that a minimum looks like a hollow. */
static gd_rgb band_colour(int band, int bands)
{
    static const double low[3] = { 176, 203, 228 }, high[3] = { 250, 251, 253 };
    double t = bands > 1 ? (double)band / (bands - 1) : 1;
    return (gd_rgb){ (uint8_t)(low[0] + t * (high[0] - low[0]) + 0.5),
                     (uint8_t)(low[1] + t * (high[1] - low[1]) + 0.5),
                     (uint8_t)(low[2] + t * (high[2] - low[2]) + 0.5) };
}

/* ---- Bands --------------------------------------------------------------------------------------------- */

/* The place of a pixel in the field: cell and position in it. */
static bool locate(double at, int n, int *cell, double *t)
{
    double s = at * (n - 1);
    if (!(s >= -1e-9 && s <= n - 1 + 1e-9))
        return false;
    *cell = s >= n - 1 ? n - 2 : s < 0 ? 0 : (int)s;
    *t = s - *cell;
    return true;
}

/* The inverse of gd_axis_at. */
static double value_at(const gd_axis *axis, double at)
{
    return axis->log ? pow(10, log10(axis->low) + at * (log10(axis->high) - log10(axis->low)))
                     : axis->low + at * (axis->high - axis->low);
}

static void fill_bands(const gd_panel *panel, const double *levels, int n)
{
    const gd_field *f = &panel->plot->field;
    gd_box b = panel->frame;
    for (int y = (int)b.top; y <= (int)b.bottom; y++)
        for (int x = (int)b.left; x <= (int)b.right; x++) {
            double vx = value_at(&panel->x, (x + 0.5 - b.left) / (b.right - b.left));
            double vy = value_at(&panel->y, (b.bottom - y - 0.5) / (b.bottom - b.top));
            int i, j, band = 0;
            double s, t;
            if (!locate((vx - f->x_low) / (f->x_high - f->x_low), f->columns, &j, &s) ||
                !locate((vy - f->y_low) / (f->y_high - f->y_low), f->rows, &i, &t))
                continue;
            double z = (1 - t) * ((1 - s) * z_at(f, i, j) + s * z_at(f, i, j + 1)) +
                       t * ((1 - s) * z_at(f, i + 1, j) + s * z_at(f, i + 1, j + 1));
            if (!isfinite(z))
                continue;
            while (band < n && z > levels[band])
                band++;
            gd_canvas_pixel(panel->canvas, x, y, band_colour(band, n + 1));
        }
}

/* ---- Lines --------------------------------------------------------------------------------------------- */

/* Calls draw for each piece of the contour at level in the cell whose low corner is (i, j).
 * Corners, counterclockwise from the low left: 0 1 2 3; edge k joins the corners k and k+1. */
typedef void piece_function(void *context, gd_xy a, gd_xy b);

static void cell_contour(const gd_field *f, int i, int j, double level, piece_function *draw, void *context)
{
    static const int row[4] = { 0, 0, 1, 1 }, column[4] = { 0, 1, 1, 0 };
    double z[4], sum = 0;
    gd_xy crossing[4];
    int n = 0;
    for (int k = 0; k < 4; k++) {
        z[k] = z_at(f, i + row[k], j + column[k]) - level;
        sum += z[k];
    }
    if (!isfinite(sum))
        return;
    for (int k = 0; k < 4; k++) {
        int l = (k + 1) % 4;
        if ((z[k] > 0) == (z[l] > 0))
            continue;
        double t = z[k] / (z[k] - z[l]);
        double c = j + column[k] + t * (column[l] - column[k]), r = i + row[k] + t * (row[l] - row[k]);
        crossing[n++] = (gd_xy){ f->x_low + (f->x_high - f->x_low) * c / (f->columns - 1),
                                 f->y_low + (f->y_high - f->y_low) * r / (f->rows - 1) };
    }
    if (n == 2)
        draw(context, crossing[0], crossing[1]);
    if (n == 4) {                           /* a saddle: the middle decides which corners are cut off */
        bool middle_as_0 = (sum > 0) == (z[0] > 0);
        draw(context, crossing[0], crossing[middle_as_0 ? 1 : 3]);
        draw(context, crossing[2], crossing[middle_as_0 ? 3 : 1]);
    }
}

static void draw_piece(void *context, gd_xy a, gd_xy b)
{
    const gd_panel *panel = context;
    gd_xy p = gd_to_pixel(panel, a), q = gd_to_pixel(panel, b);
    gd_mask_segment(panel->canvas, p.x, p.y, q.x, q.y, 0.5 * panel->u);
}

/* ---- Labels -------------------------------------------------------------------------------------------- */

/* The best place for a label of one level: in the frame, away from other labels, rather low on the page. */
typedef struct search {
    const gd_panel *panel;
    double width, height;
    const gd_box *taken;
    int    n_taken;
    gd_box best;
    double least;                           /* cost of best */
} search;

static void consider(void *context, gd_xy a, gd_xy b)
{
    search *s = context;
    gd_box f = s->panel->frame;
    gd_xy p = gd_to_pixel(s->panel, a), q = gd_to_pixel(s->panel, b), m = { (p.x + q.x) / 2, (p.y + q.y) / 2 };
    gd_box box = { m.x - s->width / 2, m.y - s->height / 2, m.x + s->width / 2, m.y + s->height / 2 };
    double rim = 6 * s->panel->u;
    if (box.left < f.left + rim || box.right > f.right - rim ||
        box.top < f.top + rim || box.bottom > f.bottom - rim)
        return;
    for (int i = 0; i < s->n_taken; i++)
        if (box.left < s->taken[i].right + rim && box.right > s->taken[i].left - rim &&
            box.top < s->taken[i].bottom + rim && box.bottom > s->taken[i].top - rim)
            return;
    double steepness = fabs(q.y - p.y) / (hypot(q.x - p.x, q.y - p.y) + 1e-9);  /* a level line takes text well */
    double across = (m.x - f.left) / (f.right - f.left), down = (m.y - f.top) / (f.bottom - f.top);
    double cost = steepness + fabs(across - 0.72) + 0.5 * fabs(down - 0.75);
    if (cost < s->least) {
        s->least = cost;
        s->best = box;
    }
}

static bool label_levels(const gd_panel *panel, const double *levels, int n)
{
    const gd_field *f = &panel->plot->field;
    gd_type type = { .size = 11.5 * panel->u, .align = GD_CENTRE, .colour = { 60, 80, 100 } };
    gd_box *taken = gd_memory_new(GD_PLOTS, (size_t)n * sizeof *taken);
    int placed = 0;
    if (!taken)
        return false;
    for (int k = 0; k < n; k++) {
        char text[GD_LABEL_MAX];
        gd_shorten(text, levels[k], 3);
        search s = { .panel = panel, .width = gd_text_width(text, type), .height = gd_text_cap(type),
                     .taken = taken, .n_taken = placed, .least = INFINITY };
        for (int i = 0; i + 1 < f->rows; i++)
            for (int j = 0; j + 1 < f->columns; j++)
                cell_contour(f, i, j, levels[k], consider, &s);
        if (isinf(s.least))
            continue;
        taken[placed++] = s.best;
        double x = (s.best.left + s.best.right) / 2, y = s.best.bottom;
        gd_text_mask(panel->canvas, x, y, text, type, 2.2 * panel->u);
        gd_paint(panel->canvas, band_colour(k, n), 0.95);
        gd_write(panel->canvas, x, y, text, type);
    }
    gd_memory_free(taken);
    return true;
}

/* ---- The field -------------------------------------------------------------------------------------------- */

static int levels_of(const gd_field *f, double automatic[LEVELS], const double **levels)
{
    *levels = f->levels ? f->levels : automatic;
    return f->levels ? f->n : choose_levels(f, automatic);
}

void gd_fill_field(const gd_panel *panel)
{
    double automatic[LEVELS];
    const double *levels;
    int n = levels_of(&panel->plot->field, automatic, &levels);
    fill_bands(panel, levels, n);
}

bool gd_draw_contours(const gd_panel *panel)
{
    const gd_field *f = &panel->plot->field;
    double automatic[LEVELS];
    const double *levels;
    int n = levels_of(f, automatic, &levels);
    gd_panel copy = *panel;

    for (int k = 0; k < n; k++)
        for (int i = 0; i + 1 < f->rows; i++)
            for (int j = 0; j + 1 < f->columns; j++)
                cell_contour(f, i, j, levels[k], draw_piece, &copy);
    gd_paint(panel->canvas, (gd_rgb){ 120, 150, 180 }, 1);
    return !f->labels || n == 0 || label_levels(panel, levels, n);
}
