/* start.h - the door through which every computation is started.
 *
 * An operation checks its arguments and makes its result y; what then writes the numbers of y is a gi_compute, a
 * function of tensors and attributes and of nothing else.  gi_start calls it.  While a step is captured (src/capture)
 * it also writes the call down, so that the same call can be made again when other numbers lie in the same memory.
 * Therefore a gi_compute
 *
 *   - checks what depends on numbers (labels, indices), and is false, after a message, where they are not valid;
 *   - draws random numbers itself;
 *   - keeps nothing that it has allocated: its scope is closed when it ends;
 *   - may call operations: what they compute is part of it, and is not written down. */
#ifndef GRADUS_START_H
#define GRADUS_START_H

#include <stdbool.h>
#include <stddef.h>

#include "compiler.h"
#include "memory.h"
#include "thread_state.h"

/* y may be NULL, and n 0.  attributes: what else there is, by value; pointers in it must outlive the scope, and not be
 * those of numbers that another computation writes as its y: these are operands, since captured steps move them. */
typedef bool gi_compute(gd_tensor *y, gd_tensor *const x[], const void *attributes);

typedef struct gi_call {
    const char       *name;                 /* of the operation, for people */
    gi_compute       *compute;
    gd_tensor        *y;
    gd_tensor *const *x;
    int               n;
    const void       *attributes;
    size_t            size;                 /* of attributes, in bytes */
    const void       *of;                   /* y, or the node of a fast rule */
    bool              allocates;            /* it has used memory of its scope */
    const char       *formula;              /* of a rule: what it computes; else NULL */
    gd_tensor        *out;                  /* of a rule: the result of its operation, which it may read; else NULL */
} gi_call;

/* What a step is captured by.
 *   write    writes a call down that has been made
 *   line     the computation that is being made consists of this, if it is made for of: its y, or the node of its rule
 *   computed these numbers are written by a call besides those of its y
 *   guard    bytes (at most 8) at an address, which must be the same when the captured step is run again
 *   settle   the step has set them itself, so that it does not matter what they were before
 *   refuse   the step cannot be captured, because of this function
 *   keep     a scope has ended whose memory the captured step needs */
typedef struct gi_recorder gi_recorder;
struct gi_line;                             /* operations/line.h */
struct gi_recorder {
    bool (*write)(gi_recorder *, const gi_call *);
    void (*line)(gi_recorder *, const struct gi_line *, const void *of);
    void (*computed)(gi_recorder *, const gd_real *data);
    void (*guard)(gi_recorder *, const void *address, size_t bytes);
    void (*settle)(gi_recorder *, const void *address);
    void (*refuse)(gi_recorder *, const char *function, const char *why);
    void (*keep)(gi_recorder *, gd_arena *scope);
    const void *of;                         /* what the call that is being made is made for */
    int         lines;                      /* that it has been said to consist of */
};

bool gi_start_captured(gi_call *call);      /* makes the call, in a scope of its own, and writes it down */

static inline bool gi_capturing(void)
{
    return GI_UNLIKELY(gi_thread.no_grad & GI_CAPTURING);
}

/* gi_written_down - is this a part of a call that a captured step consists of? */
static inline bool gi_written_down(void)
{
    return GI_UNLIKELY(gi_thread.recorder != NULL);
}

/* gi_start - computes y; false, and a message, when that fails. */
static inline bool gi_start(const char *name, gi_compute *compute, gd_tensor *y, gd_tensor *const x[], int n,
                            const void *attributes, size_t size)
{
    if (gi_capturing())
        return gi_start_captured(&(gi_call){ name, compute, y, x, n, attributes, size, y, false, NULL, NULL });
    return compute(y, x, attributes);
}

/* gi_start_one - the same with one input. */
static inline bool gi_start_one(const char *name, gi_compute *compute, gd_tensor *y, gd_tensor *x,
                                const void *attributes, size_t size)
{
    return gi_start(name, compute, y, &x, 1, attributes, size);
}

/* gi_computed - for a tensor that a gi_compute writes besides y: it is one of the x. */
enum { GI_COMPUTED = 64 };                  /* a mark of a tensor, beside those of autograd/node.h */

static inline void gi_computed(gd_tensor *t)
{
    if (!gi_capturing())
        return;
    t->marks |= GI_COMPUTED;
    gi_thread.recorder->computed(gi_thread.recorder, t->data);
}

/* gi_created - of a tensor that is computed without inputs: an operation whose result it is to become must still
 * compute it.  So the own operation of a program, which computes in plain C, is noticed. */
static inline void gi_created(gd_tensor *t)
{
    if (gi_capturing())
        t->marks &= (uint8_t)~GI_COMPUTED;
}

/* gi_start_again - for a public function that changes something other than a new tensor, an optimizer for example:
 * while a step is captured, the call as a whole is written down, with its arguments as attributes.  The step goes on
 * where such a function fails, as a program does that ignores what it returns. */
static inline bool gi_start_again(const char *name, gi_compute *compute, const void *arguments, size_t size)
{
    return gi_start(name, compute, NULL, NULL, 0, arguments, size);
}

/* The arguments of most of these. */
typedef struct gi_again {
    void *object;
    bool *good;                             /* what the function has returned */
} gi_again;

bool gi_start_object(const char *name, gi_compute *compute, void *object);      /* what it has returned */

/* gi_not_captured - what a function does cannot be run again: while a step is captured, that ends, and the step goes on
 * as usual.  why completes "gd_item reads a number, ..". */
static inline void gi_not_captured(const char *function, const char *why)
{
    if (gi_capturing())
        gi_thread.recorder->refuse(gi_thread.recorder, function, why);
}

/* gi_part_not_captured - the same for what may be a part of a computation that is written down as a whole. */
static inline void gi_part_not_captured(const char *function, const char *why)
{
    if (gi_written_down())
        gi_thread.recorder->refuse(gi_thread.recorder, function, why);
}

#define GI_READS_NUMBERS "reads numbers while the step is captured, and the program may decide by them"
#define GI_ACTS_OUTSIDE  "acts on what the program does outside of the step"

/* gi_guard - a captured step is only run while these bytes are as now.  gi_settled - it has set them itself. */
static inline void gi_guard(const void *address, size_t bytes)
{
    if (gi_capturing())
        gi_thread.recorder->guard(gi_thread.recorder, address, bytes);
}

static inline void gi_settled(const void *address)
{
    if (gi_capturing())
        gi_thread.recorder->settle(gi_thread.recorder, address);
}

/* gi_capture_pause - until gi_capture_resume, which is given the result, nothing is written down. */
static inline int gi_capture_pause(void)
{
    const int capturing = gi_thread.no_grad & GI_CAPTURING;
    gi_thread.no_grad &= ~GI_CAPTURING;
    return capturing;
}

static inline void gi_capture_resume(int capturing)
{
    gi_thread.no_grad |= capturing;
}

#endif
