/* threads.h - parallel loops, on a pool of worker threads.
 *
 * Only kernels on plain memory run in parallel: a body makes no tensor, records nothing and takes no memory from
 * scopes, whose state is per thread.  A body may be called with several adjacent parts at once, so that its results
 * must depend on the index alone, never on where a call begins or ends: then they are bit for bit the same for any
 * number of threads.  (Beware of sums: add up each part by itself.) */
#ifndef GRADUS_THREADS_H
#define GRADUS_THREADS_H

#include <stdint.h>

/* The least work of one part, about 20 microseconds: a sleeping worker takes 5 to 50 to wake up, so that less would not
 * be faster in parallel.  In elements of a simple loop, and in multiply-adds of a matrix product. */
enum { GI_PART_ELEMENTS = 1 << 15, GI_PART_PRODUCTS = 1 << 20 };

typedef void gi_body(void *context, int64_t begin, int64_t end);

/* gi_parallel - body(context, begin, end) for all of [0, count), split at multiples of part, on the calling thread and
 * the workers.  Returns when all is done.  With count <= part, with one thread, inside another gi_parallel, or while
 * another thread of the program uses the workers, that is one plain call. */
void gi_parallel(int64_t count, int64_t part, gi_body *body, void *context);

/* gi_part_for - the part for indices that cost work elements (or products) each: at least enough of these, and a
 * multiple of step. */
static inline int64_t gi_part_for(int64_t work, int64_t enough, int64_t step)
{
    int64_t part = work < enough ? enough / (work > 0 ? work : 1) : 1;
    return (part + step - 1) / step * step;
}

#endif
