/* plot.c - curves, a shaded range and a reference line, as PNG or SVG.
 *
 * It prints
 *
 *     saved: yes
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_plot *p = gd_plot_new("Loss", "epoch", "loss");
    for (int epoch = 0; epoch < 20; epoch++) {
        double loss = 1.0 / (1 + epoch);
        gd_plot_point(p, "training", epoch, loss);
        gd_plot_band_point(p, "training", epoch, 0.9 * loss, 1.1 * loss);
    }
    gd_plot_hline(p, 0.05, "best possible");
    gd_plot_log_y(p, true);
    printf("saved: %s\n", gd_plot_save(p, "loss.svg") ? "yes" : "no");
    gd_plot_free(p);
    return 0;
}
