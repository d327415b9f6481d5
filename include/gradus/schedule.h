/* schedule.h - learning rates as functions of the step. */
#ifndef GRADUS_SCHEDULE_H
#define GRADUS_SCHEDULE_H

#include "error.h"
#include <stdbool.h>
#include <stdint.h>

typedef struct gd_schedule { int kind; double base; } gd_schedule;
double gd_lr_at(gd_schedule schedule, int64_t step);
#endif
