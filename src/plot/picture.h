/* picture.h - what a plot holds, and the steps from there to pixels, for the files of this room. */
#ifndef GD_PLOT_PICTURE_H
#define GD_PLOT_PICTURE_H

#include <math.h>

#include "axis.h"
#include "canvas.h"
#include "fit.h"
#include "gradus/plot.h"
#include "text.h"

/* ---- What a plot holds --------------------------------------------------------------------------------- */

typedef struct gd_xy { double x, y; } gd_xy;

typedef struct gd_series {
    char        *name;
    gd_xy       *points;
    size_t       count, room;
    gd_plot_look look;
} gd_series;

typedef struct gd_remark {                  /* a reference line (x is NaN) or a note */
    double x, y;
    char  *text;
} gd_remark;

typedef struct gd_field {                   /* values on a grid, for contours */
    double *z;                              /* [rows, columns]; NULL: none */
    int     rows, columns;
    bool    smooth;                         /* samples of a function: cubic between them, else linear */
    double  x_low, x_high, y_low, y_high;
    double *levels;                         /* NULL: automatic */
    int     n;
    bool    labels;
} gd_field;

typedef struct gd_ends { double low, high; bool log; } gd_ends;     /* NaN: automatic */

struct gd_plot {
    char      *title, *x_label, *y_label;
    gd_series *series;
    int        count, room, latest;         /* latest: the series of the last point */
    gd_remark *remarks;
    int        remarks_count, remarks_room;
    gd_field   field;
    gd_ends    x, y;
    int        width, height;               /* 0: not set */
    double     scale;
    gd_legend  legend;
};

/* gd_series_named - a series, made when the name is new; NULL when memory is out. */
gd_series *gd_series_named(gd_plot *p, const char *name);

/* gd_copy_string - NULL when memory is out; NULL is copied as "". */
char *gd_copy_string(const char *text);

/* ---- A plot being drawn -------------------------------------------------------------------------------- */

/* What is left out of the names that are too wide for a legend: so many bytes at their beginning and at their end. */
typedef struct gd_cut {
    size_t   front, back;
    uint64_t inner;                         /* bit k: the k-th word between them */
    bool     distinct;                      /* with that they fit, and still differ */
} gd_cut;

/* The size of a legend: entries in columns, filled downwards. */
typedef struct gd_key {
    int    listed, shown;                   /* series with an entry; those that find a place.  The others are
                                             * counted in the last row */
    int    rows, columns;                   /* 0: no legend */
    double column_width, width, height;
    double name_width;                      /* longer names are cut to it */
    bool   outside;                         /* right of the frame */
    gd_box box;                             /* where it stands */
    gd_cut cut;                             /* of the names */
} gd_key;

typedef struct gd_panel {
    gd_canvas     *canvas;
    const gd_plot *plot;
    gd_box         outside;                 /* where the panel goes */
    gd_box         margin;                  /* the frame keeps at least so far from its sides; right is not used */
    gd_box         frame;                   /* the axes; edges where a hairline is crisp */
    gd_axis        x, y;
    double         u;                       /* pixels per unit of length: the scale */
    gd_fitted      title, x_label, y_label; /* as they are written */
    gd_key         key;
    bool           legend_beside;           /* an automatic legend would hide data in the frame */
    bool           note_row;                /* the note of the x axis does not fit beside the label */
    const char    *empty;                   /* what is said in the frame when there is nothing to draw, or NULL */
} gd_panel;

/* gd_hairline - the width of a thin line.  gd_crisp - the place nearest to v where the middle of one is sharp. */
static inline double gd_hairline(const gd_panel *panel)
{
    return fmax(1, floor(panel->u + 0.5));
}

static inline double gd_crisp(const gd_panel *panel, double v)
{
    return (int)gd_hairline(panel) % 2 ? floor(v) + 0.5 : floor(v + 0.5);
}

/* gd_type_of - a type in the colour of text. */
static inline gd_type gd_type_of(double size, gd_align align)
{
    return (gd_type){ .size = size, .align = align, .colour = { 26, 26, 26 } };
}

/* gd_panel_plan - given plot, outside, margin and u: where everything goes.  gd_panel_draw - the same, and draws it all
 * on the canvas.  False after a message. */
bool gd_panel_plan(const char *who, gd_panel *panel);
bool gd_panel_draw(const char *who, gd_panel *panel);

/* gd_middle_of - where the lines of a text are centred: at `middle` where the panel, from .. to, leaves them room,
 * else as near as it does. */
double gd_middle_of(const gd_panel *panel, const gd_fitted *text, double middle, double from, double to, gd_type type);

/* gd_to_pixel - data to canvas coordinates. */
gd_xy gd_to_pixel(const gd_panel *panel, gd_xy data);

/* lines.c: a series and its sample in the legend. */
typedef struct gd_pen {                     /* a look with every default settled */
    gd_rgb    colour;
    gd_line   line;
    gd_marker marker;
    double    width, marker_size;           /* pixels of the canvas */
    int       marker_every;
} gd_pen;

gd_pen gd_pen_of(const gd_panel *panel, int series);
bool   gd_draw_series(const gd_panel *panel, int series);
void   gd_draw_sample(const gd_panel *panel, int series, double left, double right, double y);

/* stretch.c: gd_hidden - the lengths of what each of the boxes would hide of all lines and markers.  False when
 * memory is out. */
bool gd_hidden(const gd_panel *panel, const gd_box *boxes, int n, double *lengths);

/* contour.c: the bands lie under the grid, the lines over it.  False when memory is out.
 * gd_level_digits - so many digits for the labels of ascending levels that no two are the same, from 3 on. */
void gd_fill_field(const gd_panel *panel);
bool gd_draw_contours(const gd_panel *panel);
int  gd_level_digits(const double *levels, int n);

/* remarks.c: reference lines with their labels, and notes.
 * gd_place_references sets out[] to the reference lines in the frame, and tells how many; out has room for every
 * remark, taken, for its own use, for twice as many and one.  Data must have been drawn, since labels keep clear of
 * them.
 * gd_draw_remarks - false when memory is out.
 * gd_hidden_remarks - the length of what a box would hide of lines and notes. */
typedef struct gd_reference {
    const gd_remark *remark;
    double           y;                     /* of the line */
    gd_box           label;                 /* empty: no label, or no place for it */
    bool             interrupted;           /* the line, by its label */
    gd_box           pointer;               /* between a label and a line that are far from each other; may be empty */
} gd_reference;

int    gd_place_references(const gd_panel *panel, gd_reference *out, gd_box *taken);
bool   gd_draw_remarks(const gd_panel *panel);
double gd_hidden_remarks(const gd_panel *panel, gd_box box);

/* names.c: names for a legend.  gd_cut_names - what all that are wider than `width` have in common, so much of it as
 * must go; gd_short_name - such a name without it, or whole if it fits, never wider than `width`. */
gd_cut gd_cut_names(const gd_plot *p, gd_type type, double width);
void   gd_short_name(char out[GD_FIT_BYTES], const char *name, gd_cut cut, gd_type type, double width);

static inline bool gd_is_listed(const gd_plot *p, int series)
{
    return !p->series[series].look.no_legend && *p->series[series].name && p->series[series].count > 0;
}

/* legend.c: gd_plan_legend sets panel->key for a frame of this size, from which an outside legend takes away its
 * width and gd_legend_gap.  gd_place_legend sets panel->key.box in the frame that came of it; *hides: every place in
 * there hides more than a little of the data, and there is room beside it.  False when memory is out. */
void   gd_plan_legend(gd_panel *panel, double frame_width, double frame_height);
bool   gd_place_legend(gd_panel *panel, bool *hides);
double gd_legend_gap(const gd_panel *panel);
void   gd_draw_legend(const gd_panel *panel);

/* Type sizes in a panel, before scaling. */
#define GD_TITLE_SIZE  17
#define GD_LABEL_SIZE  15
#define GD_NUMBER_SIZE 13.5
#define GD_LEGEND_SIZE 14
#define GD_LEADING     1.75                 /* from line to line, in heights of a capital */

#endif
