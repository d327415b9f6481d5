/* test_capture_random.c - programs made of random operations give the same bits captured as called, with one thread and
 * with several: results, parameters and random numbers; whatever passes over their lists do. */
#include <string.h>

#include "support/support.h"
#include "support/suite.h"
#include "tensor/recycle.h"

enum { PROGRAMS = 600, GROUPS = 6, RUNS = 4, WEIGHTS = 4, MOST_VALUES = 24 };

typedef struct model {
    uint64_t      seed;
    int64_t       rows, columns;
    gd_params    *net;
    gd_optimizer *adam;
    gd_tensor    *w[WEIGHTS], *b[WEIGHTS];
} model;

/* The state of draw is the whole description of a program: the same seed makes the same one. */
static int below(uint64_t *state, int limit)
{
    return (int)draw(state, (uint64_t)limit);
}

static gd_tensor *two_halves(gd_tensor *a, gd_tensor *b)
{
    const int64_t rows = a->shape[0];
    gd_tensor *const halves[] = { gd_slice(a, 0, 0, rows / 2, 1), gd_slice(b, 0, rows / 2, rows, 1) };
    return gd_concat(halves, 2, 0);
}

static gd_tensor *in_another_shape(gd_tensor *a)
{
    const int64_t m = a->shape[0], n = a->shape[1];
    return gd_reshape(gd_gelu(gd_reshape(a, GD_SHAPE(n, m))), GD_SHAPE(m, n));
}

/* An operation on two of the values so far, all of the same shape. */
static gd_tensor *some_value(const model *m, uint64_t *state, gd_tensor *a, gd_tensor *b)
{
    gd_tensor *w = m->w[below(state, WEIGHTS)], *bias = m->b[below(state, WEIGHTS)];
    switch (below(state, 22)) {
    case 0:  return gd_affine(a, w, NULL);
    case 1:  return gd_gelu(a);
    case 2:  return gd_relu(a);
    case 3:  return gd_tanh(a);
    case 4:  return gd_add(a, b);
    case 5:  return gd_mul(a, b);
    case 6:  return gd_scale(a, 0.5);
    case 7:  return gd_softmax(a, 1);
    case 8:  return gd_cumsum(a, 1);
    case 9:  return gd_layer_norm(a, bias, m->b[0], 1e-5);
    case 10: return gd_dropout(a, 0.3, true);
    case 11: return two_halves(a, b);
    case 12: return in_another_shape(a);
    case 13: return gd_transpose(gd_silu(gd_transpose(a, 0, 1)), 0, 1);
    case 14: return gd_matmul(gd_affine(a, w, bias), gd_gelu(m->w[0]));
    case 15: return gd_silu(gd_affine(a, w, bias));
    case 16: return gd_mish(gd_affine(a, w, bias));
    case 17: return gd_gelu_tanh(gd_affine(a, w, bias));
    case 18: return gd_gelu(gd_affine(a, w, bias));
    default: return gd_affine(a, w, bias);
    }
}

/* Some values, mostly a step of training, and one of the values or the loss as the result. */
static gd_tensor *random_step(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    const model *m = context;
    uint64_t state = m->seed;
    gd_tensor *value[MOST_VALUES] = { in[0] };
    const int count = 5 + below(&state, MOST_VALUES - 5);
    for (int i = 1; i < count; i++)
        value[i] = some_value(m, &state, value[below(&state, i)], value[below(&state, i)]);
    gd_tensor *y = value[below(&state, 3) ? count - 1 : below(&state, count)];
    if (below(&state, 5) == 0)
        return y;
    gd_tensor *loss = gd_mean(gd_square(gd_tanh(value[count - 1])));
    for (int i = 0; i < 2; i++)
        loss = gd_add(loss, gd_mean(gd_tanh(value[below(&state, count)])));
    if (loss && loss->requires_grad) {
        gd_backward(loss);
        gd_step(m->adam);
        gd_zero_grad(m->adam);
    }
    return below(&state, 2) ? y : loss;
}

static model begin(uint64_t seed)
{
    uint64_t state = seed;
    model m = { .seed = seed, .rows = 1 + below(&state, 60), .columns = 1 + below(&state, 60), .net = gd_params_new() };
    static const char *const w[] = { "w0", "w1", "w2", "w3" }, *const b[] = { "b0", "b1", "b2", "b3" };
    for (int i = 0; i < WEIGHTS; i++) {
        m.w[i] = gd_param(m.net, w[i], seeded_values(GD_SHAPE(m.columns, m.columns), (uint64_t)i));
        m.b[i] = gd_param(m.net, b[i], seeded_values(GD_SHAPE(m.columns), (uint64_t)(WEIGHTS + i)));
    }
    m.adam = gd_adam(m.net, gd_adam_defaults());
    return m;
}

static void end(model *m)
{
    gd_optimizer_free(m->adam);
    gd_params_free(m->net);
}

static bool same_weights(const model *a, const model *b)
{
    for (int i = 0; i < WEIGHTS; i++)
        if (!same_bits(a->w[i], b->w[i]) || !same_bits(a->b[i], b->b[i]))
            return false;
    return true;
}

static void same_program(uint64_t seed)
{
    model usual = begin(seed), captured = begin(seed);
    gd_program *program = gd_capture(random_step, &captured);
    for (int run = 0; run < RUNS; run++) {
        GD_SCOPE;
        gd_tensor *x = seeded_values(GD_SHAPE(usual.rows, usual.columns), seed + (uint64_t)run);
        gd_seed((unsigned)run);
        gd_tensor *y = random_step(&x, 1, &usual);
        gd_seed((unsigned)run);
        gd_tensor *again = gd_run(program, &x, 1);
        ck_assert_msg(y && again, "program %llu: %s", (unsigned long long)seed, gd_last_error());
        ck_assert_msg(same_bits(y, again) && same_weights(&usual, &captured), "program %llu, run %d",
                      (unsigned long long)seed, run);
    }
    ck_assert_msg(runs_again_of(program) == RUNS - 2, "program %llu", (unsigned long long)seed);
    gd_program_free(program);
    end(&usual);
    end(&captured);
}

START_TEST(same_bits_of_random_programs)
{
    gi_least_apart = 1;                     /* all results are placed, not only large ones */
    for (uint64_t i = 0; i < PROGRAMS / GROUPS; i++) {
        gd_set_threads(1 + (int)(i % 3));
        same_program((uint64_t)_i * (PROGRAMS / GROUPS) + i + 1);
    }
    gd_set_threads(1);
    gi_least_apart = 4096;
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("capture: random programs");
    TCase *cases = tcase_create("random programs");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_loop_test(cases, same_bits_of_random_programs, 0, GROUPS);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
