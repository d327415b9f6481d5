/* animation.h - plots that move: an animated PNG of a run, and a live plot in the terminal.
 *
 *     gd_animation *film = gd_animation_new("descent.png", (gd_animation_options){ .delay_ms = 100 });
 *     for (int step = 0; step < 50; step++) {
 *         ..                                           one step of the optimizer
 *         gd_plot_point(p, "adam", x, y);
 *         gd_animation_frame(film, p);                 the trajectory so far
 *         gd_plot_live(p, stderr, 0.2);                and what it looks like, if somebody is watching
 *     }
 *     gd_animation_end(film);
 *
 * An animated PNG (W3C, "PNG specification", third edition, 2025) is shown by all browsers and by many viewers; others
 * show its first frame.
 *
 * Errors: as everywhere, false (or NULL) after one message.  A NULL animation or plot is the result of a call that
 * failed: functions that are given one return false and leave that call's message. */
#ifndef GRADUS_ANIMATION_H
#define GRADUS_ANIMATION_H

#include <stdio.h>

#include "plot.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Animated PNG -------------------------------------------------------------------------------------- */

typedef struct gd_animation gd_animation;

typedef struct gd_animation_options {       /* 0 stands for the default */
    int delay_ms;                           /* how long a frame is shown, in milliseconds: 100 */
    int last_ms;                            /* the same for the last frame: as the others */
    int repeat;                             /* how often the animation is played: for ever */
} gd_animation_options;

/* gd_animation_new - begins an animation, which gd_animation_end writes to path and frees.
 * Errors: path does not end in .png, or cannot be written; a negative option; a time above 60000. */
gd_animation *gd_animation_new(const char *path, gd_animation_options options);

/* gd_animation_frame - appends the picture that gd_plot_save would write now.  It is compressed at once, and only the
 * part that has changed since the frame before, so that memory does not grow with the number of frames.  Automatic
 * axes may differ from frame to frame: set them (gd_plot_xlim, gd_plot_ylim), or draw over contours.
 * gd_animation_grid - the same for the picture of gd_plot_save_grid.
 * Errors: as for those; another size than that of the first frame.  After an error the animation is as it was before,
 * unless its file cannot be written. */
bool gd_animation_frame(gd_animation *a, gd_plot *p);
bool gd_animation_grid(gd_animation *a, gd_plot *const panels[], int rows, int columns, const char *title);

/* gd_animation_end - finishes the file and frees the animation, in any case.  Frames are written to a temporary file,
 * which is renamed here: path holds the old picture or the whole new one.  Errors: there is no frame; the file cannot
 * be written. */
bool gd_animation_end(gd_animation *a);

/* ---- In the terminal ----------------------------------------------------------------------------------- */

/* gd_plot_live - draws the plot on a terminal in braille characters, over its previous picture, if so many `seconds`
 * have passed since then; 0: in any case, as at the end of a run.  Where stream is not a terminal nothing is written at
 * all: call it in every step.  Series have the colours of the saved picture, unless the environment's NO_COLOR is set;
 * contours are left out.  The picture is as wide as the terminal, at most 100 columns, and at most 24 rows high; the
 * environment's COLUMNS and LINES count where they are set.  In a terminal of fewer than 24 columns or 10 rows, and in
 * one whose TERM is "dumb", nothing is shown.
 * gd_plot_live_break - for a program that prints something else: the next picture comes below it, instead of over the
 * previous one.
 * Errors: stream is NULL; seconds is negative or NaN; as gd_plot_save for axes; the stream cannot be written. */
bool gd_plot_live(gd_plot *p, FILE *stream, double seconds);
bool gd_plot_live_break(gd_plot *p);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
