/* animation.c - a descent as an animated PNG.
 *
 * It prints
 *
 *     written: yes
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_plot *p = gd_plot_new("Descent", "x", "x^2");
    gd_plot_xlim(p, -1, 1);
    gd_plot_ylim(p, 0, 1);
    gd_animation *film = gd_animation_new("descent.png", (gd_animation_options){ .delay_ms = 100 });
    double x = 1;
    for (int step = 0; step < 5; step++, x *= 0.5) {
        gd_plot_point(p, "x", x, x * x);
        gd_animation_frame(film, p);
        gd_plot_live(p, stderr, 0.2);                   /* the same on a terminal, if somebody is watching */
    }
    printf("written: %s\n", gd_animation_end(film) ? "yes" : "no");
    gd_plot_free(p);
    return 0;
}
