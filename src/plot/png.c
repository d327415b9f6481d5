/* png.c - the one place that knows stb_image_write.h (Sean Barrett, public domain), used in memory only.
 *
 * stb does not check some of its allocations.  So it allocates through functions that keep a list of its blocks and,
 * when memory is out, leave stb by longjmp; the blocks in the list are then freed. */
#include <string.h>

#include "png.h"

#include "base/compiler.h"
#include "base/memory.h"
#include "gradus/error.h"

/* Debian and others have a folder for stb's headers, some do not.  The Makefile says
 * -DGD_NO_PNG where there is neither; a build without it asks here.  WASI's C library has no setjmp. */
#if defined(__has_include) && !defined(GD_NO_PNG)
#if !__has_include(<setjmp.h>)
#define GD_NO_PNG
#define NO_SETJMP
#elif __has_include(<stb/stb_image_write.h>)
#elif __has_include(<stb_image_write.h>)
#define STB_IS_BESIDE
#else
#define GD_NO_PNG
#endif
#endif

#ifdef GD_NO_PNG

uint8_t *gi_png_encode(const char *who, const uint8_t *rgb, int width, int height, size_t *size)
{
    (void)rgb;
    (void)width;
    (void)height;
    *size = 0;
#ifdef NO_SETJMP
    gd_fail("%s: this library was built for a system without setjmp, which PNG files need here: save .svg", who);
#else
    gd_fail("%s: this library was built without stb_image_write.h: install Debian's libstb-dev (elsewhere stb "
            "from https://github.com/nothings/stb) and build it again", who);
#endif
    return NULL;
}

#else

#include <setjmp.h>

/* ---- Memory for stb ------------------------------------------------------------------------------------ */

typedef struct block {
    struct block *next, **link;             /* *link == this */
    size_t padding[2];                      /* keeps what follows aligned to 16 bytes */
} block;

typedef struct stb_memory {
    block  *blocks;
    jmp_buf out_of_memory;
} stb_memory;

static _Thread_local stb_memory *stb;       /* of the running gi_png_encode */

static void enlist(block *b)
{
    b->next = stb->blocks;
    b->link = &stb->blocks;
    if (b->next)
        b->next->link = &b->next;
    stb->blocks = b;
}

static void delist(block *b)
{
    *b->link = b->next;
    if (b->next)
        b->next->link = b->link;
}

static void *stb_resize(void *p, size_t bytes)
{
    block *b = p ? (block *)p - 1 : NULL;
    if (b)
        delist(b);
    block *grown = gi_memory_resize(GI_PLOTS, b, sizeof *b + bytes);
    if (grown || b)
        enlist(grown ? grown : b);
    if (!grown)
        longjmp(stb->out_of_memory, 1);
    return grown + 1;
}

static void stb_free(void *p)
{
    if (p) {
        delist((block *)p - 1);
        gi_memory_free((block *)p - 1);
    }
}

#if defined(__GNUC__)
#pragma GCC diagnostic ignored "-Wunused-function"          /* diagnosed at the end of the file: not popped */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#pragma GCC diagnostic ignored "-Wstrict-prototypes"
#pragma GCC diagnostic ignored "-Wmissing-prototypes"
#endif
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
#define STBIW_ASSERT(condition)  ((void)0)
#define STBIW_MALLOC(bytes)      stb_resize(NULL, (size_t)(bytes))
#define STBIW_REALLOC(p, bytes)  stb_resize(p, (size_t)(bytes))
#define STBIW_FREE(p)            stb_free(p)
#ifdef STB_IS_BESIDE
#include <stb_image_write.h>
#else
#include <stb/stb_image_write.h>
#endif
#if defined(__GNUC__)
#pragma GCC diagnostic pop
#endif

/* ---- Encoding ------------------------------------------------------------------------------------------ */

typedef struct picture { uint8_t *bytes; size_t size; } picture;

static void keep(void *context, void *bytes, int size)
{
    picture *made = context;
    made->bytes = gi_memory_new(GI_PLOTS, (size_t)size);
    if (made->bytes) {
        memcpy(made->bytes, bytes, (size_t)size);
        made->size = (size_t)size;
    }
}

/* In a function without setjmp, so that none of stb's variables can be clobbered. */
static GI_NOINLINE void encode(picture *made, const uint8_t *rgb, int width, int height)
{
    stbi_write_png_to_func(keep, made, width, height, 3, rgb, 3 * width);
}

static GI_NOINLINE void encode_or_stop(picture *made, const uint8_t *rgb, int width, int height)
{
    if (setjmp(stb->out_of_memory) == 0)
        encode(made, rgb, width, height);
}

uint8_t *gi_png_encode(const char *who, const uint8_t *rgb, int width, int height, size_t *size)
{
    picture made = { NULL, 0 };
    (void)who;                              /* gi_memory_new has given the message */
    stb_memory memory = { .blocks = NULL };
    stb = &memory;
    encode_or_stop(&made, rgb, width, height);
    while (stb->blocks)
        stb_free(stb->blocks + 1);
    *size = made.size;
    return made.bytes;
}

#endif
