/* transformer.c - an encoder block with padding: what stands behind the end of a sequence has no influence.
 *
 * It prints
 *
 *     y [1, 3, 8]; with and without the padding: the same
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_encoder_block block = gd_encoder_block_new(net, "block", 8, 2, 16, (gd_block_options){ .gelu = true });
    gd_tensor *x = gd_normal(GD_SHAPE(1, 3, 8), 0, 1);
    gd_tensor *padding = gd_from(GD_SHAPE(1, 3), (gd_real[]){ 0, 0, 1 });
    gd_tensor *y = gd_encoder_block_apply(&block, x, (gd_attention_masks){ .padding = padding }, false);
    gd_tensor *first_two = gd_slice(x, 1, 0, 2, 1);
    gd_tensor *alone = gd_encoder_block_apply(&block, first_two, (gd_attention_masks){ .causal = false }, false);
    gd_tensor *apart = gd_max(gd_abs(gd_sub(gd_slice(y, 1, 0, 2, 1), alone)));
    printf("y [%d, %d, %d]; with and without the padding: %s\n", (int)y->shape[0], (int)y->shape[1], (int)y->shape[2],
           (double)gd_item(apart) < 1e-5 ? "the same" : "different");
    gd_params_free(net);
    return 0;
}
