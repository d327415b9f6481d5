/* 18_resume - save a run, and go on as if it had never stopped.
 *
 * A run is more than its parameters: the state of the optimizer, the position in the shuffled data, and what the
 * program keeps beside them, here the best loss so far.  Save all of it to path, and load it again, with
 * gd_checkpoint_save and gd_checkpoint_load: a gd_training_run has the members params, optimizer, loader, notes and
 * note_count, and a note is { .key = "best", .number = best }.  Both return what these functions return.
 *
 *     make grade-18                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

bool save_run(const char *path, gd_params *net, gd_optimizer *o, gd_loader *load, double *best)
{
    not_yet();
}

bool load_run(const char *path, gd_params *net, gd_optimizer *o, gd_loader *load, double *best)
{
    not_yet();
}
