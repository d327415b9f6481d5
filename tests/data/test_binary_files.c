/* test_binary_files.c - writes that survive a crash, and two binary formats: IDX and NPY.  The bytes of the NPY
 * files were written by NumPy 1.24. */
#define _XOPEN_SOURCE 700
#include <math.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "files/files.h"
#include "support/scratch.h"

#define FLOAT (sizeof(gd_real) == sizeof(float))

/* ---- Files that are replaced atomically --------------------------------------------------------------- */

static void check_holds(const char *name, const char *text)
{
    char is[100] = "";
    get_bytes(name, is, sizeof is - 1);
    ck_assert_str_eq(is, text);
}

START_TEST(file_is_replaced)
{
    ck_assert(gi_file_replace("test", "f", "old", 3));
    check_holds("f", "old");
    ck_assert_int_eq(chmod("f", 0640), 0);
    ck_assert(gi_file_replace("test", "f", "newer", 5));
    check_holds("f", "newer");
    ck_assert(gi_file_replace("test", "f", NULL, 0));
    check_holds("f", "");
    struct stat s;
    ck_assert_int_eq(stat("f", &s), 0);
    ck_assert_int_eq(s.st_mode & 0777, 0640);                   /* permissions are kept */
    ck_assert_int_eq(symlink("f", "link"), 0);
    ck_assert(gi_file_replace("test", "link", "through", 7));
    check_holds("f", "through");
    ck_assert_int_eq(lstat("link", &s), 0);
    ck_assert(S_ISLNK(s.st_mode));                              /* a link stays a link */
    char path[200];
    snprintf(path, sizeof path, "%s/g", scratch_folder);
    ck_assert(gi_file_replace("test", path, "x", 1));
    ck_assert_int_eq(scratch_count(), 3);                       /* f, link, g: nothing beside them */
    ck_assert(gi_file_replace("test", "/dev/null", "x", 1));
    ck_assert_int_eq(stat("/dev/null", &s), 0);
    ck_assert(S_ISCHR(s.st_mode));                              /* a device is written to, not replaced */
}
END_TEST

/* Until the end the old file is there, with the temporary file beside it. */
START_TEST(file_before_the_end)
{
    gi_output out;
    put_text("f", "old");
    ck_assert(gi_output_begin(&out, "test", "f"));
    ck_assert(gi_output_put(&out, "new", 3));
    check_holds("f", "old");
    ck_assert_int_eq(scratch_count(), 2);
    out.good = false;                                           /* as after a failure */
    ck_assert(!gi_output_end(&out));
    check_holds("f", "old");
    ck_assert_int_eq(scratch_count(), 1);

    gi_output other;                                            /* two writers do not interfere */
    ck_assert(gi_output_begin(&out, "test", "f"));
    ck_assert(gi_output_begin(&other, "test", "f"));
    gi_output_put(&out, "one", 3);
    gi_output_put(&other, "two", 3);
    ck_assert(gi_output_end(&out));
    check_holds("f", "one");
    ck_assert(gi_output_end(&other));
    check_holds("f", "two");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

START_TEST(file_refuses)
{
    ck_assert(!gi_file_replace("test", "/dev/full", "x", 1));
    ck_message("test: /dev/full cannot be written: No space left on device");
    ck_assert(!gi_file_replace("test", "no/f", "x", 1));
    ck_message("test: no/f cannot be written: there is no folder no");
    put_text("f", "old");
    ck_assert(!gi_file_replace("test", "f/g", "x", 1));
    ck_message("test: f/g cannot be written: Not a directory");
    ck_assert(!gi_file_replace("test", ".", "x", 1));
    ck_message("test: . cannot be written: Is a directory");
    ck_assert(!gi_file_replace("test", NULL, "x", 1));
    ck_message("test: path is NULL");
    ck_assert(!gi_file_replace("test", "", "x", 1));
    ck_message("test: path is empty");
    char name[5000];
    memset(name, 'x', sizeof name);
    name[300] = '\0';
    ck_assert(!gi_file_replace("test", name, "x", 1));
    ck_assert_ptr_nonnull(strstr(gd_last_error(), "cannot be written: File name too long"));
    name[300] = 'x';
    name[4999] = '\0';
    ck_assert(!gi_file_replace("test", name, "x", 1));
    ck_message("test: path has 4999 bytes: at most 4095 are possible");
    if (geteuid() != 0) {
        ck_assert_int_eq(chmod("f", 0400), 0);
        ck_assert(!gi_file_replace("test", "f", "x", 1));
        ck_message("test: f cannot be written: Permission denied");
    }
    check_holds("f", "old");
}
END_TEST

/* A full disk, simulated by a limit of 100000 bytes for a file. */
START_TEST(disk_is_full)
{
    signal(SIGXFSZ, SIG_IGN);
    gd_tensor *small = gd_ones(GD_SHAPE(100)), *big = gd_ones(GD_SHAPE(60000));
    ck_assert(gd_npy_write("f", small));
    struct rlimit before, limit;
    ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = 100000;
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert(!gd_npy_write("f", big));
    ck_message("gd_npy_write: f cannot be written: File too large");
    ck_assert(!gd_safetensors_write("f", (const char *[]){ "w" }, (gd_tensor *[]){ big }, 1, NULL, 0));
    ck_message("gd_safetensors_write: f cannot be written: File too large");
    ck_assert_int_eq(scratch_count(), 1);                       /* nothing is left beside it */
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &before), 0);
    ck_contiguous_shape(gd_npy_read("f"), 100);                            /* the old file is whole */
}
END_TEST

/* ---- IDX ---------------------------------------------------------------------------------------------- */

static const unsigned char idx[] = { 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255 };
static const unsigned char idx_gz[] = {                         /* gzip of idx */
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 99, 96, 224, 96, 98, 96, 96, 0, 97, 102, 70, 38, 102, 22, 214, 255, 0, 240,
    222, 95, 33, 18, 0, 0, 0
};

static bool read_idx(const char *name)
{
    return gd_idx_read(name) != NULL;
}

static gd_tensor *idx_of(const char *bytes, size_t n)
{
    put_bytes("f", bytes, n);
    return gd_idx_read("f");
}

START_TEST(idx_reads)
{
    put_bytes("f", idx, sizeof idx);
    gd_tensor *t = gd_idx_read("f");
    ck_contiguous_shape(t, 2, 3);
    ck_exact_values(t, 1, 2, 3, 4, 5, 255);
    t = idx_of("\0\0\x09\1\0\0\0\3\1\xff\x80", 11);
    ck_exact_values(t, 1, -1, -128);
    t = idx_of("\0\0\x0b\1\0\0\0\3\1\2\xff\xfe\x80\0", 14);
    ck_exact_values(t, 258, -2, -32768);
    t = idx_of("\0\0\x0c\1\0\0\0\2\0\1\0\0\xff\xff\xff\xfd", 16);
    ck_exact_values(t, 65536, -3);
    t = idx_of("\0\0\x0d\1\0\0\0\3\x3f\xc0\0\0\xff\x80\0\0\x7f\xc0\0\0", 20);
    ck_exact_values(t, 1.5, -INFINITY, NAN);
    t = idx_of("\0\0\x0e\1\0\0\0\1\xc0\x04\0\0\0\0\0\0", 16);
    ck_exact_values(t, -2.5);
    t = idx_of("\0\0\x08\0\7", 5);
    ck_assert(t && t->ndim == 0);
    ck_exact_values(t, 7);
    t = idx_of("\0\0\x08\2\0\0\0\0\0\0\0\5", 12);
    ck_contiguous_shape(t, 0, 5);
}
END_TEST

START_TEST(idx_refuses)
{
    static const struct { const char *bytes; size_t n; const char *message; } cases[] = {
        { "", 0, "gd_idx_read: f is empty" },
        { "\0\0\x08", 3, "gd_idx_read: f ends after 3 bytes, in the middle of the magic number" },
        { "\0\1\x08\1\0\0\0\1\1", 9, "gd_idx_read: f is not an IDX file: it begins with 00 01 08 01" },
        { "\0\0\x0a\1\0\0\0\1\1", 9, "gd_idx_read: f is not an IDX file: it begins with 00 00 0a 01" },
        { "\0\0\x08\x09", 4, "gd_idx_read: f has 9 axes; at most 8 are possible" },
        { "\0\0\x08\2\0\0\0\1\0", 9, "gd_idx_read: f ends after 9 bytes, in the middle of the sizes" },
        { "\0\0\x0d\1\0\0\0\2\1\2\3\4\5\6\7", 15, "gd_idx_read: f should hold 8 bytes after byte 8, but has 7" },
        { "\0\0\x08\1\0\0\0\2\1\2\3", 11, "gd_idx_read: f has more than the 10 bytes that its header declares" },
        { "\0\0\x08\1\xff\xff\xff\xff\1", 9,
          "gd_idx_read: f should hold 4294967295 bytes after byte 8, but has 1" },
        { "\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16,
          "gd_idx_read: f: the shape has more elements than memory can hold" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_ptr_null(idx_of(cases[i].bytes, cases[i].n));
        ck_message(cases[i].message);
    }
    if (FLOAT) {
        ck_assert_ptr_null(idx_of("\0\0\x0c\1\0\0\0\2\0\0\0\1\1\0\0\1", 16));
        ck_message("gd_idx_read: f: element 1 is 16777217, which a float cannot hold");
        ck_assert_ptr_null(idx_of("\0\0\x0e\1\0\0\0\1\x7e\0\0\0\0\0\0\0", 16));
        ck_message("gd_idx_read: f: element 0 is 8.37116e+298, which a float cannot hold");
    }
    ck_exact_values(idx_of("\0\0\x0c\1\0\0\0\2\1\0\0\0\xff\0\0\0", 16), 16777216, -16777216);
    ck_assert_ptr_null(gd_idx_read("missing"));
    ck_message("gd_idx_read: missing cannot be read: No such file or directory");
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    if (fork() == 0) {
        put_bytes("pipe", idx, sizeof idx);
        _exit(0);
    }
    gd_tensor *t = gd_idx_read("pipe");
    ck_assert_msg(t, "%s", gd_last_error());
    ck_exact_values(t, 1, 2, 3, 4, 5, 255);
}
END_TEST

START_TEST(idx_damaged)
{
    fuzz("f", idx, sizeof idx, read_idx, "gd_idx_read: f", true);
}
END_TEST

START_TEST(idx_gzipped)
{
    put_bytes("f", idx_gz, sizeof idx_gz);
    gd_tensor *t = gd_idx_read("f");
    if (without_zlib()) {
        ck_message("gd_idx_read: f is gzipped, and this library was built without zlib: install zlib1g-dev and build"
                   " it again, or gunzip the file");
        return;
    }
    ck_contiguous_shape(t, 2, 3);
    ck_exact_values(t, 1, 2, 3, 4, 5, 255);
    fuzz("f", idx_gz, sizeof idx_gz, read_idx, "gd_idx_read: f", true);
}
END_TEST

START_TEST(gzip_refuses)
{
    unsigned char copy[4 * sizeof idx_gz];
    put_bytes("f", idx_gz, sizeof idx_gz);
    gd_idx_read("f");
    if (without_zlib())
        return;
    gd_clear_error();
    memcpy(copy, idx_gz, sizeof idx_gz);
    copy[sizeof idx_gz - 8] ^= 1;
    put_bytes("f", copy, sizeof idx_gz);
    ck_assert_ptr_null(gd_idx_read("f"));
    ck_message("gd_idx_read: f: damaged gzip stream: incorrect data check");
    put_bytes("f", idx_gz, sizeof idx_gz - 1);
    ck_assert_ptr_null(gd_idx_read("f"));
    ck_message("gd_idx_read: f: the gzip stream is cut off after 18 bytes of data");
    copy[sizeof idx_gz - 8] ^= 1;
    copy[sizeof idx_gz] = 'x';
    put_bytes("f", copy, sizeof idx_gz + 1);
    ck_assert_ptr_null(gd_idx_read("f"));
    ck_message("gd_idx_read: f: there are other data after the gzip stream");
    memcpy(copy + sizeof idx_gz, idx_gz, sizeof idx_gz);        /* two members, as gzip allows: too much data */
    put_bytes("f", copy, 2 * sizeof idx_gz);
    ck_assert_ptr_null(gd_idx_read("f"));
    ck_message("gd_idx_read: f has more than the 18 bytes that its header declares");
    /* a small file that claims much: a stored block (RFC 1951) with the header of a gigabyte */
    static const unsigned char liar[] = {
        31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 1, 12, 0, 243, 255, 0, 0, 8, 1, 64, 0, 0, 0, 1, 2, 3, 4, 228, 116, 156, 193,
        12, 0, 0, 0
    };
    put_bytes("f", liar, sizeof liar);
    ck_assert_ptr_null(gd_idx_read("f"));
    ck_message("gd_idx_read: f should hold 1073741824 more bytes, but its 35 compressed bytes cannot hold as many");
    ck_assert_uint_lt(gd_memory_live(), 1000000);               /* and no memory was allocated for it */
}
END_TEST

/* Two members that together are one IDX file. */
START_TEST(gzip_in_members)
{
    static const unsigned char two[] = {    /* gzip of the first 12 bytes of idx, stored; then of the other 6 */
        31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 1, 12, 0, 243, 255, 0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 199, 172, 61, 165,
        12, 0, 0, 0,
        31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 1, 6, 0, 249, 255, 1, 2, 3, 4, 5, 255, 156, 61, 151, 69, 6, 0, 0, 0
    };
    put_bytes("f", two, sizeof two);
    gd_tensor *t = gd_idx_read("f");
    if (!without_zlib()) {
        ck_assert_msg(t, "%s", gd_last_error());
        ck_exact_values(t, 1, 2, 3, 4, 5, 255);
    }
}
END_TEST

/* ---- NPY ---------------------------------------------------------------------------------------------- */

#define BLANKS10 "          "
#define BLANKS50 BLANKS10 BLANKS10 BLANKS10 BLANKS10 BLANKS10

static const char npy_f4[] =
    "\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }" BLANKS50
    "        \n\x00\x00\x80?\x00\x00\x00@\x00\x00@@\x00\x00\x80@\x00\x00\xa0@\x00\x00\xc0@";
static const char npy_fortran[] =
    "\x93NUMPY\x01\x00v\x00{'descr': '>i2', 'fortran_order': True, 'shape': (2, 3), }"
    BLANKS50 "         \n\x00\x01\x00\x04\xff\xfe\x00\x05\x00\x03\xfd\xa8";
static const char npy_f2[] =
    "\x93NUMPY\x01\x00v\x00{'descr': '<f2', 'fortran_order': False, 'shape': (6,), }" BLANKS50
    BLANKS10 "\n\x00\x38\x00|\x00\xfe\xff{\x01\x00\x00\xbc";
static const char npy_scalar[] =
    "\x93NUMPY\x01\x00v\x00{'descr': '<f8', 'fortran_order': False, 'shape': (), }" BLANKS50
    BLANKS10 "  \n\x00\x00\x00\x00\x00\x00\x04@";
static const char npy_v2[] =
    "\x93NUMPY\x02\x00t\x00\x00\x00{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }"
    BLANKS50 "        \n\x00\x00\x00\x00\x00\x00\xf8?";

#define READ_NPY(bytes) (put_bytes("f", bytes, sizeof(bytes) - 1), gd_npy_read("f"))

/* A file with this dictionary and these numbers. */
static gd_tensor *npy(const char *dictionary, const char *numbers, size_t n)
{
    unsigned char file[600] = "\x93NUMPY\x01\x00";
    size_t length = strlen(dictionary);
    file[8] = (unsigned char)(length & 255);
    file[9] = (unsigned char)(length >> 8);
    memcpy(file + 10, dictionary, length);
    memcpy(file + 10 + length, numbers, n);
    put_bytes("f", file, 10 + length + n);
    return gd_npy_read("f");
}

START_TEST(npy_reads)
{
    gd_tensor *t = READ_NPY(npy_f4);
    ck_contiguous_shape(t, 2, 3);
    ck_exact_values(t, 1, 2, 3, 4, 5, 6);
    t = READ_NPY(npy_fortran);
    ck_contiguous_shape(t, 2, 3);
    ck_exact_values(t, 1, -2, 3, 4, 5, -600);
    t = READ_NPY(npy_f2);
    ck_contiguous_shape(t, 6);
    ck_exact_values(t, 0.5, INFINITY, NAN, 65504, 5.9604644775390625e-08, -1);
    t = READ_NPY(npy_scalar);
    ck_assert(t && t->ndim == 0);
    ck_exact_values(t, 2.5);
    t = READ_NPY(npy_v2);
    ck_contiguous_shape(t, 1);
    ck_exact_values(t, 1.5);
    t = npy("{'shape':(3,),\"descr\":'|b1','fortran_order':False}", "\0\1\1", 3);
    ck_exact_values(t, 0, 1, 1);
    t = npy("{'descr': '|i1', 'fortran_order': False, 'shape': (2L, 1L)}\n", "\x7f\x80", 2);
    ck_contiguous_shape(t, 2, 1);
    ck_exact_values(t, 127, -128);
    t = npy("{'descr': '>u2', 'fortran_order': False, 'shape': (1,)}", "\xff\xfe", 2);
    ck_exact_values(t, 65534);
    t = npy("{'descr': '<u4', 'fortran_order': False, 'shape': (1,)}", "\0\0\0\1", 4);
    ck_exact_values(t, 16777216);
    t = npy("{'descr': '<i8', 'fortran_order': False, 'shape': (2,)}",
            "\xff\xff\xff\xff\xff\xff\xff\xff\7\0\0\0\0\0\0\0", 16);
    ck_exact_values(t, -1, 7);
    t = npy("{'descr': '>f8', 'fortran_order': True, 'shape': (1, 1, 1)}", "\x3f\xb9\x99\x99\x99\x99\x99\x9a", 8);
    ck_contiguous_shape(t, 1, 1, 1);
    ck_exact_values(t, 0.1);
    t = npy("{'descr': '<f4', 'fortran_order': True, 'shape': (3, 0)}", "", 0);
    ck_contiguous_shape(t, 3, 0);
}
END_TEST

START_TEST(npy_writes)
{
    gd_tensor *t = gd_from(GD_SHAPE(2, 3), (gd_real[]){ 1, 2, 3, 4, 5, 6 });
    char bytes[400];
    ck_assert(gd_npy_write("f", t));
    size_t n = get_bytes("f", bytes, sizeof bytes);
    if (FLOAT) {
        ck_assert_uint_eq(n, sizeof npy_f4 - 1);
        ck_assert(memcmp(bytes, npy_f4, n) == 0);               /* byte for byte as NumPy */
    } else {
        ck_assert_uint_eq(n, 128 + 48);
        ck_assert(memcmp(bytes + 10, "{'descr': '<f8', ", 17) == 0);
        ck_assert(memcmp(bytes + 128, "\0\0\0\0\0\0\xf0?", 8) == 0);
    }
    ck_assert(gd_npy_write("f", transposed(t)));
    gd_tensor *back = gd_npy_read("f");
    ck_contiguous_shape(back, 3, 2);
    ck_exact_values(back, 1, 4, 2, 5, 3, 6);
    gd_tensor *few[] = { gd_scalar(NAN), gd_zeros(GD_SHAPE(0)), gd_full(GD_SHAPE(1, 1, 1, 1, 1, 1, 1, 1), -0.5),
                         gd_linspace(0, 1, 50000) };
    for (int i = 0; i < 4; i++) {
        ck_assert(gd_npy_write("f", few[i]));
        back = gd_npy_read("f");
        ck_assert_msg(back, "%s", gd_last_error());
        ck_assert_int_eq(back->ndim, few[i]->ndim);
        ck_assert_int_eq(back->numel, few[i]->numel);
        ck_assert(memcmp(back->data, few[i]->data, sizeof(gd_real) * (size_t)back->numel) == 0);
    }
    ck_assert(!gd_npy_write("f", NULL));
    ck_message("gd_npy_write: t is NULL");
    ck_assert(!gd_npy_write("/dev/full", t));
    ck_message("gd_npy_write: /dev/full cannot be written: No space left on device");
}
END_TEST

START_TEST(npy_refuses)
{
    static const struct { const char *dictionary, *message; } cases[] = {
        { "'descr': '<f4'", "gd_npy_read: f: bad header: it does not begin with {" },
        { "{descr: '<f4'}", "gd_npy_read: f: bad header: a key in quotes and a colon expected" },
        { "{'descr': f4}", "gd_npy_read: f: bad header: descr is not a short text, such as '<f4'" },
        { "{'descr': [('a', '<f4')]}", "gd_npy_read: f: bad header: descr is not a short text, such as '<f4'" },
        { "{'descr': '|O'}", "gd_npy_read: f: descr '|O' is not a kind of number that can be read" },
        { "{'descr': '<c8'}", "gd_npy_read: f: descr '<c8' is not a kind of number that can be read" },
        { "{'descr': '=f4'}", "gd_npy_read: f: descr '=f4' does not specify the byte order" },
        { "{'fortran_order': 1}", "gd_npy_read: f: bad header: fortran_order is neither True nor False" },
        { "{'shape': 3}", "gd_npy_read: f: bad header: shape is not a tuple of sizes" },
        { "{'shape': [3]}", "gd_npy_read: f: bad header: shape is not a tuple of sizes" },
        { "{'shape': (3)}", "gd_npy_read: f: bad header: shape is not a tuple of sizes" },
        { "{'shape': (-3,)}", "gd_npy_read: f: bad header: shape is not a tuple of sizes" },
        { "{'shape': (99999999999999999999,)}", "gd_npy_read: f: bad header: shape is not a tuple of sizes" },
        { "{'size': 1}", "gd_npy_read: f: bad header: unexpected key 'size'" },
        { "{'descr': '<f4', 'descr': '<f4'}", "gd_npy_read: f: bad header: unexpected key 'descr'" },
        { "{'descr': '<f4' 'shape': ()}", "gd_npy_read: f: bad header: a comma or } expected" },
        { "{'descr': '<f4'} x", "gd_npy_read: f: bad header: something follows the }" },
        { "{'descr': '<f4', 'shape': ()}",
          "gd_npy_read: f: bad header: descr, fortran_order and shape are all needed" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}",
          "gd_npy_read: f has 9 axes; at most 8 are possible" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (3,)}",
          "gd_npy_read: f should hold 12 bytes after byte 65, but has 8" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)}",
          "gd_npy_read: f has more than the 69 bytes that its header declares" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,)}",
          "gd_npy_read: f: axis 0 has 4611686018427387904 elements, more than memory can hold" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
          "gd_npy_read: f: the shape has more elements than memory can hold" },
        { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 9999999999999999999)}",
          "gd_npy_read: f: axis 1 has 9999999999999999999 elements, more than memory can hold" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ck_assert_ptr_null(npy(cases[i].dictionary, "12345678", 8));
        ck_message(cases[i].message);
    }
    ck_assert_ptr_null(npy("{'descr': '<u8', 'fortran_order': False, 'shape': (1,)}", "\1\0\0\0\0\0\x20\0", 8));
    ck_message(FLOAT ? "gd_npy_read: f: element 0 is 9007199254740993, which a float cannot hold"
                  : "gd_npy_read: f: element 0 is 9007199254740993, which a double cannot hold");
    put_text("f", "not numpy");
    ck_assert_ptr_null(gd_npy_read("f"));
    ck_message("gd_npy_read: f is not an NPY file: it looks like text");
    put_bytes("f", "not \1 numpy", 11);
    ck_assert_ptr_null(gd_npy_read("f"));
    ck_message("gd_npy_read: f is not an NPY file: it does not begin with \\x93NUMPY");
    put_bytes("f", "\x93NUMPY\x04\0", 8);
    ck_assert_ptr_null(gd_npy_read("f"));
    ck_message("gd_npy_read: f has version 4.0 of the format: 1.0, 2.0 or 3.0 expected");
    put_bytes("f", "\x93NUMPY\x02\0\xff\xff\xff\xff", 12);
    ck_assert_ptr_null(gd_npy_read("f"));
    ck_message("gd_npy_read: f should hold 4294967295 bytes after byte 12, but has 0");
}
END_TEST

static bool read_npy(const char *name)
{
    return gd_npy_read(name) != NULL;
}

START_TEST(npy_damaged)
{
    fuzz("f", (const unsigned char *)npy_f4, sizeof npy_f4 - 1, read_npy, "gd_npy_read: f", true);
    fuzz("f", (const unsigned char *)npy_fortran, sizeof npy_fortran - 1, read_npy, "gd_npy_read: f", true);
}
END_TEST

/* ---- Suite -------------------------------------------------------------------------------------------- */

int main(void)
{
    Suite *suite = suite_create("data: binary files");
    TCase *files = scratch_case(suite, "files");
    TCase *idx_files = scratch_case(suite, "idx");
    TCase *npy = scratch_case(suite, "npy");
    tcase_add_test(files, file_is_replaced);
    tcase_add_test(files, file_before_the_end);
    tcase_add_test(files, file_refuses);
    tcase_add_test(files, disk_is_full);
    tcase_add_test(idx_files, idx_reads);
    tcase_add_test(idx_files, idx_refuses);
    tcase_add_test(idx_files, idx_damaged);
    tcase_add_test(idx_files, idx_gzipped);
    tcase_add_test(idx_files, gzip_refuses);
    tcase_add_test(idx_files, gzip_in_members);
    tcase_add_test(npy, npy_reads);
    tcase_add_test(npy, npy_writes);
    tcase_add_test(npy, npy_refuses);
    tcase_add_test(npy, npy_damaged);
    return run_suite(suite);
}
