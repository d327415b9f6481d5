/* image_png.c - the chunks of a PNG file (W3C, "Portable Network Graphics specification", second edition), as far as
 * stb_image trusts them: lengths, palette, and the size of what is compressed. */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "image_checks.h"

enum { SIGNATURE = 8, FRAME = 12, HEADER = 13, BY_PALETTE = 3 };    /* FRAME: a chunk's length, name and checksum */

typedef struct chunk {
    size_t               at, next;          /* places in the file */
    const unsigned char *name, *data;
    size_t               length;
} chunk;

static uint32_t big(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void put_big(unsigned char *p, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        p[i] = (unsigned char)(value >> (24 - 8 * i));
}

static bool is(const chunk *c, const char *name)
{
    return memcmp(c->name, name, 4) == 0;
}

static bool chunk_at(const gi_input *in, const gi_image_bytes *file, size_t at, chunk *c)
{
    if (at > file->n || file->n - at < FRAME)
        return gd_fail("%s: %s cannot be decoded: it ends before its end chunk", in->raw.function, in->raw.path);
    const unsigned char *p = file->at + at;
    *c = (chunk){ .at = at, .name = p + 4, .data = p + 8, .length = big(p) };
    if (c->length > file->n - at - FRAME)
        return gd_fail("%s: %s cannot be decoded: the chunk at byte %zu has %zu bytes, and %zu follow",
                       in->raw.function, in->raw.path, at, c->length, file->n - at - FRAME);
    c->next = at + FRAME + c->length;
    return true;
}

/* ---- The palette ----------------------------------------------------------------------------------------------- */

/* Pixels of `depth` bits can name 2^depth entries, and of those that are not there stb_image reads what lies on the
 * stack.  It does not compare checksums: the longer palette keeps the old one. */
static bool filled_up(gi_image_bytes *file, const chunk *palette, unsigned depth)
{
    const size_t bytes = (size_t)3 << depth;
    if (palette->length == 0 || palette->length % 3 != 0 || palette->length >= bytes)
        return true;
    const size_t more = bytes - palette->length, end = palette->next - 4;
    unsigned char *copy = gi_memory_new(GI_DATA, file->n + more);
    if (!copy)
        return false;
    memcpy(copy, file->at, end);
    put_big(copy + palette->at, (uint32_t)bytes);
    memset(copy + end, 0, more);
    memcpy(copy + end + more, file->at + end, file->n - end);
    gi_memory_free(file->at);
    *file = (gi_image_bytes){ .at = copy, .n = file->n + more };
    return true;
}

bool gi_png_check(const gi_input *in, gi_image_bytes *file)
{
    chunk c = { .next = SIGNATURE }, palette = { .at = 0 };
    unsigned depth = 0, colour = 0;
    do {
        if (!chunk_at(in, file, c.next, &c))
            return false;
        if (is(&c, "IHDR") && c.length == HEADER) {
            depth = c.data[8];
            colour = c.data[9];
        }
        if (is(&c, "PLTE") && colour == BY_PALETTE) {
            if (palette.at > 0)
                return gd_fail("%s: %s cannot be decoded: it has two palettes", in->raw.function, in->raw.path);
            palette = c;
        }
        if (is(&c, "tRNS") && colour == BY_PALETTE && c.length > palette.length / 3)
            return gd_fail("%s: %s cannot be decoded: its palette has %zu colours and %zu opacities",
                           in->raw.function, in->raw.path, palette.length / 3, c.length);
    } while (!is(&c, "IEND"));
    return palette.at == 0 || depth > 8 || filled_up(file, &palette, depth);
}

/* ---- The size of the pixels ------------------------------------------------------------------------------------ */

/* A row is a byte for its filter, and its samples. */
static uint64_t bytes_of(uint64_t width, uint64_t height, uint64_t bits)
{
    return width == 0 ? 0 : height * (1 + (width * bits + 7) / 8);
}

/* Interlaced (Adam7), seven images follow each other: of every step-th column and row. */
static uint64_t expected_bytes(const unsigned char *header)
{
    static const unsigned channels[] = { 1, 0, 3, 1, 2, 0, 4, 0 };
    static const struct pass { unsigned x, y, x_step, y_step; } passes[] = {
        { 0, 0, 8, 8 }, { 4, 0, 8, 8 }, { 0, 4, 4, 8 }, { 2, 0, 4, 4 }, { 0, 2, 2, 4 }, { 1, 0, 2, 2 }, { 0, 1, 1, 2 }
    };
    const uint64_t width = big(header), height = big(header + 4), bits = (uint64_t)header[8] * channels[header[9] & 7];
    if (!header[12])
        return bytes_of(width, height, bits);
    uint64_t sum = 0;
    for (int i = 0; i < 7; i++) {
        const struct pass *p = &passes[i];
        sum += bytes_of((width + p->x_step - 1 - p->x) / p->x_step, (height + p->y_step - 1 - p->y) / p->y_step, bits);
    }
    return sum;
}

bool gi_png_check_pixels(const gi_input *in, const gi_image_bytes *file)
{
    chunk c = { .next = SIGNATURE };
    unsigned char *packed = gi_memory_new(GI_DATA, file->n);
    size_t n = 0;
    uint64_t expected = 0;
    bool bare = false, good = packed != NULL;
    do {
        good = good && chunk_at(in, file, c.next, &c);
        if (!good)
            break;
        if (is(&c, "CgBI"))                 /* Apple's variant: a deflate stream without header and checksum */
            bare = true;
        if (is(&c, "IHDR") && c.length == HEADER)
            expected = expected_bytes(c.data);
        if (is(&c, "IDAT")) {
            memcpy(packed + n, c.data, c.length);
            n += c.length;
        }
    } while (!is(&c, "IEND"));
    good = good && (n == 0 || gi_inflates_to(in->raw.function, in->raw.path, packed, n, bare, expected));
    gi_memory_free(packed);
    return good;
}
