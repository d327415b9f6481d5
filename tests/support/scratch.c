/* scratch.c - see scratch.h. */
#define _XOPEN_SOURCE 700                   /* mkdtemp */
#include <dirent.h>
#include <unistd.h>

#include "scratch.h"

char scratch_folder[64], scratch_home[4096];

void scratch_begin(void)
{
    gd_on_error(NULL);
    gd_clear_error();
    ck_assert_ptr_nonnull(getcwd(scratch_home, sizeof scratch_home));
    strcpy(scratch_folder, "/tmp/gradus-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(scratch_folder));
    strcat(scratch_folder, "/alone/here");       /* two deep: files beside the first, as ../shared, are not ours */
    char command[96];
    snprintf(command, sizeof command, "mkdir -p %s", scratch_folder);
    ck_assert_int_eq(system(command), 0);
    ck_assert_int_eq(chdir(scratch_folder), 0);
}

void scratch_end(void)
{
    char command[96];
    ck_assert_int_eq(chdir(scratch_home), 0);
    *strstr(scratch_folder, "/alone") = 0;
    snprintf(command, sizeof command, "rm -rf %s", scratch_folder);
    ck_assert_int_eq(system(command), 0);
    gd_shutdown();
    ck_assert_uint_eq(gd_memory_live(), 0);
}

TCase *scratch_case(Suite *suite, const char *name)
{
    TCase *c = tcase_create(name);
    tcase_add_checked_fixture(c, scratch_begin, scratch_end);
    tcase_set_timeout(c, 300);              /* slow machines, sanitizers */
    suite_add_tcase(suite, c);
    return c;
}

int scratch_count(void)
{
    int n = 0;
    DIR *folder = opendir(scratch_folder);
    for (struct dirent *entry; folder && (entry = readdir(folder)) != NULL;)
        n += entry->d_name[0] != '.';
    closedir(folder);
    return n;
}

/* ---- Files -------------------------------------------------------------------------------------------------- */

void put_bytes(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(name, "wb");
    if (!file || fwrite(bytes, 1, n, file) != n || fclose(file) != 0)
        ck_abort_msg("%s could not be written", name);
}

void put_text(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

size_t get_bytes(const char *name, void *bytes, size_t capacity)
{
    FILE *file = fopen(name, "rb");
    ck_assert_ptr_nonnull(file);
    size_t n = fread(bytes, 1, capacity, file);
    fclose(file);
    return n;
}

bool without_zlib(void)
{
    return gd_last_error() && strstr(gd_last_error(), "without zlib");
}

/* ---- Damage ------------------------------------------------------------------------------------------------- */

uint64_t scratch_random(void)
{
    static uint64_t state = 1;
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void fuzz_one(const char *name, const unsigned char *bytes, size_t n, scratch_reader *reader,
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

void fuzz(const char *name, const unsigned char *bytes, size_t n, scratch_reader *reader, const char *begins,
          bool cut_must_fail)
{
    fuzz_one(name, bytes, n, reader, begins, false);
    ck_assert_msg(!gd_last_error(), "the whole file was not read: %s", gd_last_error());
    for (size_t cut = 0; cut < n; cut++)
        fuzz_one(name, bytes, cut, reader, begins, cut_must_fail);
    unsigned char *copy = malloc(n + 1);
    ck_assert_ptr_nonnull(copy);
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
