/* SPDX-License-Identifier: MIT */
/* Inputs that no `Input:` line declares: `{{input.order_id}}`, `inputs.limit`. Who writes so says that whoever starts the plan gives the value, so the
 * plan gets that input, of the type that its first telling use wants. Not here: a name that a step binds too, or that is near one that is declared;
 * these are questions where they are read (expr_path.c). spec/checking.md, "Names". */
#include "compiler/check/undeclared.h"

#include "compiler/check/expr.h"
#include "compiler/check/scope.h"
#include "compiler/check/tree.h"

typedef struct Hunt {
    PlChecker *c;
    PlTypeId wanted; /* where the expression at hand stands; PL_TYPE_NONE: nothing is known */
} Hunt;

static const PlAction *action_of(PlChecker *c, const PlStep *step)
{
    bool several = false;
    const PlPlugin *plugin = step->kind == PL_STEP_ACTION && step->plugin.len ? pl_catalog_plugin_by_name(c->catalog, step->plugin) : NULL;
    const PlOperation *operation = plugin ? pl_catalog_find(c->catalog, plugin, step->action, &several) : NULL;
    return operation ? pl_catalog_action(c->catalog, operation) : NULL;
}

static bool is_input(const PlExpr *x)
{
    const PlExpr *left = x->kind == PL_EXPR_FIELD ? x->left : NULL;
    return left && left->kind == PL_EXPR_NAME && (pl_str_eq_nocase(left->text, PL_STR("input")) || pl_str_eq_nocase(left->text, PL_STR("inputs")));
}

/* `whole` is `part` with words before or behind it: recipient_name, and recipient. */
static bool is_part(PlStr part, PlStr whole)
{
    bool shorter = part.len > 2 && part.len + 1 < whole.len;
    return shorter && ((pl_str_starts(whole, part) && whole.ptr[part.len] == '_') || (pl_str_ends(whole, part) && whole.ptr[whole.len - part.len - 1] == '_'));
}

/* A letter too many, one too few, one other, or a part of it: more than that is another name. */
bool pl_undeclared_is_near(PlChecker *c, PlStr name, PlStr *near)
{
    *near = PL_STR("");
    for (uint32_t i = 0; i < c->plan->inputs.len && !near->len; i++) {
        PlStr other = c->plan->inputs.items[i].name;
        bool added = c->plan->inputs.items[i].span.source == PL_NO_SOURCE;
        if (!added && (is_part(name, other) || is_part(other, name) || (name.len > 3 && pl_str_distance(name, other, 1) <= 1))) *near = other;
    }
    return near->len > 0;
}

static const char *type_word(const PlChecker *c, PlTypeId type)
{
    const PlType *t = type == PL_TYPE_NONE ? NULL : pl_type(c->types, pl_type_without_nothing(c->types, type));
    switch (t ? t->kind : PL_TYPE_TEXT) {
    case PL_TYPE_INTEGER: return "integer";
    case PL_TYPE_NUMBER: return "number";
    case PL_TYPE_YESNO: return "yes/no";
    case PL_TYPE_DURATION: return "duration";
    case PL_TYPE_FILE: return "file";
    case PL_TYPE_LIST: return "list";
    case PL_TYPE_RECORD: return "record";
    case PL_TYPE_ANY: return "any";
    case PL_TYPE_TEXT:
        if (t && t->format != PL_FORMAT_NONE) return pl_type_format_name(t->format);
        return "text";
    default: return "text";
    }
}

static void declare(Hunt *hunt, const PlExpr *x)
{
    PlChecker *c = hunt->c;
    PlStr near;
    if (pl_scope_is_reserved(x->text) || pl_scope_find(c, x->text) || pl_map_find(&c->binders, x->text) || pl_undeclared_is_near(c, x->text, &near)) return;
    PlTypeExpr *type = PL_NEW(c->arena, PlTypeExpr);
    *type = (PlTypeExpr){.kind = PL_TE_NAME, .span = PL_NO_SPAN, .name = pl_str_z(type_word(c, hunt->wanted))};
    PlInputDecl input = {.name = x->text, .span = PL_NO_SPAN, .name_span = x->text_span, .type = type};
    input.symbol = pl_scope_declare(c, input.name, input.name_span, PL_SYM_INPUT, NULL, pl_type_expr_read(c, type));
    pl_vec_push(c->arena, &c->plan->inputs, input);
    PL_REPORT(c->diags, INPUT_ADDED, x->span, PL_ARG(input.name), PL_ARG(type->name));
}

static void hunt_in(void *context, PlExpr **slot);

static void hunt_as(Hunt *hunt, PlExpr **slot, PlTypeId wanted)
{
    PlTypeId outer = hunt->wanted;
    hunt->wanted = wanted;
    if (*slot) hunt_in(hunt, slot);
    hunt->wanted = outer;
}

/* What the one side of a comparison or of a sum is, when the other side is a literal. What is ordered beside something else may be a number or a date. */
static PlTypeId type_beside(const PlExpr *x, const PlExpr *other)
{
    bool ordered = x->op == PL_OPR_LT || x->op == PL_OPR_LE || x->op == PL_OPR_GT || x->op == PL_OPR_GE;
    if (other->kind != PL_EXPR_LITERAL) return ordered ? PL_T_ANY : PL_TYPE_NONE;
    switch (other->literal.kind) {
    case PL_LIT_INT:
    case PL_LIT_DOUBLE: return PL_T_NUMBER;
    case PL_LIT_YESNO: return PL_T_YESNO;
    case PL_LIT_DURATION: return PL_T_DURATION;
    default: return PL_TYPE_NONE;
    }
}

static void hunt_in(void *context, PlExpr **slot)
{
    Hunt *hunt = context;
    PlExpr *x = *slot;
    if (is_input(x)) {
        declare(hunt, x);
    } else if (x->kind == PL_EXPR_BINARY && (x->op == PL_OPR_AND || x->op == PL_OPR_OR)) {
        hunt_as(hunt, &x->left, PL_T_YESNO);
        hunt_as(hunt, &x->right, PL_T_YESNO);
    } else if (x->kind == PL_EXPR_BINARY) {
        hunt_as(hunt, &x->left, x->op == PL_OPR_CONTAINS ? PL_TYPE_NONE : type_beside(x, x->right));
        hunt_as(hunt, &x->right, x->op == PL_OPR_IN ? PL_T_LIST_ANY : type_beside(x, x->left));
    } else {
        PlTypeId outer = hunt->wanted;
        bool of_record = (x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_PROJECT) && is_input(x->left);
        hunt->wanted = of_record ? PL_T_RECORD_ANY : x->kind == PL_EXPR_UNARY && x->op == PL_OPR_NOT ? PL_T_YESNO : PL_TYPE_NONE;
        if (x->kind == PL_EXPR_WHERE || x->kind == PL_EXPR_SORTED || x->kind == PL_EXPR_TAKE || x->kind == PL_EXPR_SELECT) {
            hunt_as(hunt, &x->left, PL_T_LIST_ANY);
            if (x->right) hunt_as(hunt, &x->right, x->kind == PL_EXPR_TAKE ? PL_T_INTEGER : PL_TYPE_NONE);
        }
        pl_tree_operands(x, hunt_in, hunt);
        hunt->wanted = outer;
    }
}

/* Uses that say a type first: arguments of a known action, the list of a loop, a condition. */
static void hunt_telling(Hunt *hunt, PlStep *step)
{
    const PlAction *action = action_of(hunt->c, step);
    for (uint32_t i = 0; action && i < step->args.len; i++) {
        PlArgument *arg = &step->args.items[i];
        for (uint32_t k = 0; arg->name.len && k < action->param_count; k++)
            if (arg->value && pl_words_same(action->params[k].name, arg->name)) hunt_as(hunt, &arg->value, action->params[k].type);
    }
    if (step->kind == PL_STEP_EACH) hunt_as(hunt, &step->value, PL_T_LIST_ANY);
    if (step->cond && is_input(step->cond)) hunt_as(hunt, &step->cond, PL_T_YESNO);
}

static void hunt_steps(Hunt *hunt, PlStep *const *steps, uint32_t count, bool telling)
{
    for (uint32_t i = 0; i < count; i++) {
        if (telling)
            hunt_telling(hunt, steps[i]);
        else
            pl_tree_step_exprs(steps[i], hunt_in, hunt);
        hunt_steps(hunt, steps[i]->steps.items, steps[i]->steps.len, telling);
    }
}

/* A step's result, or the item of a loop, that is called `input` is what is meant. */
static bool binds_input(PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStr names[] = {steps[i]->bind, steps[i]->name, steps[i]->name2};
        for (size_t k = 0; k < sizeof names / sizeof *names; k++)
            if (pl_str_eq_nocase(names[k], PL_STR("input")) || pl_str_eq_nocase(names[k], PL_STR("inputs"))) return true;
        if (binds_input(steps[i]->steps.items, steps[i]->steps.len)) return true;
    }
    return false;
}

void pl_undeclared_inputs(PlChecker *c)
{
    PlPlan *plan = c->plan;
    Hunt hunt = {.c = c, .wanted = PL_TYPE_NONE};
    if (pl_scope_find(c, PL_STR("input")) || pl_scope_find(c, PL_STR("inputs")) || binds_input(plan->steps.items, plan->steps.len)) return;
    hunt_steps(&hunt, plan->steps.items, plan->steps.len, true);
    hunt_steps(&hunt, plan->steps.items, plan->steps.len, false);
    if (plan->output) hunt_in(&hunt, &plan->output);
}
