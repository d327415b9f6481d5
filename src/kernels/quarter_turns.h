/* quarter_turns.h - sine, cosine and tangent of doubles of any size, where the C library's cannot be relied on.
 *
 * The angle is x = n pi/2 + rest with |rest| <= pi/4, and its functions are those of the rest, up to signs and names.
 * Near a multiple of pi/2 the rest is small, and of a large x it is what many digits leave: pi must be known to 1200
 * bits.  FDLIBM (Sun, 1993) and its descendants have them.  mingw-w64 asks the x87 processor, whose pi has 66 bits: its
 * sin(3.141592653589793) has five right digits, and beyond 2^63 there are none.  glibc 2.36 is 8 ulp off at
 * cos(6381956970095103 2^797), which of all doubles comes nearest to 0. */
#ifndef GRADUS_QUARTER_TURNS_H
#define GRADUS_QUARTER_TURNS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#define GI_EIGHTH_TURN 0x1.921fb54442d18p-1     /* pi/4 */

/* The C library is asked for angles up to this size: to pi/4 there is nothing to reduce.  glibc is faster up to 2^26,
 * with errors below 0.56 ulp. */
#ifdef __GLIBC__
#define GI_C_LIBRARY_ANGLE 0x1p26
#else
#define GI_C_LIBRARY_ANGLE GI_EIGHTH_TURN
#endif

/* The first 64 bits of rest: (-1)^negative digits 2^exponent. */
typedef struct gi_angle {
    unsigned quarters;                      /* n modulo 4 */
    bool     negative;
    uint64_t digits;
    int      exponent;
} gi_angle;

/* gi_reduce_angle - of a finite x >= pi/4. */
gi_angle gi_reduce_angle(double x);

/* gi_sin_of_any, gi_cos_of_any, gi_tan_of_any - for |x| >= pi/4; of infinities and NaN they are NaN.  Largest error
 * 0.502 ulp. */
double gi_sin_of_any(double x);
double gi_cos_of_any(double x);
double gi_tan_of_any(double x);

static inline double gi_sin(double x)
{
    return fabs(x) <= GI_C_LIBRARY_ANGLE ? sin(x) : gi_sin_of_any(x);
}

static inline double gi_cos(double x)
{
    return fabs(x) <= GI_C_LIBRARY_ANGLE ? cos(x) : gi_cos_of_any(x);
}

static inline double gi_tan(double x)
{
    return fabs(x) <= GI_C_LIBRARY_ANGLE ? tan(x) : gi_tan_of_any(x);
}

#endif
