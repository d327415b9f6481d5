/* test_checkpoint_damage.c - for each algorithm, every number and every tensor of a checkpoint is replaced in turn
 * by a value that no run could have produced: the file is refused with a message, and the run it was to be loaded
 * into is unchanged, bit for bit, and can go on. */
#define _XOPEN_SOURCE 700
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "gradus.h"
#include "support/optimizers.h"
#include "support/scratch.h"

/* ---- Runs --------------------------------------------------------------------------------------------------- */

typedef struct run {
    gd_params    *net;
    gd_tensor    *w, *b;
    gd_optimizer *o;
    gd_loader    *load;
    int           step;
} run;

static run new_run(maker *make, gd_dataset set)
{
    run r = { .net = gd_params_new() };
    r.w = gd_param(r.net, "w", gd_arange(1, 4, 1));
    gd_buffer(r.net, "seen", gd_full(GD_SHAPE(2), 3));
    r.b = gd_param(r.net, "b", gd_full(GD_SHAPE(1, 2), 0.5));
    gd_param(r.net, "idle", gd_ones(GD_SHAPE(2)));              /* never has a gradient */
    r.o = make(r.net);
    if (!r.o->algorithm->step)
        gd_optimizer_group(r.o, "b", NULL)->lr = 0.003;
    r.load = gd_loader_new(set, (gd_loader_options){ .batch = 4, .shuffle = true, .seed = 5 });
    ck_assert(r.o && r.load);
    return r;
}

static void free_run(run *r)
{
    gd_loader_free(r->load);
    gd_optimizer_free(r->o);
    gd_params_free(r->net);
}

/* A loss that uses the loader and the random generator. */
static double loss_of(void *context)
{
    run *r = context;
    gd_zero_grad(r->o);
    GD_SCOPE;
    gd_tensor *loss = gd_add(gd_sum(gd_square(r->w)), gd_sum(gd_square(gd_square(r->b))));
    loss = gd_add(loss, gd_sum(gd_mul(r->w, gd_full(GD_SHAPE(3), 0.1 * r->step))));
    return gd_backward(loss) ? (double)gd_item(loss) : NAN;
}

static void train(run *r, int steps)
{
    gd_batch batch;
    for (int last = r->step + steps; r->step < last; r->step++) {
        GD_SCOPE;
        while (!gd_loader_next(r->load, &batch))
            continue;
        gd_no_grad_begin();
        ck_assert(gd_add_to(r->b, gd_normal(GD_SHAPE(1, 2), 0, 1), 1e-3));
        gd_no_grad_end();
        ck_assert(!isnan(gd_step_closure(r->o, loss_of, r)));
    }
}

/* ---- Everything that belongs to a run, as bytes ------------------------------------------------------------- */

typedef struct snapshot {
    size_t        length;
    unsigned char bytes[16384];
} snapshot;

static void keep(snapshot *s, const void *bytes, size_t n)
{
    ck_assert_uint_le(s->length + n, sizeof s->bytes);
    memcpy(s->bytes + s->length, bytes, n);
    s->length += n;
}

static void keep_tensor(snapshot *s, const gd_tensor *t)
{
    if (t->name)
        keep(s, t->name, strlen(t->name));
    keep(s, t->shape, (size_t)t->ndim * sizeof *t->shape);
    keep(s, t->data, (size_t)t->numel * sizeof *t->data);
}

static void keep_state(void *context, const char *owner, const char *name, gd_tensor *tensor, double *number)
{
    keep(context, owner, strlen(owner));
    keep(context, name, strlen(name));
    if (tensor)
        keep_tensor(context, tensor);
    else
        keep(context, number, sizeof *number);
}

static void take(snapshot *s, run *r)
{
    s->length = 0;
    for (int i = 0; i < gd_params_tensors(r->net); i++)
        keep_tensor(s, gd_params_at(r->net, i));
    ck_assert(gd_optimizer_visit(r->o, keep_state, s));
    for (gd_group *g = &r->o->first; g; g = g->next)
        keep(s, &g->lr, sizeof g->lr);
    keep(s, &r->o->steps, sizeof r->o->steps);
    keep(s, gi_random_state(), 4 * sizeof(uint64_t));
    gd_position at = gd_loader_position(r->load);
    keep(s, &at, sizeof at);
}

static bool same(const snapshot *a, const snapshot *b)
{
    return a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0;
}

/* ---- Files that differ from another in one respect ---------------------------------------------------------- */

enum { MOST = 128 };

typedef struct file {
    const char *names[MOST];
    gd_tensor  *tensors[MOST];
    gd_metadata metadata[MOST];
    int         count, pairs;
} file;

static file read_file(const char *path)
{
    file f = { .count = 0 };
    gd_safetensors *in = gd_safetensors_open(path);
    ck_assert_ptr_nonnull(in);
    f.count = (int)gd_safetensors_count(in);
    f.pairs = (int)gd_safetensors_metadata_count(in);
    ck_assert(f.count < MOST && f.pairs < MOST);
    for (int i = 0; i < f.count; i++) {
        f.names[i] = strdup(gd_safetensors_name(in, i));
        f.tensors[i] = gd_safetensors_read(in, f.names[i]);
    }
    for (int i = 0; i < f.pairs; i++) {
        gd_metadata pair = gd_safetensors_metadata_at(in, i);
        f.metadata[i] = (gd_metadata){ strdup(pair.key), strdup(pair.value) };
    }
    gd_safetensors_close(in);
    return f;
}

static void free_file(file *f)
{
    for (int i = 0; i < f->count; i++)
        free((char *)f->names[i]);
    for (int i = 0; i < f->pairs; i++) {
        free((char *)f->metadata[i].key);
        free((char *)f->metadata[i].value);
    }
}

/* gd_safetensors_write waits for the disk, too slow for thousands of files. */
static void write_file(const char *path, const file *f)
{
    static char header[16384];
    size_t n = (size_t)sprintf(header, "{\"__metadata__\":{"), at = 0;
    for (int i = 0; i < f->pairs; i++)
        n += (size_t)sprintf(header + n, "%s\"%s\":\"%s\"", i ? "," : "", f->metadata[i].key, f->metadata[i].value);
    n += (size_t)sprintf(header + n, "}");
    for (int i = 0; i < f->count; i++) {
        const gd_tensor *t = f->tensors[i];
        n += (size_t)sprintf(header + n, ",\"%s\":{\"dtype\":\"F%d\",\"shape\":[", f->names[i],
                             (int)(8 * sizeof(gd_real)));
        for (int k = 0; k < t->ndim; k++)
            n += (size_t)sprintf(header + n, "%s%d", k ? "," : "", (int)t->shape[k]);
        n += (size_t)sprintf(header + n, "],\"data_offsets\":[%zu,%zu]}", at,
                             at + (size_t)t->numel * sizeof(gd_real));
        at += (size_t)t->numel * sizeof(gd_real);
    }
    n += (size_t)sprintf(header + n, "}");
    ck_assert_uint_lt(n, sizeof header);
    FILE *out = fopen(path, "wb");
    ck_assert_ptr_nonnull(out);
    put_little(out, n, 8);
    fwrite(header, 1, n, out);
    for (int i = 0; i < f->count; i++)
        for (int64_t k = 0; k < f->tensors[i]->numel; k++)
            put_real(out, f->tensors[i]->data[k], sizeof(gd_real));
    ck_assert_int_eq(fclose(out), 0);
}

static run *victim;

/* The file is refused, and nothing has changed. */
static void refused(const file *f, const char *what, const char *how)
{
    static snapshot before, after;
    GD_SCOPE;
    write_file("bad", f);
    take(&before, victim);
    gd_clear_error();
    if (gd_load_run("bad", victim->net, victim->o, victim->load))
        ck_abort_msg("%s: %s: %s was loaded", victim->o->algorithm->name, what, how);
    ck_assert_msg(gd_last_error() && strstr(gd_last_error(), "gd_"), "%s: %s: no message", what, how);
    take(&after, victim);
    if (!same(&before, &after))
        ck_abort_msg("%s: %s: %s has changed something", victim->o->algorithm->name, what, how);
    if (getenv("GRADUS_TEST_VERBOSE"))
        printf("%s\n", gd_last_error());
}

static void with_value(const file *f, int i, const char *value)
{
    file g = *f;
    g.metadata[i].value = value;
    refused(&g, f->metadata[i].key, value);
}

static void with_bits(const file *f, int i, uint64_t bits)
{
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, bits);
    with_value(f, i, text);
}

static void with_number(const file *f, int i, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    with_bits(f, i, bits);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

/* ---- Numbers ------------------------------------------------------------------------------------------------ */

static void bad_texts(const file *f, int i)
{
    char text[80];
    snprintf(text, sizeof text, "%s", f->metadata[i].value);
    with_value(f, i, "");
    with_value(f, i, "nonsense");
    text[strlen(text) - 1] = '\0';
    with_value(f, i, text);
    strcat(text, "00");
    with_value(f, i, text);
    text[strlen(text) - 2] = 'G';
    text[strlen(text) - 1] = '\0';
    with_value(f, i, text);
    file g = *f;
    g.metadata[i] = g.metadata[--g.pairs];
    refused(&g, f->metadata[i].key, "missing");
}

static void bad_number(const file *f, int i, int64_t steps)
{
    const char *key = f->metadata[i].key;
    bool lr = strncmp(key, "optimizer/lr/", 13) == 0, product = ends_with(key, "/mu_product");
    bool real = lr || product || ends_with(key, "/step_length") || ends_with(key, "/H_diag");
    with_number(f, i, NAN);
    with_number(f, i, INFINITY);
    with_number(f, i, -INFINITY);
    with_number(f, i, -1);
    with_number(f, i, -5e-324);
    if (!real || product) {
        with_number(f, i, 2.5);
        with_number(f, i, 1e154);
        with_number(f, i, 0x1p53);
    }
    if (product && strstr(key, "idle") == NULL)
        with_number(f, i, 1);
    if (ends_with(key, "/mu_steps") || (ends_with(key, "/step") && strcmp(key, "optimizer//step") != 0))
        with_number(f, i, (double)steps + 1);
    if (ends_with(key, "//pairs") || ends_with(key, "//newest"))
        with_number(f, i, 5);
    if (strstr(key, "/idle/"))              /* nothing of it has started */
        with_number(f, i, 1);
}

START_TEST(numbers)
{
    maker *make = saved_makers[_i];
    gd_seed(1);
    gd_dataset set = { gd_normal(GD_SHAPE(20, 2), 0, 1), NULL };
    run whole = new_run(make, set), other = new_run(make, set), twin = new_run(make, set);
    static snapshot a, b;
    gd_seed(2);
    train(&whole, 7);
    ck_assert(gd_save_run("whole", whole.net, whole.o, whole.load));
    gd_seed(3);
    train(&twin, 4);
    gd_seed(3);
    train(&other, 4);
    victim = &other;
    file f = read_file("whole");
    for (int i = 0; i < f.pairs; i++) {
        const char *key = f.metadata[i].key;
        if (strncmp(key, "gradus", 6) == 0 || strcmp(key, "optimizer") == 0)
            continue;
        bad_texts(&f, i);
        if (strcmp(key, "random") == 0) {
            with_value(&f, i, "0000000000000000000000000000000000000000000000000000000000000000");
        } else if (strcmp(key, "loader") == 0) {
            with_value(&f, i, "00000000000000000000000000000003");      /* not between batches */
            with_value(&f, i, "00000000000000000000000000000018");      /* beyond the data */
            with_value(&f, i, "ffffffffffffffff0000000000000000");
            with_value(&f, i, "7fffffffffffffff0000000000000000");
            with_value(&f, i, "0000000000000000ffffffffffffffff");
        } else if (strcmp(key, "optimizer/steps") == 0) {
            with_bits(&f, i, 0);                                        /* fewer than its parameters' */
            with_bits(&f, i, UINT64_MAX);
            with_bits(&f, i, UINT64_C(1) << 63);
            with_bits(&f, i, UINT64_C(1) << 53);
        } else {
            bad_number(&f, i, whole.o->steps);
        }
    }
    write_file("bad", &f);                  /* it is not the formatting that is refused */
    gd_params *copy = gd_params_new();
    for (int i = 0; i < gd_params_tensors(other.net); i++)
        gd_param(copy, gd_params_at(other.net, i)->name, gd_params_at(other.net, i));
    ck_assert_msg(gd_load("bad", copy, NULL), "%s", gd_last_error());
    gd_params_free(copy);
    take(&a, &twin);                        /* none of this has had a later effect */
    take(&b, &other);
    const uint64_t *random = gi_random_state();
    uint64_t state[4] = { random[0], random[1], random[2], random[3] };
    ck_assert_msg(same(&a, &b), "the run is not what it was");
    train(&twin, 3);
    memcpy(gi_random_state(), state, sizeof state);
    train(&other, 3);
    take(&a, &twin);
    take(&b, &other);
    ck_assert_msg(same(&a, &b), "the run does not go on as it would have");
    ck_assert(gd_load_run("whole", other.net, other.o, other.load));    /* and the whole file is loaded */
    take(&b, &other);
    memcpy(state, gi_random_state(), sizeof state);
    take(&a, &whole);
    ck_assert_msg(same(&a, &b), "not what was saved");
    other.step = whole.step;
    train(&other, 3);
    memcpy(gi_random_state(), state, sizeof state);
    train(&whole, 3);
    take(&a, &whole);
    take(&b, &other);
    ck_assert_msg(same(&a, &b), "does not go on like the run that was saved");
    free_file(&f);
    free_run(&whole);
    free_run(&other);
    free_run(&twin);
}
END_TEST

/* ---- Tensors ------------------------------------------------------------------------------------------------ */

static void with_element(const file *f, int i, double value)
{
    file g = *f;
    char how[40];
    snprintf(how, sizeof how, "%g in it", value);
    gd_tensor *old = f->tensors[i], *t = g.tensors[i] = gd_zeros(gd_shape_of_tensor(old));
    memcpy(t->data, old->data, (size_t)t->numel * sizeof *t->data);
    t->data[t->numel - 1] = (gd_real)value;
    refused(&g, f->names[i], how);
}

static const char *const squares[] = {
    "square_avg", "acc_delta", "sum", "exp_avg_sq", "max_exp_avg_sq", "exp_inf", "step_size", "rho", "row_var",
    "col_var", "variance"
};
static const char *const finite[] = { "exp_avg", "momentum_buffer", "grad_avg", "ax", "z" };

static void bad_elements(const file *f, int i)
{
    const char *state = strrchr(f->names[i], '/') + 1;
    for (size_t k = 0; k < sizeof squares / sizeof *squares; k++)
        if (strcmp(state, squares[k]) == 0) {
            with_element(f, i, -1);
            with_element(f, i, -INFINITY);
            with_element(f, i, sizeof(gd_real) == 4 ? -1e-45 : -5e-324);
        }
    for (size_t k = 0; k < sizeof finite / sizeof *finite; k++)
        if (strcmp(state, finite[k]) == 0 && strcmp(victim->o->algorithm->name, "gd_lion") != 0) {
            with_element(f, i, INFINITY);
            with_element(f, i, -INFINITY);
        }
    if (strcmp(state, "rho") == 0)
        with_element(f, i, 0);              /* of a pair in use */
    if (!victim->o->algorithm->step || strcmp(state, "rho") == 0)
        with_element(f, i, NAN);            /* the parameter would be NaN too */
}

static void other_tensors(const file *f, int i)
{
    file g = *f;
    g.names[i] = g.names[--g.count];
    g.tensors[i] = g.tensors[g.count];
    refused(&g, f->names[i], "missing");
    g = *f;
    char name[100];
    snprintf(name, sizeof name, "%s2", f->names[i]);
    g.names[i] = name;
    refused(&g, f->names[i], "another name");
    g = *f;
    g.names[g.count] = name;
    g.tensors[g.count++] = f->tensors[i];
    refused(&g, name, "left over");
    g = *f;
    g.tensors[i] = gd_zeros(GD_SHAPE(1, f->tensors[i]->numel + 1));
    refused(&g, f->names[i], "another size");
    g.tensors[i] = gd_zeros(GD_SHAPE(f->tensors[i]->numel, 1, 1));
    refused(&g, f->names[i], "another shape");
}

static void with_pair(const file *f, const char *key, const char *value)
{
    file g = *f;
    g.metadata[g.pairs++] = (gd_metadata){ key, value };
    refused(&g, key, "left over");
}

START_TEST(tensors)
{
    maker *make = saved_makers[_i];
    gd_seed(1);
    gd_dataset set = { gd_normal(GD_SHAPE(20, 2), 0, 1), NULL };
    run whole = new_run(make, set), other = new_run(make, set);
    train(&whole, 7);
    ck_assert(gd_save_run("whole", whole.net, whole.o, whole.load));
    train(&other, 4);
    victim = &other;
    file f = read_file("whole");
    for (int i = 0; i < f.count; i++) {
        other_tensors(&f, i);
        if (strncmp(f.names[i], "optimizer/", 10) == 0)
            bad_elements(&f, i);
    }
    with_pair(&f, "optimizer/ghost/step", "0000000000000000");
    with_pair(&f, "optimizer/w/ghost", "0000000000000000");
    with_pair(&f, "optimizer/lr/2", "0000000000000000");        /* a group that is not there */
    for (int i = 0; i < f.pairs; i++)
        if (strcmp(f.metadata[i].key, "gradus") == 0) {
            with_value(&f, i, "3");
            with_value(&f, i, "");
        } else if (strcmp(f.metadata[i].key, "optimizer") == 0) {
            with_value(&f, i, "gd_other");
        }
    free_file(&f);
    free_run(&whole);
    free_run(&other);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("checkpoint: damage");
    TCase *t = scratch_case(suite, "all");
    tcase_add_loop_test(t, numbers, 0, SAVED_MAKERS);
    tcase_add_loop_test(t, tensors, 0, SAVED_MAKERS);
    return run_suite(suite);
}
