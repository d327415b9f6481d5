/* error.c - the sentence of the last failure, and who is told. */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core.h"
#include "format.h"

enum { LONGEST_MESSAGE = 1024 };

static void print_sentence(const char *sentence)
{
    fprintf(stderr, "%s\n", sentence);
}

static _Thread_local const char *latest;    /* NULL when nothing has failed */
static _Thread_local char *buffer;          /* where messages are kept; NULL before the first one */
static _Thread_local unsigned long failures;
static _Thread_local void (*handler)(const char *) = print_sentence;

const char *gd_last_error(void)
{
    return latest;
}

void gd_clear_error(void)
{
    latest = NULL;
}

unsigned long gd_failures(void)
{
    return failures;
}

void gd_on_error(void (*new_handler)(const char *))
{
    handler = new_handler;
}

void gd_abort(const char *reason)
{
    print_sentence(reason);
    abort();
}

/* The first thread that fails, often the only one, has static memory: a message that memory is out has a place. */
static char first[LONGEST_MESSAGE];
static atomic_bool first_taken;

static char *new_buffer(void)
{
    gd_current_scope();                     /* so that the end of this thread is noticed */
    return atomic_exchange(&first_taken, true) ? malloc(LONGEST_MESSAGE) : first;
}

void gd_error_end(void)
{
    if (buffer == first)
        atomic_store(&first_taken, false);
    else
        free(buffer);
    buffer = NULL;
    latest = NULL;
}

void *gd_fail(const char *format, ...)
{
    char text[LONGEST_MESSAGE];             /* the arguments may point into the old sentence */
    va_list arguments;
    va_start(arguments, format);
    gd_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!buffer)
        buffer = new_buffer();
    latest = buffer ? memcpy(buffer, text, sizeof text) : "out of memory: no room for a message";
    failures++;
    if (handler)
        handler(buffer ? buffer : text);
    return NULL;
}

/* The handler may not come back, but one that aborts is for failures. */
void gd_notice(const char *format, ...)
{
    char text[LONGEST_MESSAGE];
    va_list arguments;
    va_start(arguments, format);
    gd_vformat(text, sizeof text, format, arguments);
    va_end(arguments);
    if (handler)
        (handler == gd_abort ? print_sentence : handler)(text);
}
