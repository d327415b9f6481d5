// program.cpp - the library from C++11 on: shapes of variables, options, scopes, an operation and an optimizer of
// one's own, and a function that is called as one of the library's.  Compiled and run by tests/scripts/cxx.sh.
#include <gradus.h>

#include <cmath>
#include <cstdio>

static int failed = 0;
static void check(bool good, const char *what)
{
    if (!good) {
        std::printf("program.cpp: %s\n", what);
        failed = 1;
    }
}

// The library has functions of these names for itself.
double real_sum(const double *x, int n) { return n > 0 ? x[0] + real_sum(x + 1, n - 1) : 0; }
double scale(double x) { return 2 * x; }

// y = x^3, dx = 3 x^2 dy
static void cube_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    if (gd_needs(node, 0))
        dx[0] = gd_scale(gd_mul(dy, gd_square(gd_node_input(node, 0))), 3);
}
static const gd_op cube_op = { "cube", cube_rule, GD_READS(0, GD_INPUT(0)), "3 x^2 dy", nullptr, false };

static gd_tensor *cube(gd_tensor *x)
{
    gd_tensor *y = gd_zeros_like(x);
    for (int64_t i = 0; i < gd_numel(y); i++)
        y->data[i] = x->data[i] * x->data[i] * x->data[i];
    return gd_record(&cube_op, y, &x, 1, nullptr, 0);
}

// w = w - lr sign(g), or +, n times
enum direction { DOWN, UP };
struct sign_options {
    double lr;
    bool maximize;
    int times;
    direction way;
};
static const gd_option sign_fields[] = {
    GD_OPTION(sign_options, lr, "[)", 0, INFINITY), GD_OPTION(sign_options, maximize, "[]", 0, 1),
    GD_OPTION(sign_options, times, "[]", 1, 9),     GD_OPTION(sign_options, way, "[]", DOWN, UP),
    { nullptr, 0, GD_OPTION_REAL, nullptr, 0, 0 }
};
static void sign_update(const gd_update *u)
{
    const sign_options *o = static_cast<const sign_options *>(u->options);
    double step = u->lr * o->times * (o->maximize != (o->way == UP) ? -1 : 1);
    for (int64_t i = 0; i < u->n; i++)
        u->w[i] -= static_cast<gd_real>(u->g[i] > 0 ? step : -step);
}

static double minus_two(gd_params *p)
{
    gd_algorithm sign = gd_algorithm();
    sign.name = "sign";
    sign.options_size = sizeof(sign_options);
    sign.options = sign_fields;
    sign.update = sign_update;
    sign_options options = { 0.5, false, 1, DOWN };
    gd_optimizer *o = gd_optimizer_new(p, &sign, &options);
    check(gd_group_set(&o->first, "times", 2) && gd_group_get(&o->first, "times") == 2, "a whole option");
    check(gd_group_set(&o->first, "maximize", 1) && gd_group_set(&o->first, "way", UP), "a flag, an enumeration");
    gd_on_error(nullptr);
    check(!gd_group_set(&o->first, "times", 1.5) && !gd_group_set(&o->first, "maximize", 0.5), "no half options");
    check(gd_group_set(&o->first, "lr", 0.25), "a real option");
    gd_on_error(gd_abort);
    gd_tensor *w = gd_params_get(p, "w");
    double before = gd_at(w, GD_SHAPE(0, 0));
    {
        GD_SCOPE;
        gd_backward(gd_sum(cube(w)));
        check(gd_step(o), "a step");
    }
    double moved = gd_at(w, GD_SHAPE(0, 0)) - before;
    gd_optimizer_free(o);
    return moved;
}

int main()
{
    gd_on_error(gd_abort);
    int rows = 2;
    std::size_t columns = 3;
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_full(GD_SHAPE(rows, columns), 2));
    check(w->ndim == 2 && w->shape[0] == 2 && w->shape[1] == 3, "a shape of variables");
    check(GD_SHAPE().ndim == 0 && GD_SHAPE(rows + 1, 4L, -1).size[2] == -1, "shapes");
    check(gd_item(gd_sum(gd_ones(GD_SHAPE(rows, 3)))) == 6, "a sum");

    gd_backward(gd_sum(cube(w)));
    check(gd_at(w->grad, GD_SHAPE(1, 2)) == 12, "the gradient of a cube");
    gd_zero_grad_of(w);
    {
        GD_NO_GRAD;
        check(!gd_is_recording() && !gd_sum(w)->requires_grad, "nothing is recorded");
    }
    check(gd_is_recording(), "recording again");
    check(std::fabs(minus_two(p) + 0.5) < 1e-6, "a step of an optimizer of one's own");

    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.125;
    gd_optimizer *adam = gd_adam(p, options);
    check(adam->lr == 0.125 && gd_group_get(&adam->first, "beta2") == 0.999, "options");
    gd_set_schedule(&adam->first, gd_lr_one_cycle(1, 10, gd_one_cycle_defaults()));
    gd_optimizer_free(adam);

    const double numbers[] = { 1, 2, 4 };
    check(real_sum(numbers, 3) == 7 && scale(2) == 4, "the program's own functions");
    gd_params_free(p);
    return failed;
}
