/* SPDX-License-Identifier: MIT */
/* See unread_words.h. An apostrophe within a word belongs to it ("don't"), but not a possessive one. */
#include "compiler/check/unread_words.h"

#include "compiler/bind/token.h"

enum { WORDS_MOST = 200, LEARN_MOST = 400 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80 || c == '_';
}

static bool begins(const char *p, const char *limit, const char *with)
{
    size_t n = strlen(with);
    return (size_t)(limit - p) >= n && memcmp(p, with, n) == 0;
}

static PlStr stem_of(PlArena *arena, PlStr word)
{
    char room[PL_STEM_MAX + 1];
    size_t n = word.len < PL_STEM_MAX ? word.len : PL_STEM_MAX;
    memcpy(room, word.ptr, n);
    return pl_arena_str(arena, pl_str(room, pl_stem_word(room, n)));
}

/* "1,200.00" -> "1200": thousands and cents that are none say nothing. */
static PlStr digits_of(PlArena *arena, PlStr raw)
{
    char *out = pl_arena_alloc(arena, raw.len + 1, 1);
    size_t n = 0, point = 0;
    for (size_t i = 0; i < raw.len; i++) {
        if (raw.ptr[i] == ',' && i + 3 < raw.len && is_digit(raw.ptr[i + 3])) continue;
        if (raw.ptr[i] == '.' && !point) point = n + 1;
        out[n++] = raw.ptr[i];
    }
    while (point && n > point && out[n - 1] == '0') n--;
    if (point && n == point) n--;
    out[n] = 0;
    return pl_str(out, n);
}

static const char *number_end(const char *p, const char *limit)
{
    while (p < limit && (is_digit(*p) || (strchr(".,:-/", *p) && p + 1 < limit && is_digit(p[1])))) p++;
    return p;
}

static const char *word_end(const char *p, const char *limit)
{
    while (p < limit) {
        bool curly = begins(p, limit, "\xe2\x80\x99");
        const char *next = p + (curly ? 3 : 1);
        bool joins = (curly || *p == '\'' || *p == '-') && next < limit && is_letter(*next) && !(next[0] == 's' && (next + 1 == limit || !is_letter(next[1])));
        bool sign = begins(p, limit, "\xe2\x80") || begins(p, limit, "\xe2\x86") || begins(p, limit, "\xe2\x89") || begins(p, limit, "\xe2\x87");
        if (!joins && (sign || (!is_letter(*p) && !is_digit(*p)))) break;
        p = joins ? next : p + 1;
    }
    return p;
}

static PlStr word_of(PlArena *arena, PlStr raw)
{
    char *out = pl_arena_alloc(arena, raw.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < raw.len; i++) {
        bool curly = begins(raw.ptr + i, raw.ptr + raw.len, "\xe2\x80\x99");
        out[n++] = curly ? '\'' : raw.ptr[i] >= 'A' && raw.ptr[i] <= 'Z' ? (char)(raw.ptr[i] + 32) : raw.ptr[i];
        if (curly) i += 2;
    }
    out[n] = 0;
    return pl_str(out, n);
}

static bool is_number_word(PlStr word)
{
    static const char *const words[] = {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "fifty", "hundred"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_z(word, words[i])) return true;
    return false;
}

static PlStr number_of_word(PlStr word)
{
    static const char *const words[] = {"two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "twelve", "twenty", "fifty", "hundred"};
    static const char *const digits[] = {"2", "3", "4", "5", "6", "7", "8", "9", "10", "12", "20", "50", "100"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pl_str_eq_z(word, words[i])) return pl_str_z(digits[i]);
    return word;
}

/* A sign that says something, or the end of a stretch of words. */
static size_t sign_at(const char *p, const char *limit, PlSaidKind *kind)
{
    static const char *const arrows[] = {"\xe2\x86\x92", "\xe2\x87\x92", "\xe2\x9e\xa1", "->", "=>"};
    static const char *const compares[] = {"\xe2\x89\xa4", "\xe2\x89\xa5", "\xe2\x89\xa0", "<=", ">=", "!=", "==", "<", ">"};
    static const char *const pauses[] = {",", ";", ":", ".", "!", "?", "(", ")", "\xe2\x80\x93", "\xe2\x80\x94"};
    *kind = PL_SAID_ARROW;
    for (size_t i = 0; i < sizeof arrows / sizeof *arrows; i++)
        if (begins(p, limit, arrows[i])) return strlen(arrows[i]);
    *kind = PL_SAID_COMPARE;
    for (size_t i = 0; i < sizeof compares / sizeof *compares; i++)
        if (begins(p, limit, compares[i])) return strlen(compares[i]);
    *kind = PL_SAID_PAUSE;
    for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++)
        if (begins(p, limit, pauses[i])) return strlen(pauses[i]);
    return 0;
}

/* Behind the text in quotes that begins here, else NULL. */
static const char *quote_end(const char *p, const char *limit)
{
    static const char *const pairs[][2] = {{"\"", "\""}, {"`", "`"}, {"\xe2\x80\x9c", "\xe2\x80\x9d"}, {"{", "}"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        if (!begins(p, limit, pairs[i][0])) continue;
        for (const char *q = p + strlen(pairs[i][0]); q < limit; q++)
            if (begins(q, limit, pairs[i][1])) return q + strlen(pairs[i][1]);
    }
    return NULL;
}

void pl_unread_words(PlArena *arena, PlStr text, PlSaidWords *out)
{
    if (!text.len) return;
    const char *limit = text.ptr + text.len, *p = text.ptr;
    while (p < limit && out->len < WORDS_MOST) {
        PlSaidKind kind = PL_SAID_WORD;
        const char *end = quote_end(p, limit);
        size_t sign = end ? 0 : sign_at(p, limit, &kind);
        PlSaidWord word = {.kind = kind, .from = (size_t)(p - text.ptr)};
        if (end) {
            p = end;
            continue;
        }
        if (sign) {
            end = p + sign;
        } else if (is_digit(*p)) {
            end = number_end(p, limit);
            word.kind = PL_SAID_NUMBER;
            word.word = word.stem = digits_of(arena, pl_str(p, (size_t)(end - p)));
        } else if (is_letter(*p) || *p == '%') {
            end = *p == '%' ? p + 1 : word_end(p, limit);
            if (end == p) end = p + 1;
            word.kind = PL_SAID_WORD;
            word.word = word_of(arena, pl_str(p, (size_t)(end - p)));
            word.stem = stem_of(arena, word.word);
            if (is_number_word(word.word)) word.kind = PL_SAID_NUMBER, word.word = word.stem = number_of_word(word.word);
        } else {
            p++;
            continue;
        }
        word.to = (size_t)(end - text.ptr);
        pl_vec_push(arena, out, word);
        p = end;
    }
}

void pl_unread_learn(PlArena *arena, PlStr text, PlMap *known)
{
    PlTokens tokens = {0};
    pl_token_name(arena, text, LEARN_MOST, &tokens);
    for (uint32_t i = 0; i < tokens.len; i++) pl_map_put(known, tokens.items[i].stem, NULL);
    if (!text.len) return;
    const char *limit = text.ptr + text.len;
    for (const char *p = text.ptr; p < limit; p++) {
        if (!is_digit(*p) || (p > text.ptr && is_digit(p[-1]))) continue;
        const char *end = number_end(p, limit);
        pl_map_put(known, digits_of(arena, pl_str(p, (size_t)(end - p))), NULL);
        p = end > p ? end - 1 : p;
    }
}
