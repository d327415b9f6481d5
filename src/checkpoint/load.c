/* load.c - gd_load, gd_load_run and gd_checkpoint_load.  Everything is read, checked and allocated before the first
 * number changes.  A checkpoint is refused in
 *
 *     load.c              another version of the format, arguments that contradict each other
 *     load_model.c        names and shapes of tensors; tensors and numbers that are missing or left over
 *     load_settings.c     another algorithm, number of groups, option or schedule (settings.c: what they may be)
 *     load_optimizer.c    states of an optimizer, the random generator
 *     load_around.c       loader, averages, plateau and notes
 *     kept.c              numbers that no run can have written: ranges of states and counts
 *
 * and in data/safetensors.c, where the file itself is damaged. */
#include <math.h>
#include <string.h>

#include "base/guest.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/random.h"
#include "base/scopes.h"
#include "base/start.h"
#include "checkpoint.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- What can fail comes first ------------------------------------------------------------------------------ */

static bool begin(gi_reader *r)
{
    r->file = gd_safetensors_open(r->path);
    if (!r->file)
        return false;
    size_t count = (size_t)gd_safetensors_count(r->file), tensors = (size_t)r->run->params->count;
    r->seen = gi_arena_take(gi_current_scope(), (count + 1) * sizeof *r->seen);
    r->values = gi_arena_take(gi_current_scope(), (tensors + 1) * sizeof *r->values);
    if (!r->seen || !r->values)
        return false;
    memset(r->seen, 0, count * sizeof *r->seen);
    for (size_t i = 0; i < tensors; i++)
        r->values[i] = NULL;
    const char *format = gd_safetensors_metadata(r->file, "gradus");
    r->first_format = format == NULL;
    for (int64_t i = 0; !format && i < gd_safetensors_metadata_count(r->file); i++)
        if (strncmp(gd_safetensors_metadata_at(r->file, i).key, "gradus/", 7) == 0)
            return gd_fail("%s: %s: there is no \"gradus\", the version of the format", r->function, r->path);
    return !format || strcmp(format, GI_CHECKPOINT_FORMAT) == 0 ||
           gd_fail("%s: %s has checkpoint format %s: this version of Gradus reads %s and older",
                   r->function, r->path, format, GI_CHECKPOINT_FORMAT);
}

/* Memory for states that a slot does not have yet. */
static bool make_states(gi_reader *r)
{
    for (gi_change *c = r->changes; c; c = c->next) {
        if (!c->slot || !c->from)
            continue;
        struct gi_slot *slot = c->slot;
        c->to = slot->state[c->k] && gi_same_shape(slot->state[c->k], c->from) ? slot->state[c->k] :
                slot->w ? slot->spare[c->k] : NULL;
        if (!c->to)
            c->to = gi_new_in(&r->run->optimizer->inside->arena, r->function, c->from->ndim, c->from->shape);
        if (!c->to)
            return false;
        gd_set_name(c->to, r->run->optimizer->algorithm->states[c->k]);
    }
    return true;
}

/* The lines of the report, oldest first, in the caller's scope. */
static bool write_report(gi_reader *r)
{
    size_t length = 1;
    for (const gi_string *line = r->lines; line; line = line->next)
        length += strlen(line->text) + 1;
    char *text = gi_arena_take(r->outside, length);
    if (!text)
        return false;
    char *at = text + length - 1;
    *at = '\0';
    for (const gi_string *line = r->lines; line; line = line->next) {
        size_t n = strlen(line->text);
        *--at = '\n';
        memcpy(at -= n, line->text, n);
    }
    r->report.text = text;
    return true;
}

/* ---- Changing: from here on nothing fails ------------------------------------------------------------------- */

static void apply(const gi_change *c)
{
    for (; c; c = c->next) {
        if (c->number)
            *c->number = c->value;
        if (c->from) {
            gi_copy(c->to->data, c->from);
            gi_overwritten(c->to);
        }
        if (c->slot) {
            gi_slot_set(c->slot, c->k, c->to);
            c->slot->started = false;
        }
    }
}

static void apply_optimizer(const gi_reader *r, gd_optimizer *o)
{
    o->steps = (int64_t)r->steps;
    memcpy(gi_random_state(), r->random, sizeof r->random);
    for (gd_group *group = &o->first; group; group = group->next)
        gi_options_changed(group);
}

static void apply_all(const gi_reader *r)
{
    const gd_training_run *run = r->run;
    apply(r->changes);
    if (run->optimizer)
        apply_optimizer(r, run->optimizer);
    if (run->loader)
        gd_loader_seek(run->loader, r->place);
    if (run->plateau)
        *run->plateau = r->plateau;
    for (int i = 0; i < run->note_count; i++)
        if (!run->notes[i].number)
            run->notes[i].text = r->texts[i];
}

/* Last, because the handler may not return. */
static void tell(const gi_reader *r)
{
    for (const char *line = r->report.text, *end; *line; line = end + 1) {
        line += sizeof GI_OTHER_SETTING - 1;
        end = strchr(line, '\n');
        gd_notice("%s: %s: %.*s", r->function, r->path, (int)(end - line), line);
    }
}

/* ---- The whole file ------------------------------------------------------------------------------------------ */

static bool load(const char *function, const char *path, const gd_training_run *run, gd_load_options options,
                 gd_load_report *report)
{
    gi_reader r = { .function = function, .path = path, .run = run, .options = options,
                    .outside = gi_current_scope(), .remarks = strcmp(function, "gd_load") == 0 };
    if (!gi_run_alive(function, run) || (run->optimizer && (gi_busy(function, run->optimizer) ||
                                                            gi_are_swapped(function, run->optimizer))))
        return false;
    if (gi_params_in_use(run->params))
        return gd_fail("%s: %s, which needs the parameters as they are, is running", function, gi_guest_text().s);
    if (!gd_scope_begin())
        return false;
    int averages = run->ema ? run->ema->count : 0;
    r.failed = !begin(&r);
    gi_read_model(&r);
    gi_read_settings(&r);
    gi_read_optimizer(&r);
    gi_read_around(&r);
    gi_read_rest(&r);
    r.failed = r.failed || !make_states(&r) || ((report || r.lines) && !write_report(&r));
    if (!r.failed)
        apply_all(&r);
    else if (run->ema)
        run->ema->count = averages;         /* one that is new starts from its parameter when it is asked for */
    if (!r.failed && report)
        *report = r.report;
    gd_safetensors_close(r.file);
    gd_scope_end();
    if (!r.failed && r.remarks && r.report.other_settings)
        tell(&r);
    return !r.failed;
}

static bool valid_request(const gd_training_run *run, gd_load_options options)
{
    static const char function[] = "gd_checkpoint_load";
    bool part = options.lenient || options.prefix || options.into;
    if (!gi_not_null(function, "run", run) || !gi_given(function, "params", run->params) ||
        !gi_notes_given(function, run) || (run->plateau && !gi_plateau_started(function, run->plateau)))
        return false;
    if (run->plateau && isnan(run->plateau->lr))
        return gd_fail("%s: the plateau is one that gd_plateau_start has refused", function);
    if (part && (run->optimizer || run->loader || run->ema || run->plateau || run->note_count))
        return gd_fail("%s: %s is for parameters and buffers alone: a run is loaded whole", function,
                       options.lenient ? "lenient" : options.prefix ? "prefix" : "into");
    return true;
}

bool gd_checkpoint_load(const char *path, const gd_training_run *run, gd_load_options options, gd_load_report *report)
{
    gi_not_captured("gd_checkpoint_load", GI_ACTS_OUTSIDE);
    return gi_path_given("gd_checkpoint_load", "path", path) && valid_request(run, options) &&
           load("gd_checkpoint_load", path, run, options, report);
}

bool gd_load_run(const char *path, gd_params *p, gd_optimizer *o, gd_loader *loader)
{
    const gd_training_run run = { .params = p, .optimizer = o, .loader = loader };
    return gi_path_given("gd_load", "path", path) && gi_given("gd_load", "p", p) &&
           load("gd_load", path, &run, (gd_load_options){ .lenient = false }, NULL);
}

bool gd_load(const char *path, gd_params *p, gd_optimizer *o)
{
    gi_not_captured("gd_load", GI_ACTS_OUTSIDE);
    return gd_load_run(path, p, o, NULL);
}
