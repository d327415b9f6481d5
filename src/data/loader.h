/* loader.h - the state of a loader, for checkpoints. */
#ifndef GRADUS_LOADER_H
#define GRADUS_LOADER_H

#include <stdbool.h>

#include "gradus/data.h"

/* gi_loader_setup - the options and the number of rows, which together determine every batch. */
gd_loader_options gi_loader_setup(const gd_loader *loader, int64_t *rows);

/* gi_loader_is_place - can gd_loader_seek go there? */
bool gi_loader_is_place(const gd_loader *loader, gd_position position);

#endif
