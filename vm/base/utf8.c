/* SPDX-License-Identifier: MIT */
/* UTF-8 by hand (checking, stepping), Unicode's tables by utf8proc (case, width, folding). */
#include "vm/base/utf8.h"

#include "vm/base/fault.h"

#include <utf8proc.h>

enum { REPLACEMENT = 0xfffd };

enum { BLOCK = 32 };

/* The next BLOCK bytes are as many code points. */
static inline bool is_ascii_block(PlStr s, size_t pos)
{
    uint64_t words[BLOCK / 8];
    if (s.len - pos < BLOCK) return false;
    memcpy(words, s.ptr + pos, BLOCK);
    return !((words[0] | words[1] | words[2] | words[3]) & UINT64_C(0x8080808080808080));
}

static inline bool is_ascii_word(PlStr s, size_t pos)
{
    uint64_t word;
    return s.len - pos >= 8 && (memcpy(&word, s.ptr + pos, 8), !(word & UINT64_C(0x8080808080808080)));
}

size_t pl_utf8_check(PlStr s)
{
    size_t i = 0;
    while (i < s.len) {
        while (is_ascii_block(s, i)) i += BLOCK;
        if (is_ascii_word(s, i)) {
            i += 8;
            continue;
        }
        unsigned n = pl_utf8_sequence(s.ptr + i, s.ptr + s.len);
        if (!n) return i;
        i += n;
    }
    return i;
}

int32_t pl_utf8_next(PlStr s, size_t *pos)
{
    if (*pos >= s.len) return -1;
    const unsigned char *p = (const unsigned char *)s.ptr + *pos;
    unsigned n = pl_utf8_sequence(s.ptr + *pos, s.ptr + s.len);
    *pos += n ? n : 1;
    switch (n) {
    case 1: return p[0];
    case 2: return (p[0] & 0x1f) << 6 | (p[1] & 0x3f);
    case 3: return (p[0] & 0x0f) << 12 | (p[1] & 0x3f) << 6 | (p[2] & 0x3f);
    case 4: return (p[0] & 0x07) << 18 | (p[1] & 0x3f) << 12 | (p[2] & 0x3f) << 6 | (p[3] & 0x3f);
    default: return REPLACEMENT;
    }
}

void pl_utf8_put(PlBuf *buf, int32_t code_point)
{
    uint32_t c = (uint32_t)code_point;
    if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) c = REPLACEMENT;
    char bytes[4];
    size_t n = 0;
    if (c < 0x80) {
        bytes[n++] = (char)c;
    } else if (c < 0x800) {
        bytes[n++] = (char)(0xc0 | c >> 6);
        bytes[n++] = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        bytes[n++] = (char)(0xe0 | c >> 12);
        bytes[n++] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[n++] = (char)(0x80 | (c & 0x3f));
    } else {
        bytes[n++] = (char)(0xf0 | c >> 18);
        bytes[n++] = (char)(0x80 | (c >> 12 & 0x3f));
        bytes[n++] = (char)(0x80 | (c >> 6 & 0x3f));
        bytes[n++] = (char)(0x80 | (c & 0x3f));
    }
    pl_buf_put(buf, pl_str(bytes, n));
}

size_t pl_utf8_length(PlStr s)
{
    size_t count = 0, pos = 0;
    for (;;) {
        for (; is_ascii_block(s, pos); pos += BLOCK) count += BLOCK;
        for (; is_ascii_word(s, pos); pos += 8) count += 8;
        if (pl_utf8_next(s, &pos) < 0) return count;
        count++;
    }
}

size_t pl_utf8_offset(PlStr s, size_t nth)
{
    size_t pos = 0;
    for (; nth >= 8 && is_ascii_word(s, pos); nth -= 8) pos += 8;
    while (nth-- > 0 && pl_utf8_next(s, &pos) >= 0) {}
    return pos;
}

size_t pl_utf8_width(PlStr s)
{
    size_t width = 0;
    int32_t c;
    for (size_t pos = 0; (c = pl_utf8_next(s, &pos)) >= 0;) {
        int columns = c < 0x7f ? c >= 0x20 : utf8proc_charwidth(c);
        width += columns > 0 ? (size_t)columns : 0;
    }
    return width;
}

static bool is_ascii(PlStr s)
{
    size_t i = 0;
    while (is_ascii_word(s, i)) i += 8;
    for (; i < s.len; i++)
        if (s.ptr[i] & 0x80) return false;
    return true;
}

/* utf8proc has the simple mappings; of the full ones (one letter to two) only the sharp s is met in practice. */
static void put_mapped(PlBuf *out, int32_t c, bool up)
{
    if (c < 0x80) {
        bool change = up ? c >= 'a' && c <= 'z' : c >= 'A' && c <= 'Z';
        pl_buf_put_char(out, (char)(change ? c ^ 0x20 : c));
    } else if (up && c == 0xdf) {
        pl_buf_put(out, PL_STR("SS"));
    } else {
        pl_utf8_put(out, up ? utf8proc_toupper(c) : utf8proc_tolower(c));
    }
}

/* Plain loops over bytes: the compiler makes wide instructions of them. */
static void put_cased_ascii(PlBuf *out, PlStr s, bool up)
{
    size_t from = out->len;
    pl_buf_put(out, s);
    if (out->status != PL_OK) return;
    unsigned char *bytes = (unsigned char *)out->ptr + from;
    unsigned char first = up ? 'a' : 'A';
    for (size_t i = 0; i < s.len; i++) bytes[i] = (unsigned char)(bytes[i] ^ ((unsigned char)(bytes[i] - first) < 26 ? 0x20 : 0));
}

static void put_cased(PlBuf *out, PlStr s, bool up)
{
    int32_t c;
    if (is_ascii(s)) {
        put_cased_ascii(out, s, up);
        return;
    }
    for (size_t pos = 0; (c = pl_utf8_next(s, &pos)) >= 0;) put_mapped(out, c, up);
}

void pl_utf8_lower(PlBuf *out, PlStr s)
{
    put_cased(out, s, false);
}

void pl_utf8_upper(PlBuf *out, PlStr s)
{
    put_cased(out, s, true);
}

/* Valid UTF-8, decomposed and folded into out; utf8proc's buffer is of our allocation, so that faults reach it. */
static void put_folded(PlBuf *out, PlStr s, unsigned more)
{
    utf8proc_option_t how = (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD |
                                                UTF8PROC_IGNORE | more);
    const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)s.ptr;
    utf8proc_ssize_t room = utf8proc_decompose(bytes, (utf8proc_ssize_t)s.len, NULL, 0, how);
    if (room < 0) { /* more text than utf8proc counts */
        out->status = PL_LIMIT;
        return;
    }
    utf8proc_int32_t *points = pl_alloc(((size_t)room + 1) * sizeof *points);
    if (!points) {
        out->status = PL_NOMEM;
        return;
    }
    utf8proc_decompose(bytes, (utf8proc_ssize_t)s.len, points, room, how);
    utf8proc_ssize_t count = utf8proc_normalize_utf32(points, room, how);
    for (utf8proc_ssize_t i = 0; i < count; i++) pl_utf8_put(out, points[i]);
    pl_free(points);
}

static void fold(PlBuf *out, PlStr s, unsigned more)
{
    if (is_ascii(s)) {
        pl_utf8_lower(out, s);
        return;
    }
    PlBuf clean;
    pl_buf_init(&clean, 0);
    int32_t c;
    for (size_t pos = 0; (c = pl_utf8_next(s, &pos)) >= 0;) pl_utf8_put(&clean, c);
    if (clean.status == PL_OK)
        put_folded(out, pl_buf_str(&clean), more);
    else
        out->status = clean.status;
    pl_buf_deinit(&clean);
}

void pl_utf8_fold(PlBuf *out, PlStr s)
{
    fold(out, s, 0);
}

void pl_utf8_plain(PlBuf *out, PlStr s)
{
    fold(out, s, UTF8PROC_STRIPMARK);
}

static uint32_t unit_at(PlStr s, size_t i, bool big)
{
    uint32_t a = (unsigned char)s.ptr[i], b = (unsigned char)s.ptr[i + 1];
    return big ? a << 8 | b : b << 8 | a;
}

static bool from_utf16(PlBuf *out, PlStr s, bool big)
{
    if (s.len % 2) return false;
    for (size_t i = 0; i < s.len; i += 2) {
        uint32_t c = unit_at(s, i, big);
        if (c >= 0xdc00 && c < 0xe000) return false;
        if (c >= 0xd800 && c < 0xdc00) {
            i += 2;
            uint32_t low = i < s.len ? unit_at(s, i, big) : 0;
            if (low < 0xdc00 || low > 0xdfff) return false;
            c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        }
        pl_utf8_put(out, (int32_t)c);
    }
    return true;
}

bool pl_utf8_from_any(PlBuf *out, PlStr bytes)
{
    if (pl_str_starts(bytes, PL_STR("\xff\xfe\0\0"))) return false; /* UTF-32, which we do not read */
    PlStr rest = pl_str_slice(bytes, 2, bytes.len);
    if (pl_str_starts(bytes, PL_STR("\xff\xfe"))) return from_utf16(out, rest, false);
    if (pl_str_starts(bytes, PL_STR("\xfe\xff"))) return from_utf16(out, rest, true);
    if (pl_str_starts(bytes, PL_STR("\xef\xbb\xbf"))) bytes = pl_str_slice(bytes, 3, bytes.len);
    if (pl_utf8_check(bytes) != bytes.len) return false;
    pl_buf_put(out, bytes);
    return true;
}

bool pl_utf8_is_shown(int32_t c)
{
    bool turns = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f;
    return c >= 0x20 && !(c >= 0x7f && c < 0xa0) && !turns;
}

void pl_utf8_put_lines(PlBuf *out, PlStr s)
{
    for (size_t at = 0; at < s.len;) {
        size_t end = at;
        while (end < s.len && s.ptr[end] != '\n' && s.ptr[end] != '\t') end++;
        pl_utf8_put_line(out, pl_str_slice(s, at, end));
        if (end < s.len) pl_buf_put_char(out, s.ptr[end]);
        at = end + 1;
    }
}

void pl_utf8_put_line(PlBuf *out, PlStr s)
{
    for (size_t pos = 0, from = 0; pos < s.len; from = pos) {
        int32_t c = pl_utf8_next(s, &pos);
        if (c == 0xfffd || c == 0x2028 || c == 0x2029 || !pl_utf8_is_shown(c)) pl_utf8_put(out, c == 0xfffd ? c : ' ');
        else pl_buf_put(out, pl_str(s.ptr + from, pos - from));
    }
}
