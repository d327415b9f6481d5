/* test_refusals.c - refused calls say why, even after an earlier message: NULL for something no call of the library
 * returns, paths that are empty or lead nowhere; and the wording of messages: NaN without a sign, singular and
 * plural, the name of the argument. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/support.h"
#include "gradus/checkpoint.h"

/* ---- NULL after a failure that was handled ----------------------------------------------------------------------- */

static gd_params *net;
static gd_optimizer *adam;
static gd_loader *loader;
static gd_plot *plot;
static gd_tensor *w, *x, *dx;
static double place;

static void make(void)
{
    quietly();
    x = gd_requires_grad(gd_ones(GD_SHAPE(2, 3)));
    net = gd_params_new();
    w = gd_param(net, "w", x);
    adam = gd_adam(net, gd_adam_defaults());
    loader = gd_loader_new((gd_dataset){ x, NULL }, (gd_loader_options){ .batch = 1 });
    plot = gd_plot_new("", "", "");
    ck_assert(w && adam && loader && plot);
}

static void end(void)
{
    gd_plot_free(plot);
    gd_loader_free(loader);
    gd_optimizer_free(adam);
    gd_params_free(net);
    gd_shutdown();
}

static bool visits(gd_state_visitor *visitor)
{
    return gd_optimizer_visit(adam, visitor, NULL);
}

#define RUN(...) &(gd_training_run){ .params = net, __VA_ARGS__ }
#define NOTES(...) RUN(.notes = (gd_note[]){ __VA_ARGS__ }, .note_count = 1)
#define LOAD (gd_load_options){ 0 }, NULL

/* Each call fails with "NAME: WHAT is NULL". */
#define ALWAYS(row) \
    row(gd_csv_read, "path", !gd_csv_read(NULL, (gd_csv_options){ 0 })) \
    row(gd_idx_read, "path", !gd_idx_read(NULL)) \
    row(gd_npy_read, "path", !gd_npy_read(NULL)) \
    row(gd_npy_read_at, "path", !gd_npy_read_at(NULL, 0)) \
    row(gd_npy_count, "path", gd_npy_count(NULL) == -1) \
    row(gd_npy_write, "path", !gd_npy_write(NULL, x)) \
    row(gd_safetensors_open, "path", !gd_safetensors_open(NULL)) \
    row(gd_safetensors_write, "path", !gd_safetensors_write(NULL, NULL, NULL, 0, NULL, 0)) \
    row(gd_safetensors_write, "names", !gd_safetensors_write("f", NULL, &x, 1, NULL, 0)) \
    row(gd_safetensors_write, "tensors", !gd_safetensors_write("f", (const char *const[]){ "x" }, NULL, 1, NULL, 0)) \
    row(gd_safetensors_write, "metadata", !gd_safetensors_write("f", NULL, NULL, 0, NULL, 1)) \
    row(gd_safetensors_write, "name 0", !gd_safetensors_write("f", (const char *const[]){ NULL }, &x, 1, NULL, 0)) \
    row(gd_save, "path", !gd_save(NULL, net, adam)) \
    row(gd_load, "path", !gd_load(NULL, net, adam)) \
    row(gd_checkpoint_save, "path", !gd_checkpoint_save(NULL, RUN(0))) \
    row(gd_checkpoint_save, "run", !gd_checkpoint_save("f", NULL)) \
    row(gd_checkpoint_save, "notes", !gd_checkpoint_save("f", RUN(.note_count = 1))) \
    row(gd_checkpoint_save, "the key of a note", !gd_checkpoint_save("f", NOTES({ .text = "t" }))) \
    row(gd_checkpoint_save, "k", !gd_checkpoint_save("f", NOTES({ .key = "k" }))) \
    row(gd_checkpoint_load, "path", !gd_checkpoint_load(NULL, RUN(0), LOAD)) \
    row(gd_checkpoint_load, "run", !gd_checkpoint_load("f", NULL, LOAD)) \
    row(gd_checkpoint_load, "notes", !gd_checkpoint_load("f", RUN(.note_count = 1), LOAD)) \
    row(gd_checkpoint_load, "the key of a note", !gd_checkpoint_load("f", NOTES({ .text = "t" }), LOAD)) \
    row(gd_param, "name", !gd_param(net, NULL, x)) \
    row(gd_buffer, "name", !gd_buffer(net, NULL, x)) \
    row(gd_params_get, "name", !gd_params_get(net, NULL)) \
    row(gd_linear_new, "name", !gd_linear_new(net, NULL, 1, 1).weight) \
    row(gd_conv2d_new, "name", !gd_conv2d_new(net, NULL, 1, 1, 1, 1, (gd_conv2d_options){ .groups = 1 }).weight) \
    row(gd_embedding_new, "name", !gd_embedding_new(net, NULL, 1, 1).weight) \
    row(gd_layer_norm_new, "name", !gd_layer_norm_new(net, NULL, GD_SHAPE(1)).weight) \
    row(gd_batch_norm_new, "name", !gd_batch_norm_new(net, NULL, 1).weight) \
    row(gd_lstm_new, "name", !gd_lstm_new(net, NULL, 1, 1).weight_ih) \
    row(gd_multihead_new, "name", !gd_multihead_new(net, NULL, 1, 1).out_bias) \
    row(gd_linear_apply, "layer", !gd_linear_apply(NULL, x)) \
    row(gd_conv2d_apply, "layer", !gd_conv2d_apply(NULL, x)) \
    row(gd_conv1d_apply, "layer", !gd_conv1d_apply(NULL, x)) \
    row(gd_embedding_apply, "layer", !gd_embedding_apply(NULL, x)) \
    row(gd_layer_norm_apply, "layer", !gd_layer_norm_apply(NULL, x)) \
    row(gd_batch_norm_apply, "layer", !gd_batch_norm_apply(NULL, x, true)) \
    row(gd_dropout_apply, "layer", !gd_dropout_apply(NULL, x, true)) \
    row(gd_rnn_apply, "cell", !gd_rnn_apply(NULL, x, x)) \
    row(gd_gru_apply, "cell", !gd_gru_apply(NULL, x, x)) \
    row(gd_lstm_apply, "cell", !gd_lstm_apply(NULL, x, (gd_lstm_state){ x, x }).h) \
    row(gd_multihead_apply, "layer", !gd_multihead_apply(NULL, x, x, x, false)) \
    row(gd_optimizer_new, "algorithm", !gd_optimizer_new(net, NULL, &place)) \
    row(stepless, "options", !gd_optimizer_new(net, &(gd_algorithm){ .name = "stepless", .options_size = 8, \
                                                                     .update = nothing }, NULL)) \
    row(gd_step_closure, "closure", isnan(gd_step_closure(adam, NULL, NULL))) \
    row(gd_optimizer_visit, "visit", !visits(NULL)) \
    row(gd_optimizer_state, "state", !gd_optimizer_state(adam, w, NULL)) \
    row(gd_optimizer_number, "number", !gd_optimizer_number(adam, w, NULL)) \
    row(gd_group_set, "option", !gd_group_set(&adam->first, NULL, 0)) \
    row(gd_group_get, "option", isnan(gd_group_get(&adam->first, NULL))) \
    row(gd_lr_multistep, "milestones", isnan(gd_lr_at(gd_lr_multistep(1, NULL, 1, 0.5), 0))) \
    row(gd_lr_custom, "function", isnan(gd_lr_at(gd_lr_custom(NULL, NULL), 0))) \
    row(gd_plateau_next, "plateau", isnan(gd_plateau_next(NULL, 1))) \
    row(gd_loader_next, "batch", !gd_loader_next(loader, NULL)) \
    row(gd_copy_out, "row_major", !gd_copy_out(x, NULL)) \
    row(gd_from, "values", !gd_from(GD_SHAPE(1), NULL)) \
    row(gd_wrap, "data", !gd_wrap(GD_SHAPE(1), NULL)) \
    row(gd_record, "op", !gd_record(NULL, gd_ones(GD_SHAPE(1)), &x, 1, NULL, 0)) \
    row(gd_concat, "xs", !gd_concat(NULL, 2, 0)) \
    row(gd_stack, "xs", !gd_stack(NULL, 1, 0)) \
    row(gd_grad, "xs", !gd_grad(gd_sum(x), NULL, NULL, 1, &dx, false)) \
    row(gd_grad, "dxs", !gd_grad(gd_sum(x), NULL, &x, 1, NULL, false)) \
    row(gd_gradcheck, "function", !gd_gradcheck(NULL, NULL, &x, 1, (gd_gradcheck_options){ 0 })) \
    row(gd_gradgradcheck, "xs", !gd_gradgradcheck(square, NULL, NULL, 1, (gd_gradcheck_options){ 0 })) \
    row(gd_plot_point, "series", !gd_plot_point(plot, NULL, 0, 0)) \
    row(gd_plot_contour, "f", !gd_plot_contour(plot, NULL, NULL, 0, 1, 0, 1)) \
    row(gd_plot_levels, "levels", !gd_plot_levels(plot, NULL, 1, false)) \
    row(gd_plot_where, "column", !gd_plot_where(plot, 0, 0, NULL, &place)) \
    row(gd_plot_where, "row", !gd_plot_where(plot, 0, 0, &place, NULL)) \
    row(gd_plot_save, "path", !gd_plot_save(plot, NULL)) \
    row(gd_plot_save_grid, "panels", !gd_plot_save_grid(NULL, 1, 1, "", "f.png"))

/* Where a call fails because an earlier one returned NULL, the first message is kept. */
#define BECAUSE(row) \
    row(gd_backward, "y", !gd_backward(NULL)) \
    row(gd_item, "t", isnan(gd_item(NULL))) \
    row(gd_npy_write, "t", !gd_npy_write("f", NULL)) \
    row(gd_param, "p", !gd_param(NULL, "v", x)) \
    row(gd_param, "value", !gd_param(net, "v", NULL)) \
    row(gd_linear_new, "p", !gd_linear_new(NULL, "l", 1, 1).weight) \
    row(gd_adam, "params", !gd_adam(NULL, gd_adam_defaults())) \
    row(gd_step, "o", !gd_step(NULL)) \
    row(gd_save, "p", !gd_save("f", NULL, adam)) \
    row(gd_checkpoint_save, "params", !gd_checkpoint_save("f", &(gd_training_run){ .note_count = 0 })) \
    row(gd_group_set, "group", !gd_group_set(NULL, "lr", 1)) \
    row(gd_optimizer_trace, "o", !gd_optimizer_trace(NULL, w, GD_SHAPE(0, 0))) \
    row(gd_trace_at, "o", !gd_trace_at(NULL, 0)) \
    row(gd_trace_csv, "o", !gd_trace_csv(NULL, "f")) \
    row(gd_trace_picture, "o", !gd_trace_picture(NULL, "f")) \
    row(gd_loader_next, "loader", !gd_loader_next(NULL, &(gd_batch){ NULL, NULL, 0, 0, NULL })) \
    row(gd_safetensors_read, "file", !gd_safetensors_read(NULL, "x")) \
    row(gd_safetensors_write, "tensor \"x\"", !gd_safetensors_write("f", (const char *const[]){ "x" }, \
                                                                   (gd_tensor *const[]){ NULL }, 1, NULL, 0)) \
    row(gd_plot_point, "p", !gd_plot_point(NULL, "s", 0, 0))

static void nothing(const gd_update *u)
{
    (void)u;
}

static gd_tensor *square(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_square(xs[0]);
}

static const char old[] = "gd_load: an old one";

#define CK(function, what, call, message) \
    gd_clear_error(); \
    if (stands) \
        gd_fail("%s", old); \
    ck_assert_msg(call, "%s", #call); \
    ck_assert_msg(gd_last_error() && strncmp(gd_last_error(), message, strlen(message)) == 0, "%s: %s", #call, \
                  gd_last_error());
#define CK_ALWAYS(function, what, call)  CK(function, what, call, #function ": " what " is NULL")
#define CK_BECAUSE(function, what, call) CK(function, what, call, stands ? old : #function ": " what " is NULL")

START_TEST(null_in_place_of_what_is_the_program_s)
{
    for (int stands = 0; stands < 2; stands++) {
        ALWAYS(CK_ALWAYS)
    }
}
END_TEST

START_TEST(null_of_an_earlier_failure)
{
    for (int stands = 0; stands < 2; stands++) {
        BECAUSE(CK_BECAUSE)
    }
    gd_fail("%s", old);
    ck_assert(!gd_plot_save_grid((gd_plot *const[]){ NULL }, 1, 1, "", "f.png"));
    ck_message(old);
    ck_assert(!gd_plot_save_grid((gd_plot *const[]){ NULL }, 1, 1, "", "f.png"));
    ck_message("gd_plot_save_grid: the panel is NULL: a plot was expected");
}
END_TEST

/* ---- Paths ------------------------------------------------------------------------------------------------------- */

static void ck_empty(bool failed, const char *function)
{
    char message[100];
    snprintf(message, sizeof message, "%s: path is empty", function);
    ck_assert_msg(failed, "%s", function);
    ck_message(message);
}

START_TEST(an_empty_path)
{
    ck_empty(!gd_csv_read("", (gd_csv_options){ 0 }), "gd_csv_read");
    ck_empty(!gd_idx_read(""), "gd_idx_read");
    ck_empty(!gd_npy_read(""), "gd_npy_read");
    ck_empty(gd_npy_count("") == -1, "gd_npy_count");
    ck_empty(!gd_npy_write("", x), "gd_npy_write");
    ck_empty(!gd_safetensors_open(""), "gd_safetensors_open");
    ck_empty(!gd_safetensors_write("", NULL, NULL, 0, NULL, 0), "gd_safetensors_write");
    ck_empty(!gd_save("", net, adam), "gd_save");
    ck_empty(!gd_load("", net, adam), "gd_load");
    ck_empty(!gd_checkpoint_save("", RUN(0)), "gd_checkpoint_save");
    ck_empty(!gd_checkpoint_load("", RUN(0), LOAD), "gd_checkpoint_load");
    ck_empty(!gd_airfoil("").x, "gd_airfoil");
    ck_assert(!gd_fashion_mnist("", true).x);
    ck_message("gd_fashion_mnist: folder is empty");
    ck_assert(!gd_plot_save(plot, ""));
    ck_message("gd_plot_save: path is empty: the name of a file was expected");
}
END_TEST

START_TEST(a_folder_that_does_not_exist)
{
    ck_assert(!gd_npy_write("/nowhere/at/all.npy", x));
    ck_message("gd_npy_write: /nowhere/at/all.npy cannot be written: there is no folder /nowhere/at");
    ck_assert(!gd_npy_write("nowhere/x", x));
    ck_message("gd_npy_write: nowhere/x cannot be written: there is no folder nowhere");
    ck_assert(!gd_save("nowhere/x", net, adam));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "nowhere/x cannot be written: there is no folder nowhere"));
    ck_assert(gd_plot_point(plot, "s", 0, 0) && !gd_plot_save(plot, "nowhere/x.png"));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "nowhere/x.png cannot be written: there is no folder nowhere"));
}
END_TEST

/* ---- Wording ----------------------------------------------------------------------------------------------------- */

START_TEST(nan_has_no_sign)
{
    volatile double zero = 0;
    double nan_ = -fabs(zero / zero), other = fabs(zero / zero);
    gd_tensor *t = gd_from(GD_SHAPE(2), (gd_real[]){ (gd_real)nan_, (gd_real)other });
    char text[100] = "";
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    gd_print(file, t);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    ck_assert_str_eq(text, "[2]: [nan, nan]\n");
    gd_fail("%g %f %G %+.3e|%6g|%-6g|%Lf|%g", nan_, nan_, nan_, nan_, nan_, nan_, (long double)nan_, -INFINITY);
    ck_message("nan nan NAN nan|   nan|nan   |nan|-inf");
    w->data[4] = (gd_real)nan_;
    ck_assert(!gd_check_finite(adam));
    ck_message("gd_check_finite: w is nan at [1, 1]");
    ck_assert(!gd_full(GD_SHAPE(1), 1) || isnan(gd_clip_grad_norm(net, nan_)));
    ck_assert_msg(strstr(gd_last_error(), "max = nan "), "%s", gd_last_error());
}
END_TEST

START_TEST(one_is_singular)
{
    ck_assert_ptr_null(gd_layer_norm(x, gd_ones(GD_SHAPE(2)), NULL, 1e-5));
    ck_message("gd_layer_norm: x is [2, 3] and weight is [2]: it must have the shape of x's last axis");
    ck_assert_ptr_null(gd_layer_norm(x, gd_ones(GD_SHAPE(2, 2)), NULL, 1e-5));
    ck_message("gd_layer_norm: x is [2, 3] and weight is [2, 2]: it must have the shape of x's last 2 axes");
    ck_assert_ptr_null(gd_reshape(gd_scalar(1), GD_SHAPE(2)));
    ck_message("gd_reshape: x is [] with 1 element, which does not fill the shape [2]");
    ck_assert(isnan(gd_at(gd_ones(GD_SHAPE(2)), GD_SHAPE(0, 0))));
    ck_message("gd_at: t is [2] and needs 1 index, not 2");
    ck_assert_ptr_null(gd_var_axis(gd_ones(GD_SHAPE(1)), 0, 1, false));
    ck_assert_msg(strstr(gd_last_error(), "the 1 element of"), "%s", gd_last_error());
    ck_assert(!gd_step(adam));
    ck_message("gd_step: the model's only parameter has no gradient: gd_backward comes before it, gd_zero_grad after "
               "it");
    ck_assert_ptr_null(gd_loader_new((gd_dataset){ gd_ones(GD_SHAPE(1)), NULL },
                                     (gd_loader_options){ .batch = 2, .drop_last = true }));
    ck_message("gd_loader_new: batch = 2 and drop_last leave no batch of 1 example");
    char path[] = "/tmp/gradus-refusals-XXXXXX";
    int file = mkstemp(path);
    ck_assert(file >= 0 && close(file) == 0 && gd_npy_write(path, x));
    ck_assert_ptr_null(gd_npy_read_at(path, 1));
    ck_assert_msg(strstr(gd_last_error(), "holds 1 array, counted from 0: there is no array 1"), "%s", gd_last_error());
    ck_assert_int_eq(remove(path), 0);
}
END_TEST

START_TEST(which_argument)
{
    ck_assert_ptr_null(gd_reshape(x, GD_SHAPE(-1, -1)));
    ck_message("gd_reshape: shape is [-1, -1]: only one size may be -1");
    ck_assert_ptr_null(gd_reshape(x, GD_SHAPE(-1, 2, -1, 1)));
    ck_message("gd_reshape: shape is [-1, 2, -1, 1]: only one size may be -1");
    ck_assert(!gd_grad(gd_sum(x), NULL, &x, -1, &dx, false));
    ck_message("gd_grad: n = -1 must not be negative");
    ck_assert(!gd_gradcheck(square, NULL, &x, 0, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradcheck: n = 0 tensors; at least one is needed");
}
END_TEST

/* ---- gd_fail, gd_notice, gd_abort -------------------------------------------------------------------------------- */

static char noticed[100];

static void notice(const char *message)
{
    snprintf(noticed, sizeof noticed, "%s", message);
}

START_TEST(no_format)
{
    const char *volatile none = NULL;
    ck_assert_ptr_null(gd_fail(none, 1));
    ck_message("gd_fail: format is NULL");
    gd_on_error(notice);
    gd_notice(none, 1);
    ck_assert_str_eq(noticed, "gd_notice: format is NULL");
    gd_on_error(NULL);
}
END_TEST

/* What the program printed comes first, then the message, also where both go into a pipe. */
START_TEST(gd_abort_loses_nothing)
{
    int ends[2], status;
    char text[200];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 1), dup2(ends[1], 2), close(ends[0]), close(ends[1]);
        setvbuf(stdout, NULL, _IOFBF, 4096);
        printf("epoch 7\n");
        gd_on_error(gd_abort);
        gd_ones(GD_SHAPE(-1));
        _exit(0);
    }
    close(ends[1]);
    size_t used = 0;
    for (ssize_t n; (n = read(ends[0], text + used, sizeof text - 1 - used)) > 0;)
        used += (size_t)n;
    text[used] = '\0';
    close(ends[0]);
    ck_assert(waitpid(child, &status, 0) == child && WIFSIGNALED(status));
    ck_assert_str_eq(text, "epoch 7\ngd_ones: shape [-1] has the negative size -1\n");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: refusals");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, make, end);
    tcase_add_test(all, null_in_place_of_what_is_the_program_s);
    tcase_add_test(all, null_of_an_earlier_failure);
    tcase_add_test(all, an_empty_path);
    tcase_add_test(all, a_folder_that_does_not_exist);
    tcase_add_test(all, nan_has_no_sign);
    tcase_add_test(all, one_is_singular);
    tcase_add_test(all, which_argument);
    tcase_add_test(all, no_format);
    tcase_add_test(all, gd_abort_loses_nothing);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
