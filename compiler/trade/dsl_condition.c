/* SPDX-License-Identifier: MIT */
/* Conditions. Ours are expressions; relatives of the format write {field, operator, value}, and lists of them under
 * `and`, `or`, `all`, `any`, `not`. These become the text of an expression, so that there is one reader. */
#include "compiler/trade/dsl_internal.h"

enum { MAX_LEVEL = 16 };

static const struct {
    const char *other, *ours;
    bool unary;
} operators[] = {
    {"equals", "is", false},
    {"eq", "is", false},
    {"==", "is", false},
    {"=", "is", false},
    {"===", "is", false},
    {"is", "is", false},
    {"not_equals", "is not", false},
    {"ne", "is not", false},
    {"neq", "is not", false},
    {"!=", "is not", false},
    {"!==", "is not", false},
    {"gt", ">", false},
    {">", ">", false},
    {"greater_than", ">", false},
    {"gte", ">=", false},
    {">=", ">=", false},
    {"greater_than_or_equal", ">=", false},
    {"lt", "<", false},
    {"<", "<", false},
    {"less_than", "<", false},
    {"lte", "<=", false},
    {"<=", "<=", false},
    {"less_than_or_equal", "<=", false},
    {"contains", "contains", false},
    {"includes", "contains", false},
    {"not_contains", "does not contain", false},
    {"in", "in", false},
    {"not_in", "not in", false},
    {"starts_with", "starts with", false},
    {"ends_with", "ends with", false},
    {"matches", "matches", false},
    {"regex", "matches", false},
    {"is_empty", "is empty", true},
    {"empty", "is empty", true},
    {"is_not_empty", "is not empty", true},
    {"not_empty", "is not empty", true},
    {"exists", "exists", true},
    {"is_not_null", "exists", true},
    {"not_exists", "is missing", true},
    {"is_null", "is missing", true},
    {"is_true", "is yes", true},
    {"is_false", "is no", true},
};

static void put_path(PlBuf *out, PlStr s)
{
    bool template = pl_str_starts(s, PL_STR("{{")) && pl_str_find(s, PL_STR("}}"), 0) + 2 == s.len;
    pl_buf_put(out, template ? pl_str_slice(s, 2, s.len - 2) : s);
}

static void put_value(PlBuf *out, PlDslReader *r, const PlNode *node)
{
    PlStr s = pl_node_text(node);
    if (s.len && pl_str_starts(s, PL_STR("{{"))) {
        put_path(out, s);
    } else if (pl_node_is(node, PL_NODE_TEXT)) {
        pl_buf_put_json(out, s);
    } else {
        bool plain = node && node->kind < PL_NODE_LIST;
        pl_buf_put(out, !node || node->kind == PL_NODE_NULL ? PL_STR("nothing")
                        : plain                             ? pl_node_raw(node, r->diags->sources)
                                                            : PL_STR("[]"));
    }
}

static bool put_condition(PlBuf *out, PlDslReader *r, const PlNode *node, unsigned level);

static bool put_group(PlBuf *out, PlDslReader *r, const PlNode *list, const char *word, unsigned level)
{
    bool some = false;
    for (uint32_t i = 0; i < pl_node_count(list) && list->kind == PL_NODE_LIST; i++) {
        if (some) pl_buf_printf(out, " %s ", word);
        pl_buf_put_char(out, '(');
        if (!put_condition(out, r, pl_node_item(list, i), level + 1)) return false;
        pl_buf_put_char(out, ')');
        some = true;
    }
    return some;
}

static bool put_compare(PlBuf *out, PlDslReader *r, const PlNode *node)
{
    PlStr field = pl_dsl_member_text(node, "field|left|lhs|path|variable|operand"),
          op = pl_dsl_member_text(node, "operator|op|comparator");
    if (!field.len || !op.len) return false;
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        if (!pl_str_eq_nocase(op, pl_str_z(operators[i].other))) continue;
        put_path(out, field);
        pl_buf_printf(out, " %s", operators[i].ours);
        if (operators[i].unary) return true;
        pl_buf_put_char(out, ' ');
        put_value(out, r, pl_dsl_member(node, "value|right|rhs"));
        return true;
    }
    return false;
}

/* False when it is no condition. */
static bool put_condition(PlBuf *out, PlDslReader *r, const PlNode *node, unsigned level)
{
    if (level > MAX_LEVEL || !node) return false;
    if (node->kind == PL_NODE_TEXT) {
        put_path(out, pl_str_trim(pl_node_text(node)));
        return true;
    }
    if (node->kind == PL_NODE_YESNO) {
        pl_buf_put_z(out, node->as.yes ? "yes" : "no");
        return true;
    }
    if (node->kind == PL_NODE_LIST) return put_group(out, r, node, "and", level);
    if (node->kind != PL_NODE_MAP) return false;
    PlNode *all = pl_dsl_member(node, "and|all|conditions"), *any = pl_dsl_member(node, "or|any"),
           *no = pl_dsl_member(node, "not");
    PlStr kind = pl_dsl_member_text(node, "conditionType|logic|type|operator");
    bool either = pl_str_eq_nocase(kind, PL_STR("or")) || pl_str_eq_nocase(kind, PL_STR("any")) ||
                  pl_str_eq_nocase(kind, PL_STR("complex_or"));
    if (all) return put_group(out, r, all, either ? "or" : "and", level);
    if (any) return put_group(out, r, any, "or", level);
    if (no) {
        pl_buf_put_z(out, "not (");
        if (!put_condition(out, r, no, level + 1)) return false;
        pl_buf_put_char(out, ')');
        return true;
    }
    PlNode *inner = pl_dsl_member(node, "condition|expression|if");
    if (inner) return put_condition(out, r, inner, level + 1);
    return put_compare(out, r, node);
}

PlExpr *pl_dsl_read_condition(PlDslReader *r, const PlNode *node)
{
    if (!node || node->kind == PL_NODE_NULL) return NULL;
    if (node->kind == PL_NODE_TEXT) return pl_dsl_read_words(r, node);
    PlBuf buf;
    pl_buf_init(&buf, 0);
    bool good = put_condition(&buf, r, node, 0) && buf.status == PL_OK;
    if (!good) {
        pl_buf_deinit(&buf);
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "condition",
                  "an expression, or {field, operator, value}");
        return pl_dsl_name_expr(r, PL_STR("condition")); /* which nothing binds */
    }
    char *copy = pl_arena_alloc(r->arena, buf.len + 1, 1);
    memcpy(copy, buf.ptr, buf.len);
    PlStr text = pl_str(copy, buf.len);
    pl_buf_deinit(&buf);
    return pl_dsl_read_text_as_words(r, text, pl_node_span(node));
}
