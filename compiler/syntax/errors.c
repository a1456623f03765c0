/* SPDX-License-Identifier: MIT */
/* What the parser says when a token does not fit: what it found, what it would have read, in the language's words and not the grammar's.
 * Tokens are named by the table below or by their exact spelling; many operators together are "an operator". */
#include "compiler/syntax/build.h"

#include "vm/base/limits.h"

typedef struct Words {
    int kind;
    const char *words;
    char family; /* 'v' a value, 'o' an operator, 'l' a list clause, 'c' a clause; 0: by itself; '-': never named */
} Words;

#define V(kind)                                                                                                        \
    {                                                                                                                  \
        PL_TK_##kind, NULL, 'v'                                                                                        \
    }
#define O(kind)                                                                                                        \
    {                                                                                                                  \
        PL_TK_##kind, NULL, 'o'                                                                                        \
    }
#define L(kind)                                                                                                        \
    {                                                                                                                  \
        PL_TK_##kind, NULL, 'l'                                                                                        \
    }
#define C(kind)                                                                                                        \
    {                                                                                                                  \
        PL_TK_##kind, NULL, 'c'                                                                                        \
    }
#define S(kind, words)                                                                                                 \
    {                                                                                                                  \
        PL_TK_##kind, words, 0                                                                                         \
    }
#define N(kind)                                                                                                        \
    {                                                                                                                  \
        PL_TK_##kind, NULL, '-'                                                                                        \
    }
/* clang-format off */
static const Words table[] = {
    {0, "the end of the step", 0},
    V(NUMBER), V(DURATION), V(TIME), V(YES), V(NO), V(NOTHING), V(IT), V(STEP), V(MOMENT), V(NONE_OF), V(EMPTY_LIST),
    V(EMPTY_RECORD), V(SOME_OF), V(SINCE), V(DAYS_BETWEEN), V(SEPARATOR), V(LPAREN), V(LBRACE2), V(LBRACKET), V(LBRACE), V(OF), V(FIRST_N),
    V(MINUS), V(NOT),
    O(IS), O(IS_NOT), O(LT), O(LE), O(GT), O(GE), O(OLDER), O(NEWER), O(CONTAINS), O(NOT_CONTAINS), O(IN), O(NOT_IN), O(STARTS), O(ENDS),
    O(MATCHES), O(NOT_STARTS), O(NOT_ENDS), O(NOT_MATCHES), O(EMPTY), O(NOT_EMPTY), O(EXISTS), O(MISSING), O(OR), O(AND), O(COALESCE),
    O(PLUS), O(STAR), O(SLASH), O(PERCENT), O(IF), O(DOT), O(UNIT), O(AGO), O(FROM_NOW), O(HAS), O(FOUND), O(FOR), O(HAVE), O(HAS_ANY),
    O(OR_MORE), O(BETWEEN), O(OF_WORD), O(QUESTION),
    L(WHERE), L(SORTED), L(GROUPED), L(SELECT), L(TAKE), L(DISTINCT_BY), L(DISTINCT), L(JOINED), L(LINES), L(AS_CALL),
    C(RETRY), C(WITHIN), C(ALL_PAGES), C(UP_TO), C(AT_MOST), C(EVERY), C(FOR_UP_TO), C(ASK_FIRST), C(IN_ORDER), C(KEY_WORD), C(TOLERATING),
    C(GO_ON), C(IF_FAILS), C(PARALLEL), C(CONCURRENCY),
    S(NAME, "a name"), S(TEXT, "a text in quotes"), S(RPAREN, "`)`"), S(RBRACKET, "`]`"), S(RBRACE, "`}`"), S(RBRACE2, "`}}`"),
    S(COMMA, "`,`"), S(KEY, "`name:`"), S(COLON, "`:`"), S(ARROW, "`-> name`"), S(AS, "`as` and a type"), S(ACTION,
    "an action such as plugin.action"),
    S(TO, "`to`"), S(BY, "`by`"), S(TIMES, "`times`"), S(ELSE_FAIL, "`else fail \"why\"`"), S(OTHERWISE, "`otherwise`"),
    S(DO_CONTINUE, "`continue`"), S(DO_STOP, "`stop`"), S(DO_FAIL, "`fail \"why\"`"), S(DO_USE, "`use` and a value"),
    S(PROSE, "an action"), S(LIST_OF, "a type"), S(WITH, "`with` and a status"), S(CALLS, "`calls`"), S(ROLE, "who is asked"),
    S(WAITING, "`waiting` and a duration"),
    N(ASSIGN), N(ASSIGN_ADD), N(ASSIGN_SUB), N(STEP_UP), N(STEP_DOWN), N(BE), N(THEN_OP), N(ASIDE), N(LAMBDA), N(KEY_COMMA), N(ONE_COMMA),
    N(ONE_OF), N(TYPE_NAME), N(DESCENDING), N(ASCENDING), N(DOUBLING), N(ITEMS), N(AT_A_TIME), N(FAILURES),
    N(PER_CENT), N(OR_UNTIL), N(BAD),
};
/* clang-format on */
#undef V
#undef O
#undef L
#undef C
#undef S
#undef N

static const Words *words_of(int kind)
{
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].kind == kind) return &table[i];
    return NULL;
}

enum { MAX_EXPECTED = 9 };

/* "a value, `)` or `,`" */
static void list_expected(PlBuf *out, const bool *expected, int count)
{
    const char *said[MAX_EXPECTED];
    int n = 0;
    bool value = expected[PL_TK_NUMBER] && expected[PL_TK_TEXT] && expected[PL_TK_NAME];
    bool type = expected[PL_TK_LIST_OF], operator= expected[PL_TK_PLUS], lists = expected[PL_TK_WHERE];
    if (value) said[n++] = "a value";
    for (int k = 0; k < count && n < MAX_EXPECTED - 4; k++) {
        const Words *words = expected[k] ? words_of(k) : NULL;
        if (k == 0 && expected[PL_TK_COLON]) continue; /* the colon is what belongs there */
        bool covered = (value && (k == PL_TK_TEXT || k == PL_TK_NAME)) || (type && k == PL_TK_NAME);
        if (words && words->family == 0 && !covered) said[n++] = words->words;
    }
    if (expected[PL_TK_IN] && !operator) said[n++] = "`in`";
    if (operator)
        said[n++] = "an operator";
    else if (lists)
        said[n++] = "`where` or another list clause";
    if (expected[PL_TK_RETRY]) said[n++] = "a clause";
    if (n == 0) said[n++] = "something else";
    for (int i = 0; i < n; i++) {
        if (i) pl_buf_put_z(out, i == n - 1 ? " or " : ", ");
        pl_buf_put_z(out, said[i]);
    }
}

static PlStr found_words(PlRun *r, const PlToken *found)
{
    PlArena *arena = r->syntax->arena;
    if (found->kind == 0) return PL_STR("the end");
    if (found->kind == PL_TK_TEXT) return PL_STR("a text");
    PlStr text = found->text;
    size_t line = pl_str_find_char(text, '\n', 0);
    if (line != PL_STR_NONE) text = pl_str_slice(text, 0, line);
    bool is_long = text.len > 40;
    if (is_long) {
        text.len = 40;
        while (text.len && ((unsigned char)text.ptr[text.len] & 0xc0) == 0x80) text.len--;
    }
    return pl_arena_printf(arena, "`" PL_FMT "%s`", PL_ARG(text), is_long ? "..." : "");
}

static const char *help_for(const PlRun *r, const PlToken *found, const bool *expected)
{
    switch (r->scan->entry) {
    case PL_TK_S_SET: return expected[PL_TK_TO] ? "Set total to 0" : NULL;
    case PL_TK_S_EACH: return expected[PL_TK_IN] || r->scan->head ? "For each item in list:" : NULL;
    case PL_TK_S_REPEAT: return expected[PL_TK_TIMES] ? "Repeat 3 times:" : NULL;
    case PL_TK_S_ADD: return expected[PL_TK_TO] ? "Add item to list" : NULL;
    case PL_TK_E_ACTION:
        if (found->kind == PL_TK_NAME && expected[PL_TK_COMMA]) return "put `,` between arguments";
        return NULL;
    default: return NULL;
    }
}

void pl_run_unexpected(PlRun *r, const PlToken *found, const bool *expected, int count)
{
    PlDiags *diags = r->syntax->diags;
    PlBuf list;
    pl_buf_init(&list, 0);
    list_expected(&list, expected, count);
    PlStr words = pl_arena_str(r->syntax->arena, pl_buf_str(&list));
    pl_buf_deinit(&list);
    /* Where something is missing at the end, or before the next line, the caret goes behind what was read. */
    PlSpan span = found->span;
    if ((found->kind == 0 || r->scan->newline) && r->last.span.end > 0)
        span = (PlSpan){span.source, r->last.span.end, r->last.span.end};
    PlDiag *d = PL_REPORT(diags, UNEXPECTED, span, words.ptr, found_words(r, found).ptr);
    const char *help = help_for(r, found, expected);
    if (help) pl_diag_help(diags, d, "%s", help);
    r->failed = true;
}

/* The automaton refused: while reading quietly that is the answer; else `accepts` let it through, which cannot happen while the tables are one. */
void pl_run_refused(PlRun *r, PlToken token)
{
    if (r->syntax->quiet)
        r->syntax->diags->errors++;
    else if (!r->failed)
        PL_REPORT(r->syntax->diags, UNEXPECTED, token.span, "something else", found_words(r, &token).ptr);
    r->failed = true;
}

void pl_run_too_deep(PlRun *r)
{
    if (!r->failed) PL_REPORT(r->syntax->diags, TOO_DEEP, r->last.span, (unsigned)PL_LIMIT_EXPR_DEPTH);
    r->failed = true;
}

void pl_run_no_colon(PlRun *r)
{
    if (r->one_line) return;
    PlSpan span = r->last.span;
    span.start = span.end;
    PlDiag *d = PL_REPORT0(r->syntax->diags, MISSING_COLON, span);
    pl_diag_fix(r->syntax->diags, d, span, PL_STR(":"), true);
}
