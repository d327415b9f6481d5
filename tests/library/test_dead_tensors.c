/* test_dead_tensors.c - tensors used after their scope, model, loader or optimizer has ended.  In debug builds
 * (GD_DEBUG) every public function reports them; in all builds NULL in the same places is harmless. */
#include <stdio.h>

#include "support/support.h"

/* ---- Tensors that are alive ---------------------------------------------------------------------------------- */

static gd_tensor *D;                        /* the dead one */
static gd_tensor *L, *V1, *V11, *V2, *V3, *V31, *zeros, *image, *signal, *sequence, *LEAF, *y, *dxs[2];
static gd_params *net;
static gd_optimizer *adam;
static gd_ema *average;
static gd_plot *plot;
static gd_cell cell, lstm_cell;
static gd_multihead heads;
static gd_recurrent_layer recurrent;
static gd_encoder_block encoder;
static gd_decoder_block decoder;
static FILE *nowhere;
static gd_real numbers[6];
static const char *const names[] = { "l", "d" };
static const gd_conv2d_options conv = { .groups = 1 };
static const gd_conv_transpose2d_options turned = { .groups = 1 };
static const gd_attention_masks no_masks = { .causal = false };
static const gd_pool2d_options window = { .kernel = { 1, 1 } };
static const gd_op an_operation = { .name = "an operation" };

static gd_tensor *square(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_square(xs[0]);
}

static gd_tensor *run_square(gd_tensor *x)
{
    gd_program *program = gd_capture(square, NULL);
    gd_tensor *result = gd_run(program, &x, 1);
    gd_program_free(program);
    return result;
}

static gd_tensor *a_hook(gd_tensor *x, gd_tensor *dx, void *context)
{
    (void)x, (void)context;
    return dx;
}

static bool a_post_hook(gd_tensor *x, void *context)
{
    (void)x, (void)context;
    return true;
}

static bool loader_of(gd_tensor *of_x, gd_tensor *of_y)
{
    gd_loader *loader = gd_loader_new((gd_dataset){ of_x, of_y }, (gd_loader_options){ .batch = 1 });
    gd_loader_free(loader);
    return loader != NULL;
}

static void make_the_living(void)
{
    L = gd_full(GD_SHAPE(2, 3), 0.5);
    V1 = gd_ones(GD_SHAPE(1)), V11 = gd_ones(GD_SHAPE(1, 1)), V2 = gd_zeros(GD_SHAPE(2));
    V3 = gd_ones(GD_SHAPE(3)), V31 = gd_ones(GD_SHAPE(3, 1)), zeros = gd_zeros(GD_SHAPE(2, 3));
    image = gd_ones(GD_SHAPE(1, 1, 2, 2)), signal = gd_ones(GD_SHAPE(1, 1, 2)), sequence = gd_ones(GD_SHAPE(1, 2, 1));
    LEAF = gd_requires_grad(gd_full(GD_SHAPE(2, 3), 1.5));
    y = gd_square(LEAF);
    cell = (gd_cell){ V11, V11, V1, V1 };
    heads = (gd_multihead){ V31, V3, V11, V1, 1 };
    recurrent = (gd_recurrent_layer){ GD_LSTM, 1, 1, &lstm_cell, { .layers = 1 } };
    lstm_cell = (gd_cell){ gd_ones(GD_SHAPE(4, 1)), gd_ones(GD_SHAPE(4, 1)), gd_ones(GD_SHAPE(4)),
                           gd_ones(GD_SHAPE(4)) };
    net = gd_params_new();
    gd_param(net, "w", L);
    encoder = gd_encoder_block_new(net, "encoder", 1, 1, 1, (gd_block_options){ .dropout = 0 });
    decoder = gd_decoder_block_new(net, "decoder", 1, 1, 1, (gd_block_options){ .dropout = 0 });
    adam = gd_adam(net, gd_adam_defaults());
    average = gd_ema_new(net, 0.9);
    plot = gd_plot_new("", "", "");
    nowhere = fopen("/dev/null", "w");
}

static void free_the_living(void)
{
    if (nowhere)
        fclose(nowhere);
    gd_plot_free(plot);
    gd_ema_free(average);
    gd_optimizer_free(adam);
    gd_params_free(net);
}

/* ---- The rows ------------------------------------------------------------------------------------------------ */

typedef struct row {
    const char *function, *argument, *text;
    bool      (*fails)(void);
    bool        or_null;                    /* NULL is no failure */
} row;

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define DEAD(function, argument, ...)           static bool JOIN(row_, __LINE__)(void) { return !(__VA_ARGS__); }
#define DEAD_OR_NULL(function, argument, ...)   static bool JOIN(row_, __LINE__)(void) { return !(__VA_ARGS__); }
#define DEAD_NUMBER(function, argument, ...)    static bool JOIN(row_, __LINE__)(void) { return __VA_ARGS__; }
#define DEAD_NO_RESULT(function, argument, ...) static bool JOIN(row_, __LINE__)(void) { return __VA_ARGS__; }
#include "dead_rows.h"
#undef DEAD
#undef DEAD_OR_NULL
#undef DEAD_NUMBER
#undef DEAD_NO_RESULT

#define ROW(function, argument, or_null, ...) { #function, #argument, #__VA_ARGS__, JOIN(row_, __LINE__), or_null },
#define DEAD(function, argument, ...)           ROW(function, argument, false, __VA_ARGS__)
#define DEAD_OR_NULL(function, argument, ...)   ROW(function, argument, true, __VA_ARGS__)
#define DEAD_NUMBER(function, argument, ...)    ROW(function, argument, false, __VA_ARGS__)
#define DEAD_NO_RESULT(function, argument, ...) ROW(function, argument, false, __VA_ARGS__)
static const row rows[] = {
#include "dead_rows.h"
};
enum { ROWS = sizeof rows / sizeof *rows };

START_TEST(null_in_every_place)
{
    GD_SCOPE;
    make_the_living();
    D = NULL;
    for (int i = 0; i < ROWS; i++) {
        GD_SCOPE;
        gd_clear_error();
        bool fails = rows[i].fails();
        ck_assert_msg(fails || rows[i].or_null, "%s", rows[i].text);
        ck_assert_msg(!gd_last_error() || !strstr(gd_last_error(), "that has"), "%s: %s", rows[i].text,
                      gd_last_error());
    }
    free_the_living();
}
END_TEST

#ifdef GD_DEBUG
/* ---- Ways to become dead ------------------------------------------------------------------------------------- */

static gd_tensor *in_a_scope(void)
{
    GD_SCOPE;
    return gd_requires_grad(gd_ones(GD_SHAPE(2, 3)));
}

static gd_tensor *a_view_in_a_scope(void)
{
    GD_SCOPE;
    return gd_transpose(gd_mul(L, L), 0, 1);
}

static gd_tensor *of_a_model(void)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", L);
    gd_params_free(p);
    return w;
}

static gd_tensor *a_view_of_a_model(void)
{
    gd_params *p = gd_params_new();
    gd_tensor *view = gd_detach(gd_param(p, "w", L));
    gd_params_free(p);
    return view;
}

static gd_tensor *of_a_loader(void)
{
    gd_loader *loader = gd_loader_new((gd_dataset){ L, NULL }, (gd_loader_options){ .batch = 1 });
    gd_batch batch = { NULL, NULL, 0, 0, NULL };
    ck_good(gd_loader_next(loader, &batch));
    gd_loader_free(loader);
    return batch.x;
}

static gd_tensor *of_a_loader_s_last_batch(void)
{
    gd_loader *loader = gd_loader_new((gd_dataset){ V3, NULL }, (gd_loader_options){ .batch = 2 });
    gd_batch batch = { NULL, NULL, 0, 0, NULL };
    ck_good(gd_loader_next(loader, &batch) && gd_loader_next(loader, &batch));
    ck_assert_int_eq(batch.size, 1);
    gd_loader_free(loader);
    return batch.x;
}

static gd_tensor *of_an_optimizer(void)
{
    gd_optimizer *o = gd_adam(net, gd_adam_defaults());
    ck_good(gd_optimizer_start(o, gd_params_at(net, 0)));
    gd_tensor *state = gd_optimizer_state(o, gd_params_at(net, 0), "exp_avg");
    gd_optimizer_free(o);
    return state;
}

static gd_tensor *of_an_average(void)
{
    gd_ema *ema = gd_ema_new(net, 0.5);
    gd_tensor *a = gd_ema_get(ema, gd_params_at(net, 0));
    gd_ema_free(ema);
    return a;
}

static gd_tensor *before_shutdown;

static gd_tensor *of_the_program(void)
{
    return before_shutdown;
}

/* A gradient that a rule kept when the pass was over. */
static gd_tensor *kept_by_rule;

static void keeping_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    (void)node;
    dx[0] = kept_by_rule = gd_scale(dy, 2);
}

static gd_tensor *of_a_backward_pass(void)
{
    static const gd_op keeper = { .name = "keeper", .rule = keeping_rule };
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(gd_ones(GD_SHAPE(2, 3)));
    ck_good(gd_backward(gd_sum(gd_record(&keeper, gd_ones_like(x), &x, 1, NULL, 0))));
    return kept_by_rule;
}

typedef struct death {
    gd_tensor *(*dies)(void);
    const char *what;
} death;

static const death deaths[] = {
    { in_a_scope, "was made in a scope that has ended" },
    { a_view_in_a_scope, "was made in a scope that has ended" },
    { of_a_model, "belonged to a model that has been freed" },
    { a_view_of_a_model, "is a view of a tensor that belonged to a model that has been freed" },
    { of_a_loader, "belonged to a loader that has been freed" },
    { of_a_loader_s_last_batch, "belonged to a loader that has been freed" },
    { of_an_optimizer, "belonged to an optimizer or an average that has been freed" },
    { of_an_average, "belonged to an optimizer or an average that has been freed" },
    { of_the_program, "was freed by gd_shutdown" },
    { of_a_backward_pass, "was made in a scope that has ended" },
};

static void ck_says(const row *r, const char *what)
{
    const char *message = gd_last_error();
    size_t length = strlen(r->function);
    ck_assert_msg(message && strncmp(message, r->function, length) == 0 && message[length] == ':'
                      && strstr(message, r->argument) && strstr(message, what),
                  "%s: \"%s\" should say that %s of %s %s", r->text, message ? message : "nothing", r->argument,
                  r->function, what);
}

START_TEST(a_dead_tensor_in_every_place)
{
    before_shutdown = gd_ones(GD_SHAPE(2, 3));
    gd_shutdown();
    GD_SCOPE;
    make_the_living();
    D = deaths[_i].dies();
    ck_assert_ptr_nonnull(D);
    for (int i = 0; i < ROWS; i++) {
        GD_SCOPE;                           /* and new tensors that could reuse its memory */
        gd_full(GD_SHAPE(2, 3), 7), gd_full(GD_SHAPE(2, 3), 8);
        gd_clear_error();
        ck_assert_msg(rows[i].fails(), "%s", rows[i].text);
        ck_says(&rows[i], deaths[_i].what);
    }
    free_the_living();
}
END_TEST

/* ---- The quarantine ------------------------------------------------------------------------------------------ */

/* Its bound, not all memory ever used; and a tensor whose memory has been reused since is still detected. */
START_TEST(the_quarantine_is_bounded)
{
    gd_tensor *t = in_a_scope();
    size_t live = gd_memory_live();
    for (int i = 0; i < 3000; i++) {        /* 190 MB in chunks of 64 kB */
        GD_SCOPE;
        gd_ones(GD_SHAPE(10));
    }
    ck_assert(gd_memory_live() == live);
    GD_SCOPE;
    gd_ones(GD_SHAPE(10));
    gd_clear_error();
    ck_assert_ptr_null(gd_neg(t));
    ck_assert_msg(gd_last_error() && strncmp(gd_last_error(), "gd_neg: x ", 10) == 0, "%s", gd_last_error());
}
END_TEST

static void report_quarantine(char *text, size_t size)
{
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    gd_memory_report(file);
    rewind(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

START_TEST(the_report_tells_the_quarantine)
{
    char text[2000];
    in_a_scope();
    report_quarantine(text, sizeof text);
    const char *line = strstr(text, "beside them ");
    ck_assert_msg(line && strtol(line + strlen("beside them "), NULL, 10) >= 64 << 10, "%s", text);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("library: dead tensors");
    TCase *all = tcase_create("all builds");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, null_in_every_place);
    suite_add_tcase(suite, all);
#ifdef GD_DEBUG
    TCase *debug = tcase_create("debug builds");
    tcase_set_timeout(debug, 60);
    tcase_add_checked_fixture(debug, quietly, gd_shutdown);
    tcase_add_loop_test(debug, a_dead_tensor_in_every_place, 0, (int)(sizeof deaths / sizeof *deaths));
    tcase_add_test(debug, the_quarantine_is_bounded);
    tcase_add_test(debug, the_report_tells_the_quarantine);
    suite_add_tcase(suite, debug);
#endif
    return run_suite(suite);
}
