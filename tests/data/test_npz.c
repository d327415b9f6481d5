/* test_npz.c - archives that NumPy has written, our own, and damaged ones. */
#define _POSIX_C_SOURCE 200809L
#include "support/scratch.h"

static const char *golden(const char *name)
{
    static char path[5000];
    snprintf(path, sizeof path, "%s/tests/golden/data/%s", scratch_home, name);
    return path;
}

static void ck_archive(const char *path)
{
    gd_npz *file = gd_npz_open(path);
    ck_assert_msg(file, "%s", gd_last_error());
    ck_assert_int_eq(gd_npz_count(file), 4);
    ck_assert_str_eq(gd_npz_name(file, 1), "count");
    gd_tensor *x = gd_npz_read(file, "x");
    if (!x) {
        ck_assert(without_zlib());
        gd_clear_error();
        gd_npz_close(file);
        return;
    }
    ck_shape(x, 3, 4);
    ck_exact_values(x, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6);
    ck_shape(gd_npz_read(file, "fortran"), 2, 3);
    ck_exact_values(gd_npz_read(file, "fortran"), 0, 1, 2, 3, 4, 5);
    ck_exact_values(gd_npz_read(file, "count"), 7, -8);
    ck_exact_values(gd_npz_read(file, "scalar"), 2.5);
    ck_exact_values(gd_npz_read(file, "x"), -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6);
    gd_npz_close(file);
}

START_TEST(reads_what_numpy_wrote)
{
    ck_archive(golden("stored.npz"));
    ck_archive(golden("deflated.npz"));
    ck_no_message();
    gd_npz *file = gd_npz_open(golden("stored.npz"));
    gd_clear_error();
    ck_assert_ptr_null(gd_npz_read(file, "y"));
    ck_message_begins("gd_npz_read: ");
    ck_refused(gd_npz_name(file, 4), "gd_npz_name: i = 4 must lie in [0, 4)");
    gd_npz_close(file);
}
END_TEST

START_TEST(writes_and_reads_again)
{
    gd_tensor *a = gd_uniform(GD_SHAPE(50, 3), -1, 1), *views[] = { a, gd_transpose(a, 0, 1), gd_zeros(GD_SHAPE(0, 2)),
                                                                    gd_scalar(3) };
    const char *const names[] = { "a", "\xc3\xa4/b", "empty", "scalar" };
    ck_good(gd_npz_write("own.npz", names, views, 4));
    gd_npz *file = gd_npz_open("own.npz");
    ck_assert_msg(file, "%s", gd_last_error());
    for (int i = 0; i < 4; i++) {
        ck_assert_str_eq(gd_npz_name(file, i), names[i]);
        gd_tensor *t = gd_npz_read(file, names[i]);
        ck_assert_msg(t, "%s", gd_last_error());
        ck_assert(far_apart(t, views[i]) == 0);
    }
    gd_npz_close(file);
    ck_good(gd_npz_write("none.npz", NULL, NULL, 0));
    put_text("plain", "\x01\x02\x03\x04 not an archive");
    ck_refused(gd_npz_open("plain"), "gd_npz_open: plain is not an NPZ file: it does not begin with PK");
    ck_refused(gd_npz_write("own.npz", (const char *[]){ "a", "a" }, views, 2),
               "gd_npz_write: the name \"a\" occurs twice");
    ck_refused(gd_npz_write("own.npz", (const char *[]){ "" }, views, 1), "gd_npz_write: names[0] is empty");
    ck_refused(gd_npz_write("own.npz", (const char *[]){ "\xff" }, views, 1), "gd_npz_write: names[0] is not UTF-8");
    ck_refused(gd_npz_write("own.npz", NULL, views, 1), "gd_npz_write: names is NULL");
}
END_TEST

static bool reads(const char *name)
{
    gd_npz *file = gd_npz_open(name);
    bool good = file != NULL;
    for (int64_t i = 0; good && i < gd_npz_count(file); i++)
        good = gd_npz_read(file, gd_npz_name(file, i)) != NULL;
    gd_npz_close(file);
    return good;
}

START_TEST(damaged_archives)
{
    static unsigned char bytes[1 << 14];
    gd_tensor *small[] = { gd_arange(0, 3, 1), gd_scalar(7) };
    ck_good(gd_npz_write("own.npz", (const char *[]){ "a", "b" }, small, 2));
    size_t n = get_bytes("own.npz", bytes, sizeof bytes);
    fuzz("damaged", bytes, n, reads, "gd_npz_", true);
    n = get_bytes(golden("deflated.npz"), bytes, sizeof bytes);
    put_bytes("deflated", bytes, n);
    if (reads("deflated"))
        fuzz("damaged", bytes, n, reads, "gd_npz_", true);
}
END_TEST

/* An archive of "a" and "b": two local headers with their data, two entries of 46 + 5 bytes, the end of 22. */
START_TEST(directory_and_entries_agree)
{
    static unsigned char good[1 << 12], bytes[1 << 12];
    gd_tensor *small[] = { gd_arange(0, 3, 1), gd_scalar(7) };
    ck_good(gd_npz_write("own.npz", (const char *[]){ "a", "b" }, small, 2));
    const size_t n = get_bytes("own.npz", good, sizeof good), end = n - 22;
    for (unsigned count = 0; count < 4; count++) {
        memcpy(bytes, good, n);
        bytes[end + 10] = (unsigned char)count;
        put_bytes("count.npz", bytes, n);
        gd_clear_error();
        gd_npz *file = gd_npz_open("count.npz");
        ck_assert(!file == (count != 2));
        if (count < 2)
            ck_message("gd_npz_open: count.npz: damaged zip archive: its directory has another length than its "
                       "entries");
        gd_npz_close(file);
    }
    const size_t places[] = { 30, 26, 8 };      /* of a local header: name, its length, method */
    for (int i = 0; i < 3; i++) {
        memcpy(bytes, good, n);
        bytes[places[i]] ^= 8;
        put_bytes("local.npz", bytes, n);
        gd_clear_error();
        gd_npz *file = gd_npz_open("local.npz");
        ck_good(file != NULL);
        ck_exact_values(gd_npz_read(file, "b"), 7);
        ck_assert_ptr_null(gd_npz_read(file, "a"));
        ck_message(i < 2 ? "gd_npz_read: local.npz: damaged zip archive: \"a\" has another name in its entry"
                   : "gd_npz_read: local.npz: damaged zip archive: the directory and an entry name different methods");
        gd_npz_close(file);
    }
    memcpy(bytes, good, n);
    bytes[end - 5] = 'a';                       /* the last name of the directory */
    put_bytes("twice.npz", bytes, n);
    ck_refused(gd_npz_open("twice.npz"), "gd_npz_open: twice.npz: damaged zip archive: a name occurs twice");
}
END_TEST

/* With all pairs compared, this took 11 seconds. */
START_TEST(many_entries)
{
    enum { MANY = 60000, LENGTH = 8 };
    static char text[MANY][LENGTH];
    static const char *names[MANY];
    static gd_tensor *tensors[MANY];
    gd_tensor *one = gd_scalar(1);
    for (int i = 0; i < MANY; i++) {
        snprintf(text[i], LENGTH, "%d", i * 7 % MANY);
        names[i] = text[i];
        tensors[i] = one;
    }
    ck_good(gd_npz_write("many.npz", names, tensors, MANY));
    gd_npz *file = gd_npz_open("many.npz");
    ck_assert_msg(file, "%s", gd_last_error());
    ck_assert_int_eq(gd_npz_count(file), MANY);
    ck_assert_str_eq(gd_npz_name(file, 3), "21");
    for (int i = 0; i < MANY; i += 997)
        ck_exact_values(gd_npz_read(file, names[i]), 1);
    gd_npz_close(file);
    names[MANY - 1] = names[5];
    ck_refused(gd_npz_write("many.npz", names, tensors, MANY), "gd_npz_write: the name \"35\" occurs twice");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("npz");
    TCase *tests = scratch_case(suite, "npz");
    tcase_add_test(tests, reads_what_numpy_wrote);
    tcase_add_test(tests, writes_and_reads_again);
    tcase_add_test(tests, damaged_archives);
    tcase_add_test(tests, directory_and_entries_agree);
    tcase_add_test(tests, many_entries);
    return run_suite(suite);
}
