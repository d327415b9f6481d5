/* image_file.c - the one place that knows stb_image.h (Sean Barrett, public domain), used in memory only.  Its
 * allocations are ours, and it checks them; the size of an image is looked at before it is decoded. */
#include <inttypes.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "gradus/images.h"
#include "image_checks.h"
#include "input.h"
#include "tensor/new.h"

/* As in plot/png.c: Debian and others have a folder for stb's headers, some do not. */
#if defined(__has_include) && !defined(GD_NO_PNG)
#if __has_include(<stb/stb_image.h>)
#elif __has_include(<stb_image.h>)
#define STB_IS_BESIDE
#else
#define GD_NO_PNG
#endif
#endif

#ifdef GD_NO_PNG

static gd_tensor *decoded(gi_input *in, gi_image_bytes *file, int channels)
{
    (void)file, (void)channels;
    return gd_fail("%s: %s: this library was built without stb_image.h: install Debian's libstb-dev (elsewhere stb "
                   "from https://github.com/nothings/stb) and build it again", in->raw.function, in->raw.path);
}

#else

/* Zeroed: of a damaged file stb_image may read what it has not written. */
static void *stb_new(size_t bytes)
{
    void *p = gi_memory_new(GI_DATA, bytes);
    return p ? memset(p, 0, bytes) : NULL;
}

static void *stb_resize(void *p, size_t bytes)
{
    return gi_memory_resize(GI_DATA, p, bytes);
}

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function"          /* diagnosed at the end of the file: not popped */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wpedantic"
#endif
#define STB_IMAGE_STATIC
#define STB_IMAGE_IMPLEMENTATION
#define STBI_NO_STDIO
#define STBI_NO_LINEAR
#define STBI_NO_HDR
#define STBI_ONLY_PNG
#define STBI_ONLY_JPEG
#define STBI_ONLY_BMP
#define STBI_NO_SIMD                        /* the same bits on every processor */
#define STBI_ASSERT(condition)  ((void)0)
#define STBI_MALLOC(bytes)      stb_new((size_t)(bytes))
#define STBI_REALLOC(p, bytes)  stb_resize(p, (size_t)(bytes))
#define STBI_FREE(p)            gi_memory_free(p)
#ifdef STB_IS_BESIDE
#include <stb_image.h>
#else
#include <stb/stb_image.h>
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

static gd_tensor *broken(const gi_input *in)
{
    const char *reason = stbi_failure_reason();
    return gd_fail("%s: %s cannot be decoded: %s", in->raw.function, in->raw.path, reason ? reason : "unknown");
}

/* From [height, width, channels] in whole numbers. */
static gd_tensor *arranged(const gi_input *in, const void *samples, bool wide, int channels, int height, int width)
{
    gd_tensor *t = gi_new(in->raw.function, 3, (int64_t[]){ channels, height, width });
    const int64_t pixels = (int64_t)height * width;
    const unsigned char *bytes = samples;
    const uint16_t *words = samples;
    for (int64_t i = 0; t && i < pixels; i++)
        for (int c = 0; c < channels; c++) {
            const int64_t k = i * channels + c;
            t->data[c * pixels + i] = (gd_real)(wide ? words[k] / 65535.0 : bytes[k] / 255.0);
        }
    return t;
}

static bool is_png(const gi_image_bytes *file)
{
    return file->at[0] == 0x89;
}

/* May stb_image see it? */
static bool checked(const gi_input *in, gi_image_bytes *file)
{
    if (!(is_png(file) ? gi_png_check(in, file) : file->at[0] == 'B' ? gi_bmp_check(in, file)
          : gi_jpeg_check(in, file)))
        return false;
    return file->n <= INT32_MAX || gd_fail("%s: %s has more than 2 GiB", in->raw.function, in->raw.path);
}

static gd_tensor *decoded(gi_input *in, gi_image_bytes *file, int channels)
{
    int width, height, found;
    if (!checked(in, file))
        return NULL;
    const unsigned char *bytes = file->at;
    const int n = (int)file->n;
    if (!stbi_info_from_memory(bytes, n, &width, &height, &found))
        return broken(in);
    const bool wide = stbi_is_16_bit_from_memory(bytes, n);
    const int64_t high = height < 0 ? -(int64_t)height : height;        /* of BMP, whose rows may begin at the top */
    if (width < 1 || high < 1 || width > STBI_MAX_DIMENSIONS || high > STBI_MAX_DIMENSIONS)
        return gd_fail("%s: %s cannot be decoded: an image of %d x %" PRId64 " pixels", in->raw.function, in->raw.path,
                       width, high);
    if (width * high > gd_read_limit() / 8)
        return gd_fail("%s: %s is an image of %d x %" PRId64 " pixels, %" PRId64 " bytes: gd_set_read_limit allows %"
                       PRId64, in->raw.function, in->raw.path, width, high, width * high * 4 * (wide ? 2 : 1),
                       gd_read_limit());
    if (is_png(file) && !gi_png_check_pixels(in, file))
        return NULL;
    void *samples = wide ? (void *)stbi_load_16_from_memory(bytes, n, &width, &height, &found, channels)
                         : (void *)stbi_load_from_memory(bytes, n, &width, &height, &found, channels);
    if (!samples)
        return broken(in);
    gd_tensor *t = arranged(in, samples, wide, channels ? channels : found, height, width);
    gi_memory_free(samples);
    return t;
}

#endif

static unsigned char *whole_file(gi_input *in, size_t *n)
{
    size_t capacity = 1 << 16, got;
    unsigned char *bytes = gi_memory_new(GI_DATA, capacity);
    *n = 0;
    while (bytes) {
        if (*n == capacity) {
            unsigned char *bigger = gi_memory_resize(GI_DATA, bytes, 2 * capacity);
            if (!bigger)
                break;
            bytes = bigger;
            capacity *= 2;
        }
        if (!gi_input_some(in, bytes + *n, capacity - *n, &got))
            break;
        if (got == 0)
            return bytes;
        *n += got;
    }
    gi_memory_free(bytes);
    return NULL;
}

/* By the first bytes: stb_image guesses too, but says little when it finds nothing. */
static bool is_image(gi_input *in)
{
    size_t got;
    if (!gi_input_peek(in, 4, &got))
        return false;
    const unsigned char *p = in->front + in->front_used;
    if (got >= 4 && (memcmp(p, "\x89PNG", 4) == 0 || memcmp(p, "\xff\xd8\xff", 3) == 0 || memcmp(p, "BM", 2) == 0))
        return true;
    return gi_input_is_not(in, "a PNG, JPEG or BMP file", "it begins like none of them") != NULL;
}

gd_tensor *gd_image_read(const char *path, int channels)
{
    static const char function[] = "gd_image_read";
    if (channels < 0 || channels > 4)
        return gd_fail("%s: channels = %d must lie in 0 .. 4", function, channels);
    gi_input in;
    gd_tensor *t = NULL;
    if (gi_input_open(&in, function, path, true) && is_image(&in)) {
        gi_image_bytes file;
        file.at = whole_file(&in, &file.n);
        t = file.at ? decoded(&in, &file, channels) : NULL;
        gi_memory_free(file.at);
    }
    gi_input_close(&in);
    return t;
}
