/* checkpoint.h - saving a model and a training run, and going on later as if nothing had happened.
 *
 *     gd_save("run.safetensors", net, adam);                   parameters, buffers, optimizer, random numbers
 *     ..  gd_load("run.safetensors", net, adam);
 *
 * Below: with the place in the data; with all else that an exact resume needs; a model from elsewhere, or a part. */
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
 * Errors: p is NULL; o belongs to a model with other parameters; a number that gd_load would refuse, in the model, the
 * optimizer or its options; the file cannot be written.
 *
 * gd_load - the way back: p must have the same names and shapes, o the same algorithm, and as many groups.  A run
 * that is loaded goes on bit for bit like one that was never interrupted.  Options, schedules and the groups' members
 * are the program's own; the file has them to compare with, and each that differs is remarked on (gd_notice; of a
 * custom schedule only that it is one); lr goes on as the run left it.  With o NULL only parameters and buffers are
 * read, and the generator stays.  PyTorch's "num_batches_tracked" is passed over: batch norm here has no use for it.
 * Errors: a file that cannot be read or is damaged; a tensor that is missing, left over or of another shape; another
 * algorithm or number of groups; an option or schedule that is missing or left over; a number that no run could have
 * written, such as a negative second moment (NaN and infinities are believed where the parameter itself is not
 * finite).  On failure nothing has changed. */
bool gd_save(const char *path, gd_params *p, gd_optimizer *o);
bool gd_load(const char *path, gd_params *p, gd_optimizer *o);

/* gd_save_run, gd_load_run - the same with the place where a loader stands in its data (NULL: without).  Error: the
 * loader has another number of rows, batch, seed, shuffle or drop_last than when the run was saved. */
bool gd_save_run(const char *path, gd_params *p, gd_optimizer *o, const gd_loader *loader);
bool gd_load_run(const char *path, gd_params *p, gd_optimizer *o, gd_loader *loader);

/* ---- All that belongs to a run ------------------------------------------------------------------------------
 *
 *     double best = INFINITY;
 *     gd_note notes[] = { { .key = "best", .number = &best }, { .key = "data", .text = "airfoil, 1500 rows" } };
 *     gd_run run = { .params = net, .optimizer = adam, .loader = load, .ema = average, .plateau = &plateau,
 *                    .notes = notes, .note_count = 2 };
 *     gd_checkpoint_save("run.safetensors", &run);
 *     ..  gd_checkpoint_load("run.safetensors", &run, (gd_load_options){ 0 }, NULL);
 */
typedef struct gd_note {                    /* a number or a text of the program's own */
    const char *key;                        /* in the file's metadata it stands under "note/KEY" */
    double     *number;                     /* saved from here, and loaded to here; NULL: a text */
    const char *text;                       /* saved; gd_checkpoint_load sets it to a copy in the current scope */
} gd_note;

typedef struct gd_run {                     /* params must be there; what is NULL is neither saved nor loaded */
    gd_params    *params;
    gd_optimizer *optimizer;
    gd_loader    *loader;
    gd_ema       *ema;                      /* the averages; not while they are swapped in */
    gd_plateau   *plateau;
    gd_note      *notes;
    int           note_count;
} gd_run;

/* With all 0, a run is loaded if it will go on exactly as it would have: other options, too, are an error. */
typedef struct gd_load_options {            /* 0 stands for the default */
    bool other_settings;                    /* options, schedules, groups' members, the loader's setup, the decay of the
                                               averages, the plateau's options and the type of gd_real may differ from
                                               those that were saved, or be missing there: that is reported, and the
                                               program's hold.  A loader that cannot begin in the middle of the epoch
                                               begins the epoch anew. */
    /* The others are for parameters and buffers alone: all else in run is NULL. */
    const char *prefix;                     /* only tensors of the file whose names begin with this, without it: */
    const char *into;                       /* they go to what begins with this in the model.  "encoder." and "":
                                               encoder.0.weight -> 0.weight.  NULL is "". */
    bool lenient;                           /* tensors that are missing in the file, left over, or of another shape are
                                               passed over and reported.  Error: not one was left. */
} gd_load_options;

static inline gd_load_options gd_load_defaults(void)
{
    gd_load_options o = { .other_settings = false, .prefix = NULL, .into = NULL, .lenient = false };
    return o;
}

typedef struct gd_load_report {
    int64_t     loaded;                     /* parameters and buffers of the model that were read */
    int64_t     missing;                    /* that are not in the file, and stay as they are */
    int64_t     other_shape;                /* that have another shape in the file, the same */
    int64_t     left_over;                  /* tensors of the file, under prefix, that the model does not have */
    int64_t     other_settings;             /* settings that differ */
    const char *text;                       /* a line for each of these but the loaded ones; "" when there is none.  In
                                               the current scope */
} gd_load_report;

/* gd_checkpoint_save - writes run to path, as gd_save does.  Errors: as there; the averages are swapped in, or not
 * finite where the parameters are; notes with the same key, or that are not UTF-8.
 * gd_checkpoint_load - the way back, and for models of others.  report may be NULL.  On failure nothing has changed.
 * Errors: as for gd_load, but for what options permits; something that run has and the file has not; a note that is a
 * number on one side and a text on the other. */
bool gd_checkpoint_save(const char *path, const gd_run *run);
bool gd_checkpoint_load(const char *path, const gd_run *run, gd_load_options options, gd_load_report *report);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
