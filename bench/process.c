/* process.c - whole programs: what a user waits for, from the start to the end, with the reading of the data; and
 * the largest memory.  The programs are in bench/process. */
#define _DEFAULT_SOURCE                         /* wait4 */

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

typedef struct program {
    char   argument[4][512];                    /* the program first; "" is none */
    bool   kept;
    double loss;
    bench_contestant *contestant;
} program;

static program programs[BENCH_KINDS];

/* run - false when it could not be run or failed; seconds as bench_processor_time says. */
static bool run(program *p, double *seconds)
{
    int pipe_ends[2];
    char line[128] = "";
    struct rusage use;
    int status;
    if (pipe(pipe_ends) != 0)
        return false;
    fflush(NULL);
    const double start = bench_now();
    const pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], STDOUT_FILENO);
        close(pipe_ends[0]);
        close(pipe_ends[1]);
        if (p->kept)
            bench_keep_memory();
        char *list[5] = { NULL };
        for (int i = 0; i < 4 && p->argument[i][0]; i++)
            list[i] = p->argument[i];
        execvp(list[0], list);
        _exit(127);
    }
    close(pipe_ends[1]);
    FILE *out = child > 0 ? fdopen(pipe_ends[0], "r") : NULL;
    const bool told = out && fgets(line, sizeof line, out);
    if (child < 0 || wait4(child, &status, 0, &use) < 0)
        return false;
    *seconds = bench_now() - start;
    if (bench_processor_time)
        *seconds = (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec)
                 + 1e-6 * (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec);
    if (out)
        fclose(out);
    char *rest = line;
    p->loss = strtod(line, &rest);
    p->contestant->peak_bytes = 1024 * strtod(rest, NULL);
    return told && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static double measure(void *state, int64_t times)
{
    double sum = 0, once = 0;
    for (int64_t i = 0; i < times; i++) {
        (void)run(state, &once);
        sum += once;
    }
    return sum;
}

static void close_row(void)
{
}

/* find - the first of the places that can be read; NULL: none. */
static const char *find(const char *const places[], const char *file)
{
    char path[512];
    for (; *places; places++) {
        (void)snprintf(path, sizeof path, "%s/%s", *places, file);
        if (access(path, R_OK) == 0)
            return *places;
    }
    return NULL;
}

static void set(program *p, int i, const char *folder, const char *name)
{
    (void)snprintf(p->argument[i], sizeof p->argument[i], "%s%s%s", folder, name[0] ? "/" : "", name);
}

/* Who runs what, on the data in place. */
static void fill(bool mlp, const char *place, bench_contestant *c)
{
    const char *beside = getenv("BENCH_PROGRAMS"), *python = getenv("BENCH_PYTHON");
    const char *task = mlp ? "mlp" : "airfoil", *data = mlp ? "" : "airfoil_self_noise.dat";
    for (int k = 0; k < BENCH_KINDS; k++) {
        program *p = &programs[k];
        memset(p, 0, sizeof *p);
        p->contestant = &c[k];
        p->kept = k == BENCH_TORCH_KEPT;
        c[k] = (bench_contestant){ .measure = measure, .state = p };
        c[k].there = k <= BENCH_FLOOR || ((k == BENCH_TORCH || k == BENCH_TORCH_KEPT) && bench_peer_there(k));
        if (k <= BENCH_FLOOR) {
            char name[32];
            (void)snprintf(name, sizeof name, "%s_%s", k == BENCH_GRADUS ? "gradus" : "floor", task);
            set(p, 0, beside ? beside : ".", name);
            set(p, 1, place, data);
        } else {
            set(p, 0, python ? python : "/usr/bin/python3", "");
            set(p, 1, "bench/process", "pytorch.py");
            set(p, 2, task, "");
            set(p, 3, place, data);
        }
    }
}

static bool open_row(const bench_row *row, bench_contestant *c)
{
    const char *home = getenv("GRADUS_DATA");
    const char *const airfoil_places[] = { "data", home, NULL };
    static const char *const mlp_places[] = { "data", "data/fashion-mnist", "/usr/share/datasets/fashion-mnist",
                                              NULL };
    const bool mlp = strcmp(row->name, "process-mlp") == 0;
    const char *place = mlp ? find(mlp_places, "train-images-idx3-ubyte.gz")
                            : find(airfoil_places, "airfoil_self_noise.dat");
    if (!place)
        return true;                            /* nobody is there: the row is passed over */
    fill(mlp, place, c);
    for (int k = 0; k < BENCH_KINDS; k++) {
        double seconds;
        if (c[k].there && !run(&programs[k], &seconds)) {
            fprintf(stderr, "bench: %s: %s failed\n", row->name, programs[k].argument[0]);
            c[k].there = false;
            if (k <= BENCH_FLOOR)
                return false;
        }
        if (c[k].there && !bench_agree(row, "the loss", programs[BENCH_GRADUS].loss, programs[k].loss, 1e-4))
            return false;
    }
    return true;
}

const bench_row process_rows[] = {
    { .name = "process-airfoil", .what = "a whole program: linear regression on airfoil, 2 epochs", .unit = "run",
      .units = 1, .goal = 1.1, .open = open_row, .close = close_row },
    { .name = "process-mlp", .what = "a whole program: MLP on Fashion-MNIST, 1 epoch", .unit = "run",
      .units = 1, .goal = 1.1, .open = open_row, .close = close_row },
    { 0 }
};
