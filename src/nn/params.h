/* params.h - the inside of gd_params, for the rooms that optimize and save it. */
#ifndef GRADUS_PARAMS_H
#define GRADUS_PARAMS_H

#include <stdbool.h>

#include "base/memory.h"
#include "gradus/nn.h"

typedef struct gi_entry {
    gd_tensor *tensor;
    bool       buffer;
    bool       not_negative;                /* a variance: a checkpoint that says otherwise is refused */
} gi_entry;

struct gd_params {
    gi_entry *entries;                      /* in order of creation */
    int       count, capacity;
    gd_arena  arena;                        /* tensors, names and gradients */
    int       in_use;                       /* by steps whose closure runs */
};

/* gi_params_find - the parameter or buffer of that name; NULL, without a message, when there is none. */
gd_tensor *gi_params_find(const gd_params *p, const char *name);

/* gi_params_in_use - true while a closure runs that needs the parameters; one that was left by longjmp does not run. */
bool gi_params_in_use(gd_params *p);

/* gi_params_mark, gi_params_back - where p and the thread's generator stand, and going back there: for what adds
 * several tensors and fails as a whole. */
typedef struct gi_params_place {
    int      count;
    uint64_t random[4];
} gi_params_place;

gi_params_place gi_params_mark(const gd_params *p);
void            gi_params_back(gd_params *p, const gi_params_place *mark);

#endif
