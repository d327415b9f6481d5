/* floor_mlp.c - the same as gradus_mlp.c by hand. */
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "floor/floor.h"
#include "process.h"

enum { IMAGES = 60000, BATCH = 256, PIECE = 1 << 16 };

/* n bytes behind a header, as floats times scale. */
static bool read_bytes(const char *folder, const char *name, int header, float *to, int64_t n, float scale)
{
    char path[1024];
    static unsigned char piece[PIECE];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    gzFile in = gzopen(path, "rb");
    if (!in)
        return false;
    (void)gzbuffer(in, PIECE);
    bool good = gzread(in, piece, (unsigned)header) == header;
    while (good && n > 0) {
        const int64_t got = gzread(in, piece, (unsigned)(n < PIECE ? n : PIECE));
        good = got > 0;
        for (int64_t i = 0; i < got; i++)
            to[i] = (float)piece[i] * scale;
        to += got;
        n -= got;
    }
    gzclose(in);
    return good;
}

int main(int count, char **argument)
{
    const char *folder = count > 1 ? argument[1] : "/usr/share/datasets/fashion-mnist";
    float *x = malloc((size_t)IMAGES * MLP_IN * sizeof *x), *labels = malloc(IMAGES * sizeof *labels);
    static float w1[MLP_HIDDEN * MLP_IN], b1[MLP_HIDDEN], w2[MLP_OUT * MLP_HIDDEN], b2[MLP_OUT];
    process_start(w1, MLP_HIDDEN * MLP_IN, 1 / 28.0f);
    process_start(b1, MLP_HIDDEN, 1 / 28.0f);
    process_start(w2, MLP_OUT * MLP_HIDDEN, 1 / 16.0f);
    process_start(b2, MLP_OUT, 1 / 16.0f);
    floor_mlp *f = floor_mlp_new(BATCH, floor_product_gradus, 1e-3f, w1, b1, w2, b2);
    if (!x || !labels || !f)
        return fprintf(stderr, "floor_mlp: out of memory\n"), 1;
    if (!read_bytes(folder, "train-images-idx3-ubyte.gz", 16, x, (int64_t)IMAGES * MLP_IN, 1 / 255.0f)
        || !read_bytes(folder, "train-labels-idx1-ubyte.gz", 8, labels, IMAGES, 1))
        return fprintf(stderr, "floor_mlp: no data in %s\n", folder), 1;
    double loss = 0;
    for (int64_t i = 0; i < IMAGES; i += BATCH) {
        const int64_t size = IMAGES - i < BATCH ? IMAGES - i : BATCH;
        loss += (double)floor_mlp_step(f, size, x + i * MLP_IN, labels + i) * (double)size / IMAGES;
    }
    floor_mlp_free(f);
    free(x);
    free(labels);
    return process_end(loss);
}
