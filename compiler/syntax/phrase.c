/* SPDX-License-Identifier: MIT */
/* The table of grammar/spellings.def as data and the search in it. A row is a run of words or signs; it matches whatever white space
 * stands between its words and whatever the letters' case. The longest row wins, so `is not empty` is never `is not` and a name. */
#include "compiler/syntax/phrase.h"

#include "pilot.h"

const PlSpelling pl_spellings[] = {
#define PL_SPELLING(place, kind, exact, accepted)                                                                      \
    {PL_AT_##place, PL_TK_##kind, PL_STR_INIT(exact), PL_STR_INIT(accepted)},
#include "grammar/spellings.def"
#undef PL_SPELLING
};

const uint32_t pl_spelling_count = sizeof pl_spellings / sizeof *pl_spellings;

enum { FIRSTS = 256 };

struct PlPhrases {
    struct {
        const PlSpelling **rows;
        uint32_t len;
    } by_first[PL_AT_COUNT_OF_PLACES][FIRSTS];
};

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

PlPhrases *pl_phrases_new(PlArena *arena)
{
    PlPhrases *phrases = PL_NEW(arena, PlPhrases);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < pl_spelling_count; i++) {
            const PlSpelling *row = &pl_spellings[i];
            unsigned char first = lower(row->accepted.ptr[0]);
            if (pass == 1) {
                const PlSpelling ***rows = &phrases->by_first[row->place][first].rows;
                if (!*rows) {
                    *rows = PL_NEW_N(arena, const PlSpelling *, phrases->by_first[row->place][first].len);
                    phrases->by_first[row->place][first].len = 0;
                }
                (*rows)[phrases->by_first[row->place][first].len++] = row;
            } else {
                phrases->by_first[row->place][first].len++;
            }
        }
    }
    return phrases;
}

bool pl_phrase_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

PlStr pl_phrase_joined(PlArena *arena, PlStr words)
{
    char *joined = pl_arena_alloc(arena, words.len + 1, 1);
    size_t len = 0;
    for (size_t i = 0; i < words.len; i++) {
        char c = words.ptr[i];
        if (pl_phrase_word_char(c) || (unsigned char)c >= 0x80)
            joined[len++] = c;
        else if (len && joined[len - 1] != '_')
            joined[len++] = '_';
    }
    while (len && joined[len - 1] == '_') len--;
    joined[len] = 0;
    return pl_str(joined, len);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The place behind `row` at ptr, or NULL. */
static const char *match(const PlSpelling *row, const char *ptr, const char *limit)
{
    const char *want = row->accepted.ptr, *want_end = want + row->accepted.len;
    while (want < want_end) {
        if (*want == ' ') {
            if (ptr == limit || !is_space(*ptr)) return NULL;
            while (ptr < limit && is_space(*ptr)) ptr++;
            want++;
            continue;
        }
        if (ptr == limit) return NULL;
        /* A curly apostrophe is an apostrophe. */
        if (*want == '\'' && limit - ptr >= 3 && memcmp(ptr, "\xe2\x80\x99", 3) == 0)
            ptr += 2;
        else if (lower(*want) != lower(*ptr))
            return NULL;
        ptr++;
        want++;
    }
    bool is_word = pl_phrase_word_char(want_end[-1]);
    return is_word && ptr < limit && pl_phrase_word_char(*ptr) ? NULL : ptr;
}

const PlSpelling *pl_phrase_match_kind(const PlPhrases *phrases, PlPlaceOf place, int kind, const char *ptr,
                                       const char *limit, const char **end)
{
    const PlSpelling *best = NULL;
    if (ptr == limit) return NULL;
    unsigned char first = lower(*ptr);
    for (uint32_t i = 0; i < phrases->by_first[place][first].len; i++) {
        const PlSpelling *row = phrases->by_first[place][first].rows[i];
        if (kind && row->kind != kind) continue;
        if (best && row->accepted.len <= best->accepted.len) continue;
        const char *behind = match(row, ptr, limit);
        if (!behind) continue;
        best = row;
        *end = behind;
    }
    return best;
}

const PlSpelling *pl_phrase_match(const PlPhrases *phrases, PlPlaceOf place, const char *ptr, const char *limit,
                                  const char **end)
{
    return pl_phrase_match_kind(phrases, place, 0, ptr, limit, end);
}

const PlSpelling *pl_phrase_longest(PlPlaceOf place, const char *ptr, const char *limit, const char **end)
{
    const PlSpelling *best = NULL;
    unsigned char first = ptr < limit ? lower(*ptr) : 0;
    for (uint32_t i = 0; i < pl_spelling_count; i++) {
        const PlSpelling *row = &pl_spellings[i];
        bool may = row->place == place && lower(row->accepted.ptr[0]) == first;
        const char *behind = may ? match(row, ptr, limit) : NULL;
        if (behind && (!best || row->accepted.len > best->accepted.len)) {
            best = row;
            *end = behind;
        }
    }
    return best;
}

PlStr pl_phrase_exact(int kind)
{
    for (uint32_t i = 0; i < pl_spelling_count; i++)
        if (pl_spellings[i].kind == kind) return pl_spellings[i].exact;
    return PL_STR("");
}

bool pl_phrase_limits(PlStr title)
{
    static const char *const words[] = {"if",    "unless",  "when",     "while",      "until",  "do",        "not",  "no",    "don't", "never",
                                        "only",  "except",  "skip",     "optional",   "ignore", "optionally", "else", "each",  "every", "for",
                                        "once",  "after",   "before",   "example",    "instead", "otherwise", "maybe", "later", "disabled"};
    for (size_t at = 0; at < title.len; at++) {
        size_t end = at;
        while (end < title.len && (pl_phrase_word_char(title.ptr[end]) || (end > at && title.ptr[end] == '\''))) end++;
        for (size_t i = 0; end > at && i < sizeof words / sizeof *words; i++)
            if (pl_str_eq_nocase(pl_str_slice(title, at, end), pl_str_z(words[i]))) return true;
        if (end > at) at = end;
    }
    return false;
}
