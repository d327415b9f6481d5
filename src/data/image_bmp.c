/* image_bmp.c - the header of a BMP file (Microsoft, "Bitmap storage" and BITMAPINFOHEADER), as far as stb_image trusts
 * it: it takes what is missing at the end for zeros, and for palettes that are too short what lies on the stack. */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "image_checks.h"

/* FIRST: the part before the header; OS2: the length of OS/2's header. */
enum { FIRST = 14, OS2 = 12, OS2_SKIPPED = 12, LONGEST_SIDE = 1 << 24 };

typedef struct bitmap {
    size_t   header, rows;                  /* the header's length, and the place of the rows */
    int64_t  width, height;                 /* a negative height: from the top down */
    unsigned bits, compression;
} bitmap;

static uint32_t little(const unsigned char *p, int bytes)
{
    uint32_t n = 0;
    for (int i = 0; i < bytes; i++)
        n |= (uint32_t)p[i] << 8 * i;
    return n;
}

static int64_t with_sign(uint32_t n)
{
    return n > INT32_MAX ? (int64_t)n - (INT64_C(1) << 32) : (int64_t)n;
}

static bitmap bitmap_of(const unsigned char *p)
{
    bitmap b = { .header = little(p + FIRST, 4), .rows = little(p + 10, 4) };
    if (b.header == OS2) {
        b.width = little(p + 18, 2);
        b.height = little(p + 20, 2);
        b.bits = little(p + 24, 2);
    } else {
        b.width = with_sign(little(p + 18, 4));
        b.height = with_sign(little(p + 22, 4));
        b.bits = little(p + 28, 2);
        b.compression = little(p + 30, 4);
    }
    return b;
}

/* stb_image sees as many entries as fit between header and rows, of OS/2's four fewer: there it takes 12 bytes more for
 * part of the header, and skips as many after the palette. */
static bool with_whole_palette(const gi_input *in, gi_image_bytes *file, const bitmap *b)
{
    const size_t first = FIRST + b->header, entry = b->header == OS2 ? 3 : 4, wanted = (size_t)1 << b->bits;
    const size_t found = b->rows < first ? 0 : (b->rows - first) / entry;
    if (found == 0)
        return gd_fail("%s: %s cannot be decoded: it has no palette", in->raw.function, in->raw.path);
    if (b->header != OS2 && found >= wanted)
        return true;
    const size_t rows = first + wanted * entry + (b->header == OS2 ? OS2_SKIPPED : 0), n = rows + file->n - b->rows;
    unsigned char *copy = gi_memory_new(GI_DATA, n);
    if (!copy)
        return false;
    memset(copy, 0, rows);
    memcpy(copy, file->at, first + (found < wanted ? found : wanted) * entry);
    memcpy(copy + rows, file->at + b->rows, file->n - b->rows);
    for (int i = 0; i < 4; i++)
        copy[10 + i] = (unsigned char)(rows >> 8 * i);
    gi_memory_free(file->at);
    *file = (gi_image_bytes){ .at = copy, .n = n };
    return true;
}

bool gi_bmp_check(const gi_input *in, gi_image_bytes *file)
{
    enum { SMALLEST = FIRST + OS2, UNCOMPRESSED = 0, WITH_MASKS = 3 };
    const size_t header = file->n < SMALLEST ? 0 : little(file->at + FIRST, 4);
    if (file->n < SMALLEST || (header >= OS2 && header <= 124 && file->n - FIRST < header))
        return gd_fail("%s: %s cannot be decoded: its header is cut off", in->raw.function, in->raw.path);
    if (header != OS2 && header != 40 && header != 56 && header != 108 && header != 124)
        return true;
    const bitmap b = bitmap_of(file->at);
    const int64_t height = b.height < 0 ? -b.height : b.height;
    if ((b.compression != UNCOMPRESSED && b.compression != WITH_MASKS) || b.width < 1 || height < 1 ||
        b.width > LONGEST_SIDE || height > LONGEST_SIDE)
        return true;
    if (b.bits != 1 && b.bits != 4 && b.bits != 8 && b.bits != 16 && b.bits != 24 && b.bits != 32)
        return gd_fail("%s: %s cannot be decoded: pixels of %u bits are unknown", in->raw.function, in->raw.path,
                       b.bits);
    const int64_t bits = b.width * b.bits;              /* of a row, which is padded to 4 bytes; the last need not be */
    const uint64_t needed = b.rows + (uint64_t)((bits + 31) / 32 * 4 * (height - 1) + (bits + 7) / 8);
    if (needed > file->n)
        return gd_fail("%s: %s cannot be decoded: %" PRId64 " x %" PRId64 " pixels of %u bits need %" PRIu64
                       " bytes, and it has %zu", in->raw.function, in->raw.path, b.width, height, b.bits, needed,
                       file->n);
    return b.bits > 8 || with_whole_palette(in, file, &b);
}
