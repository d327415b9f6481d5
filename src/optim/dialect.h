/* dialect.h - dialects as tables: one row for each, with the options that differ from gd_NAME_defaults().
 *
 *     #define SET(field, value) GI_SET(gd_lion_options, field, value)
 *     static const gi_dialect dialects[] = {
 *         { GD_PAPER, { GI_DEFAULTS } },
 *         { GD_KERAS, { SET(lr, 1e-3) } },
 *     }; */
#ifndef GRADUS_OPTIM_DIALECT_H
#define GRADUS_OPTIM_DIALECT_H

#include <stdbool.h>
#include <stddef.h>

#include "gradus/dialects.h"
#include "gradus/plug.h"

typedef struct gi_choice {
    const char    *name;                    /* of the option; NULL: no more */
    size_t         offset;
    gd_option_kind kind;
    double         value;
} gi_choice;

typedef struct gi_dialect {
    gd_dialect dialect;
    gi_choice  choices[8];
} gi_dialect;

#define GI_SET(type, field, value) \
    { #field, offsetof(type, field), _Generic(((type *)0)->field, double: GD_OPTION_REAL, bool: GD_OPTION_FLAG, \
      int: GD_OPTION_WHOLE, unsigned: GD_OPTION_WHOLE), value }
#define GI_DEFAULTS { .name = NULL }

/* GI_APPLY_DIALECT - turns options, which hold the defaults, into those of the dialect.  Where the table has no row for
 * it, sets lr to NaN and leaves a message that begins with function.
 * gi_refused_dialect - is lr such a NaN, and that message still the last one? */
#define GI_APPLY_DIALECT(function, table, dialect, options) \
    gi_apply_dialect(function, table, (int)(sizeof(table) / sizeof *(table)), dialect, options)
void gi_apply_dialect(const char *function, const gi_dialect *table, int rows, gd_dialect dialect, void *options);
bool gi_refused_dialect(double lr);

/* gi_no_dialect - the message for a dialect that does not exist; returns NaN. */
double gi_no_dialect(const char *function, gd_dialect dialect);

#endif
