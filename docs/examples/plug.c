/* plug.c - an optimizer of one's own: sign descent.
 *
 * It prints
 *
 *     w [2]: [0.375, -0.375]
 */
#include <gradus.h>

typedef struct sign_options { double lr; } sign_options;

static void sign_update(const gd_update *u)
{
    for (int64_t i = 0; i < u->n; i++)
        u->w[i] -= (gd_real)u->lr * (gd_real)((u->g[i] > 0) - (u->g[i] < 0));
}

static const gd_algorithm sign = { .name = "sign", .options_size = sizeof(sign_options), .update = sign_update };

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_from(GD_SHAPE(2), (gd_real[]){ 1, -1 }));
    gd_optimizer *o = gd_optimizer_new(net, &sign, &(sign_options){ .lr = 0.25 });
    gd_set_schedule(&o->first, gd_lr_step(0.25, 2, 0.5));       /* it has schedules, groups and checkpoints, too */
    for (int i = 0; i < 3; i++) {
        GD_SCOPE;
        gd_backward(gd_sum(gd_square(w)));
        gd_step(o);
        gd_zero_grad(o);
    }
    gd_print(stdout, w);
    gd_optimizer_free(o);
    gd_params_free(net);
    return 0;
}
