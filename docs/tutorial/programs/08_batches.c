/* 08_batches - data from a file, and what the size of a batch does.
 *
 *     cc -O2 08_batches.c $(pkg-config --cflags --libs gradus) -o 08_batches
 *     ./08_batches [learning rate]
 *
 * The made-up data of d2l 3.3, y = 2 x1 - 3.4 x2 + 4.2 and noise, are written as CSV, read again, and split into
 * rows for training and rows for validation. Then linear regression with batches of 1, 10, 100 and all 800 rows,
 * with the same learning rate and three epochs each. The picture shows the training loss against the epochs. */
#include <gradus.h>
#include <stdlib.h>

enum { ROWS = 1000, EPOCHS = 3 };

static void write_table(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        perror(path);
        exit(1);
    }
    gd_seed(7);
    gd_tensor *x = gd_normal(GD_SHAPE(ROWS, 2), 0, 1), *noise = gd_normal(GD_SHAPE(ROWS), 0, 0.1);
    fprintf(file, "x1,x2,y\n");
    for (int i = 0; i < ROWS; i++) {
        double x1 = (double)x->data[2 * i], x2 = (double)x->data[2 * i + 1];
        fprintf(file, "%.6f,%.6f,%.6f\n", x1, x2, 2 * x1 - 3.4 * x2 + 4.2 + (double)noise->data[i]);
    }
    fclose(file);
}

static gd_tensor *half_mse(const gd_linear *layer, gd_tensor *x, gd_tensor *y)
{
    return gd_scale(gd_mean(gd_square(gd_sub(gd_linear_apply(layer, x), y))), 0.5);
}

static double loss_over(const gd_linear *layer, gd_dataset set)
{
    GD_SCOPE;
    GD_NO_GRAD;
    return (double)gd_item(half_mse(layer, set.x, set.y));
}

static void train(gd_dataset training, gd_dataset validation, int64_t batch_size, double lr, gd_plot *plot)
{
    gd_seed(1);                                         /* the same first weights for each size */
    gd_params *net = gd_params_new();
    gd_linear layer = gd_linear_new(net, "linear", 2, 1);
    gd_sgd_options options = gd_sgd_defaults();
    options.lr = lr;
    gd_optimizer *sgd = gd_sgd(net, options);
    gd_loader *load = gd_loader_new(training, (gd_loader_options){ .batch = batch_size, .shuffle = true, .seed = 1 });
    char name[32];
    snprintf(name, sizeof name, "batches of %d", (int)batch_size);

    gd_plot_point(plot, name, 0, loss_over(&layer, training));
    for (int epoch = 0; epoch < EPOCHS; epoch++) {
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {          /* false at the end of each epoch */
            GD_SCOPE;
            gd_backward(half_mse(&layer, batch.x, batch.y));
            gd_step(sgd);
            gd_zero_grad(sgd);
            if (batch.first % 20 == 0 || batch.size > 20)
                gd_plot_point(plot, name, gd_loader_epoch(load), loss_over(&layer, training));
        }
    }
    printf("%5d %9d %13.5f %13.5f     %.3f  %.3f  %.3f\n", (int)batch_size, (int)sgd->steps,
           loss_over(&layer, training), loss_over(&layer, validation), (double)layer.weight->data[0],
           (double)layer.weight->data[1], (double)layer.bias->data[0]);
    gd_loader_free(load);
    gd_optimizer_free(sgd);
    gd_params_free(net);
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    double lr = count > 1 ? atof(argument[1]) : 0.05;

    /* 1. Reading, and splitting */
    write_table("08_batches.csv");
    gd_tensor *table = gd_csv_read("08_batches.csv", gd_csv_defaults());
    gd_dataset all = { gd_contiguous(gd_slice(table, 1, 0, 2, 1)), gd_contiguous(gd_slice(table, 1, 2, 3, 1)) };
    gd_split split = gd_train_test_split(ROWS, 0.2, (gd_split_options){ .seed = 1 });
    gd_dataset training = gd_subset(all, split.train), validation = gd_subset(all, split.test);
    printf("table [%d, %d]: %d rows for training, %d for validation\n\n", (int)table->shape[0], (int)table->shape[1],
           (int)training.x->shape[0], (int)validation.x->shape[0]);

    /* 2. Four sizes of batch */
    gd_plot *plot = gd_plot_new("The same learning rate, other batches", "epoch", "training loss");
    printf("batch     steps    train loss    valid. loss     w1     w2     b\n");
    const int64_t sizes[] = { 1, 10, 100, 800 };
    for (int i = 0; i < 4; i++)
        train(training, validation, sizes[i], lr, plot);
    gd_plot_log_y(plot, true);
    gd_plot_size(plot, 720, 450);
    gd_plot_save(plot, "08_batches.png");
    gd_plot_free(plot);
    return 0;
}
