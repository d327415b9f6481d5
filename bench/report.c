/* report.c - the table and the JSON file. */
#include <errno.h>
#include <string.h>

#include "bench.h"

const char *bench_time_text(char text[32], double seconds)
{
    static const struct { double size; const char *unit; } scale[] =
        { { 1, "s" }, { 1e-3, "ms" }, { 1e-6, "us" }, { 1e-9, "ns" } };
    int i = 0;
    while (i < 3 && seconds < scale[i].size)
        i++;
    const double value = seconds / scale[i].size;
    (void)snprintf(text, 32, "%.*f %2s", value < 10 ? 3 : value < 100 ? 2 : 1, value, scale[i].unit);
    return text;
}

/* Columns of KANN are there when it is. */
static bool has_column(int kind)
{
    return kind != BENCH_KANN || bench_peer_there(BENCH_KANN);
}

void bench_table_head(FILE *out)
{
    static const char *const name[BENCH_KINDS] = { "Gradus", "floor", "other", "PyTorch", "kept", "KANN", "captured" };
    fprintf(out, "Medians of ratios taken round by round: below 1 Gradus is faster.  floor: by hand in C, the\n"
                 "faster of floor and other (a second one: --list tells which); kept: PyTorch with glibc's malloc\n"
                 "told to keep its memory; captured: the step captured, over the floor.\n\n"
                 "                          time of Gradus / time of               %*scaptured    median time of\n"
                 "%-22s %6s %6s %15s ", has_column(BENCH_KANN) ? 9 : 0, "", "", "floor", "goal", "quartiles");
    for (int k = BENCH_TORCH; k <= BENCH_KANN; k++)
        if (has_column(k))
            fprintf(out, "%8s ", name[k]);
    fprintf(out, "%8s %6s ", "/ floor", "goal");
    for (int k = 0; k < BENCH_KINDS; k++)
        if (has_column(k))
            fprintf(out, " %10s", name[k]);
    fprintf(out, "\n");
}

void bench_table_row(FILE *out, const bench_result *r)
{
    const bench_kind floor = bench_floor_kind(r);
    char text[64];
    fprintf(out, "%-22s %6.2f ", r->row->name, r->ratio[floor].middle);
    if (r->row->goal > 0)
        fprintf(out, "%6.2f ", r->row->goal);
    else
        fprintf(out, "%6s ", "");
    (void)snprintf(text, sizeof text, "%.2f .. %.2f", r->ratio[floor].low, r->ratio[floor].high);
    fprintf(out, "%15s ", text);
    for (int k = BENCH_TORCH; k <= BENCH_KANN; k++) {
        (void)snprintf(text, sizeof text, "%.3f", r->ratio[k].middle);
        if (has_column(k))
            fprintf(out, "%8s ", r->there[k] ? text : "-");
    }
    (void)snprintf(text, sizeof text, "%.2f", r->captured.middle);
    fprintf(out, "%8s ", r->there[BENCH_CAPTURED] ? text : "-");
    (void)snprintf(text, sizeof text, "%.2f", r->row->captured_goal);
    fprintf(out, "%6s ", r->row->captured_goal > 0 ? text : "");
    for (int k = 0; k < BENCH_KINDS; k++)
        if (has_column(k))
            fprintf(out, " %10s", r->there[k] ? bench_time_text(text, r->seconds[k].middle) : "-");
    fprintf(out, "  %s\n", r->row->unit);
    if (r->peak_bytes[BENCH_GRADUS] > 0) {
        fprintf(out, "%-22s %*s ", "", has_column(BENCH_KANN) ? 72 : 63, "largest memory");
        for (int k = 0; k < BENCH_KINDS; k++) {
            (void)snprintf(text, sizeof text, "%.1f MB", r->peak_bytes[k] * 1e-6);
            if (has_column(k))
                fprintf(out, " %10s", r->there[k] ? text : "-");
        }
        fprintf(out, "\n");
    }
    fflush(out);
}

bool bench_json(const char *path, const bench_result *results, int count)
{
    static const char *const name[BENCH_KINDS] = { "gradus", "floor", "other_floor", "pytorch", "pytorch_kept",
                                                   "kann", "captured" };
    FILE *out = fopen(path, "w");
    if (!out) {
        fprintf(stderr, "bench: %s: %s\n", path, strerror(errno));
        return false;
    }
    fprintf(out, "{\"rows\": [");
    for (int i = 0; i < count; i++) {
        const bench_result *r = &results[i];
        fprintf(out, "%s\n  {\"name\": \"%s\", \"what\": \"%s\", \"unit\": \"%s\", \"rounds\": %d, ", i ? "," : "",
                r->row->name, r->row->what, r->row->unit, r->rounds);
        if (r->row->goal > 0)
            fprintf(out, "\"goal\": %g, ", r->row->goal);
        if (r->there[BENCH_CAPTURED])
            fprintf(out, "\"captured_over_floor\": [%.6g, %.6g, %.6g], ", r->captured.low, r->captured.middle,
                    r->captured.high);
        fprintf(out, "\"fastest_floor\": \"%s\"", name[bench_floor_kind(r)]);
        for (int k = 0; k < BENCH_KINDS; k++) {
            if (!r->there[k])
                continue;
            fprintf(out, ",\n   \"%s\": {\"seconds\": [%.6g, %.6g, %.6g], "
                         "\"gradus_over_this\": [%.6g, %.6g, %.6g]",
                    name[k], r->seconds[k].low, r->seconds[k].middle, r->seconds[k].high,
                    r->ratio[k].low, r->ratio[k].middle, r->ratio[k].high);
            if (r->peak_bytes[k] > 0)
                fprintf(out, ", \"peak_bytes\": %.0f", r->peak_bytes[k]);
            fprintf(out, "}");
        }
        fprintf(out, "}");
    }
    fprintf(out, "\n]}\n");
    const bool written = !ferror(out);
    return fclose(out) == 0 && written;
}
