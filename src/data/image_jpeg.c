/* image_jpeg.c - the segments of a JPEG file (ITU-T T.81, annex B), as far as stb_image trusts them: it writes as many
 * codes as a Huffman table announces. */
#include "base/message.h"
#include "image_checks.h"

enum { LENGTHS = 16, MOST_CODES = 256, END_OF_IMAGE = 0xd9, HUFFMAN_TABLES = 0xc4 };

static unsigned big(const unsigned char *p)
{
    return (unsigned)p[0] << 8 | p[1];
}

/* A table: its kind, how many codes there are of 1 .. 16 bits, and as many symbols.  A code of b bits takes 2^-b of
 * all codes (L. Kraft, 1949). */
static bool tables_fit(const gi_input *in, const unsigned char *p, size_t n)
{
    while (n > 0) {
        unsigned codes = 0;
        uint32_t taken = 0;
        for (int i = 0; n > LENGTHS && i < LENGTHS; i++) {
            codes += p[1 + i];
            taken += (uint32_t)p[1 + i] << (LENGTHS - 1 - i);
        }
        if (codes > MOST_CODES || taken > UINT32_C(1) << LENGTHS)
            return gd_fail("%s: %s cannot be decoded: a Huffman table has %u codes, more than there are%s",
                           in->raw.function, in->raw.path, codes, codes > MOST_CODES ? "" : " of their lengths");
        if (n < 1 + LENGTHS + codes)
            return gd_fail("%s: %s cannot be decoded: a Huffman table is cut short", in->raw.function, in->raw.path);
        p += 1 + LENGTHS + codes;
        n -= 1 + LENGTHS + codes;
    }
    return true;
}

static bool is_alone(unsigned marker)
{
    const unsigned stuffed = 0, temporary = 1, first_restart = 0xd0, start_of_image = 0xd8;
    return marker == stuffed || marker == temporary || (marker >= first_restart && marker <= start_of_image);
}

bool gi_jpeg_check(const gi_input *in, const gi_image_bytes *file)
{
    const unsigned char *bytes = file->at;
    size_t at = 2;
    for (;;) {
        while (at < file->n && bytes[at] != 0xff)       /* the data of a scan, or padding */
            at++;
        while (at < file->n && bytes[at] == 0xff)
            at++;
        if (at == file->n || bytes[at] == END_OF_IMAGE)
            return true;
        const unsigned marker = bytes[at++];
        if (is_alone(marker))
            continue;
        const size_t length = file->n - at < 2 ? 2 : big(bytes + at);
        if (length < 2 || length > file->n - at)
            return gd_fail("%s: %s cannot be decoded: the segment at byte %zu has %zu bytes, and %zu follow",
                           in->raw.function, in->raw.path, at - 2, length, file->n - at);
        if (marker == HUFFMAN_TABLES && !tables_fit(in, bytes + at + 2, length - 2))
            return false;
        at += length;
    }
}
