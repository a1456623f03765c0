/* SPDX-License-Identifier: MIT */
/* Diagnostics for people at a terminal, in the layout of rustc: a headline, the place, the line with the span marked, notes and
 * help. Text that comes from files is printed safely: tabs are expanded, control and direction characters replaced. */
#include "vm/base/diag.h"
#include "vm/base/limits.h"
#include "vm/base/utf8.h"

enum {
    TAB = 4,
    LINE_COLUMNS = 100, /* longer lines are clipped around the span */
    LEAD_COLUMNS = 30,  /* what stays visible before a span far to the right */
    FIX_LINES = 12
};

#define RESET "\033[0m"
#define BOLD "\033[1m"
#define BLUE "\033[1;34m"

typedef struct Printer {
    PlBuf *out;
    PlDiags *diags;
    bool colour;
    unsigned gutter; /* digits of the largest line number */
} Printer;

static void paint(Printer *p, const char *sequence)
{
    if (p->colour) pl_buf_put_z(p->out, sequence);
}

static void put_repeated(PlBuf *out, char c, size_t count)
{
    while (count-- > 0) pl_buf_put_char(out, c);
}

static const char *severity_word(PlSeverity severity)
{
    static const char *const words[] = {"note", "warning", "question", "error"};
    return words[severity];
}

static const char *severity_colour(PlSeverity severity)
{
    static const char *const colours[] = {"\033[1;32m", "\033[1;33m", "\033[1;36m", "\033[1;31m"};
    return colours[severity];
}

/* One code point as it is shown; returns its columns. `column` is where it lands (for tabs). */
static size_t shown(int32_t c, size_t column, PlBuf *out)
{
    if (c >= 0x20 && c < 0x7f) { /* most text: lines of a whole plan are walked for each finding in them */
        if (out) pl_buf_put_char(out, (char)c);
        return 1;
    }
    if (c == '\t') {
        size_t width = TAB - column % TAB;
        if (out) put_repeated(out, ' ', width);
        return width;
    }
    if (!pl_utf8_is_shown(c)) c = 0xfffd;
    PlBuf one;
    char bytes[8];
    one = (PlBuf){.ptr = bytes, .cap = sizeof bytes, .ceiling = sizeof bytes - 1};
    pl_utf8_put(&one, c);
    if (out) pl_buf_put(out, pl_buf_str(&one));
    return pl_utf8_width(pl_buf_str(&one));
}

/* A message may hold names from a file; its own line breaks are indented. */
static void put_safe(Printer *p, PlStr text, unsigned indent)
{
    int32_t c;
    for (size_t pos = 0; (c = pl_utf8_next(text, &pos)) >= 0;) {
        if (c == '\n') {
            pl_buf_put_char(p->out, '\n');
            put_repeated(p->out, ' ', indent);
        } else {
            shown(c, 0, p->out);
        }
    }
}

/* ---- the marked line --------------------------------------------------------------------------------------------- */

typedef struct Row {
    PlStr text;
    size_t start, end;          /* bytes of the span within text; end >= start */
    size_t from, to, width;     /* the same in columns, and the whole line */
    size_t first, last;         /* columns that are printed */
} Row;

static void measure(Row *row)
{
    size_t column = 0, pos = 0;
    row->from = row->to = SIZE_MAX;
    for (;;) {
        if (row->from == SIZE_MAX && pos >= row->start) row->from = column;
        if (row->to == SIZE_MAX && pos >= row->end) row->to = column;
        int32_t c = pl_utf8_next(row->text, &pos);
        if (c < 0) break;
        column += shown(c, column, NULL);
    }
    row->width = column;
    if (row->from == SIZE_MAX) row->from = column;
    if (row->to == SIZE_MAX) row->to = column;
    row->first = 0;
    row->last = column;
    if (column <= LINE_COLUMNS) return;
    if (row->to > LINE_COLUMNS - LEAD_COLUMNS && row->from > LEAD_COLUMNS) row->first = row->from - LEAD_COLUMNS;
    if (row->first + LINE_COLUMNS < column) row->last = row->first + LINE_COLUMNS;
    if (row->to > row->last) row->to = row->last;
}

static void put_row_text(Printer *p, const Row *row)
{
    if (row->first > 0) pl_buf_put_z(p->out, "...");
    size_t column = 0;
    int32_t c;
    for (size_t pos = 0; (c = pl_utf8_next(row->text, &pos)) >= 0 && column < row->last;) {
        size_t width = shown(c, column, NULL);
        if (column >= row->first)
            shown(c, column, p->out);
        else if (column + width > row->first)
            put_repeated(p->out, ' ', column + width - row->first); /* a tab or wide character cut in two */
        column += width;
    }
    if (row->last < row->width) pl_buf_put_z(p->out, "...");
    while (p->out->len && p->out->ptr[p->out->len - 1] == ' ') p->out->ptr[--p->out->len] = 0;
    pl_buf_put_char(p->out, '\n');
}

static void put_bar(Printer *p, const char *before_bar)
{
    paint(p, BLUE);
    put_repeated(p->out, ' ', p->gutter + 2);
    pl_buf_put_z(p->out, before_bar);
    paint(p, RESET);
}

static void put_numbered(Printer *p, uint32_t line, const Row *row)
{
    paint(p, BLUE);
    pl_buf_printf(p->out, " %*u |", (int)p->gutter, line);
    paint(p, RESET);
    pl_buf_put_char(p->out, ' ');
    put_row_text(p, row);
}

static void put_marks(Printer *p, const Row *row, char mark, const char *colour, PlStr label)
{
    put_bar(p, "|");
    size_t count = row->to > row->from ? row->to - row->from : 1;
    put_repeated(p->out, ' ', (row->first > 0 ? 4u : 1u) + row->from - row->first);
    paint(p, colour);
    put_repeated(p->out, mark, count);
    if (label.len) {
        pl_buf_put_char(p->out, ' ');
        put_safe(p, label, p->gutter + 4);
    }
    paint(p, RESET);
    pl_buf_put_char(p->out, '\n');
}

static bool has_text(const PlDiags *diags, PlSpan span)
{
    return span.source < diags->sources->all.len && diags->sources->all.items[span.source].text.len > 0;
}

/* The part of the span on its first line, within that line. */
static Row row_of(PlDiags *diags, PlSpan span, PlPosition at)
{
    PlStr line = pl_sources_line(diags->sources, span.source, at.line);
    size_t offset = (size_t)(line.ptr - diags->sources->all.items[span.source].text.ptr);
    size_t start = span.start > offset ? span.start - offset : 0, end = span.end > offset ? span.end - offset : 0;
    if (start > line.len) start = line.len;
    if (end > line.len) end = line.len;
    Row row = {.text = line, .start = start, .end = end < start ? start : end};
    measure(&row);
    return row;
}

/* " --> file:line:col", the line and its marks. */
static void put_place(Printer *p, PlSpan span, char mark, const char *colour, PlStr label)
{
    if (span.source >= p->diags->sources->all.len) return;
    paint(p, BLUE);
    put_repeated(p->out, ' ', p->gutter + 1);
    pl_buf_put_z(p->out, "-->");
    paint(p, RESET);
    pl_buf_put_char(p->out, ' ');
    put_safe(p, p->diags->sources->all.items[span.source].name, 0);
    if (!has_text(p->diags, span)) {
        pl_buf_put_char(p->out, '\n');
        return;
    }
    PlPosition at = pl_sources_position(p->diags->sources, span.source, span.start);
    pl_buf_printf(p->out, ":%u:%u\n", at.line, at.column);
    put_bar(p, "|");
    pl_buf_put_char(p->out, '\n');
    Row row = row_of(p->diags, span, at);
    put_numbered(p, at.line, &row);
    put_marks(p, &row, mark, colour, label);
}

/* ---- notes below it ---------------------------------------------------------------------------------------------- */

static void put_note(Printer *p, const char *word, PlStr text)
{
    put_bar(p, "=");
    pl_buf_put_char(p->out, ' ');
    paint(p, BOLD);
    pl_buf_put_z(p->out, word);
    pl_buf_put_char(p->out, ':');
    paint(p, RESET);
    pl_buf_put_char(p->out, ' ');
    put_safe(p, text, p->gutter + 6 + (unsigned)strlen(word));
    pl_buf_put_char(p->out, '\n');
}

static void put_candidates(Printer *p, const PlDiag *d)
{
    size_t widest = 0;
    for (uint32_t i = 0; i < d->candidates.len; i++) {
        size_t width = pl_utf8_width(d->candidates.items[i].value);
        if (width > widest) widest = width;
    }
    for (uint32_t i = 0; i < d->candidates.len; i++) {
        const PlCandidate *c = &d->candidates.items[i];
        put_bar(p, "=");
        pl_buf_printf(p->out, " %*u. ", d->candidates.len > 9 ? 2 : 1, i + 1);
        put_safe(p, c->value, p->gutter + 8);
        if (c->why.len) {
            put_repeated(p->out, ' ', widest - pl_utf8_width(c->value) + 2);
            put_safe(p, c->why, p->gutter + 8);
        }
        pl_buf_put_char(p->out, '\n');
    }
}

/* The text from the line of the edit's start to the line of its end, with the edit made. */
static PlStr edited_text(const PlDiags *diags, const PlEdit *edit, PlPosition at, size_t *offset)
{
    const PlSource *source = &diags->sources->all.items[edit->span.source];
    PlStr first = pl_sources_line(diags->sources, edit->span.source, at.line);
    size_t start = (size_t)(first.ptr - source->text.ptr);
    size_t end = pl_str_find_char(source->text, '\n', edit->span.end);
    PlStr before = pl_str_slice(source->text, start, edit->span.start);
    PlStr after = pl_str_slice(source->text, edit->span.end, end == PL_STR_NONE ? source->text.len : end);
    if (pl_str_ends(after, PL_STR("\r"))) after.len--;
    *offset = before.len;
    return pl_arena_printf(diags->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(before), PL_ARG(edit->text), PL_ARG(after));
}

static void put_edited_lines(Printer *p, const PlEdit *edit)
{
    PlPosition at = pl_sources_position(p->diags->sources, edit->span.source, edit->span.start);
    size_t start;
    PlStr text = edited_text(p->diags, edit, at, &start);
    bool one_line = pl_str_find_char(edit->text, '\n', 0) == PL_STR_NONE;
    put_bar(p, "|");
    pl_buf_put_char(p->out, '\n');
    for (uint32_t i = 0; i < FIX_LINES; i++) {
        size_t end = pl_str_find_char(text, '\n', 0);
        PlStr line = end == PL_STR_NONE ? text : pl_str_slice(text, 0, end);
        Row row = {.text = line};
        if (one_line) row.start = start, row.end = start + edit->text.len;
        measure(&row);
        put_numbered(p, at.line + i, &row);
        if (one_line) {
            bool insertion = edit->span.start == edit->span.end;
            put_marks(p, &row, insertion ? '+' : '~', "\033[1;32m", PL_STR(""));
        }
        if (end == PL_STR_NONE) break;
        text = pl_str_slice(text, end + 1, text.len);
    }
}

/* "`a` is read as `b`": the message says what the fix does. */
static bool says_it(const PlDiag *d)
{
    if (d->fix.len != 1) return false;
    PlStr text = d->fix.items[0].text;
    if (text.len > 1 && text.ptr[text.len - 1] == '=') text.len--;
    return text.len == 0 || pl_str_find(d->message, text, 0) != PL_STR_NONE;
}

/* A fix whose text stands in the help already is not shown again. */
static void put_help(Printer *p, const PlDiag *d)
{
    bool any = false, removes = true;
    for (uint32_t i = 0; i < d->fix.len; i++) {
        const PlEdit *edit = &d->fix.items[i];
        any = has_text(p->diags, edit->span) && edit->span.end <= p->diags->sources->all.items[edit->span.source].text.len;
        removes = removes && !edit->text.len;
        if (!any) break;
    }
    PlStr help = d->help;
    if (any && !help.len && d->severity == PL_SEV_NOTE && says_it(d)) return;
    if (any && !help.len) help = removes ? PL_STR("remove this") : PL_STR("write");
    if (help.len) put_note(p, "help", help);
    for (uint32_t i = 0; any && i < d->fix.len; i++) {
        const PlEdit *edit = &d->fix.items[i];
        if (edit->text.len && pl_str_find(help, edit->text, 0) == PL_STR_NONE) put_edited_lines(p, edit);
    }
}

static void widen_gutter(Printer *p, PlSpan span)
{
    if (!has_text(p->diags, span)) return;
    uint32_t line = pl_sources_position(p->diags->sources, span.source, span.start).line;
    unsigned digits = 1;
    while (line /= 10) digits++;
    if (digits > p->gutter) p->gutter = digits;
}

void pl_diag_print(PlBuf *out, PlDiags *diags, const PlDiag *d, bool colour)
{
    Printer p = {out, diags, colour, 1};
    widen_gutter(&p, d->span);
    for (uint32_t i = 0; i < d->fix.len; i++) widen_gutter(&p, d->fix.items[i].span);
    for (uint32_t i = 0; i < d->related.len; i++) widen_gutter(&p, d->related.items[i].span);

    paint(&p, severity_colour(d->severity));
    pl_buf_printf(out, "%s[%s]", severity_word(d->severity), pl_diag_infos[d->code].code);
    paint(&p, RESET BOLD);
    pl_buf_put_z(out, ": ");
    put_safe(&p, d->message, 2);
    paint(&p, RESET);
    pl_buf_put_char(out, '\n');
    put_place(&p, d->span, '^', severity_colour(d->severity), d->label);
    put_candidates(&p, d);
    put_help(&p, d);
    for (uint32_t i = 0; i < d->related.len; i++) {
        const PlRelated *r = &d->related.items[i];
        paint(&p, BOLD);
        pl_buf_put_z(out, "note: ");
        put_safe(&p, r->text, 6);
        paint(&p, RESET);
        pl_buf_put_char(out, '\n');
        put_place(&p, r->span, '-', BLUE, PL_STR(""));
    }
}

static void put_count(PlBuf *out, uint32_t count, const char *word, bool *any)
{
    if (!count) return;
    pl_buf_printf(out, "%s%u %s%s", *any ? ", " : "", count, word, count == 1 ? "" : "s");
    *any = true;
}

void pl_diags_print(PlBuf *out, PlDiags *diags, bool colour)
{
    pl_diags_sort(diags);
    for (uint32_t i = 0; i < diags->all.len; i++) {
        pl_diag_print(out, diags, diags->all.items[i], colour);
        pl_buf_put_char(out, '\n');
    }
    bool any = false;
    put_count(out, diags->errors, "error", &any);
    put_count(out, diags->questions, "question", &any);
    put_count(out, diags->warnings, "warning", &any);
    put_count(out, diags->notes, "note", &any);
    uint32_t hidden = diags->errors + diags->questions + diags->warnings + diags->notes - diags->all.len;
    if (hidden) pl_buf_printf(out, " (%u not shown)", hidden);
    if (any) pl_buf_put_char(out, '\n');
}
