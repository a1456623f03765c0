/* SPDX-License-Identifier: MIT */
/* One pass over the bytes with the open brackets on a small stack. A state per bracket says what may come next: in an object a name, its colon, its value;
 * in a list an item. A quote ends a text when what stands behind it can follow a text; else it belongs to it. */
#include "stdlib/ai/mend.h"

#include "vm/base/utf8.h"

enum { DEEPEST = 200, LOOK = 64 };

typedef struct Level {
    bool is_object;
    bool has_any;   /* something stands in it already */
    bool has_name;  /* of an object: a name was written, its value is due */
} Level;

typedef struct Mend {
    PlStr text;
    size_t at;
    PlBuf *out;
    Level levels[DEEPEST];
    unsigned depth;
    bool cut;
} Mend;

static char peek(const Mend *m, size_t ahead)
{
    return ahead < m->text.len - m->at ? m->text.ptr[m->at + ahead] : 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || c == '_' || c == '$' || c == '-' || c == '+' || c == '.' || (unsigned char)c >= 0x80;
}

static void skip_to(Mend *m, PlStr end)
{
    size_t at = pl_str_find(m->text, end, m->at);
    m->at = at == PL_STR_NONE ? m->text.len : at + end.len;
}

static void skip_blank(Mend *m)
{
    while (m->at < m->text.len) {
        if (is_space(peek(m, 0))) m->at++;
        else if ((peek(m, 0) == '/' && peek(m, 1) == '/') || peek(m, 0) == '#') skip_to(m, PL_STR("\n"));
        else if (peek(m, 0) == '/' && peek(m, 1) == '*') skip_to(m, PL_STR("*/"));
        else return;
    }
}

/* ---- texts ---- */

/* The bytes of a quote here: 1, 3 for a curly one, 0 for none. *kind is the plain quote it stands for. */
static size_t quote_at(const Mend *m, size_t at, char *kind)
{
    PlStr s = pl_str_slice(m->text, at, at + 3);
    if (!s.len) return 0;
    if (s.ptr[0] == '"' || s.ptr[0] == '\'' || s.ptr[0] == '`') return *kind = s.ptr[0], 1;
    if (s.len < 3 || s.ptr[0] != '\xe2' || s.ptr[1] != '\x80') return 0;
    unsigned char last = (unsigned char)s.ptr[2];
    if (last == 0x9c || last == 0x9d) return *kind = '"', 3;
    if (last == 0x98 || last == 0x99) return *kind = '\'', 3;
    return 0;
}

/* May the quote before `at` end the text? What follows within a few bytes says so. */
static bool ends_text(const Mend *m, size_t at, bool is_name)
{
    size_t limit = at + LOOK < m->text.len ? at + LOOK : m->text.len;
    for (size_t i = at; i < limit; i++) {
        char c = m->text.ptr[i];
        if (c == ',' || c == '}' || c == ']' || c == '\n') return true;
        if (c == ':') return is_name;
        if (!is_space(c)) return is_name && i > at && (c == '"' || c == '{' || c == '[');
    }
    return true;
}

static bool is_hex4(const Mend *m, size_t ahead)
{
    for (size_t i = 0; i < 4; i++) {
        char c = peek(m, ahead + i);
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))) return false;
    }
    return true;
}

static unsigned hex4(const Mend *m, size_t ahead)
{
    unsigned n = 0;
    for (size_t i = 0; i < 4; i++) {
        char c = peek(m, ahead + i);
        n = n << 4 | (unsigned)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
    }
    return n;
}

/* A pair of surrogates goes through; a lone one is U+FFFD, which strict JSON can hold. */
static void put_unicode(Mend *m)
{
    unsigned first = hex4(m, 2);
    bool low = peek(m, 6) == '\\' && peek(m, 7) == 'u' && is_hex4(m, 8) && hex4(m, 8) >= 0xdc00 && hex4(m, 8) < 0xe000;
    if (first < 0xd800 || first >= 0xe000) {
        pl_buf_put(m->out, pl_str_slice(m->text, m->at, m->at + 6));
        m->at += 6;
    } else if (first < 0xdc00 && low) {
        pl_buf_put(m->out, pl_str_slice(m->text, m->at, m->at + 12));
        m->at += 12;
    } else {
        pl_buf_put_z(m->out, "\\ufffd");
        m->at += 6;
    }
}

static void put_escape(Mend *m)
{
    char c = peek(m, 1);
    if (c == 'u' && is_hex4(m, 2)) {
        put_unicode(m);
        return;
    }
    if (c && strchr("\"\\/bfnrt", c)) {
        pl_buf_put(m->out, pl_str_slice(m->text, m->at, m->at + 2));
        m->at += 2;
    } else if (c == '\'' || c == '`') {
        pl_buf_put_char(m->out, c);
        m->at += 2;
    } else { /* it escapes nothing: it is meant */
        pl_buf_put_z(m->out, "\\\\");
        m->at++;
    }
}

static void put_byte(PlBuf *out, char c)
{
    if (c == '"') pl_buf_put_z(out, "\\\"");
    else if (c == '\n') pl_buf_put_z(out, "\\n");
    else if ((unsigned char)c < 0x20) pl_buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
    else pl_buf_put_char(out, c);
}

/* At a quote. */
static void put_quoted(Mend *m, bool is_name)
{
    char open = 0, kind = 0;
    size_t opened = quote_at(m, m->at, &open);
    m->at += opened;
    pl_buf_put_char(m->out, '"');
    while (m->at < m->text.len) {
        size_t width = quote_at(m, m->at, &kind);
        if (width && width <= opened && kind == open && ends_text(m, m->at + width, is_name)) {
            m->at += width;
            pl_buf_put_char(m->out, '"');
            return;
        }
        if (peek(m, 0) == '\\') put_escape(m);
        else put_byte(m->out, m->text.ptr[m->at++]);
    }
    m->cut = true;
    pl_buf_put_char(m->out, '"');
}

/* ---- words ---- */

static PlStr take_word(Mend *m)
{
    size_t start = m->at;
    while (is_word(peek(m, 0))) m->at++;
    return pl_str_slice(m->text, start, m->at);
}

/* A value without quotes that is no word of JSON goes on to the next mark. */
static void put_word(Mend *m)
{
    static const char *const known[][2] = {{"true", "true"},   {"false", "false"}, {"null", "null"},      {"True", "true"}, {"False", "false"},
                                           {"None", "null"},   {"nil", "null"},    {"undefined", "null"}, {"NaN", "null"},  {"yes", "true"},
                                           {"no", "false"},    {"TRUE", "true"},   {"FALSE", "false"},    {"NULL", "null"}};
    size_t start = m->at;
    double number;
    PlStr word = take_word(m);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!pl_str_eq_z(word, known[i][0])) continue;
        pl_buf_put_z(m->out, known[i][1]);
        return;
    }
    if (pl_str_to_double(word, &number)) {
        pl_buf_put(m->out, word);
        return;
    }
    while (m->at < m->text.len && !strchr(",}]\n", m->text.ptr[m->at])) m->at++;
    PlStr whole = pl_str_trim(pl_str_slice(m->text, start, m->at));
    pl_buf_put_char(m->out, '"');
    for (size_t i = 0; i < whole.len; i++) {
        if (whole.ptr[i] == '\\') pl_buf_put_char(m->out, '\\');
        put_byte(m->out, whole.ptr[i]);
    }
    pl_buf_put_char(m->out, '"');
}

static bool open_level(Mend *m, bool is_object)
{
    if (m->depth == DEEPEST) return false;
    m->levels[m->depth++] = (Level){.is_object = is_object};
    pl_buf_put_char(m->out, is_object ? '{' : '[');
    return true;
}

static void close_level(Mend *m)
{
    const Level *top = &m->levels[m->depth - 1];
    if (top->has_name) pl_buf_put_z(m->out, "null");
    pl_buf_put_char(m->out, top->is_object ? '}' : ']');
    m->depth--;
}

/* A closing bracket closes what it fits, and what is open inside; one that fits nothing is left out. */
static void close_to(Mend *m, bool is_object)
{
    unsigned found = m->depth;
    while (found > 0 && m->levels[found - 1].is_object != is_object) found--;
    while (found > 0 && m->depth >= found) close_level(m);
}

static void put_name(Mend *m, Level *top)
{
    char kind;
    if (top->has_any) pl_buf_put_char(m->out, ',');
    top->has_any = top->has_name = true;
    if (quote_at(m, m->at, &kind)) {
        put_quoted(m, true);
    } else {
        pl_buf_put_char(m->out, '"');
        pl_buf_put(m->out, take_word(m));
        pl_buf_put_char(m->out, '"');
    }
    pl_buf_put_char(m->out, ':');
    skip_blank(m);
    if (peek(m, 0) == ':' || peek(m, 0) == '=') m->at++;
}

/* A value: what stands before it is its comma. */
static bool put_value(Mend *m, Level *top)
{
    char c = peek(m, 0), kind;
    if (!top->is_object && top->has_any) pl_buf_put_char(m->out, ',');
    top->has_any = true;
    top->has_name = false;
    if (c == '{' || c == '[') {
        m->at++;
        return open_level(m, c == '{');
    }
    if (quote_at(m, m->at, &kind)) put_quoted(m, false);
    else put_word(m);
    return true;
}

static bool step(Mend *m)
{
    Level *top = &m->levels[m->depth - 1];
    char c = peek(m, 0), kind;
    bool starts = quote_at(m, m->at, &kind) || is_word(c) || c == '{' || c == '[';
    if (c == '}' || c == ']') {
        m->at++;
        close_to(m, c == '}');
    } else if (!starts) {
        if (c == ',' && top->has_name) pl_buf_put_z(m->out, "null"), top->has_name = false;
        m->at++;
    } else if (top->is_object && !top->has_name) {
        if (c == '{' || c == '[') m->at++; /* no name before it: what is inside belongs here */
        else put_name(m, top);
    } else {
        return put_value(m, top);
    }
    return true;
}

/* `{` with a name or `}` behind it, or `[` with something that an item begins with. */
static bool find_start(Mend *m)
{
    for (; m->at < m->text.len; m->at++) {
        char c = peek(m, 0), kind;
        if (c != '{' && c != '[') continue;
        size_t i = m->at + 1, limit = m->text.len - i > LOOK ? i + LOOK : m->text.len;
        while (i < limit && is_space(m->text.ptr[i])) i++;
        char next = i < m->text.len ? m->text.ptr[i] : 0;
        bool text = quote_at(m, i, &kind) != 0;
        if (c == '{' ? text || is_word(next) || next == '}' || next == '/' || !next
                     : text || next == '{' || next == '[' || next == ']' || (next >= '0' && next <= '9') || next == '-')
            return true;
    }
    return false;
}

bool pl_ai_mend(PlStr text, PlBuf *out, bool *cut)
{
    Mend m = {.text = text, .out = out};
    *cut = false;
    if (!find_start(&m)) return false;
    if (!open_level(&m, text.ptr[m.at++] == '{')) return false;
    while (m.depth) {
        skip_blank(&m);
        if (m.at >= text.len) {
            m.cut = true;
            while (m.depth) close_level(&m);
            break;
        }
        if (!step(&m)) return false;
    }
    *cut = m.cut;
    return out->status == PL_OK && pl_utf8_check(pl_buf_str(out)) == out->len;
}
