/* threads.h - one door to several threads: a loop over parts that do not depend on each other.
 *
 * Only kernels on plain memory run behind it: a body makes no tensor, records nothing and takes no memory
 * from scopes, whose state is per thread.  A body may be called with several neighbouring parts at once, so
 * its results must depend on the index alone, never on where a call begins or ends: then they are the same
 * bits for any number of threads.  (Sums are the case to mind: add up each part by itself.) */
#ifndef GRADUS_THREADS_H
#define GRADUS_THREADS_H

#include <stdint.h>

/* The work of one part, from about 20 microseconds on: a sleeping thread takes 5 to 50 to wake up, so less
 * would not be faster with two.  In elements of a simple loop, and in multiply-adds of a matrix product. */
enum { GI_PART_ELEMENTS = 1 << 15, GI_PART_PRODUCTS = 1 << 20 };

typedef void gi_body(void *context, int64_t begin, int64_t end);

/* gi_parallel - body(context, begin, end) for all of [0, count), cut at multiples of part, on the calling
 * thread and those that help it.  Returns when all is done.  With count <= part, with one thread, inside of
 * another gi_parallel, or while another thread of the program uses the helpers, that is one plain call. */
void gi_parallel(int64_t count, int64_t part, gi_body *body, void *context);

/* gi_part_for - the part for count indices of which each costs work elements (or products) of the kind that
 * enough is counted in: at least enough of them, and a multiple of step. */
static inline int64_t gi_part_for(int64_t work, int64_t enough, int64_t step)
{
    int64_t part = work < enough ? enough / (work > 0 ? work : 1) : 1;
    return (part + step - 1) / step * step;
}

#endif
