/* print.c - gd_program_print: the computations of a program, one a line. */
#include <inttypes.h>
#include <stdio.h>

#include "base/message.h"
#include "program.h"
#include "tensor/shape.h"

static int64_t bytes_of(const gd_tensor *t)
{
    return t ? t->numel * (int64_t)sizeof(gd_real) : 0;
}

static void print_instruction(FILE *out, int64_t number, const gi_instruction *i)
{
    int64_t bytes = bytes_of(i->y);
    fprintf(out, "%5" PRId64 "  %-28s", number, i->name);
    for (int k = 0; k < i->n; k++) {
        bytes += bytes_of(i->x[k]);
        fprintf(out, " %s", i->x[k] ? gi_text_of(i->x[k]).s : "-");
    }
    if (i->y)
        fprintf(out, " -> %s", gi_text_of(i->y).s);
    fprintf(out, "  %" PRId64 " bytes\n", bytes);
}

void gd_program_print(FILE *out, gd_program *program)
{
    if (!out || !program)
        return;
    fprintf(out, "program: function called %" PRId64 " times, of which captured %" PRId64 "; run again %" PRId64
            " times\n", program->called, program->captured, program->run_again);
    if (program->refused_by)
        fprintf(out, "cannot be captured: %s %s\n", program->refused_by, program->refused_why);
    for (int k = 0; k < program->versions; k++) {
        const gi_version *v = program->version[k];
        fprintf(out, "version %d, run again %" PRId64 " times, inputs", k + 1, v->runs);
        for (int i = 0; i < v->n; i++)
            fprintf(out, " %s", gi_text_of(v->in[i]).s);
        fprintf(out, ":\n");
        for (int64_t i = 0; i < v->count; i++)
            print_instruction(out, i + 1, &v->list[i]);
    }
}
