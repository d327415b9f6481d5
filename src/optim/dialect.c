/* dialect.c - applies a row of an algorithm's table of dialects to its options. */
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "base/message.h"
#include "dialect.h"

/* ---- lr of a dialect that does not exist: a NaN that carries the number of the failure in its payload ----------- */

#define QUIET_NAN  0x7ff8000000000000u
#define PAYLOAD    0x0000ffffffffffffu

static uint64_t refused_now(void)
{
    return QUIET_NAN | ((uint64_t)gi_failures() & PAYLOAD);
}

bool gi_refused_dialect(double lr)
{
    uint64_t bits;
    memcpy(&bits, &lr, sizeof bits);
    return bits == refused_now() && gd_last_error();
}

double gi_no_dialect(const char *function, gd_dialect dialect)
{
    static const char *const names[] = {
        "GD_TORCH", "GD_D2L", "GD_KERAS", "GD_OPTAX", "GD_TFA", "GD_PAPER", "GD_D2L_TF_AS_PRINTED"
    };
    int count = (int)(sizeof names / sizeof names[0]), i = (int)dialect;
    if (i >= 0 && i < count)
        gd_fail("%s: there is no dialect %s of this algorithm", function, names[i]);
    else
        gd_fail("%s: dialect = %d is not a gd_dialect", function, i);
    return NAN;
}

/* ---- The tables ------------------------------------------------------------------------------------------------- */

static void choose(const gi_choice *choice, void *options)
{
    void *at = (char *)options + choice->offset;
    switch (choice->kind) {
    case GD_OPTION_REAL: *(double *)at = choice->value;    break;
    case GD_OPTION_FLAG: *(bool *)at = choice->value != 0; break;
    default:             *(int *)at = (int)choice->value;  break;
    }
}

void gi_apply_dialect(const char *function, const gi_dialect *table, int rows, gd_dialect dialect, void *options)
{
    for (int row = 0; row < rows; row++) {
        if (table[row].dialect != dialect)
            continue;
        for (const gi_choice *choice = table[row].choices; choice->name; choice++)
            choose(choice, options);
        return;
    }
    gi_no_dialect(function, dialect);
    const uint64_t bits = refused_now();
    memcpy(options, &bits, sizeof bits);    /* lr, with which all options begin */
}
