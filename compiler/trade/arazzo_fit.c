/* SPDX-License-Identifier: MIT */
/* Literals of a workflow against the types of the API document: values that stand there as they are, without expressions. What travels in a URL, a
 * header or a form is text, so there "5" is a number and one value a list of one. */
#include "compiler/trade/arazzo_internal.h"

#include <math.h>
#include <stdlib.h>

enum { DEEPEST = 30 };

/* "$inputs.x", "Bearer {$steps.a.outputs.t}": what it is shows at run time. */
static bool has_expression(const PlNode *node)
{
    PlStr text = pl_node_text(node);
    return pl_str_starts(text, PL_STR("$")) || pl_str_find(text, PL_STR("{$"), 0) != PL_STR_NONE;
}

/* As a number that somebody wrote into a text. */
static bool reads_as_number(PlArazzo *a, PlStr text, bool whole)
{
    char *end;
    const char *start = pl_arena_str(a->arena, text).ptr;
    double d = strtod(start, &end);
    return text.len > 0 && end == start + text.len && (!whole || d == floor(d));
}

static bool among(PlArazzo *a, const PlType *type, const PlNode *node)
{
    PlStr text = pl_node_raw(node, a->diags->sources);
    for (uint32_t i = 0; i < type->count; i++) {
        PlLiteral one = type->values[i];
        if (one.kind == PL_LIT_TEXT && pl_str_eq(one.as.text, text)) return true;
        if (one.kind == PL_LIT_INT && pl_str_eq(pl_arena_printf(a->arena, "%lld", (long long)one.as.integer), text)) return true;
        if (one.kind != PL_LIT_TEXT && one.kind != PL_LIT_INT) return true; /* rare, and not worth a false alarm */
    }
    return false;
}

static bool fits_scalar(PlArazzo *a, const PlType *type, const PlNode *node, bool loose)
{
    bool text = node->kind == PL_NODE_TEXT;
    switch (type->kind) {
    case PL_TYPE_ENUM: return among(a, type, node);
    case PL_TYPE_INTEGER: return node->kind == PL_NODE_INT || (node->kind == PL_NODE_NUMBER && node->as.number == floor(node->as.number)) ||
                                 (loose && text && reads_as_number(a, pl_node_text(node), true));
    case PL_TYPE_NUMBER: return node->kind == PL_NODE_INT || node->kind == PL_NODE_NUMBER || (loose && text && reads_as_number(a, pl_node_text(node), false));
    case PL_TYPE_YESNO:
        return node->kind == PL_NODE_YESNO || (loose && text && (pl_str_eq_z(pl_node_text(node), "true") || pl_str_eq_z(pl_node_text(node), "false")));
    case PL_TYPE_LIST: return loose;
    case PL_TYPE_RECORD: return loose && text; /* JSON in a query */
    default: return text || loose;
    }
}

static const PlNode *misfit(PlArazzo *a, PlTypeId id, const PlNode *node, bool loose, unsigned depth, PlTypeId *wanted);

static const PlNode *part_misfit(PlArazzo *a, const PlType *type, const PlNode *node, bool loose, unsigned depth, PlTypeId *wanted)
{
    for (uint32_t i = 0; i < node->count; i++) {
        PlTypeId part = type->elem;
        const PlNode *value = node->kind == PL_NODE_LIST ? pl_node_item(node, i) : &pl_node_at(node, i)->value;
        if (node->kind == PL_NODE_MAP) {
            const PlField *field = NULL;
            for (uint32_t k = 0; k < type->count && !field; k++)
                if (pl_str_eq(type->fields[k].name, pl_pair_key(pl_node_at(node, i)))) field = &type->fields[k];
            part = field ? field->type : type->rest == PL_TYPE_NONE ? PL_T_ANY : type->rest;
        }
        const PlNode *bad = misfit(a, part, value, loose, depth + 1, wanted);
        if (bad) return bad;
    }
    return NULL;
}

static const PlNode *misfit(PlArazzo *a, PlTypeId id, const PlNode *node, bool loose, unsigned depth, PlTypeId *wanted)
{
    const PlType *type = pl_type(a->types, id);
    *wanted = id;
    if (id == PL_T_ANY || type->open || depth > DEEPEST || has_expression(node)) return NULL;
    if (type->kind == PL_TYPE_UNION) {
        for (uint32_t i = 0; i < type->count; i++)
            if (!misfit(a, type->members[i], node, loose, depth + 1, wanted)) return NULL;
        *wanted = id;
        return node;
    }
    if (node->kind == PL_NODE_NULL) return id == PL_T_NOTHING || loose ? NULL : node;
    if (node->kind == PL_NODE_LIST) return type->kind == PL_TYPE_LIST ? part_misfit(a, type, node, loose, depth, wanted) : node;
    if (node->kind == PL_NODE_MAP) return type->kind == PL_TYPE_RECORD ? part_misfit(a, type, node, loose, depth, wanted) : node;
    return fits_scalar(a, type, node, loose) ? NULL : node;
}

const PlNode *pl_arazzo_misfit(PlArazzo *a, PlTypeId type, const PlNode *literal, bool loose, PlTypeId *wanted)
{
    return misfit(a, type, literal, loose, 0, wanted);
}
