/* gemm_dot.h - products with a vector: a dot product for each row.  Part of gemm_kernel.h, and like that compiled once
 * for each instruction set. */

/* total - the sum over the lanes of v, halves first. */
INLINE gd_real NAME(total)(vec v)
{
#define OTHER(l, d) ((l) ^ (d))
#if LANES > 8
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 8));
#endif
#if LANES > 4
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 4));
#endif
#if LANES > 2
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 2));
#endif
    v += SHUFFLE(v, v, EACH_LANE(OTHER, 1));
    return v[0];
#undef OTHER
}

/* part_of_dots - total[r] = the sum over p in [from, to) for `rows` rows from row i.  Four sums for each row, so that
 * one addition need not wait for the one before. */
INLINE void NAME(part_of_dots)(const int rows, const operands *x, int64_t i, int64_t from, int64_t to, gd_real *total)
{
    const gd_real *a = x->a + i * x->a_row, *b = x->b;
    const int64_t a_row = x->a_row;
    vec sum[4][4];
    UNROLL for (int r = 0; r < rows; r++)
        UNROLL for (int u = 0; u < 4; u++)
            sum[r][u] = (vec){ 0 };
    int64_t p = from;
    for (; p + 4 * LANES <= to; p += 4 * LANES)
        UNROLL for (int u = 0; u < 4; u++)
            UNROLL for (int r = 0; r < rows; r++)
                sum[r][u] = MULTIPLY_ADD(NAME(load)(a + r * a_row + p + u * LANES), NAME(load)(b + p + u * LANES),
                                         sum[r][u]);
    for (; p + LANES <= to; p += LANES)
        UNROLL for (int r = 0; r < rows; r++)
            sum[r][0] = MULTIPLY_ADD(NAME(load)(a + r * a_row + p), NAME(load)(b + p), sum[r][0]);
    if (p < to)
        UNROLL for (int r = 0; r < rows; r++)
            sum[r][1] = MULTIPLY_ADD(LOAD_PART(a + r * a_row + p, (int)(to - p)), LOAD_PART(b + p, (int)(to - p)),
                                     sum[r][1]);
    UNROLL for (int r = 0; r < rows; r++)
        total[r] = NAME(total)((sum[r][0] + sum[r][1]) + (sum[r][2] + sum[r][3]));
}

/* dots - dot_products for `rows` rows from row i.  Long rows are summed in parts, whose sums are added by compensated
 * summation. */
INLINE void NAME(dots)(const int rows, const operands *x, int64_t i)
{
    const int64_t most = DOT_DEPTH * 4 * LANES;
    gd_real total[4], rest[4] = { 0 }, part[4];
    NAME(part_of_dots)(rows, x, i, 0, x->k < most ? x->k : most, total);
    for (int64_t p = most; p < x->k; p += most) {
        NAME(part_of_dots)(rows, x, i, p, x->k - p < most ? x->k : p + most, part);
        for (int r = 0; r < rows; r++)
            real_add_term(&total[r], &rest[r], part[r]);
    }
    UNROLL for (int r = 0; r < rows; r++) {
        gd_real *c = x->c + (i + r) * x->c_row;
        const gd_real all = x->k > most ? real_whole(total[r], rest[r]) : total[r];
        *c = x->add ? x->add[(i + r) * x->add_row] + all : all;
    }
}

/* add_dots - short_dots for four rows, which it moves to the next four, where something is added.  Four numbers are
 * loaded and stored as a whole: a vector that is loaded from c next can take its numbers from one store, but would wait
 * for several. */
INLINE void NAME(add_dots)(const int k, const gd_real *b, const gd_real *row[4], int64_t step, gd_real *c,
                           const gd_real *add, int64_t add_row)
{
    gd_real total[4] = { 0 };
    UNROLL for (int r = 0; r < 4; r++) {
        UNROLL for (int p = 0; p < k; p++)
            total[r] = MULTIPLY_ADD_1(row[r][p], b[p], total[r]);
        row[r] += step;
    }
    four_numbers all = { add[0], add[add_row], add[2 * add_row], add[3 * add_row] };
    if (add_row == 1)
        memcpy(&all, add, sizeof all);
    all += (four_numbers){ total[0], total[1], total[2], total[3] };
    memcpy(c, &all, sizeof all);
}

/* short_dots - dot_products for k < DOT_LEAST, a constant once this is inlined: b stays in registers, and the
 * products of a row are added in the order of a tile. */
INLINE void NAME(short_dots)(const int k, const operands *x)
{
    gd_real b[DOT_LEAST];
    UNROLL for (int p = 0; p < k; p++)
        b[p] = x->b[p];
    const gd_real *a = x->a;
    const gd_real *add = x->add;
    gd_real *c = x->c;
    int64_t i = x->m;
    if (add && x->c_row == 1 && i >= 4) {
        const gd_real *row[4] = { a, a + x->a_row, a + 2 * x->a_row, a + 3 * x->a_row };
        for (; i >= 4; i -= 4, c += 4, add += 4 * x->add_row)
            NAME(add_dots)(k, b, row, 4 * x->a_row, c, add, x->add_row);
        a = row[0];
    }
    for (; i > 0; i--, a += x->a_row, c += x->c_row) {
        gd_real total = 0;
        UNROLL for (int p = 0; p < k; p++)
            total = MULTIPLY_ADD_1(a[p], b[p], total);
        *c = add ? *add + total : total;
        add = add ? add + x->add_row : NULL;
    }
}

/* long_dots - dot_products for larger k.  A function of its own, so that the short ones need no memory on the stack. */
static TARGET GI_NOINLINE void NAME(long_dots)(const operands *x)
{
    int64_t i = 0;
    for (; i + 4 <= x->m; i += 4)
        NAME(dots)(4, x, i);
    for (; i < x->m; i++)
        NAME(dots)(1, x, i);
}

/* dot_products - c[i] = sum_p a[i, p] b[p] (+ add[i]) for a product with n = 1; a and b contiguous along p. */
static TARGET void NAME(dot_products)(operands *x)
{
    switch (x->k) {
#define CASE(K) case K: NAME(short_dots)(K, x); return;
    UP_TO_7(CASE)
#undef CASE
    default: NAME(long_dots)(x);
    }
}
