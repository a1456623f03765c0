/* SPDX-License-Identifier: MIT */
/* Types between the two sides: what an input's schema says, in words of a plan, and whether a type is one value or a
 * structure. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/syntax/parse.h"
#include "vm/base/limits.h"

enum { DEEPEST = 3, MOST_FIELDS = 40 };

PlTypeId pl_arazzo_schema_type(PlArazzo *a, const PlNode *schema)
{
    static const struct {
        const char *name;
        PlTypeId type;
    } words[] = {{"integer", PL_T_INTEGER}, {"number", PL_T_NUMBER},     {"boolean", PL_T_YESNO},
                 {"array", PL_T_LIST_ANY},  {"object", PL_T_RECORD_ANY}, {"string", PL_T_TEXT}};
    PlStr type = pl_node_text(PL_GET(schema, "type"));
    PlStr format = pl_node_text(PL_GET(schema, "format"));
    if (pl_str_eq_z(type, "string") && pl_str_eq_z(format, "date-time")) return PL_T_DATETIME;
    if (pl_str_eq_z(type, "string") && pl_str_eq_z(format, "date")) return PL_T_DATE;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!pl_str_eq_z(type, words[i].name)) continue;
        if (words[i].type != PL_T_LIST_ANY) return words[i].type;
        return pl_type_list(a->types, pl_arazzo_schema_type(a, PL_GET(schema, "items")));
    }
    return PL_T_ANY;
}

/* Whether the type can be written out in a header line. */
static bool can_write(const PlTypes *types, PlTypeId id, unsigned level)
{
    const PlType *t = pl_type(types, id);
    if (level > DEEPEST) return false;
    switch (t->kind) {
    case PL_TYPE_LIST: return can_write(types, t->elem, level + 1);
    case PL_TYPE_RECORD:
        if (t->count > MOST_FIELDS || t->rest != PL_TYPE_NONE || t->closed) return false;
        for (uint32_t i = 0; i < t->count; i++)
            if (!can_write(types, t->fields[i].type, level + 1)) return false;
        return t->count > 0;
    case PL_TYPE_UNION:
        for (uint32_t i = 0; i < t->count; i++)
            if (!can_write(types, t->members[i], level + 1)) return false;
        return true;
    case PL_TYPE_ENUM:
        for (uint32_t i = 0; i < t->count; i++)
            if (t->values[i].kind != PL_LIT_TEXT && t->values[i].kind != PL_LIT_INT) return false;
        return t->count <= 12;
    case PL_TYPE_VAR: return false;
    default: return true;
    }
}

static PlTypeId writable(PlArazzo *a, PlTypeId id)
{
    PlTypeId bare = pl_type_without_nothing(a->types, id);
    if (can_write(a->types, bare, 0)) return bare;
    switch (pl_type(a->types, bare)->kind) {
    case PL_TYPE_LIST: return PL_T_LIST_ANY;
    case PL_TYPE_RECORD: return PL_T_RECORD_ANY;
    case PL_TYPE_ENUM: return PL_T_TEXT;
    default: return PL_T_ANY;
    }
}

PlStr pl_arazzo_type_words(PlArazzo *a, PlTypeId type)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_type_print(&buf, a->types, type, 60);
    PlStatus status = buf.status;
    PlStr words = status == PL_OK ? pl_arena_str(a->arena, pl_buf_str(&buf)) : PL_STR("");
    pl_buf_deinit(&buf);
    if (status != PL_OK) pl_arena_escape(a->arena, status);
    return words;
}

PlTypeExpr *pl_arazzo_type_expr(PlArazzo *a, PlTypeId type)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_type_print(&buf, a->types, writable(a, type), 0);
    PlStatus status = buf.status;
    PlStr words = status == PL_OK ? pl_arena_str(a->arena, pl_buf_str(&buf)) : PL_STR("any");
    pl_buf_deinit(&buf);
    if (status != PL_OK) pl_arena_escape(a->arena, status);
    PlDiags quiet;
    pl_diags_init(&quiet, a->arena, a->diags->sources);
    PlTypeExpr *expr = pl_parse_type(a->arena, &quiet, pl_sources_add(a->diags->sources, PL_STR("type"), words));
    if (expr && !quiet.errors) return expr;
    expr = PL_NEW(a->arena, PlTypeExpr);
    expr->kind = PL_TE_NAME;
    expr->name = PL_STR("any");
    return expr;
}

bool pl_arazzo_is_structure(const PlArazzo *a, PlTypeId type)
{
    const PlType *t = pl_type(a->types, type);
    if (t->kind != PL_TYPE_UNION) return t->kind == PL_TYPE_LIST || t->kind == PL_TYPE_RECORD;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->members[i] != PL_T_NOTHING && !pl_arazzo_is_structure(a, t->members[i])) return false;
    return true;
}

bool pl_arazzo_is_scalar(const PlArazzo *a, PlTypeId type)
{
    const PlType *t = pl_type(a->types, type);
    switch (t->kind) {
    case PL_TYPE_ANY:
    case PL_TYPE_LIST:
    case PL_TYPE_RECORD:
    case PL_TYPE_FILE:
    case PL_TYPE_VAR:
    case PL_TYPE_KIND_COUNT: return false;
    case PL_TYPE_UNION:
        for (uint32_t i = 0; i < t->count; i++)
            if (t->members[i] != PL_T_NOTHING && !pl_arazzo_is_scalar(a, t->members[i])) return false;
        return true;
    default: return true;
    }
}
