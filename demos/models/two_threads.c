/* two_threads - two threads train at the same time, and draw and compute exactly what they would one after the other.
 *
 * An ensemble (B. Lakshminarayanan et al., "Simple and scalable predictive uncertainty estimation using deep
 * ensembles", 2017): ten small networks, each with its own first weights and its own resampling of 40 noisy points.
 * Where there are no points they disagree, and the band that they span becomes wide.  Each thread trains five of the
 * ten.  Tapes, scopes and random numbers belong to a thread, so that nothing needs a lock; the program trains all of
 * them a second time in one thread and compares the parameters bit for bit. */
#include <gradus.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 40, MEMBERS = 10, THREADS = 2 };

typedef struct member {
    gd_params *params;
    gd_linear  first, second, last;
} member;

typedef struct job {
    const gd_real *x, *y;                   /* [POINTS] each: data are shared, tensors are not */
    member        *members;                 /* of them first, first + stride, .. */
    int            first, stride, steps;
} job;

static gd_tensor *forward(const member *m, gd_tensor *x)
{
    x = gd_tanh(gd_linear_apply(&m->first, x));
    x = gd_tanh(gd_linear_apply(&m->second, x));
    return gd_linear_apply(&m->last, x);
}

static void train(member *m, const job *work)
{
    GD_SCOPE;
    m->params = gd_params_new();
    m->first = gd_linear_new(m->params, "first", 1, 32);
    m->second = gd_linear_new(m->params, "second", 32, 32);
    m->last = gd_linear_new(m->params, "last", 32, 1);
    gd_tensor *x = gd_zeros(GD_SHAPE(POINTS, 1)), *y = gd_zeros(GD_SHAPE(POINTS, 1));
    gd_tensor *random = gd_uniform(GD_SHAPE(POINTS), 0, POINTS);
    for (int i = 0; i < POINTS; i++) {      /* drawn with replacement */
        x->data[i] = work->x[(int)random->data[i]];
        y->data[i] = work->y[(int)random->data[i]];
    }
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.01;
    gd_optimizer *adam = gd_adam(m->params, options);
    for (int step = 0; step < work->steps; step++) {
        GD_SCOPE;
        gd_backward(gd_mse_loss(forward(m, x), y, GD_MEAN));
        gd_step(adam);
        gd_zero_grad(adam);
    }
    gd_optimizer_free(adam);
}

static void *run(void *context)
{
    const job *work = context;
    for (int i = work->first; i < MEMBERS; i += work->stride) {
        gd_seed((uint64_t)i);               /* a member's numbers depend on the member, not on the thread */
        train(&work->members[i], work);
    }
    return NULL;
}

static bool same_bits(const member *a, const member *b)
{
    for (int i = 0; i < gd_params_tensors(a->params); i++) {
        const gd_tensor *s = gd_params_at(a->params, i), *t = gd_params_at(b->params, i);
        if (memcmp(s->data, t->data, (size_t)gd_numel(s) * sizeof *s->data) != 0)
            return false;
    }
    return true;
}

static void draw(const member *members, const gd_real *x, const gd_real *y)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_plot *plot = gd_plot_new("Ten networks agree where there are data", "x", "y");
    gd_tensor *line = gd_linspace(-1.5, 1.5, 200), *all[MEMBERS];
    for (int i = 0; i < MEMBERS; i++) {
        char name[20];
        snprintf(name, sizeof name, i ? "network %d" : "each network", i);
        all[i] = gd_flatten(forward(&members[i], gd_unsqueeze(line, 1)), 0);
        gd_plot_tensor(plot, name, line, all[i]);
        gd_plot_style(plot, name, (gd_plot_look){ .line = GD_SOLID, .colour = GD_SKY, .width = 1, .no_legend = i > 0 });
    }
    gd_plot_tensor(plot, "their mean", line, gd_mean_axis(gd_stack(all, MEMBERS, 0), 0, false));
    gd_plot_style(plot, "their mean", (gd_plot_look){ .line = GD_SOLID, .colour = GD_BLUE, .width = 3 });
    for (int i = 0; i < POINTS; i++)
        gd_plot_point(plot, "data", (double)x[i], (double)y[i]);
    gd_plot_style(plot, "data", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE, .colour = GD_BLACK,
                                                .marker_size = 6 });
    gd_plot_ylim(plot, -2, 2);
    gd_plot_save(plot, "out/two_threads.png");
    gd_plot_free(plot);
    printf("wrote out/two_threads.png\n");
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int steps = count > 2 && strcmp(argument[1], "--steps") == 0 ? atoi(argument[2]) : 1000;
    gd_set_threads(1);                      /* kernels of this size run on one thread anyway */
    gd_seed(1);
    gd_real x[POINTS], y[POINTS];
    gd_tensor *place = gd_uniform(GD_SHAPE(POINTS), 0.2, 1), *noise = gd_normal(GD_SHAPE(POINTS), 0, 0.1);
    for (int i = 0; i < POINTS; i++) {      /* two stretches, with a gap around 0 */
        x[i] = i % 2 ? place->data[i] : -place->data[i];
        y[i] = (gd_real)sin(4 * (double)x[i]) + noise->data[i];
    }

    member together[MEMBERS] = { { .params = NULL } }, alone[MEMBERS] = { { .params = NULL } };
    pthread_t thread[THREADS];
    job half[THREADS];
    for (int k = 0; k < THREADS; k++) {
        half[k] = (job){ x, y, together, k, THREADS, steps };
        if (pthread_create(&thread[k], NULL, run, &half[k]) != 0)
            gd_abort("two_threads: a thread cannot be started");
    }
    for (int k = 0; k < THREADS; k++)
        pthread_join(thread[k], NULL);
    run(&(job){ x, y, alone, 0, 1, steps });

    int same = 0;
    for (int i = 0; i < MEMBERS; i++)
        same += same_bits(&together[i], &alone[i]);
    printf("%d of %d networks are the same bit for bit, trained by two threads and by one\n", same, MEMBERS);
    draw(together, x, y);
    for (int i = 0; i < MEMBERS; i++) {
        gd_params_free(together[i].params);
        gd_params_free(alone[i].params);
    }
    return same == MEMBERS ? 0 : 1;
}
