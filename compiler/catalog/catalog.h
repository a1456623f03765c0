/* SPDX-License-Identifier: MIT */
/* The catalog: the plugins a plan may use, each an API document, and the actions found in them. Loading a document
 * makes a light index of operations; an operation's full PlAction (types, bodies, security) is built when somebody asks
 * for it, because a document may hold a thousand operations of which a plan uses three. Faults in a document cost the
 * operation they stand in, never the document, unless its syntax cannot be read; all are P07 diagnostics at file, line
 * and column. No network, unless a fetch function is given. spec/catalog.md. */
#ifndef PL_COMPILER_CATALOG_CATALOG_H
#define PL_COMPILER_CATALOG_CATALOG_H

#include "compiler/catalog/told.h"
#include "vm/base/diag.h"
#include "vm/code/action.h"

typedef struct PlCatalog PlCatalog;
typedef struct PlPlugin PlPlugin;

/* One operation as the index knows it. Borrowed from the catalog's arena. */
typedef struct PlOperation {
    PlPlugin *plugin;
    PlStr name;         /* "issues.create": dotted, from operationId, else from method and path; unique in the plugin */
    PlStr operation_id; /* as in the document; may be empty */
    PlMethod method;
    PlStr path;
    PlStr title; /* summary, else first sentence of the description, else method and path */
    PlStr description;
    PlStr tags;  /* separated by spaces */
    PlSpan span; /* in the document */
    bool deprecated;
    bool broken;    /* cannot be called; the reason is a diagnostic */
    uint32_t index; /* in the plugin */
} PlOperation;

struct PlPlugin {
    PlStr name;       /* as plans call it */
    PlStr path;       /* of the document */
    PlStr title;      /* info.title */
    PlStr version;    /* "2.0", "3.0.3", "3.1.0" */
    PlStr server;     /* the base URL chosen, or given by the project; "" when there is none */
    const PlDoor *door; /* NULL: an HTTP server (spec/plugins.md) */
    PlStr credential; /* prefix of credential names; the plugin's name unless the project says otherwise */
    PlOperation **operations;
    uint32_t operation_count;
    bool is_trusted;  /* the project believes what the document says of its own answers (x-pilot-trust) */
    uint32_t dropped; /* operations that cannot be called */
    uint8_t hash[32]; /* of the document's bytes, and of the files it refers to */
    void *impl;
};

typedef struct PlPluginOptions {
    PlStr server;           /* overrides the document's; "" not */
    PlStr credential;       /* "" : the plugin's name */
    const PlStr *variables; /* server variables: name, value, name, value ... */
    uint32_t variable_count;
    const PlStr *idempotent; /* operations that the project says may be sent again: as if they had x-pilot-effect: idempotent */
    uint32_t idempotent_count;
    PlStr credential_name;  /* of each scheme of the document; "" : made from the prefix. For documents that are built in */
    const PlToldProbe *probes; /* these two live as long as the catalog */
    uint32_t probe_count;
    const PlToldWait *waits;
    uint32_t wait_count;
    bool trusted;            /* PlPlugin.is_trusted */
} PlPluginOptions;

/* Types of all actions live in `types`; texts in the arena. */
PlCatalog *pl_catalog_new(PlArena *arena, PlSources *sources, PlDiags *diags, PlTypes *types);
/* Reads an address of the network into the arena; false when it cannot. Without one (NULL, as at first) a reference to an address leads nowhere. */
typedef bool (*PlCatalogFetch)(void *context, PlArena *arena, PlStr url, PlStr *text);
void pl_catalog_set_fetch(PlCatalog *catalog, PlCatalogFetch fetch, void *context);
PlTypes *pl_catalog_types(PlCatalog *catalog);
PlDiags *pl_catalog_diags(PlCatalog *catalog);
PlArena *pl_catalog_arena(PlCatalog *catalog);
/* Where compiler/bind keeps its index of the catalog; NULL until it made one. */
void **pl_catalog_search_slot(PlCatalog *catalog);

/* Load a document. name "": derived from info.title or the file's name. *out may be set on PL_OK only; PL_IO when
 * unreadable, PL_INVALID when it is no API document; each with a diagnostic. A name that exists already is P07xx and
 * PL_INVALID. */
PL_MUST_USE PlStatus pl_catalog_add_file(PlCatalog *catalog, PlStr name, const char *path,
                                         const PlPluginOptions *options, PlPlugin **out);
PL_MUST_USE PlStatus pl_catalog_add_text(PlCatalog *catalog, PlStr name, PlStr path, PlStr text,
                                         const PlPluginOptions *options, PlPlugin **out);
/* Every *.json, *.yaml, *.yml of a folder (not below), in order of names; a file's stem is the plugin's name. A file
 * that is no API document is a warning. */
PL_MUST_USE PlStatus pl_catalog_add_dir(PlCatalog *catalog, const char *dir);

/* A shelf knows documents of an earlier run. It is asked before a file is read: true when it filled in `plugin`, whose path is set (name,
 * title, version, server, hash, dropped and the light list of operations; see compiler/bind/shelf.h). Such a plugin is read when something
 * asks for more of it than that list has. */
typedef bool (*PlShelfTake)(void *shelf, PlPlugin *plugin, PlStr name);
void pl_catalog_set_shelf(PlCatalog *catalog, PlShelfTake take, void *shelf);
/* The files that a plugin was read from, its own first: at most `max`; how many there are is returned. */
uint32_t pl_catalog_plugin_files(const PlPlugin *plugin, PlStr *out, uint32_t max);

uint32_t pl_catalog_plugin_count(const PlCatalog *catalog);
PlPlugin *pl_catalog_plugin(const PlCatalog *catalog, uint32_t index);
PlPlugin *pl_catalog_plugin_by_name(const PlCatalog *catalog,
                                    PlStr name); /* normalised: case, '-', '_', ' ' do not count */

/* The operation a plan's name means: exact name, operationId, then normalised spelling ("issues/create",
 * "issues_create", "issuesCreate", "create_issues" is another one). NULL when none, or when a normalised spelling fits
 * several (*ambiguous is set then). */
const PlOperation *pl_catalog_find(const PlCatalog *catalog, const PlPlugin *plugin, PlStr name, bool *ambiguous);

typedef struct PlNear {
    const PlOperation *operation;
    unsigned score; /* 0..1000 */
} PlNear;
/* The operations whose names, titles and paths are nearest to `name` (and to the step's prose, may be empty); best
 * first, stable. plugin NULL: of all plugins. Returns how many were written. */
uint32_t pl_catalog_nearest(const PlCatalog *catalog, const PlPlugin *plugin, PlStr name, PlStr prose, PlNear *out,
                            uint32_t max);

/* What `pilotc catalog` shows: the plugins, and a line for each action. `plugin` may be NULL (all); `search` picks and
 * ranks the actions nearest to a name or a text ("" keeps all, in the document's order); `details` adds arguments,
 * results, statuses and credentials. */
void pl_catalog_print(PlBuf *out, PlCatalog *catalog, const PlPlugin *plugin, PlStr search, bool details);
/* The operations it shows, for other forms of it: an array in the catalog's arena. */
const PlOperation **pl_catalog_select(PlCatalog *catalog, const PlPlugin *plugin, PlStr search, uint32_t *count);

/* The full action; built once, then remembered. NULL when the operation is broken (diagnostics say why). */
const PlAction *pl_catalog_action(PlCatalog *catalog, const PlOperation *operation);

/* Is there a part (a field, however deep) of that name in a type? Where not, *near is the nearest name that is there, "" when none is near. */
bool pl_catalog_has_part(const PlTypes *types, PlTypeId type, PlStr name, PlStr *near);
/* The nearest name of an argument; "" when none is near. */
PlStr pl_catalog_near_param(const PlAction *action, PlStr name);

/* For a mock server: request and response examples as compact JSON, "" when the document has none. status 0: the best
 * 2xx. */
PlStr pl_catalog_response_example(PlCatalog *catalog, const PlOperation *operation, unsigned status);

#endif
