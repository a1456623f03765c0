/* SPDX-License-Identifier: MIT */
/* Words and signs: what each means where a value is expected, and what behind one. The table of spellings decides (phrase.h); this file knows
 * which of its rows a place can use, and joins words to one name where the parser has asked for that (PlScan.words). */
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/scan_inside.h"

static bool usable(const PlScan *s, const PlSpelling *row, const char *behind);

/* `times` multiplies where a value follows and counts elsewhere. */
static bool multiplies(PlScan *s, const char *end)
{
    const char *next = pl_scan_skip(s, end, false), *behind;
    if (next == s->limit || pl_scan_phrase(s, PL_AT_INFIX, next, &behind) ||
        pl_scan_phrase(s, PL_AT_TAIL, next, &behind))
        return false;
    if (pl_scan_phrase(s, PL_AT_COUNT, next, &behind)) return false;
    char closer;
    return pl_phrase_word_char(*next) || *next == '(' || pl_text_quote(next, s->limit, &closer);
}

enum { WORDS_OF_NAME = 8, WORDS_BYTES = 240 };

static bool is_one_of(PlStr word, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pl_str_eq_nocase(word, pl_str_z(words[i]))) return true;
    return false;
}
#define IS_ONE_OF(word, words) is_one_of((word), (words), sizeof(words) / sizeof *(words))

/* Whether the word [p, end) ends a name of several words: it is a word of the language here, or a key. */
static bool ends_name(PlScan *s, const char *p, const char *end)
{
    static const char *const stops[] = {"then", "do", "of", "from"};
    const char *behind;
    const PlSpelling *row = pl_scan_phrase(s, PL_AT_INFIX, p, &behind);
    if (row && usable(s, row, behind)) return true;
    if (IS_ONE_OF(pl_str(p, (size_t)(end - p)), stops)) return true;
    if (pl_scan_phrase(s, PL_AT_TAIL, p, &behind)) return true;
    if (s->counting && pl_scan_phrase(s, PL_AT_COUNT, p, &behind)) return true;
    const char *sign = pl_scan_blanks(end);
    return (pl_scan_top(s) == '(' || pl_scan_top(s) == '{') && (*sign == '=' || *sign == ':');
}

/* NAME, with the words behind it where the parser has asked for that: "company size" is company_size. */
/* The end of a condition that is all words: its colon, a comma, a bracket or the end; NULL where other signs stand in it. */
static const char *end_of_words(const PlScan *s, const char *p)
{
    const char *stop = p, *first = p, *end;
    char closer;
    for (; p < s->limit && !strchr(":,(;#", *p); p++) {
        bool quoted = p > first && (p[-1] == ' ' || p[-1] == '\n') && pl_text_quote(p, s->limit, &closer) && *p != '`';
        if (quoted && (end = pl_text_end(p, s->limit))) { /* a text between the words: `any build has the state "failed"` */
            stop = end;
            p = end - 1;
            continue;
        }
        bool word = pl_phrase_word_char(*p) || (unsigned char)*p >= 0x80, link = strchr(".'-/", *p) && *p;
        if (!word && !link && !strchr(" \t\r\n", *p)) return NULL;
        if (word) stop = p + 1;
    }
    return stop;
}

/* "orders whose total is over 100", "orders over 100", "orders that are paid" behind the `in` of a For each: where these words end, which say what is left of
 * the list; NULL when p is no name that such words follow. */
static const char *end_of_narrowed(const PlScan *s, const char *p)
{
    static const char *const openers[] = {"whose", "that", "which", "who", "with", "without", "over", "under", "above", "below", "older", "newer", "between"};
    if (s->entry != PL_TK_S_EACH || s->prev != PL_TK_IN || s->depth) return NULL;
    const char *name = pl_oneline_path_end(p, s->limit), *behind, *end, *stop = p;
    const char *opener = name ? pl_scan_blanks(name) : NULL;
    char closer;
    if (!name || opener == name || pl_raw_scan(PL_MODE_EXPR, opener, s->limit, &end) != PL_RAW_WORD) return NULL;
    if (!IS_ONE_OF(pl_str(opener, (size_t)(end - opener)), openers) || pl_scan_phrase(s, PL_AT_TAIL, opener, &behind)) return NULL;
    for (const char *q = p; q < s->limit && !strchr(",(;#\n", *q); q++) {
        if (*q == ':' && (q + 1 == s->limit || strchr(" \n", q[1]))) break;
        if (q[-1] == ' ' && pl_scan_phrase(s, PL_AT_TAIL, q, &behind)) return NULL;
        if (q > p && q[-1] == ' ' && *q != '`' && pl_text_quote(q, s->limit, &closer) && (end = pl_text_end(q, s->limit))) q = end - 1;
        if (*q != ' ') stop = q + 1;
    }
    return stop;
}

/* The words with one space between them. */
static PlStr one_line(PlArena *arena, PlStr words)
{
    char *out = pl_arena_alloc(arena, words.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < words.len; i++) {
        bool space = strchr(" \t\r\n", words.ptr[i]) != NULL;
        if (!space)
            out[n++] = words.ptr[i];
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    out[n] = 0;
    return pl_str(out, n);
}

PlToken pl_scan_name(PlScan *s, const char *p, const char *end)
{
    const char *stop = end, *all = s->words == PL_WORDS_ALL && s->prev == s->entry ? end_of_words(s, p) : NULL;
    unsigned count = 1;
    if (!all) all = end_of_narrowed(s, p);
    if (all && all - p <= WORDS_BYTES) stop = all, count = WORDS_OF_NAME;
    for (; s->words && s->prev != PL_TK_ARROW && count < WORDS_OF_NAME; count++) {
        const char *next = pl_scan_blanks(stop), *word;
        if (next == stop || pl_raw_scan(PL_MODE_EXPR, next, s->limit, &word) != PL_RAW_WORD || ends_name(s, next, word))
            break;
        stop = word;
    }
    static const char *const quantities[] = {"any",  "all",  "some", "one",  "each", "none",   "both",
                                             "most",
                                              "half", "rest", "many", "few",  "several"};
    s->quantity = IS_ONE_OF(pl_str(p, (size_t)(stop - p)), quantities);
    if (count == 1) return pl_scan_emit(s, PL_TK_NAME, p, end);
    PlToken token = pl_scan_emit(s, PL_TK_NAME, p, stop);
    token.text = pl_phrase_joined(s->syntax->arena, pl_str(p, (size_t)(stop - p)));
    static const char *const quantifiers[] = {"any",  "all", "some",    "each", "every",   "both", "no",   "none",  "most", "half",
                                              "many", "few", "several", "at",   "exactly", "only", "more", "fewer", "less", "neither", "either"};
    bool quantified = IS_ONE_OF(pl_str(p, (size_t)(end - p)), quantifiers); /* "all orders": how many is no part of a name */
    if (stop == all || quantified) { /* a condition of words is printed as it is written */
        token.expr = pl_expr_new(s->syntax->arena, PL_EXPR_LITERAL, token.span);
        token.expr->literal = (PlLiteral){.kind = PL_LIT_TEXT, .as.text = one_line(s->syntax->arena, pl_str(p, (size_t)(stop - p)))};
    }
    PL_REPORT(s->syntax->diags, WORDS_READ_AS, token.span, token.text.ptr);
    return token;
}

/* FIRST_N without `of`: "the last 3 orders". Not where a condition may be all words, and no span of time: "the last 3 days". */
static bool first_items(PlScan *s, const char *p, const char *end, PlToken *token)
{
    static const char *const words[] = {"first", "last"};
    const char *behind;
    bool place = s->entry == PL_TK_S_EACH || s->entry == PL_TK_S_EACH_OF || s->entry == PL_TK_S_SET || s->entry == PL_TK_S_RETURN || s->depth;
    const char *word = p;
    if (pl_str_eq_nocase(pl_str(p, (size_t)(end - p)), PL_STR("the"))) {
        word = pl_scan_blanks(end);
        if (pl_raw_scan(PL_MODE_EXPR, word, s->limit, &end) != PL_RAW_WORD) return false;
    }
    const char *digit = pl_scan_blanks(end), *stop = digit;
    if (!place || s->head || !IS_ONE_OF(pl_str(word, (size_t)(end - word)), words)) return false;
    while (stop < s->limit && *stop >= '0' && *stop <= '9') stop++;
    const char *next = pl_scan_blanks(stop);
    if (stop == digit || next == stop || pl_raw_scan(PL_MODE_EXPR, next, s->limit, &behind) != PL_RAW_WORD) return false;
    if (pl_scan_phrase(s, PL_AT_UNIT, next, &behind) || pl_scan_phrase(s, PL_AT_INFIX, next, &behind)) return false;
    *token = pl_scan_first_n(s, p, next);
    return true;
}

/* For each x in xs if COND: the loop's own `where`; For each i in 1 to 9: a range. */
static bool in_loop_head(PlScan *s, const char *p, const char *end, PlToken *token)
{
    PlStr word = pl_str(p, (size_t)(end - p));
    if (s->entry != PL_TK_S_EACH || s->head || s->depth || s->tail) return false;
    if (pl_str_eq_nocase(word, PL_STR("if")) && pl_str_find(pl_str(end, (size_t)(s->limit - end)), PL_STR(" otherwise "), 0) == PL_STR_NONE &&
        pl_str_find(pl_str(end, (size_t)(s->limit - end)), PL_STR(" else "), 0) == PL_STR_NONE) {
        *token = pl_scan_emit(s, PL_TK_WHERE, p, end);
        PL_REPORT(s->syntax->diags, READ_AS_STEP, token->span, "`where`");
        return true;
    }
    if (!pl_str_eq_nocase(word, PL_STR("to"))) return false;
    *token = pl_scan_emit(s, PL_TK_RANGE_TO, p, end);
    PL_REPORT(s->syntax->diags, READ_AS_STEP, token->span, "`range(a, b)`");
    return true;
}

/* LAMBDA: `x =>` and `lambda x:` at the beginning of an argument. */
static bool lambda(PlScan *s, const char *p, const char *end, PlToken *token)
{
    bool python = pl_str_eq(pl_str(p, (size_t)(end - p)), PL_STR("lambda"));
    if (s->prev != PL_TK_LPAREN && s->prev != PL_TK_COMMA && !(python && s->prev == PL_TK_KEY)) return false;
    const char *name = p, *sign = pl_scan_blanks(end);
    if (python) {
        name = sign;
        if (pl_raw_scan(PL_MODE_EXPR, name, s->limit, &end) != PL_RAW_WORD) return false;
        sign = pl_scan_blanks(end);
    }
    bool found = python ? *sign == ':' : (sign[0] == '=' || sign[0] == '-') && sign[1] == '>';
    if (!found) return false;
    *token = pl_scan_emit(s, PL_TK_LAMBDA, name, end);
    s->cursor = sign + (python ? 1 : 2);
    s->value = true;
    return true;
}

/* Words that say nothing between `is` and what it is: "is still not finished", "is a customer". */
static bool is_filler(PlScan *s, const char *p, const char *end)
{
    static const char *const fillers[] = {"a",    "an",   "still", "already", "currently", "now",
                                          "also", "each", "any",   "all",     "both"};
    static const char *const quantities[] = {"each", "any", "all", "both"};
    const char *next = pl_scan_blanks(end), *word;
    if (s->prev == PL_TK_NOT && IS_ONE_OF(pl_str(p, (size_t)(end - p)), quantities)) return false; /* "not all orders" */
    if (!s->words || s->prev == s->entry || !IS_ONE_OF(pl_str(p, (size_t)(end - p)), fillers)) return false; /* "any build failed" */
    return pl_raw_scan(PL_MODE_EXPR, next, s->limit, &word) == PL_RAW_WORD && !ends_name(s, next, word);
}

/* A spelling of place INFIX that this step can use here. */
static bool usable(const PlScan *s, const PlSpelling *row, const char *behind)
{
    bool plain = s->depth == 0;
    switch (row->kind) {
    case PL_TK_TO: return plain && (s->entry == PL_TK_S_SET || s->entry == PL_TK_S_ADD);
    case PL_TK_ASSIGN_ADD:
    case PL_TK_ASSIGN_SUB:
    case PL_TK_STEP_UP:
    case PL_TK_STEP_DOWN: return plain && s->entry == PL_TK_S_SET && !s->valued;
    case PL_TK_BE: return plain && s->entry == PL_TK_S_SET;
    case PL_TK_IN:
        return s->head || !(pl_str_eq_z(row->accepted, "within") || pl_str_eq_z(row->accepted, "on") ||
                            pl_str_eq_z(row->accepted, "inside") || pl_str_eq_z(row->accepted, "among"));
    case PL_TK_BY: return plain && (s->entry == PL_TK_S_INCREASE || s->entry == PL_TK_S_DECREASE);
    case PL_TK_AS: return plain && (s->tail || s->entry == PL_TK_S_SET);
    case PL_TK_WITH: return plain && s->entry == PL_TK_S_ON_ERROR;
    case PL_TK_FOR: return pl_scan_top(s) == '[' || pl_scan_top(s) == '(';
    case PL_TK_OF_WORD: return s->words && s->prev == PL_TK_NAME && !s->quantity;
    case PL_TK_ARROW: return plain;
    case PL_TK_PERCENT_OF: return s->prev == PL_TK_NUMBER;
    case PL_TK_QUESTION: return *pl_scan_blanks(behind) && *pl_scan_blanks(behind) != ':';
    case PL_TK_HAVE: {
        const char *next = pl_scan_blanks(behind);
        return *next >= '0' && *next <= '9';
    }
    default: return true;
    }
}

/* "limit=5 and page=2": `and` before another argument. */
static bool is_next_argument(PlScan *s, const char *p, const char *end)
{
    const char *name = pl_scan_blanks(end), *behind;
    if (!pl_str_eq_nocase(pl_str(p, (size_t)(end - p)), PL_STR("and"))) return false;
    if (pl_raw_scan(PL_MODE_EXPR, name, s->limit, &behind) != PL_RAW_WORD) return false;
    behind = pl_scan_blanks(behind);
    return (*behind == '=' && behind[1] != '=') || *behind == ':' ||
           pl_str_starts(pl_str(behind, (size_t)(s->limit - behind)), PL_STR("set to "));
}

/* `--` where nothing is counted down is two signs: the first of them. */
static const PlSpelling *one_sign(PlScan *s, const PlSpelling *row, const char *p, const char **behind)
{
    bool twice = row && (row->kind == PL_TK_STEP_UP || row->kind == PL_TK_STEP_DOWN || row->kind == PL_TK_ASSIGN_ADD ||
                         row->kind == PL_TK_ASSIGN_SUB);
    if (!twice || usable(s, row, *behind)) return row;
    int kind = row->kind == PL_TK_STEP_UP || row->kind == PL_TK_ASSIGN_ADD ? PL_TK_PLUS : PL_TK_MINUS;
    return pl_phrase_match_kind(s->syntax->phrases, PL_AT_INFIX, kind, p, s->limit, behind);
}

PlToken pl_scan_behind_value(PlScan *s, const char *p, PlRaw raw, const char *end)
{
    const char *behind;
    const PlSpelling *row = NULL;
    if (s->type) {
        if (s->depth == s->type_depth && (row = pl_scan_clause_at(s, p, &behind)))
            return pl_scan_spelling(s, row, p, behind);
        row = pl_scan_phrase(s, PL_AT_TYPE, p, &behind);
        if (row && row->kind == PL_TK_OR && s->one_of) {
            const char *value = pl_scan_skip(s, behind, false);
            char closer;
            if (pl_text_quote(value, s->limit, &closer)) return pl_scan_emit(s, PL_TK_ONE_COMMA, p, value);
        }
        s->one_of = false;
        if (row) return pl_scan_spelling(s, row, p, behind);
    }
    PlToken loop;
    if (raw == PL_RAW_WORD && in_loop_head(s, p, end, &loop)) return loop;
    if (s->counting && s->depth == 0 && (row = pl_scan_phrase(s, PL_AT_COUNT, p, &behind)) && row->kind == PL_TK_AT_A_TIME)
        return pl_scan_spelling(s, row, p, behind); /* "max 5 in parallel" */
    if ((s->tail || s->newline) && (row = pl_scan_clause_at(s, p, &behind))) return pl_scan_spelling(s, row, p, behind);
    if (s->entry == PL_TK_E_ARGS && s->depth == 1 && is_next_argument(s, p, end))
        return pl_scan_emit(s, PL_TK_COMMA, p, end);
    if (s->entry == PL_TK_S_ADD && s->depth == 0 && end - p == 3 && pl_str_eq_nocase(pl_str(p, 3), PL_STR("and")))
        return pl_scan_emit(s, PL_TK_COMMA, p, end); /* Add a and b to rows */
    if (s->counting && s->depth == 0 && (row = pl_scan_phrase(s, PL_AT_COUNT, p, &behind)))
        return pl_scan_spelling(s, row, p, behind);
    if (s->has && (row = pl_scan_phrase(s, PL_AT_COUNT, p, &behind)) && row->kind == PL_TK_ITEMS)
        return pl_scan_spelling(s, row, p, behind);
    row = pl_scan_phrase(s, PL_AT_INFIX, p, &behind);
    bool counts = row && row->kind == PL_TK_ASSIGN && s->entry == PL_TK_S_EACH; /* For i = 1 to 3 */
    if (row && s->head && (row->kind == PL_TK_OF_WORD || counts) && s->prev == PL_TK_NAME) {
        s->head = false;
        return pl_scan_emit(s, PL_TK_IN, p, behind);
    }
    row = one_sign(s, row, p, &behind);
    if (row && row->kind == PL_TK_TIMES && multiplies(s, behind)) return pl_scan_emit(s, PL_TK_STAR, p, behind);
    if (row && usable(s, row, behind)) return pl_scan_spelling(s, row, p, behind);
    if (row && row->kind == PL_TK_ARROW) return pl_scan_not_closed(s, p);
    row = raw == PL_RAW_WORD && !s->tail ? pl_scan_phrase(s, PL_AT_UNIT, p, &behind) : NULL;
    if (row && row->accepted.len > 3) return pl_scan_spelling(s, row, p, behind);
    if (raw == PL_RAW_WORD) return pl_scan_emit(s, PL_TK_NAME, p, end);
    return pl_scan_strange(s, p, end);
}

/* `the` before another name says nothing. */
static bool is_article(const PlScan *s, const char *p, const char *end)
{
    const char *next = end, *behind, *word;
    while (*next == ' ') next++;
    if (end - p != 3 || next == end || !pl_str_eq_nocase(pl_str(p, 3), PL_STR("the"))) return false;
    if (pl_raw_scan(PL_MODE_EXPR, next, s->limit, &word) != PL_RAW_WORD ||
        pl_scan_phrase(s, PL_AT_INFIX, next, &behind))
        return false;
    return !pl_str_eq_nocase(pl_str(next, (size_t)(word - next)), PL_STR("the")); /* one article */
}

PlToken pl_scan_where_value(PlScan *s, const char *p, PlRaw raw, const char *end)
{
    const char *behind;
    const PlSpelling *row = NULL;
    PlToken token;
    if (raw == PL_RAW_WORD && pl_scan_key(s, p, end, &token)) return token;
    if (s->type) {
        row = pl_scan_phrase(s, PL_AT_TYPE, p, &behind);
        if (row && row->kind != PL_TK_OR) return pl_scan_spelling(s, row, p, behind);
        if (raw == PL_RAW_WORD) return pl_scan_emit(s, PL_TK_NAME, p, end);
        return pl_scan_strange(s, p, end);
    }
    if (s->words == PL_WORDS_ALL && s->prev == s->entry && raw == PL_RAW_WORD) return pl_scan_name(s, p, end);
    if (*p == '*' && pl_scan_top(s) == 'i' && s->prev == PL_TK_LBRACKET) return pl_scan_emit(s, PL_TK_STAR, p, p + 1);
    if (raw == PL_RAW_WORD && s->prev != PL_TK_ARROW && first_items(s, p, end, &token)) return token;
    if (!s->head && s->prev != PL_TK_ARROW) row = pl_scan_phrase(s, PL_AT_PREFIX, p, &behind);
    if (row && row->kind == PL_TK_IT && p[1] == 'T') row = NULL; /* "country is IT" */
    if (!row && raw == PL_RAW_WORD && (is_article(s, p, end) || is_filler(s, p, end)))
        return s->cursor = end, pl_scan_next(s);
    if (s->entry == PL_TK_S_SET && s->prev == PL_TK_TO &&
        pl_str_eq_nocase(pl_str(p, (size_t)(end - p)), PL_STR("empty")))
        return pl_scan_emit(s, PL_TK_NOTHING, p, end);
    if (row && raw == PL_RAW_WORD && behind == end && *behind == '(') row = NULL; /* a call of that name */
    if (row && row->kind == PL_TK_SEPARATOR && s->prev != PL_TK_JOINED) row = NULL;
    if (!row && raw == PL_RAW_WORD && pl_scan_top(s) == '(' && lambda(s, p, end, &token)) return token;
    if (row) {
        token = pl_scan_spelling(s, row, p, behind);
        if (row->kind == PL_TK_MOMENT) token.expr = pl_build_moment(s->syntax, row, token.span);
        return token;
    }
    if (raw == PL_RAW_WORD) return pl_scan_name(s, p, end);
    /* An operator where a value should stand: let the grammar say what it expected. */
    row = one_sign(s, pl_scan_phrase(s, PL_AT_INFIX, p, &behind), p, &behind);
    return row ? pl_scan_spelling(s, row, p, behind) : pl_scan_strange(s, p, end);
}
