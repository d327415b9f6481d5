/* recurrent.h - RNN, LSTM and GRU over whole sequences: several layers, one or two directions, padded batches.
 *
 *     gd_recurrent_layer lstm = gd_recurrent_new(net, "lstm", GD_LSTM, 28, 64, (gd_recurrent_options){ .layers = 2 });
 *     gd_lstm_state none = { NULL, NULL };
 *     y = gd_recurrent_apply(&lstm, x, NULL, none, true).y;
 *
 * Not here: single steps, for networks that feed their output back (gd_cell in nn.h). */
#ifndef GRADUS_RECURRENT_H
#define GRADUS_RECURRENT_H

#include "nn.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* Which cell, see gd_cell in nn.h; GD_RNN has tanh, GD_RNN_RELU relu. */
typedef enum gd_recurrence { GD_RNN, GD_RNN_RELU, GD_LSTM, GD_GRU } gd_recurrence;

typedef struct gd_recurrent_options {       /* 0 stands for the default */
    int    layers;                          /* 1; each further one reads the h of the one below */
    bool   bidirectional;                   /* a second cell in each layer reads the sequence from its end; both h's
                                             * stand side by side */
    bool   no_bias;
    double dropout;                         /* in training, of the h that a layer gives to the next; in [0, 1] */
} gd_recurrent_options;

static inline gd_recurrent_options gd_recurrent_defaults(void)
{
    gd_recurrent_options o = { .layers = 1, .bidirectional = false, .no_bias = false, .dropout = 0 };
    return o;
}

typedef struct gd_recurrent_layer {
    gd_recurrence        kind;
    int64_t              in, hidden;
    const gd_cell       *cells;             /* layer by layer, in each forward then backward; the model owns them */
    gd_recurrent_options options;
} gd_recurrent_layer;

/* y: h of the last layer at every step.  state: h, and c for GD_LSTM, of every layer and direction after its last step;
 * c is NULL otherwise. */
typedef struct gd_recurrent_result {
    gd_tensor    *y;
    gd_lstm_state state;
} gd_recurrent_result;

/* gd_recurrent_new - "NAME.weight_ih_l0" [g hidden, in], "NAME.weight_hh_l0" [g hidden, hidden], "NAME.bias_ih_l0" and
 *   "NAME.bias_hh_l0" [g hidden], then _l0_reverse with bidirectional, then _l1 and so on, whose in is hidden or, with
 *   bidirectional, 2 hidden; all uniform in +-1/sqrt(hidden).  Names, shapes and order of the gates are those of
 *   PyTorch's nn.RNN, nn.LSTM and nn.GRU; the formulas stand at gd_cell.  GD_RNN_RELU has relu in the place of tanh.
 *   Errors: layers < 0, dropout outside [0, 1].
 *
 * gd_recurrent_apply - x [n, steps, in]  ->  y [n, steps, hidden], or 2 hidden with bidirectional, and the state
 *   [layers directions, n, hidden].  The example always comes first, as with batch_first in PyTorch: for sequences
 *   [steps, n, in] give gd_transpose(x, 0, 1), which costs nothing, as y is such a view itself.
 *   lengths  [n] whole numbers in [0, steps], or NULL: how many steps of each example are given.  What stands behind
 *            them is not read; y is 0 there, the state is that after the last given step, and the second direction
 *            begins there (PyTorch's packed sequences).
 *   start    the state before the first step, [layers directions, n, hidden]; members that are NULL: zeros.  For pieces
 *            of a long sequence, give each the state of the one before: gd_detach stops gradients there.
 *   On failure all members are NULL.  Errors: shapes, a length out of range, start.c without GD_LSTM.
 * weight_ih x of all steps is one product, and the steps are one operation.  Against a loop over gd_lstm_apply, forward
 * and backward, on one thread of an AMD EPYC (AVX2) in float: 35 steps of 32 examples and 256 hidden units take 0.86 of
 * the time, where products are nine tenths of both; 20 steps, 8 examples, 16 units 0.45; 10 steps, 1 example, 8 units
 * 0.21. */
gd_recurrent_layer  gd_recurrent_new(gd_params *p, const char *name, gd_recurrence kind, int64_t in, int64_t hidden,
                                     gd_recurrent_options options);
gd_recurrent_result gd_recurrent_apply(const gd_recurrent_layer *layer, gd_tensor *x, gd_tensor *lengths,
                                       gd_lstm_state start, bool training);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
