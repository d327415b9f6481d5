/* schedule.h - what a checkpoint says of a schedule. */
#ifndef GRADUS_OPTIM_SCHEDULE_H
#define GRADUS_OPTIM_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

#include "gradus/schedule.h"

/* gi_schedule_name - the constructor of schedules of a kind, 0 .. GI_MOST_SCHEDULE. */
enum { GI_MOST_SCHEDULE = 12 };
const char *gi_schedule_name(uint64_t kind);

/* gi_schedule_number_of - the number that a checkpoint keeps under the key 'a', 'b' or 'c', and what the constructor
 * calls it. */
typedef struct gi_schedule_number {
    const char *name;
    double      value;
} gi_schedule_number;

gi_schedule_number gi_schedule_number_of(const gd_schedule *schedule, char key);

/* gi_plateau_started - false, and a message, for a plateau that is all 0. */
bool gi_plateau_started(const char *function, const gd_plateau *p);

#endif
