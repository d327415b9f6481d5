/* own_malloc.h - a malloc of the test's own, which asks before each request; include it in the one source of a program.
 *
 * A program may define malloc itself; glibc's own is reached under another name.  Elsewhere, and under the sanitizers,
 * which bring their own malloc, OWN_MALLOC is not defined, and nobody is asked. */
#ifndef TEST_OWN_MALLOC_H
#define TEST_OWN_MALLOC_H

#include <stdbool.h>
#include <stdlib.h>

#include "support/sanitizers.h"

#if defined(__GLIBC__) && !defined(WITH_SANITIZER)
#define OWN_MALLOC

/* refuses_request - to be defined by the program: called for each request; true when it is to fail.  What it writes
 * to must be volatile: the compiler thinks that malloc changes no variable. */
static bool refuses_request(void);

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t n, size_t bytes);
void *__libc_realloc(void *p, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

void *malloc(size_t bytes)
{
    return refuses_request() ? NULL : __libc_malloc(bytes);
}

void *calloc(size_t n, size_t bytes)
{
    return refuses_request() ? NULL : __libc_calloc(n, bytes);
}

void *realloc(void *p, size_t bytes)
{
    return refuses_request() ? NULL : __libc_realloc(p, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return refuses_request() ? NULL : __libc_memalign(alignment, bytes);
}
#endif

#endif
