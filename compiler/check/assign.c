/* SPDX-License-Identifier: MIT */
/* Names that steps set, count and gather: Set, Increase, Clear, Add, Keep, and the declarations that `Add` and `Increase` to an unknown name need.
 * spec/checking.md, "Names". */
#include "compiler/check/expr.h"
#include "compiler/check/flow.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"
#include "compiler/prose/prose.h"

/* [] holds nothing yet: what is added to it decides its type. */
static PlTypeId bound_type(PlChecker *c, const PlExpr *value)
{
    return value->kind == PL_EXPR_LIST && value->items.len == 0 ? c->empty_list : value->type;
}

/* A symbol's own type is that of its last binding, in a form that a module may hold. */
static void bind(PlChecker *c, PlStep *step, PlTypeId type)
{
    step->symbol = pl_scope_bind(c, step->name, step->name_span, step, type, PL_BOUND_YES);
    if (type == c->empty_list) step->symbol->type = PL_T_LIST_ANY;
}

/* ---- paths as targets: Set x.y to 1 ---------------------------------------------------------------------------------- */

/* The name that a path begins with, or NULL. */
static PlExpr *base_of(PlExpr *target)
{
    while (target->kind == PL_EXPR_FIELD || target->kind == PL_EXPR_INDEX) target = target->left;
    return target->kind == PL_EXPR_NAME ? target : NULL;
}

static PlTypeId with_field(PlChecker *c, PlTypeId record, PlStr name, PlTypeId type)
{
    const PlType t = *pl_type(c->types, pl_type_without_nothing(c->types, record));
    if (t.kind != PL_TYPE_RECORD) return record;
    PlField *fields = PL_NEW_N(c->arena, PlField, t.count + 1);
    if (t.count) memcpy(fields, t.fields, t.count * sizeof *fields);
    uint32_t at = 0;
    while (at < t.count && !pl_str_eq(fields[at].name, name)) at++;
    fields[at] = (PlField){.name = name, .type = type, .required = true};
    return pl_type_record(c->types, fields, at == t.count ? t.count + 1 : t.count, t.rest, t.closed, t.name);
}

/* Rule: setting a field gives the record that field, of the value's type; the path before it must be there. */
static void set_path(PlChecker *c, PlStep *step, PlTypeId type)
{
    PlExpr *target = step->target, *base = base_of(target);
    if (!base) {
        PL_REPORT0(c->diags, NOT_A_TARGET, target->span);
        return;
    }
    pl_expr_check(c, &target->left, PL_TYPE_NONE);
    if (target->kind == PL_EXPR_INDEX) pl_expr_check(c, &target->right, PL_TYPE_NONE);
    target->type = type;
    if (target->left->kind == PL_EXPR_BAD || !base->symbol) return;
    if (base->symbol->kind == PL_SYM_NOW) {
        PL_REPORT0(c->diags, NOT_A_TARGET, target->span);
        return;
    }
    step->symbol = base->symbol;
    PlSymbol *symbol = base->symbol;
    if (pl_scope_is_outside(c, symbol)) {
        pl_scope_bind(c, symbol->name, base->span, step, symbol->type, PL_BOUND_YES); /* reports */
        return;
    }
    bool direct = target->kind == PL_EXPR_FIELD && target->left == base;
    PlTypeId old = pl_flow_var(c, symbol).type;
    PlTypeId changed = direct ? with_field(c, old, target->text, type) : old;
    symbol->type = changed;
    pl_flow_set(c, symbol, changed, pl_flow_var(c, symbol).bound);
}

/* ---- Set, Keep, Clear, Increase -------------------------------------------------------------------------------------- */

/* Set NAME to EXPR | Set PATH to EXPR */
void pl_assign_set(PlChecker *c, PlStep *step)
{
    if (!step->value) return;
    (void)pl_prose_whole(c, &step->value, false);
    pl_expr_check(c, &step->value, PL_TYPE_NONE);
    if (step->target)
        set_path(c, step, step->value->type);
    else
        bind(c, step, bound_type(c, step->value));
}

/* Keep LIST where COND [-> name]: Set name to LIST where COND */
void pl_assign_keep(PlChecker *c, PlStep *step)
{
    step->kind = PL_STEP_SET;
    if (step->bind.len) {
        step->name = step->bind;
        step->name_span = step->bind_span;
        step->bind = PL_STR("");
    }
    if (!step->name.len) {
        const PlExpr *base = step->value;
        while (base && base->kind >= PL_EXPR_WHERE && base->kind <= PL_EXPR_DISTINCT) base = base->left;
        if (!base || base->kind != PL_EXPR_NAME) {
            if (base && base->kind != PL_EXPR_BAD) {
                PlDiag *d = PL_REPORT0(c->diags, NO_NAME, step->span);
                pl_diag_help(c->diags, d, "add `-> name` at the end");
            }
            if (step->value) pl_expr_check(c, &step->value, PL_TYPE_NONE);
            return;
        }
        step->name = base->text;
        step->name_span = base->span;
    }
    pl_assign_set(c, step);
}

/* Clear NAME: the empty value of its type */
void pl_assign_clear(PlChecker *c, PlStep *step)
{
    PlSymbol *symbol = pl_scope_find(c, step->name);
    if (!symbol) {
        PlExpr *name = pl_expr_name_of(c, step->name_span, step->name);
        pl_expr_check(c, &name, PL_TYPE_NONE); /* reports, unless it is another spelling */
        symbol = name->symbol;
        if (!symbol) return;
        step->name = symbol->name;
    }
    PlVar var = pl_flow_var(c, symbol);
    PlTypeId type = pl_type_without_nothing(c->types, var.type);
    PlTypeKind kind = pl_type(c->types, type)->kind;
    if (kind == PL_TYPE_LIST)
        type = c->empty_list;
    else if (kind == PL_TYPE_NUMBER || kind == PL_TYPE_INTEGER)
        type = PL_T_INTEGER;
    else if (kind == PL_TYPE_RECORD)
        type = pl_type_record(c->types, NULL, 0, PL_TYPE_NONE, false, PL_STR(""));
    else if (kind != PL_TYPE_TEXT)
        type = PL_T_NOTHING;
    PlTypeId last = symbol->type;
    step->symbol = pl_scope_bind(c, symbol->name, step->name_span, step, type, PL_BOUND_YES);
    symbol->type = last;
}

static bool is_outside_gather(PlChecker *c, PlSymbol *symbol)
{
    if (!pl_scope_is_outside(c, symbol)) return false;
    symbol->gathered = true;
    return true;
}

/* The symbol of a name that Add or Increase changes; NULL when it was reported. */
static PlSymbol *changed_symbol(PlChecker *c, PlStep *step, PlTypeId *type)
{
    PlExpr *name = pl_expr_name_of(c, step->name_span, step->name);
    PlItFrame *frame = c->frame;
    c->frame = NULL;
    pl_expr_check(c, &name, PL_TYPE_NONE);
    c->frame = frame;
    if (!name->symbol || name->kind != PL_EXPR_NAME || name->symbol->kind == PL_SYM_NOW) return NULL;
    step->name = name->symbol->name;
    step->symbol = name->symbol;
    *type = pl_flow_var(c, name->symbol).type;
    return name->symbol;
}

/* Increase NAME by EXPR */
void pl_assign_increase(PlChecker *c, PlStep *step)
{
    PlTypeId by = PL_T_INTEGER, type;
    if (step->value) {
        pl_expr_want(c, &step->value, PL_T_NUMBER, PL_STR("what is added"));
        by = step->value->check ? PL_T_NUMBER : step->value->type;
    }
    PlSymbol *symbol = changed_symbol(c, step, &type);
    if (!symbol) return;
    PlTypeId was = pl_type_without_nothing(c->types, type);
    PlTypeKind kind = pl_type(c->types, was)->kind;
    if (kind != PL_TYPE_INTEGER && kind != PL_TYPE_NUMBER && kind != PL_TYPE_ANY) {
        PlStr what = pl_arena_printf(c->arena, "`" PL_FMT "`", PL_ARG(step->name));
        PL_REPORT(c->diags, NOT_USABLE, step->name_span, PL_ARG(what), 6, "number", PL_ARG(pl_words_type(c, type)));
        return;
    }
    bool whole = kind == PL_TYPE_INTEGER && pl_type(c->types, by)->kind == PL_TYPE_INTEGER;
    PlTypeId becomes = kind == PL_TYPE_ANY ? PL_T_ANY : whole ? PL_T_INTEGER : PL_T_NUMBER;
    is_outside_gather(c, symbol);
    symbol->type = becomes;
    pl_flow_set(c, symbol, becomes, pl_flow_var(c, symbol).bound);
}

/* ---- Add ------------------------------------------------------------------------------------------------------------- */

static void add_to_path(PlChecker *c, PlStep *step)
{
    PlExpr *base = base_of(step->target);
    if (!base) {
        PL_REPORT0(c->diags, NOT_A_TARGET, step->target->span);
        return;
    }
    pl_expr_list(c, &step->target, PL_STR("what `Add` adds to"));
    base = step->target->kind == PL_EXPR_BAD ? NULL : base_of(step->target);
    if (!base || !base->symbol || base->symbol->kind == PL_SYM_NOW) {
        if (base && base->symbol) PL_REPORT0(c->diags, NOT_A_TARGET, step->target->span);
        return;
    }
    step->symbol = base->symbol;
    PlVar var = pl_flow_var(c, base->symbol);
    pl_scope_bind(c, base->symbol->name, base->span, step, var.type, var.bound);
}

/* `Add 100 to start` where start is a number. */
static bool is_sum(PlChecker *c, const PlStep *step, PlTypeKind kind)
{
    if (kind != PL_TYPE_INTEGER && kind != PL_TYPE_NUMBER) return false;
    PlTypeKind value = pl_type(c->types, pl_type_without_nothing(c->types, step->value->type))->kind;
    return value == PL_TYPE_INTEGER || value == PL_TYPE_NUMBER;
}

static void note_add(PlChecker *c, const PlStep *step, PlStr value, PlStr to)
{
    PlStr from = pl_arena_printf(c->arena, "Add " PL_FMT " to " PL_FMT, PL_ARG(value), PL_ARG(step->name));
    PL_REPORT(c->diags, READ_AS, step->span, PL_ARG(from), PL_ARG(to));
}

static void read_as_increase(PlChecker *c, PlStep *step)
{
    step->kind = PL_STEP_INCREASE;
    PlStr by = pl_words_expr(c, step->value);
    note_add(c, step, by, pl_arena_printf(c->arena, "Increase " PL_FMT " by " PL_FMT, PL_ARG(step->name), PL_ARG(by)));
    pl_assign_increase(c, step);
}

static bool shows_as_text(PlChecker *c, const PlExpr *x)
{
    PlTypeKind kind = pl_type(c->types, x->type)->kind;
    return kind == PL_TYPE_TEXT || kind == PL_TYPE_ENUM || kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER;
}

/* `Append "more" to report` where report is a text: Set report to "{report}more". */
static void read_as_append(PlChecker *c, PlStep *step)
{
    PlExpr *text = pl_expr_new(c->arena, PL_EXPR_TEXT, step->value->span);
    pl_vec_push(c->arena, &text->items, pl_expr_name_of(c, step->name_span, step->name));
    if (step->value->kind == PL_EXPR_TEXT)
        for (uint32_t i = 0; i < step->value->items.len; i++) pl_vec_push(c->arena, &text->items, step->value->items.items[i]);
    else pl_vec_push(c->arena, &text->items, pl_expr_piece(c, step->value));
    pl_expr_join_plain(c, text);
    PlStr value = pl_words_expr(c, step->value), whole = pl_words_expr(c, text);
    note_add(c, step, value, pl_arena_printf(c->arena, "Set " PL_FMT " to " PL_FMT, PL_ARG(step->name), PL_ARG(whole)));
    step->kind = PL_STEP_SET;
    step->value = text;
    pl_assign_set(c, step);
}

/* Add EXPR to NAME: the items' type is that of all that is added. */
void pl_assign_add(PlChecker *c, PlStep *step)
{
    if (step->value) pl_expr_check(c, &step->value, PL_TYPE_NONE);
    if (step->target) {
        add_to_path(c, step);
        return;
    }
    PlTypeId type;
    PlSymbol *symbol = changed_symbol(c, step, &type);
    if (!symbol || !step->value) return;
    PlTypeId was = pl_type_without_nothing(c->types, type);
    PlTypeKind kind = pl_type(c->types, was)->kind;
    PlTypeId becomes = was;
    if (is_sum(c, step, kind)) {
        read_as_increase(c, step);
        return;
    }
    if (kind == PL_TYPE_TEXT && shows_as_text(c, step->value)) {
        read_as_append(c, step);
        return;
    }
    if (kind == PL_TYPE_LIST && pl_assign_extends(c, step, was == c->empty_list ? PL_TYPE_NONE : pl_type(c->types, was)->elem)) {
        pl_loop_each(c, step);
        return;
    }
    if (kind == PL_TYPE_LIST) {
        becomes = pl_flow_join_types(c, was, pl_type_list(c->types, step->value->type));
    } else if (kind != PL_TYPE_ANY) {
        PlStr what = pl_arena_printf(c->arena, "`" PL_FMT "`", PL_ARG(step->name));
        PlDiag *d = PL_REPORT(c->diags, NOT_A_LIST, step->name_span, PL_ARG(what), PL_ARG(pl_words_type(c, type)));
        pl_diag_related(c->diags, d, symbol->span, "it is first bound here");
        if (kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER)
            pl_diag_help(c->diags, d, "to count, write `Increase %.*s by ...`", PL_ARG(step->name));
        return;
    }
    is_outside_gather(c, symbol);
    symbol->type = becomes;
    pl_flow_set(c, symbol, becomes, pl_flow_var(c, symbol).bound);
}

/* ---- declarations ---------------------------------------------------------------------------------------------------- */

typedef struct Declare {
    PlChecker *c;
    PL_VEC(PlStr) bound; /* in the text before, inside of the chain */
    PlStepList *out;
    PlStep *first; /* of the chain */
} Declare;

static bool is_bound(const Declare *d, PlStr name)
{
    for (uint32_t i = 0; i < d->bound.len; i++)
        if (pl_words_same(d->bound.items[i], name)) return true;
    if (pl_scope_find(d->c, name)) return true;
    PlStr *names;
    uint32_t count = pl_scope_names(d->c, &names);
    for (uint32_t i = 0; i < count; i++)
        if (pl_words_same(names[i], name)) return true;
    return false;
}

static void declare(Declare *d, PlStep *step, bool is_list)
{
    PlChecker *c = d->c;
    PlStep *set = PL_NEW(c->arena, PlStep);
    *set = (PlStep){.kind = PL_STEP_SET,
                    .span = d->first->span,
                    .name = step->name,
                    .name_span = step->name_span,
                    .parent = d->first->parent};
    set->label = d->first->label;
    set->marker = set->keyword = set->prose_span =
        (PlSpan){d->first->span.source, d->first->span.start, d->first->span.start};
    set->bind_span = set->action_span = set->name2_span = PL_NO_SPAN;
    set->value = is_list ? pl_expr_new(c->arena, PL_EXPR_LIST, step->name_span)
                         : pl_expr_literal(c, step->name_span, (PlLiteral){.kind = PL_LIT_INT}, PL_T_INTEGER);
    pl_vec_push(c->arena, d->out, set);
    pl_vec_push(c->arena, &d->bound, step->name);
    PL_REPORT(c->diags, STARTED_BEFORE, step->name_span, PL_ARG(step->name), is_list ? "an empty list" : "0",
              PL_ARG(pl_words_step(d->first)));
}

static bool is_one(const PlExpr *x)
{
    return x && x->kind == PL_EXPR_LITERAL && x->literal.kind == PL_LIT_INT && x->literal.as.integer == 1;
}

static bool adds_other(PlStep *const *steps, uint32_t count, PlStr name)
{
    for (uint32_t i = 0; i < count; i++) {
        if (steps[i]->kind == PL_STEP_ADD && pl_str_eq(steps[i]->name, name) && !is_one(steps[i]->value)) return true;
        if (adds_other(steps[i]->steps.items, steps[i]->steps.len, name)) return true;
    }
    return false;
}

/* `Add 1 to n`, where nothing is called n yet and nothing else is added to it, counts. */
static bool counts(const PlChecker *c, const PlStep *step)
{
    if (!is_one(step->value) || adds_other(c->plan->steps.items, c->plan->steps.len, step->name)) return false;
    PlSpan at = step->keyword;
    if (at.source >= c->diags->sources->all.len) return false;
    return pl_str_eq_nocase(pl_str_slice(c->diags->sources->all.items[at.source].text, at.start, at.end), PL_STR("add"));
}

static void scan(Declare *d, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        bool changes = (step->kind == PL_STEP_ADD || step->kind == PL_STEP_INCREASE) && !step->target && step->name.len;
        if (changes && !pl_scope_is_reserved(step->name) && !is_bound(d, step->name))
            declare(d, step, step->kind == PL_STEP_ADD && !counts(d->c, step));
        if (step->bind.len) pl_vec_push(d->c->arena, &d->bound, step->bind);
        if (!changes && step->name.len) pl_vec_push(d->c->arena, &d->bound, step->name);
        if (step->name2.len) pl_vec_push(d->c->arena, &d->bound, step->name2);
        scan(d, step->steps.items, step->steps.len);
    }
}

void pl_assign_declare(PlChecker *c, PlStep *const *chain, uint32_t count, PlStepList *out)
{
    Declare d = {.c = c, .out = out, .first = chain[0]};
    scan(&d, chain, count);
}
