/* SPDX-License-Identifier: MIT */
/* Types in the words of the language, for messages and docs. A named record that cannot be shown whole (it is inside itself, too deep,
 * or too wide for the line) is shown by its name. */
#include "vm/code/type.h"

enum {
    DEEPEST = 8,        /* levels shown when there is room */
    MOST_BYTES = 65536, /* even without a width: types may be wide at each level */
};

typedef struct Print {
    PlBuf *out;
    const PlTypes *types;
    size_t end;     /* where the text should stop */
    unsigned depth; /* levels still shown */
    bool cut;       /* something was left out */
    PlTypeId path[DEEPEST + 1];
    unsigned path_len;
} Print;

static void print_type(Print *p, PlTypeId id);

static bool is_full(Print *p)
{
    bool full = p->out->len >= p->end;
    p->cut |= full;
    return full;
}

static void print_literal(Print *p, PlLiteral value)
{
    switch (value.kind) {
    case PL_LIT_YESNO: pl_buf_put_z(p->out, value.as.yes ? "yes" : "no"); break;
    case PL_LIT_INT: pl_buf_put_int(p->out, value.as.integer); break;
    case PL_LIT_DOUBLE: pl_buf_put_double(p->out, value.as.number); break;
    case PL_LIT_TEXT: pl_buf_put_json(p->out, value.as.text); break;
    case PL_LIT_JSON: pl_buf_put(p->out, value.as.text); break;
    default: pl_buf_put_z(p->out, "nothing"); break;
    }
}

static void print_enum(Print *p, const PlType *type)
{
    pl_buf_put_z(p->out, "one of ");
    for (uint32_t i = 0; i < type->count; i++) {
        if (i) pl_buf_put_z(p->out, ", ");
        if (i && is_full(p)) {
            pl_buf_put_z(p->out, "...");
            return;
        }
        print_literal(p, type->values[i]);
    }
}

/* A name stands bare when it is a word of letters, digits and '_'; else in quotes. */
static void print_field_name(Print *p, PlStr name)
{
    bool word = name.len && !(name.ptr[0] >= '0' && name.ptr[0] <= '9');
    for (size_t i = 0; word && i < name.len; i++) {
        char c = name.ptr[i];
        word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }
    if (word)
        pl_buf_put(p->out, name);
    else
        pl_buf_put_json(p->out, name);
}

static void print_fields(Print *p, const PlType *type)
{
    const char *between = "";
    for (uint32_t i = 0; i < type->count; i++) {
        pl_buf_put_z(p->out, between);
        between = ", ";
        if (is_full(p)) {
            pl_buf_put_z(p->out, "...");
            return;
        }
        print_field_name(p, type->fields[i].name);
        pl_buf_put_z(p->out, type->fields[i].required ? ": " : "?: ");
        print_type(p, type->fields[i].type);
    }
    if (type->rest == PL_TYPE_NONE || pl_type(p->types, type->rest)->kind == PL_TYPE_ANY) return;
    pl_buf_put_z(p->out, between);
    pl_buf_put_z(p->out, "...: ");
    print_type(p, type->rest);
}

static void print_record(Print *p, const PlType *type)
{
    if (type->count == 0 && !type->closed && (type->rest == PL_TYPE_NONE || type->rest == PL_T_ANY)) {
        pl_buf_put_z(p->out, "record");
        return;
    }
    pl_buf_put_char(p->out, '{');
    print_fields(p, type);
    pl_buf_put_char(p->out, '}');
}

static void print_union(Print *p, const PlType *type)
{
    bool nothing = false;
    const char *between = "";
    for (uint32_t i = 0; i < type->count; i++) {
        if (type->members[i] == PL_T_NOTHING) {
            nothing = true;
            continue;
        }
        pl_buf_put_z(p->out, between);
        between = " or ";
        if (is_full(p)) {
            pl_buf_put_z(p->out, "...");
            break;
        }
        print_type(p, type->members[i]);
    }
    if (nothing) pl_buf_put_z(p->out, " or nothing");
}

static void print_list(Print *p, const PlType *type)
{
    bool parens = pl_type(p->types, type->elem)->kind == PL_TYPE_UNION;
    pl_buf_put_z(p->out, parens ? "list of (" : "list of ");
    print_type(p, type->elem);
    if (parens) pl_buf_put_char(p->out, ')');
}

static const char *plain_name(PlTypeKind kind)
{
    switch (kind) {
    case PL_TYPE_NOTHING: return "nothing";
    case PL_TYPE_YESNO: return "yes/no";
    case PL_TYPE_INTEGER: return "integer";
    case PL_TYPE_NUMBER: return "number";
    case PL_TYPE_TEXT: return "text";
    case PL_TYPE_DATETIME: return "datetime";
    case PL_TYPE_DATE: return "date";
    case PL_TYPE_DURATION: return "duration";
    case PL_TYPE_FILE: return "file";
    case PL_TYPE_VAR: return "T";
    default: return "any";
    }
}

static bool is_on_path(const Print *p, PlTypeId id)
{
    for (unsigned i = 0; i < p->path_len; i++)
        if (p->path[i] == id) return true;
    return false;
}

static void print_short(Print *p, const PlType *type)
{
    p->cut = true;
    if (type->name.len)
        pl_buf_put(p->out, type->name);
    else
        pl_buf_put_z(p->out, type->kind == PL_TYPE_RECORD ? "{...}" : "...");
}

static void print_type(Print *p, PlTypeId id)
{
    const PlType *type = pl_type(p->types, id);
    switch (type->kind) {
    case PL_TYPE_LIST:
    case PL_TYPE_RECORD:
    case PL_TYPE_UNION: break;
    case PL_TYPE_ENUM: print_enum(p, type); return;
    case PL_TYPE_VAR: pl_buf_put_char(p->out, (char)('T' + (int)(type->elem % 7))); return;
    default:
        pl_buf_put_z(p->out,
                     type->format != PL_FORMAT_NONE ? pl_type_format_name(type->format) : plain_name(type->kind));
        return;
    }
    if (p->path_len >= p->depth || is_on_path(p, id)) {
        print_short(p, type);
        return;
    }
    p->path[p->path_len++] = id;
    if (type->kind == PL_TYPE_LIST) print_list(p, type);
    if (type->kind == PL_TYPE_RECORD) print_record(p, type);
    if (type->kind == PL_TYPE_UNION) print_union(p, type);
    p->path_len--;
}

/* As deep as fits the width; when one level does not fit either, what fits of it. */
void pl_type_print(PlBuf *out, const PlTypes *types, PlTypeId id, uint32_t width)
{
    PlBuf text;
    pl_buf_init(&text, 0);
    for (unsigned depth = DEEPEST; depth > 0; depth--) {
        pl_buf_clear(&text);
        Print p = {.out = &text, .types = types, .end = width ? width : MOST_BYTES, .depth = depth};
        print_type(&p, id);
        if (width == 0 || text.len <= width) break;
    }
    if (text.status != PL_OK && out->status == PL_OK) out->status = text.status;
    pl_buf_put(out, pl_buf_str(&text));
    pl_buf_deinit(&text);
}
