/* conv_pool.c - relu and pooling that follow a convolution, in one pass over the images with it.
 *
 *     one after the other                          in one pass, for one lane group and strip after the other
 *     y = conv(x)      transposed, to memory       y = conv(x)     in lanes, in the cache
 *     h = relu(y)      from memory, to memory      a bit of each element: does the gradient pass?
 *     z = pool(h)      from memory                 z = pool(relu(y))        transposed, to memory
 *
 * Back, dy is made of dz and the bits when the kernels of dw and dx ask for it, in lanes again.  For windows of 2 x 2
 * a quarter of the numbers is transposed, and of y and its gradient, the largest tensors of a step, nothing goes to
 * memory.  conv.c explains lanes and strips, and calls what is here in place of pack and unpack. */
#include "kernels/conv_pool.h"

#include "base/threads.h"
#include "kernels/simd.h"

enum {
    FEWEST_LANES = 16 / sizeof(gd_real),
    FEW = 16                                /* rows or columns whose sum gd_avg_pool2d adds one after the other */
};

/* Means: windows of a power of two of elements, whose share is exact, and so is its product with a normal number. */
bool gi_conv_pool_fits(const gi_conv *s, const gi_conv_pool *p)
{
    const int64_t window = p->kh * p->kw;
    const bool exact = p->kh <= FEW && p->kw <= FEW && (window & (window - 1)) == 0;
    return s->oh % p->kh == 0 && s->ow % p->kw == 0 && (p->largest || exact);
}

int64_t gi_conv_pool_passes(const gi_conv *s)
{
    return (s->n + FEWEST_LANES - 1) / FEWEST_LANES * s->o * s->oh * s->ow;
}

bool gi_pool_open(conv_pool *p, conv_layout *s, int64_t channels, int64_t rows, int64_t w)
{
    const int64_t pooled = (rows / p->of->kh + 2) * (w / p->of->kw);
    p->lanes_of_part = channels * pooled * s->loops->lanes;
    p->lanes = gi_conv_layout_take(s, s->parts * p->lanes_of_part, sizeof *p->lanes);
    p->at = gi_conv_layout_take(s, pooled, sizeof *p->at);
    p->finite = gi_conv_layout_take(s, s->parts, sizeof *p->finite);
    if (!p->lanes || !p->at || !p->finite)
        return false;
    for (int64_t i = 0; i < pooled; i++)
        p->at[i] = i * s->loops->lanes;
    for (int64_t i = 0; i < s->parts; i++)
        p->finite[i] = true;
    return true;
}

/* The pooled images of a strip: rows of windows that it meets. */
static images pooled_images(const conv_layout *s, const image_batch *y, const image_strip *t)
{
    const gi_conv_pool *of = y->pool->of;
    const image_batch z = { y->data, y->channels, y->h / of->kh, y->w / of->kw, NULL };
    image_strip strip = *t;
    strip.row = t->row / of->kh;
    strip.end = (t->end + of->kh - 1) / of->kh;
    return gi_conv_layout_images(s, &z, &strip);
}

static windows_in_lanes windows_of(const image_batch *y, const image_strip *t)
{
    const gi_conv_pool *of = y->pool->of;
    const int64_t pixels = y->h * y->w, before = (t->lane_group * y->channels + t->channel) * pixels + t->row * y->w;
    return (windows_in_lanes){
        .channels = t->channels, .rows = t->end - t->row, .w = y->w, .kh = of->kh, .kw = of->kw, .plane = t->plane,
        .passes_plane = pixels, .skipped = t->row % of->kh, .at = t->at, .passes = of->passes + before,
        .largest = of->largest, .share = of->largest ? 1 : 1 / (gd_real)(of->kh * of->kw),
    };
}

void gi_pool_store(const conv_layout *s, const image_batch *y, const image_strip *t, const gd_real *lanes)
{
    const conv_pool *p = y->pool;
    const windows_in_lanes windows = windows_of(y, t);
    const images to = pooled_images(s, y, t);
    gd_real *pooled = p->lanes + t->part * p->lanes_of_part;
    if (!s->loops->pool(&windows, lanes, pooled))
        p->finite[t->part] = false;
    s->loops->unpack(&to, p->at, pooled);
}

void gi_pool_load(const conv_layout *s, const image_batch *dy, const image_strip *t, gd_real *lanes)
{
    const conv_pool *p = dy->pool;
    windows_in_lanes windows = windows_of(dy, t);
    const images from = pooled_images(s, dy, t);
    gd_real *pooled = p->lanes + t->part * p->lanes_of_part;
    windows.pooled_plane = from.run * s->loops->lanes;
    s->loops->pack(&from, p->at, pooled, windows.pooled_plane);
    s->loops->spread(&windows, pooled, lanes);
}

bool gi_pool_finite(const conv_pool *p, const conv_layout *s)
{
    for (int64_t i = 0; i < s->parts; i++)
        if (!p->finite[i])
            return false;
    return true;
}
