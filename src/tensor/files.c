/* files.c - files that are replaced as a whole: written beside the old one, flushed to the disk, renamed.
 * rename replaces its target in one step (POSIX); before it the old file is untouched, after it the new one is
 * complete, because fsync has returned.  Windows has functions that do the same.  Elsewhere the file is still written
 * beside and renamed, but nothing waits for the disk. */
#if defined(__unix__) || defined(__APPLE__)
#define _XOPEN_SOURCE 700
#define HAVE_POSIX
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#ifdef HAVE_POSIX
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "core.h"
#include "files.h"
#include "format.h"

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <io.h>
#endif

static bool failed(gd_output *out, int reason)
{
    if (out->good)
        gd_fail("%s: %s cannot be written: %s", out->function, out->path, gd_system_error(reason ? reason : EIO));
    return out->good = false;
}

/* ---- Opening ------------------------------------------------------------------------------------------ */

#ifdef HAVE_POSIX

/* Symbolic links stay: the file behind them is replaced. */
static void follow_link(gd_output *out)
{
    char *real = realpath(out->path, NULL);
    if (real && strlen(real) < sizeof out->target)
        strcpy(out->target, real);
    free(real);                             /* the C library's memory, not ours */
}

static bool open_beside(gd_output *out, const struct stat *old)
{
    enum { TRIES = 100 };
    int handle = -1;
    for (int i = 0; i < TRIES && handle < 0; i++) {
        int n = snprintf(out->temporary, sizeof out->temporary, "%s.%ld-%d.tmp", out->target, (long)getpid(), i);
        if (n < 0 || (size_t)n >= sizeof out->temporary)
            return failed(out, ENAMETOOLONG);
        handle = open(out->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (handle < 0 && errno != EEXIST)
            break;
    }
    if (handle < 0) {
        int reason = errno;
        out->temporary[0] = '\0';
        return failed(out, reason);
    }
    if (old && fchmod(handle, old->st_mode & 0777) != 0)
        failed(out, errno);
    out->file = fdopen(handle, "wb");
    if (!out->file) {
        failed(out, errno);
        close(handle);
    }
    return out->good;
}

static bool open_output(gd_output *out)
{
    struct stat old;
    if (stat(out->path, &old) != 0)
        return open_beside(out, NULL);
    if (S_ISREG(old.st_mode)) {
        if (access(out->path, W_OK) != 0)   /* renaming would get around a file's write protection */
            return failed(out, errno);
        follow_link(out);
        return open_beside(out, &old);
    }
    out->direct = true;
    out->file = fopen(out->path, "wb");
    return out->file ? true : failed(out, errno);
}

#else

static bool open_output(gd_output *out)
{
    int n = snprintf(out->temporary, sizeof out->temporary, "%s.tmp", out->target);
    if (n < 0 || (size_t)n >= sizeof out->temporary)
        return failed(out, ENOMEM);
    out->file = fopen(out->temporary, "wb");
    if (out->file)
        return true;
    out->temporary[0] = '\0';
    return failed(out, errno);
}

#endif

bool gd_output_begin(gd_output *out, const char *function, const char *path)
{
    out->file = NULL;
    out->function = function;
    out->path = path;
    out->good = true;
    out->direct = false;
    out->target[0] = out->temporary[0] = '\0';
    if (!gd_given(function, "path", path))
        return out->good = false;
    if (strlen(path) >= sizeof out->target)
        return out->good = gd_fail("%s: path has %" PRIu64 " bytes: at most %" PRIu64 " are possible", function,
                                   (uint64_t)strlen(path), (uint64_t)(sizeof out->target - 1));
    strcpy(out->target, path);
    return open_output(out);
}

/* ---- Writing, and the end ----------------------------------------------------------------------------- */

bool gd_output_put(gd_output *out, const void *bytes, size_t n)
{
    if (!out->good)
        return false;
    errno = 0;
    return n == 0 || fwrite(bytes, 1, n, out->file) == n ? true : failed(out, errno);
}

#ifdef HAVE_POSIX

static bool reach_disk(gd_output *out)
{
    return out->direct || fsync(fileno(out->file)) == 0 ? true : failed(out, errno);
}

/* The new name is on the disk when the folder is.  Not every file system can tell; a disk that is broken can. */
static bool name_reaches_disk(gd_output *out)
{
    char *slash = strrchr(out->target, '/');
    if (slash)
        slash[slash == out->target] = '\0';
    int folder = open(slash ? out->target : ".", O_RDONLY | O_CLOEXEC);
    bool broken = folder >= 0 && fsync(folder) != 0 && errno == EIO;
    if (folder >= 0)
        close(folder);
    return broken ? failed(out, EIO) : true;
}

static bool take_name(gd_output *out)
{
    if (rename(out->temporary, out->target) != 0)
        return failed(out, errno);
    out->temporary[0] = '\0';
    return name_reaches_disk(out);
}

#else

static bool reach_disk(gd_output *out)
{
#ifdef _WIN32
    return _commit(_fileno(out->file)) == 0 ? true : failed(out, errno);
#else
    return out->good;
#endif
}

/* The old file must not be removed first: were the program to end there, none would be left. */
static bool replace(const char *from, const char *to)
{
#ifdef _WIN32
    return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0;
#else
    return rename(from, to) == 0;
#endif
}

static bool take_name(gd_output *out)
{
    if (!replace(out->temporary, out->target))
        return failed(out, EACCES);
    out->temporary[0] = '\0';
    return true;
}

#endif

static void clean(gd_output *out)
{
    if (out->file)
        fclose(out->file);
    out->file = NULL;
    if (out->temporary[0])
        remove(out->temporary);
    out->temporary[0] = '\0';
}

bool gd_output_end(gd_output *out)
{
    if (out->good && fflush(out->file) != 0)
        failed(out, errno);
    if (out->good)
        reach_disk(out);
    if (out->file && fclose(out->file) != 0)
        failed(out, errno);
    out->file = NULL;
    if (out->good && !out->direct)
        take_name(out);
    clean(out);
    return out->good;
}

void gd_output_abandon(gd_output *out)
{
    out->good = false;
    clean(out);
}

bool gd_file_replace(const char *function, const char *path, const void *bytes, size_t n)
{
    gd_output out;
    if (gd_output_begin(&out, function, path))
        gd_output_put(&out, bytes, n);
    return gd_output_end(&out);
}
