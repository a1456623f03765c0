/* SPDX-License-Identifier: MIT */
/* Paths: x.field, x[i], list[*].field, x[a:b]. An unknown field contradicts the document and is an error with the fields there are; where the
 * type says nothing of its fields it is read at run time. spec/checking.md, "Paths". */
#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/check/undeclared.h"
#include "compiler/syntax/noun.h"

/* ---- the type of a field ------------------------------------------------------------------------------------------- */

static PlFieldFound union_field(PlChecker *c, const PlType *t, PlStr name, PlTypeId *type, bool *optional)
{
    PlFieldFound best = PL_FIELD_NONE;
    PlTypeId joined = PL_TYPE_NONE;
    bool somewhere_not = false;
    for (uint32_t i = 0; i < t->count; i++) {
        if (pl_type(c->types, t->members[i])->kind == PL_TYPE_NOTHING) continue;
        PlTypeId one;
        bool may_lack = false;
        PlFieldFound found = pl_expr_field_type(c, t->members[i], name, &one, &may_lack);
        if (found == PL_FIELD_KNOWN) {
            joined = joined == PL_TYPE_NONE ? one : pl_flow_join_types(c, joined, one);
            *optional |= may_lack;
            best = PL_FIELD_KNOWN;
        } else {
            somewhere_not = true;
            if (found == PL_FIELD_UNKNOWN && best == PL_FIELD_NONE) best = PL_FIELD_UNKNOWN;
        }
    }
    *optional |= somewhere_not && best == PL_FIELD_KNOWN;
    *type = joined;
    return best;
}

PlFieldFound pl_expr_field_type(PlChecker *c, PlTypeId record, PlStr name, PlTypeId *type, bool *optional)
{
    const PlType t = *pl_type(c->types, record);
    *type = PL_T_ANY;
    if (t.kind == PL_TYPE_ANY) {
        *optional = true;
        return PL_FIELD_KNOWN;
    }
    if (t.kind == PL_TYPE_UNION) return union_field(c, &t, name, type, optional);
    if (t.kind != PL_TYPE_RECORD) return PL_FIELD_NONE;
    const PlField *field = pl_type_field(c->types, record, name);
    if (field) {
        *type = field->type;
        *optional |= !field->required;
        return PL_FIELD_KNOWN;
    }
    if (t.rest == PL_TYPE_NONE) return PL_FIELD_UNKNOWN;
    *type = t.rest;
    *optional = true;
    return PL_FIELD_KNOWN;
}

/* ---- reports ------------------------------------------------------------------------------------------------------- */

/* The record whose fields a message lists: the type itself, or the first record of a union. */
static PlTypeId listed_record(PlChecker *c, PlTypeId type)
{
    const PlType *t = pl_type(c->types, type);
    for (uint32_t i = 0; t->kind == PL_TYPE_UNION && i < t->count; i++)
        if (pl_type(c->types, t->members[i])->kind == PL_TYPE_RECORD) return t->members[i];
    return type;
}

/* A deeper place where a field of that name is: "data" for x.data.id. */
static PlStr deeper_place(PlChecker *c, PlTypeId record, PlStr name)
{
    const PlType t = *pl_type(c->types, record);
    for (uint32_t i = 0; t.kind == PL_TYPE_RECORD && i < t.count; i++)
        if (pl_type_field(c->types, pl_type_without_nothing(c->types, t.fields[i].type), name)) return t.fields[i].name;
    return PL_STR("");
}

static PlTypeId report_unknown_field(PlChecker *c, PlExpr *x, PlTypeId type)
{
    PlTypeId record = listed_record(c, type);
    const PlType t = *pl_type(c->types, record);
    PlStr base = pl_words_expr(c, x->left);
    PlDiag *d = PL_REPORT(c->diags, UNKNOWN_FIELD, x->text_span, PL_ARG(base), PL_ARG(x->text));
    pl_diag_label(c->diags, d, "its fields: " PL_FMT, PL_ARG(pl_words_fields(c, record)));
    PlStr *names = PL_NEW_N(c->arena, PlStr, t.count);
    for (uint32_t i = 0; i < t.count; i++) names[i] = t.fields[i].name;
    PlStr near = pl_words_near(x->text, names, t.count), deeper = deeper_place(c, record, x->text);
    if (deeper.len) {
        PlStr path = pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(deeper), PL_ARG(x->text));
        pl_diag_help(c->diags, d, "did you mean `%.*s.%.*s`?", PL_ARG(base), PL_ARG(path));
        pl_diag_fix(c->diags, d, x->text_span, path, false);
    } else if (near.len) {
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
        pl_diag_fix(c->diags, d, x->text_span, near, pl_words_same(near, x->text));
    }
    return pl_expr_bad(x);
}

static PlTypeId report_no_fields(PlChecker *c, PlExpr *x, PlTypeId type)
{
    PL_REPORT(c->diags, NO_FIELDS, x->text_span, PL_ARG(pl_words_expr(c, x->left)), PL_ARG(pl_words_type(c, type)),
              PL_ARG(x->text));
    return pl_expr_bad(x);
}

/* Does the plan or the document say "or nothing" of this, not merely "not required"? */
static bool says_nothing(PlChecker *c, const PlExpr *x)
{
    if (x->kind != PL_EXPR_FIELD) return true;
    PlTypeId type;
    bool optional = false;
    if (pl_expr_field_type(c, pl_type_without_nothing(c->types, x->left->type), x->text, &type, &optional) !=
        PL_FIELD_KNOWN)
        return false;
    return pl_type_has_nothing(c->types, type) ||
           (pl_type_has_nothing(c->types, x->left->type) && says_nothing(c, x->left));
}

/* Rule: a field is read through a value that may be nothing: that gives nothing too. Said once for each path, where somebody said "or nothing". */
static void warn_through_nothing(PlChecker *c, const PlExpr *x)
{
    if (c->lenient || !says_nothing(c, x->left)) return;
    PlStr path = pl_narrow_path(c, x->left);
    PlStr said = pl_arena_printf(c->arena, "?" PL_FMT, PL_ARG(path)); /* no path: that it was said is no reason to hold it for something */
    if (path.len && (pl_flow_has_fact(c, path) || pl_flow_has_fact(c, said))) return;
    PlStr base = pl_words_expr(c, x->left), whole = pl_words_expr(c, x);
    PlDiag *d = PL_REPORT(c->diags, MAY_BE_NOTHING, x->left->span, PL_ARG(base), PL_ARG(x->text));
    pl_diag_help(c->diags, d, "put the step into `If %.*s exists:`, or say what else: `%.*s ?? ...`", PL_ARG(base),
                 PL_ARG(whole));
    if (path.len) pl_flow_add_fact(c, said);
}

/* ---- x.field ------------------------------------------------------------------------------------------------------- */

static const struct Property { /* what other languages write as a property, and the function that it is */
    const char *property, *function;
} properties[] = {{"length", "count"}, {"len", "count"},   {"size", "count"},
                  {"count", "count"},  {"first", "first"}, {"last", "last"}};

/* x.length and the like. */
static bool read_as_call(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (!pl_str_eq_z(x->text, properties[i].property)) continue;
        PlExpr *call = pl_expr_call_of(c, properties[i].function, x->left, PL_T_ANY);
        if (!call) return false;
        call->span = x->span;
        PL_REPORT(c->diags, READ_AS, x->span, PL_ARG(pl_words_expr(c, x)), PL_ARG(pl_words_expr(c, call)));
        *slot = call;
        return true;
    }
    return false;
}

/* No input is called so: which value is meant? */
static void ask_input(PlChecker *c, PlExpr *x, bool bound)
{
    PlDiag *d = PL_REPORT(c->diags, UNKNOWN_INPUT, x->text_span, PL_ARG(x->text));
    pl_ask_name(c, d, x->text, x->span);
    PlStr near;
    if (pl_undeclared_is_near(c, x->text, &near)) {
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
        pl_diag_candidate(c->diags, d, near, PL_STR("the nearest input"));
    } else {
        pl_diag_help(c->diags, d, "declare it: `Input: %.*s: text`", PL_ARG(x->text));
    }
    if (bound)
        pl_diag_candidate(c->diags, d, x->text, PL_STR("what a step of the plan gives"));
    else
        pl_ask_name_candidates(c, d, x->text);
    pl_expr_bad(x);
}

/* `input.x` is the input x. */
static bool read_input(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot, *left = x->left;
    if (left->kind != PL_EXPR_NAME || pl_scope_find(c, left->text)) return false;
    if (!pl_str_eq_nocase(left->text, PL_STR("input")) && !pl_str_eq_nocase(left->text, PL_STR("inputs"))) return false;
    PlSymbol *symbol = pl_scope_find(c, x->text);
    for (uint32_t i = 0; i < c->plan->inputs.len && !symbol; i++) {
        if (!pl_words_same(c->plan->inputs.items[i].name, x->text)) continue;
        x->text = c->plan->inputs.items[i].name;
        symbol = pl_scope_find(c, x->text);
    }
    if (!symbol || symbol->kind != PL_SYM_INPUT) {
        ask_input(c, x, symbol || pl_map_find(&c->binders, x->text));
        return true;
    }
    PlExpr *name = pl_expr_name_of(c, x->span, x->text);
    PlDiag *d = PL_REPORT(c->diags, INPUT_PREFIX, x->span, PL_ARG(left->text), PL_ARG(x->text), PL_ARG(x->text));
    pl_words_exact(c, d, x->span, pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(left->text), PL_ARG(x->text)), x->text);
    *slot = name;
    return true;
}

/* Rule: a leading `.data` that the type lacks is dropped. */
static bool drops_data(PlChecker *c, PlExpr **slot, PlTypeId type)
{
    PlExpr *x = *slot;
    PlTypeId unused;
    bool optional = false;
    if (x->left->kind != PL_EXPR_NAME || !pl_str_eq_z(x->text, "data")) return false;
    if (pl_expr_field_type(c, type, x->text, &unused, &optional) == PL_FIELD_KNOWN) return false;
    PlDiag *d = PL_REPORT(c->diags, DATA_DROPPED, x->text_span, PL_ARG(x->left->text));
    PlSpan dotted = x->text_span;
    if (dotted.start) dotted.start--;
    pl_words_exact(c, d, dotted, PL_STR(".data"), PL_STR(""));
    *slot = x->left;
    return true;
}

static PlTypeId project(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot, *old = pl_expr_new(c->arena, PL_EXPR_FIELD, x->span);
    *old = *x;
    x->kind = PL_EXPR_PROJECT;
    PL_REPORT(c->diags, PROJECTED, old->span, PL_ARG(pl_words_expr(c, old)), PL_ARG(pl_words_expr(c, x)));
    return pl_expr_project(c, slot);
}

static PlTypeId field_of_list(PlChecker *c, PlExpr **slot, PlTypeId list)
{
    PlTypeId elem = pl_type_without_nothing(c->types, pl_type(c->types, list)->elem), type;
    bool optional = false;
    PlFieldFound found = pl_expr_field_type(c, elem, (*slot)->text, &type, &optional);
    bool known = found == PL_FIELD_KNOWN && pl_type(c->types, elem)->kind != PL_TYPE_ANY;
    if (!known && read_as_call(c, slot)) return pl_expr_check(c, slot, PL_TYPE_NONE);
    return project(c, slot);
}

PlTypeId pl_expr_field(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    if (read_input(c, slot)) return (*slot)->kind == PL_EXPR_BAD ? PL_T_ANY : pl_expr_check(c, slot, PL_TYPE_NONE);
    PlTypeId left = pl_expr_check(c, &x->left, PL_TYPE_NONE);
    if (x->left->kind == PL_EXPR_BAD) return pl_expr_bad(x);
    PlTypeId base = pl_type_without_nothing(c->types, left);
    PlTypeKind kind = pl_type(c->types, base)->kind;
    if (kind == PL_TYPE_NOTHING) {
        PL_REPORT(c->diags, IS_NOTHING, x->left->span, PL_ARG(pl_words_expr(c, x->left)));
        return pl_expr_bad(x);
    }
    if (drops_data(c, slot, base)) return (*slot)->type;
    if (kind == PL_TYPE_LIST) {
        pl_expr_some_of(c, &x->left, pl_words_expr(c, x->left));
        return field_of_list(c, slot, base);
    }
    PlTypeId type;
    bool optional = false;
    PlFieldFound found = pl_expr_field_type(c, base, x->text, &type, &optional);
    if (found != PL_FIELD_KNOWN) {
        if (read_as_call(c, slot)) return pl_expr_check(c, slot, PL_TYPE_NONE);
        return found == PL_FIELD_UNKNOWN ? report_unknown_field(c, x, base) : report_no_fields(c, x, base);
    }
    if (kind != PL_TYPE_ANY && pl_type_has_nothing(c->types, left)) {
        warn_through_nothing(c, x);
        optional = true;
    }
    x->optional = optional;
    if (pl_type_has_nothing(c->types, type) || optional) {
        bool sure = pl_flow_has_fact(c, pl_narrow_path(c, x));
        return sure ? pl_type_without_nothing(c->types, type) : pl_type_or_nothing(c->types, type);
    }
    return type;
}

/* ---- list[*].field, x[i], x[a:b] ------------------------------------------------------------------------------------ */

PlTypeId pl_expr_project(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    PlTypeId elem = pl_expr_list(c, &x->left, pl_words_expr(c, x->left));
    if (x->left->kind == PL_EXPR_BAD) return pl_expr_bad(x);
    PlTypeId item = pl_type_without_nothing(c->types, elem);
    if (pl_type(c->types, item)->kind == PL_TYPE_LIST) { /* lists of lists are laid end to end first */
        PlExpr *flat = pl_expr_call_of(c, "flatten", x->left, item);
        if (flat) {
            PL_REPORT(c->diags, READ_AS, x->left->span, PL_ARG(pl_words_expr(c, x->left)),
                      PL_ARG(pl_words_expr(c, flat)));
            x->left = flat;
            item = pl_type_without_nothing(c->types, pl_type(c->types, item)->elem);
        }
    }
    PlTypeId type;
    bool optional =
        item != elem && pl_type(c->types, elem)->kind == PL_TYPE_UNION && pl_type_has_nothing(c->types, elem);
    PlFieldFound found = pl_expr_field_type(c, item, x->text, &type, &optional);
    PlStr one = pl_noun_singular(c->arena, x->text); /* "the amounts of the orders": the field is said in the plural */
    if (found == PL_FIELD_UNKNOWN && one.len != x->text.len && pl_expr_field_type(c, item, one, &type, &optional) == PL_FIELD_KNOWN) {
        PL_REPORT(c->diags, NAME_READ_AS, x->text_span, PL_ARG(x->text), PL_ARG(one));
        x->text = one;
        found = PL_FIELD_KNOWN;
    }
    if (found == PL_FIELD_UNKNOWN) return report_unknown_field(c, x, item);
    if (found == PL_FIELD_NONE) return report_no_fields(c, x, item);
    x->optional = optional;
    return pl_type_list(c->types, optional ? pl_type_or_nothing(c->types, type) : type);
}

static PlTypeId index_record(PlChecker *c, PlExpr *x, PlTypeId base)
{
    pl_expr_fit(c, &x->right, PL_T_TEXT, PL_STR("the name of a field"));
    x->optional = true;
    if (x->right->kind != PL_EXPR_LITERAL) return PL_T_ANY;
    PlTypeId type;
    bool optional = false;
    x->text = x->right->literal.as.text;
    x->text_span = x->right->span;
    if (pl_expr_field_type(c, base, x->text, &type, &optional) != PL_FIELD_KNOWN)
        return report_unknown_field(c, x, base);
    x->optional = optional;
    return optional ? pl_type_or_nothing(c->types, type) : type;
}

/* Rule: a list of {key, value}, as counting by a field makes, is read by a text as by a key: stages["Offer"] is the count beside "Offer". */
static bool by_key(PlChecker *c, PlExpr **slot, PlTypeId base)
{
    PlExpr *x = *slot;
    const PlType list = *pl_type(c->types, base);
    if (list.kind != PL_TYPE_LIST || x->right->kind != PL_EXPR_LITERAL || x->right->literal.kind != PL_LIT_TEXT) return false;
    const PlType item = *pl_type(c->types, pl_type_without_nothing(c->types, list.elem));
    if (item.kind != PL_TYPE_RECORD || item.count != 2) return false;
    uint32_t value = pl_str_eq_z(item.fields[1].name, "count") || pl_str_eq_z(item.fields[1].name, "items") ? 1 : 0;
    if (!value && !pl_str_eq_z(item.fields[0].name, "count") && !pl_str_eq_z(item.fields[0].name, "items")) return false;
    PlExpr *old = pl_expr_new(c->arena, PL_EXPR_INDEX, x->span);
    *old = *x;
    PlExpr *it = pl_expr_new(c->arena, PL_EXPR_IT, x->span), *same = pl_expr_new(c->arena, PL_EXPR_BINARY, x->span);
    same->op = PL_OPR_IS;
    same->left = pl_expr_field_of(c, it, item.fields[1 - value].name, PL_T_ANY);
    same->right = x->right;
    PlExpr *where = pl_expr_new(c->arena, PL_EXPR_WHERE, x->span);
    where->left = x->left;
    where->right = same;
    PlExpr *first = pl_expr_call_of(c, "first", where, PL_T_ANY);
    if (!first) return false;
    PlExpr *found = pl_expr_field_of(c, first, item.fields[value].name, PL_T_ANY);
    if (pl_str_eq_z(item.fields[value].name, "count")) { /* none of that kind were counted */
        PlExpr *zero = pl_expr_new(c->arena, PL_EXPR_COALESCE, x->span);
        zero->left = found;
        zero->right = pl_expr_literal(c, x->span, (PlLiteral){.kind = PL_LIT_INT}, PL_T_INTEGER);
        found = zero;
    }
    PL_REPORT(c->diags, READ_AS, x->span, PL_ARG(pl_words_expr(c, old)), PL_ARG(pl_words_expr(c, found)));
    *slot = found;
    return true;
}

/* Made by counting: Set counts to from_pairs(... select [it.key, count(it.items)]) */
static bool holds_counts(const PlExpr *x)
{
    const PlStep *made = x->kind == PL_EXPR_NAME && x->symbol ? x->symbol->step : NULL;
    const PlExpr *call = made && made->kind == PL_STEP_SET ? made->value : NULL;
    if (!call || call->kind != PL_EXPR_CALL || !pl_str_eq_z(call->text, "from_pairs") || call->items.len != 1) return false;
    const PlExpr *pairs = call->items.items[0], *pair = pairs->kind == PL_EXPR_SELECT ? pairs->right : NULL;
    if (!pair || pair->kind != PL_EXPR_LIST || pair->items.len != 2) return false;
    return pair->items.items[1]->kind == PL_EXPR_CALL && pl_str_eq_z(pair->items.items[1]->text, "count");
}

/* Rule: of what counting did not find there are none: counts["Offer"] is counts["Offer"] ?? 0. */
static bool or_zero(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    if (c->lenient || !holds_counts(x->left)) return false;
    PlExpr *zero = pl_expr_new(c->arena, PL_EXPR_COALESCE, x->span);
    zero->left = x;
    zero->right = pl_expr_literal(c, x->span, (PlLiteral){.kind = PL_LIT_INT}, PL_T_INTEGER);
    PL_REPORT(c->diags, READ_AS, x->span, PL_ARG(pl_words_expr(c, x)), PL_ARG(pl_words_expr(c, zero)));
    *slot = zero;
    return true;
}

/* Rule: an item that is not there fails the step, except where absence is asked for (`??`, `exists`): there it is nothing. */
PlTypeId pl_expr_index(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    pl_expr_check(c, &x->left, PL_TYPE_NONE);
    pl_expr_check(c, &x->right, PL_TYPE_NONE);
    if (x->left->kind == PL_EXPR_BAD || x->right->kind == PL_EXPR_BAD) return pl_expr_bad(x);
    if (or_zero(c, slot)) return pl_expr_check(c, slot, PL_TYPE_NONE);
    PlStr what = pl_words_expr(c, x->left);
    PlTypeId base = pl_expr_some_of(c, &x->left, what);
    PlTypeKind kind = pl_type(c->types, base)->kind, index = pl_type(c->types, x->right->type)->kind;
    if (kind == PL_TYPE_ANY) {
        x->optional = c->lenient > 0;
        return PL_T_ANY;
    }
    if (kind == PL_TYPE_RECORD && index == PL_TYPE_TEXT) return index_record(c, x, base);
    if (index == PL_TYPE_TEXT && by_key(c, slot, base)) return pl_expr_check(c, slot, PL_TYPE_NONE);
    PlTypeId elem = PL_T_TEXT;
    if (kind != PL_TYPE_TEXT) elem = pl_expr_list_of(c, &x->left, what);
    if (x->left->kind == PL_EXPR_BAD) return pl_expr_bad(x);
    pl_expr_fit(c, &x->right, PL_T_INTEGER, PL_STR("an index"));
    bool sure = pl_flow_has_fact(c, pl_narrow_path(c, x));
    x->optional = c->lenient > 0;
    return x->optional && !sure ? pl_type_or_nothing(c->types, elem) : elem;
}

PlTypeId pl_expr_slice(PlChecker *c, PlExpr **slot)
{
    PlExpr *x = *slot;
    PlTypeId type = pl_expr_some(c, &x->left, pl_words_expr(c, x->left));
    if (x->cond) pl_expr_want(c, &x->cond, PL_T_INTEGER, PL_STR("the start of a slice"));
    if (x->right) pl_expr_want(c, &x->right, PL_T_INTEGER, PL_STR("the end of a slice"));
    PlTypeKind kind = pl_type(c->types, type)->kind;
    if (kind == PL_TYPE_TEXT || kind == PL_TYPE_ENUM) return PL_T_TEXT;
    if (kind == PL_TYPE_ANY) return PL_T_ANY;
    PlTypeId elem = pl_expr_list_of(c, &x->left, pl_words_expr(c, x->left));
    return x->left->kind == PL_EXPR_BAD ? pl_expr_bad(x) : pl_type_list(c->types, elem);
}
