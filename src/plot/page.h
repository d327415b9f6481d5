/* page.h - a picture being drawn, and the file that it goes to: PNG, or SVG where the path ends in .svg. */
#ifndef GRADUS_PLOT_PAGE_H
#define GRADUS_PLOT_PAGE_H

#include <stdbool.h>

#include "canvas.h"
#include "gradus/plot.h"
#include "svg.h"

typedef struct gi_page {
    gi_canvas   canvas;
    gi_svg      svg;
    const char *path;
} gi_page;

/* gi_picture_path - is path the name of a file in a format that can be written?  A message if not.
 * gi_animation_path - the same for an animation, which cannot be SVG.
 * gi_page_start - a white page; then draw on page->canvas.  page must stay where it is.  path NULL: pixels.
 * gi_page_write - the file.  gi_page_stop - must be called after a start that succeeded.
 * False after a message. */
bool gi_picture_path(const char *who, const char *path);
bool gi_animation_path(const char *who, const char *path);
bool gi_page_start(const char *who, gi_page *page, double width, double height, const char *title, const char *path);
bool gi_page_write(const char *who, gi_page *page);
void gi_page_stop(gi_page *page);

/* save.c: gi_page_plot, gi_page_grid - a page with one plot on it, or with a grid of them.  False after a message: the
 * page has then been stopped. */
bool gi_page_plot(const char *who, gi_page *page, gd_plot *p, const char *path);
bool gi_page_grid(const char *who, gi_page *page, gd_plot *const panels[], int rows, int columns, const char *title,
                  const char *path);

#endif
