/* SPDX-License-Identifier: MIT */
/* Reads pilot.yaml. The file is small and strict: a key that is not known is an error with the nearest known one, because a slip in a limit or a
 * credential's name must not pass in silence. */
#include "compiler/project.h"

#include "compiler/catalog/doc.h"
#include "vm/base/limits.h"
#include "vm/code/hash.h"
#include "vm/code/label.h"
#include "vm/value/time.h"

#include <unistd.h>

typedef struct Reader {
    PlArena *arena;
    PlDiags *diags;
    PlProject *out;
} Reader;

static void bad_value(Reader *r, PlStr key, const PlNode *node, const char *wanted)
{
    PL_REPORT(r->diags, PROJECT_BAD_VALUE, pl_node_span(node), PL_ARG(key), wanted);
}

static void unknown_key(Reader *r, const PlPair *pair, const char *const *known, size_t count)
{
    PlStr key = pl_pair_key(pair);
    PlDiag *d = PL_REPORT(r->diags, PROJECT_UNKNOWN_KEY, pl_pair_span(pair), PL_ARG(key));
    const char *best = NULL;
    unsigned nearest = 4;
    for (size_t i = 0; i < count; i++) {
        unsigned distance = pl_str_distance(key, pl_str_z(known[i]), 3);
        if (distance < nearest) {
            nearest = distance;
            best = known[i];
        }
    }
    if (best) {
        pl_diag_help(r->diags, d, "did you mean `%s`?", best);
        pl_diag_fix(r->diags, d, pl_pair_span(pair), pl_str_z(best), false);
    } else {
        PlStr list = PL_STR("");
        for (size_t i = 0; i < count; i++) {
            list = pl_arena_printf(r->arena, PL_FMT "%s`%s`", PL_ARG(list), i ? ", " : "", known[i]);
        }
        pl_diag_help(r->diags, d, "the keys here are " PL_FMT, PL_ARG(list));
    }
}

static PlStr text_of(Reader *r, PlStr key, const PlNode *node)
{
    if (node->kind == PL_NODE_LIST || node->kind == PL_NODE_MAP || node->kind == PL_NODE_NULL) {
        bad_value(r, key, node, "a text");
        return PL_STR("");
    }
    return pl_node_raw(node, r->diags->sources);
}

static bool is_map(Reader *r, const char *what, const PlNode *node)
{
    static const char *const found[] = {"nothing", "a yes/no", "a number", "a number", "a text", "a list", "a map"};
    if (node->kind == PL_NODE_MAP) return true;
    PL_REPORT(r->diags, PROJECT_NOT_A_MAP, pl_node_span(node), what, found[node->kind]);
    return false;
}

static void read_variables(Reader *r, const PlNode *node, PlPluginArg *plugin)
{
    if (!is_map(r, "variables", node)) return;
    uint32_t count = pl_node_count(node);
    PlStr *out = PL_NEW_N(r->arena, PlStr, 2 * count + 1);
    for (uint32_t i = 0; i < count; i++) {
        const PlPair *pair = pl_node_at(node, i);
        out[2 * i] = pl_pair_key(pair);
        out[2 * i + 1] = text_of(r, pl_pair_key(pair), &pair->value);
    }
    plugin->variables = out;
    plugin->variable_count = count;
}

/* idempotent: [operation, ...] */
static void read_idempotent(Reader *r, const PlNode *node, PlPluginArg *plugin)
{
    if (node->kind != PL_NODE_LIST) {
        bad_value(r, PL_STR("idempotent"), node, "a list of operations");
        return;
    }
    PlStr *out = PL_NEW_N(r->arena, PlStr, pl_node_count(node) + 1);
    for (uint32_t i = 0; i < pl_node_count(node); i++) out[i] = text_of(r, PL_STR("idempotent"), pl_node_item(node, i));
    plugin->idempotent = out;
    plugin->idempotent_count = pl_node_count(node);
}

/* probes: {createOrder: {operation: listOrders, ...}} */
static void read_probes(Reader *r, const PlNode *node, PlPluginArg *plugin)
{
    if (!is_map(r, "probes", node)) return;
    PlToldProbe *out = PL_NEW_N(r->arena, PlToldProbe, pl_node_count(node) + 1);
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        if (!pl_told_probe(r->arena, r->diags, &pair->value, &out[plugin->probe_count])) continue;
        out[plugin->probe_count].span = PL_NO_SPAN; /* of another set of sources than the plan's */
        out[plugin->probe_count++].operation = pl_arena_str(r->arena, pl_pair_key(pair));
    }
    plugin->probes = out;
}

/* waits: {startExport: {header: location, ...}} */
static void read_waits(Reader *r, const PlNode *node, PlPluginArg *plugin)
{
    if (!is_map(r, "waits", node)) return;
    PlToldWait *out = PL_NEW_N(r->arena, PlToldWait, pl_node_count(node) + 1);
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        if (!pl_told_wait(r->arena, r->diags, &pair->value, &out[plugin->wait_count])) continue;
        out[plugin->wait_count].span = PL_NO_SPAN;
        out[plugin->wait_count++].operation = pl_arena_str(r->arena, pl_pair_key(pair));
    }
    plugin->waits = out;
}

/* A path in pilot.yaml starts at the file's own folder. */
static PlStr beside(Reader *r, PlStr path)
{
    bool absolute = path.len > 0 && path.ptr[0] == '/';
    if (absolute || r->out->folder.len == 0 || path.len == 0) return path;
    return pl_arena_printf(r->arena, PL_FMT "/" PL_FMT, PL_ARG(r->out->folder), PL_ARG(path));
}

/* tool: fs, mcp: COMMAND ...; config: {...} */
static bool read_door_key(Reader *r, const PlPair *pair, PlPluginArg *plugin)
{
    PlStr key = pl_pair_key(pair);
    if (pl_str_eq_z(key, "config")) {
        if (!is_map(r, "config", &pair->value)) return true;
        plugin->config = pl_node_json(r->arena, &pair->value, PL_LIMIT_DOOR_CONFIG);
        if (!plugin->config.len) bad_value(r, key, &pair->value, "a map of at most 1 MiB");
        return true;
    }
    if (!pl_door_by_scheme(key, &plugin->door)) return false;
    plugin->has_door = true;
    plugin->document = text_of(r, key, &pair->value);
    if (plugin->door == PL_DOOR_NATIVE) plugin->document = beside(r, plugin->document);
    return true;
}

static bool read_yes(Reader *r, PlStr key, const PlNode *node)
{
    bool yes;
    if (!pl_node_says(node, &yes)) bad_value(r, key, node, "yes or no");
    return yes;
}

static PlStr read_server(Reader *r, PlStr key, const PlNode *node)
{
    PlStr url = text_of(r, key, node);
    bool whole = pl_str_find_char(url, '?', 0) == PL_STR_NONE && pl_str_find_char(url, '#', 0) == PL_STR_NONE; /* paths are put behind it */
    if (whole && pl_action_origin(r->arena, url).len) return url;
    bad_value(r, key, node, "an address such as https://api.example.com/v1, without a user's name and a query");
    return PL_STR("");
}

static void read_plugin_keys(Reader *r, const PlNode *node, PlPluginArg *plugin)
{
    static const char *const known[] = {"document", "server", "credential", "variables", "idempotent", "probes",
                                        "waits",    "tool",   "native",     "mcp",       "ai",         "config", "trusted"};
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        PlStr key = pl_pair_key(pair);
        if (pl_str_eq_z(key, "document")) plugin->document = beside(r, text_of(r, key, &pair->value));
        else if (pl_str_eq_z(key, "server")) plugin->server = read_server(r, key, &pair->value);
        else if (pl_str_eq_z(key, "credential")) plugin->credential = text_of(r, key, &pair->value);
        else if (pl_str_eq_z(key, "variables")) read_variables(r, &pair->value, plugin);
        else if (pl_str_eq_z(key, "idempotent")) read_idempotent(r, &pair->value, plugin);
        else if (pl_str_eq_z(key, "probes")) read_probes(r, &pair->value, plugin);
        else if (pl_str_eq_z(key, "waits")) read_waits(r, &pair->value, plugin);
        else if (pl_str_eq_z(key, "trusted")) plugin->trusted = read_yes(r, key, &pair->value);
        else if (read_door_key(r, pair, plugin)) continue;
        else unknown_key(r, pair, known, sizeof known / sizeof *known);
    }
}

/* plugins: {name: file.yaml} or {name: {document: file.yaml, server: URL, credential: prefix, variables: {...}}} */
static void read_plugins(Reader *r, const PlNode *node)
{
    if (!is_map(r, "plugins", node)) return;
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        PlPluginArg plugin = {.name = pl_pair_key(pair), .folder = beside(r, PL_STR("./"))};
        if (pair->value.kind == PL_NODE_MAP) read_plugin_keys(r, &pair->value, &plugin);
        else plugin.document = beside(r, text_of(r, plugin.name, &pair->value));
        if (plugin.document.len == 0) {
            PL_REPORT(r->diags, PROJECT_NO_DOCUMENT, pl_pair_span(pair), PL_ARG(plugin.name));
            continue;
        }
        pl_vec_push(r->arena, &r->out->plugins, plugin);
    }
}

/* {login: {device: URL, token: URL, client: ID, scopes: "a b"}} */
static bool read_login(Reader *r, const PlNode *node, PlCredentialArg *out)
{
    static const char *const known[] = {"device", "token", "client", "scopes"};
    out->from = PL_CREDENTIAL_LOGIN;
    out->where = out->device = out->client = out->scopes = PL_STR("");
    if (!is_map(r, "login", node)) return false;
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        PlStr key = pl_pair_key(pair);
        if (pl_str_eq_z(key, "device")) out->device = text_of(r, key, &pair->value);
        else if (pl_str_eq_z(key, "token")) out->where = text_of(r, key, &pair->value);
        else if (pl_str_eq_z(key, "client")) out->client = text_of(r, key, &pair->value);
        else if (pl_str_eq_z(key, "scopes")) out->scopes = text_of(r, key, &pair->value);
        else unknown_key(r, pair, known, sizeof known / sizeof *known);
    }
    if (out->where.len && out->device.len && out->client.len) return true;
    bad_value(r, PL_STR("login"), node, "a map with `device` and `token` (addresses) and `client` (an id)");
    return false;
}

/* credentials: {github.token: {env: GITHUB_TOKEN}}; also file: and command: */
static void read_credentials(Reader *r, const PlNode *node)
{
    static const char *const known[] = {"env", "file", "command", "login"};
    if (!is_map(r, "credentials", node)) return;
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        const PlNode *from = &pair->value;
        if (from->kind != PL_NODE_MAP || pl_node_count(from) != 1) {
            bad_value(r, pl_pair_key(pair), from, "one of `{env: NAME}`, `{file: PATH}`, `{command: WORDS}`, `{login: {...}}`");
            continue;
        }
        const PlPair *one = pl_node_at(from, 0);
        PlStr key = pl_pair_key(one);
        PlCredentialArg credential = {.name = pl_pair_key(pair), .where = PL_STR("")};
        if (pl_str_eq_z(key, "login")) {
            if (read_login(r, &one->value, &credential)) pl_vec_push(r->arena, &r->out->credentials, credential);
            continue;
        }
        credential.where = text_of(r, key, &one->value);
        if (pl_str_eq_z(key, "env")) credential.from = PL_CREDENTIAL_ENV;
        else if (pl_str_eq_z(key, "file")) credential.from = PL_CREDENTIAL_FILE, credential.where = beside(r, credential.where);
        else if (pl_str_eq_z(key, "command")) credential.from = PL_CREDENTIAL_COMMAND;
        else {
            unknown_key(r, one, known, sizeof known / sizeof *known);
            continue;
        }
        pl_vec_push(r->arena, &r->out->credentials, credential);
    }
}

static uint64_t positive(Reader *r, PlStr key, const PlNode *node)
{
    if (node->kind == PL_NODE_INT && node->as.integer > 0) return (uint64_t)node->as.integer;
    bad_value(r, key, node, "a whole number above 0");
    return 0;
}

/* An amount above 0, exact to a millionth. */
static uint64_t millionths(Reader *r, PlStr key, const PlNode *node)
{
    double amount = node->kind == PL_NODE_INT ? (double)node->as.integer : node->kind == PL_NODE_NUMBER ? node->as.number : 0;
    if (amount >= 0.000001 && amount <= 1e12) return (uint64_t)(amount * 1000000 + 0.5);
    bad_value(r, key, node, "an amount such as `2.50`");
    return 0;
}

static void read_limits(Reader *r, const PlNode *node)
{
    static const char *const known[] = {"calls", "time", "body", "tokens", "money"};
    if (!is_map(r, "limits", node)) return;
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlPair *pair = pl_node_at(node, i);
        PlStr key = pl_pair_key(pair);
        if (pl_str_eq_z(key, "calls")) {
            r->out->max_calls = positive(r, key, &pair->value);
        } else if (pl_str_eq_z(key, "body")) {
            r->out->max_body = positive(r, key, &pair->value);
        } else if (pl_str_eq_z(key, "tokens")) {
            r->out->max_tokens = positive(r, key, &pair->value);
        } else if (pl_str_eq_z(key, "money")) {
            r->out->max_money = millionths(r, key, &pair->value);
        } else if (pl_str_eq_z(key, "time")) {
            int64_t us;
            int32_t months;
            bool good = pl_time_read_duration(text_of(r, key, &pair->value), &us, &months) && us > 0 && months == 0;
            if (good) r->out->max_time_us = (uint64_t)us;
            else bad_value(r, key, &pair->value, "a duration such as `10 minutes`");
        } else {
            unknown_key(r, pair, known, sizeof known / sizeof *known);
        }
    }
}

static void read_zone(Reader *r, const PlPair *pair)
{
    r->out->zone = text_of(r, pl_pair_key(pair), &pair->value);
    PlZone *zone = pl_zone_open(r->out->zone);
    if (!zone) bad_value(r, pl_pair_key(pair), &pair->value, "a time zone such as `Europe/Berlin`");
    pl_zone_close(zone);
}

/* trust: [mail.get_message.from -> mail.send_message.to] */
static void read_trust(Reader *r, const PlNode *node)
{
    static const PlStr arrow = PL_STR_INIT("->");
    if (node->kind != PL_NODE_LIST) {
        bad_value(r, PL_STR("trust"), node, "a list of `plugin.action.part -> plugin.action.argument`");
        return;
    }
    for (uint32_t i = 0; i < pl_node_count(node); i++) {
        const PlNode *item = pl_node_item(node, i);
        PlStr text = text_of(r, PL_STR("trust"), item);
        size_t at = pl_str_find(text, arrow, 0);
        PlTrustArg trust = {.from = pl_str_trim(at == PL_STR_NONE ? text : pl_str_slice(text, 0, at)), .to = PL_STR("")};
        if (at != PL_STR_NONE) trust.to = pl_str_trim(pl_str_slice(text, at + arrow.len, text.len));
        if (trust.from.len) pl_vec_push(r->arena, &r->out->trusts, trust);
    }
}

static void read_policy(Reader *r, const PlPair *pair)
{
    PlStr name = text_of(r, pl_pair_key(pair), &pair->value);
    for (int i = 0; i < PL_POLICY_COUNT; i++) {
        if (!pl_str_eq_z(name, pl_policy_name((PlPolicy)i))) continue;
        r->out->policy = (PlPolicy)i;
        return;
    }
    bad_value(r, pl_pair_key(pair), &pair->value, "one of `default`, `strict`, `open`");
}

/* allow: [plugin, ...] */
static void read_allow(Reader *r, const PlNode *node)
{
    if (node->kind != PL_NODE_LIST) bad_value(r, PL_STR("allow"), node, "a list of plugins that may start programs");
    for (uint32_t i = 0; node->kind == PL_NODE_LIST && i < pl_node_count(node); i++)
        pl_vec_push(r->arena, &r->out->allow, text_of(r, PL_STR("allow"), pl_node_item(node, i)));
}

/* selectors: [mail.send_message.subject] */
static void read_selectors(Reader *r, const PlNode *node)
{
    if (node->kind != PL_NODE_LIST) bad_value(r, PL_STR("selectors"), node, "a list of `plugin.action.argument`");
    for (uint32_t i = 0; node->kind == PL_NODE_LIST && i < pl_node_count(node); i++)
        pl_vec_push(r->arena, &r->out->selectors, pl_str_trim(text_of(r, PL_STR("selectors"), pl_node_item(node, i))));
}

static void read_root(Reader *r, const PlNode *root)
{
    static const char *const known[] = {"plugins", "plugins_dir", "credentials", "limits", "store", "zone", "policy", "trust", "selectors", "allow",
                                        "workspace"};
    if (root->kind == PL_NODE_NULL || !is_map(r, "pilot.yaml", root)) return;
    for (uint32_t i = 0; i < pl_node_count(root); i++) {
        const PlPair *pair = pl_node_at(root, i);
        PlStr key = pl_pair_key(pair);
        if (pl_str_eq_z(key, "plugins")) read_plugins(r, &pair->value);
        else if (pl_str_eq_z(key, "plugins_dir")) r->out->plugins_dir = beside(r, text_of(r, key, &pair->value));
        else if (pl_str_eq_z(key, "credentials")) read_credentials(r, &pair->value);
        else if (pl_str_eq_z(key, "limits")) read_limits(r, &pair->value);
        else if (pl_str_eq_z(key, "store")) r->out->store = beside(r, text_of(r, key, &pair->value));
        else if (pl_str_eq_z(key, "zone")) read_zone(r, pair);
        else if (pl_str_eq_z(key, "policy")) read_policy(r, pair);
        else if (pl_str_eq_z(key, "trust")) read_trust(r, &pair->value);
        else if (pl_str_eq_z(key, "selectors")) read_selectors(r, &pair->value);
        else if (pl_str_eq_z(key, "allow")) read_allow(r, &pair->value);
        else if (pl_str_eq_z(key, "workspace")) r->out->workspace = beside(r, text_of(r, key, &pair->value));
        else unknown_key(r, pair, known, sizeof known / sizeof *known);
    }
}

static PlStr folder_of(PlArena *arena, PlStr path)
{
    for (size_t i = path.len; i-- > 0;) {
        if (path.ptr[i] == '/') return i == 0 ? PL_STR("/") : pl_arena_str(arena, pl_str_slice(path, 0, i));
    }
    return PL_STR("");
}

PlStatus pl_project_read(PlArena *arena, PlDiags *diags, const char *path, PlProject *out)
{
    uint32_t errors = diags->errors;
    memset(out, 0, sizeof *out);
    out->path = pl_arena_str(arena, pl_str_z(path));
    out->folder = folder_of(arena, out->path);
    Reader r = {arena, diags, out};
    PlDoc doc;
    if (!pl_doc_read(&doc, diags, out->path, PL_NO_SPAN)) return PL_IO;
    pl_hash_bytes(diags->sources->all.items[doc.source].text, out->hash);
    if (doc.root) read_root(&r, doc.root);
    return diags->errors > errors ? PL_INVALID : PL_OK;
}

PlStr pl_project_find(PlArena *arena, PlStr folder)
{
    PlStr up = PL_STR("");
    for (int i = 0; i <= 16; i++) {
        PlStr base = folder.len ? pl_arena_printf(arena, PL_FMT "/", PL_ARG(folder)) : PL_STR("");
        PlStr path = pl_arena_printf(arena, PL_FMT PL_FMT "pilot.yaml", PL_ARG(base), PL_ARG(up));
        if (access(path.ptr, R_OK) == 0) return path;
        up = pl_arena_printf(arena, "../" PL_FMT, PL_ARG(up));
    }
    return PL_STR("");
}
