/* idx.c - the format of MNIST's files, as its page describes it (Y. LeCun, C. Cortes, C. Burges, "The MNIST
 * database of handwritten digits"): two zero bytes, the type, the number of axes; each size in four bytes; the
 * numbers, the last axis fastest.  Everything is big-endian. */
#include <inttypes.h>
#include <stdio.h>

#include "idx.h"
#include "gradus/data.h"
#include "tensor/new.h"

static bool type_of(unsigned char code, gi_element *type)
{
    switch (code) {
    case 0x08: *type = GI_U8;  return true;
    case 0x09: *type = GI_I8;  return true;
    case 0x0b: *type = GI_I16; return true;
    case 0x0c: *type = GI_I32; return true;
    case 0x0d: *type = GI_F32; return true;
    case 0x0e: *type = GI_F64; return true;
    default:   return false;
    }
}

bool gi_idx_header(gi_input *in, gi_idx *idx)
{
    unsigned char magic[4], size[4];
    uint64_t sizes[GD_MAX_DIMS];
    const unsigned char *front = in->front;                     /* at the start of the file */
    size_t got;
    if (!gi_input_peek(in, sizeof magic, &got))
        return false;
    if (got == sizeof magic && (front[0] != 0 || front[1] != 0 || !type_of(front[2], &idx->type))) {
        char begins[40];
        snprintf(begins, sizeof begins, "it begins with %02x %02x %02x %02x", front[0], front[1], front[2], front[3]);
        return gi_input_is_not(in, "an IDX file", begins);
    }
    if (!gi_input_take(in, magic, sizeof magic, "the magic number"))
        return false;
    idx->ndim = magic[3];
    if (idx->ndim > GD_MAX_DIMS)
        return gd_fail("%s: %s has %d axes; at most %d are possible", in->raw.function, in->raw.path, idx->ndim,
                       GD_MAX_DIMS);
    for (int i = 0; i < idx->ndim; i++) {
        if (!gi_input_take(in, size, sizeof size, "the sizes"))
            return false;
        sizes[i] = (uint64_t)size[0] << 24 | (uint64_t)size[1] << 16 | (uint64_t)size[2] << 8 | size[3];
        idx->shape[i] = (int64_t)sizes[i];
    }
    return gi_elements_fit(in, idx->type, idx->ndim, sizes, &idx->numel);
}

gd_tensor *gd_idx_read(const char *path)
{
    gi_input in;
    gi_idx idx;
    gd_tensor *t = NULL;
    if (gi_input_open(&in, "gd_idx_read", path, true) && gi_idx_header(&in, &idx))
        t = gi_new("gd_idx_read", idx.ndim, idx.shape);
    if (t && !(gi_elements_read(&in, idx.type, true, idx.numel, t->data) && gi_input_ends(&in)))
        t = NULL;
    gi_input_close(&in);
    return t;
}
