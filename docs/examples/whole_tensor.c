/* whole_tensor.c - Muon for a matrix, and AdamW for all that is none.
 *
 * It prints
 *
 *     stepped: yes
 *     adamw: 0 and 1
 */
#include <gradus.h>

int main(void)
{
    GD_SCOPE;
    gd_on_error(gd_abort);
    gd_params *net = gd_params_new();
    gd_linear layer = gd_linear_new(net, "layer", 4, 4);
    gd_optimizer *muon = gd_muon(net, gd_muon_defaults());
    gd_group *others = gd_muon_others(muon, gd_muon_adamw_defaults());      /* the bias */
    gd_backward(gd_sum(gd_square(gd_linear_apply(&layer, gd_eye(4)))));
    printf("stepped: %s\n", gd_step(muon) ? "yes" : "no");
    printf("adamw: %g and %g\n", gd_group_get(&muon->first, "adamw"), gd_group_get(others, "adamw"));
    gd_optimizer_free(muon);
    gd_params_free(net);
    return 0;
}
