/* recurrence_steps.h - one step of one example, and its gradient, on bare numbers: d is the number of hidden units.
 *
 * What a step leaves for its gradient, `saved`:
 *   RNN   [h]                       after the activation
 *   LSTM  [i, f, g, o]              after the activations; the new c is kept beside it
 *   GRU   [r, z, b_n, n]            b_n = weight_hn h + bias_hn, the others after the activations
 * On entry its first gates d numbers are weight_hh h; a is the other summand.  h and c are the state, overwritten. */
#ifndef GRADUS_RECURRENCE_STEPS_H
#define GRADUS_RECURRENCE_STEPS_H

#include <stdint.h>

#include "gradus/tensor.h"

void gi_tanh_step(int64_t d, const gd_real *a, gd_real *saved, gd_real *h);
void gi_relu_step(int64_t d, const gd_real *a, gd_real *saved, gd_real *h);
void gi_lstm_step(int64_t d, const gd_real *a, gd_real *saved, gd_real *h, gd_real *c, gd_real *cell);
void gi_gru_step(int64_t d, const gd_real *a, const gd_real *bias, gd_real *saved, gd_real *h);

/* Gradients: dh (and dc) of the state after the step become what is known of those before it: for LSTM dc is complete,
 * and dh is to be overwritten with da weight_hh; for GRU dh is what does not go through the gates, and db, the gradient
 * of weight_hh h + bias_hh, is still to be multiplied by weight_hh and added.  before: the state before the step. */
void gi_tanh_step_slope(int64_t d, const gd_real *saved, const gd_real *dh, gd_real *da);
void gi_relu_step_slope(int64_t d, const gd_real *saved, const gd_real *dh, gd_real *da);
void gi_lstm_step_slope(int64_t d, const gd_real *saved, const gd_real *cell, const gd_real *c_before,
                        const gd_real *dh, gd_real *dc, gd_real *da);
void gi_gru_step_slope(int64_t d, const gd_real *saved, const gd_real *h_before, gd_real *dh, gd_real *da, gd_real *db);

#endif
