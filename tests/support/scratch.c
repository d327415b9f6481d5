/* scratch.c - see scratch.h. */
#define _XOPEN_SOURCE 700                   /* mkdtemp */
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scratch.h"

char scratch_folder[64], scratch_home[4096];

/* ---- Folders ------------------------------------------------------------------------------------------------- */

static bool make_folder(const char *path)
{
#ifdef _WIN32
    return mkdir(path) == 0;
#else
    return mkdir(path, 0777) == 0;
#endif
}

bool scratch_new_folder(char *path)
{
#if defined(_WIN32) || defined(__wasi__)    /* these have no mkdtemp */
    char *end = path + strlen(path) - 6;
    for (unsigned k = (unsigned)(uintptr_t)path % 4099; k <= 999999; k++) {
        snprintf(end, 7, "%06u", k);
        if (make_folder(path))
            return true;
        if (errno != EEXIST)
            break;
    }
    return false;
#else
    return mkdtemp(path) != NULL;
#endif
}

/* With all that is in it, which may have longer paths than there can be; links are removed, not followed. */
static void remove_folder(const char *name)
{
    ck_assert_msg(chdir(name) == 0, "%s cannot be entered", name);
    DIR *folder = opendir(".");
    ck_assert_msg(folder != NULL, "%s cannot be opened", name);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && unlink(entry->d_name) != 0)
            remove_folder(entry->d_name);
    closedir(folder);
    ck_assert_int_eq(chdir(".."), 0);
    ck_assert_msg(rmdir(name) == 0, "%s cannot be removed", name);
}

void scratch_begin(void)
{
    gd_on_error(NULL);
    gd_clear_error();
    ck_assert_ptr_nonnull(getcwd(scratch_home, sizeof scratch_home));
#ifdef _WIN32
    snprintf(scratch_folder, sizeof scratch_folder - 12, "%s/gradus-test-XXXXXX", getenv("TEMP"));
#else
    strcpy(scratch_folder, "/tmp/gradus-test-XXXXXX");
#endif
    ck_assert(scratch_new_folder(scratch_folder));
    strcat(scratch_folder, "/alone");       /* two deep: files beside the first, as ../shared, are not ours */
    ck_assert(make_folder(scratch_folder));
    strcat(scratch_folder, "/here");
    ck_assert(make_folder(scratch_folder));
    ck_assert_int_eq(chdir(scratch_folder), 0);
}

void scratch_end(void)
{
    *strstr(scratch_folder, "/alone") = 0;
    remove_folder(scratch_folder);
    ck_assert_int_eq(chdir(scratch_home), 0);
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

void put_little(FILE *file, uint64_t bits, int bytes)
{
    for (int i = 0; i < bytes; i++)
        fputc((int)(bits >> 8 * i & 255), file);
}

void put_real(FILE *file, double x, int bytes)
{
    const float single = (float)x;
    uint32_t bits_of_single;
    uint64_t bits_of_double;
    memcpy(&bits_of_single, &single, sizeof single);
    memcpy(&bits_of_double, &x, sizeof x);
    put_little(file, bytes == 4 ? bits_of_single : bits_of_double, bytes);
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
