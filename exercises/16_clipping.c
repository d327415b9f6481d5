/* 16_clipping - gradients that are not longer than max (the book's 9.5).
 *
 * N is the length of all gradients together, as if the n tensors were one vector: the root of the sum of all squares.
 * Where N > max, multiply every gradient by max/N; otherwise leave them as they are.  Return N.  All tensors have a
 * gradient; gd_set_grad(w, value) sets w->grad to a copy of value.
 *
 *     make grade-16                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

double clip_gradients(gd_tensor *const ws[], int n, double max)
{
    not_yet();
}
