/* zip.h - what reading and writing of zip archives share.  The format: PKWARE, "APPNOTE.TXT - .ZIP file format
 * specification", version 6.3: local headers, each followed by its data; the central directory, which repeats them with
 * their places; its end record.  All numbers are little-endian. */
#ifndef GRADUS_ZIP_H
#define GRADUS_ZIP_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the three records; methods. */
enum { GI_ZIP_LOCAL = 30, GI_ZIP_CENTRAL = 46, GI_ZIP_END = 22, GI_ZIP_STORED = 0, GI_ZIP_DEFLATED = 8 };

/* gi_zip_crc - the checksum of ISO 3309, as RFC 1952 describes it; crc: that of the bytes before, or 0. */
uint32_t gi_zip_crc(uint32_t crc, const unsigned char *bytes, size_t n);

#endif
