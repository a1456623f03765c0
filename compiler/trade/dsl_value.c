/* SPDX-License-Identifier: MIT */
/* Values of a plan as JSON. Texts, numbers, lists and records are what they are; a text with holes keeps them as
 * `{{expr}}`; anything else is one template, `"{{expr}}"`, whose inside is exact source. Where a text could be taken
 * for a template, it is one: `{{"..."}}`. */
#include "compiler/syntax/print_expr.h"
#include "compiler/trade/dsl_internal.h"

static void put_expr(PlBuf *buf, const PlExpr *e)
{
    bool brackets = e->flags & PL_EXPR_PARENS;
    if (brackets) pl_buf_put_char(buf, '(');
    pl_print_expr(buf, e);
    if (brackets) pl_buf_put_char(buf, ')');
}

static PlStr take(PlArena *arena, PlBuf *buf)
{
    PlStatus status = buf->status;
    PlStr text = status == PL_OK ? pl_arena_str(arena, pl_buf_str(buf)) : PL_STR("");
    pl_buf_deinit(buf);
    if (status != PL_OK) pl_arena_escape(arena, status);
    return text;
}

static bool is_text(const PlExpr *e)
{
    return e->kind == PL_EXPR_LITERAL && e->literal.kind == PL_LIT_TEXT;
}

/* Whether the text's pieces can stand between templates as they are. */
static bool plain_holes(const PlExpr *e)
{
    bool text = false;
    uint32_t holes = 0;
    for (uint32_t i = 0; i < e->items.len; i++) {
        const PlExpr *item = e->items.items[i];
        if (!is_text(item)) {
            holes++;
            continue;
        }
        PlStr s = item->literal.as.text;
        if (pl_str_find(s, PL_STR("{{"), 0) != PL_STR_NONE) return false;
        bool before_hole = i + 1 < e->items.len;
        if (before_hole && s.len && s.ptr[s.len - 1] == '{') return false;
        text = text || s.len;
    }
    return text || holes > 1;
}

static void put_holes(PlBuf *buf, const PlExpr *e)
{
    for (uint32_t i = 0; i < e->items.len; i++) {
        const PlExpr *item = e->items.items[i];
        if (is_text(item)) {
            pl_buf_put(buf, item->literal.as.text);
            continue;
        }
        pl_buf_put_z(buf, "{{");
        put_expr(buf, item);
        pl_buf_put_z(buf, "}}");
    }
}

static PlStr template_of(PlArena *arena, const PlExpr *e)
{
    PlBuf buf;
    pl_buf_init(&buf, 0);
    if (e->kind == PL_EXPR_TEXT && plain_holes(e)) {
        put_holes(&buf, e);
    } else {
        pl_buf_put_z(&buf, "{{");
        put_expr(&buf, e);
        pl_buf_put_z(&buf, "}}");
    }
    return take(arena, &buf);
}

static bool literal(PlDslWriter *w, const PlLiteral *l)
{
    PlBuf *buf = w->out.buf;
    switch (l->kind) {
    case PL_LIT_NOTHING: pl_buf_put_z(buf, "null"); return true;
    case PL_LIT_YESNO: pl_buf_put_z(buf, l->as.yes ? "true" : "false"); return true;
    case PL_LIT_INT: pl_buf_put_int(buf, l->as.integer); return true;
    case PL_LIT_TEXT:
        if (pl_str_find(l->as.text, PL_STR("{{"), 0) != PL_STR_NONE) return false;
        pl_buf_put_json(buf, l->as.text);
        return true;
    default: return false;
    }
}

static void value(PlDslWriter *w, const PlExpr *e)
{
    static const PlStr none = {NULL, 0};
    if (e->kind == PL_EXPR_LITERAL && e->literal.kind == PL_LIT_DOUBLE) {
        pl_print_expr(w->out.buf, e);
        return;
    }
    if (e->kind == PL_EXPR_LITERAL && literal(w, &e->literal)) return;
    if (e->kind != PL_EXPR_LIST && e->kind != PL_EXPR_RECORD) {
        pl_buf_put_json(w->out.buf, template_of(w->arena, e));
        return;
    }
    bool list = e->kind == PL_EXPR_LIST;
    pl_buf_put_char(w->out.buf, list ? '[' : '{');
    w->out.depth++;
    w->out.first = true;
    for (uint32_t i = 0; list && i < e->items.len; i++) pl_dsl_value(w, none, e->items.items[i]);
    for (uint32_t i = 0; !list && i < e->fields.len; i++)
        pl_dsl_value(w, e->fields.items[i].name, e->fields.items[i].value);
    pl_json_out_end(&w->out, list ? ']' : '}');
}

void pl_dsl_value(PlDslWriter *w, PlStr key, const PlExpr *e)
{
    if (key.ptr)
        pl_json_out_key(&w->out, key);
    else
        pl_json_out_next(&w->out, NULL);
    value(w, e);
}

void pl_dsl_words(PlDslWriter *w, const char *key, const PlExpr *expr)
{
    if (!expr) return;
    if (expr->kind == PL_EXPR_LITERAL && expr->literal.kind == PL_LIT_INT) {
        pl_json_out_int(&w->out, key, expr->literal.as.integer);
        return;
    }
    PlBuf buf;
    pl_buf_init(&buf, 0);
    put_expr(&buf, expr);
    pl_json_out_text(&w->out, key, take(w->arena, &buf));
}

void pl_dsl_type(PlDslWriter *w, const char *key, const PlTypeExpr *type)
{
    if (!type) return;
    PlBuf buf;
    pl_buf_init(&buf, 0);
    pl_print_type_expr(&buf, type);
    pl_json_out_text(&w->out, key, take(w->arena, &buf));
}
