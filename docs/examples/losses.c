/* losses.c - cross-entropy from logits, and with smoothed labels; the Huber loss.
 *
 * It prints
 *
 *     0.4100
 *     0.4600
 *     [2]: [0.125, 2.5]
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *logits = gd_from(GD_SHAPE(2, 2), (gd_real[]){ 0, 0, 2, 0 });
    gd_tensor *labels = gd_from(GD_SHAPE(2), (gd_real[]){ 1, 0 });
    printf("%.4f\n", (double)gd_item(gd_cross_entropy(logits, labels, GD_MEAN)));

    gd_cross_entropy_options options = gd_cross_entropy_defaults();
    options.label_smoothing = 0.1;
    printf("%.4f\n", (double)gd_item(gd_cross_entropy_with(logits, labels, NULL, options)));

    gd_tensor *prediction = gd_from(GD_SHAPE(2), (gd_real[]){ 0.5, 3 }), *target = gd_zeros(GD_SHAPE(2));
    gd_print(stdout, gd_huber_loss(prediction, target, 1, GD_NONE));
    return 0;
}
