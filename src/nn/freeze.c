/* freeze.c - freezing parts of a model, by the beginnings of names. */
#include <string.h>

#include "base/guest.h"
#include "base/message.h"
#include "base/start.h"
#include "gradus/autograd.h"
#include "params.h"
#include "tensor/check.h"

static bool begins(const char *name, const char *prefix)
{
    return strncmp(name, prefix, strlen(prefix)) == 0;
}

bool gi_params_begins(const gd_params *p, const gd_tensor *t, const char *prefix)
{
    for (int i = 0; i < p->tied_count; i++)
        if (p->tied[i].tensor == t && begins(p->tied[i].name, prefix))
            return true;
    return begins(t->name, prefix);
}

static bool set_frozen(const char *function, gd_params *p, const char *prefix, bool frozen)
{
    if (!gi_given(function, "p", p) || !gi_not_null(function, "prefix", prefix))
        return false;
    if (gi_params_in_use(p))
        return gd_fail("%s: %s, which needs the parameters as they are, is running", function, gi_guest_text().s);
    int found = 0;
    for (int i = 0; i < p->count; i++) {
        gd_tensor *t = p->entries[i].tensor;
        if (p->entries[i].buffer || !gi_params_begins(p, t, prefix))
            continue;
        found++;
        if (frozen)
            gd_freeze(t);
        else
            gd_requires_grad(t);
    }
    return found > 0 || gd_fail("%s: no parameter has a name that begins with \"%s\"", function, prefix);
}

bool gd_params_freeze(gd_params *p, const char *prefix)
{
    gi_not_captured("gd_params_freeze", GI_ACTS_OUTSIDE);
    return set_frozen("gd_params_freeze", p, prefix, true);
}

bool gd_params_unfreeze(gd_params *p, const char *prefix)
{
    gi_not_captured("gd_params_unfreeze", GI_ACTS_OUTSIDE);
    return set_frozen("gd_params_unfreeze", p, prefix, false);
}
