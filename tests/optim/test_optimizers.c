/* test_optimizers.c - what all algorithms share: the interface for own algorithms, groups, parameters that have no
 * gradient, are frozen or added late, resuming from a saved state, memory. */
#include "support/optimizers.h"

/* ---- Own algorithms ----------------------------------------------------------------------------------------- */

typedef struct sign_options { double lr; } sign_options;

static void sign_update(const gd_update *u)
{
    for (int64_t i = 0; i < u->n; i++)
        u->w[i] -= (gd_real)u->lr * (gd_real)((u->g[i] > 0) - (u->g[i] < 0));
}

static const gd_algorithm sign = {
    .name = "sign", .options_size = sizeof(sign_options), .update = sign_update
};

START_TEST(ten_lines_are_an_optimizer)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = gd_optimizer_new(m.net, &sign, &(sign_options){ .lr = 0.25 });
    ck_assert_ptr_nonnull(o);
    gd_group *biases = gd_optimizer_group(o, "b.", &(sign_options){ .lr = 0.5 });
    ck_assert(gd_set_schedule(&o->first, gd_lr_step(0.25, 1, 0.5)));
    ck_assert(gd_optimizer_trace(o, m.a, GD_SHAPE(0, 0)));
    gd_fill(gd_freeze(m.a), 1);
    gd_fill(gd_freeze(m.b), 1);
    for (int i = 0; i < 2; i++) {
        gd_set_grad(m.a, gd_full(GD_SHAPE(3, 4), 7));
        gd_set_grad(m.b, gd_full(GD_SHAPE(5), -3));
        ck_assert(gd_step(o));
    }
    ck_assert(m.a->data[11] == (gd_real)0.625 && m.b->data[4] == 2 && biases->lr == 0.5);
    ck_assert(gd_trace_rows(o) == 2 && gd_trace_at(o, 1)->moved == -0.125);
    ck_assert(gd_optimizer_state(o, m.a, "exp_avg") == NULL);
    ck_message("gd_optimizer_state: sign has no state \"exp_avg\": it has none");
    ck_assert_double_eq(*gd_optimizer_number(o, m.a, "step"), 2);
    ck_assert(gd_optimizer_number(o, m.a, "mu") == NULL);
    ck_message("gd_optimizer_number: sign has no number \"mu\": it has step");
    gd_optimizer_free(o);
    o = gd_nadam(m.net, gd_nadam_defaults());
    ck_assert(gd_optimizer_state(o, m.a, "momentum") == NULL);
    ck_message("gd_optimizer_state: gd_nadam has no state \"momentum\": it has exp_avg, exp_avg_sq");
    ck_assert(gd_optimizer_number(o, m.a, "mu") == NULL);
    ck_message("gd_optimizer_number: gd_nadam has no number \"mu\": it has step, mu_product, mu_steps");
    gd_optimizer_free(o);
    ck_assert(gd_optimizer_new(m.net, &sign, &(sign_options){ .lr = NAN }) == NULL);
    ck_message("sign: lr = nan must lie in [0, inf)");
    ck_assert(gd_optimizer_new(m.net, &(gd_algorithm){ .name = "x" }, &(sign_options){ 1 }) == NULL);
    ck_message("gd_optimizer_new: an algorithm needs a name, an update and options that begin with double lr");
    gd_params_free(m.net);
}
END_TEST

/* ---- Which parameters move ---------------------------------------------------------------------------------- */

/* b has a gradient in every second step only: it must move like a parameter that takes just those steps. */
START_TEST(steps_without_gradient_do_not_count)
{
    model m = model_new(), alone = model_new();
    gd_optimizer *o = makers[_i](m.net), *reference = makers[_i](alone.net);
    bool global = makers[_i] == make_yogi_paper || makers[_i] == make_nadam_keras;
    for (int i = 1; i <= 10; i++) {
        GD_SCOPE;
        noise_state = (uint64_t)i;
        gd_tensor *ga = noisy(GD_SHAPE(3, 4)), *gb = noisy(GD_SHAPE(5));
        gd_tensor *before = gd_keep(m.b);
        gd_set_grad(m.a, ga);
        if (i % 2 == 0) {
            gd_set_grad(m.b, gb);
            gd_set_grad(alone.b, gb);
            ck_assert(gd_step(reference));
        }
        ck_assert(gd_step(o));
        ck_assert(i % 2 == 0 || same_bits(before, m.b));
        gd_zero_grad(o);
        gd_zero_grad(reference);
    }
    ck_assert_double_eq(*gd_optimizer_number(o, m.a, "step"), 10);
    ck_assert_double_eq(*gd_optimizer_number(o, m.b, "step"), 5);
    ck_assert_int_eq((int)o->steps, 10);
    ck_assert_msg(global || same_bits(m.b, alone.b), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(reference);
    gd_params_free(m.net);
    gd_params_free(alone.net);
}
END_TEST

static gd_tensor *loss_of(const model *m)
{
    return gd_add(gd_sum(gd_square(m->a)), gd_sum(gd_square(m->b)));
}

START_TEST(frozen_and_late_parameters)
{
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        ck_assert(gd_backward(loss_of(&m)) && gd_step(o));
        gd_zero_grad(o);
    }
    gd_freeze(m.b);
    gd_tensor *b = gd_keep(m.b), *a = gd_keep(m.a);
    gd_tensor *late = gd_param(m.net, "late", gd_full(GD_SHAPE(2), 3));
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        ck_assert(gd_backward(gd_add(loss_of(&m), gd_sum(gd_square(late)))) && gd_step(o));
        gd_zero_grad(o);
    }
    ck_assert(same_bits(b, m.b) && !same_bits(a, m.a) && late->data[0] < 3 && late->data[0] == late->data[1]);
    ck_assert_double_eq(*gd_optimizer_number(o, m.b, "step"), 3);
    ck_assert_double_eq(*gd_optimizer_number(o, late, "step"), 3);
    gd_requires_grad(m.b);
    GD_SCOPE;
    ck_assert(gd_backward(loss_of(&m)) && gd_step(o));
    ck_assert(!same_bits(b, m.b));
    ck_assert_double_eq(*gd_optimizer_number(o, m.b, "step"), 4);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

START_TEST(gradients_of_any_layout)
{
    model m = model_new(), other = model_new();
    gd_optimizer *o = makers[_i](m.net), *o2 = makers[_i](other.net);
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        gd_tensor *turned = noisy(GD_SHAPE(4, 3));
        m.a->grad = gd_transpose(turned, 0, 1);
        gd_set_grad(other.a, gd_transpose(turned, 0, 1));
        m.b->grad = gd_expand(noisy(GD_SHAPE(1)), GD_SHAPE(5));
        gd_set_grad(other.b, m.b->grad);
        ck_assert(!m.a->grad->contiguous && other.a->grad->contiguous && !m.b->grad->contiguous);
        ck_assert(gd_step(o) && gd_step(o2));
        gd_zero_grad(o);
        gd_zero_grad(o2);
    }
    ck_assert_msg(same_bits(m.a, other.a) && same_bits(m.b, other.b), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(o2);
    gd_params_free(m.net);
    gd_params_free(other.net);
}
END_TEST

/* Climbing f is descending -f, to the last bit. */
START_TEST(maximize_is_minus_the_gradient)
{
    model m = model_new(), other = model_new();
    gd_optimizer *o = makers[_i](m.net), *o2 = makers[_i](other.net);
    ck_assert(gd_group_set(&o->first, "maximize", 1));
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        gd_tensor *g = noisy(GD_SHAPE(3, 4));
        gd_set_grad(m.a, gd_neg(g));
        gd_set_grad(other.a, g);
        ck_assert(gd_step(o) && gd_step(o2));
    }
    ck_assert_msg(same_bits(m.a, other.a), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(o2);
    gd_params_free(m.net);
    gd_params_free(other.net);
}
END_TEST

START_TEST(backward_refuses_stale_graphs)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    GD_SCOPE;
    gd_tensor *loss = loss_of(&m);
    ck_assert(gd_backward(loss) && gd_backward(loss) && gd_step(o));
    ck_no_message();
    ck_assert(!gd_backward(loss));
    ck_assert_ptr_nonnull(gd_last_error());
    gd_clear_error();
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* ---- Groups ------------------------------------------------------------------------------------------------- */

START_TEST(groups_have_their_own_options)
{
    gd_on_error(NULL);
    model m = model_new();
    gd_tensor *c = gd_param(m.net, "c", gd_ones(GD_SHAPE(1)));
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = 1;
    gd_optimizer *o = gd_sgd(m.net, options);
    gd_group *biases = gd_optimizer_group(o, "b.", NULL);
    ck_assert(biases->lr == 1);
    ck_assert(gd_group_set(biases, "weight_decay", 0.5) && gd_group_set(biases, "lr", 0.25));
    options.momentum = 0.5;
    options.lr = 2;
    gd_group *third = gd_optimizer_group(o, NULL, &options);
    ck_assert(gd_group_add(third, c));
    gd_tensor *late = gd_param(m.net, "b.late", gd_full(GD_SHAPE(1), 4));
    for (int i = 0; i < 2; i++) {
        gd_set_grad(m.a, gd_ones(GD_SHAPE(3, 4)));
        gd_set_grad(c, gd_ones(GD_SHAPE(1)));
        gd_set_grad(late, gd_ones(GD_SHAPE(1)));
        ck_assert(gd_step(o));
    }
    ck_assert_double_eq_tol(late->data[0], (4 - 0.25 * (1 + 2)) * (1 - 0.125) - 0.25, 1e-6);
    ck_assert_double_eq_tol(c->data[0], 1 - 2 * 1 - 2 * 1.5, 1e-6);
    ck_assert(gd_optimizer_state(o, c, "momentum_buffer") != NULL);
    ck_assert(gd_optimizer_state(o, m.a, "momentum_buffer") == NULL);
    ck_assert(gd_optimizer_state(o, late, "momentum_buffer") == NULL);
    ck_no_message();
    gd_group_set(&o->first, "momentum", 0.5);           /* state from now on */
    ck_assert(gd_step(o) && gd_optimizer_state(o, m.a, "momentum_buffer") != NULL);
    ck_assert(!gd_group_set(biases, "beta1", 0));
    ck_message("gd_group_set: gd_sgd has no option \"beta1\"");
    ck_assert(!gd_group_set(biases, "momentum", -1) && gd_group_get(biases, "momentum") == 0);
    ck_message(sizeof(gd_real) == 4 ? "gd_group_set: momentum = -1 must lie in [0, 3.40282e+38]" :
                "gd_group_set: momentum = -1 must lie in [0, 1.79769e+308]");
    ck_assert(!gd_group_set(biases, "nesterov", 1) && gd_group_get(biases, "nesterov") == 0);
    ck_message("gd_sgd: nesterov needs momentum > 0 and dampening = 0, not 0 and 0");
    ck_assert(!gd_group_set(biases, "nesterov", 0.5));
    ck_message("gd_group_set: nesterov = 0.5 must be a whole number");
    ck_assert(isnan(gd_group_get(biases, "x")));
    ck_message("gd_group_get: gd_sgd has no option \"x\"");
    ck_assert(!gd_group_add(biases, gd_ones(GD_SHAPE(2))));
    ck_message("gd_group_add: the tensor, [2], is not a parameter of this optimizer's model");
    options.lr = -1;
    ck_assert(gd_optimizer_group(o, "a", &options) == NULL);
    ck_message("gd_sgd: lr = -1 must lie in [0, inf)");
    biases->lr = NAN;
    gd_real before = m.a->data[0];
    ck_assert(!gd_step(o) && m.a->data[0] == before);
    ck_message("gd_step: lr = nan must lie in [0, inf)");
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* a takes its first step, then lr or an option changes, then b takes its first: with what is set now. */
START_TEST(changes_between_steps_count_at_once)
{
    gd_on_error(NULL);
    model m = model_new(), fresh = model_new();
    gd_optimizer *o = makers[_i / 2](m.net), *reference = makers[_i / 2](fresh.net);
    gd_tensor *g = noisy(GD_SHAPE(5));
    gd_set_grad(m.a, noisy(GD_SHAPE(3, 4)));
    ck_assert(gd_step(o));
    gd_zero_grad(o);
    reference->steps = 1;
    if (_i % 2)
        o->lr = reference->lr = 0.375;
    else
        for (const gd_option *f = o->algorithm->options; f->name; f++)
            if (f->kind == GD_OPTION_REAL) {
                double now = gd_group_get(&o->first, f->name), value = now == 0 ? 0.25 : now * 1.0009765625;
                if (value >= f->high || gd_group_get(&o->first, "lr") == value)
                    continue;
                gd_group_set(&o->first, f->name, value);            /* a refusal is fine, for both */
                gd_group_set(&reference->first, f->name, value);
            }
    gd_set_grad(m.b, g);
    gd_set_grad(fresh.b, g);
    ck_assert(gd_step(o) && gd_step(reference));
    ck_assert_msg(same_bits(m.b, fresh.b), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(reference);
    gd_params_free(m.net);
    gd_params_free(fresh.net);
}
END_TEST

/* ---- A run that is resumed goes on bit for bit -------------------------------------------------------------- */

typedef struct saved { char owner[16], name[32]; gd_real values[12]; double number; bool is_number; } saved;
typedef struct store { saved at[64]; int count, next; } store;

static void save(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    store *s = context;
    saved *at = &s->at[s->count++];
    snprintf(at->owner, sizeof at->owner, "%s", owner);
    snprintf(at->name, sizeof at->name, "%s", name);
    at->is_number = number != NULL;
    if (number)
        at->number = *number;
    else
        gd_copy_out(tensor, at->values);
}

static void load(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    store *s = context;
    const saved *at = &s->at[s->next++];
    ck_assert_str_eq(at->owner, owner);
    ck_assert_str_eq(at->name, name);
    ck_assert(at->is_number == (number != NULL));
    if (number)
        *number = at->number;
    else
        memcpy(tensor->data, at->values, (size_t)gd_numel(tensor) * sizeof(gd_real));
}

START_TEST(resumed_runs_are_identical)
{
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    for (int i = 0; i < 7; i++)
        random_step(o, &m, i > 3);
    static store kept;
    memset(&kept, 0, sizeof kept);
    ck_assert(gd_optimizer_visit(o, save, &kept));
    int64_t steps = o->steps;
    uint64_t random = noise_state;
    model again = model_new();
    GD_NO_GRAD;
    gd_assign(again.a, m.a);
    gd_assign(again.b, m.b);
    noise_state = random;
    for (int i = 0; i < 7; i++)
        random_step(o, &m, i % 2);
    gd_optimizer *resumed = makers[_i](again.net);
    ck_assert(gd_optimizer_start(resumed, again.a) && gd_optimizer_start(resumed, again.b));
    ck_assert(gd_optimizer_visit(resumed, load, &kept));
    ck_assert_int_eq(kept.next, kept.count);
    resumed->steps = steps;
    noise_state = random;
    for (int i = 0; i < 7; i++)
        random_step(resumed, &again, i % 2);
    ck_assert_msg(same_bits(m.a, again.a) && same_bits(m.b, again.b), "%s", o->algorithm->name);
    gd_optimizer_free(o);
    gd_optimizer_free(resumed);
    gd_params_free(m.net);
    gd_params_free(again.net);
}
END_TEST

START_TEST(steady_state_takes_no_memory_and_leaves_none)
{
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    random_step(o, &m, true);
    size_t live = gd_memory_live();
    for (int i = 0; i < 50; i++)
        random_step(o, &m, i % 3 == 0);
    ck_assert_uint_eq(gd_memory_live(), live);
    gd_params_free(m.net);
    gd_optimizer_free(o);                   /* after its model: allowed */
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: optimizers");
    TCase *tc = tcase_create("every algorithm");
    tcase_add_loop_test(tc, steps_without_gradient_do_not_count, 0, MAKERS);
    tcase_add_loop_test(tc, frozen_and_late_parameters, 0, MAKERS);
    tcase_add_loop_test(tc, gradients_of_any_layout, 0, MAKERS);
    tcase_add_loop_test(tc, maximize_is_minus_the_gradient, 0, MAKERS);
    tcase_add_loop_test(tc, changes_between_steps_count_at_once, 0, 2 * MAKERS);
    tcase_add_loop_test(tc, backward_refuses_stale_graphs, 0, MAKERS);
    tcase_add_loop_test(tc, resumed_runs_are_identical, 0, MAKERS);
    tcase_add_loop_test(tc, steady_state_takes_no_memory_and_leaves_none, 0, MAKERS);
    suite_add_tcase(suite, tc);
    tc = tcase_create("once");
    tcase_add_test(tc, ten_lines_are_an_optimizer);
    tcase_add_test(tc, groups_have_their_own_options);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
