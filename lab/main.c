/* gradus-lab - tries optimizers on functions of two variables: from the command line, without a line of C.
 *
 *     gradus-lab --function rosenbrock --rate 0.02 --steps 500 adam yogi
 *     gradus-lab --function ravine --rate 0.01..2:12 --seeds 5 --noise 0.5 sgd sgd,momentum=0.9 adam
 *
 * With one rate and one seed: runs, with their paths, losses and traces.  With more: a comparison by the protocol of
 * compare.c first. */
#include "lab.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <direct.h>
#define make_folder(path) _mkdir(path)
#define is_folder(path)   true              /* a file of that name is noticed by the first picture */
#else
#include <sys/stat.h>
#define make_folder(path) mkdir(path, 0777)
static bool is_folder(const char *path)
{
    struct stat found;
    return stat(path, &found) == 0 && S_ISDIR(found.st_mode);
}
#endif

enum { MOST_STEPS = 1000000, EXIT_WRONG_USE = 2 };

bool complain(const char *format, ...)
{
    va_list arguments;
    fflush(stdout);
    fprintf(stderr, "gradus-lab: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fprintf(stderr, "\n");
    return false;
}

static const char help[] =
    "Usage: gradus-lab [OPTION].. OPTIMIZER..\n"
    "Runs optimizers on a function of two variables, compares them, and draws what they did.\n"
    "\n"
    "An OPTIMIZER is written NAME[.DIALECT][,OPTION=VALUE]..\n"
    "    adam    yogi.tfa    sgd,momentum=0.9    adamw,weight_decay=0.1,beta2=0.99\n"
    "A dialect is whose formula and defaults are used: torch, d2l (the book), keras, optax, tfa, paper.\n"
    "\n"
    "  -f, --function NAME    what is minimised; ravine, which is 0.1 x^2 + 2 y^2, if nothing is said\n"
    "  -r, --rate RATES       learning rates, for all optimizers the same ones:\n"
    "                           0.1           this one\n"
    "                           0.01,0.1,1    these\n"
    "                           0.001..1:7    seven from 0.001 to 1, each the same factor above the one before\n"
    "                         0.001..1:10 if nothing is said.  Of several the best is found for each optimizer.\n"
    "  -n, --steps N          steps of each run; 100\n"
    "  -s, --start X,Y        where runs start; each function has its own place\n"
    "  -c, --schedule NAME[,KEY=VALUE]..   how the rate changes: constant, or cosine,warmup=10 ..\n"
    "      --seeds N          runs of each rate, which differ in noise and start; 1\n"
    "      --noise S          noise of standard deviation S is added to each gradient; 0\n"
    "      --spread S         starts are spread around the start with standard deviation S; 0\n"
    "  -o, --out FOLDER       where pictures and tables go; lab\n"
    "  -l, --list WHAT        functions, optimizers, schedules, or the options of one optimizer: --list adam\n"
    "  -h, --help             this text\n"
    "      --version          the version of Gradus\n"
    "\n"
    "Written into FOLDER: paths.png, the paths over the contours of the function; loss.png and runs.csv, each step;\n"
    "trace-1.png and trace-1.csv for the first optimizer, what went on inside it, and so on; and where several rates\n"
    "or seeds were tried, rates.png and rates.csv: the loss at the end for each learning rate.\n"
    "\n"
    "Try:  gradus-lab --rate 0.4 sgd              a learning rate that is just small enough\n"
    "      gradus-lab --rate 0.6 sgd              and one that is too large\n"
    "      gradus-lab sgd sgd,momentum=0.9 adam   each with the rate that suits it best\n";

/* ---- The command line -------------------------------------------------------------------------------------------- */

typedef struct orders {
    task        task;
    entrant     entrants[MOST_ENTRANTS];
    int         n, rates;
    double      rate[MOST_RATES];
    bool        start_given;
    const char *folder, *list, *plan;
    bool        help, version;
} orders;

static bool whole(const char *option, const char *text, int most, int *value)
{
    double number;
    if (!number_read(text, &number) || number != floor(number) || number < 1 || number > most)
        return complain("%s takes a whole number from 1 to %d, not \"%s\"", option, most, text);
    *value = (int)number;
    return true;
}

static bool not_negative(const char *option, const char *text, double *value)
{
    return (number_read(text, value) && *value >= 0 && *value <= 1e6) ||
           complain("%s takes a number from 0 to 1e6, not \"%s\"", option, text);
}

static bool point(const char *text, double at[2])
{
    char copy[128], *comma;
    bool good = strlen(text) < sizeof copy;
    if (good) {
        strcpy(copy, text);
        comma = strchr(copy, ',');
        good = comma != NULL;
        if (good) {
            *comma = 0;
            good = number_read(copy, &at[0]) && number_read(comma + 1, &at[1]) && fabs(at[0]) <= 1e6 &&
                   fabs(at[1]) <= 1e6;
        }
    }
    return good || complain("--start takes two numbers, X,Y, up to 1e6, not \"%s\"", text);
}

typedef struct option { const char *name; char letter; bool takes; } option;
static const option options[] = {
    { "function", 'f', true }, { "rate", 'r', true },   { "steps", 'n', true }, { "start", 's', true },
    { "schedule", 'c', true }, { "seeds", 0, true },    { "noise", 0, true },   { "spread", 0, true },
    { "out", 'o', true },      { "list", 'l', true },   { "help", 'h', false }, { "version", 0, false },
    { NULL, 0, false }
};

static bool take(orders *o, const char *name, const char *value)
{
    if (strcmp(name, "function") == 0)
        return (o->task.animal = animal_called(value)) != NULL;
    if (strcmp(name, "rate") == 0)
        return rates_read(value, o->rate, &o->rates);
    if (strcmp(name, "steps") == 0)
        return whole("--steps", value, MOST_STEPS, &o->task.steps);
    if (strcmp(name, "start") == 0)
        return o->start_given = point(value, o->task.start);
    if (strcmp(name, "seeds") == 0)
        return whole("--seeds", value, MOST_SEEDS, &o->task.seeds);
    if (strcmp(name, "noise") == 0)
        return not_negative("--noise", value, &o->task.noise);
    if (strcmp(name, "spread") == 0)
        return not_negative("--spread", value, &o->task.spread);
    if (strcmp(name, "schedule") == 0)
        return plan_read(&o->task.plan, value);
    const char **text = strcmp(name, "out") == 0 ? &o->folder : &o->list;
    if (strcmp(name, "help") == 0)
        o->help = true;
    else if (strcmp(name, "version") == 0)
        o->version = true;
    else
        *text = value;
    return true;
}

/* --name VALUE, --name=VALUE, -n VALUE and -nVALUE. */
static bool read_option(orders *o, int argc, char **argv, int *i)
{
    const char *text = argv[*i], *value = NULL;
    const option *found = options;
    if (text[1] == '-') {
        size_t length = strcspn(text + 2, "=");
        value = text[2 + length] ? text + 2 + length + 1 : NULL;
        while (found->name && (strlen(found->name) != length || strncmp(found->name, text + 2, length) != 0))
            found++;
    } else {
        value = text[2] ? text + 2 : NULL;
        while (found->name && found->letter != text[1])
            found++;
    }
    if (!found->name)
        return complain("there is no option %s; gradus-lab --help names them", text);
    if (!found->takes && value)
        return complain("--%s takes no value", found->name);
    if (found->takes && !value) {
        if (*i + 1 >= argc)
            return complain("--%s needs a value", found->name);
        value = argv[++*i];
    }
    return take(o, found->name, value);
}

static bool read_orders(orders *o, int argc, char **argv)
{
    *o = (orders){ .task = { .steps = 100, .seeds = 1 }, .folder = "lab" };
    o->task.animal = animal_called("ravine");
    if (!plan_read(&o->task.plan, "constant") || !rates_read("0.001..1:10", o->rate, &o->rates))
        return false;
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1]) {
            if (!read_option(o, argc, argv, &i))
                return false;
            continue;
        }
        if (o->n == MOST_ENTRANTS)
            return complain("more than %d optimizers cannot be told apart in one picture", MOST_ENTRANTS);
        for (int k = 0; k < o->n; k++)
            if (strcmp(o->entrants[k].label, argv[i]) == 0)
                return complain("\"%s\" is named twice", argv[i]);
        if (!entrant_read(&o->entrants[o->n++], argv[i]))
            return false;
    }
    if (!o->start_given)
        memcpy(o->task.start, o->task.animal->start, sizeof o->task.start);
    return true;
}

/* What can only be said when all options are known. */
static bool sensible(const orders *o)
{
    if (o->n == 0)
        return complain("which optimizer?  For example: gradus-lab adam.  gradus-lab --help tells more");
    for (int k = 0; k < o->rates; k++)
        if (isnan(gd_lr_at(plan_for(&o->task.plan, o->rate[k], o->task.steps), 0)))
            return complain("--schedule %s: %s", o->task.plan.label, gd_last_error());
    if (o->task.seeds > 1 && o->task.noise == 0 && o->task.spread == 0)
        return complain("%d seeds give the same run %d times: give --noise or --spread too", o->task.seeds,
                        o->task.seeds);
    return true;
}

static int list(const char *what)
{
    if (strcmp(what, "functions") == 0) {
        printf("Functions of (x, y), where runs start, and the smallest value\n\n");
        for (const animal *a = zoo; a->name; a++)
            printf("  %-11s %s\n              from (%g, %g); %.6g at (%g, %g); %s\n", a->name, a->formula, a->start[0],
                   a->start[1], a->minimum, a->where[0], a->where[1], a->source);
    } else if (strcmp(what, "optimizers") == 0) {
        entrants_list(stdout);
    } else if (strcmp(what, "schedules") == 0) {
        plans_list(stdout);
    } else if (!entrant_options_list(stdout, what)) {
        return EXIT_WRONG_USE;
    }
    return EXIT_SUCCESS;
}

/* ---- Runs -------------------------------------------------------------------------------------------------------- */

static bool folder_there(const char *path)
{
    if (strlen(path) > 900)
        return complain("--out: the name of the folder is too long");
    if (make_folder(path) == 0)
        return true;
    if (errno != EEXIST)
        return complain("--out: %s cannot be made: %s", path, strerror(errno));
    return is_folder(path) || complain("--out: %s is not a folder", path);
}

static void print_run(const entrant *e, double rate, const run *r, const task *t)
{
    printf("  %-24s rate %-8g ", e->label, rate);
    if (r->diverged)
        printf("diverged in step %d\n", r->taken);
    else
        printf("(%.6f, %.6f), f less its minimum %.3e\n", r->x[r->taken], r->y[r->taken],
               r->f[r->taken] - t->animal->minimum);
}

/* The run of each optimizer with its rate, on the first seed, with traces; then the pictures. */
static bool draw(const orders *o, const double *rate)
{
    static run runs[MOST_ENTRANTS];
    const report all = { &o->task, o->entrants, o->n, runs, rate, o->folder };
    bool good = true;
    printf("%sAfter %d steps on %s, from (%g, %g)%s:\n", o->rates > 1 || o->task.seeds > 1 ? "\n" : "", o->task.steps,
           o->task.animal->name, o->task.start[0], o->task.start[1], o->task.noise > 0 || o->task.spread > 0 ?
           ", seed 1" : "");
    for (int i = 0; good && i < o->n; i++) {
        char trace[1024];
        snprintf(trace, sizeof trace, "%s/trace-%d", o->folder, i + 1);
        if (isnan(rate[i]))
            continue;
        good = run_once(&runs[i], &o->task, &o->entrants[i], rate[i], 1, trace);
        if (good)
            print_run(&o->entrants[i], rate[i], &runs[i], &o->task);
    }
    good = good && report_paths(&all);
    for (int i = 0; i < o->n; i++)
        run_free(&runs[i]);
    return good;
}

static bool compare_and_draw(const orders *o)
{
    static result results[MOST_ENTRANTS];
    double best[MOST_ENTRANTS];
    const report all = { &o->task, o->entrants, o->n, NULL, best, o->folder };
    if (!compare_all(results, &o->task, o->entrants, o->n, o->rate, o->rates))
        return false;
    for (int i = 0; i < o->n; i++)
        best[i] = results[i].best < 0 ? NAN : o->rate[results[i].best];
    report_table(stdout, &all, results, o->rate, o->rates);
    return report_rates(&all, results, o->rate, o->rates) && draw(o, best);
}

static bool work(const orders *o)
{
    double rate[MOST_ENTRANTS];
    for (int i = 0; i < o->n; i++)
        rate[i] = o->rate[0];
    if (!folder_there(o->folder))
        return false;
    bool good = o->rates == 1 && o->task.seeds == 1 ? draw(o, rate) : compare_and_draw(o);
    if (good)
        printf("\nPictures and tables are in %s\n", o->folder);
    return good;
}

int main(int argc, char **argv)
{
    static orders o;
    gd_on_error(NULL);                      /* complain says what is to be said */
    if (!read_orders(&o, argc, argv))
        return EXIT_WRONG_USE;
    int status = EXIT_SUCCESS;
    if (o.help)
        fputs(help, stdout);
    else if (o.version)
        printf("gradus-lab %s\n", gd_version());
    else if (o.list)
        status = list(o.list);
    else if (!sensible(&o))
        return EXIT_WRONG_USE;
    else if (!work(&o))
        status = EXIT_FAILURE;
    gd_shutdown();
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_SUCCESS)
        status = EXIT_FAILURE;
    return status;
}
