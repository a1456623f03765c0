/* SPDX-License-Identifier: MIT */
/* The scanner by its tokens, and the table of spellings: each row can be reached, and stands once. */
#include "compiler/syntax/build.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

typedef struct Setup {
    PlEscape escape;
    PlSources sources;
    PlDiags diags;
    PlSyntax syntax;
} Setup;

static void begin(Setup *s, PlStr text)
{
    PlArena *arena = pl_arena_new(&s->escape, 0);
    pl_sources_init(&s->sources, arena);
    pl_diags_init(&s->diags, arena, &s->sources);
    s->syntax = (PlSyntax){.arena = arena, .diags = &s->diags, .text = pl_arena_str(arena, text)};
    s->syntax.phrases = pl_phrases_new(arena);
    s->syntax.source = pl_sources_add(&s->sources, PL_STR("test"), s->syntax.text);
}

/* Whether the tokens of `text`, read for `entry`, are exactly these kinds. */
static bool tokens(const char *text, int entry, const int *kinds)
{
    Setup s;
    if (setjmp(s.escape.at)) abort();
    begin(&s, pl_str_z(text));
    PlScan scan;
    pl_scan_init(&scan, &s.syntax, entry, 0, (uint32_t)strlen(text));
    bool same = true;
    uint32_t last = 0;
    for (size_t i = 0; same; i++) {
        PlToken token = pl_scan_next(&scan);
        same = token.kind == kinds[i] && token.span.start >= last && token.span.end <= strlen(text);
        if (!same) fprintf(stderr, "token %zu of %s is %d, expected %d\n", i, text, token.kind, kinds[i]);
        last = token.span.start;
        if (token.kind == 0) break;
    }
    pl_arena_free(s.syntax.arena);
    return same;
}

#define T(name)                  PL_TK_##name
#define TOKENS(text, entry, ...) CHECK(tokens(text, T(entry), (const int[]){__VA_ARGS__, 0}))

TEST(words_by_place)
{
    TOKENS("is is is", E_EXPR, T(NAME), T(IS), T(NAME));
    TOKENS("where.in.take where where", E_EXPR, T(NAME), T(DOT), T(NAME), T(DOT), T(NAME), T(WHERE), T(NAME));
    TOKENS("f(to=1, where: 2)", E_EXPR, T(NAME), T(LPAREN), T(KEY), T(NUMBER), T(COMMA), T(KEY), T(NUMBER), T(RPAREN));
    TOKENS("not x is not empty", E_EXPR, T(NOT), T(NAME), T(NOT_EMPTY));
    TOKENS("a is\n  not\n  in b", E_EXPR, T(NAME), T(NOT_IN), T(NAME));
    TOKENS("times times b", E_EXPR, T(NAME), T(STAR), T(NAME));
    TOKENS("3 days ago", E_EXPR, T(DURATION), T(AGO));
    TOKENS("n days", E_EXPR, T(NAME), T(UNIT));
}

TEST(commas_and_clauses)
{
    TOKENS("a where b, sorted by c, d", S_KEEP, T(NAME), T(WHERE), T(NAME), T(SORTED), T(NAME), T(KEY_COMMA), T(NAME));
    TOKENS("[a, retry, 3]", E_EXPR, T(LBRACKET), T(NAME), T(COMMA), T(NAME), T(COMMA), T(NUMBER), T(RBRACKET));
    TOKENS("a.b(x: 1), retry 3 times -> r", E_ACTION, T(ACTION), T(LPAREN), T(KEY), T(NUMBER), T(RPAREN), T(RETRY),
           T(NUMBER), T(TIMES), T(ARROW), T(NAME));
    TOKENS("k, key in key", S_EACH, T(NAME), T(COMMA), T(NAME), T(IN), T(NAME));
}

TEST(types_and_brackets)
{
    TOKENS("{a?: list of text, b: one of \"x\", \"y\"}", E_TYPE, T(LBRACE), T(KEY), T(LIST_OF), T(NAME), T(COMMA),
           T(KEY), T(ONE_OF), T(TEXT), T(ONE_COMMA), T(TEXT), T(RBRACE));
    TOKENS("yes or no or nothing", E_TYPE, T(TYPE_NAME), T(OR), T(NAME));
    TOKENS("{{a}}", E_EXPR, T(LBRACE2), T(NAME), T(RBRACE2));
    TOKENS("{a: {b: 1}}", E_EXPR, T(LBRACE), T(KEY), T(LBRACE), T(KEY), T(NUMBER), T(RBRACE), T(RBRACE));
    TOKENS("x[10:20]", E_EXPR, T(NAME), T(LBRACKET), T(NUMBER), T(COLON), T(NUMBER), T(RBRACKET));
}

TEST(spellings_stand_once_and_are_found)
{
    Setup s;
    if (setjmp(s.escape.at)) abort();
    begin(&s, PL_STR(""));
    for (uint32_t i = 0; i < pl_spelling_count; i++) {
        const PlSpelling *row = &pl_spellings[i];
        const char *end = NULL;
        bool by_kind = row->place == PL_AT_BIND; /* there the same words may be a verb and a noun, and are asked for by kind */
        const PlSpelling *found = pl_phrase_match_kind(s.syntax.phrases, row->place, by_kind ? row->kind : 0, row->accepted.ptr,
                                                       row->accepted.ptr + row->accepted.len, &end);
        if (found != row) fprintf(stderr, PL_FMT "\n", PL_ARG(row->accepted));
        CHECK(found == row && end == row->accepted.ptr + row->accepted.len);
        if (!by_kind) CHECK(pl_phrase_longest(row->place, row->accepted.ptr, row->accepted.ptr + row->accepted.len, &end) == row);
        for (size_t k = 0; k < row->accepted.len; k++) CHECK(row->accepted.ptr[k] < 'A' || row->accepted.ptr[k] > 'Z');
    }
    pl_arena_free(s.syntax.arena);
}

TEST(moments_read)
{
    Setup s;
    if (setjmp(s.escape.at)) abort();
    begin(&s, PL_STR(""));
    unsigned moments = 0;
    for (uint32_t i = 0; i < pl_spelling_count; i++) {
        if (pl_spellings[i].kind != PL_TK_MOMENT) continue;
        moments++;
        CHECK(pl_build_moment(&s.syntax, &pl_spellings[i], PL_NO_SPAN)->kind != PL_EXPR_BAD);
    }
    CHECK(moments > 20 && s.diags.errors == 0);
    pl_arena_free(s.syntax.arena);
}

TEST(longest_match_ends_at_words)
{
    Setup s;
    if (setjmp(s.escape.at)) abort();
    begin(&s, PL_STR(""));
    const char *text = "isolate", *end;
    CHECK(!pl_phrase_match(s.syntax.phrases, PL_AT_INFIX, text, text + 7, &end));
    text = "Is\tNot  Empty.";
    const PlSpelling *row = pl_phrase_match(s.syntax.phrases, PL_AT_INFIX, text, text + strlen(text), &end);
    CHECK(row && row->kind == PL_TK_NOT_EMPTY && *end == '.');
    CHECK_STR(pl_phrase_exact(PL_TK_H_GOAL), "Goal");
    pl_arena_free(s.syntax.arena);
}

UNIT_MAIN
