/* SPDX-License-Identifier: MIT */
/* Names in expressions: `it` and the bare fields of a list clause, names in scope, the clock, near spellings.
 * NAME := field of `it` | name in scope | now | today. spec/checking.md, "Names". */
#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/prose/prose.h"
#include "vm/base/limits.h"

/* ---- the clock ----------------------------------------------------------------------------------------------------- */

static PlTypeId read_clock(PlExpr *x, PlSymbol *symbol)
{
    x->symbol = symbol;
    x->text = symbol->name;
    return symbol->type;
}

/* ---- unknown names ------------------------------------------------------------------------------------------------- */

/* A name is reported once; further uses of it are places that the answer replaces too. */
static bool was_reported(PlChecker *c, const PlExpr *x)
{
    for (uint32_t i = 0; i < c->reported.len; i++) {
        PlReported *r = &c->reported.items[i];
        if (!pl_str_eq(r->name, x->text)) continue;
        if (r->question) pl_ask_name_also(c, r->question, x->span);
        return true;
    }
    PlReported r = {x->text, NULL};
    pl_vec_push(c->arena, &c->reported, r);
    return false;
}

static PlSymbol *hidden_symbol(const PlChecker *c, PlStr name)
{
    for (uint32_t i = 0; i < c->symbols.len; i++)
        if (c->infos.items[i].left && pl_str_eq(c->symbols.items[i]->name, name)) return c->symbols.items[i];
    return NULL;
}

static void help_near(PlChecker *c, PlDiag *d, const PlExpr *x)
{
    PlStr *words;
    uint32_t count = pl_scope_names(c, &words);
    PlTypeId item = c->frame ? pl_type_without_nothing(c->types, c->frame->type) : PL_T_ANY;
    const PlType *t = pl_type(c->types, item);
    if (t->kind == PL_TYPE_RECORD) {
        PlStr *all = PL_NEW_N(c->arena, PlStr, count + t->count);
        for (uint32_t i = 0; i < t->count; i++) all[i] = t->fields[i].name;
        if (count) memcpy(all + t->count, words, count * sizeof *words);
        words = all;
        count += t->count;
    }
    PlStr near = pl_words_near(x->text, words, count);
    uint32_t function;
    if (pl_str_eq_z(x->text, "error")) {
        pl_diag_help(c->diags, d, "`error` is known inside of `If it fails:`");
    } else if (near.len) {
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
        pl_diag_fix(c->diags, d, x->span, near, false);
        pl_diag_candidate(c->diags, d, near, PL_STR("the nearest name"));
    } else if (pl_expr_builtin(x->text, &function)) {
        pl_diag_help(c->diags, d, "it is a function: `%.*s(...)`", PL_ARG(x->text));
    } else if (c->in_text) {
        pl_diag_help(c->diags, d, "if the braces are text, write `\\{%.*s}`", PL_ARG(x->text));
    } else if (t->kind == PL_TYPE_RECORD && t->count) {
        pl_diag_help(c->diags, d, "the item's fields are: %.*s; or, if text is meant, write \"%.*s\"",
                     PL_ARG(pl_words_fields(c, item)), PL_ARG(x->text));
    } else if (count) {
        pl_diag_help(c->diags, d, "names here are: %.*s; or, if text is meant, write \"%.*s\"",
                     PL_ARG(pl_words_list(c, words, count, 10)), PL_ARG(x->text));
    }
}

static bool is_name_char(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || ch == '_';
}

static bool has_word(PlStr text, PlStr word)
{
    for (size_t at = pl_str_find(text, word, 0); at != PL_STR_NONE; at = pl_str_find(text, word, at + 1)) {
        size_t end = at + word.len;
        if ((at == 0 || !is_name_char(text.ptr[at - 1])) && (end == text.len || !is_name_char(text.ptr[end]))) return true;
    }
    return false;
}

/* Perhaps a step that could not be read would have bound it. */
static bool may_be_lost(const PlChecker *c, PlStr name)
{
    if (c->in_bad) return true;
    for (uint32_t i = 0; i < c->bads.len; i++) {
        PlSpan span = c->bads.items[i];
        if (span.source >= c->diags->sources->all.len) continue;
        PlStr text = pl_str_slice(c->diags->sources->all.items[span.source].text, span.start, span.end);
        if (has_word(text, name)) return true;
    }
    return false;
}

static PlTypeId report_unknown(PlChecker *c, PlExpr *x)
{
    c->missed = true;
    if (may_be_lost(c, x->text)) return pl_expr_bad(x);
    if (was_reported(c, x) || c->diags->questions >= PL_LIMIT_DIAGS) return pl_expr_bad(x);
    PlSymbol *hidden = hidden_symbol(c, x->text);
    PlStep *binder = pl_map_get(&c->binders, x->text);
    if (hidden) {
        PlStep *block = c->infos.items[hidden->id].left;
        if (block->steps.len == 0) return pl_expr_bad(x); /* a block without sub-steps, which was said: this step may belong to it */
        PlDiag *d = PL_REPORT(c->diags, NAME_OUT_OF_BLOCK, x->span, PL_ARG(x->text), PL_ARG(pl_words_step(block)));
        pl_diag_related(c->diags, d, hidden->span, "it is bound here");
        pl_diag_help(c->diags, d, "gather inside of the loop: `Add %.*s to a_list`", PL_ARG(x->text));
    } else if (binder && binder != c->step) {
        PlDiag *d = PL_REPORT(c->diags, USED_BEFORE_BOUND, x->span, PL_ARG(x->text), PL_ARG(pl_words_step(binder)));
        pl_diag_related(c->diags, d, binder->bind.len ? binder->bind_span : binder->span, "bound here");
    } else {
        PlDiag *d = PL_REPORT(c->diags, UNKNOWN_NAME, x->span, PL_ARG(x->text));
        pl_vec_last(&c->reported).question = d;
        pl_ask_name(c, d, x->text, x->span);
        help_near(c, d, x);
        if (!pl_str_eq_z(x->text, "error")) pl_ask_name_candidates(c, d, x->text);
    }
    return pl_expr_bad(x);
}

/* ---- names in scope ------------------------------------------------------------------------------------------------ */

static PlTypeId read_symbol(PlChecker *c, PlExpr *x, PlSymbol *symbol)
{
    PlVar var = pl_flow_var(c, symbol);
    x->symbol = symbol;
    c->infos.items[symbol->id].used = true;
    if (var.bound == PL_BOUND_NO) {
        c->missed = true;
        if (was_reported(c, x)) return pl_expr_bad(x);
        PlDiag *d = PL_REPORT(c->diags, NOT_BOUND_HERE, x->span, PL_ARG(x->text));
        pl_diag_related(c->diags, d, symbol->span, "it is bound here, on another path");
        pl_diag_help(c->diags, d, "bind `%.*s` before, for example `Set %.*s to nothing`", PL_ARG(x->text),
                     PL_ARG(x->text));
        return pl_expr_bad(x);
    }
    PlTypeId type = var.type == c->empty_list ? PL_T_LIST_ANY : var.type;
    if (var.bound == PL_BOUND_MAYBE) type = pl_type_or_nothing(c->types, type);
    if (pl_type_has_nothing(c->types, type) && pl_flow_has_fact(c, pl_narrow_path(c, x)))
        type = pl_type_without_nothing(c->types, type);
    return type;
}

/* The one visible name that is spelled the same but for case and fillers. */
static PlSymbol *same_spelling(PlChecker *c, PlStr name)
{
    PlStr *words;
    uint32_t count = pl_scope_names(c, &words);
    PlSymbol *found = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (!pl_words_same(words[i], name)) continue;
        if (found) return NULL;
        found = pl_scope_find(c, words[i]);
    }
    return found;
}

/* ---- list clauses -------------------------------------------------------------------------------------------------- */

/* The bare field of the item: it.NAME, or x.NAME behind "For each x in ... where". */
static PlTypeId read_bare_field(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    PlExpr *item = pl_expr_new(c->arena, c->frame->named ? PL_EXPR_NAME : PL_EXPR_IT, x->span);
    item->text = c->frame->symbol->name;
    item->text_span = x->span;
    PlExpr *field = pl_expr_field_of(c, item, x->text, PL_T_ANY);
    field->flags = x->flags;
    field->text_span = x->text_span;
    PL_REPORT(c->diags, BARE_FIELD, x->span, PL_ARG(x->text), PL_ARG(item->text), PL_ARG(x->text));
    *slot = field;
    return pl_expr_check(c, slot, PL_TYPE_NONE);
}

/* Does the item have that field for sure? Or, when nothing is known of it, perhaps? */
static bool item_has(PlChecker *c, PlStr name, bool perhaps)
{
    if (!c->frame) return false;
    PlTypeId item = pl_type_without_nothing(c->types, c->frame->type);
    const PlType *t = pl_type(c->types, item);
    if (perhaps) return t->kind == PL_TYPE_ANY || (t->kind == PL_TYPE_RECORD && t->rest != PL_TYPE_NONE);
    if (t->kind == PL_TYPE_RECORD) return pl_type_field(c->types, item, name) != NULL;
    if (t->kind != PL_TYPE_UNION) return false;
    for (uint32_t i = 0; i < t->count; i++)
        if (pl_type_field(c->types, t->members[i], name)) return true;
    return false;
}

/* The item of the innermost loop, where nothing else was made in its body before this step: nothing else can be meant by `it`. */
static PlSymbol *item_meant(const PlChecker *c)
{
    const PlStep *loop = c->loop ? c->loop->step : NULL;
    if (!loop || loop->kind != PL_STEP_EACH || loop->name2.len || !loop->symbol) return NULL;
    for (const PlStep *step = c->step; step && step != loop; step = step->parent)
        for (uint32_t i = 0; step->parent && step->parent->steps.items[i] != step; i++) {
            const PlStep *before = step->parent->steps.items[i];
            if (before->bind.len || before->name.len || before->kind == PL_STEP_ACTION || before->steps.len) return NULL;
        }
    return loop->symbol;
}

PlTypeId pl_expr_it(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    PlSymbol *item = c->frame ? NULL : item_meant(c);
    if (item) {
        PL_REPORT(c->diags, NAME_READ_AS, x->span, 2, "it", PL_ARG(item->name));
        x->kind = PL_EXPR_NAME;
        x->text = item->name;
        return read_symbol(c, x, item);
    }
    if (!c->frame) {
        PlDiag *d = PL_REPORT0(c->diags, IT_OUTSIDE, x->span);
        pl_diag_help(c->diags, d, "name the value that is meant");
        return pl_expr_bad(x);
    }
    if (c->frame->named) {
        PL_REPORT(c->diags, NAME_READ_AS, x->span, 2, "it", PL_ARG(c->frame->symbol->name));
        x->kind = PL_EXPR_NAME;
        x->text = c->frame->symbol->name;
        return read_symbol(c, x, c->frame->symbol);
    }
    x->symbol = c->frame->symbol;
    if (!x->text.len) x->text = PL_STR("it");
    PlTypeId type = c->frame->type;
    if (pl_type_has_nothing(c->types, type) && pl_flow_has_fact(c, pl_narrow_path(c, x)))
        type = pl_type_without_nothing(c->types, type);
    return type;
}

PlTypeId pl_expr_name(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    PlSymbol *symbol = pl_scope_find(c, x->text);
    bool hides = symbol && pl_flow_var(c, symbol).bound != PL_BOUND_NO && !(c->frame && c->frame->symbol == symbol);
    if (item_has(c, x->text, false) && !(c->frame->named && c->frame->symbol == symbol)) {
        if (hides) {
            PlDiag *d = PL_REPORT(c->diags, FIELD_HIDES_NAME, x->span, PL_ARG(x->text));
            pl_diag_related(c->diags, d, symbol->span, "the name is bound here");
            pl_diag_help(c->diags, d, "bind the value to another name before, if that is meant");
        }
        return read_bare_field(c, slot);
    }
    if (symbol) return read_symbol(c, x, symbol);
    if (pl_str_eq_nocase(x->text, PL_STR("now"))) return read_clock(x, c->now);
    if (pl_str_eq_nocase(x->text, PL_STR("today"))) return read_clock(x, c->today);
    if (item_has(c, x->text, true)) return read_bare_field(c, slot);
    symbol = same_spelling(c, x->text);
    if (symbol) {
        PlDiag *d = PL_REPORT(c->diags, NAME_READ_AS, x->span, PL_ARG(x->text), PL_ARG(symbol->name));
        pl_words_exact(c, d, x->span, x->text, symbol->name);
        x->text = symbol->name;
        return read_symbol(c, x, symbol);
    }
    PlExpr *guess = x->flags & PL_EXPR_WORDS ? NULL : pl_expr_guess(c, x); /* a sentence is no field */
    if (guess) {
        PL_REPORT(c->diags, NAME_READ_AS, x->span, PL_ARG(x->text), PL_ARG(pl_words_expr(c, guess)));
        *slot = guess;
        return pl_expr_check(c, slot, PL_TYPE_NONE);
    }
    PlMeant meant = pl_prose_name(c, slot);
    if (meant == PL_MEANT_ONE) return pl_expr_check(c, slot, PL_TYPE_NONE);
    return meant == PL_MEANT_SEVERAL ? pl_expr_bad(x) : report_unknown(c, x);
}
