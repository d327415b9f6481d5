/* test_jacobians.c - gd_vjp, gd_jvp, gd_jacobian, gd_hessian, gd_hvp: values against formulas and against each other,
 * with create_graph, and what is refused; gd_graph_flops. */
#include "support/support.h"
#include "gradus/derivatives.h"
#include "gradus/linalg.h"
#include "gradus/recurrent.h"

#define XS(...) ((gd_tensor *const[]){ __VA_ARGS__ })

/* y = tanh(a b) + c, [2, 2] from [2, 3], [3, 2] and [2]. */
static gd_tensor *layer(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_add(gd_tanh(gd_matmul(xs[0], xs[1])), xs[2]);
}

static gd_tensor *scalar_layer(gd_tensor *const xs[], int n, void *context)
{
    return gd_sum(gd_mul(layer(xs, n, context), gd_reshape(gd_arange(1, 5, 1), GD_SHAPE(2, 2))));
}

static gd_tensor *first_only(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_scale(xs[0], 3);
}

static gd_tensor *constant(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_square(gd_detach(xs[0]));
}

static gd_tensor *nothing(gd_tensor *const xs[], int n, void *context)
{
    (void)xs, (void)n, (void)context;
    return NULL;
}

static gd_tensor *same(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return xs[0];
}

static gd_tensor *cube_sum(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_sum(gd_pow(xs[0], 3));
}

static gd_tensor *square(gd_tensor *const xs[], int n, void *context)
{
    (void)n, (void)context;
    return gd_square(xs[0]);
}

static void make(gd_tensor *xs[3])
{
    uint64_t state = 7;
    xs[0] = random_values(GD_SHAPE(2, 3), &state);
    xs[1] = random_values(GD_SHAPE(3, 2), &state);
    xs[2] = random_values(GD_SHAPE(2), &state);
}

static const double tolerance = IN_DOUBLE ? 1e-12 : 2e-5;

/* Rows of the Jacobian are vjps of unit vectors, its columns jvps; d y[i, j] / d c[k] is 1 where j = k. */
START_TEST(agree_with_each_other)
{
    GD_SCOPE;
    gd_tensor *xs[3], *js[3], *dxs[3], *vs[3], *jv;
    make(xs);
    ck_good(gd_jacobian(layer, NULL, xs, 3, js, false));
    ck_shape(js[0], 2, 2, 2, 3);
    ck_shape(js[1], 2, 2, 3, 2);
    ck_values(js[2], 1, 0, 0, 1, 1, 0, 0, 1);
    ck_assert(!js[0]->requires_grad && !xs[0]->requires_grad && !xs[0]->grad);
    for (int k = 0; k < 4; k++) {
        gd_tensor *dy = gd_reshape(gd_one_hot(gd_full(GD_SHAPE(1), k), 4), GD_SHAPE(2, 2));
        gd_tensor *y = gd_vjp(layer, NULL, xs, 3, dy, dxs, false);
        ck_assert(far_apart(y, layer(xs, 3, NULL)) == 0);
        for (int i = 0; i < 3; i++) {
            gd_tensor *rows = gd_reshape(js[i], GD_SHAPE(4, -1)), *row = gd_reshape(gd_slice(rows, 0, k, k + 1, 1),
                gd_shape_of_tensor(xs[i]));
            ck_assert(far_apart(dxs[i], row) == 0);
        }
    }
    for (int k = 0; k < 6; k++) {
        vs[0] = gd_reshape(gd_one_hot(gd_full(GD_SHAPE(1), k), 6), GD_SHAPE(2, 3));
        vs[1] = gd_zeros_like(xs[1]), vs[2] = gd_zeros_like(xs[2]);
        gd_tensor *y = gd_jvp(layer, NULL, xs, 3, vs, &jv, false);
        ck_assert(far_apart(y, layer(xs, 3, NULL)) == 0);
        gd_tensor *column = gd_slice(gd_reshape(js[0], GD_SHAPE(4, 6)), 1, k, k + 1, 1);
        ck_assert(far_apart(jv, gd_reshape(column, GD_SHAPE(2, 2))) <= tolerance);
    }
}
END_TEST

START_TEST(second_derivatives)
{
    GD_SCOPE;
    gd_tensor *xs[3], *hs[9], *vs[3], *hv[3];
    uint64_t state = 9;
    make(xs);
    for (int i = 0; i < 3; i++)
        vs[i] = random_values(gd_shape_of_tensor(xs[i]), &state);
    ck_good(gd_hessian(scalar_layer, NULL, xs, 3, hs, false));
    ck_shape(hs[1], 2, 3, 3, 2);
    ck_shape(hs[6], 2, 2, 3);
    ck_values(hs[8], 0, 0, 0, 0);
    ck_assert(far_apart(gd_permute(hs[3], GD_SHAPE(2, 3, 0, 1)), hs[1]) <= tolerance);
    gd_tensor *y = gd_hvp(scalar_layer, NULL, xs, 3, vs, hv, false);
    ck_assert(far_apart(y, scalar_layer(xs, 3, NULL)) == 0);
    for (int i = 0; i < 3; i++) {
        gd_tensor *sum = gd_zeros(GD_SHAPE(gd_numel(xs[i])));
        for (int j = 0; j < 3; j++)
            sum = gd_add(sum, gd_matmul(gd_reshape(hs[3 * i + j], GD_SHAPE(gd_numel(xs[i]), -1)),
                                        gd_reshape(vs[j], GD_SHAPE(-1))));
        ck_assert(far_apart(gd_reshape(hv[i], GD_SHAPE(-1)), sum) <= tolerance);
    }
}
END_TEST

START_TEST(hessian_of_cubes)
{
    GD_SCOPE;
    gd_tensor *x = tensor_of(GD_SHAPE(2), (double[]){ 2, -1 }), *h, *v = tensor_of(GD_SHAPE(2), (double[]){ 1, 10 });
    ck_good(gd_hessian(cube_sum, NULL, &x, 1, &h, false));
    ck_values(h, 12, 0, 0, -6);
    ck_good(gd_hvp(cube_sum, NULL, &x, 1, &v, &h, false));
    ck_values(h, 12, -60);
}
END_TEST

/* What y does not depend on gets zeros, without a message. */
START_TEST(independent)
{
    GD_SCOPE;
    gd_tensor *xs[2] = { gd_ones(GD_SHAPE(2)), gd_ones(GD_SHAPE(3)) }, *js[2], *jv, *hs[4], *hv[2];
    ck_good(gd_jacobian(first_only, NULL, xs, 2, js, false));
    ck_values(js[0], 3, 0, 0, 3);
    ck_values(js[1], 0, 0, 0, 0, 0, 0);
    ck_good(gd_jacobian(constant, NULL, xs, 2, js, true));
    ck_values(js[0], 0, 0, 0, 0);
    ck_good(gd_jvp(constant, NULL, xs, 2, xs, &jv, false));
    ck_values(jv, 0, 0);
    ck_good(gd_vjp(constant, NULL, xs, 2, gd_ones(GD_SHAPE(2)), js, false));
    ck_values(js[1], 0, 0, 0);
    gd_tensor *one[1] = { gd_scalar(2) };
    ck_good(gd_hessian(first_only, NULL, one, 1, hs, false));
    ck_values(hs[0], 0);
    ck_good(gd_hvp(first_only, NULL, one, 1, one, hv, false));
    ck_values(hv[0], 0);
    ck_good(gd_vjp(same, NULL, one, 1, NULL, hv, false));
    ck_values(hv[0], 1);
    ck_no_message();
}
END_TEST

START_TEST(shapes)
{
    GD_SCOPE;
    gd_tensor *x = gd_zeros(GD_SHAPE(0, 3)), *j, *jv;
    ck_good(gd_jacobian(square, NULL, &x, 1, &j, false));
    ck_shape(j, 0, 3, 0, 3);
    ck_good(gd_jacobian(square, NULL, &x, 1, &j, true));
    ck_shape(j, 0, 3, 0, 3);
    ck_good(gd_jvp(square, NULL, &x, 1, &x, &jv, false));
    ck_shape(jv, 0, 3);
    x = gd_scalar(3);
    ck_good(gd_jacobian(square, NULL, &x, 1, &j, false));
    ck_assert_int_eq(j->ndim, 0);
    ck_values(j, 6);
    x = transposed(tensor_of(GD_SHAPE(2, 2), (double[]){ 1, 2, 3, 4 }));
    ck_good(gd_vjp(square, NULL, &x, 1, transposed(gd_ones(GD_SHAPE(2, 2))), &j, false));
    ck_values(j, 2, 6, 4, 8);
}
END_TEST

/* With create_graph the results are functions of x: third derivatives of x^3, and gradients of a sum of a Jacobian. */
START_TEST(in_the_graph)
{
    GD_SCOPE;
    gd_tensor *x = gd_requires_grad(tensor_of(GD_SHAPE(2), (double[]){ 2, -1 })), *h, *j, *jv, *dx;
    ck_good(gd_hessian(cube_sum, NULL, &x, 1, &h, true));
    ck_good(gd_grad(gd_sum(h), NULL, &x, 1, &dx, false));
    ck_values(dx, 6, 6);
    ck_good(gd_jacobian(square, NULL, &x, 1, &j, true));
    ck_values(j, 4, 0, 0, -2);
    ck_good(gd_backward(gd_sum(gd_square(j))));
    ck_values(x->grad, 16, -8);
    gd_tensor *v = gd_requires_grad(tensor_of(GD_SHAPE(2), (double[]){ 1, 10 })), *both[2];
    ck_good(gd_jvp(square, NULL, &x, 1, &v, &jv, true));
    ck_values(jv, 4, -20);
    ck_good(gd_grad(gd_sum(jv), NULL, XS(x, v), 2, both, false));
    ck_values(both[0], 2, 20);
    ck_values(both[1], 4, -2);
    gd_tensor *hv;
    ck_good(gd_hvp(cube_sum, NULL, &x, 1, &v, &hv, true));
    ck_good(gd_grad(gd_sum(hv), NULL, XS(x, v), 2, both, false));
    ck_values(both[0], 6, 60);
    ck_values(both[1], 12, -6);
}
END_TEST

/* Without create_graph nothing of the computation stays, and recording is as it was. */
START_TEST(leaves_nothing)
{
    GD_SCOPE;
    GD_NO_GRAD;
    gd_tensor *xs[3], *js[3];
    make(xs);
    size_t live = 0;
    for (int i = 0; i < 20; i++) {
        GD_SCOPE;
        ck_good(gd_jacobian(layer, NULL, xs, 3, js, false));
        ck_assert(!gd_is_recording());
        ck_assert(i < 2 || gd_memory_live() == live);
        live = gd_memory_live();
    }
}
END_TEST

START_TEST(refusals)
{
    GD_SCOPE;
    gd_tensor *x = gd_ones(GD_SHAPE(2)), *j = x, *out = x, *y5 = gd_ones(GD_SHAPE(1, 1, 1, 1, 2));
    ck_refused(gd_jacobian(NULL, NULL, &x, 1, &j, false), "gd_jacobian: function is NULL");
    ck_assert_ptr_null(j);
    ck_refused(gd_jacobian(square, NULL, &x, 0, &j, false), "gd_jacobian: n = 0 tensors; at least one is needed");
    ck_refused(gd_jacobian(square, NULL, NULL, 1, &j, false), "gd_jacobian: xs is NULL");
    ck_refused(gd_jacobian(square, NULL, &x, 1, NULL, false), "gd_jacobian: jacobians is NULL");
    ck_refused(gd_jacobian(square, NULL, XS(NULL), 1, &j, false), "gd_jacobian: one of the xs is NULL");
    ck_refused(gd_jacobian(nothing, NULL, &x, 1, &j, false), "gd_jacobian: function returned NULL");
    ck_refused(gd_jacobian(square, NULL, &y5, 1, &j, false),
               "gd_jacobian: y is [1, 1, 1, 1, 2] and xs[0] is [1, 1, 1, 1, 2]: the result would have more than 8 "
               "axes");
    ck_refused(gd_vjp(square, NULL, &x, 1, NULL, &out, false), "gd_vjp: y is [2]; without dy it must have one element");
    ck_assert_ptr_null(out);
    ck_refused(gd_vjp(square, NULL, &x, 1, gd_ones(GD_SHAPE(3)), &out, false),
               "gd_vjp: dy is [3] and y is [2]: they must have the same shape");
    ck_refused(gd_jvp(square, NULL, &x, 1, XS(gd_ones(GD_SHAPE(3))), &out, false),
               "gd_jvp: xs[0] is [2] and vs[0] is [3]: they must have the same shape");
    ck_refused(gd_jvp(square, NULL, &x, 1, NULL, &out, false), "gd_jvp: vs is NULL");
    ck_refused(gd_hessian(square, NULL, &x, 1, &out, false), "gd_hessian: y is [2]; it must have one element");
    ck_refused(gd_hvp(square, NULL, &x, 1, &x, &out, false), "gd_hvp: y is [2]; it must have one element");
    ck_refused(gd_hessian(square, NULL, &x, 50000, &out, false), "gd_hessian: n = 50000 tensors are too many");
}
END_TEST

START_TEST(flops)
{
    GD_SCOPE;
    gd_tensor *a = gd_requires_grad(gd_ones(GD_SHAPE(5, 4))), *b = gd_ones(GD_SHAPE(4, 3));
    gd_tensor *bias = gd_ones(GD_SHAPE(3));
    gd_tensor *y = gd_matmul(a, b);
    ck_assert(gd_graph_flops(y) == 2 * 5 * 4 * 3);
    ck_assert(gd_graph_flops(gd_relu(gd_transpose(y, 0, 1))) == 2 * 5 * 4 * 3 + 15);
    ck_assert(gd_graph_flops(gd_sum(y)) == 2 * 5 * 4 * 3 + 15);
    ck_assert(gd_graph_flops(gd_add(y, y)) == 2 * 5 * 4 * 3 + 15);         /* each operation once */
    ck_assert(gd_graph_flops(gd_affine(a, gd_transpose(b, 0, 1), bias)) == 2 * 5 * 4 * 3 + 15);
    gd_tensor *image = gd_requires_grad(gd_ones(GD_SHAPE(2, 4, 5, 5))), *weight = gd_ones(GD_SHAPE(6, 2, 3, 3));
    gd_conv2d_options groups = { .groups = 2 };
    ck_assert(gd_graph_flops(gd_conv2d(image, weight, NULL, groups)) == 2 * (2 * 6 * 3 * 3) * (2 * 3 * 3));
    gd_tensor *q = gd_requires_grad(gd_ones(GD_SHAPE(2, 3, 4))), *k = gd_ones(GD_SHAPE(2, 7, 4));
    ck_assert(gd_graph_flops(gd_attention(q, k, gd_ones(GD_SHAPE(2, 7, 5)), false)) == 2 * (2 * 3) * 7 * (4 + 5));
    gd_tensor *qkv = gd_requires_grad(gd_ones(GD_SHAPE(2, 7, 3 * 8)));
    ck_assert(gd_graph_flops(gd_self_attention(qkv, 4, false)) == 2 * (2 * 4) * 7 * 7 * (2 + 2));
    gd_tensor *square = gd_requires_grad(gd_add(gd_eye(6), gd_ones(GD_SHAPE(2, 6, 6))));
    gd_tensor *rows = gd_ones(GD_SHAPE(6, 4));
    ck_assert(gd_graph_flops(gd_solve(square, rows)) == 2 * (2 * 72 + 2 * 6 * 4 * 6));
    ck_assert(gd_graph_flops(gd_inverse(square)) == 2 * 2 * 216);
    ck_assert(gd_graph_flops(gd_cholesky(square)) == 2 * 72 && gd_graph_flops(gd_det(square)) == 2 * 144);
    gd_params *p = gd_params_new();
    const gd_recurrent_layer lstm = gd_recurrent_new(p, "lstm", GD_LSTM, 3, 8, (gd_recurrent_options){ .layers = 1 });
    const gd_lstm_state none = { NULL, NULL };
    const double steps = gd_graph_flops(gd_recurrent_apply(&lstm, gd_ones(GD_SHAPE(2, 5, 3)), NULL, none, true).y);
    ck_assert(steps >= 2 * (2 * 5 * 32) * (3 + 8) && steps < 2.5 * (2 * 5 * 32) * (3 + 8));
    gd_params_free(p);
    ck_assert(gd_graph_flops(a) == 0);
    ck_assert(gd_graph_flops(gd_matmul(b, gd_ones(GD_SHAPE(3, 2)))) == 0);
    ck_assert(isnan(gd_graph_flops(NULL)));
    ck_message("gd_graph_flops: y is NULL");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("autograd: derivatives of functions");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, NULL);
    tcase_add_test(all, agree_with_each_other);
    tcase_add_test(all, second_derivatives);
    tcase_add_test(all, hessian_of_cubes);
    tcase_add_test(all, independent);
    tcase_add_test(all, shapes);
    tcase_add_test(all, in_the_graph);
    tcase_add_test(all, leaves_nothing);
    tcase_add_test(all, refusals);
    tcase_add_test(all, flops);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
