/* SPDX-License-Identifier: MIT */
/* Words of the binder: stems, tokens in every casing, meanings; an index whose bytes are damaged; names of plugins that explain another. */
#include "compiler/bind/alias.h"
#include "compiler/bind/query.h"
#include "compiler/bind/search.h"

#include "tests/unit/unit.h"

#include <stdlib.h>

typedef struct World {
    PlEscape escape;
    PlArena *arena;
    PlSources sources;
    PlDiags diags;
    PlTypes types;
    PlCatalog *catalog;
} World;

static void world_init(World *w)
{
    w->arena = pl_arena_new(&w->escape, 0);
    pl_sources_init(&w->sources, w->arena);
    pl_diags_init(&w->diags, w->arena, &w->sources);
    pl_types_init(&w->types, w->arena);
    w->catalog = pl_catalog_new(w->arena, &w->sources, &w->diags, &w->types);
}

static const char mail[] =
    "{\"openapi\":\"3.0.3\",\"info\":{\"title\":\"Cloud "
    "Mail\"},\"servers\":[{\"url\":\"https://api.letters.example\"}],\"paths\":{"
    "\"/messages\":{\"get\":{\"operationId\":\"listMessages\",\"summary\":\"List "
    "messages\",\"parameters\":[{\"name\":\"label\",\"in\":\"query\","
    "\"schema\":{\"type\":\"string\",\"enum\":[\"inbox\",\"sent\"]}}]},\"post\":{\"operationId\":\"sendMessage\","
    "\"summary\":\"Send a message\"}},"
    "\"/messages/{id}\":{\"get\":{\"operationId\":\"getMessage\"},\"delete\":{\"operationId\":\"deleteMessage\"}}}}";

static PlPlugin *add_mail(World *w, const char *name)
{
    PlPlugin *plugin = NULL;
    PlStatus status =
        pl_catalog_add_text(w->catalog, pl_str_z(name), PL_STR("docs/post-office.json"), pl_str_z(mail), NULL, &plugin);
    CHECK(status == PL_OK);
    return plugin;
}

static PlStr stem(const char *word, char room[PL_STEM_MAX + 1])
{
    size_t len = strlen(word);
    memcpy(room, word, len);
    return pl_str(room, pl_stem_word(room, len));
}

TEST(stems)
{
    static const char *const same[][2] = {{"messages", "message"},
                                          {"retrieving", "retrieves"},
                                          {"deleted", "deletes"},
                                          {"classes", "class"},
                                          {"hopping", "hop"},
                                          {"queries", "query"},
                                          {"created", "create"},
                                          {"organization", "organizations"},
                                          {"notifications", "notification"},
                                          {"searching", "searches"}};
    static const char *const apart[][2] = {{"news", "newer"}, {"user", "usage"}, {"status", "state"}, {"was", "wa"}};
    char a[PL_STEM_MAX + 1], b[PL_STEM_MAX + 1];
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) CHECK(pl_str_eq(stem(same[i][0], a), stem(same[i][1], b)));
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        CHECK(!pl_str_eq(stem(apart[i][0], a), stem(apart[i][1], b)));
    CHECK_STR(stem("id", a), "id");
    CHECK_STR(stem("v2", a), "v2");
    CHECK_STR(stem("sky", a), "sky");
}

static PlStr joined(PlArena *arena, const PlTokens *tokens)
{
    PlStr all = PL_STR("");
    for (uint32_t i = 0; i < tokens->len; i++)
        all = pl_arena_printf(arena, PL_FMT "%s" PL_FMT, PL_ARG(all), i ? " " : "", PL_ARG(tokens->items[i].word));
    return all;
}

static PlStr words_of_name(PlArena *arena, const char *name)
{
    PlTokens tokens = {0};
    pl_token_name(arena, pl_str_z(name), 50, &tokens);
    return joined(arena, &tokens);
}

TEST(names_in_every_casing)
{
    World w;
    world_init(&w);
    CHECK_STR(words_of_name(w.arena, "listDNSRecords"), "list dns records");
    CHECK_STR(words_of_name(w.arena, "issues/create-comment"), "issues create comment");
    CHECK_STR(words_of_name(w.arena, "get_user_IDs"), "get user ids");
    CHECK_STR(words_of_name(w.arena, "GET_search-movie"), "get search movie");
    CHECK_STR(words_of_name(w.arena, "OAuth2Token"), "oauth2 token");
    CHECK_STR(words_of_name(w.arena, ""), "");
    CHECK_STR(words_of_name(w.arena, "---"), "");
    pl_arena_free(w.arena);
}

TEST(values_in_prose)
{
    World w;
    world_init(&w);
    PlTokens t = {0};
    pl_token_prose(
        w.arena,
        PL_STR("Mail ann@example.com the \"Big Report\" for $1,200 by 2026-03-01 at 10:30. See https://a.example/x?"),
        60, &t);
    uint32_t kinds = 0, quoted = 0;
    for (uint32_t i = 0; i < t.len; i++) {
        kinds |= 1u << t.items[i].kind;
        quoted += (t.items[i].flags & PL_TOKEN_QUOTED) != 0;
    }
    CHECK(kinds == (1u << PL_TOKEN_WORD | 1u << PL_TOKEN_EMAIL | 1u << PL_TOKEN_MONEY | 1u << PL_TOKEN_DATE |
                    1u << PL_TOKEN_TIME | 1u << PL_TOKEN_URL));
    CHECK(quoted == 2);
    CHECK(t.items[0].sentence == 0 && t.items[t.len - 1].sentence == 1);
    CHECK(t.items[t.len - 1].flags & PL_TOKEN_ASKS);
    PlTokens odd = {0};
    pl_token_prose(w.arena, pl_str("\0\0 a\0b \xff\xfe \xe6\x97\xa5\xe6\x9c\xac '\"", 19), 60, &odd);
    CHECK(odd.len >= 2);
    pl_arena_free(w.arena);
}

TEST(meanings)
{
    World w;
    world_init(&w);
    PlLexicon *lexicon = pl_lexicon_new(w.arena);
    char room[PL_STEM_MAX + 1];
    CHECK(pl_lexicon_verb(lexicon, stem("deletes", room)) == PL_VERB_DELETE);
    CHECK(pl_lexicon_verb(lexicon, stem("invoice", room)) == PL_VERB_NONE);
    CHECK(pl_lexicon_is_stop(lexicon, PL_STR("the")) && pl_lexicon_is_stop(lexicon, PL_STR("")) &&
          !pl_lexicon_is_stop(lexicon, PL_STR("ticket")));
    CHECK(pl_verb_agrees(PL_VERB_LIST, PL_VERB_READ) && !pl_verb_agrees(PL_VERB_READ, PL_VERB_DELETE));
    pl_arena_free(w.arena);
}

/* What a text asks for: the verb it comes down to, one or many, all of them, of who asks. */
TEST(what_texts_ask_for)
{
    static const struct {
        const char *text;
        PlVerb verb;
        bool many, one, all, self;
    } texts[] = {{"Get a list of the folders", PL_VERB_LIST, true, false, false, false},
                 {"Get the sender from the list of messages", PL_VERB_READ, false, false, false, false},
                 {"Get the sender's address from the list", PL_VERB_READ, false, false, false, false},
                 {"Initiate the cancellation of the subscription", PL_VERB_STOP, false, false, false, false},
                 {"Cancel the creation of the message", PL_VERB_STOP, false, false, false, false},
                 {"Read the first message found", PL_VERB_READ, false, true, false, false},
                 {"Read the first folders", PL_VERB_READ, true, false, false, false},
                 {"Delete every message", PL_VERB_DELETE, true, false, true, false},
                 {"Show my folders", PL_VERB_READ, true, false, false, true},
                 {"Read the message of the current user", PL_VERB_READ, false, false, false, true},
                 {"Get the current weather", PL_VERB_READ, false, false, false, false}};
    World w;
    world_init(&w);
    add_mail(&w, "post");
    PlSearch *search = pl_search_of(w.catalog);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        PlAsk ask = {.text = pl_str_z(texts[i].text)};
        const PlQuery *q = pl_query_new(w.arena, search->lexicon, &search->index, &ask);
        bool same = q->verb == texts[i].verb && q->many == texts[i].many && q->one == texts[i].one && q->all == texts[i].all && q->self == texts[i].self;
        if (!same) printf("%s: verb %d many %d one %d all %d self %d\n", texts[i].text, q->verb, q->many, q->one, q->all, q->self);
        CHECK(same);
    }
    pl_arena_free(w.arena);
}

/* Where a thing comes from is no part of the head clause. */
TEST(origins_end_the_head_clause)
{
    World w;
    world_init(&w);
    add_mail(&w, "post");
    PlSearch *search = pl_search_of(w.catalog);
    PlAsk ask = {.text = PL_STR("Delete the message identified in the listing of labels")};
    const PlQuery *q = pl_query_new(w.arena, search->lexicon, &search->index, &ask);
    CHECK(q->head_end == 3);
    pl_arena_free(w.arena);
}

static const char *first_of(World *w, const char *text, PlDecision *decision)
{
    PlSearch *search = pl_search_of(w->catalog);
    PlAsk ask = {.text = pl_str_z(text)};
    PlRanking *r = pl_rank(w->arena, search->lexicon, &search->index, &ask);
    if (decision) *decision = r->decision;
    return r->count ? pl_search_operation(search, r->all[0].doc)->name.ptr : "";
}

TEST(ranking)
{
    World w;
    world_init(&w);
    add_mail(&w, "post");
    PlDecision decision;
    CHECK(strncmp(first_of(&w, "Get rid of the message", &decision), "delete_message", 14) == 0);
    CHECK(strncmp(first_of(&w, "List all messages", &decision), "list_messages", 13) == 0);
    CHECK(decision != PL_DECIDE_NONE);
    (void)first_of(&w, "Translate the novel into Latin", &decision);
    CHECK(decision == PL_DECIDE_NONE);
    (void)first_of(&w, "", &decision);
    CHECK(decision == PL_DECIDE_NONE);
    PlRelevant found[4];
    CHECK(pl_search_relevant(w.arena, w.catalog, PL_STR("Read the messages, then send a message"), found, 4) == 4);
    CHECK(pl_search_relevant(w.arena, w.catalog, PL_STR(""), found, 4) <= 4);
    pl_arena_free(w.arena);
}

/* Each byte changed, each length: refused, or else every text and number within bounds (asan and valgrind watch). */
TEST(damaged_indexes)
{
    World w;
    world_init(&w);
    add_mail(&w, "post");
    PlStr whole = pl_search_of(w.catalog)->index.bytes;
    char *copy = aligned_alloc(8, (whole.len + 15) / 8 * 8);
    PlIndex index;
    memcpy(copy, whole.ptr, whole.len);
    CHECK(pl_index_open(pl_str(copy, whole.len), &index));
    CHECK(!pl_index_open(pl_str(copy + 1, whole.len - 1), &index));
    uint32_t accepted = 0;
    for (size_t i = 0; i < whole.len; i++) {
        copy[i] = (char)(copy[i] ^ 0x21);
        accepted += pl_index_open(pl_str(copy, whole.len), &index);
        copy[i] = whole.ptr[i];
    }
    for (size_t len = 0; len < whole.len; len += 7) accepted += pl_index_open(pl_str(copy, len), &index);
    CHECK(accepted <= 4); /* bytes of the header that mean nothing */
    free(copy);
    pl_arena_free(w.arena);
}

static PlPlugin *named(World *w, const char *name)
{
    PlPlugin *some[4];
    uint32_t count;
    const char *by;
    return pl_alias_find(w->arena, w->catalog, pl_str_z(name), &by, some, 4, &count);
}

TEST(plugins_by_other_names)
{
    World w;
    world_init(&w);
    PlPlugin *plugin = add_mail(&w, "x1");
    static const char *const right[] = {"cmail", "cloud_mail", "CloudMail",   "cloud",
                                        "mail",  "letters",    "post_office", "cm"};
    static const char *const wrong[] = {"gmail", "slack", "cloudy", "c", "", "mailbox_pro", "mali"};
    for (size_t i = 0; i < sizeof right / sizeof *right; i++) CHECK(named(&w, right[i]) == plugin);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) CHECK(named(&w, wrong[i]) == NULL);
    add_mail(&w, "x2");
    CHECK(named(&w, "mail") == NULL);
    pl_arena_free(w.arena);
}

UNIT_MAIN
