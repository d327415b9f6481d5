/* options.h - options, seen through the table of their fields: are they in range? */
#ifndef GRADUS_OPTIM_OPTIONS_H
#define GRADUS_OPTIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "gradus/dialects.h"
#include "gradus/plug.h"

/* gi_lies_in - is value in the interval?  NaN is not.
 * gi_check_number - false, with a message, when it is not.
 * gi_check_fits - false, with a message, when it is finite as a double and infinite as a gd_real.
 * gi_check_rate - both, for a learning rate. */
bool gi_lies_in(double value, const char *interval, double low, double high);
bool gi_check_number(const char *function, const char *name, double value, const char *interval, double low,
                     double high);
bool gi_check_rate(const char *function, double lr);
bool gi_check_fits(const char *function, const char *name, double value);

/* gi_check_options - false, with a message, where options are not what the algorithm takes. */
bool gi_check_options(const gd_algorithm *algorithm, const void *options);

/* gi_option_find - the option of this name, of length bytes; NULL: none.
 * gi_option_read, gi_option_write - its value in an options struct. */
const gd_option *gi_option_find(const gd_algorithm *algorithm, const char *name, size_t length);
double           gi_option_read(const gd_option *option, const void *options);
void             gi_option_write(const gd_option *option, void *options, double value);

#endif
