/* accumulate.c - adding the numbers of one tensor to those of another. */
#include "accumulate.h"

#include "base/compiler.h"
#include "base/threads.h"
#include "nest.h"

GI_KERNEL static void accumulate(int64_t n, gd_real *restrict sum, const gd_real *restrict value)
{
    for (int64_t i = 0; i < n; i++)
        sum[i] += value[i];
}

typedef struct accumulate_call {
    gd_real       *sum;
    const gd_real *value;
} accumulate_call;

static void accumulate_part(void *context, int64_t begin, int64_t end)
{
    const accumulate_call *call = context;
    accumulate(end - begin, call->sum + begin, call->value + begin);
}

void gi_accumulate_numbers(int64_t n, gd_real *sum, const gd_real *value)
{
    if (GI_LIKELY(n <= GI_PART_ELEMENTS))
        accumulate(n, sum, value);
    else
        gi_parallel(n, GI_PART_ELEMENTS, accumulate_part, &(accumulate_call){ sum, value });
}

static void accumulate_inner(int64_t n, gd_real *const p[], const int64_t step[], const void *context)
{
    (void)context;
    if (step[0] == 1 && step[1] == 1) {
        accumulate(n, p[0], p[1]);
        return;
    }
    for (int64_t i = 0; i < n; i++)
        p[0][i * step[0]] += p[1][i * step[1]];
}

void gi_accumulate(const gd_tensor *sum, const gd_tensor *value)
{
    if (sum->contiguous && value->contiguous) {
        gi_accumulate_numbers(sum->numel, sum->data, value->data);
        return;
    }
    gi_nest nest;
    const int64_t *const strides[] = { sum->stride, value->stride };
    gi_nest_init(&nest, sum->ndim, sum->shape, 2, strides);
    gd_real *const start[] = { sum->data, value->data };
    gi_nest_spread(&nest, 2, start, accumulate_inner, NULL, 1);
}
