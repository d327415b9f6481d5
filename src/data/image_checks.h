/* image_checks.h - what stb_image trusts in a file, checked before it sees the file.  Each returns false, and a
 * message, for a file that it must not see; what stb_image refuses by itself is left to it. */
#ifndef GRADUS_IMAGE_CHECKS_H
#define GRADUS_IMAGE_CHECKS_H

#include "input.h"

typedef struct gi_image_bytes {
    unsigned char *at;                      /* from gi_memory_new */
    size_t         n;
} gi_image_bytes;

/* gi_jpeg_check - the segments lie inside the file, and the Huffman tables have codes for their symbols. */
bool gi_jpeg_check(const gi_input *in, const gi_image_bytes *file);

/* gi_png_check - the chunks lie inside the file.  A palette of fewer entries than pixels can name gets black ones: the
 * file is then replaced by a copy.
 * gi_png_check_pixels - the data decompress to exactly the bytes that the header implies, where there is zlib.  For a
 * file that gi_png_check has seen, and whose size in pixels is allowed. */
bool gi_png_check(const gi_input *in, gi_image_bytes *file);
bool gi_png_check_pixels(const gi_input *in, const gi_image_bytes *file);

/* gi_bmp_check - the rows lie inside the file; palettes as in gi_png_check. */
bool gi_bmp_check(const gi_input *in, gi_image_bytes *file);

#endif
