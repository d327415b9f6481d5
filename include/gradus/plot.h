/* plot.h - pictures of a training run, as PNG or SVG.
 *
 *     gd_plot *p = gd_plot_new("Adam on airfoil noise", "epoch", "loss");
 *     gd_plot_point(p, "adam", 0.5, 0.31);             once for each point, as they arise
 *     gd_plot_save(p, "adam.png");                     now, and again later with more points
 *     gd_plot_free(p);
 *
 * Here: lines, curves of functions, shaded ranges, linear and logarithmic axes, a second y axis, a legend, reference
 * lines, contours with trajectories, several panels in one picture.  Text is UTF-8: Latin letters with accents, Greek
 * letters, the usual mathematical symbols, superscripts and subscripts; any other character is drawn as a box.
 *
 * Errors: as everywhere, false (or NULL) after one message.  A NULL plot is the result of a call that failed: functions
 * that are given one return false and leave that call's message. */
#ifndef GRADUS_PLOT_H
#define GRADUS_PLOT_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

typedef struct gd_plot gd_plot;

/* ---- A line plot -------------------------------------------------------------------------------------- */

/* gd_plot_new - an empty plot; the strings are copied, and NULL is an empty one.  Free it with gd_plot_free.  NULL:
 * memory is out.  A text too long for the picture is broken into lines at spaces and newlines, at most three for the
 * title and two for a label, and the rest is replaced by an ellipsis. */
gd_plot *gd_plot_new(const char *title, const char *x_label, const char *y_label);

/* gd_plot_point - appends (x, y) to a series.  A series begins when its name is first used; series are
 * drawn, and listed in the legend, in that order.  A NaN or an infinity is a gap in the line, and so is a
 * value <= 0 on a logarithmic axis; a point between two gaps becomes a dot.  Axes can show numbers up to 1e300, and
 * differences down to 1e-300.  Errors: series is NULL; memory is out (the plot is then unchanged). */
bool gd_plot_point(gd_plot *p, const char *series, double x, double y);

/* gd_plot_tensor - appends the points (x[i], y[i]) of two tensors of shape [n]; x NULL: 0, 1, .. n-1.
 * Errors: another number of axes, different lengths. */
bool gd_plot_tensor(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *y);

/* gd_plot_function - appends the curve y = f(x) over x_low .. x_high to a series, after a gap if it has points already.
 * f is evaluated during this call: at 513 points, evenly spaced on the x axis as it is then, and at more between them
 * where the curve bends, ends or jumps; where it jumps the line has a gap.  Draw iterates on it as another series, with
 * markers.  Errors: x_low >= x_high, or not finite; f has no finite value there. */
typedef double gd_curve(double x, void *context);
bool gd_plot_function(gd_plot *p, const char *series, gd_curve *f, void *context, double x_low, double x_high);

/* gd_plot_band - the shaded range from low[i] to high[i] at x[i], all [n], such as the extremes or the quartiles over
 * several seeds; x NULL: 0, 1, .. n-1.  It has the colour of the series of that name, lies beneath all lines, and is in
 * the legend with the series' line, which may be missing.  A NaN or an infinity is a gap, and so is a step back in x;
 * on a logarithmic axis a low end <= 0 lies below the frame.
 * gd_plot_band_point - appends one range.  Errors: low > high; other shapes. */
bool gd_plot_band(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *low, const gd_tensor *high);
bool gd_plot_band_point(gd_plot *p, const char *series, double x, double low, double high);

/* gd_plot_save - draws the plot and writes it to path.  The picture is written to a temporary file, which is then
 * renamed: path holds the old picture or the new one, never half of one.  The same plot gives the same bytes.  A plot
 * none of whose points can be drawn, for example because all are NaN, becomes a picture of its axes that says so.
 * A path that ends in .svg becomes an SVG document (W3C, SVG 1.1) with the same layout; letters are paths there, the
 * same in every viewer, and each says its text in aria-label.  Otherwise the picture is a PNG.
 * Errors: path has another ending; path cannot be written; a reference line or a note that a logarithmic axis cannot
 * show; for PNG, the library was built without stb_image_write.h. */
bool gd_plot_save(gd_plot *p, const char *path);

/* gd_plot_where - where the data point (x, y) lies in the picture that gd_plot_save would write now: pixels
 * from the left and from the top, pixel (i, j) covering i .. i+1 and j .. j+1.  Errors: as gd_plot_save. */
bool gd_plot_where(gd_plot *p, double x, double y, double *column, double *row);

void gd_plot_free(gd_plot *p);              /* NULL is fine */

/* ---- Axes --------------------------------------------------------------------------------------------- */

/* gd_plot_xlim, gd_plot_ylim - set the ends of an axis; NAN leaves an end automatic.
 * Errors: an infinity; low >= high, or no more than rounding errors apart; on saving, an end <= 0 on a
 * logarithmic axis. */
bool gd_plot_xlim(gd_plot *p, double low, double high);
bool gd_plot_ylim(gd_plot *p, double low, double high);

/* gd_plot_log_x, gd_plot_log_y - a logarithmic axis, or again a linear one. */
bool gd_plot_log_x(gd_plot *p, bool on);
bool gd_plot_log_y(gd_plot *p, bool on);

/* gd_plot_second_y - the series belongs to a second y axis, at the right: an accuracy beside a loss, for instance.
 * label is that of the axis; NULL leaves it as it is.  In the legend an arrow to the right marks the series, which
 * begins here if its name is new.
 * gd_plot_second_ylim, gd_plot_second_log_y - as gd_plot_ylim and gd_plot_log_y.
 * gd_plot_second_where - as gd_plot_where, for a point on it.  Error: no series is on the second axis. */
bool gd_plot_second_y(gd_plot *p, const char *series, const char *label);
bool gd_plot_second_ylim(gd_plot *p, double low, double high);
bool gd_plot_second_log_y(gd_plot *p, bool on);
bool gd_plot_second_where(gd_plot *p, double x, double y, double *column, double *row);

/* gd_plot_size - size of the picture in pixels; the default is 900 x 560.  Error: outside 160 .. 10000 x 120 .. 10000.
 * gd_plot_scale - draws everything larger by this factor, text and lines too: 2 for print and high-resolution
 * screens.  Error: outside 0.5 .. 8. */
bool gd_plot_size(gd_plot *p, int width, int height);
bool gd_plot_scale(gd_plot *p, double factor);

/* ---- Looks --------------------------------------------------------------------------------------------- */

/* By default series n has colour n and dash pattern n, so that lines can also be told apart without colour; noisy
 * lines, and trajectories over contours, are solid. */
typedef enum gd_line {
    GD_LINE_AUTO, GD_SOLID, GD_DASHED, GD_DOTTED, GD_DASH_DOT, GD_LONG_DASH, GD_NO_LINE
} gd_line;

/* What marks a point; GD_MARKER_AUTO leaves the choice to the plot, see gd_plot_look. */
typedef enum gd_marker {
    GD_MARKER_AUTO, GD_NO_MARKER, GD_CIRCLE, GD_SQUARE, GD_TRIANGLE, GD_DIAMOND, GD_CROSS, GD_PLUS, GD_RING
} gd_marker;

/* The palette of Okabe and Ito, "Color universal design" (2008), made for colour-blind readers too, without its yellow,
 * which is too pale for a line on white. */
typedef enum gd_colour {
    GD_COLOUR_AUTO, GD_BLUE, GD_ORANGE, GD_GREEN, GD_VERMILLION, GD_PURPLE, GD_BLACK, GD_SKY, GD_GREY
} gd_colour;

typedef struct gd_plot_look {               /* 0 stands for the default */
    gd_line   line;
    gd_marker marker;                       /* none; circles without a line, on trajectories, on a single point */
    gd_colour colour;
    double    width;                        /* of the line, in pixels: 2 */
    double    marker_size;                  /* its diameter, in pixels: 7 */
    int       marker_every;                 /* a marker on every k-th point only, from the first on: 1 */
    bool      no_legend;                    /* not listed in the legend */
} gd_plot_look;

/* gd_plot_style - how a series looks; the series begins here if its name is new.  With neither line nor marker its
 * points only count for the limits of the axes; then it may not be in the legend.
 * Errors: a negative width, size or step; a width above 100 or a size above 500; a value outside its enumeration;
 * GD_NO_LINE with GD_NO_MARKER, but not no_legend. */
bool gd_plot_style(gd_plot *p, const char *series, gd_plot_look look);

/* gd_plot_legend - where the legend goes.  AUTO: inside the axes where it hides no data, preferably in a corner; beside
 * them when it would cover more than a fifth of them, or when it would hide data everywhere and is narrow enough to
 * leave three fifths of their width; nowhere when a plot has a single series whose name is empty.
 * A legend that is too long gets more and narrower columns; if that does not suffice, its last line says how many
 * series are left out; a picture too small for one line of it has none.  Long names are shortened: first by the words
 * that they have in common, so that they can still be told apart, then in the middle. */
typedef enum gd_legend {
    GD_LEGEND_AUTO, GD_LEGEND_NONE, GD_LEGEND_TOP_RIGHT, GD_LEGEND_TOP_LEFT, GD_LEGEND_BOTTOM_RIGHT,
    GD_LEGEND_BOTTOM_LEFT, GD_LEGEND_OUTSIDE
} gd_legend;
bool gd_plot_legend(gd_plot *p, gd_legend place);

/* gd_plot_hline - a thin horizontal line at y over the whole width, with a small label such as "optimum": above or
 * below the line, or where other lines are too near, on the line or farther away, with a pointer to it.
 * gd_plot_note - a text whose lower left corner is at (x, y), or that ends there where it would leave the picture.
 * Automatic axes include both.  Errors: a value that is not finite. */
bool gd_plot_hline(gd_plot *p, double y, const char *label);
bool gd_plot_note(gd_plot *p, double x, double y, const char *text);

/* ---- Contours ------------------------------------------------------------------------------------------ */

/* gd_plot_contour - fills the plot with contours of f over x_low .. x_high and y_low .. y_high; series are drawn over
 * it as trajectories.  f is evaluated during this call, at 361 x 241 points, with cubic interpolation between them.
 * A value that is not finite leaves a hole.
 * gd_plot_contour_grid - the same from values z [rows, columns], row 0 at y_low, column 0 at x_low, linear between
 * them.
 * A second call replaces the first.  Errors: low >= high, fewer than 2 rows or columns, no finite value. */
typedef double gd_surface(double x, double y, void *context);
bool gd_plot_contour(gd_plot *p, gd_surface *f, void *context,
                     double x_low, double x_high, double y_low, double y_high);
bool gd_plot_contour_grid(gd_plot *p, const gd_tensor *z,
                          double x_low, double x_high, double y_low, double y_high);

/* gd_plot_levels - the values at which contours are drawn, ascending, with or without labels.  The default is about
 * ten, the k-th at min + (max - min) (k/n)^2, so that a quadratic bowl gives evenly spaced rings.  A label is placed on
 * its line where it covers no other; a line that is too short for that, or too near to others, has none. */
bool gd_plot_levels(gd_plot *p, const double *levels, int n, bool labels);

/* ---- Several panels in one picture ----------------------------------------------------------------------- */

/* gd_plot_save_grid - writes rows x columns plots into one picture, row by row, under a common title (NULL:
 * none; at most three lines).  A NULL panel is left empty.  A panel is 460 x 330 pixels unless gd_plot_size was called
 * for it; a row is as high, and a column as wide, as its largest panel; the axes of a column begin one below the other,
 * those of a row begin and end at the same heights.
 * The scale is that of the first panel.
 * Errors: as gd_plot_save; rows or columns < 1; a picture of more than 20000 pixels in a direction. */
bool gd_plot_save_grid(gd_plot *const panels[], int rows, int columns, const char *title, const char *path);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
