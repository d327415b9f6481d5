/* newton_schulz.h - the nearest matrix with orthonormal rows or columns, roughly, by matrix products alone. */
#ifndef GRADUS_OPTIM_NEWTON_SCHULZ_H
#define GRADUS_OPTIM_NEWTON_SCHULZ_H

#include <stdint.h>

#include "gradus/tensor.h"

typedef struct gi_quintic { double a, b, c; } gi_quintic;   /* x -> a x + b x^3 + c x^5 */

/* gi_newton_schulz - x [rows, columns], row-major, u s v' by its singular value decomposition, becomes u f(s) v', f
 * being the polynomial applied so many times.  No singular value of x may be above 1.  Destroys x; work has
 * gi_newton_schulz_work numbers.  The result is x or in work.  The bits do not depend on the number of threads. */
gd_real *gi_newton_schulz(gi_quintic polynomial, int times, int64_t rows, int64_t columns, gd_real *x, gd_real *work);
int64_t gi_newton_schulz_work(int64_t rows, int64_t columns);

#endif
