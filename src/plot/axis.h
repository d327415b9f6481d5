/* axis.h - scales: limits, ticks at round numbers, their labels.  Drawing is elsewhere. */
#ifndef GRADUS_PLOT_AXIS_H
#define GRADUS_PLOT_AXIS_H

#include <stdbool.h>

#include "label.h"

#define GI_TICKS_MAX 256
#define GI_CLOSEST   1.8e-15                /* the ends of an axis differ at least by this part of their size, 8 ulp, */
#define GI_SMALLEST  1e-300                 /* and by this */

typedef struct gi_tick {
    double value;
    bool   major;                           /* with a label */
    char   label[GI_LABEL_MAX];             /* UTF-8 */
} gi_tick;

typedef struct gi_axis {
    bool    log;
    double  low, high;
    int     exponent;                       /* a value is its label times 10^exponent, */
    double  offset;                         /* plus offset */
    char    note[2 * GI_LABEL_MAX];         /* both, as shown at the end of the axis; may be empty */
    int     n;
    gi_tick ticks[GI_TICKS_MAX];
} gi_axis;

/* gi_axis_choose - limits and ticks for data in low .. high (> 0 on a logarithmic axis).  fixed_low and
 * fixed_high, where not NaN, are the limits; a free limit moves outwards to a round number, at
 * least margin (a part of the range) away from the data.  At most `most` labels. */
void gi_axis_choose(gi_axis *axis, double low, double high, double fixed_low, double fixed_high,
                    bool log, double margin, int most);

/* gi_axis_at - the position of a value on the axis: 0 at low, 1 at high. */
double gi_axis_at(const gi_axis *axis, double value);

#endif
