/* messy_table - logistic regression on a table as they come: named columns, texts, a date, missing values.
 *
 *     messy_table [apples.csv]
 *
 * The table is made up (apples.py): 400 apples, and whether they kept through the winter.  Numbers that are missing
 * become the median of the training rows, texts become columns of 0 and 1, and the numbers are standardised by the
 * training rows; the model is a weight for each column.  It is judged by rows that it has not seen. */
#include <gradus.h>
#include <math.h>

enum { NUMBERS = 4 };
static const char *const numbers[NUMBERS] = { "weight (g)", "sugar", "acid", "firmness" };

/* x [rows, columns] and y [rows, 1]; columns are numbers, then one for each variety. */
static gd_dataset prepared(const gd_table *table, gd_rows training)
{
    const char *const variety = "variety", *const keeps = "keeps";
    gd_tensor *x = gd_table_numbers(table, numbers, NUMBERS), *y = gd_table_numbers(table, &keeps, 1);
    gd_tensor *missing = gd_sum(gd_table_missing(table, numbers, NUMBERS));
    printf("%d rows, %.0f numbers missing\n", (int)gd_table_rows(table), (double)gd_item(missing));

    gd_tensor *seen = gd_subset((gd_dataset){ x, y }, training).x;
    gd_tensor *medians = gd_column_medians(seen);
    seen = gd_impute(seen, medians);
    gd_tensor *mean = gd_mean_axis(seen, 0, true), *std = gd_std_axis(seen, 0, 0, true);
    x = gd_div(gd_sub(gd_impute(x, medians), mean), std);
    gd_tensor *kind = gd_flatten(gd_table_numbers(table, &variety, 1), 0);
    gd_tensor *kinds = gd_one_hot(kind, gd_table_categories(table, gd_table_find(table, variety)));
    return (gd_dataset){ gd_concat((gd_tensor *[]){ x, kinds }, 2, 1), y };
}

static void train(gd_params *p, const gd_linear *model, gd_dataset set, gd_plot *plot)
{
    gd_adam_options options = gd_adam_defaults();
    options.lr = 0.05;
    gd_optimizer *adam = gd_adam(p, options);
    gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = 32, .shuffle = true, .seed = 1 });
    while (gd_loader_epoch(load) < 30) {
        gd_running loss = gd_running_start();
        gd_batch batch;
        while (gd_loader_next(load, &batch)) {
            GD_SCOPE;
            gd_tensor *l = gd_bce_with_logits(gd_linear_apply(model, batch.x), batch.y, GD_MEAN);
            gd_backward(l);
            gd_step(adam);
            gd_zero_grad(adam);
            gd_running_add(&loss, (double)gd_item(l), (double)batch.size);
        }
        gd_plot_point(plot, "", gd_loader_epoch(load), gd_running_mean(&loss));
    }
    gd_loader_free(load);
    gd_optimizer_free(adam);
}

static void print_weights(const gd_linear *model, const gd_table *table)
{
    const int variety = gd_table_find(table, "variety");
    printf("\nwhat speaks for keeping\n");
    for (int64_t i = 0; i < gd_numel(model->weight); i++)
        printf("  %-18s %6.2f\n", i < NUMBERS ? numbers[i] : gd_table_category(table, variety, i - NUMBERS),
               (double)model->weight->data[i]);
}

/* The receiver operating characteristic: for every threshold, the part of the apples that kept which lies above it,
 * against the part of the others. */
static gd_plot *roc_curve(gd_tensor *scores, gd_tensor *labels, double area)
{
    char name[40];
    snprintf(name, sizeof name, "area %.3f", area);
    gd_tensor *order = gd_argsort(scores, 0, true);
    const double kept = (double)gd_item(gd_sum(labels)), rotted = (double)gd_numel(labels) - kept;
    gd_plot *plot = gd_plot_new("Apples not seen in training", "false alarms", "found");
    double found = 0, alarms = 0;
    gd_plot_point(plot, name, 0, 0);
    for (int64_t i = 0; i < gd_numel(order); i++) {
        *(labels->data[(int64_t)order->data[i]] > 0 ? &found : &alarms) += 1;
        gd_plot_point(plot, name, alarms / rotted, found / kept);
    }
    gd_plot_point(plot, "guessing", 0, 0);
    gd_plot_point(plot, "guessing", 1, 1);
    return plot;
}

int main(int count, char **argument)
{
    gd_on_error(gd_abort);
    gd_seed(1);
    const char *path = count > 1 ? argument[1] : "demos/models/apples.csv";
    const char *const dates = "picked";     /* a date is neither number nor category: it is read as text, not used */
    gd_table *table = gd_table_read(path, (gd_table_options){ .text = &dates, .text_count = 1 });
    const char *const keeps = "keeps";
    gd_tensor *classes = gd_flatten(gd_table_numbers(table, &keeps, 1), 0);
    gd_split split = gd_train_test_split(gd_table_rows(table), 0.25,
                                         (gd_split_options){ .seed = 1, .labels = classes });
    gd_dataset all = prepared(table, split.train), test = gd_subset(all, split.test);

    gd_params *p = gd_params_new();
    gd_linear model = gd_linear_new(p, "linear", all.x->shape[1], 1);
    gd_plot *losses = gd_plot_new("Training", "epoch", "loss");
    train(p, &model, gd_subset(all, split.train), losses);
    print_weights(&model, table);

    GD_NO_GRAD;
    gd_tensor *scores = gd_flatten(gd_linear_apply(&model, test.x), 0), *labels = gd_flatten(test.y, 0);
    gd_tensor *confusion = gd_confusion(gd_gt(scores, gd_scalar(0)), labels, 2);
    gd_class_scores s = gd_scores_of_class(confusion, 1);
    const double area = gd_roc_auc(scores, labels);
    printf("\nof %d apples not seen: ", (int)gd_numel(labels));
    printf("precision %.3f, recall %.3f, F1 %.3f, area under the curve %.3f\n", s.precision, s.recall, s.f1, area);
    gd_plot *roc = roc_curve(scores, labels, area);
    gd_plot_save_grid((gd_plot *[]){ losses, roc }, 1, 2, "Which apples keep?  (made-up data)", "out/messy_table.png");
    printf("wrote out/messy_table.png\n");

    gd_plot_free(losses);
    gd_plot_free(roc);
    gd_params_free(p);
    gd_table_free(table);
    return 0;
}
