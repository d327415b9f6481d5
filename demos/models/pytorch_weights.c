/* pytorch_weights - a network that PyTorch trained, loaded, checked, drawn and trained further.
 *
 *     pytorch_weights [pytorch_weights.safetensors]
 *
 * The file comes from pytorch_weights.py.  In PyTorch the network is
 *
 *     nn.Sequential(nn.Linear(2, 32), nn.BatchNorm1d(32), nn.GELU(), nn.Linear(32, 32), nn.LayerNorm(32), nn.ReLU(),
 *                   nn.Linear(32, 2))
 *
 * The layers here have the same names ("0.weight", "1.running_mean"), so that its state_dict fits as it is.  The file
 * also holds sixteen points with PyTorch's outputs, to compare with. */
#include <gradus.h>
#include <math.h>
typedef struct model {
    gd_linear           input, hidden, output;
    gd_batch_norm_layer batch;
    gd_layer_norm_layer layer;
} model;

static model model_new(gd_params *p)
{
    return (model){ .input = gd_linear_new(p, "0", 2, 32), .batch = gd_batch_norm_new(p, "1", 32),
                    .hidden = gd_linear_new(p, "3", 32, 32), .layer = gd_layer_norm_new(p, "4", GD_SHAPE(32)),
                    .output = gd_linear_new(p, "6", 32, 2) };
}

static gd_tensor *forward(const model *m, gd_tensor *x, bool training)      /* [n, 2] -> logits [n, 2] */
{
    x = gd_gelu(gd_batch_norm_apply(&m->batch, gd_linear_apply(&m->input, x), training));
    x = gd_relu(gd_layer_norm_apply(&m->layer, gd_linear_apply(&m->hidden, x)));
    return gd_linear_apply(&m->output, x);
}

static double loss_over(const model *m, gd_tensor *x, gd_tensor *labels)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(gd_cross_entropy(forward(m, x, false), labels, GD_MEAN));
}

static void train(const model *m, gd_params *p, gd_tensor *x, gd_tensor *labels, int steps)
{
    gd_optimizer *adam = gd_adam(p, gd_adam_defaults());
    for (int step = 0; step < steps; step++) {
        GD_SCOPE;
        gd_backward(gd_cross_entropy(forward(m, x, true), labels, GD_MEAN));
        gd_step(adam);
        gd_zero_grad(adam);
    }
    gd_optimizer_free(adam);
}

/* The probability of the second class over the plane, and the points of both. */
static gd_plot *picture(const model *m, const char *title, gd_tensor *x, gd_tensor *labels)
{
    enum { SIDE = 121 };
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *plane = gd_zeros(GD_SHAPE(SIDE * SIDE, 2));
    for (int i = 0; i < SIDE * SIDE; i++) {
        plane->data[2 * i] = (gd_real)(-1.2 + 2.4 * (i % SIDE) / (SIDE - 1));
        plane->data[2 * i + 1] = (gd_real)(-1.2 + 2.4 * (i / SIDE) / (SIDE - 1));
    }
    gd_tensor *second = gd_select(gd_softmax(forward(m, plane, false), 1), 1, 1);
    gd_plot *plot = gd_plot_new(title, "", "");
    gd_plot_contour_grid(plot, gd_reshape(second, GD_SHAPE(SIDE, SIDE)), -1.2, 1.2, -1.2, 1.2);
    gd_plot_levels(plot, (const double[]){ 0.1, 0.3, 0.5, 0.7, 0.9 }, 5, false);
    for (int64_t i = 0; i < x->shape[0]; i++)
        gd_plot_point(plot, labels->data[i] > 0 ? "second class" : "first class", (double)x->data[2 * i],
                      (double)x->data[2 * i + 1]);
    gd_plot_style(plot, "first class", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_CIRCLE, .colour = GD_ORANGE });
    gd_plot_style(plot, "second class", (gd_plot_look){ .line = GD_NO_LINE, .marker = GD_SQUARE, .colour = GD_BLUE });
    gd_plot_size(plot, 460, 440);
    return plot;
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    const char *path = count > 1 ? argument[1] : "demos/models/pytorch_weights.safetensors";
    gd_params *p = gd_params_new();
    model m = model_new(p);
    gd_load_report report;
    gd_checkpoint_load(path, &(gd_training_run){ .params = p }, (gd_load_options){ .prefix = "model." }, &report);
    gd_safetensors *file = gd_safetensors_open(path);
    gd_tensor *points = gd_safetensors_read(file, "points"), *outputs = gd_safetensors_read(file, "outputs");
    gd_tensor *x = gd_safetensors_read(file, "spirals"), *labels = gd_safetensors_read(file, "labels");
    gd_safetensors_close(file);

    gd_tensor *apart = gd_max(gd_abs(gd_sub(forward(&m, points, false), outputs)));
    printf("%d tensors loaded; farthest from PyTorch's outputs: %.1e\n", (int)report.loaded, (double)gd_item(apart));
    printf("loss over the spirals, as loaded:       %.4f\n", loss_over(&m, x, labels));
    gd_plot *before = picture(&m, "as PyTorch left it", x, labels);
    train(&m, p, x, labels, 100);
    printf("after 100 more steps, trained here:     %.4f\n", loss_over(&m, x, labels));
    gd_plot *after = picture(&m, "100 steps later", x, labels);
    gd_plot_save_grid((gd_plot *[]){ before, after }, 1, 2, "Two spirals, told apart", "out/pytorch_weights.png");
    printf("wrote out/pytorch_weights.png\n");

    gd_plot_free(before);
    gd_plot_free(after);
    gd_params_free(p);
    return 0;
}
