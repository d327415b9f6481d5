/* gpt.c - the floor of the character GPT: the matrix products of one step and nothing else, on numbers that have
 * the right shapes.  Its results mean nothing; it says how long a step takes when the rest costs nothing. */
#include <stdlib.h>

#include "floor.h"

enum { TOKENS = GPT_BATCH * GPT_BLOCK, HEAD = GPT_WIDTH / GPT_HEADS, MATRICES = GPT_BATCH * GPT_HEADS };

struct floor_gpt {
    floor_product *product;
    float *w, *dw;                              /* the largest weight */
    float *x, *y;                               /* activations, [TOKENS, 4 GPT_WIDTH] */
    float *q, *scores;                          /* of all heads */
};

floor_gpt *floor_gpt_new(floor_product *product)
{
    const size_t weight = 4 * GPT_WIDTH * GPT_WIDTH + GPT_WIDTH * GPT_LETTERS, wide = TOKENS * 4 * GPT_WIDTH;
    const size_t heads = MATRICES * GPT_BLOCK * HEAD, scores = MATRICES * GPT_BLOCK * GPT_BLOCK;
    const size_t all = 2 * weight + 2 * wide + heads + scores;
    floor_gpt *f = malloc(sizeof *f);
    float *memory = aligned_alloc(64, (all * sizeof *memory + 63) / 64 * 64);
    if (!f || !memory) {
        free(f);
        free(memory);
        return NULL;
    }
    for (size_t i = 0; i < all; i++)
        memory[i] = (float)(i % 17) / 17 - 0.5f;
    *f = (floor_gpt){ product, memory, memory + weight, memory + 2 * weight, memory + 2 * weight + wide,
                      memory + 2 * (weight + wide), memory + 2 * (weight + wide) + heads };
    return f;
}

void floor_gpt_free(floor_gpt *f)
{
    if (f)
        free(f->w);
    free(f);
}

/* y = x w', dx = dy w, dw = dy' x */
static void dense(const floor_gpt *f, int64_t in, int64_t out)
{
    f->product(TOKENS, out, in, f->x, false, f->w, true, f->y, false);
    f->product(TOKENS, in, out, f->y, false, f->w, false, f->x, false);
    f->product(out, in, TOKENS, f->y, true, f->x, false, f->dw, false);
}

/* s = q k', y = s v;  ds = dy v', dv = s' dy, dq = ds k, dk = ds' q */
static void attention(const floor_gpt *f)
{
    for (int64_t i = 0; i < MATRICES; i++) {
        const float *q = f->q + i * GPT_BLOCK * HEAD;
        float *s = f->scores + i * GPT_BLOCK * GPT_BLOCK, *y = f->y + i * GPT_BLOCK * HEAD;
        f->product(GPT_BLOCK, GPT_BLOCK, HEAD, q, false, q, true, s, false);
        f->product(GPT_BLOCK, HEAD, GPT_BLOCK, s, false, q, false, y, false);
    }
    for (int64_t i = 0; i < MATRICES; i++) {
        const float *q = f->q + i * GPT_BLOCK * HEAD;
        float *s = f->scores + i * GPT_BLOCK * GPT_BLOCK, *y = f->y + i * GPT_BLOCK * HEAD;
        f->product(GPT_BLOCK, GPT_BLOCK, HEAD, q, false, q, true, s, false);
        f->product(GPT_BLOCK, HEAD, GPT_BLOCK, s, true, q, false, y, false);
        f->product(GPT_BLOCK, HEAD, GPT_BLOCK, s, false, q, false, y, false);
        f->product(GPT_BLOCK, HEAD, GPT_BLOCK, s, true, q, false, y, false);
    }
}

void floor_gpt_products(floor_gpt *f)
{
    for (int i = 0; i < GPT_LAYERS; i++) {
        dense(f, GPT_WIDTH, 3 * GPT_WIDTH);
        attention(f);
        dense(f, GPT_WIDTH, GPT_WIDTH);
        dense(f, GPT_WIDTH, 4 * GPT_WIDTH);
        dense(f, 4 * GPT_WIDTH, GPT_WIDTH);
    }
    dense(f, GPT_WIDTH, GPT_LETTERS);
}
