/* SPDX-License-Identifier: MIT */
/* The emitter's page: the main line as function 0, then the tables, then the manifest. Everything is numbered in the order in which the plan
 * mentions it, so the same plan gives the same module. */
#include "compiler/emit/emit_internal.h"

static void emit_inputs(PlEmit *e)
{
    const PlPlan *plan = e->plan;
    PlModule *m = e->module;
    m->inputs = PL_NEW_N(e->arena, PlInput, plan->inputs.len + 1);
    for (uint32_t i = 0; i < plan->inputs.len; i++) {
        const PlInputDecl *in = &plan->inputs.items[i];
        uint16_t reg = pl_emit_temp(e, 1);
        pl_emit_give_reg(e, in->symbol, reg);
        PlInput *out = &m->inputs[m->input_count++];
        *out = (PlInput){.name = in->name, .type = pl_emit_type(e, in->symbol->type), .reg = reg};
        out->has_default = in->value != NULL;
        if (in->value && in->value->kind == PL_EXPR_LITERAL) out->value = in->value->literal;
    }
}

static bool has_computed_default(const PlPlan *plan)
{
    for (uint32_t i = 0; i < plan->inputs.len; i++) {
        const PlExpr *value = plan->inputs.items[i].value;
        if (value && value->kind != PL_EXPR_LITERAL) return true;
    }
    return false;
}

/* A default that is an expression ("today") is worked out at the start, where no value was given. What stands in the head of a plan is a site as a
 * step is, named by its line: what it reads of the world has a path, and a failure a place. */
static void emit_input_defaults(PlEmit *e)
{
    if (!has_computed_default(e->plan)) return;
    PlStep line = {.label = PL_STR("input"), .prose = PL_STR("defaults of the inputs")};
    uint32_t outer, site = pl_emit_site_begin(e, &line, &outer);
    for (uint32_t i = 0; i < e->plan->inputs.len; i++) {
        const PlInputDecl *in = &e->plan->inputs.items[i];
        if (!in->value || in->value->kind == PL_EXPR_LITERAL) continue;
        uint16_t reg = pl_emit_reg(e, in->symbol);
        uint32_t given = pl_emit_jump(e, PL_OP_JSOME, reg, 0);
        pl_emit_expr(e, in->value, reg);
        pl_emit_patch(e, given, pl_emit_here(e));
    }
    pl_emit_site_end(e, site, outer);
}

static void emit_output(PlEmit *e)
{
    PlStep line = {.label = PL_STR("output"), .prose = PL_STR("the output"), .span = e->plan->output_span};
    uint16_t out = pl_emit_temp(e, 1);
    uint32_t outer, site = pl_emit_site_begin(e, &line, &outer);
    if (e->plan->output) pl_emit_expr(e, e->plan->output, out);
    else pl_emit_op(e, PL_OP_LOADN, 0, out, 0, 0);
    pl_emit_site_end(e, site, outer);
    pl_emit_op(e, PL_OP_RETURN, 0, out, 0, 0);
}

static void emit_main(PlEmit *e)
{
    pl_emit_fn_begin(e, NULL, PL_STR("main"));
    emit_inputs(e);
    e->fn->params = (uint16_t)e->fn->top;
    uint32_t inputs = e->fn->top;
    pl_emit_fn_params(e, 0); /* the registers of all other names */
    e->fn->params = (uint16_t)inputs;
    emit_input_defaults(e);
    pl_emit_steps(e, e->plan->steps.items, e->plan->steps.len);
    emit_output(e);
    pl_emit_fn_end(e);
}

static PlTypeId copy_type(PlEmit *e, PlTypeId id)
{
    return pl_emit_type(e, id);
}

static void copy_params(PlEmit *e, PlAction *action)
{
    PlParam *params = PL_NEW_N(e->arena, PlParam, action->param_count + 1);
    for (uint32_t i = 0; i < action->param_count; i++) {
        params[i] = action->params[i];
        params[i].type = copy_type(e, params[i].type);
    }
    action->params = params;
}

static void copy_responses(PlEmit *e, PlAction *action)
{
    PlResponse *responses = PL_NEW_N(e->arena, PlResponse, action->response_count + 1);
    for (uint32_t i = 0; i < action->response_count; i++) {
        responses[i] = action->responses[i];
        responses[i].type = copy_type(e, responses[i].type);
    }
    action->responses = responses;
}

static void emit_actions(PlEmit *e)
{
    PlModule *m = e->module;
    m->actions = PL_NEW_N(e->arena, PlAction, e->actions.len + 1);
    m->action_count = e->actions.len;
    for (uint32_t i = 0; i < e->actions.len; i++) {
        m->actions[i] = *e->actions.items[i];
        copy_params(e, &m->actions[i]);
        copy_responses(e, &m->actions[i]);
        m->actions[i].result = copy_type(e, m->actions[i].result);
        m->actions[i].await.type = copy_type(e, m->actions[i].await.type);
    }
}

static void fill_tables(PlEmit *e)
{
    PlModule *m = e->module;
    m->functions = e->functions.items;
    m->function_count = e->functions.len;
    m->constants = e->constants.items;
    m->constant_count = e->constants.len;
    m->shapes = e->shapes.items;
    m->shape_count = e->shapes.len;
    m->sites = e->sites.items;
    m->site_count = e->sites.len;
    m->calls = e->calls.items;
    m->call_count = e->calls.len;
    m->scatters = e->scatters.items;
    m->scatter_count = e->scatters.len;
    m->togethers = e->togethers.items;
    m->together_count = e->togethers.len;
    m->asks = e->asks.items;
    m->ask_count = e->asks.len;
    m->waits = e->waits.items;
    m->wait_count = e->waits.len;
    m->builtins = e->builtins.items;
    m->builtin_count = e->builtins.len;
}

/* Without its folder: the same plan gives the same bytes wherever it lies. */
static PlStr file_name(PlStr path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/') start--;
    return pl_str_slice(path, start, path.len);
}

static void fill_header(PlEmit *e, PlStr exact)
{
    PlModule *m = e->module;
    const PlSource *source = &e->diags->sources->all.items[e->plan->source];
    m->title = e->plan->workflow;
    m->goal = e->plan->goal;
    m->schedule = e->plan->schedule;
    m->zone = PL_STR("UTC");
    m->source_name = file_name(source->name);
    m->source = source->text;
    m->exact = exact;
}

bool pl_emit(PlArena *arena, PlDiags *diags, PlCatalog *catalog, const PlPlan *plan, PlStr exact, PlModule *module)
{
    PlEmit e = {.arena = arena, .diags = diags, .catalog = catalog, .plan = plan, .module = module, .times = 1};
    memset(module, 0, sizeof *module);
    pl_types_init(&module->types, arena);
    pl_type_copy_init(&e.types, pl_catalog_types(catalog), &module->types);
    pl_map_init(&e.constant_ids, arena);
    pl_map_init(&e.builtin_ids, arena);
    fill_header(&e, exact);
    emit_main(&e);
    module->output = plan->output ? pl_emit_type(&e, plan->output_type) : PL_T_NOTHING;
    emit_actions(&e);
    fill_tables(&e);
    pl_emit_manifest(&e);
    return !e.failed;
}
