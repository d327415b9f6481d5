/* test_optim_callbacks.c - functions of a user-defined algorithm that are called outside a step: one that closes a
 * scope it did not open, or leaves one open, is reported, and the surrounding call goes on. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "support/support.h"
#include "gradus/checkpoint.h"

typedef struct options {
    double lr, z;
} options;

static const char *bad;                     /* the function that misbehaves */
static bool closes;

static void visit_of(const char *name)
{
    if (bad && strcmp(bad, name) == 0)
        closes ? (void)gd_scope_end() : (void)gd_scope_begin();
}

static void update(const gd_update *u)
{
    for (int64_t i = 0; i < u->n; i++)
        u->w[i] -= (gd_real)u->lr * u->g[i];
}

static bool check(const void *o) { (void)o, visit_of("check"); return true; }
static bool keeps(const void *o, int k) { (void)o, (void)k, visit_of("keeps"); return true; }
static void start(const gd_update *u) { (void)u, visit_of("start"); }
static bool accepts(const gd_tensor *w, const void *o) { (void)w, (void)o, visit_of("accepts"); return true; }
static size_t work_bytes(const gd_tensor *w, const void *o) { (void)w, (void)o, visit_of("work_bytes"); return 8; }
static const char *valid(const gd_kept *kept) { (void)kept, visit_of("valid"); return NULL; }

static double correction(const void *o, int k, int64_t t)
{
    (void)o, (void)k, (void)t, visit_of("correction");
    return 1;
}

static const gd_option fields[] = { GD_OPTION(options, z, "[]", 0, 1), { .name = NULL } };
static const gd_algorithm algorithm = {
    .name = "mine", .options_size = sizeof(options), .options = fields, .states = { "s" }, .numbers = { "n" },
    .check = check, .keeps = keeps, .start = start, .update = update, .correction = correction, .valid = valid,
    .accepts = accepts, .work_bytes = work_bytes
};

static int scopes_open(void)
{
    int depth = gd_scope_enter();
    gd_scope_end();
    return depth;
}

/* Everything that calls them; the tensor of the scope around it all must live on. */
static void use_all(gd_params *p, gd_tensor *w)
{
    gd_optimizer *o = gd_optimizer_new(p, &algorithm, &(options){ 1, 0.5 });
    ck_assert_ptr_nonnull(o);
    ck_good(gd_group_set(&o->first, "z", 0.25));
    ck_good(gd_optimizer_trace(o, w, GD_SHAPE()));
    ck_good(gd_set_grad(w, gd_scalar(1)) && gd_optimizer_start(o, w) && gd_step(o));
    ck_assert(w->data[0] == 2);
    char path[] = "/tmp/gradus-plug-XXXXXX";
    int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    close(file);
    ck_good(gd_save(path, p, o) && gd_load(path, p, o));
    remove(path);
    gd_optimizer_free(o);
}

START_TEST(all_of_them)
{
    static const char *const names[] = { "check", "keeps", "start", "correction", "valid", "accepts", "work_bytes" };
    for (int i = 0; i < 14; i++) {
        GD_SCOPE;
        gd_tensor *outer = gd_full(GD_SHAPE(3), 7);
        const int before = scopes_open();
        gd_params *p = gd_params_new();
        gd_tensor *w = gd_param(p, "w", gd_scalar(3));
        bad = names[i / 2];
        closes = i % 2;
        gd_clear_error();
        use_all(p, w);
        char said[200];
        snprintf(said, sizeof said, closes ? "gd_scope_end: the innermost scope is not one that %s of gd_algorithm "
                 "opened, and stays open" : "gd_algorithm: %s of gd_algorithm left 1 scope open: each gd_scope_begin "
                 "needs its gd_scope_end", bad);
        ck_message(said);
        ck_assert_int_eq(scopes_open(), before);
        ck_assert(gd_at(outer, GD_SHAPE(2)) == 7);
        bad = NULL;
        gd_params_free(p);
    }
}
END_TEST

static jmp_buf out;

static void jumping_handler(const char *message)
{
    (void)message;
    longjmp(out, 1);
}

/* A handler that leaves a check by longjmp: afterwards no callback counts as running. */
START_TEST(a_check_that_is_left_by_a_jump)
{
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_scalar(3));
    gd_lbfgs_options o = gd_lbfgs_defaults();
    o.c1 = 0.95;
    gd_on_error(jumping_handler);
    for (volatile int i = 0; i < 5; i++) {
        ck_assert(gd_scope_begin());
        if (setjmp(out) == 0) {
            gd_lbfgs(p, o);
            ck_abort();
        }
        ck_assert(gd_scope_end());
    }
    gd_on_error(NULL);
    gd_params_free(p);
    gd_clear_error();
    gd_shutdown();
    ck_no_message();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: callbacks");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, all_of_them);
    tcase_add_test(all, a_check_that_is_left_by_a_jump);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
