/* amalgamation_bits.c - a line for each family of operations with a sum of the bits of its results and gradients, to be
 * compared between two builds of the library: see amalgamation.sh. */
#include <gradus.h>
#include <inttypes.h>
#include <stdio.h>

/* FNV-1a over the bytes of t, in row-major order. */
static uint64_t bits_of(gd_tensor *t)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    const unsigned char *bytes = (const unsigned char *)gd_contiguous(t)->data;
    for (size_t i = 0; i < (size_t)gd_numel(t) * sizeof(gd_real); i++)
        hash = (hash ^ bytes[i]) * UINT64_C(1099511628211);
    return hash;
}

/* The value of y, and the gradients of the sum of y^2 by the n inputs. */
static void tell(const char *name, gd_tensor *y, gd_tensor *const xs[], int n)
{
    printf("%-12s %016" PRIx64, name, bits_of(y));
    gd_backward(gd_sum(gd_square(y)));
    for (int i = 0; i < n; i++) {
        printf(" %016" PRIx64, bits_of(xs[i]->grad));
        gd_zero_grad_of(xs[i]);
    }
    printf("\n");
}
#define TELL(name, y, ...) \
    tell(name, y, (gd_tensor *[]){ __VA_ARGS__ }, (int)(sizeof((gd_tensor *[]){ __VA_ARGS__ }) / sizeof(gd_tensor *)))

static gd_tensor *noise(gd_shape shape)
{
    return gd_requires_grad(gd_normal(shape, 0, 1));
}

static void operations(void)
{
    GD_SCOPE;
    gd_tensor *a = noise(GD_SHAPE(37, 53)), *b = noise(GD_SHAPE(53, 29)), *row = noise(GD_SHAPE(53));
    gd_tensor *image = noise(GD_SHAPE(2, 3, 13, 11)), *kernel = noise(GD_SHAPE(5, 3, 3, 3)), *bias = noise(GD_SHAPE(5));
    gd_tensor *square = noise(GD_SHAPE(9, 9)), *q = noise(GD_SHAPE(2, 3, 17, 8));
    TELL("matmul", gd_matmul(a, b), a, b);
    TELL("product", gd_mul(a, row), a, row);
    TELL("quotient", gd_div(a, gd_shift(gd_square(row), 1)), a, row);
    TELL("exp log", gd_log(gd_shift(gd_exp(a), 1)), a);
    TELL("trigonometry", gd_add(gd_sin(a), gd_atan2(a, row)), a, row);
    TELL("pow", gd_pow(gd_abs(a), 1.7), a);
    TELL("gelu", gd_gelu(a), a);
    TELL("mish", gd_mish(a), a);
    TELL("tanh", gd_tanh(gd_sigmoid(a)), a);
    TELL("erf", gd_erf(a), a);
    TELL("softmax", gd_softmax(a, 1), a);
    TELL("log softmax", gd_log_softmax(a, 0), a);
    TELL("logsumexp", gd_logsumexp(a, 1, false), a);
    TELL("variance", gd_var_axis(a, 0, 1, false), a);
    TELL("cumsum", gd_cumsum(a, 1), a);
    TELL("layer norm", gd_layer_norm(a, row, NULL, 1e-5), a, row);
    TELL("rms norm", gd_rms_norm(a, row, 1e-5), a, row);
    TELL("convolution", gd_conv2d(image, kernel, bias, gd_conv2d_defaults()), image, kernel, bias);
    TELL("max pool", gd_max_pool2d(image, (gd_pool2d_options){ .kernel = { 2, 2 }, .stride = { 2, 2 } }), image);
    TELL("avg pool", gd_avg_pool2d(image, (gd_pool2d_options){ .kernel = { 3, 3 }, .stride = { 2, 2 } }), image);
    TELL("attention", gd_attention(q, q, q, true), q);
    TELL("solve", gd_solve(square, gd_slice(gd_transpose(a, 0, 1), 0, 0, 9, 1)), square, a);
    TELL("cholesky", gd_cholesky(gd_add(gd_matmul(square, gd_transpose(square, 0, 1)), gd_eye(9))), square);
    TELL("huber", gd_huber_loss(a, gd_sin(a), 0.7, GD_NONE), a);
}

/* Ten steps of a small network, an LSTM and a layer behind it. */
static void optimizer(const char *name, gd_optimizer *(*make)(gd_params *))
{
    gd_params *net = gd_params_new();
    gd_seed(3);
    gd_cell cell = gd_lstm_new(net, "lstm", 7, 16);
    gd_linear layer = gd_linear_new(net, "layer", 16, 4);
    gd_optimizer *o = make(net);
    {
        GD_SCOPE;
        gd_tensor *x = gd_normal(GD_SHAPE(19, 7), 0, 1), *y = gd_normal(GD_SHAPE(19, 4), 0, 1);
        for (int step = 0; step < 10; step++) {
            GD_SCOPE;
            gd_tensor *h = gd_zeros(GD_SHAPE(19, 16));
            gd_lstm_state s = gd_lstm_apply(&cell, gd_tanh(x), (gd_lstm_state){ h, h });
            gd_backward(gd_mse_loss(gd_linear_apply(&layer, s.h), y, GD_MEAN));
            gd_clip_grad_norm(net, 1);
            gd_step(o);
            gd_zero_grad(o);
        }
        printf("%-12s %016" PRIx64 " %016" PRIx64 "\n", name, bits_of(layer.weight), bits_of(cell.weight_ih));
    }
    gd_optimizer_free(o);
    gd_params_free(net);
}

static gd_optimizer *sgd(gd_params *net) { return gd_sgd(net, gd_sgd_defaults()); }
static gd_optimizer *adam(gd_params *net) { return gd_adam(net, gd_adam_defaults()); }
static gd_optimizer *yogi(gd_params *net) { return gd_yogi(net, gd_yogi_defaults()); }
static gd_optimizer *lamb(gd_params *net) { return gd_lamb(net, gd_lamb_defaults()); }
static gd_optimizer *adafactor(gd_params *net) { return gd_adafactor(net, gd_adafactor_defaults()); }

int main(void)
{
    gd_on_error(gd_abort);
    gd_seed(1);
    operations();
    optimizer("sgd", sgd);
    optimizer("adam", adam);
    optimizer("yogi", yogi);
    optimizer("lamb", lamb);
    optimizer("adafactor", adafactor);
    return 0;
}
