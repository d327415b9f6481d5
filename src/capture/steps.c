/* steps.c - what is run for the list of computations. */
#include "base/scopes.h"
#include "program.h"

static bool run_in_scope(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    const gi_instruction *i = attributes;
    if (!gi_scope_open(false) || !i->compute(y, x, i->attributes))
        return false;
    gi_scope_close();
    return true;
}

static bool run_line(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)y;
    (void)x;
    const gi_line *line = attributes;
    gi_parallel(line->n, GI_PART_ELEMENTS, line->part, (void *)(uintptr_t)line);
    return true;
}

int gi_usual_steps(const gi_instruction *i, gi_step *to)
{
    if (i->unread)
        return 0;
    for (int k = 0; k < i->lines; k++)
        to[k] = (gi_step){ i->line[k].n > GI_PART_ELEMENTS ? run_line : i->line[k].whole, NULL, NULL, &i->line[k] };
    if (i->lines)
        return i->lines;
    *to = i->allocates ? (gi_step){ run_in_scope, i->y, i->x, i } : (gi_step){ i->compute, i->y, i->x, i->attributes };
    return 1;
}

bool gi_steps_make(gi_version *v)
{
    if (!(v->steps = gi_memory_new(GI_SCOPES, (size_t)(GI_MOST_LINES * v->count + 1) * sizeof *v->steps)))
        return false;
    gi_leave_out_unread(v);
    gi_gradients_in_place(v);
    gi_slopes_with_values(v);
    for (int64_t i = 0, count; i < v->count; i += count) {
        gi_step *step = &v->steps[v->step_count];
        if (!gi_images_from(v, i, &count, step) || (!count && !gi_blocks_from(v, i, &count, step)))
            return false;
        v->step_count += count ? 1 : gi_usual_steps(&v->list[i], step);
        count = count ? count : 1;
    }
    return true;
}
