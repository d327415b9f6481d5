/* The check of 22_yogi: through gd_step, beside what is often written instead; and that groups and schedules have an
 * effect, which they have when u->lr and u->options are used. */
#include "grader.h"

static yogi_options o;

/* One step when s changes by ds. */
static void with(double *w, double state[2], double g, int t, double ds)
{
    state[0] = o.beta1 * state[0] + (1 - o.beta1) * g;
    state[1] += ds;
    *w -= o.lr * (state[0] / (1 - pow(o.beta1, t))) / (sqrt(state[1] / (1 - pow(o.beta2, t))) + o.eps);
}

static double sign(double x) { return (x > 0) - (x < 0); }

static void rule(double *w, double state[2], double g, int t)
{
    with(w, state, g, t, (1 - o.beta2) * sign(g * g - state[1]) * g * g);
}

static void adam(double *w, double state[2], double g, int t)
{
    with(w, state, g, t, (1 - o.beta2) * (g * g - state[1]));
}

static void reversed(double *w, double state[2], double g, int t)
{
    with(w, state, g, t, (1 - o.beta2) * sign(state[1] - g * g) * g * g);
}

static void unsigned_(double *w, double state[2], double g, int t) { with(w, state, g, t, (1 - o.beta2) * g * g); }

static void weightless(double *w, double state[2], double g, int t)
{
    with(w, state, g, t, sign(g * g - state[1]) * g * g);
}

static void sign_of_g(double *w, double state[2], double g, int t)
{
    with(w, state, g, t, (1 - o.beta2) * sign(g - state[1]) * g * g);
}

static void uncorrected(double *w, double state[2], double g, int t)
{
    (void)t;
    state[0] = o.beta1 * state[0] + (1 - o.beta1) * g;
    state[1] += (1 - o.beta2) * sign(g * g - state[1]) * g * g;
    *w -= o.lr * state[0] / (sqrt(state[1]) + o.eps);
}

/* A model of one parameter, w of the course: gd_step moves it, and its states are copied out. */
static gd_params *net;
static gd_optimizer *optimizer;
static gd_tensor *parameter;

static void step(gd_tensor *w, gd_tensor *const state[2], int t)
{
    if (t == 1) {
        gd_optimizer_free(optimizer);
        gd_params_free(net);
        net = gd_params_new();
        parameter = gd_param(net, "w", gd_detach(w));
        optimizer = gd_optimizer_new(net, &my_yogi, &o);
    }
    GD_NO_GRAD;
    gd_set_grad(parameter, w->grad);
    gd_step(optimizer);
    gd_assign(w, parameter);
    gd_assign(state[0], gd_optimizer_state(optimizer, parameter, "v"));
    gd_assign(state[1], gd_optimizer_state(optimizer, parameter, "s"));
    gd_zero_grad_of(w);
}

static void check_learning_rate(void)
{
    gd_tensor *before = gd_from(GD_SHAPE(3, 2), parameter->data);
    optimizer->lr = 0;
    gd_set_grad(parameter, grade_normal(GD_SHAPE(3, 2)));
    gd_step(optimizer);
    if (!grade_alike(gd_detach(parameter), before))
        grade_wrong("with o->lr = 0 w still moves: the learning rate of the step is u->lr, which schedules change");
}

void grade(void)
{
    static const grade_mistake mistakes[] = {
        { adam, "s moves by g^2 - s, which is Adam; in Yogi it moves by sign(g^2 - s) g^2" },
        { reversed, "s moves away from g^2: the sign is that of g^2 - s" },
        { unsigned_, "s only grows: sign(g^2 - s) is missing" },
        { weightless, "s moves by all of g^2: the factor 1 - beta2 is missing" },
        { sign_of_g, "the sign is that of g - s, and should be that of g^2 - s" },
        { uncorrected, "the bias correction is missing: v and s begin at 0 and are too small at first" },
        { NULL, NULL },
    };
    o = (yogi_options){ .lr = grade_number(0.05, 0.5), .beta1 = grade_number(0.5, 0.7),
                        .beta2 = grade_number(0.2, 0.6), .eps = grade_number(0.01, 0.1) };
    grade_steps(step, rule, mistakes, (const char *[2]){ "v", "s" });
    check_learning_rate();
}
