/* png_decodes - says whether each named file is a PNG that stb_image can read, with something drawn in it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__GNUC__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-but-set-variable"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#pragma GCC diagnostic ignored "-Wunused-function"
#endif
#define STB_IMAGE_IMPLEMENTATION
#define STBI_ONLY_PNG
#include <stb/stb_image.h>
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

static int readable(const char *path)
{
    int width, height, channels;
    unsigned char *pixels = stbi_load(path, &width, &height, &channels, 3);
    if (!pixels) {
        fprintf(stderr, "png_decodes: %s: %s\n", path, stbi_failure_reason());
        return 0;
    }
    int ink = 0;
    for (int i = 0; i < width * height; i++)
        ink += memcmp(pixels, pixels + 3 * i, 3) != 0;
    stbi_image_free(pixels);
    if (width < 200 || height < 150 || ink < 500)
        fprintf(stderr, "png_decodes: %s: %d x %d with %d pixels drawn is no plot\n", path, width, height, ink);
    return width >= 200 && height >= 150 && ink >= 500;
}

int main(int count, char **argument)
{
    for (int i = 1; i < count; i++)
        if (!readable(argument[i]))
            return EXIT_FAILURE;
    return count > 1 ? EXIT_SUCCESS : EXIT_FAILURE;
}
