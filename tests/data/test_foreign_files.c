/* test_foreign_files.c - files in an unexpected form or of another kind: padded and concatenated gzip, pipes,
 * several arrays in one file, limits; and what each reader says about a web page, an archive and so on. */
#define _XOPEN_SOURCE 700
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "support/scratch.h"

#include "gradus/checkpoint.h"

/* ---- Files of other kinds ----------------------------------------------------------------------------- */

#define PAGE "a web page: the address may be that of a page about the file, or of an error message"
#define TORCH "save its tensors with safetensors.torch.save_file"
#define NAMED(name, length) "PK\3\4\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0" length "\0\0\0" name

typedef struct foreign {
    const char *bytes;
    size_t      n;
    const char *looks;
} foreign;

#define BYTES(text) text, sizeof(text) - 1

static const foreign foreigners[] = {
    { BYTES("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 12345\n"),
      "a Git LFS pointer, which stands for the file: git lfs pull fetches it" },
    { BYTES("<!DOCTYPE html>\n<html><head><title>404</title></head></html>\n"), PAGE },
    { BYTES("\xef\xbb\xbf\n  <HTML lang=\"en\">\n"), PAGE },
    { BYTES("<?xml version=\"1.0\"?>\n<Error/>\n"), "XML" },
    { BYTES(NAMED("weights.npy", "\x0b") "12345"), "a NumPy .npz archive: unzip it and read the .npy files in it" },
    { BYTES(NAMED("archive/data.pkl", "\x10") "\x80\2"), "a PyTorch file: " TORCH },
    { BYTES(NAMED("xl/workbook.xml", "\x0f")), "an Excel workbook: export it as CSV" },
    { BYTES(NAMED("a.txt", "\5") "12345678"), "a zip archive: unzip it first" },
    { BYTES("PK\5\6\0\0\0\0\0\0\0\0\0\0"), "a zip archive: unzip it first" },
    { BYTES("\x80\2\x8a\nl\xfc\x9c" "F\xf9 j\xa8P\x19.\x80\2M\xe9\3."), "a PyTorch file of before 1.6: " TORCH },
    { BYTES("\x80\2}q\0X\1\0\0\0aq\1K\1s."), "a Python pickle, as PyTorch's .pt files were: " TORCH },
    { BYTES("\x80\4\x95\x0b\0\0\0\0\0\0\0}\x94."), "a Python pickle" },
    { BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "a PNG picture" },
    { BYTES("\xff\xd8\xff\xe0\0\x10JFIF\0"), "a JPEG picture" },
    { BYTES("%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), "a PDF document" },
    { BYTES("\x89HDF\r\n\x1a\n\0\0\0\0"), "an HDF5 file" },
    { BYTES("\xff\xfe" "1\0,\0" "2\0\n\0"), "UTF-16 text: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)" },
    { BYTES("\xfe\xff\0" "1\0,\0" "2\0\n"), "UTF-16 text: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)" },
    { BYTES("1\0,\0" "2\0\n\0" "3\0,\0" "4\0\n\0"), "UTF-16 text: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)" },
    { BYTES("BZh91AY&SY\x01\x02\x03"), "bzip2: bunzip2 the file first" },
    { BYTES("\xfd" "7zXZ\0\0\4"), "xz: unxz the file first" },
    { BYTES("\x28\xb5\x2f\xfd\4\0\x41\0\0"), "zstd: unzstd the file first" },
};

static void check_refusal(const char *function, const char *kind, const char *path, const char *looks)
{
    char message[400];
    snprintf(message, sizeof message, "%s: %s is not %s: it looks like %s", function, path, kind, looks);
    ck_message(message);
}

/* Every reader, of data sets and checkpoints too, gives the same explanation. */
START_TEST(foreign_files)
{
    const foreign *f = &foreigners[_i];
    put_bytes("f", f->bytes, f->n);
    ck_assert_ptr_null(gd_csv_read("f", (gd_csv_options){ .allow_nan = true }));
    check_refusal("gd_csv_read", "a table of text", "f", f->looks);
    ck_assert_ptr_null(gd_idx_read("f"));
    check_refusal("gd_idx_read", "an IDX file", "f", f->looks);
    ck_assert_ptr_null(gd_npy_read("f"));
    check_refusal("gd_npy_read", "an NPY file", "f", f->looks);
    ck_assert_int_eq(gd_npy_count("f"), -1);
    check_refusal("gd_npy_count", "an NPY file", "f", f->looks);
    ck_assert_ptr_null(gd_safetensors_open("f"));
    check_refusal("gd_safetensors_open", "a safetensors file", "f", f->looks);
    ck_assert_ptr_null(gd_airfoil("f").x);
    check_refusal("gd_airfoil", "a table of text", "f", f->looks);
    put_bytes("train-labels-idx1-ubyte", f->bytes, f->n);
    put_bytes("train-images-idx3-ubyte", f->bytes, f->n);
    ck_assert_ptr_null(gd_fashion_mnist(".", true).x);
    check_refusal("gd_fashion_mnist", "an IDX file", "./train-labels-idx1-ubyte", f->looks);
    gd_params *p = gd_params_new();
    ck_assert(!gd_load("f", p, NULL));
    check_refusal("gd_safetensors_open", "a safetensors file", "f", f->looks);
    gd_params_free(p);
}
END_TEST

/* The library's own formats where another one is expected. */
START_TEST(own_formats)
{
    gd_tensor *t = gd_ones(GD_SHAPE(2));
    const char *name = "w";
    ck_assert(gd_npy_write("n", t) && gd_safetensors_write("s", &name, &t, 1, NULL, 0));
    put_bytes("i", "\0\0\x08\1\0\0\0\2\1\2", 10);
    put_text("t", "1,2\n3,4\n");
    ck_assert_ptr_null(gd_csv_read("n", (gd_csv_options){ 0 }));
    check_refusal("gd_csv_read", "a table of text", "n", "a NumPy array: gd_npy_read reads it");
    ck_assert_ptr_null(gd_csv_read("i", (gd_csv_options){ 0 }));
    check_refusal("gd_csv_read", "a table of text", "i", "an IDX file: gd_idx_read reads it");
    ck_assert_ptr_null(gd_csv_read("s", (gd_csv_options){ 0 }));
    check_refusal("gd_csv_read", "a table of text", "s", "a safetensors file: gd_safetensors_open reads it");
    ck_assert_ptr_null(gd_npy_read("s"));
    check_refusal("gd_npy_read", "an NPY file", "s", "a safetensors file: gd_safetensors_open reads it");
    ck_assert_ptr_null(gd_safetensors_open("n"));
    check_refusal("gd_safetensors_open", "a safetensors file", "n", "a NumPy array: gd_npy_read reads it");
    ck_assert_ptr_null(gd_safetensors_open("t"));
    check_refusal("gd_safetensors_open", "a safetensors file", "t", "text");
    ck_assert_ptr_null(gd_idx_read("t"));
    check_refusal("gd_idx_read", "an IDX file", "t", "text");
}
END_TEST

/* Column names that begin like other formats are just names. */
START_TEST(text_is_text)
{
    static const char *const texts[] = {
        "PAR1,PAR2\n1,2\n", "X\n1\n", "GIF8,b\n1,2\n", "BZh,b\n1,2\n", "PK,b\n1,2\n", "RDX,Rar!\n1,2\n",
        "<a>,<b>\n1,2\n", "version,b\n1,2\n", "Länge,Größe\n1,2\n"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        put_text("f", texts[i]);
        ck_assert_msg(gd_csv_read("f", (gd_csv_options){ 0 }), "%s", gd_last_error());
    }
}
END_TEST

START_TEST(empty_files_and_folders)
{
    put_text("f", "");
    ck_assert_int_eq(mkdir("d", 0700), 0);
    ck_assert_ptr_null(gd_csv_read("f", (gd_csv_options){ 0 }));
    ck_message("gd_csv_read: f is empty");
    ck_assert_ptr_null(gd_idx_read("f"));
    ck_message("gd_idx_read: f is empty");
    ck_assert_ptr_null(gd_npy_read("f"));
    ck_message("gd_npy_read: f is empty");
    ck_assert_ptr_null(gd_safetensors_open("f"));
    ck_message("gd_safetensors_open: f is empty");
    ck_assert_ptr_null(gd_airfoil("f").x);
    ck_message("gd_airfoil: f is empty");
    ck_assert_ptr_null(gd_idx_read("d"));
    ck_message("gd_idx_read: d cannot be read: Is a directory");
    ck_assert_ptr_null(gd_npy_read("d"));
    ck_message("gd_npy_read: d cannot be read: Is a directory");
    ck_assert_ptr_null(gd_safetensors_open("d"));
    ck_message("gd_safetensors_open: d cannot be read: Is a directory");
}
END_TEST

/* ---- gzip --------------------------------------------------------------------------------------------- */

/* bytes as a gzip member with one stored block (RFC 1951, RFC 1952); its length. */
static size_t member(unsigned char *to, const void *bytes, size_t n)
{
    static const unsigned char begin[] = { 31, 139, 8, 0, 0, 0, 0, 0, 0, 3, 1 };
    const unsigned char *from = bytes;
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < n; i++) {
        crc ^= from[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320 : 0);
    }
    crc = ~crc;
    memcpy(to, begin, sizeof begin);
    unsigned char *at = to + sizeof begin;
    *at++ = (unsigned char)n;
    *at++ = (unsigned char)(n >> 8);
    *at++ = (unsigned char)~n;
    *at++ = (unsigned char)(~n >> 8);
    memcpy(at, bytes, n);
    at += n;
    for (int k = 0; k < 4; k++)
        *at++ = (unsigned char)(crc >> 8 * k);
    for (int k = 0; k < 4; k++)
        *at++ = (unsigned char)(n >> 8 * k);
    return (size_t)(at - to);
}

static const unsigned char idx[] = { 0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9 };

static bool has_zlib(void)
{
    unsigned char file[100];
    put_bytes("z", file, member(file, idx, sizeof idx));
    bool has = gd_idx_read("z") != NULL;
    ck_assert_msg(has || strstr(gd_last_error(), "without zlib"), "%s", gd_last_error());
    gd_clear_error();
    return has;
}

static void ck_idx(const char *path)
{
    gd_tensor *t = gd_idx_read(path);
    ck_assert_msg(t, "%s", gd_last_error());
    ck_exact_values(t, 7, 8, 9);
}

START_TEST(gzip_with_padding)
{
    static unsigned char file[200000];
    if (!has_zlib())
        return;
    size_t n = member(file, idx, 4);
    put_bytes("f", file, member(file, idx, sizeof idx) + 512);                   /* the block size of a tape */
    ck_idx("f");
    memset(file, 0, sizeof file);
    n = member(file, idx, sizeof idx);
    put_bytes("f", file, sizeof file);                                          /* longer than any buffer */
    ck_idx("f");
    memset(file, 0, sizeof file);
    n = member(file, idx, 4);                                                   /* between members as well */
    n = 1000 + member(file + 1000, idx + 4, sizeof idx - 4);
    put_bytes("f", file, n + 77);
    ck_idx("f");
    file[n + 70] = 'x';
    put_bytes("f", file, n + 77);
    ck_assert_ptr_null(gd_idx_read("f"));
    ck_message("gd_idx_read: f: there are other data after the gzip stream");
    n = member(file, "1,2\n", 4);
    n += member(file + n, "3,4\n", 4);
    put_bytes("f", file, n);
    gd_tensor *t = gd_csv_read("f", (gd_csv_options){ 0 });
    ck_contiguous_shape(t, 2, 2);
    ck_exact_values(t, 1, 2, 3, 4);
}
END_TEST

START_TEST(gzip_of_something_else)
{
    unsigned char file[400];
    static const char page[] = "<!doctype html><title>Not found</title>";
    if (!has_zlib())
        return;
    put_bytes("f", file, member(file, page, sizeof page - 1));
    ck_assert_ptr_null(gd_csv_read("f", (gd_csv_options){ 0 }));
    check_refusal("gd_csv_read", "a table of text", "f", "a compressed file of " PAGE);
    ck_assert_ptr_null(gd_idx_read("f"));
    check_refusal("gd_idx_read", "an IDX file", "f", "a compressed file of " PAGE);
    ck_assert_ptr_null(gd_safetensors_open("f"));
    check_refusal("gd_safetensors_open", "a safetensors file", "f", "gzip: gunzip the file first");
    put_bytes("f", file, member(file, "", 0));
    ck_assert_ptr_null(gd_csv_read("f", (gd_csv_options){ 0 }));
    ck_message("gd_csv_read: f is empty");
    gd_tensor *t = gd_from(GD_SHAPE(2), (gd_real[]){ 1, 2 });
    ck_assert(gd_npy_write("n", t));
    size_t n = get_bytes("n", file + 200, 200);
    unsigned char *whole = malloc(n + 100);
    put_bytes("f", whole, member(whole, file + 200, n));
    free(whole);
    t = gd_npy_read("f");                                                       /* NumPy arrays may be gzipped too */
    ck_assert_msg(t, "%s", gd_last_error());
    ck_exact_values(t, 1, 2);
}
END_TEST

/* ---- Pipes -------------------------------------------------------------------------------------------- */

static void begin_pipe(const void *bytes, size_t n)
{
    remove("pipe");
    ck_assert_int_eq(mkfifo("pipe", 0600), 0);
    if (fork() == 0) {
        signal(SIGPIPE, SIG_IGN);
        FILE *out = fopen("pipe", "wb");
        setvbuf(out, NULL, _IONBF, 0);
        size_t half = n / 2;                /* in two parts */
        if (fwrite(bytes, 1, half, out) == half)
            fwrite((const char *)bytes + half, 1, n - half, out);
        fclose(out);
        _exit(0);
    }
}

static void end_pipe(void)
{
    int status;
    wait(&status);
}

START_TEST(everything_from_a_pipe)
{
    static unsigned char file[100000];
    begin_pipe("1,2\n3,4\n", 8);
    gd_tensor *t = gd_csv_read("pipe", (gd_csv_options){ 0 });
    end_pipe();
    ck_assert_msg(t, "%s", gd_last_error());
    ck_exact_values(t, 1, 2, 3, 4);
    t = gd_linspace(0, 1, 5000);
    ck_assert(gd_npy_write("n", t));
    size_t n = get_bytes("n", file, sizeof file);
    begin_pipe(file, n);
    gd_tensor *back = gd_npy_read("pipe");
    end_pipe();
    ck_assert_msg(back && memcmp(back->data, t->data, 5000 * sizeof(gd_real)) == 0, "%s", gd_last_error());
    begin_pipe(file, n - 1);
    ck_assert_ptr_null(gd_npy_read("pipe"));
    end_pipe();
    ck_assert(strstr(gd_last_error(), "gd_npy_read: pipe should hold"));
    const char *names[] = { "a", "b" };
    gd_tensor *two[] = { t, gd_ones(GD_SHAPE(3)) };
    ck_assert(gd_safetensors_write("s", names, two, 2, NULL, 0));
    n = get_bytes("s", file, sizeof file);
    begin_pipe(file, n);
    gd_safetensors *in = gd_safetensors_open("pipe");
    ck_assert_msg(in, "%s", gd_last_error());
    gd_tensor *b = gd_safetensors_read(in, "b"), *a = gd_safetensors_read(in, "a");       /* backwards too */
    gd_safetensors_close(in);
    end_pipe();
    ck_exact_values(b, 1, 1, 1);
    ck_assert(memcmp(a->data, t->data, 5000 * sizeof(gd_real)) == 0);
    if (has_zlib()) {
        begin_pipe(file, member(file, idx, sizeof idx));
        ck_idx("pipe");
        end_pipe();
        begin_pipe(file, member(file, "5 6\n", 4));
        t = gd_csv_read("pipe", (gd_csv_options){ 0 });
        end_pipe();
        ck_exact_values(t, 5, 6);
    }
}
END_TEST

START_TEST(airfoil_from_a_pipe)
{
    FILE *out = fopen("a", "w");
    for (int i = 0; i < 1503; i++)
        fprintf(out, "%d\t7\t%d\t%d\t%d\t%d\n", i, i % 3, -i, 2 * i + 5, 1000 - i);
    fclose(out);
    static char text[100000];
    begin_pipe(text, get_bytes("a", text, sizeof text));
    gd_dataset set = gd_airfoil("pipe");
    end_pipe();
    ck_assert_msg(set.x, "%s", gd_last_error());
}
END_TEST

/* ---- Several arrays ----------------------------------------------------------------------------------- */

/* Arrays before the one that is read are skipped in pieces of 4096 bytes, here and up to one byte more. */
START_TEST(arrays_are_skipped_whole)
{
    static char file[10000];
    for (int bytes = 4095; bytes <= 4097; bytes++) {
        char header[128];
        int length = snprintf(header, sizeof header, "\x93NUMPY%c%c%c%c{'descr': '|u1', 'fortran_order': False, "
                              "'shape': (%d,), }", 1, 0, 'v', 0, bytes);
        memset(header + length, ' ', sizeof header - (size_t)length);
        header[sizeof header - 1] = '\n';
        memcpy(header + 8, (const char[]){ sizeof header - 10, 0 }, 2);
        memcpy(file, header, sizeof header);
        memset(file + sizeof header, 1, (size_t)bytes);
        ck_assert(gd_npy_write("n", gd_full(GD_SHAPE(2), 7)));
        size_t n = sizeof header + (size_t)bytes;
        n += get_bytes("n", file + n, sizeof file - n);
        put_bytes("f", file, n);
        ck_exact_values(gd_npy_read_at("f", 1), 7, 7);
        ck_assert_int_eq(gd_numel(gd_npy_read_at("f", 0)), bytes);
    }
}
END_TEST

START_TEST(several_arrays)
{
    char file[3000];
    size_t n = 0;
    for (int i = 0; i < 3; i++) {
        ck_assert(gd_npy_write("n", gd_full(GD_SHAPE(i + 1), i)));
        n += get_bytes("n", file + n, sizeof file - n);
    }
    put_bytes("f", file, n);
    ck_assert_int_eq(gd_npy_count("f"), 3);
    ck_assert_int_eq(gd_npy_count("n"), 1);
    ck_exact_values(gd_npy_read_at("f", 0), 0);
    ck_exact_values(gd_npy_read_at("f", 1), 1, 1);
    ck_exact_values(gd_npy_read_at("f", 2), 2, 2, 2);
    ck_assert_ptr_null(gd_npy_read_at("f", 3));
    ck_message("gd_npy_read_at: f holds 3 arrays, counted from 0: there is no array 3");
    ck_assert_ptr_null(gd_npy_read_at("f", -1));
    ck_message("gd_npy_read_at: i = -1 must not be negative");
    ck_assert_ptr_null(gd_npy_read("f"));
    ck_message("gd_npy_read: f holds another array after the first: gd_npy_read_at(path, i) reads each");
    file[n] = 'x';
    put_bytes("f", file, n + 1);
    ck_exact_values(gd_npy_read_at("f", 1), 1, 1);
    ck_assert_ptr_null(gd_npy_read_at("f", 2));
    ck_assert(strstr(gd_last_error(), "has more than the"));
    ck_assert_int_eq(gd_npy_count("f"), -1);
    put_bytes("f", file, n - 1);
    ck_assert_ptr_null(gd_npy_read_at("f", 2));
    ck_assert_int_eq(gd_npy_count("f"), -1);
    ck_assert_int_eq(gd_npy_count("missing"), -1);
}
END_TEST

/* ---- Limits ------------------------------------------------------------------------------------------- */

START_TEST(limits)
{
    static unsigned char file[2000];
    ck_assert_int_eq(gd_read_limit(), INT64_C(1) << 30);
    ck_assert(!gd_set_read_limit(-1));
    ck_message("gd_set_read_limit: bytes = -1 must not be negative");
    ck_assert(gd_set_read_limit(100) && gd_read_limit() == 100);
    char text[201];
    memset(text, '\n', sizeof text);
    memcpy(text, "1", 1);
    put_bytes("f", text, 200);                                                  /* a plain file has none */
    ck_assert_ptr_nonnull(gd_csv_read("f", (gd_csv_options){ 0 }));
    begin_pipe(text, 200);
    ck_assert_ptr_null(gd_csv_read("pipe", (gd_csv_options){ 0 }));
    end_pipe();
    ck_message("gd_csv_read: pipe: the pipe holds more than 100 bytes, the limit of gd_set_read_limit");
    begin_pipe(text, 100);
    ck_assert_ptr_nonnull(gd_csv_read("pipe", (gd_csv_options){ 0 }));
    end_pipe();
    unsigned char big[200] = { 0, 0, 8, 1, 0, 0, 0, 192 };
    begin_pipe(big, 200);
    ck_assert_ptr_null(gd_idx_read("pipe"));
    end_pipe();
    ck_message("gd_idx_read: pipe should hold 192 bytes after byte 8: a pipe may hold 100 in all, the limit of"
               " gd_set_read_limit");
    if (has_zlib()) {
        put_bytes("f", file, member(file, text, 200));
        ck_assert_ptr_null(gd_csv_read("f", (gd_csv_options){ 0 }));
        ck_message("gd_csv_read: f: the compressed file holds more than 100 bytes, the limit of gd_set_read_limit");
        ck_assert_ptr_nonnull(gd_csv_read("f", (gd_csv_options){ .max_bytes = 200 }));
        ck_assert_ptr_null(gd_csv_read("f", (gd_csv_options){ .max_bytes = 199 }));
        ck_message("gd_csv_read: f: the compressed file holds more than 199 bytes, the limit of max_bytes");
        put_bytes("f", file, member(file, big, 200));
        ck_assert_ptr_null(gd_idx_read("f"));
        ck_message("gd_idx_read: f should hold 192 bytes after byte 8: a compressed file may hold 100 in all, the limit"
                   " of gd_set_read_limit");
    }
    ck_assert(gd_set_read_limit(0) && gd_read_limit() == INT64_C(1) << 30);
    ck_assert_ptr_null(gd_csv_read("/dev/zero", (gd_csv_options){ 0 }));
    ck_message("gd_csv_read: /dev/zero is not a table of text: it looks like binary data");
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("data: foreign files");
    TCase *looks = scratch_case(suite, "kinds of files"), *ways = scratch_case(suite, "ways of reading");
    tcase_add_loop_test(looks, foreign_files, 0, (int)(sizeof foreigners / sizeof *foreigners));
    tcase_add_test(looks, own_formats);
    tcase_add_test(looks, text_is_text);
    tcase_add_test(looks, empty_files_and_folders);
    tcase_add_test(ways, gzip_with_padding);
    tcase_add_test(ways, gzip_of_something_else);
    tcase_add_test(ways, everything_from_a_pipe);
    tcase_add_test(ways, airfoil_from_a_pipe);
    tcase_add_test(ways, several_arrays);
    tcase_add_test(ways, arrays_are_skipped_whole);
    tcase_add_test(ways, limits);
    return run_suite(suite);
}
