/* SPDX-License-Identifier: MIT */
/* URLs: percent-encoding (RFC 3986), parts, query strings. */
#include "stdlib/args.h"

#include "vm/base/utf8.h"

/* unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~" */
static bool is_unreserved(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
}

static void put_encoded(PlBuf *out, PlStr s)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (is_unreserved((char)c)) {
            pl_buf_put_char(out, (char)c);
        } else {
            pl_buf_put_char(out, '%');
            pl_buf_put_char(out, digits[c >> 4]);
            pl_buf_put_char(out, digits[c & 15]);
        }
    }
}

static int hex_digit(char c)
{
    char letter = (char)(c | 0x20);
    return c >= '0' && c <= '9' ? c - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* What is no escape stays as it is; '+' is a space in a query. */
static void put_decoded(PlBuf *out, PlStr s, bool plus)
{
    for (size_t i = 0; i < s.len; i++) {
        int high = s.ptr[i] == '%' && i + 2 < s.len ? hex_digit(s.ptr[i + 1]) : -1;
        int low = high < 0 ? -1 : hex_digit(s.ptr[i + 2]);
        if (low >= 0) {
            pl_buf_put_u8(out, (uint8_t)(((unsigned)high * 16 + (unsigned)low) & 0xff));
            i += 2;
        } else {
            pl_buf_put_char(out, plus && s.ptr[i] == '+' ? ' ' : s.ptr[i]);
        }
    }
}

/* Decoded bytes may be no UTF-8. */
static PlValue decoded(PlBuiltinContext *context, PlStr s, bool plus)
{
    PlBuf *buf = pl_values_scratch(context->values);
    put_decoded(buf, s, plus);
    if (buf->status != PL_OK) pl_heap_escape(pl_values_heap(context->values), buf->status);
    return pl_text(context->values, pl_buf_str(buf));
}

PlStatus pl_fn_url_encode(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    put_encoded(pl_values_scratch(context->values), s);
    return pl_args_give_scratch(&args, out);
}

PlStatus pl_fn_url_decode(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    *out = decoded(context, s, true);
    return PL_OK;
}

/* ---- query strings ----------------------------------------------------------------------------------------------- */

/* A list gives a pair for each item, nothing gives none. */
PlStatus pl_fn_query_string(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlValue record;
    if (!pl_args_record(&args, 0, &record)) return PL_INVALID;
    PlValue parts = pl_list(context->values, pl_record_len(record));
    PlBuf *buf;
    for (uint32_t i = 0; i < pl_record_len(record); i++) {
        PlValue value = pl_record_at(record, i);
        uint32_t items = value.tag == PL_LIST ? pl_list_len(value) : value.tag != PL_NOTHING;
        for (uint32_t k = 0; k < items; k++) {
            buf = pl_values_scratch(context->values);
            pl_value_show(buf, value.tag == PL_LIST ? pl_list_at(value, k) : value);
            PlValue shown = pl_text_of_scratch(context->values);
            buf = pl_values_scratch(context->values);
            put_encoded(buf, pl_record_name(record, i));
            pl_buf_put_char(buf, '=');
            put_encoded(buf, pl_text_str(shown));
            pl_release(context->values, shown);
            parts = pl_list_append_take(context->values, parts, pl_text_of_scratch(context->values));
        }
    }
    buf = pl_values_scratch(context->values);
    for (uint32_t i = 0; i < pl_list_len(parts); i++) {
        if (i) pl_buf_put_char(buf, '&');
        pl_buf_put(buf, pl_text_str(pl_list_at(parts, i)));
    }
    pl_release(context->values, parts);
    return pl_args_give_scratch(&args, out);
}

/* A name that comes again makes a list. */
static PlValue add_pair(PlBuiltinContext *context, PlValue record, PlStr pair)
{
    PlValues *values = context->values;
    size_t equals = pl_str_find_char(pair, '=', 0);
    PlValue name = decoded(context, pl_str_slice(pair, 0, equals == PL_STR_NONE ? pair.len : equals), true), old;
    PlValue value = decoded(context, equals == PL_STR_NONE ? PL_STR("") : pl_str_slice(pair, equals + 1, pair.len), true);
    if (pl_record_find(record, pl_text_str(name), &old)) {
        PlValue list = old.tag == PL_LIST ? pl_retain(old) : pl_list_append_take(values, pl_list(values, 2), pl_retain(old));
        record = pl_record_set_take(values, record, pl_text_str(name), pl_nothing()); /* so that the list is ours alone */
        value = pl_list_append_take(values, list, value);
    }
    record = pl_record_set_take(values, record, pl_text_str(name), value);
    pl_release(values, name);
    return record;
}

static PlValue query_record(PlBuiltinContext *context, PlStr query)
{
    PlValue record = pl_record(context->values);
    while (query.len) {
        size_t end = pl_str_find_char(query, '&', 0);
        PlStr pair = pl_str_slice(query, 0, end == PL_STR_NONE ? query.len : end);
        if (pair.len) record = add_pair(context, record, pair);
        query = pl_str_slice(query, end == PL_STR_NONE ? query.len : end + 1, query.len);
    }
    return record;
}

PlStatus pl_fn_parse_query(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlStr s;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    if (pl_str_starts(s, PL_STR("?"))) s = pl_str_slice(s, 1, s.len);
    *out = query_record(context, s);
    return PL_OK;
}

/* ---- parts ------------------------------------------------------------------------------------------------------- */

typedef struct Url { /* the parts of RFC 3986 appendix B */
    PlStr scheme, host, port, path, query, fragment;
} Url;

static PlStr cut_at(PlStr *s, char c)
{
    size_t at = pl_str_find_char(*s, c, 0);
    if (at == PL_STR_NONE) return PL_STR("");
    PlStr behind = pl_str_slice(*s, at + 1, s->len);
    *s = pl_str_slice(*s, 0, at);
    return behind;
}

static bool read_url(PlStr s, Url *url)
{
    *url = (Url){{"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}, {"", 0}};
    url->fragment = cut_at(&s, '#');
    url->query = cut_at(&s, '?');
    size_t colon = pl_str_find_char(s, ':', 0);
    if (colon == PL_STR_NONE || colon == 0) return false;
    for (size_t i = 0; i < colon; i++)
        if (!is_unreserved(s.ptr[i]) && s.ptr[i] != '+') return false;
    url->scheme = pl_str_slice(s, 0, colon);
    s = pl_str_slice(s, colon + 1, s.len);
    if (pl_str_starts(s, PL_STR("//"))) {
        s = pl_str_slice(s, 2, s.len);
        size_t slash = pl_str_find_char(s, '/', 0), end = slash == PL_STR_NONE ? s.len : slash;
        PlStr authority = pl_str_slice(s, 0, end);
        s = pl_str_slice(s, end, s.len);
        size_t at = pl_str_find_char(authority, '@', 0); /* user information is not given out */
        if (at != PL_STR_NONE) authority = pl_str_slice(authority, at + 1, authority.len);
        size_t bracket = pl_str_find_char(authority, ']', 0), from = bracket == PL_STR_NONE ? 0 : bracket;
        size_t port = pl_str_find_char(authority, ':', from);
        url->host = pl_str_slice(authority, 0, port == PL_STR_NONE ? authority.len : port);
        url->port = port == PL_STR_NONE ? PL_STR("") : pl_str_slice(authority, port + 1, authority.len);
    }
    url->path = s;
    return true;
}

PlStatus pl_fn_parse_url(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    static const PlStr names[] = {PL_STR_INIT("scheme"), PL_STR_INIT("host"),  PL_STR_INIT("port"),
                                  PL_STR_INIT("path"),   PL_STR_INIT("query"), PL_STR_INIT("fragment")};
    PlArgs args = {context, all, count};
    PlValues *values = context->values;
    PlStr s;
    Url url;
    if (!pl_args_text(&args, 0, &s)) return PL_INVALID;
    if (!read_url(pl_str_trim(s), &url)) return pl_args_fail(context, "\"" PL_FMT "\" is no URL", PL_ARG(pl_str_slice(s, 0, 80)));
    int64_t port;
    PlBuf *lower = pl_values_scratch(values);
    pl_utf8_lower(lower, url.host);
    PlValue host = pl_text_of_scratch(values);
    PlValue fields[] = {pl_text_of_valid(values, url.scheme),
                        host,
                        pl_str_to_int(url.port, &port) ? pl_int(port) : pl_nothing(),
                        decoded(context, url.path, false),
                        query_record(context, url.query),
                        decoded(context, url.fragment, false)};
    *out = pl_record_of_take(values, pl_shape_of(values, names, 6), fields);
    return PL_OK;
}
