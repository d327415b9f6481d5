/* test_dead_handles.c - debug builds (GD_DEBUG): models, optimizers, averages, loaders and plots used after they
 * were freed, objects that hold dead tensors, and dead tensors returned by user code. */
#include "support/support.h"

#ifdef GD_DEBUG
/* ---- Objects that hold dead tensors -------------------------------------------------------------------------- */

START_TEST(a_graph_over_a_freed_model)
{
    GD_SCOPE;
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(3))), *x = gd_requires_grad(gd_ones(GD_SHAPE(3))), *dx;
    gd_tensor *loss = gd_sum(gd_mul(gd_square(x), w)), *other = gd_sum(gd_square(x));
    gd_params_free(p);
    ck_assert(!gd_backward(loss));
    ck_message("gd_backward: y depends on input 1 of gd_mul, which belonged to a model that has been freed");
    ck_assert(!gd_grad(loss, NULL, &x, 1, &dx, false));
    ck_message("gd_grad: y depends on input 1 of gd_mul, which belonged to a model that has been freed");
    FILE *out = fopen("/dev/null", "w");
    gd_graph_print(out, loss);
    ck_message("gd_graph_print: y depends on input 1 of gd_mul, which belonged to a model that has been freed");
    gd_graph_dot(out, loss);
    ck_message("gd_graph_dot: y depends on input 1 of gd_mul, which belonged to a model that has been freed");
    fclose(out);
    ck_good(gd_backward(other));            /* the rest of the tape is as it was */
    ck_values(x->grad, 2, 2, 2);
}
END_TEST

START_TEST(an_optimizer_without_its_model)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_scalar(1));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    ck_good(gd_set_grad(w, gd_scalar(1)) && gd_step(o));
    gd_params_free(p);
    ck_assert(!gd_step(o));
    ck_message("gd_step: the first parameter of o belonged to a model that has been freed");
    gd_zero_grad(o);
    ck_message("gd_zero_grad: the first parameter of o belonged to a model that has been freed");
    gd_optimizer_free(o);
}
END_TEST

START_TEST(a_loader_without_its_data)
{
    gd_loader *loader;
    gd_batch batch;
    {
        GD_SCOPE;
        gd_tensor *x = gd_ones(GD_SHAPE(4, 2));
        loader = gd_loader_new((gd_dataset){ x, gd_sum_axis(x, 1, false) }, (gd_loader_options){ .batch = 2 });
        ck_good(gd_loader_next(loader, &batch));
    }
    ck_assert(!gd_loader_next(loader, &batch));
    ck_message("gd_loader_next: the data set's x was made in a scope that has ended");
    gd_loader_free(loader);
}
END_TEST

/* ---- Models, optimizers, averages, loaders and plots themselves ------------------------------------------------- */

START_TEST(freed_handles)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_scalar(1));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    gd_ema *ema = gd_ema_new(p, 0.9);
    gd_plot *picture = gd_plot_new("", "", "");
    gd_loader *loader = gd_loader_new((gd_dataset){ gd_ones(GD_SHAPE(2)), NULL }, (gd_loader_options){ .batch = 1 });
    gd_batch batch;
    ck_good(gd_set_grad(w, gd_scalar(1)) && gd_step(o));
    gd_params_free(p);
    ck_assert(!gd_ema_update(ema) && !gd_ema_swap(ema));
    ck_message("gd_ema_swap: the model of ema has been freed");
    ck_assert(!gd_check_finite(o));
    ck_message("gd_check_finite: the first parameter of o belonged to a model that has been freed");
    ck_assert(!gd_optimizer_visit(o, NULL, NULL));
    ck_message("gd_optimizer_visit: the first parameter of o belonged to a model that has been freed");
    ck_assert(!gd_optimizer_group(o, "w", NULL));
    ck_message("gd_optimizer_group: the first parameter of o belonged to a model that has been freed");
    ck_assert(!gd_param(p, "v", gd_scalar(1)));
    ck_message("gd_param: p has been freed");
    gd_params_free(p);
    ck_message("gd_params_free: p has been freed");
    gd_optimizer_free(o);
    ck_assert(!gd_step(o));
    ck_message("gd_step: o has been freed");
    gd_optimizer_free(o);
    ck_message("gd_optimizer_free: o has been freed");
    gd_ema_free(ema);
    ck_assert(!gd_ema_update(ema));
    ck_message("gd_ema_update: ema has been freed");
    gd_ema_free(ema);
    ck_message("gd_ema_free: ema has been freed");
    gd_plot_free(picture);
    ck_assert(!gd_plot_save(picture, "/dev/null"));
    ck_message("gd_plot_save: p has been freed");
    gd_plot_free(picture);
    ck_message("gd_plot_free: p has been freed");
    gd_loader_free(loader);
    ck_assert(!gd_loader_next(loader, &batch));
    ck_message("gd_loader_next: loader has been freed");
    gd_loader_free(loader);
    ck_message("gd_loader_free: loader has been freed");
}
END_TEST

/* Functions that only return information, and handles inside structs. */
START_TEST(freed_handles_are_asked)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_scalar(1));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    gd_group *group = gd_optimizer_group(o, "w", NULL);
    gd_loader *loader = gd_loader_new((gd_dataset){ gd_ones(GD_SHAPE(2)), NULL }, (gd_loader_options){ .batch = 1 });
    gd_plot *picture = gd_plot_new("", "", "");
    gd_optimizer_free(o);
    gd_loader_free(loader);
    gd_plot_free(picture);
    ck_assert(!gd_save("/dev/null", p, o));
    ck_message("gd_save: optimizer has been freed");
    ck_assert(!gd_load("/dev/null", p, o));
    ck_message("gd_load: optimizer has been freed");
    ck_assert(!gd_checkpoint_save("/dev/null", &(gd_training_run){ .params = p, .loader = loader }));
    ck_message("gd_checkpoint_save: loader has been freed");
    ck_assert(!gd_optimizer_state(o, w, "exp_avg") && !gd_optimizer_number(o, w, "step"));
    ck_message("gd_optimizer_number: o has been freed");
    ck_assert(!gd_optimizer_trace(o, w, GD_SHAPE()));
    ck_message("gd_optimizer_trace: o has been freed");
    ck_assert(gd_trace_rows(o) == 0 && !gd_trace_at(o, 0));
    ck_message("gd_trace_at: o has been freed");
    ck_assert(isnan(gd_group_get(group, "lr")) && !gd_group_set(group, "lr", 1));
    ck_message("gd_group_set: group belonged to an optimizer or an average that has been freed");
    ck_assert(gd_loader_epoch(loader) == 0 && gd_loader_batches(loader) == 0);
    ck_message("gd_loader_batches: loader has been freed");
    ck_assert(gd_loader_position(loader).epoch == 0);
    ck_message("gd_loader_position: loader has been freed");
    ck_assert(!gd_plot_save_grid(&picture, 1, 1, NULL, "/dev/null"));
    ck_message("gd_plot_save_grid: a panel has been freed");
    gd_params_free(p);
    ck_assert(gd_params_tensors(p) == 0 && gd_params_count(p) == 0);
    ck_message("gd_params_count: p has been freed");
    ck_assert(!gd_params_is_buffer(p, 0));
    ck_message("gd_params_is_buffer: p has been freed");
}
END_TEST

/* ---- Results of user code --------------------------------------------------------------------------------------- */

static void dying_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    GD_SCOPE;
    dx[0] = gd_scale(dy, 2);
}

static gd_tensor *dying_square(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    GD_SCOPE;
    return gd_square(xs[0]);
}

START_TEST(dead_results)
{
    static const gd_op dying = { .name = "dying", .rule = dying_rule };
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2, 3)));
    ck_assert(!gd_backward(gd_sum(gd_record(&dying, gd_ones_like(x), &x, 1, NULL, 0))));
    ck_message("gd_backward: dx[0] of the rule of dying was made in a scope that has ended");
    ck_assert(!gd_gradcheck(dying_square, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradcheck: the result of the function was made in a scope that has ended");
    ck_assert(!gd_gradgradcheck(dying_square, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradgradcheck: the result of the function was made in a scope that has ended");
}
END_TEST

#endif

START_TEST(null_handles_tell_nothing)
{
    ck_assert(gd_params_tensors(NULL) == 0 && gd_params_count(NULL) == 0 && !gd_params_is_buffer(NULL, 0));
    ck_assert(gd_loader_epoch(NULL) == 0 && gd_loader_batches(NULL) == 0 && gd_loader_position(NULL).epoch == 0);
    ck_assert(gd_trace_rows(NULL) == 0 && gd_safetensors_count(NULL) == 0 && gd_safetensors_find(NULL, "x") == -1);
    ck_no_message();
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: dead handles");
    TCase *all = tcase_create("all builds");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, null_handles_tell_nothing);
    suite_add_tcase(suite, all);
#ifdef GD_DEBUG
    TCase *debug = tcase_create("debug builds");
    tcase_add_checked_fixture(debug, quietly, gd_shutdown);
    tcase_add_test(debug, a_graph_over_a_freed_model);
    tcase_add_test(debug, an_optimizer_without_its_model);
    tcase_add_test(debug, a_loader_without_its_data);
    tcase_add_test(debug, freed_handles);
    tcase_add_test(debug, freed_handles_are_asked);
    tcase_add_test(debug, dead_results);
    suite_add_tcase(suite, debug);
#endif
    return run_suite(suite);
}
