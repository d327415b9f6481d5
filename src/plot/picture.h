/* picture.h - the definition of a plot, and the steps from there to pixels; shared by the files of this folder. */
#ifndef GRADUS_PLOT_PICTURE_H
#define GRADUS_PLOT_PICTURE_H

#include <math.h>
#include <stdbool.h>

#include "axis.h"
#include "canvas.h"
#include "fit.h"
#include "gradus/plot.h"
#include "text.h"

/* ---- What a plot holds --------------------------------------------------------------------------------- */

typedef struct gi_xy { double x, y; } gi_xy;

typedef struct gi_range { double x, low, high; } gi_range;        /* what a band covers at x */

typedef enum gi_shape { GI_CURVE, GI_BARS, GI_BINS } gi_shape;    /* bars with names; the bins of a histogram */

typedef struct gi_series {
    char        *name;
    gi_shape     shape;
    gi_xy       *points;
    size_t       count, capacity;
    gi_range    *band;                      /* the shaded range of the series, if any */
    size_t       band_count, band_capacity;
    gd_plot_look look;
    bool         second;                    /* on the second y axis */
    bool         scatter;                   /* points that are smaller where there are many */
    double      *values;                    /* of the points, for their colours; NULL: none */
    size_t       values_count;
} gi_series;

typedef struct gi_remark {                  /* a reference line (x is NaN) or a note */
    double x, y;
    char  *text;
} gi_remark;

typedef struct gi_field {                   /* values on a grid, for contours */
    double *z;                              /* [rows, columns]; NULL: none */
    int     rows, columns;
    bool    smooth;                         /* samples of a function: cubic between them, else linear */
    double  x_low, x_high, y_low, y_high;
    double *levels;                         /* NULL: automatic */
    int     n;
    bool    labels;
} gi_field;

typedef struct gi_names {                   /* of bars, or of the rows or columns of a matrix */
    char **text;                            /* NULL: their numbers */
    int    n;
} gi_names;

typedef struct gi_heat {                    /* a matrix of coloured cells */
    double  *z;                             /* [rows, columns]; NULL: none */
    gi_names row_names, column_names;       /* as many as rows and columns */
    bool     numbers, confusion;            /* confusion: coloured by parts of a row, without a colour bar */
} gi_heat;

typedef struct gi_images {
    gi_rgb  *cells;                         /* [n, h, w]; NULL: none */
    int      n, h, w, columns;              /* columns 0: automatic */
    gi_names captions;                      /* n 0: none */
    bool    *marked;                        /* [n] */
} gi_images;

typedef struct gi_ends { double low, high; bool log; } gi_ends;     /* NaN: automatic */

typedef struct gi_live {                    /* the plot's picture in a terminal */
    int    lines;                           /* 0: there is none to draw over */
    double shown;                           /* when, by gi_seconds */
} gi_live;

struct gd_plot {
    char      *title, *x_label, *y_label, *second_label, *z_label;
    gi_series *series;
    int        count, capacity, latest;     /* latest: the series of the last point */
    gi_remark *remarks;
    int        remarks_count, remarks_capacity;
    gi_field   field;
    gi_heat    heat;
    gi_images  images;
    gi_names   x_names;                     /* of bars; n 0: none */
    size_t     left_out;                    /* values that no histogram counts */
    gi_ends    x, y, second, z;             /* second: of the y axis at the right; z: of the colour bar */
    int        width, height;               /* 0: not set */
    double     scale;
    gd_legend  legend;
    gi_live    live;
};

/* ---- A plot being drawn -------------------------------------------------------------------------------- */

/* What is removed from names that are too wide for a legend: so many bytes at their beginning and at their end. */
typedef struct gi_cut {
    size_t   front, back;
    uint64_t inner;                         /* bit k: the k-th word between them */
    bool     distinct;                      /* then they fit, and still differ */
} gi_cut;

/* The size of a legend: entries in columns, filled downwards. */
typedef struct gi_key {
    int    listed, shown;                   /* series with an entry; those that find a place.  The others are
                                             * counted in the last row */
    int    rows, columns;                   /* 0: no legend */
    double column_width, width, height;
    double name_width;                      /* wider names are shortened */
    bool   outside;                         /* right of the frame */
    gi_box box;                             /* its position */
    gi_cut cut;                             /* of the names */
} gi_key;

/* How the names of an x axis are written. */
typedef struct gi_name_rows {
    int    lines;
    bool   upwards;
    double width, height;                   /* of the longest, of all of them */
} gi_name_rows;

typedef struct gi_panel {
    gi_canvas     *canvas;
    const gd_plot *plot;
    gi_box         outside;                 /* of the panel */
    gi_box         margin;                  /* the least distances of the frame from it; right is not used */
    gi_box         space;                   /* what numbers and labels need left of the frame and below it */
    gi_box         frame;                   /* of the axes; a hairline on its edges is crisp */
    gi_axis        x, y, second, z;
    bool           has_second;              /* a second y axis, */
    bool           only_second;             /* and nothing on the first one */
    double         second_width;            /* of its numbers and its label, right of the frame */
    bool           has_bar;                 /* a colour bar, right of that */
    double         beside;                  /* the space for both */
    gi_name_rows   x_rows;
    double         x_height;                /* of the numbers or names below the frame */
    double         y_names_width;
    double         image_scale;             /* pixels of the picture for a pixel of an image */
    double         u;                       /* pixels per unit of length: the scale */
    gi_fitted      title, x_label, y_label, second_label, z_label;       /* as drawn */
    gi_key         key;
    bool           legend_beside;           /* an automatic legend would hide data in the frame */
    bool           note_row;                /* the note of the x axis does not fit beside the label */
    const char    *empty;                   /* the text in the frame when there is nothing to draw, or NULL */
} gi_panel;

/* gi_hairline - the width of a thin line.  gi_crisp - the position nearest to v at which one is crisp. */
static inline double gi_hairline(const gi_panel *panel)
{
    return fmax(1, floor(panel->u + 0.5));
}

static inline double gi_crisp(const gi_panel *panel, double v)
{
    return (int)gi_hairline(panel) % 2 ? floor(v) + 0.5 : floor(v + 0.5);
}

/* gi_type_of - a type in the colour of text. */
static inline gi_type gi_type_of(double size, gi_align align)
{
    return (gi_type){ .size = size, .align = align, .colour = { 26, 26, 26 } };
}

/* gi_panel_plan - given plot, outside, margin and u: the position of everything.  gi_panel_draw - the same, and draws
 * it on the canvas.  False after a message. */
bool gi_panel_plan(const char *who, gi_panel *panel);
bool gi_panel_draw(const char *who, gi_panel *panel);

/* gi_middle_of - where the lines of a text are centred: at `middle`, or as near to it as keeps them within from ..
 * to. */
double gi_middle_of(const gi_panel *panel, const gi_fitted *text, double middle, double from, double to, gi_type type);

/* gi_to_pixel - data to canvas coordinates.  gi_series_pixel - the same for a point of a series, whose y axis may be
 * the second. */
gi_xy gi_to_pixel(const gi_panel *panel, gi_xy data);
gi_xy gi_series_pixel(const gi_panel *panel, const gi_series *series, gi_xy data);

static inline const gi_axis *gi_y_axis(const gi_panel *panel, const gi_series *series)
{
    return series->second ? &panel->second : &panel->y;
}

/* plot.c: gi_series_for - the series of that name, created if it is new; NULL after a message.  gi_reserve - memory for
 * `more` points of it.  gi_copy_string - NULL is copied as "". */
gi_series *gi_series_for(const char *who, gd_plot *p, const char *name);
gi_series *gi_curve_for(const char *who, gd_plot *p, const char *name);     /* and it is no bars */
bool       gi_reserve(gi_series *s, size_t more);
char      *gi_copy_string(const char *text);

/* lines.c: a series and its sample in the legend. */
typedef struct gi_pen {                     /* a look, with all defaults resolved */
    gi_rgb    colour;
    gd_line   line;
    gd_marker marker;
    double    width, marker_size;           /* pixels of the canvas */
    int       marker_every;
} gi_pen;

gi_pen gi_pen_of(const gi_panel *panel, int series);
bool   gi_draw_series(const gi_panel *panel, int series);
void   gi_draw_sample(const gi_panel *panel, int series, double left, double right, double y);

/* band.c: gi_draw_band - the shaded range of a series, beneath all lines; false when memory is out.
 * gi_band_edge - the edge of a band at one of its x, in pixels; NaN: it is a gap there. */
bool  gi_draw_band(const gi_panel *panel, int series);
gi_xy gi_band_edge(const gi_panel *panel, const gi_series *series, gi_range range, bool high);
#define GI_BAND_OPACITY 0.22

/* bars.c: gi_bar_box - the k-th bar in pixels; false: there is none. */
bool gi_bar_box(const gi_panel *panel, const gi_series *series, size_t k, gi_box *box);
void gi_draw_bars(const gi_panel *panel, int series);
void gi_draw_bar_sample(const gi_panel *panel, int series, double left, double right, double y);

/* categories.c: names given by the user, and axes of names or of numbered cells.
 * gi_names_given - is none of them NULL?  gi_set_names - copies them; false when memory is out.
 * gi_choose_cells_x, gi_choose_cells_y - the axis in the frame, or of this height. */
bool gi_names_given(const char *who, const char *argument, const char *const *names, int n);
bool gi_set_names(gi_names *names, const char *const *from, int n);
void gi_free_names(gi_names *names);
void gi_choose_cells_x(gi_panel *panel);
void gi_choose_cells_y(gi_panel *panel, double height);
void gi_draw_name_x(const gi_panel *panel, int cell, double x);
void gi_draw_name_y(const gi_panel *panel, int cell, double y);

static inline const gi_names *gi_x_names(const gd_plot *p)
{
    return p->heat.z ? &p->heat.column_names : &p->x_names;
}

static inline const gi_names *gi_y_names(const gd_plot *p)
{
    return &p->heat.row_names;
}

/* heat.c: gi_choose_z - the axis of the colour bar.  gi_draw_heat - false when memory is out. */
void gi_free_heat(gi_heat *heat);
void gi_choose_z(gi_panel *panel, int most);
bool gi_draw_heat(const gi_panel *panel);
void gi_draw_colour_bar(const gi_panel *panel, gi_box bar);

/* images.c: gi_place_images - the frame within this area; false after a message: there is no room. */
void gi_free_images(gi_images *images);
bool gi_place_images(const char *who, gi_panel *panel, gi_box area);
void gi_draw_images(const gi_panel *panel);

/* hidden.c: gi_hidden - the length of lines and markers that each of the boxes would hide.  False when memory is
 * out. */
bool gi_hidden(const gi_panel *panel, const gi_box *boxes, int n, double *lengths);

/* gi_field_at - the value of a field at a point of its grid.
 * bands.c: gi_fill_bands - the bands between ascending levels.  gi_band_colour - of the band-th of so many. */
static inline double gi_field_at(const gi_field *f, int row, int column)
{
    return f->z[(size_t)row * (size_t)f->columns + (size_t)column];
}

void   gi_fill_bands(const gi_panel *panel, const double *levels, int n);
gi_rgb gi_band_colour(int band, int bands);

/* contour.c: the bands lie under the grid, the lines over it.  False when memory is out.
 * gi_level_digits - so many digits for the labels of ascending levels that no two are the same, from 3 on. */
void gi_fill_field(const gi_panel *panel);
bool gi_draw_contours(const gi_panel *panel);
int  gi_level_digits(const double *levels, int n);

/* remarks.c: reference lines with their labels, and notes.
 * gi_place_references - the reference lines in the frame, in out[], which has one element for every remark; returns how
 *   many.  taken, for its own use, has twice as many and one.  Data must have been drawn, as labels avoid them.
 * gi_draw_remarks - false when memory is out.
 * gi_hidden_remarks - the length of reference lines and notes that a box would hide. */
typedef struct gi_reference {
    const gi_remark *remark;
    double           y;                     /* of the line */
    gi_box           label;                 /* empty: no label, or no space for it */
    bool             interrupted;           /* the line, by its label */
    gi_box           pointer;               /* from a label to its line, where they are apart; may be empty */
} gi_reference;

int    gi_place_references(const gi_panel *panel, gi_reference *out, gi_box *taken);
bool   gi_draw_remarks(const gi_panel *panel);
double gi_hidden_remarks(const gi_panel *panel, gi_box box);

/* names.c: names for a legend.  gi_cut_names - what is removed from names that are wider than `width`, as they have it
 * in common.  gi_short_name - a name without that, or whole if it fits; never wider than `width`. */
gi_cut gi_cut_names(const gd_plot *p, gi_type type, double width);
void   gi_short_name(char out[GI_FIT_BYTES], const char *name, gi_cut cut, gi_type type, double width);

static inline bool gi_is_listed(const gd_plot *p, int series)
{
    return !p->series[series].look.no_legend && *p->series[series].name &&
           (p->series[series].count > 0 || p->series[series].band_count > 0);
}

/* legend.c: gi_plan_legend - sets panel->key for a frame of this size, from which a legend outside needs its width and
 * gi_legend_gap.  gi_place_legend - sets panel->key.box in the resulting frame; *hides: every place in it would hide
 * more than a little of the data, and there is space beside it.  False when memory is out. */
void   gi_plan_legend(gi_panel *panel, double frame_width, double frame_height);
bool   gi_place_legend(gi_panel *panel, bool *hides);
double gi_legend_gap(const gi_panel *panel);
void   gi_draw_legend(const gi_panel *panel);

/* Type sizes in a panel, before scaling. */
#define GI_TITLE_SIZE  17
#define GI_LABEL_SIZE  15
#define GI_NUMBER_SIZE 13.5
#define GI_LEGEND_SIZE 14
#define GI_LEADING     1.75                 /* from line to line, in heights of a capital */

/* The colour bar, before scaling. */
#define GI_BAR_GAP   16.0
#define GI_BAR_WIDTH 14.0

#endif
