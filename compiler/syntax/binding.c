/* SPDX-License-Identifier: MIT */
/* BINDING := ["and" | "then" | "("] (VERB [["the"] THING] IN [NOUN] NAME | CALL ["the"] THING [NOUN] NAME | KEY ":" NAME). A thing that is no result
 * ("save the report as report.pdf") makes no binding. */
#include "compiler/syntax/binding.h"

#include "pilot.h"

static const char *blanks(const char *p, const char *limit)
{
    while (p < limit && (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r')) p++;
    return p;
}

/* The same over the marks of bold. */
static const char *marks(const char *p, const char *limit)
{
    while (p < limit && (*p == ' ' || *p == '\t' || *p == '*')) p++;
    return p;
}

/* Behind the word z at p and the blanks after it, or p. */
static const char *over_word(const char *p, const char *limit, const char *z)
{
    size_t len = strlen(z);
    if ((size_t)(limit - p) <= len || !pl_str_eq_nocase(pl_str(p, len), pl_str(z, len)) || pl_phrase_word_char(p[len]))
        return p;
    return blanks(p + len, limit);
}

static const char *over_kind(const PlPhrases *phrases, const char *p, const char *limit, int kind)
{
    const char *end;
    return pl_phrase_match_kind(phrases, PL_AT_BIND, kind, p, limit, &end) ? blanks(end, limit) : NULL;
}

/* The name at p, perhaps in back-ticks, quotes or double braces; nothing may follow it but the end of a sentence, a bracket or a comma. */
static bool name_at(const char *p, const char *limit, PlBinding *out)
{
    char close = 0;
    if (p < limit && (*p == '`' || *p == '"' || *p == '\'')) close = *p++;
    unsigned braces = 0;
    while (p < limit && *p == '{' && braces < 2) p++, braces++;
    if (p < limit && *p == '$') p++;
    const char *start = p;
    if (p == limit || (*p >= '0' && *p <= '9')) return false;
    while (p < limit && pl_phrase_word_char(*p)) p++;
    out->name = pl_str(start, (size_t)(p - start));
    if (out->name.len == 0) return false;
    for (; braces > 0; braces--)
        if (p == limit || *p++ != '}') return false;
    if (close && (p == limit || *p++ != close)) return false;
    out->end = p;
    while (p < limit && (*p == ' ' || *p == '\t' || *p == '\r')) p++;
    if (p == limit || *p == '\n' || *p == ',' || *p == ')' || *p == ';' || *p == '#') return true;
    return *p == '.' && (p + 1 == limit || p[1] == ' ' || p[1] == '\n' || p[1] == '\r');
}

bool pl_binding_match(const PlPhrases *phrases, const char *p, const char *limit, PlBinding *out)
{
    const char *next;
    bool bracket = p < limit && *p == '(';
    p = blanks(p + bracket, limit);
    p = over_word(p, limit, "and");
    p = over_word(p, limit, "then");
    const char *key = over_kind(phrases, p, limit, PL_TK_B_KEY);
    if (key) key = marks(key, limit);
    if (key && key < limit && (*key == ':' || *key == '=') && key[1] != '=' &&
        name_at(blanks(marks(key + 1, limit), limit), limit, out))
        goto found;
    if ((next = over_kind(phrases, p, limit, PL_TK_B_VERB))) {
        const char *thing = over_kind(phrases, over_word(next, limit, "the"), limit, PL_TK_B_THING);
        if (!thing) thing = over_kind(phrases, over_word(next, limit, "its"), limit, PL_TK_B_THING);
        if (thing) next = thing;
        next = over_kind(phrases, next, limit, PL_TK_B_IN);
        if (!next) return false;
        const char *noun = over_kind(phrases, next, limit, PL_TK_B_NOUN);
        if (noun && name_at(noun, limit, out)) goto found;
        if (name_at(next, limit, out)) goto found;
        return false;
    }
    if ((next = over_kind(phrases, p, limit, PL_TK_B_CALL))) {
        const char *thing = over_kind(phrases, over_word(next, limit, "the"), limit, PL_TK_B_THING);
        if (!thing) return false;
        const char *noun = over_kind(phrases, thing, limit, PL_TK_B_NOUN);
        if (name_at(noun ? noun : thing, limit, out)) goto found;
    }
    if (bracket && (next = over_word(p, limit, "as")) != p && name_at(next, limit, out)) goto found;
    return false;
found:
    if (!bracket) return true;
    next = blanks(out->end, limit);
    if (next == limit || *next != ')') return false;
    out->end = next + 1;
    return true;
}
