/* SPDX-License-Identifier: MIT */
/* What a document says of its own labels: which arguments choose whom or what (x-pilot-selector), which parts of an answer its server makes (x-pilot-trust).
 * Not here: whether it is believed. A selector always counts, since it only tightens; a trusted part counts where the project says so (compiler/labels.c). */
#include "compiler/catalog/api.h"

enum { NEAR = 2, DEPTH = 8 };

/* ---- names that are there ---- */

static bool find_part(const PlTypes *types, PlTypeId id, PlStr name, int depth, PlStr *near, unsigned *best)
{
    const PlType *t = pl_type(types, id);
    if (depth > DEPTH || t->kind == PL_TYPE_ANY) return t->kind == PL_TYPE_ANY;
    if (t->kind == PL_TYPE_LIST) return find_part(types, t->elem, name, depth + 1, near, best);
    for (uint32_t i = 0; i < t->count && t->kind == PL_TYPE_UNION; i++)
        if (find_part(types, t->members[i], name, depth + 1, near, best)) return true;
    for (uint32_t i = 0; i < t->count && t->kind == PL_TYPE_RECORD; i++) {
        const PlField *f = &t->fields[i];
        unsigned distance = pl_str_distance(name, f->name, NEAR);
        if (distance < *best) *best = distance, *near = f->name;
        if (pl_str_eq(f->name, name) || find_part(types, f->type, name, depth + 1, near, best)) return true;
    }
    return false;
}

bool pl_catalog_has_part(const PlTypes *types, PlTypeId type, PlStr name, PlStr *near)
{
    unsigned best = NEAR + 1;
    *near = PL_STR("");
    return find_part(types, type, name, 0, near, &best);
}

PlStr pl_catalog_near_param(const PlAction *action, PlStr name)
{
    unsigned best = NEAR + 1;
    PlStr near = PL_STR("");
    for (uint32_t i = 0; i < action->param_count; i++) {
        unsigned distance = action->params[i].fixed ? NEAR + 1 : pl_str_distance(name, action->params[i].name, NEAR);
        if (distance < best) best = distance, near = action->params[i].name;
    }
    return near;
}

/* ---- reading ---- */

bool pl_draft_selects(PlDraft *draft, const PlNode *node)
{
    const PlNode *said = pl_node_is(node, PL_NODE_MAP) ? PL_GET(node, "x-pilot-selector") : NULL;
    bool yes = false;
    if (said && !pl_node_says(said, &yes)) PL_REPORT(draft->api->diags, OP_LABEL_FORM, pl_node_span(said), "x-pilot-selector", "yes or no here");
    return yes;
}

/* The names of a list; an error for anything else. */
static PlStr *names_of(PlDraft *draft, const PlNode *node, const char *key, uint32_t *count)
{
    bool good = pl_node_is(node, PL_NODE_LIST);
    uint32_t len = good ? pl_node_count(node) : 0;
    PlStr *names = PL_NEW_N(draft->api->arena, PlStr, len + 1);
    *count = 0;
    for (uint32_t i = 0; i < len; i++) {
        PlStr name = pl_str_trim(pl_node_text(pl_node_item(node, i)));
        good &= name.len > 0;
        if (name.len) names[(*count)++] = pl_arena_str(draft->api->arena, name);
    }
    if (!good) PL_REPORT(draft->api->diags, OP_LABEL_FORM, pl_node_span(node), key, "a list of names here");
    return names;
}

static void missing(PlDraft *draft, const PlNode *node, const char *key, const char *what, PlStr name, PlStr near)
{
    PlDiag *d = PL_REPORT(draft->api->diags, OP_LABEL, pl_node_span(node), key, PL_ARG(draft->action->name), what, PL_ARG(name));
    if (near.len) pl_diag_help(draft->api->diags, d, "did you mean `" PL_FMT "`?", PL_ARG(near));
}

static void mark_selectors(PlDraft *draft, const PlNode *node)
{
    uint32_t count;
    PlAction *action = draft->action;
    const PlStr *names = names_of(draft, node, "x-pilot-selector", &count);
    for (uint32_t i = 0; i < count; i++) {
        bool found = false;
        for (uint32_t k = 0; k < action->param_count; k++) {
            PlParam *param = &action->params[k];
            if (param->fixed || !(pl_str_eq(param->name, names[i]) || pl_str_eq(param->wire, names[i]))) continue;
            param->selects = found = true;
        }
        if (!found) missing(draft, node, "x-pilot-selector", "an argument", names[i], pl_catalog_near_param(action, names[i]));
    }
}

static void mark_minted(PlDraft *draft, const PlNode *node)
{
    uint32_t count;
    PlAction *action = draft->action;
    PlStr *names = names_of(draft, node, "x-pilot-trust", &count), near;
    for (uint32_t i = 0; i < count; i++) {
        if (pl_catalog_has_part(draft->api->schemas.types, action->result, names[i], &near)) names[action->minted_count++] = names[i];
        else missing(draft, node, "x-pilot-trust", "a part of the answer", names[i], near);
    }
    action->minted = names;
}

void pl_draft_labels(PlDraft *draft)
{
    const PlNode *selectors = PL_GET(draft->entry->node, "x-pilot-selector"), *minted = PL_GET(draft->entry->node, "x-pilot-trust");
    if (selectors) mark_selectors(draft, selectors);
    if (minted) mark_minted(draft, minted);
}
