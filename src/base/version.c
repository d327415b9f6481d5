/* version.c - the version that the library was compiled as. */
#include "gradus/version.h"

const char *gd_version(void)
{
    return GD_VERSION;
}
