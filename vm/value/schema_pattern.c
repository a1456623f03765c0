/* SPDX-License-Identifier: MIT */
/* Regular expressions as JSON Schema means them (ECMA-262, Unicode) in the words of PCRE2: \d and \w are ASCII, $ is the end and no line's end,
 * \u0041 is a character. */
#include "vm/value/regex.h"
#include "vm/value/schema_node.h"

#include <ctype.h>

#define SPACES                                                                                                         \
    "\\x09-\\x0d\\x20\\x{a0}\\x{feff}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"

static bool read_hex(PlStr s, size_t at, size_t count, uint32_t *out)
{
    *out = 0;
    if (at + count > s.len) return false;
    for (size_t i = at; i < at + count; i++) {
        if (!isxdigit((unsigned char)s.ptr[i])) return false;
        char c = (char)(s.ptr[i] | 0x20);
        *out = *out * 16 + (uint32_t)(c <= '9' ? (s.ptr[i] - '0') : c - 'a' + 10);
    }
    return true;
}

/* \u0041, \u{1f600}, a pair of surrogates; `at` is behind the 'u'. Returns the place behind, 0 when it is none. */
static size_t unicode_escape(PlBuf *out, PlStr s, size_t at)
{
    uint32_t code, low;
    if (at < s.len && s.ptr[at] == '{') {
        size_t close = pl_str_find_char(s, '}', at);
        if (close == PL_STR_NONE || close - at > 7 || !read_hex(s, at + 1, close - at - 1, &code)) return 0;
        pl_buf_printf(out, "\\x{%x}", code);
        return close + 1;
    }
    if (!read_hex(s, at, 4, &code)) return 0;
    at += 4;
    bool pair = code >= 0xD800 && code < 0xDC00 && at + 6 <= s.len && s.ptr[at] == '\\' && s.ptr[at + 1] == 'u' &&
                read_hex(s, at + 2, 4, &low);
    if (pair && low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        at += 6;
    }
    pl_buf_printf(out, "\\x{%x}", code);
    return at;
}

/* \p{Letter}: PCRE2 knows the short names of general categories. */
static size_t property_escape(PlBuf *out, PlStr s, size_t at, char letter)
{
    static const char *const names[][2] = {{"Letter", "L"},
                                           {"Lowercase_Letter", "Ll"},
                                           {"Uppercase_Letter", "Lu"},
                                           {"Titlecase_Letter", "Lt"},
                                           {"Mark", "M"},
                                           {"Number", "N"},
                                           {"Decimal_Number", "Nd"},
                                           {"digit", "Nd"},
                                           {"Punctuation", "P"},
                                           {"punct", "P"},
                                           {"Symbol", "S"},
                                           {"Separator", "Z"},
                                           {"Space_Separator", "Zs"},
                                           {"Other", "C"},
                                           {"Control", "Cc"},
                                           {"Currency_Symbol", "Sc"}};
    size_t close = at < s.len && s.ptr[at] == '{' ? pl_str_find_char(s, '}', at) : PL_STR_NONE;
    if (close == PL_STR_NONE) return 0;
    PlStr name = pl_str_slice(s, at + 1, close);
    size_t equals = pl_str_find_char(name, '=', 0);
    if (equals != PL_STR_NONE) name = pl_str_slice(name, equals + 1, name.len);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pl_str_eq_z(name, names[i][0])) name = pl_str_z(names[i][1]);
    pl_buf_printf(out, "\\%c{" PL_FMT "}", letter, PL_ARG(name));
    return close + 1;
}

/* What stands behind a backslash at `at`. Returns the place behind it, 0 when ECMA-262 has no such escape. */
static size_t escape(PlBuf *out, PlStr s, size_t at, bool in_class)
{
    char c = at < s.len ? s.ptr[at] : 0;
    const char *open = in_class ? "" : "[", *close = in_class ? "" : "]";
    switch (c) {
    case 0: return 0;
    case 'd': pl_buf_printf(out, "%s0-9%s", open, close); return at + 1;
    case 'w': pl_buf_printf(out, "%sA-Za-z0-9_%s", open, close); return at + 1;
    case 's': pl_buf_printf(out, "%s" SPACES "%s", open, close); return at + 1;
    case 'D': pl_buf_put_z(out, in_class ? "\\x00-/:-\\x{10ffff}" : "[^0-9]"); return at + 1;
    case 'W': pl_buf_put_z(out, in_class ? "\\x00-/:-@\\[-^`{-\\x{10ffff}" : "[^A-Za-z0-9_]"); return at + 1;
    case 'S': pl_buf_put_z(out, in_class ? "\\S" : "[^" SPACES "]"); return at + 1;
    case 'u': return unicode_escape(out, s, at + 1);
    case 'p':
    case 'P': return property_escape(out, s, at + 1, c);
    case '/': pl_buf_put_char(out, '/'); return at + 1;
    default: break;
    }
    if (isalpha((unsigned char)c) && !strchr("bBfnrtvcxk", c)) return 0;
    pl_buf_put_char(out, '\\');
    pl_buf_put_char(out, c);
    return at + 1;
}

static size_t begin_class(PlBuf *out, PlStr s, size_t at, bool *in_class)
{
    PlStr rest = pl_str_slice(s, at, s.len);
    if (pl_str_starts(rest, PL_STR("[]"))) {
        pl_buf_put_z(out, "(?!)");
        return at + 2;
    }
    if (pl_str_starts(rest, PL_STR("[^]"))) {
        pl_buf_put_z(out, "[\\x00-\\x{10ffff}]");
        return at + 3;
    }
    pl_buf_put_char(out, '[');
    *in_class = true;
    if (!pl_str_starts(rest, PL_STR("[^"))) return at + 1;
    pl_buf_put_char(out, '^');
    return at + 2;
}

bool pl_schema_translate(PlBuf *out, PlStr pattern)
{
    bool in_class = false;
    for (size_t i = 0; i < pattern.len;) {
        char c = pattern.ptr[i];
        if (c == '\\') {
            i = escape(out, pattern, i + 1, in_class);
            if (i == 0) return false;
        } else if (c == '[' && !in_class) {
            i = begin_class(out, pattern, i, &in_class);
        } else {
            if (c == ']') in_class = false;
            if (c == '$' && !in_class)
                pl_buf_put_z(out, "\\z");
            else if (c == '[')
                pl_buf_put_z(out, "\\[");
            else
                pl_buf_put_char(out, c);
            i++;
        }
    }
    return true;
}
