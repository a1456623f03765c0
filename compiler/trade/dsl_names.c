/* SPDX-License-Identifier: MIT */
/* References for readers who know no names of ours: a result that one step alone binds is `step1.data`, an input that
 * is never bound again `input.x`. Everything else keeps its name. A plan that itself has a name `input`, or `step1`,
 * keeps its own for those. */
#include "compiler/check/tree.h"
#include "compiler/trade/dsl_internal.h"

typedef struct Binder {
    PlStep *step; /* the one that binds it by `-> name`; NULL: none, or an input */
    unsigned count;
    bool input;
} Binder;

typedef struct Names {
    PlArena *arena;
    PlMap map; /* Binder */
} Names;

PlStr pl_dsl_step_id(PlArena *arena, const PlStep *step)
{
    PlStr id = pl_arena_printf(arena, "step" PL_FMT, PL_ARG(step->label));
    char *z = (char *)(uintptr_t)id.ptr;
    for (size_t i = 0; i < id.len; i++)
        if (z[i] == '.') z[i] = '_';
    return id;
}

static void bind(Names *names, PlStr name, PlStep *result_of, bool input)
{
    if (!name.len) return;
    PlMapEntry *entry = pl_map_put(&names->map, name, NULL);
    if (!entry->value.ptr) entry->value.ptr = PL_NEW(names->arena, Binder);
    Binder *b = entry->value.ptr;
    b->count++;
    b->step = result_of;
    b->input = input;
}

static PlStr root_name(const PlExpr *path)
{
    while (path && path->kind != PL_EXPR_NAME) path = path->left;
    return path ? path->text : PL_STR("");
}

static void collect(Names *names, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *step = steps[i];
        bind(names, step->bind, step, false);
        bind(names, step->name, NULL, false);
        bind(names, step->name2, NULL, false);
        bind(names, root_name(step->target), NULL, false);
        collect(names, step->steps.items, step->steps.len);
    }
}

static void rename_expr(void *context, PlExpr **slot)
{
    Names *names = context;
    PlExpr *e = *slot;
    pl_tree_operands(e, rename_expr, names);
    if (e->kind != PL_EXPR_NAME) return;
    const Binder *b = pl_map_get(&names->map, e->text);
    if (!b || b->count != 1) return;
    if (b->input && !pl_map_find(&names->map, PL_STR("input"))) {
        e->text = pl_arena_printf(names->arena, "input." PL_FMT, PL_ARG(e->text));
    } else if (b->step) {
        PlStr id = pl_dsl_step_id(names->arena, b->step);
        if (!pl_map_find(&names->map, id)) e->text = pl_arena_printf(names->arena, PL_FMT ".data", PL_ARG(id));
    }
}

/* A target is a place, not a value: its root keeps its name, the indexes in it do not. */
static void rename_target(Names *names, PlExpr *path)
{
    for (; path; path = path->left)
        if (path->kind == PL_EXPR_INDEX && path->right) rename_expr(names, &path->right);
}

static void rename_steps(Names *names, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        PlExpr *target = steps[i]->target;
        steps[i]->target = NULL;
        pl_tree_step_exprs(steps[i], rename_expr, names);
        steps[i]->target = target;
        rename_target(names, target);
        rename_steps(names, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_dsl_names(PlArena *arena, PlPlan *plan)
{
    Names names = {.arena = arena};
    pl_map_init(&names.map, arena);
    for (uint32_t i = 0; i < plan->inputs.len; i++) bind(&names, plan->inputs.items[i].name, NULL, true);
    collect(&names, plan->steps.items, plan->steps.len);
    rename_steps(&names, plan->steps.items, plan->steps.len);
    for (uint32_t i = 0; i < plan->inputs.len; i++)
        if (plan->inputs.items[i].value) rename_expr(&names, &plan->inputs.items[i].value);
    if (plan->output) rename_expr(&names, &plan->output);
}
