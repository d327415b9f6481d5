/* test_capture_program.c - when a program calls its function, captures it, or runs a version again; what it refuses;
 * its memory. */
#include <setjmp.h>
#include <string.h>

#include "support/support.h"

typedef struct model {
    gd_params    *net;
    gd_tensor    *w, *b;
    gd_optimizer *o;
    int           calls;                    /* of the function */
    int           misbehaves;               /* what it does that cannot be captured */
    jmp_buf       out;
    gd_program   *own;
} model;

static model begin(void)
{
    model m = { .net = gd_params_new() };
    m.w = gd_param(m.net, "w", gd_full(GD_SHAPE(2, 3), 0.5));
    m.b = gd_param(m.net, "b", gd_zeros(GD_SHAPE(2)));
    m.o = gd_sgd(m.net, (gd_sgd_options){ .lr = 0.1 });
    return m;
}

static void end(model *m)
{
    gd_optimizer_free(m->o);
    gd_params_free(m->net);
}

static gd_tensor *forward(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    model *m = context;
    m->calls++;
    return gd_tanh(gd_affine(in[0], m->w, m->b));
}

static gd_tensor *train(gd_tensor *const in[], int n, void *context)
{
    model *m = context;
    gd_tensor *loss = gd_sum(gd_square(forward(in, n, context)));
    gd_backward(loss);
    gd_step(m->o);
    gd_zero_grad(m->o);
    return loss;
}

static gd_tensor *batch(int64_t rows, double first)
{
    return gd_reshape(gd_arange(first, first + 3 * (double)rows - 0.5, 1), GD_SHAPE(rows, 3));
}

static gd_real run(gd_program *program, gd_tensor *x)
{
    gd_tensor *y = gd_run(program, &x, 1);
    ck_assert_msg(y != NULL, "%s", gd_last_error());
    return gd_item(y->ndim ? gd_sum(y) : y);
}

static bool prints(gd_program *program, const char *text)
{
    return strstr(said_of(program), text) != NULL;
}

/* ---- Calling, capturing, running again -------------------------------------------------------------------------- */

START_TEST(the_third_run_calls_nothing)
{
    model m = begin();
    gd_program *program = gd_capture(train, &m);
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        run(program, batch(4, i));
    }
    ck_assert_int_eq(m.calls, 2);
    ck_assert(prints(program, "called 2 times, of which captured 1; run again 3 times"));
    ck_assert_int_eq(m.o->steps, 5);
    gd_program_free(program);
    end(&m);
}
END_TEST

START_TEST(printing)
{
    model m = begin();
    gd_program *program = gd_capture(train, &m);
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        run(program, batch(4, i));
    }
    ck_assert(prints(program, "version 1, run again 1 times, inputs [4, 3]: 12 computations, "));
    ck_assert(prints(program, "     1  gd_affine [4, 3] [2, 3] (\"w\") [2] (\"b\") -> [4, 2]  ("));
    ck_assert(prints(program, "rule of gd_square: dy [4, 2], x [4, 2];  dx = "));
    ck_assert(prints(program, "becomes ->grad [2, 3] -> [2, 3] (\"w\")  (in place)\n"));
    ck_assert(prints(program, "    11  gd_step  (0 bytes)\n    12  gd_zero_grad  (0 bytes)\n"));
    gd_program_free(program);
    end(&m);
}
END_TEST

START_TEST(a_short_batch_becomes_a_version_of_its_own)
{
    model m = begin();
    gd_program *program = gd_capture(train, &m);
    for (int epoch = 0; epoch < 4; epoch++)
        for (int i = 0; i < 3; i++) {
            GD_SCOPE;
            run(program, batch(i < 2 ? 4 : 1, i));
        }
    ck_assert_int_eq(m.calls, 4);           /* two for each shape */
    ck_assert(prints(program, "version 1, run again 6 times, inputs [4, 3]"));
    ck_assert(prints(program, "version 2, run again 2 times, inputs [1, 3]"));
    gd_program_free(program);
    end(&m);
}
END_TEST

START_TEST(four_versions_and_the_oldest_makes_room)
{
    model m = begin();
    gd_program *program = gd_capture(forward, &m);
    for (int rows = 1; rows <= 6; rows++)
        for (int i = 0; i < 3; i++) {
            GD_SCOPE;
            run(program, batch(rows, i));
        }
    ck_assert_int_eq(m.calls, 12);
    GD_SCOPE;
    run(program, batch(6, 0));
    ck_assert_int_eq(m.calls, 12);
    run(program, batch(1, 0));              /* its version has gone: captured again, at once */
    ck_assert_int_eq(m.calls, 13);
    gd_program_free(program);
    end(&m);
}
END_TEST

START_TEST(a_frozen_parameter_is_noticed)
{
    model m = begin(), twin = begin();
    gd_program *program = gd_capture(train, &m);
    for (int i = 0; i < 12; i++) {
        GD_SCOPE;
        gd_tensor *x = batch(4, 0.1 * i);
        if (i == 4) {
            ck_assert(gd_params_freeze(m.net, "w") && gd_params_freeze(twin.net, "w"));
        } else if (i == 8) {
            ck_assert(gd_params_unfreeze(m.net, "w") && gd_params_unfreeze(twin.net, "w"));
        }
        ck_assert_double_eq((double)run(program, x), (double)gd_item(train(&x, 1, &twin)));
        ck_assert(same_bits(m.w, twin.w) && same_bits(m.b, twin.b));
    }
    ck_assert_int_eq(m.calls, 3);           /* frozen: captured at once, as the shape is known */
    gd_program_free(program);
    end(&m);
    end(&twin);
}
END_TEST

START_TEST(a_new_parameter_is_noticed)          /* gd_zero_grad has one more to do */
{
    model m = begin();
    gd_program *program = gd_capture(train, &m);
    for (int i = 0; i < 8; i++) {
        GD_SCOPE;
        if (i == 4)
            gd_param(m.net, "another", gd_ones(GD_SHAPE(2)));
        run(program, batch(4, i));
        ck_assert_int_eq(m.calls, i == 0 ? 1 : i < 4 ? 2 : 3);
    }
    gd_program_free(program);
    end(&m);
}
END_TEST

START_TEST(a_gradient_that_is_left_is_noticed)
{
    model m = begin(), twin = begin();
    gd_program *program = gd_capture(train, &m);
    for (int i = 0; i < 9; i++) {
        GD_SCOPE;
        gd_tensor *x = batch(4, 0.1 * i);
        if (i % 4 == 3) {                   /* the step adds to it */
            gd_set_grad(m.w, gd_full(GD_SHAPE(2, 3), 0.25));
            gd_set_grad(twin.w, gd_full(GD_SHAPE(2, 3), 0.25));
        }
        ck_assert_double_eq((double)run(program, x), (double)gd_item(train(&x, 1, &twin)));
        ck_assert(same_bits(m.w, twin.w) && same_bits(m.b, twin.b));
    }
    gd_program_free(program);
    end(&m);
    end(&twin);
}
END_TEST

START_TEST(without_recording_is_another_version)
{
    model m = begin();
    gd_program *program = gd_capture(forward, &m);
    GD_SCOPE;
    for (int i = 0; i < 3; i++)
        run(program, batch(2, i));
    for (int i = 0; i < 3; i++) {
        GD_NO_GRAD;
        run(program, batch(2, i));
    }
    ck_assert_int_eq(m.calls, 3);
    gd_program_free(program);
    end(&m);
}
END_TEST

static gd_tensor *root_of(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    model *m = context;
    m->calls++;
    return gd_sum(gd_mul(gd_sqrt(in[0]), gd_sum(m->w)));
}

/* With recording, and without, where the root is recorded by nobody and the function is called all the same. */
START_TEST(anomalies_are_found)
{
    model m = begin();
    gd_program *program = gd_capture(root_of, &m);
    if (_i)
        gd_no_grad_begin();
    for (int i = 0; i < 6; i++) {
        GD_SCOPE;
        gd_detect_anomaly(i > 3);
        gd_clear_error();
        gd_tensor *x = gd_full(GD_SHAPE(2), i == 5 ? -1 : 1), *y = gd_run(program, &x, 1);
        ck_assert(i < 5 ? y != NULL : _i || (!y && gd_last_error() && strstr(gd_last_error(), "gd_sqrt")));
    }
    if (_i)
        gd_no_grad_end();
    gd_detect_anomaly(false);
    ck_assert_int_eq(m.calls, 4);
    gd_program_free(program);
    end(&m);
}
END_TEST

START_TEST(inputs_of_any_layout)
{
    model m = begin();
    gd_program *program = gd_capture(forward, &m);
    for (int i = 0; i < 4; i++) {
        GD_SCOPE;
        gd_tensor *wide = gd_reshape(gd_arange(i, i + 24 - 0.5, 1), GD_SHAPE(3, 8));
        gd_tensor *x[] = { gd_transpose(wide, 0, 1), gd_slice(gd_transpose(wide, 0, 1), 0, 0, 8, 3),
                           gd_expand(batch(1, i), GD_SHAPE(5, 3)), gd_zeros(GD_SHAPE(0, 3)) };
        for (int k = 0; k < 4; k++) {
            model direct = m;
            gd_tensor *y = forward(&x[k], 1, &direct), *again = gd_run(program, &x[k], 1);
            ck_assert_msg(same_bits(y, again), "layout %d, run %d", k, i);
        }
    }
    ck_assert_int_eq(m.calls, 8);
    gd_program_free(program);
    end(&m);
}
END_TEST

static gd_tensor *no_inputs(gd_tensor *const in[], int n, void *context)
{
    (void)in;
    model *m = context;
    m->calls++;
    return n == 0 ? gd_sum(m->w) : NULL;
}

START_TEST(no_inputs_at_all)
{
    model m = begin();
    gd_program *program = gd_capture(no_inputs, &m);
    for (int i = 0; i < 4; i++) {
        GD_SCOPE;
        GD_NO_GRAD;
        gd_fill(m.w, i);
        ck_assert_double_eq((double)gd_item(gd_run(program, NULL, 0)), 6.0 * i);
    }
    ck_assert_int_eq(m.calls, 2);
    gd_program_free(program);
    end(&m);
}
END_TEST

static gd_tensor *outer(gd_tensor *const in[], int n, void *context)
{
    model *m = context;
    return gd_scale(gd_run(m->own, in, n), 2);
}

START_TEST(a_program_in_a_program)
{
    model m = begin();
    m.own = gd_capture(forward, &m);
    gd_program *program = gd_capture(outer, &m);
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        gd_tensor *x = batch(2, i);
        model direct = m;
        ck_assert(same_bits(gd_scale(forward(&x, 1, &direct), 2), gd_run(program, &x, 1)));
    }
    gd_program_free(program);
    gd_program_free(m.own);
    end(&m);
}
END_TEST

/* ---- What cannot be captured ------------------------------------------------------------------------------------ */

static double closure(void *context)
{
    (void)context;
    return 1;
}

static gd_tensor *same_gradient(gd_tensor *x, gd_tensor *dx, void *context)
{
    (void)x;
    (void)context;
    return dx;
}

static gd_tensor *square_of(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    (void)context;
    return gd_square(in[0]);
}

/* An operation of the program: y = x + 1. */
static void one_more_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    dx[0] = dy;
}

static gd_tensor *one_more(gd_tensor *x)
{
    static const gd_op op = { .name = "one_more", .rule = one_more_rule, .formula = "dx = dy" };
    gd_tensor *y = gd_zeros_like(x);
    for (int64_t i = 0; i < gd_numel(x); i++)
        y->data[i] = x->data[i] + 1;
    return gd_record(&op, y, &x, 1, NULL, 0);
}

enum { ITEM, AT, COPY_OUT, CLOSURE, HOOK, RECOMPUTED, OWN, FREEZE, INPUT, WAYS };
static const char *const ways[WAYS] = { "gd_item", "gd_at", "gd_copy_out", "gd_step_closure", "a hook", "gd_recomputed",
                                        "one_more", "gd_params_freeze", "gd_fill" };

static gd_tensor *misbehaving(gd_tensor *const in[], int n, void *context)
{
    model *m = context;
    gd_real numbers[64];
    gd_tensor *y = forward(in, n, context);
    switch (m->misbehaves) {
    case ITEM:       (void)gd_item(gd_sum(y)); break;
    case AT:         (void)gd_at(y, GD_SHAPE(0, 0)); break;
    case COPY_OUT:   gd_copy_out(y, numbers); break;
    case CLOSURE:    gd_step_closure(m->o, closure, m); break;
    case HOOK:       gd_register_hook(y, same_gradient, NULL); break;
    case RECOMPUTED: y = gd_recomputed(square_of, NULL, &y, 1); break;
    case OWN:        y = one_more(y); break;
    case FREEZE:     gd_params_freeze(m->net, "b"); break;
    default:         gd_fill(in[0], 2);
    }
    gd_backward(gd_sum(y));
    gd_zero_grad(m->o);
    return y;
}

static int notices;

static void count_notices(const char *message)
{
    notices += strncmp(message, "warning: gd_run: this step cannot be captured", 45) == 0;
}

START_TEST(what_cannot_be_captured)
{
    notices = 0;
    gd_on_error(count_notices);
    model m = begin(), direct = begin();
    m.misbehaves = direct.misbehaves = _i;
    gd_program *program = gd_capture(misbehaving, &m);
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        gd_tensor *x = batch(2, i), *twin = batch(2, i), *y = misbehaving(&twin, 1, &direct);
        ck_assert_msg(same_bits(y, gd_run(program, &x, 1)), "%s: run %d", ways[_i], i);
    }
    ck_assert_msg(notices == 1, "%s: %d warnings", ways[_i], notices);
    ck_assert_msg(prints(program, "cannot be captured: ") && prints(program, ways[_i]), "%s", ways[_i]);
    ck_assert_int_eq(m.calls, 5);
    gd_program_free(program);
    end(&m);
    end(&direct);
}
END_TEST

/* ---- Failures --------------------------------------------------------------------------------------------------- */

static gd_tensor *classify(gd_tensor *const in[], int n, void *context)
{
    (void)n;
    model *m = context;
    m->calls++;
    return gd_cross_entropy(gd_affine(in[0], m->w, m->b), in[1], GD_MEAN);
}

START_TEST(a_label_out_of_range)
{
    model m = begin();
    gd_program *program = gd_capture(classify, &m);
    for (int i = 0; i < 6; i++) {
        GD_SCOPE;
        gd_clear_error();
        gd_tensor *const in[] = { batch(2, i), gd_full(GD_SHAPE(2), i % 3) };     /* 2 is no class */
        gd_tensor *y = gd_run(program, in, 2);
        ck_assert(i % 3 == 2 ? !y && gd_last_error() && strstr(gd_last_error(), "2") : y != NULL);
    }
    gd_program_free(program);
    end(&m);
}
END_TEST

static gd_tensor *recursive(gd_tensor *const in[], int n, void *context)
{
    model *m = context;
    m->calls++;
    gd_tensor *y = gd_run(m->own, in, n);
    return y ? y : gd_scale(in[0], 3);
}

START_TEST(bad_calls)
{
    model m = begin();
    ck_assert_ptr_null(gd_capture(NULL, NULL));
    ck_assert_str_eq(gd_last_error(), "gd_capture: function is NULL");
    gd_program *program = gd_capture(forward, &m);
    gd_tensor *x = batch(2, 0), *leaf = gd_requires_grad(batch(2, 0)), *none = NULL;
    ck_assert_ptr_null(gd_run(NULL, &x, 1));
    ck_assert_ptr_null(gd_run(program, &x, -1));
    ck_assert_ptr_null(gd_run(program, NULL, 1));
    ck_assert_ptr_null(gd_run(program, &none, 1));
    ck_assert_ptr_null(gd_run(program, &leaf, 1));
    ck_assert(strstr(gd_last_error(), "input 0 requires a gradient"));
    ck_assert_int_eq(m.calls, 0);
    gd_program_print(NULL, program);
    gd_program_print(stdout, NULL);
    gd_program_free(NULL);
    gd_program_free(program);
    m.own = gd_capture(recursive, &m);
    for (int i = 0; i < 4; i++) {
        GD_SCOPE;
        gd_clear_error();
        gd_tensor *y = gd_run(m.own, &x, 1);
        ck_assert(y && (i >= 2 || (gd_last_error() && strstr(gd_last_error(), "running already"))));
    }
    gd_program_free(m.own);
    end(&m);
}
END_TEST

static gd_tensor *jumping(gd_tensor *const in[], int n, void *context)
{
    model *m = context;
    gd_tensor *y = forward(in, n, context);
    if (m->calls == 2)
        longjmp(m->out, 1);
    return y;
}

START_TEST(left_by_longjmp)
{
    model m = begin();
    gd_program *program = gd_capture(jumping, &m);
    for (volatile int i = 0; i < 5; i++) {
        gd_scope_begin();
        gd_tensor *x = batch(2, i);
        if (setjmp(m.out) == 0) {
            model direct = { .w = m.w, .b = m.b };
            gd_tensor *y = forward(&x, 1, &direct);
            ck_assert(same_bits(y, gd_run(program, &x, 1)));
        }
        while (gd_scope_end())
            continue;
    }
    ck_assert_int_eq(m.calls, 3);
    gd_program_free(program);
    end(&m);
}
END_TEST

/* ---- Memory ----------------------------------------------------------------------------------------------------- */

START_TEST(a_run_allocates_nothing_and_all_is_freed)
{
    model m = begin();
    for (int round = 0; round < 3; round++) {           /* the first one fills the pool of the thread */
        const size_t before = gd_memory_live();
        gd_program *program = gd_capture(train, &m);
        size_t captured = 0;
        for (int i = 0; i < 20; i++) {
            GD_SCOPE;
            run(program, batch(40, i));
            if (i == 2)
                captured = gd_memory_live();
            ck_assert(i < 2 || gd_memory_live() == captured);
        }
        gd_program_free(program);
        if (round == 2)
            ck_assert_uint_eq(gd_memory_live(), before);
    }
    end(&m);
}
END_TEST

START_TEST(the_result_stays_until_the_next_run)
{
    model m = begin();
    gd_program *program = gd_capture(forward, &m);
    for (int i = 0; i < 4; i++) {
        gd_tensor *y;
        {
            GD_SCOPE;
            gd_tensor *x = batch(2, i);
            y = gd_run(program, &x, 1);
        }
        GD_SCOPE;
        gd_tensor *x = batch(2, i);
        model direct = m;
        ck_assert(same_bits(y, forward(&x, 1, &direct)));
        ck_assert(!y->requires_grad && !y->node);
    }
    gd_program_free(program);
    end(&m);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("capture: programs");
    TCase *cases = tcase_create("programs");
    tcase_add_checked_fixture(cases, quietly, gd_shutdown);
    tcase_add_test(cases, the_third_run_calls_nothing);
    tcase_add_test(cases, printing);
    tcase_add_test(cases, a_short_batch_becomes_a_version_of_its_own);
    tcase_add_test(cases, four_versions_and_the_oldest_makes_room);
    tcase_add_test(cases, a_frozen_parameter_is_noticed);
    tcase_add_test(cases, a_new_parameter_is_noticed);
    tcase_add_test(cases, a_gradient_that_is_left_is_noticed);
    tcase_add_test(cases, without_recording_is_another_version);
    tcase_add_loop_test(cases, anomalies_are_found, 0, 2);
    tcase_add_test(cases, inputs_of_any_layout);
    tcase_add_test(cases, no_inputs_at_all);
    tcase_add_test(cases, a_program_in_a_program);
    tcase_add_loop_test(cases, what_cannot_be_captured, 0, WAYS);
    tcase_add_test(cases, a_label_out_of_range);
    tcase_add_test(cases, bad_calls);
    tcase_add_test(cases, left_by_longjmp);
    tcase_add_test(cases, a_run_allocates_nothing_and_all_is_freed);
    tcase_add_test(cases, the_result_stays_until_the_next_run);
    suite_add_tcase(suite, cases);
    return run_suite(suite);
}
