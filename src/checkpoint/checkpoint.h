/* checkpoint.h - shared by the writer and the reader of checkpoints.  A checkpoint is a safetensors file with
 *
 *     tensors     NAME                        a parameter or buffer
 *                 optimizer/NAME/STATE        a state tensor of a parameter; NAME is empty for shared state
 *                 gradus/ema/NAME             the average of a parameter
 *     metadata    gradus                      2: the format described here; format 1 has neither this key nor others
 *                                             that begin with "gradus"
 *                 optimizer                   the algorithm
 *                 optimizer/steps             calls of gd_step
 *                 optimizer/lr/K              learning rate of group K, counted from 0 in order of creation
 *                 optimizer/NAME/NUMBER       step counter, and the algorithm's own numbers
 *                 random                      state of the generator
 *                 loader                      epoch and example
 *                 gradus/..                   settings, see settings.c
 *                 gradus/plateau              lr, best, bad, cooling
 *                 gradus/note/KEY             "number", where the note is one
 *                 note/KEY                    a note: a string or a number
 *
 * Numbers are written as the 16 hexadecimal digits of their bits, so that they are exact in any locale and in both
 * builds. */
#ifndef GRADUS_CHECKPOINT_INSIDE_H
#define GRADUS_CHECKPOINT_INSIDE_H

#include <stdbool.h>

#include "base/message.h"
#include "gradus/checkpoint.h"
#include "gradus/optim.h"
#include "nn/params.h"
#include "optim/busy.h"
#include "optim/callbacks.h"
#include "optim/ema.h"
#include "optim/groups.h"
#include "optim/inside.h"
#include "optim/options.h"
#include "optim/rule.h"
#include "optim/schedule.h"
#include "optim/slots.h"
#include "optim/swap.h"

#define GI_CHECKPOINT_FORMAT "2"

/* ---- Keys: strings in the current scope, NULL when memory is out ----------------------------------------------- */

/* gi_joined - the three strings, concatenated; NULL also when one of them is.
 * gi_checkpoint_key - "optimizer/OWNER/NAME".  gi_lr_key - "optimizer/lr/K". */
const char *gi_joined(const char *a, const char *b, const char *c);
const char *gi_checkpoint_key(const char *owner, const char *name);
const char *gi_lr_key(int group);

/* gi_checkpoint_group - group k; NULL past the last. */
gd_group *gi_checkpoint_group(gd_optimizer *o, int k);

/* ---- Checks ---------------------------------------------------------------------------------------------------- */

/* gi_notes_given - false, and a message, when the run's notes, or the key of one, are NULL. */
bool gi_notes_given(const char *function, const gd_training_run *run);

/* gi_check_steps, gi_check_lr - false, and a message that begins with where, when o->steps or a learning rate is not
 * one that a run can have. */
bool gi_check_steps(const char *where, double steps);
bool gi_check_lr(const char *where, int group, double lr);

/* gi_check_kept - false, with a message that begins with where, when a step count, a number or a state is not what
 * the algorithm could have made: for what was read from a file, or is written to one.  Changes nothing.
 * gi_all_elements - of all parameters of the optimizer's model. */
bool    gi_check_kept(const char *where, const gd_algorithm *algorithm, const gd_kept *kept);
int64_t gi_all_elements(const gd_optimizer *o);

/* gi_check_plateau - the same for the state of a plateau; gi_check_average - for an average of the parameter w;
 * gi_check_variance - for a buffer that cannot be negative. */
bool gi_check_plateau(const char *where, const gd_plateau *plateau);
bool gi_check_average(const char *where, const gd_tensor *average, const gd_real *w);
bool gi_check_variance(const char *where, const char *name, const gd_tensor *t);

static inline bool gi_begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* gi_within - does the value lie in the range? */
bool gi_within(double value, const gd_range *range);

/* ---- Settings: what a run depends on, and the program sets ----------------------------------------------------- */

typedef struct gi_setting {
    const char *key;                        /* in the file: "gradus/option/0/beta1" */
    const char *label;                      /* in messages: "beta1 of group 0" */
    enum { GI_SETTING_REAL, GI_SETTING_WHOLE, GI_SETTING_SCHEDULE } kind;
    uint64_t    bits;                       /* the number, or what it is made of */
    gd_range    range;                      /* of valid values */
} gi_setting;

typedef void gi_setting_visitor(void *context, const gi_setting *setting);

/* gi_settings_visit - every setting of the run; false when memory is out.
 * gi_setting_text - a value of it in words; exact: with all digits.
 * gi_check_setting - false, and a message that begins with where, when bits are no valid value of it. */
bool    gi_settings_visit(const gd_training_run *run, gi_setting_visitor *visit, void *context);
gi_text gi_setting_text(const gi_setting *setting, uint64_t bits, bool exact);
bool    gi_check_setting(const char *where, const gi_setting *setting, uint64_t bits);

/* ---- Reading -------------------------------------------------------------------------------------------------- */

/* A change, to be made when the whole file is valid: the elements of a tensor, a number, or state k of a slot. */
typedef struct gi_change {
    struct gi_change *next;
    gd_tensor        *to, *from;
    double           *number;
    double            value;
    struct gi_slot   *slot;
    int               k;
} gi_change;

typedef struct gi_string {                    /* in a list of strings, newest first */
    struct gi_string *next;
    const char     *text;
} gi_string;

#define GI_OTHER_SETTING "other setting: "    /* begins a line of the report */

typedef struct gi_reader {
    const char      *function, *path, *where;
    gd_safetensors  *file;
    const gd_training_run    *run;
    gd_load_options  options;
    gd_arena        *outside;               /* the caller's scope */
    bool             failed;
    bool             remarks;               /* gd_load: options and schedules that differ are warned of, not refused */
    bool             first_format;          /* format 1, which has no settings */
    bool            *seen;                  /* which tensors of the file were read */
    gd_tensor      **values;                /* of the model's tensors, in its order; NULL: not read */
    gi_string         *keys;                  /* of the metadata that were read */
    gi_change       *changes;
    gd_load_report   report;
    gi_string         *lines;                 /* of the report */
    bool             other_schedule;        /* the current schedule is of another kind, or has more milestones */
    const char      *refused;               /* the first setting that differs, */
    int              refused_count;         /* and how many do */
    uint64_t         steps, random[4];
    gd_position      place;                 /* of the loader */
    gd_plateau       plateau;
    const char     **texts;                 /* of the notes */
} gi_reader;

/* The parts of reading.  Each does nothing when r->failed, and sets it after a message. */
void gi_read_model(gi_reader *r);           /* parameters and buffers */
void gi_read_settings(gi_reader *r);        /* compared only: load_settings.c */
void gi_read_optimizer(gi_reader *r);
void gi_read_around(gi_reader *r);          /* loader, averages, plateau, notes */
void gi_read_rest(gi_reader *r);            /* checks that nothing of the file is left over */

/* gi_read_tensor - a tensor of the file, in the current scope; of the shape of like, unless that is NULL.
 * gi_read_words - n words; gi_read_number - a number.  NULL or false when r->failed.
 * gi_read_where - "FUNCTION: PATH", where messages begin; NULL when memory is out.
 * gi_new_change - adds a change; NULL when memory is out.
 * gi_report - increments the counter and adds a line to the report.
 * gi_was_read - has this key of the metadata been read? */
gd_tensor *gi_read_tensor(gi_reader *r, const char *name, const gd_tensor *like);
bool       gi_read_words(gi_reader *r, const char *key, uint64_t *words, int n);
bool       gi_read_number(gi_reader *r, const char *key, double *number);
const char *gi_read_where(gi_reader *r);
bool       gi_was_read(const gi_reader *r, const char *key);
gi_change *gi_new_change(gi_reader *r);
void       gi_report(gi_reader *r, int64_t *counter, const char *format, ...) GD_FORMAT(3, 4);

/* gi_run_alive - in debug builds false, and a message, when something that run points to has been freed. */
#ifdef GD_DEBUG
bool gi_run_alive(const char *function, const gd_training_run *run);
#else
#define gi_run_alive(function, run) true
#endif

#endif
