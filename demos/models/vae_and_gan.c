/* vae_and_gan - two models that learn to draw points like those they are shown.
 *
 * The points lie in eight clusters on a circle.  A variational autoencoder (D. P. Kingma, M. Welling, "Auto-encoding
 * variational Bayes", 2014, eq. 10) maximises a lower bound of their likelihood; a generative adversarial network
 * (I. Goodfellow et al., "Generative adversarial nets", 2014, algorithm 1, with the generator's loss of its section 3)
 * has a second network that tells drawn points from shown ones.  Printed: how many of the clusters each model draws,
 * and how many of its points lie within four standard deviations of a cluster's centre. */
#include <gradus.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BATCH = 128, WIDTH = 64, LATENT = 2, NOISE = 8, CLUSTERS = 8, DRAWN = 1000 };
static const double radius = 2, spread = 0.1;

static double cluster_angle(int k) { return 2 * 3.14159265358979 * k / CLUSTERS; }

/* [n, 2]: a cluster at random, and a point near its centre. */
static gd_tensor *shown(int64_t n)
{
    static gd_real centre[CLUSTERS][2];
    for (int k = 0; k < CLUSTERS; k++) {
        centre[k][0] = (gd_real)(radius * cos(cluster_angle(k)));
        centre[k][1] = (gd_real)(radius * sin(cluster_angle(k)));
    }
    gd_tensor *cluster = gd_uniform(GD_SHAPE(n), 0, CLUSTERS);
    for (int64_t i = 0; i < n; i++)
        cluster->data[i] = (gd_real)(int)cluster->data[i];
    return gd_add(gd_embedding(gd_from(GD_SHAPE(CLUSTERS, 2), *centre), cluster), gd_normal(GD_SHAPE(n, 2), 0, spread));
}

typedef struct mlp {
    gd_linear first, second, last;
} mlp;

static mlp mlp_new(gd_params *p, int64_t in, int64_t out)
{
    return (mlp){ gd_linear_new(p, "first", in, WIDTH), gd_linear_new(p, "second", WIDTH, WIDTH),
                  gd_linear_new(p, "last", WIDTH, out) };
}

static gd_tensor *mlp_apply(const mlp *m, gd_tensor *x)
{
    x = gd_leaky_relu(gd_linear_apply(&m->first, x), 0.2);
    x = gd_leaky_relu(gd_linear_apply(&m->second, x), 0.2);
    return gd_linear_apply(&m->last, x);
}

/* ---- The variational autoencoder ---------------------------------------------------------------------------- */

typedef struct vae {
    gd_params *encoder_params, *decoder_params;
    mlp        encoder, decoder;            /* x -> mean and ln variance of z;  z -> mean of x */
} vae;

/* -ln p(x | z) up to a constant, z drawn from the encoder, plus the divergence from N(0, 1); mean over examples. */
static gd_tensor *vae_loss(const vae *v, gd_tensor *x)
{
    gd_tensor *code = mlp_apply(&v->encoder, x);
    gd_tensor *mean = gd_slice(code, 1, 0, LATENT, 1), *log_var = gd_slice(code, 1, LATENT, 2 * LATENT, 1);
    gd_tensor *noise = gd_normal(GD_SHAPE(x->shape[0], LATENT), 0, 1);
    gd_tensor *z = gd_add(mean, gd_mul(gd_exp(gd_scale(log_var, 0.5)), noise));
    gd_tensor *distance = gd_mse_loss(mlp_apply(&v->decoder, z), x, GD_SUM);
    gd_tensor *divergence = gd_sum(gd_sub(gd_add(gd_square(mean), gd_exp(log_var)), gd_shift(log_var, 1)));
    gd_tensor *sum = gd_add(gd_scale(distance, 1 / (spread * spread)), divergence);
    return gd_scale(sum, 0.5 / (double)x->shape[0]);
}

static gd_tensor *vae_draw(const vae *v, int64_t n)
{
    gd_tensor *mean = mlp_apply(&v->decoder, gd_normal(GD_SHAPE(n, LATENT), 0, 1));
    return gd_add(mean, gd_normal(GD_SHAPE(n, 2), 0, spread));
}

/* ---- The adversarial network -------------------------------------------------------------------------------- */

typedef struct gan {
    gd_params *generator_params, *critic_params;
    mlp        generator, critic;           /* noise -> x;  x -> logit of "x was shown" */
} gan;

static gd_tensor *gan_draw(const gan *g, int64_t n)
{
    return mlp_apply(&g->generator, gd_normal(GD_SHAPE(n, NOISE), 0, 1));
}

static gd_tensor *called(const gan *g, gd_tensor *x, double answer)
{
    return gd_bce_with_logits(mlp_apply(&g->critic, x), gd_full(GD_SHAPE(x->shape[0], 1), answer), GD_MEAN);
}

/* ---- Training, and what came of it -------------------------------------------------------------------------- */

static gd_optimizer *adam_for(gd_params *p, double lr, double beta1)
{
    gd_adam_options options = gd_adam_defaults();
    options.lr = lr;
    options.beta1 = beta1;
    return gd_adam(p, options);
}

static void step(gd_optimizer *o, gd_tensor *loss)
{
    gd_backward(loss);
    gd_step(o);
    gd_zero_grad(o);
}

static void train_vae(const vae *v, int steps)
{
    gd_optimizer *encoder = adam_for(v->encoder_params, 1e-3, 0.9), *decoder = adam_for(v->decoder_params, 1e-3, 0.9);
    for (int i = 1; i <= steps; i++) {
        GD_SCOPE;
        gd_tensor *loss = vae_loss(v, shown(BATCH));
        gd_backward(loss);
        gd_step(encoder);
        gd_step(decoder);
        gd_zero_grad(encoder);
        gd_zero_grad(decoder);
        if (i % 500 == 0)
            printf("vae   step %4d   bound %8.3f\n", i, -(double)gd_item(loss));
    }
    gd_optimizer_free(encoder);
    gd_optimizer_free(decoder);
}

static void train_gan(const gan *g, int steps)
{
    gd_optimizer *generator = adam_for(g->generator_params, 1e-3, 0.5), *critic = adam_for(g->critic_params, 1e-3, 0.5);
    for (int i = 1; i <= steps; i++) {
        GD_SCOPE;
        gd_tensor *drawn = gan_draw(g, BATCH);
        gd_tensor *told = gd_add(called(g, shown(BATCH), 1), called(g, gd_detach(drawn), 0));
        step(critic, told);
        gd_tensor *taken_for_shown = called(g, drawn, 1);
        step(generator, taken_for_shown);
        gd_zero_grad(critic);               /* the generator's loss reached the critic's parameters too */
        if (i % 500 == 0)
            printf("gan   step %4d   critic %.3f, generator %.3f\n", i, (double)gd_item(told),
                   (double)gd_item(taken_for_shown));
    }
    gd_optimizer_free(generator);
    gd_optimizer_free(critic);
}

/* Clusters that got at least a quarter of their share, and the part of all points that is near one. */
static void report(const char *name, gd_tensor *x)
{
    int at[CLUSTERS] = { 0 }, near = 0, drawn = 0;
    int64_t n = x->shape[0];
    for (int64_t i = 0; i < n; i++)
        for (int k = 0; k < CLUSTERS; k++)
            if (hypot((double)x->data[2 * i] - radius * cos(cluster_angle(k)),
                      (double)x->data[2 * i + 1] - radius * sin(cluster_angle(k))) < 4 * spread)
                at[k]++, near++;
    for (int k = 0; k < CLUSTERS; k++)
        drawn += 4 * CLUSTERS * at[k] >= n;
    printf("%s: %d of %d clusters, %.0f %% of its points near one\n", name, drawn, CLUSTERS, 100.0 * near / (double)n);
}

static gd_plot *scatter(const char *title, gd_tensor *x)
{
    gd_plot *plot = gd_plot_new(title, "", "");
    gd_plot_tensor(plot, "", gd_select(x, 1, 0), gd_select(x, 1, 1));
    gd_plot_style(plot, "", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE, .marker_size = 3 });
    gd_plot_xlim(plot, -3, 3);
    gd_plot_ylim(plot, -3, 3);
    gd_plot_size(plot, 340, 340);
    return plot;
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    int steps = count > 2 && strcmp(argument[1], "--steps") == 0 ? atoi(argument[2]) : 4000;
    gd_seed(1);
    vae v = { .encoder_params = gd_params_new(), .decoder_params = gd_params_new() };
    v.encoder = mlp_new(v.encoder_params, 2, 2 * LATENT);
    v.decoder = mlp_new(v.decoder_params, LATENT, 2);
    gan g = { .generator_params = gd_params_new(), .critic_params = gd_params_new() };
    g.generator = mlp_new(g.generator_params, NOISE, 2);
    g.critic = mlp_new(g.critic_params, 2, 1);

    train_vae(&v, steps);
    train_gan(&g, steps);
    GD_NO_GRAD;
    gd_tensor *real = shown(DRAWN), *from_vae = vae_draw(&v, DRAWN), *from_gan = gan_draw(&g, DRAWN);
    printf("\n");
    report("shown", real);
    report("vae", from_vae);
    report("gan", from_gan);
    gd_plot *panels[] = { scatter("shown", real), scatter("variational autoencoder", from_vae),
                          scatter("adversarial network", from_gan) };
    gd_plot_save_grid(panels, 1, 3, "A thousand points each", "out/vae_and_gan.png");
    printf("wrote out/vae_and_gan.png\n");

    for (int i = 0; i < 3; i++)
        gd_plot_free(panels[i]);
    gd_params_free(v.encoder_params);
    gd_params_free(v.decoder_params);
    gd_params_free(g.generator_params);
    gd_params_free(g.critic_params);
    return 0;
}
