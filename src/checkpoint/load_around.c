/* load_around.c - reading and checking loader, averages, plateau and notes. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "base/memory.h"
#include "base/scopes.h"
#include "checkpoint.h"
#include "data/loader.h"
#include "gradus/tensor.h"

static void read_loader(gi_reader *r)
{
    uint64_t at[2];
    if (!gi_read_words(r, "loader", at, 2))
        return;
    gd_loader *loader = r->run->loader;
    r->place = (gd_position){ .epoch = (int64_t)at[0], .example = (int64_t)at[1] };
    if (gi_loader_is_place(loader, r->place))
        return;
    gd_position start = { .epoch = r->place.epoch, .example = 0 };
    bool another = r->options.other_settings && r->report.other_settings > 0;
    if (!another || r->place.example < 0 || !gi_loader_is_place(loader, start)) {
        r->failed = !gd_loader_seek(loader, r->place);      /* says why */
        return;
    }
    gi_report(r, &r->report.other_settings, "the loader begins epoch %" PRId64 " anew, not at example %" PRId64,
              r->place.epoch, r->place.example);
    r->place = start;
}

/* "gradus/ema/NAME", with any name of a tied parameter. */
static const char *ema_key(const gi_reader *r, const gd_params *p, const gd_tensor *w)
{
    for (int k = -1; k < p->tied_count; k++) {
        const char *name = gi_tied_name(p, w, k), *key = name ? gi_joined("gradus/ema/", name, "") : NULL;
        if (key && gd_safetensors_find(r->file, key) >= 0)
            return key;
    }
    return gi_joined("gradus/ema/", w->name, "");
}

static void read_ema(gi_reader *r)
{
    gd_ema *ema = r->run->ema;
    if (ema->swapped || !gi_ema_adopt(ema)) {
        if (ema->swapped)
            gd_fail("%s: the averages are swapped in: call gd_ema_swap first", r->function);
        r->failed = true;
    }
    for (int i = 0; i < ema->count && !r->failed; i++) {
        gd_tensor *average = ema->average[i];
        if (!average)
            continue;
        const char *key = ema_key(r, ema->params, ema->params->entries[i].tensor);
        gd_tensor *from = gi_read_tensor(r, key, average);
        const gd_real *w = ema->params == r->run->params && from ? r->values[i]->data : NULL;
        const char *where = gi_joined(gi_read_where(r), ": ", key);
        if (from && (!where || !gi_check_average(where, from, w)))
            r->failed = true;
        gi_change *c = from ? gi_new_change(r) : NULL;
        if (c) {
            c->to = average;
            c->from = from;
        }
    }
}

/* The plateau's option that was saved, which has been checked; or the program's, where there is none. */
static int saved_option(gi_reader *r, const char *key, int otherwise)
{
    double value;
    if (!gd_safetensors_metadata(r->file, key) || !gi_read_number(r, key, &value))
        return otherwise;
    return (int)value;
}

/* Counts are checked against the saved options, and then clamped to those of the program, which may differ. */
static void read_plateau(gi_reader *r)
{
    uint64_t words[4];
    if (!gi_read_words(r, "gradus/plateau", words, 4))
        return;
    const char *where = gi_read_where(r);
    gd_plateau *p = &r->plateau;
    *p = *r->run->plateau;
    memcpy(&p->lr, &words[0], sizeof p->lr);
    memcpy(&p->best, &words[1], sizeof p->best);
    p->bad = words[2] > INT_MAX ? -1 : (int)words[2];
    p->cooling = words[3] > INT_MAX ? -1 : (int)words[3];
    p->options.patience = saved_option(r, "gradus/plateau/patience", p->options.patience);
    p->options.cooldown = saved_option(r, "gradus/plateau/cooldown", p->options.cooldown);
    if (!where || !gi_check_plateau(where, p))
        r->failed = true;
    p->options = r->run->plateau->options;
    p->bad = p->bad > p->options.patience ? p->options.patience : p->bad;
    p->cooling = p->cooling > p->options.cooldown ? p->options.cooldown : p->cooling;
}

/* Is the note of the kind, string or number, that the program expects? */
static bool same_kind(gi_reader *r, const gd_note *note)
{
    const char *key = gi_joined("gradus/note/", note->key, "");
    const char *kind = key ? gd_safetensors_metadata(r->file, key) : NULL;
    if (key && gd_safetensors_metadata(r->file, key + sizeof "gradus/" - 1) &&
        (note->number ? !kind || strcmp(kind, "number") != 0 : kind != NULL))
        r->failed = !gd_fail("%s: %s: the note \"%s\" is %s in the file and %s in the program", r->function, r->path,
                             note->key, note->number ? "a text" : "a number", note->number ? "a number" : "a text");
    r->failed = r->failed || !key;
    return !r->failed;
}

static void read_text(gi_reader *r, const char *key, int i)
{
    const char *text = key ? gd_safetensors_metadata(r->file, key) : NULL;
    if (key && !text)
        gd_fail("%s: %s: there is no \"%s\"", r->function, r->path, key);
    size_t length = text ? strlen(text) + 1 : 0;
    char *copy = text ? gi_arena_take(r->outside, length) : NULL;
    if (copy)
        r->texts[i] = memcpy(copy, text, length);
    else
        r->failed = true;
}

static void read_notes(gi_reader *r)
{
    const gd_training_run *run = r->run;
    r->texts = gi_arena_take(gi_current_scope(), (size_t)run->note_count * sizeof *r->texts);
    r->failed = r->failed || !r->texts;
    for (int i = 0; i < run->note_count && !r->failed; i++) {
        const char *key = gi_joined("note/", run->notes[i].key, "");
        double value;
        gi_change *c;
        if (!same_kind(r, &run->notes[i]))
            return;
        if (!run->notes[i].number) {
            read_text(r, key, i);
        } else if (gi_read_number(r, key, &value) && (c = gi_new_change(r))) {
            c->number = run->notes[i].number;
            c->value = value;
        }
    }
}

void gi_read_around(gi_reader *r)
{
    const gd_training_run *run = r->run;
    if (!r->failed && run->loader)
        read_loader(r);
    if (!r->failed && run->ema)
        read_ema(r);
    if (!r->failed && run->plateau)
        read_plateau(r);
    if (!r->failed && run->note_count > 0)
        read_notes(r);
}
