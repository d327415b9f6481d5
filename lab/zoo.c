/* zoo.c - functions of two variables on which optimizers are commonly tried.
 *
 * Each is written once, in operations of the library, for tensors of any shape: a run gives it numbers, a picture a
 * whole grid.  Minima are those of the sources; tests/scripts/lab.sh descends to them. */
#include "lab.h"

#include <string.h>

static const double pi = 3.14159265358979323846;

static gd_tensor *bowl(gd_tensor *x, gd_tensor *y) { return gd_add(gd_square(x), gd_scale(gd_square(y), 2)); }

static gd_tensor *ravine(gd_tensor *x, gd_tensor *y)
{
    return gd_add(gd_scale(gd_square(x), 0.1), gd_scale(gd_square(y), 2));
}

static gd_tensor *rosenbrock(gd_tensor *x, gd_tensor *y)
{
    return gd_add(gd_square(gd_shift(gd_neg(x), 1)), gd_scale(gd_square(gd_sub(y, gd_square(x))), 100));
}

static gd_tensor *beale(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *xy = gd_mul(x, y), *xy2 = gd_mul(xy, y), *xy3 = gd_mul(xy2, y);
    return gd_add(gd_square(gd_shift(gd_sub(xy, x), 1.5)),
                  gd_add(gd_square(gd_shift(gd_sub(xy2, x), 2.25)), gd_square(gd_shift(gd_sub(xy3, x), 2.625))));
}

static gd_tensor *himmelblau(gd_tensor *x, gd_tensor *y)
{
    return gd_add(gd_square(gd_shift(gd_add(gd_square(x), y), -11)),
                  gd_square(gd_shift(gd_add(x, gd_square(y)), -7)));
}

static gd_tensor *booth(gd_tensor *x, gd_tensor *y)
{
    return gd_add(gd_square(gd_shift(gd_add(x, gd_scale(y, 2)), -7)),
                  gd_square(gd_shift(gd_add(gd_scale(x, 2), y), -5)));
}

static gd_tensor *camel(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *x2 = gd_square(x), *x4 = gd_square(x2);
    gd_tensor *even = gd_add(gd_sub(gd_scale(x2, 2), gd_scale(x4, 1.05)), gd_scale(gd_mul(x4, x2), 1.0 / 6));
    return gd_add(even, gd_add(gd_mul(x, y), gd_square(y)));
}

static gd_tensor *saddle(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *y2 = gd_square(y);
    return gd_add(gd_square(x), gd_add(gd_scale(y2, -0.5), gd_scale(gd_square(y2), 0.25)));
}

static gd_tensor *styblinski_part(gd_tensor *x)
{
    gd_tensor *x2 = gd_square(x);
    return gd_scale(gd_add(gd_sub(gd_square(x2), gd_scale(x2, 16)), gd_scale(x, 5)), 0.5);
}

static gd_tensor *styblinski(gd_tensor *x, gd_tensor *y) { return gd_add(styblinski_part(x), styblinski_part(y)); }

static gd_tensor *rastrigin_part(gd_tensor *x)
{
    return gd_shift(gd_sub(gd_square(x), gd_scale(gd_cos(gd_scale(x, 2 * pi)), 10)), 10);
}

static gd_tensor *rastrigin(gd_tensor *x, gd_tensor *y) { return gd_add(rastrigin_part(x), rastrigin_part(y)); }

/* The root has an infinite derivative at 0: 1e-30 below it keeps the gradient there finite. */
static gd_tensor *ackley(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *distance = gd_sqrt(gd_shift(gd_scale(gd_add(gd_square(x), gd_square(y)), 0.5), 1e-30));
    gd_tensor *waves = gd_scale(gd_add(gd_cos(gd_scale(x, 2 * pi)), gd_cos(gd_scale(y, 2 * pi))), 0.5);
    return gd_shift(gd_neg(gd_add(gd_scale(gd_exp(gd_scale(distance, -0.2)), 20), gd_exp(waves))),
                    20 + 2.718281828459045);
}

static gd_tensor *valley(gd_tensor *x, gd_tensor *y) { return gd_add(gd_abs(x), gd_scale(gd_abs(y), 10)); }

static gd_tensor *plateau(gd_tensor *x, gd_tensor *y)
{
    return gd_shift(gd_neg(gd_exp(gd_scale(gd_add(gd_square(x), gd_square(y)), -0.5))), 1);
}

const animal zoo[] = {
    { "bowl", "x^2 + 2 y^2", "Dive into Deep Learning, gradient descent",
      bowl, { -5, -2 }, 0, { 0, 0 }, { -5.5, 5.5, -3, 3 } },
    { "ravine", "0.1 x^2 + 2 y^2", "Dive into Deep Learning, momentum",
      ravine, { -5, -2 }, 0, { 0, 0 }, { -5.5, 5.5, -3, 3 } },
    { "rosenbrock", "(1 - x)^2 + 100 (y - x^2)^2", "Rosenbrock 1960",
      rosenbrock, { -1.2, 1 }, 0, { 1, 1 }, { -2, 2, -1, 3 } },
    { "beale", "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2", "Beale 1958",
      beale, { 1, 1 }, 0, { 3, 0.5 }, { -1, 4.5, -2, 2 } },
    { "himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", "Himmelblau 1972; four minima of value 0",
      himmelblau, { 0, 0 }, 0, { 3, 2 }, { -5, 5, -5, 5 } },
    { "booth", "(x + 2 y - 7)^2 + (2 x + y - 5)^2", "Booth; see Jamil and Yang 2013",
      booth, { -5, -5 }, 0, { 1, 3 }, { -6, 6, -6, 6 } },
    { "camel", "2 x^2 - 1.05 x^4 + x^6 / 6 + x y + y^2", "three-hump camel; see Jamil and Yang 2013; three minima",
      camel, { 1.2, 1.5 }, 0, { 0, 0 }, { -2.2, 2.2, -2, 2 } },
    { "saddle", "x^2 - y^2 / 2 + y^4 / 4", "starts beside the saddle at (0, 0); minima at (0, -1) and (0, 1)",
      saddle, { 1, 1e-3 }, -0.25, { 0, 1 }, { -1.5, 1.5, -1.6, 1.6 } },
    { "styblinski", "(x^4 - 16 x^2 + 5 x + y^4 - 16 y^2 + 5 y) / 2", "Styblinski and Tang 1990; four minima",
      styblinski, { -0.5, -0.5 }, -78.33233140754282, { -2.903534027771177, -2.903534027771177 }, { -4, 4, -4, 4 } },
    { "rastrigin", "20 + x^2 - 10 cos(2 pi x) + y^2 - 10 cos(2 pi y)", "Rastrigin 1974; minima near whole numbers",
      rastrigin, { 2.3, 1.7 }, 0, { 0, 0 }, { -3, 3, -3, 3 } },
    { "ackley", "-20 exp(-0.2 sqrt((x^2 + y^2) / 2)) - exp((cos 2 pi x + cos 2 pi y) / 2) + 20 + e", "Ackley 1987",
      ackley, { 2.4, 1.6 }, 0, { 0, 0 }, { -3, 3, -3, 3 } },
    { "valley", "|x| + 10 |y|", "has a kink where its minimum is",
      valley, { -4, 1 }, 0, { 0, 0 }, { -5, 5, -2, 2 } },
    { "plateau", "1 - exp(-(x^2 + y^2) / 2)", "flat far away: its gradient at the start is 0.04",
      plateau, { -2.5, -1 }, 0, { 0, 0 }, { -4, 4, -3, 3 } },
    { NULL, NULL, NULL, NULL, { 0, 0 }, 0, { 0, 0 }, { 0, 0, 0, 0 } }
};

const animal *animal_called(const char *name)
{
    for (const animal *a = zoo; a->name; a++)
        if (strcmp(a->name, name) == 0)
            return a;
    complain("there is no function \"%s\"; gradus-lab --list functions names them", name);
    return NULL;
}
