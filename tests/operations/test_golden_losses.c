/* test_golden_losses.c - losses.h and picking.h against PyTorch's numbers in golden/losses and golden/picking: values
 * and gradients.  tests/golden/scripts/losses_and_picking.py writes them.
 *
 * How each operation is called is in golden_losses_table.h. */
#define _POSIX_C_SOURCE 200809L
#include <dirent.h>
#include <stdio.h>

#include "support/golden.h"

static gd_reduction reduction(const golden *g)
{
    const char *word = golden_word(g, "reduction");
    return strcmp(word, "mean") == 0 ? GD_MEAN : strcmp(word, "sum") == 0 ? GD_SUM : GD_NONE;
}

/* ---- The table as C ----------------------------------------------------------------------------------------- */

#define X(name)    golden_input(g, #name)
#define N(key)     golden_number(g, #key, 0)
#define I(key)     (int)N(key)
#define SIZES(key) (gd_shape[]){ golden_sizes(g, #key) }[0].size
#define REDUCTION  reduction(g)

#define GOLDEN(op, call) static gd_tensor *golden_##op(const golden *g) { return call; }
#include "golden_losses_table.h"
#undef GOLDEN

typedef struct row {
    const char *name;
    gd_tensor *(*call)(const golden *g);
} row;

#define GOLDEN(op, call) { #op, golden_##op },
static const row rows[] = {
#include "golden_losses_table.h"
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static int find_row(const char *op)
{
    for (int i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, op) == 0)
            return i;
    return -1;
}

/* ---- The files ---------------------------------------------------------------------------------------------- */

enum { FILES = 175 };
static char paths[FILES + 1][300];
static int found;

static int by_name(const void *a, const void *b)
{
    return strcmp(a, b);
}

static void find_files(const char *folder)
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

static golden *read_file(const char *path)
{
    golden *g = malloc(sizeof *g);
    ck_assert_ptr_nonnull(g);
    ck_assert_msg(golden_read(path, g), "%s: %s", path, g->wrong);
    ck_assert_msg(strstr(path, g->name) != NULL, "%s: is case %s", path, g->name);
    return g;
}

static void compare(const golden *g, const char *what, const gd_tensor *t, const golden_tensor *expected)
{
    const double tolerance = IN_DOUBLE ? 1e-10 : 5e-5;
    ck_assert_msg(t != NULL, "%s: no %s %s: %s", g->name, what, expected->name, gd_last_error());
    bool same = t->ndim == expected->shape.ndim;
    for (int i = 0; i < t->ndim && same; i++)
        same = t->shape[i] == expected->shape.size[i];
    ck_assert_msg(same, "%s: %s %s has another shape", g->name, what, expected->name);
    const double off = far_from(t, expected->values);
    ck_assert_msg(off <= tolerance, "%s: %s %s is off by %g: %s", g->name, what, expected->name, off, in_words(t));
}

START_TEST(one_file)
{
    golden *g = read_file(paths[_i]);
    const int at = find_row(g->op);
    ck_assert_msg(at >= 0, "%s: golden_losses_table.h has no row for %s", g->name, g->op);
    GD_SCOPE;
    golden_make_inputs(g);
    gd_tensor *y = rows[at].call(g);
    ck_assert_msg(y != NULL, "%s: %s", g->name, gd_last_error());
    compare(g, "output", y, &g->outputs.of[0]);
    ck_assert_int_eq(g->upstreams.n, g->grads.n > 0);
    if (g->grads.n)
        ck_good(gd_backward_from(y, golden_tensor_of(&g->upstreams.of[0]), false));
    for (int i = 0; i < g->grads.n; i++)
        compare(g, "grad", golden_input(g, g->grads.of[i].name)->grad, &g->grads.of[i]);
    ck_no_message();
    free(g);
}
END_TEST

/* Every file was there, and every row is used. */
START_TEST(files_are_counted)
{
    int files[ROWS] = { 0 };
    ck_assert_int_eq(found, FILES);
    for (int i = 0; i < found; i++) {
        golden *g = read_file(paths[i]);
        const int at = find_row(g->op);
        ck_assert_msg(at >= 0, "%s: golden_losses_table.h has no row for %s", g->name, g->op);
        files[at]++;
        free(g);
    }
    for (int i = 0; i < ROWS; i++)
        ck_assert_msg(files[i] > 0, "golden_losses_table.h: no file has the op %s", rows[i].name);
}
END_TEST

int main(void)
{
    find_files("tests/golden/losses");
    find_files("tests/golden/picking");
    Suite *suite = suite_create("operations: golden numbers of losses and picking");
    TCase *each = tcase_create("all");
    tcase_add_checked_fixture(each, quietly, gd_shutdown);
    tcase_add_loop_test(each, one_file, 0, found);
    tcase_add_test(each, files_are_counted);
    suite_add_tcase(suite, each);
    return run_suite(suite);
}
