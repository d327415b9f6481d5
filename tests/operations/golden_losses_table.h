/* golden_losses_table.h - how the operations in golden/losses and golden/picking are called.  Read by
 * test_golden_losses.c: X(name) is an input or NULL, N(key), I(key) a number and SIZES(key) a list of the file. */

GOLDEN(cross_entropy_with, gd_cross_entropy_with(X(logits), X(labels), X(weight), (gd_cross_entropy_options){
       N(smoothing), (int64_t)N(ignore), REDUCTION, true }))
GOLDEN(soft_cross_entropy, gd_soft_cross_entropy(X(logits), X(target), X(weight), N(smoothing), REDUCTION))
GOLDEN(nll_loss, gd_nll_loss(X(log_prediction), X(labels), X(weight), (int64_t)N(ignore), REDUCTION))
GOLDEN(bce_with_logits_weighted,
       gd_bce_with_logits_weighted(X(prediction), X(target), X(weight), X(pos_weight), REDUCTION))
GOLDEN(bce_loss, gd_bce_loss(X(prediction), X(target), X(weight), REDUCTION))
GOLDEN(smooth_l1_loss, gd_smooth_l1_loss(X(prediction), X(target), N(beta), REDUCTION))
GOLDEN(gaussian_nll_loss,
       gd_gaussian_nll_loss(X(prediction), X(target), X(variance), N(full) != 0, N(eps), REDUCTION))
GOLDEN(poisson_nll_loss,
       gd_poisson_nll_loss(X(prediction), X(target), N(log_input) != 0, N(full) != 0, N(eps), REDUCTION))
GOLDEN(cosine_similarity, gd_cosine_similarity(X(a), X(b), I(axis), N(eps)))
GOLDEN(cosine_embedding_loss, gd_cosine_embedding_loss(X(a), X(b), X(target), N(margin), REDUCTION))
GOLDEN(triplet_margin_loss, gd_triplet_margin_loss(X(anchor), X(positive), X(negative), (gd_triplet_options){
       N(margin), N(p), N(eps), N(swap) != 0, REDUCTION }))
GOLDEN(ctc_loss, gd_ctc_loss(gd_log_softmax(X(logits), 2), X(targets), SIZES(input_lengths), SIZES(target_lengths),
       (gd_ctc_options){ I(blank), N(zero_infinity) != 0, REDUCTION }))

GOLDEN(sort, gd_sort(X(x), I(axis), N(descending) != 0))
GOLDEN(argsort, gd_argsort(X(x), I(axis), N(descending) != 0))
GOLDEN(cummax, gd_cummax(X(x), I(axis)).values)
GOLDEN(cummax_index, gd_cummax(X(x), I(axis)).indices)
GOLDEN(cummin, gd_cummin(X(x), I(axis)).values)
GOLDEN(median, gd_median(X(x)))
GOLDEN(median_axis, gd_median_axis(X(x), I(axis), N(keep) != 0))
GOLDEN(prod, gd_prod(X(x)))
GOLDEN(prod_axis, gd_prod_axis(X(x), I(axis), N(keep) != 0))
GOLDEN(logcumsumexp, gd_logcumsumexp(X(x), I(axis)))
GOLDEN(argmin, gd_argmin(X(x), I(axis)))
GOLDEN(topk, gd_topk(X(x), I(k), I(axis), N(largest) != 0).values)
GOLDEN(topk_index, gd_topk(X(x), I(k), I(axis), N(largest) != 0).indices)
GOLDEN(var, gd_var(X(x), N(correction)))
GOLDEN(std, gd_std(X(x), N(correction)))
GOLDEN(unique, gd_unique(X(x)).values)
GOLDEN(unique_inverse, gd_unique(X(x)).inverse)
GOLDEN(unique_counts, gd_unique(X(x)).counts)
GOLDEN(nonzero, gd_nonzero(X(x)))
GOLDEN(count_nonzero, gd_count_nonzero_axis(X(x), I(axis), false))
GOLDEN(index_select, gd_index_select(X(x), I(axis), X(index)))
GOLDEN(masked_select, gd_masked_select(X(x), X(mask)))
GOLDEN(masked_fill, gd_masked_fill(X(x), X(mask), N(value)))
GOLDEN(scatter, gd_scatter(X(x), I(axis), X(index), X(source)))
GOLDEN(scatter_add, gd_scatter_add(X(x), I(axis), X(index), X(source)))
GOLDEN(roll, gd_roll(X(x), I(shift), I(axis)))
GOLDEN(diagonal, gd_diagonal(X(x), I(offset), (int)SIZES(axes)[0], (int)SIZES(axes)[1]))
GOLDEN(diag, gd_diag(X(x), I(offset)))
GOLDEN(trace, gd_trace(X(x)))
GOLDEN(outer, gd_outer(X(a), X(b)))
GOLDEN(meshgrid, gd_meshgrid((gd_tensor *const[]){ X(a), X(b) }, 2, N(xy) != 0 ? GD_XY : GD_IJ).grid[I(which)])
