/* algorithm.h - is an algorithm as it must be? */
#ifndef GRADUS_OPTIM_ALGORITHM_H
#define GRADUS_OPTIM_ALGORITHM_H

#include <stdbool.h>

#include "gradus/plug.h"

/* gi_algorithm_valid - false, with a message, when a field of it is not. */
bool gi_algorithm_valid(const gd_algorithm *algorithm);

#endif
