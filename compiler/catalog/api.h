/* SPDX-License-Identifier: MIT */
/* One API document behind a plugin: its tree, its operations, and the builders of an action's parts. Internal to
 * compiler/catalog. The order of reading: catalog.c (loading, looking up), index.c (the light list), operation.c (an
 * action from its parts: param.c, body.c, response.c, security.c, server.c), contract.c (its hash). */
#ifndef PL_COMPILER_CATALOG_API_H
#define PL_COMPILER_CATALOG_API_H

#include "compiler/catalog/catalog.h"
#include "compiler/catalog/schema.h"

typedef enum PlDialect { PL_DIALECT_2, PL_DIALECT_3_0, PL_DIALECT_3_1 } PlDialect;

typedef struct PlEntry {
    PlOperation public;
    PlNode *item;     /* the path item, resolved */
    PlNode *node;     /* the operation object */
    PlAction *action; /* once built */
    bool building;
} PlEntry;

typedef struct PlApi {
    PlCatalog *catalog;
    PlPlugin *plugin;
    PlArena *arena;
    PlDiags *diags;
    PlDoc doc;
    PlNode *root;
    PlDialect dialect;
    PlRefs refs;
    PlSchemas schemas;
    PlPluginOptions options;
    PL_VEC(PlEntry *) entries;
    PlMap by_name; /* PlOperation */
    PlMap by_id;
    PlMap by_key;      /* first operation of a normalised spelling */
    PlMap many_by_key; /* keys that several operations share */
    PlMap last_number; /* of a name that was numbered to be unique */
    uint8_t security_said; /* security.c: whether any operation says what it needs; 0: not yet looked */
    bool keyed;        /* by_key is filled */
    void *words;       /* nearest.c: its index, once built */
    bool asleep;         /* from a shelf: only the public part of the plugin is there */
    PlMap *parents;    /* index.c: paths behind which others go on with a template, once somebody asked */
    PlMap *reads;      /* hints.c: path -> its GET, once somebody asked */
} PlApi;

struct PlCatalog {
    PlArena *arena;
    PlSources *sources;
    PlDiags *diags;
    PlTypes *types;
    PlCatalogFetch fetch;
    void *fetch_context;
    PL_VEC(PlPlugin *) plugins;
    PlMap by_key; /* plugins, by their names without case, '-', '_' and ' ': no two have one key */
    void *search; /* of compiler/bind */
    PlShelfTake take;
    void *shelf;
};

/* catalog.c: read the document of a plugin that came from a shelf. */
void pl_api_wake(PlApi *api);
static inline PlApi *pl_api_of(const PlPlugin *plugin)
{
    PlApi *api = plugin->impl;
    if (api->asleep) pl_api_wake(api);
    return api;
}
static inline PlEntry *pl_entry_of(const PlOperation *operation)
{
    return pl_api_of(operation->plugin)->entries.items[operation->index];
}

/* An action while it is being built. */
typedef struct PlDraft {
    PlApi *api;
    PlEntry *entry;
    PlAction *action;
    PL_VEC(PlParam) params;
    uint32_t made_templates;      /* param.c: path parameters that the document forgot */
    uint32_t looked_at;           /* param.c: entries of parameter lists */
    PlNode *body_param;           /* 2.0: in: body */
    PL_VEC(PlNode *) form_params; /* 2.0: in: formData */
    PlStr query;                  /* what stands behind '?' in the path's key */
    bool wants_authorization;     /* an Authorization header stands among the parameters */
    bool authorization_required;
} PlDraft;

/* index.c: fill entries from `paths`; names are unique afterwards. */
void pl_index_paths(PlApi *api);
/* param.c */
void pl_draft_params(PlDraft *draft);
void pl_draft_add(PlDraft *draft, PlParam param);
void pl_draft_name_params(PlDraft *draft);
/* default.c: default and fixed value; the type is there already. */
void pl_draft_value(PlDraft *draft, PlParam *param, PlNode *schema, const PlNode *node);
/* body.c */
void pl_draft_body(PlDraft *draft);
PlBodyKind pl_media_kind(PlStr type);
/* The entry of a `content` map that we use best; NULL when the map is empty. */
PlPair *pl_media_choose(const PlNode *content);
/* response.c */
void pl_draft_responses(PlDraft *draft);
/* paging.c, hints.c: after the responses */
void pl_draft_paging(PlDraft *draft);
void pl_draft_hints(PlDraft *draft);
/* settle.c: after those */
void pl_draft_settle(PlDraft *draft);
/* label.c: after the parameters and the result */
void pl_draft_labels(PlDraft *draft);
/* May what the document says loosen the class of the action? Where not, `claim` is noted in action->claims. spec/effects.md. */
bool pl_draft_is_believed(PlDraft *draft, const char *claim);
bool pl_draft_selects(PlDraft *draft, const PlNode *node); /* x-pilot-selector of a parameter or property */
/* security.c */
void pl_draft_security(PlDraft *draft);
/* server.c: the base URL for an operation ("" when none); at load (`item` and `operation` NULL) faults are reported. */
PlStr pl_server_of(PlApi *api, const PlNode *item, const PlNode *operation, bool report);
/* contract.c */
void pl_contract_hash(const PlTypes *types, const PlAction *action, uint8_t out[32]);

#endif
