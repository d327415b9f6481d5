/* scratch.h - a folder of its own for each test that writes files, and what such tests have in common.  The
 * test runs inside the folder, so that messages can be compared with short names in them. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <check.h>
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gradus/data.h"

static char scratch_folder[64], scratch_home[4096];

static inline void scratch_begin(void)
{
    gd_on_error(NULL);
    gd_clear_error();
    ck_assert_ptr_nonnull(getcwd(scratch_home, sizeof scratch_home));
    strcpy(scratch_folder, "/tmp/gradus-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch_folder));
    strcat(scratch_folder, "/alone/here");       /* two deep: what lies beside the first, ../shared say, is not
                                                 * ours */
    char command[96];
    snprintf(command, sizeof command, "mkdir -p %s", scratch_folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(chdir(scratch_folder), 0);
}

/* How many files there are; with their names, for messages. */
static inline int scratch_count(void)
{
    int n = 0;
    DIR *folder = opendir(scratch_folder);
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

/* At the end nothing may be left, neither in memory nor, after this, on the disk. */
static inline void scratch_end(void)
{
    char command[96];
    ck_assert_int_eq(chdir(scratch_home), 0);
    *strstr(scratch_folder, "/alone") = 0;
    snprintf(command, sizeof command, "rm -rf %s", scratch_folder);
    ck_assert_int_eq(system(command), 0);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}

static inline void put_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(name, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file) != 0)
        ck_abort_msg("%s could not be written", name);
}

static inline void put_text(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static inline size_t get_bytes(const char *name, void *bytes, size_t room)
{
    FILE *file = fopen(name, "rb");
    ck_assert_ptr_nonnull(file);
    size_t n = fread(bytes, 1, room, file);
    fclose(file);
    return n;
}

/* The latest failure said exactly this. */
#define ck_said(message) \
    do { \
        ck_assert_ptr_nonnull(gd_last_error()); \
        ck_assert_str_eq(gd_last_error(), message); \
        gd_clear_error(); \
    } while (0)

#define ck_shape(t, ...) \
    do { \
        gd_shape ck_wanted = GD_SHAPE(__VA_ARGS__); \
        ck_assert_ptr_nonnull(t); \
        ck_assert_int_eq((t)->ndim, ck_wanted.ndim); \
        for (int ck_i = 0; ck_i < ck_wanted.ndim; ck_i++) \
            ck_assert_int_eq((t)->shape[ck_i], ck_wanted.size[ck_i]); \
        ck_assert((t)->contiguous); \
    } while (0)

#define ck_values(t, ...) \
    do { \
        const double ck_list[] = { __VA_ARGS__ }; \
        ck_assert_int_eq((t)->numel, (int64_t)(sizeof ck_list / sizeof *ck_list)); \
        for (int64_t ck_k = 0; ck_k < (t)->numel; ck_k++) \
            if ((t)->data[ck_k] != (gd_real)ck_list[ck_k] && \
                ((t)->data[ck_k] == (t)->data[ck_k] || ck_list[ck_k] == ck_list[ck_k])) \
                ck_abort_msg("element %d is %.17g, not %.17g", (int)ck_k, (double)(t)->data[ck_k], \
                             ck_list[ck_k]); \
    } while (0)

/* A small generator for the tests' own use (splitmix64). */
static inline uint64_t scratch_random(void)
{
    static uint64_t state = 1;
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* What every reader of an untrusted file owes: a tensor, or NULL with a message that begins with its name and
 * the file's.  The file is cut at each byte, then damaged in each bit of the first bytes and at random. */
typedef bool scratch_reader(const char *name);

static inline void fuzz_one(const char *name, const unsigned char *bytes, size_t n, scratch_reader *reader,
                            const char *begins, bool must_fail)
{
    put_bytes(name, bytes, n);
    gd_clear_error();
    bool open = gd_scope_begin(), good = reader(name), closed = gd_scope_end();
    if (!open || !closed || (good && must_fail))
        ck_abort_msg("a file cut to %zu bytes was read", n);
    if (!good && (!gd_last_error() || strncmp(gd_last_error(), begins, strlen(begins)) != 0))
        ck_abort_msg("the message is: %s", gd_last_error());
}

static inline void fuzz(const char *name, const unsigned char *bytes, size_t n, scratch_reader *reader,
                        const char *begins, bool cut_must_fail)
{
    fuzz_one(name, bytes, n, reader, begins, false);
    ck_assert_msg(!gd_last_error(), "the whole file was not read: %s", gd_last_error());
    for (size_t cut = 0; cut < n; cut++)
        fuzz_one(name, bytes, cut, reader, begins, cut_must_fail);
    unsigned char *copy = malloc(n + 1);
    memcpy(copy, bytes, n);
    copy[n] = 'x';
    fuzz_one(name, copy, n + 1, reader, begins, cut_must_fail);
    for (size_t bit = 0; bit < 8 * n; bit++) {
        copy[bit / 8] ^= (unsigned char)(1u << bit % 8);
        fuzz_one(name, copy, n, reader, begins, false);
        copy[bit / 8] = bytes[bit / 8];
    }
    for (int i = 0; i < 2000; i++) {
        for (int k = 0; k < 3; k++)
            copy[scratch_random() % n] = (unsigned char)scratch_random();
        fuzz_one(name, copy, n, reader, begins, false);
        memcpy(copy, bytes, n);
    }
    free(copy);
}

/* A test case of the suite whose tests each get a folder. */
static inline TCase *scratch_case(Suite *suite, const char *name)
{
    TCase *c = tcase_create(name);
    tcase_add_checked_fixture(c, scratch_begin, scratch_end);
    tcase_set_timeout(c, 300);              /* slow machines, sanitizers */
    suite_add_tcase(suite, c);
    return c;
}

/* The number of failed tests of a suite, which is the program's exit status. */
static inline int run_suite(Suite *suite)
{
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failures = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failures ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
