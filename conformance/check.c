/* check.c - runs an implementation of optimizers, schedules and clipping (conformance.h) on the settings of a folder of
 * data, and compares its numbers with those there.
 *
 *     cc check.c yours.c -lm -o check && ./check data [tolerance [name]]
 *
 * The tolerance, 1e-12, is relative for numbers beyond 1: use 1e-5 for float.  Ends with 1 when a number differs; what
 * is not implemented is counted. */
#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conformance.h"

typedef struct table { int rows, columns; double *at; setting head; } table;

static double tolerance = 1e-12;
static int agree, differ, missing;

const char *text_of(const setting *s, const char *key)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->key[i], key) == 0)
            return s->text[i];
    return NULL;
}

double number_of(const setting *s, const char *key, double otherwise)
{
    const char *text = text_of(s, key);
    return text ? strtod(text, NULL) : otherwise;
}

static table read_table(const char *folder, const char *file)
{
    table t = { 0 };
    char path[1024], line[4096], key[TEXT], text[TEXT];
    snprintf(path, sizeof path, "%s/%s", folder, file);
    FILE *in = fopen(path, "r");
    bool good = in != NULL;
    while (good && (good = fgets(line, sizeof line, in) != NULL) && line[0] == '#')
        if (sscanf(line, "#! %63s %63[^\n]", key, text) == 2) {
            if (strcmp(key, "name") == 0) memcpy(t.head.name, text, TEXT);
            if (strcmp(key, "rule") == 0) memcpy(t.head.rule, text, TEXT);
            if (t.head.count < MOST_OPTIONS) {
                memcpy(t.head.key[t.head.count], key, TEXT);
                memcpy(t.head.text[t.head.count++], text, TEXT);
            }
        }
    good = good && sscanf(line, "%d %d", &t.rows, &t.columns) == 2 && t.rows > 0 && t.columns > 0;
    t.at = good ? malloc((size_t)t.rows * (size_t)t.columns * sizeof *t.at) : NULL;
    for (int i = 0; t.at && good && i < t.rows * t.columns; i++)
        good = fscanf(in, "%lf", &t.at[i]) == 1;
    if (!t.at || !good)
        printf("%s: cannot be read\n", path), exit(2);
    fclose(in);
    return t;
}

/* Compares row t of what came out with what the file has from column first on. */
static bool same(const table *expected, int t, int first, const double *got, int n)
{
    for (int i = 0; i < n; i++) {
        double want = expected->at[t * expected->columns + first + i];
        if (!(fabs(got[i] - want) <= tolerance * fmax(1, fabs(want)))) {
            printf("%-28s row %d, number %d: %.17g, and not %.17g\n", expected->head.name, t, i, got[i], want);
            return false;
        }
    }
    return true;
}

static bool optimizer(const table *problem, const table *expected, bool *implemented)
{
    double p[10];
    int n = expected->columns - 1;
    memcpy(p, problem->at + 1, sizeof p);
    if (!(*implemented = your_begin(&expected->head, n, p)))
        return true;
    bool good = true;
    for (int t = 1; good && t < problem->rows; t++) {
        your_step(n, p, problem->at + t * problem->columns + 1);
        good = same(expected, t - 1, 1, p, n);
    }
    your_end();
    return good;
}

static bool schedule(const table *expected, bool *implemented)
{
    double rate[1000], metric[1000];
    int n = expected->rows < 1000 ? expected->rows : 1000;
    for (int t = 0; expected->columns > 2 && t < n; t++)
        metric[t] = expected->at[t * expected->columns + 2];
    *implemented = your_rates(&expected->head, n, expected->columns > 2 ? metric : NULL, rate);
    bool good = true;
    for (int t = 0; *implemented && good && t < n; t++)
        good = same(expected, t, 1, &rate[t], 1);
    return good;
}

static bool clipping(const table *problem, const table *expected, bool *implemented)
{
    bool good = true;
    for (int t = 1; good && t < problem->rows; t++) {
        double out[11];                                 /* the norm, and the clipped gradient */
        memcpy(out + 1, problem->at + t * problem->columns + 1, 10 * sizeof *out);
        if (!(*implemented = your_clip(&expected->head, out + 1, out)))
            return true;
        good = same(expected, t - 1, 1, out, 11);
    }
    return good;
}

static int is_csv(const struct dirent *entry) { return strstr(entry->d_name, ".csv") != NULL; }

int main(int count, char **argument)
{
    const char *folder = count > 1 ? argument[1] : "data", *only = count > 3 ? argument[3] : "";
    tolerance = count > 2 ? strtod(argument[2], NULL) : tolerance;
    struct dirent **files;
    int n = scandir(folder, &files, is_csv, alphasort);
    table problem = read_table(folder, "problem.csv");
    for (int i = 0; i < n; i++) {
        const char *file = files[i]->d_name;
        bool implemented = true, good = true, ours = strstr(file, only) != NULL;
        if (!ours || (strncmp(file, "opt_", 4) != 0 && strncmp(file, "lr_", 3) != 0 && strncmp(file, "clip_", 5) != 0))
            continue;
        table expected = read_table(folder, file);
        good = file[0] == 'o' ? optimizer(&problem, &expected, &implemented)
             : file[0] == 'l' ? schedule(&expected, &implemented) : clipping(&problem, &expected, &implemented);
        if (!implemented)
            printf("%-28s not implemented\n", expected.head.name);
        *(!implemented ? &missing : good ? &agree : &differ) += 1;
        free(expected.at);
    }
    printf("%d agree, %d differ, %d not implemented\n", agree, differ, missing);
    return differ > 0 || agree == 0;
}
