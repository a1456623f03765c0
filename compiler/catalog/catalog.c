/* SPDX-License-Identifier: MIT */
/* Loading documents and finding what is in them. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/name.h"
#include "vm/code/hash.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

PlCatalog *pl_catalog_new(PlArena *arena, PlSources *sources, PlDiags *diags, PlTypes *types)
{
    PlCatalog *catalog = PL_NEW(arena, PlCatalog);
    *catalog = (PlCatalog){.arena = arena, .sources = sources, .diags = diags, .types = types};
    pl_map_init(&catalog->by_key, arena);
    return catalog;
}

void pl_catalog_set_fetch(PlCatalog *catalog, PlCatalogFetch fetch, void *context)
{
    catalog->fetch = fetch;
    catalog->fetch_context = context;
}

PlTypes *pl_catalog_types(PlCatalog *catalog)
{
    return catalog->types;
}
PlDiags *pl_catalog_diags(PlCatalog *catalog)
{
    return catalog->diags;
}
PlArena *pl_catalog_arena(PlCatalog *catalog)
{
    return catalog->arena;
}
void **pl_catalog_search_slot(PlCatalog *catalog)
{
    return &catalog->search;
}
uint32_t pl_catalog_plugin_count(const PlCatalog *catalog)
{
    return catalog->plugins.len;
}
PlPlugin *pl_catalog_plugin(const PlCatalog *catalog, uint32_t index)
{
    return catalog->plugins.items[index];
}

/* The name without case, '-', '_' and ' ', in `room` when that is large enough. */
static PlStr key_of(PlArena *arena, PlStr name, char *room, size_t size)
{
    char *key = name.len <= size ? room : pl_arena_alloc(arena, name.len, 1);
    size_t n = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '-' || c == '_' || c == ' ') continue;
        key[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    return pl_str(key, n);
}

PlPlugin *pl_catalog_plugin_by_name(const PlCatalog *catalog, PlStr name)
{
    char room[128];
    return pl_map_get(&catalog->by_key, key_of(catalog->arena, name, room, sizeof room));
}

static void add_plugin(PlCatalog *catalog, PlPlugin *plugin)
{
    char room[128];
    PlStr key = pl_arena_str(catalog->arena, key_of(catalog->arena, plugin->name, room, sizeof room));
    pl_vec_push(catalog->arena, &catalog->plugins, plugin);
    pl_map_put(&catalog->by_key, key, NULL)->value.ptr = plugin;
}

/* ---- a document -------------------------------------------------------------------------------------------------- */

static bool read_version(PlApi *api)
{
    const PlNode *openapi = PL_GET(api->root, "openapi"), *swagger = PL_GET(api->root, "swagger");
    const PlNode *node = openapi ? openapi : swagger;
    PlStr version = pl_str_trim(pl_node_raw(node, api->catalog->sources));
    api->plugin->version = version;
    if (pl_str_starts(version, PL_STR("3.0")))
        api->dialect = PL_DIALECT_3_0;
    else if (pl_str_starts(version, PL_STR("3")))
        api->dialect = PL_DIALECT_3_1;
    else if (pl_str_starts(version, PL_STR("2")))
        api->dialect = PL_DIALECT_2;
    else if (pl_node_is(PL_GET(api->root, "paths"), PL_NODE_MAP))
        api->dialect = swagger ? PL_DIALECT_2 : PL_DIALECT_3_0;
    else
        return false;
    static const char *const read_as[] = {"2.0", "3.0", "3.1"};
    bool known =
        pl_str_eq_z(version, "2.0") || pl_str_starts(version, PL_STR("3.0.")) || pl_str_starts(version, PL_STR("3.1."));
    if (!known) {
        PlSpan span = node ? pl_node_span(node) : (PlSpan){api->doc.source, api->root->start, api->root->start + 1};
        PL_REPORT(api->diags, API_VERSION, span, PL_ARG(version), read_as[api->dialect]);
    }
    return true;
}

static void hash_more(void *context, PlStr bytes)
{
    PlPlugin *plugin = context;
    PlStr parts[2] = {{(const char *)plugin->hash, 32}, bytes};
    uint8_t next[32];
    pl_hash_parts(parts, 2, next);
    memcpy(plugin->hash, next, 32);
}

static PlStr file_stem(PlStr path)
{
    size_t start = pl_path_folder(path).len;
    while (start < path.len && path.ptr[start] == '/') start++;
    size_t end = path.len;
    for (size_t i = start + 1; i < path.len; i++)
        if (path.ptr[i] == '.') end = i;
    return pl_str_slice(path, start, end);
}

/* What says nothing: a title of no Latin letters, "API", and files that are called what they are. */
static bool is_idle_name(PlStr name)
{
    return name.len == 0 || pl_str_is_among(name, PL_STR("api|apis|api_docs|swagger|openapi|open_api|spec|schema|index|main|apidefinition|api_definition|"
                                                       "document|documentation"), '|');
}

/* "https://schedule.import-it.co.uk/v1" -> "import_it"; "" for an address in numbers. */
static PlStr host_name(PlApi *api)
{
    PlStr host = pl_server_of(api, NULL, NULL, false);
    size_t start = pl_str_find(host, PL_STR("://"), 0);
    if (start == PL_STR_NONE) return PL_STR("");
    host = pl_str_slice(host, start + 3, host.len);
    for (size_t i = 0; i < host.len; i++)
        if (strchr("/:?#", host.ptr[i])) host.len = i;
    size_t ends[3] = {host.len, host.len, host.len}; /* of the labels from the last on */
    unsigned count = 0;
    for (size_t i = host.len; i-- > 0 && count < 2;)
        if (host.ptr[i] == '.') ends[++count] = i;
    bool number = host.len == 0 || (host.ptr[host.len - 1] >= '0' && host.ptr[host.len - 1] <= '9');
    if (count == 0 || number) return PL_STR("");
    PlStr second = pl_str_slice(host, count > 1 ? ends[2] + 1 : 0, ends[1]);
    bool country = host.len - ends[1] == 3 && count > 1 && pl_str_is_among(second, PL_STR("co|com|org|net|ac|gov|edu|or|ne"), '|');
    if (!country) return pl_name_file(api->arena, second);
    size_t before = ends[2];
    while (before > 0 && host.ptr[before - 1] != '.') before--;
    return pl_name_file(api->arena, pl_str_slice(host, before, ends[2]));
}

static PlStr plugin_name(PlApi *api, PlStr given)
{
    if (given.len) return pl_arena_str(api->arena, given);
    PlStr name = pl_name_plugin(api->arena, api->plugin->title);
    if (is_idle_name(name) && is_idle_name(pl_name_file(api->arena, file_stem(api->doc.path)))) {
        PlStr host = host_name(api);
        if (host.len && !pl_catalog_plugin_by_name(api->catalog, host)) return host;
    }
    if (name.len && !pl_catalog_plugin_by_name(api->catalog, name)) return name;
    PlStr stem = pl_name_plugin(api->arena, file_stem(api->doc.path));
    if (stem.len && !pl_catalog_plugin_by_name(api->catalog, stem)) return stem;
    return name.len ? name : stem.len ? stem : PL_STR("api");
}

static void copy_options(PlApi *api, const PlPluginOptions *options)
{
    if (!options) return;
    api->options = *options;
    api->options.server = pl_arena_str(api->arena, pl_str_trim(options->server));
    api->options.credential = pl_arena_str(api->arena, options->credential);
    api->options.credential_name = pl_arena_str(api->arena, options->credential_name);
    PlStr *variables = PL_NEW_N(api->arena, PlStr, options->variable_count * 2 + 1u);
    for (uint32_t i = 0; i < options->variable_count * 2; i++)
        variables[i] = pl_arena_str(api->arena, options->variables[i]);
    api->options.variables = variables;
    PlStr *idempotent = PL_NEW_N(api->arena, PlStr, options->idempotent_count + 1u);
    for (uint32_t i = 0; i < options->idempotent_count; i++) idempotent[i] = pl_arena_str(api->arena, options->idempotent[i]);
    api->options.idempotent = idempotent;
}

static PlStatus add_api(PlApi *api, PlStr name, PlPlugin **out)
{
    PlPlugin *plugin = api->plugin;
    if (!pl_node_is(api->doc.root, PL_NODE_MAP) || (api->root = api->doc.root, !read_version(api))) {
        if (api->doc.root) {
            bool old = PL_GET(api->doc.root, "swaggerVersion") != NULL;
            PlDiag *d = PL_REPORT(api->diags, API_NONE, ((PlSpan){api->doc.source, 0, 1}), PL_ARG(plugin->path));
            if (old) pl_diag_help(api->diags, d, "Swagger 1.x is not read; convert it to OpenAPI 3 first");
        }
        return PL_INVALID;
    }
    plugin->title = pl_str_trim(pl_node_raw(PL_GET(PL_GET(api->root, "info"), "title"), api->catalog->sources));
    plugin->name = plugin_name(api, name);
    if (pl_catalog_plugin_by_name(api->catalog, plugin->name)) {
        PL_REPORT(api->diags, API_NAME_TAKEN, ((PlSpan){api->doc.source, 0, 1}), PL_ARG(plugin->name));
        return PL_INVALID;
    }
    plugin->credential = api->options.credential.len ? api->options.credential : plugin->name;
    plugin->is_trusted = api->options.trusted;
    plugin->server = pl_server_of(api, NULL, NULL, true);
    pl_index_paths(api);
    add_plugin(api->catalog, plugin);
    if (out) *out = plugin;
    return PL_OK;
}

static PlApi *new_api(PlCatalog *catalog, PlStr path, const PlPluginOptions *options)
{
    PlApi *api = PL_NEW(catalog->arena, PlApi);
    api->catalog = catalog;
    api->arena = catalog->arena;
    api->diags = catalog->diags;
    api->plugin = PL_NEW(catalog->arena, PlPlugin);
    api->plugin->impl = api;
    api->plugin->path = pl_arena_str(catalog->arena, path);
    copy_options(api, options);
    return api;
}

static PlStatus finish(PlApi *api, PlStr name, bool files, PlPlugin **out)
{
    if (!api->doc.root) return PL_INVALID;
    pl_hash_bytes(api->catalog->sources->all.items[api->doc.source].text, api->plugin->hash);
    pl_refs_init(&api->refs, api->diags, &api->doc, files);
    api->refs.on_file = hash_more;
    api->refs.context = api->plugin;
    api->refs.fetch = api->catalog->fetch;
    api->refs.fetch_context = api->catalog->fetch_context;
    pl_schemas_init(&api->schemas, &api->refs, api->catalog->types);
    return add_api(api, name, out);
}

/* What a document's author got wrong is not the plan's fault: --strict does not count it. */
static bool strict_off(PlDiags *diags)
{
    bool strict = diags->strict;
    diags->strict = false;
    return strict;
}

/* ---- plugins from a shelf ------------------------------------------------------------------------------------------ */

void pl_catalog_set_shelf(PlCatalog *catalog, PlShelfTake take, void *shelf)
{
    catalog->take = take;
    catalog->shelf = shelf;
}

/* What the project says of a document may change what is in its list; then the document is read. */
static bool take_from_shelf(PlApi *api, PlStr name, PlPlugin **out)
{
    PlCatalog *catalog = api->catalog;
    const PlPluginOptions *o = &api->options;
    if (!catalog->take || o->server.len || o->variable_count || o->idempotent_count || o->probe_count || o->wait_count) return false;
    if (!catalog->take(catalog->shelf, api->plugin, name)) return false;
    if (pl_catalog_plugin_by_name(catalog, api->plugin->name)) return false;
    api->asleep = true;
    api->plugin->credential = o->credential.len ? o->credential : api->plugin->name;
    api->plugin->is_trusted = o->trusted;
    add_plugin(catalog, api->plugin);
    if (out) *out = api->plugin;
    return true;
}

/* An operation that the document no longer has, although the shelf had looked at the file: it cannot be called. */
static PlEntry *lost_entry(PlApi *api, const PlOperation *operation)
{
    PlEntry *entry = PL_NEW(api->arena, PlEntry);
    entry->public = *operation;
    entry->public.broken = true;
    return entry;
}

/* Operations keep their addresses: callers hold them. One whose name changed in between is lost. */
void pl_api_wake(PlApi *api)
{
    PlPlugin *plugin = api->plugin;
    PlOperation **known = plugin->operations;
    uint32_t count = plugin->operation_count;
    PlStr server = plugin->server;
    bool strict = strict_off(api->diags);
    api->asleep = false;
    pl_map_init(&api->by_name, api->arena);
    pl_map_init(&api->by_id, api->arena);
    bool read = pl_doc_read(&api->doc, api->diags, plugin->path, PL_NO_SPAN);
    pl_refs_init(&api->refs, api->diags, &api->doc, true);
    pl_schemas_init(&api->schemas, &api->refs, api->catalog->types);
    api->root = api->doc.root;
    if (read && pl_node_is(api->root, PL_NODE_MAP) && read_version(api)) {
        plugin->server = pl_server_of(api, NULL, NULL, true);
        pl_index_paths(api);
    }
    if (!plugin->server.len) plugin->server = server;
    for (uint32_t i = 0; i < count; i++) {
        bool same = i < api->entries.len && pl_str_eq(api->entries.items[i]->public.name, known[i]->name);
        if (i >= api->entries.len)
            pl_vec_push(api->arena, &api->entries, lost_entry(api, known[i]));
        else if (!same && known[i]->name.len)
            api->entries.items[i]->public.broken = true;
        *known[i] = api->entries.items[i]->public;
    }
    plugin->operations = known;
    plugin->operation_count = count;
    api->diags->strict = strict;
}

uint32_t pl_catalog_plugin_files(const PlPlugin *plugin, PlStr *out, uint32_t max)
{
    const PlApi *api = pl_api_of(plugin);
    for (uint32_t i = 0; i < api->refs.docs.len && i < max; i++) out[i] = api->refs.docs.items[i]->path;
    return api->refs.docs.len;
}

/* ---- a file ---------------------------------------------------------------------------------------------------------- */

PlStatus pl_catalog_add_file(PlCatalog *catalog, PlStr name, const char *path, const PlPluginOptions *options,
                             PlPlugin **out)
{
    bool strict = strict_off(catalog->diags);
    PlApi *api = new_api(catalog, pl_str_z(path), options);
    PlStatus status = PL_IO;
    if (take_from_shelf(api, name, out)) {
        catalog->diags->strict = strict;
        return PL_OK;
    }
    if (pl_doc_read(&api->doc, catalog->diags, api->plugin->path, PL_NO_SPAN)) status = finish(api, name, true, out);
    catalog->diags->strict = strict;
    return status;
}

PlStatus pl_catalog_add_text(PlCatalog *catalog, PlStr name, PlStr path, PlStr text, const PlPluginOptions *options,
                             PlPlugin **out)
{
    bool strict = strict_off(catalog->diags);
    PlApi *api = new_api(catalog, path, options);
    pl_doc_parse(&api->doc, catalog->diags, api->plugin->path, pl_arena_str(catalog->arena, text));
    PlStatus status = finish(api, name, false, out);
    catalog->diags->strict = strict;
    return status;
}

/* ---- a folder ---------------------------------------------------------------------------------------------------- */

static bool is_document(PlStr name)
{
    if (name.len == 0 || name.ptr[0] == '.') return false;
    return pl_str_ends(name, PL_STR(".json")) || pl_str_ends(name, PL_STR(".yaml")) ||
           pl_str_ends(name, PL_STR(".yml"));
}

static int by_name(const void *a, const void *b)
{
    return pl_str_cmp(*(const PlStr *)a, *(const PlStr *)b);
}

typedef PL_VEC(PlStr) Names;

static bool list_folder(PlArena *arena, DIR *dir, Names *names)
{
    PlEscape escape = {.status = PL_OK};
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    if (setjmp(escape.at) == 0) {
        for (struct dirent *e = readdir(dir); e; e = readdir(dir))
            if (is_document(pl_str_z(e->d_name))) pl_vec_push(arena, names, pl_arena_str(arena, pl_str_z(e->d_name)));
    }
    closedir(dir);
    pl_arena_set_escape(arena, outer);
    if (escape.status != PL_OK) pl_arena_escape(arena, escape.status);
    return names->len > 0;
}

/* Folders hold other files too: one that is no plugin costs a warning. What is some other JSON (it has no version, no paths) is not talked of. */
static void soften_file(PlDiags *diags, uint32_t from)
{
    for (uint32_t i = from; i < diags->all.len; i++) {
        PlDiag *d = diags->all.items[i];
        d->told = d->severity == PL_SEV_ERROR && (d->code != PL_D_API_NONE || d->help.len > 0);
    }
    pl_doc_soften(diags, from);
}

PlStatus pl_catalog_add_dir(PlCatalog *catalog, const char *path)
{
    DIR *dir = opendir(path);
    if (!dir) {
        PL_REPORT(catalog->diags, DOC_UNREADABLE, PL_NO_SPAN, PL_ARG(pl_str_z(path)), strerror(errno));
        return PL_IO;
    }
    Names *names = PL_NEW(catalog->arena, Names);
    if (!list_folder(catalog->arena, dir, names)) return PL_OK;
    qsort(names->items, names->len, sizeof *names->items, by_name);
    for (uint32_t i = 0; i < names->len; i++) {
        PlStr file = pl_arena_printf(catalog->arena, "%s/" PL_FMT, path, PL_ARG(names->items[i]));
        PlStr name = pl_name_file(catalog->arena, file_stem(file));
        uint32_t from = catalog->diags->all.len;
        if (pl_catalog_add_file(catalog, name, file.ptr, NULL, NULL) != PL_OK) soften_file(catalog->diags, from);
    }
    return PL_OK;
}
