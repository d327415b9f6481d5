/* temporary.h - the temporary file of an output, on POSIX systems. */
#ifndef GRADUS_TEMPORARY_H
#define GRADUS_TEMPORARY_H

#include "files.h"

/* gi_temporary_open - creates the temporary file of out->name in out->folder, and sets out->temporary to its name.
 * Returns its handle; -1, and errno, on failure. */
int gi_temporary_open(gi_output *out);

#endif
