/* ahead.c - prefetching: one thread makes batches in turn, each in memory of its own, and stops when all are full.
 *
 * It makes them as the caller would, with the same course, so that they have the same bits.  Versions count in the
 * clock of a thread, so that it works on tensors of its own, which share their data with those that the caller gets: a
 * graph that needs a batch which was given back is refused. */
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include "ahead.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "tensor/new.h"

#if !defined(GD_NO_THREADS) && (defined(__unix__) || (defined(__APPLE__) && defined(__MACH__)))
#include <pthread.h>
#include <signal.h>
#include <string.h>

typedef struct prepared {
    gi_batch_memory memory, own;
    gd_batch batch;                         /* with the thread's tensors; those of the caller once it was taken */
    bool     good;
    size_t   used, told;                    /* bytes of messages: kept, and passed on to the caller */
    int      lost;                          /* messages for which there was no room */
    char     messages[4096];                /* each is FAILURE or NOTICE and a string */
} prepared;

enum { FAILURE = 'f', NOTICE = 'n' };

struct gi_ahead {
    pthread_t       thread;
    pthread_mutex_t lock;                   /* of what follows, except the batches themselves */
    pthread_cond_t  wanted, ready;
    int64_t         made, taken, given_back;
    bool            stop;
    gi_course       course;
    int             count;
    prepared        slots[];
};

/* ---- Messages of the change: kept in the thread, told by the one that asks for the batch --------------------- */

static _Thread_local prepared *making;
static _Thread_local unsigned long failures_kept;       /* gi_failures when the latest message came */

static void keep(const char *message)
{
    prepared *p = making;
    const size_t size = strlen(message) + 1;
    const char kind = gi_failures() == failures_kept ? NOTICE : FAILURE;
    failures_kept = gi_failures();
    const size_t room = kind == NOTICE ? sizeof p->messages / 2 : sizeof p->messages;
    if (p->used + 1 + size > room) {        /* the first failure always fits */
        p->lost++;
        return;
    }
    p->messages[p->used] = kind;
    memcpy(p->messages + p->used + 1, message, size);
    p->used += 1 + size;
}

/* In their order, each once, also where the error handler leaves by longjmp.  True when one was a failure. */
static bool tell(prepared *p)
{
    bool failure = false;
    while (p->told < p->used) {
        const char *message = p->messages + p->told;
        p->told += strlen(message) + 1;
        failure |= *message == FAILURE;
        if (*message == FAILURE)
            gd_fail("%s", message + 1);
        else
            gd_notice("%s", message + 1);
    }
    const int lost = p->lost;
    p->lost = 0;
    if (lost)
        gd_notice("gd_loader_next: %d more message%s of the change, for this batch, were not kept", lost,
                  gi_plural(lost));
    return failure;
}

/* ---- The thread ---------------------------------------------------------------------------------------------- */

static void make(gi_ahead *a, prepared *p)
{
    gi_course *c = &a->course;
    if (c->at.example == c->examples)
        c->at = (gd_position){ c->at.epoch + 1, 0 };
    gd_clear_error();
    gd_on_error(keep);
    p->used = p->told = 0;
    p->lost = 0;
    making = p;
    failures_kept = gi_failures();
    p->good = gi_course_batch(c, &p->own, &p->batch);
    gd_on_error(NULL);                      /* p is the caller's soon */
}

static void *work(void *context)
{
    gi_ahead *a = context;
    gd_on_error(NULL);                      /* messages go to the thread that asks for batches: see keep */
    gi_current_scope();
    pthread_mutex_lock(&a->lock);
    for (bool good = true; !a->stop;) {
        if (!good || a->made - a->given_back == a->count) {
            pthread_cond_wait(&a->wanted, &a->lock);
            continue;
        }
        prepared *p = &a->slots[a->made % a->count];
        pthread_mutex_unlock(&a->lock);
        make(a, p);
        pthread_mutex_lock(&a->lock);
        good = p->good;
        a->made++;
        pthread_cond_signal(&a->ready);
    }
    pthread_mutex_unlock(&a->lock);
    return NULL;
}

/* Signals are for the program's own threads. */
static bool start_thread(gi_ahead *a)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const bool good = pthread_create(&a->thread, NULL, work, a) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return good;
}

gi_ahead *gi_ahead_new(const gi_course *c, int64_t *order, const gi_batch_memory *memory, const gi_batch_memory *own,
                       int count)
{
    gi_ahead *a = gi_memory_new(GI_DATA, sizeof *a + (size_t)count * sizeof *a->slots);
    if (!a)
        return NULL;
    *a = (gi_ahead){ .course = *c, .count = count };
    a->course.order = order;
    a->course.ordered = -1;
    for (int i = 0; i < count; i++)
        a->slots[i] = (prepared){ .memory = memory[i], .own = own[i] };
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->wanted, NULL);
    pthread_cond_init(&a->ready, NULL);
    if (start_thread(a))
        return a;
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->wanted);
    pthread_cond_destroy(&a->ready);
    gi_memory_free(a);
    return NULL;
}

void gi_ahead_free(gi_ahead *a)
{
    if (!a)
        return;
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->wanted);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->wanted);
    pthread_cond_destroy(&a->ready);
    gi_memory_free(a);
}

/* The caller's tensor instead of the thread's, as new. */
static gd_tensor *shown(const gd_tensor *made, const gd_tensor *own_full, gd_tensor *full, gd_tensor *last)
{
    gd_tensor *t = made == own_full ? full : last;
    t->requires_grad = false;
    t->grad = NULL;
    return t;
}

/* A graph that was recorded with this batch must not read it any more. */
static void outdate(const gd_batch *batch)
{
    gi_overwritten(batch->x);
    if (batch->y)
        gi_overwritten(batch->y);
}

bool gi_ahead_next(gi_ahead *a, gd_batch *batch)
{
    pthread_mutex_lock(&a->lock);
    if (a->taken > a->given_back) {
        outdate(&a->slots[a->given_back % a->count].batch);
        a->given_back++;
        pthread_cond_signal(&a->wanted);
    }
    while (a->made == a->taken)
        pthread_cond_wait(&a->ready, &a->lock);
    pthread_mutex_unlock(&a->lock);
    prepared *p = &a->slots[a->taken % a->count];       /* the thread leaves it alone until it is given back */
    const bool failure = tell(p);
    if (!p->good)
        return failure ? false : gd_fail("gd_loader_next: the change has failed");
    pthread_mutex_lock(&a->lock);
    a->taken++;
    pthread_mutex_unlock(&a->lock);
    gd_batch *b = &p->batch;
    b->x = shown(b->x, p->own.x_full, p->memory.x_full, p->memory.x_last);
    if (b->y)
        b->y = shown(b->y, p->own.y_full, p->memory.y_full, p->memory.y_last);
    *batch = *b;
    outdate(batch);
    return true;
}

#else

gi_ahead *gi_ahead_new(const gi_course *c, int64_t *order, const gi_batch_memory *memory, const gi_batch_memory *own,
                       int count)
{
    (void)c, (void)order, (void)memory, (void)own, (void)count;
    return NULL;
}

void gi_ahead_free(gi_ahead *ahead)
{
    (void)ahead;
}

bool gi_ahead_next(gi_ahead *ahead, gd_batch *batch)
{
    (void)ahead, (void)batch;
    return false;                           /* never called: there is no gi_ahead */
}

#endif
