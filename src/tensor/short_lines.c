/* short_lines.c - nests whose innermost lines are a few numbers: several lines go through the loop together.
 *
 * A loop over 2 numbers costs a call; of a result [1000, 2] that is 1000 calls.  The result is contiguous, and so is an
 * operand of its shape; where another one repeats a row, or each of its numbers, a copy of it in the shape of the
 * result is made for some hundred numbers at a time, and the loop then runs over these. */
#include <stdbool.h>
#include <string.h>

#include "base/compiler.h"
#include "gradus/tensor.h"
#include "nest.h"

enum { SHORT = 32, PACKED = 512 };          /* numbers: of a line that is short; that are packed at a time */

/* to[r n + i] = from[r row + i step].  With n and step constant, compilers unroll the inner loop. */
#define PACK(n, step)                                                                \
    for (int64_t r = 0; r < rows; r++)                                               \
        for (int64_t i = 0; i < (n); i++)                                            \
            to[r * (n) + i] = from[r * row + i * (step)];

#define PACK_SHORT(step)                                                             \
    switch (n) {                                                                     \
    case 2: PACK(2, step) break;                                                     \
    case 3: PACK(3, step) break;                                                     \
    case 4: PACK(4, step) break;                                                     \
    case 5: PACK(5, step) break;                                                     \
    case 6: PACK(6, step) break;                                                     \
    case 7: PACK(7, step) break;                                                     \
    case 8: PACK(8, step) break;                                                     \
    default: PACK(n, step)                                                           \
    }

GI_KERNEL static void pack_lines(int64_t rows, int64_t n, gd_real *restrict to, const gd_real *restrict from,
                                 int64_t row, int64_t step)
{
    if (step == 0) {
        PACK_SHORT(0)
    } else if (step == 1) {
        PACK_SHORT(1)
    } else {
        PACK(n, step)
    }
}

typedef struct short_call {
    gi_inner_loop *inner;
    const void    *context;
    int            operands;
    int64_t        n, step[GI_OPERANDS];    /* of the innermost lines */
} short_call;

/* count lines; of operand k they begin step[k] apart. */
static void run_short_lines(int64_t count, gd_real *const p[], const int64_t step[], const void *context)
{
    const short_call *call = context;
    const int64_t n = call->n, most = PACKED / n;
    gd_real packed[GI_OPERANDS - 1][PACKED], *line[GI_OPERANDS];
    int64_t line_step[GI_OPERANDS];
    for (int64_t first = 0; first < count; first += most) {
        const int64_t rows = count - first < most ? count - first : most;
        for (int k = 0; k < call->operands; k++) {
            const bool follow = step[k] == call->step[k] * n;       /* lines go on from each other */
            line[k] = p[k] + first * step[k];
            line_step[k] = call->step[k];
            if (follow)
                continue;
            if (first == 0 || step[k] != 0)
                pack_lines(rows, n, packed[k - 1], line[k], step[k], call->step[k]);
            line[k] = packed[k - 1];
            line_step[k] = 1;
        }
        call->inner(rows * n, line, line_step, call->context);
    }
}

void gi_nest_spread_short(const gi_nest *nest, int operands, gd_real *const start[], gi_inner_loop *inner,
                          const void *context, int64_t work)
{
    const int last = nest->ndim - 1;
    const int64_t n = nest->size[last];
    if (last == 0 || n > SHORT || n == 0 || nest->step[0][last] != 1 || nest->step[0][last - 1] != n) {
        gi_nest_spread(nest, operands, start, inner, context, work);
        return;
    }
    gi_nest outer = *nest;
    short_call call = { inner, context, operands, n, { 0 } };
    for (int k = 0; k < operands; k++)
        call.step[k] = nest->step[k][last];
    outer.ndim = last;
    gi_nest_spread(&outer, operands, start, run_short_lines, &call, work * n);
}
