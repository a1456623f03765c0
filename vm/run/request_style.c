/* SPDX-License-Identifier: MIT */
/* Values in the styles of OpenAPI 3.1 ("Style Values" and "Style Examples") and RFC 6570: simple, label, matrix, form, space, pipe, deep
 * object, and a JSON text. Items of lists and fields of records are scalars on the wire; what is nested deeper goes as JSON. */
#include "vm/run/request.h"

void pl_request_wire(PlBuf *out, PlValue v)
{
    switch (v.tag) {
    case PL_YESNO: pl_buf_put_z(out, v.as.yes ? "true" : "false"); return;
    case PL_LIST:
    case PL_RECORD:
    case PL_FILE: pl_json_write(out, v); return;
    default: pl_value_show(out, v); return;
    }
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

void pl_request_encode(PlBuf *out, PlStr text, const char *keep)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_unreserved(c) || (c > 0 && strchr(keep, c))) pl_buf_put_char(out, c);
        else pl_buf_printf(out, "%%%02X", (unsigned)(unsigned char)c);
    }
}

typedef struct Style {
    PlBuf *out;
    bool encode;
    const char *keep;
} Style;

static void put_text(const Style *s, PlStr text)
{
    if (s->encode) pl_request_encode(s->out, text, s->keep);
    else pl_buf_put(s->out, text);
}

static void put_value(const Style *s, PlValue v)
{
    PlBuf text;
    if (v.tag == PL_TEXT) {
        put_text(s, pl_text_str(v));
        return;
    }
    pl_buf_init(&text, s->out->ceiling);
    pl_request_wire(&text, v);
    if (text.status == PL_OK) put_text(s, pl_buf_str(&text));
    else s->out->status = text.status;
    pl_buf_deinit(&text);
}

/* Items or fields with a separator; `pairs` writes fields as name=value, else name, value. */
static void put_joined(const Style *s, PlValue v, const char *separator, bool pairs)
{
    if (v.tag == PL_LIST) {
        for (uint32_t i = 0; i < pl_list_len(v); i++) {
            if (i) pl_buf_put_z(s->out, separator);
            put_value(s, pl_list_at(v, i));
        }
    } else if (v.tag == PL_RECORD) {
        bool first = true;
        for (uint32_t i = 0; i < pl_record_len(v); i++) {
            if (pl_record_at(v, i).tag == PL_NOTHING) continue;
            if (!first) pl_buf_put_z(s->out, separator);
            first = false;
            put_text(s, pl_record_name(v, i));
            pl_buf_put_z(s->out, pairs ? "=" : separator);
            put_value(s, pl_record_at(v, i));
        }
    } else {
        put_value(s, v);
    }
}

static void put_matrix(const Style *s, const PlParam *param, PlValue v)
{
    if (v.tag == PL_RECORD && param->explode) {
        pl_buf_put_char(s->out, ';');
        put_joined(s, v, ";", true);
        return;
    }
    if (v.tag == PL_LIST && param->explode) {
        for (uint32_t i = 0; i < pl_list_len(v); i++) {
            pl_buf_printf(s->out, ";" PL_FMT "=", PL_ARG(param->wire));
            put_value(s, pl_list_at(v, i));
        }
        return;
    }
    pl_buf_printf(s->out, ";" PL_FMT "=", PL_ARG(param->wire));
    put_joined(s, v, ",", false);
}

void pl_request_path(PlBuf *out, const PlParam *param, PlValue v)
{
    Style s = {out, true, ""};
    switch (param->style) {
    case PL_STYLE_LABEL:
        pl_buf_put_char(out, '.');
        put_joined(&s, v, param->explode ? "." : ",", param->explode);
        return;
    case PL_STYLE_MATRIX: put_matrix(&s, param, v); return;
    case PL_STYLE_JSON: {
        PlBuf text;
        pl_buf_init(&text, out->ceiling);
        pl_json_write(&text, v);
        if (text.status == PL_OK) pl_request_encode(out, pl_buf_str(&text), "");
        else out->status = text.status;
        pl_buf_deinit(&text);
        return;
    }
    default: put_joined(&s, v, ",", param->explode);
    }
}

static void next_pair(PlBuf *out, bool *first)
{
    if (*first && out->len == 0) *first = false; /* a form body begins without a separator */
    else if (*first) {
        pl_buf_put_char(out, '?');
        *first = false;
    } else if (out->len && out->ptr[out->len - 1] != '?' && out->ptr[out->len - 1] != '&') {
        pl_buf_put_char(out, '&');
    }
}

static void put_pair(const Style *s, PlStr name, PlValue v, bool *first)
{
    next_pair(s->out, first);
    pl_request_encode(s->out, name, "");
    pl_buf_put_char(s->out, '=');
    put_value(s, v);
}

/* name[a][b]=v for every scalar below; items of lists by number. Depth is bounded by the value's. */
static void put_deep(const Style *s, PlBuf *prefix, PlValue v, bool *first)
{
    size_t len = prefix->len;
    if (v.tag == PL_NOTHING) return;
    if (v.tag != PL_RECORD && v.tag != PL_LIST) {
        next_pair(s->out, first);
        pl_buf_put(s->out, pl_buf_str(prefix));
        pl_buf_put_char(s->out, '=');
        put_value(s, v);
        return;
    }
    uint32_t count = v.tag == PL_LIST ? pl_list_len(v) : pl_record_len(v);
    for (uint32_t i = 0; i < count; i++) {
        pl_buf_put_char(prefix, '[');
        if (v.tag == PL_LIST) pl_buf_put_int(prefix, i);
        else pl_request_encode(prefix, pl_record_name(v, i), "");
        pl_buf_put_char(prefix, ']');
        put_deep(s, prefix, v.tag == PL_LIST ? pl_list_at(v, i) : pl_record_at(v, i), first);
        if (prefix->status == PL_OK) prefix->ptr[prefix->len = len] = 0;
    }
}

static void put_deep_param(const Style *s, const PlParam *param, PlValue v, bool *first)
{
    PlBuf prefix;
    pl_buf_init(&prefix, 0);
    pl_request_encode(&prefix, param->wire, "");
    put_deep(s, &prefix, v, first);
    if (prefix.status != PL_OK) s->out->status = prefix.status;
    pl_buf_deinit(&prefix);
}

static const char *separator_of(PlStyle style)
{
    switch (style) {
    case PL_STYLE_SPACE: return "%20";
    case PL_STYLE_PIPE: return "%7C";
    case PL_STYLE_TABS: return "%09";
    default: return ",";
    }
}

void pl_request_query(PlBuf *out, const PlParam *param, PlValue v, bool *first)
{
    /* allowReserved: all that does not end the value where it stands */
    const char *keep = !param->allow_reserved ? "" : param->place == PL_IN_PATH ? ":/[]@!$&'()*+,;=" : ":/?[]@!$'()*,;=";
    Style s = {out, true, keep};
    if (param->style == PL_STYLE_DEEP && (v.tag == PL_RECORD || v.tag == PL_LIST)) {
        put_deep_param(&s, param, v, first);
        return;
    }
    if (param->style == PL_STYLE_JSON) {
        PlBuf text;
        pl_buf_init(&text, out->ceiling);
        pl_json_write(&text, v);
        next_pair(out, first);
        pl_request_encode(out, param->wire, "");
        pl_buf_put_char(out, '=');
        if (text.status == PL_OK) pl_request_encode(out, pl_buf_str(&text), "");
        else out->status = text.status;
        pl_buf_deinit(&text);
        return;
    }
    if (param->explode && v.tag == PL_LIST) {
        for (uint32_t i = 0; i < pl_list_len(v); i++) put_pair(&s, param->wire, pl_list_at(v, i), first);
        return;
    }
    if (param->explode && v.tag == PL_RECORD) {
        for (uint32_t i = 0; i < pl_record_len(v); i++)
            if (pl_record_at(v, i).tag != PL_NOTHING) put_pair(&s, pl_record_name(v, i), pl_record_at(v, i), first);
        return;
    }
    next_pair(out, first);
    pl_request_encode(out, param->wire, "");
    pl_buf_put_char(out, '=');
    put_joined(&s, v, separator_of(param->style), false);
}

void pl_request_plain(PlBuf *out, const PlParam *param, PlValue v)
{
    Style s = {out, false, ""};
    if (param->style == PL_STYLE_JSON) pl_json_write(out, v);
    else put_joined(&s, v, ",", param->explode);
}
