/* test_capture_decisions.c - captured steps decide again in each run: by labels, infinities and repeated indices; they
 * draw the generator's next numbers; and what depends on arguments alone is the same each time. */
#include <math.h>
#include <string.h>

#include "gradus/picking.h"
#include "gradus/program.h"
#include "gradus/random.h"
#include "support/support.h"
#include "tensor/recycle.h"

enum { RUNS = 6 };

/* A step with one input of six numbers, which are others in each run, and a leaf of the same shape. */
typedef struct step {
    const char  *name;
    gd_function *function;
    double       numbers[RUNS][6];          /* all 0: of no interest */
} step;

/* ---- New tensors ------------------------------------------------------------------------------------------------- */

#define MAKES(name, value)                                                                               \
    static gd_tensor *name(gd_tensor *const in[], int n, void *context)                                  \
    {                                                                                                    \
        (void)in, (void)n, (void)context;                                                                \
        return gd_shift(value, 1);                                                                       \
    }

MAKES(from, gd_from(GD_SHAPE(3), (const gd_real[]){ 1.5f, -2, 7 }))
MAKES(arange, gd_arange(-2, 5, 0.75))
MAKES(linspace, gd_linspace(-1, 2, 7))
MAKES(eye, gd_eye(4))
MAKES(sinusoidal, gd_sinusoidal_positions(5, 6))
MAKES(uniform, gd_uniform(GD_SHAPE(3, 5), -2, 3))
MAKES(normal, gd_normal(GD_SHAPE(7), 1, 2))
MAKES(permutation, gd_permutation(9))
MAKES(whole, gd_randint(GD_SHAPE(8), -4, 11))
MAKES(exponential, gd_exponential(GD_SHAPE(6), 0.5))
MAKES(truncated, gd_truncated_normal(GD_SHAPE(6), 0, 1, -0.5, 2))
MAKES(one_hot, gd_one_hot(in[0], 4))
MAKES(bernoulli, gd_bernoulli(in[0]))
MAKES(multinomial, gd_multinomial(in[0], 4, true))
MAKES(sample, gd_multinomial(in[0], 3, false))
MAKES(choice, gd_random_choice(in[0], 4, false, NULL))
MAKES(weighted_choice, gd_random_choice(gd_reshape(in[0], GD_SHAPE(3, 2)), 2, true, gd_arange(1, 4, 1)))

#define WHOLE { { 0, 1, 2, 3, 2, 1 }, { 3, 3, 3, 3, 3, 3 }, { 1, 0, 3, 2, 1, 0 }, { 0, 0, 1, 1, 2, 2 }, \
                { 2, 3, 0, 1, 3, 3 }, { 3, 2, 1, 0, 0, 1 } }
#define PLACES { { 0, 1, 2, 3, 4, 5 }, { 5, 4, 3, 2, 1, 0 }, { 1, 1, 2, 2, 3, 3 }, { 0, 0, 0, 0, 0, 0 }, \
                 { 3, 4, 5, 0, 1, 2 }, { 5, 5, 4, 4, 0, 1 } }
#define SHARES { { .1, .2, .3, .4, .5, .6 }, { 1, 0, 1, 0, 1, .5 }, { .9, .8, .7, .6, .5, .4 }, \
                 { .5, .5, .5, .5, .5, .5 }, { 0, .1, .1, .9, .3, 0 }, { .25, .5, .75, 1, .1, .2 } }

/* ---- Operations and rules that decide by numbers ----------------------------------------------------------------- */

static gd_tensor *with_gradient(gd_tensor *y)
{
    gd_backward_from(y, gd_shift(gd_scale(gd_detach(y), 0.37), 0.6), false);
    return y;
}

/* The leaf x has the numbers of in[0]. */
#define DECIDES(name, value)                                                                             \
    static gd_tensor *name(gd_tensor *const in[], int n, void *context)                                  \
    {                                                                                                    \
        (void)in, (void)n;                                                                               \
        gd_tensor *x = context;                                                                          \
        gd_zero_grad_of(x);                                                                              \
        return with_gradient(value);                                                                     \
    }

DECIDES(logsumexp, gd_logsumexp(gd_reshape(x, GD_SHAPE(2, 3)), 1, false))
DECIDES(std, gd_std_axis(gd_reshape(x, GD_SHAPE(2, 3)), 1, 1, false))
DECIDES(mean, gd_mean(x))
DECIDES(running_sum, gd_cumsum(x, 0))
DECIDES(product, gd_prod(x))
DECIDES(scatter, gd_scatter(gd_scale(x, 2), 0, in[0], gd_scale(x, 3)))
DECIDES(masked, gd_masked_fill(x, gd_gt(in[0], gd_scalar(1)), -7))
DECIDES(largest, gd_max(x))

#define HUGE_NUMBERS { { 1, 2, 3, 4, 5, 6 }, { 1, 2, 3, 4, 5, 6.5 }, { 1, 2, 3, -INFINITY, 5, 6 }, \
                       { -INFINITY, -INFINITY, -INFINITY, .13, .77, -1.31 }, { 1, 2, INFINITY, -7.1, .37, 6.3 }, \
                       { .3, .1, 3.7, 3, 2, 1 } }
#define LARGE_NUMBERS(max) { { 1, 2, 3, 4, 5, 6 }, { 1, 2, 3, 4, 5, 7 }, \
                             { (max), (max), -(max), -(max), (max), 1 }, { (max), -(max), 0, 1, 2, 3 }, \
                             { 1e-30, 2e-30, 3e-30, 0, 0, 0 }, { 3, 3, 3, 4, 4, 5 } }
#ifdef GD_DOUBLE
#define MOST 1.373e308
#else
#define MOST 2.6e38
#endif

static const step steps[] = {
    { "gd_from",            from,            { { 0 } } },
    { "gd_arange",          arange,          { { 0 } } },
    { "gd_linspace",        linspace,        { { 0 } } },
    { "gd_eye",             eye,             { { 0 } } },
    { "gd_sinusoidal_positions", sinusoidal, { { 0 } } },
    { "gd_uniform",         uniform,         { { 0 } } },
    { "gd_normal",          normal,          { { 0 } } },
    { "gd_permutation",     permutation,     { { 0 } } },
    { "gd_randint",         whole,           { { 0 } } },
    { "gd_exponential",     exponential,     { { 0 } } },
    { "gd_truncated_normal", truncated,      { { 0 } } },
    { "gd_one_hot",         one_hot,         WHOLE },
    { "gd_bernoulli",       bernoulli,       SHARES },
    { "gd_multinomial, replaced", multinomial, SHARES },
    { "gd_multinomial",     sample,          SHARES },
    { "gd_random_choice",   choice,          SHARES },
    { "gd_random_choice, weights", weighted_choice, SHARES },
    { "gd_logsumexp",       logsumexp,       HUGE_NUMBERS },
    { "gd_std_axis",        std,             LARGE_NUMBERS(MOST) },
    { "gd_mean",            mean,            LARGE_NUMBERS(MOST) },
    { "gd_cumsum",          running_sum,     LARGE_NUMBERS(MOST) },
    { "gd_prod",            product,         LARGE_NUMBERS(MOST) },
    { "gd_scatter",         scatter,         PLACES },
    { "gd_masked_fill",     masked,          WHOLE },
    { "gd_max",             largest,         WHOLE },
};
enum { STEPS = sizeof steps / sizeof *steps };

static gd_tensor *input_of(const step *s, int run)
{
    gd_tensor *in = gd_zeros(GD_SHAPE(6));
    for (int i = 0; i < 6; i++)
        in->data[i] = (gd_real)s->numbers[run][i];
    return in;
}

static void set(gd_tensor *leaf, gd_tensor *numbers)
{
    GD_NO_GRAD;
    ck_good(gd_assign(leaf, numbers));
}

START_TEST(same_bits_in_each_run)
{
    GD_SCOPE;
    const step *s = &steps[_i];
    gd_tensor *usual = gd_requires_grad(gd_zeros(GD_SHAPE(6))), *leaf = gd_requires_grad(gd_zeros(GD_SHAPE(6)));
    gd_program *program = gd_capture(s->function, leaf);
    uint64_t random[2][4];
    gd_seed(5);
    ck_assert(gd_generator_state(NULL, random[0]) && gd_generator_state(NULL, random[1]));
    for (int run = 0; run < RUNS; run++) {
        GD_SCOPE;
        gd_tensor *const in[] = { input_of(s, run) };
        set(usual, in[0]);
        set(leaf, in[0]);
        ck_assert(gd_generator_set_state(NULL, random[0]));
        gd_tensor *y = s->function(in, 1, usual);
        ck_assert_msg(y != NULL, "%s: %s", s->name, gd_last_error());
        ck_assert(gd_generator_state(NULL, random[0]) && gd_generator_set_state(NULL, random[1]));
        gd_tensor *again = gd_run(program, in, 1);
        ck_assert(gd_generator_state(NULL, random[1]));
        ck_assert_msg(same_bits(y, again), "%s: run %d has other values", s->name, run);
        ck_assert_msg(!usual->grad || same_bits(usual->grad, leaf->grad), "%s: run %d: other gradients", s->name, run);
        ck_assert_msg(memcmp(random[0], random[1], sizeof random[0]) == 0, "%s: other numbers drawn", s->name);
    }
    ck_assert_msg(runs_again_of(program) == RUNS - 2, "%s: %s", s->name, said_of(program));
    gd_program_free(program);
}
END_TEST

/* ---- Checks that fail in a run ----------------------------------------------------------------------------------- */

MAKES(gathers, gd_gather(gd_arange(0, 4, 1), 0, in[0]))
MAKES(embeds, gd_embedding(gd_ones(GD_SHAPE(4, 2)), in[0]))
MAKES(selects, gd_index_select(gd_ones(GD_SHAPE(2, 4)), 1, in[0]))
MAKES(scatters, gd_scatter(gd_ones(GD_SHAPE(4)), 0, in[0], gd_ones(GD_SHAPE(6))))

static const struct {
    gd_function *function;
    const char  *message;
} checks[] = {
    { one_hot,     "gd_one_hot: labels[2] = 9 is not a whole number in [0, 4)" },
    { gathers,     "gd_gather: index[2] = 9 is not a whole number in [0, 4)" },
    { embeds,      "gd_embedding: index[2] = 9 is not a whole number in [0, 4)" },
    { selects,     "gd_index_select: index[2] = 9 is not a whole number in [0, 4)" },
    { scatters,    "gd_scatter: index[2] = 9 is not a whole number in [0, 4)" },
    { bernoulli,   "gd_bernoulli: element 2 of p is 9, and probabilities lie in [0, 1]" },
    { multinomial, "gd_multinomial: weight 2 of row 0 is inf: weights are finite and not negative" },
};

/* The fourth run is given a number that is not valid: it has the usual message, and the fifth goes on. */
START_TEST(checked_in_each_run)
{
    GD_SCOPE;
    gd_program *program = gd_capture(checks[_i].function, NULL);
    for (int run = 0; run < 5; run++) {
        GD_SCOPE;
        gd_tensor *in = gd_from(GD_SHAPE(6), (const gd_real[]){ 1, 0, 1, 0, 0, 1 });
        if (run == 3)
            in->data[2] = checks[_i].function == multinomial ? (gd_real)INFINITY : 9;
        gd_clear_error();
        gd_tensor *y = gd_run(program, &in, 1);
        if (run == 3) {
            ck_assert_ptr_null(y);
            ck_assert_str_eq(gd_last_error(), checks[_i].message);
        } else {
            ck_assert_msg(y != NULL, "%s", gd_last_error());
        }
    }
    ck_assert_int_eq(runs_again_of(program), 3);
    gd_program_free(program);
}
END_TEST

/* ---- What cannot be run again ------------------------------------------------------------------------------------ */

/* x + the gradient of its logsumexp, differentiated again. */
static gd_tensor *second_derivative(gd_tensor *const in[], int n, void *context)
{
    (void)in, (void)n;
    gd_tensor *x = context, *dx;
    gd_zero_grad_of(x);
    if (!gd_grad(gd_logsumexp(x, 0, false), NULL, &x, 1, &dx, true))
        return NULL;
    gd_tensor *y = gd_sum(gd_square(dx));
    gd_backward(y);
    return y;
}

START_TEST(second_derivative_that_depends_on_values)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_arange(0, 4, 1));
    gd_program *program = gd_capture(second_derivative, x);
    gd_real first = 0;
    for (int run = 0; run < 4; run++) {
        const gd_tensor *y = gd_run(program, NULL, 0);
        ck_assert(y && isfinite(y->data[0]));
        ck_assert(run == 0 || y->data[0] == first);
        first = y->data[0];
    }
    ck_assert(strstr(said_of(program), "cannot be captured: gd_logsumexp has a derivative that depends on values"));
    gd_program_free(program);
}
END_TEST

int main(void)
{
    gi_least_apart = 1;                     /* results share their memory as soon as they are not small */
    Suite *suite = suite_create("capture: decisions");
    TCase *cases = tcase_create("each run");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, same_bits_in_each_run, 0, STEPS);
    tcase_add_loop_test(cases, checked_in_each_run, 0, sizeof checks / sizeof *checks);
    tcase_add_test(cases, second_derivative_that_depends_on_values);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
