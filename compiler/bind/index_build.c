/* SPDX-License-Identifier: MIT */
/* From a catalog to the bytes of an index. Words are numbered as they come, then renumbered by their order. */
#include "compiler/bind/index.h"
#include "compiler/bind/index_file.h"
#include "compiler/catalog/texts.h"

#include <math.h>
#include <stdlib.h>

/* How many words of a field are kept, what one counts in retrieval, and how much of a field's length is taken out. */
static const struct FieldRule {
    uint32_t most;
    float weight, length;
} field_rules[PL_FIELD_COUNT] = {
    [PL_FIELD_NAME] = {16, 3.0f, 0.3f},   [PL_FIELD_PATH] = {24, 2.2f, 0.4f},  [PL_FIELD_TITLE] = {40, 2.6f, 0.4f},
    [PL_FIELD_DESC] = {90, 1.0f, 0.6f},   [PL_FIELD_PARAM] = {60, 0.8f, 0.6f}, [PL_FIELD_PDESC] = {100, 0.4f, 0.7f},
    [PL_FIELD_ENUM] = {60, 0.5f, 0.7f},   [PL_FIELD_TAGS] = {12, 0.9f, 0.4f},  [PL_FIELD_RESULT] = {60, 0.3f, 0.7f},
    [PL_FIELD_PLUGIN] = {16, 0.5f, 0.3f},
};
enum { PARAM_DOC_WORDS = 14, TEXT_BYTES = 4096, MAX_FILES = 2000 };

typedef struct Doc {
    PlIndexDoc record;
    PL_VEC(uint32_t) words[PL_FIELD_COUNT];
} Doc;

typedef struct Builder {
    PlCatalog *catalog;
    const PlLexicon *lexicon;
    PlArena *arena, *scratch;
    PlBuf texts;
    PlMap terms; /* stem -> number, in order of appearance */
    PL_VEC(Doc *) docs;
    PL_VEC(PlIndexParam) params;
    PL_VEC(uint32_t) param_words;
    PL_VEC(PlIndexText) values;
    PL_VEC(PlIndexPlugin) plugins;
    PL_VEC(PlIndexFile) files;
    double lengths[PL_FIELD_COUNT];
} Builder;

/* ---- texts and words ----------------------------------------------------------------------------------------------------- */

static PlIndexText add_text(Builder *b, PlStr text)
{
    PlIndexText at = {(uint32_t)b->texts.len, (uint32_t)text.len};
    pl_buf_put(&b->texts, text);
    return b->texts.status == PL_OK ? at : (PlIndexText){0, 0};
}

static uint32_t term_of(Builder *b, PlStr stem)
{
    PlMapEntry *found = pl_map_find(&b->terms, stem);
    if (found) return (uint32_t)found->value.num;
    PlMapEntry *entry = pl_map_put(&b->terms, pl_arena_str(b->arena, stem), NULL);
    entry->value.num = b->terms.len - 1;
    return (uint32_t)entry->value.num;
}

/* "v1", "v2beta": of a version. */
static bool is_version(PlStr word)
{
    return word.len >= 2 && word.len <= 8 && word.ptr[0] == 'v' && word.ptr[1] >= '0' && word.ptr[1] <= '9';
}

/* The words of a text, stop words, numbers and versions left out; a name of nothing but such words keeps them. */
static void add_words(Builder *b, Doc *doc, PlIndexField field, PlStr text, uint32_t most)
{
    PlTokens tokens = {0};
    uint32_t limit = field_rules[field].most;
    pl_token_name(b->scratch, pl_str_slice(text, 0, TEXT_BYTES), most, &tokens);
    for (uint32_t i = 0; i < tokens.len && doc->words[field].len < limit; i++) {
        bool stop = pl_lexicon_is_stop(b->lexicon, tokens.items[i].word) || is_version(tokens.items[i].word);
        if (field == PL_FIELD_NAME && i > 0 && pl_lexicon_is_particle(tokens.items[i].word))
            stop = pl_lexicon_verb(b->lexicon, tokens.items[i - 1].stem) == PL_VERB_NONE;
        if (stop || tokens.items[i].kind == PL_TOKEN_NUMBER) continue;
        pl_vec_push(b->scratch, &doc->words[field], term_of(b, tokens.items[i].stem));
    }
    for (uint32_t i = 0; field == PL_FIELD_NAME && !doc->words[field].len && i < tokens.len; i++)
        pl_vec_push(b->scratch, &doc->words[field], term_of(b, tokens.items[i].stem));
}

static bool has_word(PlStr text, const char *word)
{
    size_t n = strlen(word);
    for (size_t i = 0; i + n <= text.len; i++)
        if (pl_str_eq_nocase(pl_str_slice(text, i, i + n), pl_str(word, n))) return true;
    return false;
}

/* ---- arguments ------------------------------------------------------------------------------------------------------------ */

static uint16_t shapes_of(const PlParamTexts *p)
{
    static const struct Hint {
        const char *word;
        uint16_t shape;
    } hints[] = {{"email", PL_SHAPE_EMAIL}, {"recipient", PL_SHAPE_EMAIL}, {"date", PL_SHAPE_DATE},
                 {"time", PL_SHAPE_DATE},   {"since", PL_SHAPE_DATE},      {"until", PL_SHAPE_DATE},
                 {"url", PL_SHAPE_URL},     {"uri", PL_SHAPE_URL},         {"link", PL_SHAPE_URL},
                 {"price", PL_SHAPE_MONEY}, {"amount", PL_SHAPE_MONEY},    {"cost", PL_SHAPE_MONEY},
                 {"budget", PL_SHAPE_MONEY},  {"city", PL_SHAPE_PLACE},     {"location", PL_SHAPE_PLACE},
                 {"place", PL_SHAPE_PLACE},   {"country", PL_SHAPE_PLACE},  {"region", PL_SHAPE_PLACE},
                 {"address", PL_SHAPE_PLACE}, {"destination", PL_SHAPE_PLACE}, {"origin", PL_SHAPE_PLACE},
                 {"county", PL_SHAPE_PLACE},  {"area", PL_SHAPE_PLACE},     {"year", PL_SHAPE_DATE},
                 {"month", PL_SHAPE_DATE},    {"day", PL_SHAPE_DATE}};
    uint16_t shapes = 0;
    for (size_t i = 0; i < sizeof hints / sizeof *hints; i++)
        if (has_word(p->name, hints[i].word) || has_word(p->format, hints[i].word)) shapes |= hints[i].shape;
    bool id =
        pl_str_ends(p->name, PL_STR("id")) || pl_str_ends(p->name, PL_STR("Id")) || pl_str_ends(p->name, PL_STR("ID"));
    if (id || p->place == PL_IN_PATH) shapes |= PL_SHAPE_ID;
    bool number = pl_str_eq_z(p->type, "integer") || pl_str_eq_z(p->type, "number") || pl_str_eq_z(p->type, "float");
    if (number) shapes |= PL_SHAPE_NUMBER;
    if (pl_str_eq_z(p->type, "boolean")) shapes |= PL_SHAPE_YESNO;
    if (pl_str_eq_z(p->type, "string") || !p->type.len) shapes |= PL_SHAPE_TEXT;
    return shapes;
}

static void add_param(Builder *b, Doc *doc, const PlParamTexts *p)
{
    PlTokens tokens = {0};
    pl_token_name(b->scratch, p->name, 12, &tokens);
    PlIndexParam param = {.name = add_text(b, p->name),
                          .words = b->param_words.len,
                          .values = b->values.len,
                          .shapes = shapes_of(p),
                          .place = (uint8_t)p->place,
                          .required = p->required};
    for (uint32_t i = 0; i < tokens.len; i++) {
        uint32_t term = term_of(b, tokens.items[i].stem);
        pl_vec_push(b->arena, &b->param_words, term);
        if (doc->words[PL_FIELD_PARAM].len < field_rules[PL_FIELD_PARAM].most)
            pl_vec_push(b->scratch, &doc->words[PL_FIELD_PARAM], term);
    }
    param.word_count = b->param_words.len - param.words;
    add_words(b, doc, PL_FIELD_PDESC, p->doc, PARAM_DOC_WORDS);
    for (uint32_t i = 0; i < p->values.len; i++) {
        add_words(b, doc, PL_FIELD_ENUM, p->values.items[i], 6);
        pl_vec_push(b->arena, &b->values, add_text(b, p->values.items[i]));
    }
    param.value_count = b->values.len - param.values;
    pl_vec_push(b->arena, &b->params, param);
}

/* ---- operations ----------------------------------------------------------------------------------------------------------- */

static bool is_plural(PlStr name)
{
    return name.len > 3 && name.ptr[name.len - 1] == 's' && name.ptr[name.len - 2] != 's';
}

static bool says_word(Builder *b, PlStr text, uint32_t most, const char *word)
{
    PlTokens tokens = {0};
    pl_token_name(b->scratch, text, most, &tokens);
    for (uint32_t i = 0; i < tokens.len; i++)
        if (pl_str_eq_z(tokens.items[i].word, word)) return true;
    return false;
}

/* The first verb. In a name a word in the plural is a thing, if there is another: `messages.get` sends none. */
static PlVerb verb_of(Builder *b, PlStr text, uint32_t most, bool name)
{
    PlTokens tokens = {0};
    pl_token_name(b->scratch, text, most, &tokens);
    for (uint32_t i = 0; name && i < tokens.len; i++) {
        PlVerb verb = pl_lexicon_verb(b->lexicon, tokens.items[i].stem);
        if (verb && !is_plural(tokens.items[i].word)) return verb;
    }
    for (uint32_t i = 0; i < tokens.len; i++) {
        PlVerb verb = pl_lexicon_verb(b->lexicon, tokens.items[i].stem);
        if (verb) return verb;
    }
    return PL_VERB_NONE;
}

static void read_path(Builder *b, Doc *doc, PlStr path)
{
    for (size_t at = 0; at < path.len;) {
        size_t end = pl_str_find_char(path, '/', at);
        if (end == PL_STR_NONE) end = path.len;
        PlStr segment = pl_str_slice(path, at, end);
        bool template = segment.len && memchr(segment.ptr, '{', segment.len);
        if (segment.len) doc->record.segments++;
        if (segment.len && !template) add_words(b, doc, PL_FIELD_PATH, segment, 8);
        if (segment.len)
            doc->record.flags =
                (doc->record.flags & ~(uint32_t)PL_INDEX_ENDS_IN_TEMPLATE) | (template ? PL_INDEX_ENDS_IN_TEMPLATE : 0);
        at = end + 1;
    }
}

static void count_words(Builder *b, Doc *doc)
{
    for (int f = 0; f < PL_FIELD_COUNT; f++) b->lengths[f] += doc->words[f].len;
}

/* /users/me, "the authenticated user", "my folders"; "current" alone says nothing. */
static bool is_of_self(Builder *b, const PlOperation *op)
{
    static const char *const segments[] = {"me", "self", "my", "mine", "myself"};
    static const char *const words[] = {"my", "authenticated", "authenticating", "me"};
    for (size_t i = 0; i < sizeof segments / sizeof *segments; i++)
        if (says_word(b, op->path, 30, segments[i])) return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (says_word(b, op->title, 12, words[i])) return true;
    return says_word(b, op->title, 12, "current") && (says_word(b, op->title, 12, "user") || says_word(b, op->title, 12, "account"));
}

static void add_operation(Builder *b, const PlOperation *op, uint32_t plugin, bool methods_vary)
{
    PlOperationTexts texts;
    Doc *doc = PL_NEW(b->scratch, Doc);
    pl_catalog_texts(b->catalog, op, b->scratch, &texts);
    PlStr name = op->operation_id.len && op->operation_id.len <= 120 ? op->operation_id : op->name;
    doc->record = (PlIndexDoc){.name = add_text(b, op->name),
                               .id = add_text(b, op->operation_id),
                               .title = add_text(b, pl_str_slice(op->title, 0, 300)),
                               .path = add_text(b, op->path),
                               .plugin = plugin,
                               .operation = op->index,
                               .params = b->params.len,
                               .param_count = texts.params.len,
                               .method = (uint8_t)op->method};
    doc->record.flags = (op->deprecated ? PL_INDEX_DEPRECATED : 0) | (texts.gives_list ? PL_INDEX_GIVES_LIST : 0) |
                        (methods_vary ? PL_INDEX_METHODS_VARY : 0) | (is_plural(name) ? PL_INDEX_NAME_PLURAL : 0);
    add_words(b, doc, PL_FIELD_NAME, name, 16);
    read_path(b, doc, op->path);
    add_words(b, doc, PL_FIELD_TITLE, op->title, 40);
    if (!pl_str_starts(op->description, op->title))
        add_words(b, doc, PL_FIELD_DESC, op->description, 160);
    else
        add_words(b, doc, PL_FIELD_DESC, pl_str_slice(op->description, op->title.len, op->description.len), 160);
    add_words(b, doc, PL_FIELD_TAGS, op->tags, 12);
    add_words(b, doc, PL_FIELD_PLUGIN, op->plugin->title, 12);
    add_words(b, doc, PL_FIELD_PLUGIN, op->plugin->name, 12);
    for (uint32_t i = 0; i < texts.params.len; i++) add_param(b, doc, &texts.params.items[i]);
    for (uint32_t i = 0; i < texts.results.len; i++) add_words(b, doc, PL_FIELD_RESULT, texts.results.items[i], 6);
    PlVerb verb = verb_of(b, name, 6, true);
    if (!verb) verb = verb_of(b, op->title, 3, false);
    bool all = says_word(b, name, 16, "all") || says_word(b, op->title, 12, "all");
    if (all) doc->record.flags |= PL_INDEX_SAYS_ALL;
    if (is_of_self(b, op)) doc->record.flags |= PL_INDEX_OF_SELF;
    if (verb == PL_VERB_READ && (all || says_word(b, name, 16, "list") || says_word(b, op->title, 5, "list"))) verb = PL_VERB_LIST;
    doc->record.verb = (uint8_t)verb;
    count_words(b, doc);
    pl_vec_push(b->arena, &b->docs, doc);
}

static void add_files(Builder *b, const PlPlugin *plugin)
{
    PlStr paths[MAX_FILES];
    uint32_t count = pl_catalog_plugin_files(plugin, paths, MAX_FILES);
    for (uint32_t i = 0; i < count && i < MAX_FILES; i++) {
        PlIndexFile file = {.path = add_text(b, paths[i])};
        (void)pl_index_look(pl_arena_str(b->arena, paths[i]).ptr, &file);
        pl_vec_push(b->arena, &b->files, file);
    }
}

static void add_plugin(Builder *b, const PlPlugin *plugin, uint32_t number)
{
    bool vary = false;
    for (uint32_t i = 1; i < plugin->operation_count; i++)
        vary |= plugin->operations[i]->method != plugin->operations[0]->method;
    PlIndexPlugin record = {.name = add_text(b, plugin->name),
                            .title = add_text(b, plugin->title),
                            .path = add_text(b, plugin->path),
                            .server = add_text(b, plugin->server),
                            .version = add_text(b, plugin->version),
                            .hash = add_text(b, pl_str((const char *)plugin->hash, sizeof plugin->hash)),
                            .operations = plugin->operation_count,
                            .dropped = plugin->dropped};
    pl_vec_push(b->arena, &b->plugins, record);
    add_files(b, plugin);
    for (uint32_t i = 0; i < plugin->operation_count; i++)
        if (!plugin->operations[i]->broken) add_operation(b, plugin->operations[i], number, vary);
}

/* ---- bytes ---------------------------------------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    const PlMapEntry *const *x = a, *const *y = b;
    return pl_str_cmp((*x)->key, (*y)->key);
}

/* The terms in order, and the new number of each. */
static uint32_t *sort_terms(Builder *b, PlIndexTerm *terms)
{
    uint32_t n = b->terms.len;
    PlMapEntry **order = PL_NEW_N(b->arena, PlMapEntry *, n + 1u);
    uint32_t *number = PL_NEW_N(b->arena, uint32_t, n + 1u);
    for (uint32_t i = 0; i < n; i++) order[i] = &b->terms.entries[i];
    qsort(order, n, sizeof *order, by_text);
    for (uint32_t i = 0; i < n; i++) {
        number[order[i]->value.num] = i;
        terms[i].text = add_text(b, order[i]->key);
    }
    return number;
}

typedef struct Weight {
    uint32_t term;
    float weight;
} Weight;

static int by_term(const void *a, const void *b)
{
    uint32_t x = ((const Weight *)a)->term, y = ((const Weight *)b)->term;
    return (x > y) - (x < y);
}

/* The terms of one operation with what they weigh in it, each once. */
static uint32_t weigh(const Builder *b, const Doc *doc, const uint32_t *number, Weight *out)
{
    uint32_t n = 0, kept = 0;
    for (int f = 0; f < PL_FIELD_COUNT; f++) {
        const struct FieldRule *rule = &field_rules[f];
        double average = b->docs.len ? b->lengths[f] / b->docs.len : 0;
        double ratio = average > 0 ? doc->words[f].len / average : 1;
        float weight = rule->weight / (1.0f - rule->length + rule->length * (float)ratio);
        for (uint32_t i = 0; i < doc->words[f].len; i++) out[n++] = (Weight){number[doc->words[f].items[i]], weight};
    }
    qsort(out, n, sizeof *out, by_term);
    for (uint32_t i = 0; i < n; i++) {
        if (kept && out[kept - 1].term == out[i].term)
            out[kept - 1].weight += out[i].weight;
        else
            out[kept++] = out[i];
    }
    return kept;
}

static void put_postings(Builder *b, PlIndexTerm *terms, const uint32_t *number, PlIndexSections *s)
{
    Weight room[PL_FIELD_COUNT * 128];
    for (uint32_t d = 0; d < b->docs.len; d++) {
        uint32_t n = weigh(b, b->docs.items[d], number, room);
        for (uint32_t i = 0; i < n; i++) terms[room[i].term].count++;
    }
    uint32_t total = 0;
    for (uint32_t t = 0; t < b->terms.len; t++) {
        terms[t].postings = total;
        total += terms[t].count;
        terms[t].count = 0;
    }
    PlPosting *postings = PL_NEW_N(b->arena, PlPosting, total + 1u);
    for (uint32_t d = 0; d < b->docs.len; d++) {
        uint32_t n = weigh(b, b->docs.items[d], number, room);
        for (uint32_t i = 0; i < n; i++) {
            PlIndexTerm *term = &terms[room[i].term];
            postings[term->postings + term->count++] = (PlPosting){d, room[i].weight};
        }
    }
    s->postings = postings;
    s->posting_count = total;
}

static void put_words(Builder *b, const uint32_t *number, PlIndexSections *s)
{
    uint32_t total = b->param_words.len;
    for (uint32_t d = 0; d < b->docs.len; d++)
        for (int f = 0; f < PL_FIELD_COUNT; f++) total += b->docs.items[d]->words[f].len;
    uint32_t *words = PL_NEW_N(b->arena, uint32_t, total + 1u), n = 0;
    PlIndexDoc *docs = PL_NEW_N(b->arena, PlIndexDoc, b->docs.len + 1u);
    for (uint32_t i = 0; i < b->param_words.len; i++) words[n++] = number[b->param_words.items[i]];
    for (uint32_t d = 0; d < b->docs.len; d++) {
        Doc *doc = b->docs.items[d];
        for (int f = 0; f < PL_FIELD_COUNT; f++) {
            doc->record.fields[f] = n;
            for (uint32_t i = 0; i < doc->words[f].len; i++) words[n++] = number[doc->words[f].items[i]];
        }
        doc->record.fields[PL_FIELD_COUNT] = n;
        docs[d] = doc->record;
    }
    s->words = words;
    s->word_count = n;
    s->docs = docs;
    s->doc_count = b->docs.len;
}

PlStatus pl_index_build(PlCatalog *catalog, const PlLexicon *lexicon, PlBuf *out)
{
    PlEscape escape;
    Builder b = {.catalog = catalog, .lexicon = lexicon};
    pl_buf_init(&b.texts, UINT32_MAX / 2);
    PlArena *volatile arena = pl_arena_new(&escape, 0);
    if (!arena) return PL_NOMEM;
    if (setjmp(escape.at)) {
        pl_arena_free(arena);
        pl_buf_deinit(&b.texts);
        return escape.status;
    }
    b.arena = b.scratch = arena;
    pl_map_init(&b.terms, arena);
    for (uint32_t i = 0; i < pl_catalog_plugin_count(catalog); i++) add_plugin(&b, pl_catalog_plugin(catalog, i), i);
    PlIndexTerm *terms = PL_NEW_N(arena, PlIndexTerm, b.terms.len + 1u);
    uint32_t *number = sort_terms(&b, terms);
    PlIndexSections s = {.plugins = b.plugins.items,
                         .plugin_count = b.plugins.len,
                         .terms = terms,
                         .term_count = b.terms.len,
                         .params = b.params.items,
                         .param_count = b.params.len,
                         .values = b.values.items,
                         .value_count = b.values.len,
                         .files = b.files.items,
                         .file_count = b.files.len};
    put_postings(&b, terms, number, &s);
    put_words(&b, number, &s);
    s.texts = pl_buf_str(&b.texts);
    PlStatus status = b.texts.status;
    if (status == PL_OK) {
        pl_index_write(&s, out);
        status = out->status;
    }
    pl_arena_free(arena);
    pl_buf_deinit(&b.texts);
    return status;
}
