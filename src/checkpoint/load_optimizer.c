/* load_optimizer.c - reading and checking the state of an optimizer. */
#include <inttypes.h>
#include <stdio.h>

#include "checkpoint.h"
#include "gradus/tensor.h"
#include "optim/state.h"
#include "tensor/shape.h"

/* ---- State -------------------------------------------------------------------------------------------------- */

static bool in_file(const gi_reader *r, const char *key)
{
    return gd_safetensors_find(r->file, key) >= 0;
}

static gd_tensor *read_shaped(gi_reader *r, const char *key, gd_shape shape)
{
    gd_tensor *t = gi_read_tensor(r, key, NULL);
    if (!t || gi_has_shape(t, shape))
        return t;
    r->failed = true;
    return gd_fail("%s: %s: \"%s\" is %s in the file and %s in the model", r->function, r->path, key,
                   gi_text_of(t).s, gi_shape_text(shape.ndim, shape.size).s);
}

/* A state that the options do not require is skipped where other options are permitted, or where this run has it too,
 * from earlier options. */
static gd_tensor *read_state(gi_reader *r, const gd_optimizer *o, const struct gi_slot *slot, int k, const char *key)
{
    if (o->algorithm->step && gi_keeps(o->algorithm, slot->group->options, k))
        return gi_read_tensor(r, key, NULL);
    gd_shape shape = { .ndim = -1 };
    if (!o->algorithm->step && !gi_state_shape(o->algorithm, slot->group->options, k, slot->w, &shape)) {
        r->failed = true;
        return NULL;
    }
    if (shape.ndim >= 0)
        return read_shaped(r, key, shape);
    if (r->options.other_settings || slot->state[k])
        r->seen[gd_safetensors_find(r->file, key)] = true;
    else if (!gd_fail("%s: %s: \"%s\" is a state that the options of %s do not keep", r->function, r->path, key,
                      o->algorithm->name))
        r->failed = true;
    return NULL;
}

/* All states that the options require, or none before the first gradient.  Format 1 lacks those that options have
 * required only since the last step. */
static bool complete(gi_reader *r, const gd_optimizer *o, const struct gi_slot *slot, const char *owner, double step,
                     gd_tensor *const state[])
{
    const gd_algorithm *a = o->algorithm;
    bool begun = step > 0;
    for (int k = 0; k < GD_MAX_STATES; k++)
        begun = begun || state[k];
    if (a->step || !begun || r->options.other_settings || (r->first_format && a->keeps))
        return true;
    gd_shape shape;
    for (int k = 0; k < GD_MAX_STATES && a->states[k]; k++)
        if (!state[k] && gi_state_shape(a, slot->group->options, k, slot->w, &shape) && shape.ndim >= 0)
            return gd_fail("%s: %s has no tensor \"%s\", a state that the options of %s keep; gd_checkpoint_load with "
                           ".other_settings starts it anew", r->function, r->path,
                           gi_checkpoint_key(owner, a->states[k]), a->name);
    return true;
}

static void change_slot(gi_reader *r, struct gi_slot *slot, int numbers, const double number[],
                        gd_tensor *const state[])
{
    for (int k = 0; k < numbers; k++) {
        gi_change *c = gi_new_change(r);
        if (c) {
            c->number = &slot->number[k];
            c->value = number[k];
        }
    }
    for (int k = 0; k < GD_MAX_STATES; k++) {
        gi_change *c = gi_new_change(r);
        if (c) {
            c->slot = slot;
            c->k = k;
            c->from = state[k];
        }
    }
}

/* The name of a parameter under which its state is in the file: that of a tied parameter may be any of its names. */
static const char *owner_in_file(const gi_reader *r, const gd_params *p, const gd_tensor *w)
{
    for (int k = -1; k < p->tied_count; k++) {
        const char *name = gi_tied_name(p, w, k), *key = name ? gi_checkpoint_key(name, "step") : NULL;
        if (key && gd_safetensors_metadata(r->file, key))
            return name;
    }
    return w->name;
}

/* w: the parameter's elements in the file; NULL where they are not known, and for shared state. */
static void read_slot(gi_reader *r, gd_optimizer *o, struct gi_slot *slot, const char *owner, const gd_real *w)
{
    const gd_algorithm *a = o->algorithm;
    double number[1 + GD_MAX_NUMBERS] = { 0 };
    gd_tensor *state[GD_MAX_STATES] = { NULL };
    int numbers = 1;
    gi_read_number(r, gi_checkpoint_key(owner, "step"), &number[0]);
    for (; numbers <= GD_MAX_NUMBERS && a->numbers[numbers - 1]; numbers++)
        gi_read_number(r, gi_checkpoint_key(owner, a->numbers[numbers - 1]), &number[numbers]);
    for (int k = 0; k < GD_MAX_STATES && a->states[k] && !r->failed; k++) {
        const char *key = gi_checkpoint_key(owner, a->states[k]);
        r->failed = !key;
        if (key && in_file(r, key))
            state[k] = read_state(r, o, slot, k, key);
    }
    if (r->failed)
        return;
    const char *file = gi_read_where(r);
    const char *where = *owner ? gi_joined(gi_joined(file, ": \"", owner), "\"", "") : file;
    gd_kept kept = { .n = slot->w ? slot->w->numel : gi_all_elements(o), .step = number[0], .steps = (double)r->steps,
                     .w = w, .number = number + 1, .state = state, .options = slot->group->options };
    if (!where || !gi_check_kept(where, a, &kept) || !complete(r, o, slot, owner, number[0], state))
        r->failed = true;
    change_slot(r, slot, numbers, number, state);
}

/* ---- The optimizer ------------------------------------------------------------------------------------------ */

static void read_learning_rates(gi_reader *r, const char *where, gd_optimizer *o)
{
    gd_group *group;
    for (int k = 0; (group = gi_checkpoint_group(o, k)) && !r->failed; k++) {
        double lr;
        gi_change *c = gi_read_number(r, gi_lr_key(k), &lr) ? gi_new_change(r) : NULL;
        if (c) {
            c->number = &group->lr;
            c->value = lr;
            r->failed = !gi_check_lr(where, k, lr);
        }
    }
}

/* Every state of the generator is valid except all zeros, which yields zeros for ever. */
static void read_random(gi_reader *r)
{
    if (gi_read_words(r, "random", r->random, 4) &&
        (r->random[0] | r->random[1] | r->random[2] | r->random[3]) == 0) {
        gd_fail("%s: %s: \"random\" is 0, which is no state of the generator", r->function, r->path);
        r->failed = true;
    }
}

void gi_read_optimizer(gi_reader *r)
{
    gd_optimizer *o = r->run->optimizer;
    if (r->failed || !o)
        return;
    const char *where = gi_read_where(r);
    if (!where || !gi_read_words(r, "optimizer/steps", &r->steps, 1) || !gi_check_steps(where, (double)r->steps)) {
        r->failed = true;
        return;
    }
    read_random(r);
    read_learning_rates(r, where, o);
    if (o->algorithm->step)
        read_slot(r, o, o->inside->all, "", NULL);
    for (int i = 0; i < o->inside->count && !o->algorithm->step && !r->failed; i++) {
        struct gi_slot *slot = o->inside->slots[i];
        const gd_tensor *w = o->params == r->run->params && slot ? r->values[i] : NULL;
        if (slot)
            read_slot(r, o, slot, owner_in_file(r, o->params, slot->w), w ? w->data : NULL);
    }
}
