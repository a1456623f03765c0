/* SPDX-License-Identifier: MIT */
/* Which action a step means: plugin and name, exactly or by another spelling of the same name; questions for the rest. Also what a call may
 * not do for its effect. Arguments are arguments.c. */
#include "compiler/bind/bind.h"

#include "compiler/bind/alias.h"
#include "compiler/bind/resolve.h"
#include "compiler/bind/token.h"
#include "compiler/prose/prose.h"
#include "compiler/check/ask.h"
#include "compiler/check/expr.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"
#include "compiler/syntax/phrase.h"

enum { SEVERAL = 4, NAME_WORDS = 60 };

static PlStr full_name(PlChecker *c, const PlOperation *op)
{
    return pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(op->plugin->name), PL_ARG(op->name));
}

/* ---- questions ------------------------------------------------------------------------------------------------------------ */

/* "Create an issue (shared words: create, issue)" */
static PlStr why_of(PlChecker *c, const PlResolved *r, uint32_t i)
{
    if (!r->shared[i].len) return r->near[i]->title;
    return pl_arena_printf(c->arena, PL_FMT " (has: " PL_FMT ")", PL_ARG(r->near[i]->title), PL_ARG(r->shared[i]));
}

static void add_candidates(PlChecker *c, PlDiag *d, const PlResolved *r)
{
    for (uint32_t i = 0; i < r->count; i++) pl_diag_candidate(c->diags, d, full_name(c, r->near[i]), why_of(c, r, i));
    if (r->count) pl_diag_help(c->diags, d, "for example `using %.*s(...)`", PL_ARG(full_name(c, r->near[0])));
    if (r->count && r->decision == PL_DECIDE_NONE) pl_diag_label(c->diags, d, "nothing in the catalog fits well");
}

static void ask_action(PlChecker *c, PlStep *step, const PlPlugin *plugin, const PlResolved *r)
{
    PlStr name = step->action;
    PlStr shown = plugin ? pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(plugin->name), PL_ARG(name)) : name;
    if (r->count == 0) {
        PlDiag *d = PL_REPORT(c->diags, UNKNOWN_ACTION, step->action_span, PL_ARG(shown));
        if (plugin)
            pl_diag_help(c->diags, d, "`pilotc catalog %.*s` lists the plugin's actions", PL_ARG(plugin->name));
        else if (!pl_catalog_plugin_count(c->catalog))
            pl_diag_help(c->diags, d, "add `Use: plugin from \"FILE\"` at the head of the plan");
        return;
    }
    PlDiag *d = PL_REPORT(c->diags, WHICH_ACTION, step->action_span, PL_ARG(shown));
    pl_ask_action(c, d, step);
    add_candidates(c, d, r);
}

static void note_choice(PlChecker *c, PlSpan span, PlStr written, const PlResolved *r)
{
    PlStr name = full_name(c, r->bound);
    PlDiag *d = PL_REPORT(c->diags, ACTION_CHOSEN, span, PL_ARG(written), PL_ARG(name));
    bool first = r->count && r->near[0] == r->bound;
    PlStr shared = first ? r->shared[0] : PL_STR("");
    pl_diag_label(c->diags, d, "by %s%s" PL_FMT, r->why, shared.len ? ": " : "", PL_ARG(shared));
    if (first && r->count > 1)
        pl_diag_help(c->diags, d, "the next would be `using %.*s`", PL_ARG(full_name(c, r->near[1])));
}

/* ---- a tool that is named ------------------------------------------------------------------------------------------------ */

static void learn_words(PlChecker *c, PlStr text, PlMap *words)
{
    PlTokens tokens = {0};
    pl_token_name(c->arena, text, NAME_WORDS, &tokens);
    for (uint32_t i = 0; i < tokens.len; i++) pl_map_put(words, tokens.items[i].stem, NULL);
}

/* Some word of the name is one of the action's. */
static bool is_near(PlChecker *c, PlStr name, const PlOperation *op)
{
    PlMap words;
    PlTokens said = {0};
    bool near = false;
    pl_map_init(&words, c->arena);
    const PlStr texts[] = {op->plugin->name, op->plugin->title, op->name, op->operation_id, op->title};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) learn_words(c, texts[i], &words);
    pl_token_name(c->arena, name, NAME_WORDS, &said);
    for (uint32_t i = 0; i < said.len; i++) near |= pl_map_find(&words, said.items[i].stem) != NULL;
    return near;
}

/* "Check the size using ai_processing": the name behind the last `using` where it can be nothing but that of a tool; empty when none stands there. */
static PlStr tool_of(PlStr prose)
{
    static const char *const models[] = {"ai", "llm", "gpt", "chatgpt", "claude", "gemini", "openai"};
    static const char lead[] = " using ";
    size_t at = PL_STR_NONE;
    for (size_t next = 0; (next = pl_str_find(prose, PL_STR(" using "), next)) != PL_STR_NONE; next++) at = next;
    if (at == PL_STR_NONE) return PL_STR("");
    PlStr name = pl_str_trim(pl_str_slice(prose, at + sizeof lead - 1, prose.len));
    bool quoted = name.len > 2 && name.ptr[0] == '`' && name.ptr[name.len - 1] == '`';
    bool tool = quoted || pl_str_find_char(name, '_', 0) != PL_STR_NONE;
    if (quoted) name = pl_str_slice(name, 1, name.len - 1);
    for (size_t i = 0; i < sizeof models / sizeof *models; i++) tool |= pl_str_eq_nocase(name, pl_str_z(models[i]));
    for (size_t i = 0; i < name.len; i++) tool &= pl_phrase_word_char(name.ptr[i]) || name.ptr[i] == '.' || name.ptr[i] == '-';
    return tool ? name : PL_STR("");
}

/* The action by what the step says, or NULL after a question. */
static const PlOperation *choose(PlChecker *c, PlStep *step, const PlPlugin *plugin)
{
    PlResolved r;
    pl_resolve_step(c, step, plugin, &r);
    if (!r.bound || (!plugin && !is_near(c, step->action, r.bound))) {
        ask_action(c, step, plugin, &r);
        return NULL;
    }
    PlStr written = step->plugin.len
                        ? pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(step->plugin), PL_ARG(step->action))
                        : step->action;
    note_choice(c, step->action_span, written, &r);
    step->plugin = r.bound->plugin->name;
    step->action = r.bound->name;
    return r.bound;
}

void pl_bind_prose(PlChecker *c, PlStep *step)
{
    step->type = PL_T_ANY;
    PlSpan span = step->prose_span.end > step->prose_span.start ? step->prose_span : step->span;
    PlResolved r;
    if (pl_prose_model(c, step, true)) return;
    pl_resolve_step(c, step, NULL, &r);
    PlStr tool = tool_of(step->prose);
    if (r.bound && tool.len && !is_near(c, tool, r.bound)) r.bound = NULL; /* nothing is called so: its other words do not decide */
    if (r.bound) {
        note_choice(c, span, step->prose, &r);
        step->kind = PL_STEP_ACTION;
        step->plugin = r.bound->plugin->name;
        step->action = r.bound->name;
        step->action_span = span;
        return;
    }
    if (pl_prose_model(c, step, false)) return;
    PlDiag *d = PL_REPORT0(c->diags, PROSE_STEP, span);
    pl_ask_action(c, d, step);
    add_candidates(c, d, &r);
    if (!r.count) pl_diag_help(c->diags, d, "name the action: `%.*s using plugin.action(...)`", PL_ARG(step->prose));
}

/* ---- plugins ------------------------------------------------------------------------------------------------------------- */

static PlStr nearest_plugin(PlChecker *c, PlStr name)
{
    uint32_t count = pl_catalog_plugin_count(c->catalog);
    PlStr *names = PL_NEW_N(c->arena, PlStr, count);
    for (uint32_t i = 0; i < count; i++) names[i] = pl_catalog_plugin(c->catalog, i)->name;
    return pl_words_near(name, names, count);
}

/* Where the plugin's name stands. */
static PlSpan plugin_span(const PlChecker *c, const PlStep *step)
{
    PlSpan span = step->action_span;
    if (span.source >= c->diags->sources->all.len) return span;
    PlStr text = pl_str_slice(c->diags->sources->all.items[span.source].text, span.start, span.end);
    if (pl_str_starts(text, step->plugin)) span.end = span.start + (uint32_t)step->plugin.len;
    return span;
}

/* A plugin that is asked for is asked for once: the answer counts for all steps that name it. */
static bool was_asked(PlChecker *c, const PlStep *step)
{
    PlStr id = pl_arena_printf(c->arena, "plugin:" PL_FMT, PL_ARG(step->plugin));
    for (uint32_t i = 0; i < c->diags->all.len; i++) {
        PlDiag *d = c->diags->all.items[i];
        if (!pl_str_eq(d->ask.id, id)) continue;
        PlSpan span = plugin_span(c, step);
        if (d->candidates.len && span.start != d->span.start)
            pl_diag_candidate_edit(c->diags, d, span, d->candidates.items[0].value);
        return true;
    }
    return false;
}

/* A Use line names its document, which could not be read: that was said. */
static bool is_unreadable(const PlChecker *c, const PlStep *step)
{
    for (uint32_t i = 0; i < c->plan->uses.len; i++)
        if (c->plan->uses.items[i].path.len && pl_words_same(c->plan->uses.items[i].name, step->plugin)) return c->diags->errors > 0;
    return false;
}

/* By the light list, so that no document is read for it. */
static bool offers(const PlPlugin *plugin, PlStr action)
{
    for (uint32_t i = 0; i < plugin->operation_count; i++) {
        const PlOperation *op = plugin->operations[i];
        if (pl_words_same(op->name, action) || (op->operation_id.len && pl_words_same(op->operation_id, action))) return true;
    }
    return false;
}

/* The plugins that the name may mean: the nearest spelling, those that it explains as well as others, those that have the action. */
static uint32_t likely_plugins(PlChecker *c, const PlStep *step, PlPlugin *out[SEVERAL])
{
    PlStr near = nearest_plugin(c, step->plugin);
    if (near.len) {
        out[0] = pl_catalog_plugin_by_name(c->catalog, near);
        return 1;
    }
    uint32_t count = 0;
    const char *by = "";
    (void)pl_alias_find(c->arena, c->catalog, step->plugin, &by, out, SEVERAL, &count);
    for (uint32_t i = 0; count == 0 && i < pl_catalog_plugin_count(c->catalog); i++) {
        PlPlugin *plugin = pl_catalog_plugin(c->catalog, i);
        if (!offers(plugin, step->action)) continue;
        out[0] = plugin;
        count = 1;
        for (i++; i < pl_catalog_plugin_count(c->catalog) && count < SEVERAL; i++)
            if (offers(pl_catalog_plugin(c->catalog, i), step->action)) out[count++] = pl_catalog_plugin(c->catalog, i);
    }
    return count;
}

/* `Use: ai` was answered already. */
static bool no_model_said(const PlChecker *c, const PlStep *step)
{
    for (uint32_t i = 0; pl_str_eq_z(step->plugin, "ai") && i < c->diags->all.len; i++)
        if (c->diags->all.items[i]->code == PL_D_AI_NO_MODEL) return true;
    return false;
}

static void ask_plugin(PlChecker *c, PlStep *step)
{
    uint32_t count = pl_catalog_plugin_count(c->catalog);
    if (was_asked(c, step) || is_unreadable(c, step) || no_model_said(c, step)) return;
    PlPlugin *likely[SEVERAL];
    uint32_t n = likely_plugins(c, step, likely);
    PlSpan span = plugin_span(c, step);
    PlDiag *d = n ? PL_REPORT(c->diags, WHICH_PLUGIN, span, PL_ARG(step->plugin))
                  : PL_REPORT(c->diags, UNKNOWN_PLUGIN, span, PL_ARG(step->plugin));
    pl_ask_plugin(c, d, step->plugin);
    for (uint32_t i = 0; i < n; i++) {
        pl_diag_candidate(c->diags, d, likely[i]->name, likely[i]->title);
        pl_diag_candidate_edit(c->diags, d, span, likely[i]->name);
    }
    PlStr *names = PL_NEW_N(c->arena, PlStr, count);
    for (uint32_t i = 0; i < count; i++) names[i] = pl_catalog_plugin(c->catalog, i)->name;
    if (n && nearest_plugin(c, step->plugin).len)
        pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(likely[0]->name));
    else if (n)
        pl_diag_help(c->diags, d, "write `%.*s`, or add `Use: %.*s from \"FILE\"`", PL_ARG(likely[0]->name), PL_ARG(step->plugin));
    else if (pl_str_eq_z(step->plugin, "ai"))
        pl_diag_help(c->diags, d,
                     "name a model in pilot.yaml: `plugins: {ai: {ai: MODEL, config: {api: openai, server: \"https://HOST/v1\"}}}`; or add `Use: ai "
                     "from \"FILE\"`");
    else if (count)
        pl_diag_help(c->diags, d, "plugins are: %.*s; or add `Use: %.*s from \"FILE\"`",
                     PL_ARG(pl_words_list(c, names, count, 10)), PL_ARG(step->plugin));
    else
        pl_diag_help(c->diags, d, "add `Use: %.*s from \"FILE\"` at the head of the plan", PL_ARG(step->plugin));
}

/* ---- which operation ------------------------------------------------------------------------------------------------------ */

/* Rule: an action whose plugin is left out binds when exactly one plugin has it. */
static const PlOperation *find_anywhere(PlChecker *c, PlStep *step)
{
    const PlOperation *found = NULL;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < pl_catalog_plugin_count(c->catalog); i++) {
        bool ambiguous = false;
        if (!offers(pl_catalog_plugin(c->catalog, i), step->action)) continue;
        const PlOperation *op = pl_catalog_find(c->catalog, pl_catalog_plugin(c->catalog, i), step->action, &ambiguous);
        if (op)
            found = op, hits++;
        else if (ambiguous)
            hits += 2;
    }
    return hits == 1 ? found : choose(c, step, NULL);
}

/* Rule: a plugin's name that is none is read as the one plugin that it explains (alias.h). */
static PlPlugin *plugin_by_alias(PlChecker *c, PlStep *step)
{
    PlPlugin *some[SEVERAL];
    uint32_t count;
    const char *by = "";
    PlPlugin *plugin = pl_alias_find(c->arena, c->catalog, step->plugin, &by, some, SEVERAL, &count);
    if (!plugin) return NULL;
    PlDiag *d = PL_REPORT(c->diags, PLUGIN_READ_AS, plugin_span(c, step), PL_ARG(step->plugin), PL_ARG(plugin->name));
    pl_diag_label(c->diags, d, "by %s", by);
    pl_words_exact(c, d, plugin_span(c, step), step->plugin, plugin->name);
    return plugin;
}

static const PlOperation *find_operation(PlChecker *c, PlStep *step)
{
    if (!step->plugin.len) return find_anywhere(c, step);
    PlPlugin *plugin = pl_catalog_plugin_by_name(c->catalog, step->plugin);
    if (!plugin) plugin = plugin_by_alias(c, step);
    if (!plugin) {
        ask_plugin(c, step);
        return NULL;
    }
    bool ambiguous = false;
    const PlOperation *op = pl_catalog_find(c->catalog, plugin, step->action, &ambiguous);
    return op ? op : choose(c, step, plugin);
}

/* `total = sum(x)` and `n = xs.count()` look like actions. */
static bool read_as_set(PlChecker *c, PlStep *step)
{
    uint32_t index;
    bool method = step->plugin.len && pl_scope_find(c, step->plugin);
    if (step->plugin.len && !method) return false;
    if (!step->bind.len || !pl_expr_builtin(step->action, &index)) return false;
    PlExpr *call = pl_expr_new(c->arena, PL_EXPR_CALL, step->action_span);
    call->text = step->action;
    call->text_span = step->action_span;
    if (method) pl_vec_push(c->arena, &call->items, pl_expr_name_of(c, step->action_span, step->plugin));
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *a = &step->args.items[i];
        PlRecordField named = {a->name, a->span, a->value};
        if (a->name.len)
            pl_vec_push(c->arena, &call->fields, named);
        else
            pl_vec_push(c->arena, &call->items, a->value);
    }
    step->kind = PL_STEP_SET;
    step->name = step->bind;
    step->name_span = step->bind_span;
    step->bind = PL_STR("");
    step->value = call;
    PL_REPORT(c->diags, READ_AS_SET, step->action_span, PL_ARG(step->name), PL_ARG(pl_words_expr(c, call)));
    pl_assign_set(c, step);
    return true;
}

/* ---- what it may do ------------------------------------------------------------------------------------------------------- */

/* Is `word` a part of the name: at its beginning, or behind something that is no small letter? */
static bool has_word(PlStr name, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= name.len; i++) {
        bool begins =
            i == 0 || name.ptr[i - 1] < 'a' || name.ptr[i - 1] > 'z' || (name.ptr[i] >= 'A' && name.ptr[i] <= 'Z');
        bool ends = i + n == name.len || name.ptr[i + n] < 'a' || name.ptr[i + n] > 'z';
        if (begins && ends && pl_str_eq_nocase(pl_str_slice(name, i, i + n), pl_str_z(word))) return true;
    }
    return false;
}

static void warn_of_action(PlChecker *c, const PlStep *step)
{
    static const char *const words[] = {"create", "send", "delete", "remove", "update"};
    const PlAction *a = step->bound;
    PlStr name = pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(a->plugin), PL_ARG(a->name));
    if (a->deprecated) PL_REPORT(c->diags, DEPRECATED_ACTION, step->action_span, PL_ARG(name));
    for (size_t i = 0; a->method == PL_GET && i < sizeof words / sizeof *words; i++)
        if (has_word(a->name, words[i]) || has_word(a->operation_id, words[i])) {
            PL_REPORT(c->diags, GET_WRITES, step->action_span, PL_ARG(name), PL_ARG(pl_str_z(words[i])));
            break;
        }
    PlClause *retry = pl_step_clause((PlStep *)(uintptr_t)step, PL_CLAUSE_RETRY);
    if (!retry || pl_doubt_is_repeatable(a->doubt) || pl_step_clause((PlStep *)(uintptr_t)step, PL_CLAUSE_KEY)) return;
    PlDiag *d = PL_REPORT(c->diags, RETRY_UNSAFE, retry->span, PL_ARG(name));
    pl_diag_help(c->diags, d, "give an idempotency key, `key EXPR`, to have it retried after a lost answer, too");
}

static void read_as(PlChecker *c, PlStep *step, const PlOperation *op)
{
    PlStr written = step->plugin.len
                        ? pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(step->plugin), PL_ARG(step->action))
                        : step->action;
    PlStr exact = full_name(c, op);
    if (!pl_str_eq(written, exact)) {
        PlDiag *d = PL_REPORT(c->diags, ACTION_READ_AS, step->action_span, PL_ARG(written), PL_ARG(exact));
        pl_words_exact(c, d, step->action_span, written, exact);
    }
    step->plugin = op->plugin->name;
    step->action = op->name;
}

/* as TYPE: what the document says must be able to be that. */
static void check_as(PlChecker *c, PlStep *step)
{
    if (!step->as_type) return;
    PlTypeId as = pl_type_expr_read(c, step->as_type);
    PlUsableWhy why;
    PlUsable usable = pl_usable(c->arena, c->types, step->type, as, &why);
    bool never = usable == PL_USABLE_NO || usable == PL_USABLE_COERCE;
    if (never && step->type != PL_T_NOTHING) {
        PlDiag *d = PL_REPORT(c->diags, NEVER_OF_TYPE, step->as_type->span, PL_ARG(pl_words_type(c, as)),
                              PL_ARG(pl_words_type(c, step->type)));
        if (why.path.len)
            pl_diag_label(c->diags, d, "`%.*s` is %.*s, not %.*s", PL_ARG(why.path),
                          PL_ARG(pl_words_type(c, why.found)), PL_ARG(pl_words_type(c, why.wanted)));
    } else if (never) {
        PL_REPORT(c->diags, NEVER_OF_TYPE, step->as_type->span, PL_ARG(pl_words_type(c, as)),
                  PL_ARG(PL_STR("nothing: the action gives no body")));
    }
    step->type = as;
}

/* What the action gives where the plan does not say: `x-pilot-as: yes/no`. */
static void say_type(PlChecker *c, PlStep *step)
{
    step->as_type = PL_NEW(c->arena, PlTypeExpr);
    *step->as_type = (PlTypeExpr){.kind = PL_TE_NAME, .name = step->bound->as, .span = step->action_span};
}

void pl_bind_step(PlChecker *c, PlStep *step)
{
    step->type = PL_T_ANY;
    if (read_as_set(c, step)) return;
    const PlOperation *op = find_operation(c, step);
    const PlAction *action = op ? pl_catalog_action(c->catalog, op) : NULL;
    if (!action) {
        for (uint32_t i = 0; i < step->args.len; i++) pl_expr_check(c, &step->args.items[i].value, PL_TYPE_NONE);
        if (step->as_type) step->type = pl_type_expr_read(c, step->as_type);
        return;
    }
    read_as(c, step, op);
    step->bound = action;
    if (action->as.len && !step->as_type) say_type(c, step);
    step->type = action->result;
    pl_bind_arguments(c, step);
    check_as(c, step);
    warn_of_action(c, step);
    pl_rules_step(c, step);
}
