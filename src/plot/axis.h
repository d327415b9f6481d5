/* axis.h - from data to a scale: limits, ticks at round numbers, their labels.
 *
 * Not here: anything drawn. */
#ifndef GD_PLOT_AXIS_H
#define GD_PLOT_AXIS_H

#include <stdbool.h>

#define GD_TICKS_MAX 256
#define GD_LABEL_MAX 40
#define GD_CLOSEST   1.8e-15                /* ends of an axis differ by this part of their size, or more: 8 ulp */
#define GD_SMALLEST  1e-300                 /* .. or by this, where it is more */

typedef struct gd_tick {
    double value;
    bool   major;                           /* with a label */
    char   label[GD_LABEL_MAX];             /* UTF-8 */
} gd_tick;

typedef struct gd_axis {
    bool    log;
    double  low, high;
    int     exponent;                       /* a value is its label times 10^exponent, */
    double  offset;                         /* plus offset */
    char    note[2 * GD_LABEL_MAX];         /* both in words of mathematics, for the end of the axis; may be empty */
    int     n;
    gd_tick ticks[GD_TICKS_MAX];
} gd_axis;

/* gd_axis_choose - limits and ticks for data in low .. high (> 0 on a logarithmic axis).  fixed_low and
 * fixed_high, where not NaN, are the limits; a free limit moves outwards to a round number, leaving at
 * least margin (a part of the range) between it and the data.  At most `most` labels. */
void gd_axis_choose(gd_axis *axis, double low, double high, double fixed_low, double fixed_high,
                    bool log, double margin, int most);

/* gd_axis_at - where a value lies on the axis: 0 at low, 1 at high. */
double gd_axis_at(const gd_axis *axis, double value);

/* gd_decimal - n x 10^exponent in digits, with a true minus sign, whatever the locale.
 * gd_shorten - value to the given number of digits. */
void gd_decimal(char out[GD_LABEL_MAX], long long n, int exponent);
void gd_shorten(char out[GD_LABEL_MAX], double value, int digits);

#endif
