/* 40_adamw - weight decay in AdamW against L2 regularization in Adam: which pairs of learning rate and decay are good?
 *
 *     L2:                   g = g + decay w, and then Adam: the decay is divided by sqrt(v), like the gradient
 *     AdamW, as published:  w = (1 - eta decay) w, and Adam's step; eta falls from 1 to 0 as lr falls
 *     AdamW of PyTorch:     w = (1 - lr decay) w, and Adam's step
 *
 * Since the book; Loshchilov and Hutter, "Decoupled weight decay regularization" (ICLR 2019), figure 1, draw this loss
 * for a deep network far from its minimum, where L2 ties both numbers together and decay apart does not.  Here 60 noisy
 * examples of 40 features, loss on new examples: a convex problem whose training comes to its end, and there it is the
 * other way round.  Where a step of length lr and decay are in balance, |w| is about lr/decay if the decay is apart, so
 * that the best pairs lie on a diagonal; PyTorch's product with lr, and L2, want one decay for many learning rates.
 *
 *     cc -O2 40_adamw.c $(pkg-config --cflags --libs gradus64) -lm -o 40_adamw
 *     40_adamw [points of each axis of the grid] [steps] [seeds] */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>

enum { EXAMPLES = 60, FEATURES = 40, TESTS = 500 };

typedef struct task { gd_tensor *x, *y, *test_x, *test_y; } task;

static task task_new(void)
{
    gd_tensor *w = gd_normal(GD_SHAPE(FEATURES, 1), 0, 0.3);
    task t = { .x = gd_normal(GD_SHAPE(EXAMPLES, FEATURES), 0, 1),
               .test_x = gd_normal(GD_SHAPE(TESTS, FEATURES), 0, 1) };
    t.y = gd_add(gd_matmul(t.x, w), gd_normal(GD_SHAPE(EXAMPLES, 1), 0, 1));
    t.test_y = gd_matmul(t.test_x, w);
    return t;
}

enum { L2, PUBLISHED, PYTORCH, KINDS };

/* Loss on new examples after so many steps; the learning rate falls to 0 along a cosine. */
static double test_loss(const task *t, int kind, double lr, double decay, int steps)
{
    GD_SCOPE;
    gd_params *net = gd_params_new();
    gd_tensor *w = gd_param(net, "w", gd_zeros(GD_SHAPE(FEATURES, 1)));
    gd_adam_options adam = gd_adam_defaults();
    gd_adamw_options adamw = gd_adamw_defaults();
    adam.lr = adamw.lr = lr;
    adam.weight_decay = decay;
    adamw.weight_decay = kind == PYTORCH ? decay : decay / lr;      /* gd_adamw multiplies by the lr of the step */
    gd_optimizer *o = kind != L2 ? gd_adamw(net, adamw) : gd_adam(net, adam);
    gd_set_schedule(&o->first, gd_lr_cosine(lr, 0, steps));
    for (int step = 0; step < steps; step++) {
        GD_SCOPE;
        const int at = step % 6 * 10;
        gd_tensor *x = gd_slice(t->x, 0, at, at + 10, 1), *y = gd_slice(t->y, 0, at, at + 10, 1);
        gd_backward(gd_mse_loss(gd_matmul(x, w), y, GD_MEAN));
        gd_step(o);
        gd_zero_grad(o);
    }
    GD_NO_GRAD;
    double loss = (double)gd_item(gd_mse_loss(gd_matmul(t->test_x, w), t->test_y, GD_MEAN));
    gd_optimizer_free(o);
    gd_params_free(net);
    return loss;
}

int main(int count, char **argument)
{
    const int n = count > 1 ? atoi(argument[1]) : 11, steps = count > 2 ? atoi(argument[2]) : 300;
    const int seeds = count > 3 ? atoi(argument[3]) : 3;
    /* powers of 10 */
    const double lr_low = -2.5, lr_high = -0.5, low[KINDS] = { -2, -3, -2 }, high[KINDS] = { 1, 0, 1 };
    const char *names[KINDS] = { "Adam with L2", "AdamW as published", "AdamW of PyTorch" };
    gd_plot *panels[KINDS];
    gd_on_error(gd_abort);
    for (int kind = 0; kind < KINDS; kind++) {
        gd_tensor *grid = gd_zeros(GD_SHAPE(n, n));
        int best = 0;
        for (int i = 0; i < n * n; i++) {
            const double decay = low[kind] + (high[kind] - low[kind]) * (i / n) / (n - 1);
            const double lr = lr_low + (lr_high - lr_low) * (i % n) / (n - 1);
            for (int seed = 0; seed < seeds; seed++) {
                GD_SCOPE;
                gd_seed((uint64_t)seed + 1);
                task t = task_new();
                grid->data[i] += (gd_real)(test_loss(&t, kind, pow(10, lr), pow(10, decay), steps) / seeds);
            }
            best = grid->data[i] < grid->data[best] ? i : best;
        }
        const double best_lr = lr_low + (lr_high - lr_low) * (best % n) / (n - 1);
        const double best_decay = low[kind] + (high[kind] - low[kind]) * (best / n) / (n - 1);
        printf("%-18s  best loss %.4f, at learning rate 10^%.2f and decay 10^%.2f\n", names[kind],
               (double)grid->data[best], best_lr, best_decay);
        const double levels[] = { 0.95, 1, 1.1, 1.2, 1.4, 1.7, 2, 2.5, 3, 4 };
        panels[kind] = gd_plot_new(names[kind], "log₁₀ of the learning rate",
                                   kind == 0 ? "log₁₀ of the decay" : "");
        gd_plot_contour_grid(panels[kind], grid, lr_low, lr_high, low[kind], high[kind]);
        gd_plot_levels(panels[kind], levels, sizeof levels / sizeof *levels, true);
        gd_plot_style(panels[kind], "best", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_DIAMOND,
                                                            .colour = GD_VERMILLION, .marker_size = 10 });
        gd_plot_point(panels[kind], "best", best_lr, best_decay);
        gd_plot_legend(panels[kind], GD_LEGEND_NONE);
        gd_plot_size(panels[kind], 470, 430);
    }
    gd_plot_save_grid(panels, 1, KINDS, "Loss on new examples; the diamond is the best", "out/40_adamw.png");
    for (int i = 0; i < KINDS; i++)
        gd_plot_free(panels[i]);
    printf("wrote out/40_adamw.png: a decay apart wants to grow with the learning rate, the two others do not\n");
    return 0;
}
