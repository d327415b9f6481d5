/* attend.c - attention of one head after the other, and of one block of queries after the other.
 *
 * The scores of a block lie transposed, s' [keys, block]: the softmax of a query runs down a column, so many
 * queries are done at a time without adding up across a vector.  A causal block stops at the last key that one
 * of its queries attends to, which saves nearly half of the work.  With P = softmax(s), s = scale q k':
 *
 *   y  = P v
 *   dv = P' dy,  dP = dy v',  ds = P (dP - sum over keys (P dP)),  dq = scale ds k,  dk = scale ds' q
 *
 * Threads share the heads; each is computed by one thread, in an order that does not depend on which.
 * reference/attention.c is the definition, and what -DGD_PLAIN uses. */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "attend.h"
#include "base/compiler.h"
#include "base/threads.h"
#include "gemm.h"
#include "gradus/tensor.h"
#include "reference/reference.h"
#include "terms.h"

#ifndef GD_PLAIN

/* LANES: columns of a softmax that stay in registers.  FEW: terms of a column that are added one after the other; such
 * sums are added by compensated summation, see terms.h.  LARGE: bytes that are not fetched ahead. */
enum { BLOCK = GI_ATTEND_BLOCK, LANES = 16, FEW = 32, LARGE = 128 * 1024 };

/* Before a loop over lanes: otherwise gcc unrolls it to scalars before it vectorises. */
#if defined(__GNUC__)
#define LANE_LOOP _Pragma("GCC unroll 1")
#else
#define LANE_LOOP
#endif

/* ---- Softmax down the columns ---------------------------------------------------------------------------- */

/* e^x for x <= 0.  Where the result would be subnormal it is 0, which makes no difference beside the 1 that every sum
 * contains: processors are slow with subnormal numbers, and half of a causal block would be such. */
REAL_INLINE gd_real exp_of_negative(gd_real x)
{
    real_word t;
    const gd_real u = real_select(x < REAL_EXP_LOW, REAL_EXP_LOW, x), r = real_exp_reduce(u, u, (int)REAL_BIAS, &t);
    return real_select(x < REAL_EXP_LOW, 0, real_exp_scaled(r, real_exponent(t)));
}

/* softmax_lanes below, where a largest score is infinite: those equal to it share evenly, as in gd_softmax. */
static GI_COLD void softmax_infinite(int lanes, int64_t n, gd_real *s, int64_t row, gd_real scale,
                                     const gd_real *most)
{
    for (int l = 0; l < lanes; l++) {
        gd_real sum = 0;
        for (int64_t j = 0; j < n; j++) {
            gd_real *at = s + j * row + l;
            *at = *at == most[l] ? 1 : exp_of_negative(scale * (*at - most[l]));
            sum += *at;
        }
        for (int64_t j = 0; j < n; j++)
            s[j * row + l] *= 1 / sum;
    }
}

/* s = e^(scale (s - max)) / sum, for lanes columns of n rows that lie `row` apart; n > 0. */
REAL_INLINE void softmax_lanes(const int lanes, int64_t n, gd_real *s, int64_t row, gd_real scale)
{
    gd_real most[LANES], sum[LANES], rest[LANES], part[LANES];
    LANE_LOOP for (int l = 0; l < lanes; l++) {
        most[l] = s[l];
        sum[l] = rest[l] = 0;
    }
    for (int64_t j = 1; j < n; j++)
        LANE_LOOP for (int l = 0; l < lanes; l++)
            most[l] = s[j * row + l] > most[l] ? s[j * row + l] : most[l];      /* a NaN makes the sum NaN */
    int infinite = 0;
    LANE_LOOP for (int l = 0; l < lanes; l++)
        infinite |= real_abs(most[l]) == (gd_real)INFINITY;
    if (GI_UNLIKELY(infinite)) {
        softmax_infinite(lanes, n, s, row, scale, most);
        return;
    }
    for (int64_t k = 0; k < n; k += FEW) {
        const int64_t end = n - k < FEW ? n : k + FEW;
        LANE_LOOP for (int l = 0; l < lanes; l++)
            part[l] = 0;
        for (int64_t j = k; j < end; j++)
            LANE_LOOP for (int l = 0; l < lanes; l++) {
                const gd_real power = exp_of_negative(scale * (s[j * row + l] - most[l]));
                s[j * row + l] = power;
                part[l] += power;
            }
        LANE_LOOP for (int l = 0; l < lanes; l++)
            real_add_term(&sum[l], &rest[l], part[l]);
    }
    LANE_LOOP for (int l = 0; l < lanes; l++)
        sum[l] = 1 / real_whole(sum[l], rest[l]);
    for (int64_t j = 0; j < n; j++)
        LANE_LOOP for (int l = 0; l < lanes; l++)
            s[j * row + l] *= sum[l];
}

/* The causal mask of lanes columns, the first of which sees the rows 0 .. first: -infinity where a row is not seen by
 * all, 0 where it is seen by none and s is the softmax already.  Returns how many rows some column sees. */
REAL_INLINE int64_t mask_lanes(const int lanes, int64_t n, int64_t first, gd_real *s, int64_t row)
{
    const int64_t seen = n < first + lanes ? n : first + lanes;
    for (int64_t j = first + 1; j < seen; j++) {
        const int hidden = (int)(j - first);
        LANE_LOOP for (int l = 0; l < lanes; l++)
            s[j * row + l] = l < hidden ? (gd_real)-INFINITY : s[j * row + l];
    }
    for (int64_t j = seen; j < n; j++)
        LANE_LOOP for (int l = 0; l < lanes; l++)
            s[j * row + l] = 0;
    return seen;
}

/* Column c sees the rows 0 .. first + c; with first = n all see all. */
GI_KERNEL static void softmax_columns(int64_t n, int64_t columns, gd_real *s, gd_real scale, int64_t first)
{
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES)
        softmax_lanes(LANES, mask_lanes(LANES, n, first + c, s + c, columns), s + c, columns, scale);
    if (c < columns) {
        const int lanes = (int)(columns - c);
        softmax_lanes(lanes, mask_lanes(lanes, n, first + c, s + c, columns), s + c, columns, scale);
    }
}

/* g = scale p (g - sum(p g)): the gradient of p becomes that of the scores. */
REAL_INLINE void softmax_grad_lanes(const int lanes, int64_t n, gd_real *g, const gd_real *p, int64_t row,
                                    gd_real scale)
{
    gd_real dot[LANES], rest[LANES], part[LANES];
    LANE_LOOP for (int l = 0; l < lanes; l++)
        dot[l] = rest[l] = 0;
    for (int64_t k = 0; k < n; k += FEW) {
        const int64_t end = n - k < FEW ? n : k + FEW;
        LANE_LOOP for (int l = 0; l < lanes; l++)
            part[l] = 0;
        for (int64_t j = k; j < end; j++)
            LANE_LOOP for (int l = 0; l < lanes; l++)
                part[l] += p[j * row + l] * g[j * row + l];
        LANE_LOOP for (int l = 0; l < lanes; l++)
            real_add_term(&dot[l], &rest[l], part[l]);
    }
    LANE_LOOP for (int l = 0; l < lanes; l++)
        dot[l] = real_whole(dot[l], rest[l]);
    for (int64_t j = 0; j < n; j++)
        LANE_LOOP for (int l = 0; l < lanes; l++)
            g[j * row + l] = scale * p[j * row + l] * (g[j * row + l] - dot[l]);
}

GI_KERNEL static void softmax_grad_columns(int64_t n, int64_t columns, gd_real *restrict g, const gd_real *restrict p,
                                    gd_real scale)
{
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES)
        softmax_grad_lanes(LANES, n, g + c, p + c, columns, scale);
    if (c < columns)
        softmax_grad_lanes((int)(columns - c), n, g + c, p + c, columns, scale);
}

/* ---- One head --------------------------------------------------------------------------------------------- */

/* A matrix that is written: its columns are contiguous. */
typedef struct output {
    gd_real *data;
    int64_t  stride;
} output;

static int64_t block_size(const gi_attend_sizes *s, int64_t first)
{
    return s->queries - first < BLOCK ? s->queries - first : BLOCK;
}

/* Keys that at least one of the queries before `end` attends to. */
static int64_t visible_keys(const gi_attend_sizes *s, int64_t end)
{
    return s->causal && end < s->keys ? end : s->keys;
}

/* Rows first .. first + rows of x. */
static gi_matrix some_rows(gi_matrix x, int64_t first, int64_t rows)
{
    x.data += first * x.row_stride;
    x.rows = rows;
    return x;
}

/* The functions named fetch are inline, because gcc drops calls of functions that do nothing else.
 *
 * Fetches the memory for n numbers that will be written `ahead` numbers after p. */
GI_INLINE void fetch_place(const gd_real *p, int64_t n, int64_t ahead)
{
    for (int64_t i = 0; i < n; i += 64 / (int)sizeof *p)
        GI_WILL_WRITE(p + i, (uintptr_t)ahead * sizeof *p);
}

static void attend_head(const gi_attend_sizes *s, gi_matrix q, gi_matrix k, gi_matrix v, output y, gd_real *p)
{
    for (int64_t i = 0, block; i < s->queries; i += block, p += block * s->keys) {
        block = block_size(s, i);
        const int64_t n = visible_keys(s, i + block);
        gi_gemm(some_rows(k, 0, n), gi_transposed(some_rows(q, i, block)), p, block, false);
        fetch_place(p, n * block, block * s->keys);
        if (n > 0)
            softmax_columns(n, block, p, (gd_real)s->scale, s->causal ? i : n);
        gi_gemm((gi_matrix){ p, block, n, 1, block }, some_rows(v, 0, n), y.data + i * y.stride, y.stride, false);
    }
}

/* Rows first .. last of x become zero. */
static void clear_rows(output x, int64_t first, int64_t last, int64_t columns)
{
    for (int64_t i = first; i < last; i++)
        memset(x.data + i * x.stride, 0, (size_t)columns * sizeof *x.data);
}

typedef struct gradients { output q, k, v; } gradients;     /* data NULL: not wanted */

/* The softmax of many heads has left the caches when the gradients need it, and its blocks are too short for the
 * processor to foresee.  So while the products of a block of `size` numbers of p are computed, the same block of the
 * next head, which need not exist, is fetched: a part of four at a time, as fetches wait for one another.  What is
 * fetched of a large head would be gone again before it is used. */
GI_INLINE void fetch_next(const gi_attend_sizes *s, const gd_real *p, int64_t size, int part)
{
    const uintptr_t next = (uintptr_t)(s->queries * s->keys) * sizeof *p;
    if (next > LARGE)
        return;
    for (int64_t i = size * part / 4; i < size * (part + 1) / 4; i += 64 / (int)sizeof *p)
        GI_WILL_READ(p + i, next);
}

/* The last block first: its keys are those of all blocks, so that the others add to what is there. */
static void grad_head(const gi_attend_sizes *s, gi_matrix q, gi_matrix k, gi_matrix v, gi_matrix dy, const gd_real *p,
                      gradients to, gd_real *ds)
{
    const int64_t all = s->queries ? visible_keys(s, s->queries) : 0;
    if (to.k.data)
        clear_rows(to.k, all, s->keys, s->d);
    if (to.v.data)
        clear_rows(to.v, all, s->keys, s->e);
    bool add = false;
    for (int64_t i = (s->queries - 1) / BLOCK * BLOCK; s->queries && i >= 0; i -= BLOCK, add = true) {
        const int64_t block = block_size(s, i), n = visible_keys(s, i + block);
        const gi_matrix pi = { p + i * s->keys, n, block, block, 1 }, dsi = { ds, n, block, block, 1 };
        const gi_matrix qi = some_rows(q, i, block), dyi = some_rows(dy, i, block);
        fetch_next(s, pi.data, n * block, 0);
        if (to.v.data)
            gi_gemm(pi, dyi, to.v.data, to.v.stride, add);
        if (!to.q.data && !to.k.data)
            continue;
        fetch_next(s, pi.data, n * block, 1);
        gi_gemm(some_rows(v, 0, n), gi_transposed(dyi), ds, block, false);
        softmax_grad_columns(n, block, ds, pi.data, (gd_real)s->scale);
        fetch_next(s, pi.data, n * block, 2);
        if (to.q.data)
            gi_gemm(gi_transposed(dsi), some_rows(k, 0, n), to.q.data + i * to.q.stride, to.q.stride, false);
        fetch_next(s, pi.data, n * block, 3);
        if (to.k.data)
            gi_gemm(dsi, qi, to.k.data, to.k.stride, add);
    }
}

/* ---- All heads --------------------------------------------------------------------------------------------- */

typedef struct call {
    const gi_attend_sizes *s;
    const gi_heads *q, *k, *v, *y;          /* y or dy */
    gd_real        *p;
    const gd_real  *kept;                   /* p of the forward pass */
    gi_attend_slopes to;
    gd_real        *work;
    int64_t         part;
} call;

/* Heads that one thread takes at a time; an exponential costs about as much as 16 multiply-adds. */
static int64_t heads_a_part(const gi_attend_sizes *s)
{
    return gi_part_for(s->queries * s->keys * (s->d + s->e + 16), GI_PART_PRODUCTS, 1);
}

static gi_matrix q_of(const call *c, int64_t h) { return gi_head(c->s, c->q, h, c->s->queries, c->s->d); }
static gi_matrix k_of(const call *c, int64_t h) { return gi_head(c->s, c->k, h, c->s->keys, c->s->d); }
static gi_matrix v_of(const call *c, int64_t h) { return gi_head(c->s, c->v, h, c->s->keys, c->s->e); }

static output result(const gi_attend_sizes *s, const gi_heads *x, int64_t index)
{
    return x ? (output){ gi_head_data(s, x, index), x->row } : (output){ NULL, 0 };
}

static void attend_heads(void *context, int64_t begin, int64_t end)
{
    const call *c = context;
    for (int64_t h = begin; h < end; h++)
        attend_head(c->s, q_of(c, h), k_of(c, h), v_of(c, h), result(c->s, c->y, h),
                    c->p + h * c->s->queries * c->s->keys);
}

void gi_attend(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
               const gi_heads *y, gd_real *p)
{
    call c = { .s = s, .q = q, .k = k, .v = v, .y = y, .p = p };
    gi_parallel(s->count, heads_a_part(s), attend_heads, &c);
}

/* Fetches heads that lie side by side, when the first of them is begun: all of their rows, as they lie in memory, which
 * is a stream that processors foresee.  Head by head they would be read in short pieces far apart, which takes long
 * where they have left the caches. */
GI_INLINE void fetch_rows(const gi_attend_sizes *s, const gi_heads *x, int64_t head, int64_t rows, int64_t columns)
{
    const int64_t side = s->axes > 0 ? s->batch[s->axes - 1] : 1, size = rows * x->row;
    if (side == 1 || head % side || x->step[s->axes - 1] != columns || x->row > 4 * side * columns
        || size * (int64_t)sizeof *x->data > LARGE)
        return;
    const gd_real *data = gi_head_data(s, x, head);
    for (int64_t i = 0; i < size; i += 64 / (int)sizeof *data)
        GI_WILL_READ(data, (uintptr_t)i * sizeof *data);
}

/* Do a and b lie in the same rows? */
static bool share_rows(const gi_heads *a, const gi_heads *b)
{
    return a->row == b->row && (uintptr_t)b->data - (uintptr_t)a->data < (uintptr_t)a->row * sizeof *a->data;
}

static void grad_heads(void *context, int64_t begin, int64_t end)
{
    const call *c = context;
    const gi_attend_sizes *s = c->s;
    gd_real *ds = c->work + begin / c->part * BLOCK * s->keys;
    for (int64_t h = begin; h < end; h++) {
        fetch_rows(s, c->q, h, s->queries, s->d);
        if (!share_rows(c->q, c->k))
            fetch_rows(s, c->k, h, s->keys, s->d);
        if (!share_rows(c->q, c->v))
            fetch_rows(s, c->v, h, s->keys, s->e);
        const gradients to = { result(s, c->to.dq, h), result(s, c->to.dk, h), result(s, c->to.dv, h) };
        grad_head(s, q_of(c, h), k_of(c, h), v_of(c, h), gi_head(s, c->y, h, s->queries, s->e),
                  c->kept + h * s->queries * s->keys, to, ds);
    }
}

/* Scores of one block for each part, as two threads may work on two parts. */
int64_t gi_attend_work(const gi_attend_sizes *s)
{
    const int64_t part = heads_a_part(s);
    return (s->count + part - 1) / part * BLOCK * s->keys;
}

void gi_attend_grad(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                    const gi_heads *dy, const gd_real *p, gi_attend_slopes to, gd_real *work)
{
    call c = { .s = s, .q = q, .k = k, .v = v, .y = dy, .kept = p, .to = to, .work = work,
               .part = heads_a_part(s) };
    gi_parallel(s->count, c.part, grad_heads, &c);
}

#else

void gi_attend(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
               const gi_heads *y, gd_real *p)
{
    gi_attend_reference(s, q, k, v, y, p);
}

int64_t gi_attend_work(const gi_attend_sizes *s)
{
    return s->queries * s->keys;
}

void gi_attend_grad(const gi_attend_sizes *s, const gi_heads *q, const gi_heads *k, const gi_heads *v,
                    const gi_heads *dy, const gd_real *p, gi_attend_slopes to, gd_real *work)
{
    gi_attend_grad_reference(s, q, k, v, dy, p, to, work);
}

#endif
