/* SPDX-License-Identifier: MIT */
/* A plan from JSON: ids and names first, then headers, then steps in their order. Results that something refers to get
 * a name when the file gives none: result1 for step1. The tree that is built is the parser's; numbers come from
 * places. */
#include "compiler/trade/dsl_internal.h"

#include "compiler/check/tree.h"
#include "compiler/syntax/phrase.h"
#include "compiler/syntax/steps.h"
#include "compiler/trade/repair.h"
#include "compiler/trade/settle.h"

/* ---- members and names ---- */

PlNode *pl_dsl_member(const PlNode *map, const char *names)
{
    PlNode *null = NULL;
    for (const char *at = names; *at;) {
        size_t len = strcspn(at, "|");
        PlNode *node = pl_node_get(map, pl_str(at, len));
        if (node) node->flags |= PL_NODE_READ;
        if (node && node->kind != PL_NODE_NULL) return node;
        if (node) null = node;
        at += len + (at[len] == '|');
    }
    return null;
}

PlNode *pl_dsl_given(const PlNode *map, const char *names)
{
    PlNode *node = pl_dsl_member(map, names);
    return node && node->kind != PL_NODE_NULL ? node : NULL;
}

PlStr pl_dsl_member_text(const PlNode *map, const char *names)
{
    return pl_node_text(pl_dsl_member(map, names));
}

PlStr pl_dsl_name(PlArena *arena, PlStr text)
{
    char *out = pl_arena_alloc(arena, text.len + 2, 1);
    size_t len = 0;
    bool gap = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!pl_phrase_word_char(c)) {
            gap = true;
            continue;
        }
        if (len == 0 && c >= '0' && c <= '9')
            out[len++] = '_';
        else if (gap && len)
            out[len++] = '_';
        gap = false;
        out[len++] = c;
    }
    return pl_str(out, len);
}

PlStr pl_dsl_one_line(PlArena *arena, PlStr text)
{
    char *out = pl_arena_alloc(arena, text.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool space = strchr(" \t\r\n", text.ptr[i]) != NULL;
        if (!space)
            out[len++] = text.ptr[i];
        else if (len && out[len - 1] != ' ')
            out[len++] = ' ';
    }
    while (len && out[len - 1] == ' ') len--;
    return pl_str(out, len);
}

/* ---- ids and names ---- */

static const char block_keys[] =
    "workflow_steps|steps|workflow|then|else|else_if|on_error|branches|then_steps|else_steps|thenSteps|elseSteps|"
    "true_branch|false_branch|trueBranch|falseBranch|loop_steps|loopSteps|body|do|scatter|catch|try|actions|sub_steps|"
    "substeps|on_true|on_false|parallel|then_step|thenStep|else_step|elseStep|if_true|if_false|ifTrue|ifFalse|otherwise|onTrue|onFalse";
static const char binding_keys[] = "output|output_variable|outputVariable|output_key|outputKey|variable|variable_name|"
                                   "into|item|item_value|itemVariable|"
                                   "item_variable|loop_variable|result_variable|save_as|store_as";

static void add_name(PlDslReader *r, PlStr name)
{
    if (name.len) pl_map_put(&r->names, pl_dsl_name(r->arena, name), NULL);
}

static PlStr result_name(PlDslReader *r, PlStr id, uint32_t number)
{
    PlStr rest = pl_str_starts(id, PL_STR("step")) ? pl_str_slice(id, 4, id.len) : PL_STR("");
    if (rest.len && (rest.ptr[0] == '_' || rest.ptr[0] == '-')) rest = pl_str_slice(rest, 1, rest.len);
    bool digits = rest.len > 0 && rest.ptr[0] >= '0' && rest.ptr[0] <= '9';
    if (digits) return pl_dsl_name(r->arena, pl_arena_printf(r->arena, "result" PL_FMT, PL_ARG(rest)));
    PlStr name = pl_dsl_name(r->arena, id);
    return name.len ? name : pl_arena_printf(r->arena, "result%u", number);
}

/* The name that the file itself gives to what a step makes. */
static PlStr chosen_name(const PlNode *node)
{
    PlStr name = pl_dsl_member_text(
        node, "output|output_variable|outputVariable|output_key|outputKey|result_variable|save_as|store_as|"
              "variable|variable_name");
    return name.len ? name
                    : pl_dsl_member_text(pl_dsl_given(node, "gather"), "output|outputKey|output_key|into|variable");
}

static void collect(PlDslReader *r, const PlNode *node, unsigned level);

static void collect_step(PlDslReader *r, const PlNode *node, unsigned level)
{
    for (const char *at = binding_keys; *at;) {
        size_t len = strcspn(at, "|");
        add_name(r, pl_node_text(pl_node_get(node, pl_str(at, len))));
        at += len + (at[len] == '|');
    }
    PlStr id = pl_dsl_member_text(node, "id|step_id|stepId");
    if (id.len && !pl_map_find(&r->ids, id)) {
        PlDslStep *step = PL_NEW(r->arena, PlDslStep);
        step->id = id;
        step->node = node;
        step->name = pl_dsl_name(r->arena, chosen_name(node));
        pl_map_put(&r->ids, id, NULL)->value.ptr = step;
        pl_vec_push(r->arena, &r->in_order, step);
    }
    for (const char *at = block_keys; *at;) {
        size_t len = strcspn(at, "|");
        collect(r, pl_node_get(node, pl_str(at, len)), level + 1);
        at += len + (at[len] == '|');
    }
}

static void collect(PlDslReader *r, const PlNode *node, unsigned level)
{
    if (!node || level > 3 * PL_LIMIT_STEP_DEPTH) return;
    if (node->kind == PL_NODE_MAP) collect_step(r, node, level);
    for (uint32_t i = 0; node->kind == PL_NODE_LIST && i < node->count; i++)
        if (pl_node_item(node, i)->kind >= PL_NODE_LIST) collect(r, pl_node_item(node, i), level + 1);
}

/* Names of results, once all that the file binds is known, so that none collides. */
static void name_results(PlDslReader *r)
{
    for (uint32_t i = 0; i < r->in_order.len; i++) {
        PlDslStep *step = r->in_order.items[i];
        if (step->name.len) continue;
        step->name = result_name(r, step->id, i + 1);
        while (pl_map_find(&r->names, step->name))
            step->name = pl_arena_printf(r->arena, PL_FMT "_", PL_ARG(step->name));
    }
}

/* ---- steps ---- */

PlStep *pl_dsl_new_step(PlDslReader *r, const PlNode *node, PlStep *parent, PlStepKind kind)
{
    PlStep *step = pl_step_new(r->arena, node ? pl_node_span(node) : PL_NO_SPAN);
    step->kind = kind;
    step->parent = parent;
    step->depth = parent ? parent->depth + 1 : 1;
    if (parent)
        pl_vec_push(r->arena, &parent->steps, step);
    else
        pl_vec_push(r->arena, &r->plan->steps, step);
    r->made++;
    return step;
}

static PlStr id_of(const PlNode *step)
{
    return pl_dsl_member_text(step, "id|step_id|stepId");
}

/* A branch that names its step by the step's id, which stands further down: it is read here, and not there. */
static bool refer(PlDslReader *r, const PlNode *text, PlStep *parent)
{
    PlDslStep *to = pl_map_get(&r->ids, pl_node_text(text));
    if (!to) return false;
    if (to->placed)
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(text), "a step's id", "that of a step further down, to which nothing else leads");
    else
        pl_dsl_read_step(r, to->node, parent);
    return true;
}

void pl_dsl_read_steps(PlDslReader *r, const PlNode *list, PlStep *parent)
{
    if (!list || list->kind == PL_NODE_NULL) return;
    uint32_t depth = parent ? parent->depth : 0;
    if (depth >= PL_LIMIT_STEP_DEPTH) {
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(list), "steps", "nested less deeply");
        return;
    }
    if (list->kind == PL_NODE_MAP) {
        PlNode *inner = pl_dsl_member(list, "steps|workflow_steps|body");
        bool is_step = pl_dsl_member(list, "type|action|condition") != NULL;
        if (inner && !is_step)
            pl_dsl_read_steps(r, inner, parent);
        else
            pl_dsl_read_step(r, list, parent);
        return;
    }
    if (list->kind == PL_NODE_TEXT && refer(r, list, parent)) return;
    if (list->kind != PL_NODE_LIST) {
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(list), "steps", "a list of steps");
        return;
    }
    for (uint32_t i = 0; i < list->count; i++) {
        if (r->made >= PL_LIMIT_STEPS) {
            PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(list), "workflow_steps", "at most 10000 steps");
            return;
        }
        const PlNode *item = pl_node_item(list, i);
        PlDslStep *own = pl_map_get(&r->ids, id_of(item));
        if (item->kind == PL_NODE_TEXT && refer(r, item, parent)) continue;
        if (own && own->node == item && own->placed) continue; /* another step leads to it */
        PlStr outer = r->follows;
        if (i + 1 < list->count) r->follows = id_of(pl_node_item(list, i + 1));
        pl_dsl_read_step(r, item, parent);
        r->follows = outer;
    }
}

/* ---- headers ---- */

static void comments(PlDslReader *r, const PlNode *list, PlPlan *plan, bool last)
{
    for (uint32_t i = 0; list && list->kind == PL_NODE_LIST && i < list->count; i++) {
        PlStr text = pl_dsl_one_line(r->arena, pl_node_text(pl_node_item(list, i)));
        PlComment comment = {
            PL_NO_SPAN, text.len && text.ptr[0] == '#' ? text : pl_arena_printf(r->arena, "# " PL_FMT, PL_ARG(text))};
        if (last)
            pl_vec_push(r->arena, &plan->last_comments, comment);
        else
            pl_vec_push(r->arena, &plan->header_comments, comment);
    }
}

static void uses(PlDslReader *r)
{
    const PlNode *documents = PL_GET(r->root, "plugin_documents");
    const PlNode *list = documents ? documents : pl_dsl_member(r->root, "suggested_plugins|plugins");
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *item = pl_node_item(list, i);
        PlStr name = item->kind == PL_NODE_TEXT ? pl_node_text(item) : pl_dsl_member_text(item, "name|id|plugin|key");
        PlUse use = {.name = name, .path = pl_node_text(PL_GET(item, "from")), .door = pl_node_text(PL_GET(item, "door"))};
        if (name.len && (documents || !pl_str_eq_z(name, "ai"))) pl_vec_push(r->arena, &r->plan->uses, use);
    }
}

static void inputs(PlDslReader *r)
{
    const PlNode *list = pl_dsl_member(r->root, "required_inputs|inputs|input_parameters");
    for (uint32_t i = 0; list && i < pl_node_count(list); i++) {
        bool named = list->kind == PL_NODE_MAP;
        const PlNode *item = named ? &pl_node_at(list, i)->value : pl_node_item(list, i);
        PlStr name = named                        ? pl_pair_key(pl_node_at(list, i))
                     : item->kind == PL_NODE_TEXT ? pl_node_text(item)
                                                  : pl_dsl_member_text(item, "name|id|key");
        PlInputDecl input = {.name = pl_dsl_name(r->arena, name), .span = pl_node_span(item)};
        if (!input.name.len) continue;
        if (item->kind == PL_NODE_MAP) {
            input.type = pl_dsl_read_type(r, PL_GET(item, "type"));
            PlNode *value = pl_dsl_member(item, "default|default_value"), *required = PL_GET(item, "required");
            bool optional = pl_node_is(required, PL_NODE_YESNO) && !required->as.yes;
            if (value && (optional || value->kind != PL_NODE_NULL)) input.value = pl_dsl_read_value(r, value);
        }
        pl_map_put(&r->inputs, input.name, NULL);
        pl_vec_push(r->arena, &r->plan->inputs, input);
    }
}

static void rules(PlDslReader *r, const PlNode *list, bool never)
{
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        PlRule rule = {pl_dsl_one_line(r->arena, pl_node_text(pl_node_item(list, i))), PL_NO_SPAN};
        if (!rule.text.len) continue;
        if (never)
            pl_vec_push(r->arena, &r->plan->never, rule);
        else
            pl_vec_push(r->arena, &r->plan->allow, rule);
    }
}

static double amount_of(const PlNode *node)
{
    double n = pl_node_is(node, PL_NODE_INT) ? (double)node->as.integer : pl_node_is(node, PL_NODE_NUMBER) ? node->as.number : 0;
    return n > 0 && n <= 1e9 ? n : 0;
}

static void headers(PlDslReader *r)
{
    PlPlan *plan = r->plan;
    plan->workflow = pl_dsl_one_line(r->arena, pl_dsl_member_text(r->root, "agent_name|workflow_name|name|title"));
    plan->goal = pl_dsl_one_line(r->arena, pl_dsl_member_text(r->root, "description|goal"));
    comments(r, PL_GET(r->root, "comments"), plan, false);
    uses(r);
    inputs(r);
    const PlNode *schedule = PL_GET(r->root, "schedule"), *limits = PL_GET(r->root, "limits");
    plan->schedule = pl_dsl_one_line(r->arena, pl_node_text(schedule));
    plan->limit_calls = pl_dsl_read_words(r, PL_GET(limits, "calls"));
    plan->limit_time = pl_dsl_read_words(r, PL_GET(limits, "time"));
    plan->limit_tokens = (uint64_t)amount_of(PL_GET(limits, "tokens"));
    plan->limit_money = (uint64_t)(amount_of(PL_GET(limits, "dollars")) * 1e6 + 0.5);
    rules(r, PL_GET(r->root, "allow"), false);
    rules(r, PL_GET(r->root, "never"), true);
}

/* Outputs with values become the record that the plan gives; ours may be one whole value. */
static void outputs(PlDslReader *r)
{
    const PlNode *list = pl_dsl_member(r->root, "suggested_outputs|outputs");
    PlExpr *record = NULL;
    for (uint32_t i = 0; pl_node_is(list, PL_NODE_LIST) && i < list->count; i++) {
        const PlNode *item = pl_node_item(list, i);
        PlExpr *value = pl_dsl_read_value(r, pl_dsl_member(item, "value|source"));
        if (!value) continue;
        if (pl_node_yes(PL_GET(item, "whole"))) {
            r->plan->output = value;
            return;
        }
        if (!record) record = pl_expr_new(r->arena, PL_EXPR_RECORD, pl_node_span(list));
        pl_vec_push(r->arena, &record->fields,
                    (PlRecordField){pl_dsl_member_text(item, "name|key"), pl_node_span(item), value});
    }
    r->plan->output = record;
}

/* ---- all ---- */

static void bind_results(PlDslReader *r)
{
    for (uint32_t i = 0; i < r->in_order.len; i++) {
        PlDslStep *step = r->in_order.items[i];
        if (!step->step || step->step->bind.len || !step->used) continue;
        step->step->bind = step->name;
    }
}

/* The object with the steps: the root, or the one member of it that holds them ({"workflow": {...}}). */
static PlNode *steps_of(PlDslReader *r)
{
    static const char names[] = "workflow_steps|steps|workflow|plan|tasks";
    if (r->root->kind == PL_NODE_LIST) return r->root;
    PlNode *steps = pl_dsl_member(r->root, names);
    for (uint32_t i = 0; !pl_node_is(steps, PL_NODE_LIST) && i < r->root->count; i++) {
        PlNode *inner = &pl_node_at(r->root, i)->value;
        PlNode *found = pl_dsl_member(inner, names);
        if (inner->kind != PL_NODE_MAP || !pl_node_is(found, PL_NODE_LIST)) continue;
        r->root = inner;
        steps = found;
    }
    return steps;
}

/* The file ends in the middle of it: the step of the outermost list that is not whole. Nobody knows under which condition it runs, so nothing of it
 * does; the plan says so where it stood. */
static void leave_half(PlDslReader *r, const PlRepair *read, PlNode *steps)
{
    PlNode *node = read->root, *half = NULL;
    for (uint32_t i = 1; i < read->open && !half && node->count; i++) {
        bool list = node->kind == PL_NODE_LIST;
        PlNode *last = list ? pl_node_item(node, node->count - 1) : &pl_node_at(node, node->count - 1)->value;
        if (node == steps) half = last;
        node = last;
    }
    PlStr words = PL_STR("# the file was cut off here");
    if (half) {
        PlStr id = pl_dsl_one_line(r->arena, id_of(half));
        words = pl_arena_printf(r->arena, "# the file was cut off here, in the middle of step %s" PL_FMT, id.len ? "" : "without an id", PL_ARG(id));
        steps->count--;
    }
    pl_vec_push(r->arena, &r->plan->last_comments, (PlComment){PL_NO_SPAN, words});
    PlSpan end = {r->plan->source, r->root->end, r->root->end};
    PL_REPORT(r->diags, TRADE_CUT, half ? pl_node_span(half) : end, half ? "in the middle of this step, which is left out" : "before the plan does");
}

PlPlan *pl_dsl_read(PlArena *arena, PlDiags *diags, uint32_t source)
{
    PlDslReader *r = PL_NEW(arena, PlDslReader);
    r->arena = arena;
    r->diags = diags;
    r->plan = PL_NEW(arena, PlPlan);
    r->plan->source = source;
    pl_map_init(&r->ids, arena);
    pl_map_init(&r->names, arena);
    pl_map_init(&r->inputs, arena);
    PlRepair read = pl_repair_json(diags, source);
    r->root = read.root;
    if (!r->root) return r->plan;
    PlNode *steps = steps_of(r);
    if (read.cut) leave_half(r, &read, steps);
    if (!pl_node_is(steps, PL_NODE_LIST)) {
        PL_REPORT0(diags, TRADE_NO_STEPS, pl_node_span(r->root));
        return r->plan;
    }
    collect(r, steps, 0);
    name_results(r);
    headers(r);
    pl_dsl_read_steps(r, steps, NULL);
    outputs(r);
    comments(r, PL_GET(r->root, "last_comments"), r->plan, true);
    bind_results(r);
    pl_tree_renumber(arena, r->plan);
    pl_trade_settle(arena, r->plan);
    return r->plan;
}
