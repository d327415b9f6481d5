/* test_threads_optim.c - optimizers give the same bits for any number of threads and however parameters are divided
 * into parts; and so do clipping and averages. */
#include "support/optimizers.h"

enum { PART = 1 << 15 };                    /* GI_PART_ELEMENTS of src/base/threads.h */

/* ---- Big models: sizes around the boundaries of parts and of vectors --------------------------------------- */

static const int64_t sizes[] = { 5, PART - 1, 1, 1000, PART, 33, 0, 2 * PART + 17, 15, PART + 1, 16, 40000 };
enum { SIZES = sizeof sizes / sizeof sizes[0] };

/* Gradients with zeros, small and large ones; one of them not contiguous, one missing in odd steps. */
static void set_gradients(gd_params *net, int step)
{
    for (int i = 0; i < gd_params_tensors(net); i++) {
        GD_SCOPE;
        GD_NO_GRAD;
        gd_tensor *w = gd_params_at(net, i);
        gd_tensor *g = gd_uniform(gd_shape_of_tensor(w), -1, 1);
        for (int64_t k = 0; k < gd_numel(g); k += 7)
            g->data[k] *= (gd_real)(k % 3 == 0 ? 0 : 1e-4);
        gd_set_grad(w, g);
        if (i == 3 && step % 2 == 1)
            gd_zero_grad_of(w);
    }
}

static gd_params *big_model(void)
{
    gd_params *net = gd_params_new();
    for (int i = 0; i < SIZES; i++) {
        GD_SCOPE;
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        gd_param(net, name, gd_uniform(i == 11 ? GD_SHAPE(200, 200) : GD_SHAPE(sizes[i]), -1, 1));
    }
    return net;
}

typedef struct sums { uint64_t bits; int64_t numbers; } sums;

/* Every bit counts, and where it stands (Fowler, Noll and Vo's hash). */
static void add_bits(sums *s, const gd_tensor *t)
{
    if (!t)
        return;
    const unsigned char *bytes = (const unsigned char *)t->data;
    for (size_t k = 0; k < (size_t)gd_numel(t) * sizeof *t->data; k++)
        s->bits = (s->bits ^ bytes[k]) * 1099511628211u;
    s->numbers += gd_numel(t);
}

static void add_state(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    (void)owner, (void)name, (void)number;
    add_bits(context, tensor);
}

static sums train(maker *make, int threads)
{
    sums s = { 14695981039346656037u, 0 };
    ck_assert(gd_set_threads(threads));
    gd_seed(5);
    gd_params *net = big_model();
    gd_optimizer *o = make(net);
    gd_group *group = gd_optimizer_group(o, "7", NULL);
    group->lr *= 0.5;
    for (int step = 0; step < 4; step++) {
        set_gradients(net, step);
        gd_tensor *w = gd_params_at(net, 11);
        {
            GD_SCOPE;
            GD_NO_GRAD;
            w->grad = gd_transpose(w->grad, 0, 1);              /* has to be packed */
            ck_assert(gd_step(o));
        }
        gd_zero_grad_of(w);
    }
    for (int i = 0; i < SIZES; i++)
        add_bits(&s, gd_params_at(net, i));
    gd_optimizer_visit(o, add_state, &s);
    gd_optimizer_free(o);
    gd_params_free(net);
    return s;
}

START_TEST(threads_change_no_bit)
{
    sums one = train(makers[_i], 1);
    ck_assert(one.numbers >= 204927);
    for (int threads = 2; threads <= 3; threads++) {
        sums several = train(makers[_i], threads);
        ck_assert(several.bits == one.bits && several.numbers == one.numbers);
    }
    ck_no_message();
}
END_TEST

/* ---- Parts ------------------------------------------------------------------------------------------------ */

/* A parameter of N elements, and the same elements as many parameters of all sizes from 1 on. */
START_TEST(an_element_does_not_depend_on_its_parameter)
{
    enum { LEN = 3 * PART + 100 };
    GD_SCOPE;
    GD_NO_GRAD;
    ck_assert(gd_set_threads(3));
    gd_seed(8);
    gd_tensor *start = gd_uniform(GD_SHAPE(LEN), -1, 1), *grads[3];
    gd_params *whole = gd_params_new(), *cut = gd_params_new();
    gd_tensor *w = gd_param(whole, "w", start);
    int64_t at = 0;
    for (int64_t n = 1; at < LEN; at += n++) {
        char name[16];
        snprintf(name, sizeof name, "%d", (int)n);
        gd_param(cut, name, gd_slice(start, 0, at, at + n < LEN ? at + n : LEN, 1));
    }
    gd_optimizer *o = makers[_i](whole), *p = makers[_i](cut);
    for (int step = 0; step < 3; step++) {
        grads[step] = gd_uniform(GD_SHAPE(LEN), -1, 1);
        gd_set_grad(w, grads[step]);
        at = 0;
        for (int i = 0; i < gd_params_tensors(cut); i++) {
            gd_tensor *v = gd_params_at(cut, i);
            gd_set_grad(v, gd_slice(grads[step], 0, at, at + gd_numel(v), 1));
            at += gd_numel(v);
        }
        ck_assert(gd_step(o) && gd_step(p));
    }
    at = 0;
    for (int i = 0; i < gd_params_tensors(cut); i++) {
        const gd_tensor *v = gd_params_at(cut, i);
        ck_assert_msg(memcmp(v->data, w->data + at, (size_t)gd_numel(v) * sizeof *v->data) == 0,
                      "algorithm %d: a parameter of %d elements differs", _i, (int)gd_numel(v));
        at += gd_numel(v);
    }
    ck_assert_int_eq(at, LEN);
    gd_optimizer_free(o);
    gd_optimizer_free(p);
    gd_params_free(whole);
    gd_params_free(cut);
}
END_TEST

/* Adam's fast loop gives the same as the general one, which an eps_root too small to have an effect
 * selects. */
START_TEST(plain_adam_is_adam)
{
    gd_seed(4);
    gd_params *a = big_model();
    gd_seed(4);
    gd_params *b = big_model();
    gd_adam_options options = gd_adam_defaults();
    gd_optimizer *plain = gd_adam(a, options);
    options.eps_root = sizeof(gd_real) == 4 ? 1e-44 : 1e-300;
    gd_optimizer *general = gd_adam(b, options);
    for (int step = 0; step < 3; step++) {
        gd_seed((uint64_t)step);
        set_gradients(a, step);
        gd_seed((uint64_t)step);
        set_gradients(b, step);
        ck_assert(gd_step(plain) && gd_step(general));
    }
    for (int i = 0; i < SIZES; i++) {
        const gd_tensor *v = gd_params_at(a, i), *w = gd_params_at(b, i);
        ck_assert(memcmp(v->data, w->data, (size_t)gd_numel(v) * sizeof *v->data) == 0);
    }
    gd_optimizer_free(plain);
    gd_optimizer_free(general);
    gd_params_free(a);
    gd_params_free(b);
}
END_TEST

/* An algorithm that does not say by_element sees whole parameters; one that does sees every element once. */
typedef struct count_options { double lr; } count_options;

static int calls, whole_calls;

static void count_whole(const gd_update *u)
{
    calls++;
    whole_calls += u->n == 4 * PART;
    u->number[0]++;
}

static void add_one(const gd_update *u)
{
    for (int64_t i = 0; i < u->n; i++) {
        u->w[i] += 1;
        u->state[0][i] += u->g[i];
    }
}

static void count_steps(const gd_update *u)
{
    u->number[0]++;
}

START_TEST(own_algorithms_in_pieces)
{
    static const gd_algorithm whole = { .name = "whole", .options_size = sizeof(count_options),
                                        .numbers = { "calls" }, .update = count_whole };
    static const gd_algorithm pieces = { .name = "pieces", .options_size = sizeof(count_options),
                                         .states = { "sum" }, .numbers = { "steps" }, .advance = count_steps,
                                         .update = add_one, .by_element = true };
    const count_options options = { 1 };
    ck_assert(gd_set_threads(3));
    gd_params *net = gd_params_new();
    gd_tensor *w;
    {
        GD_SCOPE;
        w = gd_param(net, "w", gd_zeros(GD_SHAPE(4 * PART)));
        gd_set_grad(w, gd_arange(0, 4 * PART, 1));
    }
    gd_optimizer *o = gd_optimizer_new(net, &whole, &options), *p = gd_optimizer_new(net, &pieces, &options);
    ck_assert(gd_step(o) && gd_step(p) && gd_step(p));
    ck_assert_int_eq(calls, 1);
    ck_assert_int_eq(whole_calls, 1);
    ck_assert(*gd_optimizer_number(o, w, "calls") == 1 && *gd_optimizer_number(p, w, "steps") == 2);
    const gd_tensor *sum = gd_optimizer_state(p, w, "sum");
    for (int64_t i = 0; i < 4 * PART; i++)
        ck_assert(w->data[i] == 2 && sum->data[i] == (gd_real)(2 * i));
    gd_optimizer_free(o);
    gd_optimizer_free(p);
    gd_params_free(net);
}
END_TEST

/* ---- Around steps ----------------------------------------------------------------------------------------- */

static double clip_and_average(int threads, sums *s)
{
    *s = (sums){ 14695981039346656037u, 0 };
    ck_assert(gd_set_threads(threads));
    gd_seed(5);
    gd_params *net = big_model();
    gd_ema *ema = gd_ema_new(net, 0.9);
    set_gradients(net, 0);
    double exact = 0;
    for (int i = 0; i < SIZES; i++) {
        gd_tensor *w = gd_params_at(net, i);
        for (int64_t k = 0; k < gd_numel(w); k++) {
            exact += (double)w->grad->data[k] * (double)w->grad->data[k];
            w->data[k] *= 2;
        }
    }
    double norm = gd_clip_grad_norm(net, 0.5);
    ck_assert(fabs(norm / sqrt(exact) - 1) < 1e-12);
    ck_assert(gd_ema_update(ema) && gd_ema_swap(ema));
    for (int i = 0; i < SIZES; i++) {
        const gd_tensor *w = gd_params_at(net, i);
        add_bits(s, w);
        add_bits(s, w->grad);
        add_bits(s, gd_ema_get(ema, w));
    }
    gd_ema_free(ema);
    gd_params_free(net);
    return norm;
}

START_TEST(clipping_and_averages)
{
    sums one, several;
    double norm = clip_and_average(1, &one);
    for (int threads = 2; threads <= 3; threads++) {
        ck_assert(clip_and_average(threads, &several) == norm);
        ck_assert(several.bits == one.bits && several.numbers == one.numbers);
    }
}
END_TEST

/* The general path, for gradients of which one is not contiguous, gives the same as the fast one. */
START_TEST(clipping_both_ways)
{
    double norm[2];
    gd_tensor *clipped[2];
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *g = gd_uniform(GD_SHAPE(300, 301), -1, 1);
    for (int careful = 0; careful < 2; careful++) {
        gd_params *net = gd_params_new();
        gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(300, 301)));
        gd_set_grad(w, g);
        if (careful)
            w->grad = gd_transpose(gd_contiguous(gd_transpose(w->grad, 0, 1)), 0, 1);
        norm[careful] = gd_clip_grad_norm(net, 1);
        clipped[careful] = gd_scale(w->grad, 1);
        w->grad = NULL;
        gd_params_free(net);
    }
    ck_assert(fabs(norm[0] / norm[1] - 1) < 1e-12 && norm[0] > 170);
    for (int64_t k = 0; k < gd_numel(g); k++)
        ck_assert(close_to((double)clipped[0]->data[k], (double)clipped[1]->data[k], 1e-8));
}
END_TEST

static void quiet_start(void)
{
    gd_on_error(NULL);
}

int main(void)
{
    Suite *suite = suite_create("optim: threads optim");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quiet_start, gd_shutdown);
    tcase_set_timeout(all, 300);
    tcase_add_loop_test(all, threads_change_no_bit, 0, MAKERS);
    tcase_add_loop_test(all, an_element_does_not_depend_on_its_parameter, 0, MAKERS_BY_ELEMENT);
    tcase_add_test(all, plain_adam_is_adam);
    tcase_add_test(all, own_algorithms_in_pieces);
    tcase_add_test(all, clipping_and_averages);
    tcase_add_test(all, clipping_both_ways);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
