/* test_optim_adafactor.c - what Adafactor keeps for a parameter, and algorithms whose states have other shapes than
 * their parameters.  Its numbers are tested in test_optim_golden.c and test_optim_dialects.c. */
#include "support/optimizers.h"
#include "support/scratch.h"

START_TEST(a_row_and_a_column_are_kept)
{
    gd_params *net = gd_params_new();
    gd_tensor *matrix = gd_param(net, "matrix", noisy(GD_SHAPE(30, 40)));
    gd_tensor *stack = gd_param(net, "stack", noisy(GD_SHAPE(2, 5, 3, 4)));
    gd_tensor *vector = gd_param(net, "vector", noisy(GD_SHAPE(7))), *scalar = gd_param(net, "scalar", gd_scalar(1));
    gd_optimizer *o = gd_adafactor(net, gd_adafactor_defaults());
    for (int i = 0; i < gd_params_tensors(net); i++)
        ck_assert(gd_optimizer_start(o, gd_params_at(net, i)));
    ck_shape(gd_optimizer_state(o, matrix, "row_var"), 30, 1);
    ck_shape(gd_optimizer_state(o, matrix, "col_var"), 1, 40);
    ck_shape(gd_optimizer_state(o, stack, "row_var"), 2, 5, 3, 1);
    ck_shape(gd_optimizer_state(o, stack, "col_var"), 2, 5, 1, 4);
    ck_shape(gd_optimizer_state(o, vector, "variance"), 7);
    ck_assert_int_eq(gd_optimizer_state(o, scalar, "variance")->ndim, 0);
    ck_assert(!gd_optimizer_state(o, matrix, "variance") && !gd_optimizer_state(o, vector, "row_var"));
    ck_no_message();
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

/* With all g^2 = r c of rank one the estimate is exact: after one step u is the sign of g, everywhere. */
START_TEST(squares_of_rank_one_are_estimated_exactly)
{
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_full(GD_SHAPE(3, 4), 2)), *g = gd_zeros(GD_SHAPE(3, 4));
    for (int i = 0; i < 12; i++)
        g->data[i] = (gd_real)((i % 2 ? -1 : 1) * (1 + i / 4) * (1 << i % 4));
    gd_adafactor_options options = gd_adafactor_defaults();
    options.lr = 0.25;
    gd_optimizer *o = gd_adafactor(net, options);
    gd_set_grad(w, g);
    ck_assert(gd_step(o));
    for (int i = 0; i < 12; i++)            /* rms(w) is 2 */
        ck_assert(close_to(w->data[i], i % 2 ? 2.5 : 1.5, 1e-6));
    gd_optimizer_free(o);
    gd_params_free(net);
}
END_TEST

START_TEST(a_trace_shows_the_row_and_the_column_of_an_element)
{
    model m = model_new();
    gd_optimizer *o = make_adafactor(m.net);
    ck_assert(gd_optimizer_trace(o, m.a, GD_SHAPE(1, 3)) && gd_optimizer_trace(o, m.b, GD_SHAPE(4)));
    random_step(o, &m, true);
    random_step(o, &m, true);
    const gd_trace_row *of_a = gd_trace_at(o, 2), *of_b = gd_trace_at(o, 3);
    ck_assert(of_a->state[0] == (double)gd_optimizer_state(o, m.a, "row_var")->data[1]);
    ck_assert(of_a->state[1] == (double)gd_optimizer_state(o, m.a, "col_var")->data[3]);
    ck_assert(isnan(of_a->state[2]) && isnan(of_b->state[0]));
    ck_assert(of_b->state[2] == (double)gd_optimizer_state(o, m.b, "variance")->data[4]);
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* A NaN in the gradient of a matrix is in the whole of it, and such a run can be saved and loaded. */
START_TEST(a_run_that_has_diverged_is_saved)
{
    model m = model_new(), other = model_new();
    gd_optimizer *o = make_adafactor(m.net), *o2 = make_adafactor(other.net);
    gd_tensor *g = noisy(GD_SHAPE(3, 4));
    g->data[5] = (gd_real)NAN;
    gd_set_grad(m.a, g);
    ck_assert(gd_step(o));
    for (int i = 0; i < 12; i++)
        ck_assert(isnan(m.a->data[i]));
    ck_assert(gd_save("diverged", m.net, o));
    ck_assert_msg(gd_load("diverged", other.net, o2), "%s", gd_last_error());
    gd_optimizer_state(o, m.a, "row_var")->data[2] = -1;
    ck_assert(!gd_save("diverged", m.net, o));
    ck_message("gd_save: \"a\": row_var is -1 at element 2 and must lie in [0, inf)");
    gd_optimizer_free(o);
    gd_optimizer_free(o2);
    gd_params_free(m.net);
    gd_params_free(other.net);
}
END_TEST

/* ---- Algorithms of one's own ------------------------------------------------------------------------------------ */

typedef struct own_options { double lr; } own_options;

static bool too_long(int k, gd_shape *shape)
{
    shape->size[0] = 2;
    return k == 0;
}

static void nothing(const gd_update *u)
{
    (void)u;
}

START_TEST(shapes_that_no_state_can_have)
{
    model m = model_new();
    gd_algorithm own = { .name = "own", .options_size = sizeof(own_options), .states = { "first", "second" },
                         .update = nothing, .by_element = true, .state_shape = too_long };
    ck_assert_ptr_null(gd_optimizer_new(m.net, &own, &(own_options){ .lr = 1 }));
    ck_message("gd_optimizer_new: own: with by_element, every state has the parameter's shape");
    own.by_element = false;
    gd_optimizer *o = gd_optimizer_new(m.net, &own, &(own_options){ .lr = 1 });
    ck_assert(o && !gd_optimizer_start(o, m.a));
    ck_message("own: the state first of a, [3, 4], must have its shape, with 1 along the axes that it lacks");
    gd_set_grad(m.a, noisy(GD_SHAPE(3, 4)));
    ck_assert(!gd_step(o) && o->steps == 0 && !gd_optimizer_state(o, m.a, "first"));
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

int main(void)
{
    gd_on_error(NULL);
    Suite *suite = suite_create("optim: Adafactor");
    TCase *tc = scratch_case(suite, "all");
    tcase_add_test(tc, a_row_and_a_column_are_kept);
    tcase_add_test(tc, squares_of_rank_one_are_estimated_exactly);
    tcase_add_test(tc, a_trace_shows_the_row_and_the_column_of_an_element);
    tcase_add_test(tc, a_run_that_has_diverged_is_saved);
    tcase_add_test(tc, shapes_that_no_state_can_have);
    return run_suite(suite);
}
