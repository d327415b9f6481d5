/* The check of 13_gradcheck: functions in random order, one of them with an operation whose rule is wrong, or none. */
#include "grader.h"

static void wrong_rule(const gd_node *node, gd_tensor *dy, gd_tensor **dx)
{
    dx[0] = gd_mul(dy, gd_cos(gd_scale(gd_node_input(node, 0), 2)));
}

static const gd_op wrong_sine = { .name = "sine", .rule = wrong_rule, .reads = GD_INPUTS };

static gd_tensor *mistaken(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    gd_tensor *x = xs[0], *y = gd_contiguous(gd_sin(gd_detach(x)));
    return gd_exp(gd_record(&wrong_sine, y, &x, 1, NULL, 0));
}

static gd_tensor *sine(gd_tensor *const xs[], int n, void *context) { (void)n, (void)context; return gd_sin(xs[0]); }
static gd_tensor *bell(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_exp(gd_neg(gd_square(xs[0])));
}
static gd_tensor *row_sums(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_square(gd_sum_axis(xs[0], 1, false));
}

void grade(void)
{
    gd_function *const right[] = { sine, bell, row_sums };
    for (int i = 0; i < 12; i++) {
        GD_SCOPE;
        gd_function *functions[5];
        const int n = grade_whole(3, 5), want = i % 4 == 3 ? -1 : grade_whole(0, n - 1);
        for (int k = 0; k < n; k++)
            functions[k] = k == want ? mistaken : right[grade_whole(0, 2)];
        gd_tensor *x = gd_requires_grad(grade_normal(GD_SHAPE(2, 3)));
        grade_quietly();
        int got = wrong_gradient(functions, n, x);
        grade_aloud();
        if (got == want)
            continue;
        if (want == -1)
            grade_wrong("you return %d for %d functions that are all right: -1", got, n);
        if (got == -1)
            grade_wrong("you return -1, and function %d of %d, counted from 0, is wrong", want, n);
        if (got == want + 1)
            grade_wrong("you return %d, and the wrong function is %d: count from 0", got, want);
        grade_wrong("you return %d, and function %d of %d, counted from 0, is wrong", got, want, n);
    }
}
