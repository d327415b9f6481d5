/* version.h - the version of Gradus.  This is the only place of the number: the pkg-config files take it from here, and
 * CHANGELOG.md begins with it.
 *
 * Before 1.0, names and fields may change when the second number does, but not when only the third does. */
#ifndef GRADUS_VERSION_H
#define GRADUS_VERSION_H

#include <stdint.h>

#include "error.h"

#define GD_VERSION "0.2.0"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* gd_version - GD_VERSION as it was when the library was compiled; GD_VERSION is that of the headers.  A program that
 * is linked with a shared library can compare them. */
const char *gd_version(void);

/* gd_layout - for bindings to other languages, which write the public structs down once more: where a field is in a
 * struct of the library, in bytes, gd_layout("gd_adam_options", "lr"); the size of the struct where field is NULL.
 * -1, without a message: there is no such struct or field.  python/gradus.py compares all of them when it is loaded. */
int64_t gd_layout(const char *type, const char *field);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
