/* crc32.h - the checksum of zip archives and PNG files. */
#ifndef GRADUS_CRC32_H
#define GRADUS_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* gi_crc32 - the checksum of ISO 3309, as RFC 1952 describes it; crc: that of the bytes before, or 0. */
uint32_t gi_crc32(uint32_t crc, const unsigned char *bytes, size_t n);

#endif
