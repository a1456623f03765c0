/* SPDX-License-Identifier: MIT */
/* One workflow as a plan: names, inputs, documents, outputs. The steps are made by arazzo_flow.c. */
#include "compiler/trade/arazzo_internal.h"

#include "compiler/check/tree.h"
#include "compiler/trade/dsl_internal.h"
#include "compiler/trade/settle.h"

#include <limits.h>
#include <stdlib.h>

static void inputs(PlArazzoFlow *f)
{
    PlArazzo *a = f->a;
    const PlNode *schema = PL_GET(f->node, "inputs");
    if (schema) schema = pl_arazzo_component(a, schema, "inputs");
    const PlNode *properties = PL_GET(schema, "properties");
    for (uint32_t i = 0; pl_node_is(properties, PL_NODE_MAP) && i < properties->count; i++) {
        const PlPair *pair = pl_node_at(properties, i);
        if (pair->value.flags & PL_NODE_SHADOWED) continue;
        PlArazzoInput *in = PL_NEW(a->arena, PlArazzoInput);
        in->name = pl_pair_key(pair);
        in->schema = &pair->value;
        if (!f->caller) in->plan_name = pl_arazzo_name(f, in->name);
        in->declared = pl_arazzo_schema_type(a, &pair->value);
        in->wanted = PL_TYPE_NONE;
        const PlNode *required = PL_GET(schema, "required");
        for (uint32_t k = 0; pl_node_is(required, PL_NODE_LIST) && k < required->count; k++)
            if (pl_str_eq(pl_node_text(pl_node_item(required, k)), in->name)) in->needed = true;
        pl_map_put(&f->by_input, in->name, NULL)->value.ptr = in;
        pl_vec_push(a->arena, &f->inputs, in);
    }
}

static void declare(PlArazzoFlow *f, const PlArazzoInput *in)
{
    PlArazzo *a = f->a;
    PlTypeId type = in->wanted != PL_TYPE_NONE ? in->wanted : in->declared;
    PlInputDecl decl = {.name = in->plan_name, .type = pl_arazzo_type_expr(a, type)};
    const PlNode *value = PL_GET(in->schema, "default");
    if (value && value->kind < PL_NODE_LIST) {
        decl.value = pl_arazzo_value(f, value).expr;
    } else if (!in->needed) {
        decl.value = pl_arazzo_int_expr(a, 0);
        decl.value->literal.kind = PL_LIT_NOTHING;
        PlTypeExpr *either = PL_NEW(a->arena, PlTypeExpr), *nothing = PL_NEW(a->arena, PlTypeExpr);
        nothing->kind = PL_TE_NAME;
        nothing->name = PL_STR("nothing");
        *either = (PlTypeExpr){.kind = PL_TE_OR, .left = decl.type, .right = nothing};
        bool any = decl.type->kind == PL_TE_NAME && pl_str_eq_z(decl.type->name, "any");
        if (!any) decl.type = either;
    }
    pl_vec_push(a->arena, &f->plan->inputs, decl);
}

static void steps(PlArazzoFlow *f)
{
    PlArazzo *a = f->a;
    const PlNode *list = PL_GET(f->node, "steps");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlArazzoStep *step = PL_NEW(a->arena, PlArazzoStep);
        step->node = pl_node_item(list, i);
        step->id = pl_node_text(PL_GET(step->node, "stepId"));
        step->index = i;
        step->bind = pl_arazzo_name(f, step->id);
        step->result = PL_T_ANY;
        bool added;
        PlMapEntry *entry = pl_map_put(&f->by_id, step->id, &added);
        if (added)
            entry->value.ptr = step;
        else
            PL_REPORT(a->diags, ARAZZO_NAME, pl_node_span(step->node), "second step", PL_ARG(step->id));
        pl_vec_push(a->arena, &f->steps, step);
        pl_arazzo_step_read(f, step);
    }
}

static void outputs(PlArazzoFlow *f)
{
    PlArazzo *a = f->a;
    const PlNode *list = PL_GET(f->node, "outputs");
    PlExpr *record = NULL;
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_MAP) && i < list->count; i++) {
        const PlPair *pair = pl_node_at(list, i);
        PlArazzoValue v = pl_arazzo_value(f, &pair->value);
        if (v.input) v.input->needed = true;
        if (!v.expr || (pair->value.flags & PL_NODE_SHADOWED)) continue;
        if (!record) record = pl_arazzo_node_expr(a, PL_EXPR_RECORD, NULL, NULL);
        pl_vec_push(a->arena, &record->fields, (PlRecordField){pl_pair_key(pair), pl_node_span(&pair->value), v.expr});
        if (v.expr->depth + 1 > record->depth) record->depth = v.expr->depth + 1;
    }
    f->plan->output = record;
}

/* A path from the plan's folder. Where the folder is absolute and the path is not, it becomes so. */
static PlStr path_from(PlArena *arena, PlStr folder, PlStr path)
{
    bool absolute = folder.len && folder.ptr[0] == '/';
    if (!folder.len || !path.len || path.ptr[0] == '/') return path;
    char real[PATH_MAX];
    if (absolute) return realpath(pl_arena_str(arena, path).ptr, real) ? pl_arena_str(arena, pl_str_z(real)) : path;
    PlStr up = PL_STR("");
    while (folder.len && !(pl_str_starts(path, folder) && path.len > folder.len && path.ptr[folder.len] == '/')) {
        up = pl_arena_printf(arena, PL_FMT "../", PL_ARG(up));
        while (folder.len && folder.ptr[folder.len - 1] != '/') folder.len--;
        folder.len -= folder.len > 0;
    }
    PlStr rest = folder.len ? pl_str_slice(path, folder.len + 1, path.len) : path;
    return pl_arena_printf(arena, PL_FMT PL_FMT, PL_ARG(up), PL_ARG(rest));
}

static void uses(PlArazzoFlow *f, PlStr folder)
{
    PlArazzo *a = f->a;
    for (uint32_t i = 0; i < a->sources.len; i++) {
        const PlArazzoSource *source = &a->sources.items[i];
        if (!source->plugin) continue;
        bool used = a->sources.len == 1;
        for (uint32_t k = 0; k < f->steps.len; k++) used = used || f->steps.items[k]->source == source;
        if (used)
            pl_vec_push(a->arena, &f->plan->uses,
                        (PlUse){.name = source->plugin->name, .path = path_from(a->arena, folder, source->url)});
    }
}

PlArazzoFlow *pl_arazzo_open(PlArazzo *a, const PlNode *workflow, PlPlan *plan, PlMap *names, PlArazzoFlow *caller)
{
    PlArazzoFlow *f = PL_NEW(a->arena, PlArazzoFlow);
    f->a = a;
    f->node = workflow;
    f->plan = plan;
    f->names = names;
    f->caller = caller;
    pl_map_init(&f->by_id, a->arena);
    pl_map_init(&f->by_input, a->arena);
    inputs(f);
    steps(f);
    const PlNode *depends = PL_GET(f->node, "dependsOn");
    if (depends)
        pl_arazzo_loss(a, pl_node_span(depends), PL_STR("that other workflows run first is not said in a plan"));
    return f;
}

PlPlan *pl_arazzo_plan(PlArazzo *a, uint32_t workflow, PlStr folder)
{
    PlMap *names = PL_NEW(a->arena, PlMap);
    PlPlan *plan = PL_NEW(a->arena, PlPlan);
    pl_map_init(names, a->arena);
    plan->workflow = pl_dsl_one_line(a->arena, pl_arazzo_id(a, workflow));
    plan->goal = pl_arazzo_summary(a, workflow);
    PlArazzoFlow *f = pl_arazzo_open(a, pl_node_item(a->workflows, workflow), plan, names, NULL);
    pl_arazzo_steps(f, NULL);
    outputs(f);
    for (uint32_t i = 0; i < f->inputs.len; i++) declare(f, f->inputs.items[i]);
    uses(f, folder);
    pl_tree_renumber(a->arena, f->plan);
    pl_trade_settle(a->arena, f->plan);
    return f->plan;
}
