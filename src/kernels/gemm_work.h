/* gemm_work.h - buffers for the packed parts of a product's operands.  Part of gemm.c. */
#include "gradus/tensor.h"

/* Packed b, packed a, and c^T of a narrow product: 0.5 MiB.  For long products, a part of c and the rounding errors of
 * its sums: as much again. */
typedef struct work_space {
    gd_real b[DEPTH * COLUMNS];
    gd_real a[DEPTH * GROUP];
    gd_real c[NARROW * COLUMNS];
    gd_real part[LONG_ROWS * COLUMNS], rest[LONG_ROWS * COLUMNS];
} work_space;

/* One for each product that is being computed.  They are static: untouched pages cost no memory, no allocation can
 * fail, and nothing has to be freed when a thread ends.  A thread first tries the one it used last, which may still be
 * in its cache.  When all are taken, a product spins until one is free; in a child of fork, those that other threads of
 * the parent were using stay taken. */
enum { WORK_SPACES = 96 };                      /* gi_parallel has up to 64 threads, and a program others */
static work_space work_spaces[WORK_SPACES] __attribute__((aligned(64)));
static atomic_bool taken[WORK_SPACES];

static work_space *acquire_work_space(void)
{
    static _Thread_local unsigned mine;
    static atomic_uint threads;
    if (mine == 0)
        mine = 1 + atomic_fetch_add(&threads, 1) % WORK_SPACES;
    for (unsigned i = mine - 1;; i = (i + 1) % WORK_SPACES)
        if (!atomic_exchange_explicit(&taken[i], true, memory_order_acquire)) {
            mine = i + 1;
            return &work_spaces[i];
        }
}

static void release_work_space(const work_space *work)
{
    atomic_store_explicit(&taken[work - work_spaces], false, memory_order_release);
}
