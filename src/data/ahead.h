/* ahead.h - a thread that makes the batches of a loader before they are asked for. */
#ifndef GRADUS_AHEAD_H
#define GRADUS_AHEAD_H

#include "course.h"

typedef struct gi_ahead gi_ahead;

/* gi_ahead_new - of the batches of c, in memory[0 .. count); c->at says where it begins.  order: room for an epoch, as
 * c->order.  own[i] has other tensors with the same data as memory[i]: the thread changes only their versions.  NULL,
 * without a message, where there are no threads: the caller then makes each batch itself.
 * gi_ahead_free - ends the thread. */
gi_ahead *gi_ahead_new(const gi_course *c, int64_t *order, const gi_batch_memory *memory,
                       const gi_batch_memory *own, int count);
void      gi_ahead_free(gi_ahead *ahead);                       /* NULL is fine */

/* gi_ahead_next - waits for the next batch, which belongs to the caller until the next call.  False, and a message,
 * when the program's change has failed; then there is no other. */
bool gi_ahead_next(gi_ahead *ahead, gd_batch *batch);

#endif
