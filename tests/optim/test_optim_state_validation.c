/* test_optim_state_validation.c - every algorithm validates its own numbers and states: what it produced passes,
 * what it could not have produced does not. */
#include "support/optimizers.h"

#include "checkpoint/checkpoint.h"

static gd_kept kept_of(const struct gi_slot *slot, int64_t n)
{
    return (gd_kept){ .n = n, .step = slot->number[0], .steps = (double)slot->group->optimizer->steps,
                      .number = slot->number + 1, .state = slot->state, .options = slot->group->options };
}

static bool passes(const gd_optimizer *o, const struct gi_slot *slot, int64_t n)
{
    gd_kept kept = kept_of(slot, n);
    return gi_check_kept("here", o->algorithm, &kept);
}

/* Stores each of the doubles in turn, then restores the old value. */
static void refuses(const gd_optimizer *o, const struct gi_slot *slot, int64_t n, double *place, const char *name,
                    const double *odd, int count)
{
    double before = *place;
    for (int i = 0; i < count; i++) {
        *place = odd[i];
        ck_assert_msg(!passes(o, slot, n), "%s: %s = %g", o->algorithm->name, name, odd[i]);
        char want[64];
        snprintf(want, sizeof want, "here: %s", name);
        ck_assert_ptr_nonnull(strstr(gd_last_error(), want));
        gd_clear_error();
    }
    *place = before;
    ck_assert(passes(o, slot, n));
}

START_TEST(what_was_made_passes_and_no_more)
{
    gd_on_error(NULL);
    static const double counts[] = { NAN, -1, 2.5, 1e154, INFINITY, -INFINITY, GI_MOST_STEPS };
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    ck_assert(passes(o, o->inside->slots[0], 12));  /* before the first step */
    for (int i = 0; i < 30; i++)
        random_step(o, &m, i % 3 != 0);
    for (int i = 0; i < o->inside->count; i++) {
        struct gi_slot *slot = o->inside->slots[i];
        int64_t n = slot ? slot->w->numel : 0;
        if (!slot)
            continue;
        ck_assert_msg(passes(o, slot, n), "%s", gd_last_error());
        refuses(o, slot, n, &slot->number[0], "step", counts, 7);
        for (int k = 0; o->algorithm->numbers[k]; k++)
            refuses(o, slot, n, &slot->number[1 + k], o->algorithm->numbers[k], counts, 2);
        for (const gd_range *r = o->algorithm->ranges; r && r->name; r++)
            for (int k = 0; o->algorithm->states[k]; k++) {
                if (strcmp(o->algorithm->states[k], r->name) != 0 || !slot->state[k])
                    continue;
                gd_real *last = &slot->state[k]->data[slot->state[k]->numel - 1], before = *last;
                if (r->low < 0 && r->interval[0] == '[')        /* any number */
                    continue;
                *last = r->low < 0 ? INFINITY : -1;
                ck_assert_msg(!passes(o, slot, n), "%s: %s", o->algorithm->name, r->name);
                ck_assert_ptr_nonnull(strstr(gd_last_error(), r->name));
                gd_clear_error();
                *last = before;
            }
    }
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

/* Names in ranges must be names of numbers and states: with a typo the check would never fail. */
START_TEST(ranges_name_what_there_is)
{
    model m = model_new();
    gd_optimizer *o = makers[_i](m.net);
    for (const gd_range *r = o->algorithm->ranges; r && r->name; r++) {
        bool found = false;
        for (int k = 0; o->algorithm->states[k]; k++)
            found = found || strcmp(o->algorithm->states[k], r->name) == 0;
        for (int k = 0; o->algorithm->numbers[k]; k++)
            found = found || strcmp(o->algorithm->numbers[k], r->name) == 0;
        ck_assert_msg(found, "%s: %s", o->algorithm->name, r->name);
    }
    for (const char *const *z = o->algorithm->zeros; *z; z++) {
        char names[64];
        strcpy(names, *z);
        for (char *name = strtok(names, " "); name; name = strtok(NULL, " "))
            ck_assert_msg(!isnan(gd_group_get(&o->first, name)), "%s: %s", o->algorithm->name, name);
    }
    gd_optimizer_free(o);
    gd_params_free(m.net);
}
END_TEST

typedef struct bowl { gd_tensor *w; gd_optimizer *o; } bowl;

static double bowl_at(void *context)
{
    bowl *p = context;
    gd_zero_grad(p->o);
    GD_SCOPE;
    gd_tensor *f = gd_sum(gd_square(gd_square(gd_shift(p->w, -1))));
    return gd_backward(f) ? (double)gd_item(f) : NAN;
}

START_TEST(the_memory_of_lbfgs)
{
    gd_on_error(NULL);
    static const double counts[] = { NAN, -1, 2.5, 1e154, INFINITY }, lengths[] = { NAN, -1, INFINITY };
    gd_params *net = gd_params_new();
    bowl p = { .w = gd_param(net, "w", gd_arange(0, 6, 1)) };
    gd_lbfgs_options options = gd_lbfgs_defaults();
    options.history_size = 4;
    p.o = gd_lbfgs(net, options);
    struct gi_slot *all = p.o->inside->all;
    ck_assert(passes(p.o, all, 6));
    gd_step_closure(p.o, bowl_at, &p);
    ck_assert_msg(passes(p.o, all, 6), "%s", gd_last_error());
    double *number = all->number + 1;
    refuses(p.o, all, 6, &number[0], "pairs", counts, 5);
    refuses(p.o, all, 6, &number[1], "newest", counts, 5);
    refuses(p.o, all, 6, &number[2], "step_length", lengths, 3);
    refuses(p.o, all, 6, &number[3], "H_diag", lengths, 3);
    refuses(p.o, all, 6, &number[0], "pairs and newest", (double[]){ 5 }, 1);
    refuses(p.o, all, 6, &number[1], "pairs and newest", (double[]){ 4 }, 1);
    ck_assert(!passes(p.o, all, 7));
    ck_message("here: s and y must be [rows, n] and rho [rows], n being the number of elements of all parameters");
    for (int k = 0; k < 5; k++) {
        gd_tensor *kept_state = all->state[k];
        all->state[k] = NULL;
        ck_assert(!passes(p.o, all, 6));
        all->state[k] = kept_state;
    }
    gd_tensor *none[GD_MAX_STATES] = { NULL };
    gd_kept kept = kept_of(all, 6);
    kept.state = none;
    ck_assert(!gi_check_kept("here", p.o->algorithm, &kept));
    ck_message("here: there are steps, but no states");
    gd_optimizer_free(p.o);
    gd_params_free(net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("optim: state validation");
    TCase *tc = tcase_create("all");
    tcase_add_loop_test(tc, what_was_made_passes_and_no_more, 0, MAKERS);
    tcase_add_loop_test(tc, ranges_name_what_there_is, 0, MAKERS);
    tcase_add_test(tc, the_memory_of_lbfgs);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
