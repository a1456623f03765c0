/* SPDX-License-Identifier: MIT */
/* Types of expressions: the dispatch by kind, and the plain kinds. What makes a value usable where another type is wanted is fit.c. */
#include "compiler/check/expr.h"

#include "compiler/check/ask.h"

#include "compiler/check/flow.h"
#include "compiler/check/scope.h"

PlTypeId pl_expr_bad(PlExpr *x)
{
    x->kind = PL_EXPR_BAD;
    return x->type = PL_T_ANY;
}

/* ---- new nodes --------------------------------------------------------------------------------------------------- */

PlExpr *pl_expr_call_of(PlChecker *c, const char *function, PlExpr *argument, PlTypeId type)
{
    uint32_t index;
    if (!pl_expr_builtin(pl_str_z(function), &index)) return NULL;
    PlExpr *call = pl_expr_new(c->arena, PL_EXPR_CALL, argument->span);
    call->text = pl_str_z(function);
    call->text_span = argument->span;
    call->builtin = index;
    call->type = type;
    pl_vec_push(c->arena, &call->items, argument);
    return call;
}

PlExpr *pl_expr_field_of(PlChecker *c, PlExpr *record, PlStr name, PlTypeId type)
{
    PlExpr *field = pl_expr_new(c->arena, PL_EXPR_FIELD, record->span);
    field->text = name;
    field->text_span = record->span;
    field->left = record;
    field->type = type;
    return field;
}

PlExpr *pl_expr_literal(PlChecker *c, PlSpan span, PlLiteral literal, PlTypeId type)
{
    PlExpr *x = pl_expr_new(c->arena, PL_EXPR_LITERAL, span);
    x->literal = literal;
    x->type = type;
    return x;
}

PlExpr *pl_expr_name_of(PlChecker *c, PlSpan span, PlStr name)
{
    PlExpr *x = pl_expr_new(c->arena, PL_EXPR_NAME, span);
    x->text = name;
    x->text_span = span;
    return x;
}

/* ---- literals and text ------------------------------------------------------------------------------------------- */

static PlTypeId literal_type(PlLiteral literal)
{
    static const PlTypeId types[] = {
        [PL_LIT_NOTHING] = PL_T_NOTHING, [PL_LIT_YESNO] = PL_T_YESNO,      [PL_LIT_INT] = PL_T_INTEGER,
        [PL_LIT_DOUBLE] = PL_T_NUMBER,   [PL_LIT_TEXT] = PL_T_TEXT,        [PL_LIT_DATETIME] = PL_T_DATETIME,
        [PL_LIT_DATE] = PL_T_DATE,       [PL_LIT_DURATION] = PL_T_DURATION};
    if (literal.kind == PL_LIT_JSON) return PL_T_ANY;
    return types[literal.kind];
}

/* "{Status}='Ready'": braces around a word that nothing binds, with a comparison behind them, belong to a formula of somebody else's. */
static bool is_formula(PlChecker *c, const PlExpr *item)
{
    if (item->kind != PL_EXPR_NAME || item->span.source >= c->diags->sources->all.len || pl_scope_find(c, item->text))
        return false;
    if (pl_map_find(&c->binders, item->text)) return false;
    PlStr text = c->diags->sources->all.items[item->span.source].text;
    size_t at = item->span.end, start = item->span.start;
    if (start == 0 || at >= text.len || text.ptr[start - 1] != '{' || text.ptr[at] != '}') return false;
    if (start > 1 && (text.ptr[start - 2] == '{' || text.ptr[start - 2] == '$')) return false;
    at++;
    while (at < text.len && text.ptr[at] == ' ') at++;
    return at < text.len && strchr("=<>!", text.ptr[at]) && text.ptr[at + (at + 1 < text.len)] != '>';
}

static void keep_braces(PlChecker *c, PlExpr **slot)
{
    PlExpr *item = *slot;
    PlDiag *d = PL_REPORT0(c->diags, BRACES_ARE_TEXT, item->span);
    pl_diag_help(c->diags, d, "write `\\{%.*s}` where text is meant", PL_ARG(item->text));
    PlStr text = pl_arena_printf(c->arena, "{" PL_FMT "}", PL_ARG(item->text));
    *slot = pl_expr_literal(c, item->span, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = text}, PL_T_TEXT);
}

/* What stands beside an expression of a text: a line's end, nothing, or more of its line. */
typedef enum Beside { BESIDE_NOTHING, BESIDE_LINE_END, BESIDE_TEXT } Beside;

static Beside beside(const PlExpr *x, uint32_t at, bool behind)
{
    if (behind ? at + 1 == x->items.len : at == 0) return BESIDE_NOTHING;
    const PlExpr *piece = x->items.items[behind ? at + 1 : at - 1];
    if (piece->kind != PL_EXPR_LITERAL || piece->literal.kind != PL_LIT_TEXT || !piece->literal.as.text.len) return BESIDE_TEXT;
    PlStr text = piece->literal.as.text;
    return text.ptr[behind ? 0 : text.len - 1] == '\n' ? BESIDE_LINE_END : BESIDE_TEXT;
}

/* Rule: a list of texts that has a line of a longer text to itself is shown line by line: "Overdue:\n{lines}". */
static void show_lines(PlChecker *c, PlExpr *x, uint32_t at)
{
    PlExpr *list = x->items.items[at];
    const PlType *t = pl_type(c->types, list->type);
    if (t->kind != PL_TYPE_LIST || pl_type(c->types, t->elem)->kind != PL_TYPE_TEXT) return;
    Beside before = beside(x, at, false), after = beside(x, at, true);
    if (before == BESIDE_TEXT || after == BESIDE_TEXT || before + after == BESIDE_NOTHING) return;
    PlExpr *call = pl_expr_call_of(c, "join", list, PL_T_TEXT);
    if (!call) return;
    pl_vec_push(c->arena, &call->items, pl_expr_literal(c, list->span, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = PL_STR("\n")}, PL_T_TEXT));
    PL_REPORT(c->diags, READ_AS, list->span, PL_ARG(pl_words_expr(c, list)), PL_ARG(pl_words_expr(c, call)));
    x->items.items[at] = call;
    pl_expr_check(c, &x->items.items[at], PL_TYPE_NONE);
}

/* Rule: a text without expressions is a literal. Anything can be shown in a text. */
static PlTypeId check_text(PlChecker *c, PlExpr *x)
{
    bool plain = true;
    for (uint32_t i = 0; i < x->items.len; i++) {
        if (is_formula(c, x->items.items[i])) keep_braces(c, &x->items.items[i]);
        PlExpr *item = x->items.items[i];
        plain &= item->kind == PL_EXPR_LITERAL && item->literal.kind == PL_LIT_TEXT;
        c->in_text++;
        pl_expr_check(c, &x->items.items[i], PL_TYPE_NONE);
        if (!plain) show_lines(c, x, i);
        c->in_text--;
    }
    if (plain) {
        PlStr text = PL_STR("");
        for (uint32_t i = 0; i < x->items.len; i++)
            text = pl_arena_printf(c->arena, PL_FMT PL_FMT, PL_ARG(text), PL_ARG(x->items.items[i]->literal.as.text));
        x->kind = PL_EXPR_LITERAL;
        x->literal = (PlLiteral){.kind = PL_LIT_TEXT, .as.text = text};
    }
    return PL_T_TEXT;
}

/* ---- lists and records ------------------------------------------------------------------------------------------- */

static PlTypeId wanted_elem(PlChecker *c, PlTypeId hint)
{
    if (hint == PL_TYPE_NONE) return PL_TYPE_NONE;
    const PlType *t = pl_type(c->types, pl_type_without_nothing(c->types, hint));
    return t->kind == PL_TYPE_LIST && pl_type(c->types, t->elem)->kind != PL_TYPE_VAR ? t->elem : PL_TYPE_NONE;
}

/* Rule: with a list wanted each item is read as its items are; else the items' types join. */
static PlTypeId check_list(PlChecker *c, PlExpr *x, PlTypeId hint)
{
    PlTypeId elem = wanted_elem(c, hint), joined = PL_TYPE_NONE;
    for (uint32_t i = 0; i < x->items.len; i++) {
        if (elem != PL_TYPE_NONE) {
            pl_expr_want(c, &x->items.items[i], elem,
                         pl_arena_printf(c->arena, "item %u of the list", (unsigned)i + 1));
            continue;
        }
        PlTypeId type = pl_expr_check(c, &x->items.items[i], PL_TYPE_NONE);
        joined = joined == PL_TYPE_NONE ? type : pl_flow_join_types(c, joined, type);
    }
    if (elem != PL_TYPE_NONE) return pl_type_list(c->types, elem);
    return joined == PL_TYPE_NONE ? PL_T_LIST_ANY : pl_type_list(c->types, joined);
}

/* The record among what is wanted, when there is just one. */
static PlTypeId wanted_record(PlChecker *c, PlTypeId hint)
{
    if (hint == PL_TYPE_NONE) return PL_TYPE_NONE;
    PlTypeId id = pl_type_without_nothing(c->types, hint);
    const PlType *t = pl_type(c->types, id);
    return t->kind == PL_TYPE_RECORD && t->count > 0 ? id : PL_TYPE_NONE;
}

static void report_unknown_field(PlChecker *c, const PlRecordField *given, PlTypeId record)
{
    const PlType *t = pl_type(c->types, record);
    PlStr *names = PL_NEW_N(c->arena, PlStr, t->count);
    for (uint32_t i = 0; i < t->count; i++) names[i] = t->fields[i].name;
    PlStr near = pl_words_near(given->name, names, t->count);
    PlStr type = pl_words_type(c, record);
    PlDiag *d = t->closed ? PL_REPORT(c->diags, RECORD_FIELD, given->span, PL_ARG(given->name))
                          : PL_REPORT(c->diags, RECORD_FIELD_OPEN, given->span, PL_ARG(given->name));
    pl_diag_label(c->diags, d, "wanted %.*s", PL_ARG(type));
    if (near.len) {
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
        pl_diag_fix(c->diags, d, given->span, near, pl_words_same(near, given->name));
    } else {
        pl_diag_help(c->diags, d, "the fields are: " PL_FMT, PL_ARG(pl_words_fields(c, record)));
    }
}

/* A field read as the record that is wanted says; its type there, or its own. */
static PlTypeId check_wanted_field(PlChecker *c, PlRecordField *given, PlTypeId record)
{
    const PlField *wanted = pl_type_field(c->types, record, given->name);
    PlTypeId rest = pl_type(c->types, record)->rest;
    if (!wanted && rest == PL_TYPE_NONE) {
        report_unknown_field(c, given, record);
        return pl_expr_check(c, &given->value, PL_TYPE_NONE);
    }
    if (wanted && wanted->read_only) {
        PlDiag *d = PL_REPORT(c->diags, READ_ONLY_FIELD, given->span, PL_ARG(given->name));
        pl_diag_help(c->diags, d, "leave `%.*s` out", PL_ARG(given->name));
    }
    PlTypeId type = wanted ? wanted->type : rest;
    if (wanted && !wanted->required) type = pl_type_or_nothing(c->types, type);
    pl_expr_want(c, &given->value, type, pl_arena_printf(c->arena, "field `" PL_FMT "`", PL_ARG(given->name)));
    return given->value->type;
}

static bool gives(const PlExpr *x, PlStr name)
{
    for (uint32_t i = 0; i < x->fields.len; i++)
        if (pl_str_eq(x->fields.items[i].name, name)) return true;
    return false;
}

static void report_missing_fields(PlChecker *c, PlExpr *x, PlTypeId record)
{
    const PlType t = *pl_type(c->types, record);
    for (uint32_t i = 0; i < t.count; i++) {
        const PlField *f = &t.fields[i];
        if (!f->required || f->read_only || gives(x, f->name)) continue;
        PlDiag *d = PL_REPORT(c->diags, MISSING_FIELD, x->span, PL_ARG(f->name), PL_ARG(pl_words_type(c, f->type)));
        pl_diag_help(c->diags, d, "add `%.*s: ...`", PL_ARG(f->name));
    }
}

PlTypeId pl_expr_record(PlChecker *c, PlExpr **slot, PlTypeId hint)
{
    PlExpr *x = *slot;
    PlTypeId record = wanted_record(c, hint);
    PlField *fields = PL_NEW_N(c->arena, PlField, x->fields.len);
    for (uint32_t i = 0; i < x->fields.len; i++) {
        PlRecordField *f = &x->fields.items[i];
        for (uint32_t j = 0; j < i; j++)
            if (pl_str_eq(x->fields.items[j].name, f->name)) {
                PlDiag *d = PL_REPORT(c->diags, FIELD_TWICE, f->span, PL_ARG(f->name));
                pl_diag_related(c->diags, d, x->fields.items[j].span, "first given here");
                break;
            }
        PlTypeId type =
            record != PL_TYPE_NONE ? check_wanted_field(c, f, record) : pl_expr_check(c, &f->value, PL_TYPE_NONE);
        fields[i] = (PlField){.name = f->name, .type = type, .required = true};
    }
    if (record == PL_TYPE_NONE) return pl_type_record(c->types, fields, x->fields.len, PL_TYPE_NONE, false, PL_STR(""));
    report_missing_fields(c, x, record);
    return record;
}

/* ---- dispatch ---------------------------------------------------------------------------------------------------- */

/* 5%: of a rate of 0.07, or of a percentage of 7? A name that says percent answers it (expr_ops.c). */
static PlTypeId ask_percent(PlChecker *c, PlExpr *x)
{
    double n = x->literal.kind == PL_LIT_INT ? (double)x->literal.as.integer : x->literal.as.number;
    PlStr said = pl_words_source(c, x->span), part = pl_arena_printf(c->arena, "%.15g", n / 100), whole = pl_arena_printf(c->arena, "%.15g", n);
    PlDiag *d = PL_REPORT(c->diags, WHICH_READING, x->span, 2u);
    pl_diag_candidate(c->diags, d, part, pl_arena_printf(c->arena, PL_FMT " of 1", PL_ARG(said)));
    pl_diag_candidate(c->diags, d, whole, PL_STR("what it is compared with counts in percent"));
    pl_diag_help(c->diags, d, "write the number as the other side has it: " PL_FMT " or " PL_FMT, PL_ARG(part), PL_ARG(whole));
    pl_ask_reading(c, d, c->step, x->span);
    x->flags &= ~(uint32_t)PL_EXPR_PERCENT;
    return pl_expr_bad(x);
}

static PlTypeId check_kind(PlChecker *c, PlExpr **slot, PlTypeId hint)
{
    PlExpr *x = *slot;
    switch (x->kind) {
    case PL_EXPR_LITERAL: return (x->flags & PL_EXPR_PERCENT) ? ask_percent(c, x) : literal_type(x->literal);
    case PL_EXPR_TEXT: return check_text(c, x);
    case PL_EXPR_NAME: return pl_expr_name(c, slot);
    case PL_EXPR_IT: return pl_expr_it(c, slot);
    case PL_EXPR_FIELD: return pl_expr_field(c, slot);
    case PL_EXPR_INDEX: return pl_expr_index(c, slot);
    case PL_EXPR_PROJECT: return pl_expr_project(c, slot);
    case PL_EXPR_SLICE: return pl_expr_slice(c, slot);
    case PL_EXPR_UNARY: return pl_expr_unary(c, slot);
    case PL_EXPR_BINARY: return pl_expr_binary(c, slot, hint);
    case PL_EXPR_IF: return pl_expr_choice(c, slot, hint);
    case PL_EXPR_COALESCE: return pl_expr_coalesce(c, slot, hint);
    case PL_EXPR_CALL: return pl_expr_call(c, slot);
    case PL_EXPR_LIST: return check_list(c, x, hint);
    case PL_EXPR_RECORD: return pl_expr_record(c, slot, hint);
    case PL_EXPR_WHERE:
    case PL_EXPR_SORTED:
    case PL_EXPR_GROUPED:
    case PL_EXPR_SELECT:
    case PL_EXPR_TAKE:
    case PL_EXPR_DISTINCT: return pl_expr_clause(c, slot);
    case PL_EXPR_COERCE: return x->type;
    case PL_EXPR_STEP_REF: /* refs.c reported it */
    case PL_EXPR_BAD:
    case PL_EXPR_COUNT: break;
    }
    return pl_expr_bad(x);
}

/* May be called again for what was checked, when something was put around it. */
PlTypeId pl_expr_check(PlChecker *c, PlExpr **slot, PlTypeId hint)
{
    (*slot)->check = false;
    PlTypeId type = check_kind(c, slot, hint);
    (*slot)->type = type;
    return type;
}
