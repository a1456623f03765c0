/* SPDX-License-Identifier: MIT */
/* Workflows that steps run. A plan has no plans inside, so their steps stand where the step stands, and what the step
 * gives stands for their inputs. Findings in such a workflow are said where it is imported itself. */
#include "compiler/trade/arazzo_internal.h"

enum { DEEPEST = 8 };

static const PlNode *workflow_by_id(const PlArazzo *a, PlStr id)
{
    for (uint32_t i = 0; i < a->workflows->count; i++) {
        const PlNode *node = pl_node_item(a->workflows, i);
        if (pl_str_eq(pl_node_text(PL_GET(node, "workflowId")), id)) return node;
    }
    return NULL;
}

/* Whether the workflow runs already: it would run itself. */
static bool is_around(const PlArazzoFlow *f, const PlNode *workflow)
{
    unsigned depth = 0;
    for (; f; f = f->caller)
        if (f->node == workflow || ++depth > DEEPEST) return true;
    return false;
}

/* The step's value for an input: a parameter without `in`, else the input's default, else nothing. */
static void give(PlArazzoFlow *f, PlArazzoStep *step, PlArazzoInput *in)
{
    const PlNode *list = PL_GET(step->node, "parameters");
    in->given_type = PL_T_ANY;
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *full = pl_arazzo_component(f->a, pl_node_item(list, i), "parameters");
        if (!pl_str_eq(pl_node_text(PL_GET(full, "name")), in->name) || !PL_GET(full, "value")) continue;
        PlArazzoValue v = pl_arazzo_value(f, PL_GET(full, "value"));
        if (v.input) v.input->needed = true;
        in->given = v.expr;
        in->given_type = v.type;
        return;
    }
    const PlNode *value = PL_GET(in->schema, "default");
    in->given = value ? pl_arazzo_value(f, value).expr : pl_arazzo_int_expr(f->a, 0);
    if (!value) in->given->literal.kind = PL_LIT_NOTHING;
}

static void unknown_inputs(PlArazzoFlow *f, const PlArazzoStep *step, const PlArazzoFlow *sub)
{
    const PlNode *list = PL_GET(step->node, "parameters");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *full = pl_arazzo_component(f->a, pl_node_item(list, i), "parameters");
        PlStr name = pl_node_text(PL_GET(full, "name"));
        if (!full || pl_map_find(&sub->by_input, name)) continue;
        PlDiag *d = PL_REPORT(f->a->diags, ARAZZO_NAME, pl_node_span(pl_node_item(list, i)), "input", PL_ARG(name));
        pl_diag_related(f->a->diags, d, pl_node_span(PL_GET(sub->node, "workflowId")), "of this workflow");
    }
}

void pl_arazzo_run(PlArazzoFlow *f, PlArazzoStep *step, PlStep *parent)
{
    PlArazzo *a = f->a;
    const PlNode *id = PL_GET(step->node, "workflowId"), *workflow = workflow_by_id(a, pl_node_text(id));
    step->done = true;
    if (!workflow || is_around(f, workflow)) {
        if (workflow)
            PL_REPORT(a->diags, ARAZZO_SHAPE, pl_node_span(id), "this workflow would run itself");
        else
            PL_REPORT(a->diags, ARAZZO_NAME, pl_node_span(id), "workflow", PL_ARG(pl_node_text(id)));
        return;
    }
    PlDiags quiet, *diags = a->diags;
    pl_diags_init(&quiet, a->arena, diags->sources);
    a->diags = &quiet;
    step->sub = pl_arazzo_open(a, workflow, f->plan, f->names, f);
    a->diags = diags;
    unknown_inputs(f, step, step->sub);
    for (uint32_t i = 0; i < step->sub->inputs.len; i++) give(f, step, step->sub->inputs.items[i]);
    a->diags = &quiet;
    pl_arazzo_steps(step->sub, parent);
    a->diags = diags;
    if (quiet.errors)
        PL_REPORT(a->diags, ARAZZO_SHAPE, pl_node_span(id),
                  "the workflow that this step runs has errors of its own; import it to see them");
    pl_arazzo_step_outputs(f, step);
}

PlArazzoValue pl_arazzo_run_output(PlArazzoFlow *f, PlArazzoStep *step, PlStr name, PlSpan span)
{
    PlArazzo *a = f->a;
    const PlNode *outputs = PL_GET(step->sub->node, "outputs"), *node = pl_node_get(outputs, name);
    if (!node) {
        PlDiag *d = PL_REPORT(a->diags, ARAZZO_NAME, span, "output", PL_ARG(name));
        pl_diag_related(a->diags, d, pl_node_span(PL_GET(step->sub->node, "workflowId")), "of this workflow");
        return (PlArazzoValue){.type = PL_T_ANY};
    }
    PlDiags quiet, *diags = a->diags;
    pl_diags_init(&quiet, a->arena, diags->sources);
    a->diags = &quiet;
    PlArazzoValue v = pl_arazzo_value(step->sub, node);
    a->diags = diags;
    return v;
}
