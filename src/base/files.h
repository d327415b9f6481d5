/* files.h - writing a file so that a crash at any moment leaves the old one or the new one.
 *
 *     gi_output out;
 *     if (gi_output_begin(&out, "gd_npy_write", path)) {
 *         gi_output_put(&out, header, length);                     unchecked: the first failure is kept
 *         gi_output_put(&out, numbers, bytes);
 *     }
 *     return gi_output_end(&out);                                  true: all of it is on the disk, as path
 *
 * Shared by whoever writes files: data, checkpoints, plots. */
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
    bool        direct;                     /* path is a device or a pipe: written to, not replaced */
    int         folder;                     /* where the target is; -1 when it is not open */
    char       *name;                       /* of the target in the folder */
    char        target[GI_LONGEST_PATH];    /* path, or the file that path is a link to */
    char        temporary[GI_LONGEST_PATH]; /* in the folder; empty when there is none */
} gi_output;

/* gi_output_begin - opens a new file beside path, with the permissions of the old one.  gi_output_put - writes
 * to it.  gi_output_end - flushes it, waits until it is on the disk (fsync), and renames it to path; to be
 * called in any case.  Each is false, after one message with the system's reason, when a step failed, and
 * from then on; the file at path is then as it was, and the one beside it is gone.
 * gi_output_abandon - instead of gi_output_end, when the caller has failed. */
bool gi_output_begin(gi_output *out, const char *function, const char *path);
bool gi_output_put(gi_output *out, const void *bytes, size_t n);
bool gi_output_end(gi_output *out);
void gi_output_abandon(gi_output *out);

/* gi_file_replace - all of it at once: the file at path becomes bytes[0 .. n). */
bool gi_file_replace(const char *function, const char *path, const void *bytes, size_t n);

#endif
