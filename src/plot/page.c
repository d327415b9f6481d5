/* page.c - a picture from its path to its file; the kind of file by the path's ending. */
#include "page.h"

#include <string.h>

#include "base/memory.h"
#include "files/files.h"
#include "gradus/error.h"
#include "png.h"

enum { LARGEST_SIDE = 20000 };

static bool same_letters(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if (*a != *b && !(*a >= 'A' && *a <= 'Z' && *a - 'A' == *b - 'a'))
            return false;
    return *a == *b;
}

/* The ending of the file's name, with its point, or NULL. */
static const char *ending_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path, *ending = strrchr(name, '.');
    return ending != name ? ending : NULL;
}

/* The path may end in .png or .svg, or have no extension: "loss.jpg" would not be a JPEG file. */
bool gi_picture_path(const char *who, const char *path)
{
    if (!path || !*path) {
        gd_fail("%s: path is %s: the name of a file was expected", who, path ? "empty" : "NULL");
        return false;
    }
    const char *ending = ending_of(path);
    if (ending && !same_letters(ending, ".png") && !same_letters(ending, ".svg")) {
        gd_fail("%s: %s: pictures are written as PNG or SVG: a name that ends in .png or .svg was expected", who,
                path);
        return false;
    }
    return true;
}

bool gi_animation_path(const char *who, const char *path)
{
    if (!gi_picture_path(who, path))
        return false;
    const char *ending = ending_of(path);
    if (ending && !same_letters(ending, ".png"))
        return gd_fail("%s: %s: an animation is written as PNG: a name that ends in .png was expected", who, path);
    return true;
}

bool gi_page_start(const char *who, gi_page *page, double width, double height, const char *title, const char *path)
{
    *page = (gi_page){ .path = path };
    if (width > LARGEST_SIDE || height > LARGEST_SIDE || width * height > 2e8) {
        gd_fail("%s: a picture of %.0f x %.0f pixels: at most %d in a direction and 200 million in all expected",
                who, width, height, (int)LARGEST_SIDE);
        return false;
    }
    if (!gi_canvas_start(&page->canvas, (int)(width + 0.5), (int)(height + 0.5)))
        return false;
    const char *ending = path ? ending_of(path) : NULL;
    if (ending && same_letters(ending, ".svg")) {
        gi_svg_start(&page->svg, page->canvas.width, page->canvas.height, title);
        page->canvas.svg = &page->svg;
    }
    return true;
}

static bool write_png(const char *who, const gi_page *page)
{
    const gi_canvas *c = &page->canvas;
    size_t size = 0;
    uint8_t *rgb = gi_memory_new(GI_PLOTS, 3 * (size_t)c->width * (size_t)c->height), *png = NULL;
    if (rgb && gi_canvas_bytes(c, rgb))
        png = gi_png_encode(who, rgb, c->width, c->height, &size);
    gi_memory_free(rgb);
    bool ok = png && gi_file_replace(who, page->path, png, size);
    gi_memory_free(png);
    return ok;
}

bool gi_page_write(const char *who, gi_page *page)
{
    if (!page->canvas.svg)
        return write_png(who, page);
    return gi_svg_finish(&page->svg) && gi_file_replace(who, page->path, page->svg.out.text, page->svg.out.size);
}

void gi_page_stop(gi_page *page)
{
    gi_canvas_stop(&page->canvas);
    gi_svg_free(&page->svg);
}
