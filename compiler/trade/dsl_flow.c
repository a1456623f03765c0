/* SPDX-License-Identifier: MIT */
/* What stands at a step and says when it runs: a condition, a list it runs for, an order. In a plan these are blocks around the step. What is not known
 * is told; where it could change what runs, the step must not run as if it was not there. */
#include "compiler/check/tree.h"
#include "compiler/trade/dsl_internal.h"

static const char *const holds[] = {"condition", "conditions", "when", "if", "run_if", "runIf", "only_if", "onlyIf", "only_when", "onlyWhen",
                                    "execute_if", "executeIf", "guard", "enabled", "enabled_if", "run_when", "runWhen", "predicate", NULL};
static const char *const fails[] = {"unless", "skip_if", "skipIf", "skip_when", "skipWhen", "disabled", "skip", NULL};
static const char *const before[] = {"depends_on", "dependsOn", "dependencies", "after", "needs", "requires", NULL};
static const char *const then[] = {"next", "next_step", "nextStep", "goto", "go_to", "on_success", "onSuccess", NULL};
static const char *const silent[] = {"id", "step_id", "stepId", "name", "title", "description", "type", "step_type", "stepType", "kind", "comment", "comments",
                                     "reasoning", "rationale", "confidence", "metadata", "notes", "note", "tags", "category", "icon", "position", "ui",
                                     "display_name", "displayName", "order", "step", "step_number", "stepNumber", "number", "version", "purpose", "label",
                                     "summary", "estimated_time", "expected_output", "explanation", "key", "index", "output_schema", "outputs", "color", NULL};

static bool is_among(PlStr key, const char *const *names)
{
    for (size_t i = 0; names[i]; i++)
        if (pl_str_eq_z(key, names[i])) return true;
    return false;
}

/* One of the words of a name, however it joins them: runIf, run_if, "run if". */
static bool has_word(PlStr key, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= key.len; i++) {
        char first = key.ptr[i], last = i + len < key.len ? key.ptr[i + len] : 0;
        bool starts = i == 0 || !((key.ptr[i - 1] | 32) >= 'a' && (key.ptr[i - 1] | 32) <= 'z') || (first >= 'A' && first <= 'Z');
        bool ends = !(last >= 'a' && last <= 'z');
        if (starts && ends && pl_str_eq_nocase(pl_str_slice(key, i, i + len), pl_str_z(word))) return true;
    }
    return false;
}

static bool changes_flow(PlStr key)
{
    static const char *const words[] = {"if",      "when",    "condition", "conditions", "conditional", "only",  "unless", "skip",   "enable", "enabled",
                                        "disable", "disabled", "guard",    "predicate",  "require",     "requires", "approval", "confirm", "confirmation",
                                        "dry",     "depends", "each",      "foreach",    "loop",        "repeat", "iterate", "until", "while",  "goto",
                                        "next",    "then",    "else",      "otherwise",  "branch",      "branches", "case",  "cases", "switch", "needs",
                                        "after",   "where",   "filter",    "simulate",   "operation",   NULL};
    for (size_t i = 0; words[i]; i++)
        if (has_word(key, words[i])) return true;
    return false;
}

/* ---- loops ---- */

PlStep *pl_dsl_read_around(PlDslReader *r, const PlNode *node, PlStep *parent)
{
    static const char keys[] = "for_each|forEach|foreach|loop_over|loopOver|iterate_over|iterateOver|repeat_for|with_items|loop";
    static const char names[] = "item|item_variable|itemVariable|item_name|itemName|loop_variable|loopVariable|iterator";
    const PlNode *over = pl_dsl_given(node, keys), *list = over;
    if (!over || (over->kind != PL_NODE_TEXT && over->kind != PL_NODE_LIST && over->kind != PL_NODE_MAP)) return NULL;
    if (parent && parent->depth >= PL_LIMIT_STEP_DEPTH) return NULL;
    PlStep *step = pl_dsl_new_step(r, node, parent, PL_STEP_EACH);
    PlStr name = pl_dsl_member_text(node, names);
    if (over->kind == PL_NODE_MAP) {
        list = pl_dsl_given(over, "items|in|list|over|collection|source|input");
        if (!name.len) name = pl_dsl_member_text(over, "item|as|variable|item_variable|itemVariable|iterator|name");
    }
    step->name = pl_dsl_name(r->arena, name);
    if (!step->name.len) step->name = PL_STR("item");
    bool words = pl_node_is(list, PL_NODE_TEXT) && pl_str_find(pl_node_text(list), PL_STR("{{"), 0) == PL_STR_NONE;
    step->value = words ? pl_dsl_read_words(r, list) : pl_dsl_read_value(r, list);
    if (!step->value) {
        PL_REPORT(r->diags, TRADE_BAD_VALUE, pl_node_span(over), "items", "given");
        step->value = pl_dsl_name_expr(r, PL_STR("items"));
    }
    PL_REPORT(r->diags, TRADE_READ_AS, pl_node_span(over), PL_ARG(PL_STR("for_each")), "`For each` around the step");
    pl_vec_push(r->arena, &r->items, (PlDslItem){step->name});
    return step;
}

/* ---- conditions ---- */

/* What was made of a step stands in an `If`. */
static void wrap(PlDslReader *r, const PlNode *node, PlStep *parent, uint32_t first, PlExpr *cond)
{
    PlStep *block = pl_dsl_new_step(r, node, parent, PL_STEP_IF);
    block->cond = cond;
    PlStep **steps = parent ? parent->steps.items : r->plan->steps.items;
    uint32_t count = (parent ? parent->steps.len : r->plan->steps.len) - 1;
    for (uint32_t i = first; i < count; i++) {
        steps[i]->parent = block;
        pl_vec_push(r->arena, &block->steps, steps[i]);
    }
    steps[first] = block;
    if (parent)
        parent->steps.len = first + 1;
    else
        r->plan->steps.len = first + 1;
}

static PlExpr *not(PlDslReader *r, PlExpr *cond)
{
    PlExpr *e = pl_expr_new(r->arena, PL_EXPR_UNARY, cond->span);
    e->op = PL_OPR_NOT;
    e->left = cond;
    e->depth = cond->depth + 1;
    return e;
}

/* yes, no: the member says it; else false. */
static bool is_plain(const PlNode *value, bool *yes)
{
    PlStr text = pl_node_text(value);
    bool word = pl_str_eq_nocase(text, PL_STR("true")) || pl_str_eq_nocase(text, PL_STR("false")) || pl_str_eq_nocase(text, PL_STR("always"));
    *yes = pl_node_is(value, PL_NODE_YESNO) ? value->as.yes : !pl_str_eq_nocase(text, PL_STR("false"));
    return value->kind == PL_NODE_YESNO || word;
}

static void read_guard(PlDslReader *r, const PlNode *node, const PlPair *pair, PlStep *parent, uint32_t first, bool negated)
{
    const PlNode *value = &pair->value;
    bool yes, empty = value->kind == PL_NODE_TEXT && !pl_str_trim(pl_node_text(value)).len;
    if (empty || (value->kind >= PL_NODE_LIST && value->count == 0)) return;
    if (is_plain(value, &yes)) {
        if (yes != negated) return;
        PL_REPORT0(r->diags, TRADE_DISABLED, pl_pair_span(pair));
        *(parent ? &parent->steps.len : &r->plan->steps.len) = first;
        return;
    }
    PlExpr *cond = pl_dsl_read_condition(r, value);
    if (!cond) cond = pl_dsl_name_expr(r, PL_STR("condition"));
    PL_REPORT(r->diags, TRADE_READ_AS, pl_pair_span(pair), PL_ARG(pl_pair_key(pair)), "`If` around the step");
    wrap(r, node, parent, first, negated ? not(r, cond) : cond);
}

/* ---- order ---- */

static bool stands_before(PlDslReader *r, const PlNode *id)
{
    const PlDslStep *step = pl_map_get(&r->ids, pl_node_text(id));
    return step && step->placed;
}

/* All that it names was read before: that is the order of the plan. */
static bool is_order(PlDslReader *r, const PlNode *value)
{
    bool all = value->kind == PL_NODE_LIST || stands_before(r, value);
    for (uint32_t i = 0; value->kind == PL_NODE_LIST && i < value->count; i++) all &= stands_before(r, pl_node_item(value, i));
    return all;
}

/* It names the step that comes next anyhow. */
static bool is_next(PlDslReader *r, const PlNode *value)
{
    PlStr id = pl_node_text(value);
    if (value->kind == PL_NODE_LIST) return value->count == 0 || (value->count == 1 && is_next(r, pl_node_item(value, 0)));
    bool end = pl_str_eq_nocase(id, PL_STR("end")) || pl_str_eq_nocase(id, PL_STR("done")) || pl_str_eq_nocase(id, PL_STR("finish"));
    return pl_str_eq_nocase(id, PL_STR("continue")) || (end && !r->follows.len) || (id.len && pl_str_eq(id, r->follows));
}

/* ---- all that was not read ---- */

static bool says_nothing(const PlNode *value)
{
    return value->kind == PL_NODE_NULL || (value->kind == PL_NODE_YESNO && !value->as.yes) || (value->kind >= PL_NODE_LIST && value->count == 0) ||
           (value->kind == PL_NODE_TEXT && value->count == 0);
}

void pl_dsl_read_rest(PlDslReader *r, const PlNode *node, PlStep *parent, uint32_t first)
{
    for (uint32_t i = 0; i < node->count; i++) {
        const PlPair *pair = pl_node_at(node, i);
        PlStr key = pl_pair_key(pair);
        uint32_t made = parent ? parent->steps.len : r->plan->steps.len;
        if (pair->value.flags & (PL_NODE_READ | PL_NODE_SHADOWED) || pair->value.kind == PL_NODE_NULL || made == first) continue;
        bool negated = is_among(key, fails);
        if (negated || is_among(key, holds)) {
            read_guard(r, node, pair, parent, first, negated);
            continue;
        }
        if (is_among(key, silent) || says_nothing(&pair->value)) continue;
        if ((is_among(key, before) && is_order(r, &pair->value)) || (is_among(key, then) && is_next(r, &pair->value))) continue;
        if (!changes_flow(key) && !is_among(key, then)) {
            PL_REPORT(r->diags, TRADE_UNREAD, pl_pair_span(pair), PL_ARG(key));
            continue;
        }
        PL_REPORT(r->diags, TRADE_UNREAD_FLOW, pl_pair_span(pair), PL_ARG(key));
        PlStr name = pl_dsl_name(r->arena, key);
        wrap(r, node, parent, first, pl_dsl_name_expr(r, name.len ? name : PL_STR("condition")));
    }
}
