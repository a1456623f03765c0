/* SPDX-License-Identifier: MIT */
/* Making a checked expression usable where a type is wanted: nothing to do, a conversion that is written into the plan, a check at run time,
 * or an error with the path that decides. spec/types.md, "Usable" and "Conversions". */
#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/check/scope.h"
#include "compiler/prose/prose.h"

static PlStr words(PlChecker *c, PlTypeId type)
{
    return pl_words_type(c, type);
}

static void note_read_as(PlChecker *c, const PlExpr *old, const PlExpr *new_one, const char *why)
{
    PlStr from = pl_words_expr(c, old), to = pl_words_expr(c, new_one);
    PlDiag *d = PL_REPORT(c->diags, READ_AS, old->span, PL_ARG(from), PL_ARG(to));
    pl_diag_label(c->diags, d, "%s", why);
}

/* ---- errors ------------------------------------------------------------------------------------------------------ */

static void help_for(PlChecker *c, PlDiag *d, const PlExpr *x, PlTypeId found, PlTypeId want)
{
    const PlType *f = pl_type(c->types, found), *w = pl_type(c->types, want);
    PlStr source = pl_words_expr(c, x);
    if (f->kind == PL_TYPE_NOTHING)
        pl_diag_help(c->diags, d, "give a value, or leave it out");
    else if (f->kind == PL_TYPE_LIST && w->kind != PL_TYPE_LIST)
        pl_diag_help(c->diags, d, "take one, `first(%.*s)`, or put the step into `For each item in %.*s:`",
                     PL_ARG(source), PL_ARG(source));
    else if ((f->kind == PL_TYPE_DATETIME || f->kind == PL_TYPE_DATE) && (w->kind == PL_TYPE_NUMBER || w->kind == PL_TYPE_INTEGER))
        pl_diag_help(c->diags, d, "for the seconds since 1970 write `to_unix(%.*s)`", PL_ARG(source));
    else if (f->kind == PL_TYPE_RECORD && f->count > 0)
        pl_diag_help(c->diags, d, "name one of its fields: " PL_FMT, PL_ARG(pl_words_fields(c, found)));
    else if (f->kind == PL_TYPE_TEXT && (w->kind == PL_TYPE_NUMBER || w->kind == PL_TYPE_INTEGER))
        pl_diag_help(c->diags, d, "convert it: `number(%.*s)`", PL_ARG(source));
}

static void report_not_usable(PlChecker *c, const PlExpr *x, PlTypeId want, PlStr what, const PlUsableWhy *why)
{
    PlTypeId shown = x->type == PL_T_NOTHING
                         ? want
                         : pl_type_without_nothing(c->types, want); /* that it may be left out helps nobody */
    PlDiag *d =
        PL_REPORT(c->diags, NOT_USABLE, x->span, PL_ARG(what), PL_ARG(words(c, shown)), PL_ARG(words(c, x->type)));
    if (!why->path.len) {
        help_for(c, d, x, pl_type_without_nothing(c->types, x->type), pl_type_without_nothing(c->types, want));
    } else if (pl_type(c->types, why->found)->kind == PL_TYPE_NOTHING) {
        pl_diag_label(c->diags, d, "`%.*s` is missing: wanted %.*s", PL_ARG(why->path), PL_ARG(words(c, why->wanted)));
    } else if (pl_type(c->types, why->wanted)->kind == PL_TYPE_NOTHING) {
        pl_diag_label(c->diags, d, "`%.*s` is not accepted there", PL_ARG(why->path));
    } else {
        pl_diag_label(c->diags, d, "`%.*s` is %.*s, wanted %.*s", PL_ARG(why->path), PL_ARG(words(c, why->found)),
                      PL_ARG(words(c, why->wanted)));
    }
}

/* ---- conversions written into the plan ----------------------------------------------------------------------------- */

static bool is_timelike(PlTypeKind kind)
{
    return kind == PL_TYPE_DATETIME || kind == PL_TYPE_DATE || kind == PL_TYPE_DURATION;
}

/* The one list among the fields of a record, or NULL. */
static const PlField *only_list(PlChecker *c, PlTypeId record)
{
    const PlType *t = pl_type(c->types, record);
    const PlField *found = NULL;
    for (uint32_t i = 0; t->kind == PL_TYPE_RECORD && i < t->count; i++) {
        PlTypeId type = pl_type_without_nothing(c->types, t->fields[i].type);
        if (pl_type(c->types, type)->kind != PL_TYPE_LIST) continue;
        if (found) return NULL;
        found = &t->fields[i];
    }
    return found;
}

static bool replace_by_field(PlChecker *c, PlExpr **slot, const PlField *field, const char *why)
{
    PlExpr *old = *slot, *x = pl_expr_field_of(c, old, field->name, field->type);
    x->optional = !field->required;
    if (x->optional) x->type = pl_type_or_nothing(c->types, field->type);
    note_read_as(c, old, x, why);
    *slot = x;
    return true;
}

/* Does the parameter or field that `what` has in back-ticks name an id: id, order_id, orderId, uuid? */
static bool wants_id(PlStr what)
{
    size_t start = pl_str_find_char(what, '`', 0), end = PL_STR_NONE;
    if (start != PL_STR_NONE) end = pl_str_find_char(what, '`', start + 1);
    if (end == PL_STR_NONE || end < start + 3) return false;
    PlStr name = pl_str_slice(what, start + 1, end), tail = pl_str_slice(name, name.len - 2, name.len);
    if (pl_str_eq_nocase(name, PL_STR("uuid")) || pl_str_eq_nocase(name, PL_STR("identifier"))) return true;
    if (!pl_str_eq_nocase(tail, PL_STR("id"))) return false;
    return name.len == 2 || tail.ptr[0] == 'I' || name.ptr[name.len - 3] == '_' || name.ptr[name.len - 3] == '-';
}

/* Rule: a record with exactly one list where a list is wanted; a record with `id` where an id is; a list of one where its item is. */
static bool unwrap(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    PlExpr *x = *slot;
    PlTypeId found = pl_type_without_nothing(c->types, x->type), wanted = pl_type_without_nothing(c->types, want);
    PlTypeKind w = pl_type(c->types, wanted)->kind;
    if (pl_type(c->types, found)->kind == PL_TYPE_RECORD) {
        const PlField *list = w == PL_TYPE_LIST ? only_list(c, found) : NULL;
        if (list && pl_usable(c->arena, c->types, list->type, want, NULL) != PL_USABLE_NO)
            return replace_by_field(c, slot, list, "the record's only list is meant");
        bool plain = w == PL_TYPE_TEXT || w == PL_TYPE_INTEGER || w == PL_TYPE_NUMBER;
        const PlField *id = plain && wants_id(what) ? pl_type_field(c->types, found, PL_STR("id")) : NULL;
        if (id && pl_usable(c->arena, c->types, id->type, want, NULL) != PL_USABLE_NO)
            return replace_by_field(c, slot, id, "the record's id is meant");
        return false;
    }
    if (x->kind != PL_EXPR_LIST || x->items.len != 1 || w == PL_TYPE_LIST) return false;
    note_read_as(c, x, x->items.items[0], "one value is wanted, not a list");
    *slot = x->items.items[0];
    return true;
}

static bool is_text(PlChecker *c, PlTypeId type)
{
    return pl_type(c->types, type)->kind == PL_TYPE_TEXT;
}

/* Rule: where a list of anything is wanted, the answer that only wraps a list of records ("items", "next_page") gives that list. What has an id is a thing
 * of its own, which happens to hold a list: it stays one item. */
static const PlField *wrapped_list(PlChecker *c, PlTypeId found, PlTypeId wanted)
{
    if (pl_type(c->types, pl_type(c->types, wanted)->elem)->kind != PL_TYPE_ANY) return NULL;
    if (pl_type(c->types, found)->kind != PL_TYPE_RECORD || pl_type_field(c->types, found, PL_STR("id"))) return NULL;
    const PlField *list = only_list(c, found);
    if (!list) return NULL;
    PlTypeId elem = pl_type(c->types, pl_type_without_nothing(c->types, list->type))->elem;
    return pl_type(c->types, pl_type_without_nothing(c->types, elem))->kind == PL_TYPE_RECORD ? list : NULL;
}

/* Rule: a conversion of a whole value is written into the plan, `text(n)` or `[x]`; one inside of a value is a COERCE, which has no spelling. */
static void convert(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    PlExpr *old = *slot;
    PlTypeId wanted = pl_type_without_nothing(c->types, want);
    PlTypeKind found = pl_type(c->types, old->type)->kind, w = pl_type(c->types, wanted)->kind;
    if (w == PL_TYPE_LIST && found != PL_TYPE_LIST && found != PL_TYPE_UNION) {
        const PlField *wrapped = wrapped_list(c, old->type, wanted);
        if (wrapped && replace_by_field(c, slot, wrapped, "the record's only list is meant")) {
            pl_expr_fit(c, slot, want, what);
            return;
        }
        PlExpr *list = pl_expr_new(c->arena, PL_EXPR_LIST, old->span);
        pl_vec_push(c->arena, &list->items, old);
        list->type = pl_type_list(c->types, old->type);
        note_read_as(c, old, list, "a list is wanted");
        *slot = list;
        pl_expr_fit(c, &list->items.items[0], pl_type(c->types, wanted)->elem, what);
        return;
    }
    if (is_text(c, wanted) && (found == PL_TYPE_INTEGER || found == PL_TYPE_NUMBER || is_timelike(found))) {
        PlExpr *call = pl_expr_call_of(c, "text", old, PL_T_TEXT);
        if (call) {
            note_read_as(c, old, call, "text is wanted");
            *slot = call;
            return;
        }
    }
    PlExpr *coerce = pl_expr_new(c->arena, PL_EXPR_COERCE, old->span);
    coerce->left = old;
    coerce->type = want;
    *slot = coerce;
    if (found != PL_TYPE_ANY)
        PL_REPORT(c->diags, CONVERTED, old->span, PL_ARG(pl_words_type(c, old->type)),
                  PL_ARG(pl_words_type(c, wanted)));
}

/* A time written as text is converted by the function of its type, so that the plan says it. */
static bool convert_time(PlChecker *c, PlExpr **slot, PlTypeId want)
{
    static const char *const functions[] = {
        [PL_TYPE_DATETIME] = "datetime", [PL_TYPE_DATE] = "date", [PL_TYPE_DURATION] = "duration"};
    PlTypeKind found = pl_type(c->types, (*slot)->type)->kind;
    PlTypeId wanted = pl_type_without_nothing(c->types, want);
    PlTypeKind w = pl_type(c->types, wanted)->kind;
    bool midnight = found == PL_TYPE_DATE && w == PL_TYPE_DATETIME;
    if (!midnight && (!is_timelike(w) || found != PL_TYPE_TEXT)) return false;
    PlExpr *call = pl_expr_call_of(c, functions[w], *slot, wanted);
    if (!call) return false;
    note_read_as(c, *slot, call, "a time is wanted");
    *slot = call;
    return true;
}

/* Rule: a time where a whole number is wanted is its seconds since 1970, as APIs count them. */
static bool seconds(PlChecker *c, PlExpr **slot, PlTypeId want)
{
    PlTypeKind found = pl_type(c->types, (*slot)->type)->kind, w = pl_type(c->types, pl_type_without_nothing(c->types, want))->kind;
    if ((found != PL_TYPE_DATETIME && found != PL_TYPE_DATE) || w != PL_TYPE_INTEGER) return false;
    PlExpr *call = pl_expr_call_of(c, "to_unix", *slot, PL_T_INTEGER);
    if (!call) return false;
    note_read_as(c, *slot, call, "a whole number is wanted: the seconds since 1970");
    *slot = call;
    return true;
}

/* Rule: `30 days ago` where a date is wanted is counted from today. */
static bool whole_days(PlChecker *c, PlExpr **slot, PlTypeId want)
{
    PlExpr *x = *slot;
    bool date = pl_type(c->types, pl_type_without_nothing(c->types, want))->kind == PL_TYPE_DATE;
    bool counted = x->kind == PL_EXPR_BINARY && (x->op == PL_OPR_ADD || x->op == PL_OPR_SUB) && x->right->kind == PL_EXPR_LITERAL &&
                   x->right->literal.kind == PL_LIT_DURATION && x->right->literal.as.integer % (86400LL * 1000000) == 0;
    PlExpr *now = counted ? x->left : x;
    if (!date || now->kind != PL_EXPR_NAME || now->symbol != c->now) return false;
    PlExpr *made = pl_expr_new(c->arena, x->kind, x->span), *today = pl_expr_new(c->arena, PL_EXPR_NAME, now->span);
    *made = *x;
    *today = *now;
    today->text = PL_STR("today");
    if (counted) made->left = today;
    else made = today;
    note_read_as(c, x, made, "a date is wanted");
    *slot = made;
    pl_expr_check(c, slot, PL_TYPE_NONE);
    return true;
}

/* Rule: a word that nothing is called by, where the document lists it as a value, is that value: state=open. */
static void read_listed(PlChecker *c, PlExpr **slot, PlTypeId want)
{
    PlExpr *x = *slot;
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, want));
    if (x->kind != PL_EXPR_NAME || t->kind != PL_TYPE_ENUM || pl_scope_find(c, x->text) || pl_map_find(&c->binders, x->text)) return;
    for (uint32_t i = 0; i < t->count; i++) {
        if (t->values[i].kind != PL_LIT_TEXT || !pl_words_same(t->values[i].as.text, x->text)) continue;
        PlExpr *text = pl_expr_literal(c, x->span, t->values[i], PL_T_TEXT);
        note_read_as(c, x, text, "the document lists it");
        *slot = text;
        return;
    }
}

static void check_at_run_time(PlChecker *c, PlExpr **slot, PlTypeId want)
{
    PlExpr *x = *slot;
    if (x->check) { /* it has a check of its own already: both must hold */
        PlExpr *coerce = pl_expr_new(c->arena, PL_EXPR_COERCE, x->span);
        coerce->left = x;
        coerce->type = want;
        *slot = coerce;
        return;
    }
    x->check = true;
    x->present = pl_type_has_nothing(c->types, x->type) && pl_type(c->types, x->type)->kind != PL_TYPE_ANY &&
                 pl_usable(c->arena, c->types, pl_type_without_nothing(c->types, x->type), want, NULL) == PL_USABLE_YES;
    x->type = want;
}

void pl_expr_fit(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    if (want == PL_TYPE_NONE || (*slot)->kind == PL_EXPR_BAD) return;
    if (pl_literal_fit(c, slot, want, what)) return;
    PlUsableWhy why;
    switch (pl_usable(c->arena, c->types, (*slot)->type, want, &why)) {
    case PL_USABLE_YES: return;
    case PL_USABLE_COERCE:
        if (!convert_time(c, slot, want)) convert(c, slot, want, what);
        return;
    case PL_USABLE_RUNTIME:
        if (!why.converts)
            check_at_run_time(c, slot, want);
        else if (!convert_time(c, slot, want))
            convert(c, slot, want, what);
        return;
    case PL_USABLE_NO: break;
    }
    if (pl_type(c->types, (*slot)->type)->kind == PL_TYPE_DATE && convert_time(c, slot, want)) return;
    if (whole_days(c, slot, want) || seconds(c, slot, want)) return;
    if (unwrap(c, slot, want, what)) {
        pl_expr_fit(c, slot, want, what);
        return;
    }
    report_not_usable(c, *slot, want, what, &why);
    pl_expr_bad(*slot);
}

void pl_expr_want(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    read_listed(c, slot, want);
    pl_expr_check(c, slot, want);
    if ((*slot)->kind == PL_EXPR_BAD) pl_ask_name_wanted(c, (*slot)->span, want);
    pl_expr_fit(c, slot, want, what);
}

/* ---- what conditions and lists want -------------------------------------------------------------------------------- */

/* Rule: a list or a text as a condition is one that is not empty; a record, date or text that may be nothing is there. */
static bool is_there(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot, *test;
    PlTypeKind kind = pl_type(c->types, pl_type_without_nothing(c->types, x->type))->kind;
    bool empties = kind == PL_TYPE_LIST || kind == PL_TYPE_TEXT;
    bool lacks = pl_type_has_nothing(c->types, x->type) && (kind == PL_TYPE_RECORD || is_timelike(kind) || kind == PL_TYPE_ENUM);
    if (x->kind == PL_EXPR_LITERAL || x->kind == PL_EXPR_TEXT || x->depth >= PL_LIMIT_EXPR_DEPTH || (!empties && !lacks)) return false;
    test = pl_expr_new(c->arena, PL_EXPR_UNARY, x->span);
    test->op = empties ? PL_OPR_NOT_EMPTY : PL_OPR_EXISTS;
    test->left = x;
    test->depth = x->depth + 1;
    test->type = PL_T_YESNO;
    note_read_as(c, x, test, "a condition is wanted");
    *slot = test;
    return true;
}

void pl_expr_condition(PlChecker *c, PlExpr **slot, PlStr what)
{
    (void)pl_prose_whole(c, slot, true);
    pl_expr_check(c, slot, PL_T_YESNO);
    PlExpr *x = *slot;
    if (x->kind == PL_EXPR_BAD) return;
    if (pl_usable(c->arena, c->types, x->type, PL_T_YESNO, NULL) != PL_USABLE_NO) {
        pl_expr_fit(c, slot, PL_T_YESNO, what);
        return;
    }
    if (is_there(c, slot)) return;
    PlStr source = pl_words_expr(c, x);
    PlDiag *d = PL_REPORT(c->diags, NOT_YESNO, x->span, PL_ARG(what), PL_ARG(words(c, x->type)));
    PlTypeKind kind = pl_type(c->types, pl_type_without_nothing(c->types, x->type))->kind;
    if (pl_type_has_nothing(c->types, x->type))
        pl_diag_help(c->diags, d, "write `%.*s exists`", PL_ARG(source));
    else if (kind == PL_TYPE_TEXT)
        pl_diag_help(c->diags, d, "write `%.*s is not empty`", PL_ARG(source));
    else if (kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER)
        pl_diag_help(c->diags, d, "write `%.*s > 0`", PL_ARG(source));
    pl_expr_bad(x);
}

PlTypeId pl_expr_some_of(PlChecker *c, PlExpr **slot, PlStr what)
{
    PlExpr *x = *slot;
    if (x->kind == PL_EXPR_BAD) return PL_T_ANY;
    PlTypeKind kind = pl_type(c->types, x->type)->kind;
    if (kind == PL_TYPE_NOTHING) {
        PL_REPORT(c->diags, IS_NOTHING, x->span, PL_ARG(what));
        return pl_expr_bad(x);
    }
    if (kind == PL_TYPE_ANY || !pl_type_has_nothing(c->types, x->type)) return x->type;
    check_at_run_time(c, slot, pl_type_without_nothing(c->types, x->type));
    return (*slot)->type;
}

PlTypeId pl_expr_some(PlChecker *c, PlExpr **slot, PlStr what)
{
    pl_expr_check(c, slot, PL_TYPE_NONE);
    return pl_expr_some_of(c, slot, what);
}

/* A record with several lists: which one is meant is a question. False when it has none. */
static bool ask_list(PlChecker *c, const PlExpr *x, PlTypeId type)
{
    const PlType t = *pl_type(c->types, type);
    PlDiag *d = NULL;
    for (uint32_t i = 0; t.kind == PL_TYPE_RECORD && i < t.count; i++) {
        PlTypeId field = pl_type_without_nothing(c->types, t.fields[i].type);
        if (pl_type(c->types, field)->kind != PL_TYPE_LIST) continue;
        PlStr base = pl_words_source(c, x->span);
        if (!d) {
            d = PL_REPORT(c->diags, WHICH_LIST, x->span, PL_ARG(base));
            pl_ask_list(c, d, x->span);
        }
        PlStr path = pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(base), PL_ARG(t.fields[i].name));
        pl_diag_candidate(c->diags, d, path, words(c, field));
    }
    return d != NULL;
}

/* One page of several, and the number of all beside it: {orders: [...], total: 250}. */
static const PlField *told_total(PlChecker *c, const PlExpr *x)
{
    const PlStep *step = x->symbol ? x->symbol->step : NULL;
    bool page = step && step->kind == PL_STEP_ACTION && step->bound && step->bound->paging.form != PL_PAGE_NONE &&
                !pl_step_clause((PlStep *)(uintptr_t)step, PL_CLAUSE_ALL_PAGES);
    PlStr place = page ? step->bound->paging.total : PL_STR("");
    return place.len > 1 ? pl_type_field(c->types, x->type, pl_str_slice(place, 1, place.len)) : NULL;
}

/* "count(orders)": of the page, or of all? Where the words are not the call itself, the note says what was read. */
static bool ask_total(PlChecker *c, const PlExpr *call, const PlExpr *x, const PlField *list)
{
    const PlField *total = told_total(c, x);
    PlStr source = pl_words_source(c, call->span), name = x->text;
    bool itself = pl_str_starts(source, PL_STR("count(")) || pl_str_starts(source, PL_STR("length(")) || pl_str_starts(source, PL_STR("number of ")) ||
                  pl_str_ends(source, PL_STR(".length")) || pl_str_ends(source, PL_STR(".count"));
    if (!total || !itself || c->in_phrase) return false;
    PlDiag *d = PL_REPORT(c->diags, WHICH_READING, call->span, 2u);
    PlStr of_page = pl_arena_printf(c->arena, "count(" PL_FMT "." PL_FMT ")", PL_ARG(name), PL_ARG(list->name));
    pl_diag_candidate(c->diags, d, of_page, PL_STR("those that this call gave"));
    pl_diag_candidate(c->diags, d, pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(name), PL_ARG(total->name)),
                      PL_STR("what the answer tells of all pages"));
    pl_diag_help(c->diags, d, "the call gives one page of several; `all pages` behind it gives them all");
    pl_ask_reading(c, d, c->step, call->span);
    return true;
}

/* "orders" for {orders: [...], has_more: no}, "found" for {messages: [...]}: a record around a list, and not a thing (which has an id) with a list in it.
 * Of several lists it is a question. */
void pl_expr_items(PlChecker *c, PlExpr **slot, const PlExpr *use)
{
    const PlExpr *x = *slot;
    if (x->kind != PL_EXPR_NAME || pl_type(c->types, x->type)->kind != PL_TYPE_RECORD) return;
    const PlField *list = only_list(c, x->type);
    PlStr end = pl_str_slice(x->text, x->text.len - (x->text.len > 1 ? 2 : 0), x->text.len);
    bool plural = end.len == 2 && end.ptr[1] == 's' && end.ptr[0] != 's', thing = pl_type_field(c->types, x->type, PL_STR("id")) != NULL;
    bool empty = use->kind == PL_EXPR_UNARY && (use->op == PL_OPR_EMPTY || use->op == PL_OPR_NOT_EMPTY), counts = use->kind == PL_EXPR_CALL;
    if (!list && (empty || counts) && (plural || !thing) && ask_list(c, x, x->type)) pl_expr_bad(*slot);
    if (!list || pl_type(c->types, list->type)->kind != PL_TYPE_LIST) return;
    PlTypeId item = pl_type(c->types, list->type)->elem;
    bool around = (plural || !thing) && pl_type(c->types, item)->kind == PL_TYPE_RECORD;
    if (!around && !pl_words_same(x->text, list->name)) return;
    if (counts && ask_total(c, use, x, list))
        pl_expr_bad(*slot);
    else
        replace_by_field(c, slot, list, "the record's only list is meant");
}

PlTypeId pl_expr_list_of(PlChecker *c, PlExpr **slot, PlStr what)
{
    PlTypeId type = pl_expr_some_of(c, slot, what);
    const PlType *t = pl_type(c->types, type);
    if (t->kind == PL_TYPE_LIST) return t->elem;
    if ((*slot)->kind == PL_EXPR_BAD) return PL_T_ANY;
    if (t->kind == PL_TYPE_ANY) {
        check_at_run_time(c, slot, PL_T_LIST_ANY);
        return PL_T_ANY;
    }
    const PlField *list = only_list(c, type);
    if (list) {
        replace_by_field(c, slot, list, "the record's only list is meant");
        type = pl_expr_some_of(c, slot, what);
        return pl_type(c->types, type)->elem;
    }
    if (t->kind == PL_TYPE_UNION && pl_usable(c->arena, c->types, type, PL_T_LIST_ANY, NULL) == PL_USABLE_RUNTIME) {
        check_at_run_time(c, slot, PL_T_LIST_ANY);
        return PL_T_ANY;
    }
    if (ask_list(c, *slot, type)) {
        pl_expr_bad(*slot);
        return PL_T_ANY;
    }
    PlDiag *d = PL_REPORT(c->diags, NOT_A_LIST, (*slot)->span, PL_ARG(what), PL_ARG(words(c, type)));
    if (t->kind == PL_TYPE_RECORD && t->count)
        pl_diag_help(c->diags, d, "the fields are: " PL_FMT, PL_ARG(pl_words_fields(c, type)));
    pl_expr_bad(*slot);
    return PL_T_ANY;
}

PlTypeId pl_expr_list(PlChecker *c, PlExpr **slot, PlStr what)
{
    pl_expr_check(c, slot, PL_TYPE_NONE);
    return pl_expr_list_of(c, slot, what);
}
