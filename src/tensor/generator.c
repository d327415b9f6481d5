/* generator.c - generators that belong to no thread. */
#include <string.h>

#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/scopes.h"
#include "base/start.h"
#include "base/thread_state.h"
#include "check.h"
#include "gradus/random.h"

struct gd_generator {
    uint64_t state[4];                      /* first: gi_thread.generator points here */
};

gd_generator *gd_generator_new(uint64_t seed)
{
    gi_current_scope();
    gd_generator *g = gi_memory_new(GI_PROGRAM, sizeof *g);
    if (g)
        gi_random_seed(g->state, seed);
    return g;
}

/* NULL, the thread's own; while the change of a loader runs, see course.c, that of the batch.  A change that was left
 * by longjmp has taken its generator with it. */
static uint64_t *no_generator(void)
{
    if (gi_thread.own_generator && !gi_guest_runs())
        gi_thread.own_generator = NULL;
    return gi_thread.own_generator;
}

void gd_generator_free(gd_generator *g)
{
    if (!g || !gi_given("gd_generator_free", "g", g))
        return;
    if (gi_thread.generator == g->state)
        gi_thread.generator = no_generator();
    gi_handle_free(g);
}

static bool use_again(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    gd_generator_use(*(gd_generator *const *)attributes);
    return true;
}

gd_generator *gd_generator_use(gd_generator *g)
{
    if (gi_capturing()) {
        gd_generator *now = (gd_generator *)(void *)gi_thread.generator;
        (void)gi_start_again("gd_generator_use", use_again, &g, sizeof g);
        return now;
    }
    gd_generator *before = (gd_generator *)(void *)gi_thread.generator;
    if (!g || gi_not_freed("gd_generator_use", "g", g))
        gi_thread.generator = g ? g->state : no_generator();
    return before;
}

void gd_generator_leave(gd_generator **before)
{
    gd_generator_use(*before);
}

bool gd_generator_seed(gd_generator *g, uint64_t seed)
{
    gi_not_captured("gd_generator_seed", GI_ACTS_OUTSIDE);
    if (!gi_given("gd_generator_seed", "g", g))
        return false;
    gi_random_seed(g->state, seed);
    return true;
}

bool gd_generator_state(const gd_generator *g, uint64_t state[4])
{
    static const char function[] = "gd_generator_state";
    if (!gi_not_null(function, "state", state) || (g && !gi_not_freed(function, "g", g)))
        return false;
    memcpy(state, g ? g->state : gi_random_state(), sizeof g->state);
    return true;
}

bool gd_generator_set_state(gd_generator *g, const uint64_t state[4])
{
    gi_not_captured("gd_generator_set_state", GI_ACTS_OUTSIDE);
    static const char function[] = "gd_generator_set_state";
    if (!gi_not_null(function, "state", state) || (g && !gi_not_freed(function, "g", g)))
        return false;
    if (!(state[0] | state[1] | state[2] | state[3]))
        return gd_fail("%s: state is all zeros, from which a generator never gets away", function);
    memcpy(g ? g->state : gi_random_state(), state, sizeof g->state);
    return true;
}
