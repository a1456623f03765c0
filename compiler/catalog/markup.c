/* SPDX-License-Identifier: MIT */
/* The first line of a text: tags of HTML go, its references to characters become them, and what begins a paragraph begins a line. Markdown
 * stays: people read it as it stands. */
#include "compiler/catalog/markup.h"

enum { MOST_BYTES = 1024, LONGEST_REFERENCE = 10, LONGEST_TAG = 4096 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "<p", "</p", "<!--", "<a href=...>": where the tag at `i` ends, behind its '>'; 0 when it is none ("a < b", "<your-id>"). */
static size_t tag_end(PlStr text, size_t i)
{
    if (pl_str_starts(pl_str_slice(text, i, i + 4), PL_STR("<!--"))) {
        size_t end = pl_str_find(text, PL_STR("-->"), i + 4);
        return end == PL_STR_NONE ? text.len : end + 3;
    }
    size_t name = i + 1;
    if (name < text.len && text.ptr[name] == '/') name++;
    size_t stop = name;
    while (stop < text.len && (is_letter(text.ptr[stop]) || (stop > name && text.ptr[stop] >= '1' && text.ptr[stop] <= '6'))) stop++;
    static const char *const tags[] = {"a",  "b",    "i",  "u",   "p",   "q",   "s",    "br",    "dd", "dl",    "dt",   "em",  "h1",     "h2",  "h3",
                                       "h4", "h5",   "h6", "hr",  "kbd", "li",  "ol",   "td",    "th", "tr",    "tt",   "ul",  "var",    "wbr", "big",
                                       "del", "div", "img", "ins", "pre", "sub", "sup", "abbr",  "code", "font", "samp", "span", "table", "tbody", "thead",
                                       "small", "strong", "center", "strike", "section", "blockquote"};
    bool known = false;
    for (size_t t = 0; t < sizeof tags / sizeof *tags; t++)
        known |= pl_str_eq_nocase(pl_str_slice(text, name, stop), pl_str_z(tags[t]));
    if (!known || stop == text.len || !strchr(" \t\r\n/>", text.ptr[stop])) return 0;
    size_t limit = stop + LONGEST_TAG < text.len ? stop + LONGEST_TAG : text.len;
    for (char quote = 0; stop < limit; stop++) { /* a '>' within quotes ends nothing */
        char c = text.ptr[stop];
        if (quote ? c == quote : c == '"' || c == '\'') quote = quote ? 0 : c;
        if (c == '>' && !quote) return stop + 1;
    }
    return 0;
}

/* Tags that stand between lines, not within one. */
static bool parts_lines(PlStr tag)
{
    static const char *const names[] = {"p", "br", "dd", "dl", "dt", "hr", "li", "ol", "tr", "ul", "div", "pre", "table", "section", "blockquote"};
    size_t i = 1, end;
    if (i < tag.len && tag.ptr[i] == '/') i++;
    for (end = i; end < tag.len && !strchr(" \t\r\n/>", tag.ptr[end]);) end++;
    PlStr name = pl_str_slice(tag, i, end);
    if (name.len == 2 && (name.ptr[0] | 32) == 'h' && name.ptr[1] >= '1' && name.ptr[1] <= '6') return true;
    for (size_t n = 0; n < sizeof names / sizeof *names; n++)
        if (pl_str_eq_nocase(name, pl_str_z(names[n]))) return true;
    return false;
}

static int digit_of(char c, bool hex)
{
    char low = (char)(c | 32);
    if (c >= '0' && c <= '9') return c - '0';
    return hex && low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

/* As UTF-8; 0 when it is no character that is shown. */
static size_t put_character(char *out, int32_t code)
{
    if (code < 0x20 || code == 0x7f || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return 0;
    if (code == 0xa0) code = ' ';
    size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t k = len; k-- > 1; code >>= 6) out[k] = (char)(0x80 | (code & 0x3f));
    out[0] = (char)(lead[len] | (unsigned)code);
    return len;
}

/* "&amp;", "&#39;", "&#x27;": its character at `out`, where there is room for as many bytes as it takes in the text. Its length, and in
 * `taken` what it takes; 0 when it is none. */
static size_t put_reference(char *out, PlStr text, size_t i, size_t *taken)
{
    static const struct {
        const char *name, *character;
    } named[] = {{"amp", "&"},   {"lt", "<"},    {"gt", ">"},    {"quot", "\""}, {"apos", "'"},  {"nbsp", " "}, {"ndash", "–"}, {"mdash", "—"},
                 {"hellip", "…"}, {"lsquo", "‘"}, {"rsquo", "’"}, {"ldquo", "“"}, {"rdquo", "”"}, {"copy", "©"}, {"bull", "•"}};
    size_t end = pl_str_find_char(pl_str_slice(text, i, i + LONGEST_REFERENCE), ';', 0);
    if (end == PL_STR_NONE) return 0;
    *taken = end + 1;
    PlStr name = pl_str_slice(text, i + 1, i + end);
    for (size_t n = 0; n < sizeof named / sizeof *named; n++) {
        if (!pl_str_eq_z(name, named[n].name)) continue;
        size_t len = strlen(named[n].character);
        memcpy(out, named[n].character, len);
        return len;
    }
    bool hex = name.len > 2 && (name.ptr[1] | 32) == 'x';
    if (name.len < 2 || name.ptr[0] != '#') return 0;
    int32_t code = 0;
    for (size_t k = hex ? 2 : 1; k < name.len; k++) {
        int digit = digit_of(name.ptr[k], hex);
        if (digit < 0) return 0;
        code = code * (hex ? 16 : 10) + digit;
    }
    return put_character(out, code);
}

PlStr pl_markup_line(PlArena *arena, PlStr text)
{
    text = pl_str_trim(text);
    if (pl_str_find_char(text, '<', 0) == PL_STR_NONE && pl_str_find_char(text, '&', 0) == PL_STR_NONE)
        return pl_str_trim(pl_str_slice(text, 0, pl_str_find_char(text, '\n', 0)));
    char *out = pl_arena_alloc(arena, (text.len < MOST_BYTES ? text.len : MOST_BYTES) + 1, 1); /* it only gets shorter */
    size_t n = 0;
    for (size_t i = 0; i < text.len && n + LONGEST_REFERENCE < MOST_BYTES;) {
        size_t end = text.ptr[i] == '<' ? tag_end(text, i) : 0, taken = 0;
        size_t put = text.ptr[i] == '&' ? put_reference(out + n, text, i, &taken) : 0;
        bool ends = end ? parts_lines(pl_str_slice(text, i, end)) : text.ptr[i] == '\n';
        if (ends && n) break;
        if (!end && !put && !(n == 0 && strchr(" \t\r\n", text.ptr[i]))) out[n++] = text.ptr[i];
        n += put;
        i = end ? end : i + (put ? taken : 1);
    }
    out[n] = 0;
    return pl_str_trim(pl_str(out, n));
}
