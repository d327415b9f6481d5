/* checkpoint.h - saving a model or a training run, and resuming it exactly.
 *
 *     gd_save("run.safetensors", net, adam);                   parameters, buffers, optimizer, random numbers
 *     ..  gd_load("run.safetensors", net, adam);
 *
 * Below: with the position in the data; with everything else that an exact resume needs; models from elsewhere, or
 * parts of a model. */
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
 * generator.  The file is replaced atomically: a crash at any moment leaves the old one or the new one.
 * Errors: p is NULL; o belongs to a model with other parameters; a number that gd_load would refuse, in the model, the
 * optimizer or its options; the file cannot be written.
 *
 * gd_load - reads such a file: p must have the same names and shapes, o the same algorithm and number of groups.  A run
 * that is resumed continues bit for bit as if it had never been interrupted.  Options, schedules and the members of
 * groups are set by the program; the file holds them for comparison, and each difference gives a warning (gd_notice);
 * custom schedules are not compared with each other.  lr is restored.  With o NULL only
 * parameters and buffers are read, and the generator is left as it is.  PyTorch's "num_batches_tracked" is ignored.
 * Errors: a file that cannot be read or is damaged; a tensor that is missing, left over or of another shape; another
 * algorithm or number of groups; an option or schedule that is missing or left over; a number that no run can have
 * written, such as a negative second moment (NaN and infinities are accepted where the parameter itself is not
 * finite).  On failure nothing has changed. */
bool gd_save(const char *path, gd_params *p, gd_optimizer *o);
bool gd_load(const char *path, gd_params *p, gd_optimizer *o);

/* gd_save_run, gd_load_run - the same with the position of a loader in its data (NULL: without).  Error: the
 * loader has another number of rows, batch, seed, shuffle or drop_last than when the run was saved. */
bool gd_save_run(const char *path, gd_params *p, gd_optimizer *o, const gd_loader *loader);
bool gd_load_run(const char *path, gd_params *p, gd_optimizer *o, gd_loader *loader);

/* ---- A whole training run -----------------------------------------------------------------------------------
 *
 *     double best = INFINITY;
 *     gd_note notes[] = { { .key = "best", .number = &best }, { .key = "data", .text = "airfoil, 1500 rows" } };
 *     gd_training_run run = { .params = net, .optimizer = adam, .loader = load, .ema = average, .plateau = &plateau,
 *                    .notes = notes, .note_count = 2 };
 *     gd_checkpoint_save("run.safetensors", &run);
 *     ..  gd_checkpoint_load("run.safetensors", &run, (gd_load_options){ 0 }, NULL);
 */
typedef struct gd_note {                    /* a number or a string of the program's */
    const char *key;                        /* in the file's metadata it stands under "note/KEY" */
    double     *number;                     /* saved from here, and loaded to here; NULL: a string */
    const char *text;                       /* saved; gd_checkpoint_load sets it to a copy in the current scope */
} gd_note;

typedef struct gd_training_run {            /* params is required; what is NULL is neither saved nor loaded */
    gd_params    *params;
    gd_optimizer *optimizer;
    gd_loader    *loader;
    gd_ema       *ema;                      /* the averages; not while they are swapped in */
    gd_plateau   *plateau;
    gd_note      *notes;
    int           note_count;
} gd_training_run;

/* With all members 0, a run is loaded only if it will continue exactly: options that differ are an error too. */
typedef struct gd_load_options {            /* 0 stands for the default */
    bool other_settings;                    /* options, schedules, members of groups, the loader's options, the decay of
                                               the averages, the plateau's options and the type of gd_real may differ
                                               from those that were saved, or be missing there: that is reported, and
                                               the program's are used.  A loader that cannot begin in the middle of the
                                               epoch begins the epoch again. */
    /* The others are for parameters and buffers alone: everything else in run is NULL. */
    const char *prefix;                     /* only tensors of the file whose names begin with this, */
    const char *into;                       /* which the model has under this.  "encoder." and "":
                                               encoder.0.weight -> 0.weight.  NULL is "". */
    bool lenient;                           /* tensors that are missing in the file, left over, or of another shape
                                               are skipped and reported.  Error: none was loaded. */
} gd_load_options;

static inline gd_load_options gd_load_defaults(void)
{
    gd_load_options o = { .other_settings = false, .prefix = NULL, .into = NULL, .lenient = false };
    return o;
}

typedef struct gd_load_report {
    int64_t     loaded;                     /* parameters and buffers of the model that were read */
    int64_t     missing;                    /* that are not in the file, and are left as they are */
    int64_t     other_shape;                /* that have another shape in the file, likewise */
    int64_t     left_over;                  /* tensors of the file, under prefix, that the model does not have */
    int64_t     other_settings;             /* settings that differ */
    const char *text;                       /* in the current scope: a line for each of these except the loaded ones */
} gd_load_report;

/* gd_checkpoint_save - writes run to path, as gd_save does.  Errors: as there; the averages are swapped in, or not
 * finite where the parameters are; notes with the same key, or that are not UTF-8.
 * gd_checkpoint_load - reads it back, or loads a model from elsewhere.  report may be NULL.  On failure nothing has
 * changed.  Errors: as for gd_load, except what options permits; something that run has and the file has not; a note
 * that is a number on one side and a string on the other. */
bool gd_checkpoint_save(const char *path, const gd_training_run *run);
bool gd_checkpoint_load(const char *path, const gd_training_run *run, gd_load_options options,
                        gd_load_report *report);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
