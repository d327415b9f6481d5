/* picture.h - what the tests of plots share: a folder for each test, and the picture that gd_plot_save wrote
 * there, decoded again by stb_image, so that its pixels can be looked at. */
#ifndef TEST_PICTURE_H
#define TEST_PICTURE_H

#include "support/scratch.h"

extern const char path[];                   /* of the picture, in the test's folder */

typedef struct picture { int width, height; unsigned char *rgb; } picture;

extern const unsigned char blue[3], orange[3], white[3];

/* plot_suite - a suite of one case, each test of which has a folder of its own, in which nothing but the picture may
 * be left; run_suite runs it. */
Suite *plot_suite(const char *name, TCase **cases);

picture load_picture(const char *name);
picture drawn(gd_plot *plot);               /* saved at path, and loaded */
void    discard(picture p);

const unsigned char *pixel(picture p, double column, double row);
const unsigned char *pixel_at(gd_plot *plot, picture p, double x, double y);

bool is_colour(const unsigned char *at, const unsigned char colour[3], int tolerance);
int  count_colour(picture p, const unsigned char colour[3]);           /* how many pixels */

#define ck_colour(at, colour) \
    do { \
        const unsigned char *rgb_ = (at); \
        ck_assert_msg(is_colour(rgb_, colour, 3), "%s is (%d, %d, %d)", #at, rgb_[0], rgb_[1], rgb_[2]); \
    } while (0)

/* wide - a plot without legend over 0 .. 10 in both directions, with a wide line to be found again. */
gd_plot *wide(gd_line line);

/* A function to draw: x^2 + y^2 + c, with c the context. */
double bowl(double x, double y, void *context);

#endif
