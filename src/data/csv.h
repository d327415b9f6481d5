/* csv.h - gd_csv_read in another function's name, for data sets that are text. */
#ifndef GRADUS_CSV_H
#define GRADUS_CSV_H

#include "gradus/data.h"

gd_tensor *gd_csv_table(const char *function, const char *path, gd_csv_options options);

#endif
