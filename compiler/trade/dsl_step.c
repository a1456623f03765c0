/* SPDX-License-Identifier: MIT */
/* One step from JSON, by its type. The table has our types and those that relatives of the format use for the same. */
#include "compiler/trade/dsl_internal.h"

typedef enum Form {
    ACTION,
    PROSE,
    CONDITIONAL,
    EACH,
    SCATTER,
    REPEAT,
    PARALLEL,
    TRY,
    SET,
    INCREASE,
    CLEAR,
    GATHER,
    KEEP,
    TRANSFORM,
    STOP,
    FAIL,
    RETURN,
    SKIP,
    LEAVE,
    WAIT,
    WAIT_UNTIL,
    WAIT_EVENT,
    ASK,
    APPROVE,
    CHECK_THAT,
    NOTE,
    UNKNOWN
} Form;

static const struct {
    const char *name;
    Form form;
} types[] = {
    {"action", ACTION},
    {"tool", ACTION},
    {"plugin_action", ACTION},
    {"api_call", ACTION},
    {"call", ACTION},
    {"ai_processing", ACTION},
    {"ai", ACTION},
    {"llm", ACTION},
    {"llm_decision", ACTION},
    {"summarize", ACTION},
    {"classify", ACTION},
    {"extract", ACTION},
    {"generate", ACTION},
    {"prose", PROSE},
    {"conditional", CONDITIONAL},
    {"condition", CONDITIONAL},
    {"if", CONDITIONAL},
    {"branch", CONDITIONAL},
    {"loop", EACH},
    {"for_each", EACH},
    {"foreach", EACH},
    {"each", EACH},
    {"scatter_gather", SCATTER},
    {"scatter", SCATTER},
    {"map", SCATTER},
    {"repeat", REPEAT},
    {"while", REPEAT},
    {"until", REPEAT},
    {"poll", REPEAT},
    {"parallel", PARALLEL},
    {"parallel_group", PARALLEL},
    {"together", PARALLEL},
    {"try", TRY},
    {"set", SET},
    {"assign", SET},
    {"set_variable", SET},
    {"variable", SET},
    {"increase", INCREASE},
    {"increment", INCREASE},
    {"clear", CLEAR},
    {"gather", GATHER},
    {"append", GATHER},
    {"collect", GATHER},
    {"keep", KEEP},
    {"transform", TRANSFORM},
    {"filter", TRANSFORM},
    {"stop", STOP},
    {"end", STOP},
    {"exit", STOP},
    {"fail", FAIL},
    {"error", FAIL},
    {"throw", FAIL},
    {"return", RETURN},
    {"skip", SKIP},
    {"continue", SKIP},
    {"leave", LEAVE},
    {"break", LEAVE},
    {"wait", WAIT},
    {"delay", WAIT},
    {"sleep", WAIT},
    {"wait_until", WAIT_UNTIL},
    {"wait_event", WAIT_EVENT},
    {"wait_for_event", WAIT_EVENT},
    {"ask", ASK},
    {"question", ASK},
    {"human_input", ASK},
    {"approve", APPROVE},
    {"human_approval", APPROVE},
    {"approval", APPROVE},
    {"check", CHECK_THAT},
    {"validation", CHECK_THAT},
    {"assert", CHECK_THAT},
    {"note", NOTE},
    {"log", NOTE},
    {"message", NOTE},
};

static const char then_keys[] = "then|then_steps|thenSteps|steps|true_branch|trueBranch|on_true|onTrue|then_step|thenStep|if_true|ifTrue";
static const char else_keys[] = "else|else_steps|elseSteps|false_branch|falseBranch|on_false|onFalse|else_step|elseStep|if_false|ifFalse|otherwise";
static const char body_keys[] = "steps|loop_steps|loopSteps|body|do|actions|sub_steps|substeps";

/* Whether one of the members is there; it does not count as read. */
static bool has(const PlNode *node, const char *names)
{
    for (const char *at = names; *at;) {
        size_t len = strcspn(at, "|");
        const PlNode *found = pl_node_get(node, pl_str(at, len));
        if (found && found->kind != PL_NODE_NULL) return true;
        at += len + (at[len] == '|');
    }
    return false;
}

static Form form_of(PlDslReader *r, const PlNode *node)
{
    PlStr type = pl_dsl_member_text(node, "type|step_type|stepType|kind");
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (pl_str_eq_nocase(type, pl_str_z(types[i].name))) return types[i].form;
    bool call = has(node, "action|tool|operation_id|function");
    if (type.len && !call) PL_REPORT(r->diags, TRADE_UNKNOWN_TYPE, pl_node_span(node), PL_ARG(type));
    if (call) return ACTION;
    if (!type.len && has(node, "condition|if|when") && has(node, then_keys)) return CONDITIONAL;
    if (!type.len && has(node, "for_each|forEach|foreach") && has(node, body_keys)) return EACH;
    return type.len ? UNKNOWN : PROSE;
}

/* ---- parts ---- */

static PlStr target_name(PlDslReader *r, const PlNode *node, const char *names, const char *otherwise)
{
    PlStr name = pl_dsl_name(r->arena, pl_dsl_member_text(node, names));
    return name.len ? name : pl_str_z(otherwise);
}

/* "total", or a place in a value: "order.address.city". */
static void read_target(PlDslReader *r, const PlNode *node, const char *names, PlStep *step)
{
    const PlNode *place = pl_dsl_given(node, names);
    PlStr text = pl_node_text(place);
    bool plain = pl_str_find_char(text, '.', 0) == PL_STR_NONE && pl_str_find_char(text, '[', 0) == PL_STR_NONE;
    PlDslStep *own = pl_map_get(&r->ids, pl_dsl_member_text(node, "id|step_id|stepId"));
    step->name = pl_dsl_name(r->arena, text);
    if (!text.len) step->name = own ? own->name : PL_STR("value");
    if (own) own->name = step->name;
    if (!plain && text.len) {
        step->target = pl_dsl_read_text_as_words(r, text, pl_node_span(place));
        step->name = PL_STR("");
    }
}

static PlExpr *read_value_or_empty(PlDslReader *r, const PlNode *node, const char *names)
{
    const PlNode *value = pl_dsl_member(node, names);
    if (value) return pl_dsl_read_value(r, value);
    PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "value", "given");
    return pl_dsl_literal_text(r, PL_STR(""), pl_node_span(node));
}

static void read_result(PlDslReader *r, const PlNode *node, PlStep *step)
{
    PlStr name = pl_dsl_name(
        r->arena,
        pl_dsl_member_text(
            node, "output|output_variable|outputVariable|output_key|outputKey|result_variable|save_as|store_as"));
    PlDslStep *own = pl_map_get(&r->ids, pl_dsl_member_text(node, "id|step_id|stepId"));
    step->as_type = pl_dsl_read_type(r, pl_dsl_given(node, "as|output_type"));
    step->bind = name;
    if (!own || own->step) return;
    own->step = step;
}

static void remarks(PlDslReader *r, const PlNode *node, PlStep *step)
{
    const PlNode *list = pl_dsl_given(node, "comments");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlStr text = pl_dsl_one_line(r->arena, pl_node_text(pl_node_item(list, i)));
        if (text.len) pl_vec_push(r->arena, &step->comments, (PlComment){PL_NO_SPAN, text});
    }
    step->trailing.text = pl_dsl_one_line(r->arena, pl_dsl_member_text(node, "comment"));
}

/* ---- blocks ---- */

/* A block must not be empty. */
static void fill(PlDslReader *r, const PlNode *steps, PlStep *block)
{
    pl_dsl_read_steps(r, steps, block);
    if (block->steps.len || block->depth >= PL_LIMIT_STEP_DEPTH) return;
    PlStep *note = pl_dsl_new_step(r, steps, block, PL_STEP_NOTE);
    note->value = pl_dsl_literal_text(r, PL_STR("nothing to do"), PL_NO_SPAN);
}

static void conditional(PlDslReader *r, const PlNode *node, PlStep *parent)
{
    PlStep *step = pl_dsl_new_step(r, node, parent, PL_STEP_IF);
    remarks(r, node, step);
    step->cond = pl_dsl_read_condition(r, pl_dsl_given(node, "condition|if|executeIf|when|conditions|expression"));
    if (!step->cond) {
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "condition", "given");
        step->cond = pl_dsl_name_expr(r, PL_STR("condition"));
    }
    fill(r, pl_dsl_given(node, then_keys), step);
    const PlNode *more = pl_dsl_given(node, "else_if|elseif|elif");
    for (uint32_t i = 0; pl_node_is(more, PL_NODE_LIST) && i < more->count; i++) {
        const PlNode *item = pl_node_item(more, i);
        PlStep *other = pl_dsl_new_step(r, item, parent, PL_STEP_ELSE_IF);
        remarks(r, item, other);
        other->cond = pl_dsl_read_condition(r, pl_dsl_given(item, "condition|if"));
        if (!other->cond) other->cond = pl_dsl_name_expr(r, PL_STR("condition"));
        fill(r, pl_dsl_given(item, then_keys), other);
    }
    const PlNode *otherwise = pl_dsl_given(node, else_keys);
    bool empty = !otherwise || (otherwise->kind == PL_NODE_LIST && otherwise->count == 0);
    if (empty) return;
    PlStep *last = pl_dsl_new_step(r, otherwise, parent, PL_STEP_ELSE);
    bool block = otherwise->kind == PL_NODE_MAP && !PL_GET(otherwise, "type") && PL_GET(otherwise, "steps");
    if (block) remarks(r, otherwise, last);
    fill(r, block ? PL_GET(otherwise, "steps") : otherwise, last);
}

/* Dialects that name what a scatter collects: the last result of the body, in one list. */
static void gather_last(PlDslReader *r, const PlNode *node, PlStep *step)
{
    const PlNode *gather = pl_dsl_given(node, "gather");
    PlStr into = pl_dsl_name(r->arena, pl_dsl_member_text(gather, "output|outputKey|output_key|into|variable"));
    if (!gather || !step->steps.len) return;
    PlDslStep *own = pl_map_get(&r->ids, pl_dsl_member_text(node, "id|step_id|stepId"));
    if (!into.len && own) into = own->name;
    PlStep *last = pl_vec_last(&step->steps);
    bool result = last->kind == PL_STEP_ACTION || last->kind == PL_STEP_PROSE;
    if (!result || !into.len || step->depth >= PL_LIMIT_STEP_DEPTH) return;
    for (uint32_t i = 0; i < r->in_order.len && !last->bind.len; i++)
        if (r->in_order.items[i]->step == last) last->bind = r->in_order.items[i]->name;
    if (!last->bind.len) return;
    PlStep *add = pl_dsl_new_step(r, gather, step, PL_STEP_ADD);
    add->value = pl_dsl_name_expr(r, last->bind);
    add->name = into;
}

static void each(PlDslReader *r, const PlNode *node, PlStep *parent, bool scatter)
{
    static const char list_keys[] = "items|iterateOver|iterate_over|in|list|over|collection|input|for_each|forEach|foreach";
    const PlNode *inner = pl_node_is(pl_dsl_given(node, "scatter"), PL_NODE_MAP) ? PL_GET(node, "scatter") : node;
    PlStep *step = pl_dsl_new_step(r, node, parent, PL_STEP_EACH);
    remarks(r, node, step);
    const PlNode *list = pl_dsl_given(inner, list_keys);
    step->name = target_name(r, inner, "item|itemVariable|item_variable|loop_variable|as|iterator|item_name", "item");
    step->name2 = pl_dsl_name(r->arena, pl_dsl_member_text(inner, "item_value"));
    if (pl_node_is(list, PL_NODE_TEXT) && pl_str_find(pl_node_text(list), PL_STR("{{"), 0) == PL_STR_NONE)
        step->value = pl_dsl_read_words(r, list);
    else
        step->value = pl_dsl_read_value(r, list);
    if (!step->value) {
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "items", "given");
        step->value = pl_dsl_name_expr(r, PL_STR("items"));
    }
    step->cond = pl_dsl_read_condition(r, pl_dsl_given(inner, "where|filter"));
    pl_dsl_read_clauses(r, node, step);
    if (inner != node) pl_dsl_read_clauses(r, inner, step);
    if (scatter && !pl_step_clause(step, PL_CLAUSE_AT_A_TIME))
        pl_vec_push(r->arena, &step->clauses,
                    (PlClause){.kind = PL_CLAUSE_AT_A_TIME, .count = pl_dsl_literal_int(r, 8)});
    pl_vec_push(r->arena, &r->items, (PlDslItem){step->name});
    fill(r, pl_dsl_given(inner, body_keys), step);
    r->items.len--;
    gather_last(r, node, step);
}

static void repeat(PlDslReader *r, const PlNode *node, PlStep *parent)
{
    PlStep *step = pl_dsl_new_step(r, node, parent, PL_STEP_REPEAT);
    remarks(r, node, step);
    const PlNode *stay = pl_dsl_given(node, "while");
    const PlNode *end = pl_dsl_given(node, "until|condition|break_condition");
    step->is_while = stay != NULL || (end && pl_str_eq_z(pl_dsl_member_text(node, "type"), "while"));
    step->cond = pl_dsl_read_condition(r, stay ? stay : end);
    step->count = pl_dsl_read_words(r, pl_dsl_given(node, "at_most|times|max_iterations|maxIterations|max"));
    step->at_most = step->cond != NULL;
    if (!step->cond && !step->count) step->count = pl_dsl_literal_int(r, 1);
    step->every = pl_dsl_read_words(r, pl_dsl_given(node, "every|interval"));
    step->within = pl_dsl_read_words(r, pl_dsl_given(node, "for_up_to"));
    fill(r, pl_dsl_given(node, body_keys), step);
}

static void handlers(PlDslReader *r, const PlNode *node, PlStep *parent)
{
    const PlNode *list = pl_dsl_given(node, "on_error|catch|onError");
    bool steps = pl_node_is(list, PL_NODE_LIST) && list->count && pl_dsl_given(pl_node_item(list, 0), "type|action");
    bool many = pl_node_is(list, PL_NODE_LIST) && !steps;
    for (uint32_t i = 0; list && i < (many ? list->count : 1); i++) {
        const PlNode *item = many ? pl_node_item(list, i) : list;
        PlStep *handler = pl_dsl_new_step(r, item, parent, PL_STEP_ON_ERROR);
        if (!steps) remarks(r, item, handler);
        handler->status = steps ? NULL : pl_dsl_read_words(r, pl_dsl_given(item, "status"));
        fill(r, steps ? list : pl_dsl_given(item, body_keys), handler);
    }
}

static void block(PlDslReader *r, const PlNode *node, PlStep *parent, PlStepKind kind)
{
    PlStep *step = pl_dsl_new_step(r, node, parent, kind);
    remarks(r, node, step);
    if (kind == PL_STEP_TOGETHER) pl_dsl_read_clauses(r, node, step);
    fill(r, pl_dsl_given(node, kind == PL_STEP_TOGETHER ? "branches|steps|parallel|actions" : "steps|try|body"), step);
    if (kind == PL_STEP_TRY) handlers(r, node, parent);
}

/* ---- statements ---- */

/* Of other dialects: {operation, input, ...}. Ours has a value. */
static PlExpr *transformed(PlDslReader *r, const PlNode *node)
{
    const PlNode *value = pl_dsl_member(node, "value|expression");
    if (value) return (void)pl_dsl_given(node, "operation"), pl_dsl_read_value(r, value);
    const PlNode *config = pl_dsl_given(node, "config|params|parameters");
    const PlNode *input = pl_dsl_given(node, "input|data|items|source");
    if (!input) input = pl_dsl_given(config, "input|data|items|source");
    PlExpr *list = pl_dsl_read_value(r, input);
    const PlNode *cond = pl_dsl_given(node, "condition|where|filter");
    if (!cond) cond = pl_dsl_given(config, "condition|where|filter");
    if (!list) list = pl_dsl_name_expr(r, PL_STR("items"));
    if (!cond) return list;
    if (pl_str_eq_nocase(pl_node_text(pl_node_get(node, PL_STR("operation"))), PL_STR("filter"))) (void)pl_dsl_given(node, "operation");
    PlExpr *where = pl_expr_new(r->arena, PL_EXPR_WHERE, pl_node_span(node));
    pl_vec_push(r->arena, &r->items, (PlDslItem){PL_STR("it")});
    where->left = list;
    where->right = pl_dsl_read_condition(r, cond);
    r->items.len--;
    where->depth = 1 + (list->depth > where->right->depth ? list->depth : where->right->depth);
    return where;
}

static void set(PlDslReader *r, const PlNode *node, PlStep *step, Form form)
{
    static const char variable_keys[] =
        "variable|variable_name|name|output|output_variable|outputVariable|output_key|outputKey|into";
    switch (form) {
    case SET: step->value = read_value_or_empty(r, node, "value|expression"); break;
    case INCREASE:
        step->value = pl_dsl_given(node, "by") ? pl_dsl_read_value(r, pl_dsl_given(node, "by")) : pl_dsl_literal_int(r, 1);
        break;
    case GATHER: step->value = read_value_or_empty(r, node, "value|item|input"); break;
    case TRANSFORM: step->value = transformed(r, node); break;
    default: break;
    }
    read_target(r, node, form == GATHER ? "into|list|variable|output" : variable_keys, step);
}

static void person(PlDslReader *r, const PlNode *node, PlStep *step)
{
    step->role = pl_dsl_one_line(r->arena, pl_dsl_member_text(node, "role|approver"));
    const PlNode *text = pl_dsl_given(node, "question|text|message|prompt|description");
    step->value = text ? pl_dsl_read_value(r, text) : pl_dsl_literal_text(r, PL_STR("Go on?"), pl_node_span(node));
    step->within = pl_dsl_read_words(r, pl_dsl_given(node, "within|timeout"));
    if (step->kind == PL_STEP_ASK) read_result(r, node, step);
}

static PlExpr *pause(PlDslReader *r, const PlNode *node)
{
    const PlNode *time = pl_dsl_given(node, "duration|seconds|for|delay"),
                 *ms = pl_dsl_given(node, "milliseconds|duration_ms|ms");
    const PlNode *from = time ? time : ms;
    if (!from) return pl_dsl_read_text_as_words(r, PL_STR("1 second"), pl_node_span(node));
    if (from->kind != PL_NODE_INT) return pl_dsl_read_words(r, from);
    PlStr raw = pl_node_raw(from, r->diags->sources);
    return pl_dsl_read_text_as_words(
        r, pl_arena_printf(r->arena, PL_FMT " %s", PL_ARG(raw), time ? "seconds" : "milliseconds"), pl_node_span(from));
}

static void prose(PlDslReader *r, const PlNode *node, PlStep *step)
{
    PlStr text = node->kind == PL_NODE_TEXT ? pl_node_text(node)
                                            : pl_dsl_member_text(node, "description|text|name|title|prompt");
    if (!text.len) text = pl_dsl_member_text(node, "id|type");
    step->prose = pl_dsl_one_line(r->arena, text.len ? text : PL_STR("Do this"));
    read_result(r, node, step);
    pl_dsl_read_clauses(r, node, step);
}

static void statement(PlDslReader *r, const PlNode *node, PlStep *step, Form form)
{
    const PlNode *message = pl_dsl_given(node, form == NOTE ? "text|message|value" : "message|reason|text|error");
    switch (form) {
    case ACTION:
        pl_dsl_read_action(r, node, step);
        read_result(r, node, step);
        pl_dsl_read_clauses(r, node, step);
        break;
    case SET:
    case INCREASE:
    case CLEAR:
    case GATHER:
    case TRANSFORM: set(r, node, step, form); break;
    case KEEP:
        step->value = read_value_or_empty(r, node, "value");
        read_result(r, node, step);
        break;
    case RETURN: step->value = read_value_or_empty(r, node, "value|output|result"); break;
    case WAIT: step->value = pause(r, node); break;
    case WAIT_UNTIL: step->value = read_value_or_empty(r, node, "time|until"); break;
    case WAIT_EVENT:
        step->value = read_value_or_empty(r, node, "event|name");
        step->within = pl_dsl_read_words(r, pl_dsl_given(node, "within|timeout"));
        read_result(r, node, step);
        break;
    case ASK:
    case APPROVE: person(r, node, step); break;
    case CHECK_THAT:
        step->cond = pl_dsl_read_condition(r, pl_dsl_given(node, "condition|check|expression"));
        if (!step->cond) step->cond = pl_dsl_name_expr(r, PL_STR("condition"));
        step->value = pl_dsl_read_value(r, message);
        break;
    case STOP:
    case FAIL: step->value = pl_dsl_read_value(r, message); break;
    case NOTE:
        step->value = message ? pl_dsl_read_value(r, message) : pl_dsl_literal_text(r, PL_STR(""), pl_node_span(node));
        break;
    case SKIP:
    case LEAVE: break;
    default: prose(r, node, step); break;
    }
}

static void read_form(PlDslReader *r, const PlNode *node, Form form, PlStep *parent)
{
    static const PlStepKind kinds[] = {
        [ACTION] = PL_STEP_ACTION,
        [PROSE] = PL_STEP_PROSE,
        [SET] = PL_STEP_SET,
        [INCREASE] = PL_STEP_INCREASE,
        [CLEAR] = PL_STEP_CLEAR,
        [GATHER] = PL_STEP_ADD,
        [KEEP] = PL_STEP_KEEP,
        [TRANSFORM] = PL_STEP_SET,
        [STOP] = PL_STEP_STOP,
        [FAIL] = PL_STEP_FAIL,
        [RETURN] = PL_STEP_RETURN,
        [SKIP] = PL_STEP_SKIP,
        [LEAVE] = PL_STEP_LEAVE,
        [WAIT] = PL_STEP_WAIT_FOR,
        [WAIT_UNTIL] = PL_STEP_WAIT_UNTIL,
        [WAIT_EVENT] = PL_STEP_WAIT_EVENT,
        [ASK] = PL_STEP_ASK,
        [APPROVE] = PL_STEP_APPROVE,
        [CHECK_THAT] = PL_STEP_CHECK,
        [NOTE] = PL_STEP_NOTE,
        [UNKNOWN] = PL_STEP_PROSE,
    };
    switch (form) {
    case CONDITIONAL: conditional(r, node, parent); break;
    case EACH: each(r, node, parent, false); break;
    case SCATTER: each(r, node, parent, true); break;
    case REPEAT: repeat(r, node, parent); break;
    case PARALLEL: block(r, node, parent, PL_STEP_TOGETHER); break;
    case TRY: block(r, node, parent, PL_STEP_TRY); break;
    default: {
        PlStep *step = pl_dsl_new_step(r, node, parent, kinds[form]);
        remarks(r, node, step);
        statement(r, node, step, form);
        break;
    }
    }
}

void pl_dsl_read_step(PlDslReader *r, const PlNode *node, PlStep *parent)
{
    if (node->kind != PL_NODE_MAP && node->kind != PL_NODE_TEXT) {
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(node), "a step", "an object");
        return;
    }
    Form form = node->kind == PL_NODE_TEXT ? PROSE : form_of(r, node);
    PlDslStep *own = pl_map_get(&r->ids, pl_dsl_member_text(node, "id|step_id|stepId"));
    if (own && own->node == node) own->placed = true;
    bool loops = form == EACH || form == SCATTER || form == REPEAT || node->kind == PL_NODE_TEXT;
    PlStep *loop = loops ? NULL : pl_dsl_read_around(r, node, parent);
    if (loop) parent = loop;
    uint32_t first = parent ? parent->steps.len : r->plan->steps.len;
    read_form(r, node, form, parent);
    if (node->kind == PL_NODE_MAP) pl_dsl_read_rest(r, node, parent, first);
    if (loop) r->items.len--;
}
