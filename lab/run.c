/* run.c - one run of one optimizer on one function.
 *
 * Start and noise of a run depend on its seed alone, so that every optimizer and every rate meets the same ones: the
 * noise of step k is drawn before the step, whether and how often the optimizer asks for the gradient. */
#include "lab.h"

#include <math.h>
#include <stdlib.h>

typedef struct descent {                    /* what the closure needs */
    const animal *animal;
    gd_tensor    *w;                        /* [2] or [1, 2]: x and y */
    gd_optimizer *o;
    double        noise[2];
} descent;

static double value_at(const animal *a, const gd_tensor *w)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return gd_item(a->f(gd_scalar(w->data[0]), gd_scalar(w->data[1])));
}

/* f, and the gradient of f + noise . w: that of f with noise added to it. */
static double evaluate(void *context)
{
    descent *d = context;
    gd_zero_grad(d->o);
    GD_SCOPE;
    gd_tensor *point = gd_reshape(d->w, GD_SHAPE(2));
    gd_tensor *noise = gd_from(GD_SHAPE(2), d->noise);
    gd_tensor *f = d->animal->f(gd_select(point, 0, 0), gd_select(point, 0, 1));
    return gd_backward(gd_add(f, gd_sum(gd_mul(noise, point)))) ? gd_item(f) : NAN;
}

static bool run_room(run *r, int steps)
{
    double **columns[] = { &r->x, &r->y, &r->f, &r->rate };
    for (int i = 0; i < 4; i++)
        *columns[i] = malloc(((size_t)steps + 1) * sizeof(double));
    if (r->x && r->y && r->f && r->rate)
        return true;
    run_free(r);
    return complain("memory is out");
}

void run_free(run *r)
{
    free(r->x);
    free(r->y);
    free(r->f);
    free(r->rate);
    *r = (run){ .taken = 0 };
}

/* Some algorithms take gradients at one point and are to be judged at another: those are put in for the moment. */
static void note(run *r, const descent *d, double rate)
{
    int k = r->taken;
    bool swapped = k > 0 && d->o->algorithm->evaluated && gd_optimizer_swap(d->o);
    r->x[k] = d->w->data[0];
    r->y[k] = d->w->data[1];
    r->f[k] = value_at(d->animal, d->w);
    if (swapped)
        gd_optimizer_swap(d->o);
    r->rate[k] = rate;
    r->diverged = !isfinite(r->x[k]) || !isfinite(r->y[k]) || !isfinite(r->f[k]);
}

/* Where a run leaves the numbers that can be computed with, it has diverged: that is a result, no fault. */
static void descend(run *r, const task *t, descent *d)
{
    note(r, d, NAN);
    while (r->taken < t->steps && !r->diverged) {
        GD_SCOPE;
        gd_tensor *noise = gd_normal(GD_SHAPE(2), 0, t->noise);
        d->noise[0] = noise->data[0];
        d->noise[1] = noise->data[1];
        bool stepped = !isnan(gd_step_closure(d->o, evaluate, d));
        r->taken++;
        note(r, d, d->o->lr);
        r->diverged |= !stepped;
    }
}

static bool write_trace(const descent *d, const char *path)
{
    char file[1024];
    snprintf(file, sizeof file, "%s.csv", path);
    bool good = gd_trace_csv(d->o, file);
    snprintf(file, sizeof file, "%s.png", path);
    return (good && gd_trace_picture(d->o, file)) || complain("%s", gd_last_error());
}

/* An optimizer that takes a closure (L-BFGS) makes many steps in one, and has no trace. */
static bool watch(const descent *d, const entrant *e)
{
    gd_shape shape = entrant_shape(e);
    for (int i = 0; i < 2; i++)
        if (!gd_optimizer_trace(d->o, d->w, shape.ndim == 1 ? GD_SHAPE(i) : GD_SHAPE(0, i)))
            return false;
    return true;
}

bool run_once(run *r, const task *t, const entrant *e, double rate, uint64_t seed, const char *trace)
{
    *r = (run){ .taken = 0 };
    if (!run_room(r, t->steps))
        return false;
    gd_params *p = gd_params_new();
    descent d = { .animal = t->animal };
    gd_seed(seed);
    {
        GD_SCOPE;
        gd_tensor *around = gd_normal(GD_SHAPE(2), 0, t->spread);
        double at[2] = { t->start[0] + around->data[0], t->start[1] + around->data[1] };
        d.w = gd_param(p, "w", gd_from(entrant_shape(e), at));
    }
    d.o = d.w ? entrant_enter(e, p) : NULL;
    bool good = d.o && gd_set_schedule(&d.o->first, plan_for(&t->plan, rate, t->steps));
    if (good) {
        bool traced = trace && !d.o->algorithm->step && watch(&d, e);
        descend(r, t, &d);
        good = !traced || gd_trace_rows(d.o) == 0 || write_trace(&d, trace);
    } else {
        complain("\"%s\" with rate %g: %s", e->label, rate, gd_last_error());
    }
    gd_optimizer_free(d.o);
    gd_params_free(p);
    return good;
}

double run_score(const run *r, const task *t)
{
    if (r->diverged)
        return INFINITY;
    int last = (t->steps + 9) / 10;
    double sum = 0;
    for (int k = r->taken - last + 1; k <= r->taken; k++)
        sum += r->f[k] - t->animal->minimum;
    return sum / last;
}

double run_begins(const task *t)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return gd_item(t->animal->f(gd_scalar(t->start[0]), gd_scalar(t->start[1]))) - t->animal->minimum;
}
