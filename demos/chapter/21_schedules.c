/* 21_schedules - the shapes of the learning rate over the epochs of a training run (d2l 12.11).
 *
 *     square root     0.1 (t + 1)^(-1/2)
 *     factor          max(0.01, 2 * 0.9^(t + 1))
 *     multi-step      0.5, halved at 15 and at 30
 *     cosine          from 0.3 to 0.01 within 20 epochs, along half a wave
 *     with warm-up    the same within 15 epochs, after 5 of linear growth from 0
 *
 * A schedule is a function of t without state: gd_lr_at(schedule, t).  How LeNet fares under them: 22_lenet_schedules.
 *
 *     cc -O2 21_schedules.c $(pkg-config --cflags --libs gradus64) -o 21_schedules */
#include <gradus.h>
#include <math.h>

enum { EPOCHS = 30, SCHEDULES = 5 };

static gd_plot *panel(const char *title)
{
    gd_plot *plot = gd_plot_new(title, "epoch t", "learning rate");
    gd_plot_legend(plot, GD_LEGEND_NONE);
    return plot;
}

int main(void)
{
    gd_on_error(gd_abort);
    const gd_schedule cosine = gd_lr_cosine(0.3, 0.01, 20), shorter = gd_lr_cosine(0.3, 0.01, 15);
    const struct { const char *name; gd_schedule schedule; } all[SCHEDULES] = {
        { "square root", gd_lr_inverse_sqrt(0.1, 1) },
        { "factor", gd_lr_factor(2, 0.9, 0.01) },
        { "multi-step", gd_lr_multistep(0.5, (const int64_t[]){ 15, 30 }, 2, 0.5) },
        { "cosine", cosine },
        { "cosine with warm-up", gd_lr_warmup(shorter, 5, 0) },
    };
    gd_plot *panels[SCHEDULES + 1], *together = panel("all, on a logarithmic axis");
    gd_plot_log_y(together, true);
    panels[SCHEDULES] = together;
    printf("%-20s  t = 0        5       10       15       20       25       30\n", "");
    for (int i = 0; i < SCHEDULES; i++) {
        panels[i] = panel(all[i].name);
        gd_plot_style(panels[i], all[i].name, (gd_plot_look){ .marker = GD_CIRCLE, .marker_size = 4 });
        printf("%-20s", all[i].name);
        for (int t = 0; t <= EPOCHS; t++) {
            double lr = gd_lr_at(all[i].schedule, t);
            gd_plot_point(panels[i], all[i].name, t, lr);
            gd_plot_point(together, all[i].name, t, lr);
            if (t % 5 == 0)
                printf(" %8.6f", lr);
        }
        gd_plot_ylim(panels[i], 0, NAN);
        printf("\n");
    }
    gd_plot_legend(together, GD_LEGEND_BOTTOM_LEFT);
    gd_plot_ylim(together, 1e-5, 3);
    gd_plot_save_grid(panels, 2, 3, "Learning rate schedules", "out/21_schedules.png");
    printf("\nFast at first, slow at the end; only warm-up begins slowly, until first guesses have been corrected.\n");
    for (int i = 0; i <= SCHEDULES; i++)
        gd_plot_free(panels[i]);
    return 0;
}
