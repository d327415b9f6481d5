/* recurrent.c - an LSTM over a padded batch of two sequences.
 *
 * It prints
 *
 *     y [2, 10, 8]
 *     behind the end of the second: 0
 *     its state is that after step 4: 1
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_recurrent_layer lstm = gd_recurrent_new(net, "lstm", GD_LSTM, 5, 8, (gd_recurrent_options){ .layers = 2 });
    gd_tensor *x = gd_normal(GD_SHAPE(2, 10, 5), 0, 1), *lengths = gd_from(GD_SHAPE(2), (gd_real[]){ 10, 4 });
    const gd_lstm_state zeros = { NULL, NULL };
    gd_recurrent_result r = gd_recurrent_apply(&lstm, x, lengths, zeros, false);
    printf("y [%d, %d, %d]\n", (int)r.y->shape[0], (int)r.y->shape[1], (int)r.y->shape[2]);
    printf("behind the end of the second: %g\n", (double)gd_item(gd_sum(gd_select(gd_select(r.y, 0, 1), 0, 4))));
    gd_tensor *last = gd_select(gd_select(r.state.h, 0, 1), 0, 1), *fourth = gd_select(gd_select(r.y, 0, 1), 0, 3);
    printf("its state is that after step 4: %g\n", (double)gd_item(gd_all(gd_eq(last, fourth))));
    gd_params_free(net);
    return 0;
}
