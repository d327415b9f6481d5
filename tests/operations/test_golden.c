/* test_golden.c - every operation against the numbers in golden/ops: values, gradients, second derivatives.
 *
 * How each operation is called, and which are missing, is in golden_table.h. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>

#include "support/golden.h"
#include "support/scratch.h"

/* ---- The functions of the files that test more than one operation ------------------------------------------- */

static gd_tensor *slice_all(gd_tensor *x, gd_shape start, gd_shape stop, gd_shape step)
{
    for (int i = 0; i < start.ndim; i++)
        x = gd_slice(x, i, start.size[i], stop.size[i], step.size[i]);
    return x;
}

static gd_tensor *fanout(gd_tensor *x)
{
    return gd_add(gd_add(gd_mul(x, x), gd_mul(gd_sin(x), x)), x);
}

static gd_tensor *diamond(gd_tensor *a, gd_tensor *b)
{
    gd_tensor *u = gd_mul(a, b), *v = gd_add(u, a), *w = gd_scale(gd_exp(u), 0.1);
    return gd_add(gd_mul(v, w), u);
}

static gd_tensor *mlp_mse(gd_tensor *x, gd_tensor *y, gd_tensor *w1, gd_tensor *b1, gd_tensor *w2, gd_tensor *b2)
{
    gd_tensor *h = gd_tanh(gd_add(gd_matmul(x, w1), b1));
    return gd_scale(gd_mse_loss(gd_add(gd_matmul(h, w2), b2), y, GD_MEAN), 0.5);
}

static gd_tensor *mlp_ce(gd_tensor *x, gd_tensor *labels, gd_tensor *w1, gd_tensor *b1, gd_tensor *w2,
                         gd_tensor *b2)
{
    gd_tensor *h = gd_relu(gd_affine(x, gd_transpose(w1, 0, 1), b1));
    gd_tensor *loss = gd_cross_entropy(gd_affine(h, gd_transpose(w2, 0, 1), b2), labels, GD_MEAN);
    return gd_add(loss, gd_scale(gd_add(gd_sum(gd_square(w1)), gd_sum(gd_square(w2))), 0.01));
}

static gd_tensor *rosenbrock(gd_tensor *x)
{
    int64_t n = gd_numel(x);
    gd_tensor *here = gd_slice(x, 0, 0, n - 1, 1), *next = gd_slice(x, 0, 1, n, 1);
    gd_tensor *valley = gd_scale(gd_square(gd_sub(next, gd_square(here))), 100);
    return gd_sum(gd_add(valley, gd_square(gd_shift(gd_neg(here), 1))));
}

/* Binary cross-entropy is softplus(z) - z t. */
static gd_tensor *logistic(gd_tensor *z, gd_tensor *t, gd_tensor *w)
{
    gd_tensor *loss = gd_mean(gd_sub(gd_softplus(z), gd_mul(z, t)));
    return gd_add(loss, gd_scale(gd_sum(gd_square(w)), 0.05));
}

static gd_tensor *sigmoid_mlp(gd_tensor *x, gd_tensor *y, gd_tensor *w1, gd_tensor *b1, gd_tensor *w2)
{
    return gd_mean(gd_square(gd_sub(gd_matmul(gd_sigmoid(gd_add(gd_matmul(x, w1), b1)), w2), y)));
}

/* The derivative of sum y as part of the graph. */
static gd_tensor *derivative(gd_tensor *y, gd_tensor *x)
{
    gd_tensor *dx = NULL;
    return gd_grad(gd_sum(y), NULL, &x, 1, &dx, true) ? dx : NULL;
}

static gd_tensor *gradnorm(gd_tensor *x)
{
    return gd_sum(gd_square(derivative(gd_mul(gd_exp(x), gd_sin(x)), x)));
}

static gd_tensor *gradient_penalty(gd_tensor *x, gd_tensor *w1, gd_tensor *b1, gd_tensor *w2)
{
    gd_requires_grad(x);
    gd_tensor *g = derivative(gd_matmul(gd_tanh(gd_add(gd_matmul(x, w1), b1)), w2), x);
    return gd_mean(gd_square(gd_shift(gd_sqrt(gd_sum_axis(gd_square(g), 1, false)), -1)));
}

static gd_tensor *third_derivative(gd_tensor *x)
{
    gd_tensor *f = gd_mul(gd_sin(x), gd_exp(gd_scale(x, 0.5)));
    return gd_sum(gd_mul(x, derivative(derivative(f, x), x)));
}

static gd_reduction reduction(const golden *g)
{
    const char *word = golden_word(g, "reduction");
    return strcmp(word, "mean") == 0 ? GD_MEAN : strcmp(word, "sum") == 0 ? GD_SUM : GD_NONE;
}

/* ---- The table as C ----------------------------------------------------------------------------------------- */

#define X(name)   golden_input(g, #name)
#define N(key)    golden_number(g, #key, 0)
#define I(key)    (int)N(key)
#define AXES(key) golden_sizes(g, #key)
#define PAIR(key) { AXES(key).size[0], AXES(key).size[1] }
#define HAS(key)  golden_has(g, #key)
#define REDUCTION reduction(g)

#define GOLDEN(op, call)      static gd_tensor *golden_##op(const golden *g) { return call; }
#define SECOND(function, call) static gd_tensor *second_##function(const golden *g) { return call; }
#define MISSING(op, files)
#include "golden_table.h"
#undef GOLDEN
#undef SECOND
#undef MISSING

typedef struct row {
    const char *name;
    bool        second;
    int         missing;
    gd_tensor *(*call)(const golden *g);
} row;

#define GOLDEN(op, call)       { #op, false, 0, golden_##op },
#define SECOND(function, call) { #function, true, 0, second_##function },
#define MISSING(op, files)     { #op, false, files, NULL },
static const row rows[] = {
#include "golden_table.h"
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static const row *find_row(const golden *g)
{
    bool second = strcmp(g->op, "second_order") == 0;
    const char *name = second ? golden_word(g, "function") : g->op;
    for (int i = 0; i < ROWS; i++)
        if (rows[i].second == second && strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

/* ---- The files ---------------------------------------------------------------------------------------------- */

enum { FILES = 285 };
static const char folder[] = "tests/golden/ops";
static char paths[FILES + 1][300];
static int found;

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void find_files(void)
{
    DIR *directory = opendir(folder);
    if (!directory)
        return;
    for (struct dirent *entry; (entry = readdir(directory)) != NULL && found <= FILES;) {
        size_t length = strlen(entry->d_name);
        if (length > 4 && length < 200 && strcmp(entry->d_name + length - 4, ".txt") == 0)
            snprintf(paths[found++], sizeof paths[0], "%s/%s", folder, entry->d_name);
    }
    closedir(directory);
    qsort(paths, (size_t)found, sizeof paths[0], by_name);
}

static void compare(const golden *g, const char *what, const gd_tensor *t, const golden_tensor *expected)
{
    const double tolerance = IN_DOUBLE ? 1e-10 : 2e-5;
    ck_assert_msg(t != NULL, "%s: no %s %s: %s", g->name, what, expected->name, gd_last_error());
    bool same = t->ndim == expected->shape.ndim;
    for (int i = 0; i < t->ndim && same; i++)
        same = t->shape[i] == expected->shape.size[i];
    ck_assert_msg(same, "%s: %s %s has another shape", g->name, what, expected->name);
    double off = far_from(t, expected->values);
    ck_assert_msg(off <= tolerance, "%s: %s %s is off by %g: %s", g->name, what, expected->name, off, in_words(t));
}

static void compare_grads(const golden *g)
{
    for (int i = 0; i < g->grads.n; i++) {
        const gd_tensor *x = golden_input(g, g->grads.of[i].name);
        ck_assert_msg(x != NULL, "%s: gradient of an unknown input", g->name);
        compare(g, "grad", x->grad, &g->grads.of[i]);
    }
}

/* extra running_mean_after is the input running_mean when the call is over. */
static void compare_extras(const golden *g)
{
    for (int i = 0; i < g->extras.n; i++) {
        char name[GOLDEN_WORD];
        snprintf(name, sizeof name, "%s", g->extras.of[i].name);
        char *after = strstr(name, "_after");
        ck_assert_msg(after != NULL, "%s: extra %s", g->name, name);
        *after = '\0';
        compare(g, "extra", golden_input(g, name), &g->extras.of[i]);
    }
}

/* H v as the gradient of the sum of v_i dx_i. */
static void compare_hessian(const golden *g, gd_tensor *y)
{
    gd_tensor *xs[GOLDEN_TENSORS], *dxs[GOLDEN_TENSORS], *product = gd_scalar(0);
    int n = g->hvps.n;
    for (int i = 0; i < n; i++)
        xs[i] = golden_input(g, g->hvps.of[i].name);
    ck_good(gd_grad(y, NULL, xs, n, dxs, true));
    for (int i = 0; i < n; i++) {
        const golden_tensor *v = golden_find(&g->vectors, g->hvps.of[i].name);
        ck_assert_msg(v != NULL, "%s: no vector %s", g->name, g->hvps.of[i].name);
        compare(g, "grad", dxs[i], golden_find(&g->grads, g->hvps.of[i].name));
        product = gd_add(product, gd_sum(gd_mul(dxs[i], golden_tensor_of(v))));
    }
    ck_good(gd_grad(product, NULL, xs, n, dxs, false));
    for (int i = 0; i < n; i++)
        compare(g, "hvp", dxs[i], &g->hvps.of[i]);
}

/* Second derivatives are compared in double only. */
static bool runs(const row *r)
{
    return !r->missing && (IN_DOUBLE || !r->second);
}

static void run_file(golden *g, const row *r)
{
    golden_make_inputs(g);
    gd_tensor *y = r->call(g);
    ck_assert_msg(y != NULL, "%s: %s", g->name, gd_last_error());
    compare(g, "output", y, &g->outputs.of[0]);
    compare_extras(g);
    if (g->hvps.n)
        compare_hessian(g, y);
    gd_tensor *dy = g->upstreams.n ? golden_tensor_of(&g->upstreams.of[0]) : NULL;
    ck_assert_msg(g->grads.n > 0, "%s: no gradient to compare", g->name);
    ck_assert_msg(gd_backward_from(y, dy, false), "%s: %s", g->name, gd_last_error());
    compare_grads(g);
}

START_TEST(one_file)
{
    ck_assert_int_eq(found, FILES);
    golden *g = malloc(sizeof *g);
    ck_assert_ptr_nonnull(g);
    ck_assert_msg(golden_read(paths[_i], g), "%s: %s", paths[_i], g->wrong);
    ck_assert_msg(strstr(paths[_i], g->name) != NULL, "%s: is case %s", paths[_i], g->name);
    const row *r = find_row(g);
    ck_assert_msg(r != NULL, "%s: golden_table.h has no row for %s", g->name, g->op);
    GD_SCOPE;
    if (runs(r))
        run_file(g, r);
    ck_no_message();
    free(g);
}
END_TEST

/* The skipped files are exactly those declared in the table. */
START_TEST(skipped_files_are_counted)
{
    int files[ROWS] = { 0 }, run = 0, second = 0, declared = 0;
    golden *g = malloc(sizeof *g);
    ck_assert_ptr_nonnull(g);
    for (int i = 0; i < found; i++) {
        ck_assert_msg(golden_read(paths[i], g), "%s: %s", paths[i], g->wrong);
        const row *r = find_row(g);
        ck_assert_msg(r != NULL, "%s: golden_table.h has no row for %s", paths[i], g->op);
        files[r - rows]++;
        run += runs(r);
        second += r->second && !IN_DOUBLE;
    }
    for (int i = 0; i < ROWS; i++) {
        ck_assert_msg(files[i] > 0, "golden_table.h: no file has the op %s", rows[i].name);
        if (rows[i].missing) {
            ck_assert_msg(files[i] == rows[i].missing, "%s: %d files", rows[i].name, files[i]);
            printf("golden: %s has no row yet, %d files skipped\n", rows[i].name, files[i]);
        }
        declared += rows[i].missing;
    }
    ck_assert_int_eq(run, FILES - declared - second);
    printf("golden: %d of %d files run\n", run, FILES);
    free(g);
}
END_TEST

/* A file that violates the grammar is detected. */
START_TEST(broken_files_are_refused)
{
    static const char *const broken[] = {
        "", "case a", "case a op add input x f64 1 2 1 2 output y f64 0 1",
        "case a op add input x f64 1 3 1 2 output y f64 0 1 end",
        "case a op add input x f32 0 1 output y f64 0 1 end",
        "case a op add input x f64 0 1 output y f64 0 one end", "case a op add input x f64 0 1 surprise end",
        "case a op add input x f64 5 1 1 1 1 1 1 output y f64 0 1 end", "case a op add input x f64 0 1 end",
        "case a op add attr k int 2 1 input x f64 0 1 output y f64 0 1 end"
    };
    const char path[] = "broken";
    scratch_begin();
    golden *g = malloc(sizeof *g);
    ck_assert_ptr_nonnull(g);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        FILE *out = fopen(path, "w");
        ck_assert_ptr_nonnull(out);
        fputs(broken[i], out);
        fclose(out);
        ck_assert_msg(!golden_read(path, g), "\"%s\" was read", broken[i]);
        ck_assert(g->wrong[0]);
    }
    ck_assert_int_eq(remove(path), 0);
    ck_assert(!golden_read("/no/such/file", g));
    free(g);
    scratch_end();
}
END_TEST

int main(void)
{
    find_files();
    Suite *suite = suite_create("operations: golden");
    TCase *files = tcase_create("all");
    tcase_add_checked_fixture(files, quietly, NULL);
    tcase_set_timeout(files, 120);
    tcase_add_loop_test(files, one_file, 0, FILES);
    tcase_add_test(files, skipped_files_are_counted);
    tcase_add_test(files, broken_files_are_refused);
    suite_add_tcase(suite, files);
    return run_suite(suite);
}
