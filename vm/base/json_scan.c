/* SPDX-License-Identifier: MIT */
/* The JSON pull scanner. A state says what may stand next, a bit per level says object or array; there is no recursion.
 * Strings without escapes are handed out in place; runs of plain bytes are found 16 (or 8) at a time. */
#include "vm/base/json_scan.h"

#include "vm/base/json_plain.h"
#include "vm/base/number.h"

#include <math.h>

typedef enum Expect {
    EXPECT_VALUE,
    EXPECT_FIRST_ITEM, /* a value or ']' */
    EXPECT_FIRST_KEY,  /* a key or '}' */
    EXPECT_MORE,       /* ',' or the end of the open container */
    EXPECT_NOTHING,    /* white space to the end */
    FAILED
} Expect;

void pl_json_scan_init(PlJsonScan *scan, PlStr text)
{
    *scan = (PlJsonScan){.start = text.ptr, .cursor = text.ptr, .limit = text.len ? text.ptr + text.len : text.ptr};
    pl_buf_init(&scan->scratch, 0);
}

void pl_json_scan_deinit(PlJsonScan *scan)
{
    pl_buf_deinit(&scan->scratch);
}

static PlJsonEvent fail(PlJsonScan *s, const char *at, const char *error)
{
    s->expect = FAILED;
    s->at = at;
    s->end = at < s->limit ? at + 1 : at;
    s->error = error;
    return PL_JSON_ERROR;
}

/* ws = *( %x20 / %x09 / %x0A / %x0D ) */
static inline const char *skip_space(const char *p, const char *limit)
{
    while (p < limit && (unsigned char)*p <= ' ') {
        if (*p != ' ' && *p != '\n' && *p != '\r' && *p != '\t') break;
        p++;
        uint64_t word;
        while (limit - p >= 8 && (memcpy(&word, p, 8), word == UINT64_C(0x2020202020202020))) p += 8;
    }
    return p;
}

static inline bool in_object(const PlJsonScan *s)
{
    uint32_t level = s->depth - 1;
    return s->is_object[level / 64] >> (level % 64) & 1;
}

/* ---- strings ----------------------------------------------------------------------------------------------------- */

static int hex4(const char *p, const char *limit)
{
    if (limit - p < 4) return -1;
    int n = 0;
    for (int i = 0; i < 4; i++) {
        char c = p[i], letter = (char)(c | 0x20);
        if (c >= '0' && c <= '9')
            n = n << 4 | (c - '0');
        else if (letter >= 'a' && letter <= 'f')
            n = n << 4 | (letter - 'a' + 10);
        else
            return -1;
    }
    return n;
}

/* The four digits before p are half of a pair without its other half. */
static const char *lone_surrogate(PlJsonScan *s, const char *p)
{
    if (!s->mends) return NULL;
    if (!s->mended) s->mended = p - 6;
    pl_utf8_put(&s->scratch, 0xfffd);
    return p;
}

/* p is behind "\u". Returns the place behind the escape (both halves of a pair), or NULL with *error set. */
static const char *unicode_escape(PlJsonScan *s, const char *p, const char **error)
{
    int code = hex4(p, s->limit);
    p += 4;
    *error = "expected four hex digits behind '\\u'";
    if (code < 0) return NULL;
    if (code >= 0xd800 && code < 0xe000) {
        *error = "lone surrogate in a string";
        bool pair = code < 0xdc00 && s->limit - p >= 6 && p[0] == '\\' && p[1] == 'u';
        int low = pair ? hex4(p + 2, s->limit) : 0;
        if (low < 0xdc00 || low > 0xdfff) return lone_surrogate(s, p);
        p += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    pl_utf8_put(&s->scratch, code);
    return p;
}

/* p is at a backslash. Returns the place behind the escape, or NULL with *error set. */
static const char *escape(PlJsonScan *s, const char *p, const char **error)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    *error = "unterminated string";
    if (s->limit - p < 2) return NULL;
    if (p[1] == 'u') return unicode_escape(s, p + 2, error);
    const char *hit = p[1] ? strchr(from, p[1]) : NULL;
    *error = "unknown escape in a string";
    if (!hit) return NULL;
    pl_buf_put_char(&s->scratch, to[hit - from]);
    return p + 2;
}

static PlJsonEvent fail_string(PlJsonScan *s, const char *open, const char *p)
{
    if (p >= s->limit) return fail(s, open, "unterminated string");
    return fail(s, p, *p & 0x80 ? "invalid UTF-8 in a string" : "control character in a string");
}

/* A string with escapes, from its first backslash. */
static PlJsonEvent decode_string(PlJsonScan *s, const char *open, const char *p, PlJsonEvent event)
{
    pl_buf_clear(&s->scratch);
    if (s->skims) s->scratch.status = PL_LIMIT; /* takes nothing */
    for (const char *run = open + 1;; run = p, p = pl_json_plain_end(p, s->limit)) {
        pl_buf_put(&s->scratch, pl_str(run, (size_t)(p - run)));
        if (p >= s->limit) return fail_string(s, open, p);
        if (*p == '"') break;
        if (*p != '\\') return fail_string(s, open, p);
        const char *error, *at = p;
        p = escape(s, p, &error);
        if (!p) return fail(s, at, error);
    }
    s->no_memory = s->scratch.status == PL_NOMEM;
    if (s->scratch.status != PL_OK && !s->skims)
        return fail(s, open, s->scratch.status == PL_NOMEM ? "out of memory" : "string too long");
    s->text = pl_buf_str(&s->scratch);
    s->end = s->cursor = p + 1;
    return event;
}

/* The cursor is at the opening quote. */
static inline PlJsonEvent string(PlJsonScan *s, PlJsonEvent event)
{
    const char *open = s->cursor, *p = pl_json_plain_end(open + 1, s->limit);
    s->at = open;
    if (p < s->limit && *p == '"') {
        s->text = (PlStr){open + 1, (size_t)(p - open - 1)};
        s->end = s->cursor = p + 1;
        return event;
    }
    if (p < s->limit && *p == '\\') return decode_string(s, open, p, event);
    return fail_string(s, open, p);
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static inline PlJsonEvent ended(PlJsonScan *s, const char *end, PlJsonEvent event)
{
    s->end = s->cursor = end;
    s->expect = s->depth ? EXPECT_MORE : EXPECT_NOTHING;
    return event;
}

static PlJsonEvent number(PlJsonScan *s)
{
    PlNumber n;
    const char *fault, *end = pl_number_scan(s->cursor, s->limit, &n, &fault);
    s->at = s->cursor;
    if (!end) return fail(s, fault, "expected a digit");
    if (n.is_int) {
        s->integer = n.integer;
        return ended(s, end, PL_JSON_INT);
    }
    s->no_memory = isnan(n.number);
    if (s->no_memory) return fail(s, s->cursor, "out of memory");
    if (isinf(n.number)) return fail(s, s->cursor, "number too large for a double");
    s->number = n.number;
    return ended(s, end, PL_JSON_NUMBER);
}

static PlJsonEvent literal(PlJsonScan *s, const char *word, size_t len, PlJsonEvent event)
{
    s->at = s->cursor;
    if ((size_t)(s->limit - s->cursor) < len || memcmp(s->cursor, word, len) != 0)
        return fail(s, s->cursor, "expected a value");
    return ended(s, s->cursor + len, event);
}

static inline PlJsonEvent begin(PlJsonScan *s, bool object)
{
    if (s->depth >= PL_LIMIT_JSON_DEPTH) return fail(s, s->cursor, "nested deeper than 512 levels");
    uint32_t level = s->depth++;
    uint64_t bit = UINT64_C(1) << (level % 64);
    s->is_object[level / 64] = object ? s->is_object[level / 64] | bit : s->is_object[level / 64] & ~bit;
    s->expect = object ? EXPECT_FIRST_KEY : EXPECT_FIRST_ITEM;
    s->at = s->cursor++;
    s->end = s->cursor;
    return object ? PL_JSON_OBJECT_BEGIN : PL_JSON_ARRAY_BEGIN;
}

static inline PlJsonEvent close(PlJsonScan *s)
{
    PlJsonEvent event = in_object(s) ? PL_JSON_OBJECT_END : PL_JSON_ARRAY_END;
    s->depth--;
    s->at = s->cursor;
    return ended(s, s->cursor + 1, event);
}

static inline PlJsonEvent value(PlJsonScan *s)
{
    if (s->cursor >= s->limit) return fail(s, s->cursor, "expected a value");
    switch (*s->cursor) {
    case '"': {
        PlJsonEvent event = string(s, PL_JSON_STRING);
        return event == PL_JSON_ERROR ? event : ended(s, s->cursor, event);
    }
    case '{': return begin(s, true);
    case '[': return begin(s, false);
    case 't': return literal(s, "true", 4, PL_JSON_TRUE);
    case 'f': return literal(s, "false", 5, PL_JSON_FALSE);
    case 'n': return literal(s, "null", 4, PL_JSON_NULL);
    case '-': case '0': case '1': case '2': case '3': case '4':
    case '5': case '6': case '7': case '8': case '9': return number(s);
    default: return fail(s, s->cursor, "expected a value");
    }
}

/* member = string name-separator value: the part up to the value */
static inline PlJsonEvent key(PlJsonScan *s)
{
    if (s->cursor >= s->limit || *s->cursor != '"') return fail(s, s->cursor, "expected a key in quotes");
    if (string(s, PL_JSON_KEY) == PL_JSON_ERROR) return PL_JSON_ERROR;
    const char *p = skip_space(s->cursor, s->limit);
    if (p >= s->limit || *p != ':') return fail(s, p, "expected ':'");
    s->cursor = p + 1;
    s->expect = EXPECT_VALUE;
    return PL_JSON_KEY;
}

static inline PlJsonEvent more(PlJsonScan *s)
{
    char c = s->cursor < s->limit ? *s->cursor : 0;
    bool object = in_object(s);
    if (c == ',') {
        s->cursor = skip_space(s->cursor + 1, s->limit);
        return object ? key(s) : value(s);
    }
    if (c == (object ? '}' : ']')) return close(s);
    return fail(s, s->cursor, object ? "expected ',' or '}'" : "expected ',' or ']'");
}

static inline PlJsonEvent next(PlJsonScan *s)
{
    if (s->expect == FAILED) return PL_JSON_ERROR;
    s->cursor = skip_space(s->cursor, s->limit);
    char c = s->cursor < s->limit ? *s->cursor : 0;
    switch ((Expect)s->expect) {
    case EXPECT_VALUE: return value(s);
    case EXPECT_FIRST_ITEM: return c == ']' ? close(s) : value(s);
    case EXPECT_FIRST_KEY: return c == '}' ? close(s) : key(s);
    case EXPECT_MORE: return more(s);
    default: break;
    }
    if (s->cursor < s->limit) return fail(s, s->cursor, "text behind the value");
    s->at = s->end = s->limit;
    return PL_JSON_END;
}

PlJsonEvent pl_json_scan_next(PlJsonScan *scan)
{
    return next(scan);
}

PlJsonEvent pl_json_scan_skip(PlJsonScan *scan)
{
    uint32_t outside = scan->depth - 1;
    PlJsonEvent event;
    scan->skims = true;
    do event = next(scan);
    while (event != PL_JSON_ERROR && scan->depth > outside);
    scan->skims = false;
    return event;
}

/* ---- one field ---- */

/* Steps to the value of `key` in an object; the event of its first token, PL_JSON_END when absent. `reads`: its text, too. */
static PlJsonEvent find_key(PlJsonScan *scan, const char *key, bool reads)
{
    if (pl_json_scan_next(scan) != PL_JSON_OBJECT_BEGIN) return PL_JSON_END;
    for (;;) {
        PlJsonEvent event = pl_json_scan_next(scan);
        if (event != PL_JSON_KEY) return PL_JSON_END;
        bool hit = pl_str_eq_z(scan->text, key);
        scan->skims = !hit || !reads;
        event = pl_json_scan_next(scan);
        scan->skims = false;
        if (hit || event == PL_JSON_ERROR) return event;
        bool nested = event == PL_JSON_OBJECT_BEGIN || event == PL_JSON_ARRAY_BEGIN;
        if (nested && pl_json_scan_skip(scan) == PL_JSON_ERROR) return PL_JSON_END;
    }
}

PlStr pl_json_find_text(PlArena *arena, PlStr object, const char *key)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, object);
    bool is_text = find_key(&scan, key, true) == PL_JSON_STRING;
    PlEscape escape = {.status = scan.no_memory ? PL_NOMEM : PL_OK}, *outer = pl_arena_set_escape(arena, &escape);
    PlStr found = PL_STR("");
    if (is_text && setjmp(escape.at) == 0) found = pl_arena_str(arena, scan.text);
    pl_arena_set_escape(arena, outer);
    pl_json_scan_deinit(&scan);
    if (escape.status != PL_OK) pl_arena_escape(arena, escape.status);
    return found;
}

bool pl_json_is_valid(PlStr text)
{
    PlJsonScan scan;
    PlJsonEvent event;
    pl_json_scan_init(&scan, text);
    do event = pl_json_scan_next(&scan);
    while (event != PL_JSON_END && event != PL_JSON_ERROR);
    pl_json_scan_deinit(&scan);
    return event == PL_JSON_END;
}

bool pl_json_find(PlStr object, const char *key, PlStr *out)
{
    PlJsonScan scan;
    pl_json_scan_init(&scan, object);
    PlJsonEvent event = find_key(&scan, key, false);
    const char *start = scan.at;
    if (event == PL_JSON_OBJECT_BEGIN || event == PL_JSON_ARRAY_BEGIN) event = pl_json_scan_skip(&scan);
    bool found = event != PL_JSON_END && event != PL_JSON_ERROR;
    if (found) *out = pl_str(start, (size_t)(scan.end - start));
    pl_json_scan_deinit(&scan);
    return found;
}
