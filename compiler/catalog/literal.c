/* SPDX-License-Identifier: MIT */
/* Values that stand in documents (defaults, enums, examples) as literals and as JSON text. A tree with aliases may be
 * endless in effect, so the walk has a budget. */
#include "compiler/catalog/schema.h"

enum { MAX_VALUES = 100000, MAX_NESTING = 500, LITERAL_BYTES = 64 * 1024 };

typedef struct Budget {
    uint32_t values, nesting;
} Budget;

static bool put_json(PlBuf *out, const PlNode *node, Budget *budget);

static bool put_list(PlBuf *out, const PlNode *node, Budget *budget)
{
    pl_buf_put_char(out, '[');
    for (uint32_t i = 0; i < node->count; i++) {
        if (i) pl_buf_put_char(out, ',');
        if (!put_json(out, pl_node_item(node, i), budget)) return false;
    }
    pl_buf_put_char(out, ']');
    return true;
}

static bool put_map(PlBuf *out, const PlNode *node, Budget *budget)
{
    bool first = true;
    pl_buf_put_char(out, '{');
    for (uint32_t i = 0; i < node->count; i++) {
        const PlPair *pair = pl_node_at(node, i);
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        if (!first) pl_buf_put_char(out, ',');
        first = false;
        pl_buf_put_json(out, pl_pair_key(pair));
        pl_buf_put_char(out, ':');
        if (!put_json(out, &pair->value, budget)) return false;
    }
    pl_buf_put_char(out, '}');
    return true;
}

static bool put_json(PlBuf *out, const PlNode *node, Budget *budget)
{
    if (out->status != PL_OK || budget->values-- == 0 || budget->nesting-- == 0) return false;
    bool whole = true;
    switch ((PlNodeKind)node->kind) {
    case PL_NODE_NULL: pl_buf_put_z(out, "null"); break;
    case PL_NODE_YESNO: pl_buf_put_z(out, node->as.yes ? "true" : "false"); break;
    case PL_NODE_INT: pl_buf_put_int(out, node->as.integer); break;
    case PL_NODE_NUMBER: pl_buf_put_double(out, node->as.number); break;
    case PL_NODE_TEXT: pl_buf_put_json(out, pl_node_text(node)); break;
    case PL_NODE_LIST: whole = put_list(out, node, budget); break;
    case PL_NODE_MAP: whole = put_map(out, node, budget); break;
    }
    budget->nesting++;
    return whole;
}

PlStr pl_node_json(PlArena *arena, const PlNode *node, size_t limit)
{
    PlBuf buf;
    Budget budget = {MAX_VALUES, MAX_NESTING};
    pl_buf_init(&buf, limit);
    bool whole = put_json(&buf, node, &budget) && buf.status == PL_OK;
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    PlStr text = PL_STR("");
    PlStr *volatile result = &text;
    if (setjmp(escape.at) == 0 && whole) *result = pl_arena_str(arena, pl_buf_str(&buf));
    pl_buf_deinit(&buf);
    pl_arena_set_escape(arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(arena, escape.status);
    return *result;
}

bool pl_schema_literal(PlSchemas *s, const PlNode *node, bool as_text, PlLiteral *out)
{
    *out = (PlLiteral){.kind = PL_LIT_NOTHING};
    bool scalar = node->kind != PL_NODE_NULL && node->kind < PL_NODE_LIST;
    if (scalar && (as_text || node->kind == PL_NODE_TEXT)) {
        out->kind = PL_LIT_TEXT;
        out->as.text = pl_node_raw(node, s->diags->sources);
        return true;
    }
    switch ((PlNodeKind)node->kind) {
    case PL_NODE_YESNO:
        out->kind = PL_LIT_YESNO;
        out->as.yes = node->as.yes;
        break;
    case PL_NODE_INT:
        out->kind = PL_LIT_INT;
        out->as.integer = node->as.integer;
        break;
    case PL_NODE_NUMBER:
        out->kind = PL_LIT_DOUBLE;
        out->as.number = node->as.number;
        break;
    case PL_NODE_LIST:
    case PL_NODE_MAP:
        out->kind = PL_LIT_JSON;
        out->as.text = pl_node_json(s->arena, node, LITERAL_BYTES);
        return out->as.text.len > 0;
    default: break;
    }
    return true;
}
