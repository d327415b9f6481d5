/* test_first_message.c - every single allocation fails in turn: the message that says so is the last one, not
 * replaced by a less accurate one while the call unwinds.  Where the program cannot have its own malloc
 * (own_malloc.h) nothing fails and the calls are only made. */
#include <errno.h>

#include "support/own_malloc.h"
#include "support/scratch.h"

#ifdef OWN_MALLOC
static volatile long until_failure;         /* 0: none */
static volatile bool injected;

static bool refuses_request(void)
{
    if (until_failure == 0 || --until_failure > 0)
        return false;
    injected = true;
    errno = ENOMEM;
    return true;
}
#else
static long until_failure;
static bool injected;
#endif

/* ---- Calls --------------------------------------------------------------------------------------------------- */

static const unsigned char idx_gz[] = {     /* the gzipped IDX file of 2 x 3 bytes */
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 99, 96, 224, 96, 98, 96, 96, 0, 97, 102, 70, 38, 102, 22, 214, 255, 0, 240,
    222, 95, 33, 18, 0, 0, 0
};

static bool reads_gzip(void)
{
    return gd_idx_read("first.gz") || (gd_last_error() && strstr(gd_last_error(), "without zlib"));
}

static bool reads_safetensors(void)
{
    gd_safetensors *f = gd_safetensors_open("first.safetensors");
    bool good = f && gd_safetensors_read(f, "weight") && gd_safetensors_metadata_count(f) == 1;
    gd_safetensors_close(f);
    return good;
}

static bool reads_and_writes(void)
{
    return gd_npy_write("first.npy", gd_ones(GD_SHAPE(2, 3))) && gd_npy_read("first.npy")
           && gd_csv_read("first.csv", (gd_csv_options){ 0 });
}

static bool trains(void)
{
    gd_params *net = gd_params_new();
    gd_linear layer = gd_linear_new(net, "layer", 3, 2);
    gd_optimizer *o = net ? gd_adam(net, gd_adam_defaults()) : NULL;
    gd_tensor *y = gd_linear_apply(&layer, gd_ones(GD_SHAPE(4, 3)));
    bool good = layer.weight && o && gd_backward(gd_sum(gd_square(y))) && gd_step(o) && gd_save("first.model", net, o)
                && gd_load("first.model", net, o);
    gd_optimizer_free(o);
    gd_params_free(net);
    return good;
}

static bool draws(void)
{
    gd_plot *p = gd_plot_new("title", "x", "y");
    bool good = p && gd_plot_point(p, "series", 0, 0) && gd_plot_point(p, "series", 1, 1)
                && gd_plot_size(p, 160, 120) && gd_plot_save(p, "first.png");
    gd_plot_free(p);
    return good || (gd_last_error() && strstr(gd_last_error(), "without stb_image_write"));
}

static double parabola(double x, void *context)
{
    (void)context;
    return x * x;
}

static bool draws_curves(void)
{
    gd_tensor *x = gd_arange(0, 3, 1), *y = gd_ones(GD_SHAPE(3));
    gd_plot *p = gd_plot_new("title", "x", "y");
    bool good = x && y && p && gd_plot_function(p, "f", parabola, NULL, 0, 2)
                && gd_plot_band(p, "b", NULL, x, gd_add(x, y))
                && gd_plot_second_y(p, "b", "second") && gd_plot_scatter_values(p, "s", x, y, x)
                && gd_plot_z_label(p, "z") && gd_plot_size(p, 240, 180) && gd_plot_save(p, "first.svg");
    gd_plot_free(p);
    return good;
}

/* The histogram replaces nothing, the second matrix and the second images replace the first. */
static bool draws_charts(void)
{
    static const char *const names[] = { "a", "b", "c" };
    gd_tensor *x = gd_arange(0, 3, 1), *z = x ? gd_reshape(gd_arange(0, 9, 1), GD_SHAPE(3, 3)) : NULL;
    gd_plot *p[3] = { NULL, NULL, NULL };
    bool good = z != NULL;
    for (int i = 0; i < 3 && good; i++)
        good = (p[i] = gd_plot_new("", "", "")) && gd_plot_size(p[i], 200, 160);
    good = good && gd_plot_bar(p[0], "a", names, x) && gd_plot_histogram(p[0], "h", z, 0)
           && gd_plot_heat(p[1], z, (gd_heat_look){ .row_names = names }) && gd_plot_confusion(p[1], z, names)
           && gd_plot_images(p[2], gd_reshape(z, GD_SHAPE(1, 3, 3)), (gd_image_look){ .captions = names })
           && gd_plot_images(p[2], gd_reshape(z, GD_SHAPE(1, 3, 3)), (gd_image_look){ .captions = names })
           && gd_plot_save_grid(p, 1, 3, "", "first.svg");
    for (int i = 0; i < 3; i++)
        gd_plot_free(p[i]);
    return good;
}

static gd_tensor *many(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_softmax(gd_matmul(xs[0], gd_transpose(xs[0], 0, 1)), 1);
}

static bool checks_gradients(void)
{
    gd_tensor *x = gd_requires_grad(gd_full(GD_SHAPE(2, 2), 0.5));
    return x && gd_gradcheck(many, NULL, &x, 1, (gd_gradcheck_options){ 0 });
}

static bool loads_batches(void)
{
    gd_tensor *x = gd_ones(GD_SHAPE(5, 2));
    gd_loader *loader = x ? gd_loader_new((gd_dataset){ x, NULL }, (gd_loader_options){ .batch = 2 }) : NULL;
    gd_batch batch;
    bool good = loader && gd_loader_next(loader, &batch);
    gd_loader_free(loader);
    return good;
}

static bool (*const calls[])(void) = {
    reads_gzip, reads_safetensors, reads_and_writes, trains, draws, draws_curves, draws_charts, checks_gradients,
    loads_batches
};

/* ---- Every allocation in turn -------------------------------------------------------------------------------- */

static char first_message[1024];

static void remember_first(const char *message)
{
    if (!*first_message)
        snprintf(first_message, sizeof first_message, "%s", message);
}

static void write_files(void)
{
    put_bytes("first.gz", idx_gz, sizeof idx_gz);
    put_bytes("first.csv", "1,2\n3,4\n", 8);
    GD_SCOPE;
    ck_good(gd_safetensors_write("first.safetensors", (const char *const[]){ "weight" },
                                 (gd_tensor *const[]){ gd_ones(GD_SHAPE(3)) }, 1, &(gd_metadata){ "key", "value" }, 1));
}

START_TEST(out_of_memory_is_said_last)
{
    enum { ENOUGH = 100000 };
    write_files();
    long k = 0;
    do {
        gd_shutdown();                      /* no memory is left in a pool */
        gd_on_error(remember_first);
        gd_clear_error();
        *first_message = '\0';
        injected = false;
        until_failure = ++k;
        bool good = calls[_i]();
        until_failure = 0;
        const char *last = gd_last_error();
        ck_assert_msg(good || injected, "%s", last ? last : "nothing");
        if (injected && !good) {
            ck_assert_msg(strstr(first_message, "ut of memory") || strstr(first_message, "annot allocate memory"),
                          "allocation %ld: the first message is \"%s\"", k, first_message);
            ck_assert_msg(strcmp(first_message, last) == 0, "allocation %ld: \"%s\" became \"%s\"", k, first_message,
                          last);
        }
    } while (injected && k < ENOUGH);
    ck_assert_int_lt(k, ENOUGH);
    gd_on_error(NULL);
}
END_TEST

/* ---- The message of an earlier failure is not taken for the cause -------------------------------------------- */

static void lazy_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node, (void)dy, (void)dx;
}

static gd_tensor *nothing(gd_tensor *const xs[], int n, void *context)
{
    (void)xs, (void)n, (void)context;
    return NULL;
}

START_TEST(an_old_message_is_not_taken_for_the_cause)
{
    static const gd_op lazy = { .name = "lazy", .rule = lazy_rule };
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(1)));
    gd_tensor *y = gd_record(&lazy, gd_ones(GD_SHAPE(1)), &x, 1, NULL, 0);
    ck_assert_ptr_null(gd_add(gd_ones(GD_SHAPE(2)), gd_ones(GD_SHAPE(3))));       /* an earlier failure */
    ck_assert(!gd_backward(y));
    ck_message("gd_backward: the rule of lazy gave no gradient for input 0");
    ck_assert_ptr_null(gd_add(gd_ones(GD_SHAPE(2)), gd_ones(GD_SHAPE(3))));
    ck_assert(!gd_gradcheck(nothing, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradcheck: function returned NULL");
    ck_assert_ptr_null(gd_add(gd_ones(GD_SHAPE(2)), gd_ones(GD_SHAPE(3))));
    ck_assert(!gd_gradgradcheck(nothing, NULL, &x, 1, (gd_gradcheck_options){ 0 }));
    ck_message("gd_gradgradcheck: function returned NULL");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: first message");
    TCase *all = scratch_case(suite, "all");
    tcase_add_loop_test(all, out_of_memory_is_said_last, 0, (int)(sizeof calls / sizeof *calls));
    tcase_add_test(all, an_old_message_is_not_taken_for_the_cause);
    return run_suite(suite);
}
