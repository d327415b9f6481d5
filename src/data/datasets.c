/* datasets.c - the two data sets of the demos: finding and reading their files.  When a file is missing, the message
 * says what it is, where it can be had, and where it was looked for. */
#if defined(__unix__) || defined(__APPLE__)
#define _POSIX_C_SOURCE 200809L
#define HAVE_POSIX
#endif

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#ifdef HAVE_POSIX
#include <sys/stat.h>
#include <unistd.h>
#endif

#include "base/message.h"
#include "csv.h"
#include "gradus/tensor.h"
#include "idx.h"
#include "places.h"
#include "tensor/new.h"
#include "tensor/shape.h"

/* ---- Finding a file ----------------------------------------------------------------------------------- */

typedef struct file_name { char s[1024]; } file_name;

/* A pipe is not opened here: that can be done only once. */
static bool can_be_read(const char *path)
{
#ifdef HAVE_POSIX
    struct stat status;
    if (stat(path, &status) != 0 || S_ISDIR(status.st_mode))
        return false;
    if (!S_ISREG(status.st_mode))
        return access(path, R_OK) == 0;
#endif
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    bool readable = fgetc(file) != EOF || !ferror(file);        /* a folder can perhaps be opened, but not read */
    fclose(file);
    return readable;
}

/* folder/name or folder/name.gz, whichever can be read. */
static bool in_folder(const char *folder, const char *name, file_name *found)
{
    static const char *const endings[] = { "", ".gz" };
    for (int i = 0; i < 2; i++) {
        int n = snprintf(found->s, sizeof found->s, "%s/%s%s", folder, name, endings[i]);
        if (n > 0 && (size_t)n < sizeof found->s && can_be_read(found->s))
            return true;
    }
    return false;
}

/* ---- Airfoil ------------------------------------------------------------------------------------------ */

#define AIRFOIL_FILE "airfoil_self_noise.dat"
#define AIRFOIL_SOURCE \
    "it is NASA's airfoil self-noise data, a table of 1503 rows and 6 columns, and comes from" \
    " http://d2l-data.s3-accelerate.amazonaws.com/airfoil_self_noise.dat"

/* The file itself, or the folder that holds it. */
static bool is_airfoil(const char *place, file_name *found)
{
    int n = snprintf(found->s, sizeof found->s, "%s", place);
    return (n > 0 && (size_t)n < sizeof found->s && can_be_read(place)) || in_folder(place, AIRFOIL_FILE, found);
}

static bool find_airfoil(const char *path, file_name *found)
{
    if (path)
        return gi_path_given("gd_airfoil", "path", path) &&
               (is_airfoil(path, found) || gd_fail("gd_airfoil: neither %s nor %s/" AIRFOIL_FILE " can be read: "
                                                   AIRFOIL_SOURCE, path, path));
    const gi_places places = gi_data_places();
    for (int i = 0; i < places.count; i++)
        if (is_airfoil(places.folder[i], found))
            return true;
    return gd_fail("gd_airfoil: " AIRFOIL_FILE " is not in %s: " AIRFOIL_SOURCE, places.text);
}

/* The last column is y.  The tensors of set exist already, in the caller's scope. */
static bool read_airfoil(const char *path, gd_dataset set)
{
    const int64_t rows = 1503, columns = 6;
    gd_tensor *table = gi_csv_table("gd_airfoil", path, (gd_csv_options){ 0 });
    if (!table)
        return false;
    if (table->shape[0] != rows || table->shape[1] != columns)
        return gd_fail("gd_airfoil: %s is %s: [%" PRId64 ", %" PRId64 "] expected", path, gi_text_of(table).s,
                       rows, columns);
    gd_tensor *whitened = gd_standardize(table);
    if (!whitened)
        return false;
    for (int64_t i = 0; i < set.x->shape[0]; i++) {
        memcpy(set.x->data + i * (columns - 1), whitened->data + i * columns, 5 * sizeof *set.x->data);
        set.y->data[i] = whitened->data[i * columns + columns - 1];
    }
    return true;
}

gd_dataset gd_airfoil(const char *path)
{
    const gd_dataset none = { NULL, NULL };
    file_name found;
    if (!find_airfoil(path, &found))
        return none;
    gd_dataset set;
    set.x = gi_new("gd_airfoil", 2, (int64_t[]){ 1500, 5 });
    set.y = gi_new("gd_airfoil", 2, (int64_t[]){ 1500, 1 });
    if (!set.x || !set.y || !gd_scope_begin())
        return none;
    bool good = read_airfoil(found.s, set);
    gd_scope_end();
    return good ? set : none;
}

/* ---- Fashion-MNIST ------------------------------------------------------------------------------------ */

static bool find_pair(const char *folder, bool train, file_name *images, file_name *labels)
{
    return in_folder(folder, train ? "train-images-idx3-ubyte" : "t10k-images-idx3-ubyte", images) &&
           in_folder(folder, train ? "train-labels-idx1-ubyte" : "t10k-labels-idx1-ubyte", labels);
}

#define FASHION_SOURCE \
    "they are 28 x 28 pictures of clothes and their classes, and come from Debian's package dataset-fashion-mnist" \
    " or https://github.com/zalandoresearch/fashion-mnist"

static bool find_fashion(const char *folder, bool train, file_name *images, file_name *labels)
{
    const char *set = train ? "train" : "t10k";
    if (folder)
        return gi_path_given("gd_fashion_mnist", "folder", folder) &&
               (find_pair(folder, train, images, labels) ||
                gd_fail("gd_fashion_mnist: %s has no %s-images-idx3-ubyte and %s-labels-idx1-ubyte, with or without"
                        " .gz: " FASHION_SOURCE, folder, set, set));
    const gi_places places = gi_data_places();
    for (int i = 0; i < places.count; i++) {
        file_name own;                                  /* a folder for this data set alone */
        int n = snprintf(own.s, sizeof own.s, "%s/fashion-mnist", places.folder[i]);
        if (find_pair(places.folder[i], train, images, labels) ||
            (n > 0 && (size_t)n < sizeof own.s && find_pair(own.s, train, images, labels)))
            return true;
    }
    return find_pair("/usr/share/datasets/fashion-mnist", train, images, labels) ||
           gd_fail("gd_fashion_mnist: %s-images-idx3-ubyte and %s-labels-idx1-ubyte are not in %s, nor in fashion-mnist"
                   " there, nor in /usr/share/datasets/fashion-mnist, with or without .gz: " FASHION_SOURCE, set, set,
                   places.text);
}

/* Reads n bytes as numbers, divided by scale, straight from the decompressor into the tensor. */
static bool read_bytes(gi_input *in, int64_t n, double scale, gd_real *to)
{
    gd_real value[256];
    unsigned char chunk[1 << 14];
    for (int i = 0; i < 256; i++)
        value[i] = (gd_real)(i / scale);
    for (size_t got; n > 0; n -= (int64_t)got, to += got) {
        got = n < (int64_t)sizeof chunk ? (size_t)n : sizeof chunk;
        if (!gi_input_take(in, chunk, got, "the numbers"))
            return false;
        for (size_t k = 0; k < got; k++)
            to[k] = value[chunk[k]];
    }
    return gi_input_ends(in);
}

/* A file of bytes: n images of any size as [n, pixels], or n labels as [n]. */
static gd_tensor *read_file(const char *path, int axes, double scale)
{
    const char *function = "gd_fashion_mnist";
    gi_input in;
    gi_idx idx;
    gd_tensor *t = NULL;
    if (gi_input_open(&in, function, path, true) && gi_idx_header(&in, &idx)) {
        if (idx.type != GI_U8 || idx.ndim != axes)
            gd_fail("%s: %s holds %s numbers of shape %s: unsigned bytes with %d %s expected", function, path,
                    idx.type == GI_U8 ? "byte" : "other", gi_shape_text(idx.ndim, idx.shape).s, axes,
                    axes == 1 ? "axis" : "axes");
        else
            t = gi_new(function, axes == 3 ? 2 : 1,
                       (int64_t[]){ idx.shape[0], axes == 3 ? idx.shape[1] * idx.shape[2] : 1 });
    }
    if (t && !read_bytes(&in, idx.numel, scale, t->data))
        t = NULL;
    gi_input_close(&in);
    return t;
}

static bool valid_labels(const char *path, const gd_tensor *y)
{
    for (int64_t i = 0; i < y->numel; i++)
        if (y->data[i] > 9)
            return gd_fail("gd_fashion_mnist: %s: label %" PRId64 " is %g: classes are 0 .. 9", path, i,
                           (double)y->data[i]);
    return true;
}

gd_dataset gd_fashion_mnist(const char *folder, bool train)
{
    const gd_dataset none = { NULL, NULL };
    file_name images, labels;
    if (!find_fashion(folder, train, &images, &labels))
        return none;
    gd_dataset set;
    set.y = read_file(labels.s, 1, 1);
    if (!set.y || !valid_labels(labels.s, set.y))
        return none;
    set.x = read_file(images.s, 3, 255);
    if (!set.x)
        return none;
    if (set.x->shape[0] != set.y->shape[0]) {
        gd_fail("gd_fashion_mnist: %s has %" PRId64 " image%s, but %s has %" PRId64 " label%s", images.s,
                set.x->shape[0], gi_plural(set.x->shape[0]), labels.s, set.y->shape[0], gi_plural(set.y->shape[0]));
        return none;
    }
    return set;
}
