/* test_number_reading.c - no reader changes a number silently: each type of each format is read exactly, rounded
 * once to the nearest gd_real, or refused. */
#define _XOPEN_SOURCE 700
#include <float.h>
#include <math.h>

#include "support/scratch.h"

#define FLOAT (sizeof(gd_real) == sizeof(float))
#define KIND (FLOAT ? "float" : "double")

/* ---- One element in each format ----------------------------------------------------------------------- */

typedef enum type { BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64, TYPES } type;

static const struct { const char *npy, *safetensors; int idx, size; } types[TYPES] = {
    [BOOL] = { "b1", "BOOL", 0, 1 },    [U8] = { "u1", "U8", 8, 1 },      [I8] = { "i1", "I8", 9, 1 },
    [U16] = { "u2", "U16", 0, 2 },      [I16] = { "i2", "I16", 11, 2 },   [U32] = { "u4", "U32", 0, 4 },
    [I32] = { "i4", "I32", 12, 4 },     [U64] = { "u8", "U64", 0, 8 },    [I64] = { "i8", "I64", 0, 8 },
    [F16] = { "f2", "F16", 0, 2 },      [BF16] = { NULL, "BF16", 0, 2 },  [F32] = { "f4", "F32", 13, 4 },
    [F64] = { "f8", "F64", 14, 8 }
};

static void put_bits(unsigned char *to, uint64_t bits, int size, bool big)
{
    for (int i = 0; i < size; i++)
        to[big ? size - 1 - i : i] = (unsigned char)(bits >> 8 * i);
}

static size_t npy_file(unsigned char *to, type k, uint64_t bits, bool big)
{
    int n = snprintf((char *)to + 10, 100, "{'descr': '%c%s', 'fortran_order': False, 'shape': (1,), }",
                     big ? '>' : '<', types[k].npy);
    memcpy(to, "\x93NUMPY\x01\x00", 8);
    to[8] = (unsigned char)n;
    to[9] = 0;
    put_bits(to + 10 + n, bits, types[k].size, big);
    return (size_t)(10 + n + types[k].size);
}

static size_t safetensors_file(unsigned char *to, type k, uint64_t bits)
{
    int n = snprintf((char *)to + 8, 100, "{\"w\":{\"dtype\":\"%s\",\"shape\":[1],\"data_offsets\":[0,%d]}}",
                     types[k].safetensors, types[k].size);
    put_bits(to, (uint64_t)n, 8, false);
    put_bits(to + 8 + n, bits, types[k].size, false);
    return (size_t)(8 + n + types[k].size);
}

static size_t idx_file(unsigned char *to, type k, uint64_t bits)
{
    memcpy(to, "\0\0\0\1\0\0\0\1", 8);
    to[2] = (unsigned char)types[k].idx;
    put_bits(to + 8, bits, types[k].size, true);
    return (size_t)(8 + types[k].size);
}

/* Each format that has the type reads value, or refuses with a message that ends in `wrong`. */
static void check_tensor(const gd_tensor *t, const char *function, type k, double value, const char *wrong)
{
    char message[200];
    if (!wrong) {
        ck_assert_msg(t, "%s, %s: %s", function, types[k].safetensors, gd_last_error());
        gd_real x = (gd_real)value;
        ck_assert_msg(t->data[0] == x ? signbit(t->data[0]) == signbit(x) : isnan(t->data[0]) && isnan(value),
                      "%s, %s: %.17g, not %.17g", function, types[k].safetensors, (double)t->data[0], value);
        return;
    }
    ck_assert_msg(!t, "%s, %s: %.17g was read", function, types[k].safetensors, t ? (double)t->data[0] : 0);
    bool of_several = strcmp(function, "gd_safetensors_read") == 0;
    snprintf(message, sizeof message, "%s: f: element 0%s is %s", function, of_several ? " of \"w\"" : "", wrong);
    ck_message(message);
}

static void check(type k, uint64_t bits, double value, const char *wrong)
{
    unsigned char file[256];
    for (int big = 0; big < 2 && types[k].npy; big++) {
        put_bytes("f", file, npy_file(file, k, bits, big));
        check_tensor(gd_npy_read("f"), "gd_npy_read", k, value, wrong);
    }
    if (types[k].idx) {
        put_bytes("f", file, idx_file(file, k, bits));
        check_tensor(gd_idx_read("f"), "gd_idx_read", k, value, wrong);
    }
    put_bytes("f", file, safetensors_file(file, k, bits));
    gd_safetensors *in = gd_safetensors_open("f");
    ck_assert_msg(in, "%s", gd_last_error());
    check_tensor(gd_safetensors_read(in, "w"), "gd_safetensors_read", k, value, wrong);
    gd_safetensors_close(in);
}

static void check_whole(type k, uint64_t bits, double value, bool exact, const char *text)
{
    char wrong[80];
    snprintf(wrong, sizeof wrong, "%s, which a %s cannot hold", text, KIND);
    check(k, bits, value, exact ? NULL : wrong);
}

START_TEST(bools_are_0_or_1)
{
    check(BOOL, 0, 0, NULL);
    check(BOOL, 1, 1, NULL);
    check(BOOL, 2, 0, "the byte 2, and of type bool: 0 or 1 expected");
    check(BOOL, 255, 0, "the byte 255, and of type bool: 0 or 1 expected");
}
END_TEST

START_TEST(whole_numbers_are_exact)
{
    check(U8, 255, 255, NULL);
    check(I8, 0x80, -128, NULL);
    check(U16, 0xffff, 65535, NULL);
    check(I16, 0x8000, -32768, NULL);
    check(U32, 16777216, 16777216, NULL);
    check_whole(U32, 16777217, 16777217, !FLOAT, "16777217");
    check(U32, 16777218, 16777218, NULL);                       /* above 2^24, and yet a float */
    check_whole(U32, 0xffffffff, 4294967295.0, !FLOAT, "4294967295");
    check_whole(I32, (uint32_t)-16777217, -16777217, !FLOAT, "-16777217");
    check(I32, 0x80000000, -2147483648.0, NULL);
    check_whole(I32, 0x7fffffff, 2147483647, !FLOAT, "2147483647");
    check_whole(I64, (UINT64_C(1) << 53) + 1, 0, false, "9007199254740993");
    check(I64, UINT64_C(1) << 53, 9007199254740992.0, NULL);
    check(I64, (UINT64_C(1) << 54), 18014398509481984.0, NULL);
    check(I64, UINT64_C(1) << 63, -9223372036854775808.0, NULL);
    check_whole(I64, INT64_MAX, 0, false, "9223372036854775807");
    check_whole(I64, (uint64_t)-16777219, -16777219, !FLOAT, "-16777219");
    check(U64, UINT64_C(1) << 63, 9223372036854775808.0, NULL);
    check_whole(U64, UINT64_MAX, 0, false, "18446744073709551615");
    check_whole(U64, (UINT64_C(1) << 63) + 1, 0, false, "9223372036854775809");
}
END_TEST

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

START_TEST(small_floats_are_exact)
{
    check(F16, 0x3c01, 1 + 1.0 / 1024, NULL);
    check(F16, 0x0001, 0x1p-24, NULL);
    check(F16, 0x8000, -0.0, NULL);
    check(F16, 0xfc00, -INFINITY, NULL);
    check(F16, 0x7e00, NAN, NULL);
    check(BF16, 0x3f81, 1 + 1.0 / 128, NULL);
    check(BF16, 0x0001, 0x1p-133, NULL);
    check(BF16, 0x7f7f, 0x1.fep127, NULL);
    check(BF16, 0x8000, -0.0, NULL);
    check(F32, 0x00000001, 0x1p-149, NULL);
    check(F32, 0x7f7fffff, (double)FLT_MAX, NULL);
    check(F32, 0x80000000, -0.0, NULL);
    check(F32, 0x7f800000, INFINITY, NULL);
}
END_TEST

START_TEST(doubles_are_rounded_once)
{
    const double tiny = 0x1p-150;                               /* half of the smallest float: ties to 0 */
    check(F64, bits_of(0.1), 0.1, NULL);
    check(F64, bits_of(-0.0), -0.0, NULL);
    check(F64, bits_of(INFINITY), INFINITY, NULL);
    check(F64, bits_of(1e300), 1e300, FLOAT ? "1e+300, which a float cannot hold" : NULL);
    check(F64, bits_of(0x1.fffffefp127), 0x1.fffffefp127, NULL);
    check(F64, bits_of(0x1.ffffffp127), 0x1.ffffffp127, FLOAT ? "3.40282e+38, which a float cannot hold" : NULL);
    check(F64, bits_of(1e-300), 1e-300, FLOAT ? "1e-300, which would become 0 as a float" : NULL);
    check(F64, bits_of(-tiny), -tiny, FLOAT ? "-7.00649e-46, which would become 0 as a float" : NULL);
    check(F64, bits_of(tiny * (1 + DBL_EPSILON)), tiny * (1 + DBL_EPSILON), NULL);
    check(F64, 1, 0x1p-1074, FLOAT ? "4.94066e-324, which would become 0 as a float" : NULL);
    check(F64, bits_of(1e-40), 1e-40, NULL);
}
END_TEST

/* ---- Decimal text ------------------------------------------------------------------------------------- */

static gd_tensor *text(const char *number)
{
    put_text("f", number);
    return gd_csv_read("f", (gd_csv_options){ 0 });
}

/* A number just beside the midpoint of two floats, whose nearest double is that midpoint: rounded by way of a double,
 * it would go to the even float.  And numbers below the smallest normal float. */
START_TEST(text_is_rounded_once)
{
    static const struct { const char *text; float to; } cases[] = {
        { "1.00000005960464477540", 0x1.000002p0f },            /* 1 + 2^-24 and a little more */
        { "1.00000005960464477538", 1 },                        /* and a little less */
        { "1.000000059604644775390625", 1 },                    /* the midpoint itself: to even */
        { "1.00000017881393432616", 0x1.000002p0f },            /* 1 + 3 2^-24 and a little less */
        { "16777217.0000000001", 16777218 },
        { "16777217", 16777216 },
        { "0.500000029802322387696", 0x1.000002p-1f },
        { "340282356779733661637539395458142568447", FLT_MAX }, /* 1 less than where floats end */
        { "1.17549435e-38", FLT_MIN },
        { "1.1754942807573643e-38", FLT_MIN },                  /* above the midpoint to the largest subnormal */
        { "7.0064923216240854e-46", 0x1p-149f },                /* above half of the smallest */
        { "2.1019476964872256e-45", 0x1p-149f },                /* below 1.5 of it */
        { "2.1019476964872257e-45", 0x1p-148f },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gd_tensor *t = text(cases[i].text);
        ck_assert_msg(t, "%s", gd_last_error());
        if (FLOAT)
            ck_assert_msg((float)t->data[0] == cases[i].to, "%s: %a, not %a", cases[i].text, (double)t->data[0],
                          (double)cases[i].to);
        else
            ck_assert_msg((double)t->data[0] == strtod(cases[i].text, NULL), "%s", cases[i].text);
    }
}
END_TEST

/* Numbers around midpoints of random floats, against the C library's own conversion to the type. */
START_TEST(text_near_midpoints)
{
    enum { N = 4000 };
    static char expected[N][40];
    FILE *file = fopen("n.csv", "w");
    for (int i = 0; i < N; i++) {
        uint32_t bits = (uint32_t)scratch_random() & 0x7fffffff;
        float x, y;
        if (bits >= 0x7f7fffff)
            bits = 0x3f800000;
        memcpy(&x, &bits, sizeof x);
        bits++;
        memcpy(&y, &bits, sizeof y);
        double middle = ((double)x + (double)y) / 2;
        snprintf(expected[i], sizeof expected[i], "%.*e", 15 + (int)(scratch_random() % 8), middle);
        fprintf(file, "%s\n", expected[i]);
    }
    fclose(file);
    gd_tensor *t = gd_csv_read("n.csv", (gd_csv_options){ 0 });
    ck_contiguous_shape(t, N, 1);
    for (int i = 0; i < N; i++) {
        gd_real should = FLOAT ? (gd_real)strtof(expected[i], NULL) : (gd_real)strtod(expected[i], NULL);
        if (t->data[i] != should)
            ck_abort_msg("%s: %a, not %a", expected[i], (double)t->data[i], (double)should);
    }
}
END_TEST

START_TEST(text_out_of_range)
{
    static const struct { const char *text; bool in_double; const char *wrong; } cases[] = {
        { "1e300", true, "is beyond the range of a" }, { "1e400", false, "is beyond the range of a" },
        { "340282356779733661637539395458142568448", true, "is beyond the range of a" },
        { "1e-300", true, "would become 0 as a" }, { "1e-400", false, "would become 0 as a" },
        { "7.0064923216240853e-46", true, "would become 0 as a" }, { "-1e-999999999999", false, "would become 0 as a" },
    };
    char message[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gd_tensor *t = text(cases[i].text);
        if (!FLOAT && cases[i].in_double) {
            ck_assert_msg(t && t->data[0] == (gd_real)strtod(cases[i].text, NULL), "%s", cases[i].text);
            continue;
        }
        ck_assert_ptr_null(t);
        snprintf(message, sizeof message, "gd_csv_read: f, line 1, column 1: \"%.40s\" %s %s (assumed: a single"
                 " column, no header)", cases[i].text, cases[i].wrong, KIND);
        ck_message(message);
    }
    gd_tensor *zero = text("0e-999 -0 0.000e999\n");
    ck_exact_values(zero, 0, -0.0, 0);
    ck_assert(signbit(zero->data[1]));
}
END_TEST

/* ---- Round trips -------------------------------------------------------------------------------------- */

START_TEST(writers_keep_every_bit)
{
    gd_real numbers[] = {
        0, (gd_real)-0.0, 1, (gd_real)0.1, (gd_real)INFINITY, (gd_real)-INFINITY, (gd_real)NAN,
        FLOAT ? (gd_real)0x1p-149 : (gd_real)0x1p-1074, FLOAT ? (gd_real)FLT_MAX : (gd_real)DBL_MAX, 16777215
    };
    enum { N = sizeof numbers / sizeof *numbers };
    gd_tensor *t = gd_from(GD_SHAPE(N), numbers);
    ck_assert(gd_npy_write("f", t));
    gd_tensor *back = gd_npy_read("f");
    ck_assert(back && memcmp(back->data, numbers, sizeof numbers) == 0);
    const char *name = "w";
    ck_assert(gd_safetensors_write("f", &name, &t, 1, NULL, 0));
    gd_safetensors *file = gd_safetensors_open("f");
    back = gd_safetensors_read(file, "w");
    ck_assert(back && memcmp(back->data, numbers, sizeof numbers) == 0);
    gd_safetensors_close(file);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data: number reading");
    TCase *binary = scratch_case(suite, "binary"), *decimal = scratch_case(suite, "text");
    tcase_add_test(binary, bools_are_0_or_1);
    tcase_add_test(binary, whole_numbers_are_exact);
    tcase_add_test(binary, small_floats_are_exact);
    tcase_add_test(binary, doubles_are_rounded_once);
    tcase_add_test(binary, writers_keep_every_bit);
    tcase_add_test(decimal, text_is_rounded_once);
    tcase_add_test(decimal, text_near_midpoints);
    tcase_add_test(decimal, text_out_of_range);
    return run_suite(suite);
}
