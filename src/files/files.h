/* files.h - replacing a file atomically: a crash at any moment leaves the old file or the new one.
 *
 *     gi_output out;
 *     if (gi_output_begin(&out, "gd_npy_write", path)) {
 *         gi_output_put(&out, header, length);                     need not be checked: see gi_output_end
 *         gi_output_put(&out, numbers, bytes);
 *     }
 *     return gi_output_end(&out);                                  true: all of it is on the disk
 *
 * Used for data, checkpoints, traces and plots. */
#ifndef GRADUS_FILES_H
#define GRADUS_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum { GI_LONGEST_PATH = 4096 };

typedef struct gi_output {
    FILE       *file;
    const char *function, *path;            /* for messages */
    bool        good;                       /* no step has failed so far */
    bool        direct;                     /* path is a device or a pipe: written, not replaced */
    int         folder;                     /* that holds the target, open; or -1 */
    char       *name;                       /* of the target in the folder */
    char        target[GI_LONGEST_PATH];    /* path, or the file that path links to */
    char        temporary[GI_LONGEST_PATH]; /* in the folder; empty when there is none */
} gi_output;

/* gi_output_begin - opens a temporary file in the folder of path, with the permissions of the old file.
 * gi_output_put - writes to it.
 * gi_output_patch - writes over bytes that are already there, `place` bytes from the beginning of the file.
 * gi_output_end - flushes it to the disk (fsync) and renames it to path.  Must always be called.
 * Once a step has failed there is one message, with the system's reason, and these are false; gi_output_end has
 * then removed the temporary file, and the file at path is unchanged. */
bool gi_output_begin(gi_output *out, const char *function, const char *path);
bool gi_output_put(gi_output *out, const void *bytes, size_t n);
bool gi_output_patch(gi_output *out, long place, const void *bytes, size_t n);
bool gi_output_end(gi_output *out);

/* gi_file_replace - all of this in one call: the file at path becomes bytes[0 .. n). */
bool gi_file_replace(const char *function, const char *path, const void *bytes, size_t n);

#endif
