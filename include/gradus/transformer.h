/* transformer.h - the blocks of a transformer (A. Vaswani et al., "Attention is all you need", 2017), with the names
 * of PyTorch's nn.TransformerEncoderLayer and nn.TransformerDecoderLayer, so that their checkpoints load.
 *
 *     gd_encoder_block block = gd_encoder_block_new(net, "layers.0", 64, 4, 256, (gd_block_options){ .gelu = true });
 *     y = gd_encoder_block_apply(&block, x, (gd_attention_masks){ .causal = true }, training);
 *
 * x is [n, length, width]: the example comes first (batch_first in PyTorch).  Positions: gd_sinusoidal_positions,
 * gd_rotary, or an embedding. */
#ifndef GRADUS_TRANSFORMER_H
#define GRADUS_TRANSFORMER_H

#include "nn.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* What attention does not look at; all members may be left out.  Both masks may be given, and causal as well. */
typedef struct gd_attention_masks {
    gd_tensor *padding;                     /* [n, keys]: 1 where a key is padding, which has the weight 0, else 0 */
    gd_tensor *scores;                      /* added to q k' / sqrt(d): broadcasts to [n, heads, queries, keys] */
    bool       causal;                      /* query i sees the keys 0 .. i only */
} gd_attention_masks;

/* gd_multihead_attend - gd_multihead_apply with masks, and with dropout of the softmax's values in training, as
 * PyTorch's nn.MultiheadAttention.  Without masks and dropout it is gd_multihead_apply.  A query whose keys are all
 * hidden attends to nothing: 0 goes into the last affine map.  Errors: shapes, dropout outside [0, 1]. */
gd_tensor *gd_multihead_attend(const gd_multihead *layer, gd_tensor *query, gd_tensor *key, gd_tensor *value,
                               gd_attention_masks masks, double dropout, bool training);

typedef struct gd_block_options {           /* 0 stands for the default */
    bool   norm_first;                      /* x + f(norm(x)); the default is norm(x + f(x)), as in the paper */
    bool   gelu;                            /* between the linear layers; the default is relu */
    double dropout;                         /* in training; 0.  (PyTorch's default is 0.1.) */
} gd_block_options;

static inline gd_block_options gd_block_defaults(void)
{
    gd_block_options o = { .norm_first = false, .gelu = false, .dropout = 0 };
    return o;
}

/* gd_encoder_block - attention, then two linear layers, each with a way around and a norm:
 *   f1(x) = dropout(attention(x, x, x)),  f2(x) = dropout(linear2(dropout(act(linear1(x)))))
 *   x = norm1(x + f1(x)),  y = norm2(x + f2(x)),  or with norm_first x = x + f1(norm1(x)),  y = x + f2(norm2(x))
 * with dropout of the attention's softmax too.  Parameters: "NAME.self_attn.in_proj_weight" and so on (see
 * gd_multihead), "NAME.linear1.weight" [feedforward, width], "NAME.linear1.bias", "NAME.linear2.weight" [width,
 * feedforward], .., "NAME.norm1.weight" [width], ..; first values as those of the parts.
 * Errors: heads that do not divide width, dropout outside [0, 1]; apply: shapes. */
typedef struct gd_encoder_block {
    gd_multihead        self_attn;
    gd_linear           linear1, linear2;
    gd_layer_norm_layer norm1, norm2;
    gd_block_options    options;
} gd_encoder_block;

gd_encoder_block gd_encoder_block_new(gd_params *p, const char *name, int64_t width, int64_t heads,
                                      int64_t feedforward, gd_block_options options);
gd_tensor *gd_encoder_block_apply(const gd_encoder_block *layer, gd_tensor *x, gd_attention_masks masks, bool training);

/* gd_decoder_block - the same with an attention to memory, the encoder's output [n, keys, width], in the middle:
 * "NAME.multihead_attn.in_proj_weight" and so on, "NAME.norm3".  masks are those of x to itself, mostly
 * { .causal = true }; memory_masks those of x to memory. */
typedef struct gd_decoder_block {
    gd_multihead        self_attn, multihead_attn;
    gd_linear           linear1, linear2;
    gd_layer_norm_layer norm1, norm2, norm3;
    gd_block_options    options;
} gd_decoder_block;

gd_decoder_block gd_decoder_block_new(gd_params *p, const char *name, int64_t width, int64_t heads,
                                      int64_t feedforward, gd_block_options options);
gd_tensor *gd_decoder_block_apply(const gd_decoder_block *layer, gd_tensor *x, gd_tensor *memory,
                                  gd_attention_masks masks, gd_attention_masks memory_masks, bool training);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
