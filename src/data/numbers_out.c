/* numbers_out.c - writing the elements of a tensor in chunks: a view is not copied as a whole. */
#include <string.h>

#include "numbers_out.h"
#include "files/files.h"
#include "gradus/tensor.h"
#include "tensor/nest.h"

enum { CHUNK = 1 << 12 };                   /* numbers */

static void store(unsigned char *to, gd_real x)
{
#ifdef GD_DOUBLE
    uint64_t bits;
#else
    uint32_t bits;
#endif
    memcpy(&bits, &x, sizeof bits);
    for (size_t i = 0; i < sizeof bits; i++)
        to[i] = (unsigned char)(bits >> 8 * i);
}

static void out_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    gi_output *out = *(gi_output *const *)context;
    unsigned char chunk[CHUNK * sizeof(gd_real)];
    for (int64_t i = 0; i < n;) {
        size_t k = 0;
        for (; k < CHUNK && i < n; k++, i++)
            store(chunk + k * sizeof(gd_real), p[0][i * step[0]]);
        gi_output_put(out, chunk, k * sizeof(gd_real));
    }
}

bool gi_numbers_out(gi_output *out, const gd_tensor *t)
{
    gi_nest nest;
    const int64_t *const strides[] = { t->stride };
    gi_nest_init(&nest, t->ndim, t->shape, 1, strides);
    gd_real *const start[] = { t->data };
    gi_nest_run(&nest, 1, start, out_inner, &out);
    return out->good;
}
