/* schedule.h - learning rates as functions of the step. */
#ifndef GRADUS_SCHEDULE_H
#define GRADUS_SCHEDULE_H

#include "error.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct gd_schedule { int kind; double base; } gd_schedule;

#endif
