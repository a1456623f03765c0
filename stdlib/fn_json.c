/* SPDX-License-Identifier: MIT */
/* JSON and CSV: values to text and back. */
#include "stdlib/args.h"

#include <stdio.h>

/* ---- JSON -------------------------------------------------------------------------------------------------------- */

PlStatus pl_fn_to_json(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    int64_t indent;
    if (!pl_args_integer_or(&args, 1, 0, 16, 0, &indent)) return PL_INVALID;
    PlBuf *buf = pl_values_scratch(context->values);
    if (indent)
        pl_json_write_pretty(buf, pl_args_at(&args, 0), (unsigned)indent);
    else
        pl_json_write(buf, pl_args_at(&args, 0));
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_from_json(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    size_t at;
    const char *error;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    if (pl_json_read(context->values, s, out, &at, &error) == PL_OK) return PL_OK;
    return pl_args_fail(context, "the text is no JSON: %s at byte %zu", error, at);
}

/* A part of a JSON Pointer as a name: "~1" is "/", "~0" is "~" (RFC 6901 section 3). */
static PlStr unescape(PlBuf *buf, PlStr part)
{
    pl_buf_clear(buf);
    for (size_t i = 0; i < part.len; i++) {
        bool escape = part.ptr[i] == '~' && i + 1 < part.len && (part.ptr[i + 1] == '0' || part.ptr[i + 1] == '1');
        pl_buf_put_char(buf, escape ? (part.ptr[++i] == '1' ? '/' : '~') : part.ptr[i]);
    }
    return pl_buf_str(buf);
}

PlStatus pl_fn_json_get(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue v = pl_args_at(&args, 0);
    PlStr pointer;
    if (!pl_args_text(&args, 1, &pointer)) return PL_INVALID;
    if (pointer.len && pointer.ptr[0] != '/') return pl_args_fail(context, "a JSON Pointer is \"\" or begins with \"/\"");
    PlBuf *buf = pl_values_scratch(context->values);
    while (pointer.len && v.tag != PL_NOTHING) {
        size_t end = pl_str_find_char(pointer, '/', 1);
        PlStr name = unescape(buf, pl_str_slice(pointer, 1, end == PL_STR_NONE ? pointer.len : end));
        PlValue found = pl_nothing();
        int64_t i;
        if (v.tag == PL_RECORD)
            pl_record_find(v, name, &found);
        else if (v.tag == PL_LIST && pl_str_to_int(name, &i) && i >= 0 && i < pl_list_len(v))
            found = pl_list_at(v, (uint32_t)i);
        v = found;
        pointer = pl_str_slice(pointer, end == PL_STR_NONE ? pointer.len : end, pointer.len);
    }
    *out = pl_retain(v);
    return PL_OK;
}

/* ---- reading CSV (RFC 4180, and any one-character separator) ----------------------------------------------------- */

typedef struct Csv {
    PlBuiltinContext *context;
    PlStr text;
    size_t at;
    char separator;
    PlBuf *field;
} Csv;

/* The field at the cursor, which stops at what ends it; false: a quote is not closed. */
static bool take_field(Csv *csv)
{
    PlStr s = csv->text;
    pl_buf_clear(csv->field);
    if (csv->at < s.len && s.ptr[csv->at] == '"') {
        for (csv->at++;; csv->at++) {
            size_t quote = pl_str_find_char(s, '"', csv->at);
            if (quote == PL_STR_NONE) return false;
            pl_buf_put(csv->field, pl_str_slice(s, csv->at, quote));
            csv->at = quote + 1;
            if (csv->at >= s.len || s.ptr[csv->at] != '"') break;
            pl_buf_put_char(csv->field, '"');
        }
    }
    size_t end = csv->at;
    while (end < s.len && s.ptr[end] != csv->separator && s.ptr[end] != '\n' && s.ptr[end] != '\r') end++;
    pl_buf_put(csv->field, pl_str_slice(s, csv->at, end));
    csv->at = end;
    return true;
}

/* Past a line's end; false at the end of the text. */
static void end_line(Csv *csv)
{
    if (csv->at < csv->text.len && csv->text.ptr[csv->at] == '\r') csv->at++;
    if (csv->at < csv->text.len && csv->text.ptr[csv->at] == '\n') csv->at++;
}

/* A line as a list of texts. */
static bool take_line(Csv *csv, PlValue *out)
{
    PlValue row = pl_list(csv->context->values, 8);
    for (;;) {
        if (!take_field(csv)) {
            pl_release(csv->context->values, row);
            pl_args_fail(csv->context, "a quoted field of the CSV text is not closed");
            return false;
        }
        row = pl_list_append_take(csv->context->values, row, pl_text_of_scratch(csv->context->values));
        if (csv->at >= csv->text.len || csv->text.ptr[csv->at] != csv->separator) break;
        csv->at++;
    }
    end_line(csv);
    *out = row;
    return true;
}

/* Empty names get their number; cells beyond the names are dropped, those that lack are nothing. */
static PlValue record_of_row(Csv *csv, PlValue names, PlValue row)
{
    PlValues *values = csv->context->values;
    PlValue record = pl_record(values);
    for (uint32_t i = 0; i < pl_list_len(names); i++) {
        PlValue cell = i < pl_list_len(row) ? pl_retain(pl_list_at(row, i)) : pl_nothing();
        PlStr name = pl_str_trim(pl_text_str(pl_list_at(names, i)));
        char number[24];
        if (name.len == 0) name = pl_str(number, (size_t)snprintf(number, sizeof number, "column_%u", i + 1));
        record = pl_record_set_take(values, record, name, cell);
    }
    return record;
}

PlStatus pl_fn_from_csv(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s, separator;
    if (!pl_args_text(&args, 0, &s) || !pl_args_text_or(&args, 1, PL_STR(","), &separator)) return PL_INVALID;
    if (separator.len != 1 || memchr("\"\r\n", separator.ptr[0], 3)) return pl_args_fail(context, "the separator must be one character");
    if (pl_str_starts(s, PL_STR("\xef\xbb\xbf"))) s = pl_str_slice(s, 3, s.len);
    Csv csv = {context, s, 0, separator.ptr[0], pl_values_scratch(context->values)};
    PlValue rows = pl_list(context->values, 0), names = pl_nothing(), row;
    while (csv.at < s.len) {
        if (s.ptr[csv.at] == '\n' || s.ptr[csv.at] == '\r') { /* an empty line */
            end_line(&csv);
            continue;
        }
        if (!take_line(&csv, &row)) {
            pl_release(context->values, rows);
            pl_release(context->values, names);
            return PL_INVALID;
        }
        if (names.tag == PL_NOTHING) {
            names = row;
            continue;
        }
        rows = pl_list_append_take(context->values, rows, record_of_row(&csv, names, row));
        pl_release(context->values, row);
    }
    pl_release(context->values, names);
    *out = rows;
    return PL_OK;
}
