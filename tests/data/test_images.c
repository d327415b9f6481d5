/* test_images.c - image files, CIFAR-10's files, and changes at random. */
#define _POSIX_C_SOURCE 200809L
#include "gradus/images.h"
#include "support/scratch.h"

static const char *golden(const char *name)
{
    static char path[5000];
    snprintf(path, sizeof path, "%s/tests/golden/data/%s", scratch_home, name);
    return path;
}

static bool without_stb(void)
{
    return gd_last_error() && strstr(gd_last_error(), "built without stb_image.h");
}

START_TEST(reads_png)
{
    gd_tensor *t = gd_image_read(golden("rgb.png"), 0);
    if (!t && without_stb())
        return;
    ck_shape(t, 3, 2, 3);
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < 6; i++)
            ck_near((double)t->data[6 * c + i] * 255, 30 * i + 10 * c, 1e-4);
    ck_shape(gd_image_read(golden("rgb.png"), 1), 1, 2, 3);
    ck_shape(gd_image_read(golden("grey.png"), 3), 3, 2, 2);
    ck_values(gd_image_read(golden("grey.png"), 0), 0, 1 / 3.0, 2 / 3.0, 1);
    ck_values(gd_image_read(golden("wide.png"), 0), 1 / 65535.0, 1);
    ck_no_message();
    put_text("text", "\x01\x02\x03\x04 no image at all");
    ck_refused(gd_image_read("text", 0), "gd_image_read: text is not a PNG, JPEG or BMP file: it begins like none of "
               "them");
    ck_refused(gd_image_read("text", 5), "gd_image_read: channels = 5 must lie in 0 .. 4");
    ck_good(gd_set_read_limit(40));
    gd_clear_error();
    ck_assert_ptr_null(gd_image_read(golden("rgb.png"), 0));
    ck_assert(gd_last_error() && strstr(gd_last_error(), "is an image of 3 x 2 pixels"));
    gd_clear_error();
    gd_set_read_limit(0);
}
END_TEST

static bool reads(const char *name)
{
    return gd_image_read(name, 0) != NULL;
}

START_TEST(damaged_png)
{
    unsigned char bytes[1000];
    const size_t n = get_bytes(golden("rgb.png"), bytes, sizeof bytes);
    gd_set_read_limit(1 << 20);
    put_bytes("image", bytes, n);
    if (reads("image"))
        fuzz("image", bytes, n, reads, "gd_image_read: ", false);
    gd_set_read_limit(0);
}
END_TEST

/* ---- What stb_image must not see ------------------------------------------------------------------------------- */

typedef struct bytes { unsigned char at[4096]; size_t n; } bytes;

static void add(bytes *b, const void *from, size_t n)
{
    memcpy(b->at + b->n, from, n);
    b->n += n;
}

static void add_number(bytes *b, uint32_t number, int count, bool little)
{
    for (int i = 0; i < count; i++)
        b->at[b->n++] = (unsigned char)(number >> 8 * (little ? i : count - 1 - i));
}

/* Without its checksum, which nobody compares. */
static void add_chunk(bytes *b, const char *name, const void *data, size_t n)
{
    add_number(b, (uint32_t)n, 4, false);
    add(b, name, 4);
    add(b, data, n);
    add_number(b, 0, 4, false);
}

static bytes png_begin(uint32_t width, uint32_t height, unsigned depth, unsigned colour, unsigned interlaced)
{
    bytes b = { .n = 0 }, header = { .n = 0 };
    add(&b, "\x89PNG\r\n\x1a\n", 8);
    add_number(&header, width, 4, false);
    add_number(&header, height, 4, false);
    add(&header, (unsigned char[]){ (unsigned char)depth, (unsigned char)colour, 0, 0, (unsigned char)interlaced }, 5);
    add_chunk(&b, "IHDR", header.at, header.n);
    return b;
}

/* A zlib stream of one stored block, and the end. */
static void png_end(bytes *b, const void *rows, size_t n)
{
    bytes z = { .n = 0 };
    uint32_t low = 1, high = 0;             /* Adler-32 */
    for (size_t i = 0; i < n; i++) {
        low = (low + ((const unsigned char *)rows)[i]) % 65521;
        high = (high + low) % 65521;
    }
    add(&z, "\x78\x01\x01", 3);
    add_number(&z, (uint32_t)n, 2, true);
    add_number(&z, ~(uint32_t)n, 2, true);
    add(&z, rows, n);
    add_number(&z, high << 16 | low, 4, false);
    add_chunk(b, "IDAT", z.at, z.n);
    add_chunk(b, "IEND", "", 0);
}

static gd_tensor *image_of(const bytes *b)
{
    put_bytes("image", b->at, b->n);
    gd_clear_error();
    return gd_image_read("image", 0);
}

static bool has_stb(void)
{
    const bool stb = gd_image_read(golden("grey.png"), 0) || !without_stb();
    gd_clear_error();
    return stb;
}

static void ck_not_decoded(const bytes *b, const char *why)
{
    char message[300];
    snprintf(message, sizeof message, "gd_image_read: image cannot be decoded: %s", why);
    ck_assert_ptr_null(image_of(b));
    ck_message(message);
}

/* A JPEG file that ends after one Huffman table. */
static bytes huffman(const unsigned char counts[16], unsigned symbols, unsigned length)
{
    bytes b = { .n = 0 };
    add(&b, "\xff\xd8\xff\xc4", 4);
    add_number(&b, length, 2, false);
    add(&b, "\0", 1);
    add(&b, counts, 16);
    memset(b.at + b.n, 1, symbols);
    b.n += symbols;
    add(&b, "\xff\xd9", 2);
    return b;
}

START_TEST(huffman_tables)
{
    const unsigned char many[16] = { [13] = 255, 255, 255 }, wide[16] = { 1, 3 }, good[16] = { 1, 1 };
    bytes b = huffman(many, 765, 2 + 17 + 765);
    if (!has_stb())
        return;
    ck_not_decoded(&b, "a Huffman table has 765 codes, more than there are");
    b = huffman(wide, 4, 2 + 17 + 4);
    ck_not_decoded(&b, "a Huffman table has 4 codes, more than there are of their lengths");
    b = huffman(good, 2, 2 + 17 + 1);
    ck_not_decoded(&b, "a Huffman table is cut short");
    b = huffman(good, 2, 200);
    ck_not_decoded(&b, "the segment at byte 2 has 200 bytes, and 23 follow");
    b = huffman(good, 2, 1);
    ck_not_decoded(&b, "the segment at byte 2 has 1 bytes, and 23 follow");
    b = huffman(good, 2, 2 + 17 + 2);
    ck_assert_ptr_null(image_of(&b));       /* stb_image misses the frame */
    ck_message_begins("gd_image_read: image cannot be decoded: ");
}
END_TEST

START_TEST(palettes_of_png)
{
    const unsigned char colours[] = { 255, 0, 0, 0, 255, 0 };
    bytes b = png_begin(4, 1, 2, 3, 0);
    if (!has_stb())
        return;
    add_chunk(&b, "PLTE", colours, 6);
    png_end(&b, "\0\x1b", 2);               /* the pixels 0, 1, 2, 3 */
    gd_tensor *t = image_of(&b);
    ck_shape(t, 3, 1, 4);
    ck_exact_values(t, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
    b = png_begin(4, 1, 2, 3, 0);
    add_chunk(&b, "PLTE", colours, 6);
    add_chunk(&b, "tRNS", "\0\xff\xff", 3);
    png_end(&b, "\0\x1b", 2);
    ck_not_decoded(&b, "its palette has 2 colours and 3 opacities");
    b = png_begin(4, 1, 2, 3, 0);
    add_chunk(&b, "PLTE", colours, 6);
    add_chunk(&b, "PLTE", colours, 6);
    png_end(&b, "\0\x1b", 2);
    ck_not_decoded(&b, "it has two palettes");
    b = png_begin(4, 1, 2, 3, 0);
    add_chunk(&b, "PLTE", colours, 0);
    png_end(&b, "\0\x1b", 2);
    ck_not_decoded(&b, "unknown image type");
}
END_TEST

START_TEST(chunks_of_png)
{
    bytes b = png_begin(1, 1, 8, 0, 0);
    if (!has_stb())
        return;
    ck_not_decoded(&b, "it ends before its end chunk");
    png_end(&b, "\0\x33", 2);
    ck_exact_values(image_of(&b), (gd_real)0.2);
    b.at[33] = 0x7f;                        /* the length of IDAT */
    ck_not_decoded(&b, "the chunk at byte 33 has 2130706445 bytes, and 25 follow");
    b.at[33] = 0xff;
    ck_not_decoded(&b, "the chunk at byte 33 has 4278190093 bytes, and 25 follow");
}
END_TEST

START_TEST(pixels_of_png)
{
    static const unsigned char zeros[2000];
    if (!has_stb())
        return;
    bytes b = png_begin(3, 2, 1, 0, 0);     /* rows of 1 + 1 bytes */
    png_end(&b, "\0\xa0\0\x40", 4);
    ck_exact_values(image_of(&b), 1, 0, 1, 0, 1, 0);
    b = png_begin(9, 7, 8, 2, 1);           /* 14 rows in seven images, 3 * 63 samples */
    png_end(&b, zeros, 204);
    const bool zlib = !image_of(&b) && strstr(gd_last_error(), "should have");
    b = png_begin(9, 7, 8, 2, 1);
    png_end(&b, zeros, 203);
    ck_shape(image_of(&b), 3, 7, 9);
    if (!zlib)
        return;
    b = png_begin(9, 7, 8, 2, 1);
    png_end(&b, zeros, 204);
    ck_not_decoded(&b, "its pixels should have 203 bytes, and at least 204 were decompressed");
    b = png_begin(1, 1, 8, 0, 0);
    png_end(&b, zeros, 2000);
    ck_not_decoded(&b, "its pixels should have 2 bytes, and at least 2000 were decompressed");
    b = png_begin(1, 2, 8, 0, 0);
    png_end(&b, zeros, 3);
    ck_not_decoded(&b, "its pixels should have 4 bytes, and 3 were decompressed");
    b = png_begin(1, 2, 8, 0, 0);
    png_end(&b, zeros, 4);
    b.at[b.n - 17] ^= 1;                    /* the last byte of the checksum */
    ck_not_decoded(&b, "its pixels cannot be decompressed: incorrect data check");
}
END_TEST

static bytes bmp(unsigned header, int32_t width, int32_t height, unsigned bits, unsigned rows)
{
    const int side = header == 12 ? 2 : 4;
    bytes b = { .n = 0 };
    add(&b, "BM\0\0\0\0\0\0\0\0", 10);
    add_number(&b, rows, 4, true);
    add_number(&b, header, 4, true);
    add_number(&b, (uint32_t)width, side, true);
    add_number(&b, (uint32_t)height, side, true);
    add_number(&b, 1, 2, true);
    add_number(&b, bits, 2, true);
    if (header > 12)
        b.n += header - 16;
    return b;
}

START_TEST(bitmaps)
{
    static const unsigned char zeros[4];
    if (!has_stb())
        return;
    bytes b = bmp(40, 1, 2, 24, 54);
    add(&b, "\0\0\xff\0\0\xff\0", 7);       /* BGR, from the bottom; the last row may end with its pixels */
    ck_exact_values(image_of(&b), 0, 1, 1, 0, 0, 0);
    b.n--;
    ck_not_decoded(&b, "1 x 2 pixels of 24 bits need 61 bytes, and it has 60");
    b = bmp(40, 1, -2, 24, 54);
    add(&b, "\0\0\xff\0\0\xff\0", 7);
    ck_exact_values(image_of(&b), 1, 0, 0, 1, 0, 0);
    gd_set_read_limit(10);
    ck_assert_ptr_null(image_of(&b));
    ck_message("gd_image_read: image is an image of 1 x 2 pixels, 8 bytes: gd_set_read_limit allows 10");
    gd_set_read_limit(0);
    b = bmp(40, 1, INT32_MIN, 24, 54);
    ck_not_decoded(&b, "an image of 1 x 2147483648 pixels");
    b = bmp(40, INT32_MAX, INT32_MIN, 32, 54);
    ck_not_decoded(&b, "an image of 2147483647 x 2147483648 pixels");
    b = bmp(40, 1 << 24, 1 << 24, 32, 54);
    ck_not_decoded(&b, "16777216 x 16777216 pixels of 32 bits need 1125899906842678 bytes, and it has 54");
    b.n -= 1;
    ck_not_decoded(&b, "its header is cut off");
    b = bmp(40, 2, 1, 8, 54);
    add(&b, zeros, 4);
    ck_not_decoded(&b, "it has no palette");
    b = bmp(40, 2, 1, 7, 54);
    ck_not_decoded(&b, "pixels of 7 bits are unknown");
    b = bmp(40, 2, 1, 8, 58);
    add(&b, "\xff\0\0\0\0\xc8\0\0", 8);     /* a palette of one colour, blue, and the pixels 0 and 200 */
    ck_exact_values(image_of(&b), 0, 0, 0, 0, 1, 0);
    b = bmp(12, 2, 1, 1, 32);               /* OS/2: a palette of 3 bytes each */
    add(&b, "\xff\0\0\0\xff\0\x40\0\0\0", 10);
    ck_exact_values(image_of(&b), 0, 0, 0, 1, 1, 0);
}
END_TEST

/* ---- CIFAR-10 -------------------------------------------------------------------------------------------------- */

enum { RECORD = 3073 };

START_TEST(reads_cifar)
{
    static unsigned char records[3 * RECORD];
    for (int i = 0; i < 3; i++) {
        records[i * RECORD] = (unsigned char)(3 * i);
        for (int k = 0; k < 3072; k++)
            records[i * RECORD + 1 + k] = (unsigned char)(k + i);
    }
    put_bytes("three.bin", records, sizeof records);
    gd_dataset set = gd_cifar_read("three.bin");
    ck_shape(set.x, 3, 3, 32, 32);
    ck_values(set.y, 0, 3, 6);
    ck_near((double)gd_at(set.x, GD_SHAPE(2, 1, 0, 5)) * 255, (1024 + 5 + 2) % 256, 1e-4);
    put_bytes("cut.bin", records, sizeof records - 1);
    ck_refused(gd_cifar_read("cut.bin").x,
               "gd_cifar_read: cut.bin has 9218 bytes, which are no whole number of records of 3073");
    records[RECORD] = 10;
    put_bytes("label.bin", records, sizeof records);
    ck_refused(gd_cifar_read("label.bin").x, "gd_cifar_read: label.bin: the label of record 1 is 10: classes are 0 .. "
               "9");
    put_bytes("test_batch.bin", records, sizeof records);
    gd_clear_error();
    ck_assert_ptr_null(gd_cifar10(".", false).x);
    ck_message("gd_cifar10: ./test_batch.bin: the label of record 1 is 10: classes are 0 .. 9");
    ck_assert_ptr_null(gd_cifar10(".", true).x);
    ck_message_begins("gd_cifar10: there is no data_batch_1.bin in .");
}
END_TEST

/* ---- Changes at random ----------------------------------------------------------------------------------------- */

/* Pixel (row, column) of channel c of image i is 1000 i + 100 c + 10 row + column + 1. */
static gd_tensor *numbered(int64_t n)
{
    gd_tensor *x = gd_zeros(GD_SHAPE(n, 2, 4, 5));
    for (int64_t k = 0; k < x->numel; k++)
        x->data[k] = (gd_real)(1000 * (k / 40) + 100 * (k / 20 % 2) + 10 * (k / 5 % 4) + k % 5 + 1);
    return x;
}

static double number_at(int64_t i, int64_t c, int64_t row, int64_t column)
{
    return row < 0 || row >= 4 || column < 0 || column >= 5 ? 0 : (double)(1000 * i + 100 * c + 10 * row + column + 1);
}

/* Is image i of x the original, moved? */
static bool is_moved(const gd_tensor *x, int64_t i, int64_t down, int64_t right)
{
    for (int64_t c = 0; c < 2; c++)
        for (int64_t row = 0; row < x->shape[2]; row++)
            for (int64_t column = 0; column < x->shape[3]; column++)
                if ((double)gd_at(x, GD_SHAPE(i, c, row, column)) != number_at(i, c, row + down, column + right))
                    return false;
    return true;
}

START_TEST(shifts_and_crops)
{
    int seen[5][5] = { { 0 } };
    gd_seed(4);
    gd_tensor *x = numbered(500), *whole = numbered(500);
    ck_good(gd_random_shift(x, 2));
    for (int64_t i = 0; i < 500; i++) {
        int found = 0;
        for (int down = -2; down <= 2; down++)
            for (int right = -2; right <= 2; right++)
                if (is_moved(x, i, down, right)) {
                    seen[down + 2][right + 2]++;
                    found++;
                }
        ck_assert_int_eq(found, 1);
    }
    for (int k = 0; k < 25; k++)
        ck_assert(seen[k / 5][k % 5] > 5);              /* 20 expected */
    gd_seed(4);
    gd_tensor *same = gd_random_crop(whole, 4, 5, 2);   /* the same as a shift */
    ck_assert(far_apart(same, x) == 0);
    gd_seed(4);                                         /* a view */
    gd_tensor *strided = gd_transpose(gd_contiguous(gd_transpose(whole, 1, 3)), 1, 3);
    ck_good(!strided->contiguous && gd_random_shift(strided, 2));
    ck_assert(far_apart(gd_contiguous(strided), x) == 0);
    gd_tensor *part = gd_random_crop(gd_slice(whole, 0, 0, 1, 1), 2, 3, 0);
    ck_shape(part, 1, 2, 2, 3);
    ck_refused(gd_random_crop(whole, 9, 5, 2), "gd_random_crop: x is [500, 2, 4, 5]: with padding = 2 there is no "
               "part of 9"
                                               " x 5 pixels");
    ck_refused(gd_random_shift(gd_zeros(GD_SHAPE(2, 3)), 1), "gd_random_shift: x is [2, 3]: [n, channels, height, "
               "width] or"
                                                             " [channels, height, width] expected");
    ck_refused(gd_random_shift(whole, -1), "gd_random_shift: pixels = -1 must lie in 0 .. 2147483647");
    ck_refused(gd_random_shift(gd_requires_grad(gd_zeros(GD_SHAPE(1, 2, 2))), 1), "gd_random_shift: x, [1, 2, 2], "
               "requires"
               " a gradient or depends on what does: a change in place would not be recorded");
    ck_good(gd_random_shift(gd_zeros(GD_SHAPE(0, 1, 2, 2)), 1));
}
END_TEST

START_TEST(flips)
{
    gd_seed(5);
    gd_tensor *x = numbered(1000);
    int flipped = 0;
    ck_good(gd_random_flip(x, 0.25));
    for (int64_t i = 0; i < 1000; i++) {
        const bool turned = (double)gd_at(x, GD_SHAPE(i, 0, 0, 0)) == number_at(i, 0, 0, 4);
        flipped += turned;
        for (int64_t k = 0; k < 40; k++)
            ck_assert((double)gd_at(x, GD_SHAPE(i, k / 20, k / 5 % 4, k % 5)) ==
                      number_at(i, k / 20, k / 5 % 4, turned ? 4 - k % 5 : k % 5));
    }
    ck_near(flipped, 250, 70);
    gd_tensor *same = gd_expand(gd_zeros(GD_SHAPE(1, 1, 2, 3)), GD_SHAPE(4, 1, 2, 3));
    ck_refused(gd_random_flip(same, 1),
               "gd_random_flip: x, [4, 1, 2, 3], is an expanded view: several of its elements are one number in "
               "memory");
    ck_refused(gd_random_flip(x, 1.5), "gd_random_flip: probability = 1.5 must lie in [0, 1]");
}
END_TEST

START_TEST(cuts_out)
{
    gd_seed(6);
    gd_tensor *x = numbered(300);
    int whole = 0;
    ck_good(gd_random_cutout(x, 2));
    for (int64_t i = 0; i < 300; i++) {
        int zeros = 0;
        for (int64_t k = 0; k < 20; k++) {
            const bool zero = gd_at(x, GD_SHAPE(i, 0, k / 5, k % 5)) == 0;
            zeros += zero;
            ck_assert(zero == (gd_at(x, GD_SHAPE(i, 1, k / 5, k % 5)) == 0));
        }
        ck_assert(zeros == 1 || zeros == 2 || zeros == 4);
        whole += zeros == 4;
    }
    ck_near(whole, 300 * 12 / 20.0, 60);
    ck_refused(gd_random_cutout(x, 0), "gd_random_cutout: size = 0 must lie in 1 .. 2147483647");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("images");
    TCase *tests = scratch_case(suite, "images");
    tcase_add_test(tests, reads_png);
    tcase_add_test(tests, damaged_png);
    tcase_add_test(tests, huffman_tables);
    tcase_add_test(tests, palettes_of_png);
    tcase_add_test(tests, chunks_of_png);
    tcase_add_test(tests, pixels_of_png);
    tcase_add_test(tests, bitmaps);
    tcase_add_test(tests, reads_cifar);
    tcase_add_test(tests, shifts_and_crops);
    tcase_add_test(tests, flips);
    tcase_add_test(tests, cuts_out);
    return run_suite(suite);
}
