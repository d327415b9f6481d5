/* settings.c - what the program sets for a run: options, schedules, groups, the loader's options.  A checkpoint holds
 * them so that resuming with others is detected.  Their keys:
 *
 *     gradus/real                         the size of gd_real
 *     gradus/option/K/OPTION              of group K; lr as the program set it initially (the current one is
 *                                         "optimizer/lr/K", which belongs to the run)
 *     gradus/schedule/K/NUMBER            of group K
 *     gradus/group/NAME                   the group of a parameter, where there is more than one
 *     gradus/loader/..                    rows, batch, shuffle, seed, drop_last
 *     gradus/ema/decay
 *     gradus/plateau/..                   factor, threshold, min_lr, patience, cooldown, absolute */
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "checkpoint.h"
#include "data/loader.h"
#include "gradus/tensor.h"
#include "text/format.h"

typedef struct visit {
    gi_setting_visitor *visitor;
    void               *context;
    bool                failed;
} visit;

/* low, high: its range. */
static void whole(visit *v, const char *key, const char *label, uint64_t number, double low, double high)
{
    v->failed = v->failed || !key || !label;
    if (!v->failed)
        v->visitor(v->context, &(gi_setting){ key, label, GI_SETTING_WHOLE, number, { label, true, "[]", low, high } });
}

static void real(visit *v, const char *key, const char *label, double number, gd_range range)
{
    gi_setting setting = { key, label, GI_SETTING_REAL, 0, range };
    memcpy(&setting.bits, &number, sizeof number);
    v->failed = v->failed || !key || !label;
    if (!v->failed)
        v->visitor(v->context, &setting);
}

/* ---- Options and schedules of a group ------------------------------------------------------------------------- */

typedef struct numbered { char s[16]; } numbered;

static numbered text_of(int k)
{
    numbered text;
    snprintf(text.s, sizeof text.s, "%d", k);
    return text;
}

static const char *of_group(const char *what, int k)
{
    return gi_joined(what, " of group ", text_of(k).s);
}

static void visit_options(visit *v, const gd_group *group, int k)
{
    const char *folder = gi_joined("gradus/option/", text_of(k).s, "/");
    real(v, gi_joined(folder, "lr", ""), gi_joined("the lr that group ", text_of(k).s, " was made with"),
         *(const double *)group->options, (gd_range){ "lr", false, "[]", 0, GI_REAL_MAX });
    for (const gd_option *f = group->optimizer->algorithm->options; f && f->name; f++)
        if (strcmp(f->name, "lr") != 0)
            real(v, gi_joined(folder, f->name, ""), of_group(f->name, k), gd_group_get(group, f->name),
                 (gd_range){ f->name, f->kind != GD_OPTION_REAL, f->interval, f->low, f->high });
}

static void visit_schedule(visit *v, const gd_schedule *s, int k)
{
    const char *folder = gi_joined("gradus/schedule/", text_of(k).s, "/");
    const gi_schedule_number a = gi_schedule_number_of(s, 'a'), b = gi_schedule_number_of(s, 'b'),
                             c = gi_schedule_number_of(s, 'c');
    const struct { const char *key, *name; double number; } numbers[] = {
        { "base", "base", s->base }, { "final", "final", s->final }, { "a", a.name, a.value }, { "b", b.name, b.value },
        { "c", c.name, c.value }, { "steps", "steps", s->steps }, { "warmup", "warmup", s->warmup },
        { "warmup_from", "warmup_from", s->warmup_from }, { "period", "period", s->period },
        { "growth", "growth", s->growth }, { "count", "count", s->count }
    };
    const char *kind = gi_joined(folder, "kind", "");
    v->failed = v->failed || !kind;
    if (v->failed)
        return;
    const gd_range kinds = { "schedule", true, "[]", 0, GI_MOST_SCHEDULE };
    v->visitor(v->context, &(gi_setting){ kind, of_group("the schedule", k), GI_SETTING_SCHEDULE, (uint64_t)s->kind,
                                          kinds });
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && s->kind; i++)
        real(v, gi_joined(folder, numbers[i].key, ""),
             gi_joined("the number ", numbers[i].name, of_group(" of the schedule", k)),
             numbers[i].number, (gd_range)GI_FINITE(numbers[i].key));
    for (int i = 0; i < GD_MAX_MILESTONES && i < s->count && s->kind; i++)
        real(v, gi_joined(folder, "milestone", text_of(i).s), of_group("a milestone of the schedule", k),
             s->milestone[i], (gd_range)GI_FINITE("milestone"));
}

static void visit_groups(visit *v, gd_optimizer *o)
{
    gd_group *group;
    int groups = 0;
    whole(v, "gradus/real", "the size of gd_real", sizeof(gd_real), sizeof(float), sizeof(double));
    for (int k = 0; (group = gi_checkpoint_group(o, k)); k++, groups++) {
        visit_options(v, group, k);
        visit_schedule(v, &group->schedule, k);
    }
    for (int i = 0; i < o->inside->count && o->first.next; i++) {
        uint64_t k = 0;
        if (!o->inside->slots[i])
            continue;
        for (const gd_group *g = &o->first; g != o->inside->slots[i]->group; g = g->next)
            k++;
        const char *name = o->inside->slots[i]->w->name;
        whole(v, gi_joined("gradus/group/", name, ""), gi_joined("the group of \"", name, "\""), k, 0,
              groups - 1);
    }
}

/* ---- Other settings ------------------------------------------------------------------------------------------- */

static void visit_loader(visit *v, const gd_loader *loader)
{
    int64_t rows;
    gd_loader_options o = gi_loader_setup(loader, &rows);
    whole(v, "gradus/loader/rows", "the number of rows of the loader", (uint64_t)rows, 1, 0x1p63);
    whole(v, "gradus/loader/batch", "batch of the loader", (uint64_t)o.batch, 1, 0x1p63);
    whole(v, "gradus/loader/shuffle", "shuffle of the loader", o.shuffle, 0, 1);
    whole(v, "gradus/loader/seed", "seed of the loader", o.seed, 0, 0x1p64);
    whole(v, "gradus/loader/drop_last", "drop_last of the loader", o.drop_last, 0, 1);
}

static void visit_plateau(visit *v, const gd_plateau_options *o)
{
    const gd_range not_negative = { "", false, "[)", 0, INFINITY }, count = { "", true, "[]", 0, INT_MAX };
    real(v, "gradus/plateau/factor", "factor of the plateau", o->factor, not_negative);
    real(v, "gradus/plateau/threshold", "threshold of the plateau", o->threshold, not_negative);
    real(v, "gradus/plateau/min_lr", "min_lr of the plateau", o->min_lr, not_negative);
    real(v, "gradus/plateau/patience", "patience of the plateau", o->patience, count);
    real(v, "gradus/plateau/cooldown", "cooldown of the plateau", o->cooldown, count);
    real(v, "gradus/plateau/absolute", "absolute of the plateau", o->absolute, (gd_range){ "", true, "[]", 0, 1 });
}

bool gi_settings_visit(const gd_training_run *run, gi_setting_visitor *visitor, void *context)
{
    visit v = { visitor, context, false };
    if (run->optimizer)
        visit_groups(&v, run->optimizer);
    if (run->loader)
        visit_loader(&v, run->loader);
    if (run->ema)
        real(&v, "gradus/ema/decay", "decay of the averages", run->ema->decay, (gd_range){ "", false, "[)", 0, 1 });
    if (run->plateau)
        visit_plateau(&v, &run->plateau->options);
    return !v.failed;
}

gi_text gi_setting_text(const gi_setting *setting, uint64_t bits, bool exact)
{
    gi_text text;
    double number;
    memcpy(&number, &bits, sizeof number);
    if (setting->kind == GI_SETTING_WHOLE)
        snprintf(text.s, sizeof text.s, "%" PRIu64, bits);
    else if (setting->kind == GI_SETTING_SCHEDULE)
        snprintf(text.s, sizeof text.s, "%s", gi_schedule_name(bits));
    else
        gi_format(text.s, sizeof text.s, exact ? "%.17g" : "%g", number);
    return text;
}

bool gi_check_setting(const char *where, const gi_setting *setting, uint64_t bits)
{
    const gd_range *r = &setting->range;
    double number;
    memcpy(&number, &bits, sizeof number);
    if (gi_within(setting->kind == GI_SETTING_REAL ? number : (double)bits, r))
        return true;
    return gd_fail("%s: %s = %s must %slie in %c%g, %g%c", where, setting->label,
                   gi_setting_text(setting, bits, false).s, r->whole ? "be a whole number and " : "", r->interval[0],
                   r->low, r->high, r->interval[1]);
}
