/* threads.c - gi_parallel: a few helping threads, asleep when there is nothing to do.
 *
 * The caller publishes a job and works on it like everyone else; parts are handed out by one atomic counter.
 * So no part waits for a thread that the system does not run, and with no helper at all the caller simply
 * does everything.  A helper looks out for the next job for some tens of microseconds, then sleeps: the products
 * of one training step follow each other faster than a thread wakes up, and a program that computes nothing
 * costs nothing.
 *
 * Works with POSIX threads; elsewhere, or with -DGD_NO_THREADS, everything runs on the calling thread. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE                         /* sched_getaffinity */
#elif !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include <stdbool.h>
#include <stdlib.h>

#include "threads.h"
#include "gradus/error.h"
#include "gradus/tensor.h"

#if !defined(GD_NO_THREADS) && (defined(__unix__) || (defined(__APPLE__) && defined(__MACH__)))

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

enum { MAX_THREADS = 64, LOOKS = 1500, LOOKS_A_YIELD = 64 };    /* a look takes 10 to 40 ns with its pause */

static struct {
    atomic_bool     taken;                  /* a caller has the helpers */
    atomic_bool     open;                   /* the job below may be joined */
    atomic_int      inside;                 /* helpers that look at the job */
    atomic_int      asleep;
    atomic_uint     jobs;                   /* published so far */
    atomic_bool     leave;                  /* helpers are to end */
    atomic_int      wanted;                 /* threads with the caller; 0: not asked for yet */

    gi_body        *body;                   /* the job */
    void           *context;
    int64_t         count, part;
    _Atomic int64_t next;                   /* first index not handed out */

    pthread_mutex_t mutex;
    pthread_cond_t  wake;
    pthread_t       thread[MAX_THREADS];
    int             started;
} pool = { .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static _Thread_local bool inside_a_job;

static void pause_a_little(void)
{
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
    __builtin_ia32_pause();
#endif
}

/* Work on the open job until every part is handed out. */
static void take_parts(void)
{
    inside_a_job = true;
    for (;;) {
        int64_t begin = atomic_fetch_add(&pool.next, pool.part);
        if (begin >= pool.count)
            break;
        int64_t left = pool.count - begin;
        pool.body(pool.context, begin, begin + (left < pool.part ? left : pool.part));
    }
    inside_a_job = false;
}

/* Wait for a job after number *seen, which becomes the number of that one: looking first, then asleep.  False
 * when it is time to leave.  The number is read before leave: an announcement in between is still to be seen. */
static bool wait_for_job(unsigned *seen)
{
    for (int i = 1; i <= LOOKS; i++) {
        const unsigned jobs = atomic_load(&pool.jobs);
        if (jobs != *seen) {
            *seen = jobs;
            return !atomic_load(&pool.leave);
        }
        if (i % LOOKS_A_YIELD == 0)
            sched_yield();
        else
            pause_a_little();
    }
    pthread_mutex_lock(&pool.mutex);
    atomic_fetch_add(&pool.asleep, 1);
    while (atomic_load(&pool.jobs) == *seen)
        pthread_cond_wait(&pool.wake, &pool.mutex);
    *seen = atomic_load(&pool.jobs);
    atomic_fetch_sub(&pool.asleep, 1);
    pthread_mutex_unlock(&pool.mutex);
    return !atomic_load(&pool.leave);
}

/* A helper counts itself in before it asks whether the job is open, and the caller closes the job before it
 * waits for the count to be 0: nobody works on a job that its caller has left. */
static void *help(void *unused)
{
    (void)unused;
    unsigned seen = 0;
    while (wait_for_job(&seen)) {
        atomic_fetch_add(&pool.inside, 1);
        if (atomic_load(&pool.open))
            take_parts();
        atomic_fetch_sub(&pool.inside, 1);
    }
    return NULL;
}

static void announce(void)
{
    atomic_fetch_add(&pool.jobs, 1);
    if (atomic_load(&pool.asleep) > 0) {
        pthread_mutex_lock(&pool.mutex);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.mutex);
    }
}

/* The helpers of this process do not exist in a child of fork: it starts its own. */
static void forget_helpers(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
    pool.mutex = mutex;
    pool.wake = wake;
    pool.started = 0;
    atomic_store(&pool.inside, 0);
    atomic_store(&pool.asleep, 0);
    atomic_store(&pool.open, false);
    atomic_store(&pool.leave, false);
    atomic_store(&pool.taken, false);
}

/* The caller holds pool.taken. */
static void stop_helpers(void)
{
    atomic_store(&pool.leave, true);
    announce();
    for (int i = 0; i < pool.started; i++)
        pthread_join(pool.thread[i], NULL);
    pool.started = 0;
    atomic_store(&pool.leave, false);
}

static void stop_at_exit(void)
{
    if (pool.started && !atomic_exchange(&pool.taken, true))
        stop_helpers();
}

/* Helpers take no signals: those are for the program's own threads. */
static void start_helpers(int helpers)
{
    static bool prepared;
    if (!prepared) {
        pthread_atfork(NULL, NULL, forget_helpers);
        atexit(stop_at_exit);
        prepared = true;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool.started < helpers && !pthread_create(&pool.thread[pool.started], NULL, help, NULL))
        pool.started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

static int allowed_processors(void)
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
#endif
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

int gd_threads(void)
{
    int n = atomic_load(&pool.wanted);
    if (n > 0)
        return n;
    const char *text = getenv("GD_THREADS");
    n = text ? atoi(text) : 0;
    if (n < 1)
        n = allowed_processors();
    n = n < 1 ? 1 : n > MAX_THREADS ? MAX_THREADS : n;
    int unset = 0;
    return atomic_compare_exchange_strong(&pool.wanted, &unset, n) ? n : unset;
}

bool gd_set_threads(int n)
{
    if (n < 1 || n > MAX_THREADS)
        return gd_fail("gd_set_threads: n is %d; 1 to %d are possible", n, MAX_THREADS);
    atomic_store(&pool.wanted, n);
    return true;
}

void gi_parallel(int64_t count, int64_t part, gi_body *body, void *context)
{
    if (count <= part || inside_a_job || gd_threads() == 1 || atomic_exchange(&pool.taken, true)) {
        if (count > 0)
            body(context, 0, count);
        return;
    }
    int helpers = gd_threads() - 1;
    if (pool.started > helpers)
        stop_helpers();
    if (pool.started < helpers)
        start_helpers(helpers);

    pool.body = body;
    pool.context = context;
    pool.count = count;
    pool.part = part;
    atomic_store(&pool.next, 0);
    atomic_store(&pool.open, true);
    announce();
    take_parts();
    atomic_store(&pool.open, false);
    for (int i = 1; atomic_load(&pool.inside) > 0; i++) {
        if (i % LOOKS_A_YIELD == 0)
            sched_yield();
        else
            pause_a_little();
    }
    atomic_store(&pool.taken, false);
}

#else

int gd_threads(void)
{
    return 1;
}

bool gd_set_threads(int n)
{
    return n == 1 || gd_fail("gd_set_threads: n is %d, but this library was built without threads", n);
}

void gi_parallel(int64_t count, int64_t part, gi_body *body, void *context)
{
    (void)part;
    if (count > 0)
        body(context, 0, count);
}

#endif
