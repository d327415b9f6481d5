/* program.h - the definition of gd_program: versions of a step, each a list of computations. */
#ifndef GRADUS_CAPTURE_PROGRAM_H
#define GRADUS_CAPTURE_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "base/start.h"
#include "gradus/program.h"
#include "gradus/tensor.h"

/* One computation: compute(y, x, attributes). */
typedef struct gi_instruction {
    gi_compute  *compute;
    gd_tensor   *y;
    gd_tensor  **x;
    const void  *attributes;
    const char  *name, *formula;
    int          n;
} gi_instruction;

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

/* A version: the computations for inputs of certain shapes and strides. */
typedef struct gi_version {
    gi_recorder     recorder;               /* first: what writes it down */
    gd_arena        notes;                  /* instructions and their operands, inputs, the result */
    gd_arena       *kept;                   /* the memory in which it computes: closed scopes, linked by parent */
    gd_tensor     **in;                     /* the inputs are copied to these; same shapes and strides */
    int             n;
    bool            no_grad;
    bool            allocates;              /* some computation needs a scope */
    gi_instruction *list;
    int64_t         count, capacity;
    gi_guard_on    *guards;
    int64_t         guard_count, guard_capacity;
    const void    **settled;
    int64_t         settled_count, settled_capacity;
    const gd_real **written;                /* the data of all results */
    int64_t         written_count, written_capacity;
    gi_read        *reads;
    int64_t         read_count, read_capacity;
    gd_tensor      *result;
    const char     *refused_by, *refused_why;       /* NULL when it is captured */
    int64_t         runs, last_run;
} gi_version;

enum { GI_MOST_VERSIONS = 4, GI_MOST_SEEN = 8 };

struct gd_program {
    gd_function *function;
    void        *context;
    gi_version  *version[GI_MOST_VERSIONS];
    int          versions;
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
 * gi_version_free - with its memory; NULL is fine. */
gi_version *gi_version_new(gd_tensor *const inputs[], int n);
void gi_version_check(gi_version *v);
void gi_version_free(gi_version *v);

/* gi_layout_same - have the inputs the shapes and strides of v's?  gi_guards_hold - is everything as it was? */
bool gi_layout_same(const gi_version *v, gd_tensor *const inputs[], int n);
bool gi_guards_hold(const gi_version *v);

/* gi_copy_inputs - to where the version reads them. */
void gi_copy_inputs(const gi_version *v, gd_tensor *const inputs[]);

/* gi_detached - a header over y's numbers, in arena, without its graph. */
gd_tensor *gi_detached(gd_arena *arena, gd_tensor *y);

#endif
