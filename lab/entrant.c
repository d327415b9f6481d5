/* entrant.c - an optimizer as one writes it on the command line: NAME[.DIALECT][,OPTION=VALUE]..
 *
 * Which options an algorithm has, and between which numbers, is asked of the library; so is which dialects.  A new
 * algorithm is one line in ALGORITHMS. */
#include "lab.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* name, and what it is in a few words.  All options structs begin with lr. */
#define ALGORITHMS                                                                                 \
    ALGORITHM(sgd,       "gradient descent; momentum, nesterov")                                   \
    ALGORITHM(adagrad,   "steps divided by the root of all squared gradients so far")              \
    ALGORITHM(rmsprop,   "the same with squares that are forgotten")                               \
    ALGORITHM(adadelta,  "steps in the units of the parameter; its rate is 1")                     \
    ALGORITHM(adam,      "momentum and RMSProp with bias correction")                              \
    ALGORITHM(adamw,     "Adam with decoupled weight decay")                                       \
    ALGORITHM(yogi,      "Adam whose second moment grows and shrinks additively")                  \
    ALGORITHM(adabelief, "Adam whose second moment is that of the surprise, g - m")                \
    ALGORITHM(adamax,    "Adam with a running maximum")                                            \
    ALGORITHM(nadam,     "Adam with Nesterov's momentum")                                          \
    ALGORITHM(radam,     "Adam that waits until its second moment can be trusted")                 \
    ALGORITHM(lamb,      "Adam whose step has the length of the parameter, tensor by tensor")      \
    ALGORITHM(adafactor, "second moments of rows and columns only; steps in units of the parameter")\
    ALGORITHM(lion,      "the sign of an interpolated momentum")                                   \
    ALGORITHM(muon,      "orthogonal steps for matrices: here the point is a matrix [1, 2]")       \
    ALGORITHM(schedule_free_adamw, "AdamW that averages instead of lowering its rate")             \
    ALGORITHM(asgd,      "gradient descent with a falling rate, averaged")                         \
    ALGORITHM(rprop,     "only signs; a step size for each coordinate; without noise")             \
    ALGORITHM(lbfgs,     "quasi-Newton; one step has up to max_iter of its own; without noise")

struct kind {
    const char *name, *words;
    double        (*lr)(int dialect);       /* its default; NaN: there is no such dialect.  -1: the algorithm's own */
    gd_optimizer *(*make)(gd_params *p, int dialect);
};

#define ALGORITHM(name, words)                                                             \
    static gd_##name##_options name##_options(int dialect)                                 \
    {                                                                                      \
        return dialect < 0 ? gd_##name##_defaults() : gd_##name##_dialect((gd_dialect)dialect); \
    }                                                                                      \
    static double name##_lr(int dialect) { return name##_options(dialect).lr; }            \
    static gd_optimizer *name##_make(gd_params *p, int dialect) { return gd_##name(p, name##_options(dialect)); }
ALGORITHMS
#undef ALGORITHM

#define ALGORITHM(name, words) { #name, words, name##_lr, name##_make },
static const struct kind kinds[] = {
    ALGORITHMS
    { NULL, NULL, NULL, NULL }
};
#undef ALGORITHM

static const char *const dialects[] = {     /* in the order of gd_dialect */
    "torch", "d2l", "keras", "optax", "tfa", "paper", "d2l_tf_as_printed"
};
enum { DIALECTS = sizeof dialects / sizeof *dialects };

static const kind *kind_called(const char *name)
{
    for (const kind *k = kinds; k->name; k++)
        if (strcmp(k->name, name) == 0)
            return k;
    complain("there is no optimizer \"%s\"; gradus-lab --list optimizers names them", name);
    return NULL;
}

/* To ask for a dialect that is not there leaves a message, which is not wanted here. */
static bool has_dialect(const kind *k, int dialect)
{
    gd_on_error(NULL);
    bool has = !isnan(k->lr(dialect));
    gd_on_error(NULL);
    gd_clear_error();
    return has;
}

static bool read_dialect(entrant *e, const char *name)
{
    for (int i = 0; i < DIALECTS; i++) {
        if (strcmp(dialects[i], name) != 0 || !has_dialect(e->kind, i))
            continue;
        e->has_dialect = true;
        e->dialect = (gd_dialect)i;
        return true;
    }
    char have[160] = "";
    for (int i = 0; i < DIALECTS; i++)
        if (has_dialect(e->kind, i))
            strcat(strcat(have, " "), dialects[i]);
    return complain("%s has no dialect \"%s\"; it has:%s", e->kind->name, name, have);
}

static bool read_setting(entrant *e, char *text)
{
    char *value = strchr(text, '=');
    if (!value)
        return complain("\"%s\" in \"%s\": options are written OPTION=VALUE, such as beta1=0.9", text, e->label);
    *value++ = 0;
    if (strcmp(text, "lr") == 0)
        return complain("\"%s\": the learning rate is given to all optimizers alike, by --rate", e->label);
    if (e->settings == MOST_SETTINGS)
        return complain("\"%s\" has more than %d options", e->label, MOST_SETTINGS);
    if (strlen(text) >= sizeof e->setting[0].name)
        return complain("%s has no option \"%s\"", e->kind->name, text);
    strcpy(e->setting[e->settings].name, text);
    if (!number_read(value, &e->setting[e->settings].value))
        return complain("\"%s\": %s must be a number, and is \"%s\"", e->label, text, value);
    e->settings++;
    return true;
}

/* apply - sets the options.  Some are allowed only together with others (nesterov with momentum): those that are
 * refused are tried again while others succeed. */
static bool apply(const entrant *e, gd_optimizer *o)
{
    bool done[MOST_SETTINGS] = { false };
    for (int left = e->settings, before = left + 1; left > 0 && left < before;) {
        before = left;
        for (int i = 0; i < e->settings; i++) {
            if (done[i] || !gd_group_set(&o->first, e->setting[i].name, e->setting[i].value))
                continue;
            done[i] = true;
            left--;
        }
    }
    for (int i = 0; i < e->settings; i++)
        if (!done[i])
            return complain("\"%s\": %s", e->label, gd_last_error());
    return true;
}

gd_shape entrant_shape(const entrant *e)
{
    return strcmp(e->kind->name, "muon") == 0 ? GD_SHAPE(1, 2) : GD_SHAPE(2);
}

gd_optimizer *entrant_enter(const entrant *e, gd_params *p)
{
    gd_optimizer *o = e->kind->make(p, e->has_dialect ? (int)e->dialect : -1);
    if (!o)
        complain("\"%s\": %s", e->label, gd_last_error());
    else if (!apply(e, o)) {
        gd_optimizer_free(o);
        o = NULL;
    }
    return o;
}

static bool tries(const entrant *e)
{
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_zeros(entrant_shape(e)));
    gd_optimizer *o = entrant_enter(e, p);
    bool good = o != NULL;
    gd_optimizer_free(o);
    gd_params_free(p);
    return good;
}

bool entrant_read(entrant *e, const char *text)
{
    *e = (entrant){ .settings = 0 };
    if (strlen(text) >= sizeof e->label)
        return complain("\"%.40s..\": an optimizer is written in fewer than %d letters", text, NAME_BYTES);
    strcpy(e->label, text);
    char parts[NAME_BYTES];
    strcpy(parts, text);
    char *options = strchr(parts, ',');
    if (options)
        *options++ = 0;
    char *dialect = strchr(parts, '.');
    if (dialect)
        *dialect++ = 0;
    e->kind = kind_called(parts);
    if (!e->kind || (dialect && !read_dialect(e, dialect)))
        return false;
    while (options) {
        char *next = strchr(options, ',');
        if (next)
            *next++ = 0;
        if (!read_setting(e, options))
            return false;
        options = next;
    }
    return tries(e);
}

void entrants_list(FILE *out)
{
    fprintf(out, "Optimizers, written NAME[.DIALECT][,OPTION=VALUE]..  (the options: gradus-lab --list NAME)\n\n");
    for (const kind *k = kinds; k->name; k++) {
        fprintf(out, "  %-20s %s\n                       dialects:", k->name, k->words);
        for (int i = 0; i < DIALECTS; i++)
            if (has_dialect(k, i))
                fprintf(out, " %s", dialects[i]);
        fprintf(out, "\n");
    }
}

bool entrant_options_list(FILE *out, const char *name)
{
    entrant e;
    if (!entrant_read(&e, name))
        return false;
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_zeros(entrant_shape(&e)));
    gd_optimizer *o = entrant_enter(&e, p);
    fprintf(out, "%s: options, their values here, and between which numbers they may lie\n\n", name);
    for (const gd_option *option = o ? o->algorithm->options : NULL; option && option->name; option++) {
        static const char *const kind_words[] = { "", "  0 or 1", "  a whole number" };
        if (strcmp(option->name, "lr") == 0)
            continue;
        double high = option->high < DBL_MAX ? option->high : INFINITY;
        fprintf(out, "  %-22s %-10g %c%g, %g%c%s\n", option->name, gd_group_get(&o->first, option->name),
                option->interval[0], option->low, high, isinf(high) ? ')' : option->interval[1],
                kind_words[option->kind]);
    }
    gd_optimizer_free(o);
    gd_params_free(p);
    return o != NULL;
}
