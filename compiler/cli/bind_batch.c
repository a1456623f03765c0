/* SPDX-License-Identifier: MIT */
/* {id, catalog: [FILE...], step, context?} a line in, {id, ranked, decision, score, margin, candidates} a line out, or {id, line, error, ...} for a line that
 * is no case: one bad line costs no other. A FILE that ends in .list names files, one a line. Catalogs are loaded once and kept as indexes. */
#include "compiler/cli/bind_batch.h"

#include "compiler/bind/rank.h"
#include "compiler/cli/pilotc.h"
#include "vm/base/json_scan.h"

#include <stdio.h>
#include <stdlib.h>

enum { RANKED = 20, ASKED = 3 };

typedef struct Case {
    PlStr id; /* as JSON: a text in its quotes, or a number as it was written; "" when there is none */
    PlStr step, context;
    PL_VEC(PlStr) files;
} Case;

typedef struct Loaded {
    PlBuf bytes;
    PlIndex index;
} Loaded;

typedef struct Batch {
    PlArena *arena; /* indexes and their names */
    PlLexicon *lexicon;
    PlStr root;
    PlMap catalogs;
    bool features;
} Batch;

/* ---- a line in ------------------------------------------------------------------------------------------------------------- */

static bool read_files(PlArena *arena, PlJsonScan *scan, Case *c)
{
    PlJsonEvent event = pl_json_scan_next(scan);
    if (event == PL_JSON_STRING) {
        pl_vec_push(arena, &c->files, pl_arena_str(arena, scan->text));
        return true;
    }
    if (event != PL_JSON_ARRAY_BEGIN) return false;
    while ((event = pl_json_scan_next(scan)) == PL_JSON_STRING)
        pl_vec_push(arena, &c->files, pl_arena_str(arena, scan->text));
    return event == PL_JSON_ARRAY_END;
}

static bool skip_value(PlJsonScan *scan)
{
    PlJsonEvent event = pl_json_scan_next(scan);
    if (event == PL_JSON_OBJECT_BEGIN || event == PL_JSON_ARRAY_BEGIN) event = pl_json_scan_skip(scan);
    return event != PL_JSON_ERROR && event != PL_JSON_END;
}

static bool read_id(PlArena *arena, PlJsonScan *scan, Case *c)
{
    PlJsonEvent event = pl_json_scan_next(scan);
    bool good = event == PL_JSON_STRING || event == PL_JSON_INT || event == PL_JSON_NUMBER;
    if (good) c->id = pl_arena_str(arena, pl_str(scan->at, (size_t)(scan->end - scan->at)));
    return good;
}

/* Why the line is no case; NULL when it is one. What was read before the fault stays. */
static const char *read_case(PlArena *arena, PlStr line, Case *c)
{
    PlJsonScan scan;
    *c = (Case){0};
    pl_json_scan_init(&scan, line);
    const char *why = pl_json_scan_next(&scan) == PL_JSON_OBJECT_BEGIN ? NULL : "a JSON object is wanted";
    bool stepped = false;
    PlJsonEvent event = PL_JSON_KEY;
    while (!why && event == PL_JSON_KEY && (event = pl_json_scan_next(&scan)) == PL_JSON_KEY) {
        if (pl_str_eq_z(scan.text, "id")) {
            if (!read_id(arena, &scan, c)) why = "id must be a text or a number";
        } else if (pl_str_eq_z(scan.text, "catalog")) {
            if (!read_files(arena, &scan, c)) why = "catalog must be a list of file names";
        } else if (pl_str_eq_z(scan.text, "step") || pl_str_eq_z(scan.text, "context")) {
            bool step = pl_str_eq_z(scan.text, "step");
            stepped |= step;
            if (pl_json_scan_next(&scan) != PL_JSON_STRING) why = step ? "step must be a text" : "context must be a text";
            else *(step ? &c->step : &c->context) = pl_arena_str(arena, scan.text);
        } else if (!skip_value(&scan)) {
            why = scan.error;
        }
    }
    if (!why && event == PL_JSON_OBJECT_END) event = pl_json_scan_next(&scan);
    if (event == PL_JSON_ERROR || scan.error) why = scan.error;
    pl_json_scan_deinit(&scan);
    if (why) return why;
    return !c->id.len ? "it has no id" : !c->files.len ? "its catalog is empty" : !stepped ? "it has no step" : NULL;
}

/* ---- catalogs -------------------------------------------------------------------------------------------------------------- */

static PlStr stem_of(PlStr path)
{
    size_t start = path.len, end = path.len;
    while (start > 0 && path.ptr[start - 1] != '/') start--;
    for (size_t i = start + 1; i < path.len; i++)
        if (path.ptr[i] == '.') end = i;
    return pl_str_slice(path, start, end);
}

static PlStr under_root(PlArena *arena, PlStr root, PlStr path)
{
    bool plain = !root.len || (path.len && path.ptr[0] == '/');
    return plain ? pl_arena_str(arena, path) : pl_arena_printf(arena, PL_FMT "/" PL_FMT, PL_ARG(root), PL_ARG(path));
}

static void add_file(PlCatalog *catalog, PlArena *arena, PlStr path)
{
    PlPlugin *plugin;
    PlStatus status = pl_catalog_add_file(catalog, stem_of(path), path.ptr, NULL, &plugin);
    if (status == PL_INVALID)
        status = pl_catalog_add_file(catalog, pl_arena_printf(arena, PL_FMT "_2", PL_ARG(stem_of(path))), path.ptr,
                                     NULL, &plugin);
    if (status != PL_OK) fprintf(stderr, "note: %s was not read: %s\n", path.ptr, pl_status_words(status));
}

static void add_path(Batch *b, PlCatalog *catalog, PlArena *arena, PlStr path)
{
    PlStr file = under_root(arena, b->root, path), text;
    if (!pl_str_ends(path, PL_STR(".list"))) {
        add_file(catalog, arena, file);
        return;
    }
    if (!pl_cli_read(arena, file.ptr, PL_LIMIT_SOURCE_BYTES, &text)) return;
    for (size_t at = 0; at < text.len;) {
        size_t end = pl_str_find_char(text, '\n', at);
        if (end == PL_STR_NONE) end = text.len;
        PlStr line = pl_str_trim(pl_str_slice(text, at, end));
        if (line.len) add_file(catalog, arena, under_root(arena, b->root, line));
        at = end + 1;
    }
}

static Loaded *load(Batch *b, const Case *c)
{
    PlStr key = PL_STR("");
    for (uint32_t i = 0; i < c->files.len; i++)
        key = pl_arena_printf(b->arena, PL_FMT "\n" PL_FMT, PL_ARG(key), PL_ARG(c->files.items[i]));
    bool added;
    PlMapEntry *entry = pl_map_put(&b->catalogs, key, &added);
    if (!added) return entry->value.ptr;
    Loaded *volatile loaded = PL_NEW(b->arena, Loaded);
    entry->value.ptr = loaded;
    pl_buf_init(&loaded->bytes, UINT32_MAX);
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return loaded;
    if (setjmp(escape.at) == 0) {
        PlSources sources;
        PlDiags diags;
        PlTypes types;
        pl_sources_init(&sources, arena);
        pl_diags_init(&diags, arena, &sources);
        pl_types_init(&types, arena);
        PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
        for (uint32_t i = 0; i < c->files.len; i++) add_path(b, catalog, arena, c->files.items[i]);
        if (pl_index_build(catalog, b->lexicon, &loaded->bytes) == PL_OK &&
            !pl_index_open(pl_buf_str(&loaded->bytes), &loaded->index))
            fprintf(stderr, "note: an index that was just built does not open\n");
    }
    pl_arena_free(arena);
    return loaded;
}

/* ---- a line out ------------------------------------------------------------------------------------------------------------ */

static void put_name(PlBuf *out, const PlIndex *x, const PlIndexDoc *d)
{
    PlStr id = pl_index_text(x, d->id.len ? d->id : d->name), plugin = pl_index_text(x, x->plugins[d->plugin].name);
    PlBuf name;
    pl_buf_init(&name, 0);
    if (x->plugin_count > 1) pl_buf_printf(&name, PL_FMT "::", PL_ARG(plugin));
    pl_buf_put(&name, id);
    pl_buf_put_json(out, pl_buf_str(&name));
    pl_buf_deinit(&name);
}

static void put_features(PlBuf *out, const PlRanking *r, uint32_t count)
{
    pl_buf_put_z(out, ",\"features\":[");
    for (uint32_t i = 0; i < count; i++) {
        pl_buf_put_z(out, i ? ",[" : "[");
        for (int f = 0; f < PL_FEATURE_COUNT; f++)
            pl_buf_printf(out, "%s%.4g", f ? "," : "", (double)r->all[i].features.at[f]);
        pl_buf_put_char(out, ']');
    }
    pl_buf_put_z(out, "],\"judged\":[");
    for (int i = 0; i < PL_JUDGE_COUNT && r->count; i++)
        pl_buf_printf(out, "%s%.4g", i ? "," : "", (double)r->judged[i]);
    pl_buf_put_char(out, ']');
}

static void put_prediction(PlBuf *out, const Batch *b, const Case *c, const PlIndex *x, const PlRanking *r)
{
    uint32_t most = b->features ? PL_RANK_MAX : RANKED;
    pl_buf_put_z(out, "{\"id\":");
    pl_buf_put(out, c->id);
    pl_buf_put_z(out, ",\"ranked\":[");
    for (uint32_t i = 0; i < r->count && i < most; i++) {
        if (i) pl_buf_put_char(out, ',');
        put_name(out, x, &x->docs[r->all[i].doc]);
    }
    pl_buf_printf(out, "],\"decision\":\"%s\",\"candidates\":%d,\"score\":%.6f,\"margin\":%.6f",
                  pl_decision_name(r->decision), ASKED, r->fits, r->right);
    if (b->features) put_features(out, r, r->count < most ? r->count : most);
    pl_buf_put_z(out, "}\n");
}

static void put_error(PlBuf *out, const Case *c, uint32_t number, const char *why)
{
    pl_buf_put_z(out, "{\"id\":");
    pl_buf_put(out, c->id.len ? c->id : PL_STR("null"));
    pl_buf_printf(out, ",\"line\":%u,\"error\":", number);
    pl_buf_put_json(out, pl_str_z(why));
    pl_buf_put_z(out, ",\"ranked\":[],\"decision\":\"none\"}\n");
}

/* 0, or the exit code; *is_case: false when the line is none, and was answered so. */
static int run_line(Batch *b, PlStr line, uint32_t number, bool *is_case)
{
    *is_case = true;
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (!arena) return pl_cli_fail(PL_NOMEM, "out of memory");
    if (setjmp(escape.at)) {
        pl_arena_free(arena);
        return pl_cli_fail(escape.status, "%s", pl_status_words(escape.status));
    }
    Case c;
    PlBuf out;
    const char *why = read_case(arena, line, &c);
    Loaded *loaded = why ? NULL : load(b, &c);
    PlAsk ask = {.text = c.step, .goal = c.context};
    const PlRanking *r = why ? NULL : pl_rank(arena, b->lexicon, &loaded->index, &ask);
    pl_buf_init(&out, 0);
    if (why) put_error(&out, &c, number, why);
    else put_prediction(&out, b, &c, &loaded->index, r);
    bool good = out.status == PL_OK && fwrite(out.ptr, 1, out.len, stdout) == out.len;
    PlStatus status = out.status == PL_OK ? PL_IO : out.status;
    pl_buf_deinit(&out);
    pl_arena_free(arena);
    *is_case = !why || !good;
    if (!good) return pl_cli_fail(status, "a prediction cannot be written");
    return why ? pl_cli_fail(PL_USAGE, "line %u is no case: %s", number, why) : 0;
}

int plc_bind_batch(PlArena *arena, const char *root, bool features)
{
    Batch b = {.arena = arena, .lexicon = pl_lexicon_new(arena), .root = pl_str_z(root), .features = features};
    pl_map_init(&b.catalogs, arena);
    char *line = NULL;
    size_t cap = 0;
    ssize_t len;
    bool all = true;
    int code = 0;
    for (uint32_t number = 1; code == 0 && (len = getline(&line, &cap, stdin)) >= 0; number++) {
        PlStr text = pl_str_trim(pl_str(line, (size_t)len));
        bool is_case = true;
        if (text.len) code = run_line(&b, text, number, &is_case);
        if (!is_case) all = false, code = 0;
    }
    free(line);
    for (uint32_t i = 0; i < b.catalogs.len; i++) pl_buf_deinit(&((Loaded *)b.catalogs.entries[i].value.ptr)->bytes);
    if (code == 0 && fflush(stdout) != 0) code = pl_cli_fail(PL_IO, "standard output cannot be written");
    return code ? code : all ? 0 : pl_status_exit_code(PL_USAGE);
}
