/* 03_tape - the graph that is recorded, and how long tensors live.
 *
 *     cc -O2 03_tape.c $(pkg-config --cflags --libs gradus) -o 03_tape
 *     ./03_tape
 *
 * The steps of a backward pass are printed; a result leaves its scope; memory is counted with a scope around each step
 * and without, which is the picture; and a value that the pass needs is overwritten, so that it refuses. */
#include <gradus.h>
#include <math.h>

static gd_tensor *x, *w;

static gd_tensor *loss(void)
{
    return gd_mean(gd_square(gd_tanh(gd_mul(w, x))));
}

/* The largest element of tanh(w x): a result that outlives the scope in which it was made. */
static gd_tensor *largest(void)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *h = gd_tanh(gd_mul(w, x));
    return gd_keep(gd_max(h));
}

/* Fifty steps; the memory in use after each of them, in kilobytes. */
static void with_scope(gd_plot *plot)
{
    for (int step = 1; step <= 50; step++) {
        {
            GD_SCOPE;
            gd_backward(loss());
            gd_zero_grad_of(w);
        }
        gd_plot_point(plot, "GD_SCOPE in each step", step, (double)gd_memory_live() / 1000);
    }
}

static void without_scope(gd_plot *plot)
{
    for (int step = 1; step <= 50; step++) {
        gd_backward(loss());
        gd_zero_grad_of(w);
        gd_plot_point(plot, "no scope", step, (double)gd_memory_live() / 1000);
    }
}

int main(void)
{
    gd_on_error(gd_abort);

    /* 1. The recorded graph */
    x = gd_set_name(gd_linspace(-1, 1, 1000), "x");
    w = gd_set_name(gd_requires_grad(gd_scalar(0.5)), "w");
    gd_tensor *y = gd_set_name(loss(), "loss");
    gd_graph_print(stdout, y);

    /* 2. A result for the caller */
    printf("\nlargest element of tanh(w x): %.4f\n", (double)gd_item(largest()));

    /* 3. Memory with and without scopes */
    gd_plot *plot = gd_plot_new("Memory in use while a loop runs", "step", "kilobytes");
    gd_plot_ylim(plot, 0, NAN);
    gd_plot_size(plot, 720, 450);
    size_t start = gd_memory_live();
    with_scope(plot);
    size_t scoped = gd_memory_live() - start;
    without_scope(plot);
    size_t unscoped = gd_memory_live() - start - scoped;
    printf("after fifty steps without a scope %s memory is in use than after fifty steps with one\n",
           unscoped > 4 * scoped ? "much more" : "not much more");
    gd_plot_save(plot, "03_tape.png");
    gd_plot_free(plot);

    /* 4. A value that the pass needs is overwritten */
    y = loss();
    gd_fill(x, 0);                                      /* dw = sum of dy x: the pass will read x */
    gd_on_error(NULL);                                  /* do not stop at the next failure: print its message here */
    if (!gd_backward(y))
        printf("\n%s\n", gd_last_error());
    return 0;
}
