/* The check of 10_cross_entropy: beside numbers, with large logits, and by gradcheck. */
#include "grader.h"

#include <string.h>

static gd_tensor *labels;

static gd_tensor *of_logits(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return cross_entropy(xs[0], labels);
}

/* Is y made by the library's operation of that name, or from something that is? */
static bool made_by(const gd_tensor *y, const char *operation)
{
    if (!y || !y->node)
        return false;
    if (strcmp(gd_node_op(y->node)->name, operation) == 0)
        return true;
    for (int i = 0; i < gd_node_inputs(y->node); i++)
        if (made_by(gd_node_input(y->node, i), operation))
            return true;
    return false;
}

/* -log p_c of row i, from the largest logit down. */
static double loss_of_row(gd_tensor *o, int i)
{
    const int k = (int)o->shape[1], c = (int)labels->data[i];
    const double *row = o->data + (ptrdiff_t)i * k;
    double top = row[0], sum = 0;
    for (int j = 1; j < k; j++)
        top = fmax(top, row[j]);
    for (int j = 0; j < k; j++)
        sum += exp(row[j] - top);
    return log(sum) + top - row[c];
}

static void one(int n, int k, double size)
{
    GD_SCOPE;
    gd_tensor *o = gd_requires_grad(gd_scale(grade_normal(GD_SHAPE(n, k)), size));
    o = gd_requires_grad(gd_contiguous(gd_detach(o)));
    labels = gd_zeros(GD_SHAPE(n));
    double want = 0;
    for (int i = 0; i < n; i++) {
        labels->data[i] = grade_whole(0, k - 1);
        want += loss_of_row(o, i) / n;
    }
    gd_tensor *loss = cross_entropy(o, labels);
    if (!loss || gd_numel(loss) != 1)
        grade_wrong("the loss is not one number: the mean over the rows");
    if (made_by(loss, "gd_cross_entropy"))
        grade_wrong("that is the library's gd_cross_entropy: write it by gd_logsumexp or gd_log_softmax");
    double got = gd_item(loss);
    if (!isfinite(got))
        grade_wrong("with logits of up to %.0f the loss is %g, and should be %.6g: exp overflows, and "
                    "gd_logsumexp does not", gd_item(gd_max(gd_abs(o))), got, want);
    const bool good = grade_near(got, want);
    if (!good && grade_near(got, n * want))
        grade_wrong("the loss is the sum over the %d rows, and should be their mean", n);
    if (!good && grade_near(got, -want))
        grade_wrong("the loss has the wrong sign: -log p");
    if (!good && grade_near(got, gd_item(gd_mean(gd_logsumexp(gd_detach(o), 1, true)))))
        grade_wrong("the logit of the label is missing: log sum exp(o) - o_c");
    if (!good)
        grade_wrong("the loss of %d rows and %d classes is %.9g, and should be %.9g", n, k, got, want);
    if (size > 10)
        return;
    grade_quietly();
    if (!gd_gradcheck(of_logits, NULL, &o, 1, gd_gradcheck_defaults()))
        grade_wrong("the value is right, its gradient is not: %s", gd_last_error());
    grade_aloud();
}

void grade(void)
{
    for (int i = 0; i < 8; i++) {
        const int n = grade_whole(2, 5);
        one(n, n + grade_whole(1, 3), 1);
    }
    one(4, 3, 1000);
}
