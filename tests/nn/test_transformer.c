/* test_transformer.c - encoder and decoder blocks, attention with masks, and the layers around layer_operations.h:
 * names, first values, refusals, what masks and dropout do.  Against PyTorch: test_golden_layers.c. */
#include <stdio.h>

#include "support/support.h"

static const double tolerance = IN_DOUBLE ? 1e-12 : 1e-5;
static const gd_attention_masks no_masks = { .causal = false };
static const gd_conv_transpose2d_options plain = { .groups = 1 };

static uint64_t state = 7;

static void ck_names(const gd_params *p, const char *const *names, int n)
{
    ck_assert_int_eq(gd_params_tensors(p), n);
    for (int i = 0; i < n; i++)
        ck_assert_str_eq(gd_params_at(p, i)->name, names[i]);
}

START_TEST(names_are_pytorchs)
{
    static const char *const names[] = {
        "b.self_attn.in_proj_weight", "b.self_attn.in_proj_bias", "b.self_attn.out_proj.weight",
        "b.self_attn.out_proj.bias", "b.multihead_attn.in_proj_weight", "b.multihead_attn.in_proj_bias",
        "b.multihead_attn.out_proj.weight", "b.multihead_attn.out_proj.bias", "b.linear1.weight", "b.linear1.bias",
        "b.linear2.weight", "b.linear2.bias", "b.norm1.weight", "b.norm1.bias", "b.norm2.weight", "b.norm2.bias",
        "b.norm3.weight", "b.norm3.bias"
    };
    gd_params *p = gd_params_new();
    gd_decoder_block_new(p, "b", 6, 2, 8, gd_block_defaults());
    ck_names(p, names, 18);
    ck_shape(gd_params_get(p, "b.linear1.weight"), 8, 6);
    ck_shape(gd_params_get(p, "b.linear2.weight"), 6, 8);
    gd_params_free(p);
    p = gd_params_new();
    gd_encoder_block_new(p, "b", 6, 2, 8, gd_block_defaults());
    ck_assert_int_eq(gd_params_tensors(p), 12);
    gd_params_free(p);
    ck_no_message();
}
END_TEST

START_TEST(further_layers)
{
    GD_SCOPE;
    gd_params *p = gd_params_new();
    static const char *const names[] = { "a.weight", "a.bias", "b.weight", "b.bias", "c.weight", "c.bias", "d.weight" };
    gd_conv_transpose2d_options o = { .stride = { 2, 2 }, .groups = 2 };
    gd_conv_transpose2d_layer a = gd_conv_transpose2d_new(p, "a", 4, 6, 3, 2, o);
    gd_conv_transpose1d_layer b = gd_conv_transpose1d_new(p, "b", 4, 6, 3, 2, 1, 1, 1, 2);
    gd_group_norm_layer c = gd_group_norm_new(p, "c", 2, 4);
    gd_rms_norm_layer d = gd_rms_norm_new(p, "d", GD_SHAPE(5));
    ck_names(p, names, 7);
    ck_shape(a.weight, 4, 3, 3, 2);
    ck_shape(a.bias, 6);
    ck_shape(b.weight, 4, 3, 3);
    ck_assert((double)gd_item(gd_max(gd_abs(a.weight))) <= 1 / sqrt(18));
    ck_assert((double)gd_item(gd_max(gd_abs(a.weight))) > 0.5 / sqrt(18));
    gd_tensor *image = random_values(GD_SHAPE(2, 4, 3, 5), &state), *line = random_values(GD_SHAPE(2, 4, 5), &state);
    ck_assert(same_bits(gd_conv_transpose2d_apply(&a, image), gd_conv_transpose2d(image, a.weight, a.bias, o)));
    gd_tensor *longer = gd_conv_transpose1d(line, b.weight, b.bias, 2, 1, 1, 1, 2);
    ck_assert(same_bits(gd_conv_transpose1d_apply(&b, line), longer));
    ck_assert(same_bits(gd_group_norm_apply(&c, line), gd_group_norm(line, 2, NULL, NULL, 1e-5)));
    ck_assert(same_bits(gd_rms_norm_apply(&d, line), gd_rms_norm(line, NULL, 1e-5)));
    gd_params_free(p);
    ck_no_message();
}
END_TEST

START_TEST(masks_hide)
{
    GD_SCOPE;
    gd_params *p = gd_params_new();
    gd_multihead m = gd_multihead_new(p, "m", 4, 2);
    gd_tensor *x = random_values(GD_SHAPE(2, 3, 4), &state);
    gd_tensor *plainly = gd_multihead_apply(&m, x, x, x, true);
    ck_assert(same_bits(gd_multihead_attend(&m, x, x, x, (gd_attention_masks){ .causal = true }, 0, true), plainly));
    /* hiding the last key of the first example: the first two are what they are without it */
    gd_tensor *padding = gd_from(GD_SHAPE(2, 3), (const gd_real[]){ 0, 0, 1, 0, 0, 0 });
    gd_tensor *y = gd_multihead_attend(&m, x, x, x, (gd_attention_masks){ .padding = padding }, 0, false);
    gd_tensor *first = gd_slice(x, 0, 0, 1, 1), *two = gd_slice(first, 1, 0, 2, 1);
    ck_assert(far_apart(gd_slice(y, 0, 0, 1, 1), gd_multihead_apply(&m, first, two, two, false)) <= tolerance);
    ck_assert(far_apart(gd_slice(y, 0, 1, 2, 1), gd_slice(gd_multihead_apply(&m, x, x, x, false), 0, 1, 2, 1))
              <= tolerance);
    gd_tensor *ahead = gd_triu(gd_full(GD_SHAPE(3, 3), (double)-INFINITY), 1);
    ck_assert(far_apart(gd_multihead_attend(&m, x, x, x, (gd_attention_masks){ .scores = ahead }, 0, false), plainly)
              <= tolerance);
    gd_params_free(p);
    ck_no_message();
}
END_TEST

START_TEST(dropout_in_training_only)
{
    GD_SCOPE;
    gd_params *p = gd_params_new();
    gd_encoder_block b = gd_encoder_block_new(p, "b", 4, 2, 8, (gd_block_options){ .dropout = 0.5 }), none = b, all = b;
    none.options.dropout = 0;
    all.options.dropout = 1;
    gd_tensor *x = random_values(GD_SHAPE(2, 3, 4), &state);
    gd_tensor *y = gd_encoder_block_apply(&none, x, no_masks, true);
    ck_assert(same_bits(gd_encoder_block_apply(&b, x, no_masks, false), y));
    ck_assert(!same_bits(gd_encoder_block_apply(&b, x, no_masks, true), y));
    all.options.norm_first = true;          /* nothing is left but the way around */
    ck_assert(same_bits(gd_encoder_block_apply(&all, x, no_masks, true), x));
    gd_tensor *kept = gd_multihead_attend(&b.self_attn, x, x, x, no_masks, 0.5, false);
    ck_assert(same_bits(kept, gd_multihead_apply(&b.self_attn, x, x, x, false)));
    gd_tensor *dropped = gd_multihead_attend(&b.self_attn, x, x, x, (gd_attention_masks){ .causal = true }, 1, true);
    ck_assert_double_eq((double)gd_item(gd_max(gd_abs(dropped))), 0);        /* biases of attention begin with 0 */
    gd_params_free(p);
    ck_no_message();
}
END_TEST

START_TEST(refusals)
{
    GD_SCOPE;
    gd_params *p = gd_params_new();
    gd_block_options o = gd_block_defaults(), bad = { .dropout = -1 };
    ck_refused(gd_encoder_block_new(p, "b", 6, 4, 8, o).norm2.bias,
               "gd_multihead_new: \"b.self_attn\": heads = 4 must divide width = 6");
    ck_refused(gd_encoder_block_new(p, "b", 6, 2, 0, o).norm2.bias,
               "gd_encoder_block_new: \"b\": feedforward = 0 must be at least 1");
    ck_refused(gd_decoder_block_new(p, "b", 6, 2, 8, bad).norm3.bias,
               "gd_decoder_block_new: \"b\": dropout = -1 must lie in [0, 1]");
    ck_refused(gd_conv_transpose2d_new(p, "c", 4, 6, 1, 1, (gd_conv_transpose2d_options){ .groups = 4 }).bias,
               "gd_conv_transpose2d_new: \"c\": groups = 4 must divide in = 4 and out = 6");
    ck_refused(gd_group_norm_new(p, "c", 3, 4).bias, "gd_group_norm_new: \"c\": groups = 3 must divide channels = 4");
    ck_refused(gd_rms_norm_new(p, "c", GD_SHAPE()).weight,
               "gd_rms_norm_new: \"c\": shape has 0 axes; 1 to 8 are expected");
    ck_assert_int_eq(gd_params_tensors(p), 0);
    gd_decoder_block b = gd_decoder_block_new(p, "b", 6, 2, 8, o);
    gd_encoder_block e = gd_encoder_block_new(p, "e", 6, 2, 8, o);
    gd_tensor *x = gd_zeros(GD_SHAPE(2, 3, 6)), *narrow = gd_zeros(GD_SHAPE(2, 3, 5));
    ck_refused(gd_encoder_block_apply(&e, narrow, no_masks, false),
               "gd_encoder_block_apply: x is [2, 3, 5]: it must be [n, length, 6]");
    ck_refused(gd_decoder_block_apply(&b, x, narrow, no_masks, no_masks, false),
               "gd_decoder_block_apply: memory is [2, 3, 5]: it must be [n, length, 6]");
    ck_refused(gd_encoder_block_apply(&e, x, (gd_attention_masks){ .padding = gd_zeros(GD_SHAPE(2, 4)) }, false),
               "gd_multihead_attend: masks.padding is [2, 4]: it must be [2, 3], n and keys");
    ck_refused(gd_encoder_block_apply(&e, x, (gd_attention_masks){ .scores = gd_zeros(GD_SHAPE(2, 3)) }, false),
               "gd_multihead_attend: masks.scores is [2, 3]: it must broadcast to [2, 2, 3, 3], n, heads, queries and "
               "keys");
    ck_refused(gd_encoder_block_apply(&e, x, (gd_attention_masks){ .scores = gd_zeros(GD_SHAPE(5, 1, 3, 3)) }, false),
               "gd_multihead_attend: masks.scores is [5, 1, 3, 3]: it must broadcast to [2, 2, 3, 3], n, heads, queries"
               " and keys");
    ck_refused(gd_decoder_block_apply(&b, x, gd_zeros(GD_SHAPE(1, 4, 6)), no_masks, no_masks, false),
               "gd_multihead_attend: query is [2, 3, 6], key is [1, 4, 6] and value is [1, 4, 6]: n must be the same, "
               "and key and value of the same length");
    ck_refused(gd_multihead_attend(&e.self_attn, x, x, gd_zeros(GD_SHAPE(2, 2, 6)), no_masks, 0, false),
               "gd_multihead_attend: query is [2, 3, 6], key is [2, 3, 6] and value is [2, 2, 6]: n must be the same, "
               "and key and value of the same length");
    ck_refused(gd_multihead_attend(&e.self_attn, x, x, x, no_masks, 2, false),
               "gd_multihead_attend: dropout = 2 must lie in [0, 1]");
    ck_assert_ptr_null(gd_encoder_block_apply(&e, NULL, no_masks, false));
    ck_assert_ptr_null(gd_conv_transpose2d_apply(&(gd_conv_transpose2d_layer){ NULL, NULL, plain }, x));
    ck_no_message();
    gd_params_free(p);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nn: transformer blocks");
    TCase *all = tcase_create("all");
    tcase_add_checked_fixture(all, quietly, gd_shutdown);
    tcase_add_test(all, names_are_pytorchs);
    tcase_add_test(all, further_layers);
    tcase_add_test(all, masks_hide);
    tcase_add_test(all, dropout_in_training_only);
    tcase_add_test(all, refusals);
    suite_add_tcase(suite, all);
    return run_suite(suite);
}
