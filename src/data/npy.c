/* npy.c - NumPy's array file, as numpy.lib.format describes it: six magic bytes, the version, the length of a
 * header, the header, the numbers.  The header is a Python dictionary literal,
 *
 *     {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
 *
 * padded with spaces and a newline, so that the numbers begin at a multiple of 64 bytes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/message.h"
#include "base/start.h"
#include "elements.h"
#include "files/files.h"
#include "gradus/data.h"
#include "npy.h"
#include "numbers_out.h"
#include "tensor/alive.h"
#include "tensor/check.h"
#include "tensor/nest.h"
#include "tensor/new.h"

typedef struct header {
    gi_element type;
    bool       big_endian, fortran;
    bool       has_type, has_order, has_shape;
    int        ndim;
    uint64_t   sizes[GD_MAX_DIMS];
} header;

static const unsigned char magic[6] = { 0x93, 'N', 'U', 'M', 'P', 'Y' };

/* ---- The dictionary ----------------------------------------------------------------------------------- */

typedef struct reader {
    const char *at, *end;
} reader;

static void pass_blanks(reader *r)
{
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n'))
        r->at++;
}

static bool accept(reader *r, const char *word)
{
    pass_blanks(r);
    size_t n = strlen(word);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0)
        return false;
    r->at += n;
    return true;
}

/* A string in single or double quotes, shorter than capacity and without escapes. */
static bool read_text(reader *r, char *text, size_t capacity)
{
    pass_blanks(r);
    if (r->at == r->end || (*r->at != '\'' && *r->at != '"'))
        return false;
    char quote = *r->at++;
    size_t n = 0;
    for (; r->at < r->end && *r->at != quote; r->at++) {
        if (n + 1 == capacity || *r->at == '\\' || *r->at == '\0')
            return false;
        text[n++] = *r->at;
    }
    text[n] = '\0';
    return r->at++ < r->end;
}

static bool read_size(reader *r, uint64_t *size)
{
    pass_blanks(r);
    const char *begin = r->at;
    for (*size = 0; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
        if (*size > (UINT64_MAX - 9) / 10)
            return false;
        *size = 10 * *size + (uint64_t)(*r->at - '0');
    }
    bool any = r->at > begin;
    if (any && r->at < r->end && *r->at == 'L')                 /* Python 2 wrote long numbers as 3L */
        r->at++;
    return any;
}

/* (), (3,), (3, 4): axes beyond GD_MAX_DIMS are counted, not stored. */
static bool read_shape(reader *r, header *h)
{
    if (!accept(r, "("))
        return false;
    for (h->ndim = 0; !accept(r, ")"); h->ndim++) {
        uint64_t size;
        if (!read_size(r, &size))
            return false;
        if (h->ndim < GD_MAX_DIMS)
            h->sizes[h->ndim] = size;
        if (!accept(r, ",")) {
            h->ndim++;
            return h->ndim > 1 && accept(r, ")");               /* (3) is a number, not a tuple */
        }
    }
    return true;
}

/* "<f4": byte order ('|' and '=' leave it open), kind, size. */
static bool read_type(const gi_input *in, const char *text, header *h)
{
    static const struct { char name[4]; gi_element type; } types[] = {
        { "b1", GI_BOOL }, { "u1", GI_U8 }, { "u2", GI_U16 }, { "u4", GI_U32 }, { "u8", GI_U64 }, { "i1", GI_I8 },
        { "i2", GI_I16 }, { "i4", GI_I32 }, { "i8", GI_I64 }, { "f2", GI_F16 }, { "f4", GI_F32 }, { "f8", GI_F64 }
    };
    const char *name = strchr("<>|=", text[0]) && text[0] ? text + 1 : text;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strcmp(name, types[i].name) == 0) {
            h->type = types[i].type;
            h->big_endian = text[0] == '>';
            return gi_element_size(h->type) == 1 || text[0] == '<' || text[0] == '>' ||
                   gd_fail("%s: %s: descr '%s' does not specify the byte order", in->raw.function, in->raw.path,
                           text);
        }
    return gd_fail("%s: %s: descr '%s' is not a kind of number that can be read", in->raw.function, in->raw.path, text);
}

static bool bad_header(const gi_input *in, const char *wrong)
{
    return gd_fail("%s: %s: bad header: %s", in->raw.function, in->raw.path, wrong);
}

static bool read_entry(const gi_input *in, reader *r, header *h)
{
    char key[32], type[16];
    if (!read_text(r, key, sizeof key) || !accept(r, ":"))
        return bad_header(in, "a key in quotes and a colon expected");
    if (strcmp(key, "descr") == 0 && !h->has_type) {
        h->has_type = true;
        return read_text(r, type, sizeof type) ? read_type(in, type, h)
                                               : bad_header(in, "descr is not a short text, such as '<f4'");
    }
    if (strcmp(key, "fortran_order") == 0 && !h->has_order) {
        h->has_order = true;
        h->fortran = accept(r, "True");
        return h->fortran || accept(r, "False") || bad_header(in, "fortran_order is neither True nor False");
    }
    if (strcmp(key, "shape") == 0 && !h->has_shape) {
        h->has_shape = true;
        return read_shape(r, h) || bad_header(in, "shape is not a tuple of sizes");
    }
    return gd_fail("%s: %s: bad header: unexpected key '%s'", in->raw.function, in->raw.path, key);
}

static bool read_dictionary(const gi_input *in, const char *text, size_t length, header *h)
{
    reader r = { text, text + length };
    *h = (header){ .ndim = 0 };
    if (!accept(&r, "{"))
        return bad_header(in, "it does not begin with {");
    while (!accept(&r, "}")) {
        if (!read_entry(in, &r, h))
            return false;
        if (!accept(&r, ",")) {
            if (!accept(&r, "}"))
                return bad_header(in, "a comma or } expected");
            break;
        }
    }
    pass_blanks(&r);
    if (r.at < r.end)
        return bad_header(in, "something follows the }");
    if (!h->has_type || !h->has_order || !h->has_shape)
        return bad_header(in, "descr, fortran_order and shape are all needed");
    if (h->ndim > GD_MAX_DIMS)
        return gd_fail("%s: %s has %d axes; at most %d are possible", in->raw.function, in->raw.path, h->ndim,
                       GD_MAX_DIMS);
    return true;
}

/* ---- Reading ------------------------------------------------------------------------------------------ */

static bool read_header(gi_input *in, header *h)
{
    unsigned char start[8], size[4] = { 0 };
    size_t got;
    if (!gi_input_peek(in, sizeof magic, &got))
        return false;
    if (got == sizeof magic && memcmp(in->front, magic, sizeof magic) != 0)
        return gi_input_is_not(in, "an NPY file", "it does not begin with \\x93NUMPY");
    if (!gi_input_take(in, start, sizeof start, "the magic number"))
        return false;
    if (start[6] < 1 || start[6] > 3 || start[7] != 0)
        return gd_fail("%s: %s has version %d.%d of the format: 1.0, 2.0 or 3.0 expected", in->raw.function,
                       in->raw.path, start[6], start[7]);
    if (!gi_input_take(in, size, start[6] == 1 ? 2 : 4, "the length of the header"))
        return false;
    size_t length = (size_t)(size[0] | size[1] << 8 | size[2] << 16) | (size_t)size[3] << 24;
    if (!gi_input_holds(in, length))
        return false;
    char *text = gi_memory_new(GI_DATA, length + 1);
    bool good = text && gi_input_take(in, text, length, "the header") && read_dictionary(in, text, length, h);
    gi_memory_free(text);
    return good;
}

/* In Fortran order the first axis is contiguous. */
static bool read_fortran(gi_input *in, const header *h, gd_tensor *t)
{
    gd_real *numbers = gi_memory_new(GI_DATA, (size_t)t->numel * sizeof *numbers);
    bool good = numbers && gi_elements_read(in, h->type, h->big_endian, t->numel, numbers);
    if (good) {
        int64_t stride[GD_MAX_DIMS], step = 1;
        for (int i = 0; i < t->ndim; i++) {
            stride[i] = step;
            step *= t->shape[i];
        }
        gi_copy_strided(t->ndim, t->shape, t->data, t->stride, numbers, stride);
    }
    gi_memory_free(numbers);
    return good;
}

gd_tensor *gi_npy_array(gi_input *in)
{
    header h;
    int64_t n, shape[GD_MAX_DIMS];
    if (!read_header(in, &h) || !gi_elements_fit(in, h.type, h.ndim, h.sizes, &n))
        return NULL;
    for (int i = 0; i < h.ndim; i++)
        shape[i] = (int64_t)h.sizes[i];
    gd_tensor *t = gi_new(in->raw.function, h.ndim, shape);
    if (!t)
        return NULL;
    bool good = h.fortran ? read_fortran(in, &h, t) : gi_elements_read(in, h.type, h.big_endian, n, t->data);
    return good ? t : NULL;
}

static bool pass_array(gi_input *in)
{
    header h;
    int64_t n;
    return read_header(in, &h) && gi_elements_fit(in, h.type, h.ndim, h.sizes, &n) &&
           gi_input_pass(in, (uint64_t)n * gi_element_size(h.type), "the numbers");
}

/* Several calls of numpy.save with one open file write one array after the other.  Is there another?  False, and a
 * message, when something else follows. */
static bool follows(gi_input *in, bool *another)
{
    size_t got;
    if (!gi_input_peek(in, sizeof magic, &got))
        return false;
    *another = got == sizeof magic && memcmp(in->front, magic, sizeof magic) == 0;
    return *another || gi_input_ends(in);
}

gd_tensor *gd_npy_read(const char *path)
{
    gi_input in;
    bool another = false;
    gd_tensor *t = gi_input_open(&in, "gd_npy_read", path, true) ? gi_npy_array(&in) : NULL;
    if (t && !follows(&in, &another))
        t = NULL;
    if (t && another)
        t = gd_fail("gd_npy_read: %s holds another array after the first: gd_npy_read_at(path, i) reads each", path);
    gi_input_close(&in);
    return t;
}

gd_tensor *gd_npy_read_at(const char *path, int64_t i)
{
    static const char function[] = "gd_npy_read_at";
    if (i < 0)
        return gd_fail("%s: i = %" PRId64 " must not be negative", function, i);
    gi_input in;
    gd_tensor *t = NULL;
    bool good = gi_input_open(&in, function, path, true), another = true;
    for (int64_t k = 0; good && k < i; k++) {
        good = pass_array(&in) && follows(&in, &another);
        if (good && !another)
            good = gd_fail("%s: %s holds %" PRId64 " array%s, counted from 0: there is no array %" PRId64, function,
                           path, k + 1, gi_plural(k + 1), i);
    }
    if (good)
        t = gi_npy_array(&in);
    if (t && !follows(&in, &another))
        t = NULL;
    gi_input_close(&in);
    return t;
}

int64_t gd_npy_count(const char *path)
{
    gi_input in;
    int64_t n = 0;
    bool good = gi_input_open(&in, "gd_npy_count", path, true), another = true;
    for (; good && another; n++)
        good = pass_array(&in) && follows(&in, &another);
    gi_input_close(&in);
    return good ? n : -1;
}

/* ---- Writing ------------------------------------------------------------------------------------------ */

size_t gi_npy_header(char text[GI_NPY_HEADER], const gd_tensor *t)
{
    enum { START = 10, ALIGN = 64 };                            /* of magic, version and length; of the numbers */
    size_t n = START;
    n += (size_t)snprintf(text + n, GI_NPY_HEADER - n, "{'descr': '<f%d', 'fortran_order': False, 'shape': (",
                          (int)sizeof(gd_real));
    for (int i = 0; i < t->ndim; i++)
        n += (size_t)snprintf(text + n, GI_NPY_HEADER - n, "%s%" PRId64, i ? ", " : "", t->shape[i]);
    n += (size_t)snprintf(text + n, GI_NPY_HEADER - n, "%s), }", t->ndim == 1 ? "," : "");
    while ((n + 1) % ALIGN != 0)
        text[n++] = ' ';
    text[n++] = '\n';
    memcpy(text, "\x93NUMPY\x01\x00", 8);
    text[8] = (char)((n - START) & 0xff);
    text[9] = (char)((n - START) >> 8);
    return n;
}

bool gd_npy_write(const char *path, const gd_tensor *t)
{
    gi_not_captured("gd_npy_write", GI_READS_NUMBERS);
    if (!gi_given_tensor("gd_npy_write", "t", t) || !gi_alive("gd_npy_write", "t", t))
        return false;
    char text[GI_NPY_HEADER];
    const size_t n = gi_npy_header(text, t);
    gi_output out;
    if (gi_output_begin(&out, "gd_npy_write", path)) {
        gi_output_put(&out, text, n);
        gi_numbers_out(&out, t);
    }
    return gi_output_end(&out);
}
