/* SPDX-License-Identifier: MIT */
/* The step at hand: its target, call, clauses and result; and types and inputs. A clause that its statement does not take is refused here,
 * by the table `allowed`; one that stands twice as well. */
#include "compiler/syntax/build.h"

static PlArena *arena_of(PlRun *r)
{
    return r->syntax->arena;
}

PlPath pl_build_path(PlRun *r, const PlToken *name)
{
    return (PlPath){pl_build_name(r, name), name->text, name->span, name->span};
}

PlPath pl_build_path_step(PlRun *r, PlPath path, PlExpr *longer)
{
    (void)r;
    path.expr = longer;
    path.span = longer->span;
    return path;
}

void pl_build_target(PlRun *r, PlPath path)
{
    r->step->name = path.name;
    r->step->name_span = path.name_span;
    r->step->target = path.expr->kind == PL_EXPR_NAME ? NULL : path.expr;
}

void pl_build_each(PlRun *r, const PlToken *name, const PlToken *name2, PlExpr *list)
{
    PlStep *step = r->step;
    step->name = name->text;
    step->name_span = name->span;
    bool pairs = name2 && list->kind == PL_EXPR_CALL && list->items.len == 1 && list->fields.len == 0 &&
                 (pl_str_eq_z(list->text, "enumerate") || pl_str_eq_z(list->text, "items") || pl_str_eq_z(list->text, "entries"));
    if (pairs) list = list->items.items[0]; /* enumerate(x), x.items(): two names say it */
    if (name2) {
        step->name2 = name2->text;
        step->name2_span = name2->span;
    }
    step->value = list;
    if (list->kind == PL_EXPR_WHERE && !(list->flags & PL_EXPR_PARENS)) {
        step->value = list->left;
        step->cond = list->right;
    }
}

static void set_action(PlStep *step, const PlToken *action, PlArgs *args)
{
    size_t dot = pl_str_find_char(action->text, '.', 0);
    step->plugin = dot == PL_STR_NONE ? PL_STR("") : pl_str_slice(action->text, 0, dot);
    step->action = dot == PL_STR_NONE ? action->text : pl_str_slice(action->text, dot + 1, action->text.len);
    step->action_span = action->span;
    if (!args) return;
    step->args.items = args->all.items;
    step->args.len = args->all.len;
    step->args.cap = args->all.cap;
}

void pl_build_call_step(PlRun *r, const PlToken *action, PlArgs *args)
{
    set_action(r->step, action, args);
}

void pl_build_more_args(PlRun *r, PlArgs *args)
{
    for (uint32_t i = 0; args && i < args->all.len; i++) pl_vec_push(arena_of(r), &r->step->args, args->all.items[i]);
}

static void misplaced(PlRun *r, PlSpan span, const char *clause)
{
    PlDiag *d = PL_REPORT(r->syntax->diags, CLAUSE_MISPLACED, span, clause);
    pl_diag_help(r->syntax->diags, d, "the step's form is `%s`", pl_step_kind_form(r->step->kind));
    r->failed = true;
}

void pl_build_as(PlRun *r, const PlToken *word, PlTypeExpr *type)
{
    PlStepKind kind = r->step->kind;
    bool takes = kind == PL_STEP_ACTION || kind == PL_STEP_ASK || kind == PL_STEP_WAIT_EVENT;
    if (takes && !r->step->as_type) {
        r->step->as_type = type;
    } else {
        misplaced(r, word->span, "as TYPE");
    }
}

void pl_build_bind(PlRun *r, const PlToken *arrow, const PlToken *name)
{
    PlStep *step = r->step;
    static const bool binds[PL_STEP_COUNT] = {[PL_STEP_ACTION] = true,
                                              [PL_STEP_PROSE] = true,
                                              [PL_STEP_KEEP] = true,
                                              [PL_STEP_ASK] = true,
                                              [PL_STEP_WAIT_EVENT] = true};
    if (!binds[step->kind]) {
        misplaced(r, arrow->span, "-> name");
    } else if (step->bind.len) {
        PlDiag *d = PL_REPORT(r->syntax->diags, CLAUSE_TWICE, name->span, "-> name");
        pl_diag_related(r->syntax->diags, d, step->bind_span, "the first is here");
        r->failed = true;
    } else {
        step->bind = name->text;
        step->bind_span = name->span;
    }
}

enum { CALLS = 1, LOOP = 2, BRANCHES = 4 };

static unsigned family(PlStepKind kind)
{
    switch (kind) {
    case PL_STEP_ACTION:
    case PL_STEP_PROSE: return CALLS;
    case PL_STEP_EACH: return LOOP;
    case PL_STEP_TOGETHER: return BRANCHES;
    default: return 0;
    }
}

static const unsigned allowed[PL_CLAUSE_COUNT] = {
    [PL_CLAUSE_RETRY] = CALLS,
    [PL_CLAUSE_WITHIN] = CALLS | LOOP | BRANCHES,
    [PL_CLAUSE_ALL_PAGES] = CALLS,
    [PL_CLAUSE_UP_TO] = CALLS | LOOP,
    [PL_CLAUSE_AT_A_TIME] = LOOP | BRANCHES,
    [PL_CLAUSE_IF_FAILS] = CALLS,
    [PL_CLAUSE_ASK_FIRST] = CALLS,
    [PL_CLAUSE_IN_ORDER] = CALLS | LOOP,
    [PL_CLAUSE_KEY] = CALLS,
    [PL_CLAUSE_TOLERATING] = LOOP | BRANCHES,
    [PL_CLAUSE_GO_ON] = LOOP | BRANCHES,
};

PlClause *pl_build_clause(PlRun *r, PlClauseKind kind, const PlToken *word)
{
    PlStep *step = r->step;
    PlClause *first = pl_step_clause(step, kind);
    if (!(allowed[kind] & family(step->kind))) {
        misplaced(r, word->span, pl_clause_kind_name(kind));
    } else if (first && (kind != PL_CLAUSE_IF_FAILS || !first->count)) {
        PlDiag *d = PL_REPORT(r->syntax->diags, CLAUSE_TWICE, word->span, pl_clause_kind_name(kind));
        pl_diag_related(r->syntax->diags, d, first->span, "the first is here");
        r->failed = true;
    }
    pl_vec_push(arena_of(r), &step->clauses, (PlClause){.kind = kind, .span = word->span});
    return &pl_vec_last(&step->clauses);
}

static bool is_repeat(const PlRun *r)
{
    return r->step->kind == PL_STEP_REPEAT;
}

void pl_build_within(PlRun *r, const PlToken *word, PlExpr *duration)
{
    PlStepKind kind = r->step->kind;
    if (is_repeat(r) || kind == PL_STEP_ASK || kind == PL_STEP_APPROVE || kind == PL_STEP_WAIT_EVENT)
        r->step->within = duration;
    else
        pl_build_clause(r, PL_CLAUSE_WITHIN, word)->duration = duration;
}

void pl_build_every(PlRun *r, const PlToken *word, PlExpr *duration)
{
    if (is_repeat(r))
        r->step->every = duration;
    else
        misplaced(r, word->span, pl_arena_str(arena_of(r), word->text).ptr);
}

/* "up to" bounds whatever its statement counts: items, branches at a time, times, or the time itself. */
void pl_build_up_to(PlRun *r, const PlToken *word, PlExpr *count, int unit)
{
    PlStepKind kind = r->step->kind;
    bool is_time = pl_build_is_duration(count);
    if (is_time && unit == 0) {
        pl_build_within(r, word, count);
    } else if (r->parallel && (unit == 0 || unit == PL_TK_AT_A_TIME)) {
        pl_vec_last(&r->step->clauses).count = count;
        r->parallel = false;
    } else if (is_repeat(r) && (unit == 0 || unit == PL_TK_TIMES)) {
        r->step->count = count;
        r->step->at_most = true;
    } else if (unit == PL_TK_AT_A_TIME) {
        pl_build_clause(r, PL_CLAUSE_AT_A_TIME, word)->count = count;
    } else if (unit == PL_TK_ITEMS || (unit == 0 && (family(kind) == CALLS || kind == PL_STEP_EACH))) {
        pl_build_clause(r, PL_CLAUSE_UP_TO, word)->count = count;
        if (unit == 0 && kind == PL_STEP_EACH) PL_REPORT(r->syntax->diags, READ_AS_STEP, word->span, "a number of items"); /* the fewest effects */
    } else if (unit == 0 && (family(kind) & (LOOP | BRANCHES))) {
        PlDiag *d = PL_REPORT(r->syntax->diags, UNEXPECTED, r->last.span, "`items` or `at a time` behind the number",
                              "neither");
        pl_diag_help(r->syntax->diags, d, "up to 5 at a time");
        r->failed = true;
    } else {
        misplaced(r, word->span, pl_arena_str(arena_of(r), word->text).ptr);
    }
}

/* `in parallel` without a number is as wide as this, until a number follows. */
enum { PARALLEL_DEFAULT = 8 };

void pl_build_parallel(PlRun *r, const PlToken *word)
{
    pl_build_clause(r, PL_CLAUSE_AT_A_TIME, word)->count = pl_build_int(r, word->span, PARALLEL_DEFAULT);
    r->parallel = true;
}

void pl_build_fails(PlRun *r, const PlToken *word, PlExpr *status)
{
    pl_build_clause(r, PL_CLAUSE_IF_FAILS, word)->count = status;
}

void pl_build_fail_do(PlRun *r, PlFailDo what, const PlToken *word, PlExpr *value)
{
    PlClause *clause = &pl_vec_last(&r->step->clauses);
    clause->fail_do = what;
    clause->value = value;
    clause->span = pl_build_join(clause->span, value ? value->span : word->span);
}

void pl_build_fail_action(PlRun *r, const PlToken *prose, const PlToken *action, PlArgs *args)
{
    PlClause *clause = &pl_vec_last(&r->step->clauses);
    PlStep *step = PL_NEW(arena_of(r), PlStep);
    step->kind = PL_STEP_ACTION;
    step->span = pl_build_join(prose->span, r->last.span);
    step->marker = step->keyword = step->bind_span = step->name_span = step->name2_span = PL_NO_SPAN;
    step->trailing.span = PL_NO_SPAN;
    step->prose = prose->text;
    step->prose_span = prose->span;
    set_action(step, action, args);
    clause->fail_do = PL_FAIL_ACTION;
    clause->step = step;
    clause->span = pl_build_join(clause->span, step->span);
}

static PlTypeExpr *new_type(PlRun *r, PlTypeExprKind kind, PlSpan span)
{
    PlTypeExpr *t = PL_NEW(arena_of(r), PlTypeExpr);
    t->kind = kind;
    t->span = span;
    return t;
}

PlTypeExpr *pl_build_type_name(PlRun *r, const PlToken *name)
{
    PlTypeExpr *t = new_type(r, PL_TE_NAME, name->span);
    t->name = name->spelling ? name->spelling->exact : name->text;
    return t;
}

PlTypeExpr *pl_build_type_any(PlRun *r, PlSpan span)
{
    PlTypeExpr *t = new_type(r, PL_TE_NAME, span);
    t->name = PL_STR("any");
    return t;
}

PlTypeExpr *pl_build_type_list(PlRun *r, const PlToken *word, PlTypeExpr *of)
{
    PlTypeExpr *t = new_type(r, PL_TE_LIST, pl_build_join(word->span, of->span));
    t->left = of;
    return t;
}

PlTypeExpr *pl_build_type_record(PlRun *r, PlTypeFields *fields, const PlToken *open, const PlToken *close)
{
    PlTypeExpr *t = new_type(r, PL_TE_RECORD, pl_build_join(open->span, close->span));
    for (uint32_t i = 0; fields && i < fields->all.len; i++) pl_vec_push(arena_of(r), &t->fields, fields->all.items[i]);
    return t;
}

PlTypeExpr *pl_build_type_one_of(PlRun *r, const PlToken *word, PlItems *values)
{
    PlTypeExpr *t = new_type(r, PL_TE_ONE_OF, pl_build_join(word->span, pl_vec_last(&values->all)->span));
    for (uint32_t i = 0; i < values->all.len; i++) pl_vec_push(arena_of(r), &t->values, values->all.items[i]);
    return t;
}

PlTypeExpr *pl_build_type_or(PlRun *r, PlTypeExpr *left, PlTypeExpr *right)
{
    PlTypeExpr *t = new_type(r, PL_TE_OR, pl_build_join(left->span, right->span));
    t->left = left;
    t->right = right;
    return t;
}

PlTypeFields *pl_build_type_field(PlRun *r, PlTypeFields *fields, PlTypeField field)
{
    if (!fields) fields = PL_NEW(arena_of(r), PlTypeFields);
    pl_vec_push(arena_of(r), &fields->all, field);
    return fields;
}

void pl_build_limit(PlRun *r, PlExpr *value, bool calls)
{
    PlPlan *plan = r->syntax->plan;
    PlLiteralKind want = calls ? PL_LIT_INT : PL_LIT_DURATION;
    if (value->kind != PL_EXPR_LITERAL || value->literal.kind != want) {
        PlDiag *d =
            PL_REPORT(r->syntax->diags, UNEXPECTED, value->span, "a number of calls or a time", "something else");
        pl_diag_help(r->syntax->diags, d, "Limit: 500 calls, 10 minutes");
        r->failed = true;
    } else if (calls) {
        plan->limit_calls = value;
    } else {
        plan->limit_time = value;
    }
}

void pl_build_input(PlRun *r, const PlToken *name, PlTypeExpr *type, PlExpr *value)
{
    PlInputDecl input = {.name = name->text, .name_span = name->span, .type = type, .value = value};
    input.span = pl_build_join(name->span, value ? value->span : type ? type->span : name->span);
    if (name->optional && type) { /* name?: T is T or nothing */
        PlTypeExpr *nothing = pl_build_type_any(r, name->span);
        nothing->name = PL_STR("nothing");
        input.type = pl_build_type_or(r, type, nothing);
    }
    pl_vec_push(arena_of(r), &r->syntax->plan->inputs, input);
}
