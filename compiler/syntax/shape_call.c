/* SPDX-License-Identifier: MIT */
/* "For each order in shop.list_orders(status="paid"):" calls an action where the list is named: that call becomes a step before the loop, with a name for
 * what it gives. Only where nothing in the plan is called `shop` and no function `list_orders`: anything else is a method of a value. */
#include "compiler/syntax/noun.h"
#include "compiler/syntax/steps.h"
#include "vm/base/limits.h"

typedef PL_VEC(PlStep *) StepVec;

static const char *const functions[] = {
#define PL_BUILTIN(name, function, signature, least, most, what, example, value) name,
#define PL_BUILTIN_ALIAS(other, name) other,
#include "stdlib/builtins.def"
#undef PL_BUILTIN
#undef PL_BUILTIN_ALIAS
};

static bool is_function(PlStr name)
{
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        if (pl_str_eq_nocase(name, pl_str_z(functions[i]))) return true;
    return false;
}

static bool any_binds(PlStep *const *steps, uint32_t count, PlStr name)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *s = steps[i];
        if (pl_str_eq(s->bind, name) || pl_str_eq(s->name, name) || pl_str_eq(s->name2, name)) return true;
        if (any_binds(s->steps.items, s->steps.len, name)) return true;
    }
    return false;
}

static bool is_bound(const PlPlan *plan, PlStr name)
{
    for (uint32_t i = 0; i < plan->inputs.len; i++)
        if (pl_str_eq(plan->inputs.items[i].name, name)) return true;
    return any_binds(plan->steps.items, plan->steps.len, name);
}

/* The call that gives the list, or NULL. */
static PlExpr *call_of(const PlPlan *plan, PlExpr *list)
{
    while (list && (list->kind == PL_EXPR_FIELD || list->kind == PL_EXPR_PROJECT || list->kind == PL_EXPR_WHERE || list->kind == PL_EXPR_TAKE ||
                    list->kind == PL_EXPR_SORTED || list->kind == PL_EXPR_INDEX))
        list = list->left;
    if (!list || list->kind != PL_EXPR_CALL || list->items.len == 0 || is_function(list->text)) return NULL;
    const PlExpr *of = list->items.items[0];
    return of->kind == PL_EXPR_NAME && !(of->flags & PL_EXPR_WORDS) && !is_bound(plan, of->text) ? list : NULL;
}

/* What the call gives is called as the items are, in the plural, where nothing else is. */
static PlStr name_for(PlSyntax *syntax, const PlStep *loop, PlStep *const *level, uint32_t count)
{
    PlStr name = pl_noun_plural(syntax->arena, loop->name2.len ? loop->name2 : loop->name);
    bool taken = pl_str_eq(name, loop->name) || is_bound(syntax->plan, name) || any_binds(level, count, name);
    return taken ? pl_arena_printf(syntax->arena, "found_" PL_FMT, PL_ARG(name)) : name;
}

static PlStep *step_of(PlSyntax *syntax, const PlStep *loop, PlExpr *call, PlStr name)
{
    PlStep *step = pl_step_new(syntax->arena, call->span);
    step->kind = PL_STEP_ACTION;
    step->marker = loop->marker;
    step->parent = loop->parent;
    step->keyword = step->action_span = step->bind_span = call->span;
    step->prose = pl_arena_printf(syntax->arena, "Get the " PL_FMT, PL_ARG(name));
    step->prose_span = PL_NO_SPAN;
    step->plugin = call->items.items[0]->text;
    step->action = call->text;
    step->bind = name;
    for (uint32_t i = 1; i < call->items.len; i++) {
        PlArgument arg = {.span = call->items.items[i]->span, .value = call->items.items[i]};
        pl_vec_push(syntax->arena, &step->args, arg);
    }
    for (uint32_t i = 0; i < call->fields.len; i++) {
        PlRecordField *f = &call->fields.items[i];
        PlArgument arg = {.name = f->name, .span = f->span, .value = f->value};
        pl_vec_push(syntax->arena, &step->args, arg);
    }
    syntax->plan->step_count++;
    return step;
}

void pl_shape_calls(PlSyntax *syntax, PlStep ***items, uint32_t *len, uint32_t *cap)
{
    StepVec out = {0};
    for (uint32_t i = 0; i < *len; i++) {
        PlStep *loop = (*items)[i];
        PlExpr *call = loop->kind == PL_STEP_EACH && loop->value ? call_of(syntax->plan, loop->value) : NULL;
        if (call && syntax->plan->step_count < PL_LIMIT_STEPS) {
            PlStr name = name_for(syntax, loop, *items, *len);
            PlStep *step = step_of(syntax, loop, call, name);
            PL_REPORT(syntax->diags, READ_AS_STEP, call->span, "a call before the loop");
            pl_vec_push(syntax->arena, &out, step);
            *call = (PlExpr){.kind = PL_EXPR_NAME, .text = name, .span = call->span, .text_span = call->span, .depth = 1};
        }
        pl_vec_push(syntax->arena, &out, loop);
    }
    *items = out.items;
    *len = out.len;
    *cap = out.cap;
}
