/* progress.c - a line on the terminal that is overwritten. */
#include <inttypes.h>
#include <stdio.h>

#include "files/terminal.h"
#include "gradus/data.h"
#include "text/format.h"

/* Spaces erase the rest of a longer previous line. */
static void draw(gd_progress *bar, double now)
{
    double time = now - bar->begun;
    char line[160];
    int n = gi_format(line, sizeof line, "%.40s%sepoch %.2f  step %" PRId64 "  loss %.4g  %.0f examples/s",
                      bar->label, *bar->label ? "  " : "", bar->epoch, bar->step, bar->loss,
                      time > 0 ? (double)bar->examples / time : 0);
    fprintf(bar->out, "\r%s%*s", line, bar->width > n ? bar->width - n : 0, "");
    fflush(bar->out);
    bar->width = n;
    bar->shown = now;
}

gd_progress gd_progress_start(FILE *out, const char *label)
{
    gd_progress bar = { .out = out && gi_is_terminal(out) ? out : NULL, .label = label ? label : "" };
    if (bar.out)
        bar.begun = bar.shown = gi_seconds();
    return bar;
}

void gd_progress_show(gd_progress *bar, double epoch, int64_t step, double loss, int64_t examples)
{
    const double pause = 0.1;
    if (!bar || !bar->out)
        return;
    bar->epoch = epoch;
    bar->step = step;
    bar->loss = loss;
    bar->examples = examples;
    double now = gi_seconds();
    if (now - bar->shown >= pause)
        draw(bar, now);
}

void gd_progress_end(gd_progress *bar)
{
    if (!bar || !bar->out)
        return;
    if (bar->step > 0 || bar->width > 0) {
        draw(bar, gi_seconds());
        fputc('\n', bar->out);
        fflush(bar->out);
    }
    bar->out = NULL;
}
