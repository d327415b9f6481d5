/* test_optim_lbfgs.c - L-BFGS and its line search. */
#include "optim_surfaces.h"

typedef struct bowl { gd_tensor *w, *b, *x, *y; gd_optimizer *o; int evaluations, fail_at; } bowl;

/* Ridge regression: a convex quadratic whose minimum solves linear equations. */
static double ridge(void *context)
{
    bowl *p = context;
    if (++p->evaluations == p->fail_at)
        return NAN;
    gd_zero_grad(p->o);
    GD_SCOPE;
    gd_tensor *error = gd_sub(gd_add(gd_matmul(p->x, p->w), p->b), p->y);
    gd_tensor *loss = gd_add(gd_mean(gd_square(error)), gd_scale(gd_sum(gd_square(p->w)), 0.01));
    return gd_backward(loss) ? (double)gd_item(loss) : NAN;
}

static bowl bowl_new(gd_params *net)
{
    gd_seed(11);
    bowl p = { .x = gd_normal(GD_SHAPE(50, 8), 0, 1), .y = gd_normal(GD_SHAPE(50, 1), 0, 1) };
    p.w = gd_param(net, "w", gd_normal(GD_SHAPE(8, 1), 0, 3));
    gd_buffer(net, "buffer", gd_zeros(GD_SHAPE(3)));
    p.b = gd_param(net, "b", gd_scalar(5));
    return p;
}

START_TEST(lbfgs_finds_the_minimum_of_a_quadratic)
{
    gd_params *net = gd_params_new();
    bowl p = bowl_new(net);
    gd_lbfgs_options options = gd_lbfgs_defaults();
    options.line_search = _i & 1 ? GD_STRONG_WOLFE : GD_NO_LINE_SEARCH;
    options.history_size = _i & 2 ? 100 : 3;
    options.max_iter = 25;
    p.o = gd_lbfgs(net, options);
    double first = gd_step_closure(p.o, ridge, &p), second = gd_step_closure(p.o, ridge, &p);
    ck_assert(second < first && !isnan(second));
    for (int i = 0; i < 3; i++)
        gd_step_closure(p.o, ridge, &p);
    ridge(&p);
    double most = fabs(p.b->grad->data[0]);
    for (int i = 0; i < 8; i++)
        most = fmax(most, fabs(p.w->grad->data[i]));
    if (getenv("GRADUS_TEST_VERBOSE"))
        printf("ridge, search %d, history %d: largest |g| %.1e after %d evaluations\n", _i & 1,
               options.history_size, most, p.evaluations);
    ck_assert_msg(most < (sizeof(gd_real) == 4 ? 1e-3 : 5e-5), "largest |g| = %g", most);
    ck_assert_int_eq((int)p.o->steps, 5);
    gd_optimizer_free(p.o);
    gd_params_free(net);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

/* Without a line search, lr 1, a history of 3 pairs: each direction against -H g with H multiplied out from
 * eq. 7.19 of Nocedal and Wright, H = (I - rho s y') H (I - rho y s') + rho s s', oldest pair first. */
enum { N = 9, ITERATIONS = 12, HISTORY = 3 };

static void flat(const bowl *p, double *w, double *g)
{
    for (int i = 0; i < N; i++) {
        w[i] = i < 8 ? p->w->data[i] : p->b->data[0];
        g[i] = i < 8 ? p->w->grad->data[i] : p->b->grad->data[0];
    }
}

static double dot(const double *a, const double *b)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += a[i] * b[i];
    return sum;
}

static void times_H(double s[][N], double y[][N], int pairs, double gamma, const double *q, double *r)
{
    if (pairs == 0) {
        for (int i = 0; i < N; i++)
            r[i] = gamma * q[i];
        return;
    }
    const double *last_s = s[pairs - 1], *last_y = y[pairs - 1];
    double rho = 1 / dot(last_s, last_y), sq = dot(last_s, q), inner[N];
    for (int i = 0; i < N; i++)
        inner[i] = q[i] - rho * sq * last_y[i];
    times_H(s, y, pairs - 1, gamma, inner, r);
    double yr = dot(last_y, r);
    for (int i = 0; i < N; i++)
        r[i] += rho * (sq - yr) * last_s[i];
}

START_TEST(lbfgs_directions_are_H_times_g)
{
    gd_params *net = gd_params_new();
    bowl p = bowl_new(net);
    gd_lbfgs_options options = gd_lbfgs_dialect(GD_TORCH);
    options.history_size = HISTORY;
    options.max_iter = 1;
    options.tolerance_change = options.tolerance_grad = 0;
    p.o = gd_lbfgs(net, options);
    double w[ITERATIONS + 1][N], g[ITERATIONS + 1][N], s[ITERATIONS][N], y[ITERATIONS][N];
    for (int k = 0; k <= ITERATIONS; k++) {
        ridge(&p);
        flat(&p, w[k], g[k]);
        gd_step_closure(p.o, ridge, &p);
    }
    for (int k = 1; k < ITERATIONS && dot(g[k], g[k]) > (sizeof(gd_real) == 4 ? 1e-2 : 1e-12); k++) {
        for (int i = 0; i < N; i++) {
            s[k - 1][i] = w[k][i] - w[k - 1][i];
            y[k - 1][i] = g[k][i] - g[k - 1][i];
        }
        int first = k > HISTORY ? k - HISTORY : 0;
        double gamma = dot(s[k - 1], y[k - 1]) / dot(y[k - 1], y[k - 1]), r[N];
        times_H(s + first, y + first, k - first, gamma, g[k], r);
        for (int i = 0; i < N; i++)
            ck_assert_msg(fabs(w[k + 1][i] - (w[k][i] - r[i])) < (sizeof(gd_real) == 4 ? 2e-3 : 1e-9),
                          "step %d, element %d: %g, expected %g", k, i, w[k + 1][i] - w[k][i], -r[i]);
    }
    ck_assert(dot(g[5], g[5]) > 1e-12);     /* it did not end before the history was full */
    gd_optimizer_free(p.o);
    gd_params_free(net);
}
END_TEST

/* With one iteration a call, each step must satisfy both Wolfe conditions (unless the search ran out). */
START_TEST(lbfgs_steps_satisfy_wolfe)
{
    const function *f = &functions[_i];
    gd_params *net = gd_params_new();
    problem p = { f, gd_param(net, "x", gd_scalar(f->x)), gd_param(net, "y", gd_scalar(f->y)), NULL, 0 };
    gd_lbfgs_options options = gd_lbfgs_defaults();
    options.max_iter = 1;
    p.o = gd_lbfgs(net, options);
    for (int i = 0; i < 30; i++) {
        double f0 = evaluate(&p), gx = p.x->grad->data[0], gy = p.y->grad->data[0];
        double x = gd_item(p.x), y = gd_item(p.y);
        if (fmax(fabs(gx), fabs(gy)) < 1e-3)
            break;
        gd_step_closure(p.o, evaluate, &p);
        double dx = gd_item(p.x) - x, dy = gd_item(p.y) - y, f1 = evaluate(&p);
        double slope0 = gx * dx + gy * dy, slope1 = p.x->grad->data[0] * dx + p.y->grad->data[0] * dy;
        ck_assert_msg(slope0 < 0, "%s, step %d: not a descent direction: %g", f->name, i, slope0);
        ck_assert_msg(f1 <= f0 + 1e-4 * slope0 + 1e-6 * fabs(f0), "%s, step %d: %g -> %g", f->name, i, f0, f1);
        ck_assert_msg(fabs(slope1) <= -0.9001 * slope0, "%s, step %d: slopes %g -> %g", f->name, i, slope0,
                      slope1);
    }
    gd_optimizer_free(p.o);
    gd_params_free(net);
}
END_TEST

START_TEST(lbfgs_edges)
{
    gd_on_error(NULL);
    gd_params *net = gd_params_new();
    bowl p = bowl_new(net);
    p.o = gd_lbfgs(net, gd_lbfgs_defaults());
    ck_assert(!gd_step(p.o));
    ck_message("gd_step: gd_lbfgs evaluates the loss several times in a step: use gd_step_closure");
    ck_assert(gd_optimizer_group(p.o, "b", NULL) == NULL);
    ck_message("gd_optimizer_group: gd_lbfgs treats all parameters alike and has one group");
    ck_assert(!gd_optimizer_trace(p.o, p.b, GD_SHAPE()));
    ck_message("gd_optimizer_trace: gd_lbfgs has no state for a single parameter");
    p.fail_at = 1;
    gd_real b = p.b->data[0];
    ck_assert(isnan(gd_step_closure(p.o, ridge, &p)) && p.b->data[0] == b && p.o->steps == 0);
    ck_message("gd_lbfgs: the closure's loss is nan");
    p.fail_at = 4;                          /* in the line search: a step that is too long */
    double first = gd_step_closure(p.o, ridge, &p);
    ck_assert(!isnan(first) && ridge(&p) < first);
    gd_freeze(p.b);                         /* stays where it is, whatever the history */
    b = p.b->data[0];
    for (int i = 0; i < 8; i++)
        p.w->data[i] += 1;
    first = gd_step_closure(p.o, ridge, &p);
    ck_assert(p.b->data[0] == b && ridge(&p) < first);
    ck_assert(gd_optimizer_state(p.o, NULL, "s")->shape[1] == 9);
    ck_assert_double_ge(*gd_optimizer_number(p.o, NULL, "pairs"), 3);
    gd_param(net, "late", gd_ones(GD_SHAPE(4)));        /* starts with an empty history */
    gd_requires_grad(p.b);
    first = gd_step_closure(p.o, ridge, &p);
    ck_assert(ridge(&p) <= first && gd_optimizer_state(p.o, NULL, "s")->shape[1] == 13);
    gd_optimizer_free(p.o);
    p.o = gd_adam(net, gd_adam_defaults());
    p.fail_at = 0;
    p.w->data[0] += 1;
    double loss = ridge(&p);
    ck_assert(gd_step_closure(p.o, ridge, &p) == loss && ridge(&p) < loss);
    ck_assert(isnan(gd_step_closure(p.o, NULL, NULL)));
    gd_optimizer_free(p.o);
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: L-BFGS");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, lbfgs_finds_the_minimum_of_a_quadratic, 0, 4);
    tcase_add_test(tc, lbfgs_directions_are_H_times_g);
    tcase_add_loop_test(tc, lbfgs_steps_satisfy_wolfe, 0, FUNCTIONS);
    tcase_add_test(tc, lbfgs_edges);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
