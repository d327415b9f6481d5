/* thread.c - the state of a thread, and its end.
 *
 * Where there are POSIX threads, the destructor of a key runs at the end of a thread; elsewhere a thread calls
 * gd_shutdown.  At the end of the process, or of a plug-in that contains this library, the key is deleted: no
 * destructor may run once its code is gone.  Threads that outlive such a plug-in lose what they hold. */
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include <stdatomic.h>
#include <stdlib.h>

#include "thread.h"
#include "thread_state.h"

_Thread_local gi_thread_state gi_thread GI_TLS_MODEL;

static _Atomic(gi_ender *) enders[GI_ENDS];

static void end_thread(bool exiting)
{
    for (int i = 0; i < GI_ENDS; i++) {
        gi_ender *end = atomic_load(&enders[i]);
        if (end)
            end(exiting);
    }
}

#if !defined(GD_NO_THREADS) && (defined(__unix__) || (defined(__APPLE__) && defined(__MACH__)))
#include <pthread.h>

static pthread_key_t key;
static atomic_bool have_key;

static void at_thread_end(void *unused)
{
    (void)unused;
    end_thread(false);
}

static void at_exit(void)
{
    if (atomic_exchange(&have_key, false))
        pthread_key_delete(key);
    end_thread(true);
}

static void prepare(void)
{
    atomic_store(&have_key, pthread_key_create(&key, at_thread_end) == 0);
    atexit(at_exit);
}

static void watch_thread(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
    if (atomic_load(&have_key))
        (void)pthread_setspecific(key, &gi_thread);     /* if it fails, the memory stays allocated: no other harm */
}
#else
static void at_exit(void)
{
    end_thread(false);
}

static void watch_thread(void)
{
    static atomic_flag registered = ATOMIC_FLAG_INIT;
    if (!atomic_flag_test_and_set(&registered))
        atexit(at_exit);
}
#endif

void gi_at_thread_end(gi_end which, gi_ender *ender)
{
    atomic_store(&enders[which], ender);
    watch_thread();
}
