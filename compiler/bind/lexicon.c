/* SPDX-License-Identifier: MIT */
/* synonyms.def and languages.def, read into maps by stem. */
#include "compiler/bind/lexicon.h"

typedef enum RowKind { ROW_STOP, ROW_COMMON, ROW_VERB, ROW_LOCAL, ROW_SAME, ROW_PHRASE, ROW_ABROAD } RowKind;

static const struct Row {
    RowKind kind;
    int number;
    const char *words, *says, *signs;
} rows[] = {
#define PL_STOP(words)          {ROW_STOP, 0, words, "", ""},
#define PL_COMMON(level, words) {ROW_COMMON, level, words, "", ""},
#define PL_VERB(class, words)   {ROW_VERB, class, words, "", ""},
#define PL_LOCAL(words)         {ROW_LOCAL, 0, words, "", ""},
#define PL_SAME(percent, words) {ROW_SAME, percent, words, "", ""},
#define PL_PHRASE(words, says)  {ROW_PHRASE, 0, words, says, ""},
#include "compiler/bind/synonyms.def"
#define PL_ABROAD(english, words, signs) {ROW_ABROAD, 90, words, english, signs},
#include "compiler/bind/languages.def"
};

static bool next_word(PlStr text, size_t *at, PlStr *word)
{
    while (*at < text.len && text.ptr[*at] == ' ') (*at)++;
    size_t start = *at;
    while (*at < text.len && text.ptr[*at] != ' ') (*at)++;
    *word = pl_str_slice(text, start, *at);
    return word->len > 0;
}

static PlStr stem_of(PlArena *arena, PlStr word)
{
    char buffer[PL_STEM_MAX + 1];
    size_t len = word.len < PL_STEM_MAX ? word.len : PL_STEM_MAX;
    memcpy(buffer, word.ptr, len);
    return pl_arena_str(arena, pl_str(buffer, pl_stem_word(buffer, len)));
}

static PlMeaning *meaning_of(PlArena *arena, PlLexicon *lexicon, PlStr stem)
{
    bool added;
    PlMapEntry *entry = pl_map_put(&lexicon->by_stem, stem, &added);
    if (added) entry->value.ptr = PL_NEW(arena, PlMeaning);
    return entry->value.ptr;
}

static uint32_t stems_of(PlArena *arena, PlStr words, PlStr **out)
{
    PL_VEC(PlStr) stems = {0};
    PlStr word;
    for (size_t at = 0; next_word(words, &at, &word);) {
        PlStr stem = stem_of(arena, word);
        bool known = false;
        for (uint32_t i = 0; i < stems.len; i++) known |= pl_str_eq(stems.items[i], stem);
        if (!known) pl_vec_push(arena, &stems, stem);
    }
    *out = stems.items;
    return stems.len;
}

static void read_same(PlArena *arena, PlLexicon *lexicon, const struct Row *row)
{
    PlGroup *group = PL_NEW(arena, PlGroup);
    group->count = stems_of(arena, pl_str_z(row->words), &group->stems);
    group->worth = (float)row->number / 100.0f;
    for (uint32_t i = 0; i < group->count; i++)
        pl_vec_push(arena, &meaning_of(arena, lexicon, group->stems[i])->groups, group);
}

static void read_phrase(PlArena *arena, PlLexicon *lexicon, const struct Row *row)
{
    PlPhrase phrase = {0};
    PlStr words = pl_str_z(row->words), word;
    for (size_t at = 0; phrase.count < 4 && next_word(words, &at, &word);) phrase.words[phrase.count++] = word;
    phrase.stem_count = stems_of(arena, pl_str_z(row->says), &phrase.stems);
    pl_vec_push(arena, &lexicon->phrases, phrase);
}

/* A word of another language stands for the English one, and the other way round; not for one of a third language. */
static void read_abroad(PlArena *arena, PlLexicon *lexicon, const struct Row *row)
{
    PlStr words = pl_str_z(row->words), signs = pl_str_z(row->signs), word, english = stem_of(arena, pl_str_z(row->says));
    for (size_t at = 0; next_word(words, &at, &word);) {
        PlGroup *group = PL_NEW(arena, PlGroup);
        group->stems = PL_NEW_N(arena, PlStr, 2);
        group->stems[0] = english;
        group->stems[1] = stem_of(arena, word);
        group->count = 2;
        group->worth = (float)row->number / 100.0f;
        for (uint32_t i = 0; i < 2; i++)
            pl_vec_push(arena, &meaning_of(arena, lexicon, group->stems[i])->groups, group);
    }
    for (size_t at = 0; next_word(signs, &at, &word);) {
        PlSign sign = {word, english};
        pl_vec_push(arena, &lexicon->signs, sign);
    }
}

static void read_words(PlArena *arena, PlLexicon *lexicon, const struct Row *row)
{
    PlStr words = pl_str_z(row->words), word;
    for (size_t at = 0; next_word(words, &at, &word);) {
        if (row->kind == ROW_STOP) {
            pl_map_put(&lexicon->stops, word, NULL);
            continue;
        }
        PlMeaning *meaning = meaning_of(arena, lexicon, stem_of(arena, word));
        if (row->kind == ROW_LOCAL)
            meaning->local = true;
        else if (row->kind == ROW_COMMON)
            meaning->common = (uint8_t)row->number;
        else if (!meaning->verb)
            meaning->verb = (uint8_t)row->number;
    }
}

PlLexicon *pl_lexicon_new(PlArena *arena)
{
    PlLexicon *lexicon = PL_NEW(arena, PlLexicon);
    pl_map_init(&lexicon->by_stem, arena);
    pl_map_init(&lexicon->stops, arena);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) switch (rows[i].kind) {
        case ROW_SAME: read_same(arena, lexicon, &rows[i]); break;
        case ROW_PHRASE: read_phrase(arena, lexicon, &rows[i]); break;
        case ROW_ABROAD: read_abroad(arena, lexicon, &rows[i]); break;
        default: read_words(arena, lexicon, &rows[i]); break;
        }
    return lexicon;
}

const PlMeaning *pl_lexicon_find(const PlLexicon *lexicon, PlStr stem)
{
    return pl_map_get(&lexicon->by_stem, stem);
}

bool pl_lexicon_is_stop(const PlLexicon *lexicon, PlStr word)
{
    return word.len == 0 || (word.len == 1 && word.ptr[0] >= 'a' && word.ptr[0] <= 'z') ||
           pl_map_find(&lexicon->stops, word);
}

bool pl_lexicon_is_particle(PlStr word)
{
    return pl_str_eq_z(word, "on") || pl_str_eq_z(word, "off") || pl_str_eq_z(word, "up") ||
           pl_str_eq_z(word, "down") || pl_str_eq_z(word, "in") || pl_str_eq_z(word, "out");
}

PlVerb pl_lexicon_verb(const PlLexicon *lexicon, PlStr stem)
{
    const PlMeaning *meaning = pl_lexicon_find(lexicon, stem);
    return meaning ? (PlVerb)meaning->verb : PL_VERB_NONE;
}

bool pl_verb_agrees(PlVerb asked, PlVerb offered)
{
    if (asked == offered || asked == PL_VERB_NONE || offered == PL_VERB_NONE) return true;
    if (pl_verb_is_reading(asked) && pl_verb_is_reading(offered)) return true;
    bool booking = asked == PL_VERB_BOOK && offered == PL_VERB_CREATE;
    bool ending =
        (asked == PL_VERB_STOP && offered == PL_VERB_DELETE) || (asked == PL_VERB_DELETE && offered == PL_VERB_STOP);
    bool sending = asked == PL_VERB_SEND && offered == PL_VERB_CREATE;
    bool scheduling = asked == PL_VERB_START && offered == PL_VERB_CREATE; /* "schedule a meeting", "start an export" */
    return booking || ending || sending || scheduling;
}
