/* names.h - do names occur twice? */
#ifndef GRADUS_NAMES_H
#define GRADUS_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* gi_names_differ - looks at n names in time n log n: name i is at first + i stride, where stride counts bytes, so that
 * names may lie in structs.  same[1] becomes the number of the first name that occurs before it, and same[0] where;
 * both -1 when all differ.  False, and a message, when memory is out. */
bool gi_names_differ(const void *first, size_t stride, int64_t n, int64_t same[2]);

#endif
