/* temporary.c - the names of temporary files.
 *
 * The temporary file of NAME is NAME.gradus-K.tmp with the first K = 0, 1, .. that nobody is writing to.  Its writer
 * holds a lock on it (flock), which ends with the process in any case: a file without a lock was left by a process that
 * was killed, and the next writer removes it.  On a file system without locks, K is random. */
#if defined(__unix__) || defined(__APPLE__)
#if !defined(__FreeBSD__) && !defined(__NetBSD__) && !defined(__OpenBSD__)   /* there it would hide flock */
#define _XOPEN_SOURCE 700
#endif
#define _DARWIN_C_SOURCE                    /* flock */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "temporary.h"
#include "base/random.h"

/* NAME.gradus-K.tmp, with as much of NAME as the file system allows, in whole characters of UTF-8. */
static void name_temporary(gi_output *out, unsigned long k)
{
    char ending[40];
    int length = snprintf(ending, sizeof ending, ".gradus-%lu.tmp", k);
    long most = fpathconf(out->folder, _PC_NAME_MAX);
    if (most < (long)sizeof ending || most >= (long)sizeof out->temporary)
        most = 255;
    int n = (int)strlen(out->name);
    if (n > (int)most - length) {
        n = (int)most - length;
        while (n > 0 && ((unsigned char)out->name[n] & 0xc0) == 0x80)
            n--;
    }
    snprintf(out->temporary, sizeof out->temporary, "%.*s%s", n, out->name, ending);
}

/* Is it still the file of that name?  Another writer may have removed or replaced it. */
static bool is_the_temporary(const gi_output *out, int handle)
{
    struct stat mine, there;
    return fstat(handle, &mine) == 0 && S_ISREG(mine.st_mode) &&
           fstatat(out->folder, out->temporary, &there, AT_SYMLINK_NOFOLLOW) == 0 && mine.st_dev == there.st_dev &&
           mine.st_ino == there.st_ino;
}

/* 1: locked; 0: another process holds the lock; -1: there are no locks. */
static int lock(int handle)
{
#ifdef LOCK_EX
    return flock(handle, LOCK_EX | LOCK_NB) == 0 ? 1 : errno == EWOULDBLOCK ? 0 : -1;
#else
    (void)handle;
    return -1;
#endif
}

/* Removes a temporary file on which nobody holds a lock. */
static bool remove_stale(const gi_output *out, int *locked)
{
    int handle = openat(out->folder, out->temporary, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (handle < 0)
        return false;
    *locked = lock(handle);
    bool gone = *locked == 1 && is_the_temporary(out, handle) && unlinkat(out->folder, out->temporary, 0) == 0;
    close(handle);
    return gone;
}

/* A new file, locked; -1 and EEXIST where the name exists, or another writer has removed the file. */
static int new_temporary(const gi_output *out, int *locked)
{
    int handle = openat(out->folder, out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (handle < 0)
        return -1;
    *locked = lock(handle);
    if (*locked && is_the_temporary(out, handle))
        return handle;
    close(handle);                          /* another writer has just removed it as a stale one */
    errno = EEXIST;
    return -1;
}

static unsigned long random_number(const gi_output *out, unsigned long k)
{
    struct timespec now;
    uint64_t state[4];
    clock_gettime(CLOCK_REALTIME, &now);
    gi_random_seed(state, ((uint64_t)now.tv_sec << 30 ^ (uint64_t)now.tv_nsec) + ((uint64_t)getpid() << 40) +
                              (uint64_t)(uintptr_t)out + k);
    return (unsigned long)gi_random_bits(state);
}

enum { COUNTED = 1000, MOST = 1100 };       /* simultaneous writers, and files of others */

/* Several writers that were killed at the same time have left files beyond K, perhaps with gaps. */
static void remove_beyond(gi_output *out, unsigned long k)
{
    enum { GAP = 8 };
    int locked = 1;
    for (unsigned long i = k + 1, last = k + GAP; i <= last && i < COUNTED && locked >= 0; i++) {
        name_temporary(out, i);
        if (remove_stale(out, &locked))
            last = i + GAP;
    }
    name_temporary(out, k);
}

int gi_temporary_open(gi_output *out)
{
    int handle = -1, locked = 1;
    for (unsigned long k = 0; handle < 0 && k < MOST; k++) {
        name_temporary(out, locked >= 0 && k < COUNTED ? k : random_number(out, k));
        handle = new_temporary(out, &locked);
        if (handle < 0 && errno != EEXIST)
            break;
        if (handle < 0 && locked >= 0 && remove_stale(out, &locked))
            handle = new_temporary(out, &locked);
        if (handle >= 0 && locked > 0 && k < COUNTED)
            remove_beyond(out, k);
    }
    return handle;
}
#else
typedef int gi_no_temporary_files;            /* a file must not be empty */
#endif
