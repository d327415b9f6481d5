/* conv_layout.c - the work space and the tables of a convolution: where its pixels stand, and which positions of the
 * kernel meet more than zeros. */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "gradus/tensor.h"
#include "kernels/conv_layout.h"

#include "base/threads.h"

void *gi_conv_layout_take(conv_layout *s, int64_t count, size_t size)
{
    char *p = gi_arena_take(&s->arena, (size_t)count * size + 64);
    return p ? p + (-(uintptr_t)p & 63) : NULL;
}

/* Chooses the height of a strip. */
static void cut_into_strips(conv_layout *s)
{
    const int64_t vector = s->loops->lanes * (int64_t)sizeof(gd_real), span = (s->kh - 1) * s->dilation[0] + 1;
    s->positions = s->in * s->kh * s->kw;
    s->plane_w = (s->out_w - 1) * s->stride[1] + (s->kw - 1) * s->dilation[1] + 1;
    int64_t one_row = s->out * s->out_w * vector;
    int64_t first = s->in * span * s->plane_w * vector + one_row;
    int64_t another = s->in * s->stride[0] * s->plane_w * vector + one_row;
    int64_t more = another > 0 && first < GI_CONV_WORK ? (GI_CONV_WORK - first) / another : 0;
    s->rows = 1 + more < s->out_h ? 1 + more : s->out_h;
    s->plane_h = (s->rows - 1) * s->stride[0] + span;
    s->plane = (s->plane_h * s->plane_w + 1) * s->loops->lanes;   /* one vector more: for pixels beyond its sides */
}

/* How many of count pieces of lane groups are a part: enough work, and two parts for each thread, so that one that
 * starts late takes only one. */
static int64_t part_of(const conv_layout *s, int64_t count, int64_t lane_groups)
{
    const int64_t work = lane_groups * s->loops->lanes * s->groups * s->out * s->positions * s->rows * s->out_w;
    const int64_t enough = gi_part_for(work, GI_PART_PRODUCTS, 1);
    const int64_t parts = gd_threads() > 1 ? 2 * gd_threads() : 1, even = (count + parts - 1) / parts;
    return even > enough ? even : enough;
}

/* ---- Which positions meet the image -------------------------------------------------------------------------- */

/* The kernel's rows (axis 0) or columns that meet pixels of the input, not only zeros, at output row or column q. */
static kernel_range range_of(const conv_layout *s, int axis, int64_t q)
{
    const int64_t input_dilation = s->input_dilation[axis];
    const int64_t size = axis == 0 ? s->in_h : s->in_w, k = axis == 0 ? s->kh : s->kw;
    kernel_range r = { 0, 0, 1 };
    while (r.step < k && r.step * s->dilation[axis] % input_dilation != 0)
        r.step++;
    for (int64_t t = k - 1; t >= 0; t--) {
        const int64_t at = q * s->stride[axis] + t * s->dilation[axis] - s->pad[axis];
        if (at >= 0 && at % input_dilation == 0 && at / input_dilation < size) {
            r.first = t;
            r.end = r.end ? r.end : t + 1;
        }
    }
    return r;
}

/* A range that contains both. */
static kernel_range both(kernel_range a, kernel_range b)
{
    if (a.end == 0 || b.end == 0)
        return a.end == 0 ? b : a;
    const bool in_step = a.step == b.step && (a.first - b.first) % a.step == 0;
    return (kernel_range){ a.first < b.first ? a.first : b.first, a.end > b.end ? a.end : b.end,
                           in_step ? a.step : 1 };
}

/* ---- Work space --------------------------------------------------------------------------------------------- */

/* Can the input under one row of the output be counted?  Dilation can make it larger than any memory. */
static bool countable(const conv_layout *s)
{
    const int64_t h = (s->kh - 1) * s->dilation[0] + 1;
    const int64_t w = (s->out_w - 1) * s->stride[1] + (s->kw - 1) * s->dilation[1] + 2;
    const int64_t lanes = 128 * s->lane_groups;
    if ((double)s->in * (double)h * (double)w * (double)lanes < (double)INT64_MAX / (double)sizeof(gd_real))
        return true;
    return gd_fail("gd_conv2d: work space: shape [%" PRId64 ", %" PRId64 ", %" PRId64 ", %" PRId64 "] has more "
                   "elements than memory can hold", s->in, h, w, lanes);
}

bool gi_conv_layout_open(conv_layout *s, int64_t count, int64_t lane_groups)
{
    gi_arena_init(&s->arena, GI_SCOPES);
    s->part = 1;
    if (!countable(s))
        return false;
    cut_into_strips(s);
    s->part = part_of(s, count, lane_groups);
    const int64_t lanes = s->loops->lanes, pixels = s->rows * s->out_w;
    const int64_t parts = s->parts = (count + s->part - 1) / s->part;
    const int64_t pairs = (pixels + 1) / 2;
    const int64_t in_rows = s->in_h < s->plane_h ? s->in_h : s->plane_h;
    s->packed_at = gi_conv_layout_take(s, in_rows * s->in_w, sizeof *s->packed_at);
    s->result_at = gi_conv_layout_take(s, pixels, sizeof *s->result_at);
    s->pixel = gi_conv_layout_take(s, pixels, sizeof *s->pixel);
    s->row_range = gi_conv_layout_take(s, s->rows, sizeof *s->row_range);
    s->column_range = gi_conv_layout_take(s, s->out_w, sizeof *s->column_range);
    s->pair_range = gi_conv_layout_take(s, pairs, sizeof *s->pair_range);
    s->pair_positions = gi_conv_layout_take(s, pairs, sizeof *s->pair_positions);
    s->position_storage = gi_conv_layout_take(s, pairs * s->positions, sizeof *s->position_storage);
    s->offset = gi_conv_layout_take(s, s->positions, sizeof *s->offset);
    s->x = gi_conv_layout_take(s, parts * s->in * s->plane, sizeof *s->x);
    s->y = gi_conv_layout_take(s, parts * s->out * pixels * lanes, sizeof *s->y);
    if (!s->packed_at || !s->result_at || !s->pixel || !s->row_range || !s->column_range || !s->pair_range
        || !s->pair_positions || !s->position_storage || !s->offset || !s->x || !s->y)
        return false;
    for (int64_t j = 0; j < s->out_w; j++)
        s->column_range[j] = range_of(s, 1, j);
    int64_t *offset = s->offset;
    for (int64_t c = 0; c < s->in; c++)
        for (int64_t u = 0; u < s->kh; u++)
            for (int64_t v = 0; v < s->kw; v++)
                *offset++ = c * s->plane + (u * s->dilation[0] * s->plane_w + v * s->dilation[1]) * lanes;
    return true;
}

/* ---- A strip ------------------------------------------------------------------------------------------------ */

/* The positions of each pair of the strip's pixels; pairs that follow each other often share theirs. */
static void list_positions(conv_layout *s, int64_t pairs)
{
    int64_t *to = s->position_storage;
    for (int64_t i = 0; i < pairs; i++) {
        const kernel_range u = s->pair_range[i][0], v = s->pair_range[i][1];
        if (i > 0 && memcmp(s->pair_range[i], s->pair_range[i - 1], sizeof *s->pair_range) == 0) {
            s->pair_positions[i] = s->pair_positions[i - 1];
            continue;
        }
        s->pair_positions[i].k = to;
        for (int64_t c = 0; c < s->in; c++)
            for (int64_t a = u.first; a < u.end; a += u.step)
                for (int64_t b = v.first; b < v.end; b += v.step)
                    *to++ = (c * s->kh + a) * s->kw + b;
        s->pair_positions[i].n = to - s->pair_positions[i].k;
    }
}

/* Output pixel (i, j) of the strip stands at p in y. */
static void place_pixel(const conv_layout *s, int64_t i, int64_t j, int64_t p)
{
    const int64_t lanes = s->loops->lanes;
    s->pixel[p] = (i * s->stride[0] * s->plane_w + j * s->stride[1]) * lanes;
    s->result_at[i * s->out_w + j] = p * lanes;
}

static void extend_pair(const conv_layout *s, int64_t i, int64_t j, int64_t p)
{
    kernel_range *pair = s->pair_range[p / 2];
    pair[0] = p % 2 == 0 ? s->row_range[i] : both(pair[0], s->row_range[i]);
    pair[1] = p % 2 == 0 ? s->column_range[j] : both(pair[1], s->column_range[j]);
}

/* The end of the rows, or columns, from `first` on, `apart` from each other, that have one range. */
static int64_t alike(const kernel_range *range, int64_t first, int64_t end, int64_t apart)
{
    int64_t i = first;
    while (i < end && memcmp(&range[i], &range[first], sizeof *range) == 0)
        i += apart;
    return i < end ? i : end;
}

/* Pixels (i, j), (i, j + apart), .. of some rows stand at p, p + 1, .. in y; returns the next p.  Those with the same
 * positions follow each other: near the sides, columns of pixels; elsewhere, rows. */
static int64_t place_rows(const conv_layout *s, int64_t i, int64_t end, int64_t column, int64_t p)
{
    const int64_t down = s->input_dilation[0], apart = s->input_dilation[1];
    for (int64_t j = column, right; j < s->out_w; j += (right - j + apart - 1) / apart * apart) {
        right = alike(s->column_range, j, s->out_w, apart);
        for (int64_t a = i; a < end; a += down)
            for (int64_t b = j; b < right; b += apart, p++) {
                place_pixel(s, a, b, p);
                extend_pair(s, a, b, p);
            }
    }
    return p;
}

static void place_in_order(const conv_layout *s)
{
    for (int64_t i = 0, p = 0; i < s->end - s->row; i++)
        for (int64_t j = 0; j < s->out_w; j++)
            place_pixel(s, i, j, p++);
}

/* Output pixels that meet the same positions stand together: those whose row, and whose column, leave the same
 * remainder when divided by the input's dilation, and among these, those as far from a side of the image. */
static void place_pixels(conv_layout *s)
{
    const int64_t rows = s->end - s->row, down = s->input_dilation[0];
    int64_t p = 0;
    for (int64_t i = 0; i < rows; i++)
        s->row_range[i] = range_of(s, 0, s->row + i);
    for (int64_t a = 0; a < down && a < rows; a++)
        for (int64_t b = 0; b < s->input_dilation[1] && b < s->out_w; b++)
            for (int64_t i = a, below; i < rows; i += (below - i + down - 1) / down * down) {
                below = alike(s->row_range, i, rows, down);
                p = place_rows(s, i, below, b, p);
            }
    list_positions(s, (p + 1) / 2);
}

void gi_conv_layout_strip(conv_layout *s, int64_t row)
{
    s->row = row;
    s->end = row + s->rows < s->out_h ? row + s->rows : s->out_h;
    if (s->in_order)
        place_in_order(s);
    else
        place_pixels(s);

    /* The input rows that fall into the plane under the strip, and where their pixels are packed; pixels beyond the
     * plane's sides go to the vector behind it. */
    const int64_t apart = s->input_dilation[0], top = row * s->stride[0] - s->pad[0], bottom = top + s->plane_h - 1;
    s->in_end = bottom < 0 ? 0 : bottom / apart + 1 < s->in_h ? bottom / apart + 1 : s->in_h;
    s->in_row = top > 0 ? (top + apart - 1) / apart : 0;
    s->in_row = s->in_row < s->in_end ? s->in_row : s->in_end;
    int64_t *at = s->packed_at;
    for (int64_t i = s->in_row; i < s->in_end; i++)
        for (int64_t j = 0; j < s->in_w; j++) {
            const int64_t column = j * s->input_dilation[1] + s->pad[1];
            const bool within = column >= 0 && column < s->plane_w;
            const int64_t place = within ? (i * apart - top) * s->plane_w + column : s->plane_h * s->plane_w;
            *at++ = place * s->loops->lanes;
        }
}

products gi_conv_layout_products(const conv_layout *s)
{
    return (products){ .channels = s->out, .pixels = (s->end - s->row) * s->out_w, .positions = s->positions,
                       .pixel = s->pixel, .offset = s->offset, .pair_positions = s->pair_positions };
}

images gi_conv_layout_images(const conv_layout *s, const image_batch *t, const image_strip *p)
{
    const int64_t image = p->lane_group * s->loops->lanes, left = s->n - image, plane = t->h * t->w;
    return (images){ t->data + (image * t->channels + p->channel) * plane + p->row * t->w, t->channels * plane, plane,
                     p->channels, (p->end - p->row) * t->w, left < s->loops->lanes ? (int)left : s->loops->lanes };
}
