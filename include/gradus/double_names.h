/* double_names.h - the functions of libgradus64 have symbols of their own: gd_sum is gd64_sum there.  So a program
 * that was compiled for one library does not link with the other, and both can be loaded into one process.  Sources
 * and messages say gd_sum in either case; only dlsym and bindings must know.
 * Written by `make names` from the other headers; `make test` fails when it is out of date. */
#ifndef GRADUS_DOUBLE_NAMES_H
#define GRADUS_DOUBLE_NAMES_H

#if defined(__PRAGMA_REDEFINE_EXTNAME)
#define GD_RENAME(name)  GD_RENAME_(redefine_extname gd_##name gd64_##name)
#define GD_RENAME_(text) _Pragma(#text)

GD_RENAME(abort)
GD_RENAME(abs)
GD_RENAME(accuracy)
GD_RENAME(acos)
GD_RENAME(acosh)
GD_RENAME(adabelief)
GD_RENAME(adabelief_dialect)
GD_RENAME(adadelta)
GD_RENAME(adadelta_dialect)
GD_RENAME(adafactor)
GD_RENAME(adafactor_dialect)
GD_RENAME(adagrad)
GD_RENAME(adagrad_dialect)
GD_RENAME(adam)
GD_RENAME(adam_dialect)
GD_RENAME(adamax)
GD_RENAME(adamax_dialect)
GD_RENAME(adamw)
GD_RENAME(adamw_dialect)
GD_RENAME(adaptive_avg_pool)
GD_RENAME(adaptive_max_pool)
GD_RENAME(add)
GD_RENAME(add_to)
GD_RENAME(affine)
GD_RENAME(airfoil)
GD_RENAME(all)
GD_RENAME(all_axis)
GD_RENAME(animation_end)
GD_RENAME(animation_frame)
GD_RENAME(animation_grid)
GD_RENAME(animation_new)
GD_RENAME(any)
GD_RENAME(any_axis)
GD_RENAME(arange)
GD_RENAME(argmax)
GD_RENAME(argmin)
GD_RENAME(argsort)
GD_RENAME(asgd)
GD_RENAME(asgd_dialect)
GD_RENAME(asin)
GD_RENAME(asinh)
GD_RENAME(assign)
GD_RENAME(at)
GD_RENAME(atan)
GD_RENAME(atan2)
GD_RENAME(atanh)
GD_RENAME(attention)
GD_RENAME(avg_pool1d)
GD_RENAME(avg_pool2d)
GD_RENAME(backward)
GD_RENAME(backward_from)
GD_RENAME(balanced_weights)
GD_RENAME(batch_norm)
GD_RENAME(batch_norm_apply)
GD_RENAME(batch_norm_new)
GD_RENAME(bce_loss)
GD_RENAME(bce_with_logits)
GD_RENAME(bce_with_logits_weighted)
GD_RENAME(bernoulli)
GD_RENAME(buffer)
GD_RENAME(capture)
GD_RENAME(ceil)
GD_RENAME(check_finite)
GD_RENAME(checkpoint_load)
GD_RENAME(checkpoint_save)
GD_RENAME(cholesky)
GD_RENAME(cifar10)
GD_RENAME(cifar_read)
GD_RENAME(clamp)
GD_RENAME(clamp_to)
GD_RENAME(clear_error)
GD_RENAME(clip_grad_norm)
GD_RENAME(clip_grad_norm_as)
GD_RENAME(clip_grad_value)
GD_RENAME(column_means)
GD_RENAME(column_medians)
GD_RENAME(concat)
GD_RENAME(confusion)
GD_RENAME(contiguous)
GD_RENAME(conv1d)
GD_RENAME(conv1d_apply)
GD_RENAME(conv1d_new)
GD_RENAME(conv2d)
GD_RENAME(conv2d_apply)
GD_RENAME(conv2d_new)
GD_RENAME(conv2d_without_bias)
GD_RENAME(conv_transpose1d)
GD_RENAME(conv_transpose1d_apply)
GD_RENAME(conv_transpose1d_new)
GD_RENAME(conv_transpose2d)
GD_RENAME(conv_transpose2d_apply)
GD_RENAME(conv_transpose2d_new)
GD_RENAME(copy_out)
GD_RENAME(cos)
GD_RENAME(cosh)
GD_RENAME(cosine_embedding_loss)
GD_RENAME(cosine_similarity)
GD_RENAME(count_nonzero)
GD_RENAME(count_nonzero_axis)
GD_RENAME(cross_entropy)
GD_RENAME(cross_entropy_with)
GD_RENAME(csv_read)
GD_RENAME(csv_write)
GD_RENAME(ctc_loss)
GD_RENAME(cummax)
GD_RENAME(cummin)
GD_RENAME(cumprod)
GD_RENAME(cumsum)
GD_RENAME(decoder_block_apply)
GD_RENAME(decoder_block_new)
GD_RENAME(det)
GD_RENAME(detach)
GD_RENAME(detect_anomaly)
GD_RENAME(diag)
GD_RENAME(diagonal)
GD_RENAME(div)
GD_RENAME(dropout)
GD_RENAME(dropout_apply)
GD_RENAME(dropout_new)
GD_RENAME(early_stopping_free)
GD_RENAME(early_stopping_new)
GD_RENAME(early_stopping_next)
GD_RENAME(early_stopping_restore)
GD_RENAME(eigh)
GD_RENAME(einsum)
GD_RENAME(elu)
GD_RENAME(ema_free)
GD_RENAME(ema_get)
GD_RENAME(ema_new)
GD_RENAME(ema_swap)
GD_RENAME(ema_update)
GD_RENAME(embedding)
GD_RENAME(embedding_apply)
GD_RENAME(embedding_new)
GD_RENAME(encoder_block_apply)
GD_RENAME(encoder_block_new)
GD_RENAME(eq)
GD_RENAME(erf)
GD_RENAME(exp)
GD_RENAME(expand)
GD_RENAME(expm1)
GD_RENAME(exponential)
GD_RENAME(eye)
GD_RENAME(fail)
GD_RENAME(fashion_mnist)
GD_RENAME(fill)
GD_RENAME(flatten)
GD_RENAME(flip)
GD_RENAME(floor)
GD_RENAME(freeze)
GD_RENAME(from)
GD_RENAME(full)
GD_RENAME(gather)
GD_RENAME(gaussian_nll_loss)
GD_RENAME(ge)
GD_RENAME(gelu)
GD_RENAME(gelu_tanh)
GD_RENAME(generator_free)
GD_RENAME(generator_leave)
GD_RENAME(generator_new)
GD_RENAME(generator_seed)
GD_RENAME(generator_set_state)
GD_RENAME(generator_state)
GD_RENAME(generator_use)
GD_RENAME(global_avg_pool)
GD_RENAME(global_max_pool)
GD_RENAME(glu)
GD_RENAME(grad)
GD_RENAME(gradcheck)
GD_RENAME(gradgradcheck)
GD_RENAME(grads_to_vector)
GD_RENAME(graph_dot)
GD_RENAME(graph_flops)
GD_RENAME(graph_print)
GD_RENAME(group_add)
GD_RENAME(group_get)
GD_RENAME(group_norm)
GD_RENAME(group_norm_apply)
GD_RENAME(group_norm_new)
GD_RENAME(group_set)
GD_RENAME(gru_apply)
GD_RENAME(gru_new)
GD_RENAME(gt)
GD_RENAME(hardsigmoid)
GD_RENAME(hardswish)
GD_RENAME(hardtanh)
GD_RENAME(hessian)
GD_RENAME(hinge_loss)
GD_RENAME(history_add)
GD_RENAME(history_count)
GD_RENAME(history_free)
GD_RENAME(history_has)
GD_RENAME(history_load)
GD_RENAME(history_name)
GD_RENAME(history_new)
GD_RENAME(history_picture)
GD_RENAME(history_plot)
GD_RENAME(history_print)
GD_RENAME(history_resume)
GD_RENAME(history_rows)
GD_RENAME(history_save)
GD_RENAME(history_truncate)
GD_RENAME(history_value)
GD_RENAME(history_x)
GD_RENAME(huber_loss)
GD_RENAME(hvp)
GD_RENAME(idx_read)
GD_RENAME(image_read)
GD_RENAME(impute)
GD_RENAME(index_select)
GD_RENAME(instance_norm)
GD_RENAME(interpolate)
GD_RENAME(inverse)
GD_RENAME(is_recording)
GD_RENAME(isfinite)
GD_RENAME(isinf)
GD_RENAME(isnan)
GD_RENAME(item)
GD_RENAME(jacobian)
GD_RENAME(jvp)
GD_RENAME(k_fold)
GD_RENAME(kaiming_normal)
GD_RENAME(kaiming_uniform)
GD_RENAME(keep)
GD_RENAME(kl_div)
GD_RENAME(l1_loss)
GD_RENAME(lamb)
GD_RENAME(lamb_dialect)
GD_RENAME(last_error)
GD_RENAME(layer_norm)
GD_RENAME(layer_norm_apply)
GD_RENAME(layer_norm_new)
GD_RENAME(layout)
GD_RENAME(lbfgs)
GD_RENAME(lbfgs_dialect)
GD_RENAME(le)
GD_RENAME(leaky_relu)
GD_RENAME(linear_apply)
GD_RENAME(linear_new)
GD_RENAME(linear_without_bias)
GD_RENAME(linspace)
GD_RENAME(lion)
GD_RENAME(lion_dialect)
GD_RENAME(load)
GD_RENAME(load_run)
GD_RENAME(loader_batches)
GD_RENAME(loader_epoch)
GD_RENAME(loader_free)
GD_RENAME(loader_new)
GD_RENAME(loader_next)
GD_RENAME(loader_position)
GD_RENAME(loader_seek)
GD_RENAME(log)
GD_RENAME(log10)
GD_RENAME(log1p)
GD_RENAME(log2)
GD_RENAME(log_softmax)
GD_RENAME(logcumsumexp)
GD_RENAME(logical_and)
GD_RENAME(logical_not)
GD_RENAME(logical_or)
GD_RENAME(logsigmoid)
GD_RENAME(logsumexp)
GD_RENAME(logsumexp_axes)
GD_RENAME(lr_at)
GD_RENAME(lr_constant)
GD_RENAME(lr_cosine)
GD_RENAME(lr_custom)
GD_RENAME(lr_exponential)
GD_RENAME(lr_factor)
GD_RENAME(lr_inverse_sqrt)
GD_RENAME(lr_linear)
GD_RENAME(lr_linear_warmup)
GD_RENAME(lr_multistep)
GD_RENAME(lr_none)
GD_RENAME(lr_one_cycle)
GD_RENAME(lr_polynomial)
GD_RENAME(lr_restarts)
GD_RENAME(lr_step)
GD_RENAME(lr_warmup)
GD_RENAME(lr_wsd)
GD_RENAME(lstm_apply)
GD_RENAME(lstm_new)
GD_RENAME(lstsq)
GD_RENAME(lt)
GD_RENAME(masked_attention)
GD_RENAME(masked_fill)
GD_RENAME(masked_select)
GD_RENAME(matmul)
GD_RENAME(max)
GD_RENAME(max_axes)
GD_RENAME(max_axis)
GD_RENAME(max_pool1d)
GD_RENAME(max_pool2d)
GD_RENAME(maximum)
GD_RENAME(mean)
GD_RENAME(mean_axes)
GD_RENAME(mean_axis)
GD_RENAME(median)
GD_RENAME(median_axis)
GD_RENAME(memory_live)
GD_RENAME(memory_report)
GD_RENAME(meshgrid)
GD_RENAME(min)
GD_RENAME(min_axes)
GD_RENAME(min_axis)
GD_RENAME(minimum)
GD_RENAME(mish)
GD_RENAME(mse_loss)
GD_RENAME(mul)
GD_RENAME(multihead_apply)
GD_RENAME(multihead_attend)
GD_RENAME(multihead_new)
GD_RENAME(multinomial)
GD_RENAME(muon)
GD_RENAME(muon_dialect)
GD_RENAME(muon_others)
GD_RENAME(nadam)
GD_RENAME(nadam_dialect)
GD_RENAME(nanmean)
GD_RENAME(nanmean_axis)
GD_RENAME(nansum)
GD_RENAME(nansum_axis)
GD_RENAME(ne)
GD_RENAME(needs)
GD_RENAME(neg)
GD_RENAME(nll_loss)
GD_RENAME(no_grad_begin)
GD_RENAME(no_grad_end)
GD_RENAME(no_grad_enter)
GD_RENAME(no_grad_leave)
GD_RENAME(node_attributes)
GD_RENAME(node_input)
GD_RENAME(node_inputs)
GD_RENAME(node_op)
GD_RENAME(node_output)
GD_RENAME(nonzero)
GD_RENAME(norm)
GD_RENAME(norm_axes)
GD_RENAME(normal)
GD_RENAME(notice)
GD_RENAME(npy_count)
GD_RENAME(npy_read)
GD_RENAME(npy_read_at)
GD_RENAME(npy_write)
GD_RENAME(npz_close)
GD_RENAME(npz_count)
GD_RENAME(npz_name)
GD_RENAME(npz_open)
GD_RENAME(npz_read)
GD_RENAME(npz_write)
GD_RENAME(numel)
GD_RENAME(on_error)
GD_RENAME(one_hot)
GD_RENAME(ones)
GD_RENAME(ones_like)
GD_RENAME(optimizer_free)
GD_RENAME(optimizer_group)
GD_RENAME(optimizer_new)
GD_RENAME(optimizer_number)
GD_RENAME(optimizer_shared_state)
GD_RENAME(optimizer_start)
GD_RENAME(optimizer_state)
GD_RENAME(optimizer_swap)
GD_RENAME(optimizer_trace)
GD_RENAME(optimizer_visit)
GD_RENAME(orthogonal)
GD_RENAME(outer)
GD_RENAME(pad)
GD_RENAME(padding_mask)
GD_RENAME(param)
GD_RENAME(param_tied)
GD_RENAME(params_assign)
GD_RENAME(params_at)
GD_RENAME(params_copy)
GD_RENAME(params_count)
GD_RENAME(params_equal)
GD_RENAME(params_free)
GD_RENAME(params_freeze)
GD_RENAME(params_get)
GD_RENAME(params_is_buffer)
GD_RENAME(params_new)
GD_RENAME(params_print)
GD_RENAME(params_tensors)
GD_RENAME(params_to_vector)
GD_RENAME(params_unfreeze)
GD_RENAME(params_vector_size)
GD_RENAME(permutation)
GD_RENAME(permute)
GD_RENAME(plateau_next)
GD_RENAME(plateau_start)
GD_RENAME(plot_band)
GD_RENAME(plot_band_point)
GD_RENAME(plot_bar)
GD_RENAME(plot_confusion)
GD_RENAME(plot_contour)
GD_RENAME(plot_contour_grid)
GD_RENAME(plot_free)
GD_RENAME(plot_function)
GD_RENAME(plot_heat)
GD_RENAME(plot_histogram)
GD_RENAME(plot_hline)
GD_RENAME(plot_images)
GD_RENAME(plot_legend)
GD_RENAME(plot_levels)
GD_RENAME(plot_live)
GD_RENAME(plot_live_break)
GD_RENAME(plot_log_x)
GD_RENAME(plot_log_y)
GD_RENAME(plot_log_z)
GD_RENAME(plot_new)
GD_RENAME(plot_note)
GD_RENAME(plot_point)
GD_RENAME(plot_save)
GD_RENAME(plot_save_grid)
GD_RENAME(plot_scale)
GD_RENAME(plot_scatter)
GD_RENAME(plot_scatter_classes)
GD_RENAME(plot_scatter_values)
GD_RENAME(plot_second_log_y)
GD_RENAME(plot_second_where)
GD_RENAME(plot_second_y)
GD_RENAME(plot_second_ylim)
GD_RENAME(plot_size)
GD_RENAME(plot_style)
GD_RENAME(plot_tensor)
GD_RENAME(plot_where)
GD_RENAME(plot_xlim)
GD_RENAME(plot_ylim)
GD_RENAME(plot_z_label)
GD_RENAME(plot_zlim)
GD_RENAME(poisson_nll_loss)
GD_RENAME(pow)
GD_RENAME(pow_tensor)
GD_RENAME(prelu)
GD_RENAME(print)
GD_RENAME(prod)
GD_RENAME(prod_axis)
GD_RENAME(program_free)
GD_RENAME(program_print)
GD_RENAME(progress_end)
GD_RENAME(progress_show)
GD_RENAME(progress_start)
GD_RENAME(qr)
GD_RENAME(r2)
GD_RENAME(radam)
GD_RENAME(radam_dialect)
GD_RENAME(randint)
GD_RENAME(random_choice)
GD_RENAME(random_crop)
GD_RENAME(random_cutout)
GD_RENAME(random_flip)
GD_RENAME(random_shift)
GD_RENAME(read_limit)
GD_RENAME(reciprocal)
GD_RENAME(recomputed)
GD_RENAME(record)
GD_RENAME(recurrent_apply)
GD_RENAME(recurrent_new)
GD_RENAME(register_hook)
GD_RENAME(register_post_hook)
GD_RENAME(relu)
GD_RENAME(remainder)
GD_RENAME(remove_hook)
GD_RENAME(remove_post_hook)
GD_RENAME(repeat)
GD_RENAME(requires_grad)
GD_RENAME(reshape)
GD_RENAME(retain_grad)
GD_RENAME(rms_norm)
GD_RENAME(rms_norm_apply)
GD_RENAME(rms_norm_new)
GD_RENAME(rmsprop)
GD_RENAME(rmsprop_dialect)
GD_RENAME(rnn_apply)
GD_RENAME(rnn_new)
GD_RENAME(roc_auc)
GD_RENAME(roll)
GD_RENAME(rotary)
GD_RENAME(round)
GD_RENAME(rprop)
GD_RENAME(rprop_dialect)
GD_RENAME(rsqrt)
GD_RENAME(run)
GD_RENAME(running_add)
GD_RENAME(running_mean)
GD_RENAME(running_start)
GD_RENAME(safetensors_close)
GD_RENAME(safetensors_count)
GD_RENAME(safetensors_find)
GD_RENAME(safetensors_metadata)
GD_RENAME(safetensors_metadata_at)
GD_RENAME(safetensors_metadata_count)
GD_RENAME(safetensors_name)
GD_RENAME(safetensors_open)
GD_RENAME(safetensors_read)
GD_RENAME(safetensors_shape)
GD_RENAME(safetensors_type)
GD_RENAME(safetensors_write)
GD_RENAME(save)
GD_RENAME(save_run)
GD_RENAME(scalar)
GD_RENAME(scale)
GD_RENAME(scatter)
GD_RENAME(scatter_add)
GD_RENAME(schedule_free_adamw)
GD_RENAME(schedule_free_adamw_dialect)
GD_RENAME(scope_begin)
GD_RENAME(scope_end)
GD_RENAME(scope_end_with)
GD_RENAME(scope_enter)
GD_RENAME(scope_leave)
GD_RENAME(scores_averaged)
GD_RENAME(scores_of_class)
GD_RENAME(seed)
GD_RENAME(select)
GD_RENAME(self_attention)
GD_RENAME(selu)
GD_RENAME(set_grad)
GD_RENAME(set_memory_warning)
GD_RENAME(set_name)
GD_RENAME(set_read_limit)
GD_RENAME(set_schedule)
GD_RENAME(set_threads)
GD_RENAME(sgd)
GD_RENAME(sgd_dialect)
GD_RENAME(shape_of_tensor)
GD_RENAME(shift)
GD_RENAME(shutdown)
GD_RENAME(sigmoid)
GD_RENAME(sign)
GD_RENAME(silu)
GD_RENAME(sin)
GD_RENAME(sinh)
GD_RENAME(sinusoidal_positions)
GD_RENAME(slice)
GD_RENAME(slogdet)
GD_RENAME(smooth_l1_loss)
GD_RENAME(soft_cross_entropy)
GD_RENAME(softmax)
GD_RENAME(softplus)
GD_RENAME(solve)
GD_RENAME(solve_triangular)
GD_RENAME(sort)
GD_RENAME(spectral_norm)
GD_RENAME(sqrt)
GD_RENAME(square)
GD_RENAME(squeeze)
GD_RENAME(stack)
GD_RENAME(standardize)
GD_RENAME(std)
GD_RENAME(std_axes)
GD_RENAME(std_axis)
GD_RENAME(step)
GD_RENAME(step_closure)
GD_RENAME(sub)
GD_RENAME(subset)
GD_RENAME(sum)
GD_RENAME(sum_axes)
GD_RENAME(sum_axis)
GD_RENAME(svd)
GD_RENAME(table_categories)
GD_RENAME(table_category)
GD_RENAME(table_columns)
GD_RENAME(table_find)
GD_RENAME(table_free)
GD_RENAME(table_missing)
GD_RENAME(table_name)
GD_RENAME(table_numbers)
GD_RENAME(table_read)
GD_RENAME(table_rows)
GD_RENAME(tan)
GD_RENAME(tanh)
GD_RENAME(threads)
GD_RENAME(top_k_accuracy)
GD_RENAME(topk)
GD_RENAME(trace)
GD_RENAME(trace_at)
GD_RENAME(trace_csv)
GD_RENAME(trace_picture)
GD_RENAME(trace_rows)
GD_RENAME(train_test_split)
GD_RENAME(transpose)
GD_RENAME(tril)
GD_RENAME(triplet_margin_loss)
GD_RENAME(triu)
GD_RENAME(trunc)
GD_RENAME(truncated_normal)
GD_RENAME(uniform)
GD_RENAME(unique)
GD_RENAME(unsqueeze)
GD_RENAME(value_and_grad)
GD_RENAME(var)
GD_RENAME(var_axes)
GD_RENAME(var_axis)
GD_RENAME(vector_to_params)
GD_RENAME(version)
GD_RENAME(vjp)
GD_RENAME(weight_norm)
GD_RENAME(where)
GD_RENAME(wrap)
GD_RENAME(xavier_normal)
GD_RENAME(xavier_uniform)
GD_RENAME(yogi)
GD_RENAME(yogi_dialect)
GD_RENAME(yogi_start_from)
GD_RENAME(zero_grad)
GD_RENAME(zero_grad_of)
GD_RENAME(zeros)
GD_RENAME(zeros_like)

#else

#define gd_abort gd64_abort
#define gd_abs gd64_abs
#define gd_accuracy gd64_accuracy
#define gd_acos gd64_acos
#define gd_acosh gd64_acosh
#define gd_adabelief gd64_adabelief
#define gd_adabelief_dialect gd64_adabelief_dialect
#define gd_adadelta gd64_adadelta
#define gd_adadelta_dialect gd64_adadelta_dialect
#define gd_adafactor gd64_adafactor
#define gd_adafactor_dialect gd64_adafactor_dialect
#define gd_adagrad gd64_adagrad
#define gd_adagrad_dialect gd64_adagrad_dialect
#define gd_adam gd64_adam
#define gd_adam_dialect gd64_adam_dialect
#define gd_adamax gd64_adamax
#define gd_adamax_dialect gd64_adamax_dialect
#define gd_adamw gd64_adamw
#define gd_adamw_dialect gd64_adamw_dialect
#define gd_adaptive_avg_pool gd64_adaptive_avg_pool
#define gd_adaptive_max_pool gd64_adaptive_max_pool
#define gd_add gd64_add
#define gd_add_to gd64_add_to
#define gd_affine gd64_affine
#define gd_airfoil gd64_airfoil
#define gd_all gd64_all
#define gd_all_axis gd64_all_axis
#define gd_animation_end gd64_animation_end
#define gd_animation_frame gd64_animation_frame
#define gd_animation_grid gd64_animation_grid
#define gd_animation_new gd64_animation_new
#define gd_any gd64_any
#define gd_any_axis gd64_any_axis
#define gd_arange gd64_arange
#define gd_argmax gd64_argmax
#define gd_argmin gd64_argmin
#define gd_argsort gd64_argsort
#define gd_asgd gd64_asgd
#define gd_asgd_dialect gd64_asgd_dialect
#define gd_asin gd64_asin
#define gd_asinh gd64_asinh
#define gd_assign gd64_assign
#define gd_at gd64_at
#define gd_atan gd64_atan
#define gd_atan2 gd64_atan2
#define gd_atanh gd64_atanh
#define gd_attention gd64_attention
#define gd_avg_pool1d gd64_avg_pool1d
#define gd_avg_pool2d gd64_avg_pool2d
#define gd_backward gd64_backward
#define gd_backward_from gd64_backward_from
#define gd_balanced_weights gd64_balanced_weights
#define gd_batch_norm gd64_batch_norm
#define gd_batch_norm_apply gd64_batch_norm_apply
#define gd_batch_norm_new gd64_batch_norm_new
#define gd_bce_loss gd64_bce_loss
#define gd_bce_with_logits gd64_bce_with_logits
#define gd_bce_with_logits_weighted gd64_bce_with_logits_weighted
#define gd_bernoulli gd64_bernoulli
#define gd_buffer gd64_buffer
#define gd_capture gd64_capture
#define gd_ceil gd64_ceil
#define gd_check_finite gd64_check_finite
#define gd_checkpoint_load gd64_checkpoint_load
#define gd_checkpoint_save gd64_checkpoint_save
#define gd_cholesky gd64_cholesky
#define gd_cifar10 gd64_cifar10
#define gd_cifar_read gd64_cifar_read
#define gd_clamp gd64_clamp
#define gd_clamp_to gd64_clamp_to
#define gd_clear_error gd64_clear_error
#define gd_clip_grad_norm gd64_clip_grad_norm
#define gd_clip_grad_norm_as gd64_clip_grad_norm_as
#define gd_clip_grad_value gd64_clip_grad_value
#define gd_column_means gd64_column_means
#define gd_column_medians gd64_column_medians
#define gd_concat gd64_concat
#define gd_confusion gd64_confusion
#define gd_contiguous gd64_contiguous
#define gd_conv1d gd64_conv1d
#define gd_conv1d_apply gd64_conv1d_apply
#define gd_conv1d_new gd64_conv1d_new
#define gd_conv2d gd64_conv2d
#define gd_conv2d_apply gd64_conv2d_apply
#define gd_conv2d_new gd64_conv2d_new
#define gd_conv2d_without_bias gd64_conv2d_without_bias
#define gd_conv_transpose1d gd64_conv_transpose1d
#define gd_conv_transpose1d_apply gd64_conv_transpose1d_apply
#define gd_conv_transpose1d_new gd64_conv_transpose1d_new
#define gd_conv_transpose2d gd64_conv_transpose2d
#define gd_conv_transpose2d_apply gd64_conv_transpose2d_apply
#define gd_conv_transpose2d_new gd64_conv_transpose2d_new
#define gd_copy_out gd64_copy_out
#define gd_cos gd64_cos
#define gd_cosh gd64_cosh
#define gd_cosine_embedding_loss gd64_cosine_embedding_loss
#define gd_cosine_similarity gd64_cosine_similarity
#define gd_count_nonzero gd64_count_nonzero
#define gd_count_nonzero_axis gd64_count_nonzero_axis
#define gd_cross_entropy gd64_cross_entropy
#define gd_cross_entropy_with gd64_cross_entropy_with
#define gd_csv_read gd64_csv_read
#define gd_csv_write gd64_csv_write
#define gd_ctc_loss gd64_ctc_loss
#define gd_cummax gd64_cummax
#define gd_cummin gd64_cummin
#define gd_cumprod gd64_cumprod
#define gd_cumsum gd64_cumsum
#define gd_decoder_block_apply gd64_decoder_block_apply
#define gd_decoder_block_new gd64_decoder_block_new
#define gd_det gd64_det
#define gd_detach gd64_detach
#define gd_detect_anomaly gd64_detect_anomaly
#define gd_diag gd64_diag
#define gd_diagonal gd64_diagonal
#define gd_div gd64_div
#define gd_dropout gd64_dropout
#define gd_dropout_apply gd64_dropout_apply
#define gd_dropout_new gd64_dropout_new
#define gd_early_stopping_free gd64_early_stopping_free
#define gd_early_stopping_new gd64_early_stopping_new
#define gd_early_stopping_next gd64_early_stopping_next
#define gd_early_stopping_restore gd64_early_stopping_restore
#define gd_eigh gd64_eigh
#define gd_einsum gd64_einsum
#define gd_elu gd64_elu
#define gd_ema_free gd64_ema_free
#define gd_ema_get gd64_ema_get
#define gd_ema_new gd64_ema_new
#define gd_ema_swap gd64_ema_swap
#define gd_ema_update gd64_ema_update
#define gd_embedding gd64_embedding
#define gd_embedding_apply gd64_embedding_apply
#define gd_embedding_new gd64_embedding_new
#define gd_encoder_block_apply gd64_encoder_block_apply
#define gd_encoder_block_new gd64_encoder_block_new
#define gd_eq gd64_eq
#define gd_erf gd64_erf
#define gd_exp gd64_exp
#define gd_expand gd64_expand
#define gd_expm1 gd64_expm1
#define gd_exponential gd64_exponential
#define gd_eye gd64_eye
#define gd_fail gd64_fail
#define gd_fashion_mnist gd64_fashion_mnist
#define gd_fill gd64_fill
#define gd_flatten gd64_flatten
#define gd_flip gd64_flip
#define gd_floor gd64_floor
#define gd_freeze gd64_freeze
#define gd_from gd64_from
#define gd_full gd64_full
#define gd_gather gd64_gather
#define gd_gaussian_nll_loss gd64_gaussian_nll_loss
#define gd_ge gd64_ge
#define gd_gelu gd64_gelu
#define gd_gelu_tanh gd64_gelu_tanh
#define gd_generator_free gd64_generator_free
#define gd_generator_leave gd64_generator_leave
#define gd_generator_new gd64_generator_new
#define gd_generator_seed gd64_generator_seed
#define gd_generator_set_state gd64_generator_set_state
#define gd_generator_state gd64_generator_state
#define gd_generator_use gd64_generator_use
#define gd_global_avg_pool gd64_global_avg_pool
#define gd_global_max_pool gd64_global_max_pool
#define gd_glu gd64_glu
#define gd_grad gd64_grad
#define gd_gradcheck gd64_gradcheck
#define gd_gradgradcheck gd64_gradgradcheck
#define gd_grads_to_vector gd64_grads_to_vector
#define gd_graph_dot gd64_graph_dot
#define gd_graph_flops gd64_graph_flops
#define gd_graph_print gd64_graph_print
#define gd_group_add gd64_group_add
#define gd_group_get gd64_group_get
#define gd_group_norm gd64_group_norm
#define gd_group_norm_apply gd64_group_norm_apply
#define gd_group_norm_new gd64_group_norm_new
#define gd_group_set gd64_group_set
#define gd_gru_apply gd64_gru_apply
#define gd_gru_new gd64_gru_new
#define gd_gt gd64_gt
#define gd_hardsigmoid gd64_hardsigmoid
#define gd_hardswish gd64_hardswish
#define gd_hardtanh gd64_hardtanh
#define gd_hessian gd64_hessian
#define gd_hinge_loss gd64_hinge_loss
#define gd_history_add gd64_history_add
#define gd_history_count gd64_history_count
#define gd_history_free gd64_history_free
#define gd_history_has gd64_history_has
#define gd_history_load gd64_history_load
#define gd_history_name gd64_history_name
#define gd_history_new gd64_history_new
#define gd_history_picture gd64_history_picture
#define gd_history_plot gd64_history_plot
#define gd_history_print gd64_history_print
#define gd_history_resume gd64_history_resume
#define gd_history_rows gd64_history_rows
#define gd_history_save gd64_history_save
#define gd_history_truncate gd64_history_truncate
#define gd_history_value gd64_history_value
#define gd_history_x gd64_history_x
#define gd_huber_loss gd64_huber_loss
#define gd_hvp gd64_hvp
#define gd_idx_read gd64_idx_read
#define gd_image_read gd64_image_read
#define gd_impute gd64_impute
#define gd_index_select gd64_index_select
#define gd_instance_norm gd64_instance_norm
#define gd_interpolate gd64_interpolate
#define gd_inverse gd64_inverse
#define gd_is_recording gd64_is_recording
#define gd_isfinite gd64_isfinite
#define gd_isinf gd64_isinf
#define gd_isnan gd64_isnan
#define gd_item gd64_item
#define gd_jacobian gd64_jacobian
#define gd_jvp gd64_jvp
#define gd_k_fold gd64_k_fold
#define gd_kaiming_normal gd64_kaiming_normal
#define gd_kaiming_uniform gd64_kaiming_uniform
#define gd_keep gd64_keep
#define gd_kl_div gd64_kl_div
#define gd_l1_loss gd64_l1_loss
#define gd_lamb gd64_lamb
#define gd_lamb_dialect gd64_lamb_dialect
#define gd_last_error gd64_last_error
#define gd_layer_norm gd64_layer_norm
#define gd_layer_norm_apply gd64_layer_norm_apply
#define gd_layer_norm_new gd64_layer_norm_new
#define gd_layout gd64_layout
#define gd_lbfgs gd64_lbfgs
#define gd_lbfgs_dialect gd64_lbfgs_dialect
#define gd_le gd64_le
#define gd_leaky_relu gd64_leaky_relu
#define gd_linear_apply gd64_linear_apply
#define gd_linear_new gd64_linear_new
#define gd_linear_without_bias gd64_linear_without_bias
#define gd_linspace gd64_linspace
#define gd_lion gd64_lion
#define gd_lion_dialect gd64_lion_dialect
#define gd_load gd64_load
#define gd_load_run gd64_load_run
#define gd_loader_batches gd64_loader_batches
#define gd_loader_epoch gd64_loader_epoch
#define gd_loader_free gd64_loader_free
#define gd_loader_new gd64_loader_new
#define gd_loader_next gd64_loader_next
#define gd_loader_position gd64_loader_position
#define gd_loader_seek gd64_loader_seek
#define gd_log gd64_log
#define gd_log10 gd64_log10
#define gd_log1p gd64_log1p
#define gd_log2 gd64_log2
#define gd_log_softmax gd64_log_softmax
#define gd_logcumsumexp gd64_logcumsumexp
#define gd_logical_and gd64_logical_and
#define gd_logical_not gd64_logical_not
#define gd_logical_or gd64_logical_or
#define gd_logsigmoid gd64_logsigmoid
#define gd_logsumexp gd64_logsumexp
#define gd_logsumexp_axes gd64_logsumexp_axes
#define gd_lr_at gd64_lr_at
#define gd_lr_constant gd64_lr_constant
#define gd_lr_cosine gd64_lr_cosine
#define gd_lr_custom gd64_lr_custom
#define gd_lr_exponential gd64_lr_exponential
#define gd_lr_factor gd64_lr_factor
#define gd_lr_inverse_sqrt gd64_lr_inverse_sqrt
#define gd_lr_linear gd64_lr_linear
#define gd_lr_linear_warmup gd64_lr_linear_warmup
#define gd_lr_multistep gd64_lr_multistep
#define gd_lr_none gd64_lr_none
#define gd_lr_one_cycle gd64_lr_one_cycle
#define gd_lr_polynomial gd64_lr_polynomial
#define gd_lr_restarts gd64_lr_restarts
#define gd_lr_step gd64_lr_step
#define gd_lr_warmup gd64_lr_warmup
#define gd_lr_wsd gd64_lr_wsd
#define gd_lstm_apply gd64_lstm_apply
#define gd_lstm_new gd64_lstm_new
#define gd_lstsq gd64_lstsq
#define gd_lt gd64_lt
#define gd_masked_attention gd64_masked_attention
#define gd_masked_fill gd64_masked_fill
#define gd_masked_select gd64_masked_select
#define gd_matmul gd64_matmul
#define gd_max gd64_max
#define gd_max_axes gd64_max_axes
#define gd_max_axis gd64_max_axis
#define gd_max_pool1d gd64_max_pool1d
#define gd_max_pool2d gd64_max_pool2d
#define gd_maximum gd64_maximum
#define gd_mean gd64_mean
#define gd_mean_axes gd64_mean_axes
#define gd_mean_axis gd64_mean_axis
#define gd_median gd64_median
#define gd_median_axis gd64_median_axis
#define gd_memory_live gd64_memory_live
#define gd_memory_report gd64_memory_report
#define gd_meshgrid gd64_meshgrid
#define gd_min gd64_min
#define gd_min_axes gd64_min_axes
#define gd_min_axis gd64_min_axis
#define gd_minimum gd64_minimum
#define gd_mish gd64_mish
#define gd_mse_loss gd64_mse_loss
#define gd_mul gd64_mul
#define gd_multihead_apply gd64_multihead_apply
#define gd_multihead_attend gd64_multihead_attend
#define gd_multihead_new gd64_multihead_new
#define gd_multinomial gd64_multinomial
#define gd_muon gd64_muon
#define gd_muon_dialect gd64_muon_dialect
#define gd_muon_others gd64_muon_others
#define gd_nadam gd64_nadam
#define gd_nadam_dialect gd64_nadam_dialect
#define gd_nanmean gd64_nanmean
#define gd_nanmean_axis gd64_nanmean_axis
#define gd_nansum gd64_nansum
#define gd_nansum_axis gd64_nansum_axis
#define gd_ne gd64_ne
#define gd_needs gd64_needs
#define gd_neg gd64_neg
#define gd_nll_loss gd64_nll_loss
#define gd_no_grad_begin gd64_no_grad_begin
#define gd_no_grad_end gd64_no_grad_end
#define gd_no_grad_enter gd64_no_grad_enter
#define gd_no_grad_leave gd64_no_grad_leave
#define gd_node_attributes gd64_node_attributes
#define gd_node_input gd64_node_input
#define gd_node_inputs gd64_node_inputs
#define gd_node_op gd64_node_op
#define gd_node_output gd64_node_output
#define gd_nonzero gd64_nonzero
#define gd_norm gd64_norm
#define gd_norm_axes gd64_norm_axes
#define gd_normal gd64_normal
#define gd_notice gd64_notice
#define gd_npy_count gd64_npy_count
#define gd_npy_read gd64_npy_read
#define gd_npy_read_at gd64_npy_read_at
#define gd_npy_write gd64_npy_write
#define gd_npz_close gd64_npz_close
#define gd_npz_count gd64_npz_count
#define gd_npz_name gd64_npz_name
#define gd_npz_open gd64_npz_open
#define gd_npz_read gd64_npz_read
#define gd_npz_write gd64_npz_write
#define gd_numel gd64_numel
#define gd_on_error gd64_on_error
#define gd_one_hot gd64_one_hot
#define gd_ones gd64_ones
#define gd_ones_like gd64_ones_like
#define gd_optimizer_free gd64_optimizer_free
#define gd_optimizer_group gd64_optimizer_group
#define gd_optimizer_new gd64_optimizer_new
#define gd_optimizer_number gd64_optimizer_number
#define gd_optimizer_shared_state gd64_optimizer_shared_state
#define gd_optimizer_start gd64_optimizer_start
#define gd_optimizer_state gd64_optimizer_state
#define gd_optimizer_swap gd64_optimizer_swap
#define gd_optimizer_trace gd64_optimizer_trace
#define gd_optimizer_visit gd64_optimizer_visit
#define gd_orthogonal gd64_orthogonal
#define gd_outer gd64_outer
#define gd_pad gd64_pad
#define gd_padding_mask gd64_padding_mask
#define gd_param gd64_param
#define gd_param_tied gd64_param_tied
#define gd_params_assign gd64_params_assign
#define gd_params_at gd64_params_at
#define gd_params_copy gd64_params_copy
#define gd_params_count gd64_params_count
#define gd_params_equal gd64_params_equal
#define gd_params_free gd64_params_free
#define gd_params_freeze gd64_params_freeze
#define gd_params_get gd64_params_get
#define gd_params_is_buffer gd64_params_is_buffer
#define gd_params_new gd64_params_new
#define gd_params_print gd64_params_print
#define gd_params_tensors gd64_params_tensors
#define gd_params_to_vector gd64_params_to_vector
#define gd_params_unfreeze gd64_params_unfreeze
#define gd_params_vector_size gd64_params_vector_size
#define gd_permutation gd64_permutation
#define gd_permute gd64_permute
#define gd_plateau_next gd64_plateau_next
#define gd_plateau_start gd64_plateau_start
#define gd_plot_band gd64_plot_band
#define gd_plot_band_point gd64_plot_band_point
#define gd_plot_bar gd64_plot_bar
#define gd_plot_confusion gd64_plot_confusion
#define gd_plot_contour gd64_plot_contour
#define gd_plot_contour_grid gd64_plot_contour_grid
#define gd_plot_free gd64_plot_free
#define gd_plot_function gd64_plot_function
#define gd_plot_heat gd64_plot_heat
#define gd_plot_histogram gd64_plot_histogram
#define gd_plot_hline gd64_plot_hline
#define gd_plot_images gd64_plot_images
#define gd_plot_legend gd64_plot_legend
#define gd_plot_levels gd64_plot_levels
#define gd_plot_live gd64_plot_live
#define gd_plot_live_break gd64_plot_live_break
#define gd_plot_log_x gd64_plot_log_x
#define gd_plot_log_y gd64_plot_log_y
#define gd_plot_log_z gd64_plot_log_z
#define gd_plot_new gd64_plot_new
#define gd_plot_note gd64_plot_note
#define gd_plot_point gd64_plot_point
#define gd_plot_save gd64_plot_save
#define gd_plot_save_grid gd64_plot_save_grid
#define gd_plot_scale gd64_plot_scale
#define gd_plot_scatter gd64_plot_scatter
#define gd_plot_scatter_classes gd64_plot_scatter_classes
#define gd_plot_scatter_values gd64_plot_scatter_values
#define gd_plot_second_log_y gd64_plot_second_log_y
#define gd_plot_second_where gd64_plot_second_where
#define gd_plot_second_y gd64_plot_second_y
#define gd_plot_second_ylim gd64_plot_second_ylim
#define gd_plot_size gd64_plot_size
#define gd_plot_style gd64_plot_style
#define gd_plot_tensor gd64_plot_tensor
#define gd_plot_where gd64_plot_where
#define gd_plot_xlim gd64_plot_xlim
#define gd_plot_ylim gd64_plot_ylim
#define gd_plot_z_label gd64_plot_z_label
#define gd_plot_zlim gd64_plot_zlim
#define gd_poisson_nll_loss gd64_poisson_nll_loss
#define gd_pow gd64_pow
#define gd_pow_tensor gd64_pow_tensor
#define gd_prelu gd64_prelu
#define gd_print gd64_print
#define gd_prod gd64_prod
#define gd_prod_axis gd64_prod_axis
#define gd_program_free gd64_program_free
#define gd_program_print gd64_program_print
#define gd_progress_end gd64_progress_end
#define gd_progress_show gd64_progress_show
#define gd_progress_start gd64_progress_start
#define gd_qr gd64_qr
#define gd_r2 gd64_r2
#define gd_radam gd64_radam
#define gd_radam_dialect gd64_radam_dialect
#define gd_randint gd64_randint
#define gd_random_choice gd64_random_choice
#define gd_random_crop gd64_random_crop
#define gd_random_cutout gd64_random_cutout
#define gd_random_flip gd64_random_flip
#define gd_random_shift gd64_random_shift
#define gd_read_limit gd64_read_limit
#define gd_reciprocal gd64_reciprocal
#define gd_recomputed gd64_recomputed
#define gd_record gd64_record
#define gd_recurrent_apply gd64_recurrent_apply
#define gd_recurrent_new gd64_recurrent_new
#define gd_register_hook gd64_register_hook
#define gd_register_post_hook gd64_register_post_hook
#define gd_relu gd64_relu
#define gd_remainder gd64_remainder
#define gd_remove_hook gd64_remove_hook
#define gd_remove_post_hook gd64_remove_post_hook
#define gd_repeat gd64_repeat
#define gd_requires_grad gd64_requires_grad
#define gd_reshape gd64_reshape
#define gd_retain_grad gd64_retain_grad
#define gd_rms_norm gd64_rms_norm
#define gd_rms_norm_apply gd64_rms_norm_apply
#define gd_rms_norm_new gd64_rms_norm_new
#define gd_rmsprop gd64_rmsprop
#define gd_rmsprop_dialect gd64_rmsprop_dialect
#define gd_rnn_apply gd64_rnn_apply
#define gd_rnn_new gd64_rnn_new
#define gd_roc_auc gd64_roc_auc
#define gd_roll gd64_roll
#define gd_rotary gd64_rotary
#define gd_round gd64_round
#define gd_rprop gd64_rprop
#define gd_rprop_dialect gd64_rprop_dialect
#define gd_rsqrt gd64_rsqrt
#define gd_run gd64_run
#define gd_running_add gd64_running_add
#define gd_running_mean gd64_running_mean
#define gd_running_start gd64_running_start
#define gd_safetensors_close gd64_safetensors_close
#define gd_safetensors_count gd64_safetensors_count
#define gd_safetensors_find gd64_safetensors_find
#define gd_safetensors_metadata gd64_safetensors_metadata
#define gd_safetensors_metadata_at gd64_safetensors_metadata_at
#define gd_safetensors_metadata_count gd64_safetensors_metadata_count
#define gd_safetensors_name gd64_safetensors_name
#define gd_safetensors_open gd64_safetensors_open
#define gd_safetensors_read gd64_safetensors_read
#define gd_safetensors_shape gd64_safetensors_shape
#define gd_safetensors_type gd64_safetensors_type
#define gd_safetensors_write gd64_safetensors_write
#define gd_save gd64_save
#define gd_save_run gd64_save_run
#define gd_scalar gd64_scalar
#define gd_scale gd64_scale
#define gd_scatter gd64_scatter
#define gd_scatter_add gd64_scatter_add
#define gd_schedule_free_adamw gd64_schedule_free_adamw
#define gd_schedule_free_adamw_dialect gd64_schedule_free_adamw_dialect
#define gd_scope_begin gd64_scope_begin
#define gd_scope_end gd64_scope_end
#define gd_scope_end_with gd64_scope_end_with
#define gd_scope_enter gd64_scope_enter
#define gd_scope_leave gd64_scope_leave
#define gd_scores_averaged gd64_scores_averaged
#define gd_scores_of_class gd64_scores_of_class
#define gd_seed gd64_seed
#define gd_select gd64_select
#define gd_self_attention gd64_self_attention
#define gd_selu gd64_selu
#define gd_set_grad gd64_set_grad
#define gd_set_memory_warning gd64_set_memory_warning
#define gd_set_name gd64_set_name
#define gd_set_read_limit gd64_set_read_limit
#define gd_set_schedule gd64_set_schedule
#define gd_set_threads gd64_set_threads
#define gd_sgd gd64_sgd
#define gd_sgd_dialect gd64_sgd_dialect
#define gd_shape_of_tensor gd64_shape_of_tensor
#define gd_shift gd64_shift
#define gd_shutdown gd64_shutdown
#define gd_sigmoid gd64_sigmoid
#define gd_sign gd64_sign
#define gd_silu gd64_silu
#define gd_sin gd64_sin
#define gd_sinh gd64_sinh
#define gd_sinusoidal_positions gd64_sinusoidal_positions
#define gd_slice gd64_slice
#define gd_slogdet gd64_slogdet
#define gd_smooth_l1_loss gd64_smooth_l1_loss
#define gd_soft_cross_entropy gd64_soft_cross_entropy
#define gd_softmax gd64_softmax
#define gd_softplus gd64_softplus
#define gd_solve gd64_solve
#define gd_solve_triangular gd64_solve_triangular
#define gd_sort gd64_sort
#define gd_spectral_norm gd64_spectral_norm
#define gd_sqrt gd64_sqrt
#define gd_square gd64_square
#define gd_squeeze gd64_squeeze
#define gd_stack gd64_stack
#define gd_standardize gd64_standardize
#define gd_std gd64_std
#define gd_std_axes gd64_std_axes
#define gd_std_axis gd64_std_axis
#define gd_step gd64_step
#define gd_step_closure gd64_step_closure
#define gd_sub gd64_sub
#define gd_subset gd64_subset
#define gd_sum gd64_sum
#define gd_sum_axes gd64_sum_axes
#define gd_sum_axis gd64_sum_axis
#define gd_svd gd64_svd
#define gd_table_categories gd64_table_categories
#define gd_table_category gd64_table_category
#define gd_table_columns gd64_table_columns
#define gd_table_find gd64_table_find
#define gd_table_free gd64_table_free
#define gd_table_missing gd64_table_missing
#define gd_table_name gd64_table_name
#define gd_table_numbers gd64_table_numbers
#define gd_table_read gd64_table_read
#define gd_table_rows gd64_table_rows
#define gd_tan gd64_tan
#define gd_tanh gd64_tanh
#define gd_threads gd64_threads
#define gd_top_k_accuracy gd64_top_k_accuracy
#define gd_topk gd64_topk
#define gd_trace gd64_trace
#define gd_trace_at gd64_trace_at
#define gd_trace_csv gd64_trace_csv
#define gd_trace_picture gd64_trace_picture
#define gd_trace_rows gd64_trace_rows
#define gd_train_test_split gd64_train_test_split
#define gd_transpose gd64_transpose
#define gd_tril gd64_tril
#define gd_triplet_margin_loss gd64_triplet_margin_loss
#define gd_triu gd64_triu
#define gd_trunc gd64_trunc
#define gd_truncated_normal gd64_truncated_normal
#define gd_uniform gd64_uniform
#define gd_unique gd64_unique
#define gd_unsqueeze gd64_unsqueeze
#define gd_value_and_grad gd64_value_and_grad
#define gd_var gd64_var
#define gd_var_axes gd64_var_axes
#define gd_var_axis gd64_var_axis
#define gd_vector_to_params gd64_vector_to_params
#define gd_version gd64_version
#define gd_vjp gd64_vjp
#define gd_weight_norm gd64_weight_norm
#define gd_where gd64_where
#define gd_wrap gd64_wrap
#define gd_xavier_normal gd64_xavier_normal
#define gd_xavier_uniform gd64_xavier_uniform
#define gd_yogi gd64_yogi
#define gd_yogi_dialect gd64_yogi_dialect
#define gd_yogi_start_from gd64_yogi_start_from
#define gd_zero_grad gd64_zero_grad
#define gd_zero_grad_of gd64_zero_grad_of
#define gd_zeros gd64_zeros
#define gd_zeros_like gd64_zeros_like

#endif

#endif
