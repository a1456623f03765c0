/* SPDX-License-Identifier: MIT */
/* What stands around the steps: the plan's name and goal, the documents it uses, inputs, limits, outputs, and what the
 * format asks for beside them: the sort of workflow, a prompt, a reason and a confidence. The same plan gives the same
 * text. */
#include "compiler/trade/dsl_internal.h"

#include "compiler/syntax/print.h"

static void count_steps(PlStep *const *steps, uint32_t count, uint32_t *total)
{
    for (uint32_t i = 0; i < count; i++) {
        ++*total;
        count_steps(steps[i]->steps.items, steps[i]->steps.len, total);
    }
}

static void add_plugin(PlMap *plugins, PlStr name)
{
    if (name.len && !pl_str_eq_z(name, "ai")) pl_map_put(plugins, name, NULL);
}

static void step_plugins(PlMap *plugins, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *step = steps[i];
        if (step->kind == PL_STEP_ACTION) add_plugin(plugins, step->plugin);
        for (uint32_t c = 0; c < step->clauses.len; c++)
            if (step->clauses.items[c].step) add_plugin(plugins, step->clauses.items[c].step->plugin);
        step_plugins(plugins, step->steps.items, step->steps.len);
    }
}

static void plugins(PlDslWriter *w, const PlMap *names)
{
    PlJsonOut *o = &w->out;
    pl_json_out_begin(o, "suggested_plugins", '[');
    for (uint32_t i = 0; i < names->len; i++) pl_json_out_text(o, NULL, names->entries[i].key);
    pl_json_out_end(o, ']');
    pl_json_out_begin(o, "plugin_documents", '[');
    for (uint32_t i = 0; i < w->plan->uses.len; i++) {
        const PlUse *use = &w->plan->uses.items[i];
        pl_json_out_begin(o, NULL, '{');
        pl_json_out_text(o, "name", use->name);
        if (use->path.len) pl_json_out_text(o, "from", use->path);
        if (use->door.len) pl_json_out_text(o, "door", use->door);
        pl_json_out_end(o, '}');
    }
    pl_json_out_end(o, ']');
}

static void inputs(PlDslWriter *w)
{
    PlJsonOut *o = &w->out;
    pl_json_out_begin(o, "required_inputs", '[');
    for (uint32_t i = 0; i < w->plan->inputs.len; i++) {
        const PlInputDecl *input = &w->plan->inputs.items[i];
        pl_json_out_begin(o, NULL, '{');
        pl_json_out_text(o, "name", input->name);
        pl_dsl_type(w, "type", input->type);
        pl_json_out_yes(o, "required", input->value == NULL);
        if (input->value) pl_dsl_value(w, PL_STR("default"), input->value);
        pl_json_out_end(o, '}');
    }
    pl_json_out_end(o, ']');
}

static void rules(PlDslWriter *w, const char *key, const PlRule *all, uint32_t count)
{
    if (!count) return;
    pl_json_out_begin(&w->out, key, '[');
    for (uint32_t i = 0; i < count; i++) pl_json_out_text(&w->out, NULL, all[i].text);
    pl_json_out_end(&w->out, ']');
}

static void bounds(PlDslWriter *w)
{
    const PlPlan *plan = w->plan;
    if (plan->schedule.len) pl_json_out_text(&w->out, "schedule", plan->schedule);
    if (plan->limit_calls || plan->limit_time || plan->limit_money || plan->limit_tokens) {
        pl_json_out_begin(&w->out, "limits", '{');
        pl_dsl_words(w, "calls", plan->limit_calls);
        pl_dsl_words(w, "time", plan->limit_time);
        if (plan->limit_tokens) pl_json_out_int(&w->out, "tokens", (int64_t)plan->limit_tokens);
        if (plan->limit_money) pl_json_out_next(&w->out, "dollars"), pl_buf_put_double(w->out.buf, (double)plan->limit_money / 1e6);
        pl_json_out_end(&w->out, '}');
    }
    rules(w, "allow", plan->allow.items, plan->allow.len);
    rules(w, "never", plan->never.items, plan->never.len);
}

/* A record's fields are the outputs; another value is the one output, named "result" and marked `whole`. */
static void outputs(PlDslWriter *w, const PlDslFacts *facts)
{
    PlJsonOut *o = &w->out;
    const PlExpr *e = w->plan->output;
    pl_json_out_begin(o, "suggested_outputs", '[');
    bool record = e && e->kind == PL_EXPR_RECORD;
    for (uint32_t i = 0; record && i < e->fields.len; i++) {
        pl_json_out_begin(o, NULL, '{');
        pl_json_out_text(o, "name", e->fields.items[i].name);
        if (facts->field_types && facts->field_types[i].len) pl_json_out_text(o, "type", facts->field_types[i]);
        pl_dsl_value(w, PL_STR("value"), e->fields.items[i].value);
        pl_json_out_end(o, '}');
    }
    if (e && (!record || !e->fields.len)) {
        pl_json_out_begin(o, NULL, '{');
        pl_json_out_text(o, "name", PL_STR("result"));
        if (facts->output_type.len) pl_json_out_text(o, "type", facts->output_type);
        pl_json_out_yes(o, "whole", true);
        pl_dsl_value(w, PL_STR("value"), e);
        pl_json_out_end(o, '}');
    }
    pl_json_out_end(o, ']');
}

static PlStr prompt_of(PlArena *arena, const PlPlan *plan)
{
    PlStr goal = plan->goal.len ? plan->goal : plan->workflow;
    if (!goal.len) return PL_STR("Carry out the steps in their order, and nothing else.");
    return pl_arena_printf(arena, "Carry out the steps in their order, and nothing else. The goal: " PL_FMT,
                           PL_ARG(goal));
}

static PlStr reason_of(PlArena *arena, const PlDslFacts *facts, uint32_t steps)
{
    static const char *const words[] = {"calls nothing that changes or reads data outside", "only reads",
                                        "reads and writes", "reads, writes and deletes"};
    const char *what = words[facts->effect < PL_EFFECT_COUNT ? facts->effect : 0];
    if (!facts->max_calls) return pl_arena_printf(arena, "A checked plan of %u steps; it %s.", steps, what);
    return pl_arena_printf(arena, "A checked plan of %u steps; it %s, in %llu calls at most.", steps, what,
                           (unsigned long long)facts->max_calls);
}

static const char *sort_of(const PlDslFacts *facts)
{
    if (facts->effect >= PL_EFFECT_WRITE) return "ai_external_actions";
    return facts->calls ? "data_retrieval_ai" : "pure_ai";
}

void pl_dsl_write(PlArena *arena, PlBuf *out, PlPlan *plan, const PlDslFacts *facts)
{
    PlDslWriter w = {{.buf = out, .first = true}, arena, plan};
    PlMap names;
    uint32_t steps = 0;
    pl_map_init(&names, arena);
    for (uint32_t i = 0; i < plan->uses.len; i++) add_plugin(&names, plan->uses.items[i].name);
    step_plugins(&names, plan->steps.items, plan->steps.len);
    count_steps(plan->steps.items, plan->steps.len, &steps);
    pl_dsl_names(arena, plan);
    pl_json_out_begin(&w.out, NULL, '{');
    pl_dsl_comments(&w, "comments", plan->header_comments.items, plan->header_comments.len);
    pl_json_out_text(&w.out, "agent_name", plan->workflow);
    pl_json_out_text(&w.out, "description", plan->goal);
    pl_json_out_text(&w.out, "system_prompt", prompt_of(arena, plan));
    pl_json_out_text(&w.out, "workflow_type", pl_str_z(sort_of(facts)));
    plugins(&w, &names);
    inputs(&w);
    bounds(&w);
    pl_dsl_steps(&w, "workflow_steps", plan->steps.items, plan->steps.len);
    outputs(&w, facts);
    pl_dsl_comments(&w, "last_comments", plan->last_comments.items, plan->last_comments.len);
    pl_json_out_text(&w.out, "reasoning", reason_of(arena, facts, steps));
    pl_json_out_int(&w.out, "confidence", 1);
    pl_json_out_end(&w.out, '}');
    pl_buf_put_char(out, '\n');
}
