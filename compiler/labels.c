/* SPDX-License-Identifier: MIT */
/* Labels while compiling. The findings are those of the virtual machine's own verifier, on the module as it was emitted. */
#include "compiler/labels.h"

#include "vm/code/label.h"

/* ---- trust: "plugin.action.part -> plugin.action.argument" ---- */

typedef struct End { /* one side */
    PlStr text, plugin, action, part; /* action, part: "" for all */
} End;

typedef struct Trusting {
    PlArena *arena;
    PlDiags *diags;
    PlCatalog *catalog;
    PlModule *module;
    PL_VEC(PlTrust) out;
} Trusting;

static End read_end(PlStr text)
{
    End end = {.text = text, .plugin = text, .action = PL_STR(""), .part = PL_STR("")};
    size_t dot = pl_str_find_char(text, '.', 0);
    if (dot == PL_STR_NONE) return end;
    end.plugin = pl_str_slice(text, 0, dot);
    PlStr rest = pl_str_slice(text, dot + 1, text.len);
    if (pl_str_eq_z(rest, "*")) return end;
    size_t last = rest.len;
    while (last > 0 && rest.ptr[last - 1] != '.') last--;
    end.action = last ? pl_str_slice(rest, 0, last - 1) : rest;
    end.part = last ? pl_str_slice(rest, last, rest.len) : PL_STR("");
    if (pl_str_eq_z(end.part, "*")) end.part = PL_STR("");
    return end;
}

static bool has_part(const PlTypes *types, PlTypeId id, PlStr name, int depth)
{
    const PlType *t = pl_type(types, id);
    enum { DEPTH = 8 };
    if (depth > DEPTH || t->kind == PL_TYPE_ANY) return t->kind == PL_TYPE_ANY;
    if (t->kind == PL_TYPE_LIST) return has_part(types, t->elem, name, depth + 1);
    for (uint32_t i = 0; i < t->count && t->kind == PL_TYPE_UNION; i++)
        if (has_part(types, t->members[i], name, depth + 1)) return true;
    for (uint32_t i = 0; i < t->count && t->kind == PL_TYPE_RECORD; i++)
        if (pl_str_eq(t->fields[i].name, name) || has_part(types, t->fields[i].type, name, depth + 1)) return true;
    return false;
}

static bool refuse(Trusting *t, const char *what, PlStr text)
{
    PL_REPORT(t->diags, LABEL_TRUST, PL_NO_SPAN, what, PL_ARG(text));
    return false;
}

/* Is it there at all, whether or not this plan calls it. */
static bool check_end(Trusting *t, const End *end, bool is_source)
{
    const PlPlugin *plugin = pl_catalog_plugin_by_name(t->catalog, end->plugin);
    bool ambiguous;
    if (!plugin) return refuse(t, "a plugin", end->plugin);
    if (!end->action.len) return true;
    const PlOperation *operation = pl_catalog_find(t->catalog, plugin, end->action, &ambiguous);
    const PlAction *action = operation ? pl_catalog_action(t->catalog, operation) : NULL;
    if (!action) return refuse(t, "an action", end->text);
    if (!end->part.len) return true;
    bool there = is_source ? has_part(pl_catalog_types(t->catalog), action->result, end->part, 0) : pl_action_param(action, end->part) != NULL;
    return there || refuse(t, is_source ? "a part of an answer" : "an argument", end->text);
}

static bool is_meant(Trusting *t, const End *end, const PlAction *action)
{
    bool ambiguous;
    if (!pl_str_eq(end->plugin, action->plugin)) return false;
    if (!end->action.len || pl_str_eq(end->action, action->name)) return true;
    const PlOperation *operation = pl_catalog_find(t->catalog, pl_catalog_plugin_by_name(t->catalog, end->plugin), end->action, &ambiguous);
    return operation && pl_str_eq(operation->name, action->name);
}

/* One line of `trust:` as it bears on the actions of this plan. */
static void add_trust(Trusting *t, const End *from, const End *to)
{
    const PlModule *m = t->module;
    for (uint32_t a = 0; a < m->action_count; a++) {
        if (!is_meant(t, from, &m->actions[a])) continue;
        PlTrust trust = {.from = a, .to = PL_TRUST_ALL, .field = from->part, .param = PL_TRUST_ALL};
        if (!to->text.len) pl_vec_push(t->arena, &t->out, trust);
        for (uint32_t b = 0; b < m->action_count && to->text.len; b++) {
            if (!is_meant(t, to, &m->actions[b])) continue;
            const PlParam *param = to->part.len ? pl_action_param(&m->actions[b], to->part) : NULL;
            trust.to = b;
            trust.param = param ? (uint32_t)(param - m->actions[b].params) : PL_TRUST_ALL;
            pl_vec_push(t->arena, &t->out, trust);
        }
    }
}

void pl_labels_trust(PlArena *arena, PlDiags *diags, PlCatalog *catalog, const PlProject *project, PlModule *module)
{
    if (!project) return;
    Trusting t = {.arena = arena, .diags = diags, .catalog = catalog, .module = module};
    module->manifest.policy = project->policy;
    for (uint32_t i = 0; i < project->trusts.len; i++) {
        const PlTrustArg *arg = &project->trusts.items[i];
        End from = read_end(arg->from), to = read_end(arg->to);
        if (check_end(&t, &from, true) && (!to.text.len || check_end(&t, &to, false))) add_trust(&t, &from, &to);
    }
    module->manifest.trusts = t.out.items;
    module->manifest.trust_count = t.out.len;
}

/* ---- ask first ---- */

static PlStep *call_in(PlStep *step, const PlAction *action)
{
    bool calls = step->kind == PL_STEP_ACTION && step->bound;
    if (calls && pl_str_eq(step->bound->plugin, action->plugin) && pl_str_eq(step->bound->name, action->name)) return step;
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        PlStep *inner = step->clauses.items[i].step;
        PlStep *found = inner ? call_in(inner, action) : NULL;
        if (found) return found;
    }
    return NULL;
}

static PlStep *find_step(PlStep **steps, uint32_t count, PlStr label, const PlAction *action)
{
    for (uint32_t i = 0; i < count; i++) {
        PlStep *found = pl_str_eq(steps[i]->label, label) ? call_in(steps[i], action) : NULL;
        if (!found) found = find_step(steps[i]->steps.items, steps[i]->steps.len, label, action);
        if (found) return found;
    }
    return NULL;
}

static PlSpan span_of(const PlStep *step, PlStr argument)
{
    for (uint32_t i = 0; i < step->args.len && step->bound; i++) {
        const PlArgument *arg = &step->args.items[i];
        bool same = arg->param < step->bound->param_count && pl_str_eq(step->bound->params[arg->param].name, argument);
        if (same) return arg->value ? arg->value->span : arg->span;
    }
    return step->action_span;
}

static void tell(PlArena *arena, PlDiags *diags, const PlModule *m, const PlFlow *flow, const PlLabelFinding *f, const PlStep *step)
{
    const PlAction *action = &m->actions[m->calls[f->call].action];
    const PlFlowSource *source = &flow->sources[f->source];
    PlBuf words;
    pl_buf_init(&words, 0);
    pl_flow_source_print(&words, m, source);
    PlStr from = pl_arena_str(arena, pl_buf_str(&words));
    pl_buf_deinit(&words);
    if (f->param == PL_TRUST_ALL) {
        PL_REPORT(diags, LABEL_CONDITION, step->action_span, PL_ARG(m->sites[f->site].step), PL_ARG(from));
        return;
    }
    PlStr name = action->params[f->param].name;
    PlDiag *d = PL_REPORT(diags, LABEL_ASKS, span_of(step, name), PL_ARG(name), PL_ARG(from));
    if (!d || source->kind != PL_FROM_ACTION) return;
    const PlAction *origin = &m->actions[source->index];
    PlStr part = source->field.len ? source->field : PL_STR("*");
    pl_diag_help(diags, d, "to trust it, in pilot.yaml: trust: [\"" PL_FMT "." PL_FMT "." PL_FMT " -> " PL_FMT "." PL_FMT "." PL_FMT "\"]",
                 PL_ARG(origin->plugin), PL_ARG(origin->name), PL_ARG(part), PL_ARG(action->plugin), PL_ARG(action->name), PL_ARG(name));
}

bool pl_labels_ask(PlArena *arena, PlDiags *diags, PlPlan *plan, PlModule *module)
{
    PlFlow flow;
    PlLabels labels;
    bool changed = false;
    pl_flow_of(arena, module, &flow);
    pl_labels_of(arena, module, &flow, &labels);
    for (uint32_t i = 0; i < labels.all.len; i++) {
        const PlLabelFinding *f = &labels.all.items[i];
        PlCallSite *call = &module->calls[f->call];
        if (f->is_trusted || call->flags & PL_CALL_ASK_FIRST) continue;
        PlStep *step = find_step(plan->steps.items, plan->steps.len, module->sites[call->site].step, &module->actions[call->action]);
        if (!step) continue; /* the verifier refuses it */
        tell(arena, diags, module, &flow, f, step);
        if (!pl_step_clause(step, PL_CLAUSE_ASK_FIRST))
            pl_vec_push(arena, &step->clauses, ((PlClause){.kind = PL_CLAUSE_ASK_FIRST, .span = step->action_span}));
        call->flags |= PL_CALL_ASK_FIRST;
        module->manifest.asks_person = changed = true;
    }
    return changed;
}
