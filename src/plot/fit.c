/* fit.c - breaking and shortening titles, labels and names that are too long. */
#include "fit.h"

#include <math.h>
#include <string.h>

#define ELLIPSIS "\xE2\x80\xA6"

/* A part of a text that is being broken: where each of its characters ends, in bytes. */
typedef struct part {
    const char *text;
    int         n;
    int         end[GI_FIT_BYTES];
} part;

/* The characters up to a newline, or as many as a line can hold. */
static void measure(part *p, const char *text)
{
    const char *at = text;
    p->text = text;
    p->n = 0;
    while (*at && *at != '\n') {
        gi_utf8_next(&at);
        if (at - text >= GI_FIT_BYTES - (int)sizeof ELLIPSIS)
            break;
        p->end[p->n++] = (int)(at - text);
    }
}

static double width_of(const part *p, int count, const char *tail, gi_type type)
{
    char line[GI_FIT_BYTES];
    int bytes = count ? p->end[count - 1] : 0;
    memcpy(line, p->text, (size_t)bytes);
    strcpy(line + bytes, tail);
    return gi_text_width(line, type);
}

/* How many characters fit, followed by the tail; by bisection, as the width grows with each character. */
static int fitting(const part *p, const char *tail, gi_type type, double width)
{
    int fits = 0, beyond = p->n + 1;
    while (beyond - fits > 1) {
        int middle = fits + (beyond - fits) / 2;
        if (width_of(p, middle, tail, type) <= width)
            fits = middle;
        else
            beyond = middle;
    }
    return fits;
}

static bool is_space(const part *p, int i)
{
    return p->text[i ? p->end[i - 1] : 0] == ' ';
}

static void put_line(gi_fitted *f, const part *p, int count, const char *tail)
{
    while (count > 0 && is_space(p, count - 1))
        count--;
    char *line = f->line[f->n++];
    int bytes = count ? p->end[count - 1] : 0;
    memcpy(line, p->text, (size_t)bytes);
    strcpy(line + bytes, tail);
}

/* The whole words among the first `count` characters; all of them where there is no space. */
static int whole_words(const part *p, int count)
{
    for (int i = count; i > 0; i--)
        if (is_space(p, i))
            return i;
    return count;
}

gi_fitted gi_fit(const char *text, gi_type type, double width, int most)
{
    gi_fitted f = { .n = 0 };
    most = most < 1 ? 1 : most > GI_FIT_LINES ? GI_FIT_LINES : most;
    while (*text && f.n < most) {
        part p;
        while (*text == ' ')
            text++;
        measure(&p, text);
        int count = fitting(&p, "", type, width), end = p.n ? p.end[p.n - 1] : 0;
        bool all = count == p.n && (!text[end] || text[end] == '\n'), more = !all || text[end] == '\n';
        if (all && !(more && f.n + 1 == most)) {
            put_line(&f, &p, count, "");
            text += end + (text[end] == '\n');
        } else if (f.n + 1 == most) {
            put_line(&f, &p, fitting(&p, ELLIPSIS, type, width), ELLIPSIS);
        } else {
            count = count < p.n ? whole_words(&p, count) : count;
            count = count ? count : 1;      /* narrower than one character: make progress */
            put_line(&f, &p, count, "");
            text += p.end[count - 1];
        }
    }
    return f;
}

void gi_fit_line(char out[GI_FIT_BYTES], const char *text, gi_type type, double width)
{
    gi_fitted f = gi_fit(text, type, width, 1);
    strcpy(out, f.n ? f.line[0] : "");
}

/* The last bytes of the text, whole characters, that are no wider than `width`. */
static const char *tail_of(const char *text, gi_type type, double width)
{
    const char *at = text + strlen(text), *tail = at;
    while (at > text && text + strlen(text) - at < GI_FIT_BYTES / 2) {
        at--;
        if (((unsigned char)*at & 0xc0) == 0x80)
            continue;
        if (gi_text_width(at, type) > width)
            break;
        tail = at;
    }
    return tail;
}

void gi_fit_middle(char out[GI_FIT_BYTES], const char *text, gi_type type, double width)
{
    part p;
    gi_fit_line(out, text, type, width);
    measure(&p, text);
    if (strcmp(out, text) == 0 || strchr(text, '\n'))
        return;
    const char *tail = tail_of(text, type, fmin(0.4 * width, width - gi_text_width(ELLIPSIS, type)));
    char rest[GI_FIT_BYTES];
    strcpy(rest, ELLIPSIS);
    strcat(rest, tail);
    int count = 0;
    while (count < p.n && (size_t)p.end[count] + strlen(rest) < GI_FIT_BYTES &&
           width_of(&p, count + 1, rest, type) <= width)
        count++;
    memcpy(out, text, count ? (size_t)p.end[count - 1] : 0);
    strcpy(out + (count ? p.end[count - 1] : 0), rest);
}
