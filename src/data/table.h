/* table.h - the columns of a gd_table. */
#ifndef GRADUS_TABLE_COLUMNS_H
#define GRADUS_TABLE_COLUMNS_H

#include "base/memory.h"
#include "csv.h"
#include "gradus/table.h"

typedef struct gi_column {
    const char  *name;
    bool         text, listed;              /* listed: options.text says that it is text */
    gd_real     *number;                    /* of each row; of text the category */
    bool        *missing;
    const char **category;                  /* sorted */
    int64_t      categories;
} gi_column;

struct gd_table {
    gd_arena   arena;                       /* all that follows */
    gi_column *column;
    int        columns;
    int64_t    rows;
};

#endif
