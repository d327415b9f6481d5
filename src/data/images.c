/* images.c - changes of images at random, and the files of CIFAR-10. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/random.h"
#include "base/start.h"
#include "gradus/images.h"
#include "input.h"
#include "places.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Images in a tensor ------------------------------------------------------------------------------------------ */

typedef struct images {
    gd_real *data;
    int64_t  n, channels, height, width;
    int64_t  image, channel, row, column;   /* strides */
} images;

static bool has_images(const char *function, const gd_tensor *x, images *of)
{
    if (!gi_given_tensor(function, "x", x) || !gi_alive(function, "x", x))
        return false;
    if (x->ndim != 3 && x->ndim != 4)
        return gd_fail("%s: x is %s: [n, channels, height, width] or [channels, height, width] expected", function,
                       gi_text_of(x).s);
    const int64_t *size = x->shape + x->ndim - 3, *stride = x->stride + x->ndim - 3;
    const bool many = x->ndim == 4;
    *of = (images){ x->data, many ? x->shape[0] : 1, size[0], size[1], size[2], many ? x->stride[0] : 0, stride[0],
                    stride[1], stride[2] };
    return true;
}

static bool may_change(const char *function, gd_tensor *x, images *of)
{
    if (!has_images(function, x, of))
        return false;
    for (int i = 0; i < x->ndim; i++)
        if (x->shape[i] > 1 && x->stride[i] == 0)
            return gd_fail("%s: x, %s, is an expanded view: several of its elements are one number in memory", function,
                           gi_text_of(x).s);
    return !(x->requires_grad || x->node)
           || gd_fail("%s: x, %s, requires a gradient or depends on what does: a change in place would not be recorded",
                      function, gi_text_of(x).s);
}

static gd_real *pixel(const images *of, int64_t i, int64_t c, int64_t row, int64_t column)
{
    return of->data + i * of->image + c * of->channel + row * of->row + column * of->column;
}

static int64_t below(uint64_t *state, int64_t n)
{
    return (int64_t)gi_random_below(state, (uint64_t)n);
}

/* ---- Changes --------------------------------------------------------------------------------------------------- */

/* to[row, column] = from[row + down, column + right], 0 outside; in place in the order in which no pixel is read after
 * it was written. */
static void shift(const images *of, int64_t i, int64_t c, int64_t down, int64_t right)
{
    for (int64_t r = 0; r < of->height; r++) {
        const int64_t row = down >= 0 ? r : of->height - 1 - r, from_row = row + down;
        for (int64_t k = 0; k < of->width; k++) {
            const int64_t column = right >= 0 ? k : of->width - 1 - k, from = column + right;
            const bool inside = from_row >= 0 && from_row < of->height && from >= 0 && from < of->width;
            *pixel(of, i, c, row, column) = inside ? *pixel(of, i, c, from_row, from) : 0;
        }
    }
}

bool gd_random_shift(gd_tensor *x, int64_t pixels)
{
    gi_not_captured("gd_random_shift", GI_ACTS_OUTSIDE);
    static const char function[] = "gd_random_shift";
    images of;
    if (!may_change(function, x, &of))
        return false;
    if (pixels < 0 || pixels > INT32_MAX)
        return gd_fail("%s: pixels = %" PRId64 " must lie in 0 .. %d", function, pixels, INT32_MAX);
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < of.n; i++) {
        const int64_t down = below(state, 2 * pixels + 1) - pixels, right = below(state, 2 * pixels + 1) - pixels;
        for (int64_t c = 0; c < of.channels; c++)
            shift(&of, i, c, down, right);
    }
    gi_overwritten(x);
    return true;
}

bool gd_random_flip(gd_tensor *x, double probability)
{
    gi_not_captured("gd_random_flip", GI_ACTS_OUTSIDE);
    static const char function[] = "gd_random_flip";
    images of;
    if (!may_change(function, x, &of))
        return false;
    if (!(probability >= 0 && probability <= 1))
        return gd_fail("%s: probability = %g must lie in [0, 1]", function, probability);
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < of.n; i++) {
        if (gi_random_unit(state) >= probability)
            continue;
        for (int64_t c = 0; c < of.channels; c++)
            for (int64_t row = 0; row < of.height; row++)
                for (int64_t left = 0, right = of.width - 1; left < right; left++, right--) {
                    gd_real *a = pixel(&of, i, c, row, left), *b = pixel(&of, i, c, row, right), swap = *a;
                    *a = *b;
                    *b = swap;
                }
    }
    gi_overwritten(x);
    return true;
}

static void cut(const images *of, int64_t i, int64_t top, int64_t left, int64_t size)
{
    const int64_t bottom = top + size < of->height ? top + size : of->height;
    const int64_t right = left + size < of->width ? left + size : of->width;
    for (int64_t c = 0; c < of->channels; c++)
        for (int64_t row = top > 0 ? top : 0; row < bottom; row++)
            for (int64_t column = left > 0 ? left : 0; column < right; column++)
                *pixel(of, i, c, row, column) = 0;
}

bool gd_random_cutout(gd_tensor *x, int64_t size)
{
    gi_not_captured("gd_random_cutout", GI_ACTS_OUTSIDE);
    static const char function[] = "gd_random_cutout";
    images of;
    if (!may_change(function, x, &of))
        return false;
    if (size < 1 || size > INT32_MAX)
        return gd_fail("%s: size = %" PRId64 " must lie in 1 .. %d", function, size, INT32_MAX);
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < of.n && of.height && of.width; i++) {
        const int64_t row = below(state, of.height), column = below(state, of.width);
        cut(&of, i, row - size / 2, column - size / 2, size);
    }
    gi_overwritten(x);
    return true;
}

static void crop(const images *from, const images *to, int64_t i, int64_t top, int64_t left)
{
    for (int64_t c = 0; c < to->channels; c++)
        for (int64_t row = 0; row < to->height; row++)
            for (int64_t column = 0; column < to->width; column++) {
                const int64_t r = row + top, k = column + left;
                const bool inside = r >= 0 && r < from->height && k >= 0 && k < from->width;
                *pixel(to, i, c, row, column) = inside ? *pixel(from, i, c, r, k) : 0;
            }
}

gd_tensor *gd_random_crop(const gd_tensor *x, int64_t height, int64_t width, int64_t padding)
{
    static const char function[] = "gd_random_crop";
    images from, to;
    if (!has_images(function, x, &from))
        return NULL;
    if (padding < 0 || padding > INT32_MAX || height < 1 || width < 1)
        return gd_fail("%s: height = %" PRId64 " and width = %" PRId64 " must be at least 1, and padding = %" PRId64
                       " in 0 .. %d", function, height, width, padding, INT32_MAX);
    const int64_t down = from.height + 2 * padding - height, right = from.width + 2 * padding - width;
    if (down < 0 || right < 0)
        return gd_fail("%s: x is %s: with padding = %" PRId64 " there is no part of %" PRId64 " x %" PRId64 " pixels",
                       function, gi_text_of(x).s, padding, height, width);
    int64_t shape[GD_MAX_DIMS];
    memcpy(shape, x->shape, sizeof shape);
    shape[x->ndim - 2] = height;
    shape[x->ndim - 1] = width;
    gd_tensor *t = gi_new(function, x->ndim, shape);
    if (!t || !has_images(function, t, &to))
        return NULL;
    uint64_t *state = gi_random_state();
    for (int64_t i = 0; i < from.n; i++) {
        const int64_t top = below(state, down + 1) - padding;
        crop(&from, &to, i, top, below(state, right + 1) - padding);
    }
    return t;
}

/* ---- CIFAR-10 -------------------------------------------------------------------------------------------------- */

enum { SIDE = 32, PIXELS = 3 * SIDE * SIDE, RECORD = 1 + PIXELS, CLASSES = 10 };

/* A record: the label in one byte, then red, green and blue, each row by row. */
static bool read_record(gi_input *in, gd_real *x, gd_real *y, int64_t i)
{
    unsigned char record[RECORD];
    if (!gi_input_take(in, record, sizeof record, "a record"))
        return false;
    if (record[0] >= CLASSES)
        return gd_fail("%s: %s: the label of record %" PRId64 " is %d: classes are 0 .. 9", in->raw.function,
                       in->raw.path, i, record[0]);
    y[i] = record[0];
    for (int k = 0; k < PIXELS; k++)
        x[i * PIXELS + k] = (gd_real)(record[1 + k] / 255.0);
    return true;
}

static bool read_records(gi_input *in, gd_real *x, gd_real *y, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!read_record(in, x, y, i))
            return false;
    return gi_input_ends(in);
}

static gd_dataset new_records(const char *function, int64_t n)
{
    gd_dataset set = { gi_new(function, 4, (int64_t[]){ n, 3, SIDE, SIDE }), NULL };
    set.y = set.x ? gi_new(function, 1, &n) : NULL;
    return set.y ? set : (gd_dataset){ NULL, NULL };
}

/* The length of a compressed file is not known: its records are counted first. */
static int64_t count_records(gi_input *in)
{
    unsigned char buffer[RECORD];
    int64_t bytes = 0;
    size_t got = 1;
    while (got > 0) {
        if (!gi_input_some(in, buffer, sizeof buffer, &got))
            return -1;
        bytes += (int64_t)got;
    }
    if (bytes % RECORD == 0)
        return bytes / RECORD;
    gd_fail("%s: %s has %" PRId64 " bytes, which are no whole number of records of %d", in->raw.function, in->raw.path,
            bytes, (int)RECORD);
    return -1;
}

gd_dataset gd_cifar_read(const char *path)
{
    static const char function[] = "gd_cifar_read";
    const gd_dataset none = { NULL, NULL };
    gi_input in;
    const int64_t n = gi_input_open(&in, function, path, true) ? count_records(&in) : -1;
    gi_input_close(&in);
    const gd_dataset set = n < 0 ? none : new_records(function, n);
    if (!set.x)
        return none;
    const bool good = gi_input_open(&in, function, path, true) && read_records(&in, set.x->data, set.y->data, n);
    gi_input_close(&in);
    return good ? set : none;
}

typedef struct file_name { char s[1024]; } file_name;

static bool find(const char *folder, const char *name, file_name *found)
{
    static const char *const inside[] = { "", "/cifar-10-batches-bin" }, *const endings[] = { "", ".gz" };
    for (int i = 0; i < 4; i++) {
        const int n = snprintf(found->s, sizeof found->s, "%s%s/%s%s", folder, inside[i / 2], name, endings[i % 2]);
        FILE *file = n > 0 && (size_t)n < sizeof found->s ? fopen(found->s, "rb") : NULL;
        if (file) {
            fclose(file);
            return true;
        }
    }
    return false;
}

static bool find_batch(const char *folder, const char *name, file_name *found)
{
    const gi_places places = gi_data_places();
    if (folder && find(folder, name, found))
        return true;
    for (int i = 0; !folder && i < places.count; i++)
        if (find(places.folder[i], name, found))
            return true;
    return gd_fail("gd_cifar10: there is no %s in %s, nor in cifar-10-batches-bin there, with or without .gz: the "
                   "binary version of CIFAR-10 comes from https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                   name, folder ? folder : places.text);
}

gd_dataset gd_cifar10(const char *folder, bool train)
{
    static const char function[] = "gd_cifar10";
    enum { IN_FILE = 10000 };
    const gd_dataset none = { NULL, NULL };
    file_name found[5];
    const int files = train ? 5 : 1;
    if (folder && !gi_path_given(function, "folder", folder))
        return none;
    for (int i = 0; i < files; i++) {
        char name[32];
        snprintf(name, sizeof name, "data_batch_%d.bin", i + 1);
        if (!find_batch(folder, train ? name : "test_batch.bin", &found[i]))
            return none;
    }
    const gd_dataset set = new_records(function, (int64_t)files * IN_FILE);
    bool good = set.x;
    for (int i = 0; i < files && good; i++) {
        gi_input in;
        const int64_t first = (int64_t)i * IN_FILE;
        good = gi_input_open(&in, function, found[i].s, true) &&
               read_records(&in, set.x->data + first * PIXELS, set.y->data + first, IN_FILE);
        gi_input_close(&in);
    }
    return good ? set : none;
}
