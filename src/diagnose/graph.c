/* graph.c - printing a recorded graph: gd_graph_print as text, gd_graph_dot for Graphviz. */
#include <inttypes.h>
#include <stdio.h>

#include "autograd/dead_graph.h"
#include "autograd/node.h"
#include "base/message.h"
#include "gradus/tensor.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"
#include "visit.h"

typedef struct printer {
    FILE *out;
    int   nodes;                            /* printed so far */
} printer;

static gi_text shape_of(const gd_tensor *t)
{
    return gi_shape_text(t->ndim, t->shape);
}

static const char *label(const gd_tensor *t)
{
    return t->name ? t->name : t->node ? "result" : t->requires_grad ? "leaf" : "constant";
}

static void tell(void *context, const gd_node *node)
{
    printer *p = context;
    fprintf(p->out, "%3d. %s(", ++p->nodes, node->op->name);
    for (int i = 0; i < node->n; i++)
        fprintf(p->out, "%s%s %s", i ? ", " : "", node->in[i] ? label(node->in[i]) : "nothing",
                node->in[i] ? shape_of(node->in[i]).s : "");
    fprintf(p->out, ") -> %s %s\n     dy %s arrives;  %s\n", label(node->out), shape_of(node->out).s,
            shape_of(node->out).s,
            !node->op->rule ? "no derivative: backward stops here with a message"
            : node->op->formula ? node->op->formula : "dx by the operation's own rule");
    for (int i = 0; i < node->n; i++)
        if (node->in[i] && node->in[i]->requires_grad && !node->in[i]->node)
            fprintf(p->out, "     -> grad of %s %s\n", label(node->in[i]), shape_of(node->in[i]).s);
}

void gd_graph_print(FILE *out, gd_tensor *y)
{
    if (!out || !gi_given("gd_graph_print", "y", y) || !gi_alive("gd_graph_print", "y", y)
        || !gi_graph_alive("gd_graph_print", y))
        return;
    if (!y->requires_grad) {
        fprintf(out, "%s %s does not depend on anything that requires a gradient\n", label(y), shape_of(y).s);
        return;
    }
    fprintf(out, "backward from %s %s, dy = 1:\n", label(y), shape_of(y).s);
    printer p = { out, 0 };
    gi_visit_nodes(y, tell, &p);
}

/* ---- Graphviz -------------------------------------------------------------------------------------------- */

/* A name in double quotes: what would end the quotes, or begin an escape, is left out. */
static void print_quoted(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text != '"' && *text != '\\')
            fputc(*text, out);
}

static void draw(void *context, const gd_node *node)
{
    printer *p = context;
    fprintf(p->out, "    \"%p\" [label=\"%s\\n%s\"];\n", (void *)node->out, node->op->name,
            shape_of(node->out).s);
    for (int i = 0; i < node->n; i++) {
        gd_tensor *x = node->in[i];
        if (!x)
            continue;
        if (!x->node) {
            fprintf(p->out, "    \"%p\" [shape=box, style=\"%s\", label=\"", (void *)x,
                    x->requires_grad ? "rounded,bold" : "rounded,dashed");
            print_quoted(p->out, label(x));
            fprintf(p->out, "\\n%s\"];\n", shape_of(x).s);
        }
        fprintf(p->out, "    \"%p\" -> \"%p\";\n", (void *)x, (void *)node->out);
    }
}

void gd_graph_dot(FILE *out, gd_tensor *y)
{
    if (!out || !gi_given("gd_graph_dot", "y", y) || !gi_alive("gd_graph_dot", "y", y)
        || !gi_graph_alive("gd_graph_dot", y))
        return;
    fprintf(out, "digraph gradus {\n    node [shape=ellipse, fontname=\"sans-serif\"];\n");
    printer p = { out, 0 };
    gi_visit_nodes(y, draw, &p);
    fprintf(out, "}\n");
}
