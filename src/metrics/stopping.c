/* stopping.c - early stopping: ends a run whose validation no longer improves, with the best parameters. */
#include <inttypes.h>
#include <math.h>

#include "base/memory.h"
#include "base/message.h"
#include "gradus/metrics.h"
#include "tensor/check.h"

gd_early_stopping *gd_early_stopping_new(gd_params *params, gd_early_stopping_options o)
{
    static const char function[] = "gd_early_stopping_new";
    if (!gi_given(function, "params", params))
        return NULL;
    if (o.patience < 1)
        return gd_fail("%s: patience = %" PRId64 " must be at least 1", function, o.patience);
    if (!(o.min_delta >= 0 && isfinite(o.min_delta)))
        return gd_fail("%s: min_delta = %g must be finite and not negative", function, o.min_delta);
    gd_early_stopping *s = gi_memory_new(GI_MODELS, sizeof *s);
    if (!s)
        return NULL;
    *s = (gd_early_stopping){ .options = o, .params = params, .best_params = gd_params_copy(params),
                              .best = o.maximize ? -INFINITY : INFINITY };
    if (s->best_params)
        return s;
    gi_memory_free(s);
    return NULL;
}

void gd_early_stopping_free(gd_early_stopping *s)
{
    if (!s || !gi_given("gd_early_stopping_free", "stopping", s))
        return;
    gd_params_free(s->best_params);
    gi_handle_free(s);
}

static bool improves(const gd_early_stopping *s, double value)
{
    if (s->best_count == 0)                 /* best is infinite: the first value has nothing to be compared with */
        return s->options.maximize ? value > -INFINITY : value < INFINITY;
    return s->options.maximize ? value > s->best + s->options.min_delta : value < s->best - s->options.min_delta;
}

bool gd_early_stopping_next(gd_early_stopping *s, double value)
{
    static const char function[] = "gd_early_stopping_next";
    if (!gi_given(function, "stopping", s))
        return true;
    if (improves(s, value)) {
        if (!gd_params_assign(s->best_params, s->params))
            return true;
        s->best = value;
        s->best_count = ++s->count;
        s->bad = 0;
        return false;
    }
    s->count++;
    if (++s->bad < (double)s->options.patience)
        return false;
    if (s->best_count == 0)
        gd_notice("warning: %s: no value was finite: the model keeps its last parameters", function);
    else if (!s->options.keep_last)
        gd_params_assign(s->params, s->best_params);
    return true;
}

bool gd_early_stopping_restore(gd_early_stopping *s)
{
    static const char function[] = "gd_early_stopping_restore";
    if (!gi_given(function, "stopping", s))
        return false;
    if (s->best_count == 0)
        return gd_fail("%s: there was no improvement yet, and so there are no best parameters", function);
    return gd_params_assign(s->params, s->best_params);
}
