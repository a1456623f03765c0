/* SPDX-License-Identifier: MIT */
/* `For each section in [("Features", features), ("Fixes", fixes)]`: rows of a text and something else that the body calls by words ("the
 * section's list", `{section name}`) are records with these words as fields, in the exact form too. Before names are resolved; rows that the
 * body reads in any other way stay as they are. */
#include "compiler/check/tuple.h"

#include "compiler/check/tree.h"
#include "compiler/check/expr.h"

typedef struct Tuple {
    PlChecker *c;
    PlStep *loop;
    uint32_t text;    /* which of the two is the text */
    PlStr name, rest; /* what the body calls them */
    bool lost;        /* it calls them otherwise too */
} Tuple;

static bool is_one_of(PlStr word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_str_eq_nocase(word, pl_str_z(words[i]))) return true;
    return false;
}
#define ONE_OF(word, words) is_one_of((word), (words), sizeof(words) / sizeof *(words))

static void hear(Tuple *t, PlStr word)
{
    static const char *const names[] = {"name", "title", "heading", "label", "header", "key", "text", "caption", "section", "topic"};
    static const char *const lists[] = {"list", "items", "entries", "values", "rows", "elements", "contents", "data", "records"};
    bool name = ONE_OF(word, names), list = ONE_OF(word, lists);
    PlStr *known = name ? &t->name : &t->rest;
    if ((!name && !list) || (known->len && !pl_str_eq(*known, word))) t->lost = true;
    else *known = word;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* "{section name}", "{section's name}" in a text: where the braces stand; false when there are none. */
static bool braces(PlStr text, PlStr item, size_t *from, size_t *to, PlStr *word)
{
    for (size_t at = pl_str_find_char(text, '{', 0); at != PL_STR_NONE; at = pl_str_find_char(text, '{', at + 1)) {
        size_t i = at + 1 + item.len;
        if (i >= text.len || !pl_str_eq(pl_str_slice(text, at + 1, i), item)) continue;
        if (pl_str_starts(pl_str_slice(text, i, text.len), PL_STR("'s"))) i += 2;
        if (i >= text.len || text.ptr[i] != ' ') continue;
        size_t start = ++i;
        while (i < text.len && is_word(text.ptr[i])) i++;
        if (i == start || i >= text.len || text.ptr[i] != '}') continue;
        *from = at;
        *to = i + 1;
        *word = pl_str_slice(text, start, i);
        return true;
    }
    return false;
}

static bool is_text(const PlExpr *x)
{
    return x->kind == PL_EXPR_TEXT || (x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_TEXT);
}

static void listen(void *context, PlExpr **slot)
{
    Tuple *t = context;
    const PlExpr *x = *slot;
    PlStr item = t->loop->name, word;
    size_t from, to;
    if (x->kind == PL_EXPR_FIELD && x->left->kind == PL_EXPR_NAME && pl_str_eq(x->left->text, item)) {
        hear(t, x->text);
        return;
    }
    bool parted = x->kind == PL_EXPR_NAME && x->text.len > item.len + 1 && x->text.ptr[item.len] == '_' && pl_str_starts(x->text, item);
    if (parted) hear(t, pl_str_slice(x->text, item.len + 1, x->text.len));
    t->lost |= x->kind == PL_EXPR_NAME && pl_str_eq(x->text, item); /* as a whole, or by index */
    if (x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_TEXT && braces(x->literal.as.text, item, &from, &to, &word)) hear(t, word);
    pl_tree_operands(*slot, listen, t);
}

static PlExpr *literal_text(Tuple *t, PlSpan span, PlStr text)
{
    return pl_expr_literal(t->c, span, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = text}, PL_T_TEXT);
}

/* The words in braces become fields. */
static void say_fields(void *context, PlExpr **slot)
{
    Tuple *t = context;
    PlExpr *x = *slot;
    PlStr word;
    size_t from, to;
    pl_tree_operands(x, say_fields, t);
    if (x->kind != PL_EXPR_LITERAL || x->literal.kind != PL_LIT_TEXT) return;
    PlStr text = x->literal.as.text;
    PlExpr *whole = pl_expr_new(t->c->arena, PL_EXPR_TEXT, x->span);
    while (braces(text, t->loop->name, &from, &to, &word)) {
        if (from) pl_vec_push(t->c->arena, &whole->items, literal_text(t, x->span, pl_str_slice(text, 0, from)));
        PlExpr *field = pl_expr_field_of(t->c, pl_expr_name_of(t->c, x->span, t->loop->name), word, PL_T_ANY);
        PL_REPORT(t->c->diags, READ_AS, x->span, PL_ARG(pl_str_slice(text, from, to)), PL_ARG(pl_words_expr(t->c, field)));
        pl_vec_push(t->c->arena, &whole->items, field);
        text = pl_str_slice(text, to, text.len);
    }
    if (!whole->items.len) return;
    if (text.len) pl_vec_push(t->c->arena, &whole->items, literal_text(t, x->span, text));
    *slot = whole;
}

static void walk(Tuple *t, PlStep *const *steps, uint32_t count, PlTreeVisit visit)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], visit, t);
        walk(t, steps[i]->steps.items, steps[i]->steps.len, visit);
    }
}

/* Rows of two, of which the same one is a text everywhere and the other nowhere. */
static bool is_table(const PlExpr *list, uint32_t *text)
{
    if (!list || list->kind != PL_EXPR_LIST || !list->items.len) return false;
    bool texts[2] = {true, true}, others[2] = {true, true};
    for (uint32_t i = 0; i < list->items.len; i++) {
        const PlExpr *row = list->items.items[i];
        if (row->kind != PL_EXPR_LIST || row->items.len != 2) return false;
        for (uint32_t k = 0; k < 2; k++) {
            texts[k] &= is_text(row->items.items[k]);
            others[k] &= !is_text(row->items.items[k]);
        }
    }
    *text = texts[0] ? 0 : 1;
    return (texts[0] && others[1]) || (texts[1] && others[0]);
}

static void become_records(Tuple *t)
{
    PlExpr *list = t->loop->value;
    PlStr was = pl_words_expr(t->c, list), names[2];
    names[t->text] = t->name.len ? t->name : PL_STR("name");
    names[1 - t->text] = t->rest.len ? t->rest : PL_STR("list");
    for (uint32_t i = 0; i < list->items.len; i++) {
        PlExpr *row = list->items.items[i];
        for (uint32_t k = 0; k < 2; k++) {
            PlRecordField field = {names[k], row->span, row->items.items[k]};
            pl_vec_push(t->c->arena, &row->fields, field);
        }
        row->kind = PL_EXPR_RECORD;
        row->items.len = 0;
    }
    PL_REPORT(t->c->diags, READ_AS, list->span, PL_ARG(was), PL_ARG(pl_words_expr(t->c, list)));
    walk(t, t->loop->steps.items, t->loop->steps.len, say_fields);
}

void pl_tuple_read(PlChecker *c, PlStep *loop)
{
    Tuple t = {.c = c, .loop = loop};
    if (loop->kind != PL_STEP_EACH || loop->name2.len || loop->cond || !is_table(loop->value, &t.text)) return;
    walk(&t, loop->steps.items, loop->steps.len, listen);
    if (!t.lost && (t.name.len || t.rest.len)) become_records(&t);
}
