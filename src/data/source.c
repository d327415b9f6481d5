/* source.c - the bytes of a file, buffered. */
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "source.h"
#include "base/memory.h"
#include "base/message.h"
#include "text/format.h"

enum { BUFFER = 1 << 16 };

static bool unreadable(const gi_source *source, int reason)
{
    return gd_fail("%s: %s cannot be read: %s", source->function, source->path, gi_system_error(reason));
}

/* -1 where there is no length.  To be called before anything is read. */
static int64_t length(FILE *file)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return -1;
    int64_t bytes = ftell(file);
    return fseek(file, 0, SEEK_SET) == 0 ? bytes : -1;
}

bool gi_source_open(gi_source *source, const char *function, const char *path)
{
    *source = (gi_source){ .function = function, .path = path };
    if (!gi_path_given(function, "path", path))
        return false;
    source->file = fopen(path, "rb");
    if (!source->file)
        return unreadable(source, errno);
    setvbuf(source->file, NULL, _IONBF, 0);                     /* source->buffer is the buffer */
    source->bytes = length(source->file);
    source->buffer = gi_memory_new(GI_DATA, BUFFER);
    if (!source->buffer || !gi_source_fill(source))
        return false;
    if (source->bytes == 0 && source->held > 0)                 /* a device, or a file of the kernel's */
        source->bytes = -1;
    return true;
}

void gi_source_close(gi_source *source)
{
    gi_memory_free(source->buffer);
    if (source->file)
        fclose(source->file);
    source->file = NULL;
    source->buffer = NULL;
}

bool gi_source_fill(gi_source *source)
{
    errno = 0;
    source->used = 0;
    source->held = fread(source->buffer, 1, BUFFER, source->file);
    return source->held > 0 || !ferror(source->file) || unreadable(source, errno);
}

bool gi_source_some(gi_source *source, void *to, size_t most, size_t *got)
{
    if (source->used == source->held && !gi_source_fill(source))
        return false;
    size_t ready = source->held - source->used;
    *got = ready < most ? ready : most;
    memcpy(to, source->buffer + source->used, *got);
    source->used += *got;
    return true;
}

bool gi_source_seek(gi_source *source, uint64_t byte)
{
    if (byte > LONG_MAX || fseek(source->file, (long)byte, SEEK_SET) != 0)
        return false;
    source->used = source->held = 0;
    return true;
}
