/* SPDX-License-Identifier: MIT */
/* Steps as JSON objects. Each kind of step has one `type`, each clause one member, in the order of the source; the
 * branches of an If stand in one object, and so do a Try and its handlers. */
#include "compiler/trade/dsl_internal.h"

static const PlStr no_key = {NULL, 0};

void pl_dsl_comments(PlDslWriter *w, const char *key, const PlComment *comments, uint32_t count)
{
    if (!count) return;
    pl_json_out_begin(&w->out, key, '[');
    for (uint32_t i = 0; i < count; i++) pl_json_out_text(&w->out, NULL, comments[i].text);
    pl_json_out_end(&w->out, ']');
}

static void remarks(PlDslWriter *w, const PlStep *step)
{
    pl_dsl_comments(w, "comments", step->comments.items, step->comments.len);
    if (step->trailing.text.len) pl_json_out_text(&w->out, "comment", step->trailing.text);
}

static void text(PlDslWriter *w, const char *key, PlStr s)
{
    if (s.len) pl_json_out_text(&w->out, key, s);
}

static void val(PlDslWriter *w, const char *key, const PlExpr *e)
{
    if (e) pl_dsl_value(w, pl_str_z(key), e);
}

/* ---- calls ---- */

static void args(PlDslWriter *w, const PlStep *step)
{
    bool named = true;
    for (uint32_t i = 0; i < step->args.len; i++) named = named && step->args.items[i].name.len;
    pl_json_out_begin(&w->out, "params", named ? '{' : '[');
    for (uint32_t i = 0; i < step->args.len; i++) {
        const PlArgument *arg = &step->args.items[i];
        if (!named && arg->name.len) {
            pl_json_out_begin(&w->out, NULL, '{');
            pl_json_out_text(&w->out, "name", arg->name);
            pl_dsl_value(w, PL_STR("value"), arg->value);
            pl_json_out_end(&w->out, '}');
        } else {
            pl_dsl_value(w, named ? arg->name : no_key, arg->value);
        }
    }
    pl_json_out_end(&w->out, named ? '}' : ']');
}

static void call(PlDslWriter *w, const PlStep *step)
{
    text(w, "plugin", step->plugin);
    text(w, "action", step->action);
    args(w, step);
}

static void failure(PlDslWriter *w, const PlClause *c)
{
    static const char *const words[] = {"continue", "stop", "fail", "use", "action"};
    pl_json_out_begin(&w->out, NULL, '{');
    pl_dsl_words(w, "status", c->count);
    pl_json_out_text(&w->out, "do", pl_str_z(words[c->fail_do]));
    val(w, c->fail_do == PL_FAIL_USE ? "value" : "message", c->value);
    if (c->step) {
        text(w, "description", c->step->prose);
        call(w, c->step);
    }
    pl_json_out_end(&w->out, '}');
}

static void retry(PlDslWriter *w, const PlClause *c)
{
    pl_json_out_begin(&w->out, "retry", '{');
    pl_dsl_words(w, "times", c->count);
    pl_dsl_words(w, "waiting", c->duration);
    if (c->doubling) pl_json_out_yes(&w->out, "doubling", true);
    pl_json_out_end(&w->out, '}');
}

static void tolerance(PlDslWriter *w, const PlClause *c)
{
    pl_json_out_begin(&w->out, "tolerating", '{');
    pl_dsl_words(w, c->percent ? "percent" : "failures", c->count);
    pl_json_out_end(&w->out, '}');
}

static void clause(PlDslWriter *w, const PlClause *c)
{
    switch (c->kind) {
    case PL_CLAUSE_RETRY: retry(w, c); break;
    case PL_CLAUSE_WITHIN: pl_dsl_words(w, "timeout", c->duration); break;
    case PL_CLAUSE_ALL_PAGES: pl_json_out_yes(&w->out, "all_pages", true); break;
    case PL_CLAUSE_UP_TO: pl_dsl_words(w, "max_items", c->count); break;
    case PL_CLAUSE_AT_A_TIME: pl_dsl_words(w, "concurrency", c->count); break;
    case PL_CLAUSE_ASK_FIRST: pl_json_out_yes(&w->out, "ask_first", true); break;
    case PL_CLAUSE_IN_ORDER: pl_json_out_yes(&w->out, "in_order", true); break;
    case PL_CLAUSE_KEY: val(w, "idempotency_key", c->value); break;
    case PL_CLAUSE_TOLERATING: tolerance(w, c); break;
    case PL_CLAUSE_GO_ON: pl_json_out_yes(&w->out, "continue_on_error", true); break;
    case PL_CLAUSE_IF_FAILS:
    case PL_CLAUSE_COUNT: break;
    }
}

/* Failures that stand together are one list; a second group, elsewhere among the clauses, is on_failure_2. */
static void clauses(PlDslWriter *w, const PlStep *step)
{
    unsigned groups = 0;
    for (uint32_t i = 0; i < step->clauses.len; i++) {
        if (step->clauses.items[i].kind != PL_CLAUSE_IF_FAILS) {
            clause(w, &step->clauses.items[i]);
            continue;
        }
        PlStr key = ++groups == 1 ? PL_STR("on_failure") : pl_arena_printf(w->arena, "on_failure_%u", groups);
        pl_json_out_begin_at(&w->out, key, '[');
        for (; i < step->clauses.len && step->clauses.items[i].kind == PL_CLAUSE_IF_FAILS; i++)
            failure(w, &step->clauses.items[i]);
        i--;
        pl_json_out_end(&w->out, ']');
    }
}

/* ---- blocks ---- */

static void body(PlDslWriter *w, const char *key, const PlStep *step)
{
    pl_dsl_steps(w, key, step->steps.items, step->steps.len);
}

/* The Otherwise-steps behind an If, or the handlers behind a Try; returns how many were taken. */
static uint32_t chained(PlDslWriter *w, PlStep *const *steps, uint32_t count)
{
    uint32_t taken = 0;
    bool handlers = steps[0]->kind == PL_STEP_TRY, open = false;
    for (; taken + 1 < count; taken++) {
        const PlStep *next = steps[taken + 1];
        bool otherwise = !handlers && next->kind == PL_STEP_ELSE;
        if (!otherwise && next->kind != (handlers ? PL_STEP_ON_ERROR : PL_STEP_ELSE_IF)) break;
        if (otherwise && open) pl_json_out_end(&w->out, ']');
        if (!otherwise && !open) pl_json_out_begin(&w->out, handlers ? "on_error" : "else_if", '[');
        open = !otherwise;
        if (otherwise && !next->comments.len && !next->trailing.text.len) {
            body(w, "else", next);
            return taken + 1;
        }
        pl_json_out_begin(&w->out, otherwise ? "else" : NULL, '{');
        pl_json_out_text(&w->out, "id", pl_dsl_step_id(w->arena, next));
        remarks(w, next);
        pl_dsl_words(w, "status", next->status);
        pl_dsl_words(w, "condition", next->cond);
        body(w, "steps", next);
        pl_json_out_end(&w->out, '}');
        if (otherwise) return taken + 1;
    }
    if (open) pl_json_out_end(&w->out, ']');
    return taken;
}

static void each(PlDslWriter *w, PlStep *step)
{
    text(w, "item", step->name);
    text(w, "item_value", step->name2);
    val(w, "items", step->value);
    pl_dsl_words(w, "where", step->cond);
    clauses(w, step);
    body(w, "steps", step);
}

static void repeat(PlDslWriter *w, PlStep *step)
{
    pl_dsl_words(w, step->is_while ? "while" : "until", step->cond);
    pl_dsl_words(w, step->cond ? "at_most" : "times", step->count);
    pl_dsl_words(w, "every", step->every);
    pl_dsl_words(w, "for_up_to", step->within);
    body(w, "steps", step);
}

/* ---- statements ---- */

static void target(PlDslWriter *w, const char *key, const PlStep *step)
{
    if (step->target)
        pl_dsl_words(w, key, step->target);
    else
        text(w, key, step->name);
}

static const char *operation_of(const PlExpr *e)
{
    switch (e->kind) {
    case PL_EXPR_WHERE: return "filter";
    case PL_EXPR_SORTED: return "sort";
    case PL_EXPR_GROUPED: return "group";
    case PL_EXPR_SELECT: return "map";
    case PL_EXPR_TAKE: return "take";
    case PL_EXPR_DISTINCT: return "deduplicate";
    default: return NULL;
    }
}

static const char *type_of(const PlStep *step)
{
    static const char *const types[] = {
        [PL_STEP_PROSE] = "prose",
        [PL_STEP_IF] = "conditional",
        [PL_STEP_ELSE_IF] = "conditional",
        [PL_STEP_ELSE] = "conditional",
        [PL_STEP_REPEAT] = "repeat",
        [PL_STEP_TOGETHER] = "parallel",
        [PL_STEP_TRY] = "try",
        [PL_STEP_ON_ERROR] = "try",
        [PL_STEP_INCREASE] = "increase",
        [PL_STEP_CLEAR] = "clear",
        [PL_STEP_ADD] = "gather",
        [PL_STEP_KEEP] = "keep",
        [PL_STEP_STOP] = "stop",
        [PL_STEP_FAIL] = "fail",
        [PL_STEP_RETURN] = "return",
        [PL_STEP_SKIP] = "skip",
        [PL_STEP_LEAVE] = "leave",
        [PL_STEP_WAIT_FOR] = "wait",
        [PL_STEP_WAIT_UNTIL] = "wait_until",
        [PL_STEP_WAIT_EVENT] = "wait_event",
        [PL_STEP_ASK] = "ask",
        [PL_STEP_APPROVE] = "approve",
        [PL_STEP_CHECK] = "check",
        [PL_STEP_NOTE] = "note",
        [PL_STEP_BAD] = "prose",
    };
    if (step->kind == PL_STEP_ACTION) return pl_str_eq_z(step->plugin, "ai") ? "ai_processing" : "action";
    if (step->kind == PL_STEP_SET) return operation_of(step->value) ? "transform" : "set";
    if (step->kind != PL_STEP_EACH) return types[step->kind];
    for (uint32_t i = 0; i < step->clauses.len; i++)
        if (step->clauses.items[i].kind == PL_CLAUSE_AT_A_TIME) return "scatter_gather";
    return "loop";
}

static void result(PlDslWriter *w, const PlStep *step)
{
    pl_dsl_type(w, "as", step->as_type);
    text(w, "output", step->bind);
}

static void person(PlDslWriter *w, const PlStep *step)
{
    text(w, "role", step->role);
    val(w, step->kind == PL_STEP_ASK ? "question" : "text", step->value);
    pl_dsl_words(w, "within", step->within);
    result(w, step);
}

/* The value is a text, or any value that a plan can have. */
static void plain(PlDslWriter *w, const PlStep *step)
{
    const char *key = step->kind == PL_STEP_RETURN || step->kind == PL_STEP_KEEP ? "value"
                      : step->kind == PL_STEP_NOTE                               ? "text"
                                                                                 : "message";
    val(w, key, step->value);
    if (step->kind == PL_STEP_KEEP) result(w, step);
}

static void statement(PlDslWriter *w, PlStep *step)
{
    switch (step->kind) {
    case PL_STEP_ACTION:
        text(w, "description", step->prose);
        call(w, step);
        result(w, step);
        clauses(w, step);
        break;
    case PL_STEP_PROSE:
    case PL_STEP_BAD:
        text(w, "description", step->prose);
        result(w, step);
        clauses(w, step);
        break;
    case PL_STEP_SET:
        if (operation_of(step->value)) pl_json_out_text(&w->out, "operation", pl_str_z(operation_of(step->value)));
        target(w, "variable", step);
        val(w, "value", step->value);
        break;
    case PL_STEP_INCREASE:
        target(w, "variable", step);
        val(w, "by", step->value);
        break;
    case PL_STEP_CLEAR: target(w, "variable", step); break;
    case PL_STEP_ADD:
        val(w, "value", step->value);
        target(w, "into", step);
        break;
    case PL_STEP_WAIT_FOR: pl_dsl_words(w, "duration", step->value); break;
    case PL_STEP_WAIT_UNTIL: val(w, "time", step->value); break;
    case PL_STEP_WAIT_EVENT:
        val(w, "event", step->value);
        pl_dsl_words(w, "within", step->within);
        result(w, step);
        break;
    case PL_STEP_ASK:
    case PL_STEP_APPROVE: person(w, step); break;
    case PL_STEP_CHECK:
        pl_dsl_words(w, "condition", step->cond);
        val(w, "message", step->value);
        break;
    default: plain(w, step); break;
    }
}

/* ---- all ---- */

/* Depth is bounded by PL_LIMIT_STEP_DEPTH. */
static uint32_t step_and_chain(PlDslWriter *w, PlStep *const *steps, uint32_t count)
{
    PlStep *step = steps[0];
    uint32_t taken = 0;
    pl_json_out_begin(&w->out, NULL, '{');
    pl_json_out_text(&w->out, "id", pl_dsl_step_id(w->arena, step));
    pl_json_out_text(&w->out, "type", pl_str_z(type_of(step)));
    remarks(w, step);
    switch (step->kind) {
    case PL_STEP_IF:
    case PL_STEP_ELSE_IF:
    case PL_STEP_ELSE:
        pl_dsl_words(w, "condition", step->cond);
        body(w, "then", step);
        if (step->kind == PL_STEP_IF) taken = chained(w, steps, count);
        break;
    case PL_STEP_EACH: each(w, step); break;
    case PL_STEP_REPEAT: repeat(w, step); break;
    case PL_STEP_TOGETHER:
        clauses(w, step);
        body(w, "branches", step);
        break;
    case PL_STEP_TRY:
    case PL_STEP_ON_ERROR:
        body(w, "steps", step);
        if (step->kind == PL_STEP_TRY) taken = chained(w, steps, count);
        break;
    default: statement(w, step); break;
    }
    pl_json_out_end(&w->out, '}');
    return taken;
}

void pl_dsl_steps(PlDslWriter *w, const char *key, PlStep *const *steps, uint32_t count)
{
    pl_json_out_begin(&w->out, key, '[');
    for (uint32_t i = 0; i < count; i++) i += step_and_chain(w, steps + i, count - i);
    pl_json_out_end(&w->out, ']');
}
