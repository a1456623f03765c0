/* SPDX-License-Identifier: MIT */
/* How long documents take to load, against what libyaml or jansson need only to parse them.
 * usage: bench_documents FILE...   prints a line for each document that is over the limit, the worst ratio and the totals. */
#include "compiler/catalog/doc.h"
#ifdef WITH_CATALOG
#include "compiler/catalog/catalog.h"
#endif

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <yaml.h>

enum { ROUNDS = 5 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static bool parse_jansson(PlStr text)
{
    json_error_t error;
    json_t *root = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, &error);
    json_decref(root);
    return root != NULL;
}

static bool parse_libyaml(PlStr text)
{
    yaml_parser_t parser;
    yaml_event_t event;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text.ptr, text.len);
    bool more = true, good = true;
    while (more) {
        good = yaml_parser_parse(&parser, &event);
        if (!good) break;
        more = event.type != YAML_STREAM_END_EVENT;
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return good;
}

static bool parse_ours(const char *path, PlStr text)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    if (setjmp(escape.at)) return false;
    PlSources sources;
    PlDiags diags;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
#ifdef WITH_CATALOG
    PlTypes types;
    pl_types_init(&types, arena);
    PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
    PlPlugin *plugin;
    bool good = pl_catalog_add_text(catalog, PL_STR("bench"), pl_str_z(path), text, NULL, &plugin) == PL_OK;
#else
    PlDoc doc;
    pl_doc_parse(&doc, &diags, pl_str_z(path), text);
    bool good = doc.root != NULL;
#endif
    pl_arena_free(arena);
    return good;
}

int main(int argc, char **argv)
{
    double ours = 0, peers = 0, worst = 0;
    const char *worst_path = "";
    int documents = 0, failed = 0;
    for (int i = 1; i < argc; i++) {
        PlBuf buf;
        pl_buf_init(&buf, 0);
        if (pl_buf_read_file(&buf, argv[i]) != PL_OK) continue;
        PlStr text = pl_buf_str(&buf);
        double best_peer = 1e9, best_ours = 1e9;
        bool json = false, good = false;
        for (int round = 0; round < ROUNDS; round++) {
            double t = now();
            if (round == 0) json = parse_jansson(text), t = now();
            if (json) parse_jansson(text);
            else parse_libyaml(text);
            double peer = now() - t;
            t = now();
            good = parse_ours(argv[i], text);
            double mine = now() - t;
            if (peer < best_peer) best_peer = peer;
            if (mine < best_ours) best_ours = mine;
        }
        documents++;
        if (!good) {
            failed++;
        } else {
            ours += best_ours;
            peers += best_peer;
            if (best_ours / best_peer > worst) worst = best_ours / best_peer, worst_path = argv[i];
            if (best_ours > 4 * best_peer)
                printf("%s: %.3f ms, %.1f x %s\n", argv[i], best_ours * 1e3, best_ours / best_peer, json ? "jansson" : "libyaml");
        }
        pl_buf_deinit(&buf);
    }
    printf("%d documents, %d not read; ours %.3f s, bare parse %.3f s (%.2f x), worst %.2f x %s\n", documents, failed, ours, peers,
           ours / peers, worst, worst_path);
    return 0;
}
