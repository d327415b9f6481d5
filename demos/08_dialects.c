/* 08_dialects - the same name, other numbers: where dialects of Adam and of Yogi part, step by step.
 *
 * One parameter with a noisy gradient that shrinks from 1e-3 to 1e-7, as near a minimum.  Frameworks put eps in
 * different places and start the second moment from different values; at first nothing is to be seen, then the
 * paths part.  The last column of each table is the largest difference between any two dialects. */
#include <gradus.h>
#include <math.h>

enum { STEPS = 200, MOST = 6 };

typedef struct dialect {
    const char  *name;
    gd_params   *params;
    gd_tensor   *x;
    gd_optimizer *o;
} dialect;

static dialect new_dialect(const char *name)
{
    gd_params *p = gd_params_new();
    return (dialect){ name, p, gd_param(p, "x", gd_scalar(0)), NULL };
}

static dialect adam(const char *name, gd_dialect which)
{
    dialect d = new_dialect(name);
    gd_adam_options o = gd_adam_dialect(which);
    o.lr = 0.01;                            /* the same for all: only the formulas differ */
    d.o = gd_adam(d.params, o);
    return d;
}

static dialect yogi(const char *name, gd_dialect which)
{
    dialect d = new_dialect(name);
    gd_yogi_options o = gd_yogi_dialect(which);
    o.lr = 0.01;
    d.o = gd_yogi(d.params, o);
    return d;
}

/* The gradient of step t: the same numbers for every dialect. */
static double gradient(int t)
{
    return pow(10, -3 - 4.0 * t / STEPS) * (1 + 0.5 * sin(1.7 * t));
}

static void compare(const char *title, dialect *dialects, int n, gd_plot *paths, gd_plot *distances)
{
    printf("%s\nstep   gradient ", title);
    for (int i = 0; i < n; i++)
        printf(" %12s", dialects[i].name);
    printf("   farthest apart\n");
    for (int t = 1; t <= STEPS; t++) {
        GD_SCOPE;
        double low = INFINITY, high = -INFINITY;
        for (int i = 0; i < n; i++) {
            gd_set_grad(dialects[i].x, gd_scalar(gradient(t)));
            gd_step(dialects[i].o);
            double x = (double)gd_item(dialects[i].x);
            low = fmin(low, x);
            high = fmax(high, x);
            gd_plot_point(paths, dialects[i].name, t, x);
            gd_plot_point(distances, dialects[i].name, t, fabs(x - (double)gd_item(dialects[0].x)));
        }
        if (t == 1 || t == 2 || t == 5 || t == 10 || t % 40 == 0) {
            printf("%4d   %.2e ", t, gradient(t));
            for (int i = 0; i < n; i++)
                printf(" %12.6f", (double)gd_item(dialects[i].x));
            printf("   %.1e\n", high - low);
        }
    }
    printf("\n");
    for (int i = 0; i < n; i++) {
        gd_optimizer_free(dialects[i].o);
        gd_params_free(dialects[i].params);
    }
}

int main(void)
{
    gd_on_error(gd_abort);
    gd_plot *panels[] = { gd_plot_new("Adam, lr 0.01", "step", "x"), gd_plot_new("Yogi, lr 0.01", "step", "x"),
                          gd_plot_new("", "step", "distance from PyTorch"),
                          gd_plot_new("", "step", "distance from D2L") };
    for (int i = 0; i < 4; i++) {
        gd_plot_size(panels[i], 560, i < 2 ? 400 : 320);
        gd_plot_log_y(panels[i], i >= 2);
        gd_plot_legend(panels[i], i < 2 ? GD_LEGEND_AUTO : GD_LEGEND_NONE);
    }

    dialect adams[] = { adam("PyTorch", GD_TORCH), adam("D2L", GD_D2L), adam("Keras", GD_KERAS),
                        adam("optax", GD_OPTAX), adam("D2L, TF tab", GD_D2L_TF_AS_PRINTED) };
    compare("Adam", adams, 5, panels[0], panels[2]);
    dialect yogis[] = { yogi("D2L", GD_D2L), yogi("TFA", GD_TFA), yogi("optax", GD_OPTAX), yogi("paper", GD_PAPER) };
    compare("Yogi", yogis, 4, panels[1], panels[3]);
    printf("\"D2L, TF tab\" is the book's TensorFlow listing with its errors: eps outside of the division, t that "
           "stays 1.\n"
           "optax's Adam is PyTorch's to the last bit shown; its Yogi starts from 1e-6 and is not the book's.\n");

    gd_plot_save_grid(panels, 2, 2, "One gradient, many dialects", "out/08_dialects.png");
    printf("wrote out/08_dialects.png\n");
    for (int i = 0; i < 4; i++)
        gd_plot_free(panels[i]);
    return 0;
}
