/* alive.h - debug builds (-DGD_DEBUG): is a tensor alive?  In other builds always.  See base/quarantine.h. */
#ifndef GRADUS_ALIVE_H
#define GRADUS_ALIVE_H

#include <stdbool.h>

#include "debug/poison.h"
#include "debug/quarantine.h"
#include "gradus/tensor.h"

#ifdef GD_DEBUG

/* gi_alive - true for NULL and for a tensor that is alive, and its base too; otherwise false, and a message that says
 * what the argument belonged to. */
bool gi_alive(const char *function, const char *argument, const gd_tensor *t);
bool gi_is_alive(const gd_tensor *t);       /* without a message; false for NULL */
bool gi_all_alive(const char *function, const char *argument, gd_tensor *const ts[], int64_t n);    /* "xs": xs[i] */

/* gi_fence_data - poisons what surrounds the data of t in its block, which ends at end. */
static inline void gi_fence_data(const gd_tensor *t, const void *end)
{
    gi_unpoison((void *)(uintptr_t)(t + 1), (uintptr_t)end - (uintptr_t)(t + 1));
    gi_fence(t + 1, t->data);
    gi_fence(t->data + t->numel, end);
}

#else

#define gi_alive(function, argument, t)        true
#define gi_all_alive(function, argument, ts, n) true
#define gi_fence_data(t, end)                  ((void)0)

#endif
#endif
