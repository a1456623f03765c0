/* SPDX-License-Identifier: MIT */
/* How long documents take to load, against what libyaml or jansson need only to parse them. usage: bench_documents
 * FILE...   prints a line for each document that is over the limit, the worst ratio and the totals. */
#include "compiler/catalog/catalog.h"

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

static bool load(PlArena *arena, const char *path, PlStr text)
{
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
    PlPlugin *plugin;
    return pl_catalog_add_text(catalog, PL_STR("bench"), pl_str_z(path), text, NULL, &plugin) == PL_OK;
}

static bool parse_ours(const char *path, PlStr text)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, 0);
    volatile bool good = false;
    if (setjmp(escape.at) == 0) good = load(arena, path, text);
    pl_arena_free(arena);
    return good;
}

typedef struct Totals {
    double ours, peers, worst;
    double ours_of[2], peers_of[2]; /* YAML, JSON */
    const char *worst_path;
    int documents, failed;
} Totals;

static void measure(Totals *totals, const char *path, PlStr text)
{
    double peer = 1e9, mine = 1e9;
    bool json = parse_jansson(text), good = false;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now();
        if (json)
            parse_jansson(text);
        else
            parse_libyaml(text);
        double between = now();
        good = parse_ours(path, text);
        double end = now();
        if (between - start < peer) peer = between - start;
        if (end - between < mine) mine = end - between;
    }
    totals->documents++;
    totals->failed += !good;
    if (!good) return;
    totals->ours += mine;
    totals->peers += peer;
    totals->ours_of[json] += mine;
    totals->peers_of[json] += peer;
    if (mine / peer > totals->worst) totals->worst = mine / peer, totals->worst_path = path;
    if (mine > 4 * peer)
        printf("%s: %.3f ms, %.1f x %s\n", path, mine * 1e3, mine / peer, json ? "jansson" : "libyaml");
}

int main(int argc, char **argv)
{
    Totals totals = {.worst_path = ""};
    for (int i = 1; i < argc; i++) {
        PlBuf buf;
        pl_buf_init(&buf, 0);
        if (pl_buf_read_file(&buf, argv[i]) == PL_OK) measure(&totals, argv[i], pl_buf_str(&buf));
        pl_buf_deinit(&buf);
    }
    printf("%d documents, %d not read; ours %.3f s, bare parse %.3f s (%.2f x), worst %.2f x %s\n", totals.documents,
           totals.failed, totals.ours, totals.peers, totals.ours / totals.peers, totals.worst, totals.worst_path);
    for (int json = 1; json >= 0; json--)
        printf("%s: ours %.3f s, %s %.3f s (%.2f x)\n", json ? "JSON" : "YAML", totals.ours_of[json], json ? "jansson" : "libyaml", totals.peers_of[json],
               totals.ours_of[json] / totals.peers_of[json]);
    return 0;
}
