/* charts.c - a histogram and a confusion matrix, side by side.
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
    gd_plot *left = gd_plot_new("Normal numbers", "", ""), *right = gd_plot_new("Cats and dogs", "", "");
    gd_plot_histogram(left, "x", gd_normal(GD_SHAPE(1000), 0, 1), 0);
    gd_tensor *counts = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 40, 3, 5, 52 });
    gd_plot_confusion(right, counts, (const char *[]){ "cat", "dog" });
    bool saved = gd_plot_save_grid((gd_plot *[]){ left, right }, 1, 2, "Charts", "charts.svg");
    printf("saved: %s\n", saved ? "yes" : "no");
    gd_plot_free(left);
    gd_plot_free(right);
    return 0;
}
