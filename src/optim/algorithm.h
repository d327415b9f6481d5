/* algorithm.h - validation of a gd_algorithm. */
#ifndef GRADUS_OPTIM_ALGORITHM_H
#define GRADUS_OPTIM_ALGORITHM_H

#include <stdbool.h>

#include "gradus/plug.h"

/* gi_algorithm_valid - false, with a message that names the first field that is not valid. */
bool gi_algorithm_valid(const gd_algorithm *algorithm);

#endif
