/* colours.h - colours for values. */
#ifndef GRADUS_PLOT_COLOURS_H
#define GRADUS_PLOT_COLOURS_H

#include "picture.h"

/* gi_heat_colour - of a part 0 .. 1 of a range; NaN: grey.  gi_share_colour - from white to a dark blue.
 * gi_on - black or white, whichever can be read on a colour. */
gi_rgb gi_heat_colour(double part);
gi_rgb gi_share_colour(double part);
gi_rgb gi_on(gi_rgb ground);

/* gi_z_colour - the colour of a value on the panel's colour bar. */
gi_rgb gi_z_colour(const gi_panel *panel, double value);

#endif
