/* plug.c - the functions of an algorithm that are called outside of a step, when an optimizer is made, changed, saved,
 * loaded or looked at.  They may be the program's: what one leaves behind is said and put right, and its answer
 * counts nevertheless. */
#include "inside.h"

GD_NOINLINE bool gd_keeps(const gd_algorithm *a, const void *options, int k)
{
    if (!a->keeps)
        return true;
    gd_guest before = gd_guest_enter(GD_GUEST("gd_algorithm", "keeps"));
    bool keeps = a->keeps(options, k);
    (void)gd_guest_leave(&before, true);
    return keeps;
}

GD_NOINLINE bool gd_passes_check(const gd_algorithm *a, const void *options)
{
    if (!a->check)
        return true;
    gd_guest before = gd_guest_enter(GD_GUEST("gd_algorithm", "check"));
    bool passes = a->check(options);
    (void)gd_guest_leave(&before, passes);
    return passes;
}

GD_NOINLINE const char *gd_fault_in(const gd_algorithm *a, const gd_kept *kept)
{
    if (!a->valid)
        return NULL;
    gd_guest before = gd_guest_enter(GD_GUEST("gd_algorithm", "valid"));
    const char *fault = a->valid(kept);
    (void)gd_guest_leave(&before, true);
    return fault;
}

GD_NOINLINE void gd_start_with(const gd_algorithm *a, const gd_update *u)
{
    gd_guest before = gd_guest_enter(GD_GUEST("gd_algorithm", "start"));
    a->start(u);
    (void)gd_guest_leave(&before, true);
}

GD_NOINLINE double gd_correction_of(const gd_algorithm *a, const void *options, int k, int64_t t)
{
    if (!a->correction)
        return 1;
    gd_guest before = gd_guest_enter(GD_GUEST("gd_algorithm", "correction"));
    double correction = a->correction(options, k, t);
    (void)gd_guest_leave(&before, true);
    return correction;
}
