/* test_load_lenient.c - loading models from elsewhere: a state_dict of PyTorch, part of a model, whatever matches. */
#define _XOPEN_SOURCE 700
#include "gradus.h"
#include "support/scratch.h"

/* ---- A safetensors file as PyTorch's users write it: float32 numbers, int64 counters ------------------------ */

typedef struct item {
    const char *name, *type, *shape;        /* "[2,3]" */
    float       from;                       /* from, from + 1, .. */
    int         n;
} item;

static void put_file(const char *path, const item *items, int count)
{
    static char header[8192];
    size_t n = (size_t)sprintf(header, "{\"__metadata__\":{\"format\":\"pt\"}"), at = 0;
    for (int i = 0; i < count; i++) {
        size_t bytes = (size_t)items[i].n * (strcmp(items[i].type, "I64") == 0 ? 8 : 4);
        n += (size_t)sprintf(header + n, ",\"%s\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%zu,%zu]}",
                             items[i].name, items[i].type, items[i].shape, at, at + bytes);
        at += bytes;
    }
    n += (size_t)sprintf(header + n, "}");
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    put_little(out, n, 8);
    fwrite(header, 1, n, out);
    for (int i = 0; i < count; i++)
        for (int k = 0; k < items[i].n; k++) {
            float x = items[i].from + (float)k;
            if (strcmp(items[i].type, "I64") == 0)
                put_little(out, (uint64_t)(int64_t)x, 8);
            else
                put_real(out, (double)x, 4);
        }
    ck_assert_int_eq(fclose(out), 0);
}

/* nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(4, 3)).state_dict() */
static const item network[] = {
    { "0.weight", "F32", "[2,1,3,3]", 0.5f, 18 },    { "0.bias", "F32", "[2]", 1, 2 },
    { "1.weight", "F32", "[2]", 2, 2 },              { "1.bias", "F32", "[2]", 3, 2 },
    { "1.running_mean", "F32", "[2]", -4, 2 },       { "1.running_var", "F32", "[2]", 5, 2 },
    { "1.num_batches_tracked", "I64", "[]", 938, 1 },
    { "2.weight", "F32", "[3,4]", 6, 12 },           { "2.bias", "F32", "[3]", 7, 3 },
};
enum { ITEMS = sizeof network / sizeof *network };

static gd_params *model(const char *under)
{
    char name[3][40];
    for (int i = 0; i < 3; i++)
        snprintf(name[i], sizeof name[i], "%s%d", under, i);
    gd_params *p = gd_params_new();
    gd_conv2d_new(p, name[0], 1, 2, 3, 3, (gd_conv2d_options){ { 1, 1 }, { 0, 0 }, { 1, 1 }, 1 });
    gd_batch_norm_new(p, name[1], 2);
    gd_linear_new(p, name[2], 4, 3);
    ck_assert_int_eq(gd_params_tensors(p), 8);
    return p;
}

/* Every tensor of p equals that of the file, whose name is prefix + the rest of p's name. */
static void check_loaded(gd_params *p, const char *under)
{
    for (int i = 0; i < ITEMS; i++) {
        if (strcmp(network[i].type, "I64") == 0)
            continue;
        char name[80];
        snprintf(name, sizeof name, "%s%s", under, network[i].name);
        gd_tensor *t = gd_params_get(p, name);
        ck_assert_ptr_nonnull(t);
        for (int k = 0; k < network[i].n; k++)
            ck_assert_double_eq((double)t->data[k], (double)network[i].from + k);
    }
}

static void *copy_of(gd_params *p, size_t *bytes)
{
    *bytes = 0;
    char *all = malloc(1 << 16);
    for (int i = 0; i < gd_params_tensors(p); i++) {
        gd_tensor *t = gd_params_at(p, i);
        memcpy(all + *bytes, t->data, (size_t)t->numel * sizeof *t->data);
        *bytes += (size_t)t->numel * sizeof *t->data;
    }
    return all;
}

#define UNCHANGED(p, call) \
    do { \
        size_t n_, m_; \
        void *before_ = copy_of(p, &n_); \
        ck_assert(!(call)); \
        void *after_ = copy_of(p, &m_); \
        ck_assert(n_ == m_ && memcmp(before_, after_, n_) == 0); \
        free(before_); \
        free(after_); \
    } while (0)

/* ---- Batch norm's counter ----------------------------------------------------------------------------------- */

START_TEST(batches_tracked_are_passed_over)
{
    put_file("f", network, ITEMS);
    gd_params *p = model("");
    ck_assert_msg(gd_load("f", p, NULL), "%s", gd_last_error());
    check_loaded(p, "");
    item stray[ITEMS + 1];
    memcpy(stray, network, sizeof network);
    stray[ITEMS] = (item){ "2.num_batches_tracked", "I64", "[]", 1, 1 };        /* of a layer without running_mean */
    put_file("f", stray, ITEMS + 1);
    UNCHANGED(p, gd_load("f", p, NULL));
    ck_message("gd_load: f has a tensor \"2.num_batches_tracked\" that the model does not have");
    stray[ITEMS].name = "1.running_num_batches_tracked";
    put_file("f", stray, ITEMS + 1);
    UNCHANGED(p, gd_load("f", p, NULL));
    ck_message("gd_load: f has a tensor \"1.running_num_batches_tracked\" that the model does not have");
    gd_params_free(p);
}
END_TEST

START_TEST(variances_are_not_negative)
{
    item bad[ITEMS];
    memcpy(bad, network, sizeof network);
    bad[5].from = -1;
    put_file("f", bad, ITEMS);
    gd_params *p = model("");
    UNCHANGED(p, gd_load("f", p, NULL));
    ck_message("gd_load: f: \"1.running_var\" is -1 at element 0: a variance cannot be negative");
    gd_params_free(p);
}
END_TEST

/* ---- A part of a model -------------------------------------------------------------------------------------- */

START_TEST(under_a_prefix)
{
    item nested[ITEMS + 2];
    static char names[ITEMS][60];
    for (int i = 0; i < ITEMS; i++) {
        nested[i] = network[i];
        snprintf(names[i], sizeof names[i], "module.encoder.%s", network[i].name);
        nested[i].name = names[i];
    }
    nested[ITEMS] = (item){ "module.head.weight", "F32", "[2]", 9, 2 };
    nested[ITEMS + 1] = (item){ "module.encoder", "F32", "[2]", 9, 2 };
    put_file("f", nested, ITEMS + 2);
    gd_params *p = model("backbone."), *q = model("");
    UNCHANGED(q, gd_load("f", q, NULL));
    ck_message("gd_load: f has no tensor \"0.weight\", but \"module.encoder.0.weight\": gd_checkpoint_load with "
               ".prefix \"module.encoder.\" reads that");
    UNCHANGED(q, gd_checkpoint_load("f", &(gd_training_run){ .params = q }, (gd_load_options){ .lenient = true },
                                    NULL));
    ck_message("gd_checkpoint_load: f: no tensor of the file has the name and shape of one of the model; the first is "
               "\"module.encoder.0.weight\" [2, 1, 3, 3]");
    gd_tensor *head = gd_param(p, "head", gd_full(GD_SHAPE(3), 8));
    gd_load_options options = { .prefix = "module.encoder.", .into = "backbone." };
    gd_load_report report;
    ck_assert_msg(gd_checkpoint_load("f", &(gd_training_run){ .params = p }, options, &report), "%s", gd_last_error());
    check_loaded(p, "backbone.");
    ck_exact_values(head, 8, 8, 8);
    ck_assert(report.loaded == 8 && report.missing == 0 && report.left_over == 0 && report.other_shape == 0);
    ck_assert_str_eq(report.text, "");
    options.into = NULL;
    ck_assert(gd_checkpoint_load("f", &(gd_training_run){ .params = q }, options, NULL));
    check_loaded(q, "");

    UNCHANGED(p, gd_checkpoint_load("f", &(gd_training_run){ .params = p }, options, &report));
    ck_message("gd_checkpoint_load: f has no tensor \"module.encoder.backbone.0.weight\"");
    options = (gd_load_options){ .prefix = "module.", .into = "backbone." };
    UNCHANGED(p, gd_checkpoint_load("f", &(gd_training_run){ .params = p }, options, NULL));
    ck_message("gd_checkpoint_load: f has no tensor \"module.0.weight\"");
    options = (gd_load_options){ .prefix = "module.encoder.", .into = "typo." };
    UNCHANGED(p, gd_checkpoint_load("f", &(gd_training_run){ .params = p }, options, NULL));
    ck_message("gd_checkpoint_load: f: nothing under \"module.encoder.\" belongs to anything under \"typo.\" in the "
            "model");
    gd_params_free(p);
    gd_params_free(q);
}
END_TEST

/* ---- Lenient loading ---------------------------------------------------------------------------------------- */

START_TEST(lenient)
{
    put_file("f", network, ITEMS);
    gd_params *p = model("");
    gd_params *q = gd_params_new();
    gd_linear_new(q, "2", 4, 3);
    gd_tensor *classes = gd_param(q, "0.bias", gd_full(GD_SHAPE(5), 1.5));
    gd_tensor *more = gd_param(q, "3.weight", gd_full(GD_SHAPE(2), 2.5));
    gd_load_options options = { .lenient = true };
    gd_load_report report;
    UNCHANGED(q, gd_load("f", q, NULL));
    ck_assert_msg(gd_checkpoint_load("f", &(gd_training_run){ .params = q }, options, &report), "%s", gd_last_error());
    ck_assert_str_eq(report.text, "other shape: \"0.bias\" is [2] in the file and [5] in the model\n"
                                  "missing: \"3.weight\" is not in the file\n"
                                  "left over: \"0.weight\" is not in the model\n"
                                  "left over: \"1.weight\" is not in the model\n"
                                  "left over: \"1.bias\" is not in the model\n"
                                  "left over: \"1.running_mean\" is not in the model\n"
                                  "left over: \"1.running_var\" is not in the model\n");
    ck_assert(report.loaded == 2 && report.missing == 1 && report.other_shape == 1 && report.left_over == 5);
    ck_exact_values(gd_params_get(q, "2.bias"), 7, 8, 9);
    ck_exact_values(classes, 1.5, 1.5, 1.5, 1.5, 1.5);
    ck_exact_values(more, 2.5, 2.5);

    options.prefix = "1.";
    UNCHANGED(q, gd_checkpoint_load("f", &(gd_training_run){ .params = q }, options, &report));
    ck_message("gd_checkpoint_load: f: nothing under \"1.\" belongs to anything under \"\" in the model");
    ck_assert_int_eq(report.left_over, 5);  /* the report of the last success is kept */
    options.prefix = "0.";
    options.into = "3.";                    /* 3.weight has another shape than 0.weight */
    UNCHANGED(q, gd_checkpoint_load("f", &(gd_training_run){ .params = q }, options, &report));
    ck_message("gd_checkpoint_load: f: nothing fits; "
               "other shape: \"0.weight\" is [2, 1, 3, 3] in the file and [2] in the model");
    options.prefix = "2.";
    options.into = "2.";
    ck_assert(gd_checkpoint_load("f", &(gd_training_run){ .params = q }, options, &report));
    ck_assert(report.loaded == 2 && report.left_over == 0 && report.missing == 0);

    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    ck_assert(gd_save("g", p, o));
    options.lenient = false;
    UNCHANGED(p, gd_checkpoint_load("g", &(gd_training_run){ .params = p, .optimizer = o }, options, NULL));
    ck_message("gd_checkpoint_load: prefix is for parameters and buffers alone: a run is loaded whole");
    options = (gd_load_options){ .prefix = "2." };
    UNCHANGED(p, gd_checkpoint_load("g", &(gd_training_run){ .params = p, .optimizer = o }, options, NULL));
    ck_message("gd_checkpoint_load: prefix is for parameters and buffers alone: a run is loaded whole");
    options = (gd_load_options){ .into = "2." };
    UNCHANGED(p, gd_checkpoint_load("g", &(gd_training_run){ .params = p, .optimizer = o }, options, NULL));
    ck_message("gd_checkpoint_load: into is for parameters and buffers alone: a run is loaded whole");
    options = (gd_load_options){ .lenient = true };
    UNCHANGED(p, gd_checkpoint_load("g", &(gd_training_run){ .params = p, .optimizer = o }, options, NULL));
    ck_message("gd_checkpoint_load: lenient is for parameters and buffers alone: a run is loaded whole");
    ck_assert(gd_checkpoint_load("g", &(gd_training_run){ .params = q }, options, &report));    /* a run's parameters */
    ck_assert_ptr_null(strstr(report.text, "optimizer"));
    gd_optimizer_free(o);
    gd_params_free(p);
    gd_params_free(q);
}
END_TEST

/* Each name of a tied parameter is skipped, loaded or reported for itself. */
START_TEST(lenient_and_tied)
{
    static const item second[] = { { "a", "F32", "[2]", 7, 2 }, { "b", "F32", "[3]", 8, 3 } },
                      first[] = { { "a", "F32", "[3]", 7, 3 }, { "b", "F32", "[2]", 8, 2 } },
                      neither[] = { { "a", "F32", "[3]", 7, 3 }, { "b", "F32", "[4]", 8, 4 },
                                    { "c", "F32", "[1]", 5, 1 } },
                      two[] = { { "a", "F32", "[2]", 7, 2 }, { "b", "F32", "[2]", 8, 2 } };
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "a", gd_ones(GD_SHAPE(2)));
    ck_good(gd_param_tied(p, "b", w));
    gd_param(p, "c", gd_ones(GD_SHAPE(1)));
    const gd_training_run run = { .params = p };
    const gd_load_options options = { .lenient = true };
    gd_load_report report;
    put_file("f", second, 2);
    ck_good(gd_checkpoint_load("f", &run, options, &report));
    ck_exact_values(w, 7, 8);
    ck_assert_str_eq(report.text, "other shape: \"b\" is [3] in the file and [2] in the model\n"
                                  "missing: \"c\" is not in the file\n");
    put_file("f", first, 2);
    ck_good(gd_checkpoint_load("f", &run, options, &report));
    ck_exact_values(w, 8, 9);
    ck_assert(report.loaded == 1 && report.other_shape == 1 && report.missing == 1 && report.left_over == 0);
    ck_assert_str_eq(report.text, "other shape: \"a\" is [3] in the file and [2] in the model\n"
                                  "missing: \"c\" is not in the file\n");
    put_file("f", neither, 3);
    ck_good(gd_checkpoint_load("f", &run, options, &report));
    ck_exact_values(w, 8, 9);
    ck_assert_str_eq(report.text, "other shape: \"a\" is [3] in the file and [2] in the model\n"
                                  "other shape: \"b\" is [4] in the file and [2] in the model\n");
    ck_no_message();
    UNCHANGED(p, gd_load("f", p, NULL));
    ck_message("gd_load: f: \"a\" is [3] in the file and [2] in the model");
    put_file("f", two, 2);
    UNCHANGED(p, gd_checkpoint_load("f", &run, options, &report));
    ck_message("gd_checkpoint_load: f: \"a\" and \"b\" differ in the file, and are one tensor in the model");
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint: load lenient");
    TCase *t = scratch_case(suite, "all");
    tcase_add_test(t, batches_tracked_are_passed_over);
    tcase_add_test(t, variances_are_not_negative);
    tcase_add_test(t, under_a_prefix);
    tcase_add_test(t, lenient);
    tcase_add_test(t, lenient_and_tied);
    return run_suite(suite);
}
