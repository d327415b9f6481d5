/* thread.h - the end of a thread, at which what it holds is freed. */
#ifndef GRADUS_THREAD_H
#define GRADUS_THREAD_H

#include <stdbool.h>

typedef enum gi_end { GI_END_SCOPES, GI_END_MESSAGES, GI_ENDS } gi_end;     /* in the order in which they are called */

/* exiting: the process ends, perhaps by a call of exit in code of the program that the library has called. */
typedef void gi_ender(bool exiting);

/* gi_at_thread_end - ender is called when this thread ends.  Enders are those of the process: one is also called for
 * threads that have not registered it, and then finds nothing to do. */
void gi_at_thread_end(gi_end which, gi_ender *ender);

#endif
