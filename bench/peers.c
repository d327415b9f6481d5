/* peers.c - other libraries as contestants, in processes of their own that answer through pipes: PyTorch, two processes
 * of pytorch.py, and KANN, one of kann.c.
 *
 * A line "open NAME" is answered by "ok", or "no" where the peer has nothing of that name; "run TIMES" by the seconds
 * it took, on the peer's own clock; "close" by "ok".  While they wait they use no processor time. */
#define _POSIX_C_SOURCE 200809L                 /* fork, pipe, fdopen, setenv */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

typedef struct peer {
    FILE *ask, *answers;                        /* NULL: there is none */
    pid_t process;
    bool  joined;
} peer;

static peer peers[BENCH_PEERS];                 /* the kinds from BENCH_TORCH on */

/* No memory goes back to the system between two steps. */
void bench_keep_memory(void)
{
    setenv("MALLOC_TRIM_THRESHOLD_", "4294967296", 1);
    setenv("MALLOC_MMAP_THRESHOLD_", "4294967296", 1);
    setenv("MALLOC_TOP_PAD_", "268435456", 1);
}

bool bench_peer_there(bench_kind kind)
{
    return kind >= BENCH_TORCH && kind < BENCH_TORCH + BENCH_PEERS && peers[kind - BENCH_TORCH].ask;
}

static void child(const char *program, const char *script, bool kept)
{
    if (kept)
        bench_keep_memory();
    setenv("OMP_NUM_THREADS", "1", 1);
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    const char *clock = bench_processor_time ? "processor" : "wall";
    if (script)
        execlp(program, program, script, clock, (char *)NULL);
    else
        execlp(program, program, clock, (char *)NULL);
    _exit(127);
}

static bool answer(peer *p, char *line, int size)
{
    if (p->answers && fgets(line, size, p->answers))
        return true;
    if (p->ask)
        fclose(p->ask);
    if (p->answers)
        fclose(p->answers);
    p->ask = p->answers = NULL;
    return false;
}

/* Its first line is its name: "PyTorch 1.13.0 ..". */
static void start(peer *p, const char *program, const char *script, bool kept)
{
    int to[2], from[2];
    char line[128];
    *p = (peer){ 0 };
    if (pipe(to) != 0)
        return;
    if (pipe(from) != 0) {
        close(to[0]);
        close(to[1]);
        return;
    }
    p->process = fork();
    if (p->process == 0) {
        dup2(to[0], STDIN_FILENO);
        dup2(from[1], STDOUT_FILENO);
        close(to[0]), close(to[1]), close(from[0]), close(from[1]);
        for (int i = 0; i < BENCH_PEERS; i++)
            if (peers[i].ask)
                close(fileno(peers[i].ask));    /* or it would not notice its end */
        child(program, script, kept);
    }
    close(to[0]);
    close(from[1]);
    p->ask = fdopen(to[1], "w");
    p->answers = fdopen(from[0], "r");
    if (answer(p, line, sizeof line) && !kept)
        printf("%s", line);
}

void bench_peers_start(const char *python, const char *script, const char *kann)
{
    signal(SIGPIPE, SIG_IGN);
    start(&peers[0], python, script, false);
    if (peers[0].answers)
        start(&peers[1], python, script, true);
    else
        printf("PyTorch: not there (%s)\n", python);
    if (kann)
        start(&peers[BENCH_KANN - BENCH_TORCH], kann, NULL, false);
}

static double measure(void *state, int64_t times)
{
    peer *p = state;
    char line[128];
    if (!p->ask)
        return 1;
    fprintf(p->ask, "run %lld\n", (long long)times);
    fflush(p->ask);
    return answer(p, line, sizeof line) ? strtod(line, NULL) : 1;
}

void bench_peers_join(const bench_row *row, bench_contestant *contestants)
{
    char line[128];
    for (int i = 0; i < BENCH_PEERS; i++) {
        peer *p = &peers[i];
        if (!p->ask)
            continue;
        fprintf(p->ask, "open %s\n", row->name);
        fflush(p->ask);
        p->joined = answer(p, line, sizeof line) && strncmp(line, "ok", 2) == 0;
        if (p->joined)
            contestants[BENCH_TORCH + i] = (bench_contestant){ .there = true, .measure = measure, .state = p };
    }
}

void bench_peers_leave(void)
{
    char line[128];
    for (int i = 0; i < BENCH_PEERS; i++)
        if (peers[i].joined && peers[i].ask) {
            fprintf(peers[i].ask, "close\n");
            fflush(peers[i].ask);
            (void)answer(&peers[i], line, sizeof line);
            peers[i].joined = false;
        }
}

void bench_peers_stop(void)
{
    for (int i = 0; i < BENCH_PEERS; i++) {
        if (peers[i].ask)
            fclose(peers[i].ask);               /* the end of its input ends it */
        if (peers[i].answers)
            fclose(peers[i].answers);
        if (peers[i].process > 0)
            waitpid(peers[i].process, NULL, 0);
        peers[i] = (peer){ 0 };
    }
}
