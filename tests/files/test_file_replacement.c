/* test_file_replacement.c - files are replaced atomically: temporary files stand beside the target, whatever its
 * name is and through links, and leftovers of killed processes do no harm. */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "files/files.h"
#include "gradus.h"
#include "support/scratch.h"

static void holds(const char *name, const char *text)
{
    char is[100] = "";
    get_bytes(name, is, sizeof is - 1);
    ck_assert_str_eq(is, text);
}

static void write_text(const char *name, const char *text)
{
    ck_assert_msg(gi_file_replace("test", name, text, strlen(text)), "%s", gd_last_error());
    holds(name, text);
}

static bool is_link(const char *name)
{
    struct stat s;
    ck_assert_int_eq(lstat(name, &s), 0);
    return S_ISLNK(s.st_mode);
}

/* ---- Processes that are killed ------------------------------------------------------------------------------ */

/* Killed by SIGKILL while writing f. */
static void killed_in_the_middle(void)
{
    pid_t child = fork();
    if (child == 0) {
        gi_output out;
        gi_output_begin(&out, "test", "f");
        gi_output_put(&out, "half", 4);
        fflush(out.file);
        raise(SIGKILL);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

START_TEST(killed_many_times)
{
    write_text("f", "old");
    for (int i = 0; i < 120; i++) {
        killed_in_the_middle();
        holds("f", "old");
        ck_assert_int_eq(scratch_count(), 2);
    }
    write_text("f", "new");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

/* Leftovers with higher numbers than the next writer will use, some of them after a gap. */
START_TEST(several_were_killed_at_once)
{
    gi_output held[3];
    for (int i = 0; i < 3; i++)
        ck_assert(gi_output_begin(&held[i], "test", "f"));
    killed_in_the_middle();
    put_bytes("f.gradus-9.tmp", "half", 4);
    for (int i = 0; i < 3; i++)
        ck_assert(gi_output_end(&held[i]));
    ck_assert_int_eq(scratch_count(), 3);
    write_text("f", "new");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

/* Temporary files in use are kept, in this process and in another one. */
START_TEST(others_are_writing)
{
    int there[2], back[2];
    char byte = 'x';
    ck_assert(pipe(there) == 0 && pipe(back) == 0);
    pid_t child = fork();
    if (child == 0) {
        gi_output out;
        bool good = gi_output_begin(&out, "test", "f") && write(there[1], &byte, 1) == 1 &&
                    read(back[0], &byte, 1) == 1;
        gi_output_put(&out, "child", 5);
        _exit(good && gi_output_end(&out) ? 0 : 1);
    }
    ck_assert_int_eq(read(there[0], &byte, 1), 1);
    gi_output mine;
    ck_assert(gi_output_begin(&mine, "test", "f"));
    gi_output_put(&mine, "mine", 4);
    killed_in_the_middle();
    for (int i = 0; i < 3; i++)
        write_text("f", "between");
    ck_assert_int_eq(scratch_count(), 3);                       /* f and two that are being written */
    ck_assert(gi_output_end(&mine));
    holds("f", "mine");
    int status;
    ck_assert_int_eq(write(back[1], &byte, 1), 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    holds("f", "child");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

static void *writer(void *argument)
{
    char text[5000];
    memset(text, *(const char *)argument, sizeof text);
    for (int i = 0; i < 10; i++)
        if (!gi_file_replace("test", "f", text, sizeof text))
            return argument;
    gd_shutdown();
    return NULL;
}

START_TEST(threads_that_write_the_same_file)
{
    pthread_t threads[8];
    char letters[] = "abcdefgh", text[5001] = "";
    for (int i = 0; i < 8; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, writer, &letters[i]), 0);
    for (int i = 0; i < 8; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        ck_assert_ptr_null(failed);
    }
    ck_assert_uint_eq(get_bytes("f", text, sizeof text), 5000);
    ck_assert_uint_eq(strspn(text, (char[]){ text[0], '\0' }), 5000);
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

/* Nothing is written through a link in place of the temporary file. */
START_TEST(a_trap)
{
    put_text("victim", "safe");
    ck_assert_int_eq(symlink("victim", "f.gradus-0.tmp"), 0);
    write_text("f", "new");
    holds("victim", "safe");
    ck_assert_int_eq(mkdir("g.gradus-0.tmp", 0777), 0);
    write_text("g", "new");
    ck_assert_int_eq(scratch_count(), 5);
}
END_TEST

/* ---- Names -------------------------------------------------------------------------------------------------- */

START_TEST(names_as_long_as_possible)
{
    char name[300];
    memset(name, 'x', sizeof name);
    name[255] = '\0';
    write_text(name, "one");
    write_text(name, "two");
    for (int i = 0; i < 255; i++)
        name[i] = "\xe2\x82\xac"[i % 3];                        /* 85 times the euro sign */
    write_text(name, "three");
    name[252] = '\0';
    for (int length = 252; length >= 228; length -= 3) {
        name[length] = '\0';
        write_text(name, "four");
    }
    ck_assert_int_eq(scratch_count(), 2 + 9);
}
END_TEST

START_TEST(paths_as_long_as_possible)
{
    char path[5000] = "", folder[201];
    size_t n = 0;
    memset(folder, 'd', 200);
    folder[200] = '\0';
    for (int i = 0; i < 20; i++) {
        ck_assert(mkdir(folder, 0777) == 0 && chdir(folder) == 0);
        n += (size_t)sprintf(path + n, "%s/", folder);
    }
    ck_assert_int_eq(chdir(scratch_folder), 0);
    while (n < 4095)
        path[n++] = 'f';
    path[n] = '\0';
    write_text(path, "deep");
    write_text(path, "deeper");
    ck_assert_ptr_nonnull(gd_npy_write(path, gd_ones(GD_SHAPE(2))) ? path : NULL);
}
END_TEST

/* ---- Links -------------------------------------------------------------------------------------------------- */

START_TEST(links_that_lead_nowhere_yet)
{
    ck_assert(mkdir("a", 0777) == 0 && mkdir("b", 0777) == 0);
    ck_assert(symlink("target", "link") == 0 && symlink("../b/target", "a/link") == 0);
    ck_assert(symlink("a/link", "far") == 0);
    write_text("link", "one");
    ck_assert(is_link("link"));
    holds("target", "one");
    write_text("far", "two");
    ck_assert(is_link("far") && is_link("a/link"));
    holds("b/target", "two");
    write_text("far", "three");
    holds("b/target", "three");
    char here[200];
    snprintf(here, sizeof here, "%s/absolute", scratch_folder);
    ck_assert_int_eq(symlink(here, "b/link"), 0);
    write_text("b/link", "four");
    holds("absolute", "four");
    ck_assert_int_eq(symlink("no/target", "lost"), 0);
    ck_assert(!gi_file_replace("test", "lost", "x", 1));
    ck_message("test: lost cannot be written: there is no folder no");
    ck_assert(is_link("lost"));
}
END_TEST

START_TEST(links_in_a_circle)
{
    ck_assert(symlink("b", "a") == 0 && symlink("a", "b") == 0 && symlink("self", "self") == 0);
    ck_assert(!gi_file_replace("test", "a", "x", 1));
    ck_message("test: a cannot be written: Too many levels of symbolic links");
    ck_assert(!gi_file_replace("test", "self", "x", 1));
    ck_message("test: self cannot be written: Too many levels of symbolic links");
    ck_assert(is_link("a") && is_link("b") && is_link("self"));
    ck_assert_int_eq(scratch_count(), 3);
}
END_TEST

/* /dev/fd/N names an open file: it is written to, not replaced. */
START_TEST(open_files)
{
    char path[40];
    int file = open("f", O_RDWR | O_CREAT, 0666);
    ck_assert_int_ge(file, 0);
    const char *const folders[] = { "/dev/fd", "/proc/self/fd" };
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%d", folders[i], file);
        if (access(path, W_OK) == 0)
            write_text(path, i ? "two" : "one");
        holds("f", i ? "two" : "one");
    }
    close(file);
}
END_TEST

/* ---- Permissions and owners --------------------------------------------------------------------------------- */

START_TEST(permissions_stay)
{
    static const mode_t modes[] = { 0600, 0604, 0640, 0666, 0755, 0777 };
    struct stat s;
    umask(027);
    write_text("f", "new");
    ck_assert(stat("f", &s) == 0 && (s.st_mode & 0777) == 0640);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        ck_assert_int_eq(chmod("f", modes[i]), 0);
        write_text("f", "newer");
        ck_assert_int_eq(stat("f", &s), 0);
        ck_assert_int_eq(s.st_mode & 0777, modes[i]);
    }
    if (geteuid() == 0) {                                       /* so does the owner, where root writes */
        ck_assert_int_eq(chown("f", 12345, 54321), 0);
        write_text("f", "newest");
        ck_assert(stat("f", &s) == 0 && s.st_uid == 12345 && s.st_gid == 54321 && (s.st_mode & 0777) == 0777);
    }
}
END_TEST

static bool save_model(const char *path)
{
    gd_params *p = gd_params_new();
    gd_param(p, "w", gd_ones(GD_SHAPE(2)));
    bool good = gd_save(path, p, NULL);
    gd_params_free(p);
    return good;
}

static bool save_trace(const char *path)
{
    gd_params *p = gd_params_new();
    gd_tensor *w = gd_param(p, "w", gd_ones(GD_SHAPE(2)));
    gd_optimizer *o = gd_adam(p, gd_adam_defaults());
    gd_optimizer_trace(o, w, GD_SHAPE(0));
    gd_set_grad(w, gd_ones(GD_SHAPE(2)));
    bool good = gd_step(o) && gd_trace_csv(o, path);
    gd_optimizer_free(o);
    gd_params_free(p);
    return good;
}

static bool save_tensor(const char *path)
{
    return gd_npy_write(path, gd_ones(GD_SHAPE(2)));
}

static bool save_plot(const char *path)
{
    gd_plot *plot = gd_plot_new("title", "x", "y");
    gd_plot_point(plot, "a", 1, 2);
    gd_plot_point(plot, "a", 2, 3);
    bool good = gd_plot_save(plot, path);
    gd_plot_free(plot);
    return good;
}

static const struct { const char *name; bool (*write)(const char *path); } writers[] = {
    { "w.safetensors", save_model }, { "w.csv", save_trace }, { "w.npy", save_tensor }, { "w.png", save_plot },
};

START_TEST(every_writer)
{
    char link[40];
    struct stat s;
    for (size_t i = 0; i < sizeof writers / sizeof *writers; i++) {
        snprintf(link, sizeof link, "link-%s", writers[i].name);
        ck_assert_int_eq(symlink(writers[i].name, link), 0);
        ck_assert_msg(writers[i].write(link), "%s", gd_last_error());
        ck_assert(is_link(link) && stat(writers[i].name, &s) == 0 && s.st_size > 0);
        ck_assert_int_eq(chmod(link, 0604), 0);
        ck_assert(writers[i].write(link) && stat(link, &s) == 0 && (s.st_mode & 0777) == 0604);
        snprintf(link, sizeof link, "loop-%s", writers[i].name);
        ck_assert_int_eq(symlink(link, link), 0);
        ck_assert(!writers[i].write(link));
        ck_assert_ptr_nonnull(strstr(gd_last_error(), "Too many levels of symbolic links"));
    }
    ck_assert_int_eq(scratch_count(), 3 * 4);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("base: file replacement");
    TCase *t = scratch_case(suite, "all");
    tcase_add_test(t, killed_many_times);
    tcase_add_test(t, several_were_killed_at_once);
    tcase_add_test(t, others_are_writing);
    tcase_add_test(t, threads_that_write_the_same_file);
    tcase_add_test(t, a_trap);
    tcase_add_test(t, names_as_long_as_possible);
    tcase_add_test(t, paths_as_long_as_possible);
    tcase_add_test(t, links_that_lead_nowhere_yet);
    tcase_add_test(t, links_in_a_circle);
    tcase_add_test(t, open_files);
    tcase_add_test(t, permissions_stay);
    tcase_add_test(t, every_writer);
    return run_suite(suite);
}
