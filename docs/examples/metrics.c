/* metrics.c - accuracy, a confusion matrix, early stopping.
 *
 * It prints
 *
 *     accuracy 0.667
 *     [2, 2]:
 *     [[1, 0],
 *      [1, 1]]
 *     stopped after epoch 4; the model is that of epoch 2
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_tensor *scores = gd_from(GD_SHAPE(3, 2), (gd_real[]){ 2, 1, 0, 3, 5, 4 });
    gd_tensor *labels = gd_from(GD_SHAPE(3), (gd_real[]){ 0, 1, 1 });
    printf("accuracy %.3f\n", gd_accuracy(scores, labels));
    gd_print(stdout, gd_confusion(gd_argmax(scores, 1), labels, 2));

    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(1)));
    gd_early_stopping_options options = gd_early_stopping_defaults();
    options.patience = 2;
    gd_early_stopping *stopping = gd_early_stopping_new(net, options);
    const double losses[] = { 3, 1, 2, 2, 0 };
    int epoch = 0;
    do
        gd_fill(gd_detach(w), epoch + 1);               /* an epoch of training */
    while (!gd_early_stopping_next(stopping, losses[epoch++]));
    printf("stopped after epoch %d; the model is that of epoch %g\n", epoch, (double)gd_item(w));
    gd_early_stopping_free(stopping);
    gd_params_free(net);
    return 0;
}
