/* SPDX-License-Identifier: MIT */
/* Single places that keep a text from being YAML, as people write them: a colon or an odd first character in a text without quotes, a quote that is
 * not closed, a line that belongs nowhere. One byte of a copy is changed (so that every position stays), which makes the parser take the place as
 * text, or leave the rest of the line out. Values still come from the document as it is. spec/catalog.md section 2. */
#include "compiler/catalog/doc.h"

#include <stdio.h>

enum { MAX_LEFT_OUT = 10, MAX_LINES_BACK = 200, MAX_BLOCK_LINES = 20000 };

static bool says(const PlDiag *fault, const char *words)
{
    return pl_str_find(fault->message, pl_str_z(words), 0) != PL_STR_NONE;
}

/* What the parser said, without our words before it. */
static PlStr why(const PlDiag *fault)
{
    size_t colon = pl_str_find(fault->message, PL_STR(": "), 0);
    return pl_str_slice(fault->message, colon == PL_STR_NONE ? 0 : colon + 2, fault->message.len);
}

static size_t line_start(PlStr text, size_t at)
{
    while (at > 0 && text.ptr[at - 1] != '\n') at--;
    return at;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void report(PlDiags *diags, const PlDiag *fault, size_t at)
{
    PlSpan span = {fault->span.source, (uint32_t)at, (uint32_t)at + 1};
    PL_REPORT(diags, DOC_TAKEN_AS_TEXT, span, PL_ARG(why(fault)));
}

/* The byte becomes a letter: whatever it began or ended is text now. */
static bool take_as_text(PlDiags *diags, char *copy, PlStr document, const PlDiag *fault, size_t at)
{
    if (at >= document.len || is_blank(copy[at]) || (unsigned char)copy[at] >= 0x80 || copy[at] == 'x') return false;
    copy[at] = 'x';
    report(diags, fault, at);
    return true;
}

/* From here on the line is a comment; at its first character when nothing separates the place from what is before it. */
static bool leave_out(PlDiags *diags, char *copy, PlStr document, const PlDiag *fault, size_t at)
{
    unsigned before = 0;
    for (uint32_t i = 0; i < diags->all.len; i++) before += diags->all.items[i]->code == PL_D_DOC_LEFT_OUT;
    if (before >= MAX_LEFT_OUT || document.len == 0) return false;
    if (at >= document.len) at = document.len - 1;
    size_t start = line_start(document, at);
    if (at > start && !is_blank(copy[at - 1])) at = start;
    while (at < document.len && (copy[at] == ' ' || copy[at] == '\t')) at++;
    if (at >= document.len || copy[at] == '\n' || copy[at] == '\r' || copy[at] == '#' || (unsigned char)copy[at] >= 0x80) return false;
    copy[at] = '#';
    size_t end = pl_str_find_char(document, '\n', at);
    PlSpan span = {fault->span.source, (uint32_t)at, (uint32_t)(end == PL_STR_NONE ? document.len : end)};
    PL_REPORT(diags, DOC_LEFT_OUT, span, PL_ARG(why(fault)));
    return true;
}

/* A fault at the ':' of a line's first key: the line before it has none ("openapi:3.1.0"), and ran into this one. Where that line begins, else the
 * document's length. */
static size_t line_without_key(const char *copy, PlStr document, size_t at)
{
    size_t start = line_start(document, at), i = start;
    while (i < at && is_blank(copy[i])) i++;
    for (; i < at; i++)
        if (is_blank(copy[i]) || copy[i] == ':') return document.len;
    while (start > 0 && is_blank(copy[start - 1])) start--;
    if (start == 0) return document.len;
    start = line_start(document, start - 1);
    while (is_blank(copy[start])) start++;
    return copy[start] == '#' ? document.len : start;
}

/* The ':' of "description: one: two": the last one before the fault that separates. */
static bool take_colon(PlDiags *diags, char *copy, PlStr document, const PlDiag *fault)
{
    size_t at = fault->span.start, start = line_start(document, at);
    for (size_t i = at < document.len ? at + 1 : document.len; i-- > start;)
        if (copy[i] == ':' && (i + 1 >= document.len || is_blank(copy[i + 1]))) return take_as_text(diags, copy, document, fault, i);
    return false;
}

/* The quote that a value begins with and that is not closed on its line, in the lines before the fault; the document's length when there is none. */
static size_t open_quote(const char *copy, PlStr document, size_t at)
{
    for (unsigned lines = 0; at > 0 && lines < MAX_LINES_BACK; lines++) {
        size_t start = line_start(document, at - 1), end = pl_str_find_char(document, '\n', start), i = start;
        at = start;
        while (i < end && i < document.len && (is_blank(copy[i]) || copy[i] == '-')) i++;
        while (i + 1 < end && i + 1 < document.len && !(copy[i] == ':' && copy[i + 1] == ' ')) i++;
        for (i++; i < end && i < document.len && copy[i] == ' ';) i++;
        if (i >= document.len || i >= end || (copy[i] != '"' && copy[i] != '\'')) continue;
        if (pl_str_find_char(pl_str_slice(document, i + 1, end), copy[i], 0) == PL_STR_NONE) return i;
    }
    return document.len;
}

static bool is_blank_line(PlStr text, size_t start)
{
    while (start < text.len && (text.ptr[start] == ' ' || text.ptr[start] == '\r')) start++;
    return start >= text.len || text.ptr[start] == '\n' || text.ptr[start] == '#';
}

static size_t indent_of(PlStr text, size_t start)
{
    size_t i = start;
    while (i < text.len && text.ptr[i] == ' ') i++;
    return i - start;
}

/* Take spaces away before the line, and put them behind it: only the columns of this line change. */
static bool shift_line(PlDiags *diags, char *copy, char *document, PlStr text, const PlDiag *fault, size_t start, size_t by)
{
    size_t end = pl_str_find_char(text, '\n', start);
    if (end == PL_STR_NONE) end = text.len;
    while (end > start && text.ptr[end - 1] == '\r') end--;
    if (by == 0 || start + by >= end || indent_of(text, start) < by) return false;
    for (int i = 0; i < 2; i++) {
        char *bytes = i ? document : copy;
        memmove(bytes + start, bytes + start + by, end - start - by);
        memset(bytes + end - by, ' ', by);
    }
    PlSpan span = {fault->span.source, (uint32_t)start, (uint32_t)end};
    if (diags) PL_REPORT(diags, DOC_INDENT, span, PL_ARG(why(fault)));
    return true;
}

/* The first keys of a map stand further right than this one: all lines from the first one on, which is the first below a line further left than this,
 * are moved. */
static bool shift_block(PlDiags *diags, char *copy, char *document, PlStr text, const PlDiag *fault)
{
    size_t here = line_start(text, fault->span.start), wanted = indent_of(text, here), first = here, start = here;
    if (!says(fault, "did not find expected key") || fault->span.start != here + wanted) return false;
    for (unsigned lines = 0; start > 0 && lines < MAX_BLOCK_LINES; lines++) {
        start = line_start(text, start - 1);
        if (is_blank_line(text, start)) continue;
        if (indent_of(text, start) < wanted) break;
        first = start;
    }
    size_t had = indent_of(text, first);
    size_t next = pl_str_find_char(text, '\n', here);
    while (next != PL_STR_NONE && next + 1 < text.len && is_blank_line(text, next + 1)) next = pl_str_find_char(text, '\n', next + 1);
    bool odd_one = next != PL_STR_NONE && next + 1 < text.len && indent_of(text, next + 1) == had; /* this line, and not those before it */
    if (first == here || had <= wanted || odd_one || indent_of(text, start) >= wanted) return false;
    for (start = first; start < here; start = pl_str_find_char(text, '\n', start) + 1) {
        if (is_blank_line(text, start)) continue;
        if (indent_of(text, start) < had) return false;
    }
    for (start = first; start < here; start = pl_str_find_char(text, '\n', start) + 1)
        if (!is_blank_line(text, start)) (void)shift_line(start == first ? diags : NULL, copy, document, text, fault, start, had - wanted);
    return true;
}

/* A key that stands further right than the one before it, which has its value on its line. */
static bool shift_key(PlDiags *diags, char *copy, char *document, PlStr text, const PlDiag *fault)
{
    size_t start = line_start(text, fault->span.start), before = start, i = start;
    while (i < fault->span.start && is_blank(copy[i])) i++;
    for (; i < fault->span.start; i++)
        if (is_blank(copy[i]) || copy[i] == ':') return false;
    while (before > 0 && is_blank(text.ptr[before - 1])) before--;
    if (before == 0) return false;
    size_t above = line_start(text, before - 1);
    bool valued = pl_str_find(pl_str_slice(text, above, before), PL_STR(": "), 0) != PL_STR_NONE;
    size_t had = indent_of(text, start), wanted = indent_of(text, above);
    return valued && had > wanted && text.ptr[above + wanted] != '-' && shift_line(diags, copy, document, text, fault, start, had - wanted);
}

static int hex4(const char *p)
{
    int n = 0;
    for (int i = 0; i < 4; i++) {
        char c = (char)(p[i] | 0x20);
        bool digit = p[i] >= '0' && p[i] <= '9';
        if (!digit && !(c >= 'a' && c <= 'f')) return -1;
        n = n << 4 | (digit ? p[i] - '0' : c - 'a' + 10);
    }
    return n;
}

/* "\ud83d\ude00", which YAML does not have, as "\U0001f600" and two spaces, and half of such a pair as "\ufffd": from the fault to the quote that ends the
 * text. */
static bool take_pairs(PlDiags *diags, char *copy, PlStr document, const PlDiag *fault)
{
    size_t at = fault->span.start < document.len ? fault->span.start : document.len, first = document.len;
    for (int back = 0; back < 8 && at > 0 && copy[at] != '\\'; back++) at--;
    bool halved = false;
    for (; at + 6 <= document.len && copy[at] != '"'; at += copy[at] == '\\' ? 2 : 1) {
        int high = copy[at] == '\\' && copy[at + 1] == 'u' ? hex4(copy + at + 2) : -1;
        if (high < 0xd800 || high > 0xdfff) continue;
        bool pair = high < 0xdc00 && at + 12 <= document.len && copy[at + 6] == '\\' && copy[at + 7] == 'u';
        int low = pair ? hex4(copy + at + 8) : -1;
        char text[16];
        pair = low >= 0xdc00 && low <= 0xdfff;
        if (pair) snprintf(text, sizeof text, "\\U%08x  ", (unsigned)(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00)));
        memcpy(copy + at, pair ? text : "\\ufffd", pair ? 12 : 6);
        if (first == document.len || (!pair && !halved)) first = at;
        halved |= !pair;
    }
    if (first == document.len) return false;
    PlSpan span = {fault->span.source, (uint32_t)first, (uint32_t)first + 6};
    if (halved) PL_REPORT(diags, DOC_DAMAGED, span, "half of a pair of \\u escapes is read as the character U+FFFD");
    return true;
}

bool pl_mend_yaml(PlDiags *diags, char *copy, char *bytes, size_t len, const PlDiag *fault)
{
    PlStr document = pl_str(bytes, len);
    size_t at = fault->span.start;
    size_t from = fault->related.len ? fault->related.items[0].span.start : at;
    bool in_quotes = fault->related.len && pl_str_find(fault->related.items[0].text, PL_STR("quoted scalar"), 0) != PL_STR_NONE;
    if (in_quotes && says(fault, "Unicode character escape") && take_pairs(diags, copy, document, fault)) return true;
    if (in_quotes) return take_as_text(diags, copy, document, fault, from);
    size_t before = line_without_key(copy, document, at);
    if (shift_block(diags, copy, bytes, document, fault)) return true;
    if (says(fault, "mapping values are not allowed") && shift_key(diags, copy, bytes, document, fault)) return true;
    if (says(fault, "mapping values are not allowed"))
        return before < document.len ? leave_out(diags, copy, document, fault, before) : take_colon(diags, copy, document, fault);
    if (says(fault, "cannot start any token")) return take_as_text(diags, copy, document, fault, at);
    if (says(fault, "alphabetic or numeric character")) return take_as_text(diags, copy, document, fault, from);
    if (says(fault, "tag") || says(fault, "directive")) return take_as_text(diags, copy, document, fault, from);
    if (says(fault, "could not find expected ':'")) return leave_out(diags, copy, document, fault, from);
    size_t end = document.len;
    while (end > 0 && is_blank(document.ptr[end - 1])) end--;
    if (at >= end) return false; /* the text ends too early */
    size_t quote = open_quote(copy, document, at);
    if (quote < document.len) return take_as_text(diags, copy, document, fault, quote);
    return leave_out(diags, copy, document, fault, at);
}

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

/* A comma between two values, in the white space before the second; or the one before a closing bracket away. */
bool pl_mend_json(PlDiags *diags, char *copy, PlStr document, const PlDiag *fault)
{
    size_t at = fault->span.start, before = at;
    if (at == 0 || at >= document.len) return false;
    while (before > 0 && is_blank(copy[before - 1])) before--;
    if (before == 0) return false;
    char last = copy[before - 1], here = copy[at];
    bool closes = here == '}' || here == ']', ended = last == '"' || last == '}' || last == ']' || (last >= '0' && last <= '9') || last == 'e' || last == 'l';
    if (closes && last == ',') {
        at = before - 1;
        copy[at] = ' ';
    } else if (here == ',' && (last == ',' || last == '[' || last == '{')) {
        copy[at] = ' ';
    } else if (!closes && ended && before < at && strchr("\"{[-0123456789tfn", here)) {
        copy[before] = ',';
    } else {
        return false;
    }
    PL_REPORT0(diags, DOC_COMMA, ((PlSpan){fault->span.source, (uint32_t)at, (uint32_t)at + 1}));
    return true;
}
