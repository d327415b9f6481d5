/* program.h - the definition of gd_program: versions of a step, each a list of computations. */
#ifndef GRADUS_CAPTURE_PROGRAM_H
#define GRADUS_CAPTURE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/start.h"
#include "gradus/program.h"
#include "gradus/tensor.h"
#include "operations/line.h"

/* One computation, as it was written down: compute(y, x, attributes). */
typedef struct gi_instruction {
    gi_compute  *compute;
    gd_tensor   *y;
    gd_tensor  **x;
    const gd_tensor *out;                   /* of a rule: the result of its operation, which it may read; or NULL */
    const void  *attributes;
    size_t       size;                      /* of attributes, in bytes */
    const char  *name, *formula;
    int          n;
    bool         allocates;                 /* it needs a scope */
    gi_line     *line;                      /* what it consists of, if that is known, else NULL */
    int          lines;
    bool         unread;                    /* it is not run, since nobody reads what it would compute */
    bool         in_place;                  /* a gradient that is written where it ends */
    int          block;                     /* number of the group of computations run together, or 0 */
    struct gi_image_group *images;          /* what it begins if it is run together with others: see images.c */
} gi_instruction;

/* What a run does: one or several of these computations. */
typedef struct gi_step {
    gi_compute  *compute;
    gd_tensor   *y;
    gd_tensor  **x;
    const void  *attributes;
} gi_step;

/* A place in a tensor or a line where the address of an input's numbers stands. */
typedef struct gi_follower {
    gd_real  **place;
    int        input;
    ptrdiff_t  offset;                      /* from the input's first element */
} gi_follower;

/* Bytes of the program or the library that must be as they were. */
typedef struct gi_guard_on {
    const void *address;
    uint64_t    value;
    size_t      bytes;
} gi_guard_on;

/* Numbers that a computation reads, which another one must have written. */
typedef struct gi_read {
    const gd_real *data;
    const char    *name;                    /* of the computation */
} gi_read;

enum { GI_MOST_LINES = 2 };                 /* of a computation: the gradients of two inputs */

/* A version: the computations for inputs of certain shapes and strides. */
typedef struct gi_version {
    gi_recorder     recorder;               /* first: what writes it down */
    gd_arena        notes;                  /* instructions and their operands, inputs, the result */
    gd_arena       *kept;                   /* the memory in which it computes: closed scopes, linked by parent */
    gd_tensor     **in;                     /* the inputs: same shapes and strides, data where those of the run lie */
    gd_real       **copy;                   /* of each: memory of its own, where one was needed, or NULL */
    int             n;
    bool            no_grad;
    gi_follower    *followers;              /* other addresses that move with the inputs */
    int64_t         follower_count, follower_capacity;
    gi_instruction *list;
    int64_t         count, capacity;
    gi_line         line[GI_MOST_LINES];    /* of the computation that is being made */
    gi_step        *steps;                  /* what is run for the list */
    int64_t         step_count;
    int             blocks;                 /* groups of computations that are run together */
    gi_guard_on    *guards;                 /* first those of whole words */
    int64_t         guard_count, guard_capacity, guard_words;
    const void    **settled;
    int64_t         settled_count, settled_capacity;
    const gd_real **written;                /* the data of all results */
    int64_t         written_count, written_capacity;
    gi_read        *reads;
    int64_t         read_count, read_capacity;
    gd_tensor      *result;
    gd_real        *planned;                /* the memory of large results, or NULL */
    int64_t         shared_bytes;           /* how many more they would need if none had another's */
    const char     *refused_by, *refused_why;       /* NULL when it is captured */
    int64_t         runs, last_run;
} gi_version;

enum { GI_MOST_VERSIONS = 4, GI_MOST_SEEN = 8 };

struct gd_program {
    gd_function *function;
    void        *context;
    gi_version  *version[GI_MOST_VERSIONS];
    int          versions;
    gi_version  *latest;                    /* which ran last, or NULL */
    gi_version  *recording;                 /* being captured */
    gd_arena    *last;                      /* the memory of the last run, if it called the function */
    uint64_t     seen[GI_MOST_SEEN];        /* hashes of the inputs' shapes with which the function has been called */
    int          seen_count;
    bool         running;
    const char  *refused_by, *refused_why;  /* it cannot be captured */
    int64_t      called, captured, run_again;
};

/* gi_version_new - an empty version for inputs like these; NULL when memory is out.
 * gi_version_check - refuses v if a computation reads what none has written: then some function of the library has
 *   written it in another way.
 * gi_version_sort_written - v->written, by address.
 * gi_version_free - with its memory; NULL is fine. */
gi_version *gi_version_new(gd_tensor *const inputs[], int n);
void gi_version_check(gi_version *v);
void gi_version_sort_written(gi_version *v);
void gi_version_free(gi_version *v);

/* gi_guards_sort - when all are there: for gi_guards_hold, in again.h. */
void gi_guards_sort(gi_version *v);

/* ---- From the list to what is run: steps.c ----------------------------------------------------------------------- */

/* gi_steps_make - v->steps, when the list is complete; false when memory is out. */
bool gi_steps_make(gi_version *v);

/* gi_gradients_in_place - computations write the gradients of leaves to the memory of ->grad, instead of other memory
 * that is copied there. */
void gi_gradients_in_place(gi_version *v);

/* gi_slopes_with_values - elementwise functions that share work with their slopes are computed together with them. */
void gi_slopes_with_values(gi_version *v);

/* gi_usual_steps - what is run for a computation alone; how many steps: up to GI_MOST_LINES. */
int gi_usual_steps(const gi_instruction *i, gi_step *to);

/* gi_images_from - are computation i and some that follow it a convolution, relu and pooling, or their rules, that are
 * run together?  Then *count of them are, by *step.  False when memory is out. */
bool gi_images_from(gi_version *v, int64_t i, int64_t *count, gi_step *step);

/* gi_blocks_from - are computation i and some that follow it run in blocks?  Then *count of them are, by *step.  False
 * when memory is out. */
bool gi_blocks_from(gi_version *v, int64_t i, int64_t *count, gi_step *step);

/* gi_share_memory - large results get their places in one block, where those that are not needed at the same time share
 * memory: see lifetimes.c.  v->steps is complete.  False when memory is out. */
bool gi_share_memory(gi_version *v);

/* ---- Who reads and writes what: reads.c -------------------------------------------------------------------------- */

/* gi_leave_out_unread - marks elementwise computations whose results nobody reads. */
void gi_leave_out_unread(gi_version *v);

/* gi_overlap - have these two lists of numbers some in common?
 * gi_reads - does computation i read some of these, which the step has computed, and is it run?
 * gi_reads_tensor - the same for whoever reads x. */
bool gi_overlap(const gd_real *a, int64_t a_numel, const gd_real *b, int64_t b_numel);
bool gi_reads_tensor(const gd_tensor *x, const gd_real *data, int64_t numel);
bool gi_reads(const gi_instruction *i, const gd_real *data, int64_t numel);

/* gi_writes - does computation i write some of these?
 * gi_writes_all - does it write all of y, which is not a view, whatever was there? */
bool gi_writes(const gi_instruction *i, const gd_real *data, int64_t numel);
bool gi_writes_all(const gi_instruction *i, const gd_tensor *y);

/* ---- Inputs: inputs.c -------------------------------------------------------------------------------------------- */

/* gi_inputs_begin - makes v->in for inputs like these; false when memory is out.
 * gi_inputs_follow - the address at place, which is that of t's numbers, will move with the input that t is a view of,
 *   if there is one; false when memory is out.
 * gi_input_data - where v reads input i, x: in a copy, if x is a result of v, whose memory the run writes again.  NULL
 *   when memory is out.
 * gi_input_moves - input i and its followers read these numbers. */
bool gi_inputs_begin(gi_version *v, gd_tensor *const inputs[]);
bool gi_inputs_follow(gi_version *v, gd_real **place, const gd_tensor *t);
gd_real *gi_input_data(gi_version *v, int i, const gd_tensor *x);
void gi_input_moves(gi_version *v, int i, gd_real *data);

/* gi_inputs_are_base - is y, which the function returns, a view of one of the inputs? */
static inline bool gi_inputs_are_base(gd_tensor *const inputs[], int n, const gd_tensor *y)
{
    for (int i = 0; i < n; i++)
        if (y->base == inputs[i]->base)
            return true;
    return false;
}

/* gi_list_room - room for one more element of a list with count elements; place is where its address is stored.  False
 * when memory is out. */
bool gi_list_room(void *place, int64_t count, int64_t *capacity, size_t element);

/* gi_detached - a header over y's numbers, in arena, without its graph. */
gd_tensor *gi_detached(gd_arena *arena, gd_tensor *y);

#endif
