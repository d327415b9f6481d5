/* data.h - reading and writing data: files, data sets, minibatches.
 *
 *     gd_dataset air  = gd_airfoil(NULL);
 *     gd_loader *load = gd_loader_new(air, (gd_loader_options){ .batch = 10, .shuffle = true, .seed = 1 });
 *     gd_batch batch;
 *     while (gd_loader_next(load, &batch))             one epoch: batch.x [10, 5], batch.y [10, 1]
 *         ..
 *     gd_loader_free(load);
 *
 * Here: CSV, IDX, NPY and safetensors files, two data sets, standardisation, the loader, a progress line.
 * Not here: checkpoints of models and optimizers (checkpoint.h), pictures (plot.h).
 *
 * A reader returns a contiguous tensor in the current scope.  Files are not trusted: each length is checked against
 * the file before memory is allocated.  Errors: NULL, and a message that names the file and the place in it, and says
 * what the file looks like when it is of another kind (a web page, a zip archive, ..).
 * Writers replace a file atomically: see gd_npy_write.
 *
 * No reader changes a number silently.  In every format:
 *   - decimal text and floating-point types of any size are rounded once, to the nearest gd_real, ties to even.  A
 *     finite number that would become infinite is an error, and so is one other than 0 that would become 0.  Infinities
 *     and NaN (in text only with allow_nan), the sign of zero and subnormal numbers are kept;
 *   - integers are converted exactly or refused: not every one above 2^24 is a float, nor above 2^53 a double;
 *   - of type bool only 0 and 1 are accepted.
 * Writers store gd_real as it is: reading it back gives the same bits.
 *
 * Nothing that is read, written or printed depends on the locale: the decimal point is always a point. */
#ifndef GRADUS_DATA_H
#define GRADUS_DATA_H

#include "tensor.h"

#ifdef __cplusplus
extern "C" {
#endif
GD_API_BEGIN

/* ---- Text: CSV, TSV and their relatives --------------------------------------------------------------- */

typedef struct gd_csv_options {             /* 0 stands for the default */
    char separator;                         /* ' ': any run of spaces and tabs.  0: the one of tab ; , | ' ' with
                                               which the second line is numbers, or a single column */
    int  skip;                              /* lines to skip at the start: 0 */
    char comment;                           /* lines that begin with it are skipped: '#' */
    bool no_header;                         /* false: the first line is skipped if its fields are names */
    bool allow_nan;                         /* accept nan and inf, and missing values as NaN */
    char decimal;                           /* ',' or '.': '.' */
    char thousands;                         /* between groups of three digits, one of , . ' _ ' ': none.  ' ' takes
                                               no-break and thin spaces too, ' the curved apostrophe.  Where it or
                                               decimal is the separator as well, such numbers stand in quotes */
    int  skip_columns;                      /* columns to skip on the left, whatever they hold: 0 */
    int64_t max_bytes;                      /* of a compressed file or a pipe: gd_read_limit() */
} gd_csv_options;

static inline gd_csv_options gd_csv_defaults(void)
{
    gd_csv_options o = { .separator = 0, .skip = 0, .comment = 0, .no_header = false, .allow_nan = false, .decimal = 0,
                         .thousands = 0, .skip_columns = 0, .max_bytes = 0 };
    return o;
}

/* gd_csv_read - a table of numbers as a tensor [rows, columns].  A field may stand in double quotes, with
 * separators, line ends and doubled quotes in it; lines end in LF, CR LF or CR; blank lines are skipped, and so are
 * spaces around a field, a byte order mark, and Excel's line "sep=;".  The file may be gzipped, or a pipe.
 *
 * What the options leave open is inferred from the first two lines.  Where these are ambiguous too, the file is
 * refused, and the message names the option that decides:
 *   - the first line is a header when at least one of its fields is a name (not a number, nothing that begins like
 *     one, no missing value) and none is a number; it must have as many names as there are columns.  Names that are
 *     numbers cannot be told from a row: such a line is read as a row, unless its first field is empty, as above an
 *     index; or it is 0, 1, 2, .. above rows with fractions (of two columns, in the first), as pandas writes unnamed
 *     columns; or it is in quotes above numbers that are not;
 *   - a separator at the end of every line, of at least two, begins no column.
 * With allow_nan a missing value is an empty field, NA, N/A, n.a., null, none, nil, missing, <NA>, #N/A and the other
 * errors of spreadsheets (English, German, French, Spanish), in any case, ?, or up to three points or dashes; nan(..)
 * and Microsoft's 1.#QNAN, 1.#IND and 1.#INF are read too.
 *
 * Errors: a field that is not a decimal number or that gd_real cannot hold; rows of different lengths; more or fewer
 * names than columns; no row at all; options that contradict each other.  The message says what was inferred. */
gd_tensor *gd_csv_read(const char *path, gd_csv_options options);

/* ---- Binary files -------------------------------------------------------------------------------------- */

/* gd_read_limit - how many bytes a reader takes at most from a compressed file (after decompression) or from a pipe,
 * whose size is not known in advance: 10 MB of gzip can hold 10 GB.  The default is 2^30.  gd_set_read_limit - sets it
 * for the process; 0 restores the default.  Plain files have no limit. */
int64_t gd_read_limit(void);
bool    gd_set_read_limit(int64_t bytes);

/* gd_idx_read - an IDX file, the format of MNIST (Y. LeCun, C. Cortes, C. Burges): unsigned and signed
 * bytes, short, int, float, double.  It may be gzipped, whatever its name, or a pipe.  Errors: bytes are missing or
 * left over, a damaged gzip stream, more than GD_MAX_DIMS axes. */
gd_tensor *gd_idx_read(const char *path);

/* gd_npy_read - NumPy's array file, versions 1 to 3: bool, integers of 1 to 8 bytes, floats of 2, 4 and 8
 * bytes, either byte order, C or Fortran order.  It may be gzipped, or a pipe.  Error: another array follows.
 * gd_npy_read_at, gd_npy_count - numpy.save can write several arrays to one file: array i, counted from 0; how many
 * there are, -1 on failure.
 * gd_npy_write - writes t (any view) as version 1.0, little-endian, C order: '<f4' or, with GD_DOUBLE, '<f8'.
 * The bytes are written to a temporary file in the same directory, flushed to the disk (fsync), and renamed to path,
 * so that a crash leaves the old file or the new one; the next writer removes a temporary file that a killed process
 * has left.  Owner, group and permissions of an old file are kept, and so is a symbolic link: its target is replaced.
 * Errors: any step that fails, with the system's reason; the old file is then unchanged. */
gd_tensor *gd_npy_read(const char *path);
gd_tensor *gd_npy_read_at(const char *path, int64_t i);
int64_t    gd_npy_count(const char *path);
bool       gd_npy_write(const char *path, const gd_tensor *t);

/* gd_npz_open - NumPy's archive of named arrays (numpy.savez, savez_compressed): a zip file of NPY files, stored or,
 * with zlib, deflated.  It stays open until gd_npz_close.  Errors: no zip file; entries that overlap the end of the
 * file or have other methods; a name that occurs twice; a directory of another length than its entries; more than 65534
 * entries.
 * gd_npz_count, gd_npz_name - the arrays in the order of the file, without ".npy".  Names belong to the file.
 * gd_npz_read - the array called name.  Errors: no such name; an entry with another name or method than in the
 * directory; a wrong checksum; as gd_npy_read; more than gd_read_limit bytes after decompression.
 * gd_npz_write - writes n tensors under their names, stored; the file is replaced as by gd_npy_write.  Errors: a name
 * that is NULL, empty or not UTF-8, or occurs twice; 4 GiB or more in all. */
typedef struct gd_npz gd_npz;
gd_npz     *gd_npz_open(const char *path);
void        gd_npz_close(gd_npz *file);                             /* NULL is fine */
int64_t     gd_npz_count(const gd_npz *file);
const char *gd_npz_name(const gd_npz *file, int64_t i);
gd_tensor  *gd_npz_read(gd_npz *file, const char *name);
bool        gd_npz_write(const char *path, const char *const names[], gd_tensor *const tensors[], int64_t n);

/* ---- safetensors: named tensors in one file, as PyTorch users exchange them ------------------------------
 * The format: 8 bytes of length, a JSON header, the numbers (Hugging Face, description of the safetensors format).
 *  Read: BOOL, U8 to U64, I8 to I64, F16, BF16, F32, F64.  Written: F32, or F64 with GD_DOUBLE. */

typedef struct gd_metadata {                /* a pair of strings in the header */
    const char *key, *value;
} gd_metadata;

/* gd_safetensors_write - writes n tensors under their names, and metadata_count pairs of strings.  The file is
 * replaced as by gd_npy_write.  Errors: a name or key that is NULL, occurs twice or is not UTF-8; a tensor
 * that is NULL; a file that cannot be written. */
bool gd_safetensors_write(const char *path, const char *const names[], gd_tensor *const tensors[], int64_t n,
                          const gd_metadata metadata[], int64_t metadata_count);

typedef struct gd_safetensors gd_safetensors;

/* gd_safetensors_open - reads and checks the header; the file stays open until gd_safetensors_close.  Errors:
 * a header that violates the format; tensors that overlap, leave gaps or do not fill the file. */
gd_safetensors *gd_safetensors_open(const char *path);
void            gd_safetensors_close(gd_safetensors *file);                        /* NULL is fine */

/* Tensors are numbered in the order of the file.  Strings belong to the file and are valid until it is closed.
 * gd_safetensors_find returns -1, and gd_safetensors_metadata NULL, without a message, when there is no such name. */
int64_t     gd_safetensors_count(const gd_safetensors *file);
const char *gd_safetensors_name(const gd_safetensors *file, int64_t i);           /* NULL: i out of range */
int64_t     gd_safetensors_find(const gd_safetensors *file, const char *name);
gd_shape    gd_safetensors_shape(const gd_safetensors *file, int64_t i);
const char *gd_safetensors_type(const gd_safetensors *file, int64_t i);           /* "F32", .. */
const char *gd_safetensors_metadata(const gd_safetensors *file, const char *key);
int64_t     gd_safetensors_metadata_count(const gd_safetensors *file);
gd_metadata gd_safetensors_metadata_at(const gd_safetensors *file, int64_t i);

/* gd_safetensors_read - the tensor called name.  Errors: no such name; a type that is not listed above; a
 * number that gd_real cannot hold; the file cannot be read. */
gd_tensor *gd_safetensors_read(gd_safetensors *file, const char *name);

/* ---- Data sets ------------------------------------------------------------------------------------------ */

typedef struct gd_dataset {                 /* row i of x belongs to row i of y */
    gd_tensor *x, *y;                       /* both NULL on failure; y may be NULL in a data set of your own */
} gd_dataset;

/* gd_airfoil - airfoil self-noise (T. Brooks, D. Pope, M. Marcolini, NASA RP-1218, 1989) as Dive into Deep
 * Learning uses it: all six columns standardised over all 1503 rows, then the first 1500 rows: x [1500, 5],
 * y [1500, 1].  path: the file, or the folder that holds airfoil_self_noise.dat.  NULL: $GRADUS_DATA
 * (a file or a folder), the folder data, $XDG_DATA_HOME/gradus (where that is not set, ~/.local/share/gradus) and
 * PREFIX/share/gradus, PREFIX as it was installed to, are searched in this order.  It comes from
 * http://d2l-data.s3-accelerate.amazonaws.com/airfoil_self_noise.dat; `make data` in the sources fetches it. */
gd_dataset gd_airfoil(const char *path);

/* gd_fashion_mnist - Fashion-MNIST (H. Xiao, K. Rasul, R. Vollgraf, 2017): x [n, 784], the pixels divided by
 * 255; y [n], the classes 0 .. 9; n = 60000 for training and 10000 for test.  folder holds the IDX files under
 * their usual names, with or without .gz.  NULL: the folders of gd_airfoil, fashion-mnist in each of them, and
 * /usr/share/datasets/fashion-mnist, where Debian's package dataset-fashion-mnist puts them, are searched.
 * MNIST has the same names and shapes, and can be read with this too. */
gd_dataset gd_fashion_mnist(const char *folder, bool train);

/* gd_standardize - (t - mean) / std for each column of t [rows, columns] (or t [rows], one column), std with
 * divisor rows; computed in double.  A constant column becomes 0.  Errors: another number of axes, no rows. */
gd_tensor *gd_standardize(const gd_tensor *t);

/* ---- Minibatches ---------------------------------------------------------------------------------------- */

typedef struct gd_loader gd_loader;

typedef struct gd_rows {                    /* numbers of rows; see split.h */
    int64_t        count;
    const int64_t *row;
} gd_rows;

typedef struct gd_batch {
    gd_tensor     *x, *y;                   /* [size, ..]; y is NULL when the data set has none */
    int64_t        size;                    /* examples in this batch: may be fewer in the last one of an epoch */
    int64_t        first;                   /* number of examples of this epoch before this batch */
    const int64_t *rows;                    /* [size]: row numbers in the data set */
} gd_batch;

/* gd_batch_change - changes a batch before it is handed out, as augmentation does: it overwrites elements of batch->x
 * and batch->y, which are contiguous, in place.  While it runs, the random functions draw from a generator that depends
 * on seed, epoch and batch alone, so that a resumed run sees the same numbers; gd_generator_use(NULL) goes back to that
 * one.  It may run in a thread of the loader (prefetch): its messages are passed on by the gd_loader_next that returns
 * the batch.  False: gd_loader_next fails; it should have called gd_fail. */
typedef bool gd_batch_change(void *context, gd_batch *batch);

typedef struct gd_loader_options {          /* 0 stands for the default, except in batch, which is required */
    int64_t  batch;                         /* examples in a batch; required */
    bool     shuffle;                       /* a new order in each epoch; false: in the order of the rows */
    uint64_t seed;                          /* the order is a function of seed and epoch alone */
    bool     drop_last;                     /* skip a last batch that is not full */
    gd_rows  rows;                          /* only these rows of the data set; copied.  count 0: all */
    const double *weights;                  /* one for each row (of rows): an epoch draws rows in proportion to them,
                                               with replacement, in random order; copied.  NULL: each row once */
    int64_t  draws;                         /* with weights, the examples of an epoch: as many as there are rows */
    gd_batch_change *change;                /* none */
    void    *context;                       /* for it */
    int      prefetch;                      /* batches that a thread of the loader prepares in advance, at most 64: 0.
                                               The same batches as without; x and y of the data set must not change
                                               meanwhile.  Where there are no POSIX threads it has no effect */
} gd_loader_options;

static inline gd_loader_options gd_loader_defaults(void)
{
    gd_loader_options o = { .batch = 0, .shuffle = false, .seed = 0, .drop_last = false, .rows = { 0, NULL },
                            .weights = NULL, .draws = 0, .change = NULL, .context = NULL, .prefetch = 0 };
    return o;
}

/* gd_loader_new - a loader over the rows of set.x and set.y, which may be any views; they are not copied and
 * must outlive it.  Free it with gd_loader_free.  Errors: batch < 1; no rows; another number of rows in y;
 * drop_last that would leave no batch; a row that the data set does not have (checkpoints hold neither rows nor
 * weights: a run that is resumed gives the same again); weights that are negative, not finite or
 * all 0; draws without weights. */
gd_loader *gd_loader_new(gd_dataset set, gd_loader_options options);
void       gd_loader_free(gd_loader *loader);                     /* NULL is fine */

/* gd_loader_next - fills batch with the next minibatch.  False at the end of an epoch; the call after that
 * begins the next one.  batch.x and batch.y are copies of the rows, belong to the loader and are overwritten by the
 * next call.  Nothing is allocated.  After the next call, gd_backward refuses a loss that still needs the old batch: to
 * add up losses over several batches, call gd_backward after each, which adds up the gradients, or copy the batches:
 * gd_scale(batch.x, 1).  Also false, with a message, when the program's change fails: the position is as before. */
bool gd_loader_next(gd_loader *loader, gd_batch *batch);

/* gd_loader_epoch - epochs so far, fractions included: 1.37.  gd_loader_batches - batches in an epoch. */
double  gd_loader_epoch(const gd_loader *loader);
int64_t gd_loader_batches(const gd_loader *loader);

/* gd_loader_position, gd_loader_seek - the loader's position, and moving there: a loader with the same data set and
 * options then yields the same batches from there on.  Error: a position outside the data set. */
typedef struct gd_position {
    int64_t epoch;                          /* complete epochs */
    int64_t example;                        /* examples of the running epoch that were yielded */
} gd_position;

gd_position gd_loader_position(const gd_loader *loader);
bool        gd_loader_seek(gd_loader *loader, gd_position position);

/* ---- A line of progress ------------------------------------------------------------------------------------
 *
 *     gd_progress bar = gd_progress_start(stderr, "mlp");
 *     ..  gd_progress_show(&bar, gd_loader_epoch(load), step, loss, examples);
 *     gd_progress_end(&bar);
 *
 *     mlp  epoch 1.37  step 822  loss 0.4312  51200 examples/s
 *
 * One line, overwritten at most ten times a second, and only on a terminal: nothing is written to a file or a pipe. */

typedef struct gd_progress {                /* private; here because it is returned by value, with nothing to free */
    FILE       *out;                        /* NULL: silent */
    const char *label;
    double      begun, shown;               /* seconds */
    double      epoch, loss;
    int64_t     step, examples;
    int         width;                      /* of the line on the terminal; 0: none yet */
} gd_progress;

/* label must outlive the progress line; NULL: none.  examples: seen since the start. */
gd_progress gd_progress_start(FILE *out, const char *label);
void        gd_progress_show(gd_progress *bar, double epoch, int64_t step, double loss, int64_t examples);
void        gd_progress_end(gd_progress *bar);                    /* the last state, and a line end */

GD_API_END
#ifdef __cplusplus
}
#endif
#endif
