/* error.c - the sentence of the last failure, and who is told. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "core.h"

enum { LONGEST_SENTENCE = 1024 };

static void print_sentence(const char *sentence)
{
    fprintf(stderr, "%s\n", sentence);
}

static _Thread_local char sentence[LONGEST_SENTENCE];
static _Thread_local bool failed;
static _Thread_local unsigned long failures;
static _Thread_local void (*handler)(const char *) = print_sentence;

const char *gd_last_error(void)
{
    return failed ? sentence : NULL;
}

unsigned long gd_failures(void)
{
    return failures;
}

void gd_clear_error(void)
{
    failed = false;
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

void *gd_fail(const char *format, ...)
{
    char text[LONGEST_SENTENCE];            /* the arguments may point into the old sentence */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    snprintf(sentence, sizeof sentence, "%s", text);
    failed = true;
    failures++;
    if (handler)
        handler(sentence);
    return NULL;
}
