/* looks.c - recognizing file formats by their first bytes, as in their specifications. */
#include <string.h>

#include "looks.h"

#define PYTORCH "save its tensors with safetensors.torch.save_file"

typedef struct signature {
    const char *looks, *bytes;
    size_t      n;
} signature;

#define BEGINS(bytes, looks) { looks, bytes, sizeof(bytes) - 1 }

static const signature signatures[] = {
    BEGINS("version https://git-lfs", "a Git LFS pointer, which stands for the file: git lfs pull fetches it"),
    BEGINS("\x1f\x8b", "gzip: gunzip the file first"),
    BEGINS("\x80\x02\x8a\nl\xfc\x9c" "F\xf9 j\xa8P", "a PyTorch file of before 1.6: " PYTORCH),
    BEGINS("\x80\x02", "a Python pickle, as PyTorch's .pt files were: " PYTORCH),
    BEGINS("\x80\x03", "a Python pickle"), BEGINS("\x80\x04", "a Python pickle"),
    BEGINS("\x80\x05", "a Python pickle"),
    BEGINS("\x89PNG", "a PNG picture"), BEGINS("\xff\xd8\xff", "a JPEG picture"), BEGINS("GIF8", "a GIF picture"),
    BEGINS("%PDF-", "a PDF document"), BEGINS("\x89HDF\r\n", "an HDF5 file"), BEGINS("PAR1", "a Parquet file"),
    BEGINS("\x93NUMPY", "a NumPy array: gd_npy_read reads it"), BEGINS("MATLAB 5.0", "a MATLAB file"),
    BEGINS("ARROW1", "an Arrow file"), BEGINS("GGUF", "a GGUF model"),
    BEGINS("SQLite format 3", "an SQLite database"),
    BEGINS("BZh", "bzip2: bunzip2 the file first"), BEGINS("\xfd" "7zXZ", "xz: unxz the file first"),
    BEGINS("\x28\xb5\x2f\xfd", "zstd: unzstd the file first"), BEGINS("7z\xbc\xaf", "a 7z archive: unpack it first"),
    BEGINS("Rar!", "a RAR archive: unpack it first"), BEGINS("\x7f" "ELF", "a program"),
    BEGINS("\xd0\xcf\x11\xe0", "an old Office document (.xls, .doc): export it as CSV"),
    BEGINS("\x1f\x9d", "compress: uncompress the file first"), BEGINS("\x04\"M\x18", "lz4: unlz4 the file first"),
    BEGINS("RIFF", "a RIFF file, such as WAV sound or WebP pictures"), BEGINS("II*\0", "a TIFF picture"),
    BEGINS("X\n", "an R data file"), BEGINS("RDX", "an R data file")
};

static bool begins(const unsigned char *bytes, size_t n, const char *with)
{
    size_t length = strlen(with);
    if (n < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        unsigned char c = bytes[i];
        if (c >= 'A' && c <= 'Z')
            c = (unsigned char)(c + ('a' - 'A'));
        if (c != (unsigned char)with[i])
            return false;
    }
    return true;
}

static const char *markup(const unsigned char *bytes, size_t n)
{
    static const char *const pages[] = { "<!doctype html", "<html", "<head", "<body", "<script", "<!--" };
    if (n >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        n -= 3;
    }
    for (; n > 0 && memchr(" \t\r\n", *bytes, 4); n--)
        bytes++;
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
        if (begins(bytes, n, pages[i]))
            return "a web page: the address may be that of a page about the file, or of an error message";
    return begins(bytes, n, "<?xml") || begins(bytes, n, "<svg") ? "XML" : NULL;
}

static bool contains(const unsigned char *bytes, size_t n, const char *text)
{
    size_t length = strlen(text);
    for (size_t i = 0; i + length <= n; i++)
        if (memcmp(bytes + i, text, length) == 0)
            return true;
    return false;
}

/* The name of a zip archive's first member begins at byte 30, its length is in bytes 26 and 27. */
static const char *zip(const unsigned char *bytes, size_t n)
{
    if (n < 4 || (memcmp(bytes, "PK\3\4", 4) != 0 && memcmp(bytes, "PK\5\6", 4) != 0))
        return NULL;
    size_t length = n >= 30 ? bytes[26] + 256u * bytes[27] : 0;
    const unsigned char *name = bytes + 30;
    if (n < 30 || length > n - 30)
        return "a zip archive: unzip it first";
    if (contains(name, length, ".npy"))
        return "a NumPy .npz archive: unzip it and read the .npy files in it";
    if (contains(name, length, "data.pkl") || contains(name, length, "archive/"))
        return "a PyTorch file: " PYTORCH;
    if (contains(name, length, "[Content_Types].xml") || contains(name, length, "xl/"))
        return "an Excel workbook: export it as CSV";
    return "a zip archive: unzip it first";
}

/* UTF-32 and UTF-16 by their byte order marks; UTF-16 also by every other byte being 0, as in Latin letters and
 * digits. */
static const char *wide_text(const unsigned char *bytes, size_t n)
{
    static const char *const looks = "UTF-16 text: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)";
    size_t even = 0, odd = 0, half = n / 2;
    if (n >= 4 && (memcmp(bytes, "\xff\xfe\0\0", 4) == 0 || memcmp(bytes, "\0\0\xfe\xff", 4) == 0))
        return "UTF-32 text: save it as UTF-8 (iconv -f UTF-32 -t UTF-8)";
    if (n >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0))
        return looks;
    for (size_t i = 0; i < n; i++) {
        even += i % 2 == 0 && bytes[i] == 0;
        odd += i % 2 == 1 && bytes[i] == 0;
    }
    return half >= 4 && ((odd > half * 9 / 10 && even == 0) || (even > half * 9 / 10 && odd == 0)) ? looks : NULL;
}

static bool is_text(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] < ' ' && !memchr("\t\r\n\f", bytes[i], 4))
            return false;
    return n > 0;
}

static const char *format_of(const unsigned char *bytes, size_t n)
{
    const char *looks;
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++)
        if (n >= signatures[i].n && memcmp(bytes, signatures[i].bytes, signatures[i].n) == 0 &&
            !(signatures[i].n < 5 && is_text(bytes, n)))        /* text may begin with so few letters by chance */
            return signatures[i].looks;
    if ((looks = zip(bytes, n)) || (looks = markup(bytes, n)) || (looks = wide_text(bytes, n)))
        return looks;
    return n >= 262 && memcmp(bytes + 257, "ustar", 5) == 0 ? "a tar archive: unpack it first" : NULL;
}

const char *gi_looks_like(const unsigned char *bytes, size_t n)
{
    const char *looks = format_of(bytes, n);
    if (looks)
        return looks;
    if (n >= 9 && memcmp(bytes + 4, "\0\0\0\0{", 5) == 0)
        return "a safetensors file: gd_safetensors_open reads it";
    if (n >= 8 && bytes[0] == 0 && bytes[1] == 0 && memchr("\x8\x9\xb\xc\xd\xe", bytes[2], 6) && bytes[3] >= 1 &&
        bytes[3] <= 8)
        return "an IDX file: gd_idx_read reads it";
    return is_text(bytes, n) ? "text" : NULL;
}

const char *gi_looks_foreign(const unsigned char *bytes, size_t n)
{
    const char *looks = format_of(bytes, n);
    if (looks)
        return looks;
    return memchr(bytes, 0, n) ? gi_looks_like(bytes, n) ? gi_looks_like(bytes, n) : "binary data" : NULL;
}
