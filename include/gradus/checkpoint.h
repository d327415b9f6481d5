/* checkpoint.h - saving a model and a training run, and going on later as if nothing had happened. */
#ifndef GRADUS_CHECKPOINT_H
#define GRADUS_CHECKPOINT_H

#include "data.h"
#include "optim.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* gd_save - writes a safetensors file (data.h): every parameter and buffer of p under its name; with an
 * optimizer (NULL: without) its state, step counters and learning rates, and the state of this thread's random
 * generator.  The file is replaced as a whole, so that a crash at any moment leaves the old one or the new one.
 * Errors: p is NULL; the file cannot be written.
 *
 * gd_load - the way back: p must have the same names and shapes, o the same algorithm, and as many groups.  A run
 * that is loaded goes on bit for bit like one that was never interrupted.  Options and schedules are the
 * program's own and are not in the file.  With o NULL only parameters and buffers are read, and the
 * generator stays.  Errors: a file that cannot be read or is damaged; a tensor that is missing, left over
 * or of another shape; another algorithm.  On failure nothing has changed. */
bool gd_save(const char *path, gd_params *p, gd_optimizer *o);
bool gd_load(const char *path, gd_params *p, gd_optimizer *o);

/* gd_save_run, gd_load_run - the same with the place where a loader stands in its data (NULL: without). */
bool gd_save_run(const char *path, gd_params *p, gd_optimizer *o, const gd_loader *loader);
bool gd_load_run(const char *path, gd_params *p, gd_optimizer *o, gd_loader *loader);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
