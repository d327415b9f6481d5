/* csv.h - the parts of gd_csv_read: csv_records.c cuts the text into records and fields, csv_guess.c finds what the
 * options leave open, csv_refuse.c says what is wrong, and csv.c reads the numbers. */
#ifndef GRADUS_CSV_H
#define GRADUS_CSV_H

#include <stdbool.h>

#include "gradus/data.h"
#include "input.h"
#include "number.h"

/* gi_csv_table - gd_csv_read with the name of another function in its messages. */
gd_tensor *gi_csv_table(const char *function, const char *path, gd_csv_options options);

/* The separator of a table with a single column: it ends each line. */
#define GI_CSV_SINGLE '\n'

typedef struct gi_csv {
    const char    *function, *path;         /* for messages */
    gd_csv_options options;                 /* with what was inferred where they were left open */
    bool           own_options;             /* given by the caller: messages may advise to set them */
    bool           guessed;                 /* the separator was inferred */
    char          *text;                    /* the whole file */
    const char    *end;
    size_t         length;
    gd_real       *numbers;                 /* of the rows so far */
    size_t         count, capacity;
    int64_t        rows, fields, columns;   /* fields in a line, columns that are read */
    int64_t        line, first_line;        /* the current one, and the one that set fields */
    const char    *row, *row_end;           /* the text of the current one */
    int64_t        header_line, header_end, header_fields;       /* 0: no header; first and last line of it */
    bool           trailing;                /* a separator ends every line: no field follows it */
    bool           counts;                  /* the first row is 0, 1, 2, ..: perhaps column numbers */
    bool           fraction;                /* and there is a fraction below it, in the first of two columns */
} gi_csv;

/* A line, or several where a quoted field contains line ends. */
typedef struct gi_csv_record {
    const char *begin, *end;
    int64_t     line, last_line;            /* counted from 1 */
} gi_csv_record;

typedef struct gi_csv_cursor {
    const char *at;
    int64_t     lines;                      /* consumed so far */
} gi_csv_cursor;

typedef struct gi_csv_field {
    const char *begin, *end;
    bool        open;                       /* a quote that is not closed */
    bool        quoted;
} gi_csv_field;

/* gi_csv_read_text - reads the whole file into t->text, which the caller frees, also after a failure. */
bool gi_csv_read_text(gi_csv *t, gi_input *in);

gi_csv_cursor gi_csv_start(const gi_csv *t);

/* gi_csv_next - the next record that is no comment, not blank and not skipped by the options; false at the end. */
bool gi_csv_next(const gi_csv *t, gi_csv_cursor *cursor, gi_csv_record *record);

/* gi_csv_next_field - sets *f to the field at *at, without blanks and quotes around it, and *at to the next field;
 * false when this was the last one of the record. */
bool gi_csv_next_field(const char **at, const char *end, char separator, gi_csv_field *f);

/* gi_csv_unquote - the text of a field, doubled quotes made single, with a zero at the end; false, without a message,
 * when to is too small. */
bool gi_csv_unquote(const gi_csv_field *f, char *to, size_t capacity);

gi_number_style gi_csv_style(const gi_csv *t, bool nan);

/* gi_csv_guess - infers the separator, the header, and whether a separator ends every line.  False, and a message, when
 * the first line may be a header or a row. */
bool gi_csv_guess(gi_csv *t);

/* Messages, with what was inferred and which option would help.  Each returns NULL. */
void *gi_csv_bad_field(const gi_csv *t, int64_t column, const gi_csv_field *f, const char *wrong, bool advise);
void *gi_csv_bad_count(const gi_csv *t, int64_t fields);
void *gi_csv_no_row(const gi_csv *t);
void *gi_csv_bad_header(const gi_csv *t, int64_t fields);
void *gi_csv_maybe_header(const gi_csv *t, int64_t line, int64_t last_line, const char *why);

#endif
