/* SPDX-License-Identifier: MIT */
/* Calls from JSON: which action, with which values, and what happens around the call. The order of the members is the
 * order of the clauses. */
#include "compiler/syntax/phrase.h"
#include "compiler/trade/dsl_internal.h"

/* ---- action and arguments ---- */

/* Members of a step that may carry arguments when it has no params of its own (AI steps of other dialects). */
static const char *const loose_args[] = {"prompt", "input", "instruction", "text", "context", NULL};

/* "filter" is a name, and so is "body.name", one with its place. */
static PlStr argument_name(PlArena *arena, PlStr text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool inner = c == '.' && i > 0 && i + 1 < text.len && text.ptr[i - 1] != '.';
        if (!inner && !pl_phrase_word_char(c)) return pl_dsl_name(arena, text);
    }
    return text.len && text.ptr[0] >= '0' && text.ptr[0] <= '9' ? pl_dsl_name(arena, text) : text;
}

static void add_arg(PlDslReader *r, PlStep *step, PlStr name, const PlNode *value)
{
    PlArgument arg = {.name = argument_name(r->arena, name), .span = pl_node_span(value)};
    arg.value = pl_dsl_read_value(r, value);
    pl_vec_push(r->arena, &step->args, arg);
}

static void read_args(PlDslReader *r, const PlNode *params, PlStep *step)
{
    for (uint32_t i = 0; i < pl_node_count(params); i++) {
        if (params->kind == PL_NODE_MAP) {
            const PlPair *pair = pl_node_at(params, i);
            if (!(pair->value.flags & PL_NODE_SHADOWED)) add_arg(r, step, pl_pair_key(pair), &pair->value);
            continue;
        }
        const PlNode *item = pl_node_item(params, i);
        bool pair = item->kind == PL_NODE_MAP && item->count == 2 && PL_GET(item, "name") && PL_GET(item, "value");
        add_arg(r, step, pair ? pl_node_text(PL_GET(item, "name")) : PL_STR(""), pair ? PL_GET(item, "value") : item);
    }
}

/* "gmail.search" in one member is plugin and action. */
static void read_name(const PlNode *node, PlStep *step, const char *plugin_else, const char *action_else)
{
    PlStr plugin = pl_dsl_member_text(node, "plugin|plugin_name|pluginKey|plugin_key|service|integration"),
          action =
              pl_dsl_member_text(node, "action|action_name|actionName|operation|operation_id|tool|function|method");
    size_t dot = plugin.len ? PL_STR_NONE : pl_str_find_char(action, '.', 0);
    if (dot != PL_STR_NONE) {
        plugin = pl_str_slice(action, 0, dot);
        action = pl_str_slice(action, dot + 1, action.len);
    } else if (plugin.len && pl_str_starts(action, plugin) && action.len > plugin.len + 1 &&
               action.ptr[plugin.len] == '.') {
        action = pl_str_slice(action, plugin.len + 1, action.len);
    }
    step->plugin = plugin.len || !plugin_else ? plugin : pl_str_z(plugin_else);
    step->action = action.len || !action_else ? action : pl_str_z(action_else);
}

static bool is_ai(const PlNode *node)
{
    static const char *const types[] = {"ai_processing", "ai",       "llm", "llm_decision", "summarize", "classify",
                                        "extract",       "generate", NULL};
    PlStr type = pl_dsl_member_text(node, "type");
    for (size_t i = 0; types[i]; i++)
        if (pl_str_eq_nocase(type, pl_str_z(types[i]))) return true;
    return false;
}

void pl_dsl_read_action(PlDslReader *r, const PlNode *node, PlStep *step)
{
    bool ai = is_ai(node);
    read_name(node, step, ai ? "ai" : NULL, ai ? "process" : NULL);
    step->prose = pl_dsl_one_line(r->arena, pl_dsl_member_text(node, "description|name|title|purpose"));
    const PlNode *params = pl_dsl_given(node, "params|parameters|arguments|args|inputs");
    read_args(r, params, step);
    for (size_t i = 0; ai && loose_args[i]; i++) {
        const PlNode *value = pl_dsl_member(node, loose_args[i]);
        if (value && value->kind != PL_NODE_NULL && !pl_node_get(params, pl_str_z(loose_args[i])))
            add_arg(r, step, pl_str_z(loose_args[i]), value);
    }
    if (step->action.len) return;
    step->kind = PL_STEP_PROSE;
    if (step->prose.len) return;
    step->prose = PL_STR("Do this");
    PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "action", "named");
}

/* ---- clauses ---- */

static PlClause *add(PlDslReader *r, PlStep *step, PlClauseKind kind, const PlNode *at)
{
    pl_vec_push(r->arena, &step->clauses, (PlClause){.kind = kind, .span = pl_node_span(at)});
    return &pl_vec_last(&step->clauses);
}

/* An expression, and what follows is evaluated only when there is one. */
static PlExpr *count_of(PlDslReader *r, const PlNode *node, const char *names)
{
    return pl_dsl_read_words(r, node && node->kind == PL_NODE_MAP ? pl_dsl_given(node, names) : node);
}

static PlExpr *seconds(PlDslReader *r, const PlNode *node, const char *unit)
{
    if (!node || node->kind == PL_NODE_NULL) return NULL;
    if (node->kind != PL_NODE_INT && node->kind != PL_NODE_NUMBER) return pl_dsl_read_words(r, node);
    PlStr text = pl_arena_printf(r->arena, PL_FMT " %s", PL_ARG(pl_node_raw(node, r->diags->sources)), unit);
    return pl_dsl_read_text_as_words(r, text, pl_node_span(node));
}

static void read_retry(PlDslReader *r, const PlNode *node, PlStep *step)
{
    PlExpr *times = count_of(r, node, "times|max_retries|maxRetries|max_attempts|attempts|count");
    if (!times) return;
    PlClause *c = add(r, step, PL_CLAUSE_RETRY, node);
    c->count = times;
    if (node->kind != PL_NODE_MAP) return;
    PlExpr *wait = seconds(r, pl_dsl_given(node, "waiting|delay|wait|backoff_seconds|delay_seconds"), "seconds");
    if (!wait) wait = seconds(r, pl_dsl_given(node, "delay_ms|backoffMs|backoff_ms"), "milliseconds");
    pl_vec_last(&step->clauses).duration = wait;
    pl_vec_last(&step->clauses).doubling = pl_node_yes(pl_dsl_given(node, "doubling|exponential"));
}

static PlStep *handler_action(PlDslReader *r, const PlNode *node)
{
    PlStep *step = pl_dsl_new_step(r, node, NULL, PL_STEP_ACTION);
    r->plan->steps.len--; /* it stands in a clause */
    pl_dsl_read_action(r, node, step);
    return step->kind == PL_STEP_ACTION ? step : NULL;
}

static void read_failure(PlDslReader *r, const PlNode *node, PlStep *step)
{
    static const struct {
        const char *word;
        PlFailDo what;
    } words[] = {{"continue", PL_FAIL_CONTINUE}, {"skip", PL_FAIL_CONTINUE}, {"ignore", PL_FAIL_CONTINUE},
                 {"stop", PL_FAIL_STOP},         {"end", PL_FAIL_STOP},      {"fail", PL_FAIL_FAIL},
                 {"abort", PL_FAIL_FAIL},        {"use", PL_FAIL_USE},       {"fallback", PL_FAIL_USE},
                 {"action", PL_FAIL_ACTION}};
    PlStr word = node->kind == PL_NODE_TEXT ? pl_node_text(node)
                                            : pl_dsl_member_text(node, "do|strategy|action_on_failure|type");
    const PlNode *value = pl_dsl_member(node, "value|fallback|default"), *message = pl_dsl_given(node, "message|text");
    PlFailDo what = PL_FAIL_FAIL;
    bool known = false;
    for (size_t i = 0; i < sizeof words / sizeof *words && !known; i++)
        if (pl_str_eq_nocase(word, pl_str_z(words[i].word))) what = words[i].what, known = true;
    if (!known) {
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "on_failure", "continue, stop, fail, use or action");
        return;
    }
    PlStep *other = what == PL_FAIL_ACTION ? handler_action(r, node) : NULL;
    if (what == PL_FAIL_ACTION && !other) return;
    PlExpr *status = pl_dsl_read_words(r, pl_dsl_given(node, "status|with"));
    PlExpr *said = what == PL_FAIL_USE ? pl_dsl_read_value(r, value) : pl_dsl_read_value(r, message);
    PlClause *c = add(r, step, PL_CLAUSE_IF_FAILS, node);
    c->fail_do = what;
    c->count = status;
    c->value = what == PL_FAIL_USE && !said ? pl_dsl_read_value(r, &(PlNode){.kind = PL_NODE_NULL}) : said;
    c->step = other;
}

static void read_failures(PlDslReader *r, const PlNode *node, PlStep *step)
{
    if (node->kind != PL_NODE_LIST) {
        read_failure(r, node, step);
        return;
    }
    for (uint32_t i = 0; i < node->count; i++) read_failure(r, pl_node_item(node, i), step);
}

static void read_tolerance(PlDslReader *r, const PlNode *node, PlStep *step)
{
    bool percent = pl_dsl_given(node, "percent") != NULL;
    PlExpr *count = count_of(r, node, "percent|failures|count");
    if (!count) return;
    PlClause *c = add(r, step, PL_CLAUSE_TOLERATING, node);
    c->percent = percent;
    c->count = count;
}

static void read_flag(PlDslReader *r, const PlNode *node, PlStep *step, PlClauseKind kind)
{
    if (pl_node_yes(node)) add(r, step, kind, node);
}

static void read_count(PlDslReader *r, const PlNode *node, PlStep *step, PlClauseKind kind)
{
    PlExpr *count = pl_dsl_read_words(r, node);
    if (count) add(r, step, kind, node)->count = count;
}

typedef struct Member {
    const char *name;
    PlClauseKind kind;
} Member;

static const Member members[] = {
    {"retry", PL_CLAUSE_RETRY},
    {"retry_policy", PL_CLAUSE_RETRY},
    {"retryPolicy", PL_CLAUSE_RETRY},
    {"retries", PL_CLAUSE_RETRY},
    {"timeout", PL_CLAUSE_WITHIN},
    {"timeout_seconds", PL_CLAUSE_WITHIN},
    {"all_pages", PL_CLAUSE_ALL_PAGES},
    {"max_items", PL_CLAUSE_UP_TO},
    {"concurrency", PL_CLAUSE_AT_A_TIME},
    {"max_concurrency", PL_CLAUSE_AT_A_TIME},
    {"maxConcurrency", PL_CLAUSE_AT_A_TIME},
    {"ask_first", PL_CLAUSE_ASK_FIRST},
    {"requires_approval", PL_CLAUSE_ASK_FIRST},
    {"in_order", PL_CLAUSE_IN_ORDER},
    {"idempotency_key", PL_CLAUSE_KEY},
    {"tolerating", PL_CLAUSE_TOLERATING},
    {"continue_on_error", PL_CLAUSE_GO_ON},
    {"continueOnError", PL_CLAUSE_GO_ON},
    {"on_failure", PL_CLAUSE_IF_FAILS},
    {"onFailure", PL_CLAUSE_IF_FAILS},
};

static bool clause_of(PlStr key, PlClauseKind *kind)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (pl_str_eq_z(key, members[i].name)) return *kind = members[i].kind, true;
    if (!pl_str_starts(key, PL_STR("on_failure_"))) return false;
    *kind = PL_CLAUSE_IF_FAILS;
    return true;
}

static void read_clause(PlDslReader *r, const PlNode *node, PlClauseKind kind, PlStep *step)
{
    PlExpr *duration;
    switch (kind) {
    case PL_CLAUSE_RETRY: read_retry(r, node, step); break;
    case PL_CLAUSE_WITHIN:
        duration = seconds(r, node, "seconds");
        if (duration) add(r, step, kind, node)->duration = duration;
        break;
    case PL_CLAUSE_KEY: {
        PlExpr *value = pl_dsl_read_value(r, node);
        add(r, step, kind, node)->value = value;
        break;
    }
    case PL_CLAUSE_IF_FAILS: read_failures(r, node, step); break;
    case PL_CLAUSE_TOLERATING: read_tolerance(r, node, step); break;
    case PL_CLAUSE_UP_TO:
    case PL_CLAUSE_AT_A_TIME: read_count(r, node, step, kind); break;
    default: read_flag(r, node, step, kind); break;
    }
}

void pl_dsl_read_clauses(PlDslReader *r, const PlNode *node, PlStep *step)
{
    for (uint32_t i = 0; node->kind == PL_NODE_MAP && i < node->count; i++) {
        const PlPair *pair = pl_node_at(node, i);
        PlClauseKind kind;
        bool said = pair->value.kind != PL_NODE_NULL && !(pair->value.flags & PL_NODE_SHADOWED);
        if (!said || !clause_of(pl_pair_key(pair), &kind)) continue;
        pl_node_pair(node, pl_pair_key(pair))->value.flags |= PL_NODE_READ;
        read_clause(r, &pair->value, kind, step);
    }
}
