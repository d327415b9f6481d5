/* anomaly.c - gd_detect_anomaly: which operation, or rule of one, was the first to produce a NaN or an infinity.
 *
 * When it is off, it costs operations nothing: the flag is a bit of gi_thread.no_grad, which every operation compares
 * with 0 anyway (thread_state.h).  The backward pass tests it once for each node. */
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>

#include "anomaly.h"

#include "base/thread_state.h"
#include "gradus/tensor.h"
#include "tensor/shape.h"
#include "text/format.h"

void gd_detect_anomaly(bool on)
{
    gi_thread.no_grad = (gi_thread.no_grad & ~GI_ANOMALY) | (on ? GI_ANOMALY : 0);
}

/* ---- Looking at the elements of any view ------------------------------------------------------------------------ */

static double element(const gd_tensor *t, int64_t k)
{
    int64_t offset = 0;
    for (int i = t->ndim - 1; i >= 0; i--) {
        offset += k % t->shape[i] * t->stride[i];
        k /= t->shape[i];
    }
    return (double)t->data[offset];
}

/* The first NaN, else the first infinity, of t in row-major order; -1 when all elements are finite. */
static int64_t first_bad(const gd_tensor *t)
{
    int64_t infinite = -1;
    for (int64_t k = 0; k < t->numel; k++) {
        double value = t->contiguous ? (double)t->data[k] : element(t, k);
        if (isnan(value))
            return k;
        if (isinf(value) && infinite < 0)
            infinite = k;
    }
    return infinite;
}

static bool has_nan(const gd_tensor *t)
{
    int64_t k = t ? first_bad(t) : -1;
    return k >= 0 && isnan(element(t, k));
}

/* ---- Messages --------------------------------------------------------------------------------------------------- */

typedef struct words {
    char   s[700];
    size_t used;
} words;

static void add(words *w, const char *format, ...) GD_FORMAT(2, 3);

/* "; x is [3] ("w"), the result of gd_sub, there -1", or "with nan at element 2": what t has to do with element k of
 * a tensor like y. */
static void tell(words *w, const char *what, int i, const gd_tensor *t, const gd_tensor *y, int64_t k)
{
    add(w, "; %s", what);
    if (i >= 0)
        add(w, " %d", i);
    add(w, " is %s", gi_text_of(t).s);
    if (t->node)
        add(w, ", the result of %s", t->node->op->name);
    int64_t bad = first_bad(t);
    if (gi_same_shape(t, y))
        add(w, ", there %g", element(t, k));
    else if (bad >= 0)
        add(w, ", with %g at element %" PRId64, element(t, bad), bad);
    else
        add(w, ", all finite");
}

static void add(words *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int more = gi_vformat(w->s + w->used, sizeof w->s - w->used, format, arguments);
    va_end(arguments);
    if (more > 0)
        w->used += (size_t)more;
    if (w->used >= sizeof w->s)
        w->used = sizeof w->s - 1;
}

enum { TOLD = 4 };                          /* inputs in a message */

/* An infinity is accepted where an input has one: attention masks consist of them. */
bool gi_finite_result(const gd_op *op, const gd_tensor *y, gd_tensor *const inputs[], int n)
{
    int64_t k = first_bad(y);
    if (k < 0)
        return true;
    for (int i = 0; i < n && !isnan(element(y, k)); i++)
        if (inputs[i] && first_bad(inputs[i]) >= 0 && !has_nan(inputs[i]))
            return true;
    words w = { "", 0 };
    for (int i = 0; i < n && i < TOLD; i++)
        if (inputs[i])
            tell(&w, "input", i, inputs[i], y, k);
    return gd_fail("%s: element %" PRId64 " of the result, %s, is %g (gd_detect_anomaly)%s", op->name, k,
                   gi_text_of(y).s, element(y, k), w.s);
}

bool gi_finite_gradient(const char *function, const gd_node *node)
{
    const gd_tensor *dy = node->out->slot;
    for (int i = 0; i < node->n; i++) {
        const gd_tensor *x = node->in[i], *dx = x && gi_needs(node, i) ? x->slot : NULL;
        int64_t k = dx ? first_bad(dx) : -1;
        if (k < 0)
            continue;
        words w = { "", 0 };
        for (int j = 0; j < node->n && j < TOLD; j++)
            if (node->in[j])
                tell(&w, "input", j, node->in[j], dx, k);
        tell(&w, "the result", -1, node->out, dx, k);
        tell(&w, "dy", -1, dy, dx, k);
        return gd_fail("%s: the gradient of input %d of %s is %g at element %" PRId64 " (gd_detect_anomaly)%s",
                       function, i, node->op->name, element(dx, k), k, w.s);
    }
    return true;
}
