/* save.c - from plots to a file: one plot, or a grid of panels, on a page. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "page.h"
#include "picture.h"
#include "tensor/check.h"

enum { WIDTH = 900, HEIGHT = 560, CELL_WIDTH = 460, CELL_HEIGHT = 330 };

/* ---- One plot ------------------------------------------------------------------------------------------ */

static gi_panel whole_page(const gd_plot *p)
{
    double width = (p->width ? p->width : WIDTH) * p->scale, height = (p->height ? p->height : HEIGHT) * p->scale;
    return (gi_panel){ .plot = p, .u = p->scale, .outside = { 0, 0, floor(width + 0.5), floor(height + 0.5) } };
}

bool gi_page_plot(const char *who, gi_page *page, gd_plot *p, const char *path)
{
    gi_panel panel = whole_page(p);
    if (!gi_page_start(who, page, panel.outside.right, panel.outside.bottom, p->title, path))
        return false;
    panel.canvas = &page->canvas;
    if (gi_panel_draw(who, &panel))
        return true;
    gi_page_stop(page);
    return false;
}

bool gd_plot_save(gd_plot *p, const char *path)
{
    const char *who = "gd_plot_save";
    gi_page page;
    if (!gi_given(who, "p", p) || !gi_picture_path(who, path) || !gi_page_plot(who, &page, p, path))
        return false;
    bool ok = gi_page_write(who, &page);
    gi_page_stop(&page);
    return ok;
}

static bool where(const char *who, gd_plot *p, bool second, double x, double y, double *column, double *row)
{
    if (!gi_given(who, "p", p) || !gi_not_null(who, "column", column) || !gi_not_null(who, "row", row))
        return false;
    gi_panel panel = whole_page(p);
    if (!gi_panel_plan(who, &panel))
        return false;
    if (second && !panel.has_second) {
        gd_fail("%s: plot \"%s\" has no second y axis: gd_plot_second_y gives it one", who, p->title);
        return false;
    }
    gi_xy at = gi_series_pixel(&panel, &(gi_series){ .second = second }, (gi_xy){ x, y });
    *column = at.x;
    *row = at.y;
    return true;
}

bool gd_plot_where(gd_plot *p, double x, double y, double *column, double *row)
{
    return where("gd_plot_where", p, false, x, y, column, row);
}

bool gd_plot_second_where(gd_plot *p, double x, double y, double *column, double *row)
{
    return where("gd_plot_second_where", p, true, x, y, column, row);
}

/* ---- Several panels ------------------------------------------------------------------------------------ */

static double column_width(gd_plot *const panels[], int rows, int columns, int column)
{
    int widest = 0;
    for (int i = 0; i < rows; i++) {
        const gd_plot *p = panels[i * columns + column];
        int width = p && p->width ? p->width : CELL_WIDTH;
        widest = width > widest ? width : widest;
    }
    return widest;
}

static double row_height(gd_plot *const panels[], int columns, int row)
{
    int highest = 0;
    for (int i = 0; i < columns; i++) {
        const gd_plot *p = panels[row * columns + i];
        int height = p && p->height ? p->height : CELL_HEIGHT;
        highest = height > highest ? height : highest;
    }
    return highest;
}

static double grid_scale(gd_plot *const panels[], int n)
{
    for (int i = 0; i < n; i++)
        if (panels[i])
            return panels[i]->scale;
    return 0;
}

/* A grid being drawn, and the margins of its frames: those of a column are aligned at the left, those of a row at top
 * and bottom, so that the one that needs most space decides for all. */
typedef struct grid {
    gd_plot *const *panels;
    int             rows, columns;
    gi_canvas      *canvas;
    double          head, u;
    double         *left, *top, *bottom;    /* [columns], [rows], [rows] */
} grid;

static bool plan_cell(const char *who, const grid *g, int i, int j, gi_panel *panel)
{
    if (!gi_panel_plan(who, panel))
        return false;
    gi_box f = panel->frame, o = panel->outside;
    g->left[j] = fmax(g->left[j], f.left - o.left);
    g->top[i] = fmax(g->top[i], f.top - o.top);
    g->bottom[i] = fmax(g->bottom[i], o.bottom - f.bottom);
    return true;
}

static bool each_cell(const char *who, const grid *g, bool draw)
{
    double top = g->head;
    for (int i = 0; i < g->rows; i++) {
        double left = 0, bottom = top + row_height(g->panels, g->columns, i) * g->u;
        for (int j = 0; j < g->columns; j++) {
            double right = left + column_width(g->panels, g->rows, g->columns, j) * g->u;
            gi_panel panel = { .canvas = g->canvas, .plot = g->panels[i * g->columns + j], .u = g->u,
                               .margin = { .left = g->left[j], .top = g->top[i], .bottom = g->bottom[i] },
                               .outside = { left, top, right, bottom } };
            if (panel.plot && !(draw ? gi_panel_draw(who, &panel) : plan_cell(who, g, i, j, &panel)))
                return false;
            left = right;
        }
        top = bottom;
    }
    return true;
}

static bool draw_grid(const char *who, grid g)
{
    size_t n = (size_t)g.columns + 2 * (size_t)g.rows;
    g.left = gi_memory_new(GI_PLOTS, n * sizeof *g.left);
    if (!g.left)
        return false;
    memset(g.left, 0, n * sizeof *g.left);
    g.top = g.left + g.columns;
    g.bottom = g.top + g.rows;
    /* planned twice: in a narrower frame the x axis may need more space below it */
    bool ok = (g.rows * g.columns == 1 || (each_cell(who, &g, false) && each_cell(who, &g, false))) &&
              each_cell(who, &g, true);
    gi_memory_free(g.left);
    return ok;
}

bool gi_page_grid(const char *who, gi_page *page, gd_plot *const panels[], int rows, int columns, const char *title,
                  const char *path)
{
    if (!gi_not_null(who, "panels", panels))
        return false;
    if (rows < 1 || columns < 1 || rows > 1000 || columns > 1000) {
        gd_fail("%s: %d rows and %d columns: 1 to 1000 of each expected", who, rows, columns);
        return false;
    }
    for (int i = 0; i < rows * columns; i++)
        if (!gi_not_freed(who, "a panel", panels[i]))
            return false;
    double u = grid_scale(panels, rows * columns), width = 0, height = 0;
    if (u <= 0) {
        if (gd_last_error())                /* from the call that should have made them */
            return false;
        return rows * columns == 1 ? gd_fail("%s: the panel is NULL: a plot was expected", who)
                                   : gd_fail("%s: all %d panels are NULL: at least one plot was expected", who,
                                             rows * columns);
    }
    gi_type type = gi_type_of((GI_TITLE_SIZE + 3) * u, GI_CENTRE);
    type.bold = true;
    for (int j = 0; j < columns; j++)
        width += column_width(panels, rows, columns, j) * u;
    for (int i = 0; i < rows; i++)
        height += row_height(panels, columns, i) * u;
    gi_fitted lines = gi_fit(title ? title : "", type, width - 24 * u, GI_FIT_LINES);
    double cap = gi_text_cap(type), leading = floor(GI_LEADING * cap);
    double head = lines.n ? cap + (lines.n - 1) * leading + 26 * u : 0;
    if (!gi_page_start(who, page, width, height + head, title ? title : "", path))
        return false;
    for (int i = 0; i < lines.n; i++)
        gi_write(&page->canvas, width / 2, 18 * u + cap + i * leading, lines.line[i], type);
    grid g = { .panels = panels, .rows = rows, .columns = columns, .canvas = &page->canvas, .head = head, .u = u };
    if (draw_grid(who, g))
        return true;
    gi_page_stop(page);
    return false;
}

bool gd_plot_save_grid(gd_plot *const panels[], int rows, int columns, const char *title, const char *path)
{
    const char *who = "gd_plot_save_grid";
    gi_page page;
    if (!gi_picture_path(who, path) || !gi_page_grid(who, &page, panels, rows, columns, title, path))
        return false;
    bool ok = gi_page_write(who, &page);
    gi_page_stop(&page);
    return ok;
}
