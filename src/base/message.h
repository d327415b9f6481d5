/* message.h - parts of messages, and checks of arguments that all modules share. */
#ifndef GRADUS_MESSAGE_H
#define GRADUS_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "debug/quarantine.h"
#include "gradus/error.h"
#include "thread_state.h"

typedef struct gi_text { char s[280]; } gi_text;    /* a part of a message */

/* gi_failures - how often this thread has called gd_fail.  It tells whether a call, or a callback, has reported its own
 * failure, or the last message is an older one. */
static inline unsigned long gi_failures(void)
{
    return gi_thread.failures;
}

/* gi_plural - the ending of the word after a number: "1 element", "2 elements". */
static inline const char *gi_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* gi_not_null - false, and a message, when the argument is NULL.  For what belongs to the program, a path, a name, an
 * array, a struct, a function, which no failed call of the library can have returned. */
static inline bool gi_not_null(const char *function, const char *argument, const void *p)
{
    return p || gd_fail("%s: %s is NULL", function, argument);
}

/* gi_path_given - the same for a path, which must not be empty either. */
static inline bool gi_path_given(const char *function, const char *argument, const char *path)
{
    return gi_not_null(function, argument, path) && (*path || gd_fail("%s: %s is empty", function, argument));
}

/* gi_not_freed - in debug builds false, and a message, when p was a model, optimizer, average, loader, plot or open
 * file that has been freed. */
#ifdef GD_DEBUG
static inline bool gi_not_freed(const char *function, const char *argument, const void *p)
{
    const char *end = gi_freed(p);
    return !end || gd_fail("%s: %s %s", function, argument, end);
}
#else
#define gi_not_freed(function, argument, p) true
#endif

#endif
