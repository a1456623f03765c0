/* SPDX-License-Identifier: MIT */
/* What the rest of the plan reads of a name. Where an API says nothing of its answer, the plan is the only witness of
 * the fields: a step "Pick the cheapest flight -> best" and a later {best.price} agree on what is cheap. */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/tree.h"

enum { DEEPEST = 4 };

/* What the plan reads of one name, in the plan's order: its fields, and the names that hold the same items. */
typedef struct Event {
    PlStr text;
    bool alias;
} Event;

typedef struct Usage {
    PL_VEC(Event) events;
    bool by_key, adds_list, adds_other;
} Usage;

static const PlExpr *base_of(const PlExpr *x)
{
    while (x && (x->kind >= PL_EXPR_WHERE && x->kind <= PL_EXPR_DISTINCT)) {
        if (x->kind == PL_EXPR_SELECT || x->kind == PL_EXPR_GROUPED) return NULL;
        x = x->left;
    }
    if (x && (x->kind == PL_EXPR_INDEX || x->kind == PL_EXPR_SLICE || x->kind == PL_EXPR_COERCE))
        return base_of(x->left);
    return x;
}

static PlStr base_name(const PlExpr *x)
{
    x = base_of(x);
    return x && x->kind == PL_EXPR_NAME ? x->text : PL_STR("");
}

static Usage *usage_of(PlChecker *c, PlStr name)
{
    PlMapEntry *entry = pl_map_put(&c->usage, name, NULL);
    if (!entry->value.ptr) entry->value.ptr = PL_NEW(c->arena, Usage);
    return entry->value.ptr;
}

static void add(PlChecker *c, PlStr name, PlStr text, bool alias)
{
    if (!name.len || !text.len || (alias && pl_str_eq(name, text))) return;
    Usage *usage = usage_of(c, name);
    Event event = {text, alias};
    for (uint32_t i = 0; i < usage->events.len; i++)
        if (usage->events.items[i].alias == alias && pl_str_eq(usage->events.items[i].text, text)) return;
    pl_vec_push(c->arena, &usage->events, event);
}

static void look_at(void *context, PlExpr **slot)
{
    PlChecker *c = context;
    const PlExpr *x = *slot;
    if (x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_PROJECT) add(c, base_name(x->left), x->text, false);
    bool keyed = x->kind == PL_EXPR_INDEX && x->left->kind == PL_EXPR_NAME &&
                 ((x->right->kind == PL_EXPR_LITERAL && x->right->literal.kind == PL_LIT_TEXT) || x->right->kind == PL_EXPR_TEXT);
    if (keyed) usage_of(c, x->left->text)->by_key = true;
    pl_tree_operands(*slot, look_at, c);
}

/* Names that hold the same items: the variable of a loop over them, what Set makes of them. */
static void follow(PlChecker *c, const PlStep *step)
{
    bool made = step->kind == PL_STEP_SET || step->kind == PL_STEP_KEEP;
    if (step->kind == PL_STEP_EACH && step->value) add(c, base_name(step->value), step->name2.len ? step->name2 : step->name, true);
    if (made && step->value) add(c, base_name(step->value), step->bind.len ? step->bind : step->name, true);
    if (step->kind != PL_STEP_ADD || step->target || !step->value || !step->name.len) return;
    usage_of(c, step->name)->adds_list |= step->value->kind == PL_EXPR_LIST;
    usage_of(c, step->name)->adds_other |= step->value->kind != PL_EXPR_LIST;
}

static void look_in_steps(PlChecker *c, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], look_at, c);
        follow(c, steps[i]);
        look_in_steps(c, steps[i]->steps.items, steps[i]->steps.len);
    }
}

/* The plan is looked through once, when first asked; a step that words became is added then (pl_usage_learn). */
static void look_through(PlChecker *c)
{
    if (c->usage_ready) return;
    c->usage_ready = true;
    pl_map_init(&c->usage, c->arena);
    look_in_steps(c, c->plan->steps.items, c->plan->steps.len);
    if (c->plan->output) look_at(c, &c->plan->output);
}

void pl_usage_learn(PlChecker *c, PlStep *step)
{
    if (!c->usage_ready) return;
    pl_tree_step_exprs(step, look_at, c);
    follow(c, step);
}

static bool is_property(PlStr name)
{
    static const char *const words[] = {"length", "count", "size", "first", "last", "data", "items", "key"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_z(name, words[i])) return true;
    return false;
}

static void gather(PlReader *r, PlStr name, PlUsed *names, uint32_t depth, PlUsed *out)
{
    const Usage *usage = pl_map_get(&r->c->usage, name);
    for (uint32_t i = 0; i < names->len; i++)
        if (pl_str_eq(names->items[i], name)) return;
    pl_vec_push(r->c->arena, names, name);
    for (uint32_t i = 0; usage && i < usage->events.len; i++) {
        PlStr text = usage->events.items[i].text;
        if (usage->events.items[i].alias) {
            if (depth < DEEPEST) gather(r, text, names, depth + 1, out);
            continue;
        }
        bool known = is_property(text);
        for (uint32_t k = 0; k < out->len; k++) known |= pl_str_eq(out->items[k], text);
        if (!known) pl_vec_push(r->c->arena, out, text);
    }
}

void pl_usage_fields(PlReader *r, PlStr name, PlUsed *out)
{
    PlUsed names = {0};
    if (!name.len) return;
    look_through(r->c);
    gather(r, name, &names, 0, out);
}

bool pl_usage_by_key(PlReader *r, PlStr name)
{
    if (!name.len) return false;
    look_through(r->c);
    const Usage *usage = pl_map_get(&r->c->usage, name);
    return usage && usage->by_key;
}

/* ---- anywhere ---- */

/* x["Phone Screen"] of a name x: the key, or an empty text. */
static PlStr key_of(const PlExpr *x)
{
    const PlExpr *key = x->kind == PL_EXPR_INDEX && x->left->kind == PL_EXPR_NAME ? x->right : NULL;
    if (key && key->kind == PL_EXPR_TEXT && key->items.len == 1) key = key->items.items[0];
    bool text = key && key->kind == PL_EXPR_LITERAL && key->literal.kind == PL_LIT_TEXT;
    return text ? key->literal.as.text : PL_STR("");
}

static void look_anywhere(void *context, PlExpr **slot)
{
    PlChecker *c = context;
    PlExpr *x = *slot;
    if (x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_PROJECT) pl_map_put(&c->plan_fields, x->text, NULL);
    for (uint32_t i = 0; i < x->fields.len; i++) pl_map_put(&c->plan_fields, x->fields.items[i].name, NULL);
    if (key_of(x).len) pl_vec_push(c->arena, &c->plan_keys, x);
    pl_tree_operands(x, look_anywhere, c);
}

static void look_in_all(PlChecker *c, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], look_anywhere, c);
        look_in_all(c, steps[i]->steps.items, steps[i]->steps.len);
    }
}

void pl_usage_prepare(PlChecker *c)
{
    look_in_all(c, c->plan->steps.items, c->plan->steps.len);
}

bool pl_usage_reads(PlReader *r, PlStr field)
{
    return pl_map_find(&r->c->plan_fields, field) != NULL;
}

/* "phone screens" where the plan reads counts["Phone Screen"]: that; NULL when nothing is read so. */
const PlExpr *pl_usage_keyed(PlReader *r, PlStr words)
{
    for (uint32_t i = 0; i < r->c->plan_keys.len; i++)
        if (pl_lexis_same(r, key_of(r->c->plan_keys.items[i]), words)) return r->c->plan_keys.items[i];
    return NULL;
}

/* Every Add to that name adds a list: its items are rows. */
bool pl_usage_adds_lists(PlReader *r, PlStr name)
{
    look_through(r->c);
    const Usage *usage = pl_map_get(&r->c->usage, name);
    return usage && usage->adds_list && !usage->adds_other;
}
