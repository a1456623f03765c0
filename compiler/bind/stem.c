/* SPDX-License-Identifier: MIT */
/* Porter's five steps. A stem's measure is the number of times that vowels are followed by consonants. */
#include "compiler/bind/stem.h"

#include <stdbool.h>
#include <string.h>

typedef struct Stem {
    char *b;
    size_t len;
} Stem;

/* ---- letters ---------------------------------------------------------------------------------------------------------- */

static bool is_consonant(const Stem *s, size_t i)
{
    switch (s->b[i]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u': return false;
    case 'y': return i == 0 || !is_consonant(s, i - 1);
    default: return true;
    }
}

static unsigned measure(const Stem *s, size_t len)
{
    unsigned count = 0;
    bool vowel = false;
    for (size_t i = 0; i < len; i++) {
        bool consonant = is_consonant(s, i);
        if (consonant && vowel) count++;
        vowel = !consonant;
    }
    return count;
}

static bool has_vowel(const Stem *s, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_consonant(s, i)) return true;
    return false;
}

static bool ends_double(const Stem *s)
{
    return s->len >= 2 && s->b[s->len - 1] == s->b[s->len - 2] && is_consonant(s, s->len - 1);
}

/* consonant, vowel, consonant that is no w, x or y: "hop", where an e was lost */
static bool ends_short(const Stem *s, size_t len)
{
    if (len < 3 || !is_consonant(s, len - 1) || is_consonant(s, len - 2) || !is_consonant(s, len - 3)) return false;
    char last = s->b[len - 1];
    return last != 'w' && last != 'x' && last != 'y';
}

static bool ends(const Stem *s, const char *suffix, size_t *before)
{
    size_t n = strlen(suffix);
    if (n >= s->len || memcmp(s->b + s->len - n, suffix, n) != 0) return false;
    *before = s->len - n;
    return true;
}

static void put(Stem *s, size_t before, const char *suffix)
{
    size_t n = strlen(suffix);
    memcpy(s->b + before, suffix, n);
    s->len = before + n;
}

/* ---- steps ------------------------------------------------------------------------------------------------------------ */

static void plurals(Stem *s)
{
    size_t at;
    if (ends(s, "sses", &at))
        s->len -= 2;
    else if (ends(s, "ies", &at))
        put(s, at, at > 1 ? "i" : "ie");
    else if (s->b[s->len - 1] == 's' && s->b[s->len - 2] != 's' && s->b[s->len - 2] != 'u' && s->len > 3)
        s->len--;
}

static void past_and_progressive(Stem *s)
{
    size_t at;
    if (ends(s, "eed", &at)) {
        if (measure(s, at) > 0) s->len--;
        return;
    }
    if (!(ends(s, "ed", &at) && has_vowel(s, at)) && !(ends(s, "ing", &at) && has_vowel(s, at))) return;
    s->len = at;
    size_t none;
    if (ends(s, "at", &none) || ends(s, "bl", &none) || ends(s, "iz", &none)) {
        put(s, s->len, "e");
        return;
    }
    char last = s->b[s->len - 1];
    if (ends_double(s) && last != 'l' && last != 's' && last != 'z')
        s->len--;
    else if (measure(s, s->len) == 1 && ends_short(s, s->len))
        put(s, s->len, "e");
}

typedef struct Rule {
    const char *from, *to;
} Rule;

/* The first suffix that fits decides; it is changed when the stem before it measures more than `least`. */
static void replace(Stem *s, const Rule *rules, size_t count, unsigned least)
{
    size_t at;
    for (size_t i = 0; i < count; i++) {
        if (!ends(s, rules[i].from, &at)) continue;
        bool ion = strcmp(rules[i].from, "ion") == 0;
        if (ion && s->b[at - 1] != 's' && s->b[at - 1] != 't') continue;
        if (measure(s, at) > least) put(s, at, rules[i].to);
        return;
    }
}

static const Rule double_suffixes[] = {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},   {"anci", "ance"},
                                       {"izer", "ize"},    {"abli", "able"},   {"alli", "al"},     {"entli", "ent"},
                                       {"eli", "e"},       {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
                                       {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"}, {"fulness", "ful"},
                                       {"ousness", "ous"}, {"aliti", "al"},    {"iviti", "ive"},   {"biliti", "ble"}};
static const Rule single_suffixes[] = {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
                                       {"ical", "ic"},  {"ful", ""},   {"ness", ""}};
static const Rule endings[] = {{"al", ""},   {"ance", ""}, {"ence", ""}, {"er", ""},    {"ic", ""},
                               {"able", ""}, {"ible", ""}, {"ant", ""},  {"ement", ""}, {"ment", ""},
                               {"ent", ""},  {"ion", ""},  {"ou", ""},   {"ism", ""},   {"ate", ""},
                               {"iti", ""},  {"ous", ""},  {"ive", ""},  {"ize", ""}};

static void last_e(Stem *s)
{
    if (s->b[s->len - 1] == 'e') {
        unsigned m = measure(s, s->len - 1);
        if (m > 1 || (m == 1 && !ends_short(s, s->len - 1))) s->len--;
    }
    if (s->b[s->len - 1] == 'l' && ends_double(s) && measure(s, s->len - 1) > 1) s->len--;
}

size_t pl_stem_word(char *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (word[i] < 'a' || word[i] > 'z') return len;
    if (len <= 2) return len;
    Stem s = {word, len};
    plurals(&s);
    if (s.len > 2) past_and_progressive(&s);
    if (s.len > 2 && s.b[s.len - 1] == 'y' && has_vowel(&s, s.len - 1)) s.b[s.len - 1] = 'i';
    replace(&s, double_suffixes, sizeof double_suffixes / sizeof *double_suffixes, 0);
    replace(&s, single_suffixes, sizeof single_suffixes / sizeof *single_suffixes, 0);
    replace(&s, endings, sizeof endings / sizeof *endings, 1);
    if (s.len > 1) last_e(&s);
    return s.len;
}
