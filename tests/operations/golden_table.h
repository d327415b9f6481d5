/* golden_table.h - how each operation named in golden/ops is called.
 *
 *     GOLDEN (op, call)            X(name) is an input of the file, N(key) a number among its attributes, I(key)
 *                                  an integer, AXES(key) a list
 *     SECOND (function, call)      the function of a second-order file
 *     MISSING(op, files)           no such operation yet: its files are skipped, and counted.  Whoever adds the
 *                                  operation puts a GOLDEN row in its place. */

GOLDEN(add,          gd_add(X(a), X(b)))
GOLDEN(sub,          gd_sub(X(a), X(b)))
GOLDEN(mul,          gd_mul(X(a), X(b)))
GOLDEN(div,          gd_div(X(a), X(b)))
GOLDEN(maximum,      gd_maximum(X(a), X(b)))
GOLDEN(minimum,      gd_minimum(X(a), X(b)))
GOLDEN(pow,          gd_pow(X(x), N(p)))
GOLDEN(clamp,        gd_clamp(X(x), HAS(min) ? N(min) : -INFINITY, HAS(max) ? N(max) : INFINITY))
GOLDEN(where,        gd_where(X(cond), X(a), X(b)))

GOLDEN(neg,          gd_neg(X(x)))
GOLDEN(abs,          gd_abs(X(x)))
GOLDEN(sign,         gd_sign(X(x)))
GOLDEN(exp,          gd_exp(X(x)))
GOLDEN(log,          gd_log(X(x)))
GOLDEN(sqrt,         gd_sqrt(X(x)))
GOLDEN(square,       gd_square(X(x)))
GOLDEN(sin,          gd_sin(X(x)))
GOLDEN(cos,          gd_cos(X(x)))
GOLDEN(tanh,         gd_tanh(X(x)))
GOLDEN(sigmoid,      gd_sigmoid(X(x)))
GOLDEN(relu,         gd_relu(X(x)))
GOLDEN(leaky_relu,   gd_leaky_relu(X(x), N(slope)))
GOLDEN(elu,          gd_elu(X(x), N(alpha)))
GOLDEN(gelu_erf,     gd_gelu(X(x)))
GOLDEN(gelu_tanh,    gd_gelu_tanh(X(x)))
GOLDEN(silu,         gd_silu(X(x)))
GOLDEN(softplus,     gd_scale(gd_softplus(gd_scale(X(x), N(beta))), 1 / N(beta)))

GOLDEN(sum,          gd_sum_axes(X(x), AXES(axes), I(keepdims)))
GOLDEN(mean,         gd_mean_axes(X(x), AXES(axes), I(keepdims)))
GOLDEN(max,          gd_max_axes(X(x), AXES(axes), I(keepdims)))
GOLDEN(min,          gd_min_axes(X(x), AXES(axes), I(keepdims)))
GOLDEN(var,          gd_var_axes(X(x), AXES(axes), N(correction), I(keepdims)))
GOLDEN(std,          gd_std_axes(X(x), AXES(axes), N(correction), I(keepdims)))
GOLDEN(logsumexp,    gd_logsumexp_axes(X(x), AXES(axes), I(keepdims)))
GOLDEN(softmax,      gd_softmax(X(x), I(axis)))
GOLDEN(log_softmax,  gd_log_softmax(X(x), I(axis)))

GOLDEN(transpose,    gd_transpose(X(x), (int)AXES(axes).size[0], (int)AXES(axes).size[1]))
GOLDEN(permute,      gd_permute(X(x), AXES(perm)))
GOLDEN(reshape,      gd_reshape(X(x), AXES(shape)))
GOLDEN(expand,       gd_expand(X(x), AXES(shape)))
GOLDEN(slice,        slice_all(X(x), AXES(start), AXES(stop), AXES(step)))
GOLDEN(concat,       gd_concat(g->x, golden_inputs(g), I(axis)))
GOLDEN(stack,        gd_stack(g->x, golden_inputs(g), I(axis)))
GOLDEN(gather,       gd_gather(X(x), I(axis), X(index)))
GOLDEN(embedding,    gd_embedding(X(weight), X(index)))

GOLDEN(matmul,       gd_matmul(X(a), X(b)))
GOLDEN(matmul_self,  gd_matmul(X(a), gd_transpose(X(a), 0, 1)))

GOLDEN(mse,           gd_mse_loss(X(pred), X(target), REDUCTION))
GOLDEN(cross_entropy, gd_cross_entropy(X(logits), X(labels), REDUCTION))
GOLDEN(l1,            gd_l1_loss(X(pred), X(target), REDUCTION))
GOLDEN(huber,         gd_huber_loss(X(pred), X(target), N(delta), REDUCTION))
GOLDEN(bce_with_logits, gd_bce_with_logits(X(logits), X(target), REDUCTION))

GOLDEN(layer_norm,   gd_layer_norm(X(x), X(weight), X(bias), N(eps)))
GOLDEN(batch_norm,   gd_batch_norm(X(x), X(weight), X(bias), X(running_mean), X(running_var), I(training),
                                   N(momentum), N(eps)))
GOLDEN(conv1d,       gd_conv1d(X(x), X(weight), X(bias), I(stride), I(padding), I(dilation), I(groups)))
GOLDEN(conv2d,       gd_conv2d(X(x), X(weight), X(bias), (gd_conv2d_options){ .stride = PAIR(stride),
                               .padding = PAIR(padding), .dilation = PAIR(dilation), .groups = I(groups) }))
GOLDEN(max_pool2d,   gd_max_pool2d(X(x), (gd_pool2d_options){ .kernel = PAIR(kernel), .stride = PAIR(stride),
                                   .padding = PAIR(padding) }))
GOLDEN(avg_pool2d,   gd_avg_pool2d(X(x), (gd_pool2d_options){ .kernel = PAIR(kernel), .stride = PAIR(stride),
                                   .padding = PAIR(padding), .count_padding = I(count_include_pad) }))

GOLDEN(graph_fanout,  fanout(X(x)))
GOLDEN(graph_diamond, diamond(X(a), X(b)))
GOLDEN(graph_mlp_mse, mlp_mse(X(x), X(y), X(W1), X(b1), X(W2), X(b2)))
GOLDEN(graph_mlp_ce,  mlp_ce(X(x), X(labels), X(W1), X(b1), X(W2), X(b2)))

SECOND(elementwise,      gd_add(gd_scale(gd_sum(gd_pow(X(x), 4)), 1.0 / 12), gd_sum(gd_mul(X(x), gd_sin(X(x))))))
SECOND(rosenbrock,       rosenbrock(X(x)))
SECOND(quadratic,        gd_mean(gd_square(gd_sub(gd_matmul(X(A), X(x)), X(b)))))
SECOND(tanh_matmul,      gd_sum(gd_square(gd_tanh(gd_matmul(X(x), X(W))))))
SECOND(logistic,         logistic(gd_matmul(X(X), X(w)), X(t), X(w)))
SECOND(softmax_ce,       gd_cross_entropy(gd_matmul(X(X), X(W)), X(labels), GD_MEAN))
SECOND(logsumexp,        gd_logsumexp(gd_add(gd_matmul(X(A), X(x)), X(b)), 0, false))
SECOND(broadcast_div,    gd_sum(gd_div(gd_log(X(x)), gd_sqrt(X(y)))))
SECOND(mlp,              sigmoid_mlp(X(X), X(y), X(W1), X(b1), X(W2)))
SECOND(gradnorm,         gradnorm(X(x)))
SECOND(gradient_penalty, gradient_penalty(X(x), X(W1), X(b1), X(w2)))
SECOND(third_derivative, third_derivative(X(x)))
