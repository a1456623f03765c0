/* SPDX-License-Identifier: MIT */
/* Which action a step means: plugin and name, exactly or by another spelling of the same name; questions for the rest. Also what a call may
 * not do for its effect. Arguments are arguments.c. */
#include "compiler/bind/bind.h"

#include "compiler/check/expr.h"
#include "compiler/check/scope.h"
#include "compiler/check/step.h"

enum { CANDIDATES = 5 };

/* ---- answers ------------------------------------------------------------------------------------------------------------ */

PlStr pl_bind_answer(const PlChecker *c, PlStr id)
{
    for (uint32_t i = 0; c->options && i < c->options->answer_count; i++)
        if (pl_str_eq(c->options->answers[i].id, id)) return pl_str_trim(c->options->answers[i].value);
    return PL_STR("");
}

PlStr pl_bind_question_id(PlChecker *c, const PlStep *step, const char *kind, PlStr detail)
{
    return pl_arena_printf(c->arena, PL_FMT "/%s%s" PL_FMT, PL_ARG(step->label), kind, detail.len ? ":" : "",
                           PL_ARG(detail));
}

static PlStr full_name(PlChecker *c, const PlOperation *op)
{
    return pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(op->plugin->name), PL_ARG(op->name));
}

/* "plugin.action", or an action's name alone within `plugin`; NULL when it is none. */
static const PlOperation *operation_of_answer(PlChecker *c, const PlPlugin *plugin, PlStr answer)
{
    bool ambiguous;
    size_t dot = pl_str_find_char(answer, '.', 0);
    if (dot != PL_STR_NONE) {
        const PlPlugin *named = pl_catalog_plugin_by_name(c->catalog, pl_str_slice(answer, 0, dot));
        const PlOperation *op =
            named ? pl_catalog_find(c->catalog, named, pl_str_slice(answer, dot + 1, answer.len), &ambiguous) : NULL;
        if (op) return op;
    }
    return plugin ? pl_catalog_find(c->catalog, plugin, answer, &ambiguous) : NULL;
}

/* ---- questions ------------------------------------------------------------------------------------------------------------ */

static void add_candidates(PlChecker *c, PlDiag *d, const PlNear *near, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        pl_diag_candidate(c->diags, d, full_name(c, near[i].operation), near[i].operation->title);
    if (count) pl_diag_help(c->diags, d, "for example `using %.*s(...)`", PL_ARG(full_name(c, near[0].operation)));
}

/* The answer to which action is meant, or NULL after the question was put. */
static const PlOperation *ask_action(PlChecker *c, PlStep *step, const PlPlugin *plugin)
{
    PlStr id = pl_bind_question_id(c, step, "action", PL_STR("")), answer = pl_bind_answer(c, id);
    if (answer.len) {
        const PlOperation *op = operation_of_answer(c, plugin, answer);
        if (op) return op;
        PL_REPORT(c->diags, BAD_ANSWER, step->action_span, PL_ARG(id), PL_ARG(answer));
        return NULL;
    }
    PlNear near[CANDIDATES];
    PlStr name = step->action;
    PlStr shown = plugin ? pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(plugin->name), PL_ARG(name)) : name;
    uint32_t count = pl_catalog_nearest(c->catalog, plugin, name, step->prose, near, CANDIDATES);
    if (count == 0) {
        PlDiag *d = PL_REPORT(c->diags, UNKNOWN_ACTION, step->action_span, PL_ARG(shown));
        if (plugin)
            pl_diag_help(c->diags, d, "`pilotc catalog %.*s` lists the plugin's actions", PL_ARG(plugin->name));
        else if (!pl_catalog_plugin_count(c->catalog))
            pl_diag_help(c->diags, d, "add `Use: plugin from \"FILE\"` at the head of the plan");
        return NULL;
    }
    PlDiag *d = PL_REPORT(c->diags, WHICH_ACTION, step->action_span, PL_ARG(shown));
    d->id = id;
    add_candidates(c, d, near, count);
    return NULL;
}

void pl_bind_prose(PlChecker *c, PlStep *step)
{
    step->type = PL_T_ANY;
    PlStr id = pl_bind_question_id(c, step, "action", PL_STR("")), answer = pl_bind_answer(c, id);
    PlSpan span = step->prose_span.end > step->prose_span.start ? step->prose_span : step->span;
    if (answer.len) {
        const PlOperation *op = operation_of_answer(c, NULL, answer);
        if (op) {
            step->kind = PL_STEP_ACTION;
            step->plugin = op->plugin->name;
            step->action = op->name;
            step->action_span = span;
            return;
        }
        PL_REPORT(c->diags, BAD_ANSWER, span, PL_ARG(id), PL_ARG(answer));
        return;
    }
    PlNear near[CANDIDATES];
    uint32_t count = pl_catalog_nearest(c->catalog, NULL, PL_STR(""), step->prose, near, CANDIDATES);
    PlDiag *d = PL_REPORT0(c->diags, PROSE_STEP, span);
    d->id = id;
    add_candidates(c, d, near, count);
    if (!count) pl_diag_help(c->diags, d, "name the action: `%.*s using plugin.action(...)`", PL_ARG(step->prose));
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

static PlPlugin *ask_plugin(PlChecker *c, PlStep *step)
{
    uint32_t count = pl_catalog_plugin_count(c->catalog);
    PlStr near = nearest_plugin(c, step->plugin);
    if (!near.len) {
        PlDiag *d = PL_REPORT(c->diags, UNKNOWN_PLUGIN, plugin_span(c, step), PL_ARG(step->plugin));
        PlStr *names = PL_NEW_N(c->arena, PlStr, count);
        for (uint32_t i = 0; i < count; i++) names[i] = pl_catalog_plugin(c->catalog, i)->name;
        if (count)
            pl_diag_help(c->diags, d, "plugins are: %.*s; or add `Use: %.*s from \"FILE\"`",
                         PL_ARG(pl_words_list(c, names, count, 10)), PL_ARG(step->plugin));
        else
            pl_diag_help(c->diags, d, "add `Use: %.*s from \"FILE\"` at the head of the plan", PL_ARG(step->plugin));
        return NULL;
    }
    PlStr id = pl_bind_question_id(c, step, "plugin", PL_STR("")), answer = pl_bind_answer(c, id);
    if (answer.len) {
        PlPlugin *plugin = pl_catalog_plugin_by_name(c->catalog, answer);
        if (plugin) return plugin;
        PL_REPORT(c->diags, BAD_ANSWER, step->action_span, PL_ARG(id), PL_ARG(answer));
        return NULL;
    }
    PlDiag *d = PL_REPORT(c->diags, WHICH_PLUGIN, plugin_span(c, step), PL_ARG(step->plugin));
    d->id = id;
    pl_diag_candidate(c->diags, d, near, pl_catalog_plugin_by_name(c->catalog, near)->title);
    pl_diag_help(c->diags, d, "did you mean `%.*s`?", PL_ARG(near));
    return NULL;
}

/* ---- which operation ------------------------------------------------------------------------------------------------------ */

/* Rule: an action whose plugin is left out binds when exactly one plugin has it. */
static const PlOperation *find_anywhere(PlChecker *c, PlStep *step)
{
    const PlOperation *found = NULL;
    uint32_t hits = 0;
    for (uint32_t i = 0; i < pl_catalog_plugin_count(c->catalog); i++) {
        bool ambiguous = false;
        const PlOperation *op = pl_catalog_find(c->catalog, pl_catalog_plugin(c->catalog, i), step->action, &ambiguous);
        if (op)
            found = op, hits++;
        else if (ambiguous)
            hits += 2;
    }
    return hits == 1 ? found : ask_action(c, step, NULL);
}

static const PlOperation *find_operation(PlChecker *c, PlStep *step)
{
    if (!step->plugin.len) return find_anywhere(c, step);
    PlPlugin *plugin = pl_catalog_plugin_by_name(c->catalog, step->plugin);
    if (!plugin) plugin = ask_plugin(c, step);
    if (!plugin) return NULL;
    bool ambiguous = false;
    const PlOperation *op = pl_catalog_find(c->catalog, plugin, step->action, &ambiguous);
    return op ? op : ask_action(c, step, plugin);
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
    if (!retry || a->doubt != PL_DOUBT_UNSAFE || pl_step_clause((PlStep *)(uintptr_t)step, PL_CLAUSE_KEY)) return;
    PlDiag *d = PL_REPORT(c->diags, RETRY_UNSAFE, retry->span, PL_ARG(name));
    pl_diag_help(c->diags, d, "give an idempotency key, `key EXPR`, or take the retry away");
}

static void read_as(PlChecker *c, PlStep *step, const PlOperation *op)
{
    PlStr written = step->plugin.len
                        ? pl_arena_printf(c->arena, PL_FMT "." PL_FMT, PL_ARG(step->plugin), PL_ARG(step->action))
                        : step->action;
    PlStr exact = full_name(c, op);
    if (!pl_str_eq(written, exact))
        PL_REPORT(c->diags, ACTION_READ_AS, step->action_span, PL_ARG(written), PL_ARG(exact));
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

void pl_bind_step(PlChecker *c, PlStep *step)
{
    step->type = PL_T_ANY;
    if (read_as_set(c, step)) return;
    const PlOperation *op = find_operation(c, step);
    const PlAction *action = op ? pl_catalog_action(c->catalog, op) : NULL;
    if (op && !action)
        PL_REPORT(c->diags, ACTION_BROKEN, step->action_span, PL_ARG(op->plugin->name), PL_ARG(op->name));
    if (!action) {
        for (uint32_t i = 0; i < step->args.len; i++) pl_expr_check(c, &step->args.items[i].value, PL_TYPE_NONE);
        if (step->as_type) step->type = pl_type_expr_read(c, step->as_type);
        return;
    }
    read_as(c, step, op);
    step->bound = action;
    step->type = action->result;
    pl_bind_arguments(c, step);
    check_as(c, step);
    warn_of_action(c, step);
    pl_rules_step(c, step);
}
