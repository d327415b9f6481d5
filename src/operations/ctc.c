/* ctc.c - connectionist temporal classification: A. Graves, S. Fernandez, F. Gomez, J. Schmidhuber, "Connectionist
 * temporal classification: labelling unsegmented sequence data with recurrent neural networks", ICML 2006.
 *
 * A target of s classes becomes l = 2 s + 1 states: blank, class, blank, class, .., blank.  alpha_t(k) is the logarithm
 * of the probability to be in state k after step t (section 4.1 there, equations 5 to 7, in logarithms):
 *
 *     alpha_t(k) = ln y_t(class of k) + ln (e^alpha_(t-1)(k) + e^alpha_(t-1)(k-1) + e^alpha_(t-1)(k-2)),
 *
 * the last term only where k is a class other than that of k - 2.  It is written in operations, for all sequences at
 * once, so that their rules are the backward recursion and gradients have gradients. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "autograd/record.h"
#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "base/start.h"
#include "gradus/operations.h"
#include "loss.h"
#include "loss_check.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

static const double log_zero = -(double)INFINITY;       /* of a probability of 0 */

typedef struct sequences {
    int64_t        steps, n, classes, most;             /* most: the longest target */
    int64_t        states, blank;
    int64_t       *label;                               /* [n, most] */
    const int64_t *input_length, *target_length;        /* [n], or NULL */
} sequences;

static int64_t length_of(const int64_t *lengths, int64_t i, int64_t all)
{
    return lengths ? lengths[i] : all;
}

/* ---- Checks ------------------------------------------------------------------------------------------------- */

static bool lengths_fit(const char *argument, const int64_t *lengths, int64_t n, int64_t most)
{
    for (int64_t i = 0; lengths && i < n; i++)
        if (lengths[i] < 0 || lengths[i] > most)
            return gd_fail("gd_ctc_loss: %s[%" PRId64 "] = %" PRId64 " must lie in [0, %" PRId64 "]", argument, i,
                           lengths[i], most);
    return true;
}

/* The targets as integers, those beyond their length as blanks; false, and a message, where one is no class. */
static bool labels_compute(gd_tensor *none, gd_tensor *const inputs[], const void *attributes)
{
    const sequences *s = attributes;
    const gd_tensor *targets = inputs[0];
    const char *function = "gd_ctc_loss";
    (void)none;
    gd_tensor *inside = gd_full(gd_shape_of_tensor(targets), (double)s->blank);
    if (!inside)
        return false;
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t k = 0; k < length_of(s->target_length, i, s->most); k++) {
            const gd_real label = targets->data[i * targets->stride[0] + k * targets->stride[1]];
            if (label == (gd_real)s->blank)
                return gd_fail("%s: targets[%" PRId64 ", %" PRId64 "] = %" PRId64 " is the blank", function, i, k,
                               s->blank);
            inside->data[i * s->most + k] = label;
        }
    const int64_t *label = gi_labels(function, "targets", inside, s->classes);
    if (label)
        memcpy(s->label, label, (size_t)(s->n * s->most) * sizeof *label);
    return label != NULL;
}

static bool take_labels(gd_tensor *targets, sequences *s)
{
    s->label = gi_arena_take(gi_current_scope(), (size_t)(s->n * s->most) * sizeof *s->label);
    return s->label && gi_start_one("gd_ctc_loss", labels_compute, NULL, targets, s, sizeof *s);
}

/* Lengths, which a captured step does not read again, in memory of the scope; NULL for NULL. */
static bool take_lengths(const int64_t **lengths, int64_t n)
{
    int64_t *copy = *lengths ? gi_arena_take(gi_current_scope(), (size_t)n * sizeof *copy) : NULL;
    if (*lengths && !copy)
        return false;
    if (copy)
        memcpy(copy, *lengths, (size_t)n * sizeof *copy);
    *lengths = copy;
    return true;
}

static bool shapes_fit(const gd_tensor *x, const gd_tensor *targets, const gd_ctc_options *o)
{
    if (x->ndim != 3 || targets->ndim != 2 || targets->shape[0] != x->shape[1])
        return gd_fail("gd_ctc_loss: log_prediction is %s and targets is %s: they must be [t, n, c] and [n, s]",
                       gi_text_of(x).s, gi_text_of(targets).s);
    return (o->blank >= 0 && o->blank < x->shape[2])
           || gd_fail("gd_ctc_loss: blank = %" PRId64 " must lie in [0, %" PRId64 ")", o->blank, x->shape[2]);
}

/* ---- Constants of the recursion: [n, states] ---------------------------------------------------------------- */

/* The class of state k of sequence i. */
static int64_t class_of(const sequences *s, int64_t i, int64_t k)
{
    return k % 2 ? s->label[i * s->most + k / 2] : s->blank;
}

typedef double state_value(const sequences *s, int64_t i, int64_t k);

static double index_value(const sequences *s, int64_t i, int64_t k)
{
    return (double)class_of(s, i, k);
}

static double first_value(const sequences *s, int64_t i, int64_t k)
{
    (void)s, (void)i;
    return k < 2 ? 0 : log_zero;
}

static double last_value(const sequences *s, int64_t i, int64_t k)
{
    const int64_t end = 2 * length_of(s->target_length, i, s->most);
    return k == end || k == end - 1 ? 0 : log_zero;
}

static double skip_value(const sequences *s, int64_t i, int64_t k)
{
    return k % 2 && k > 2 && class_of(s, i, k) != class_of(s, i, k - 2) ? 0 : log_zero;
}

typedef struct values_attributes {
    sequences    s;
    state_value *value;
    int64_t      first;
} values_attributes;

static bool values_compute(gd_tensor *t, gd_tensor *const none[], const void *attributes)
{
    const values_attributes *a = attributes;
    (void)none;
    const int64_t count = t->shape[1];
    for (int64_t i = 0; i < a->s.n; i++)
        for (int64_t k = 0; k < count; k++)
            t->data[i * count + k] = (gd_real)a->value(&a->s, i, a->first + k);
    return true;
}

/* The values of k = first, first + 1, ..: [n, count]. */
static gd_tensor *values_of(const sequences *s, int64_t first, int64_t count, state_value *value)
{
    gd_tensor *t = gi_new("gd_ctc_loss", 2, (int64_t[]){ s->n, count });
    const values_attributes a = { *s, value, first };
    return t && gi_start("gd_ctc_loss", values_compute, t, NULL, 0, &a, sizeof a) ? t : NULL;
}

static gd_tensor *of_states(const sequences *s, state_value *value)
{
    return values_of(s, 0, s->states, value);
}

static bool all_longer(const sequences *s, int64_t t)
{
    for (int64_t i = 0; i < s->n; i++)
        if (length_of(s->input_length, i, s->steps) <= t)
            return false;
    return true;
}

/* 1 for the sequences that are longer than t, else 0: [n, 1]. */
static double longer_value(const sequences *s, int64_t i, int64_t t)
{
    return length_of(s->input_length, i, s->steps) > t;
}

static gd_tensor *longer_than(const sequences *s, int64_t t)
{
    return values_of(s, t, 1, longer_value);
}

/* ---- The recursion ------------------------------------------------------------------------------------------ */

/* alpha as seen from `by` states further on. */
static gd_tensor *moved(gd_tensor *alpha, int64_t by, gd_tensor *border)
{
    if (!alpha || alpha->shape[1] <= by)
        return alpha ? gd_expand(border, gd_shape_of_tensor(alpha)) : NULL;
    gd_tensor *front = gd_expand(border, GD_SHAPE(alpha->shape[0], by));
    return gd_concat((gd_tensor *const[]){ front, gd_slice(alpha, 1, 0, alpha->shape[1] - by, 1) }, 2, 1);
}

/* ln of the probability of each target [n].  The first step is in state 0 or 1. */
static gd_tensor *log_probability(gd_tensor *x, const sequences *s)
{
    gd_tensor *index = gd_expand(of_states(s, index_value), GD_SHAPE(s->steps, s->n, s->states));
    gd_tensor *emit = gd_gather(x, 2, index), *skip = of_states(s, skip_value), *border = gd_scalar(log_zero);
    gd_tensor *alpha = of_states(s, first_value);
    for (int64_t t = 0; t < s->steps && emit && alpha; t++) {
        gd_tensor *reach = alpha;
        if (t > 0) {
            gd_tensor *ways[] = { alpha, moved(alpha, 1, border), gd_add(moved(alpha, 2, border), skip) };
            reach = gd_logsumexp(gd_stack(ways, 3, 0), 0, false);
        }
        gd_tensor *next = gd_add(reach, gd_squeeze(gd_slice(emit, 0, t, t + 1, 1), 0));
        alpha = all_longer(s, t) ? next : gd_where(longer_than(s, t), next, alpha);
    }
    return emit ? gd_logsumexp(gd_add(alpha, of_states(s, last_value)), 1, false) : NULL;
}

/* A number for each sequence: [n]. */
static gd_tensor *of_sequences(const sequences *s, state_value *value)
{
    return gd_squeeze(values_of(s, 0, 1, value), 1);
}

static double empty_loss(const sequences *s, int64_t i, int64_t k)
{
    (void)k;
    return length_of(s->target_length, i, s->most) == 0 ? 0 : -log_zero;
}

/* A sequence without steps can only be the empty target, with the probability 1. */
static gd_tensor *mend_empty(gd_tensor *l, const sequences *s)
{
    return !l || all_longer(s, 0) ? l : gd_where(gd_squeeze(longer_than(s, 0), 1), l, of_sequences(s, empty_loss));
}

/* 1 / the length of the target, at least 1: its share of the mean. */
static double share_value(const sequences *s, int64_t i, int64_t k)
{
    (void)k;
    return 1 / fmax(1, (double)length_of(s->target_length, i, s->most));
}

gd_tensor *gd_ctc_loss(gd_tensor *log_prediction, gd_tensor *targets, const int64_t *input_lengths,
                       const int64_t *target_lengths, gd_ctc_options options)
{
    const char *function = "gd_ctc_loss";
    gd_tensor *x = log_prediction;
    if (!x || !targets || !gi_alive(function, "log_prediction", x) || !gi_alive(function, "targets", targets)
        || !shapes_fit(x, targets, &options))
        return NULL;
    sequences s = { .steps = x->shape[0], .n = x->shape[1], .classes = x->shape[2], .most = targets->shape[1],
                    .states = 2 * targets->shape[1] + 1, .blank = options.blank,
                    .input_length = input_lengths, .target_length = target_lengths };
    if (!lengths_fit("input_lengths", input_lengths, s.n, s.steps)
        || !lengths_fit("target_lengths", target_lengths, s.n, s.most)
        || !take_lengths(&s.input_length, s.n) || !take_lengths(&s.target_length, s.n) || !take_labels(targets, &s))
        return NULL;
    gd_tensor *l = mend_empty(gd_neg(log_probability(x, &s)), &s);
    if (!l)
        return NULL;
    const double otherwise = options.zero_infinity ? 0 : (double)INFINITY;
    l = gd_where(gd_eq(l, gd_scalar((double)INFINITY)), gd_scalar(otherwise), l);
    if (options.reduction != GD_MEAN)
        return gi_reduced_loss(function, l, options.reduction);
    return gd_mean(gi_share(of_sequences(&s, share_value), l));
}
