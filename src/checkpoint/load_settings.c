/* load_settings.c - comparing options, schedules and other settings with those that were saved.  Every setting of the
 * program must be in the file, and vice versa; see settings.c. */
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "checkpoint.h"

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static bool same_setting(const gi_setting *setting, uint64_t bits)
{
    double saved, now;
    memcpy(&saved, &bits, sizeof saved);
    memcpy(&now, &setting->bits, sizeof now);
    return bits == setting->bits || (setting->kind == GI_SETTING_REAL && saved == now);     /* 0 and -0 */
}

/* A setting that only the file has, or only the program: the file is damaged, or was written by another version of a
 * user's algorithm. */
static void alone(gi_reader *r, const char *key, const char *text)
{
    if (r->options.other_settings)
        gi_report(r, &r->report.other_settings, GI_OTHER_SETTING "%s", text);
    else if (!r->failed)
        r->failed = !gd_fail("%s: %s: there is %s \"%s\"", r->function, r->path,
                             gd_safetensors_metadata(r->file, key) ? "a setting that the program does not have:" : "no",
                             key);
}

static void differs(gi_reader *r, const gi_setting *setting, uint64_t bits)
{
    gi_text was = gi_setting_text(setting, bits, false), is = gi_setting_text(setting, setting->bits, false);
    if (strcmp(was.s, is.s) == 0) {
        was = gi_setting_text(setting, bits, true);
        is = gi_setting_text(setting, setting->bits, true);
    }
    bool of_lr = gi_begins_with(setting->key, "gradus/option/") && ends_with(setting->key, "/lr");
    gi_report(r, &r->report.other_settings, GI_OTHER_SETTING "%s was %s when the run was saved and is %s now%s",
              setting->label, was.s, is.s, of_lr ? "; lr goes on as the run left it" : "");
    bool of_loader = gi_begins_with(setting->key, "gradus/loader/");       /* then its position means something else */
    if (!r->failed && !r->options.other_settings && (!r->remarks || of_loader) && r->refused_count++ == 0)
        r->refused = r->lines->text + sizeof GI_OTHER_SETTING - 1;
}

/* The setting's key; that of a tied parameter's group may have any of the parameter's names. */
static const char *key_in_file(const gi_reader *r, const gi_setting *setting)
{
    static const char group[] = "gradus/group/";
    if (gd_safetensors_metadata(r->file, setting->key) || !gi_begins_with(setting->key, group))
        return setting->key;
    const gd_params *p = r->run->optimizer->params;
    const gd_tensor *w = gi_params_find(p, setting->key + sizeof group - 1);
    for (int k = -1; w && k < p->tied_count; k++) {
        const char *name = gi_tied_name(p, w, k), *key = name ? gi_joined(group, name, "") : NULL;
        if (key && gd_safetensors_metadata(r->file, key))
            return key;
    }
    return setting->key;
}

static void compare(void *context, const gi_setting *setting)
{
    gi_reader *r = context;
    uint64_t bits = 0;
    bool begins = setting->kind == GI_SETTING_SCHEDULE, of_schedule = gi_begins_with(setting->key, "gradus/schedule/");
    r->other_schedule = r->other_schedule && !begins;
    const char *key = key_in_file(r, setting);
    bool there = gd_safetensors_metadata(r->file, key) != NULL;
    if (r->failed || r->first_format || (of_schedule && r->other_schedule))     /* its numbers have another meaning */
        return;
    const char *where = gi_read_where(r);
    if (there && (!gi_read_words(r, key, &bits, 1) || !where || !gi_check_setting(where, setting, bits))) {
        r->failed = true;
        return;
    }
    bool same = there && same_setting(setting, bits);
    if (begins || (of_schedule && ends_with(setting->key, "/count")))
        r->other_schedule = !same;
    if (!there)
        alone(r, setting->key, gi_joined(setting->label, " was not saved", ""));
    else if (!same)
        differs(r, setting, bits);
}

/* Does a key of the file concern something that the run has?  The numbers of a schedule that has been replaced have no
 * counterpart. */
static bool expected(const gi_reader *r, const char *key)
{
    const gd_training_run *run = r->run;
    if (gi_begins_with(key, "gradus/loader/"))
        return run->loader;
    if (gi_begins_with(key, "gradus/ema/"))
        return run->ema;
    if (gi_begins_with(key, "gradus/plateau/"))
        return run->plateau;
    if (gi_begins_with(key, "gradus/schedule/") && r->report.other_settings > 0)
        return false;
    return run->optimizer && gi_begins_with(key, "gradus/") && !gi_begins_with(key, "gradus/note/") &&
           strcmp(key, "gradus/plateau") != 0;
}

/* Called only where the numbers of settings differ. */
static void none_left_over(gi_reader *r)
{
    int64_t in_file = 0, read = 0, count = gd_safetensors_metadata_count(r->file);
    for (int64_t i = 0; i < count; i++)
        in_file += expected(r, gd_safetensors_metadata_at(r->file, i).key);
    for (const gi_string *line = r->keys; line; line = line->next)
        read += expected(r, line->text);
    for (int64_t i = 0; i < count && in_file != read && !r->failed; i++) {
        const char *key = gd_safetensors_metadata_at(r->file, i).key;
        if (expected(r, key) && !gi_was_read(r, key))
            alone(r, key, gi_joined("\"", key, "\" is in the file alone"));
    }
}

/* Settings can be compared only where the algorithm and the number of groups are the same. */
static bool comparable(gi_reader *r, gd_optimizer *o)
{
    const char *algorithm = gd_safetensors_metadata(r->file, "optimizer");
    if (!algorithm || strcmp(algorithm, o->algorithm->name) != 0)
        return gd_fail("%s: %s holds the state of %s, and not of %s", r->function, r->path,
                       algorithm ? algorithm : "no optimizer", o->algorithm->name);
    int groups = 0, saved = 0;
    while (gi_checkpoint_group(o, groups))
        groups++;
    for (const char *key = gi_lr_key(0); key && gd_safetensors_metadata(r->file, key); key = gi_lr_key(saved))
        saved++;
    return saved == groups || gd_fail("%s: %s: groups of parameters: %d in the file and %d in the optimizer",
                                      r->function, r->path, saved, groups);
}

void gi_read_settings(gi_reader *r)
{
    gd_optimizer *o = r->run->optimizer;
    if (r->failed || (o && (!gi_adopt(o) || !comparable(r, o))) || !gi_settings_visit(r->run, compare, r)) {
        r->failed = true;
        return;
    }
    none_left_over(r);
    char more[40] = "";
    if (r->refused_count > 1)
        snprintf(more, sizeof more, " (and %d more)", r->refused_count - 1);
    if (r->refused_count > 0 && !r->failed)
        gd_fail("%s: %s: %s%s; gd_checkpoint_load with .other_settings goes on all the same", r->function, r->path,
                r->refused, more);
    r->failed = r->failed || r->refused_count > 0;
}
