/* error.c - the message of the last failure, and the handler that it is passed to.
 *
 * error.c and guest.c are one thing: the handler is a guest, and a guest that misbehaves gets a message. */
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "guest.h"
#include "message.h"
#include "text/format.h"
#include "thread.h"
#include "thread_state.h"

enum { LONGEST_MESSAGE = 1024 };

static void print_message(const char *message)
{
    fprintf(stderr, "%s\n", message);
}

static _Thread_local const char *latest;    /* NULL when nothing has failed */
static _Thread_local void (*handler)(const char *) = print_message;

const char *gd_last_error(void)
{
    return latest;
}

void gd_clear_error(void)
{
    latest = NULL;
}

void gd_on_error(void (*new_handler)(const char *))
{
    handler = new_handler;
}

void gd_abort(const char *reason)
{
    fflush(stdout);                         /* abort does not; earlier output shows how far the program came */
    print_message(reason);
    abort();
}

/* ---- Calling the handler ---------------------------------------------------------------------------------- */

/* The handler is a guest that may itself fail, or be left by longjmp, after which nothing here is undone.  So every
 * call of it notes its stack frame: as the stack grows downwards, a later call from above that frame is not made inside
 * the handler, which is over. */
enum { NESTED = 4 };

typedef struct telling {
    uintptr_t stack;
    gi_guest  before;
} telling;

typedef struct kept {                       /* what a thread keeps for messages */
    char    message[LONGEST_MESSAGE];
    telling running[NESTED];                /* handlers, the outermost first */
    int     handlers;
} kept;

static _Thread_local kept *memory;          /* NULL before the first failure */

/* Noinline: its frame lies below that of the caller. */
GI_NOINLINE void gi_forget_left_handlers(void)
{
    while (memory && memory->handlers && memory->running[memory->handlers - 1].stack <= gi_stack_here()) {
        memory->handlers--;
        gi_guest_restore(&memory->running[memory->handlers].before);
    }
}

void gi_forget_handlers(void)
{
    if (memory)
        memory->handlers = 0;
}

/* In a frame of its own, below that of gd_fail with its long text: the frames of what the handler calls are deeper,
 * and those of calls after a longjmp are not. */
static GI_NOINLINE void tell(const char *text)
{
    static const char name[] = GI_GUEST("gd_on_error", "the handler");
    telling *t = &memory->running[memory->handlers++];
    t->stack = gi_stack_below();
    t->before = gi_guest_enter(name);
    handler(text);
    const gi_guest before = t->before;
    memory->handlers = (int)(t - memory->running) + 1;      /* nested handlers may have been left by longjmp */
    (void)gi_guest_leave(&before, true);
    memory->handlers--;
}

/* ---- Failing ---------------------------------------------------------------------------------------------- */

/* The first thread that fails, often the only one, uses static memory: the message that memory is out needs none. */
static kept first;
static atomic_bool first_taken;

/* Where exit is called in a guest, the calls around it still need the messages. */
static void free_memory(bool exiting)
{
    if (exiting && gi_thread.guest)
        return;
    if (memory == &first)
        atomic_store(&first_taken, false);
    else
        free(memory);
    memory = NULL;
    latest = NULL;
}

static bool make_memory(void)
{
    gi_at_thread_end(GI_END_MESSAGES, free_memory);
    memory = atomic_exchange(&first_taken, true) ? malloc(sizeof *memory) : &first;
    if (memory)
        memory->handlers = 0;
    return memory;
}

/* To the handler, except gd_abort: nothing has failed. */
static void hand_on(const char *text)
{
    gi_forget_left_handlers();
    if (handler == gd_abort || (handler && ((!memory && !make_memory()) || memory->handlers)))
        print_message(text);
    else if (handler)
        tell(text);
}

void gd_notice(const char *format, ...)
{
    char text[LONGEST_MESSAGE];
    va_list arguments;
    va_start(arguments, format);
    gi_vformat(text, sizeof text, format ? format : "gd_notice: format is NULL", arguments);
    va_end(arguments);
    hand_on(text);
}

void *gd_fail(const char *format, ...)
{
    char text[LONGEST_MESSAGE];             /* not in place: the arguments may point into the old message */
    va_list arguments;
    va_start(arguments, format);
    gi_vformat(text, sizeof text, format ? format : "gd_fail: format is NULL", arguments);
    va_end(arguments);
    gi_thread.failures++;
    if (!memory && !make_memory()) {
        latest = "out of memory: a message was lost";
        if (handler)
            handler(text);
        return NULL;
    }
    gi_forget_left_handlers();
    latest = memcpy(memory->message, text, sizeof text);
    if (handler && memory->handlers < NESTED)
        tell(text);
    else if (handler)
        print_message(text);               /* of a handler that keeps failing */
    return NULL;
}
