/* json.c - reading and writing JSON. */
#include <string.h>

#include "json.h"
#include "base/memory.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *start(const gi_json *json)
{
    const char *at = json->at;
    while (at < json->end && is_blank(*at))
        at++;
    return at;
}

bool gi_json_accept(gi_json *json, char sign)
{
    const char *at = start(json);
    if (at == json->end || *at != sign)
        return false;
    json->at = at + 1;
    return true;
}

bool gi_json_number(gi_json *json, uint64_t *number)
{
    const char *begin = start(json), *at = begin;
    uint64_t n = 0;
    for (; at < json->end && *at >= '0' && *at <= '9'; at++) {
        if (n > (UINT64_MAX - 9) / 10)
            return false;
        n = 10 * n + (uint64_t)(*at - '0');
    }
    if (at == begin || (*begin == '0' && at > begin + 1) || (at < json->end && strchr(".eE", *at) && *at))
        return false;
    *number = n;
    json->at = at;
    return true;
}

/* ---- UTF-8 -------------------------------------------------------------------------------------------- */

static size_t put_utf8(char *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        to[i] = (char)(0x80 | (c & 0x3f));
    to[0] = (char)(lead[n] | c);
    return n;
}

/* ---- Strings ------------------------------------------------------------------------------------------ */

static bool four_digits(const char *at, const char *end, uint32_t *number)
{
    *number = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                  : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
        if (digit < 0)
            return false;
        *number = *number << 4 | (uint32_t)digit;
    }
    return true;
}

/* \uXXXX, and a second one where the first is half of a surrogate pair; *at is after the u. */
static bool read_code(const char **at, const char *end, uint32_t *code)
{
    uint32_t low;
    if (!four_digits(*at, end, code) || *code == 0 || (*code >= 0xdc00 && *code < 0xe000))
        return false;
    *at += 4;
    if (*code < 0xd800 || *code >= 0xdc00)
        return true;
    if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u' || !four_digits(*at + 2, end, &low) || low < 0xdc00 ||
        low >= 0xe000)
        return false;
    *at += 6;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return true;
}

static bool read_escape(const char **at, const char *end, char *to, size_t *n)
{
    static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    if (*at == end || **at == '\0')
        return false;
    char c = *(*at)++;
    const char *known = strchr(escapes, c);
    if (known) {
        to[(*n)++] = meant[known - escapes];
        return true;
    }
    uint32_t code;
    if (c != 'u' || !read_code(at, end, &code))
        return false;
    *n += put_utf8(to + *n, code);
    return true;
}

/* The result is never longer than what is between the quotes. */
bool gi_json_text(gi_json *json, gd_arena *arena, const char **text)
{
    const char *at = start(json), *close;
    if (at == json->end || *at++ != '"')
        return false;
    for (close = at; close < json->end && *close != '"'; close++)
        if (*close == '\\' && ++close == json->end)
            return false;
    if (close >= json->end)
        return false;
    char *to = gi_arena_take(arena, (size_t)(close - at) + 1);
    json->no_memory = !to;
    if (!to)
        return false;
    size_t n = 0;
    while (at < close) {
        if ((unsigned char)*at < ' ')
            return false;
        if (*at != '\\')
            to[n++] = *at++;
        else if (at++, !read_escape(&at, close, to, &n))
            return false;
    }
    to[n] = '\0';
    *text = to;
    json->at = close + 1;
    return true;
}

static size_t put(char *to, size_t n, char c)
{
    if (to)
        to[n] = c;
    return n + 1;
}

size_t gi_json_quoted(char *to, const char *text)
{
    static const char hex[] = "0123456789abcdef";
    size_t n = put(to, 0, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < ' ') {
            const char code[] = { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] };
            for (size_t i = 0; i < sizeof code; i++)
                n = put(to, n, code[i]);
            continue;
        }
        if (c == '"' || c == '\\')
            n = put(to, n, '\\');
        n = put(to, n, (char)c);
    }
    return put(to, n, '"');
}
