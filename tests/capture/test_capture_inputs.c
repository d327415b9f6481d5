/* test_capture_inputs.c - where the inputs of a program lie: elsewhere in each run, in the memory of the last result,
 * in that of a parameter; and results that are views of inputs. */
#include "support/support.h"
#include "tensor/recycle.h"

enum { RUNS = 6 };

static gd_tensor *recurrent(gd_tensor *const in[], int n, void *context)
{
    gd_tensor *const *w = context;
    (void)n;
    return gd_tanh(gd_add(gd_matmul(in[0], w[0]), gd_matmul(gd_transpose(in[1], 0, 1), w[1])));
}

static gd_tensor *view(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    (void)context;
    return gd_transpose(gd_slice(in[0], 0, 1, 3, 1), 0, 1);
}

static gd_tensor *numbers(int64_t rows, int64_t columns, int seed)
{
    gd_tensor *t = gd_zeros(GD_SHAPE(rows, columns));
    for (int64_t i = 0; i < t->numel; i++)
        t->data[i] = (gd_real)(((int)i * 7 + seed * 5) % 11 - 5) / 4;
    return t;
}

/* The result of a run is an input of the next one, as itself and as a view. */
START_TEST(a_state_that_is_carried_over)
{
    gd_tensor *w[] = { numbers(3, 4, 1), numbers(4, 4, 2) };
    gd_program *program = gd_capture(recurrent, w);
    gd_tensor *state = numbers(4, 2, 3), *usual = gd_contiguous(state);
    for (int i = 0; i < RUNS; i++) {
        gd_tensor *x = numbers(2, 3, 10 + i);
        gd_tensor *next = gd_run(program, (gd_tensor *[]){ x, state }, 2);
        ck_assert_msg(next != NULL, "%s", gd_last_error());
        gd_tensor *expected = recurrent((gd_tensor *[]){ x, usual }, 2, w);
        ck_assert_msg(same_bits(next, expected), "run %d", i);
        state = gd_transpose(next, 0, 1);
        usual = gd_transpose(expected, 0, 1);
    }
    gd_program_free(program);
}
END_TEST

static gd_tensor *reversed(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    (void)context;
    return gd_flip(in[0], 0);
}

/* The last result is read where it lies while the next one is written there. */
START_TEST(a_result_that_is_turned_round)
{
    gd_program *program = gd_capture(reversed, NULL);
    gd_tensor *state = numbers(7, 1, 3), *usual = gd_contiguous(state);
    for (int i = 0; i < RUNS; i++) {
        state = gd_run(program, &state, 1);
        usual = reversed(&usual, 1, NULL);
        ck_assert_msg(same_bits(state, usual), "run %d", i);
    }
    gd_program_free(program);
}
END_TEST

/* Each run's input has an address of its own, and those of earlier runs are overwritten. */
START_TEST(other_addresses)
{
    gd_tensor *w[] = { numbers(3, 4, 1), numbers(4, 4, 2) }, *before[2] = { NULL, NULL };
    gd_program *program = gd_capture(recurrent, w);
    for (int i = 0; i < RUNS; i++) {
        gd_tensor *in[] = { numbers(2, 3, i), numbers(4, 2, 20 + i) };
        for (int k = 0; k < 2 && before[k]; k++)
            ck_assert(gd_fill(before[k], NAN));
        gd_tensor *y = gd_run(program, in, 2), *expected = recurrent(in, 2, w);
        ck_assert_msg(same_bits(y, expected), "run %d", i);
        before[0] = in[0];
        before[1] = in[1];
    }
    gd_program_free(program);
}
END_TEST

/* The result belongs to the program, even where it is a view of an input that does not live as long. */
START_TEST(a_result_that_is_a_view_of_an_input)
{
    gd_program *program = gd_capture(view, NULL);
    for (int i = 0; i < RUNS; i++) {
        gd_tensor *y, *expected;
        {
            GD_SCOPE;
            gd_tensor *x = numbers(4, 2, i);
            y = gd_run(program, &x, 1);
            expected = gd_keep(gd_contiguous(view(&x, 1, NULL)));
            ck_assert(gd_fill(x, NAN));
        }
        ck_assert_msg(same_bits(y, expected), "run %d", i);
    }
    gd_program_free(program);
}
END_TEST

typedef struct shrinking {
    gd_tensor    *w;
    gd_optimizer *o;
} shrinking;

static gd_tensor *step_with_view(gd_tensor *const in[], int n, void *context)
{
    const shrinking *s = context;
    (void)n;
    gd_tensor *loss = gd_sum(gd_mul(gd_square(s->w), in[0]));
    gd_backward(loss);
    gd_step(s->o);
    gd_zero_grad(s->o);
    return gd_sum(in[0]);                   /* which the step has changed */
}

/* An input that looks at a parameter shows what the step makes of it. */
START_TEST(an_input_that_is_a_view_of_a_parameter)
{
    gd_params *net[2];
    shrinking s[2];
    for (int k = 0; k < 2; k++) {
        net[k] = gd_params_new();
        s[k].w = gd_param(net[k], "w", numbers(2, 2, 4));
        s[k].o = gd_sgd(net[k], (gd_sgd_options){ .lr = 0.05 });
    }
    gd_program *program = gd_capture(step_with_view, &s[0]);
    for (int i = 0; i < RUNS; i++) {
        GD_SCOPE;
        gd_tensor *in = gd_detach(s[0].w), *usual = gd_detach(s[1].w);
        ck_assert_msg(same_bits(gd_run(program, &in, 1), step_with_view(&usual, 1, &s[1])), "run %d", i);
        ck_assert(same_bits(s[0].w, s[1].w));
    }
    gd_program_free(program);
    for (int k = 0; k < 2; k++) {
        gd_optimizer_free(s[k].o);
        gd_params_free(net[k]);
    }
}
END_TEST

/* Also where a version for its shape is there. */
START_TEST(an_input_that_requires_a_gradient)
{
    gd_program *program = gd_capture(view, NULL);
    for (int i = 0; i < 4; i++) {
        gd_tensor *x = numbers(4, 2, i);
        ck_assert(gd_run(program, &x, 1));
        gd_tensor *leaf = gd_requires_grad(numbers(4, 2, i));
        ck_refused(gd_run(program, &leaf, 1), "gd_run: input 0 requires a gradient, which the captured step would not "
                   "give it: gd_detach it, or let the function take it from context");
    }
    gd_program_free(program);
}
END_TEST

int main(void)
{
    gi_least_apart = 1;                     /* results share their memory as soon as they are not small */
    Suite *suite = suite_create("capture: inputs");
    TCase *cases = tcase_create("inputs");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_test(cases, a_state_that_is_carried_over);
    tcase_add_test(cases, a_result_that_is_turned_round);
    tcase_add_test(cases, other_addresses);
    tcase_add_test(cases, a_result_that_is_a_view_of_an_input);
    tcase_add_test(cases, an_input_that_is_a_view_of_a_parameter);
    tcase_add_test(cases, an_input_that_requires_a_gradient);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
