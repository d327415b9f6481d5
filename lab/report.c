/* report.c - what a run leaves in its folder: paths.png, loss.png, runs.csv; a comparison also rates.png, rates.csv. */
#include "lab.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 361, ROWS = 241, LEVELS = 12 };

static bool saved(gd_plot *p, const char *folder, const char *file)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    bool good = gd_plot_save(p, path) || complain("%s", gd_last_error());
    gd_plot_free(p);
    return good;
}

enum { SERIES_BYTES = NAME_BYTES + 32 };

static void name_series(char name[SERIES_BYTES], const report *r, int i)
{
    snprintf(name, SERIES_BYTES, "%s, rate %g", r->entrants[i].label, r->rate[i]);
}

/* ---- Paths over contours ----------------------------------------------------------------------------------------- */

/* The box of the function, widened to paths that leave it, as long as they converge: to no more than twice its size. */
static void view(double box[4], const report *r)
{
    memcpy(box, r->task->animal->box, 4 * sizeof *box);
    const double *known = r->task->animal->box;
    double room[2] = { (known[1] - known[0]) / 2, (known[3] - known[2]) / 2 };
    for (int i = 0; i < r->n; i++) {
        for (int k = 0; !isnan(r->rate[i]) && k <= r->runs[i].taken && !r->runs[i].diverged; k++) {
            double at[2] = { r->runs[i].x[k], r->runs[i].y[k] };
            for (int axis = 0; axis < 2; axis++) {
                double low = known[2 * axis] - room[axis], high = known[2 * axis + 1] + room[axis];
                box[2 * axis] = fmax(low, fmin(box[2 * axis], at[axis] - 0.05 * room[axis]));
                box[2 * axis + 1] = fmin(high, fmax(box[2 * axis + 1], at[axis] + 0.05 * room[axis]));
            }
        }
    }
}

static gd_tensor *values(const animal *a, const double box[4])
{
    GD_NO_GRAD;
    gd_tensor *axes[] = { gd_linspace(box[2], box[3], ROWS), gd_linspace(box[0], box[1], COLUMNS) };
    gd_grids grids = gd_meshgrid(axes, 2, GD_IJ);
    return gd_contiguous(a->f(gd_contiguous(grids.grid[1]), gd_contiguous(grids.grid[0])));
}

/* Levels that lie evenly in log(f - minimum) suit valleys as well as bowls: from a 10,000th of the largest value. */
static void levels(gd_plot *p, const animal *a, gd_tensor *z)
{
    double top = gd_item(gd_max(z)) - a->minimum, level[LEVELS];
    for (int i = 0; i < LEVELS; i++)
        level[i] = a->minimum + top * pow(10, -4 + 4 * (i + 0.5) / LEVELS);
    gd_plot_levels(p, level, LEVELS, false);
}

/* The formula with raised digits, for print: x^2 is x². */
static void raise_digits(char *raised, const char *formula)
{
    static const char *const digits[] = { "⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹" };
    while (*formula) {
        if (formula[0] == '^' && formula[1] >= '0' && formula[1] <= '9') {
            raised += sprintf(raised, "%s", digits[formula[1] - '0']);
            formula += 2;
        } else {
            *raised++ = *formula++;
        }
    }
    *raised = 0;
}

/* A cross where the function has its minimum. */
static void mark_minimum(gd_plot *p, const animal *a)
{
    gd_plot_point(p, "minimum", a->where[0], a->where[1]);
    gd_plot_style(p, "minimum", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_PLUS, .marker_size = 10,
                                                .colour = GD_BLACK, .no_legend = true });
}

static bool paths_picture(const report *r)
{
    GD_SCOPE;
    char title[400], formula[300];
    double box[4];
    view(box, r);
    raise_digits(formula, r->task->animal->formula);
    snprintf(title, sizeof title, "%s: %s", r->task->animal->name, formula);
    gd_plot *p = gd_plot_new(title, "x", "y");
    gd_tensor *z = values(r->task->animal, box);
    gd_plot_contour_grid(p, z, box[0], box[1], box[2], box[3]);
    levels(p, r->task->animal, z);
    for (int i = 0; i < r->n; i++) {
        if (isnan(r->rate[i]))
            continue;
        char name[SERIES_BYTES];
        name_series(name, r, i);
        for (int k = 0; k <= r->runs[i].taken; k++)
            gd_plot_point(p, name, r->runs[i].x[k], r->runs[i].y[k]);
        gd_plot_style(p, name, (gd_plot_look){ .marker_size = 4, .width = 1.5 });
    }
    mark_minimum(p, r->task->animal);
    gd_plot_xlim(p, box[0], box[1]);
    gd_plot_ylim(p, box[2], box[3]);
    return saved(p, r->folder, "paths.png");
}

static bool loss_picture(const report *r)
{
    gd_plot *p = gd_plot_new(r->task->animal->name, "step", "f less its minimum");
    gd_plot_log_y(p, true);
    for (int i = 0; i < r->n; i++) {
        if (isnan(r->rate[i]))
            continue;
        char name[SERIES_BYTES];
        name_series(name, r, i);
        for (int k = 0; k <= r->runs[i].taken; k++)
            gd_plot_point(p, name, k, r->runs[i].f[k] - r->task->animal->minimum);
    }
    return saved(p, r->folder, "loss.png");
}

/* ---- Tables as CSV ----------------------------------------------------------------------------------------------- */

/* A label may have commas: it is quoted. */
static bool runs_csv(const report *r)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/runs.csv", r->folder);
    FILE *f = fopen(path, "w");
    if (!f)
        return complain("%s cannot be written", path);
    fprintf(f, "optimizer,rate,step,lr,x,y,f\n");
    for (int i = 0; i < r->n; i++) {
        const run *one = &r->runs[i];
        for (int k = 0; !isnan(r->rate[i]) && k <= one->taken; k++) {
            fprintf(f, "\"%s\",%.17g,%d,", r->entrants[i].label, r->rate[i], k);
            if (k > 0)
                fprintf(f, "%.17g", one->rate[k]);
            fprintf(f, ",%.17g,%.17g,%.17g\n", one->x[k], one->y[k], one->f[k]);
        }
    }
    bool good = !ferror(f);
    return (fclose(f) == 0 && good) || complain("%s cannot be written whole", path);
}

bool report_paths(const report *r) { return runs_csv(r) && loss_picture(r) && paths_picture(r); }

static bool rates_csv(const report *r, const result *results, const double *rates, int n)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/rates.csv", r->folder);
    FILE *f = fopen(path, "w");
    if (!f)
        return complain("%s cannot be written", path);
    fprintf(f, "optimizer,rate,score,best\n");
    for (int i = 0; i < r->n; i++)
        for (int k = 0; k < n; k++)
            fprintf(f, "\"%s\",%.17g,%.17g,%d\n", r->entrants[i].label, rates[k], results[i].score[k],
                    k == results[i].best);
    bool good = !ferror(f);
    return (fclose(f) == 0 && good) || complain("%s cannot be written whole", path);
}

bool report_rates(const report *r, const result *results, const double *rates, int n)
{
    char title[160];
    snprintf(title, sizeof title, "%s: %d steps, median of %d seed%s", r->task->animal->name, r->task->steps,
             r->task->seeds, r->task->seeds == 1 ? "" : "s");
    gd_plot *p = gd_plot_new(title, "learning rate", "f less its minimum, at the end");
    gd_plot_log_x(p, true);
    gd_plot_log_y(p, true);
    for (int i = 0; i < r->n; i++) {
        for (int k = 0; k < n; k++)
            gd_plot_point(p, r->entrants[i].label, rates[k], results[i].score[k]);
        gd_plot_style(p, r->entrants[i].label, (gd_plot_look){ .marker = GD_CIRCLE, .marker_size = 5 });
    }
    gd_plot_ylim(p, NAN, 3 * run_begins(r->task));          /* what is worse than the start need not be told apart */
    return saved(p, r->folder, "rates.png") && rates_csv(r, results, rates, n);
}

/* ---- The table on the terminal ----------------------------------------------------------------------------------- */

static void rates_rows(FILE *out, const report *r, const result *results, const double *rates, int n, int width)
{
    fprintf(out, "%-*s", width, "rate");
    for (int i = 0; i < r->n; i++)
        fprintf(out, "  %*s", (int)fmax(10, (double)strlen(r->entrants[i].label)), r->entrants[i].label);
    fprintf(out, "\n");
    for (int k = 0; k < n; k++) {
        fprintf(out, "%-*g", width, rates[k]);
        for (int i = 0; i < r->n; i++) {
            int column = (int)fmax(10, (double)strlen(r->entrants[i].label));
            if (isfinite(results[i].score[k]))
                fprintf(out, "%s%*.3e", k == results[i].best ? " *" : "  ", column, results[i].score[k]);
            else
                fprintf(out, "  %*s", column, "diverged");
        }
        fprintf(out, "\n");
    }
}

/* Places are by the median; shared where it is equal. */
static void order(int *place, const report *r, const result *results)
{
    for (int i = 0; i < r->n; i++) {
        int at = i;
        for (; at > 0 && results[place[at - 1]].median > results[i].median; at--)
            place[at] = place[at - 1];
        place[at] = i;
    }
}

void report_table(FILE *out, const report *r, const result *results, const double *rates, int n)
{
    const task *t = r->task;
    fprintf(out, "%s, f = %s, from (%g, %g)\n%d steps; score: f less its minimum, mean of the last tenth; %d seed%s, "
            "noise %g, spread %g; schedule %s\n\n", t->animal->name, t->animal->formula, t->start[0], t->start[1],
            t->steps, t->seeds, t->seeds == 1 ? "" : "s", t->noise, t->spread, t->plan.label);
    fprintf(out, "The same %d rates and seeds for all (median score; * the best):\n\n", n);
    rates_rows(out, r, results, rates, n, 10);
    int place[MOST_ENTRANTS], width = 9;
    order(place, r, results);
    for (int i = 0; i < r->n; i++)
        width = (int)fmax(width, (double)strlen(r->entrants[i].label));
    bool chance = t->noise > 0 || t->spread > 0;
    fprintf(out, "\nBest against best%s:\n\n", chance ? ", on as many seeds that the choice has not seen" :
            "; without chance, so the same runs");
    fprintf(out, "  %-*s  %-8s  %10s  %10s  %10s\n", width, "optimizer", "rate", "median", "lowest", "highest");
    for (int i = 0; i < r->n; i++) {
        const result *one = &results[place[i]];
        const char *label = r->entrants[place[i]].label;
        if (one->best < 0) {
            fprintf(out, "  %-*s  diverged with every rate\n", width, label);
            continue;
        }
        fprintf(out, "  %-*s  %-8g", width, label, rates[one->best]);
        const double shown[] = { one->median, one->low, one->high };
        for (int k = 0; k < 3; k++)
            if (isfinite(shown[k]))
                fprintf(out, "  %10.3e", shown[k]);
            else
                fprintf(out, "  %10s", "diverged");
        bool at_end = n > 1 && (one->best == 0 || one->best == n - 1);
        fprintf(out, "%s\n", at_end ? "   (at an end of the grid: widen it)" : "");
    }
}
