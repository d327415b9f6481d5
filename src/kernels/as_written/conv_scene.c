/* conv_scene.c - where the pixels of a convolution stand, and which taps meet them. */
#include <string.h>

#include "base/memory.h"
#include "gradus/tensor.h"
#include "kernels/conv_scene.h"
#include "tensor/shape.h"

#include "base/threads.h"

void *gi_scene_take(scene *s, int64_t count, size_t size)
{
    char *p = gi_arena_take(&s->arena, (size_t)count * size + 64);
    return p ? p + (-(uintptr_t)p & 63) : NULL;
}

/* Chooses the height of a strip. */
static void cut_into_strips(scene *s)
{
    const int64_t vector = s->use->lanes * (int64_t)sizeof(gd_real), span = (s->kh - 1) * s->dilation[0] + 1;
    s->taps = s->in * s->kh * s->kw;
    s->plane_w = (s->out_w - 1) * s->stride[1] + (s->kw - 1) * s->dilation[1] + 1;
    int64_t one_row = s->out * s->out_w * vector;
    int64_t first = s->in * span * s->plane_w * vector + one_row;
    int64_t another = s->in * s->stride[0] * s->plane_w * vector + one_row;
    int64_t more = another > 0 && first < GI_CONV_WORK ? (GI_CONV_WORK - first) / another : 0;
    s->rows = 1 + more < s->out_h ? 1 + more : s->out_h;
    s->plane_h = (s->rows - 1) * s->stride[0] + span;
    s->plane = (s->plane_h * s->plane_w + 1) * s->use->lanes;   /* one vector more: for pixels beyond its sides */
}

/* How many of count pieces of bundles are a part: enough work, and two parts for each thread, so that one that
 * starts late takes only one. */
static int64_t part_of(const scene *s, int64_t count, int64_t bundles)
{
    const int64_t work = bundles * s->use->lanes * s->groups * s->out * s->taps * s->rows * s->out_w;
    const int64_t enough = gi_part_for(work, GI_PART_PRODUCTS, 1);
    const int64_t parts = gd_threads() > 1 ? 2 * gd_threads() : 1, even = (count + parts - 1) / parts;
    return even > enough ? even : enough;
}

/* ---- Which taps --------------------------------------------------------------------------------------------- */

/* The places of the kernel that meet pixels of the source, not only zeros, at row or column q of the result. */
static reach reach_of(const scene *s, int axis, int64_t q)
{
    const int64_t spread = s->spread[axis], size = axis == 0 ? s->in_h : s->in_w, k = axis == 0 ? s->kh : s->kw;
    reach r = { 0, 0, 1 };
    while (r.step < k && r.step * s->dilation[axis] % spread != 0)
        r.step++;
    for (int64_t t = k - 1; t >= 0; t--) {
        const int64_t at = q * s->stride[axis] + t * s->dilation[axis] - s->before[axis];
        if (at >= 0 && at % spread == 0 && at / spread < size) {
            r.first = t;
            r.end = r.end ? r.end : t + 1;
        }
    }
    return r;
}

/* Places enough for both. */
static reach both(reach a, reach b)
{
    if (a.end == 0 || b.end == 0)
        return a.end == 0 ? b : a;
    const bool in_step = a.step == b.step && (a.first - b.first) % a.step == 0;
    return (reach){ a.first < b.first ? a.first : b.first, a.end > b.end ? a.end : b.end, in_step ? a.step : 1 };
}

/* ---- Work space --------------------------------------------------------------------------------------------- */

/* Can the source under one row of the result be counted?  Dilation can make it larger than any memory. */
static bool countable(const scene *s)
{
    const int64_t h = (s->kh - 1) * s->dilation[0] + 1;
    const int64_t w = (s->out_w - 1) * s->stride[1] + (s->kw - 1) * s->dilation[1] + 2;
    return gi_valid_shape("gd_conv2d: work space", 4, (int64_t[]){ s->in, h, w, 128 * s->bundles }) >= 0;
}

bool gi_scene_open(scene *s, int64_t count, int64_t bundles)
{
    gi_arena_init(&s->arena, GI_SCOPES);
    s->part = 1;
    if (!countable(s))
        return false;
    cut_into_strips(s);
    s->part = part_of(s, count, bundles);
    const int64_t lanes = s->use->lanes, pixels = s->rows * s->out_w, parts = (count + s->part - 1) / s->part;
    const int64_t tiles = (pixels + s->use->columns - 1) / s->use->columns;
    s->map = gi_scene_take(s, (s->in_h < s->plane_h ? s->in_h : s->plane_h) * s->in_w, sizeof *s->map);
    s->at = gi_scene_take(s, pixels, sizeof *s->at);
    s->pixel = gi_scene_take(s, pixels, sizeof *s->pixel);
    s->column = gi_scene_take(s, s->out_w, sizeof *s->column);
    s->within = gi_scene_take(s, tiles, sizeof *s->within);
    s->list = gi_scene_take(s, tiles, sizeof *s->list);
    s->listed = gi_scene_take(s, tiles * s->taps, sizeof *s->listed);
    s->tap = gi_scene_take(s, s->taps, sizeof *s->tap);
    s->x = gi_scene_take(s, parts * s->in * s->plane, sizeof *s->x);
    s->y = gi_scene_take(s, parts * s->out * pixels * lanes, sizeof *s->y);
    if (!s->map || !s->at || !s->pixel || !s->column || !s->within || !s->list || !s->listed || !s->tap || !s->x
        || !s->y)
        return false;
    for (int64_t j = 0; j < s->out_w; j++)
        s->column[j] = reach_of(s, 1, j);
    int64_t *tap = s->tap;
    for (int64_t c = 0; c < s->in; c++)
        for (int64_t u = 0; u < s->kh; u++)
            for (int64_t v = 0; v < s->kw; v++)
                *tap++ = c * s->plane + (u * s->dilation[0] * s->plane_w + v * s->dilation[1]) * lanes;
    return true;
}

/* ---- A strip ------------------------------------------------------------------------------------------------ */

/* The taps of each tile of the strip's pixels; tiles that follow each other often share theirs. */
static void list_taps(scene *s, int64_t tiles)
{
    int64_t *to = s->listed;
    for (int64_t i = 0; i < tiles; i++) {
        const reach u = s->within[i][0], v = s->within[i][1];
        if (i > 0 && memcmp(s->within[i], s->within[i - 1], sizeof *s->within) == 0) {
            s->list[i] = s->list[i - 1];
            continue;
        }
        s->list[i].k = to;
        for (int64_t c = 0; c < s->in; c++)
            for (int64_t a = u.first; a < u.end; a += u.step)
                for (int64_t b = v.first; b < v.end; b += v.step)
                    *to++ = (c * s->kh + a) * s->kw + b;
        s->list[i].n = to - s->list[i].k;
    }
}

/* Pixels (i, column), (i, column + spread), .. of the strip stand at places p, p + 1, .. of y; returns the next
 * place. */
static int64_t place_row(const scene *s, int64_t i, int64_t column, int64_t p)
{
    const int64_t lanes = s->use->lanes;
    const reach row = reach_of(s, 0, s->row + i);
    for (int64_t j = column; j < s->out_w; j += s->spread[1], p++) {
        reach *tile = s->within[p / s->use->columns];
        const bool first = p % s->use->columns == 0;
        tile[0] = first ? row : both(tile[0], row);
        tile[1] = first ? s->column[j] : both(tile[1], s->column[j]);
        s->pixel[p] = (i * s->stride[0] * s->plane_w + j * s->stride[1]) * lanes;
        s->at[i * s->out_w + j] = p * lanes;
    }
    return p;
}

void gi_scene_strip(scene *s, int64_t row)
{
    s->row = row;
    s->end = row + s->rows < s->out_h ? row + s->rows : s->out_h;
    const int64_t rows = s->end - row;
    int64_t p = 0;
    for (int64_t a = 0; a < s->spread[0] && a < rows; a++)
        for (int64_t b = 0; b < s->spread[1] && b < s->out_w; b++)
            for (int64_t i = a; i < rows; i += s->spread[0])
                p = place_row(s, i, b, p);
    list_taps(s, (p + s->use->columns - 1) / s->use->columns);

    const int64_t spread = s->spread[0], top = row * s->stride[0] - s->before[0], bottom = top + s->plane_h - 1;
    s->from_end = bottom < 0 ? 0 : bottom / spread + 1 < s->in_h ? bottom / spread + 1 : s->in_h;
    s->from_row = top > 0 ? (top + spread - 1) / spread : 0;
    s->from_row = s->from_row < s->from_end ? s->from_row : s->from_end;
    int64_t *map = s->map;
    for (int64_t i = s->from_row; i < s->from_end; i++)
        for (int64_t j = 0; j < s->in_w; j++) {
            int64_t column = j * s->spread[1] + s->before[1];
            bool within = column >= 0 && column < s->plane_w;
            *map++ = (within ? (i * spread - top) * s->plane_w + column : s->plane_h * s->plane_w) * s->use->lanes;
        }
}

products gi_scene_products(const scene *s)
{
    return (products){ .channels = s->out, .pixels = (s->end - s->row) * s->out_w, .taps = s->taps,
                       .pixel = s->pixel, .tap = s->tap, .list = s->list };
}

images gi_scene_images(const scene *s, const volume *t, int64_t bundle, int64_t channel, int64_t channels,
                       int64_t row, int64_t end)
{
    const int64_t image = bundle * s->use->lanes, left = s->n - image, plane = t->h * t->w;
    return (images){ t->data + (image * t->channels + channel) * plane + row * t->w, t->channels * plane, plane,
                     channels, (end - row) * t->w, left < s->use->lanes ? (int)left : s->use->lanes };
}
