/* function.c - calling a program's gd_function, for gradient checks, derivatives and recomputation. */
#include "function.h"

#include "base/guest.h"
#include "tensor/alive.h"

gd_tensor *gi_run_checked(const char *guest, gd_function *function, gd_tensor *const xs[], int n, void *context)
{
    gi_guest before = gi_guest_enter(guest);
    gd_tensor *y = function(xs, n, context);
    bool good = gi_guest_leave(&before, y) && gi_alive(guest, "the result of the function", y)
                && gi_all_alive(guest, "xs", xs, n);        /* a model that they belong to may have been freed */
    return good ? y : NULL;
}
