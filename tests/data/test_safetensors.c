/* test_safetensors.c - files of named tensors. */
#define _XOPEN_SOURCE 700

#include "support/scratch.h"

#define FLOAT (sizeof(gd_real) == sizeof(float))

/* A file with this header and these numbers; its length. */
static size_t make_file(unsigned char *file, const char *header, const char *numbers, size_t n)
{
    size_t length = strlen(header);
    memset(file, 0, 8);
    file[0] = (unsigned char)(length & 255);
    file[1] = (unsigned char)(length >> 8);
    memcpy(file + 8, header, length);
    memcpy(file + 8 + length, numbers, n);
    put_bytes("f", file, 8 + length + n);
    return 8 + length + n;
}

static const char safe_header[] =
    "{ \"b\\u00e9\\ud83d\\ude00\\n\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]},"
    "\"__metadata__\":{\"step\":\"7\",\"\":\"a\\\"b\\\\\"},"
    "\"a\":{\"data_offsets\":[0, 8],\"shape\":[2,2],\"dtype\":\"I16\"},"
    "\"s\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[16,18]},"
    "\"none\":{\"dtype\":\"F64\",\"shape\":[0,3],\"data_offsets\":[16,16]},"
    "\"odd\":{\"dtype\":\"F8_E4M3\",\"shape\":[2],\"data_offsets\":[18,20]}}  ";
static const char safe_numbers[] = "\1\0\2\0\xff\xff\0\x80\0\0\x80\x3f\0\0\0\xc0\x20\xc1\1\2";

START_TEST(safetensors_reads)
{
    unsigned char file[1000];
    make_file(file, safe_header, safe_numbers, 20);
    gd_safetensors *f = gd_safetensors_open("f");
    ck_assert_msg(f, "%s", gd_last_error());
    ck_assert_int_eq(gd_safetensors_count(f), 5);
    static const char *const names[] = { "a", "b\xc3\xa9\xf0\x9f\x98\x80\n", "none", "s", "odd" };
    static const char *const types[] = { "I16", "F32", "F64", "BF16", "F8_E4M3" };
    for (int i = 0; i < 5; i++) {
        ck_assert_str_eq(gd_safetensors_name(f, i), names[i]);
        ck_assert_str_eq(gd_safetensors_type(f, i), types[i]);
        ck_assert_int_eq(gd_safetensors_find(f, names[i]), i);
    }
    ck_assert_int_eq(gd_safetensors_shape(f, 0).ndim, 2);
    ck_assert_int_eq(gd_safetensors_shape(f, 2).size[1], 3);
    ck_assert_ptr_null(gd_safetensors_name(f, 5));
    ck_assert_ptr_null(gd_safetensors_name(f, -1));
    ck_assert_int_eq(gd_safetensors_find(f, "c"), -1);
    ck_assert_int_eq(gd_safetensors_metadata_count(f), 2);
    ck_assert_str_eq(gd_safetensors_metadata(f, "step"), "7");
    ck_assert_str_eq(gd_safetensors_metadata(f, ""), "a\"b\\");
    ck_assert_str_eq(gd_safetensors_metadata_at(f, 1).key, "step");
    ck_assert_ptr_null(gd_safetensors_metadata(f, "other"));
    ck_assert_ptr_null(gd_last_error());
    gd_tensor *s = gd_safetensors_read(f, "s"), *a = gd_safetensors_read(f, "a");
    gd_tensor *b = gd_safetensors_read(f, names[1]);
    ck_assert(s && s->ndim == 0);
    ck_exact_values(s, -10);
    ck_contiguous_shape(a, 2, 2);
    ck_exact_values(a, 1, 2, -1, -32768);
    ck_contiguous_shape(b, 2);
    ck_exact_values(b, 1, -2);
    ck_contiguous_shape(gd_safetensors_read(f, "none"), 0, 3);
    ck_assert_ptr_null(gd_safetensors_read(f, "odd"));
    ck_message("gd_safetensors_read: f: tensor \"odd\" has the type F8_E4M3, which cannot be read");
    ck_assert_ptr_null(gd_safetensors_read(f, "c"));
    ck_message("gd_safetensors_read: f has no tensor \"c\"");
    put_text("f", "short");                 /* in the same file, which may have changed since it was checked */
    ck_assert_ptr_null(gd_safetensors_read(f, "s"));
    ck_message("gd_safetensors_read: f ends after 374 bytes, in the middle of the numbers");
    gd_safetensors_close(f);
    gd_safetensors_close(NULL);
}
END_TEST

START_TEST(safetensors_writes)
{
    static const char *const names[] = { "w", "quote \" and \\ and \x01 and \xc3\xa9", "", "empty" };
    gd_tensor *w = gd_from(GD_SHAPE(2, 3), (gd_real[]){ 1, 2, 3, 4, 5, 6 });
    gd_tensor *tensors[] = { transposed(w), gd_scalar(-0.25), gd_linspace(0, 1, 9999), gd_zeros(GD_SHAPE(0, 2)) };
    static const gd_metadata metadata[] = { { "step", "12" }, { "random", "a\nb" } };
    for (int k = 0; k < 2; k++) {                               /* the second time over the first */
        ck_assert(gd_safetensors_write("f", names, tensors, 4, metadata, 2));
        gd_safetensors *f = gd_safetensors_open("f");
        ck_assert_msg(f, "%s", gd_last_error());
        ck_assert_int_eq(gd_safetensors_count(f), 4);
        for (int i = 0; i < 4; i++) {
            gd_tensor *t = gd_safetensors_read(f, names[i]);
            ck_assert_ptr_nonnull(t);
            ck_assert_int_eq(t->ndim, tensors[i]->ndim);
            ck_assert_str_eq(gd_safetensors_type(f, i), FLOAT ? "F32" : "F64");
            if (i == 0)
                ck_exact_values(t, 1, 4, 2, 5, 3, 6);
            else
                ck_assert(memcmp(t->data, tensors[i]->data, sizeof(gd_real) * (size_t)t->numel) == 0);
        }
        ck_assert_str_eq(gd_safetensors_metadata(f, "step"), "12");
        ck_assert_str_eq(gd_safetensors_metadata(f, "random"), "a\nb");
        gd_safetensors_close(f);
    }
    char bytes[200];
    ck_assert(gd_safetensors_write("f", names, tensors + 1, 1, NULL, 0));
    size_t n = get_bytes("f", bytes, sizeof bytes);
    if (FLOAT) {
        static const char expected[] =
            "\x38\0\0\0\0\0\0\0{\"w\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}   \0\0\x80\xbe";
        ck_assert_uint_eq(n, sizeof expected - 1);
        ck_assert(memcmp(bytes, expected, n) == 0);
    }
    ck_assert(gd_safetensors_write("f", NULL, NULL, 0, NULL, 0));
    gd_safetensors *none = gd_safetensors_open("f");
    ck_assert_msg(none, "%s", gd_last_error());
    ck_assert_int_eq(gd_safetensors_count(none), 0);
    gd_safetensors_close(none);
}
END_TEST

#define ENTRY(type, shape, offsets) "{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

START_TEST(safetensors_refuses)
{
    static const struct { const char *header, *message; } cases[] = {
        { "", "f is not a safetensors file: no { follows the first 8 bytes" },
        { " {}", "f is not a safetensors file: no { follows the first 8 bytes" },
        { "{}x", "f: bad header at byte 2: the end expected" },
        { "{\"a\"}", "f: bad header at byte 4: \"name\": expected" },
        { "{\"a\":1}", "f: bad header at byte 5: { expected" },
        { "{\"a\":" ENTRY("F32", "[1]", "[0,4]"), "f: bad header at byte 53: , or } expected" },
        { "{\"a\":" ENTRY("F32", "[1 2]", "[0,4]") "}", "f: bad header at byte 30: , or ] expected" },
        { "{\"a\":" ENTRY("F32", "[-1]", "[0,4]") "}", "f: bad header at byte 29: a size expected" },
        { "{\"a\":" ENTRY("F32", "[1.5]", "[0,4]") "}", "f: bad header at byte 29: a size expected" },
        { "{\"a\":" ENTRY("F32", "[01]", "[0,4]") "}", "f: bad header at byte 29: a size expected" },
        { "{\"a\":" ENTRY("F32", "[1]", "[0]") "}", "f: bad header at byte 49: [begin, end] expected" },
        { "{\"a\":{\"dtype\":1}}", "f: bad header at byte 14: the name of a type expected" },
        { "{\"a\":{\"dtype\":\"\\u0000\"}}", "f: bad header at byte 14: the name of a type expected" },
        { "{\"a\\ud800\":{}}", "f: bad header at byte 1: \"name\": expected" },
        { "{\"a\":{\"dtype\":\"F32\",\"shape\":[]}}", "f: tensor \"a\" needs dtype, shape and data_offsets" },
        { "{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", "f: tensor \"a\" has an unexpected \"dtype\"" },
        { "{\"a\":{\"type\":\"F32\"}}", "f: tensor \"a\" has an unexpected \"type\"" },
        { "{\"__metadata__\":{\"a\":1}}", "f: bad header at byte 21: \"text\": \"text\" expected" },
        { "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}," "\"a\":" ENTRY("F32", "[2]", "[0,8]") "}",
          "f has the metadata \"a\" twice" },
        { "{\"__metadata__\":{},\"__metadata__\":{}}", "f has __metadata__ twice" },
        { "{\"\xff\":{}}", "f: the header is not UTF-8" },
        { "{\"\xc0\x80\":{}}", "f: the header is not UTF-8" },
        { "{\"\xed\xa0\x80\":{}}", "f: the header is not UTF-8" },
        { "{\"a\":" ENTRY("F32", "[1,1,1,1,1,1,1,1,1]", "[0,8]") "}", "f: tensor \"a\" has more than 8 axes" },
        { "{\"a\":" ENTRY("F32", "[3]", "[0,8]") "}", "f should hold 12 bytes after byte 62, but has 8" },
        { "{\"a\":" ENTRY("F32", "[1]", "[0,8]") "}",
          "f: tensor \"a\" has 8 bytes, but F32 of its shape takes 4" },
        { "{\"a\":" ENTRY("F32", "[1]", "[0,4]") "}",
          "f has 8 bytes of numbers, but its tensors end at 4" },
        { "{\"a\":" ENTRY("F32", "[1]", "[4,8]") "}",
          "f: tensor \"a\" lies at [4, 8) of 8 bytes, but the tensors before it end at 0" },
        { "{\"a\":" ENTRY("F32", "[2]", "[0,8]") ",\"b\":" ENTRY("F32", "[1]", "[4,8]") "}",
          "f: tensor \"b\" lies at [4, 8) of 8 bytes, but the tensors before it end at 8" },
        { "{\"a\":" ENTRY("F32", "[4]", "[0,16]") "}",
          "f: tensor \"a\" ends at byte 16 of the numbers, but the file has only 8: it has been cut off" },
        { "{\"a\":" ENTRY("F32", "[4]", "[8,0]") "}",
          "f: tensor \"a\" lies at [8, 0) of 8 bytes, but the tensors before it end at 0" },
        { "{\"a\":" ENTRY("F32", "[1]", "[0,4]") ",\"a\":" ENTRY("F32", "[1]", "[4,8]") "}",
          "f has two tensors \"a\"" },
        { "{\"a\":" ENTRY("F32", "[9223372036854775807,4]", "[0,8]") "}",
          "f: axis 0 has 9223372036854775807 elements, more than memory can hold" },
    };
    unsigned char file[1000];
    char message[300];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        make_file(file, cases[i].header, "12345678", 8);
        ck_assert_ptr_null(gd_safetensors_open("f"));
        snprintf(message, sizeof message, "gd_safetensors_open: %s", cases[i].message);
        ck_message(message);
    }
    put_bytes("f", "\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
    ck_assert_ptr_null(gd_safetensors_open("f"));
    ck_message("gd_safetensors_open: f should hold 9223372036854775807 bytes after byte 8, but has 2");
    ck_assert_ptr_null(gd_safetensors_open("missing"));
    ck_message("gd_safetensors_open: missing cannot be read: No such file or directory");
    ck_assert_ptr_null(gd_safetensors_open(NULL));
    ck_message("gd_safetensors_open: path is NULL");
}
END_TEST

START_TEST(safetensors_write_refuses)
{
    gd_tensor *t = gd_scalar(1), *tensors[] = { t, t, t };
    static const char *const twice[] = { "a", "b", "a" }, *const own[] = { "__metadata__" };
    static const char *const missing[] = { "a", NULL, "b" }, *const not_utf8[] = { "a\xff" };
    static const gd_metadata no_value[] = { { "k", NULL } }, keys[] = { { "k", "" }, { "k", "" } };
    put_text("f", "old");
    ck_assert(!gd_safetensors_write("f", twice, tensors, 3, NULL, 0));
    ck_message("gd_safetensors_write: name \"a\" occurs twice");
    ck_assert(!gd_safetensors_write("f", own, tensors, 1, NULL, 0));
    ck_message("gd_safetensors_write: the name \"__metadata__\" is reserved by the format");
    ck_assert(!gd_safetensors_write("f", missing, tensors, 3, NULL, 0));
    ck_message("gd_safetensors_write: name 1 is NULL");
    ck_assert(!gd_safetensors_write("f", not_utf8, tensors, 1, NULL, 0));
    ck_message("gd_safetensors_write: name 0 is not UTF-8");
    ck_assert(!gd_safetensors_write("f", twice, (gd_tensor *[]){ t, NULL }, 2, NULL, 0));
    ck_message("gd_safetensors_write: tensor \"b\" is NULL");
    ck_assert(!gd_safetensors_write("f", twice, tensors, 2, no_value, 1));
    ck_message("gd_safetensors_write: the metadata \"k\" is NULL");
    ck_assert(!gd_safetensors_write("f", twice, tensors, 2, keys, 2));
    ck_message("gd_safetensors_write: key \"k\" occurs twice");
    ck_assert(!gd_safetensors_write("f", twice, tensors, -1, NULL, 0));
    ck_message("gd_safetensors_write: -1 tensors and 0 metadata: counts cannot be negative");
    ck_assert(!gd_safetensors_write("f", NULL, tensors, 1, NULL, 0));
    ck_message("gd_safetensors_write: names is NULL");
#if defined(__unix__) || defined(__APPLE__)
    ck_assert(!gd_safetensors_write("/dev/full", twice, tensors, 2, NULL, 0));
    ck_message("gd_safetensors_write: /dev/full cannot be written: No space left on device");
#endif
    char old[4] = "";
    get_bytes("f", old, 3);
    ck_assert_str_eq(old, "old");
    ck_assert_int_eq(scratch_count(), 1);
}
END_TEST

static bool read_safetensors(const char *name)
{
    gd_safetensors *f = gd_safetensors_open(name);
    bool good = f != NULL;
    for (int64_t i = 0; i < gd_safetensors_count(f); i++)
        if (strcmp(gd_safetensors_type(f, i), "F8_E4M3") != 0)
            good &= gd_safetensors_read(f, gd_safetensors_name(f, i)) != NULL;
    gd_safetensors_close(f);
    return good;
}

START_TEST(safetensors_damaged)
{
    unsigned char file[1000];
    size_t n = make_file(file, safe_header, safe_numbers, 20);
    fuzz("f", file, n, read_safetensors, "gd_safetensors_", true);
}
END_TEST

/* ---- Suite -------------------------------------------------------------------------------------------- */

int main(void)
{
    Suite *suite = suite_create("data: safetensors");
    TCase *safetensors = scratch_case(suite, "all");
    tcase_add_test(safetensors, safetensors_reads);
    tcase_add_test(safetensors, safetensors_writes);
    tcase_add_test(safetensors, safetensors_refuses);
    tcase_add_test(safetensors, safetensors_write_refuses);
    tcase_add_test(safetensors, safetensors_damaged);
    return run_suite(suite);
}
