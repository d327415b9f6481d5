/* network.c - a network with convolution, batch norm, GELU, LSTM and layer norm, as PyTorch left it: loaded, compared,
 * trained with the same batches as there, and written for PyTorch to load.
 *
 *     cc -std=c11 -DGD_DOUBLE network.c $(pkg-config --cflags --libs gradus64)     (or gradus, for float32)
 *     network FILE [TRAINED OUTPUTS]
 *
 * FILE comes from network.py, which has the same network as an nn.Module and says what is in the file.  TRAINED and
 * OUTPUTS are written: the parameters after ten steps of Adam, as gd_save writes them, and what the network computes
 * with them.  docs/pytorch-networks.md puts the two programs side by side. */
#include <gradus.h>
#include <math.h>

typedef struct network {                    /* the names are those of the members of the nn.Module */
    gd_conv2d_layer     conv;
    gd_batch_norm_layer norm;
    gd_recurrent_layer  lstm;
    gd_layer_norm_layer layer_norm;
    gd_linear           output;
} network;

static network network_new(gd_params *p)
{
    gd_conv2d_options conv = { .stride = { 1, 2 }, .padding = { 1, 1 } };
    gd_recurrent_options both = { .bidirectional = true };
    return (network){ .conv = gd_conv2d_without_bias(p, "conv", 1, 4, 3, 3, conv),
                      .norm = gd_batch_norm_new(p, "norm", 4),
                      .lstm = gd_recurrent_new(p, "lstm", GD_LSTM, 16, 6, both),
                      .layer_norm = gd_layer_norm_new(p, "layer_norm", GD_SHAPE(12)),
                      .output = gd_linear_new(p, "output", 12, 3) };
}

static gd_tensor *forward(const network *net, gd_tensor *x, bool training)      /* [n, 1, 8, 8] -> logits [n, 3] */
{
    const gd_lstm_state zeros = { NULL, NULL };
    x = gd_gelu(gd_batch_norm_apply(&net->norm, gd_conv2d_apply(&net->conv, x), training));     /* [n, 4, 8, 4] */
    x = gd_flatten(gd_permute(x, GD_SHAPE(0, 2, 1, 3)), 2);                                     /* [n, 8, 16] */
    gd_tensor *y = gd_recurrent_apply(&net->lstm, x, NULL, zeros, training).y;                  /* [n, 8, 12] */
    return gd_linear_apply(&net->output, gd_layer_norm_apply(&net->layer_norm, gd_mean_axis(y, 1, false)));
}

static double largest_difference(gd_tensor *a, gd_tensor *b)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(gd_max(gd_abs(gd_sub(a, b))));
}

/* A state_dict of PyTorch: the tensors of the file under prefix, which must be those of the model and no others. */
static void load(const char *path, const char *prefix, gd_params *p)
{
    gd_checkpoint_load(path, &(gd_training_run){ .params = p }, (gd_load_options){ .prefix = prefix }, NULL);
}

/* Ten steps, as the function train of network.py; the losses [10]. */
static gd_tensor *train(const network *net, gd_optimizer *optimizer, gd_tensor *x, gd_tensor *labels)
{
    gd_tensor *losses = gd_zeros(GD_SHAPE(10));
    for (int i = 0; i < 10; i++) {
        GD_SCOPE;
        gd_tensor *scores = forward(net, gd_select(x, 0, i), true);
        gd_tensor *loss = gd_cross_entropy(scores, gd_select(labels, 0, i), GD_MEAN);
        gd_zero_grad(optimizer);
        gd_backward(loss);
        gd_step(optimizer);
        losses->data[i] = gd_item(loss);
    }
    return losses;
}

/* How far losses and parameters are from what PyTorch has under `prefix` in the file. */
static void compare(const char *path, const char *prefix, gd_params *p, gd_tensor *losses, gd_tensor *of_pytorch)
{
    gd_params *theirs = gd_params_copy(p);
    load(path, prefix, theirs);
    double farthest = 0;
    for (int i = 0; i < gd_params_tensors(p); i++) {
        double apart = largest_difference(gd_params_at(p, i), gd_params_at(theirs, i));
        farthest = apart > farthest || isnan(apart) ? apart : farthest;
    }
    printf("ten steps, %s*: losses at most %.1e apart, parameters and running statistics %.1e\n", prefix,
           largest_difference(losses, of_pytorch), farthest);
    gd_params_free(theirs);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    const char *path = count > 1 ? argument[1] : "demos/pytorch/network.safetensors";
    gd_params *p = gd_params_new();
    network net = network_new(p);
    gd_safetensors *file = gd_safetensors_open(path);
    gd_tensor *x = gd_safetensors_read(file, "x"), *labels = gd_safetensors_read(file, "labels");
    gd_tensor *outputs = gd_safetensors_read(file, "outputs");
    gd_tensor *sgd_losses = gd_safetensors_read(file, "sgd_losses");
    gd_tensor *adam_losses = gd_safetensors_read(file, "adam_losses");
    gd_safetensors_close(file);

    load(path, "model.", p);
    gd_tensor *test = gd_select(x, 0, 10);
    printf("outputs with the parameters from PyTorch: at most %.1e apart\n",
           largest_difference(forward(&net, test, false), outputs));

    gd_sgd_options with_momentum = gd_sgd_defaults();
    with_momentum.lr = 0.1;
    with_momentum.momentum = 0.9;
    gd_optimizer *sgd = gd_sgd(p, with_momentum);
    compare(path, "sgd.", p, train(&net, sgd, x, labels), sgd_losses);
    gd_optimizer_free(sgd);

    load(path, "model.", p);                /* once more from the beginning */
    gd_adam_options fast = gd_adam_defaults();
    fast.lr = 0.01;
    gd_optimizer *adam = gd_adam(p, fast);
    compare(path, "adam.", p, train(&net, adam, x, labels), adam_losses);
    gd_optimizer_free(adam);

    if (count > 3) {
        gd_save(argument[2], p, NULL);
        gd_safetensors_write(argument[3], (const char *[]){ "x", "outputs" },
                             (gd_tensor *[]){ test, forward(&net, test, false) }, 2, NULL, 0);
    }
    gd_params_free(p);
    return 0;
}
