/* SPDX-License-Identifier: MIT */
/* An operation of the document as an action: asks each builder for its part and decides the effect. spec/actions.md. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/name.h"

/* ---- effect ----------------------------------------------------------------------------------------------------- */

static PlEffect effect_of(PlMethod method)
{
    switch (method) {
    case PL_GET:
    case PL_HEAD:
    case PL_OPTIONS:
    case PL_TRACE:
    case PL_QUERY: return PL_EFFECT_READ;
    case PL_DELETE: return PL_EFFECT_DELETE;
    default: return PL_EFFECT_WRITE;
    }
}

/* The project file's word on this operation, by its id or its name in any spelling. */
static bool project_says_idempotent(const PlDraft *draft)
{
    const PlPluginOptions *options = &draft->api->options;
    for (uint32_t i = 0; i < options->idempotent_count; i++) {
        if (pl_str_distance(options->idempotent[i], draft->action->operation_id, 0) == 0) return true;
        if (pl_str_distance(options->idempotent[i], draft->action->name, 0) == 0) return true;
    }
    return false;
}

/* A document comes from outside. What makes a call more harmless than its method counts where the project trusts the document, or where the document is one of
 * ours or made from the project's own words (a door). */
bool pl_draft_is_believed(PlDraft *draft, const char *claim)
{
    PlAction *action = draft->action;
    if (draft->api->plugin->is_trusted || draft->api->plugin->door) return true;
    action->claims = pl_arena_printf(draft->api->arena, PL_FMT "%s%s", PL_ARG(action->claims), action->claims.len ? ", " : "", claim);
    return false;
}

/* x-pilot-effect: none | read | write | delete | idempotent */
static void decide_effect(PlDraft *draft)
{
    PlAction *action = draft->action;
    action->effect = effect_of(action->method);
    action->doubt = pl_action_doubt_of(action);
    if (action->doubt == PL_DOUBT_UNSAFE && project_says_idempotent(draft)) action->doubt = PL_DOUBT_IDEMPOTENT;
    const PlNode *node = PL_GET(draft->entry->node, "x-pilot-effect");
    PlStr said = pl_node_text(node);
    if (!node) return;
    if (pl_str_eq_z(said, "idempotent")) {
        bool believed = action->doubt == PL_DOUBT_UNSAFE && pl_draft_is_believed(draft, "x-pilot-effect: idempotent");
        if (believed) action->doubt = PL_DOUBT_IDEMPOTENT;
        return;
    }
    for (int effect = PL_EFFECT_NONE; effect < PL_EFFECT_COUNT; effect++) {
        const char *name = pl_effect_name((PlEffect)effect);
        if (!pl_str_eq_z(said, name)) continue;
        if ((PlEffect)effect < action->effect && !pl_draft_is_believed(draft, pl_arena_printf(draft->api->arena, "x-pilot-effect: %s", name).ptr)) return;
        action->effect = (PlEffect)effect;
        bool harmless = action->effect == PL_EFFECT_NONE || action->effect == PL_EFFECT_READ;
        if (harmless)
            action->doubt = PL_DOUBT_SAFE;
        else if (action->doubt == PL_DOUBT_SAFE)
            action->doubt = PL_DOUBT_UNSAFE;
        return;
    }
    PL_REPORT(draft->api->diags, OP_EFFECT, pl_node_span(node), PL_ARG(said));
}

/* ---- idempotency key -------------------------------------------------------------------------------------------- */

static bool mentions(PlStr doc, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= doc.len; i++)
        if (pl_str_eq_nocase(pl_str_slice(doc, i, i + len), pl_str(word, len))) return true;
    return false;
}

/* Idempotency-Key and its relatives by name. A `request_id` is often something else (the id of a request that somebody
 * made), so it counts only where the document speaks of retries. */
static bool is_key(PlDraft *draft, const PlParam *param)
{
    if (param->place == PL_IN_PATH || param->whole_body || param->fixed) return false;
    const PlType *type = pl_type(draft->api->schemas.types, param->type);
    if (type->kind != PL_TYPE_TEXT && type->kind != PL_TYPE_ANY) return false;
    PlStr key = pl_name_key(draft->api->arena, param->wire);
    if (pl_str_ends(key, PL_STR("idempotencykey")) || pl_str_eq_z(key, "repeatabilityrequestid")) return true;
    bool request = pl_str_eq_z(key, "requestid");
    return request &&
           (mentions(param->doc, "idempot") || mentions(param->doc, "retr") || mentions(param->doc, "duplicate"));
}

static void find_key(PlDraft *draft)
{
    PlMethod method = draft->action->method;
    if (method != PL_POST && method != PL_PATCH && method != PL_PUT && method != PL_DELETE) return;
    for (uint32_t i = 0; i < draft->params.len; i++) {
        PlParam *param = &draft->params.items[i];
        if (!is_key(draft, param)) continue;
        param->is_key = true;
        param->required = false; /* the VM fills it */
        return;
    }
}

/* ---- credentials among the parameters --------------------------------------------------------------------------- */

static bool gives(const PlAuth *auth, const PlParam *param)
{
    if (auth->kind == PL_AUTH_API_KEY) return auth->place == param->place && pl_str_eq_nocase(auth->wire, param->wire);
    bool token =
        auth->kind == PL_AUTH_BEARER || auth->kind == PL_AUTH_OAUTH2_TOKEN || auth->kind == PL_AUTH_OAUTH2_CLIENT;
    bool place = param->place == PL_IN_HEADER || param->place == PL_IN_QUERY;
    bool named = pl_str_eq_z(param->wire, "token") || pl_str_eq_z(param->wire, "access_token");
    return token && place && named;
}

/* Some documents declare the credential a second time, as a required parameter. The engine adds it, so no plan has to. */
static void excuse_credentials(PlDraft *draft)
{
    const PlAction *action = draft->action;
    for (uint32_t p = 0; p < action->param_count; p++)
        for (uint32_t i = 0; i < action->auth_count; i++)
            for (uint32_t k = 0; k < action->auth[i].count; k++)
                if (gives(&action->auth[i].all[k], &action->params[p])) action->params[p].required = false;
    for (uint32_t p = 0; p < action->param_count; p++) { /* conditions on what was read before: filled from that */
        PlParam *param = &action->params[p];
        bool is_condition = pl_str_eq_nocase(param->wire, PL_STR("if-match")) || pl_str_eq_nocase(param->wire, PL_STR("if-none-match"));
        if (param->place == PL_IN_HEADER && is_condition) param->required = false;
    }
}

/* ---- the action ------------------------------------------------------------------------------------------------- */

static PlAction *build(PlApi *api, PlEntry *entry)
{
    const PlOperation *op = &entry->public;
    PlAction *action = PL_NEW(api->arena, PlAction);
    PlDraft draft = {.api = api, .entry = entry, .action = action};
    action->claims = PL_STR("");
    action->plugin = api->plugin->name;
    action->name = op->name;
    action->operation_id = op->operation_id;
    action->title = op->title;
    action->method = op->method;
    action->deprecated = op->deprecated;
    action->server = pl_server_of(api, entry->item, entry->node, false);
    pl_draft_params(&draft);
    pl_draft_body(&draft);
    find_key(&draft);
    pl_draft_name_params(&draft);
    action->params = draft.params.items;
    action->param_count = draft.params.len;
    pl_draft_responses(&draft);
    pl_draft_security(&draft);
    excuse_credentials(&draft);
    decide_effect(&draft);
    action->as = pl_node_text(PL_GET(entry->node, "x-pilot-as"));
    pl_draft_paging(&draft);
    pl_draft_hints(&draft);
    pl_draft_settle(&draft);
    pl_draft_labels(&draft);
    pl_contract_hash(api->schemas.types, action, action->contract);
    return action;
}

const PlAction *pl_catalog_action(PlCatalog *catalog, const PlOperation *operation)
{
    PlEntry *entry = pl_entry_of(operation);
    if (operation->broken) return NULL;
    if (entry->action) return entry->action;
    bool strict = catalog->diags->strict;
    catalog->diags->strict = false;
    entry->action = build(pl_api_of(operation->plugin), entry);
    catalog->diags->strict = strict;
    return entry->action;
}
