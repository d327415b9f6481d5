/* print.c - gd_program_print: the computations of a program, one a line. */
#include <inttypes.h>
#include <stdio.h>

#include "base/message.h"
#include "program.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

static int64_t bytes_of(const gd_tensor *t)
{
    return t ? t->numel * (int64_t)sizeof(gd_real) : 0;
}

/* See slopes.c. */
static bool leaves_slope(const gi_instruction *i)
{
    return i->lines == 1 && i->line->changes_x;
}

static int64_t bytes_moved(const gi_instruction *i)
{
    int64_t bytes = bytes_of(i->y);
    if (i->in_place || i->unread)
        return 0;
    for (int k = 0; k < i->n; k++)
        bytes += bytes_of(i->x[k]);
    return bytes + (leaves_slope(i) ? bytes_of(i->x[0]) : 0);
}

/* Rules read dy, which comes first, and the inputs of their operation. */
static void print_instruction(FILE *out, int64_t number, const gi_instruction *i)
{
    fprintf(out, "%6" PRId64 "  %s%s", number, i->formula ? "rule of " : "", i->name);
    for (int k = 0; k < i->n; k++)
        fprintf(out, "%s %s", i->formula && k == 0 ? ": dy" : i->formula && k == 1 ? ", x" : "",
                i->x[k] ? gi_text_of(i->x[k]).s : "-");
    if (i->y)
        fprintf(out, " -> %s", gi_text_of(i->y).s);
    if (i->formula)
        fprintf(out, ";  %s", i->formula);
    if (i->unread)
        fprintf(out, "  (left out: nobody reads it)\n");
    else if (i->in_place)
        fprintf(out, "  (in place)\n");
    else
        fprintf(out, "  (%" PRId64 " bytes%s)\n", bytes_moved(i), leaves_slope(i) ? ", x becomes the slope" : "");
}

/* Which computations are run together: see blocks.c and images.c. */
static void print_blocks(FILE *out, const gi_version *v)
{
    for (int64_t i = 0, to; i < v->count; i = to + 1) {
        to = i;
        while (v->list[i].block && to + 1 < v->count && v->list[to + 1].block == v->list[i].block)
            to++;
        if (to > i)
            fprintf(out, "computations %" PRId64 " to %" PRId64 " are run together, in %s\n", i + 1, to + 1,
                    v->list[i].images ? "groups of images" : "blocks");
    }
}

/* The results of a version, and in how many places in memory they lie; gi_version_check has sorted them. */
static void print_version(FILE *out, int number, const gi_version *v)
{
    int64_t bytes = 0, places = v->written_count > 0;
    for (int64_t i = 0; i < v->count; i++)
        bytes += bytes_moved(&v->list[i]);
    for (int64_t i = 1; i < v->written_count; i++)
        places += v->written[i] != v->written[i - 1];
    fprintf(out, "version %d, run again %" PRId64 " times, inputs", number, v->runs);
    for (int i = 0; i < v->n; i++)
        fprintf(out, " %s", gi_text_of(v->in[i]).s);
    fprintf(out, ": %" PRId64 " computations, %" PRId64 " bytes read or written, %" PRId64 " results in %" PRId64
            " places", v->count, bytes, v->written_count, places);
    if (v->shared_bytes)
        fprintf(out, ", which share memory: %" PRId64 " bytes less", v->shared_bytes);
    fprintf(out, "\n");
    for (int64_t i = 0; i < v->count; i++)
        print_instruction(out, i + 1, &v->list[i]);
    print_blocks(out, v);
}

void gd_program_print(FILE *out, gd_program *program)
{
    if (!out || !program || !gi_not_freed("gd_program_print", "program", program))
        return;
    fprintf(out, "program: function called %" PRId64 " times, of which captured %" PRId64 "; run again %" PRId64
            " times\n", program->called, program->captured, program->run_again);
    if (program->refused_by)
        fprintf(out, "cannot be captured: %s %s\n", program->refused_by, program->refused_why);
    for (int k = 0; k < program->versions; k++)
        print_version(out, k + 1, program->version[k]);
}
