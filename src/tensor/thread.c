/* thread.c - the state of a thread: made usable at its first use of the library, emptied when the thread ends.
 *
 * Where there are POSIX threads, a key's destructor is what runs at the end of a thread; elsewhere a thread calls
 * gd_shutdown.  At the end of the process, or of a plug-in that contains this library, the key is given back: no
 * destructor may run when its code is gone.  Threads that outlive such a plug-in lose what they hold. */
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include <float.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "scope.h"


_Thread_local gi_thread_state gi_thread GI_TLS_MODEL;

/* A guest may end its thread (pthread_exit): what ran around it is gone. */
static void end_thread(void)
{
    gi_guest_forget();
    gi_empty_thread();
    gi_error_end();
}

/* ---- The end is noticed ----------------------------------------------------------------------------------- */

#if !defined(GD_NO_THREADS) && (defined(__unix__) || (defined(__APPLE__) && defined(__MACH__)))
#include <pthread.h>

static pthread_key_t key;
static atomic_bool have_key;

static void at_thread_end(void *unused)
{
    (void)unused;
    end_thread();
}

static void at_end(void)
{
    if (atomic_exchange(&have_key, false))
        pthread_key_delete(key);
    if (!gi_guest_runs())                   /* exit in a guest: the calls around it are still there */
        end_thread();
}

static void prepare(void)
{
    atomic_store(&have_key, pthread_key_create(&key, at_thread_end) == 0);
    atexit(at_end);
}

static void notice_the_end(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    if (atomic_load(&have_key))
        (void)pthread_setspecific(key, &gi_thread);     /* should it fail, the memory stays: no harm but its size */
}
#else
static void notice_the_end(void)
{
    static atomic_flag registered = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&registered))
        atexit(end_thread);
}
#endif

/* ---- The start ------------------------------------------------------------------------------------------- */

/* The clocks of two threads never show the same time, so that a version tells whose it is (see changed in
 * backward.c): each start gets a range of its own, which lasts for fifty days of a million overwritings a second. */
static uint64_t new_clock(void)
{
    static _Atomic uint64_t ranges;
    return (atomic_fetch_add(&ranges, 1) + 1) << 42;
}

#ifdef GD_DOUBLE
#define SMALLEST      DBL_MIN
#define SMALLEST_TEXT "2.2e-308"
#else
#define SMALLEST      FLT_MIN
#define SMALLEST_TEXT "1.2e-38"
#endif

/* Says, once in a process, that the processor is set to take subnormal numbers for 0: which is what linking any part
 * of the process with -Ofast or -ffast-math does. */
static void look_for_subnormals(void)
{
    static atomic_flag told = ATOMIC_FLAG_INIT;
    volatile gd_real smallest = SMALLEST;
    volatile gd_real half = smallest / 2;
    if (half + half != smallest && !atomic_flag_test_and_set(&told))
        gd_notice("warning: the processor is set to take numbers below " SMALLEST_TEXT " for 0, as programs and "
                  "libraries that are linked with -Ofast or -ffast-math do: gradients that small are lost, and results "
                  "may differ; link without these options");
}

void gi_thread_start(void)
{
    gi_thread.clock = new_clock();
    gi_arena_init(&gi_thread.program, GI_PROGRAM);
    gi_thread.scope = &gi_thread.program;
    notice_the_end();
    look_for_subnormals();
}
