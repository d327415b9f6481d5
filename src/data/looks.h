/* looks.h - what a file seems to be, for the message when it is not what was expected. */
#ifndef GRADUS_LOOKS_H
#define GRADUS_LOOKS_H

#include <stdbool.h>
#include <stddef.h>

/* gi_looks_like - judging by the first n bytes: "a web page: ..", with an article and, where possible, advice; NULL
 * when the format is not known. */
const char *gi_looks_like(const unsigned char *bytes, size_t n);

/* gi_looks_foreign - the same for a file that should be text in ASCII or UTF-8: NULL also for such text. */
const char *gi_looks_foreign(const unsigned char *bytes, size_t n);

#endif
