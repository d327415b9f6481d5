/* version.h - the version of Gradus.  This is the only place of the number: the pkg-config files take it from here, and
 * CHANGELOG.md begins with it.
 *
 * Before 1.0, names and fields may change when the second number does, but not when only the third does. */
#ifndef GRADUS_VERSION_H
#define GRADUS_VERSION_H

#include "error.h"

#define GD_VERSION "0.2.0"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* gd_version - GD_VERSION as it was when the library was compiled; GD_VERSION is that of the headers.  A program that
 * is linked with a shared library can compare them. */
const char *gd_version(void);

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
