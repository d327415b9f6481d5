/* transformer.c - encoder and decoder blocks.  Attention itself is in multihead.c. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/scopes.h"
#include "gradus/transformer.h"
#include "layer.h"
#include "tensor/alive.h"
#include "tensor/shape.h"

/* "NAME.part" in the current scope; NULL when memory is out. */
static const char *part_name(const char *name, const char *part)
{
    const size_t length = strlen(name) + strlen(part) + 2;
    char *text = gi_arena_take(gi_current_scope(), length);
    if (text)
        snprintf(text, length, "%s.%s", name, part);
    return text;
}

/* ---- New ---------------------------------------------------------------------------------------------------- */

typedef struct parts {
    gd_params  *p;
    const char *name;
    int64_t     width;
    bool        good;
} parts;

static gd_multihead add_attention(parts *to, const char *part, int64_t heads)
{
    gd_multihead m = { NULL, NULL, NULL, NULL, heads };
    const char *name = to->good ? part_name(to->name, part) : NULL;
    if (name)
        m = gd_multihead_new(to->p, name, to->width, heads);
    to->good = m.out_bias != NULL;
    return m;
}

static gd_linear add_linear(parts *to, const char *part, int64_t in, int64_t out)
{
    gd_linear layer = { NULL, NULL };
    const char *name = to->good ? part_name(to->name, part) : NULL;
    if (name)
        layer = gd_linear_new(to->p, name, in, out);
    to->good = layer.bias != NULL;
    return layer;
}

static gd_layer_norm_layer add_norm(parts *to, const char *part)
{
    gd_layer_norm_layer layer = { NULL, NULL, 1e-5 };
    const char *name = to->good ? part_name(to->name, part) : NULL;
    if (name)
        layer = gd_layer_norm_new(to->p, name, GD_SHAPE(to->width));
    to->good = layer.bias != NULL;
    return layer;
}

static bool begin(const char *function, gd_params *p, const char *name, int64_t width, int64_t heads,
                  int64_t feedforward, const gd_block_options *o, gi_params_place *mark)
{
    if (!(o->dropout >= 0 && o->dropout <= 1))
        return gd_fail("%s: \"%s\": dropout = %g must lie in [0, 1]", function, name ? name : "", o->dropout);
    return gi_layer_begin(function, p, name, 3, (const int64_t[]){ width, heads, feedforward },
                          (const char *const[]){ "width", "heads", "feedforward" }, mark);
}

gd_encoder_block gd_encoder_block_new(gd_params *p, const char *name, int64_t width, int64_t heads,
                                      int64_t feedforward, gd_block_options options)
{
    gd_encoder_block b = { .options = options };
    const gd_encoder_block none = b;
    gi_params_place mark;
    if (!begin("gd_encoder_block_new", p, name, width, heads, feedforward, &options, &mark))
        return none;
    parts to = { p, name, width, true };
    b.self_attn = add_attention(&to, "self_attn", heads);
    b.linear1 = add_linear(&to, "linear1", width, feedforward);
    b.linear2 = add_linear(&to, "linear2", feedforward, width);
    b.norm1 = add_norm(&to, "norm1");
    b.norm2 = add_norm(&to, "norm2");
    return gi_layer_end(p, &mark, to.good) ? b : none;
}

gd_decoder_block gd_decoder_block_new(gd_params *p, const char *name, int64_t width, int64_t heads,
                                      int64_t feedforward, gd_block_options options)
{
    gd_decoder_block b = { .options = options };
    const gd_decoder_block none = b;
    gi_params_place mark;
    if (!begin("gd_decoder_block_new", p, name, width, heads, feedforward, &options, &mark))
        return none;
    parts to = { p, name, width, true };
    b.self_attn = add_attention(&to, "self_attn", heads);
    b.multihead_attn = add_attention(&to, "multihead_attn", heads);
    b.linear1 = add_linear(&to, "linear1", width, feedforward);
    b.linear2 = add_linear(&to, "linear2", feedforward, width);
    b.norm1 = add_norm(&to, "norm1");
    b.norm2 = add_norm(&to, "norm2");
    b.norm3 = add_norm(&to, "norm3");
    return gi_layer_end(p, &mark, to.good) ? b : none;
}

/* ---- Apply -------------------------------------------------------------------------------------------------- */

static bool width_fits(const char *function, const char *argument, const gd_tensor *x, const gd_layer_norm_layer *norm)
{
    return (x->ndim == 3 && x->shape[2] == norm->weight->shape[0])
           || gd_fail("%s: %s is %s: it must be [n, length, %d]", function, argument, gi_text_of(x).s,
                      (int)norm->weight->shape[0]);
}

/* dropout(linear2(dropout(act(linear1(x))))) */
static gd_tensor *feed_forward(const gd_linear *linear1, const gd_linear *linear2, const gd_block_options *o,
                               gd_tensor *x, bool training)
{
    gd_tensor *h = gd_affine(x, linear1->weight, linear1->bias);
    h = gd_dropout(o->gelu ? gd_gelu(h) : gd_relu(h), o->dropout, training);
    return gd_dropout(gd_affine(h, linear2->weight, linear2->bias), o->dropout, training);
}

static gd_tensor *attended(const gd_multihead *m, const gd_block_options *o, gd_tensor *x, gd_tensor *to,
                           gd_attention_masks masks, bool training)
{
    return gd_dropout(gd_multihead_attend(m, x, to, to, masks, o->dropout, training), o->dropout, training);
}

static gd_tensor *norm(const gd_layer_norm_layer *layer, gd_tensor *x)
{
    return gd_layer_norm(x, layer->weight, layer->bias, layer->eps);
}

gd_tensor *gd_encoder_block_apply(const gd_encoder_block *b, gd_tensor *x, gd_attention_masks masks, bool training)
{
    static const char function[] = "gd_encoder_block_apply";
    if (!gi_not_null(function, "layer", b) || !b->norm2.bias || !x || !gi_alive(function, "x", x)
        || !gi_alive(function, "layer->norm2.bias", b->norm2.bias)      /* all parameters die at once, with the model */
        || !gi_alive(function, "masks.padding", masks.padding) || !gi_alive(function, "masks.scores", masks.scores)
        || !width_fits(function, "x", x, &b->norm1))
        return NULL;
    const gd_block_options *o = &b->options;
    if (o->norm_first) {
        gd_tensor *u = norm(&b->norm1, x);
        x = gd_add(x, attended(&b->self_attn, o, u, u, masks, training));
        return gd_add(x, feed_forward(&b->linear1, &b->linear2, o, norm(&b->norm2, x), training));
    }
    x = norm(&b->norm1, gd_add(x, attended(&b->self_attn, o, x, x, masks, training)));
    return norm(&b->norm2, gd_add(x, feed_forward(&b->linear1, &b->linear2, o, x, training)));
}

gd_tensor *gd_decoder_block_apply(const gd_decoder_block *b, gd_tensor *x, gd_tensor *memory, gd_attention_masks masks,
                                  gd_attention_masks memory_masks, bool training)
{
    static const char function[] = "gd_decoder_block_apply";
    if (!gi_not_null(function, "layer", b) || !b->norm3.bias || !x || !memory || !gi_alive(function, "x", x)
        || !gi_alive(function, "memory", memory) || !gi_alive(function, "layer->norm3.bias", b->norm3.bias)
        || !gi_alive(function, "masks.padding", masks.padding) || !gi_alive(function, "masks.scores", masks.scores)
        || !gi_alive(function, "memory_masks.padding", memory_masks.padding)
        || !gi_alive(function, "memory_masks.scores", memory_masks.scores)
        || !width_fits(function, "x", x, &b->norm1) || !width_fits(function, "memory", memory, &b->norm1))
        return NULL;
    const gd_block_options *o = &b->options;
    if (o->norm_first) {
        gd_tensor *u = norm(&b->norm1, x);
        x = gd_add(x, attended(&b->self_attn, o, u, u, masks, training));
        x = gd_add(x, attended(&b->multihead_attn, o, norm(&b->norm2, x), memory, memory_masks, training));
        return gd_add(x, feed_forward(&b->linear1, &b->linear2, o, norm(&b->norm3, x), training));
    }
    x = norm(&b->norm1, gd_add(x, attended(&b->self_attn, o, x, x, masks, training)));
    x = norm(&b->norm2, gd_add(x, attended(&b->multihead_attn, o, x, memory, memory_masks, training)));
    return norm(&b->norm3, gd_add(x, feed_forward(&b->linear1, &b->linear2, o, x, training)));
}
