/* zip.h - what reading and writing of zip archives share.  The format: PKWARE, "APPNOTE.TXT - .ZIP file format
 * specification", version 6.3: local headers, each followed by its data; the central directory, which repeats them with
 * their places; its end record.  All numbers are little-endian. */
#ifndef GRADUS_ZIP_H
#define GRADUS_ZIP_H

/* Bytes of the three records; methods. */
enum { GI_ZIP_LOCAL = 30, GI_ZIP_CENTRAL = 46, GI_ZIP_END = 22, GI_ZIP_STORED = 0, GI_ZIP_DEFLATED = 8 };

#endif
