/* png.h - from pixels to the bytes of a PNG file. */
#ifndef GRADUS_PLOT_PNG_H
#define GRADUS_PLOT_PNG_H

#include <stddef.h>
#include <stdint.h>

/* gi_png_encode - rgb [height, width, 3] as a PNG file in memory, which the caller frees with
 * gi_memory_free.  NULL after a message that begins with `who`: memory is out, or the library was built
 * without stb_image_write.h. */
uint8_t *gi_png_encode(const char *who, const uint8_t *rgb, int width, int height, size_t *size);

#endif
