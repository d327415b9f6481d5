/* simd_vector.h - what every kernel does with vectors: load, store, transpose.  Part of simd_each.h, which explains the
 * names in capitals. */
INLINE vec NAME(load)(const gd_real *p)
{
    vec v;
    memcpy(&v, p, sizeof v);                /* p need not be aligned */
    return v;
}

INLINE void NAME(store)(gd_real *p, vec v)
{
    memcpy(p, &v, sizeof v);
}

/* transpose - the LANES x LANES matrix in r, in place: swap the off-diagonal quarters, then the same within
 * each quarter (Eklundh 1972), all quarters of one size at once. */
INLINE void NAME(transpose)(vec r[LANES])
{
#define SWAP_QUARTERS(d) \
    UNROLL for (int i = 0; i < LANES; i++) \
        if (!(i & (d))) { \
            const vec upper = r[i], lower = r[i + (d)]; \
            r[i] = SHUFFLE(upper, lower, EACH_LANE(LEFT, d)); \
            r[i + (d)] = SHUFFLE(upper, lower, EACH_LANE(RIGHT, d)); \
        }
#define LEFT(l, d)  ((l) & (d) ? LANES + (l) - (d) : (l))
#define RIGHT(l, d) ((l) & (d) ? LANES + (l) : (l) + (d))
#if LANES > 8
    SWAP_QUARTERS(8)
#endif
#if LANES > 4
    SWAP_QUARTERS(4)
#endif
#if LANES > 2
    SWAP_QUARTERS(2)
#endif
    SWAP_QUARTERS(1)
#undef SWAP_QUARTERS
#undef LEFT
#undef RIGHT
}
