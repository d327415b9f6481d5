/* test_optim_swap.c - gd_optimizer_swap: what is to be evaluated, in the place of what the steps move; schedule-free
 * AdamW under learning rates that change.  The rule itself is in test_optim_golden.c and test_optim_dialects.c. */
#include "support/optimizers.h"
#include "support/scratch.h"

/* A run by the rule as it is written, x kept apart. */
typedef struct point { double x, y, z, v, sum, largest; } point;

static void by_hand(point *p, double g, double t, double lr, bool largest_lr)
{
    p->v = 0.999 * p->v + 0.001 * g * g;
    p->z -= lr * g / (sqrt(p->v / (1 - pow(0.999, t))) + 1e-8);
    p->largest = fmax(p->largest, lr);
    const double weight = largest_lr ? p->largest * p->largest : lr * lr;
    p->sum += weight;
    if (weight > 0)
        p->x += weight / p->sum * (p->z - p->x);
    p->y = 0.9 * p->x + 0.1 * p->z;
}

START_TEST(x_is_the_average_weighted_by_the_learning_rates)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_scalar(1));
    gd_schedule_free_options options = gd_schedule_free_adamw_defaults();
    options.largest_lr = _i;
    gd_optimizer *o = gd_schedule_free_adamw(net, options);
    gd_set_schedule(&o->first, gd_lr_warmup(gd_lr_exponential(0.1, 0.7), 3, 0));    /* the first lr is 0 */
    point p = { .x = 1, .y = 1, .z = 1 };
    for (int t = 1; t <= 12; t++) {
        GD_SCOPE;
        const double g = p.y - 0.3;
        gd_set_grad(w, gd_scalar(g));
        ck_assert(gd_step(o));
        by_hand(&p, g, t, o->lr, _i);
        ck_assert_msg(close_to(w->data[0], p.y, 1e-5), "step %d: y is %g, not %g", t, (double)w->data[0], p.y);
        ck_assert(gd_optimizer_swap(o));
        ck_assert_msg(close_to(w->data[0], p.x, 1e-5), "step %d: x is %g, not %g", t, (double)w->data[0], p.x);
        ck_assert(gd_optimizer_swap(o));
    }
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* Swapping between steps changes nothing in the run, bit by bit. */
START_TEST(a_run_does_not_notice_that_it_is_evaluated)
{
    model m = model_new(), other = model_new();
    gd_optimizer *o = make_schedule_free(m.net), *o2 = make_schedule_free(other.net);
    ck_assert(gd_optimizer_swap(o) && gd_optimizer_swap(o));        /* before any step: nothing to exchange */
    for (int i = 0; i < 9; i++) {
        noise_state = (uint64_t)i + 1;
        random_step(o, &m, i % 3 != 1);
        noise_state = (uint64_t)i + 1;
        random_step(o2, &other, i % 3 != 1);
        ck_assert(gd_optimizer_swap(o));
        ck_assert(memcmp(m.a->data, other.a->data, 12 * sizeof *m.a->data) != 0 || i == 0);
        gd_group_set(&o->first, "eps", 1e-7);                       /* states are looked at again */
        gd_group_set(&o->first, "eps", 1e-8);
        ck_assert(gd_optimizer_swap(o));
        ck_assert(memcmp(m.a->data, other.a->data, 12 * sizeof *m.a->data) == 0);
        ck_assert(memcmp(m.b->data, other.b->data, 5 * sizeof *m.b->data) == 0);
    }
    ck_no_message();
    gd_optimizer_free(o);
    gd_optimizer_free(o2);
    gd_params_free(m.net);
    gd_params_free(other.net);
}
END_TEST

START_TEST(what_is_refused_while_swapped)
{
    static const char swapped[] = "the parameters to be evaluated are swapped in: call gd_optimizer_swap first";
    char want[160];
    model m = model_new();
    gd_optimizer *o = make_schedule_free(m.net);
    random_step(o, &m, true);
    ck_assert(gd_save("before", m.net, o) && gd_optimizer_swap(o));
    gd_set_grad(m.a, noisy(GD_SHAPE(3, 4)));
    ck_assert(!gd_step(o) && o->steps == 1);
    snprintf(want, sizeof want, "gd_step: %s", swapped);
    ck_message(want);
    ck_assert(!gd_save("run", m.net, o));
    snprintf(want, sizeof want, "gd_save: %s", swapped);
    ck_message(want);
    ck_assert(!gd_load("before", m.net, o));
    snprintf(want, sizeof want, "gd_load: %s", swapped);
    ck_message(want);
    ck_assert(gd_save("model", m.net, NULL));                       /* what is to be evaluated, alone */
    ck_assert(gd_optimizer_swap(o) && gd_step(o) && gd_save("run", m.net, o) && gd_load("before", m.net, o));
    ck_no_message();
    gd_optimizer_free(o);
    o = make_adam(m.net);
    ck_assert(!gd_optimizer_swap(o));
    ck_message("gd_optimizer_swap: gd_adam has no other parameters to be evaluated than those that it moves");
    ck_assert(!gd_optimizer_swap(NULL));
    ck_message("gd_optimizer_swap: o is NULL");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* A parameter without a gradient so far, and one that the model gets while others are swapped, are what they are. */
START_TEST(parameters_without_a_step)
{
    model m = model_new();
    gd_optimizer *o = make_schedule_free(m.net);
    random_step(o, &m, false);
    random_step(o, &m, false);
    const gd_real b = m.b->data[0], a = m.a->data[0];
    ck_assert(gd_optimizer_swap(o));
    gd_tensor *late = gd_param(m.net, "late", gd_scalar(7));
    ck_assert(m.b->data[0] == b && m.a->data[0] != a);
    ck_assert(gd_optimizer_swap(o));
    ck_assert(m.b->data[0] == b && m.a->data[0] == a && late->data[0] == 7);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* What was held for a parameter once is not put back after it has been loaded as one without a step. */
START_TEST(a_parameter_that_was_loaded_without_a_step)
{
    model m = model_new();
    gd_optimizer *o = make_schedule_free(m.net);
    random_step(o, &m, false);
    const gd_real b = m.b->data[0];
    ck_assert(gd_save("run", m.net, o));
    random_step(o, &m, true);
    ck_assert(gd_optimizer_swap(o) && gd_optimizer_swap(o) && m.b->data[0] != b);
    random_step(o, &m, true);
    ck_assert(gd_load("run", m.net, o) && m.b->data[0] == b);
    ck_assert(gd_optimizer_swap(o) && m.b->data[0] == b);
    ck_assert(gd_optimizer_swap(o) && m.b->data[0] == b);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

START_TEST(asgd_is_evaluated_at_its_average)
{
    model m = model_new();
    gd_optimizer *o = make_asgd_early(m.net);
    for (int i = 0; i < 8; i++)
        random_step(o, &m, true);
    ck_assert(gd_optimizer_swap(o));
    ck_assert(memcmp(m.a->data, gd_optimizer_state(o, m.a, "ax")->data, 12 * sizeof *m.a->data) == 0);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

int main(void)
{
    gd_on_error(NULL);
    Suite *suite = suite_create("optim: swap");
    TCase *tc = scratch_case(suite, "all");
    tcase_add_loop_test(tc, x_is_the_average_weighted_by_the_learning_rates, 0, 2);
    tcase_add_test(tc, a_run_does_not_notice_that_it_is_evaluated);
    tcase_add_test(tc, what_is_refused_while_swapped);
    tcase_add_test(tc, parameters_without_a_step);
    tcase_add_test(tc, a_parameter_that_was_loaded_without_a_step);
    tcase_add_test(tc, asgd_is_evaluated_at_its_average);
    return run_suite(suite);
}
