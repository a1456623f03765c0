/* SPDX-License-Identifier: MIT */
/* Labels while compiling. The findings are those of the virtual machine's own verifier, on the module as it was emitted. */
#include "compiler/labels.h"

#include "vm/code/label.h"

/* ---- trust: "plugin.action.part -> plugin.action.argument"; selectors: "plugin.action.argument" ---- */

typedef struct End { /* one side */
    PlStr text, plugin, action, part; /* action, part: "" for all */
} End;

typedef struct Trusting {
    PlArena *arena;
    PlDiags *diags;
    PlCatalog *catalog;
    PlModule *module;
    const char *key; /* of pilot.yaml */
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

static bool refuse(Trusting *t, const char *what, PlStr text, PlStr near)
{
    PlDiag *d = PL_REPORT(t->diags, LABEL_TRUST, PL_NO_SPAN, t->key, what, PL_ARG(text));
    if (near.len) pl_diag_help(t->diags, d, "did you mean `" PL_FMT "`?", PL_ARG(near));
    return false;
}

static PlStr near_plugin(const PlCatalog *catalog, PlStr name)
{
    enum { NEAR = 2 };
    unsigned best = NEAR + 1;
    PlStr near = PL_STR("");
    for (uint32_t i = 0; i < pl_catalog_plugin_count(catalog); i++) {
        PlStr other = pl_catalog_plugin(catalog, i)->name;
        unsigned distance = pl_str_distance(name, other, NEAR);
        if (distance < best) best = distance, near = other;
    }
    return near;
}

static PlStr near_action(Trusting *t, const PlPlugin *plugin, PlStr name)
{
    PlNear near;
    bool any = pl_catalog_nearest(t->catalog, plugin, name, PL_STR(""), &near, 1) > 0;
    return any ? pl_arena_printf(t->arena, PL_FMT "." PL_FMT, PL_ARG(plugin->name), PL_ARG(near.operation->name)) : PL_STR("");
}

/* Is it there at all, whether or not this plan calls it. */
static bool check_end(Trusting *t, const End *end, bool is_source)
{
    const PlPlugin *plugin = pl_catalog_plugin_by_name(t->catalog, end->plugin);
    bool ambiguous;
    if (!plugin) return refuse(t, "a plugin", end->plugin, near_plugin(t->catalog, end->plugin));
    if (!end->action.len) return true;
    const PlOperation *operation = pl_catalog_find(t->catalog, plugin, end->action, &ambiguous);
    const PlAction *action = operation ? pl_catalog_action(t->catalog, operation) : NULL;
    if (!action) return refuse(t, "an action", end->text, near_action(t, plugin, end->action));
    if (!end->part.len) return true;
    PlStr near = PL_STR("");
    if (is_source ? pl_catalog_has_part(pl_catalog_types(t->catalog), action->result, end->part, &near) : pl_action_param(action, end->part) != NULL)
        return true;
    if (!is_source) near = pl_catalog_near_param(action, end->part);
    return refuse(t, is_source ? "a part of an answer" : "an argument", end->text, near);
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

/* One line of `selectors:`. */
static void add_selector(Trusting *t, PlStr text)
{
    const PlModule *m = t->module;
    End end = read_end(text);
    if (!check_end(t, &end, false)) return;
    for (uint32_t a = 0; a < m->action_count; a++) {
        if (!is_meant(t, &end, &m->actions[a])) continue;
        const PlParam *param = end.part.len ? pl_action_param(&m->actions[a], end.part) : NULL;
        uint32_t index = param ? (uint32_t)(param - m->actions[a].params) : PL_TRUST_ALL;
        pl_vec_push(t->arena, &t->out, ((PlTrust){.from = PL_TRUST_ALL, .to = a, .field = PL_STR(""), .param = index}));
    }
}

/* What the documents say. Selectors only tighten, so they count whoever wrote them; a part that the server makes counts when the project believes the
 * document, and not under `policy: strict`, which believes no server. */
static void add_documents(Trusting *t)
{
    const PlModule *m = t->module;
    for (uint32_t a = 0; a < m->action_count; a++) {
        const PlAction *action = &m->actions[a];
        const PlPlugin *plugin = pl_catalog_plugin_by_name(t->catalog, action->plugin);
        for (uint32_t p = 0; p < action->param_count; p++)
            if (action->params[p].selects) pl_vec_push(t->arena, &t->out, ((PlTrust){.from = PL_TRUST_ALL, .to = a, .field = PL_STR(""), .param = p}));
        bool believed = plugin && plugin->is_trusted && m->manifest.policy != PL_POLICY_STRICT;
        for (uint32_t i = 0; i < action->minted_count && believed; i++)
            pl_vec_push(t->arena, &t->out, ((PlTrust){.from = a, .to = PL_TRUST_ALL, .field = action->minted[i], .param = PL_TRUST_ALL}));
    }
}

void pl_labels_trust(PlArena *arena, PlDiags *diags, PlCatalog *catalog, const PlProject *project, PlModule *module)
{
    Trusting t = {.arena = arena, .diags = diags, .catalog = catalog, .module = module, .key = "trust"};
    if (project) module->manifest.policy = project->policy;
    for (uint32_t i = 0; project && i < project->trusts.len; i++) {
        const PlTrustArg *arg = &project->trusts.items[i];
        End from = read_end(arg->from), to = read_end(arg->to);
        if (check_end(&t, &from, true) && (!to.text.len || check_end(&t, &to, false))) add_trust(&t, &from, &to);
    }
    t.key = "selectors";
    for (uint32_t i = 0; project && i < project->selectors.len; i++) add_selector(&t, project->selectors.items[i]);
    add_documents(&t);
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

/* The document says that its server makes this part, and the project has not said that it believes the document. */
static bool document_vouches(const PlAction *origin, PlStr part)
{
    for (uint32_t i = 0; i < origin->minted_count; i++)
        if (pl_str_eq(origin->minted[i], part)) return true;
    return false;
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
    if (document_vouches(origin, source->field) && m->manifest.policy != PL_POLICY_STRICT) {
        pl_diag_help(diags, d, "its document vouches for it: to believe the document, in pilot.yaml: plugins: {" PL_FMT ": {document: FILE, trusted: yes}}",
                     PL_ARG(origin->plugin));
        return;
    }
    PlStr part = source->field.len ? source->field : PL_STR("*");
    pl_diag_help(diags, d, "to trust it, in pilot.yaml: trust: [\"" PL_FMT "." PL_FMT "." PL_FMT " -> " PL_FMT "." PL_FMT "." PL_FMT "\"]",
                 PL_ARG(origin->plugin), PL_ARG(origin->name), PL_ARG(part), PL_ARG(action->plugin), PL_ARG(action->name), PL_ARG(name));
}

void pl_labels_claims(PlDiags *diags, const PlPlan *plan, const PlModule *m)
{
    for (uint32_t a = 0; a < m->action_count; a++) {
        const PlAction *action = &m->actions[a];
        if (!action->claims.len) continue;
        const PlStep *step = NULL;
        for (uint32_t c = 0; c < m->call_count && !step; c++)
            if (m->calls[c].action == a) step = find_step(plan->steps.items, plan->steps.len, m->sites[m->calls[c].site].step, action);
        PlDiag *d = PL_REPORT(diags, LABEL_CLAIM, step ? step->action_span : PL_NO_SPAN, PL_ARG(action->claims), PL_ARG(action->plugin));
        if (d) pl_diag_help(diags, d, "to vouch for the document, in pilot.yaml: plugins: {" PL_FMT ": {document: FILE, trusted: yes}}",
                            PL_ARG(action->plugin));
    }
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
