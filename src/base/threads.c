/* threads.c - gi_parallel: a pool of worker threads.
 *
 * The caller publishes a job and works on it like the workers; parts are assigned by one atomic counter.  So no part
 * waits for a thread that is not scheduled, and without workers the caller does everything.  An idle worker spins for
 * some tens of microseconds, then sleeps: the products of one training step follow each other faster than a thread
 * wakes up, and a program that computes nothing uses no processor time.
 *
 * Needs POSIX threads; elsewhere, or with -DGD_NO_THREADS, everything runs on the calling thread. */
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE                         /* sched_getaffinity */
#elif defined(__APPLE__)
#define _DARWIN_C_SOURCE                    /* _SC_NPROCESSORS_ONLN */
#elif !defined(_POSIX_C_SOURCE) && !defined(__FreeBSD__) && !defined(__NetBSD__) && !defined(__OpenBSD__)
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

enum { MAX_THREADS = 64, SPINS = 1500, SPINS_A_YIELD = 64 };    /* a spin takes 10 to 40 ns with its pause */

static struct {
    atomic_bool     taken;                  /* a caller uses the workers */
    atomic_bool     open;                   /* workers may join the job */
    atomic_int      inside;                 /* workers that may be working on it */
    atomic_int      asleep;
    atomic_uint     jobs;                   /* published so far */
    atomic_bool     exit;                   /* workers shall exit */
    atomic_int      wanted;                 /* threads, the caller included; 0: not determined yet */

    gi_body        *body;                   /* the job */
    void           *context;
    int64_t         count, part;
    _Atomic int64_t next;                   /* first index not assigned */

    pthread_mutex_t mutex;
    pthread_cond_t  wake;
    pthread_t       thread[MAX_THREADS];
    int             started;
} pool = { .mutex = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER };

static _Thread_local bool inside_a_job;

static void relax(void)
{
#if defined(__GNUC__) && (defined(__x86_64__) || defined(__i386__))
    __builtin_ia32_pause();
#endif
}

/* Work on the open job until every part is assigned. */
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

/* Waits for a job after number *seen, which becomes its number: spin, then sleep.  False when the worker shall exit.
 * The number is read before pool.exit: a job that is announced in between will be seen by the next call. */
static bool wait_for_job(unsigned *seen)
{
    for (int i = 1; i <= SPINS; i++) {
        const unsigned jobs = atomic_load(&pool.jobs);
        if (jobs != *seen) {
            *seen = jobs;
            return !atomic_load(&pool.exit);
        }
        if (i % SPINS_A_YIELD == 0)
            sched_yield();
        else
            relax();
    }
    pthread_mutex_lock(&pool.mutex);
    atomic_fetch_add(&pool.asleep, 1);
    while (atomic_load(&pool.jobs) == *seen)
        pthread_cond_wait(&pool.wake, &pool.mutex);
    *seen = atomic_load(&pool.jobs);
    atomic_fetch_sub(&pool.asleep, 1);
    pthread_mutex_unlock(&pool.mutex);
    return !atomic_load(&pool.exit);
}

/* A worker increments pool.inside before it checks whether the job is open, and the caller closes the job before it
 * waits for pool.inside to be 0: nobody works on a job whose caller has returned. */
static void *work(void *unused)
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

/* A child of fork does not have the workers of its parent: it starts its own. */
static void forget_workers(void)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
    pool.mutex = mutex;
    pool.wake = wake;
    pool.started = 0;
    atomic_store(&pool.inside, 0);
    atomic_store(&pool.asleep, 0);
    atomic_store(&pool.open, false);
    atomic_store(&pool.exit, false);
    atomic_store(&pool.taken, false);
}

/* The caller holds pool.taken. */
static void stop_workers(void)
{
    atomic_store(&pool.exit, true);
    announce();
    for (int i = 0; i < pool.started; i++)
        pthread_join(pool.thread[i], NULL);
    pool.started = 0;
    atomic_store(&pool.exit, false);
}

static void stop_at_exit(void)
{
    if (pool.started && !atomic_exchange(&pool.taken, true))
        stop_workers();
}

/* Workers block all signals: those are for the program's own threads. */
static void start_workers(int workers)
{
    static bool prepared;
    if (!prepared) {
        pthread_atfork(NULL, NULL, forget_workers);
        atexit(stop_at_exit);
        prepared = true;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (pool.started < workers && !pthread_create(&pool.thread[pool.started], NULL, work, NULL))
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
#ifdef _SC_NPROCESSORS_ONLN                 /* not of POSIX: BSD and macOS hide it from who asks for POSIX alone */
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
#else
    return 1;
#endif
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
    int workers = gd_threads() - 1;
    if (pool.started > workers)
        stop_workers();
    if (pool.started < workers)
        start_workers(workers);

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
        if (i % SPINS_A_YIELD == 0)
            sched_yield();
        else
            relax();
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
