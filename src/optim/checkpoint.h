/* checkpoint.h - names in a checkpoint file, shared by its writer and its reader.
 *
 *     tensors     NAME                        a parameter or buffer
 *                 optimizer/NAME/STATE        a state tensor of a parameter; NAME is empty for shared state
 *                 gradus/ema/NAME             the average of a parameter
 *     metadata    gradus                      2: the format that is told here; before it there was no such key, and no
 *                                             other that begins like it
 *                 optimizer                   the algorithm
 *                 optimizer/steps             calls of gd_step
 *                 optimizer/lr/K              learning rate of group K, in order of creation, the first is 0
 *                 optimizer/NAME/NUMBER       step counter, and the algorithm's own numbers
 *                 random                      state of the generator
 *                 loader                      epoch and example
 *                 gradus/..                   settings, see settings.c
 *                 gradus/plateau              lr, best, bad, cooling
 *                 gradus/note/KEY             "number", where the note is one
 *                 note/KEY                    a note: text, or a number
 *
 * Numbers are written as the 16 hexadecimal digits of their bits, so that they come back exactly in any
 * locale and in both builds. */
#ifndef GRADUS_CHECKPOINT_INSIDE_H
#define GRADUS_CHECKPOINT_INSIDE_H

#include "gradus/checkpoint.h"
#include "inside.h"

#define GD_CHECKPOINT_FORMAT "2"

/* The texts joined, in the current scope; NULL when memory is out, or one of them is NULL. */
const char *gd_joined(const char *a, const char *b, const char *c);

/* "optimizer/owner/name" in the current scope; NULL when memory is out. */
const char *gd_checkpoint_key(const char *owner, const char *name);

/* The k-th group; NULL past the last. */
gd_group *gd_checkpoint_group(gd_optimizer *o, int k);

/* gd_notes_given - false, and a message, when the run's notes are not there, or their keys. */
bool gd_notes_given(const char *function, const gd_run *run);

/* gd_check_steps, gd_check_lr - false, with a message that begins with where, when o->steps or a learning rate is not
 * what a checkpoint may hold. */
bool gd_check_steps(const char *where, double steps);
bool gd_check_lr(const char *where, int group, double lr);

/* gd_check_plateau - the same for a plateau's memory; gd_check_average - for an average of the parameter w;
 * gd_check_variance - for a buffer that cannot be negative. */
bool gd_check_plateau(const char *where, const gd_plateau *plateau);
bool gd_check_average(const char *where, const gd_tensor *average, const gd_real *w);
bool gd_check_variance(const char *where, const char *name, const gd_tensor *t);

static inline bool gd_begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* gd_within - does the value lie in the range? */
bool gd_within(double value, const gd_range *range);

/* ---- Settings: what the program gives, and a run depends on --------------------------------------------------- */

typedef struct gd_setting {
    const char *key;                        /* in the file: "gradus/option/0/beta1" */
    const char *label;                      /* in messages: "beta1 of group 0" */
    enum { GD_SETTING_REAL, GD_SETTING_WHOLE, GD_SETTING_SCHEDULE } kind;
    uint64_t    bits;                       /* the number, or what it is made of */
    gd_range    range;                      /* what it may be */
} gd_setting;

typedef void gd_setting_visitor(void *context, const gd_setting *setting);

/* gd_settings_visit - every setting of the run; false when memory is out.
 * gd_setting_text - a value of it, to be read; exact: with all digits.
 * gd_check_setting - false, with a message that begins with where, when bits are no value of it. */
bool    gd_settings_visit(const gd_run *run, gd_setting_visitor *visit, void *context);
gd_text gd_setting_text(const gd_setting *setting, uint64_t bits, bool exact);
bool    gd_check_setting(const char *where, const gd_setting *setting, uint64_t bits);

/* ---- Reading -------------------------------------------------------------------------------------------------- */

/* What will change when all is well: the elements of a tensor, a number, or what a slot has as its state k. */
typedef struct gd_change {
    struct gd_change *next;
    gd_tensor        *to, *from;
    double           *number;
    double            value;
    struct gd_slot   *slot;
    int               k;
} gd_change;

typedef struct gd_line {                    /* a text of a list, newest first */
    struct gd_line *next;
    const char     *text;
} gd_line;

#define GD_OTHER_SETTING "other setting: "    /* begins a line of the report */

typedef struct gd_reader {
    const char      *function, *path, *where;
    gd_safetensors  *file;
    const gd_run    *run;
    gd_load_options  options;
    gd_arena        *outside;               /* the caller's scope */
    bool             failed;
    bool             remarks;               /* other options and schedules are remarked on, not refused: gd_load */
    bool             first_format;          /* written before there were settings */
    bool            *seen;                  /* which tensors of the file have found their place */
    gd_tensor      **values;                /* of the model's tensors, in its order; NULL: not read */
    gd_line         *keys;                  /* metadata that were read */
    gd_change       *changes;
    gd_load_report   report;
    gd_line         *lines;                 /* of the report */
    bool             other_schedule;        /* the schedule at hand is of another kind, or has more milestones */
    const char      *refused;               /* the first setting that stands in the way, */
    int              refused_count;         /* and how many do */
    uint64_t         steps, random[4];
    gd_position      place;                 /* of the loader */
    gd_plateau       plateau;
    const char     **texts;                 /* of the notes */
} gd_reader;

/* The parts of reading; each does nothing when r->failed, and sets it after a message. */
void gd_read_model(gd_reader *r);           /* parameters and buffers */
void gd_read_settings(gd_reader *r);        /* compared only: load_settings.c */
void gd_read_optimizer(gd_reader *r);
void gd_read_around(gd_reader *r);          /* loader, averages, plateau, notes */
void gd_read_rest(gd_reader *r);            /* nothing of the file is left over */

/* gd_read_failed - r->failed after gd_fail; false.
 * gd_read_tensor - a tensor of the file, in the current scope; of the shape of like, unless that is NULL.
 * gd_read_words - n words; gd_read_number - a number.  NULL or false when r->failed.
 * gd_read_where - "FUNCTION: PATH", where messages begin; NULL when memory is out.
 * gd_lr_key - "optimizer/lr/K".
 * gd_new_change - one more; NULL when memory is out.
 * gd_report - counts it, and one more line of the report.
 * gd_was_read - has this key of the metadata been read? */
bool       gd_read_failed(gd_reader *r);
gd_tensor *gd_read_tensor(gd_reader *r, const char *name, const gd_tensor *like);
bool       gd_read_words(gd_reader *r, const char *key, uint64_t *words, int n);
bool       gd_read_number(gd_reader *r, const char *key, double *number);
const char *gd_read_where(gd_reader *r);
const char *gd_lr_key(int group);
bool       gd_was_read(const gd_reader *r, const char *key);
gd_change *gd_new_change(gd_reader *r);
void       gd_report(gd_reader *r, int64_t *counter, const char *format, ...) GD_FORMAT(3, 4);

/* gd_run_alive - in debug builds false, and a message, when something that run points to has been freed. */
#ifdef GD_DEBUG
bool gd_run_alive(const char *function, const gd_run *run);
#else
#define gd_run_alive(function, run) true
#endif

#endif
