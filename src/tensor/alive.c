/* alive.c - is a tensor alive?  In debug builds; see alive.h. */
#include "alive.h"
#include "debug/quarantine.h"
#include "gradus/tensor.h"

#ifdef GD_DEBUG
#include <inttypes.h>
#include <stdio.h>

bool gi_is_alive(const gd_tensor *t)
{
    return t && !gi_death(t);
}

bool gi_alive(const char *function, const char *argument, const gd_tensor *t)
{
    const char *death = t ? gi_death(t) : NULL;
    if (death)
        return gd_fail("%s: %s %s", function, argument, death);
    if (t && (death = gi_death(t->base)))
        return gd_fail("%s: %s is a view of a tensor that %s", function, argument, death);
    return true;
}

bool gi_all_alive(const char *function, const char *argument, gd_tensor *const ts[], int64_t n)
{
    for (int64_t i = 0; i < n; i++) {
        char one[64];
        snprintf(one, sizeof one, "%s[%" PRId64 "]", argument, i);
        if (!gi_alive(function, one, ts[i]))
            return false;
    }
    return true;
}
#endif
