/* test_memory.c - allocation and its accounting; and programs in which every single allocation fails in turn: there
 * is a message, no half-finished change and no leak. */
#include <stdio.h>

#include "base/memory.h"
#include "support/own_malloc.h"
#include "support/support.h"

#ifdef OWN_MALLOC
static volatile long left;                  /* the request that fails, counted from here; 0: none */
static volatile bool for_good;              /* all later ones fail too; else they succeed */
static volatile long refused;

static bool refuses_request(void)
{
    if (left == 0 || --left > 0)
        return false;
    refused++;
    left = for_good;                        /* 1: the next one is refused as well */
    return true;
}
#endif

/* ---- Blocks ------------------------------------------------------------------------------------------------ */

static unsigned char byte_at(size_t i)
{
    return (unsigned char)(i * 31 >> 3);
}

static void fill(unsigned char *p, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        p[i] = byte_at(i);
}

static void ck_filled(const unsigned char *p, size_t bytes)
{
    size_t i = 0;
    while (i < bytes && p[i] == byte_at(i))
        i++;
    ck_assert_msg(i == bytes, "byte %zu of %zu has changed", i, bytes);
}

START_TEST(blocks_and_their_sizes)
{
    static const size_t sizes[] = { 0, 1, 100, 64, 5000, 200000, 5u << 20, 3, 41u << 20, (6u << 20) + 77, 10 };
    enum { SIZES = sizeof sizes / sizeof sizes[0] };
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
    unsigned char *p = NULL;
    void *between[SIZES];                   /* so that blocks have to move */
    size_t before = 0, others = 0;
    for (int i = 0; i < SIZES; i++) {
        p = gi_memory_resize(i % 2 ? GI_DATA : GI_MODELS, p, sizes[i]);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 64, 0);
        ck_filled(p, before < sizes[i] ? before : sizes[i]);
        fill(p, sizes[i]);
        before = sizes[i];
        between[i] = gi_memory_new(GI_PLOTS, (size_t)(24 + 16 * i));
        ck_assert_ptr_nonnull(between[i]);
        others += (size_t)(24 + 16 * i);
        ck_assert_uint_eq(gd_memory_live(), sizes[i] + others);
    }
    ck_assert_ptr_null(gi_memory_resize(GI_DATA, p, SIZE_MAX - 10));
    char text[80];
    snprintf(text, sizeof text, "out of memory: %zu bytes for data", (size_t)SIZE_MAX - 10);
    ck_message(text);
#ifndef WITH_ADDRESS_SANITIZER              /* it ends the program instead of returning NULL */
    ck_assert_ptr_null(gi_memory_resize(GI_DATA, p, SIZE_MAX - SIZE_MAX / 8));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "out of memory"));
#endif
    gd_clear_error();
    ck_filled(p, before);
    for (int i = 0; i < SIZES; i++)
        gi_memory_free(between[i]);
    ck_assert_uint_eq(gd_memory_live(), before);
    gi_memory_free(p);
    gi_memory_free(NULL);
    ck_assert_uint_eq(gd_memory_live(), 0);
}
END_TEST

/* ---- Programs that run out of memory ----------------------------------------------------------------------- */

#ifdef OWN_MALLOC
/* Each returns false as soon as something fails, and frees what it made.  No assertions in here: Check allocates
 * too, and ends the program when it cannot. */

static bool half_done;                      /* a step failed after it had changed parameters */

static bool forward_and_backward(void)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_normal(GD_SHAPE(40, 30), 0, 1)), *w = gd_normal(GD_SHAPE(30, 50), 0, 1);
    gd_tensor *h = gd_softmax(gd_add(gd_matmul(x, w), gd_ones(GD_SHAPE(50))), 1);
    h = gd_layer_norm(gd_transpose(gd_softmax(h, 0), 0, 1), NULL, NULL, 1e-5);
    gd_tensor *y = gd_concat((gd_tensor *[]){ h, gd_tanh(h) }, 2, 0);
    gd_tensor *loss = gd_mean(gd_square(gd_transpose(y, 0, 1)));
    return gd_backward(loss) && x->grad && gd_numel(x->grad) == 1200;
}

static bool step_with_state(gd_params *net, gd_optimizer *o)
{
    gd_real before[2] = { gd_params_at(net, 0)->data[0], gd_params_at(net, 7)->data[0] };
    bool good = gd_step(o);
    bool same = before[0] == gd_params_at(net, 0)->data[0] && before[1] == gd_params_at(net, 7)->data[0];
    half_done = half_done || good == same;
    return good;
}

static bool optimizers(void)
{
    bool good = true;
    gd_params *net = gd_params_new();
    for (int i = 0; i < 8 && good; i++) {
        GD_SCOPE;
        char name[16];
        snprintf(name, sizeof name, "layer%d", i);
        gd_tensor *w = gd_param(net, name, gd_ones(GD_SHAPE(5000)));
        good = w && gd_set_grad(w, gd_ones(GD_SHAPE(5000)));
    }
    gd_adam_options options = gd_adam_defaults();
    options.amsgrad = GD_AMSGRAD_RAW;
    gd_optimizer *o = good ? gd_adam(net, options) : NULL;
    gd_group *group = o ? gd_optimizer_group(o, "layer3", NULL) : NULL;
    gd_ema *ema = group ? gd_ema_new(net, 0.5) : NULL;
    good = ema && step_with_state(net, o) && step_with_state(net, o) && gd_ema_update(ema) && gd_ema_swap(ema);
    gd_ema_free(ema);
    gd_optimizer_free(o);
    gd_params_free(net);
    return good;
}

static bool refuses(bool (*program)(void), long k, bool all_after)
{
    gd_shutdown();
    gd_clear_error();
    for_good = all_after;
    refused = 0;
    left = k;
    bool good = program();
    left = 0;
    bool missing = refused > 0;
    gd_shutdown();
    ck_assert_msg(!half_done, "request %ld was refused: a step was done by half", k);
    ck_assert_msg(good || missing, "failed although there was memory: %s", gd_last_error());
    ck_assert_msg(!missing || good || (gd_last_error() && strstr(gd_last_error(), "out of memory")),
                  "request %ld was refused, without a message: %s", k, gd_last_error());
    ck_assert_msg(gd_memory_live() == 0, "request %ld was refused: %zu bytes are left", k, gd_memory_live());
    return missing;
}

static bool (*const programs[])(void) = { forward_and_backward, optimizers };

START_TEST(out_of_memory_anywhere)
{
    for (int all_after = 0; all_after < 2; all_after++) {
        long k = 1;
        while (refuses(programs[_i], k, all_after))
            k++;
        ck_assert_int_gt(k, 3);
    }
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("base: memory");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, blocks_and_their_sizes);
#ifdef OWN_MALLOC
    tcase_add_loop_test(all, out_of_memory_anywhere, 0, sizeof programs / sizeof programs[0]);
#endif
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
