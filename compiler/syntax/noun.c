/* SPDX-License-Identifier: MIT */
/* The rules by the ends of words, and the exceptions. */
#include "compiler/syntax/noun.h"

static const struct Pair {
    const char *one, *many;
} pairs[] = {{"person", "people"},     {"child", "children"}, {"man", "men"},           {"woman", "women"},
             {"datum", "data"},        {"index", "indices"},  {"analysis", "analyses"}, {"status", "statuses"},
             {"address", "addresses"}, {"bus", "buses"},      {"process", "processes"}};

/* Words that end like plurals and are none. */
static const char *const singles[] = {
    "status",   "address", "class", "process", "access", "news",  "progress", "success", "business",
    "analysis", "series",  "bonus", "campus",  "canvas", "virus", "focus",    "basis",   "this",
    "is",       "gas",     "bus",   "https",   "css",    "aws",   "sms",      "gps",     "js",
    "os",       "dns",     "rss",   "pass",    "boss",   "loss",  "less",     "plus",    "minus"};

static const char *const collections[] = {"batch",      "list", "queue",      "array", "all",
                                          "page_items", "data", "collection", "digest"};

static bool ends(PlStr name, const char *end)
{
    return pl_str_ends(name, pl_str_z(end));
}

/* The noun of a name: what follows its last '_'. */
static PlStr noun_of(PlStr name)
{
    size_t at = name.len;
    while (at > 0 && name.ptr[at - 1] != '_') at--;
    return pl_str_slice(name, at, name.len);
}

static bool is_single(PlStr noun)
{
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
        if (pl_str_eq_nocase(noun, pl_str_z(singles[i]))) return true;
    return false;
}

static PlStr with(PlArena *arena, PlStr name, size_t drop, const char *end)
{
    return pl_arena_printf(arena, PL_FMT "%s", PL_ARG(pl_str_slice(name, 0, name.len - drop)), end);
}

static bool is_vowel(char c)
{
    return c && strchr("aeiouAEIOU", c) != NULL;
}

PlStr pl_noun_plural(PlArena *arena, PlStr name)
{
    PlStr noun = noun_of(name);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pl_str_eq_nocase(noun, pl_str_z(pairs[i].one))) return with(arena, name, noun.len, pairs[i].many);
    if (noun.len < 2) return with(arena, name, 0, "s");
    char last = noun.ptr[noun.len - 1], before = noun.ptr[noun.len - 2];
    if ((last | 32) == 'y' && !is_vowel(before)) return with(arena, name, 1, "ies");
    if ((last | 32) == 's' && !is_single(noun)) return name;
    if ((last | 32) == 's' || (last | 32) == 'x' || (last | 32) == 'z' || ends(noun, "ch") || ends(noun, "sh"))
        return with(arena, name, 0, "es");
    return with(arena, name, 0, "s");
}

PlStr pl_noun_singular(PlArena *arena, PlStr name)
{
    PlStr noun = noun_of(name);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pl_str_eq_nocase(noun, pl_str_z(pairs[i].many))) return with(arena, name, noun.len, pairs[i].one);
    if (noun.len < 3 || is_single(noun) || (noun.ptr[noun.len - 1] | 32) != 's' || ends(noun, "ss")) return name;
    if (ends(noun, "ies") && noun.len > 4) return with(arena, name, 3, "y");
    if (ends(noun, "ches") || ends(noun, "shes") || ends(noun, "xes") || ends(noun, "sses") || ends(noun, "zes"))
        return with(arena, name, 2, "");
    return with(arena, name, 1, "");
}

bool pl_noun_is_many(PlStr name)
{
    PlStr noun = noun_of(name);
    for (size_t i = 0; i < sizeof collections / sizeof *collections; i++)
        if (pl_str_eq_nocase(noun, pl_str_z(collections[i]))) return true;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pl_str_eq_nocase(noun, pl_str_z(pairs[i].many))) return true;
    return noun.len > 2 && !is_single(noun) && (noun.ptr[noun.len - 1] | 32) == 's' && !ends(noun, "ss");
}

bool pl_noun_is_pronoun(PlStr word)
{
    static const char *const words[] = {"ones", "those", "these", "them", "they", "everything"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_nocase(word, pl_str_z(words[i]))) return true;
    return false;
}
