/* scratch.h - a folder of its own for each test that writes files, and what such tests have in common.  The
 * test runs inside the folder, so that messages can be compared with short names in them. */
#ifndef TEST_SCRATCH_H
#define TEST_SCRATCH_H

#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "support/support.h"

extern char scratch_folder[64];             /* where the test runs */
extern char scratch_home[4096];             /* where the program was started */

/* scratch_new_folder - as mkdtemp, which not every system has: path ends with XXXXXX, in which place numbers come. */
bool scratch_new_folder(char *path);

/* Fixtures: at the end nothing may be left, neither in memory nor, after this, on the disk. */
void scratch_begin(void);
void scratch_end(void);

/* scratch_case - a test case of the suite whose tests each get a folder. */
TCase *scratch_case(Suite *suite, const char *name);

/* How many files there are, those whose names begin with a dot apart. */
int scratch_count(void);

void   put_bytes(const char *name, const void *bytes, size_t n);
void   put_text(const char *name, const char *text);
size_t get_bytes(const char *name, void *bytes, size_t capacity);      /* how many it read */

/* As files hold them on every machine, the lowest byte first: a whole number, and a float (4 bytes) or double (8). */
void put_little(FILE *file, uint64_t bits, int bytes);
void put_real(FILE *file, double x, int bytes);

/* without_zlib - the last message says that the library was built without it. */
bool without_zlib(void);

/* A small generator for the tests' own use (splitmix64), the same numbers in each test. */
uint64_t scratch_random(void);

/* fuzz - what every reader of an untrusted file owes: true, or false with a message that begins with its name and
 * the file's.  The file is cut at each byte, then damaged in each bit of the first bytes and at random. */
typedef bool scratch_reader(const char *name);
void fuzz(const char *name, const unsigned char *bytes, size_t n, scratch_reader *reader, const char *begins,
          bool cut_must_fail);

#endif
