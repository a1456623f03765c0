/* SPDX-License-Identifier: MIT */
/* "Did you mean": operations near a name (and a step's prose). Each operation is a bag of word stems with a weight by
 * where they stand; a query's words count by how rare they are. Spelling distance adds what words miss. Not the
 * resolver of prose steps (compiler/bind): this one only has to put the likely ones first. Deterministic; equal scores
 * keep the order of the documents. */
#include "compiler/catalog/api.h"
#include "compiler/catalog/name.h"

#include <math.h>

enum { LONGEST_STEM = 24, MAX_QUERY = 48, TEXT_BYTES = 400, DESCRIPTION_BYTES = 240, LEAST_SCORE = 120 };

typedef struct Word {
    uint32_t id;    /* of the stem, in the plugin's vocabulary */
    uint8_t weight; /* percent: by the field it stands in */
    uint8_t verb;   /* class of verbs, 0: none */
} Word;

typedef struct Bag {
    Word *words;
    uint32_t count;
    uint32_t name_count; /* the first so many stand in the operation's name */
} Bag;

typedef struct Index {
    PlMap stems;                /* stem -> id */
    PL_VEC(uint32_t) frequency; /* by id: operations that have it */
    Bag *bags;                  /* by operation */
} Index;

typedef struct Query {
    PlStr stem;
    double weight; /* 1 for a word of the name, less for one of the prose; times rarity */
    uint8_t verb;
    uint32_t id; /* in the plugin that is looked at; UINT32_MAX: it does not have the word */
} Query;

typedef struct Queries {
    Query all[MAX_QUERY];
    uint32_t count;
    double total;
} Queries;

/* ---- words ------------------------------------------------------------------------------------------------------ */

static bool ends_in(const char *word, size_t len, const char *tail)
{
    size_t n = strlen(tail);
    return len > n && memcmp(word + len - n, tail, n) == 0;
}

/* Plural, -ing, -ed and a final e go: "issues", "listing", "created" -> "issu", "list", "creat". */
static size_t stem(char *word, size_t len)
{
    if (len > LONGEST_STEM) len = LONGEST_STEM;
    if (len > 4 && ends_in(word, len, "ies")) {
        word[len - 3] = 'y';
        return len - 2;
    }
    if (len > 5 && ends_in(word, len, "sses"))
        len -= 2;
    else if (len > 3 && ends_in(word, len, "s") && !ends_in(word, len, "ss") && !ends_in(word, len, "us"))
        len -= 1;
    if (len > 5 && ends_in(word, len, "ing"))
        len -= 3;
    else if (len > 4 && ends_in(word, len, "ed"))
        len -= 2;
    if (len > 3 && word[len - 1] == 'e') len -= 1;
    return len;
}

static uint8_t verb_class(PlStr stem)
{
    static const char *const classes[][10] = {
        {"get", "fetch", "retriev", "read", "show", "describ", "load", "view", "lookup", NULL},
        {"list", "search", "find", "query", "brows", "enumerat", "index", "all", NULL},
        {"creat", "add", "new", "mak", "insert", "post", "open", "register", NULL},
        {"updat", "edit", "modify", "patch", "chang", "set", "replac", "put", "renam", NULL},
        {"delet", "remov", "destroy", "drop", "clear", "cancel", "revok", NULL},
        {"send", "publish", "notify", "mail", "messag", "deliver", NULL},
        {"start", "run", "execut", "trigger", "launch", "begin", "invok", NULL},
        {"stop", "paus", "disabl", "suspend", "deactivat", "end", "clos", NULL},
        {"upload", "import", "attach", NULL},
        {"download", "export", NULL},
    };
    for (uint8_t c = 0; c < sizeof classes / sizeof *classes; c++)
        for (int i = 0; classes[c][i]; i++)
            if (pl_str_eq_z(stem, classes[c][i])) return (uint8_t)(c + 1);
    return 0;
}

static bool is_idle(PlStr stem)
{
    static const char *const idle[] = {"a",    "an", "the",  "of",  "to", "in",  "on",    "for",  "and", "or",
                                       "with", "by", "from", "at",  "is", "it",  "this",  "that", "us",  "using",
                                       "be",   "ar", "as",   "api", "th", "its", "given", "your", "you"};
    for (size_t i = 0; i < sizeof idle / sizeof *idle; i++)
        if (pl_str_eq_z(stem, idle[i])) return true;
    return false;
}

/* The next word of a snake-cased text as a stem; false at the end. */
static bool next_stem(PlStr snake, size_t *at, char out[LONGEST_STEM + 1], PlStr *word)
{
    while (*at < snake.len && snake.ptr[*at] == '_') ++*at;
    if (*at >= snake.len) return false;
    size_t end = *at, len = 0;
    while (end < snake.len && snake.ptr[end] != '_') {
        if (len < LONGEST_STEM) out[len++] = snake.ptr[end];
        end++;
    }
    *at = end;
    *word = pl_str(out, stem(out, len));
    return true;
}

/* ---- the index -------------------------------------------------------------------------------------------------- */

typedef PL_VEC(Word) Words;

static void add_words(PlApi *api, Index *index, Words *words, PlStr text, uint8_t weight)
{
    PlStr snake = pl_name_snake(api->arena, pl_str_slice(text, 0, TEXT_BYTES)), word;
    char buffer[LONGEST_STEM + 1];
    for (size_t at = 0; next_stem(snake, &at, buffer, &word);) {
        if (is_idle(word)) continue;
        PlMapEntry *entry = pl_map_find(&index->stems, word);
        if (!entry) {
            entry = pl_map_put(&index->stems, pl_arena_str(api->arena, word), NULL);
            entry->value.num = index->frequency.len;
            pl_vec_push(api->arena, &index->frequency, 0);
        }
        uint32_t id = (uint32_t)entry->value.num;
        bool known = false;
        for (uint32_t i = 0; i < words->len && !known; i++) known = words->items[i].id == id;
        if (known) continue;
        pl_vec_push(api->arena, words, (Word){id, weight, verb_class(word)});
        index->frequency.items[id]++;
    }
}

static Bag make_bag(PlApi *api, Index *index, const PlOperation *op)
{
    Words words = {0};
    add_words(api, index, &words, op->name, 100);
    Bag bag = {.name_count = words.len};
    add_words(api, index, &words, op->path, 90);
    add_words(api, index, &words, op->operation_id, 90);
    add_words(api, index, &words, op->title, 80);
    add_words(api, index, &words, op->tags, 60);
    add_words(api, index, &words, pl_str_slice(op->description, 0, DESCRIPTION_BYTES), 40);
    bag.words = words.items;
    bag.count = words.len;
    return bag;
}

static Index *index_of(PlApi *api)
{
    if (api->words) return api->words;
    Index *index = PL_NEW(api->arena, Index);
    pl_map_init(&index->stems, api->arena);
    index->bags = PL_NEW_N(api->arena, Bag, api->entries.len + 1u);
    for (uint32_t i = 0; i < api->entries.len; i++)
        index->bags[i] = make_bag(api, index, &api->entries.items[i]->public);
    api->words = index;
    return index;
}

/* ---- scoring ---------------------------------------------------------------------------------------------------- */

static void add_query(PlArena *arena, Queries *queries, PlStr text, double weight)
{
    PlStr snake = pl_name_snake(arena, pl_str_slice(text, 0, (size_t)TEXT_BYTES * 4)), word;
    char buffer[LONGEST_STEM + 1];
    for (size_t at = 0; queries->count < MAX_QUERY && next_stem(snake, &at, buffer, &word);) {
        if (is_idle(word)) continue;
        bool known = false;
        for (uint32_t i = 0; i < queries->count && !known; i++) known = pl_str_eq(queries->all[i].stem, word);
        if (!known)
            queries->all[queries->count++] = (Query){pl_arena_str(arena, word), weight, verb_class(word), UINT32_MAX};
    }
}

static void weigh(Queries *queries, PlApi *const *apis, uint32_t api_count)
{
    uint32_t operations = 0;
    for (uint32_t a = 0; a < api_count; a++) operations += apis[a]->entries.len;
    for (uint32_t i = 0; i < queries->count; i++) {
        uint32_t frequency = 0;
        for (uint32_t a = 0; a < api_count; a++) {
            const Index *index = apis[a]->words;
            const PlMapEntry *entry = pl_map_find(&index->stems, queries->all[i].stem);
            if (entry) frequency += index->frequency.items[entry->value.num];
        }
        queries->all[i].weight *= log(1.0 + (operations + 1.0) / (frequency + 1.0));
        queries->total += queries->all[i].weight;
    }
}

/* How well a query's word is met, 0 to 1: the word itself, or (for verbs) one of the same class. */
static double met(const Query *query, const Bag *bag)
{
    double best = 0;
    for (uint32_t i = 0; i < bag->count; i++) {
        const Word *word = &bag->words[i];
        double here = word->id == query->id                      ? word->weight / 100.0
                      : query->verb && word->verb == query->verb ? word->weight / 165.0
                                                                 : 0;
        if (here > best) best = here;
    }
    return best;
}

/* How much of the operation's own name the query says. */
static double named(const Queries *queries, const Bag *bag)
{
    double said = 0;
    for (uint32_t i = 0; i < bag->name_count; i++) {
        double best = 0;
        for (uint32_t q = 0; q < queries->count; q++) {
            bool same = queries->all[q].id == bag->words[i].id;
            bool alike = queries->all[q].verb && queries->all[q].verb == bag->words[i].verb;
            double here = same ? 1 : alike ? 0.6 : 0;
            if (here > best) best = here;
        }
        said += best;
    }
    return bag->name_count ? said / bag->name_count : 0;
}

static double spelled(PlStr a, PlStr b)
{
    unsigned longest = (unsigned)(a.len > b.len ? a.len : b.len);
    if (longest > 64) longest = 64;
    unsigned limit = longest / 2;
    unsigned distance = pl_str_distance(a, b, limit);
    return distance > limit ? 0 : 1.0 - (double)distance / (longest + 1.0);
}

static unsigned score(const Queries *queries, const Bag *bag, PlStr name, const PlOperation *op)
{
    double covered = 0;
    for (uint32_t q = 0; q < queries->count; q++) covered += queries->all[q].weight * met(&queries->all[q], bag);
    covered = queries->total > 0 ? covered / queries->total : 0;
    double own = named(queries, bag);
    if (name.len == 0) return (unsigned)lround(1000 * (0.65 * covered + 0.35 * own));
    double near = spelled(name, op->name), by_id = spelled(name, op->operation_id);
    if (by_id > near) near = by_id;
    return (unsigned)lround(1000 * (0.5 * covered + 0.25 * own + 0.25 * near));
}

static void keep(PlNear *out, uint32_t *count, uint32_t max, PlNear found)
{
    uint32_t at = *count;
    while (at > 0 && out[at - 1].score < found.score) at--;
    if (at >= max) return;
    uint32_t last = *count < max ? (*count)++ : max - 1;
    for (uint32_t i = last; i > at; i--) out[i] = out[i - 1];
    out[at] = found;
}

static void rank(PlApi *api, Queries *queries, PlStr name, PlNear *out, uint32_t *count, uint32_t max)
{
    const Index *index = api->words;
    for (uint32_t i = 0; i < queries->count; i++) {
        const PlMapEntry *entry = pl_map_find(&index->stems, queries->all[i].stem);
        queries->all[i].id = entry ? (uint32_t)entry->value.num : UINT32_MAX;
    }
    for (uint32_t i = 0; i < api->entries.len; i++) {
        const PlOperation *op = &api->entries.items[i]->public;
        unsigned points = score(queries, &index->bags[i], name, op);
        if (points >= LEAST_SCORE) keep(out, count, max, (PlNear){op, points});
    }
}

uint32_t pl_catalog_nearest(const PlCatalog *catalog, const PlPlugin *plugin, PlStr name, PlStr prose, PlNear *out,
                            uint32_t max)
{
    uint32_t api_count = plugin ? 1 : catalog->plugins.len, count = 0;
    PlApi **apis = PL_NEW_N(catalog->arena, PlApi *, api_count + 1u);
    for (uint32_t a = 0; a < api_count; a++) {
        apis[a] = pl_api_of(plugin ? plugin : catalog->plugins.items[a]);
        index_of(apis[a]);
    }
    PlArenaMark mark = pl_arena_mark(catalog->arena);
    Queries *queries = PL_NEW(catalog->arena, Queries);
    add_query(catalog->arena, queries, name, 1.0);
    add_query(catalog->arena, queries, prose, name.len ? 0.4 : 1.0);
    weigh(queries, apis, api_count);
    for (uint32_t a = 0; a < api_count && max > 0; a++) rank(apis[a], queries, name, out, &count, max);
    pl_arena_rewind(catalog->arena, mark);
    return count;
}
