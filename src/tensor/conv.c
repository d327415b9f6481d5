/* conv.c - convolution with images as vector lanes.
 *
 * Some images, as many as a vector has lanes, are interleaved, so that pixel p of all of them is one vector.
 * Then every product of the convolution is a vector times a number, whatever the channels, the kernel's size,
 * stride, padding or dilation are, and nothing is copied for each place of the kernel: where the element stands
 * that meets tap k (a channel and a place of the kernel) at pixel p is told by two tables,
 *
 *     y[o, p]  = sum over k of w[o, k] x[pixel[p] + tap[k]]          forward, and dx (see below)
 *     dw[o, k] = sum over p, and images, of dy[o, p] x[pixel[p] + tap[k]]
 *
 * so all three are matrix products (conv_kernels.h).  Work space holds as many rows of those images as WORK bytes
 * have room for.
 *
 * dx is a convolution of dy with the kernel turned around and the channels exchanged: dy spread out by the
 * stride, with a border as wide as the kernel's span (V. Dumoulin and F. Visin, "A guide to convolution arithmetic
 * for deep learning", 2016, chapter 4).  Taps that meet nothing but the zeros between and around are left out;
 * for that, pixels that meet the same taps stand together in y: those whose row, and whose column, leave the same
 * remainder divided by the stride.
 *
 * Threads share the images, see share_images.  They go from the last image to the first: elementwise operations
 * go forward, so what they have touched last, and will read first, is still in the cache. */
#include "conv.h"

#include "conv_kernels.h"
#include "core.h"
#include "threads.h"

enum { WORK = 512 * 1024,                   /* bytes: within the second cache */
       BLOCKS = 8 };                        /* parts of the images whose sums for dw are kept apart */

/* A tensor [n, channels, h, w]. */
typedef struct volume {
    gd_real *data;
    int64_t  channels, h, w;
} volume;

/* Places first, first + step, .. below end of the kernel, along one axis. */
typedef struct reach {
    int64_t first, end, step;
} reach;

/* ---- The plane under the result ----------------------------------------------------------------------------- */

/* A convolution as the kernels see it, for one group of channels after the other.  Images lie in a plane in which
 * source pixel (i, j) stands at (i spread + before) in each direction, with zeros elsewhere; row r of the result
 * meets the plane's rows r stride + u dilation.  The plane under a strip of some rows is all that is stored. */
typedef struct scene {
    const kernel *use;
    int64_t  n, groups;
    int64_t  in, in_h, in_w;                /* channels of a group and size of the source, */
    int64_t  out, out_h, out_w;             /* and of the result */
    int64_t  kh, kw, taps;
    int64_t  stride[2], dilation[2], spread[2], before[2];
    int64_t  rows, plane_h, plane_w, plane; /* of a strip of the result; of the plane under it, and its elements */
    int64_t  bundles, part;                 /* lanes full of images; how many are one thread's part */
    gd_arena arena;
    int64_t *map, *at, *pixel, *tap;        /* where pixels of the source and of the result are put, see products */
    reach  (*within)[2];                    /* rows and columns of the kernel for each tile of pixels, */
    tap_list *list;                         /* the same as taps, and */
    int64_t *listed;                        /* where these stand */
    gd_real *x, *y;                         /* for each part the plane and the strip */

    int64_t  row, end;                      /* the strip's rows, */
    int64_t  from_row, from_end;            /* and those of the source that fall into its plane */
} scene;

/* Space for some elements, aligned to the longest vector. */
static void *take(scene *s, int64_t count, size_t size)
{
    char *p = gd_arena_take(&s->arena, (size_t)count * size + 64);
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
    int64_t more = another > 0 && first < WORK ? (WORK - first) / another : 0;
    s->rows = 1 + more < s->out_h ? 1 + more : s->out_h;
    s->plane_h = (s->rows - 1) * s->stride[0] + span;
    s->plane = (s->plane_h * s->plane_w + 1) * s->use->lanes;   /* one vector more: for pixels beyond its sides */
}

/* How many of count pieces of bundles are a part: enough work, and two parts for each thread, so that one that
 * starts late takes only one. */
static int64_t part_of(const scene *s, int64_t count, int64_t bundles)
{
    const int64_t work = bundles * s->use->lanes * s->groups * s->out * s->taps * s->rows * s->out_w;
    const int64_t enough = gd_part_for(work, GD_PART_PRODUCTS, 1);
    const int64_t parts = gd_threads() > 1 ? 2 * gd_threads() : 1, even = (count + parts - 1) / parts;
    return even > enough ? even : enough;
}

/* Takes work space for `count` pieces of so many bundles; everything up to `before` is set. */
static bool open_scene(scene *s, int64_t count, int64_t bundles)
{
    cut_into_strips(s);
    s->part = part_of(s, count, bundles);
    const int64_t lanes = s->use->lanes, pixels = s->rows * s->out_w, parts = (count + s->part - 1) / s->part;
    const int64_t tiles = (pixels + s->use->columns - 1) / s->use->columns;
    gd_arena_init(&s->arena, GD_SCOPES);
    s->map = take(s, (s->in_h < s->plane_h ? s->in_h : s->plane_h) * s->in_w, sizeof *s->map);
    s->at = take(s, pixels, sizeof *s->at);
    s->pixel = take(s, pixels, sizeof *s->pixel);
    s->within = take(s, tiles, sizeof *s->within);
    s->list = take(s, tiles, sizeof *s->list);
    s->listed = take(s, tiles * s->taps, sizeof *s->listed);
    s->tap = take(s, s->taps, sizeof *s->tap);
    s->x = take(s, parts * s->in * s->plane, sizeof *s->x);
    s->y = take(s, parts * s->out * pixels * lanes, sizeof *s->y);
    if (!s->map || !s->at || !s->pixel || !s->within || !s->list || !s->listed || !s->tap || !s->x || !s->y)
        return false;
    int64_t *tap = s->tap;
    for (int64_t c = 0; c < s->in; c++)
        for (int64_t u = 0; u < s->kh; u++)
            for (int64_t v = 0; v < s->kw; v++)
                *tap++ = c * s->plane + (u * s->dilation[0] * s->plane_w + v * s->dilation[1]) * lanes;
    return true;
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

/* ---- A strip ------------------------------------------------------------------------------------------------ */

/* Pixel (i, j) of the strip stands at place p of y. */
static void place_pixel(const scene *s, int64_t i, int64_t j, int64_t p)
{
    const int64_t lanes = s->use->lanes;
    const reach own[2] = { reach_of(s, 0, s->row + i), reach_of(s, 1, j) };
    reach *tile = s->within[p / s->use->columns];
    for (int axis = 0; axis < 2; axis++)
        tile[axis] = p % s->use->columns ? both(tile[axis], own[axis]) : own[axis];
    s->pixel[p] = (i * s->stride[0] * s->plane_w + j * s->stride[1]) * lanes;
    s->at[i * s->out_w + j] = p * lanes;
}

/* Fills the tables for the strip from this row. */
static void begin_strip(scene *s, int64_t row)
{
    s->row = row;
    s->end = row + s->rows < s->out_h ? row + s->rows : s->out_h;
    const int64_t rows = s->end - row;
    int64_t p = 0;
    for (int64_t a = 0; a < s->spread[0] && a < rows; a++)
        for (int64_t b = 0; b < s->spread[1] && b < s->out_w; b++)
            for (int64_t i = a; i < rows; i += s->spread[0])
                for (int64_t j = b; j < s->out_w; j += s->spread[1])
                    place_pixel(s, i, j, p++);
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

static products strip_products(const scene *s)
{
    return (products){ .channels = s->out, .pixels = (s->end - s->row) * s->out_w, .taps = s->taps,
                       .pixel = s->pixel, .tap = s->tap, .list = s->list };
}

/* Rows [row, end) of some channels of a bundle of images of t. */
static images bundle_of(const scene *s, const volume *t, int64_t bundle, int64_t channel, int64_t channels,
                        int64_t row, int64_t end)
{
    const int64_t image = bundle * s->use->lanes, left = s->n - image, plane = t->h * t->w;
    return (images){ t->data + (image * t->channels + channel) * plane + row * t->w, t->channels * plane, plane,
                     channels, (end - row) * t->w, left < s->use->lanes ? (int)left : s->use->lanes };
}

/* ---- y, and dx ---------------------------------------------------------------------------------------------- */

/* The weights of every group in tiles [taps, rows]; row o, channel c, place t of the kernel stand at
 * o row + c channel + t in w, or t counted from the end when turned. */
static gd_real *in_tiles(scene *s, const gd_real *w, int64_t group, int64_t row, int64_t channel, bool turned)
{
    const int64_t places = s->kh * s->kw;
    gd_real *tiles = take(s, s->groups * s->out * s->taps, sizeof *tiles), *to = tiles;
    for (int64_t g = 0; g < s->groups && tiles; g++)
        for (int64_t o = 0, rows; o < s->out; o += rows) {
            rows = gd_conv_rows(s->out - o, s->use->rows);
            for (int64_t c = 0; c < s->in; c++)
                for (int64_t t = 0; t < places; t++)
                    for (int64_t i = 0; i < rows; i++)
                        *to++ = w[g * group + (o + i) * row + c * channel + (turned ? places - 1 - t : t)];
        }
    return tiles;
}

typedef struct correlation {
    const scene   *s;
    volume         x, y;
    const gd_real *tiles, *bias;
} correlation;

/* For gd_parallel: the strip of y for bundles counted from the last one. */
static void correlate_bundles(void *context, int64_t begin, int64_t end)
{
    const correlation *c = context;
    const scene *s = c->s;
    products j = strip_products(s);
    gd_real *x = s->x + begin / s->part * s->in * s->plane;
    j.x = x;
    j.y = s->y + begin / s->part * s->out * s->rows * s->out_w * s->use->lanes;
    memset(x, 0, (size_t)(s->in * s->plane) * sizeof *x);
    for (int64_t i = begin; i < end; i++)
        for (int64_t g = 0, bundle = s->bundles - 1 - i; g < s->groups; g++) {
            images from = bundle_of(s, &c->x, bundle, g * s->in, s->in, s->from_row, s->from_end);
            images to = bundle_of(s, &c->y, bundle, g * s->out, s->out, s->row, s->end);
            j.w = c->tiles + g * s->out * s->taps;
            j.bias = c->bias ? c->bias + g * s->out : NULL;
            s->use->pack(&from, s->map, x, s->plane);
            s->use->all_taps(&j);
            s->use->unpack(&to, s->at, j.y);
        }
}

static void correlate(scene *s, const gd_real *x, const gd_real *tiles, const gd_real *bias, gd_real *y)
{
    correlation c = { s, { (gd_real *)(uintptr_t)x, s->groups * s->in, s->in_h, s->in_w },
                      { y, s->groups * s->out, s->out_h, s->out_w }, tiles, bias };
    for (int64_t row = 0; row < s->out_h; row = s->end) {
        begin_strip(s, row);
        gd_parallel(s->bundles, s->part, correlate_bundles, &c);
    }
}

static int64_t bundles_of(const gd_conv *c)
{
    return (c->n + gd_conv_kernel()->lanes - 1) / gd_conv_kernel()->lanes;
}

static scene forward_scene(const gd_conv *c)
{
    return (scene){ .use = gd_conv_kernel(), .n = c->n, .bundles = bundles_of(c), .groups = c->groups,
                    .in = c->c / c->groups, .in_h = c->h, .in_w = c->w, .out = c->o / c->groups, .out_h = c->oh,
                    .out_w = c->ow, .kh = c->kh, .kw = c->kw, .stride = { c->stride[0], c->stride[1] },
                    .dilation = { c->dilation[0], c->dilation[1] }, .spread = { 1, 1 },
                    .before = { c->padding[0], c->padding[1] } };
}

static scene turned_scene(const gd_conv *c)
{
    return (scene){ .use = gd_conv_kernel(), .n = c->n, .bundles = bundles_of(c), .groups = c->groups,
                    .in = c->o / c->groups, .in_h = c->oh, .in_w = c->ow, .out = c->c / c->groups, .out_h = c->h,
                    .out_w = c->w, .kh = c->kh, .kw = c->kw, .stride = { 1, 1 },
                    .dilation = { c->dilation[0], c->dilation[1] }, .spread = { c->stride[0], c->stride[1] },
                    .before = { (c->kh - 1) * c->dilation[0] - c->padding[0],
                                (c->kw - 1) * c->dilation[1] - c->padding[1] } };
}

bool gd_conv_forward(const gd_conv *c, const gd_real *x, const gd_real *w, const gd_real *bias, gd_real *y)
{
    scene s = forward_scene(c);
    bool good = open_scene(&s, s.bundles, 1);
    gd_real *tiles = good ? in_tiles(&s, w, s.out * s.taps, s.taps, s.kh * s.kw, false) : NULL;
    if (tiles)
        correlate(&s, x, tiles, bias, y);
    gd_arena_free(&s.arena);
    return tiles != NULL;
}

bool gd_conv_grad_input(const gd_conv *c, const gd_real *dy, const gd_real *w, gd_real *dx)
{
    scene s = turned_scene(c);
    const int64_t places = s.kh * s.kw;
    bool good = open_scene(&s, s.bundles, 1);
    gd_real *tiles = good ? in_tiles(&s, w, s.in * s.out * places, places, s.out * places, true) : NULL;
    if (tiles)
        correlate(&s, dy, tiles, NULL, dx);
    gd_arena_free(&s.arena);
    return tiles != NULL;
}

/* ---- dw, and db --------------------------------------------------------------------------------------------- */

/* Sums of dw for channels [o, o + count) of group g, lane by lane for the bundles of a part, and then for each
 * block of bundles: sums [blocks, count taps], sums_y [blocks, count].  The blocks are the same for any number of
 * threads. */
typedef struct gathering {
    const scene *s;
    volume   x, y;
    int64_t  g, o, count, block;
    gd_real *lane_sums, *sums, *sums_y;
} gathering;

/* For gd_parallel: adds the strip of some blocks' images. */
static void gather_blocks(void *context, int64_t begin, int64_t end)
{
    const gathering *c = context;
    const scene *s = c->s;
    const int64_t lanes = s->use->lanes, slot = begin / s->part, sums = c->count * s->taps;
    products j = strip_products(s);
    gd_real *x = s->x + slot * s->in * s->plane;
    j.x = x;
    j.y = s->y + slot * s->out * s->rows * s->out_w * lanes;
    j.channels = c->count;
    j.sum = c->lane_sums + slot * (sums + c->count) * lanes;
    j.sum_y = c->sums_y ? j.sum + sums * lanes : NULL;
    memset(x, 0, (size_t)(s->in * s->plane) * sizeof *x);
    for (int64_t b = begin; b < end; b++) {
        memset(j.sum, 0, (size_t)((sums + c->count) * lanes) * sizeof *j.sum);
        for (int64_t i = b * c->block; i < (b + 1) * c->block && i < s->bundles; i++) {
            const int64_t bundle = s->bundles - 1 - i;
            images from = bundle_of(s, &c->x, bundle, c->g * s->in, s->in, s->from_row, s->from_end);
            images with = bundle_of(s, &c->y, bundle, c->g * s->out + c->o, c->count, s->row, s->end);
            s->use->pack(&from, s->map, x, s->plane);
            s->use->pack(&with, s->at, j.y, j.pixels * lanes);
            s->use->all_pixels(&j);
        }
        s->use->sum_lanes(sums, j.sum, c->sums + b * sums);
        if (j.sum_y)
            s->use->sum_lanes(c->count, j.sum_y, c->sums_y + b * c->count);
    }
}

/* total[i] = the sum over blocks of sums[block, i] */
static void add_blocks(int64_t blocks, int64_t n, const gd_real *sums, gd_real *total)
{
    memset(total, 0, (size_t)n * sizeof *total);
    for (int64_t b = 0; b < blocks; b++)
        for (int64_t i = 0; i < n; i++)
            total[i] += sums[b * n + i];
}

/* As many channels at a time as WORK has room for sums of all lanes. */
static int64_t channels_at_once(const scene *s)
{
    const int64_t vectors = WORK / (int64_t)sizeof(gd_real) / s->use->lanes, room = vectors / (s->taps + 1);
    return room < 1 ? 1 : room < s->out ? room : s->out;
}

bool gd_conv_grad_weight(const gd_conv *c, const gd_real *dy, const gd_real *x, gd_real *dw, gd_real *db)
{
    scene s = forward_scene(c);
    const int64_t block = s.bundles > BLOCKS ? (s.bundles + BLOCKS - 1) / BLOCKS : 1;
    const int64_t blocks = (s.bundles + block - 1) / block;
    bool good = open_scene(&s, blocks, block);
    const int64_t most = channels_at_once(&s), parts = (blocks + s.part - 1) / s.part;
    gd_real *lane_sums = good ? take(&s, parts * most * (s.taps + 1) * s.use->lanes, sizeof *dw) : NULL;
    gd_real *sums = lane_sums ? take(&s, blocks * most * (s.taps + 1), sizeof *dw) : NULL;
    for (int64_t g = 0; g < s.groups && sums; g++)
        for (int64_t o = 0, count; o < s.out; o += count) {
            count = s.out - o < most ? s.out - o : most;
            gd_real *sums_y = sums + blocks * count * s.taps;
            gathering job = { &s, { (gd_real *)(uintptr_t)x, c->c, c->h, c->w },
                              { (gd_real *)(uintptr_t)dy, c->o, c->oh, c->ow }, g, o, count, block,
                              lane_sums, sums, db ? sums_y : NULL };
            memset(sums, 0, (size_t)(blocks * count * (s.taps + 1)) * sizeof *sums);
            for (int64_t row = 0; row < s.out_h; row = s.end) {
                begin_strip(&s, row);
                gd_parallel(blocks, s.part, gather_blocks, &job);
            }
            add_blocks(blocks, count * s.taps, sums, dw + (g * s.out + o) * s.taps);
            if (db)
                add_blocks(blocks, count, sums_y, db + g * s.out + o);
        }
    gd_arena_free(&s.arena);
    return sums != NULL;
}
