/* trace_picture.c - a trace as small pictures, one below the other: gradient, states, effective step. */
#include <math.h>
#include <stdio.h>

#include "gradus/plot.h"
#include "tensor/check.h"
#include "trace.h"

typedef struct panel {
    const char *label;
    int  state;                             /* -1: the gradient, -2: the effective step */
    bool corrected;
} panel;

static double value_of(const gd_trace_row *row, panel what)
{
    if (what.state == -1)
        return row->g;
    if (what.state == -2)
        return row->moved;
    return what.corrected ? row->corrected[what.state] : row->state[what.state];
}

static gd_plot *draw(const gd_optimizer *o, panel what, bool first, bool last)
{
    char label[96], series[160];
    snprintf(label, sizeof label, "%s%s", what.label, what.corrected ? ", corrected" : "");
    gd_plot *plot = gd_plot_new(label, last ? "step" : "", "");
    bool good = plot && gd_plot_size(plot, 760, last ? 240 : 210) &&
                gd_plot_legend(plot, first ? GD_LEGEND_AUTO : GD_LEGEND_NONE);
    for (int64_t i = 0; good && i < gd_trace_rows(o); i++) {
        const gd_trace_row *row = gd_trace_at(o, i);
        snprintf(series, sizeof series, "%s[%lld]", row->parameter, (long long)row->element);
        good = gd_plot_point(plot, series, (double)row->step, value_of(row, what)) &&
               gd_plot_style(plot, series, (gd_plot_look){ .line = GD_SOLID });     /* the same in every panel */
    }
    if (good)
        return plot;
    gd_plot_free(plot);
    return NULL;
}

/* Does bias correction change anything in state k? */
static bool corrects(const gd_optimizer *o, int k)
{
    for (int64_t i = 0; i < gd_trace_rows(o); i++) {
        const gd_trace_row *row = gd_trace_at(o, i);
        if (row->state[k] != row->corrected[k] && !isnan(row->state[k]))
            return true;
    }
    return false;
}

bool gd_trace_picture(const gd_optimizer *o, const char *path)
{
    if (!gi_given("gd_trace_picture", "o", o) || !gi_model_alive("gd_trace_picture", o))
        return false;
    if (gd_trace_rows(o) == 0)
        return gd_fail("gd_trace_picture: nothing was recorded: see gd_optimizer_trace");
    panel panels[2 * GD_MAX_STATES + 2];
    gd_plot *plots[2 * GD_MAX_STATES + 2];
    int count = 0, drawn = 0;
    panels[count++] = (panel){ "gradient", -1, false };
    for (int k = 0; k < GD_MAX_STATES && o->algorithm->states[k]; k++) {
        if (gi_trace_shows(o, k))
            panels[count++] = (panel){ o->algorithm->states[k], k, false };
        if (gi_trace_shows(o, k) && corrects(o, k))
            panels[count++] = (panel){ o->algorithm->states[k], k, true };
    }
    panels[count++] = (panel){ "effective step", -2, false };
    for (; drawn < count; drawn++)
        if (!(plots[drawn] = draw(o, panels[drawn], drawn == 0, drawn == count - 1)))
            break;
    bool good = drawn == count && gd_plot_save_grid(plots, count, 1, o->algorithm->name, path);
    while (drawn > 0)
        gd_plot_free(plots[--drawn]);
    return good;
}
