/* pack.c - contiguous copies of gradients that are not contiguous: see pack.h. */
#include "base/memory.h"
#include "pack.h"
#include "tensor/nest.h"

bool gi_pack_begin(gd_optimizer *o, const gd_tensor *grad)
{
    if (grad->contiguous || grad->numel <= o->inside->packed_capacity)
        return true;
    gd_real *packed = gi_memory_new(GI_OPTIMIZERS, (size_t)grad->numel * sizeof *packed);
    if (!packed)
        return false;
    gi_memory_free(o->inside->packed);
    o->inside->packed = packed;
    o->inside->packed_capacity = grad->numel;
    return true;
}

const gd_real *gi_pack(gd_optimizer *o, const gd_tensor *grad)
{
    if (grad->contiguous)
        return grad->data;
    gi_copy(o->inside->packed, grad);
    return o->inside->packed;
}
