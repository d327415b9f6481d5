/* test_freed_handles.c - models, optimizers, averages, loaders, plots, programs and open files used after they were
 * freed: debug builds (GD_DEBUG) report it in every function, and nothing crashes.  In all builds NULL is harmless
 * there. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <unistd.h>

#include "support/support.h"
#include "gradus/checkpoint.h"
#include "gradus/metrics.h"
#include "gradus/program.h"
#include "gradus/table.h"

static gd_params *p, *net;
static gd_optimizer *o, *adam;
static gd_group *group, *first;
static gd_ema *ema;
static gd_loader *loader;
static gd_plot *plot;
static gd_safetensors *file;
static gd_history *history;
static gd_early_stopping *stopping;
static gd_table *table;
static gd_npz *npz;
static gd_animation *film;
static gd_program *program;
static gd_tensor *w, *x;
static gd_batch batch;
static double place;
static char path[40];

#define LOAD (gd_load_options){ 0 }, NULL
#define SAVES(...) !gd_checkpoint_save(path, &(gd_training_run){ .params = net, __VA_ARGS__ })
#define LOADS(...) !gd_checkpoint_load(path, &(gd_training_run){ .params = net, __VA_ARGS__ }, LOAD)

static double closure(void *context)
{
    (void)context;
    return 1;
}

static void visit(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    (void)context, (void)owner, (void)name, (void)tensor, (void)number;
}

/* The function, the argument, and a call that is true when it returned its value for failure. */
#define ROWS(row) \
    row(gd_params_count, p, gd_params_count(p) == 0) \
    row(gd_params_tensors, p, gd_params_tensors(p) == 0) \
    row(gd_params_is_buffer, p, !gd_params_is_buffer(p, 0)) \
    row(gd_params_at, p, !gd_params_at(p, 0)) \
    row(gd_params_get, p, !gd_params_get(p, "w")) \
    row(gd_params_copy, p, !gd_params_copy(p)) \
    row(gd_params_assign, to, !gd_params_assign(p, net)) \
    row(gd_params_assign, from, !gd_params_assign(net, p)) \
    row(gd_params_vector_size, p, gd_params_vector_size(p) == -1) \
    row(gd_params_to_vector, p, !gd_params_to_vector(p, (double[]){ 0 }, 1)) \
    row(gd_vector_to_params, p, !gd_vector_to_params(p, (double[]){ 0 }, 1)) \
    row(gd_grads_to_vector, p, !gd_grads_to_vector(p, (double[]){ 0 }, 1)) \
    row(gd_param, p, !gd_param(p, "v", x)) \
    row(gd_buffer, p, !gd_buffer(p, "v", x)) \
    row(gd_linear_new, p, !gd_linear_new(p, "l", 1, 1).weight) \
    row(gd_adam, params, !gd_adam(p, gd_adam_defaults())) \
    row(gd_ema_new, params, !gd_ema_new(p, 0.5)) \
    row(gd_clip_grad_norm, params, isnan(gd_clip_grad_norm(p, 1))) \
    row(gd_clip_grad_value, params, isnan(gd_clip_grad_value(p, 1))) \
    row(gd_save, p, !gd_save(path, p, NULL)) \
    row(gd_load, p, !gd_load(path, p, NULL)) \
    row(gd_step, o, !gd_step(o)) \
    row(gd_step_closure, o, isnan(gd_step_closure(o, closure, NULL))) \
    row(gd_check_finite, o, !gd_check_finite(o)) \
    row(gd_optimizer_group, o, !gd_optimizer_group(o, "w", NULL)) \
    row(gd_optimizer_state, o, !gd_optimizer_state(o, w, "exp_avg")) \
    row(gd_optimizer_number, o, !gd_optimizer_number(o, w, "step")) \
    row(gd_optimizer_start, o, !gd_optimizer_start(o, w)) \
    row(gd_optimizer_visit, o, !gd_optimizer_visit(o, visit, NULL)) \
    row(gd_optimizer_shared_state, o, !gd_optimizer_shared_state(o, 0, GD_SHAPE(1))) \
    row(gd_yogi_start_from, o, !gd_yogi_start_from(o)) \
    row(gd_optimizer_trace, o, !gd_optimizer_trace(o, w, GD_SHAPE(0))) \
    row(gd_trace_rows, o, gd_trace_rows(o) == 0) \
    row(gd_trace_at, o, !gd_trace_at(o, 0)) \
    row(gd_trace_csv, o, !gd_trace_csv(o, path)) \
    row(gd_trace_picture, o, !gd_trace_picture(o, path)) \
    row(gd_save, optimizer, !gd_save(path, net, o)) \
    row(gd_load, optimizer, !gd_load(path, net, o)) \
    row(gd_checkpoint_save, optimizer, SAVES(.optimizer = o)) \
    row(gd_checkpoint_load, optimizer, LOADS(.optimizer = o)) \
    row(gd_group_set, group, !gd_group_set(group, "lr", 1)) \
    row(gd_group_set, group, !gd_group_set(group, "beta1", 0.5)) \
    row(gd_group_get, group, isnan(gd_group_get(group, "lr"))) \
    row(gd_group_get, group, isnan(gd_group_get(group, "beta1"))) \
    row(gd_group_add, group, !gd_group_add(group, w)) \
    row(gd_set_schedule, group, !gd_set_schedule(group, gd_lr_none())) \
    row(gd_group_set, group, !gd_group_set(first, "lr", 1)) \
    row(gd_group_set, group, !gd_group_set(first, "beta1", 0.5)) \
    row(gd_group_get, group, isnan(gd_group_get(first, "lr"))) \
    row(gd_group_get, group, isnan(gd_group_get(first, "beta1"))) \
    row(gd_group_add, group, !gd_group_add(first, w)) \
    row(gd_set_schedule, group, !gd_set_schedule(first, gd_lr_none())) \
    row(gd_ema_update, ema, !gd_ema_update(ema)) \
    row(gd_ema_swap, ema, !gd_ema_swap(ema)) \
    row(gd_ema_get, ema, !gd_ema_get(ema, w)) \
    row(gd_checkpoint_save, ema, SAVES(.ema = ema)) \
    row(gd_checkpoint_load, ema, LOADS(.ema = ema)) \
    row(gd_loader_next, loader, !gd_loader_next(loader, &batch)) \
    row(gd_loader_epoch, loader, gd_loader_epoch(loader) == 0) \
    row(gd_loader_batches, loader, gd_loader_batches(loader) == 0) \
    row(gd_loader_position, loader, gd_loader_position(loader).example == 0) \
    row(gd_loader_seek, loader, !gd_loader_seek(loader, (gd_position){ 0, 0 })) \
    row(gd_checkpoint_save, loader, SAVES(.loader = loader)) \
    row(gd_checkpoint_load, loader, LOADS(.loader = loader)) \
    row(gd_plot_point, p, !gd_plot_point(plot, "s", 0, 0)) \
    row(gd_plot_xlim, p, !gd_plot_xlim(plot, 0, 1)) \
    row(gd_plot_where, p, !gd_plot_where(plot, 0, 0, &place, &place)) \
    row(gd_plot_save, p, !gd_plot_save(plot, "f.png")) \
    row(gd_plot_live, p, !gd_plot_live(plot, stderr, 0)) \
    row(gd_plot_live_break, p, !gd_plot_live_break(plot)) \
    row(gd_animation_frame, a, !gd_animation_frame(film, plot)) \
    row(gd_animation_grid, a, !gd_animation_grid(film, &plot, 1, 1, "")) \
    row(gd_animation_end, a, !gd_animation_end(film)) \
    row(gd_plot_save_grid, a panel, !gd_plot_save_grid((gd_plot *const[]){ NULL, plot }, 1, 2, "", "f.png")) \
    row(gd_safetensors_count, file, gd_safetensors_count(file) == 0) \
    row(gd_safetensors_name, file, !gd_safetensors_name(file, 0)) \
    row(gd_safetensors_type, file, !gd_safetensors_type(file, 0)) \
    row(gd_safetensors_shape, file, gd_safetensors_shape(file, 0).ndim == 0) \
    row(gd_safetensors_find, file, gd_safetensors_find(file, "w") == -1) \
    row(gd_safetensors_metadata, file, !gd_safetensors_metadata(file, "gradus")) \
    row(gd_safetensors_metadata_count, file, gd_safetensors_metadata_count(file) == 0) \
    row(gd_safetensors_metadata_at, file, !gd_safetensors_metadata_at(file, 0).key) \
    row(gd_safetensors_read, file, !gd_safetensors_read(file, "w")) \
    row(gd_params_freeze, p, !gd_params_freeze(p, "")) \
    row(gd_param_tied, p, !gd_param_tied(p, "v", w)) \
    row(gd_history_add, history, !gd_history_add(history, "s", 1, 1)) \
    row(gd_history_rows, history, gd_history_rows(history) == 0) \
    row(gd_history_count, history, gd_history_count(history) == 0) \
    row(gd_history_truncate, history, !gd_history_truncate(history, 0)) \
    row(gd_history_save, history, !gd_history_save(history, path)) \
    row(gd_history_picture, history, !gd_history_picture(history, "", "f.png")) \
    row(gd_early_stopping_next, stopping, gd_early_stopping_next(stopping, 1)) \
    row(gd_early_stopping_restore, stopping, !gd_early_stopping_restore(stopping)) \
    row(gd_table_rows, table, gd_table_rows(table) == 0) \
    row(gd_table_find, table, gd_table_find(table, "a") == -1) \
    row(gd_table_numbers, table, !gd_table_numbers(table, NULL, 0)) \
    row(gd_npz_count, file, gd_npz_count(npz) == 0) \
    row(gd_npz_read, file, !gd_npz_read(npz, "w")) \
    row(gd_run, program, !gd_run(program, &x, 1)) \
    row(gd_program_print, program, (gd_program_print(stderr, program), true))

static void make(void)
{
    quietly();
    strcpy(path, "/tmp/gradus-freed-XXXXXX");
    int handle = mkstemp(path);
    ck_assert(handle >= 0 && close(handle) == 0);
    x = gd_ones(GD_SHAPE(2));
    net = gd_params_new();
    w = gd_param(net, "w", x);
    adam = gd_adam(net, gd_adam_defaults());
    ck_good(w && gd_save(path, net, adam));
}

static void end(void)
{
    gd_optimizer_free(adam);
    gd_params_free(net);
    ck_assert_int_eq(remove(path), 0);
    gd_shutdown();
}

START_TEST(null)
{
    p = NULL, o = NULL, group = first = NULL, ema = NULL, loader = NULL, plot = NULL, file = NULL;
    history = NULL, stopping = NULL, table = NULL, npz = NULL, film = NULL, program = NULL;
#define CK_NULL(function, argument, call) \
    if (!strstr(#call, "SAVES") && !strstr(#call, "LOADS") && !strstr(#call, "net, o)") && !strstr(#call, "panels")) \
        ck_assert_msg(call, "%s", #call);
    ROWS(CK_NULL)
}
END_TEST

#ifdef GD_DEBUG
static gd_tensor *step(gd_tensor *const in[], int n, void *context)
{
    (void)n, (void)context;
    return gd_square(in[0]);
}

START_TEST(freed)
{
    p = gd_params_copy(net);
    o = gd_adam(net, gd_adam_defaults());
    group = gd_optimizer_group(o, "w", NULL);
    first = &o->first;
    ema = gd_ema_new(net, 0.5);
    loader = gd_loader_new((gd_dataset){ x, NULL }, (gd_loader_options){ .batch = 1 });
    plot = gd_plot_new("", "", "");
    file = gd_safetensors_open(path);
    ck_good(p && o && group && ema && loader && plot && file && gd_loader_next(loader, &batch));
    history = gd_history_new(NULL);
    stopping = gd_early_stopping_new(net, gd_early_stopping_defaults());
    char other[48];
    snprintf(other, sizeof other, "%s.2", path);
    ck_good(gd_csv_write(other, gd_ones(GD_SHAPE(2, 1)), (const char *const[]){ "a" }));
    table = gd_table_read(other, gd_table_defaults());
    ck_good(gd_npz_write(other, (const char *const[]){ "w" }, &x, 1));
    npz = gd_npz_open(other);
    ck_good(history && stopping && table && npz && remove(other) == 0);
    snprintf(other, sizeof other, "%s.png", path);
    film = gd_animation_new(other, (gd_animation_options){ 0 });
    ck_assert(film && !gd_animation_end(film));         /* without frames no file */
    program = gd_capture(step, NULL);
    for (int i = 0; i < 3; i++)             /* called, captured, run again */
        ck_good(gd_run(program, &x, 1));
    gd_program_free(program);
    gd_params_free(p);
    gd_optimizer_free(o);
    gd_ema_free(ema);
    gd_loader_free(loader);
    gd_plot_free(plot);
    gd_safetensors_close(file);
    gd_history_free(history);
    gd_early_stopping_free(stopping);
    gd_table_free(table);
    gd_npz_close(npz);
#define CK_FREED(function, argument, call) \
    gd_clear_error(); \
    ck_assert_msg(call, "%s", #call); \
    ck_assert_msg(gd_last_error() && strncmp(gd_last_error(), #function ": " #argument " ", \
                                             strlen(#function ": " #argument " ")) == 0 \
                      && strstr(gd_last_error(), "has been freed"), "%s: %s", #call, gd_last_error());
    ROWS(CK_FREED)
    gd_safetensors_close(file);
    ck_message("gd_safetensors_close: file has been freed");
    gd_program_free(program);
    ck_message("gd_program_free: program has been freed");
    gd_loader_free(loader);
    ck_message("gd_loader_free: loader has been freed");
    ck_assert(isnan(gd_group_get(group, "lr")));
    ck_message("gd_group_get: group belonged to an optimizer or an average that has been freed");
    ck_assert(!gd_backward(gd_sum(batch.x)));
    ck_assert(isnan(gd_item(batch.x)));
    ck_message("gd_item: t belonged to a loader that has been freed");
}
END_TEST

/* Optimizers and averages outlive their model, but cannot be used any more. */
START_TEST(without_the_model)
{
    gd_params *model = gd_params_copy(net);
    gd_tensor *v = gd_params_at(model, 0);
    gd_optimizer *yogi = gd_yogi(model, gd_yogi_defaults()), *sgd = gd_sgd(model, gd_sgd_defaults());
    gd_ema *average = gd_ema_new(model, 0.5);
    ck_good(gd_optimizer_trace(sgd, v, GD_SHAPE(0)) && gd_set_grad(v, x) && gd_step(sgd));
    ck_assert_int_eq(gd_trace_rows(sgd), 1);
    gd_params_free(model);
    static const char first_freed[] = "the first parameter of o belonged to a model that has been freed";
#define CK_MODEL(function, call) \
    ck_assert(call); \
    ck_assert_msg(gd_last_error() && strncmp(gd_last_error(), #function ": ", strlen(#function) + 2) == 0 \
                      && strcmp(gd_last_error() + strlen(#function) + 2, first_freed) == 0, "%s", gd_last_error()); \
    gd_clear_error();
    CK_MODEL(gd_yogi_start_from, !gd_yogi_start_from(yogi))
    CK_MODEL(gd_step_closure, isnan(gd_step_closure(yogi, closure, NULL)))
    CK_MODEL(gd_trace_at, !gd_trace_at(sgd, 0))
    CK_MODEL(gd_trace_csv, !gd_trace_csv(sgd, path))
    CK_MODEL(gd_trace_picture, !gd_trace_picture(sgd, path))
    CK_MODEL(gd_save, !gd_save(path, net, sgd))
    CK_MODEL(gd_load, !gd_load(path, net, sgd))
    ck_assert(SAVES(.ema = average));
    ck_message("gd_checkpoint_save: the model of ema has been freed");
    gd_ema_free(average);
    gd_optimizer_free(sgd);
    gd_optimizer_free(yogi);
    ck_no_message();
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("library: freed handles");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, make, end);
    tcase_add_test(all, null);
#ifdef GD_DEBUG
    tcase_add_test(all, freed);
    tcase_add_test(all, without_the_model);
#endif
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
