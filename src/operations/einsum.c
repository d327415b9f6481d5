/* einsum.c - sums of products by an equation: "ij,jk->ik".
 *
 * Each operand is a term: a tensor and a label for each of its axes.  Two terms become one as a batch of matrix
 * products: axes that both have and that are kept are the batch, those that both have and nobody needs any more are
 * summed over.  All of it is made of operations of the library, which know their gradients. */
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "autograd/record.h"
#include "base/message.h"
#include "gradus/linalg.h"
#include "gradus/operations.h"
#include "linalg.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/shape.h"

/* Labels: 0 .. 25 for A .. Z, 26 .. 51 for a .. z, so that they are in alphabetical order of the character set; and
 * 52 .. for the axes of "...", counted from its last one. */
enum { LETTERS = 52, LABELS = LETTERS + GD_MAX_DIMS };

typedef struct term {
    gd_tensor *t;
    int        n;
    int        label[GD_MAX_DIMS];
} term;

typedef struct equation {
    const char *text;
    const char *at;                         /* where it is read */
    int64_t     size[LABELS];               /* 0: not seen; n + 1: axes of n elements */
    int         count[LABELS];              /* how often it occurs in operands */
    int         dots;                       /* axes of the longest "..." */
    term        result;                     /* without a tensor */
} equation;

static bool wrong(const equation *e, const char *what)
{
    return gd_fail("gd_einsum: \"%s\": %s", e->text, what);
}

static int label_of(char c)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    const char *at = c ? strchr(letters, c) : NULL;
    return at ? (int)(at - letters) : -1;
}

static gi_text name_of(int label)
{
    gi_text text = { "an axis of ..." };
    if (label < LETTERS)
        snprintf(text.s, sizeof text.s, "%c", label < 26 ? 'A' + label : 'a' + label - 26);
    return text;
}

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

/* The labels of one term, up to a comma, an arrow or the end; dots axes stand for "...". */
static bool read_labels(equation *e, term *t, int dots, bool *had_dots)
{
    t->n = 0;
    *had_dots = false;
    for (; *e->at && *e->at != ',' && *e->at != '-'; e->at++) {
        const int label = label_of(*e->at);
        if (*e->at == ' ')
            continue;
        if (strncmp(e->at, "...", 3) == 0 && !*had_dots) {
            *had_dots = true;
            e->at += 2;
            for (int i = dots - 1; i >= 0; i--) {
                if (t->n == GD_MAX_DIMS)
                    return wrong(e, "a term has more axes than a tensor can have");
                t->label[t->n++] = LETTERS + i;
            }
        } else if (label < 0) {
            return gd_fail("gd_einsum: \"%s\": '%c' is no letter, and no place for it", e->text, *e->at);
        } else if (t->n == GD_MAX_DIMS) {
            return wrong(e, "a term has more axes than a tensor can have");
        } else {
            t->label[t->n++] = label;
        }
    }
    return true;
}

static bool note_sizes(equation *e, const term *t, int operand)
{
    for (int i = 0; i < t->n; i++) {
        const int label = t->label[i];
        const int64_t size = t->t->shape[i];
        for (int j = 0; j < i; j++)
            if (t->label[j] == label && t->t->shape[j] != size)
                return gd_fail("gd_einsum: \"%s\": %s is both %" PRId64 " and %" PRId64 " in operand %d, %s", e->text,
                               name_of(label).s, t->t->shape[j], size, operand, gi_text_of(t->t).s);
        e->count[label]++;
        if (e->size[label] == 0 || e->size[label] == 1 + 1)
            e->size[label] = size + 1;
        else if (size != 1 && size + 1 != e->size[label])
            return gd_fail("gd_einsum: \"%s\": %s is %" PRId64 " in operand %d, %s, and %" PRId64 " before", e->text,
                           name_of(label).s, size, operand, gi_text_of(t->t).s, e->size[label] - 1);
    }
    return true;
}

/* One operand; its "..." has the axes that no letter names. */
static bool read_operand(equation *e, gd_tensor *x, int operand, term *t)
{
    bool had_dots;
    const char *start = e->at;
    if (!read_labels(e, t, 0, &had_dots))
        return false;
    if (x->ndim < t->n || (x->ndim > t->n && !had_dots))
        return gd_fail("gd_einsum: \"%s\": operand %d is %s, with %d axes; the equation names %d", e->text, operand,
                       gi_text_of(x).s, x->ndim, t->n);
    const int dots = x->ndim - t->n;
    e->at = start;
    if (dots > e->dots)
        e->dots = dots;
    t->t = x;
    return read_labels(e, t, dots, &had_dots) && note_sizes(e, t, operand);
}

static void implicit_result(equation *e)
{
    e->result.n = 0;
    for (int i = e->dots - 1; i >= 0; i--)
        e->result.label[e->result.n++] = LETTERS + i;
    for (int i = 0; i < LETTERS && e->result.n < GD_MAX_DIMS; i++)
        if (e->count[i] == 1)
            e->result.label[e->result.n++] = i;
}

static bool read_result(equation *e)
{
    bool had_dots;
    if (!*e->at) {
        int once = e->dots;
        for (int i = 0; i < LETTERS; i++)
            once += e->count[i] == 1;
        implicit_result(e);
        return once <= GD_MAX_DIMS || wrong(e, "the result has more axes than a tensor can have");
    }
    if (e->at[0] != '-' || e->at[1] != '>')
        return wrong(e, *e->at == ',' ? "it has more operands than there are" : "a '-' is no arrow \"->\"");
    e->at += 2;
    if (!read_labels(e, &e->result, e->dots, &had_dots))
        return false;
    if (*e->at)
        return wrong(e, "there is something behind the result");
    for (int i = 0; i < e->result.n; i++) {
        if (e->count[e->result.label[i]] == 0)
            return gd_fail("gd_einsum: \"%s\": the result has %s, and no operand has it", e->text,
                           name_of(e->result.label[i]).s);
        for (int j = 0; j < i; j++)
            if (e->result.label[i] == e->result.label[j])
                return gd_fail("gd_einsum: \"%s\": the result has %s twice", e->text, name_of(e->result.label[i]).s);
    }
    return true;
}

/* ---- One term --------------------------------------------------------------------------------------------------- */

static int place_of(const term *t, int label)
{
    for (int i = 0; i < t->n; i++)
        if (t->label[i] == label)
            return i;
    return -1;
}

static void drop(term *t, int at)
{
    for (int i = at; i + 1 < t->n; i++)
        t->label[i] = t->label[i + 1];
    t->n--;
}

/* Axes i < j run together: the last two of a permutation, seen as one of n n elements, of which every (n + 1)-th is
 * taken. */
static bool take_diagonal(term *t, int i, int j)
{
    gd_shape axes = GD_SHAPE(), flat = GD_SHAPE();
    const int64_t n = t->t->shape[i];
    for (int k = 0; k < t->n; k++)
        if (k != i && k != j) {
            axes.size[axes.ndim++] = k;
            flat.size[flat.ndim++] = t->t->shape[k];
        }
    axes.size[axes.ndim++] = i;
    axes.size[axes.ndim++] = j;
    flat.size[flat.ndim++] = n * n;
    t->t = gd_slice(gd_reshape(gd_permute(t->t, axes), flat), -1, 0, n * n, n + 1);
    const int label = t->label[i];
    drop(t, j);
    drop(t, i);
    t->label[t->n++] = label;
    return t->t;
}

/* Every label once, and no axis of size 1 where its label has another size: the others supply it. */
static bool simplify(const equation *e, term *t)
{
    for (int i = t->n - 1; i >= 0; i--)
        if (t->t->shape[i] == 1 && e->size[t->label[i]] != 1 + 1) {
            if (!(t->t = gd_squeeze(t->t, i)))
                return false;
            drop(t, i);
        }
    for (int i = 0; i < t->n; i++)
        for (int j = i + 1; j < t->n; j++)
            if (t->label[i] == t->label[j]) {
                if (!take_diagonal(t, i, j))
                    return false;
                i = -1;
                break;
            }
    return true;
}

/* Sums over the labels that are not kept. */
static bool sum_out(term *t, const bool keep[LABELS])
{
    gd_shape axes = GD_SHAPE();
    for (int i = 0; i < t->n; i++)
        if (!keep[t->label[i]])
            axes.size[axes.ndim++] = i;
    if (axes.ndim == 0)
        return true;
    t->t = gd_sum_axes(t->t, axes, false);
    for (int i = axes.ndim - 1; i >= 0; i--)
        drop(t, (int)axes.size[i]);
    return t->t;
}

/* ---- Two terms -------------------------------------------------------------------------------------------------- */

typedef struct group {
    int     n, label[GD_MAX_DIMS];
    int64_t numel;
} group;

/* The labels of t that b has, or has not, and that are kept, or not. */
static group group_of(const equation *e, const term *t, const term *b, bool has, const bool keep[LABELS], bool kept)
{
    group g = { 0, { 0 }, 1 };
    for (int i = 0; i < t->n; i++)
        if ((place_of(b, t->label[i]) >= 0) == has && keep[t->label[i]] == kept) {
            g.label[g.n++] = t->label[i];
            g.numel *= e->size[t->label[i]] - 1;
        }
    return g;
}

/* t with its axes in the order of the groups, each of them as one axis. */
static gd_tensor *grouped(const term *t, const group *a, const group *b, const group *c)
{
    const group *const groups[] = { a, b, c };
    gd_shape axes = GD_SHAPE();
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < groups[k]->n; i++)
            axes.size[axes.ndim++] = place_of(t, groups[k]->label[i]);
    return gd_reshape(gd_permute(t->t, axes), GD_SHAPE(a->numel, b->numel, c->numel));
}

/* a = a b, without the labels that nobody needs any more. */
static bool multiply(const equation *e, term *a, term *b, const bool needed[LABELS])
{
    bool keep[LABELS];
    for (int i = 0; i < LABELS; i++)
        keep[i] = needed[i] || (place_of(b, i) >= 0);
    if (!sum_out(a, keep))
        return false;
    for (int i = 0; i < LABELS; i++)
        keep[i] = needed[i] || (place_of(a, i) >= 0);
    if (!sum_out(b, keep))
        return false;
    const group batch = group_of(e, a, b, true, needed, true), inner = group_of(e, a, b, true, needed, false);
    const group left = group_of(e, a, b, false, needed, true), right = group_of(e, b, a, false, needed, true);
    if (batch.n + left.n + right.n > GD_MAX_DIMS)
        return gd_fail("gd_einsum: \"%s\": a product of two operands has %d axes, more than %d", e->text,
                       batch.n + left.n + right.n, GD_MAX_DIMS);
    gd_tensor *x = grouped(a, &batch, &left, &inner), *y = grouped(b, &batch, &inner, &right);
    gd_tensor *z = inner.n ? gd_matmul(x, y) : gd_mul(x, y);
    gd_shape shape = GD_SHAPE();
    const group *const groups[] = { &batch, &left, &right };
    a->n = 0;
    for (int k = 0; k < 3; k++)
        for (int i = 0; i < groups[k]->n; i++) {
            a->label[a->n++] = groups[k]->label[i];
            shape.size[shape.ndim++] = e->size[groups[k]->label[i]] - 1;
        }
    return (a->t = gd_reshape(z, shape));
}

/* ---- The whole -------------------------------------------------------------------------------------------------- */

/* The labels of the result, and of the operands that are still to come. */
static void find_needed(const equation *e, const term *rest, int n, bool needed[LABELS])
{
    for (int i = 0; i < LABELS; i++)
        needed[i] = place_of(&e->result, i) >= 0;
    for (int k = 0; k < n; k++)
        for (int i = 0; i < rest[k].n; i++)
            needed[rest[k].label[i]] = true;
}

static gd_tensor *contract(const equation *e, term *terms, int n)
{
    bool needed[LABELS];
    for (int k = 0; k < n; k++)
        if (!simplify(e, &terms[k]))
            return NULL;
    term *all = &terms[0];
    for (int k = 1; k < n; k++) {
        find_needed(e, terms + k + 1, n - k - 1, needed);
        if (!multiply(e, all, &terms[k], needed))
            return NULL;
    }
    find_needed(e, NULL, 0, needed);
    if (!sum_out(all, needed))
        return NULL;
    gd_shape axes = GD_SHAPE();
    for (int i = 0; i < e->result.n; i++)
        axes.size[axes.ndim++] = place_of(all, e->result.label[i]);
    return gd_permute(all->t, axes);
}

gd_tensor *gd_einsum(const char *text, gd_tensor *const xs[], int n)
{
    equation e = { .text = text, .at = text };
    if (!gi_not_null("gd_einsum", "equation", text))
        return NULL;
    if (n < 1)
        return gd_fail("gd_einsum: n = %d operands; at least one is needed", n);
    if (!gi_not_null("gd_einsum", "xs", xs))
        return NULL;
    term *terms = gi_work(n, sizeof *terms);
    for (int i = 0; i < n; i++)
        if (!terms || !xs[i] || !gi_all_alive("gd_einsum", "xs", xs, i + 1))
            return NULL;
    for (int i = 0; i < n; i++) {
        if (i > 0 && *e.at++ != ',')
            return gd_fail("gd_einsum: \"%s\": it has %d operand%s, and n = %d", text, i, gi_plural(i), n);
        if (!read_operand(&e, xs[i], i, &terms[i]))
            return NULL;
    }
    return read_result(&e) ? contract(&e, terms, n) : NULL;
}
