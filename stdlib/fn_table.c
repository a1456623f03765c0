/* SPDX-License-Identifier: MIT */
/* Lists as tables for people: CSV, aligned text, Markdown, HTML; and as lines with marks. */
#include "stdlib/rows.h"

#include "vm/base/utf8.h"

/* ---- CSV (RFC 4180; lines end in LF) ----------------------------------------------------------------------------- */

static void put_csv_cell(PlBuf *out, PlValue cell)
{
    size_t start = out->len;
    pl_value_show(out, cell);
    PlStr s = pl_str_slice(pl_buf_str(out), start, out->len);
    bool quoted = false;
    for (size_t i = 0; i < s.len && !quoted; i++) quoted = memchr(",\"\r\n", s.ptr[i], 4) != NULL;
    quoted = quoted || (s.len && (s.ptr[0] == ' ' || s.ptr[s.len - 1] == ' '));
    if (!quoted || out->status != PL_OK) return;
    PlBuf copy;
    pl_buf_init(&copy, 0);
    pl_buf_put(&copy, s);
    out->len = start;
    pl_buf_put_char(out, '"');
    for (size_t i = 0; i < copy.len; i++) {
        if (copy.ptr[i] == '"') pl_buf_put_char(out, '"');
        pl_buf_put_char(out, copy.ptr[i]);
    }
    pl_buf_put_char(out, '"');
    if (copy.status != PL_OK) out->status = copy.status;
    pl_buf_deinit(&copy);
}

PlStatus pl_fn_to_csv(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlRows rows;
    if (!pl_rows_open(&args, &rows)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    for (uint32_t c = 0; rows.has_names && c < rows.width; c++) {
        if (c) pl_buf_put_char(buf, ',');
        put_csv_cell(buf, pl_list_at(rows.columns, c));
    }
    if (rows.has_names) pl_buf_put_char(buf, '\n');
    for (uint32_t r = 0; r < rows.items->len; r++) {
        for (uint32_t c = 0; c < rows.width; c++) {
            if (c) pl_buf_put_char(buf, ',');
            put_csv_cell(buf, pl_rows_cell(&rows, r, c));
        }
        pl_buf_put_char(buf, '\n');
    }
    pl_rows_close(&args, &rows);
    return pl_args_give_scratch(&args, out);
}

/* ---- aligned text ------------------------------------------------------------------------------------------------ */

enum { WIDEST_COLUMN = 60 };

/* The cell on one line: line ends and tabs as spaces. */
static void put_flat(PlBuf *out, PlValue cell)
{
    size_t start = out->len;
    pl_value_show(out, cell);
    for (size_t i = start; i < out->len; i++)
        if ((unsigned char)out->ptr[i] < ' ') out->ptr[i] = ' ';
}

static void put_spaces(PlBuf *out, size_t n)
{
    while (n--) pl_buf_put_char(out, ' ');
}

static bool is_right(PlValue cell)
{
    return cell.tag == PL_INT || cell.tag == PL_DOUBLE;
}

/* The text from `start` of `width` columns wide, or padded to it; the last column of a line is not padded. */
static void align(PlBuf *out, size_t start, size_t width, bool right, bool last)
{
    PlStr s = pl_str_slice(pl_buf_str(out), start, out->len);
    size_t wide = pl_utf8_width(s);
    if (wide >= width) return;
    size_t missing = width - wide;
    if (!right) {
        if (!last) put_spaces(out, missing);
        return;
    }
    size_t len = s.len;
    put_spaces(out, missing);
    if (out->status != PL_OK) return;
    memmove(out->ptr + start + missing, out->ptr + start, len);
    memset(out->ptr + start, ' ', missing);
}

typedef struct Column {
    size_t width;
    bool right; /* all its values are numbers */
} Column;

static void measure(const PlRows *rows, PlBuf *buf, Column *columns)
{
    for (uint32_t c = 0; c < rows->width; c++) {
        bool numbers = true, some = false;
        columns[c].width = pl_utf8_width(pl_rows_name(rows, c));
        for (uint32_t r = 0; r < rows->items->len; r++) {
            PlValue cell = pl_rows_cell(rows, r, c);
            pl_buf_clear(buf);
            put_flat(buf, cell);
            size_t width = pl_utf8_width(pl_buf_str(buf));
            if (width > columns[c].width) columns[c].width = width < WIDEST_COLUMN ? width : WIDEST_COLUMN;
            some = some || is_right(cell);
            numbers = numbers && (is_right(cell) || cell.tag == PL_NOTHING);
        }
        columns[c].right = numbers && some;
    }
}

static void put_head(PlBuf *buf, const PlRows *rows, const Column *columns)
{
    for (uint32_t c = 0; c < rows->width; c++) {
        size_t start = buf->len;
        put_flat(buf, pl_list_at(rows->columns, c));
        align(buf, start, columns[c].width, columns[c].right, c + 1 == rows->width);
        if (c + 1 < rows->width) pl_buf_put_z(buf, "  ");
    }
    pl_buf_put_char(buf, '\n');
    for (uint32_t c = 0; c < rows->width; c++) {
        for (size_t i = 0; i < columns[c].width; i++) pl_buf_put_char(buf, '-');
        pl_buf_put_z(buf, c + 1 < rows->width ? "  " : "\n");
    }
}

PlStatus pl_fn_table(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlRows rows;
    if (!pl_rows_open(&args, &rows)) return PL_INVALID;
    PlHeap *heap = pl_values_heap(context->values);
    Column *columns = pl_heap_alloc(heap, rows.width * sizeof *columns);
    PlBuf *buf = pl_values_scratch(context->values);
    measure(&rows, buf, columns);
    pl_buf_clear(buf);
    if (rows.has_names && rows.width) put_head(buf, &rows, columns);
    for (uint32_t r = 0; r < rows.items->len; r++) {
        for (uint32_t c = 0; c < rows.width; c++) {
            size_t start = buf->len;
            put_flat(buf, pl_rows_cell(&rows, r, c));
            align(buf, start, columns[c].width, columns[c].right, c + 1 == rows.width);
            if (c + 1 < rows.width) pl_buf_put_z(buf, "  ");
        }
        while (buf->len && buf->ptr[buf->len - 1] == ' ') buf->len--;
        pl_buf_put_char(buf, '\n');
    }
    pl_heap_release(heap, columns, rows.width * sizeof *columns);
    pl_rows_close(&args, &rows);
    return pl_args_give_scratch(&args, out);
}

/* ---- Markdown and HTML ------------------------------------------------------------------------------------------- */

static const char *escape_of(char c, bool html)
{
    if (!html) return c == '|' ? "\\|" : NULL;
    switch (c) {
    case '&': return "&amp;";
    case '<': return "&lt;";
    case '>': return "&gt;";
    case '"': return "&quot;";
    case '\'': return "&#39;";
    default: return NULL;
    }
}

static void put_escaped_text(PlBuf *out, PlStr s, bool html, bool breaks)
{
    for (size_t i = 0; i < s.len; i++) {
        const char *as = breaks && s.ptr[i] == '\n' ? "<br>" : escape_of(s.ptr[i], html);
        pl_buf_put(out, as ? pl_str_z(as) : pl_str(s.ptr + i, 1));
    }
}

/* Shown, then escaped; the buffer for that is held only while nothing is allocated that could escape. */
static void put_escaped(PlBuf *out, PlValue cell, bool html)
{
    size_t start = out->len;
    if (html)
        pl_value_show(out, cell);
    else
        put_flat(out, cell);
    if (out->status != PL_OK) return;
    PlBuf copy;
    pl_buf_init(&copy, 0);
    pl_buf_put(&copy, pl_str_slice(pl_buf_str(out), start, out->len));
    out->len = start;
    put_escaped_text(out, pl_buf_str(&copy), html, html);
    if (copy.status != PL_OK) out->status = copy.status;
    pl_buf_deinit(&copy);
}

static bool is_number_column(const PlRows *rows, uint32_t c)
{
    bool some = false;
    for (uint32_t r = 0; r < rows->items->len; r++) {
        PlValue cell = pl_rows_cell(rows, r, c);
        if (!is_right(cell) && cell.tag != PL_NOTHING) return false;
        some = some || is_right(cell);
    }
    return some;
}

PlStatus pl_fn_markdown_table(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlRows rows;
    if (!pl_rows_open(&args, &rows)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    for (uint32_t c = 0; c < rows.width; c++) {
        pl_buf_put_z(buf, c ? " " : "| ");
        if (rows.has_names) put_escaped(buf, pl_list_at(rows.columns, c), false);
        pl_buf_put_z(buf, " |");
    }
    if (rows.width) pl_buf_put_z(buf, "\n|");
    for (uint32_t c = 0; c < rows.width; c++) pl_buf_put_z(buf, is_number_column(&rows, c) ? " ---: |" : " --- |");
    if (rows.width) pl_buf_put_char(buf, '\n');
    for (uint32_t r = 0; r < rows.items->len; r++) {
        for (uint32_t c = 0; c < rows.width; c++) {
            pl_buf_put_z(buf, c ? " " : "| ");
            put_escaped(buf, pl_rows_cell(&rows, r, c), false);
            pl_buf_put_z(buf, " |");
        }
        pl_buf_put_char(buf, '\n');
    }
    pl_rows_close(&args, &rows);
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_html_table(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlRows rows;
    if (!pl_rows_open(&args, &rows)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    pl_buf_put_z(buf, "<table>");
    if (rows.has_names && rows.width) {
        pl_buf_put_z(buf, "<thead><tr>");
        for (uint32_t c = 0; c < rows.width; c++) {
            pl_buf_put_z(buf, "<th>");
            put_escaped(buf, pl_list_at(rows.columns, c), true);
            pl_buf_put_z(buf, "</th>");
        }
        pl_buf_put_z(buf, "</tr></thead>");
    }
    pl_buf_put_z(buf, "<tbody>");
    for (uint32_t r = 0; r < rows.items->len; r++) {
        pl_buf_put_z(buf, "<tr>");
        for (uint32_t c = 0; c < rows.width; c++) {
            pl_buf_put_z(buf, "<td>");
            put_escaped(buf, pl_rows_cell(&rows, r, c), true);
            pl_buf_put_z(buf, "</td>");
        }
        pl_buf_put_z(buf, "</tr>");
    }
    pl_buf_put_z(buf, "</tbody></table>");
    pl_rows_close(&args, &rows);
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_escape_html(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    put_escaped_text(buf, s, true, false);
    return pl_args_give_scratch(&args, out);
}

/* ---- lines with marks -------------------------------------------------------------------------------------------- */

static PlStatus mark_lines(PlBuiltinContext *context, const PlValue *all, uint32_t count, bool numbers, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlList *list;
    if (!pl_args_list(&args, 0, &list)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    for (uint32_t i = 0; i < list->len; i++) {
        if (i) pl_buf_put_char(buf, '\n');
        if (numbers)
            pl_buf_printf(buf, "%u. ", i + 1);
        else
            pl_buf_put_z(buf, "- ");
        put_flat(buf, list->items[i]);
    }
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_bullets(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return mark_lines(context, all, count, false, out);
}

PlStatus pl_fn_numbered(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    return mark_lines(context, all, count, true, out);
}
