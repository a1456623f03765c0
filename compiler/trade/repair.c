/* SPDX-License-Identifier: MIT */
/* One pass over the bytes, with the open brackets on the tree's own stack. At each place there is one most likely
 * reading, and it is taken: a quote ends a text when a comma, a colon, a bracket, a line's end or the file's end
 * stands behind it; else it belongs to the text. Every byte is looked at a bounded number of times, so any text is
 * read in time linear in its length. */
#include "compiler/trade/repair.h"

typedef enum Fault {
    F_AROUND,
    F_COMMENT,
    F_QUOTE,
    F_BARE_KEY,
    F_COMMA_MORE,
    F_COMMA_LESS,
    F_WORD,
    F_NEWLINE,
    F_INNER,
    F_BRACKET,
    F_ESCAPE,
    F_CUT,
    F_BARE_TEXT,
    F_NO_VALUE,
    F_COUNT
} Fault;

static const char *const fault_words[F_COUNT] = {
    [F_AROUND] = "what stands around the JSON is left out",
    [F_COMMENT] = "comments are left out",
    [F_QUOTE] = "texts in other quotes are read as texts",
    [F_BARE_KEY] = "names without quotes are read as names",
    [F_COMMA_MORE] = "commas too many are left out",
    [F_COMMA_LESS] = "commas or colons that lack are put in",
    [F_WORD] = "words of other languages are read as JSON's (True, None, undefined)",
    [F_NEWLINE] = "lines that end inside a text are joined",
    [F_INNER] = "quotes inside a text are taken as part of it",
    [F_BRACKET] = "brackets that do not match are closed where they should",
    [F_ESCAPE] = "backslashes that escape nothing are kept",
    [F_CUT] = "the text ends before its brackets do; what is open is closed",
    [F_BARE_TEXT] = "values without quotes are read as texts",
    [F_NO_VALUE] = "names without a value get nothing",
};

typedef struct Repair {
    PlDiags *diags;
    PlTree tree;
    PlStr text;
    uint32_t at, source;
    bool want_value; /* a key was read, and its colon */
    bool cut;
    uint32_t open;
    PlSpan first[F_COUNT];
    uint32_t times[F_COUNT];
} Repair;

static void fault(Repair *r, Fault kind, uint32_t start, uint32_t end)
{
    if (r->times[kind]++ == 0) r->first[kind] = (PlSpan){r->source, start, end};
}

static char peek(const Repair *r, uint32_t ahead)
{
    return r->at + (size_t)ahead < r->text.len ? r->text.ptr[r->at + ahead] : 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
           c == '-' || c == '.' || (unsigned char)c >= 0x80;
}

static void skip_line(Repair *r)
{
    while (r->at < r->text.len && r->text.ptr[r->at] != '\n') r->at++;
}

/* White space and comments. */
static void skip(Repair *r)
{
    while (r->at < r->text.len) {
        uint32_t start = r->at;
        if (is_space(peek(r, 0))) {
            r->at++;
        } else if ((peek(r, 0) == '/' && peek(r, 1) == '/') || peek(r, 0) == '#') {
            skip_line(r);
            fault(r, F_COMMENT, start, r->at);
        } else if (peek(r, 0) == '/' && peek(r, 1) == '*') {
            size_t end = pl_str_find(r->text, PL_STR("*/"), r->at + 2);
            r->at = end == PL_STR_NONE ? (uint32_t)r->text.len : (uint32_t)end + 2;
            fault(r, F_COMMENT, start, r->at);
        } else {
            return;
        }
    }
}

/* ---- texts ---- */

/* The bytes of the quote at `at`: 1, or 3 for a curly one; 0 for none. */
static uint32_t quote_at(const Repair *r, uint32_t at, char *kind)
{
    PlStr s = pl_str_slice(r->text, at, at + 3);
    if (!s.len) return 0;
    if (s.ptr[0] == '"' || s.ptr[0] == '\'' || s.ptr[0] == '`') return *kind = s.ptr[0], 1;
    if (s.len < 3 || memcmp(s.ptr, "\xe2\x80", 2) != 0) return 0;
    unsigned char last = (unsigned char)s.ptr[2];
    if (last == 0x9c || last == 0x9d) return *kind = '"', 3;
    if (last == 0x98 || last == 0x99) return *kind = '\'', 3;
    return 0;
}

/* Whether a quote that ends at `behind` ends the text: what follows it says so. A colon follows names only. */
static bool ends_text(const Repair *r, uint32_t behind, bool is_key)
{
    for (uint32_t i = behind; i < r->text.len; i++) {
        char c = r->text.ptr[i];
        if (c == '\n' || c == ',' || c == '}' || c == ']' || c == '#') return true;
        if (c == ':' || c == '=') return is_key;
        if (c == '/' && i + 1 < r->text.len && (r->text.ptr[i + 1] == '/' || r->text.ptr[i + 1] == '*')) return true;
        if (!is_space(c)) return i > behind && (c == '"' || c == '{' || c == '[');
    }
    return true;
}

static void put_utf8(PlBuf *out, uint32_t c)
{
    if (c < 0x80) {
        pl_buf_put_char(out, (char)c);
    } else if (c < 0x800) {
        pl_buf_put_char(out, (char)(0xc0 | c >> 6));
        pl_buf_put_char(out, (char)(0x80 | (c & 63)));
    } else if (c < 0x10000) {
        pl_buf_put_char(out, (char)(0xe0 | c >> 12));
        pl_buf_put_char(out, (char)(0x80 | (c >> 6 & 63)));
        pl_buf_put_char(out, (char)(0x80 | (c & 63)));
    } else {
        pl_buf_put_char(out, (char)(0xf0 | c >> 18));
        pl_buf_put_char(out, (char)(0x80 | (c >> 12 & 63)));
        pl_buf_put_char(out, (char)(0x80 | (c >> 6 & 63)));
        pl_buf_put_char(out, (char)(0x80 | (c & 63)));
    }
}

static bool hex4(const Repair *r, uint32_t at, uint32_t *out)
{
    *out = 0;
    for (uint32_t i = 0; i < 4; i++) {
        char c = at + i < r->text.len ? r->text.ptr[at + i] : 0;
        uint32_t digit = c >= '0' && c <= '9' ? (uint32_t)(c - '0') : (uint32_t)((c | 32) - 'a') + 10;
        if (digit > 15) return false;
        *out = *out << 4 | digit;
    }
    return true;
}

/* Behind the `\u`: the character, a pair of surrogates as one; a lone one is U+FFFD. */
static void unicode(Repair *r, PlBuf *out)
{
    uint32_t c, low;
    if (!hex4(r, r->at + 2, &c)) {
        fault(r, F_ESCAPE, r->at, r->at + 2);
        pl_buf_put_z(out, "\\u");
        r->at += 2;
        return;
    }
    r->at += 6;
    if (c >= 0xd800 && c < 0xdc00 && peek(r, 0) == '\\' && peek(r, 1) == 'u' && hex4(r, r->at + 2, &low) &&
        low >= 0xdc00 && low < 0xe000) {
        r->at += 6;
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    }
    put_utf8(out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
}

static void escape(Repair *r, PlBuf *out)
{
    static const char from[] = "\"\\/bfnrt'", to[] = "\"\\/\b\f\n\r\t'";
    char c = peek(r, 1);
    if (c == 'u') {
        unicode(r, out);
        return;
    }
    const char *found = c ? strchr(from, c) : NULL;
    if (found) {
        pl_buf_put_char(out, to[found - from]);
        r->at += 2;
        return;
    }
    fault(r, F_ESCAPE, r->at, r->at + 1);
    pl_buf_put_char(out, '\\');
    r->at++;
}

/* At a quote; gives the text without it. */
static void quoted(Repair *r, PlBuf *out, bool is_key)
{
    char open = 0, kind;
    uint32_t start = r->at, width = quote_at(r, r->at, &open);
    if (open != '"' || width != 1) fault(r, F_QUOTE, start, start + width);
    bool curly = width == 3;
    for (r->at += width; r->at < r->text.len;) {
        char c = peek(r, 0);
        width = quote_at(r, r->at, &kind);
        if (width && kind == open && (curly || width == 1)) {
            if (ends_text(r, r->at + width, is_key)) {
                r->at += width;
                return;
            }
            fault(r, F_INNER, r->at, r->at + width);
        }
        if (c == '\\') {
            escape(r, out);
            continue;
        }
        if (c == '\n' && r->at + 1 < r->text.len) fault(r, F_NEWLINE, r->at, r->at + 1);
        pl_buf_put_char(out, c);
        r->at++;
    }
    r->cut = true;
    while (out->len && is_space(out->ptr[out->len - 1])) out->len--;
}

/* ---- values ---- */

static PlStr keep(Repair *r, PlBuf *buf)
{
    PlStatus status = buf->status;
    PlStr s = status == PL_OK ? pl_arena_str(r->diags->arena, pl_buf_str(buf)) : PL_STR("");
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(r->diags->arena, status);
    return s;
}

static PlStr take_text(Repair *r, bool is_key)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    quoted(r, &buf, is_key);
    return keep(r, &buf);
}

static void text_value(Repair *r, PlStr s, uint32_t start)
{
    PlNode node = {.kind = PL_NODE_TEXT, .start = start, .end = r->at, .count = (uint32_t)s.len};
    node.as.text = s.ptr;
    pl_tree_value(&r->tree, node);
}

/* A word: true, false, null, a number, what another language calls these; else a text. */
static void word_value(Repair *r)
{
    static const struct {
        const char *word;
        int kind; /* 0 null, 1 yes, 2 no */
        bool json;
    } words[] = {{"true", 1, true},   {"false", 2, true}, {"null", 0, true},       {"True", 1, false},
                 {"False", 2, false}, {"None", 0, false}, {"undefined", 0, false}, {"NaN", 0, false},
                 {"nil", 0, false},   {"yes", 1, false},  {"no", 2, false}};
    uint32_t start = r->at;
    while (is_word(peek(r, 0)) || peek(r, 0) == '+') r->at++;
    PlStr s = pl_str_slice(r->text, start, r->at);
    PlNode node = {.start = start, .end = r->at};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!pl_str_eq_z(s, words[i].word)) continue;
        if (!words[i].json) fault(r, F_WORD, start, r->at);
        node.kind = words[i].kind ? PL_NODE_YESNO : PL_NODE_NULL;
        node.as.yes = words[i].kind == 1;
        pl_tree_value(&r->tree, node);
        return;
    }
    if (pl_str_to_int(s, &node.as.integer)) {
        node.kind = PL_NODE_INT;
    } else if (pl_str_to_double(s, &node.as.number)) {
        node.kind = PL_NODE_NUMBER;
    } else {
        while (r->at < r->text.len && !strchr(",}]\n", peek(r, 0))) r->at++;
        fault(r, F_BARE_TEXT, start, r->at);
        text_value(r, pl_str_trim(pl_str_slice(r->text, start, r->at)), start);
        return;
    }
    pl_tree_value(&r->tree, node);
}

static bool in_map(const Repair *r)
{
    return r->tree.frames.len && r->tree.frames.items[r->tree.frames.len - 1].is_map;
}

static void nothing(Repair *r, uint32_t at)
{
    fault(r, F_NO_VALUE, at, at);
    pl_tree_value(&r->tree, (PlNode){.kind = PL_NODE_NULL, .start = at, .end = at});
    r->want_value = false;
}

/* A key and its colon. */
static void key(Repair *r)
{
    char kind;
    uint32_t start = r->at;
    PlStr name;
    if (quote_at(r, start, &kind)) {
        name = take_text(r, true);
    } else {
        while (is_word(peek(r, 0))) r->at++;
        name = pl_arena_str(r->diags->arena, pl_str_slice(r->text, start, r->at));
        fault(r, F_BARE_KEY, start, r->at);
    }
    pl_tree_key(&r->tree, name, start, r->at);
    r->want_value = true;
    skip(r);
    if (peek(r, 0) == ':' || peek(r, 0) == '=') {
        r->at++;
        return;
    }
    if (r->at < r->text.len && peek(r, 0) != ',' && peek(r, 0) != '}') fault(r, F_COMMA_LESS, r->at, r->at);
}

/* ---- brackets ---- */

static bool has_open(const Repair *r, bool map)
{
    for (uint32_t i = r->tree.frames.len; i-- > 0;)
        if (r->tree.frames.items[i].is_map == map) return true;
    return false;
}

static void end(Repair *r)
{
    if (r->want_value) nothing(r, r->at);
    pl_tree_end(&r->tree, r->at);
    r->want_value = false;
}

/* A closing bracket closes what it fits, and what stands open inside of that; one that fits nothing is left out. */
static void closing(Repair *r)
{
    bool map = peek(r, 0) == '}';
    uint32_t at = r->at++;
    if (!has_open(r, map)) {
        fault(r, F_BRACKET, at, r->at);
        return;
    }
    for (;;) {
        bool same = in_map(r) == map;
        if (!same) fault(r, F_BRACKET, at, r->at);
        end(r);
        if (same) return;
    }
}

/* One token inside the open brackets. False when nesting is too deep. */
static bool token(Repair *r, bool *comma)
{
    char c = peek(r, 0), kind;
    if (c == '}' || c == ']') {
        if (*comma && !r->want_value && r->tree.pending.len > r->tree.frames.items[r->tree.frames.len - 1].base)
            fault(r, F_COMMA_MORE, r->at, r->at + 1);
        closing(r);
        *comma = false;
        return true;
    }
    if (c == ',' || c == ';') {
        if (r->want_value) nothing(r, r->at);
        else if (*comma) fault(r, F_COMMA_MORE, r->at, r->at + 1);
        r->at++;
        *comma = true;
        return true;
    }
    bool begins = r->tree.pending.len == r->tree.frames.items[r->tree.frames.len - 1].base;
    if (!*comma && !begins && !r->want_value) fault(r, F_COMMA_LESS, r->at, r->at);
    bool word = quote_at(r, r->at, &kind) || is_word(c);
    if (in_map(r) && !r->want_value) {
        *comma = true;
        if (word) {
            key(r);
        } else {
            fault(r, F_BARE_TEXT, r->at, r->at + 1);
            r->at++;
        }
        return true;
    }
    *comma = false;
    uint32_t start = r->at;
    r->want_value = false;
    if (c == '{' || c == '[') {
        r->at++;
        return pl_tree_begin(&r->tree, c == '{', start);
    }
    if (quote_at(r, start, &kind)) {
        PlStr s = take_text(r, false);
        text_value(r, s, start);
    } else if (is_word(c)) {
        word_value(r);
    } else {
        r->at++;
        fault(r, F_BARE_TEXT, start, r->at);
        text_value(r, pl_str_slice(r->text, start, r->at), start);
    }
    return true;
}

/* The first bracket that may begin the JSON: `{` with a name or `}` behind it, or `[` with `{` behind it. */
static bool find_start(Repair *r)
{
    for (; r->at < r->text.len; r->at++) {
        char c = peek(r, 0);
        if (c != '{' && c != '[') continue;
        uint32_t i = r->at + 1;
        while (i < r->text.len && is_space(r->text.ptr[i])) i++;
        char next = i < r->text.len ? r->text.ptr[i] : 0, kind;
        if (c == '[' ? next == '{'
                     : quote_at(r, i, &kind) || is_word(next) || next == '}' || next == '/' || next == '#' || !next)
            return true;
    }
    return false;
}

static PlNode *loose(Repair *r)
{
    if (!find_start(r)) {
        PL_REPORT0(r->diags, TRADE_NO_JSON, ((PlSpan){r->source, 0, 0}));
        return NULL;
    }
    if (pl_str_trim(pl_str_slice(r->text, 0, r->at)).len) fault(r, F_AROUND, 0, r->at);
    bool comma = false;
    char open = peek(r, 0);
    if (!pl_tree_begin(&r->tree, open == '{', r->at++)) return NULL;
    while (r->tree.frames.len) {
        skip(r);
        if (r->at >= r->text.len) {
            r->cut = true;
            fault(r, F_CUT, r->at, r->at);
            r->open = (uint32_t)r->tree.frames.len;
            while (r->tree.frames.len) end(r);
            break;
        }
        if (!token(r, &comma)) return NULL;
    }
    if (pl_str_trim(pl_str_slice(r->text, r->at, r->text.len)).len) fault(r, F_AROUND, r->at, (uint32_t)r->text.len);
    PlNode *root = PL_NEW(r->diags->arena, PlNode);
    *root = r->tree.root;
    return root;
}

PlRepair pl_repair_json(PlDiags *diags, uint32_t source)
{
    PlDiags quiet;
    pl_diags_init(&quiet, diags->arena, diags->sources);
    PlTree strict;
    PlStr text = diags->sources->all.items[source].text;
    pl_tree_init(&strict, &quiet, source, false);
    if (pl_doc_json(&strict, text) == PL_OK && strict.has_root && strict.root.kind >= PL_NODE_LIST) {
        PlNode *root = PL_NEW(diags->arena, PlNode);
        *root = strict.root;
        return (PlRepair){root, false, 0};
    }
    Repair *r = PL_NEW(diags->arena, Repair);
    r->diags = diags;
    r->text = text;
    r->source = source;
    pl_tree_init(&r->tree, &quiet, source, false);
    PlNode *root = loose(r);
    if (!root && !diags->errors) PL_REPORT0(diags, TRADE_NO_JSON, ((PlSpan){source, 0, 0}));
    for (int i = 0; i < F_COUNT; i++) {
        if (!r->times[i]) continue;
        PlDiag *d = PL_REPORT(diags, TRADE_REPAIRED, r->first[i], fault_words[i]);
        if (r->times[i] > 1) pl_diag_label(diags, d, "here first, %u times in all", r->times[i]);
    }
    return (PlRepair){root, r->cut, r->open};
}
