/* names.c - names of series that are too wide for the legend.
 *
 * What they have in common is removed first: words at their beginning, then at their end, as many as necessary, and
 * then those in between, if the names have equally many words.  In a name that is still too wide the middle is
 * replaced. */
#include "picture.h"

#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

static bool is_too_wide(const char *name, gi_type type, double width)
{
    return strlen(name) >= GI_FIT_BYTES || gi_text_width(name, type) > width;
}

static bool is_long(const gd_plot *p, int series, gi_type type, double width)
{
    return gi_is_listed(p, series) && is_too_wide(p->series[series].name, type, width);
}

/* Where a word may begin or end; not at a point or a minus, which are part of numbers. */
static bool is_break(char c)
{
    return c && strchr(" /_=:,;()", c);
}

/* The whole words that all long names begin with (or end with), in bytes, at most `most`. */
static size_t common(const gd_plot *p, gi_type type, double width, bool at_end, size_t most)
{
    const char *first = NULL;
    size_t n = most;
    for (int i = 0; i < p->count; i++) {
        const char *name = p->series[i].name;
        if (!is_long(p, i, type, width))
            continue;
        first = first ? first : name;
        size_t k = 0, here = strlen(name), there = strlen(first);
        while (k < n && (at_end ? name[here - 1 - k] == first[there - 1 - k] : name[k] == first[k]))
            k++;
        n = k;
    }
    while (n > 0 && !is_break(at_end ? first[strlen(first) - n] : first[n - 1]))
        n--;
    return n;
}

/* The first of the long names, how many there are, and the length of the shortest. */
static const char *long_names(const gd_plot *p, gi_type type, double width, int *n, size_t *shortest)
{
    const char *first = NULL;
    *n = 0;
    *shortest = 0;
    for (int i = 0; i < p->count; i++)
        if (is_long(p, i, type, width)) {
            size_t length = strlen(p->series[i].name);
            first = first ? first : p->series[i].name;
            *shortest = *n && *shortest < length ? *shortest : length;
            ++*n;
        }
    return first;
}

/* The end of the word that begins at `from`, the break included. */
static size_t word_end(const char *text, size_t from, size_t to)
{
    while (from < to && !is_break(text[from]))
        from++;
    return from < to ? from + 1 : to;
}

/* Replaces the space at the end by an ellipsis, unless there is one already. */
static void put_ellipsis(char *out, size_t *n)
{
    const size_t length = sizeof ELLIPSIS - 1;
    if (*n >= length && memcmp(out + *n - length, ELLIPSIS, length) == 0)
        return;
    while (*n && out[*n - 1] == ' ')
        --*n;
    memcpy(out + *n, ELLIPSIS, length);
    *n += length;
}

static void put_cut(char out[GI_FIT_BYTES], const char *name, gi_cut cut)
{
    size_t to = strlen(name) - cut.back, n = 0, capacity = GI_FIT_BYTES - 2 * sizeof ELLIPSIS;
    if (cut.front)
        put_ellipsis(out, &n);
    for (size_t from = cut.front, k = 0, end; from < to; from = end, k++) {
        end = word_end(name, from, to);
        if (k < 64 && cut.inner >> k & 1) {
            put_ellipsis(out, &n);
        } else if (n + end - from < capacity) {
            memcpy(out + n, name + from, end - from);
            n += end - from;
        }
    }
    if (cut.back)
        put_ellipsis(out, &n);
    out[n] = '\0';
}

/* Which words between front and back all long names share; none where they do not have equally many words. */
static uint64_t common_words(const gd_plot *p, gi_type type, double width, const char *first, gi_cut cut)
{
    uint64_t shared = ~(uint64_t)0;
    for (int i = 0; i < p->count; i++) {
        const char *name = p->series[i].name;
        if (!is_long(p, i, type, width))
            continue;
        size_t a = cut.front, a_to = strlen(first) - cut.back, b = a, b_to = strlen(name) - cut.back;
        for (int k = 0; a < a_to || b < b_to; k++) {
            size_t a_end = word_end(first, a, a_to), b_end = word_end(name, b, b_to);
            if (k == 64 || a == a_to || b == b_to)
                return 0;
            if (a_end - a != b_end - b || memcmp(first + a, name + b, a_end - a) != 0)
                shared &= ~((uint64_t)1 << k);
            a = a_end;
            b = b_end;
        }
    }
    return shared;
}

static bool all_fit(const gd_plot *p, gi_type type, double width, gi_cut cut)
{
    char text[GI_FIT_BYTES];
    for (int i = 0; i < p->count; i++)
        if (is_long(p, i, type, width)) {
            if (strlen(p->series[i].name) - cut.front - cut.back > GI_FIT_BYTES / 2)
                return false;
            put_cut(text, p->series[i].name, cut);
            if (gi_text_width(text, type) > width)
                return false;
        }
    return true;
}

/* A cut of `bytes`, or slightly more, at a word boundary. */
static gi_cut cut_of(const char *first, size_t bytes, size_t prefix)
{
    gi_cut cut = { .front = bytes < prefix ? bytes : prefix, .back = bytes < prefix ? 0 : bytes - prefix };
    while (cut.front && !is_break(first[cut.front - 1]))
        cut.front++;
    while (cut.back && !is_break(first[strlen(first) - cut.back]))
        cut.back++;
    return cut;
}

gi_cut gi_cut_names(const gd_plot *p, gi_type type, double width)
{
    int n;
    size_t shortest, fails = 0, fits;
    const char *first = long_names(p, type, width, &n, &shortest);
    if (n < 2)
        return (gi_cut){ .distinct = n == 0 };
    size_t prefix = common(p, type, width, false, shortest);
    size_t suffix = common(p, type, width, true, shortest - prefix);
    fits = prefix + suffix;
    gi_cut cut = cut_of(first, fits, prefix);
    if (!all_fit(p, type, width, cut)) {
        cut.inner = common_words(p, type, width, first, cut);
        cut.distinct = all_fit(p, type, width, cut);
        return cut;
    }
    while (fits - fails > 1) {
        size_t middle = fails + (fits - fails) / 2;
        if (all_fit(p, type, width, cut_of(first, middle, prefix)))
            fits = middle;
        else
            fails = middle;
    }
    cut = cut_of(first, fits, prefix);
    cut.distinct = true;
    return cut;
}

void gi_short_name(char out[GI_FIT_BYTES], const char *name, gi_cut cut, gi_type type, double width)
{
    char text[GI_FIT_BYTES];
    bool shorter = (cut.front || cut.back || cut.inner) && is_too_wide(name, type, width);
    if (shorter)
        put_cut(text, name, cut);
    gi_fit_middle(out, shorter ? text : name, type, width);
}
