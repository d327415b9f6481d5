/* 13_gradcheck - find the wrong derivative.
 *
 * At most one of n functions has an operation with a wrong rule.  Return its index, or -1 when all are right:
 * gd_gradcheck(function, NULL, &x, 1, options) compares the gradients of a function at x with difference quotients, and
 * is false, with a message in gd_last_error(), when they differ.  gd_gradcheck_defaults() are its options.
 *
 *     make grade-13                   docs/zh/exercises.md: the same in Chinese */
#include "exercises.h"

int wrong_gradient(gd_function *const functions[], int n, gd_tensor *x)
{
    for (int i = 0; i < n; i++)
        if (!gd_gradcheck(functions[i], NULL, &x, 1, gd_gradcheck_defaults()))
            return i;
    return -1;
}
