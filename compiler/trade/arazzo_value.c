/* SPDX-License-Identifier: MIT */
/* Values and conditions. A text that begins with `$` is a runtime expression, one with `{$...}` in it a text with
 * holes; lists and maps are walked. A condition is rewritten as text, its runtime expressions as paths, and read by
 * the plan's own parser: the operators are the same. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/syntax/parse.h"
#include "compiler/syntax/print_expr.h"
#include "vm/base/limits.h"

/* ---- nodes ---- */

static PlExpr *literal(PlArazzo *a, PlLiteralKind kind)
{
    PlExpr *e = pl_expr_new(a->arena, PL_EXPR_LITERAL, PL_NO_SPAN);
    e->depth = 1;
    e->literal.kind = kind;
    return e;
}

PlExpr *pl_arazzo_text_expr(PlArazzo *a, PlStr text)
{
    PlExpr *e = literal(a, PL_LIT_TEXT);
    e->literal.as.text = text;
    return e;
}

PlExpr *pl_arazzo_int_expr(PlArazzo *a, int64_t n)
{
    PlExpr *e = literal(a, PL_LIT_INT);
    e->literal.as.integer = n;
    return e;
}

PlExpr *pl_arazzo_duration_expr(PlArazzo *a, double seconds)
{
    PlExpr *e = literal(a, PL_LIT_DURATION);
    bool sane = seconds > 0 && seconds < 1e9;
    e->literal.as.integer = sane ? (int64_t)(seconds * 1000) * 1000 : 1000000;
    return e;
}

PlExpr *pl_arazzo_name_expr(PlArazzo *a, PlStr name)
{
    PlExpr *e = pl_expr_new(a->arena, PL_EXPR_NAME, PL_NO_SPAN);
    e->depth = 1;
    e->text = name;
    return e;
}

PlExpr *pl_arazzo_node_expr(PlArazzo *a, PlExprKind kind, PlExpr *left, PlExpr *right)
{
    PlExpr *e = pl_expr_new(a->arena, kind, PL_NO_SPAN);
    e->left = left;
    e->right = right;
    uint32_t l = left ? left->depth : 0, r = right ? right->depth : 0;
    e->depth = 1 + (l > r ? l : r);
    return e;
}

/* ---- values ---- */

static void push(PlArazzo *a, PlExpr *text, PlExpr *item)
{
    pl_vec_push(a->arena, &text->items, item);
    if (item->depth + 1 > text->depth) text->depth = item->depth + 1;
}

/* The whole text is one expression: names in it may have any character. "$100" is a text. */
static bool is_expression(PlStr s)
{
    static const char *const begins[] = {"$inputs.",  "$steps.",     "$response.",   "$request.",
                                         "$outputs.", "$workflows.", "$components.", "$sourceDescriptions.",
                                         "$message."};
    for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
        if (pl_str_starts(s, pl_str_z(begins[i])))
            return pl_str_find_char(s, ' ', 0) == PL_STR_NONE || pl_arazzo_expression_end(s, 0) == s.len;
    return pl_str_eq_z(s, "$url") || pl_str_eq_z(s, "$method") || pl_str_eq_z(s, "$statusCode") ||
           pl_str_eq_z(s, "$self");
}

static PlArazzoValue text_value(PlArazzoFlow *f, PlStr s, PlSpan span)
{
    if (is_expression(s)) return pl_arazzo_expression(f, s, span);
    PlExpr *text = pl_expr_new(f->a->arena, PL_EXPR_TEXT, span);
    size_t kept = 0;
    for (size_t at = 0; (at = pl_str_find(s, PL_STR("{$"), at)) != PL_STR_NONE;) {
        size_t end = pl_str_find_char(s, '}', at);
        if (end == PL_STR_NONE) break;
        if (at > kept) push(f->a, text, pl_arazzo_text_expr(f->a, pl_str_slice(s, kept, at)));
        PlArazzoValue v = pl_arazzo_expression(f, pl_str_slice(s, at + 1, end), span);
        if (v.input) v.input->needed = true;
        push(f->a, text, v.expr ? v.expr : pl_arazzo_text_expr(f->a, pl_str_slice(s, at, end + 1)));
        at = kept = end + 1;
    }
    if (!text->items.len) return (PlArazzoValue){.expr = pl_arazzo_text_expr(f->a, s), .type = PL_T_TEXT};
    if (kept < s.len) push(f->a, text, pl_arazzo_text_expr(f->a, pl_str_slice(s, kept, s.len)));
    return (PlArazzoValue){.expr = text, .type = PL_T_TEXT};
}

static PlArazzoValue scalar(PlArazzoFlow *f, const PlNode *node)
{
    PlExpr *e = literal(f->a, PL_LIT_NOTHING);
    PlTypeId type = PL_T_NOTHING;
    if (node->kind == PL_NODE_YESNO) {
        e->literal.kind = PL_LIT_YESNO;
        e->literal.as.yes = node->as.yes;
        type = PL_T_YESNO;
    } else if (node->kind == PL_NODE_INT) {
        e->literal.kind = PL_LIT_INT;
        e->literal.as.integer = node->as.integer;
        type = PL_T_INTEGER;
    } else if (node->kind == PL_NODE_NUMBER) {
        e->literal.kind = PL_LIT_DOUBLE;
        e->literal.as.number = node->as.number;
        type = PL_T_NUMBER;
    }
    return (PlArazzoValue){.expr = e, .type = type};
}

static PlArazzoValue value_at(PlArazzoFlow *f, const PlNode *node, unsigned level)
{
    PlArazzo *a = f->a;
    if (node->kind == PL_NODE_TEXT) return text_value(f, pl_node_text(node), pl_node_span(node));
    if (node->kind < PL_NODE_LIST) return scalar(f, node);
    bool list = node->kind == PL_NODE_LIST;
    if (level == 0 && !list && PL_GET(node, "context") && PL_GET(node, "selector")) { /* Arazzo 1.1 section 4.6.12 */
        pl_arazzo_loss(a, pl_node_span(node), PL_STR("a selector has no counterpart in a plan"));
        return (PlArazzoValue){.type = PL_T_ANY};
    }
    PlExpr *e = pl_arazzo_node_expr(a, list ? PL_EXPR_LIST : PL_EXPR_RECORD, NULL, NULL);
    for (uint32_t i = 0; i < node->count && level < PL_LIMIT_EXPR_DEPTH / 2; i++) {
        const PlNode *item = list ? pl_node_item(node, i) : &pl_node_at(node, i)->value;
        if (item->flags & PL_NODE_SHADOWED) continue;
        PlArazzoValue v = value_at(f, item, level + 1);
        if (!v.expr) v.expr = literal(a, PL_LIT_NOTHING);
        if (v.input) v.input->needed = true;
        if (list)
            pl_vec_push(a->arena, &e->items, v.expr);
        else
            pl_vec_push(a->arena, &e->fields,
                        (PlRecordField){pl_pair_key(pl_node_at(node, i)), pl_node_span(item), v.expr});
        if (v.expr->depth + 1 > e->depth) e->depth = v.expr->depth + 1;
    }
    return (PlArazzoValue){.expr = e, .type = list ? PL_T_LIST_ANY : PL_T_RECORD_ANY};
}

PlArazzoValue pl_arazzo_value(PlArazzoFlow *f, const PlNode *node)
{
    return value_at(f, node, 0);
}

/* ---- conditions ---- */

/* The next runtime expression outside of quotes. */
static size_t next_expression(PlStr s, size_t at)
{
    char quote = 0;
    for (; at < s.len; at++) {
        char c = s.ptr[at];
        if (quote)
            quote = c == quote ? 0 : quote;
        else if (c == '\'' || c == '"')
            quote = c;
        else if (c == '$')
            return at;
    }
    return PL_STR_NONE;
}

static bool put_condition(PlArazzoFlow *f, PlBuf *out, PlStr s, PlSpan span)
{
    size_t kept = 0, at = 0;
    while ((at = next_expression(s, at)) != PL_STR_NONE) {
        size_t end = pl_arazzo_expression_end(s, at);
        size_t from = at > kept && s.ptr[at - 1] == '{' && end < s.len && s.ptr[end] == '}' ? at - 1 : at;
        PlArazzoValue v = pl_arazzo_expression(f, pl_str_slice(s, at, end), span);
        if (!v.expr) return false;
        if (v.input) v.input->needed = true;
        pl_buf_put(out, pl_str_slice(s, kept, from));
        pl_print_expr_at(out, v.expr, PL_LEVEL_POSTFIX);
        at = kept = end + (from < at);
    }
    pl_buf_put(out, pl_str_slice(s, kept, s.len));
    return out->status == PL_OK;
}

PlExpr *pl_arazzo_condition(PlArazzoFlow *f, PlStr text, PlSpan span)
{
    PlArazzo *a = f->a;
    PlBuf buf;
    pl_buf_init(&buf, 0);
    bool good = put_condition(f, &buf, text, span);
    char *copy = pl_arena_alloc(a->arena, buf.len + 1, 1);
    if (buf.len) memcpy(copy, buf.ptr, buf.len);
    PlStr words = pl_str(copy, buf.len);
    pl_buf_deinit(&buf);
    if (!good) return NULL;
    PlDiags quiet;
    pl_diags_init(&quiet, a->arena, a->diags->sources);
    PlExpr *e = pl_parse_expr(a->arena, &quiet, pl_sources_add(a->diags->sources, PL_STR("condition"), words));
    if (e && !quiet.errors) return e;
    PL_REPORT(a->diags, ARAZZO_EXPRESSION, span, PL_ARG(text));
    return NULL;
}
