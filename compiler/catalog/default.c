/* SPDX-License-Identifier: MIT */
/* The value that a parameter has without being given: its only one, or its default, read under its type. A default that its own schema does not allow is
 * none: it could only be sent to be refused, and where the argument is required the plan would be blamed for it. spec/actions.md section 2. */
#include "compiler/catalog/api.h"
#include "vm/value/time.h"
#include "vm/value/type_check.h"

enum { SHOWN = 60 };

static bool fit_enum(const PlType *t, PlLiteral *value)
{
    uint32_t same = 0, at = 0;
    for (uint32_t i = 0; i < t->count; i++) {
        if (pl_literal_equal(t->values[i], *value)) return true;
        bool texts = t->values[i].kind == PL_LIT_TEXT && value->kind == PL_LIT_TEXT;
        if (texts && pl_str_eq_nocase(t->values[i].as.text, pl_str_trim(value->as.text))) same++, at = i;
    }
    if (same == 1) *value = t->values[at];
    return same == 1;
}

/* '10', '2.5' and 'true' are what they say. */
static bool fit_text(const PlType *t, PlLiteral *value)
{
    PlStr s = pl_str_trim(value->as.text);
    int64_t integer;
    int32_t extra;
    double number;
    bool yes = pl_str_eq_nocase(s, PL_STR("true"));
    switch (t->kind) {
    case PL_TYPE_TEXT: return pl_type_text_fits(t->format, value->as.text) || (t->format == PL_FORMAT_URL && pl_str_starts(s, PL_STR("/")));
    case PL_TYPE_DATETIME: return pl_time_read_datetime(s, &integer, &extra) || pl_time_read_date(s, &integer);
    case PL_TYPE_DATE: return pl_time_read_date(s, &integer);
    case PL_TYPE_DURATION: return pl_time_read_duration(s, &integer, &extra);
    case PL_TYPE_YESNO:
        if (!yes && !pl_str_eq_nocase(s, PL_STR("false"))) return false;
        *value = (PlLiteral){.kind = PL_LIT_YESNO, .as.yes = yes};
        return true;
    case PL_TYPE_INTEGER:
    case PL_TYPE_NUMBER:
        if (pl_str_to_int(s, &integer)) *value = (PlLiteral){.kind = PL_LIT_INT, .as.integer = integer};
        else if (t->kind == PL_TYPE_NUMBER && pl_str_to_double(s, &number)) *value = (PlLiteral){.kind = PL_LIT_DOUBLE, .as.number = number};
        return value->kind != PL_LIT_TEXT;
    default: return false;
    }
}

/* The value may be changed to what is meant. */
static bool fits(const PlTypes *types, PlTypeId id, PlLiteral *value)
{
    const PlType *t = pl_type(types, id);
    switch (t->kind) {
    case PL_TYPE_ANY:
    case PL_TYPE_FILE:
    case PL_TYPE_VAR: return true;
    case PL_TYPE_LIST: return value->kind == PL_LIT_JSON ? pl_str_starts(value->as.text, PL_STR("[")) : true; /* one item, or some between commas */
    case PL_TYPE_RECORD: return value->kind == PL_LIT_JSON && pl_str_starts(value->as.text, PL_STR("{"));
    case PL_TYPE_ENUM: return fit_enum(t, value);
    case PL_TYPE_UNION:
        for (uint32_t i = 0; i < t->count; i++)
            if (fits(types, t->members[i], value)) return true;
        return false;
    default: break;
    }
    if (value->kind == PL_LIT_TEXT) return fit_text(t, value);
    if (t->kind == PL_TYPE_YESNO) return value->kind == PL_LIT_YESNO;
    if (t->kind == PL_TYPE_INTEGER) /* compared without bounds: an int64 of 2^53 is one, too */
        return value->kind == PL_LIT_INT || (value->kind == PL_LIT_DOUBLE && value->as.number > -9e15 && value->as.number < 9e15 &&
                                             value->as.number == (double)(int64_t)value->as.number);
    return t->kind == PL_TYPE_NUMBER && (value->kind == PL_LIT_INT || value->kind == PL_LIT_DOUBLE);
}

static void report(PlDraft *draft, const PlParam *param, const PlNode *value)
{
    PlApi *api = draft->api;
    if (!pl_ref_once(&api->refs, pl_node_span(value), "default")) return;
    PlBuf type;
    pl_buf_init(&type, 4096);
    pl_type_print(&type, api->schemas.types, param->type, SHOWN * 2);
    char words[SHOWN * 2 + 64];
    PlStr printed = pl_str_slice(pl_buf_str(&type), 0, sizeof words);
    memcpy(words, printed.ptr, printed.len);
    pl_buf_deinit(&type);
    PlStr shown = pl_node_json(api->arena, value, 64 * 1024);
    size_t end = shown.len < SHOWN ? shown.len : SHOWN;
    while (end > 0 && end < shown.len && ((unsigned char)shown.ptr[end] & 0xC0) == 0x80) end--;
    shown = pl_str_slice(shown, 0, end);
    PL_REPORT(api->diags, SCHEMA_DEFAULT, pl_node_span(value), PL_ARG(shown), PL_ARG(pl_str(words, printed.len)));
}

/* What can only have one value is sent without being asked for. Connectors (x-ms-visibility: internal) say the same of a required parameter with a default. */
void pl_draft_value(PlDraft *draft, PlParam *param, PlNode *schema, const PlNode *node)
{
    PlSchemas *schemas = &draft->api->schemas;
    if (param->required && pl_schema_only_value(schemas, schema, &param->value)) {
        param->fixed = true;
        return;
    }
    const PlNode *value = PL_GET(node, "default");
    if (!value) value = pl_schema_own(schemas, schema, PL_STR("default"));
    if (!value || value->kind == PL_NODE_NULL) return;
    PlTypeId type = pl_type_without_nothing(schemas->types, param->type);
    bool text = pl_type(schemas->types, type)->kind == PL_TYPE_TEXT;
    if (!pl_schema_literal(schemas, value, text && value->kind < PL_NODE_LIST, &param->value)) return;
    param->fixed = param->required && pl_str_eq_z(pl_node_text(PL_GET(node, "x-ms-visibility")), "internal");
    param->has_default = fits(schemas->types, type, &param->value) || param->fixed;
    if (!param->has_default && value->kind < PL_NODE_LIST) /* default: 1 of a text's enum */
        param->has_default = pl_schema_literal(schemas, value, true, &param->value) && fits(schemas->types, type, &param->value);
    if (param->has_default) return;
    param->value = (PlLiteral){.kind = PL_LIT_NOTHING};
    report(draft, param, value);
}
