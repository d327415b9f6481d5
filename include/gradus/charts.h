/* charts.h - pictures of data: scatter plots, bars, histograms, heat maps, confusion matrices, images.
 *
 *     gd_plot *p = gd_plot_new("Test set", "", "");
 *     gd_plot_confusion(p, gd_confusion(gd_argmax(logits, 1), labels, 10), names);
 *     gd_plot_save(p, "confusion.png");
 *
 * A chart is drawn on a gd_plot, and saved, sized, labelled and arranged in a grid as one (plot.h).  What a tensor
 * holds is copied during the call.  Errors: as in plot.h; a failed call leaves the plot as it was. */
#ifndef GRADUS_CHARTS_H
#define GRADUS_CHARTS_H

#include "plot.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Scatter plots -------------------------------------------------------------------------------------- */

/* gd_plot_scatter - appends the points (x[i], y[i]), both [n], to a series that has markers and no line; gd_plot_style
 * may change that later.  By default the markers get smaller as the points get more.
 * gd_plot_scatter_classes - the same with a series for each class, in its own colour and marker: classes [n] holds
 * 0 .. count-1, names [count] their names.  Errors: another value in classes; count outside 1 .. 1000.
 * gd_plot_scatter_values - each point in the colour of values[i], as on the colour bar beside the frame (below).  A
 * value that is not finite is grey. */
bool gd_plot_scatter(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *y);
bool gd_plot_scatter_classes(gd_plot *p, const gd_tensor *x, const gd_tensor *y, const gd_tensor *classes,
                             const char *const *names, int count);
bool gd_plot_scatter_values(gd_plot *p, const char *series, const gd_tensor *x, const gd_tensor *y,
                            const gd_tensor *values);

/* ---- Bars ----------------------------------------------------------------------------------------------- */

/* gd_plot_bar - a bar for each name, as high as values[i], [n]; it begins at 0, on a logarithmic axis at the foot of
 * the frame.  Bars of several series stand side by side, in the order of their calls.  The names are those of the x
 * axis, in two lines or upwards where there is little space; names NULL: those of the call before, or 0, 1, .. n-1.
 * A NaN or an infinity has no bar.  Errors: other names, or another number of them, than in the call before; n outside
 * 1 .. 1000; a series that has points or bars already. */
bool gd_plot_bar(gd_plot *p, const char *series, const char *const *names, const gd_tensor *values);

/* gd_plot_histogram - how many elements of values, of any shape, lie in each of `bins` parts of equal width (on a
 * logarithmic x axis: of equal ratio) from the least to the greatest; the last part includes its upper end.
 * bins 0: parts of width 2 (q3 - q1) / n^(1/3), with the quartiles q1 and q3 (Freedman and Diaconis 1981), or where
 * these are equal log2(n) + 1 parts (Sturges 1926), at most 200.  Several histograms overlap, half transparent.
 * Elements that are not finite (on a logarithmic axis: not positive) do not count; a line above the frame says how many
 * there are.  Errors: nothing to count; bins outside 0 .. 10000; a series that has points or bars already. */
bool gd_plot_histogram(gd_plot *p, const char *series, const gd_tensor *values, int bins);

/* ---- Heat maps ------------------------------------------------------------------------------------------ */

/* gd_plot_heat - z [rows, columns] as a matrix of coloured cells, row 0 at the top; the cell of row i and column j is
 * centred at (x, y) = (j, i).  Low values are dark, high ones light; the colours are viridis (S. van der Walt, N. Smith
 * 2015), in which equal steps look equal, also in grey and to colour-blind readers.  A colour bar stands beside the
 * frame.  NaN is a grey cell; infinities have the colours of the ends.  A second call replaces the first.
 * Errors: more than 10000 rows or columns, or none. */
typedef struct gd_heat_look {               /* 0 stands for the default */
    const char *const *row_names;           /* [rows]; NULL: 0, 1, .. rows-1 */
    const char *const *column_names;        /* [columns] */
    bool numbers;                           /* also written into the cells, where these are large enough for all */
} gd_heat_look;

bool gd_plot_heat(gd_plot *p, const gd_tensor *z, gd_heat_look look);

/* gd_plot_zlim, gd_plot_log_z - the values at the ends of the colour bar, as gd_plot_ylim, and whether colours follow
 * the logarithm.  gd_plot_z_label - its label. */
bool gd_plot_zlim(gd_plot *p, double low, double high);
bool gd_plot_log_z(gd_plot *p, bool on);
bool gd_plot_z_label(gd_plot *p, const char *label);

/* gd_plot_confusion - a matrix of counts [classes, classes] as gd_confusion returns it: how often an example of the
 * class of row i was taken for the class of column j.  The counts stand in the cells; a cell is the darker, the larger
 * its part of its row.  names [classes], NULL: 0, 1, ..  The axes are labelled "predicted" and "true" where the plot
 * has no labels of its own.  Errors: not square; a count that is negative or not finite. */
bool gd_plot_confusion(gd_plot *p, const gd_tensor *counts, const char *const *names);

/* ---- Images --------------------------------------------------------------------------------------------- */

/* gd_plot_images - a grid of images [n, h, w] or [n, 1, h, w], in greys from black (low) to white, or [n, 3, h, w],
 * red, green and blue; row by row, each above its caption.  A pixel that is not finite is vermillion.  The plot can
 * hold nothing else; gd_plot_where then takes (column, row) of the grid, image (i, j) covering i .. i+1 and j .. j+1.
 * A second call replaces the first.  Errors: another shape; more than 10000 images, or of more than 4096 pixels in a
 * direction, or more than 64 million pixels in all; columns < 0; low >= high. */
typedef struct gd_image_look {              /* 0 stands for the default */
    int                columns;             /* as many as give the largest images */
    bool               together;            /* one scale of greys for all images; the default is its own for each */
    double             low, high;           /* the values of black and white for all images; both 0: the extremes */
    const char *const *captions;            /* [n]; NULL: none */
    const bool        *marked;              /* [n]: images to stand out, with a frame and a caption in vermillion, such
                                             * as those that were predicted wrongly; NULL: none */
} gd_image_look;

bool gd_plot_images(gd_plot *p, const gd_tensor *images, gd_image_look look);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
