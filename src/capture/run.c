/* run.c - gd_capture and gd_run: calls the function, captures it, or runs a captured version again. */
#include <string.h>

#include "again.h"
#include "autograd/function.h"
#include "base/guest.h"
#include "base/scopes.h"
#include "program.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"

static const char guest[] = GI_GUEST("gd_run", "the function");

gd_program *gd_capture(gd_function *function, void *context)
{
    if (!function)
        return gd_fail("gd_capture: function is NULL");
    gd_program *program = gi_memory_new(GI_SCOPES, sizeof *program);
    if (program)
        *program = (gd_program){ .function = function, .context = context };
    return program;
}

void gd_program_free(gd_program *program)
{
    if (!program || !gi_given("gd_program_free", "program", program))
        return;
    if (program->running && gi_guest_runs()) {
        gd_fail("gd_program_free: the program is running");
        return;
    }
    for (int i = 0; i < program->versions; i++)
        gi_version_free(program->version[i]);
    gi_version_free(program->recording);
    if (program->last)
        gi_arena_free(program->last);
    gi_handle_free(program);
}

/* ---- Calling the function ---------------------------------------------------------------------------------------- */

static gd_tensor *call(gd_program *program, gd_function *function, gd_tensor *const inputs[], int n, void *context)
{
    const unsigned long failures = gi_failures();
    gd_tensor *y = gi_run_checked(guest, function, inputs, n, context);
    program->called++;
    if (!y && gi_failures() == failures)
        gd_fail("gd_run: the function returned NULL");
    return y;
}

static bool copy_of(gd_tensor *y, gd_tensor *const x[], const void *attributes)
{
    (void)attributes;
    gi_copy_into(y, x[0]);
    return true;
}

/* y, in memory of the program: an input is the caller's, and may not live as long as the result. */
static gd_tensor *not_an_input(gd_tensor *const inputs[], int n, gd_tensor *y)
{
    if (!y || !gi_inputs_are_base(inputs, n, y))
        return y;
    gd_tensor *copy = gi_new_like(y);
    return copy && gi_start_one("a copy of an input", copy_of, copy, y, NULL, 0) ? copy : NULL;
}

/* In a scope whose memory stays until the next run. */
static gd_tensor *as_usual(gd_program *program, gd_tensor *const inputs[], int n)
{
    if (!gi_scope_open(false))
        return NULL;
    gd_tensor *y = not_an_input(inputs, n, call(program, program->function, inputs, n, program->context));
    y = y ? gi_detached(gi_thread.scope, y) : NULL;
    program->last = gi_scope_detach();
    return y;
}

/* ---- Capturing it ------------------------------------------------------------------------------------------------ */

/* The function, while what it computes is written down.  The flag is set only inside of the guest, so that it ends with
 * it in any case. */
static gd_tensor *written_down(gd_tensor *const inputs[], int n, void *context)
{
    gd_program *program = context;
    gi_recorder *before = gi_thread.recorder;
    gi_thread.recorder = &program->recording->recorder;
    gi_thread.no_grad |= GI_CAPTURING;
    gd_tensor *y = not_an_input(inputs, n, program->function(inputs, n, program->context));
    gi_thread.no_grad &= ~GI_CAPTURING;
    gi_thread.recorder = before;
    return y;
}

/* The version that takes the place of the one not used for the longest time, if there are too many. */
static void add_version(gd_program *program, gi_version *v)
{
    int at = program->versions;
    if (at < GI_MOST_VERSIONS) {
        program->versions++;
    } else {
        at = 0;
        for (int i = 1; i < GI_MOST_VERSIONS; i++)
            if (program->version[i]->last_run < program->version[at]->last_run)
                at = i;
        gi_version_free(program->version[at]);
    }
    program->latest = NULL;
    program->version[at] = v;
}

static gd_tensor *refuse(gd_program *program, const gi_version *v)
{
    program->refused_by = v->refused_by;
    program->refused_why = v->refused_why;
    gd_notice("warning: gd_run: this step cannot be captured, and the function is called each time: %s %s",
              v->refused_by, v->refused_why);
    return v->result;
}

/* The step has memory of its own from now on: what the scope of the last one has left is given back first. */
static gd_tensor *capture(gd_program *program, gd_tensor *const inputs[], int n)
{
    gi_pool_free();
    gi_version *v = gi_version_new(inputs, n);
    if (!v)
        return NULL;
    v->no_grad = (gi_thread.no_grad & GI_NO_GRAD_DEPTH) != 0;
    if (!gi_inputs_move(v, inputs) || !gi_scope_open(false)) {
        gi_version_free(v);
        return NULL;
    }
    gi_thread.scope->captured = true;
    program->recording = v;
    gd_tensor *y = call(program, written_down, v->in, n, program);
    v->result = y ? gi_detached(&v->notes, y) : NULL;
    v->recorder.keep(&v->recorder, gi_scope_detach());
    gi_version_check(v);
    if (v->result && v->refused_by)         /* v stays for its result, until the next run */
        return refuse(program, v);
    program->recording = NULL;
    if (!v->result || !gi_steps_make(v) || !gi_share_memory(v)) {
        gi_version_free(v);
        return NULL;
    }
    gi_guards_sort(v);
    program->captured++;
    v->last_run = program->called + program->run_again;
    add_version(program, v);
    return v->result;
}

/* ---- Running a version again ------------------------------------------------------------------------------------- */

static bool start_all(const gi_version *v)
{
    for (const gi_step *s = v->steps, *end = s + v->step_count; s < end; s++)
        if (!s->compute(s->y, s->x, s->attributes))
            return false;
    return true;
}

GI_INLINE gd_tensor *run_again(gd_program *program, gi_version *v, gd_tensor *const inputs[])
{
    const int no_grad = gi_thread.no_grad, depth = gi_thread.depth;
    if (!gi_inputs_move(v, inputs))
        return NULL;
    gi_thread.no_grad = GI_IN_PASS | 1;
    program->running = true;
    const bool good = start_all(v);
    program->running = false;
    gi_thread.no_grad = no_grad;
    if (GI_UNLIKELY(!good))
        gi_scope_close_down_to(depth);
    v->runs++;
    v->last_run = program->called + ++program->run_again;
    if (v->result->base->owner->captured)
        gi_overwritten(v->result);
    program->latest = v;
    return good ? v->result : NULL;
}

/* ---- Which of them ----------------------------------------------------------------------------------------------- */

static gi_version *version_for(const gd_program *program, gd_tensor *const inputs[], int n)
{
    const bool no_grad = (gi_thread.no_grad & GI_NO_GRAD_DEPTH) != 0;
    for (int i = 0; i < program->versions; i++) {
        gi_version *v = program->version[i];
        bool same = v->no_grad == no_grad && v->n == n;
        for (int k = 0; k < n && same; k++)
            same = gi_same_layout(v->in[k], inputs[k]);
        if (same && gi_guards_hold(v))
            return v;
    }
    return NULL;
}

/* The usual case, with few questions: is the version that ran last the one for these inputs?  Else NULL. */
static inline gi_version *latest_for(const gd_program *program, gd_tensor *const inputs[], int n)
{
    if (!program || !program->latest || program->running || program->last || program->recording)
        return NULL;
    gi_version *v = program->latest;
    if ((gi_thread.no_grad & ~GI_NO_GRAD_DEPTH) || v->no_grad != (gi_thread.no_grad != 0) || v->n != n
        || !gi_thread.scope)
        return NULL;
    for (int i = 0; i < n; i++)
        if (!inputs || !inputs[i] || inputs[i]->requires_grad || !gi_same_layout(v->in[i], inputs[i]))
            return NULL;
    return gi_guards_hold(v) ? v : NULL;
}

/* Has the function been called with inputs of these shapes before?  Two shapes with one hash are captured too early,
 * which does no harm.  Hash: FNV-1a. */
static bool seen(gd_program *program, gd_tensor *const inputs[], int n)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int i = 0; i < n; i++)
        for (int k = -1; k < inputs[i]->ndim; k++) {
            hash = (hash ^ (uint64_t)(k < 0 ? inputs[i]->ndim : inputs[i]->shape[k])) * UINT64_C(1099511628211);
            hash = (hash ^ (uint64_t)(k < 0 ? 0 : inputs[i]->stride[k])) * UINT64_C(1099511628211);
        }
    for (int i = 0; i < program->seen_count && i < GI_MOST_SEEN; i++)
        if (program->seen[i] == hash)
            return true;
    program->seen[program->seen_count++ % GI_MOST_SEEN] = hash;
    return false;
}

static bool valid(gd_program *program, gd_tensor *const inputs[], int n)
{
    if (!gi_given("gd_run", "program", program))
        return false;
    if (n < 0)
        return gd_fail("gd_run: n = %d must not be negative", n);
    if (n > 0 && !gi_not_null("gd_run", "inputs", inputs))
        return false;
    for (int i = 0; i < n; i++) {
        if (!gi_given_tensor("gd_run", "one of the inputs", inputs[i]))
            return false;
        if (inputs[i]->requires_grad)
            return gd_fail("gd_run: input %d requires a gradient, which the captured step would not give it: gd_detach "
                           "it, or let the function take it from context", i);
    }
    if (!gi_all_alive("gd_run", "inputs", inputs, n))
        return false;
    if (program->running && gi_guest_runs())
        return gd_fail("gd_run: the program is running already");
    return true;
}

static bool lies_in(const gd_arena *arena, gd_tensor *const inputs[], int n)
{
    for (int i = 0; i < n; i++)
        if (inputs[i]->base->owner == arena)
            return true;
    return false;
}

gd_tensor *gd_run(gd_program *program, gd_tensor *const inputs[], int n)
{
    /* debug builds ask first whether everything is alive */
    gi_version *usual = GI_QUARANTINES ? NULL : latest_for(program, inputs, n);
    if (GI_LIKELY(usual != NULL))
        return run_again(program, usual, inputs);
    if (!valid(program, inputs, n))
        return NULL;
    gi_current_scope();
    if (gi_capturing())                     /* a part of another program */
        return program->function(inputs, n, program->context);
    gd_arena *last = program->last;         /* memory of the last result: it may be an input */
    gi_version *recording = program->recording;         /* the same, or the function was left by longjmp */
    program->last = NULL;
    program->recording = NULL;
    if (last && !lies_in(last, inputs, n)) {
        gi_arena_free(last);
        last = NULL;
    }
    program->running = true;
    const bool looks = gi_thread.no_grad & GI_ANOMALY;          /* at each operation as it is recorded */
    gi_version *v = looks ? NULL : version_for(program, inputs, n);
    gd_tensor *y;
    if (v)
        y = run_again(program, v, inputs);
    else if (!looks && !program->refused_by && seen(program, inputs, n))
        y = capture(program, inputs, n);
    else
        y = as_usual(program, inputs, n);
    program->running = false;
    if (last)
        gi_arena_free(last);
    gi_version_free(recording);
    return y;
}
