/* plugin.c - what a plug-in does with Gradus: a graph, a failure, and a product large enough for helping threads. */
#include <gradus.h>

double plugin_work(void);

double plugin_work(void)
{
    gd_on_error(NULL);
    gd_set_threads(3);
    gd_tensor *w = gd_requires_grad(gd_full(GD_SHAPE(300, 300), 2));
    GD_SCOPE;
    gd_tensor *x = gd_ones(GD_SHAPE(300, 300));
    if (!gd_backward(gd_sum(gd_matmul(x, w))) || gd_matmul(x, gd_ones(GD_SHAPE(7))) || !gd_last_error())
        return -1;
    return (double)gd_item(gd_mean(w->grad));                     /* 300 */
}
