/* SPDX-License-Identifier: MIT */
/* How doubt about a call is settled by asking, and how an answer that only begins the work is awaited: from what the author told (told.h), else from what the
 * document lets conclude. What is concluded must be safe to be wrong about: a probe that finds nothing proves nothing unless the author says so.
 * spec/effects.md, spec/long-running.md. */
#include "compiler/catalog/api.h"

static bool is_named(const PlAction *action, PlStr operation)
{
    return pl_str_distance(operation, action->operation_id, 0) == 0 || pl_str_distance(operation, action->name, 0) == 0;
}

/* The plan's name of an argument that was written as it is named there or on the wire, in any spelling; "" when there is none. */
static PlStr arg_named(const PlAction *a, PlStr written)
{
    for (uint32_t i = 0; i < a->param_count; i++)
        if (pl_str_eq(a->params[i].name, written)) return a->params[i].name;
    for (uint32_t i = 0; i < a->param_count; i++)
        if (pl_str_distance(written, a->params[i].name, 0) == 0 || pl_str_distance(written, a->params[i].wire, 0) == 0) return a->params[i].name;
    return PL_STR("");
}

static const PlAction *action_named(PlDraft *draft, PlStr name)
{
    bool ambiguous;
    const PlOperation *op = pl_catalog_find(draft->api->catalog, draft->api->plugin, name, &ambiguous);
    if (!op || pl_entry_of(op) == draft->entry || pl_entry_of(op)->building) return NULL;
    return pl_catalog_action(draft->api->catalog, op);
}

/* ---- probes ---- */

static void refuse(PlDraft *draft, PlSpan span, PlStr why)
{
    PL_REPORT(draft->api->diags, OP_PROBE, span, PL_ARG(draft->action->name), PL_ARG(why));
}

/* Arguments of the probe that were not told, where both have them under one name on the wire: those of the path always, else what it requires. */
static void fill_with(PlDraft *draft, const PlAction *asked, PlProbe *probe)
{
    const PlAction *a = draft->action;
    PlProbePair *all = PL_NEW_N(draft->api->arena, PlProbePair, probe->with_count + asked->param_count + 1);
    for (uint32_t i = 0; i < probe->with_count; i++) all[i] = probe->with[i];
    probe->with = all;
    for (uint32_t i = 0; i < asked->param_count; i++) {
        const PlParam *p = &asked->params[i];
        bool given = p->fixed || (!p->required && p->place != PL_IN_PATH);
        for (uint32_t k = 0; k < probe->with_count && !given; k++) given = pl_str_eq(all[k].name, p->name);
        PlStr arg = given ? PL_STR("") : arg_named(a, p->wire);
        if (arg.len) all[probe->with_count++] = (PlProbePair){p->name, arg};
    }
}

static bool gives_all(const PlAction *asked, const PlProbe *probe, PlStr *missing)
{
    for (uint32_t i = 0; i < asked->param_count; i++) {
        const PlParam *p = &asked->params[i];
        bool given = !p->required || p->fixed || p->is_key;
        for (uint32_t k = 0; k < probe->with_count && !given; k++) given = pl_str_eq(probe->with[k].name, p->name);
        *missing = p->name;
        if (!given) return false;
    }
    return true;
}

static bool resolve_pairs(PlDraft *draft, const PlAction *asked, PlToldProbe *told)
{
    PlArena *arena = draft->api->arena;
    for (uint32_t i = 0; i < told->probe.with_count; i++) {
        PlProbePair *p = &told->probe.with[i];
        PlStr name = arg_named(asked, p->name), arg = arg_named(draft->action, p->arg);
        if (!name.len || !arg.len) {
            PlStr lacking = name.len ? draft->action->name : asked->name, what = name.len ? p->arg : p->name;
            refuse(draft, told->span, pl_arena_printf(arena, PL_FMT " has no argument " PL_FMT, PL_ARG(lacking), PL_ARG(what)));
            return false;
        }
        *p = (PlProbePair){name, arg};
    }
    for (uint32_t i = 0; i < told->probe.match_count; i++) {
        PlProbePair *p = &told->probe.match[i];
        if (pl_str_starts(p->arg, PL_STR("="))) continue;
        PlStr arg = arg_named(draft->action, p->arg);
        if (!arg.len) {
            refuse(draft, told->span, pl_arena_printf(arena, PL_FMT " has no argument " PL_FMT, PL_ARG(draft->action->name), PL_ARG(p->arg)));
            return false;
        }
        p->arg = arg;
    }
    return true;
}

static void take_probe(PlDraft *draft, const PlToldProbe *said)
{
    PlToldProbe told = *said;
    PlArena *arena = draft->api->arena;
    const PlAction *asked = action_named(draft, told.probe.action);
    PlStr missing;
    if (!asked) {
        refuse(draft, told.span, pl_arena_printf(arena, "there is no operation " PL_FMT, PL_ARG(told.probe.action)));
        return;
    }
    if (asked->doubt != PL_DOUBT_SAFE) {
        refuse(draft, told.span, pl_arena_printf(arena, PL_FMT " does more than read", PL_ARG(asked->name)));
        return;
    }
    PlProbePair *with = PL_NEW_N(arena, PlProbePair, told.probe.with_count + 1), *match = PL_NEW_N(arena, PlProbePair, told.probe.match_count + 1);
    for (uint32_t i = 0; i < told.probe.with_count; i++) with[i] = told.probe.with[i];
    for (uint32_t i = 0; i < told.probe.match_count; i++) match[i] = told.probe.match[i];
    told.probe.with = with;
    told.probe.match = match;
    if (!resolve_pairs(draft, asked, &told)) return;
    fill_with(draft, asked, &told.probe);
    if (!gives_all(asked, &told.probe, &missing)) {
        refuse(draft, told.span, pl_arena_printf(arena, PL_FMT " needs " PL_FMT, PL_ARG(asked->name), PL_ARG(missing)));
    } else if (told.probe.with_count + told.probe.match_count == 0) {
        refuse(draft, told.span, PL_STR("it looks for nothing: say what must match"));
    } else {
        told.probe.action = asked->name;
        draft->action->probe = told.probe;
        draft->action->doubt = PL_DOUBT_RECONCILABLE;
    }
}

static bool is_scalar(const PlTypes *types, PlTypeId id)
{
    PlTypeKind kind = pl_type(types, id)->kind;
    return kind == PL_TYPE_TEXT || kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER || kind == PL_TYPE_YESNO || kind == PL_TYPE_ENUM;
}

/* GET /users/{username} beside POST /users, by the required field `username` of the body; NULL when there is none that can be asked. */
static PlEntry *read_by(PlApi *api, const PlOperation *op, const PlParam *field)
{
    bool names = field->place == PL_IN_BODY && !field->whole_body && field->required && is_scalar(api->schemas.types, field->type);
    if (!names) return NULL;
    PlArenaMark before = pl_arena_mark(api->arena);
    PlEntry *entry = pl_map_get(api->reads, pl_arena_printf(api->arena, PL_FMT "/{" PL_FMT "}", PL_ARG(op->path), PL_ARG(field->wire)));
    pl_arena_rewind(api->arena, before);
    return entry && !entry->public.broken ? entry : NULL;
}

/* The plain fields that both the request and what was found have. */
static void match_fields(PlDraft *draft, const PlType *found, PlProbe *probe)
{
    PlAction *a = draft->action;
    const PlTypes *types = draft->api->schemas.types;
    probe->match = PL_NEW_N(draft->api->arena, PlProbePair, a->param_count + 1);
    for (uint32_t f = 0; f < found->count; f++)
        for (uint32_t k = 0; k < a->param_count; k++) {
            const PlParam *p = &a->params[k];
            bool same = p->place == PL_IN_BODY && !p->whole_body && pl_str_eq(p->wire, found->fields[f].name);
            if (same && is_scalar(types, p->type) && is_scalar(types, found->fields[f].type))
                probe->match[probe->match_count++] = (PlProbePair){found->fields[f].name, p->name};
        }
}

/* A thing that the client names: POST /users with a required `username`, and GET /users/{username}. What is found must be what was sent, as far as both have
 * the same plain fields; so somebody else's thing of that name is not taken for ours. Of several such the first of the document is asked. */
static void conclude_probe(PlDraft *draft)
{
    PlAction *a = draft->action;
    PlApi *api = draft->api;
    if (a->method != PL_POST || !api->reads) return;
    const PlOperation *op = NULL;
    const PlAction *asked = NULL;
    for (uint32_t i = 0; i < a->param_count; i++) {
        PlEntry *entry = read_by(api, &draft->entry->public, &a->params[i]);
        if (!entry || (op && op->index < entry->public.index)) continue;
        const PlAction *reads = pl_catalog_action(api->catalog, &entry->public);
        if (!reads || reads->doubt != PL_DOUBT_SAFE || pl_type(api->schemas.types, reads->result)->kind != PL_TYPE_RECORD) continue;
        op = &entry->public;
        asked = reads;
    }
    if (!op) return;
    PlToldProbe told = {.span = op->span, .probe = {.action = asked->name}};
    match_fields(draft, pl_type(api->schemas.types, asked->result), &told.probe);
    fill_with(draft, asked, &told.probe);
    PlStr missing;
    if (told.probe.match_count && gives_all(asked, &told.probe, &missing)) take_probe(draft, &told);
}

static void decide_probe(PlDraft *draft)
{
    const PlPluginOptions *options = &draft->api->options;
    const PlNode *node = PL_GET(draft->entry->node, "x-pilot-reconcile");
    PlToldProbe told;
    if (draft->action->doubt != PL_DOUBT_UNSAFE) return;
    for (uint32_t i = 0; i < options->probe_count; i++)
        if (is_named(draft->action, options->probes[i].operation)) {
            take_probe(draft, &options->probes[i]);
            return;
        }
    if (!node) {
        conclude_probe(draft);
    } else if (pl_told_probe(draft->api->arena, draft->api->diags, node, &told)) {
        if (told.probe.absent_is_sure) told.probe.absent_is_sure = pl_draft_is_believed(draft, "x-pilot-reconcile: absent: not applied");
        take_probe(draft, &told);
    }
}

/* ---- awaited work ---- */

/* What the answers that are not the first one give; PL_TYPE_NONE when the document has none. */
static PlTypeId later_result(PlDraft *draft)
{
    const PlAction *a = draft->action;
    PlTypeId members[16];
    uint32_t count = 0;
    for (uint32_t i = 0; i < a->response_count && count < 16; i++) {
        const PlResponse *r = &a->responses[i];
        bool is_end = r->low >= 200 && r->high < 300 && r->low != 202;
        if (is_end && r->low == r->high && r->body != PL_BODY_NONE) members[count++] = r->type;
    }
    return count ? pl_type_union(draft->api->schemas.types, members, count) : PL_TYPE_NONE;
}

static void take_wait(PlDraft *draft, const PlToldWait *told)
{
    PlAction *a = draft->action;
    if (told->never) return;
    PlTypeId type = later_result(draft);
    if (told->gives.len) {
        const PlAction *gives = action_named(draft, told->gives);
        if (!gives) {
            PlStr why = pl_arena_printf(draft->api->arena, "there is no operation " PL_FMT, PL_ARG(told->gives));
            PL_REPORT(draft->api->diags, OP_WAIT, told->span, PL_ARG(a->name), PL_ARG(why));
            return;
        }
        type = gives->result;
    }
    a->await = told->await;
    a->await.type = type == PL_TYPE_NONE ? PL_T_ANY : type;
    a->result = a->await.type;
    a->hints.long_running = true;
}

/* Without a word of the author the end is awaited where the document says that the work goes on, and does not describe an answer to the
 * first request: a plan that reads such an answer (a job with its id) asks for itself. */
static void decide_wait(PlDraft *draft)
{
    PlAction *a = draft->action;
    const PlPluginOptions *options = &draft->api->options;
    const PlNode *node = PL_GET(draft->entry->node, "x-pilot-wait");
    PlToldWait told = {.await = {.on = true, .header = PL_STR(""), .place = PL_STR(""), .state = PL_STR(""), .result = PL_STR("")}, .gives = PL_STR("")};
    for (uint32_t i = 0; i < options->wait_count; i++)
        if (is_named(a, options->waits[i].operation)) {
            take_wait(draft, &options->waits[i]);
            return;
        }
    if (node) {
        if (pl_told_wait(draft->api->arena, draft->api->diags, node, &told)) take_wait(draft, &told);
        return;
    }
    const PlResponse *first = pl_action_response(a, 202);
    bool is_exact = first && first->low == 202 && first->high == 202;
    bool says_nothing = is_exact && first->body == PL_BODY_NONE;
    bool is_marked = pl_node_yes(PL_GET(draft->entry->node, "x-ms-long-running-operation"));
    if (!a->hints.long_running || !is_exact || !(says_nothing || is_marked)) return;
    if (!is_marked && !a->hints.status_header.len) return;
    told.await.header = is_marked ? PL_STR("") : a->hints.status_header;
    take_wait(draft, &told);
}

void pl_draft_settle(PlDraft *draft)
{
    draft->action->probe.action = PL_STR("");
    decide_wait(draft);
    decide_probe(draft);
}
