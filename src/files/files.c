/* files.c - replacing a file atomically: a temporary file in the same folder is written, flushed to the disk, renamed.
 * rename is atomic (POSIX): before it the old file is untouched, after it the new one is complete, because fsync has
 * returned.  Windows has functions that do the same.  Elsewhere there is no flush to the disk. */
#if defined(__unix__) || defined(__APPLE__)
#define _XOPEN_SOURCE 700
#define HAVE_POSIX
#endif

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_POSIX
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "files.h"
#include "base/message.h"
#include "temporary.h"
#include "text/format.h"

#if !defined(HAVE_POSIX) && defined(__has_include)
#if __has_include(<sys/stat.h>)
#include <sys/stat.h>
#ifdef S_ISREG
#define HAVE_STAT
#endif
#endif
#endif

#ifdef _WIN32
#define WIN32_LEAN_AND_MEAN
#include <windows.h>
#include <io.h>
#endif

static bool failed(gi_output *out, int reason)
{
    if (out->good)
        gd_fail("%s: %s cannot be written: %s", out->function, out->path, gi_system_error(reason ? reason : EIO));
    return out->good = false;
}

/* ---- Opening ------------------------------------------------------------------------------------------ */

static bool no_folder(gi_output *out, const char *folder)
{
    return out->good = gd_fail("%s: %s cannot be written: there is no folder %s", out->function, out->path, folder);
}

#ifdef HAVE_POSIX

#if !defined(O_SEARCH) && defined(__O_PATH)                   /* glibc's */
#define O_SEARCH __O_PATH
#elif !defined(O_SEARCH)
#define O_SEARCH O_RDONLY
#endif

/* Links in there, such as that of /dev/stdout, lead to an open file, not to a name. */
static bool is_open_file(const char *path)
{
    return strncmp(path, "/proc/", 6) == 0 || strncmp(path, "/dev/fd/", 8) == 0;
}

/* Symbolic links are kept: their target is replaced, or created. */
static bool follow_links(gi_output *out)
{
    enum { MOST_LINKS = 40 };
    char text[GI_LONGEST_PATH];
    for (int links = 0;; links++) {
        out->direct = out->direct || is_open_file(out->target);
        ssize_t n = readlink(out->target, text, sizeof text);
        if (n < 0)                          /* not a link */
            return true;
        if (links == MOST_LINKS)
            return failed(out, ELOOP);
        char *slash = text[0] == '/' ? NULL : strrchr(out->target, '/');
        size_t folder = slash ? (size_t)(slash + 1 - out->target) : 0;
        if (n == 0 || folder + (size_t)n >= sizeof out->target)
            return failed(out, n == 0 ? ENOENT : ENAMETOOLONG);
        memcpy(out->target + folder, text, (size_t)n);
        out->target[folder + (size_t)n] = '\0';
    }
}

/* Splits the target into folder and name, and opens the folder: from here on neither its path nor the length of that
 * matters. */
static bool open_folder(gi_output *out)
{
    char *slash = strrchr(out->target, '/');
    const char *folder = !slash ? "." : slash == out->target ? "/" : out->target;
    out->name = slash ? slash + 1 : out->target;
    if (!*out->name)
        return failed(out, *out->target ? EISDIR : ENOENT);
    if (slash)
        *slash = '\0';
    out->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (out->folder < 0)                    /* may be writable, but not readable */
        out->folder = open(folder, O_SEARCH | O_DIRECTORY | O_CLOEXEC);
    if (out->folder >= 0)
        return true;
    return errno == ENOENT ? no_folder(out, folder) : failed(out, errno);
}

/* Takes over owner, group and permissions of the old file; only the group where the owner cannot be changed. */
static bool like_old(gi_output *out, int handle, const struct stat *old)
{
    struct stat now;
    if (fstat(handle, &now) == 0 && (now.st_uid != old->st_uid || now.st_gid != old->st_gid) &&
        fchown(handle, old->st_uid, old->st_gid) != 0 && fchown(handle, (uid_t)-1, old->st_gid) != 0)
        errno = 0;                          /* then the writer owns it */
    return fchmod(handle, old->st_mode & 0777) == 0 ? true : failed(out, errno);
}

static bool open_beside(gi_output *out, const struct stat *old)
{
    if (!open_folder(out))
        return false;
    int handle = gi_temporary_open(out);
    if (handle < 0) {
        int reason = errno;
        out->temporary[0] = '\0';
        return failed(out, reason);
    }
    if (old)
        like_old(out, handle, old);
    out->file = fdopen(handle, "wb");
    if (!out->file) {
        failed(out, errno);
        close(handle);
    }
    return out->good;
}

static bool open_output(gi_output *out)
{
    struct stat old;
    bool there = stat(out->path, &old) == 0;
    if (!there && errno != ENOENT)
        return failed(out, errno);
    if (!there || S_ISREG(old.st_mode)) {
        if (there && access(out->path, W_OK) != 0)      /* renaming would circumvent write protection */
            return failed(out, errno);
        if (!follow_links(out))
            return false;
        if (!out->direct)
            return open_beside(out, there ? &old : NULL);
    }
    out->direct = true;
    out->file = fopen(out->path, "wb");
    return out->file ? true : failed(out, errno);
}

#else

/* A device is written to, not replaced. */
static bool is_device(const char *path)
{
#ifdef HAVE_STAT
    struct stat there;
    return stat(path, &there) == 0 && !S_ISREG(there.st_mode);
#else
    (void)path;
    return false;
#endif
}

static bool open_output(gi_output *out)
{
    if (is_device(out->path)) {
        out->direct = true;
        out->file = fopen(out->path, "wb");
        return out->file ? true : failed(out, errno);
    }
    int n = snprintf(out->temporary, sizeof out->temporary, "%s.tmp", out->target);
    if (n < 0 || (size_t)n >= sizeof out->temporary)
        return failed(out, ENOMEM);
    out->file = fopen(out->temporary, "wb");
    if (out->file)
        return true;
    out->temporary[0] = '\0';
    char *end = out->target + strlen(out->target);
    while (end > out->target && end[-1] != '/' && end[-1] != '\\')
        end--;
    *end = '\0';
    return errno == ENOENT && *out->target ? no_folder(out, out->target) : failed(out, errno);
}

#endif

bool gi_output_begin(gi_output *out, const char *function, const char *path)
{
    out->file = NULL;
    out->function = function;
    out->path = path;
    out->good = true;
    out->direct = false;
    out->folder = -1;
    out->name = NULL;
    out->target[0] = out->temporary[0] = '\0';
    if (!gi_path_given(function, "path", path))
        return out->good = false;
    if (strlen(path) >= sizeof out->target)
        return out->good = gd_fail("%s: path has %" PRIu64 " bytes: at most %" PRIu64 " are possible", function,
                                   (uint64_t)strlen(path), (uint64_t)(sizeof out->target - 1));
    strcpy(out->target, path);
    return open_output(out);
}

/* ---- Writing, and the end ----------------------------------------------------------------------------- */

bool gi_output_put(gi_output *out, const void *bytes, size_t n)
{
    if (!out->good)
        return false;
    errno = 0;
    return n == 0 || fwrite(bytes, 1, n, out->file) == n ? true : failed(out, errno);
}

bool gi_output_patch(gi_output *out, long place, const void *bytes, size_t n)
{
    if (!out->good)
        return false;
    errno = 0;
    if (fseek(out->file, place, SEEK_SET) != 0)
        return failed(out, errno);
    return gi_output_put(out, bytes, n) && (fseek(out->file, 0, SEEK_END) == 0 ? true : failed(out, errno));
}

#ifdef HAVE_POSIX

static bool reach_disk(gi_output *out)
{
    return out->direct || fsync(fileno(out->file)) == 0 ? true : failed(out, errno);
}

/* The new name is on the disk when the folder is.  Not every file system supports that; a broken disk is reported. */
static bool name_reaches_disk(gi_output *out)
{
    return fsync(out->folder) != 0 && errno == EIO ? failed(out, EIO) : true;
}

static bool take_name(gi_output *out)
{
    if (renameat(out->folder, out->temporary, out->folder, out->name) != 0)
        return failed(out, errno);
    out->temporary[0] = '\0';
    return name_reaches_disk(out);
}

static void close_folder(gi_output *out)
{
    if (out->folder >= 0)
        close(out->folder);
    out->folder = -1;
}

static void remove_temporary(gi_output *out)
{
    unlinkat(out->folder, out->temporary, 0);
}

#else

/* Closes it too, as not every system can rename an open file. */
static bool reach_disk(gi_output *out)
{
    bool there = true;
#ifdef _WIN32
    there = out->direct || _commit(_fileno(out->file)) == 0;
#endif
    FILE *file = out->file;
    out->file = NULL;
    return fclose(file) == 0 && there ? true : failed(out, errno);
}

static void remove_temporary(gi_output *out)
{
    if (out->file)
        fclose(out->file);
    out->file = NULL;
    remove(out->temporary);
}

static void close_folder(gi_output *out)
{
    (void)out;
}

/* The old file must not be removed first: a crash in between would leave none. */
static bool replace(const char *from, const char *to)
{
#ifdef _WIN32
    return MoveFileExA(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH) != 0;
#else
    return rename(from, to) == 0;
#endif
}

static bool take_name(gi_output *out)
{
    if (!replace(out->temporary, out->target))
        return failed(out, EACCES);
    out->temporary[0] = '\0';
    return true;
}

#endif

/* Closing the file releases the lock: its name must be gone before. */
static void clean(gi_output *out)
{
    if (out->temporary[0])
        remove_temporary(out);
    out->temporary[0] = '\0';
    if (out->file)
        fclose(out->file);
    out->file = NULL;
    close_folder(out);
}

bool gi_output_end(gi_output *out)
{
    if (out->good && fflush(out->file) != 0)
        failed(out, errno);
    if (out->good)
        reach_disk(out);
    if (out->good && !out->direct)
        take_name(out);
    if (out->direct && out->file) {
        FILE *file = out->file;
        out->file = NULL;
        if (fclose(file) != 0)
            failed(out, errno);
    }
    clean(out);
    return out->good;
}

bool gi_file_replace(const char *function, const char *path, const void *bytes, size_t n)
{
    gi_output out;
    if (gi_output_begin(&out, function, path))
        gi_output_put(&out, bytes, n);
    return gi_output_end(&out);
}
