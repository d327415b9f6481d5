/* 06_own_optimizer - an optimizer of one's own, defined outside of the library.
 *
 * Signum (J. Bernstein et al., "signSGD: compressed optimisation for non-convex problems", 2018, algorithm 2):
 *
 *     m = beta m + (1 - beta) g;   w = w - lr sign(m)
 *
 * It is the few lines between the two rulers.  It then has what the built-in ones have: groups, a schedule,
 * checkpoints and a trace. */
#include <gradus.h>

/* ---------------------------------------------------------------------------------------------------------- */

typedef struct signum_options { double lr, beta; } signum_options;

static void signum_update(const gd_update *u)
{
    gd_real lr = (gd_real)u->lr, beta = (gd_real)((const signum_options *)u->options)->beta, *m = u->state[0];
    for (int64_t i = 0; i < u->n; i++) {
        m[i] = beta * m[i] + (1 - beta) * u->g[i];
        u->w[i] -= lr * (gd_real)((m[i] > 0) - (m[i] < 0));
    }
}

static const gd_option signum_fields[] = { GD_OPTION(signum_options, beta, "[)", 0, 1),
                                           { NULL, 0, GD_OPTION_REAL, NULL, 0, 0 } };
static const gd_algorithm signum = { .name = "signum", .options_size = sizeof(signum_options), .options = signum_fields,
                                     .states = { "m" }, .update = signum_update };

/* ---------------------------------------------------------------------------------------------------------- */

static gd_tensor *w, *b;

static gd_tensor *half_mse(gd_tensor *x, gd_tensor *y)
{
    return gd_scale(gd_mean(gd_square(gd_sub(gd_add(gd_matmul(x, w), b), y))), 0.5);
}

/* x and y of airfoil; where the file is not to be had, a made-up plane with noise, and that is said. */
static gd_dataset data(const char *path, bool *airfoil)
{
    gd_on_error(NULL);
    gd_dataset set = gd_airfoil(path);
    gd_on_error(gd_abort);
    *airfoil = set.x != NULL;
    if (*airfoil)
        return set;
    printf("%s\n\nMade-up data take its place: y is the sum of five numbers times 0.3, and noise.\n\n",
           gd_last_error());
    gd_tensor *x = gd_normal(GD_SHAPE(1500, 5), 0, 1);
    return (gd_dataset){ x, gd_add(gd_scale(gd_sum_axis(x, 1, true), 0.3), gd_normal(GD_SHAPE(1500, 1), 0, 0.7)) };
}

int main(int count, char **argument)
{
    bool airfoil;
    gd_dataset set = data(count > 1 ? argument[1] : NULL, &airfoil);
    gd_params *net = gd_params_new();
    w = gd_param(net, "w", gd_zeros(GD_SHAPE(5, 1)));
    b = gd_param(net, "b", gd_zeros(GD_SHAPE(1)));

    gd_algorithm titled = signum;                                       /* its name is the picture's title */
    titled.name = airfoil ? "signum on airfoil noise" : "signum on made-up data";
    gd_optimizer *o = gd_optimizer_new(net, &titled, &(signum_options){ .lr = 0.02, .beta = 0.9 });
    gd_set_schedule(&o->first, gd_lr_cosine(0.02, 0.0002, 300));        /* signs do not get smaller: lr must */
    gd_group *bias = gd_optimizer_group(o, "b", NULL);                  /* a group for b, half as fast */
    gd_set_schedule(bias, gd_lr_cosine(0.01, 0.0001, 300));
    gd_optimizer_trace(o, w, GD_SHAPE(0, 0));
    gd_optimizer_trace(o, w, GD_SHAPE(4, 0));

    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 1 });
    printf("step   learning rate   loss over all\n");
    while (o->steps < 300) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_backward(half_mse(batch.x, batch.y));
            gd_step(o);
            gd_zero_grad(o);
            if (o->steps % 60 == 0)
                printf("%4d   %13.5f   %.6f\n", (int)o->steps, o->lr, (double)gd_item(half_mse(set.x, set.y)));
            if (o->steps == 150)
                gd_save_run("out/06_own_optimizer.safetensors", net, o, load);
        }
    }
    double whole = (double)gd_item(half_mse(set.x, set.y));
    gd_trace_picture(o, "out/06_own_optimizer.png");

    gd_load_run("out/06_own_optimizer.safetensors", net, o, load);      /* back to step 150, and on */
    for (gd_batch batch; o->steps < 300;) {
        if (!gd_loader_next(load, &batch))
            continue;
        GD_SCOPE;
        gd_backward(half_mse(batch.x, batch.y));
        gd_step(o);
        gd_zero_grad(o);
    }
    double resumed = (double)gd_item(half_mse(set.x, set.y));
    printf("\nsaved at step 150, loaded and continued: the end loss is %s\n",
           whole == resumed ? "the same, bit for bit" : "another");
    if (whole != resumed)
        gd_abort("06_own_optimizer: a resumed run must end like one that was never interrupted");

    printf("wrote out/06_own_optimizer.png: gradient, momentum and effective step of two weights\n");
    gd_loader_free(load);
    gd_optimizer_free(o);
    gd_params_free(net);
    return 0;
}
