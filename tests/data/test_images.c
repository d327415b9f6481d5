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
    tcase_add_test(tests, reads_cifar);
    tcase_add_test(tests, shifts_and_crops);
    tcase_add_test(tests, flips);
    tcase_add_test(tests, cuts_out);
    return run_suite(suite);
}
