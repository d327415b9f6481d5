/* message.h - parts of messages, and the checks of arguments that every room shares. */
#ifndef GRADUS_MESSAGE_H
#define GRADUS_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>
#include "gradus/error.h"
#include "thread_state.h"

typedef struct gi_text { char s[280]; } gi_text;    /* a part of a message */

/* gi_failures - how often gd_fail was called by this thread: has a call, or a user's function, said why it failed, or
 * is the last message an older one? */
static inline unsigned long gi_failures(void)
{
    return gi_thread.failures;
}

/* gi_plural - how the word after a number ends in messages: "1 element", "2 elements". */
static inline const char *gi_plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

/* gi_not_null - false, and a message, when the argument is NULL: a path, a name, an array, a struct or a function of
 * the program's, which no failed call of the library can have returned. */
static inline bool gi_not_null(const char *function, const char *argument, const void *p)
{
    return p || gd_fail("%s: %s is NULL", function, argument);
}

/* gi_path_given - the same for the path of a file, which must not be empty either. */
static inline bool gi_path_given(const char *function, const char *argument, const char *path)
{
    return gi_not_null(function, argument, path) && (*path || gd_fail("%s: %s is empty", function, argument));
}

#endif
