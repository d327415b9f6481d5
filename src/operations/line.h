/* line.h - an elementwise computation over contiguous numbers, as one struct: y[i] = f(x0[i], x1[i], ..).
 *
 * It is what the operations of elementwise.h, and their fast rules, hand to gi_parallel.  A captured step keeps the
 * struct, because it says everything without a tensor. */
#ifndef GRADUS_LINE_H
#define GRADUS_LINE_H

#include <stdint.h>

#include "base/start.h"
#include "base/threads.h"
#include "gradus/tensor.h"

/* y[i] = f(x[i * step]; p): y is contiguous, p holds up to two parameters. */
typedef void gi_unary_loop(int64_t n, gd_real *y, const gd_real *x, int64_t step, const gd_real p[2]);

/* y[i] = f(a[i * a_step], b[i * b_step]). */
typedef void gi_binary_loop(int64_t n, gd_real *y, const gd_real *a, int64_t a_step, const gd_real *b,
                            int64_t b_step);

/* dx[i] = dy[i * dy_step] f'(of[i * of_step]; p), of the input or the output. */
typedef void gi_unary_slope_loop(int64_t n, gd_real *dx, const gd_real *dy, int64_t dy_step, const gd_real *of,
                                 int64_t of_step, const gd_real p[2]);

/* y[i] = f(x[i]; p), and x[i] becomes f'(x[i]; p). */
typedef void gi_unary_with_slope_loop(int64_t n, gd_real *y, gd_real *x, const gd_real p[2]);

/* Lines of the operands of a binary operation, and of its output. */
typedef struct gi_pair {
    const gd_real *dy, *a, *b, *y;
    int64_t        dy_step, a_step, b_step, y_step;
} gi_pair;

typedef void gi_binary_slope_loop(int64_t n, gd_real *dx, const gi_pair *p);

enum { GI_LINE_READS = 4 };

typedef struct gi_line {
    gi_body       *part;                    /* of (line, begin, end): computes these elements */
    gi_compute    *whole;                   /* of (.., .., line): computes all, on the calling thread */
    union {
        gi_unary_loop            *unary;
        gi_unary_with_slope_loop *unary_with_slope;
        gi_binary_loop           *binary;
        gi_unary_slope_loop      *unary_slope;
        gi_binary_slope_loop     *binary_slope;
    } loop;                                 /* what part calls */
    int64_t        n;
    gd_real       *y;                       /* is written; with add, the result is added to it */
    const gd_real *x[GI_LINE_READS];        /* are read: NULL where there are fewer */
    int8_t         step[GI_LINE_READS];     /* 1, or 0 of a single number */
    bool           add;
    bool           changes_x;               /* writes to x[0], too */
    gd_real        p[2];                    /* parameters of f */
} gi_line;

/* gi_line_run - computes it.  It is all, or one of two lines, of what is computed for of: a result, or the node of a
 * rule; which a captured step is told. */
static inline void gi_line_run(gi_line *line, const void *of)
{
    if (gi_written_down())
        gi_thread.recorder->line(gi_thread.recorder, line, of);
    gi_parallel(line->n, GI_PART_ELEMENTS, line->part, line);
}

/* gi_line_keep_slope - value: y = f(x);  rule: dx = dy f'(x).  If f and f' are cheaper in one sweep than in two, then
 * value leaves f'(x) where x was, and rule multiplies by what it finds there.  Else they are as before. */
void gi_line_keep_slope(gi_line *value, gi_line *rule);

#endif
