/* progress.c - a line on the terminal that is overwritten. */
#if defined(__unix__) || defined(__APPLE__)
#define _POSIX_C_SOURCE 200809L
#define HAVE_POSIX
#endif

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#if defined(HAVE_POSIX)
#include <unistd.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <io.h>
#endif

#include "gradus/data.h"
#include "text/format.h"

static bool is_terminal(FILE *out)
{
#ifdef HAVE_POSIX
    return isatty(fileno(out)) == 1;
#elif defined(_WIN32)
    return _isatty(_fileno(out)) != 0;
#else
    (void)out;
    return false;
#endif
}

static double seconds(void)
{
#if defined(HAVE_POSIX)
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#elif defined(_WIN32)
    return 1e-3 * (double)GetTickCount64();
#elif defined(TIME_UTC)
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#else
    return (double)time(NULL);
#endif
}

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
    gd_progress bar = { .out = out && is_terminal(out) ? out : NULL, .label = label ? label : "" };
    if (bar.out)
        bar.begun = bar.shown = seconds();
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
    double now = seconds();
    if (now - bar->shown >= pause)
        draw(bar, now);
}

void gd_progress_end(gd_progress *bar)
{
    if (!bar || !bar->out)
        return;
    if (bar->step > 0 || bar->width > 0) {
        draw(bar, seconds());
        fputc('\n', bar->out);
        fflush(bar->out);
    }
    bar->out = NULL;
}
