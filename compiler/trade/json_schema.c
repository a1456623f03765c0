/* SPDX-License-Identifier: MIT */
/* Types to JSON Schema. A type that stands inside itself, deeper than a model would read, or behind the first 150, is
 * `{}`, which accepts anything. */
#include "compiler/trade/json_schema.h"

enum { DEEPEST = 8, MOST = 150 };

typedef struct Writer {
    PlJsonOut *out;
    const PlTypes *types;
    PlTypeId open[DEEPEST]; /* the types around */
    unsigned depth;
    unsigned left; /* schemas that may still be written: types share parts, and each use would be written anew */
    bool request;
} Writer;

static void members(Writer *w, PlTypeId id);

static void schema(Writer *w, PlStr key, PlTypeId id, PlStr doc)
{
    if (key.ptr)
        pl_json_out_begin_at(w->out, key, '{');
    else
        pl_json_out_begin(w->out, NULL, '{');
    members(w, id);
    if (doc.len) pl_json_out_text(w->out, "description", doc);
    pl_json_out_end(w->out, '}');
}

static void text_format(Writer *w, PlTextFormat format)
{
    static const char *const names[PL_FORMAT_COUNT] = {
        [PL_FORMAT_EMAIL] = "email", [PL_FORMAT_URL] = "uri",           [PL_FORMAT_UUID] = "uuid",
        [PL_FORMAT_BYTE] = "byte",   [PL_FORMAT_PASSWORD] = "password", [PL_FORMAT_HOSTNAME] = "hostname",
        [PL_FORMAT_TIME] = "time"};
    if (names[format]) pl_json_out_text(w->out, "format", pl_str_z(names[format]));
}

static bool shown(const Writer *w, const PlField *field)
{
    return w->request ? !field->read_only : !field->write_only;
}

static void record(Writer *w, const PlType *t)
{
    bool required = false;
    pl_json_out_text(w->out, "type", PL_STR("object"));
    if (t->count) pl_json_out_begin(w->out, "properties", '{');
    for (uint32_t i = 0; i < t->count; i++) {
        required = required || (t->fields[i].required && shown(w, &t->fields[i]));
        if (shown(w, &t->fields[i])) schema(w, t->fields[i].name, t->fields[i].type, t->fields[i].doc);
    }
    if (t->count) pl_json_out_end(w->out, '}');
    if (required) pl_json_out_begin(w->out, "required", '[');
    for (uint32_t i = 0; required && i < t->count; i++)
        if (t->fields[i].required && shown(w, &t->fields[i])) pl_json_out_text(w->out, NULL, t->fields[i].name);
    if (required) pl_json_out_end(w->out, ']');
    if (t->closed)
        pl_json_out_yes(w->out, "additionalProperties", false);
    else if (t->rest != PL_TYPE_NONE && t->rest != PL_T_ANY)
        schema(w, PL_STR("additionalProperties"), t->rest, PL_STR(""));
}

static void literal(Writer *w, const PlLiteral *l)
{
    switch (l->kind) {
    case PL_LIT_YESNO: pl_json_out_yes(w->out, NULL, l->as.yes); break;
    case PL_LIT_INT: pl_json_out_int(w->out, NULL, l->as.integer); break;
    case PL_LIT_DOUBLE:
        pl_json_out_next(w->out, NULL);
        pl_buf_put_double(w->out->buf, l->as.number);
        break;
    case PL_LIT_TEXT: pl_json_out_text(w->out, NULL, l->as.text); break;
    default: pl_json_out_raw(w->out, NULL, PL_STR("null")); break;
    }
}

static void inner(Writer *w, const PlType *t)
{
    static const char *const plain[] = {
        [PL_TYPE_NOTHING] = "null",  [PL_TYPE_YESNO] = "boolean",   [PL_TYPE_INTEGER] = "integer",
        [PL_TYPE_NUMBER] = "number", [PL_TYPE_TEXT] = "string",     [PL_TYPE_DATETIME] = "string",
        [PL_TYPE_DATE] = "string",   [PL_TYPE_DURATION] = "string", [PL_TYPE_FILE] = "string"};
    static const char *const formats[] = {[PL_TYPE_DATETIME] = "date-time",
                                          [PL_TYPE_DATE] = "date",
                                          [PL_TYPE_DURATION] = "duration",
                                          [PL_TYPE_FILE] = "binary"};
    switch (t->kind) {
    case PL_TYPE_LIST:
        pl_json_out_text(w->out, "type", PL_STR("array"));
        schema(w, PL_STR("items"), t->elem, PL_STR(""));
        break;
    case PL_TYPE_RECORD: record(w, t); break;
    case PL_TYPE_UNION:
        pl_json_out_begin(w->out, "anyOf", '[');
        for (uint32_t i = 0; i < t->count; i++) schema(w, (PlStr){NULL, 0}, t->members[i], PL_STR(""));
        pl_json_out_end(w->out, ']');
        break;
    case PL_TYPE_ENUM:
        pl_json_out_begin(w->out, "enum", '[');
        for (uint32_t i = 0; i < t->count; i++) literal(w, &t->values[i]);
        pl_json_out_end(w->out, ']');
        break;
    case PL_TYPE_ANY:
    case PL_TYPE_VAR:
    case PL_TYPE_KIND_COUNT: break;
    default:
        pl_json_out_text(w->out, "type", pl_str_z(plain[t->kind]));
        if (t->kind >= PL_TYPE_DATETIME && t->kind <= PL_TYPE_FILE)
            pl_json_out_text(w->out, "format", pl_str_z(formats[t->kind]));
        if (t->kind == PL_TYPE_TEXT) text_format(w, t->format);
        break;
    }
}

/* Depth is bounded by DEEPEST. */
static void members(Writer *w, PlTypeId id)
{
    for (unsigned i = 0; i < w->depth; i++)
        if (w->open[i] == id) return;
    if (w->depth == DEEPEST || w->left == 0) return;
    w->left--;
    w->open[w->depth++] = id;
    inner(w, pl_type(w->types, id));
    w->depth--;
}

void pl_json_schema(PlJsonOut *out, PlStr key, const PlTypes *types, PlTypeId type, PlStr doc, PlStr value,
                    bool request)
{
    Writer w = {.out = out, .types = types, .left = MOST, .request = request};
    if (key.ptr)
        pl_json_out_begin_at(out, key, '{');
    else
        pl_json_out_begin(out, NULL, '{');
    members(&w, type);
    if (doc.len) pl_json_out_text(out, "description", doc);
    if (value.len) pl_json_out_raw(out, "default", value);
    pl_json_out_end(out, '}');
}

PlStr pl_json_schema_line(PlArena *arena, const PlTypes *types, PlTypeId type)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    PlJsonOut out = {.buf = &buf, .line = true};
    pl_json_schema(&out, (PlStr){NULL, 0}, types, type, PL_STR(""), PL_STR(""), false);
    PlStatus status = buf.status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(&buf)) : PL_STR("");
    pl_buf_deinit(&buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}
