/* The check of 08_batches: the last batch is smaller, and its rows are of another kind. */
#include "grader.h"

static int calls;
static bool recorded;
static double means;                        /* the sum of what the loss has returned */
static gd_tensor *w;

static gd_tensor *loss(gd_tensor *x, gd_tensor *y)
{
    gd_tensor *mean = gd_mean(gd_square(gd_sub(gd_matmul(x, w), y)));
    calls++;
    recorded = recorded || gd_is_recording();
    means += gd_item(mean);
    return mean;
}

void grade(void)
{
    for (int i = 0; i < 5; i++) {
        GD_SCOPE;
        const int batch = grade_whole(4, 8), whole = grade_whole(2, 4), n = batch * whole + grade_whole(1, batch - 2);
        gd_dataset set = { grade_normal(GD_SHAPE(n, 3)), grade_normal(GD_SHAPE(n, 1)) };
        w = gd_requires_grad(grade_normal(GD_SHAPE(3, 1)));
        gd_loader *load = gd_loader_new(set, (gd_loader_options){ .batch = batch, .shuffle = true, .seed = 3 });
        for (int epoch = 0; epoch < 2; epoch++) {
            double want = gd_item(gd_mean(gd_square(gd_sub(gd_matmul(set.x, gd_detach(w)), set.y))));
            calls = 0, recorded = false, means = 0;
            double got = epoch_loss(load, loss);
            if (grade_near(got, want) && recorded)
                grade_wrong("the mean is right, but the losses are recorded: GD_NO_GRAD; is missing");
            if (grade_near(got, want))
                continue;
            if (calls != whole + 1)
                grade_wrong("%d rows in batches of %d are %d batches, and the loss was computed for %d", n, batch,
                            whole + 1, calls);
            if (grade_near(got, means / calls))
                grade_wrong("that is the mean of the batches' means: the last of %d rows counts as much as one of %d",
                            n - batch * whole, batch);
            if (grade_near(got, means))
                grade_wrong("that is the sum of the batches' means");
            grade_wrong("you return %.9g, and the mean over all %d rows is %.9g", got, n, want);
        }
        gd_loader_free(load);
    }
}
