/* recurrence.h - the recurrent part of an RNN, LSTM or GRU over a whole sequence, as one operation.  The affine map of
 * the inputs, which does not depend on the state, is not in it: that is one product for all steps. */
#ifndef GRADUS_RECURRENCE_H
#define GRADUS_RECURRENCE_H

#include <stdbool.h>

#include "gradus/operations.h"

typedef enum gi_cell_kind { GI_CELL_TANH, GI_CELL_RELU, GI_CELL_LSTM, GI_CELL_GRU } gi_cell_kind;

/* gi_cell_gates - 1, 4 (input, forget, cell, output) and 3 (reset, update, new). */
static inline int64_t gi_cell_gates(gi_cell_kind kind)
{
    return kind == GI_CELL_LSTM ? 4 : kind == GI_CELL_GRU ? 3 : 1;
}

/* What is recorded with the node: sizes, and the activations, which live as long as the node. */
typedef struct gi_recurrence_sizes {
    gi_cell_kind   kind;
    bool           reverse;
    int64_t        steps, n, hidden, gates;
    const int64_t *lengths;                 /* n of them, or NULL: all steps count */
    gd_real       *saved;                   /* [steps, n, gi_saved]: for each kind see recurrence_steps.h */
    gd_real       *cells;                   /* [steps, n, hidden], LSTM only */
} gi_recurrence_sizes;

/* The input of the operation that an argument is. */
enum { GI_IN_A, GI_IN_WEIGHT, GI_IN_H, GI_IN_C, GI_IN_BIAS = GI_IN_C };

/* gi_recurrence - runs the cells over the steps 0, 1, .. of a, or with reverse from the last one down:
 *
 *   a      [steps, n, gates hidden]  weight_ih x + bias_ih (LSTM, RNN: + bias_hh) of each step
 *   weight [gates hidden, hidden]    bias [gates hidden] or NULL, GRU only: weight_hh, bias_hh
 *   h, c   [n, hidden]               the state before the first step, or NULL: zeros; c for LSTM only
 *   ->     [steps + 1, n, hidden]    h after each step, then after the last one; for LSTM, with one more, c after it
 *
 * lengths (n numbers that live as long as the node, or NULL): steps of example i from lengths[i] on are passed over; h
 * is 0 in their place and the state does not change.  All tensors have these shapes. */
gd_tensor *gi_recurrence(gi_cell_kind kind, gd_tensor *a, gd_tensor *weight, gd_tensor *bias, gd_tensor *h,
                         gd_tensor *c, const int64_t *lengths, bool reverse);

/* gi_recurrence_rule - its gradient in operations of the library. */
gd_rule gi_recurrence_rule;

/* gi_step_at - the place in the sequence of the k-th step. */
static inline int64_t gi_step_at(const gi_recurrence_sizes *s, int64_t k)
{
    return s->reverse ? s->steps - 1 - k : k;
}

#endif
