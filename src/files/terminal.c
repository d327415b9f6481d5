/* terminal.c - the questions of terminal.h, as each system answers them. */
#if defined(__unix__) || defined(__APPLE__)
#define _POSIX_C_SOURCE 200809L
#define HAVE_POSIX
#endif

#include <stdlib.h>
#include <time.h>

#if defined(HAVE_POSIX)
#include <sys/ioctl.h>
#include <unistd.h>
#elif defined(_WIN32)
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <io.h>
#endif

#include "terminal.h"

bool gi_is_terminal(FILE *stream)
{
#ifdef HAVE_POSIX
    return isatty(fileno(stream)) == 1;
#elif defined(_WIN32)
    return _isatty(_fileno(stream)) != 0;
#else
    (void)stream;
    return false;
#endif
}

/* 0 where the variable is not set to a number in 1 .. 10000. */
static int from_environment(const char *name)
{
    const char *text = getenv(name);
    long value = text ? strtol(text, NULL, 10) : 0;
    return value >= 1 && value <= 10000 ? (int)value : 0;
}

void gi_terminal_size(FILE *stream, int *columns, int *rows)
{
    *columns = *rows = 0;
#if defined(HAVE_POSIX) && defined(TIOCGWINSZ)
    struct winsize size;
    if (ioctl(fileno(stream), TIOCGWINSZ, &size) == 0) {
        *columns = size.ws_col;
        *rows = size.ws_row;
    }
#else
    (void)stream;
#endif
    int wide = from_environment("COLUMNS"), high = from_environment("LINES");
    *columns = wide ? wide : *columns ? *columns : 80;
    *rows = high ? high : *rows ? *rows : 24;
}

double gi_seconds(void)
{
#if defined(HAVE_POSIX)
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#elif defined(_WIN32)
    return 1e-3 * (double)GetTickCount64();
#elif defined(TIME_UTC)
    struct timespec now;
    timespec_get(&now, TIME_UTC);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
#else
    return (double)time(NULL);
#endif
}
