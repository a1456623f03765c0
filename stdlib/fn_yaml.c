/* SPDX-License-Identifier: MIT */
/* YAML: values to text and back, by the core schema of YAML 1.2 (yes, no, on and off are texts; dates stay texts). Reading goes through libyaml's
 * events; an alias shares what its anchor names, merge keys are resolved, tags but !!str are not looked at, one document is read. */
#include "stdlib/guard.h"

#include "vm/base/limits.h"

#include <yaml.h>

enum { DEEPEST = 200, MOST_ANCHORS = 10000, LONGEST_NUMBER = 64 };

/* ---- what a plain scalar means ----------------------------------------------------------------------------------- */

static bool is_one_of(PlStr s, const char *a, const char *b, const char *c)
{
    return pl_str_eq_z(s, a) || pl_str_eq_z(s, b) || pl_str_eq_z(s, c);
}

static bool based_number(PlStr s, PlValue *out)
{
    if (s.len < 3 || s.ptr[0] != '0' || (s.ptr[1] != 'x' && s.ptr[1] != 'o')) return false;
    int64_t n = 0, base = s.ptr[1] == 'x' ? 16 : 8;
    for (size_t i = 2; i < s.len; i++) {
        char c = s.ptr[i], low = (char)(c | 0x20);
        int64_t digit = c >= '0' && c <= '9' ? c - '0' : low >= 'a' && low <= 'f' ? low - 'a' + 10 : 99;
        if (digit >= base || __builtin_mul_overflow(n, base, &n) || __builtin_add_overflow(n, digit, &n)) return false;
    }
    *out = pl_int(n);
    return true;
}

/* As JSON writes it: no '+', no zeros in front, digits on both sides of a point. */
static PlStr as_json(PlStr s, char out[LONGEST_NUMBER + 4])
{
    size_t i = 0, n = 0;
    if (s.ptr[0] == '-') out[n++] = '-';
    if (s.ptr[0] == '-' || s.ptr[0] == '+') i++;
    while (i + 1 < s.len && s.ptr[i] == '0' && s.ptr[i + 1] >= '0' && s.ptr[i + 1] <= '9') i++;
    if (s.ptr[i] == '.') out[n++] = '0';
    for (; i < s.len; i++) {
        out[n++] = s.ptr[i];
        bool bare = s.ptr[i] == '.' && (i + 1 == s.len || s.ptr[i + 1] < '0' || s.ptr[i + 1] > '9');
        if (bare) out[n++] = '0';
    }
    return pl_str(out, n);
}

/* [-+]? (\. [0-9]+ | [0-9]+ (\. [0-9]*)?) ([eE] [-+]? [0-9]+)? */
static bool decimal_number(PlStr s, PlValue *out)
{
    size_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'), digits = 0;
    bool whole = true;
    for (; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) digits++;
    if (i < s.len && s.ptr[i] == '.') {
        whole = false;
        for (i++; i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9'; i++) digits++;
    }
    if (!digits) return false;
    if (i < s.len && (s.ptr[i] | 0x20) == 'e') {
        whole = false;
        size_t from = i += 1;
        if (i < s.len && (s.ptr[i] == '-' || s.ptr[i] == '+')) from = ++i;
        while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9') i++;
        if (i == from) return false;
    }
    if (i != s.len) return false;
    char json[LONGEST_NUMBER + 4];
    PlStr number = as_json(s, json);
    int64_t n;
    double d;
    if (whole && pl_str_to_int(number, &n)) *out = pl_int(n);
    else if (pl_str_to_double(number, &d)) *out = pl_double(d);
    else return false;
    return true;
}

/* False: it is a text. */
static bool plain_value(PlStr s, PlValue *out)
{
    *out = pl_nothing();
    if (s.len == 0 || pl_str_eq_z(s, "~") || is_one_of(s, "null", "Null", "NULL")) return true;
    bool yes = is_one_of(s, "true", "True", "TRUE");
    if (yes || is_one_of(s, "false", "False", "FALSE")) {
        *out = pl_yesno(yes);
        return true;
    }
    bool may_be = (s.ptr[0] >= '0' && s.ptr[0] <= '9') || s.ptr[0] == '-' || s.ptr[0] == '+' || s.ptr[0] == '.';
    return may_be && s.len <= LONGEST_NUMBER && (based_number(s, out) || decimal_number(s, out));
}

/* ---- reading ----------------------------------------------------------------------------------------------------- */

typedef struct Anchor {
    char *name;
    PlValue value; /* owned */
} Anchor;

typedef struct Reader {
    PlBuiltinContext *context;
    PlStr text;
    yaml_parser_t parser;
    yaml_event_t event;
    bool has_parser, has_event;
    Anchor *anchors;
    uint32_t anchor_count, anchor_cap;
    PlValue result;
} Reader;

static bool fail(Reader *r, const char *what)
{
    pl_args_fail(r->context, "the text is no YAML: %s at line %zu", what, r->has_event ? r->event.start_mark.line + 1 : r->parser.problem_mark.line + 1);
    return false;
}

static bool next(Reader *r)
{
    if (r->has_event) yaml_event_delete(&r->event);
    r->has_event = false;
    if (!yaml_parser_parse(&r->parser, &r->event)) return fail(r, r->parser.problem ? r->parser.problem : "it cannot be read");
    r->has_event = true;
    return true;
}

static bool remember(Reader *r, const char *name, PlValue value)
{
    if (r->anchor_count >= MOST_ANCHORS) return fail(r, "too many anchors");
    if (r->anchor_count == r->anchor_cap) {
        uint32_t cap = r->anchor_cap ? 2 * r->anchor_cap : 16;
        Anchor *more = realloc(r->anchors, cap * sizeof *more);
        if (!more) return fail(r, "no memory");
        r->anchors = more;
        r->anchor_cap = cap;
    }
    char *copy = strdup(name);
    if (!copy) return fail(r, "no memory");
    r->anchors[r->anchor_count++] = (Anchor){copy, pl_retain(value)};
    return true;
}

static bool recall(Reader *r, PlValue *out)
{
    for (uint32_t i = r->anchor_count; i-- > 0;) {
        if (strcmp(r->anchors[i].name, (const char *)r->event.data.alias.anchor) != 0) continue;
        *out = pl_retain(r->anchors[i].value);
        return true;
    }
    return fail(r, "an alias of nothing");
}

static PlValue scalar(Reader *r)
{
    PlStr s = pl_str((const char *)r->event.data.scalar.value, r->event.data.scalar.length);
    const char *tag = (const char *)r->event.data.scalar.tag;
    bool plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !(tag && (strcmp(tag, "!") == 0 || strstr(tag, ":str")));
    PlValue v;
    return plain && plain_value(s, &v) ? v : pl_text(r->context->values, s);
}

static bool value_of(Reader *r, uint32_t depth, PlValue *out);

static bool sequence(Reader *r, uint32_t depth, PlValue *out)
{
    PlValues *values = r->context->values;
    PlValue list = pl_list(values, 4), item;
    for (;;) {
        if (!next(r)) break;
        if (r->event.type == YAML_SEQUENCE_END_EVENT) {
            *out = list;
            return true;
        }
        if (!value_of(r, depth + 1, &item)) break;
        list = pl_list_append_take(values, list, item);
    }
    pl_release(values, list);
    return false;
}

/* `<<: *base`, or a list of such: fields that are not there yet. */
static PlValue merge(PlValues *values, PlValue record, PlValue from)
{
    uint32_t count = from.tag == PL_LIST ? pl_list_len(from) : 1;
    for (uint32_t i = 0; i < count; i++) {
        PlValue one = from.tag == PL_LIST ? pl_list_at(from, i) : from, there;
        for (uint32_t k = 0; one.tag == PL_RECORD && k < pl_record_len(one); k++)
            if (!pl_record_find(record, pl_record_name(one, k), &there))
                record = pl_record_set_take(values, record, pl_record_name(one, k), pl_retain(pl_record_at(one, k)));
    }
    return record;
}

static bool key_of(Reader *r, PlValue *key, bool *merges)
{
    if (r->event.type == YAML_ALIAS_EVENT) {
        *merges = false;
        if (!recall(r, key)) return false;
        if (key->tag == PL_TEXT) return true;
        pl_release(r->context->values, *key);
        return fail(r, "a key that is no text");
    }
    if (r->event.type != YAML_SCALAR_EVENT) return fail(r, "a key that is no text");
    PlStr s = pl_str((const char *)r->event.data.scalar.value, r->event.data.scalar.length);
    *merges = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE && pl_str_eq_z(s, "<<");
    *key = pl_text(r->context->values, s);
    return !r->event.data.scalar.anchor || remember(r, (const char *)r->event.data.scalar.anchor, *key);
}

static bool mapping(Reader *r, uint32_t depth, PlValue *out)
{
    PlValues *values = r->context->values;
    PlValue record = pl_record(values), key, value, later = pl_nothing();
    while (next(r)) {
        bool merges = false;
        if (r->event.type == YAML_MAPPING_END_EVENT) {
            *out = later.tag == PL_NOTHING ? record : merge(values, record, later);
            pl_release(values, later);
            return true;
        }
        if (!key_of(r, &key, &merges)) break;
        bool good = next(r) && value_of(r, depth + 1, &value);
        if (good && merges) {
            pl_release(values, later);
            later = value;
        } else if (good) {
            record = pl_record_set_take(values, record, pl_text_str(key), value);
        }
        pl_release(values, key);
        if (!good) break;
    }
    pl_release(values, later);
    pl_release(values, record);
    return false;
}

/* The value that begins with the event at hand. */
static bool value_of(Reader *r, uint32_t depth, PlValue *out)
{
    if (depth > DEEPEST) return fail(r, "it is nested too deeply");
    const yaml_char_t *anchor = NULL;
    char *name = NULL;
    bool good = true;
    switch (r->event.type) {
    case YAML_ALIAS_EVENT: return recall(r, out);
    case YAML_SCALAR_EVENT:
        *out = scalar(r);
        return !r->event.data.scalar.anchor || remember(r, (const char *)r->event.data.scalar.anchor, *out);
    case YAML_SEQUENCE_START_EVENT: anchor = r->event.data.sequence_start.anchor; break;
    case YAML_MAPPING_START_EVENT: anchor = r->event.data.mapping_start.anchor; break;
    default: return fail(r, "something unexpected");
    }
    if (anchor && !(name = strdup((const char *)anchor))) return fail(r, "no memory");
    good = r->event.type == YAML_SEQUENCE_START_EVENT ? sequence(r, depth, out) : mapping(r, depth, out);
    if (good && name && !remember(r, name, *out)) {
        pl_release(r->context->values, *out);
        good = false;
    }
    free(name);
    return good;
}

static PlStatus read_all(void *with)
{
    Reader *r = with;
    if (!yaml_parser_initialize(&r->parser)) return PL_NOMEM;
    r->has_parser = true;
    yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&r->parser, (const unsigned char *)r->text.ptr, r->text.len);
    if (!next(r) || !next(r)) return PL_INVALID; /* the stream's begin, the document's */
    if (r->event.type == YAML_STREAM_END_EVENT) return PL_OK;
    if (!next(r) || !value_of(r, 0, &r->result)) return PL_INVALID;
    if (!next(r) || !next(r)) return PL_INVALID;
    if (r->event.type == YAML_STREAM_END_EVENT) return PL_OK;
    pl_release(r->context->values, r->result);
    fail(r, "a second document");
    return PL_INVALID;
}

static void tidy(void *with)
{
    Reader *r = with;
    if (r->has_event) yaml_event_delete(&r->event);
    if (r->has_parser) yaml_parser_delete(&r->parser);
    for (uint32_t i = 0; i < r->anchor_count; i++) {
        free(r->anchors[i].name);
        pl_release(r->context->values, r->anchors[i].value);
    }
    free(r->anchors);
}

PlStatus pl_fn_from_yaml(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    Reader r = {.context = context, .result = pl_nothing()};
    if (!pl_args_text(&args, 0, &r.text)) return PL_INVALID;
    PlStatus status = pl_guard(context->values, read_all, tidy, &r);
    if (status == PL_OK) *out = r.result;
    return status;
}

/* ---- writing ----------------------------------------------------------------------------------------------------- */

/* A text that reads as itself without quotes: letters of ASCII in front, no marks of YAML, no line ends. */
static bool is_plain(PlStr s)
{
    PlValue v;
    if (plain_value(s, &v) || is_one_of(s, "yes", "no", "on") || pl_str_eq_z(s, "off") || s.len > 200) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
        bool later = (c >= '0' && c <= '9') || memchr("-./@+ ()%", c, 9) != NULL;
        if (!letter && (i == 0 || !later)) return false;
    }
    return s.ptr[s.len - 1] != ' ';
}

static void put_text(PlBuf *out, PlStr s)
{
    if (is_plain(s)) pl_buf_put(out, s);
    else pl_buf_put_json(out, s); /* a JSON string is one of YAML */
}

static void put_indent(PlBuf *out, uint32_t depth)
{
    for (uint32_t i = 0; i < depth; i++) pl_buf_put_z(out, "  ");
}

static bool is_flat(PlValue v)
{
    return (v.tag != PL_LIST || !pl_list_len(v)) && (v.tag != PL_RECORD || !pl_record_len(v));
}

/* `first`: its first line goes on behind "- ". */
static bool put_value(PlBuf *out, PlValue v, uint32_t depth, bool first)
{
    if (depth > DEEPEST) return false;
    if (is_flat(v)) {
        if (v.tag == PL_TEXT) put_text(out, pl_text_str(v));
        else pl_json_write(out, v);
        pl_buf_put_char(out, '\n');
        return true;
    }
    uint32_t count = v.tag == PL_LIST ? pl_list_len(v) : pl_record_len(v);
    for (uint32_t i = 0; i < count && out->status == PL_OK; i++) {
        PlValue item = v.tag == PL_LIST ? pl_list_at(v, i) : pl_record_at(v, i);
        if (i || !first) put_indent(out, depth);
        if (v.tag == PL_RECORD) {
            put_text(out, pl_record_name(v, i));
            pl_buf_put_z(out, is_flat(item) ? ": " : ":\n");
        } else {
            pl_buf_put_z(out, "- ");
        }
        if (!put_value(out, item, depth + 1, v.tag == PL_LIST)) return false;
    }
    return true;
}

PlStatus pl_fn_to_yaml(PlBuiltinContext *context, const PlValue *all, uint32_t count, PlValue *out)
{
    PlArgs args = {context, all, count};
    PlBuf *buf = pl_values_scratch(context->values);
    if (!put_value(buf, pl_args_at(&args, 0), 0, true)) return pl_args_fail(context, "the value is nested too deeply");
    return pl_args_give_scratch(&args, out);
}
