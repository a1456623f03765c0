/* SPDX-License-Identifier: MIT */
/* What the rest of the plan reads of a name. Where an API says nothing of its answer, the plan is the only witness of
 * the fields: a step "Pick the cheapest flight -> best" and a later {best.price} agree on what is cheap. */
#include "compiler/prose/prose_internal.h"

#include "compiler/check/tree.h"

enum { DEEPEST = 4 };

typedef struct Look {
    PlReader *r;
    PlStr name;
    PlUsed *out;
    bool by_key;
    uint32_t depth;
} Look;

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

static bool goes_back_to(const PlExpr *x, PlStr name)
{
    x = base_of(x);
    return x && x->kind == PL_EXPR_NAME && pl_str_eq(x->text, name);
}

static void add(Look *look, PlStr field)
{
    for (uint32_t i = 0; i < look->out->len; i++)
        if (pl_str_eq(look->out->items[i], field)) return;
    pl_vec_push(look->r->c->arena, look->out, field);
}

static void look_at(void *context, PlExpr **slot)
{
    Look *look = context;
    PlExpr *x = *slot;
    if ((x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_PROJECT) && goes_back_to(x->left, look->name))
        add(look, x->text);
    if (x->kind == PL_EXPR_INDEX && x->left->kind == PL_EXPR_NAME && pl_str_eq(x->left->text, look->name) &&
        x->right->kind == PL_EXPR_LITERAL && x->right->literal.kind == PL_LIT_TEXT)
        look->by_key = true;
    if (x->kind == PL_EXPR_INDEX && x->left->kind == PL_EXPR_NAME && pl_str_eq(x->left->text, look->name) &&
        x->right->kind == PL_EXPR_TEXT)
        look->by_key = true;
    pl_tree_operands(x, look_at, look);
}

static void look_in_steps(Look *look, PlStep *const *steps, uint32_t count);

/* Names that hold the same items: the variable of a loop over them, what Set makes of them. */
static void follow(Look *look, PlStep *step)
{
    PlStr other = PL_STR("");
    if (step->kind == PL_STEP_EACH && step->value && goes_back_to(step->value, look->name))
        other = step->name2.len ? step->name2 : step->name;
    if ((step->kind == PL_STEP_SET || step->kind == PL_STEP_KEEP) && step->value &&
        goes_back_to(step->value, look->name))
        other = step->bind.len ? step->bind : step->name;
    if (!other.len || pl_str_eq(other, look->name) || look->depth >= DEEPEST) return;
    Look deeper = {.r = look->r, .name = other, .out = look->out, .depth = look->depth + 1};
    look_in_steps(&deeper, look->r->c->plan->steps.items, look->r->c->plan->steps.len);
    if (deeper.r->c->plan->output) look_at(&deeper, &deeper.r->c->plan->output);
}

static void look_in_steps(Look *look, PlStep *const *steps, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        pl_tree_step_exprs(steps[i], look_at, look);
        follow(look, steps[i]);
        look_in_steps(look, steps[i]->steps.items, steps[i]->steps.len);
    }
}

static bool is_property(PlStr name)
{
    static const char *const words[] = {"length", "count", "size", "first", "last", "data", "items", "key"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_z(name, words[i])) return true;
    return false;
}

void pl_usage_fields(PlReader *r, PlStr name, PlUsed *out)
{
    PlUsed all = {0};
    Look look = {.r = r, .name = name, .out = &all};
    if (!name.len) return;
    look_in_steps(&look, r->c->plan->steps.items, r->c->plan->steps.len);
    if (r->c->plan->output) look_at(&look, &r->c->plan->output);
    for (uint32_t i = 0; i < all.len; i++) {
        bool known = is_property(all.items[i]);
        for (uint32_t k = 0; k < out->len; k++) known |= pl_str_eq(out->items[k], all.items[i]);
        if (!known) pl_vec_push(r->c->arena, out, all.items[i]);
    }
}

bool pl_usage_by_key(PlReader *r, PlStr name)
{
    PlUsed unused = {0};
    Look look = {.r = r, .name = name, .out = &unused};
    if (!name.len) return false;
    look_in_steps(&look, r->c->plan->steps.items, r->c->plan->steps.len);
    return look.by_key;
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

static bool adds_lists(PlStr name, PlStep *const *steps, uint32_t count, bool *other)
{
    bool found = false;
    for (uint32_t i = 0; i < count; i++) {
        const PlStep *step = steps[i];
        bool adds = step->kind == PL_STEP_ADD && !step->target && step->value && pl_str_eq(step->name, name);
        found |= adds && step->value->kind == PL_EXPR_LIST;
        *other |= adds && step->value->kind != PL_EXPR_LIST;
        found |= adds_lists(name, step->steps.items, step->steps.len, other);
    }
    return found;
}

/* Every Add to that name adds a list: its items are rows. */
bool pl_usage_adds_lists(PlReader *r, PlStr name)
{
    bool other = false;
    return adds_lists(name, r->c->plan->steps.items, r->c->plan->steps.len, &other) && !other;
}
