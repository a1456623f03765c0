/* SPDX-License-Identifier: MIT */
/* What other languages and plain talk write, as the expressions that they are: functions given to methods (`x.map(r => r.a)`) become list clauses,
 * `3 or more`, `between`, `one per line` and `formatted as a table` become operators and calls. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/noun.h"

PlExpr *pl_build_or_more(PlRun *r, PlExpr *left, const PlToken *words, PlExpr *number)
{
    bool more = pl_str_eq_z(words->spelling->exact, ">=");
    return pl_build_binary(r, more ? PL_OPR_GE : PL_OPR_LE, left, number);
}

/* A second tree of the same kind: two places of one tree never share a node, since the checker writes into nodes. */
PlExpr *pl_build_copy(PlRun *r, const PlExpr *e)
{
    if (!e) return NULL;
    PlArena *arena = r->syntax->arena;
    PlExpr *c = PL_NEW(arena, PlExpr);
    *c = *e;
    c->left = pl_build_copy(r, e->left);
    c->right = pl_build_copy(r, e->right);
    c->cond = pl_build_copy(r, e->cond);
    c->items.items = NULL;
    c->items.len = c->items.cap = 0;
    c->fields.items = NULL;
    c->fields.len = c->fields.cap = 0;
    for (uint32_t i = 0; i < e->items.len; i++) pl_vec_push(arena, &c->items, pl_build_copy(r, e->items.items[i]));
    for (uint32_t i = 0; i < e->fields.len; i++) {
        PlRecordField field = e->fields.items[i];
        field.value = pl_build_copy(r, field.value);
        pl_vec_push(arena, &c->fields, field);
    }
    return c;
}

void pl_build_role(PlRun *r, const PlToken *role)
{
    static const char *const approvals[] = {"for approval", "for confirmation", "to approve", "to confirm",
                                            "for permission"};
    static const char *const links[] = {"for", "to", "if", "whether"};
    PlStr who = role->text;
    for (size_t i = 0; i < sizeof approvals / sizeof *approvals; i++) {
        PlStr tail = pl_str_z(approvals[i]);
        if (who.len < tail.len || !pl_str_eq_nocase(pl_str_slice(who, who.len - tail.len, who.len), tail)) continue;
        who = pl_str_trim(pl_str_slice(who, 0, who.len - tail.len));
        PlToken yes_no = {.text = PL_STR("yes/no"), .span = role->span};
        if (!r->step->as_type) r->step->as_type = pl_build_type_name(r, &yes_no);
    }
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        PlStr tail = pl_str_z(links[i]);
        bool found = who.len > tail.len && pl_str_eq_nocase(pl_str_slice(who, who.len - tail.len, who.len), tail) &&
                     who.ptr[who.len - tail.len - 1] == ' ';
        if (found) who = pl_str_trim(pl_str_slice(who, 0, who.len - tail.len));
    }
    r->step->role = who;
}

void pl_build_change(PlRun *r, PlPath path, PlOperator op, PlExpr *by)
{
    pl_build_target(r, path);
    bool number = by->kind == PL_EXPR_LITERAL && (by->literal.kind == PL_LIT_INT || by->literal.kind == PL_LIT_DOUBLE);
    if (number) r->step->kind = PL_STEP_INCREASE;
    if (number)
        r->step->value = op == PL_OPR_SUB ? pl_build_negative(r, by, by->span) : by;
    else
        r->step->value = pl_build_binary(r, op, pl_build_copy(r, path.expr), by);
}

PlExpr *pl_build_between(PlRun *r, PlExpr *value, PlExpr *from, PlExpr *to)
{
    PlExpr *low = pl_build_binary(r, PL_OPR_GE, value, from);
    PlExpr *high = pl_build_binary(r, PL_OPR_LE, pl_build_copy(r, value), to);
    return pl_build_binary(r, PL_OPR_AND, low, high);
}

PlExpr *pl_build_has_any(PlRun *r, PlExpr *whole, const PlToken *words, PlExpr *parts)
{
    bool all = pl_str_eq_z(words->spelling->exact, "all");
    PlExpr *it = pl_build_it(r, words->span), *has = pl_build_binary(r, PL_OPR_CONTAINS, whole, it);
    if (all) has = pl_build_unary(r, PL_OPR_NOT, has, has->span);
    PlExpr *found = pl_build_list_clause(r, PL_EXPR_WHERE, parts, has);
    return pl_build_postfix(r, all ? PL_OPR_EMPTY : PL_OPR_NOT_EMPTY, found, words);
}

PlExpr *pl_build_since(PlRun *r, const PlToken *words, PlExpr *time)
{
    PlToken name = {.text = PL_STR("today"), .span = words->span};
    PlExpr *today = pl_build_name(r, &name);
    bool since = pl_str_eq_z(words->spelling->exact, "since");
    PlExpr *e = pl_build_call2(r, "days_between", since ? time : today, since ? today : time);
    e->span = pl_build_join(words->span, time->span);
    return e;
}

static PlStr field_name(PlRun *r, const PlExpr *value, uint32_t at)
{
    if (value->kind == PL_EXPR_NAME || value->kind == PL_EXPR_FIELD || value->kind == PL_EXPR_PROJECT)
        return value->text;
    return pl_arena_printf(r->syntax->arena, "value_%u", (unsigned)at + 1);
}

PlExpr *pl_build_row(PlRun *r, PlExpr *first, PlItems *rest)
{
    PlFields *fields = NULL;
    PlSpan span = first->span;
    for (uint32_t i = 0; i <= rest->all.len; i++) {
        PlExpr *value = i ? rest->all.items[i - 1] : first;
        span = pl_build_join(span, value->span);
        fields = pl_build_record_field(r, fields, (PlRecordField){field_name(r, value, i), value->span, value});
    }
    PL_REPORT(r->syntax->diags, READ_AS_STEP, span, "one record with a field for each value");
    return pl_build_record(r, fields, span, span);
}

void pl_build_each_of(PlRun *r, PlExpr *list)
{
    if (list->kind == PL_EXPR_BINARY && list->op == PL_OPR_IN && list->left->left &&
        list->left->left->kind == PL_EXPR_NAME) { /* the first 10 orders in found.orders */
        PlStr called = list->left->left->text;
        list->left->left = list->right;
        list = list->left;
        PlToken item = {.text = pl_noun_singular(r->syntax->arena, called), .span = list->span};
        pl_build_each(r, &item, NULL, list);
        return;
    }
    const PlExpr *all = list->kind == PL_EXPR_TAKE || list->kind == PL_EXPR_SLICE ? list->left : list;
    PlStr many = all->kind == PL_EXPR_NAME || all->kind == PL_EXPR_FIELD ? all->text : PL_STR("");
    PlStr one = pl_noun_singular(r->syntax->arena, many);
    if (!one.len || pl_str_eq(one, many)) one = PL_STR("item");
    PlToken name = {.text = one, .span = list->span};
    PL_REPORT(r->syntax->diags, READ_AS_STEP, list->span,
              pl_arena_printf(r->syntax->arena, "`For each " PL_FMT " in ...`", PL_ARG(one)).ptr);
    pl_build_each(r, &name, NULL, list);
}

PlExpr *pl_build_plural(PlRun *r, const PlToken *name)
{
    PlToken list = *name;
    list.text = pl_noun_plural(r->syntax->arena, name->text);
    PL_REPORT(
        r->syntax->diags, READ_AS_STEP, name->span,
        pl_arena_printf(r->syntax->arena, "`For each " PL_FMT " in " PL_FMT "`", PL_ARG(name->text), PL_ARG(list.text))
            .ptr);
    return pl_build_name(r, &list);
}

/* "newlines", "one per line", "commas": what the row's exact column says, \n for a line's end. */
PlExpr *pl_build_separator(PlRun *r, const PlToken *words)
{
    PlStr mark = words->spelling->exact;
    if (pl_str_eq_z(mark, "\\n")) mark = PL_STR("\n");
    if (pl_str_eq_z(mark, "\\n\\n")) mark = PL_STR("\n\n");
    return pl_build_text(r, words->span, mark);
}

PlExpr *pl_build_as_call(PlRun *r, const PlToken *words, PlExpr *value)
{
    PlExpr *call = pl_build_call2(r, "", value, NULL);
    call->text = words->spelling->exact;
    call->span = pl_build_join(value->span, words->span);
    return call;
}

PlExpr *pl_build_then(PlRun *r, const PlToken *words, PlExpr *left, PlExpr *right)
{
    static const struct {
        const char *sign;
        PlOperator op;
    } ops[] = {{"+", PL_OPR_ADD}, {"-", PL_OPR_SUB}, {"*", PL_OPR_MUL}, {"/", PL_OPR_DIV}, {"times", PL_OPR_MUL}};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
        if (pl_str_eq_z(words->spelling->exact, ops[i].sign)) return pl_build_binary(r, ops[i].op, left, right);
    return left;
}

/* ---- x.map(r => r.a) ---- */

typedef enum Shape { SELECT, WHERE, FIRST, SOME, EVERY, SORTED, GROUPED, FLAT, COUNT } Shape;

static const struct Method {
    const char *name;
    Shape shape;
} methods[] = {{"map", SELECT},      {"filter", WHERE},     {"where", WHERE},    {"select", SELECT},
               {"find", FIRST},      {"first", FIRST},      {"some", SOME},      {"any", SOME},
               {"every", EVERY},     {"all", EVERY},        {"sort", SORTED},    {"sortBy", SORTED},
               {"sort_by", SORTED},  {"sorted", SORTED},    {"orderBy", SORTED}, {"order_by", SORTED},
               {"groupBy", GROUPED}, {"group_by", GROUPED}, {"flatMap", FLAT},   {"flat_map", FLAT},
               {"count", COUNT}};

static const struct Method *method_of(PlStr name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (pl_str_eq_z(name, methods[i].name)) return &methods[i];
    return NULL;
}

static PlExpr *call1(PlRun *r, const char *name, PlExpr *value)
{
    return pl_build_call2(r, name, value, NULL);
}

static PlExpr *clause_of(PlRun *r, Shape shape, PlExpr *list, PlExpr *what)
{
    switch (shape) {
    case SELECT: return pl_build_list_clause(r, PL_EXPR_SELECT, list, what);
    case WHERE: return pl_build_list_clause(r, PL_EXPR_WHERE, list, what);
    case FIRST: return call1(r, "first", pl_build_list_clause(r, PL_EXPR_WHERE, list, what));
    case SOME: {
        PlToken words = {.span = what->span};
        return pl_build_postfix(r, PL_OPR_NOT_EMPTY, pl_build_list_clause(r, PL_EXPR_WHERE, list, what), &words);
    }
    case EVERY: {
        PlToken words = {.span = what->span};
        PlExpr *not_so = pl_build_unary(r, PL_OPR_NOT, what, what->span);
        return pl_build_postfix(r, PL_OPR_EMPTY, pl_build_list_clause(r, PL_EXPR_WHERE, list, not_so), &words);
    }
    case SORTED: return pl_build_sorted(r, list, pl_build_key(r, NULL, (PlKey){what, false}));
    case GROUPED: return pl_build_list_clause(r, PL_EXPR_GROUPED, list, what);
    case FLAT: return call1(r, "flatten", pl_build_list_clause(r, PL_EXPR_SELECT, list, what));
    case COUNT: return call1(r, "count", pl_build_list_clause(r, PL_EXPR_WHERE, list, what));
    }
    return list;
}

/* sorted(list, key=lambda x: ..., reverse=True), max(list, key=...), min(list, key=...); NULL when it is none of them. */
static PlExpr *keyed_call(PlRun *r, const PlToken *name, PlExpr *self, PlArgs *args)
{
    PlExpr *list = self, *key = NULL;
    bool descending = false, greatest = pl_str_eq_z(name->text, "max"), one = greatest || pl_str_eq_z(name->text, "min");
    if (!one && !pl_str_eq_z(name->text, "sorted") && !pl_str_eq_z(name->text, "sort")) return NULL;
    for (uint32_t i = 0; args && i < args->all.len; i++) {
        PlArgument *arg = &args->all.items[i];
        if (!arg->name.len && !arg->lambda.len && !list) {
            list = arg->value;
        } else if (pl_str_eq_z(arg->name, "key") && arg->lambda.len && !key) {
            pl_build_becomes_it(arg->value, arg->lambda);
            key = arg->value;
        } else if (pl_str_eq_z(arg->name, "reverse") && arg->value->kind == PL_EXPR_LITERAL && arg->value->literal.kind == PL_LIT_YESNO && !one) {
            descending = arg->value->literal.as.yes;
        } else {
            return NULL;
        }
    }
    if (!list || !key) return NULL;
    PlExpr *sorted = pl_build_sorted(r, list, pl_build_key(r, NULL, (PlKey){key, descending || greatest}));
    if (one) return call1(r, "first", sorted);
    sorted->flags |= PL_EXPR_PARENS;
    return sorted;
}

/* list(x), tuple(x): x; set(x): x distinct; sorted(x, reverse=True): sort(x, descending=yes). NULL when it is another call. */
static PlExpr *call_of_code(PlRun *r, const PlToken *name, PlExpr *self, PlArgs *args)
{
    bool one = !self && args && args->all.len == 1 && !args->all.items[0].name.len && !args->all.items[0].lambda.len;
    if (one && (pl_str_eq_z(name->text, "list") || pl_str_eq_z(name->text, "tuple"))) {
        PlExpr *value = args->all.items[0].value;
        value->flags |= value->kind >= PL_EXPR_WHERE && value->kind <= PL_EXPR_DISTINCT ? (uint32_t)PL_EXPR_PARENS : 0;
        return value;
    }
    if (one && pl_str_eq_z(name->text, "set")) {
        PlExpr *distinct = pl_build_list_clause(r, PL_EXPR_DISTINCT, args->all.items[0].value, NULL);
        distinct->flags |= PL_EXPR_PARENS;
        return distinct;
    }
    if (one && pl_str_eq_z(name->text, "range")) { /* from 0, the end left out */
        PlExpr *end = args->all.items[0].value;
        PL_REPORT(r->syntax->diags, READ_AS_STEP, name->span, "`range(0, n - 1)`");
        return pl_build_call2(r, "range", pl_build_int(r, end->span, 0), pl_build_binary(r, PL_OPR_SUB, end, pl_build_int(r, end->span, 1)));
    }
    bool sorts = pl_str_eq_z(name->text, "sorted") || pl_str_eq_z(name->text, "sort");
    for (uint32_t i = 0; sorts && args && i < args->all.len; i++)
        if (pl_str_eq_z(args->all.items[i].name, "reverse")) args->all.items[i].name = PL_STR("descending");
    return NULL;
}

PlExpr *pl_build_lambda_call(PlRun *r, const PlToken *name, PlExpr *self, PlArgs *args, const PlToken *close)
{
    PlArgument *lambda = NULL;
    uint32_t others = 0;
    PlExpr *code = keyed_call(r, name, self, args);
    if (!code) code = call_of_code(r, name, self, args);
    if (code) return code;
    for (uint32_t i = 0; args && i < args->all.len; i++) {
        if (args->all.items[i].lambda.len)
            lambda = &args->all.items[i];
        else
            others++;
    }
    if (!lambda) return NULL;
    const struct Method *method = method_of(name->text);
    PlExpr *list = self;
    if (!self && args->all.len == 2 && others == 1) /* map(list, x => ...), filter(x => ..., list) */
        list = args->all.items[lambda == &args->all.items[0]].value;
    if (!method || !list || (self && others)) {
        PL_REPORT(r->syntax->diags, UNEXPECTED, lambda->span, "a value",
                  pl_arena_printf(r->syntax->arena, "a function of `" PL_FMT "`", PL_ARG(lambda->lambda)).ptr);
        r->failed = true;
        return pl_build_int(r, name->span, 0);
    }
    pl_build_becomes_it(lambda->value, lambda->lambda);
    PlExpr *e = clause_of(r, method->shape, list, lambda->value);
    PlSpan whole = pl_build_join(list->span, pl_build_join(name->span, close->span));
    e->span = whole;
    e->flags |= PL_EXPR_PARENS;
    return e;
}
