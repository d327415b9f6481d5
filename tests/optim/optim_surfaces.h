/* optim_surfaces.h - functions of two variables on which optimizers are tried. */
#ifndef OPTIM_SURFACES_H
#define OPTIM_SURFACES_H

#include "support/support.h"

typedef gd_tensor *surface(gd_tensor *x, gd_tensor *y);

/* Rosenbrock (1960): (1 - x)^2 + 100 (y - x^2)^2, minimum 0 at (1, 1) in a curved valley. */
static gd_tensor *rosenbrock(gd_tensor *x, gd_tensor *y)
{
    return gd_add(gd_square(gd_shift(gd_neg(x), 1)), gd_scale(gd_square(gd_sub(y, gd_square(x))), 100));
}

/* Beale (1958): minimum 0 at (3, 0.5), flat around it, steep far out. */
static gd_tensor *beale(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *xy = gd_mul(x, y), *xy2 = gd_mul(xy, y), *xy3 = gd_mul(xy2, y);
    return gd_add(gd_square(gd_shift(gd_sub(xy, x), 1.5)),
                  gd_add(gd_square(gd_shift(gd_sub(xy2, x), 2.25)), gd_square(gd_shift(gd_sub(xy3, x), 2.625))));
}

/* An ellipse with axes 1 : 10, minimum 0 at (0, 0). */
static gd_tensor *quadratic(gd_tensor *x, gd_tensor *y)
{
    return gd_add(gd_scale(gd_square(x), 0.5), gd_scale(gd_square(y), 50));
}

/* A saddle at (0, 0) that opens into two minima of value -1/4 at (0, -1) and (0, 1). */
static gd_tensor *saddle(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *y2 = gd_square(y);
    return gd_add(gd_square(x), gd_add(gd_scale(y2, -0.5), gd_scale(gd_square(y2), 0.25)));
}

typedef struct function { const char *name; surface *f; double x, y, minimum; } function;
enum { FUNCTIONS = 4 };
static const function functions[FUNCTIONS] = {
    { "rosenbrock", rosenbrock, -1.2, 1, 0 }, { "beale", beale, 1, 1, 0 },
    { "quadratic", quadratic, 3, 2, 0 },      { "saddle", saddle, 1, 1e-3, -0.25 },
};

/* One of them being minimised; evaluate is the closure. */
typedef struct problem { const function *of; gd_tensor *x, *y; gd_optimizer *o; int evaluations; } problem;

static double evaluate(void *context)
{
    problem *p = context;
    p->evaluations++;
    gd_zero_grad(p->o);
    GD_SCOPE;
    gd_tensor *f = p->of->f(p->x, p->y);
    return gd_backward(f) ? (double)gd_item(f) : NAN;
}

#endif
