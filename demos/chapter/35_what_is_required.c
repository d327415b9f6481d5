/* 35_what_is_required - how special must a problem be for Adam to diverge and Yogi to converge?  (d2l 12.10, ex. 4)
 *
 * Case R of 34_adam_diverges, one setting changed at a time; where x is after 200000 steps.  Adam loses, per pass,
 *
 *     lr (2 (exp(a/2) - 1) / ((1 - beta2)^(3/2) c) - (1 - beta2)^(-1/2)),      a = n (1 - beta2),
 *
 * to the n - 1 small gradients: it diverges where 2 (exp(a/2) - 1)/a > c/n.  So what counts is the distance of the
 * large gradients, in units of Adam's memory 1/(1 - beta2); for c = 2n it must be above 2.51.  In honesty:
 *
 *   - beta2 = 0.9997 is enough to cure Adam here, and so is c = 8n.  Each beta2 < 1 has an n that breaks it.
 *   - beta1, lr and any usual eps matter little; an eps of 1000 makes Adam a method of momentum, which converges.
 *   - Yogi must meet a large gradient early: where it comes last in a pass, all three first run n steps the wrong way,
 *     and the way back, at lr (c - n)/c a pass, is long.
 *
 *     cc -O2 35_what_is_required.c $(pkg-config --cflags --libs gradus64) -o 35_what_is_required
 *     35_what_is_required [--long]      also the three rows of a million steps with other learning rates */
#include <string.h>

#include "rare.h"

static const struct { const char *name; rare_optimizer *make; } contestants[] = {
    { "Adam", rare_adam }, { "Yogi", rare_yogi }, { "AMSGrad", rare_amsgrad },
};

/* One line of the table; where there is a plot, |x| over `at`. */
static void row(gd_plot *plot, double at, const char *what, double value, rare r, rare_setting s, int64_t steps)
{
    printf("%-20s %8g", what, value);
    for (int i = 0; i < 3; i++) {
        double x = rare_run(r, contestants[i].make, s, steps, NULL, NULL);
        printf("  %10.4f", x);
        if (plot)
            gd_plot_point(plot, contestants[i].name, at, fabs(x));
    }
    printf("\n");
    fflush(stdout);
}

static gd_plot *panel(const char *title, const char *x_label, double low, double high)
{
    gd_plot *plot = gd_plot_new(title, x_label, "|x| after 200 000 steps");
    gd_plot_log_x(plot, true);
    gd_plot_xlim(plot, low, high);
    gd_plot_log_y(plot, true);
    for (int i = 0; i < 3; i++)
        gd_plot_style(plot, contestants[i].name, (gd_plot_look){ .marker = (gd_marker)(GD_CIRCLE + i) });
    gd_plot_hline(plot, 1, "start");
    return plot;
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    const rare r = { 5000, 10000, false };
    const rare_setting s = { 0.01, 0.9, 0.999, 0, 0 };
    gd_plot *memory = panel("Distance of the large gradients", "a = n (1 − β₂)", 0.3, 1000);
    gd_plot *size = panel("Their size", "c / n", 0.9, 10);
    gd_plot *eps = panel("ε of all three", "ε", 1e-9, 1e4);
    printf("%-20s %8s  %10s  %10s  %10s\n", "changed", "to", "Adam", "Yogi", "AMSGrad");

    const double beta1s[] = { 0, 0.5, 0.99 }, epsilons[] = { 1e-8, 1e-3, 1, 100, 1000 }, rates[] = { 0.1, 0.01, 0.001 };
    const double beta2s[] = { 0.9, 0.99, 0.995, 0.998, 0.999, 0.9995, 0.9997, 0.9999 };
    const double sizes[] = { 5100, 6000, 10000, 20000, 40000 };
    for (int i = 0; i < 8; i++)
        row(memory, 5000 * (1 - beta2s[i]), "beta2", beta2s[i], r, (rare_setting){ 0.01, 0.9, beta2s[i], 0, 0 },
            200000);
    for (int i = 0; i < 3; i++)
        row(NULL, 0, "beta1", beta1s[i], r, (rare_setting){ 0.01, beta1s[i], 0.999, 0, 0 }, 200000);
    for (int i = 0; i < 5; i++)
        row(size, sizes[i] / 5000, "c", sizes[i], (rare){ 5000, sizes[i], false }, s, 200000);
    for (int i = 0; i < 5; i++)
        row(eps, epsilons[i], "eps", epsilons[i], r, (rare_setting){ 0.01, 0.9, 0.999, epsilons[i], 0 }, 200000);
    row(NULL, 0, "large last, n", 5000, (rare){ 5000, 10000, true }, s, 200000);
    if (count > 1 && strcmp(argument[1], "--long") == 0)
        for (int i = 0; i < 3; i++)
            row(NULL, 0, "lr, 1000000 steps", rates[i], r, (rare_setting){ rates[i], 0.9, 0.999, 0, 0 }, 1000000);

    gd_plot_save_grid((gd_plot *[]){ memory, size, eps }, 1, 3,
                      "Where Adam diverges: the large gradients must be rare, and not too large",
                      "out/35_what_is_required.png");
    printf("\nAdam leaves the minimum where a = n (1 - beta2) is above 2.5 and c/n below about 4.5; Yogi and AMSGrad"
           " nowhere,\nbut they are slow where beta2 is small, c/n near 1, or the large gradient comes last.\n");
    gd_plot_free(memory);
    gd_plot_free(size);
    gd_plot_free(eps);
    return 0;
}
