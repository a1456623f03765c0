/* SPDX-License-Identifier: MIT */
/* The index of a catalog, made when it is first needed; and many small searches for one long text. */
#include "compiler/bind/search.h"

#include <stdlib.h>

enum { MAX_CLAUSES = 16, PER_CLAUSE = 20, RANK_OFFSET = 6, MIN_CLAUSE = 8 };

/* Memory of the arena, or NULL: the caller holds a buffer, so the arena must not escape. */
static char *room(PlArena *arena, size_t len)
{
    PlEscape escape;
    PlEscape *outer = pl_arena_set_escape(arena, &escape);
    char *volatile kept = NULL;
    if (setjmp(escape.at) == 0) kept = pl_arena_alloc(arena, len + 1, 8);
    (void)pl_arena_set_escape(arena, outer);
    return kept;
}

static PlSearch *make(PlCatalog *catalog)
{
    PlArena *arena = pl_catalog_arena(catalog);
    PlSearch *search = PL_NEW(arena, PlSearch);
    PlLexicon *lexicon = pl_lexicon_new(arena);
    PlBuf bytes;
    pl_buf_init(&bytes, UINT32_MAX);
    search->catalog = catalog;
    search->lexicon = lexicon;
    search->plugins = pl_catalog_plugin_count(catalog);
    PlStatus status = pl_index_build(catalog, lexicon, &bytes);
    size_t len = bytes.len;
    char *kept = status == PL_OK ? room(arena, len) : NULL;
    if (kept) memcpy(kept, bytes.ptr, len);
    pl_buf_deinit(&bytes);
    return kept && pl_index_open(pl_str(kept, len), &search->index) ? search : NULL;
}

void pl_search_adopt(PlCatalog *catalog, const PlIndex *index)
{
    PlArena *arena = pl_catalog_arena(catalog);
    PlSearch *search = PL_NEW(arena, PlSearch);
    *search = (PlSearch){catalog, pl_lexicon_new(arena), *index, pl_catalog_plugin_count(catalog)};
    *pl_catalog_search_slot(catalog) = search;
}

PlSearch *pl_search_of(PlCatalog *catalog)
{
    void **slot = pl_catalog_search_slot(catalog);
    PlSearch *search = *slot;
    if (!search || search->plugins != pl_catalog_plugin_count(catalog)) *slot = search = make(catalog);
    return search;
}

const PlOperation *pl_search_operation(const PlSearch *search, uint32_t doc)
{
    const PlIndexDoc *d = &search->index.docs[doc];
    if (d->plugin >= pl_catalog_plugin_count(search->catalog)) return NULL;
    const PlPlugin *plugin = pl_catalog_plugin(search->catalog, d->plugin);
    return d->operation < plugin->operation_count ? plugin->operations[d->operation] : NULL;
}

/* ---- a long text ----------------------------------------------------------------------------------------------------------- */

/* Where a clause ends: at a sentence's end, a semicolon, a new line, ", then", ", and", " and then ". */
static size_t clause_end(PlStr text, size_t start)
{
    static const char *const joints[] = {". ",         "; ",     "\n", ", and ", ", then ",
                                         " and then ", " then ", "? ", "! ",     ", "};
    size_t best = text.len;
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        size_t at = pl_str_find(text, pl_str_z(joints[i]), start + MIN_CLAUSE);
        if (at < best) best = at;
    }
    return best;
}

static int by_score(const void *a, const void *b)
{
    const PlRelevant *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    if (x->operation->plugin != y->operation->plugin)
        return pl_str_cmp(x->operation->plugin->name, y->operation->plugin->name);
    return (x->operation->index > y->operation->index) - (x->operation->index < y->operation->index);
}

typedef struct Gathered {
    PlArena *arena;
    PlSearch *search;
    PL_VEC(PlRelevant) all;
} Gathered;

/* Reciprocal ranks, weighted by how well the clause is met at all. */
static void gather(Gathered *g, PlStr text, PlStr goal, double weight)
{
    PlArenaMark mark = pl_arena_mark(g->arena);
    PlAsk ask = {.text = text, .goal = goal};
    const PlRanking *r = pl_rank(g->arena, g->search->lexicon, &g->search->index, &ask);
    PlRelevant found[PER_CLAUSE];
    uint32_t n = 0;
    for (uint32_t i = 0; i < r->count && i < PER_CLAUSE; i++) {
        const PlOperation *op = pl_search_operation(g->search, r->all[i].doc);
        if (op) found[n++] = (PlRelevant){op, weight * (0.2 + r->fits) * RANK_OFFSET / (RANK_OFFSET + i)};
    }
    pl_arena_rewind(g->arena, mark);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t at = 0;
        while (at < g->all.len && g->all.items[at].operation != found[i].operation) at++;
        if (at == g->all.len)
            pl_vec_push(g->arena, &g->all, found[i]);
        else if (found[i].score > g->all.items[at].score)
            g->all.items[at].score = found[i].score + g->all.items[at].score / 4;
        else
            g->all.items[at].score += found[i].score / 4;
    }
}

uint32_t pl_search_relevant(PlArena *arena, PlCatalog *catalog, PlStr text, PlRelevant *out, uint32_t max)
{
    Gathered g = {.arena = arena, .search = pl_search_of(catalog)};
    if (!g.search) return 0;
    gather(&g, text, PL_STR(""), 0.8);
    uint32_t clauses = 0;
    for (size_t at = 0; at < text.len && clauses < MAX_CLAUSES; clauses++) {
        size_t end = clause_end(text, at);
        if (at == 0 && end >= text.len) break;
        gather(&g, pl_str_trim(pl_str_slice(text, at, end)), text, 1.0);
        at = end + 1;
    }
    if (g.all.len) qsort(g.all.items, g.all.len, sizeof *g.all.items, by_score);
    uint32_t count = g.all.len < max ? g.all.len : max;
    for (uint32_t i = 0; i < count; i++) out[i] = g.all.items[i];
    return count;
}
