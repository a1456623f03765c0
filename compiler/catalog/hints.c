/* SPDX-License-Identifier: MIT */
/* What else a document says of a call: limits on the rate of calls, work that goes on after the answer, and which action shows whether a
 * write was applied. spec/actions.md section 7. */
#include "compiler/catalog/api.h"

static bool counts_requests(PlStr header)
{
    static const char *const names[] = {"ratelimit", "retryafter", "xratelimit"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t len = strlen(names[i]), n = 0;
        for (size_t k = 0; k < header.len && n < len; k++) {
            char c = header.ptr[k];
            if (c >= 'A' && c <= 'Z') c = (char)(c + 32);
            if (c == '-' || c == '_') continue;
            if (c != names[i][n]) break;
            n++;
        }
        if (n == len) return true;
    }
    return false;
}

/* Headers of a 202 that lead to the state of the work, the surest first. */
static unsigned status_rank(PlStr header)
{
    static const char *const names[] = {"operation-location", "azure-asyncoperation", "location", "content-location"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (pl_str_eq_nocase(header, pl_str_z(names[i]))) return i + 1;
    return 0;
}

static PlStr lower(PlArena *arena, PlStr text)
{
    char *copy = (char *)(uintptr_t)pl_arena_str(arena, text).ptr;
    for (size_t i = 0; i < text.len; i++)
        if (copy[i] >= 'A' && copy[i] <= 'Z') copy[i] = (char)(copy[i] + 32);
    return pl_str(copy, text.len);
}

static void read_response(PlDraft *draft, PlStr status, const PlNode *response)
{
    PlHints *hints = &draft->action->hints;
    const PlNode *headers = PL_GET(response, "headers");
    bool accepted = pl_str_starts(status, PL_STR("202"));
    unsigned best = 0;
    if (pl_str_starts(status, PL_STR("429"))) hints->rate_limited = true;
    for (uint32_t i = 0; pl_node_is(headers, PL_NODE_MAP) && i < headers->count; i++) {
        PlStr name = pl_str_trim(pl_pair_key(pl_node_at(headers, i)));
        unsigned rank = accepted ? status_rank(name) : 0;
        hints->rate_limited |= !accepted && counts_requests(name);
        if (rank == 0 || (best && rank >= best)) continue;
        best = rank;
        hints->long_running = true;
        hints->status_header = lower(draft->api->arena, name);
    }
}

/* ---- the action that shows ---------------------------------------------------------------------------------------- */

static void fill_reads(PlApi *api)
{
    PlMap *reads = PL_NEW(api->arena, PlMap);
    pl_map_init(reads, api->arena);
    for (uint32_t i = 0; i < api->entries.len; i++) {
        bool added;
        if (api->entries.items[i]->public.method != PL_GET) continue;
        PlMapEntry *entry = pl_map_put(reads, api->entries.items[i]->public.path, &added);
        if (added) entry->value.ptr = api->entries.items[i];
    }
    api->reads = reads;
}

/* GET of the same path; for an act upon a thing (/orders/{id}/cancel) GET of the thing. */
static PlStr look(PlApi *api, const PlOperation *op)
{
    if (!api->reads) fill_reads(api);
    const PlEntry *same = pl_map_get(api->reads, op->path);
    size_t slash = op->path.len;
    while (slash > 0 && op->path.ptr[slash - 1] != '/') slash--;
    bool acts = slash > 1 && op->path.ptr[slash - 2] == '}' && op->method == PL_POST;
    if (!same && acts) same = pl_map_get(api->reads, pl_str_slice(op->path, 0, slash - 1));
    return same ? same->public.name : PL_STR("");
}

void pl_draft_hints(PlDraft *draft)
{
    PlApi *api = draft->api;
    PlHints *hints = &draft->action->hints;
    const PlNode *node = draft->entry->node;
    PlNode *responses = pl_ref_follow(&api->refs, PL_GET(node, "responses"), NULL);
    for (uint32_t i = 0; pl_node_is(responses, PL_NODE_MAP) && i < responses->count; i++) {
        PlNode *response = pl_ref_follow(&api->refs, &pl_node_at(responses, i)->value, NULL);
        read_response(draft, pl_pair_key(pl_node_at(responses, i)), response);
    }
    hints->long_running |= pl_node_yes(PL_GET(node, "x-ms-long-running-operation"));
    if (draft->action->doubt != PL_DOUBT_SAFE) hints->look = look(api, &draft->entry->public);
}
