/* SPDX-License-Identifier: MIT */
/* Two readers over bytes: one for names (case ends a word), one for prose (runs between spaces are looked at as a whole first: an address, a
 * date, an amount; what is none of them is read as a name). UTF-8 letters count as letters; each character of a script that is written
 * without spaces is a word. */
#include "compiler/bind/token.h"

#include <string.h>

/* ---- characters -------------------------------------------------------------------------------------------------------- */

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}
static bool is_lower(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}
static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}
static bool is_part(char c)
{
    return is_upper(c) || is_lower(c) || is_digit(c);
}

static bool is_one_of(char c, const char *set)
{
    return c != 0 && strchr(set, c) != NULL;
}

/* A character of three bytes in the ranges of CJK and its neighbours (U+3000 to U+DFFF). */
static bool is_ideograph(PlStr text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];
    return c >= 0xE3 && c <= 0xED && at + 2 < text.len;
}

/* ---- words ------------------------------------------------------------------------------------------------------------- */

static void add(PlArena *arena, PlTokens *out, PlStr raw, PlTokenKind kind, uint8_t flags, uint16_t sentence)
{
    char word[PL_STEM_MAX + 1], stem[PL_STEM_MAX + 1];
    size_t len = raw.len < PL_STEM_MAX ? raw.len : PL_STEM_MAX;
    for (size_t i = 0; i < len; i++) word[i] = is_upper(raw.ptr[i]) ? (char)(raw.ptr[i] + 32) : raw.ptr[i];
    memcpy(stem, word, len);
    size_t stem_len = kind == PL_TOKEN_WORD ? pl_stem_word(stem, len) : len;
    PlToken token = {.stem = pl_arena_str(arena, pl_str(stem, stem_len)),
                     .word = pl_arena_str(arena, pl_str(word, len)),
                     .raw = raw,
                     .kind = (uint8_t)kind,
                     .flags = flags,
                     .sentence = sentence};
    pl_vec_push(arena, out, token);
}

/* Where the word that begins at `start` ends: "list|DNS|Records", "IDs" and "OAuth2" whole. */
static size_t word_end(PlStr text, size_t start)
{
    size_t end = start + 1;
    if (is_ideograph(text, start)) return start + 3;
    if (is_upper(text.ptr[start]) && end < text.len && is_upper(text.ptr[end])) {
        while (end < text.len && is_upper(text.ptr[end])) end++;
        bool plural = end < text.len && text.ptr[end] == 's' && (end + 1 == text.len || !is_lower(text.ptr[end + 1]));
        if (plural) return end + 1;
        if (end < text.len && is_lower(text.ptr[end]) && end - start > 1 && (end - start > 2 || text.ptr[start] != 'O'))
            return end - 1;
    }
    while (end < text.len && (is_lower(text.ptr[end]) || is_digit(text.ptr[end])) && !is_ideograph(text, end)) end++;
    return end;
}

static bool all_digits(PlStr s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_digit(s.ptr[i])) return false;
    return s.len > 0;
}

static void add_words(PlArena *arena, PlStr text, uint32_t max, uint8_t flags, uint16_t sentence, PlTokens *out)
{
    for (size_t at = 0; at < text.len && out->len < max;) {
        if (!is_part(text.ptr[at])) {
            at++;
            continue;
        }
        size_t end = word_end(text, at);
        PlStr raw = pl_str_slice(text, at, end);
        bool possessive = raw.len == 1 && raw.ptr[0] == 's' && at > 0 && text.ptr[at - 1] == '\'';
        if (!possessive) add(arena, out, raw, all_digits(raw) ? PL_TOKEN_NUMBER : PL_TOKEN_WORD, flags, sentence);
        at = end;
    }
}

void pl_token_name(PlArena *arena, PlStr text, uint32_t max, PlTokens *out)
{
    add_words(arena, text, max, 0, 0, out);
}

/* ---- runs of prose ------------------------------------------------------------------------------------------------------ */

static bool is_number(PlStr s)
{
    bool digit = false;
    for (size_t i = 0; i < s.len; i++) {
        if (is_digit(s.ptr[i]))
            digit = true;
        else if (s.ptr[i] != '.' && s.ptr[i] != ',' && s.ptr[i] != '-' && s.ptr[i] != '+' && s.ptr[i] != '%')
            return false;
    }
    return digit;
}

static bool is_date(PlStr s)
{
    unsigned groups = 0, digits = 0;
    char separator = 0;
    for (size_t i = 0; i < s.len; i++) {
        if (is_digit(s.ptr[i])) {
            if (digits++ == 0) groups++;
        } else if ((s.ptr[i] == '-' || s.ptr[i] == '/') && digits > 0 && (!separator || separator == s.ptr[i])) {
            separator = s.ptr[i];
            digits = 0;
        } else {
            return groups >= 3 && (s.ptr[i] == 'T' || s.ptr[i] == 't');
        }
    }
    return groups == 3 && separator != 0 && s.len >= 6;
}

static bool is_time(PlStr s)
{
    size_t colon = pl_str_find_char(s, ':', 0);
    if (colon == PL_STR_NONE || colon == 0 || colon > 2 || colon + 2 >= s.len) return false;
    return is_digit(s.ptr[0]) && is_digit(s.ptr[colon + 1]) && is_digit(s.ptr[colon + 2]);
}

static bool is_email(PlStr s)
{
    size_t at = pl_str_find_char(s, '@', 0);
    return at != PL_STR_NONE && at > 0 && pl_str_find_char(s, '.', at) != PL_STR_NONE;
}

static bool is_url(PlStr s)
{
    return pl_str_find(s, PL_STR("://"), 0) != PL_STR_NONE || pl_str_starts(s, PL_STR("www."));
}

static bool is_money(PlStr s)
{
    static const char *const signs[] = {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        PlStr sign = pl_str_z(signs[i]);
        if (pl_str_starts(s, sign) && s.len > sign.len && is_digit(s.ptr[sign.len])) return true;
    }
    return false;
}

static bool is_code(PlStr s)
{
    bool digit = false, letter = false;
    for (size_t i = 0; i < s.len; i++) {
        digit |= is_digit(s.ptr[i]);
        letter |= is_upper(s.ptr[i]) || is_lower(s.ptr[i]);
    }
    return digit && letter && s.len >= 4;
}

static PlTokenKind kind_of(PlStr s)
{
    if (is_email(s)) return PL_TOKEN_EMAIL;
    if (is_url(s)) return PL_TOKEN_URL;
    if (is_money(s)) return PL_TOKEN_MONEY;
    if (is_date(s)) return PL_TOKEN_DATE;
    if (is_time(s)) return PL_TOKEN_TIME;
    if (is_number(s)) return PL_TOKEN_NUMBER;
    return is_code(s) ? PL_TOKEN_CODE : PL_TOKEN_WORD;
}

/* ---- prose ------------------------------------------------------------------------------------------------------------- */

typedef struct Reader {
    PlArena *arena;
    PlTokens *out;
    uint32_t max;
    uint32_t sentence_from; /* its first token */
    uint16_t sentence;
    uint8_t flags;
    char quote;
    bool fresh; /* a sentence begins */
} Reader;

static void end_sentence(Reader *r, bool asks)
{
    for (uint32_t i = r->sentence_from; asks && i < r->out->len; i++) r->out->items[i].flags |= PL_TOKEN_ASKS;
    if (r->out->len > r->sentence_from) r->sentence++;
    r->sentence_from = r->out->len;
    r->fresh = true;
}

/* Signs at both ends of a run that are no part of what it says. */
static PlStr strip(PlStr run)
{
    size_t start = 0, end = run.len;
    while (start < end && is_one_of(run.ptr[start], "\"'`([{<*,;:!?.")) start++;
    while (end > start && is_one_of(run.ptr[end - 1], "\"'`)]}>*,;:!?.")) end--;
    return pl_str_slice(run, start, end);
}

static void add_run(Reader *r, PlStr run)
{
    PlStr core = strip(run);
    if (!core.len) return;
    uint8_t flags = r->flags | (r->quote ? PL_TOKEN_QUOTED : 0) | (r->fresh ? PL_TOKEN_STARTS : 0);
    if (is_upper(core.ptr[0]) && !r->fresh) flags |= PL_TOKEN_CAPITAL;
    PlTokenKind kind = kind_of(core);
    r->fresh = false;
    if (kind == PL_TOKEN_WORD)
        add_words(r->arena, core, r->max, flags, r->sentence, r->out);
    else
        add(r->arena, r->out, core, kind, flags, r->sentence);
}

/* A quote opens at a run's beginning and closes at a run's end; an apostrophe within a word is none. */
static void open_quote(Reader *r, PlStr run)
{
    size_t i = 0;
    while (i < run.len && is_one_of(run.ptr[i], "([{")) i++;
    if (i < run.len && run.ptr[i] == '(') r->flags |= PL_TOKEN_ASIDE;
    if (run.len && run.ptr[0] == '(') r->flags |= PL_TOKEN_ASIDE;
    if (!r->quote && i < run.len && (run.ptr[i] == '"' || run.ptr[i] == '\'' || run.ptr[i] == '`'))
        r->quote = run.ptr[i];
}

static void close_quote(Reader *r, PlStr run)
{
    if (memchr(run.ptr, ')', run.len)) r->flags &= (uint8_t)~PL_TOKEN_ASIDE;
    if (!r->quote) return;
    for (size_t i = run.len; i > 0 && !is_part(run.ptr[i - 1]); i--)
        if (run.ptr[i - 1] == r->quote && (i > 1 || run.len == 1)) {
            r->quote = 0;
            return;
        }
}

void pl_token_prose(PlArena *arena, PlStr text, uint32_t max, PlTokens *out)
{
    Reader r = {.arena = arena, .out = out, .max = max, .fresh = true, .sentence_from = out->len};
    for (size_t at = 0; at < text.len && out->len < max;) {
        char c = text.ptr[at];
        if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
            if (c == '\n') end_sentence(&r, false);
            at++;
            continue;
        }
        size_t end = at;
        while (end < text.len && !is_one_of(text.ptr[end], " \t\r\n")) end++;
        PlStr run = pl_str_slice(text, at, end);
        open_quote(&r, run);
        add_run(&r, run);
        close_quote(&r, run);
        size_t last = run.len;
        while (last > 1 && is_one_of(run.ptr[last - 1], "\"')")) last--;
        if (is_one_of(run.ptr[last - 1], ".!?")) end_sentence(&r, run.ptr[last - 1] == '?');
        at = end;
    }
    end_sentence(&r, false);
}
