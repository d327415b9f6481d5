/* params.h - the definition of gd_params, for optimizers and checkpoints. */
#ifndef GRADUS_PARAMS_H
#define GRADUS_PARAMS_H

#include <stdbool.h>

#include "base/memory.h"
#include "gradus/nn.h"

typedef struct gi_entry {
    gd_tensor *tensor;
    bool       buffer;
    bool       not_negative;                /* a variance: a checkpoint with a negative one is refused */
} gi_entry;

typedef struct gi_tied {                    /* another name of a parameter or buffer */
    const char *name;
    gd_tensor  *tensor;
} gi_tied;

struct gd_params {
    gi_entry *entries;                      /* in order of creation */
    int       count, capacity;
    gd_arena  arena;                        /* tensors, names and gradients */
    int       in_use;                       /* number of steps whose closure runs */
    gi_tied  *tied;
    int       tied_count, tied_capacity;
};

/* gi_params_find - the parameter or buffer of that name, or tied name; NULL, without a message, when there is none. */
gd_tensor *gi_params_find(const gd_params *p, const char *name);

/* gi_params_begins - does a name of t, its own or a tied one, begin with prefix? */
bool gi_params_begins(const gd_params *p, const gd_tensor *t, const char *prefix);

/* gi_tied_name - name k of a tensor of p: -1 is its own, 0 .. p->tied_count - 1 one that is tied to it, or NULL where
 * the tied name belongs to another tensor. */
static inline const char *gi_tied_name(const gd_params *p, const gd_tensor *t, int k)
{
    return k < 0 ? t->name : p->tied[k].tensor == t ? p->tied[k].name : NULL;
}

/* gi_params_in_use - true while a closure runs that needs the parameters; one that was left by longjmp does not
 * count. */
bool gi_params_in_use(gd_params *p);

/* gi_params_mark, gi_params_back - the state of p and of the thread's generator, and restoring it: for adding several
 * tensors or none. */
typedef struct gi_params_place {
    int      count, tied_count;
    uint64_t random[4];
} gi_params_place;

gi_params_place gi_params_mark(const gd_params *p);
void            gi_params_back(gd_params *p, const gi_params_place *mark);

#endif
