/* SPDX-License-Identifier: MIT */
/* Searching and binding in a catalog of 50,000 actions from 1,000 documents, made up here: what loading, indexing and opening the index take, and
 * a step. Figures of this machine, for comparing one run with another. */
#include "compiler/bind/search.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DOCS = 1000, ACTIONS = 50, WORDS = 6000, STEPS = 200 };

static uint64_t state = 88172645463325252u;
static uint32_t draw(uint32_t below)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % below);
}

static char words[WORDS][12];
static void make_words(void)
{
    static const char consonants[] = "bcdfglmnprstvz", vowels[] = "aeiou";
    for (int w = 0; w < WORDS; w++) {
        int syllables = 2 + (int)draw(3), n = 0;
        for (int s = 0; s < syllables; s++) {
            words[w][n++] = consonants[draw(14)];
            words[w][n++] = vowels[draw(5)];
        }
        words[w][n] = 0;
    }
}

static const char *word(void)
{
    return words[draw(WORDS)];
}

static void put_action(PlBuf *out, int i)
{
    static const struct {
        const char *method, *verb, *text, *tail;
    } kinds[] = {{"get", "list", "List the", ""},
                 {"post", "create", "Create a", ""},
                 {"get", "get", "Get one", "/{id}"},
                 {"delete", "delete", "Delete a", "/{id}"},
                 {"patch", "update", "Update a", "/{id}"}};
    static const char *noun, *owner;
    int k = i % 5;
    if (k == 0) noun = word(), owner = word();
    pl_buf_printf(out,
                  "%s\"/%ss/{%s_id}/%ss%s/%d\":{\"%s\":{\"operationId\":\"%s_%s_%s\",\"summary\":\"%s %s of the %s\",",
                  i ? "," : "", owner, owner, noun, kinds[k].tail, i, kinds[k].method, kinds[k].verb, noun, owner,
                  kinds[k].text, noun, owner);
    pl_buf_put_z(out, "\"description\":\"It takes");
    for (int w = 0; w < 20; w++) pl_buf_printf(out, " %s", word());
    pl_buf_printf(
        out,
        "\",\"parameters\":[{\"name\":\"%s_id\",\"in\":\"path\",\"required\":true,\"schema\":{\"type\":\"string\"}}",
        owner);
    for (int p = 0; p < 4; p++)
        pl_buf_printf(
            out,
            ",{\"name\":\"%s\",\"in\":\"query\",\"schema\":{\"type\":\"string\"},\"description\":\"The %s of the %s\"}",
            word(), word(), noun);
    pl_buf_put_z(out, "],\"responses\":{\"200\":{\"description\":\"ok\",\"content\":{\"application/"
                      "json\":{\"schema\":{\"type\":\"object\",\"properties\":{");
    for (int p = 0; p < 6; p++) pl_buf_printf(out, "%s\"%s%d\":{\"type\":\"string\"}", p ? "," : "", word(), p);
    pl_buf_put_z(out, "}}}}}}}}");
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(void)
{
    PlEscape escape;
    PlArena *arena = pl_arena_new(&escape, (size_t)4 << 30);
    if (!arena || setjmp(escape.at)) return 1;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    pl_sources_init(&sources, arena);
    pl_diags_init(&diags, arena, &sources);
    pl_types_init(&types, arena);
    PlCatalog *catalog = pl_catalog_new(arena, &sources, &diags, &types);
    make_words();
    double loading = 0;
    for (int d = 0; d < DOCS; d++) {
        PlBuf text;
        pl_buf_init(&text, 0);
        pl_buf_printf(&text,
                      "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"Service %s %d\",\"version\":\"1\"},\"paths\":{",
                      word(), d);
        for (int i = 0; i < ACTIONS; i++) put_action(&text, i);
        pl_buf_put_z(&text, "}}");
        PlStr name = pl_arena_printf(arena, "service_%d", d);
        double start = now();
        if (pl_catalog_add_text(catalog, name, PL_STR("made.json"), pl_buf_str(&text), NULL, NULL) != PL_OK) return 1;
        loading += now() - start;
        pl_buf_deinit(&text);
    }
    double start = now();
    PlSearch *search = pl_search_of(catalog);
    double indexing = now() - start;
    if (!search) return 1;
    start = now();
    PlIndex index;
    if (!pl_index_open(search->index.bytes, &index)) return 1;
    double opening = now() - start, longest = 0, all = 0;
    for (int s = 0; s < STEPS; s++) {
        char text[200];
        snprintf(text, sizeof text, "Update the %s of the %s with the %s and the %s from the list", word(), word(),
                 word(), word());
        PlArenaMark mark = pl_arena_mark(arena);
        PlAsk ask = {.text = pl_str_z(text)};
        start = now();
        (void)pl_rank(arena, search->lexicon, &index, &ask);
        double took = now() - start;
        all += took;
        if (took > longest) longest = took;
        pl_arena_rewind(arena, mark);
    }
    printf("bind: %u actions of %d documents: read %.0f ms, index %.0f ms (%.1f MB), open %.1f ms, a step %.2f ms "
           "(longest %.2f ms)\n",
           index.doc_count, DOCS, loading, indexing, (double)index.bytes.len / 1e6, opening, all / STEPS, longest);
    pl_arena_free(arena);
    return 0;
}
