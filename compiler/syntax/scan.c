/* SPDX-License-Identifier: MIT */
/* Tokens and their modes. The invariant that keeps names free: a word is a word of the language only where its place says so (phrase.h); a
 * name behind a dot, a key before `:` or `=`, and a word where a value is expected are names, whatever they spell. */
#include "compiler/syntax/binding.h"
#include "compiler/syntax/build.h"
#include "compiler/syntax/scan_inside.h"

#include "vm/base/utf8.h"

PlSpan pl_scan_span(const PlScan *s, const char *start, const char *end)
{
    return (PlSpan){s->syntax->source, s->base + (uint32_t)(start - s->start), s->base + (uint32_t)(end - s->start)};
}

void pl_scan_init(PlScan *s, PlSyntax *syntax, int entry, uint32_t start, uint32_t end)
{
    PlStr copy = pl_arena_str(syntax->arena, pl_str_slice(syntax->text, start, end));
    *s = (PlScan){.syntax = syntax,
                  .start = copy.ptr,
                  .cursor = copy.ptr,
                  .limit = copy.ptr + copy.len,
                  .base = start,
                  .entry = entry,
                  .prev = entry,
                  .value = true,
                  .sorting = -1};
    switch (entry) {
    case PL_TK_E_ACTION: s->action = true; break;
    case PL_TK_E_ARGS:
        s->opened[0] = s->start;
        s->brackets[0] = '(';
        s->depth = 1;
        break;
    case PL_TK_E_TYPE: s->type = true; break;
    case PL_TK_S_EACH: s->head = true; break;
    case PL_TK_E_PROSE:
    case PL_TK_S_TOGETHER:
        s->tail = true;
        s->value = false;
        break;
    case PL_TK_S_TRY:
    case PL_TK_S_ELSE:
    case PL_TK_S_ON_ERROR:
    case PL_TK_S_SKIP:
    case PL_TK_S_LEAVE: s->value = false; break;
    default: break;
    }
    s->counting = entry == PL_TK_S_REPEAT || entry == PL_TK_E_LIMIT || entry == PL_TK_S_ON_ERROR;
}

/* Kinds behind which an operator, a clause or the end is expected. */
static bool ends_value(int kind)
{
    switch (kind) {
    case PL_TK_NAME:
    case PL_TK_NUMBER:
    case PL_TK_DURATION:
    case PL_TK_TIME:
    case PL_TK_TEXT:
    case PL_TK_RPAREN:
    case PL_TK_RBRACKET:
    case PL_TK_RBRACE:
    case PL_TK_RBRACE2:
    case PL_TK_YES:
    case PL_TK_NO:
    case PL_TK_NOTHING:
    case PL_TK_IT:
    case PL_TK_STEP:
    case PL_TK_UNIT:
    case PL_TK_AGO:
    case PL_TK_FROM_NOW:
    case PL_TK_EMPTY:
    case PL_TK_FOUND:
    case PL_TK_OR_MORE:
    case PL_TK_STEP_UP:
    case PL_TK_STEP_DOWN:
    case PL_TK_LINES:
    case PL_TK_AS_CALL:
    case PL_TK_SEPARATOR:
    case PL_TK_NOT_EMPTY:
    case PL_TK_EXISTS:
    case PL_TK_MISSING:
    case PL_TK_MOMENT:
    case PL_TK_DESCENDING:
    case PL_TK_ASCENDING:
    case PL_TK_DISTINCT:
    case PL_TK_TIMES:
    case PL_TK_ITEMS:
    case PL_TK_AT_A_TIME:
    case PL_TK_FAILURES:
    case PL_TK_PER_CENT:
    case PL_TK_CALLS:
    case PL_TK_DOUBLING:
    case PL_TK_ALL_PAGES:
    case PL_TK_ASK_FIRST:
    case PL_TK_IN_ORDER:
    case PL_TK_GO_ON:
    case PL_TK_DO_CONTINUE:
    case PL_TK_EMPTY_LIST:
    case PL_TK_EMPTY_RECORD:
    case PL_TK_ACTION:
    case PL_TK_TYPE_NAME:
    case PL_TK_IF_FAILS: return true;
    default: return false;
    }
}

bool pl_scan_is_list_clause(int kind)
{
    return kind == PL_TK_WHERE || kind == PL_TK_SORTED || kind == PL_TK_GROUPED || kind == PL_TK_SELECT ||
           kind == PL_TK_TAKE || kind == PL_TK_DISTINCT_BY || kind == PL_TK_DISTINCT || kind == PL_TK_JOINED;
}

PlToken pl_scan_emit(PlScan *s, int kind, const char *start, const char *end)
{
    PlToken token = {.kind = kind, .span = pl_scan_span(s, start, end), .text = pl_str(start, (size_t)(end - start))};
    if (kind == PL_TK_NAME && s->prev == PL_TK_ARROW) s->tail = true;
    if (kind == PL_TK_TEXT && (s->prev == PL_TK_S_ASK || s->prev == PL_TK_ROLE || s->prev == PL_TK_S_WAIT_EVENT ||
                               s->prev == PL_TK_S_APPROVE))
        s->tail = true;
    s->prev = kind;
    s->value = !ends_value(kind);
    s->cursor = end;
    return token;
}

PlToken pl_scan_spelling(PlScan *s, const PlSpelling *row, const char *start, const char *end)
{
    PlToken token = pl_scan_emit(s, row->kind, start, end);
    token.spelling = row;
    if (row->place == PL_AT_TAIL) {
        s->tail = s->counting = true;
        s->type = false;
    }
    if (row->kind == PL_TK_IF_FAILS) s->failing = true;
    if (row->kind == PL_TK_SORTED)
        s->sorting = (int)s->depth;
    else if (pl_scan_is_list_clause(row->kind) && s->sorting == (int)s->depth)
        s->sorting = -1;
    if (row->kind == PL_TK_TO || row->kind == PL_TK_ASSIGN || row->kind == PL_TK_AS || row->kind == PL_TK_BE) s->valued = true;
    if (row->kind == PL_TK_IN) s->head = false;
    if (row->kind == PL_TK_HAS || row->kind == PL_TK_HAVE) s->has = true;
    if (row->kind == PL_TK_ONE_OF) s->one_of = true;
    if (row->kind == PL_TK_AS && s->tail) {
        s->type = true;
        s->type_depth = s->depth;
        s->one_of = false;
    }
    if (s->type && (row->kind == PL_TK_ARROW || row->kind == PL_TK_ASSIGN)) s->type = false;
    return token;
}

PlToken pl_scan_bad(PlScan *s, const char *start, const char *end)
{
    s->bad = true;
    return pl_scan_emit(s, PL_TK_BAD, start, end);
}

PlToken pl_scan_not_closed(PlScan *s, const char *at)
{
    const char *open = s->opened[s->depth - 1];
    PlDiag *d = PL_REPORT(s->syntax->diags, BRACKET_OPEN, pl_scan_span(s, open, open + 1), *open);
    pl_diag_help(s->syntax->diags, d, "close it with `%s`", *open == '(' ? ")" : *open == '[' ? "]" : "}");
    return pl_scan_bad(s, at, at);
}

static PlToken end_token(PlScan *s)
{
    s->aside = false;
    if (s->entry == PL_TK_E_ARGS && s->depth == 1) return pl_scan_emit(s, 0, s->limit, s->limit);
    return s->depth ? pl_scan_not_closed(s, s->limit) : pl_scan_emit(s, 0, s->limit, s->limit);
}

PlToken pl_scan_strange(PlScan *s, const char *start, const char *end)
{
    unsigned size = pl_utf8_sequence(start, s->limit);
    if (size > end - start) end = start + size;
    PlStr words = pl_arena_printf(s->syntax->arena, "`%.*s`", (int)(end - start), start);
    if ((unsigned char)*start < 0x20 || size == 0)
        words = pl_arena_printf(s->syntax->arena, "the byte %02x", (unsigned)(unsigned char)*start);
    PlDiag *d = PL_REPORT(s->syntax->diags, STRANGE_CHARACTER, pl_scan_span(s, start, end), words.ptr);
    pl_diag_help(s->syntax->diags, d, "take it away; text goes in quotes");
    return pl_scan_bad(s, start, end);
}

/* {**x, a: 1}, {...x, a: 1}: the fields of x, in a record. */
static bool spreads(const PlScan *s, const char *p, const char *end)
{
    const char *before = p;
    while (before > s->start && strchr(" \t\n\r", before[-1])) before--;
    bool first = before > s->start && (before[-1] == '{' || before[-1] == ',');
    return first && s->depth && s->brackets[s->depth - 1] == '{' && end < s->limit && pl_phrase_word_char(*end);
}

/* Over white space, comments and bold marks; sets s->newline. */
const char *pl_scan_skip(PlScan *s, const char *p, bool keep_comments)
{
    for (;;) {
        const char *end;
        PlRaw raw = pl_raw_scan(PL_MODE_EXPR, p, s->limit, &end);
        if (raw == PL_RAW_COMMENT && keep_comments) {
            PlComment comment = {pl_scan_span(s, p, end), pl_str_trim(pl_str(p, (size_t)(end - p)))};
            pl_vec_push(s->syntax->arena, &s->comments, comment);
        } else if (raw == PL_RAW_SIGN && p[0] == '/' && p[1] == '/' && s->tail && s->depth == 0) { /* code's comment */
            for (end = p; end < s->limit && *end != '\n'; end++) {}
        } else if (p == s->tick && *p == '`') {
            end = p + 1;
        } else if (raw == PL_RAW_NEWLINE) {
            s->newline = true;
        } else if (raw == PL_RAW_BOLD && spreads(s, p, end)) {
            return p;
        } else if (raw != PL_RAW_SPACE && raw != PL_RAW_BOLD && raw != PL_RAW_COMMENT) {
            return p;
        }
        p = end;
    }
}

char pl_scan_top(const PlScan *s)
{
    return s->depth ? s->brackets[s->depth - 1] : 0;
}

const PlSpelling *pl_scan_phrase(const PlScan *s, PlPlaceOf place, const char *p, const char **end)
{
    return pl_phrase_match(s->syntax->phrases, place, p, s->limit, end);
}

/* A clause that begins at p, where a comma, a new line or a finished call stands before it. */
const PlSpelling *pl_scan_clause_at(const PlScan *s, const char *p, const char **end)
{
    if (s->depth || s->head || s->entry == PL_TK_E_INPUTS || s->entry == PL_TK_E_LIMIT) return NULL;
    if (s->entry == PL_TK_E_EXPR || s->entry == PL_TK_S_IF || s->entry == PL_TK_S_ELSE_IF) return NULL;
    return pl_scan_phrase(s, PL_AT_TAIL, p, end);
}

/* "(in parallel, max 5)", "(retry up to 3 times)": clauses in brackets of their own. */
static const PlSpelling *aside_at(const PlScan *s, const char *p, const char **start, const char **end)
{
    bool count = s->prev == PL_TK_PARALLEL; /* "in parallel (max 5)" */
    if (s->depth || (s->value && !count) || s->aside || p == s->start || (p[-1] != ' ' && p[-1] != '\n') || *p != '(') return NULL;
    const char *q = p + 1;
    while (*q == ' ') q++;
    const PlSpelling *row = pl_scan_clause_at(s, q, end);
    *start = q;
    return row;
}

static PlToken open_bracket(PlScan *s, const char *p)
{
    PlToken said;
    if (pl_scan_remark(s, p, &said) || pl_scan_lambda(s, p, &said)) return said;
    const char *clause, *clause_end;
    const PlSpelling *row = aside_at(s, p, &clause, &clause_end);
    if (row) {
        s->aside = true;
        return pl_scan_spelling(s, row, clause, clause_end);
    }
    if (s->depth == PL_SCAN_BRACKETS) {
        PL_REPORT(s->syntax->diags, TOO_DEEP, pl_scan_span(s, p, p + 1), (unsigned)PL_SCAN_BRACKETS);
        return pl_scan_bad(s, p, p + 1);
    }
    int kind = *p == '(' ? PL_TK_LPAREN : *p == '[' ? PL_TK_LBRACKET : PL_TK_LBRACE;
    char bracket = *p;
    const char *end = p + 1;
    if (*p == '(' && s->value) bracket = 'g';
    if (*p == '[' && !s->value) bracket = 'i';
    if (*p == '{' && p[1] == '{' && !s->type) {
        kind = PL_TK_LBRACE2;
        bracket = 'd';
        end++;
    }
    s->opened[s->depth] = p;
    s->brackets[s->depth++] = bracket;
    return pl_scan_emit(s, kind, p, end);
}

static PlToken close_bracket(PlScan *s, const char *p)
{
    if (s->aside && s->depth == 0 && *p == ')') {
        s->aside = false;
        s->cursor = p + 1;
        return pl_scan_next(s);
    }
    char open = pl_scan_top(s), want = open == '(' || open == 'g' ? ')' : open == '[' || open == 'i' ? ']' : open ? '}' : 0;
    bool twice = open == 'd';
    if (*p != want || (twice && p[1] != '}')) {
        PlDiag *d = PL_REPORT(s->syntax->diags, BRACKET_CLOSE, pl_scan_span(s, p, p + 1), *p);
        if (s->depth) {
            const char *o = s->opened[s->depth - 1];
            pl_diag_related(s->syntax->diags, d, pl_scan_span(s, o, o + 1), "this one is open");
        } else {
            pl_diag_fix(s->syntax->diags, d, pl_scan_span(s, p, p + 1), PL_STR(""), false);
        }
        return pl_scan_bad(s, p, p + 1);
    }
    s->depth--;
    if (s->sorting > (int)s->depth) s->sorting = -1;
    int kind = *p == ')' ? PL_TK_RPAREN : *p == ']' ? PL_TK_RBRACKET : twice ? PL_TK_RBRACE2 : PL_TK_RBRACE;
    PlToken token = pl_scan_emit(s, kind, p, p + 1 + twice);
    if (s->call && s->depth == 0) {
        s->call = false;
        s->tail = true;
    }
    return token;
}

/* ARROW for "and save the result as x"; the name comes next. Where only clauses follow, or where a statement has its value. */
static bool binding(PlScan *s, const char *p, PlToken *token)
{
    bool place = s->depth == 0 && !s->type && !s->value && (s->tail || s->newline) && s->entry != PL_TK_E_EXPR;
    PlBinding found;
    if (!place || s->aside) return false;
    if (s->prev == s->entry && s->entry != PL_TK_E_PROSE) return false;
    if (!pl_binding_match(s->syntax->phrases, p, s->limit, &found)) return false;
    *token = pl_scan_emit(s, PL_TK_ARROW, p, found.name.ptr);
    s->bound = found.name;
    s->bound_end = found.end;
    return true;
}

/* COMMA: at the top level it may only announce a clause, and then says nothing itself. */
static PlToken comma_or_clause(PlScan *s, const char *p)
{
    const char *next = pl_scan_skip(s, p + 1, false), *end;
    const PlSpelling *row = pl_scan_clause_at(s, next, &end);
    PlToken name;
    if (s->tail && binding(s, next, &name)) return name;
    if (row) return pl_scan_spelling(s, row, next, end);
    if (s->tail && s->depth == 0 && *next >= '0' && *next <= '9') { /* ", 3 at a time" is ", up to 3 at a time" */
        const char *word = next;
        while (*word >= '0' && *word <= '9') word++;
        word = pl_scan_skip(s, word, false);
        row = pl_scan_phrase(s, PL_AT_COUNT, word, &end);
        if (row && row->kind == PL_TK_AT_A_TIME) return pl_scan_emit(s, PL_TK_UP_TO, next, next);
    }
    if (s->counting && s->depth == 0 && (row = pl_scan_phrase(s, PL_AT_COUNT, next, &end)) &&
        (row->kind == PL_TK_DOUBLING || row->kind == PL_TK_WAITING))
        return pl_scan_spelling(s, row, next, end);
    row = pl_scan_phrase(s, PL_AT_INFIX, next, &end);
    if (row && !s->type && (row->kind == PL_TK_LINES || row->kind == PL_TK_AS_CALL)) return pl_scan_spelling(s, row, next, end);
    if (row && s->depth == 0 && !s->tail && !s->type && pl_phrase_word_char(*next) &&
        (row->kind == PL_TK_PLUS || row->kind == PL_TK_MINUS || row->kind == PL_TK_STAR || row->kind == PL_TK_SLASH ||
         row->kind == PL_TK_TIMES)) {
        PlToken token = pl_scan_spelling(s, row, next, end);
        token.kind = s->prev = PL_TK_THEN_OP;
        s->value = true;
        return token;
    }
    if (s->depth == 0 && !s->head && s->entry != PL_TK_E_INPUTS && row &&
        (pl_scan_is_list_clause(row->kind) || row->kind == PL_TK_ARROW || (row->kind == PL_TK_AS && s->tail)))
        return pl_scan_spelling(s, row, next, end);
    if (s->one_of && s->type) {
        const PlSpelling * or = pl_scan_phrase(s, PL_AT_TYPE, next, &end);
        const char *value = or && or->kind == PL_TK_OR ? pl_scan_skip(s, end, false) : next;
        char closer;
        if (pl_text_quote(value, s->limit, &closer) || (*value >= '0' && *value <= '9'))
            return pl_scan_emit(s, PL_TK_ONE_COMMA, p, value);
    }
    bool asks = (s->entry == PL_TK_S_IF || s->entry == PL_TK_S_ELSE_IF || s->entry == PL_TK_S_KEEP) && s->depth == 0;
    if (asks && row && (row->kind == PL_TK_AND || row->kind == PL_TK_OR)) return pl_scan_spelling(s, row, next, end);
    const char *comma_end = p + 1;
    if (s->entry == PL_TK_S_ADD && s->depth == 0 && pl_str_eq_nocase(pl_str(next, (size_t)(s->limit - next) < 4 ? 0 : 4), PL_STR("and "))) comma_end = next + 3;
    s->one_of = false;
    if (s->type && s->depth == s->type_depth) s->type = false;
    if (s->failing && s->depth == 0) {
        s->failing = false;
        s->fail_do = true;
    }
    return pl_scan_emit(s,
                        s->sorting == (int)s->depth && pl_scan_top(s) != '(' && pl_scan_top(s) != '[' && pl_scan_top(s) != '{' ? PL_TK_KEY_COMMA
                                                                                                       : PL_TK_COMMA,
                        p, comma_end);
}

/* A comment between the comma and the clause it announces is the step's, as any other. */
static PlToken comma(PlScan *s, const char *p)
{
    PlToken token = comma_or_clause(s, p);
    if (token.span.start > pl_scan_span(s, p, p + 1).start) pl_scan_skip(s, p + 1, true);
    return token;
}

/* "limit set to 5", "limit of 5": behind the words, or NULL. */
static const char *set_to(PlScan *s, const char *p)
{
    static const char *const words[] = {"set to", "equal to", "being", "as", "of", "is"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        bool found = (size_t)(s->limit - p) > len && pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i])) && p[len] == ' ';
        if (found) return p + len;
    }
    return NULL;
}

/* `body.name=`: an argument by its place, as documents speak of it. The end of such a name, else `end`. */
static const char *placed_name(const PlScan *s, const char *p, const char *end)
{
    static const char *const places[] = {"path", "query", "header", "cookie", "body"};
    if (pl_scan_top(s) != '(' || end[0] != '.' || !pl_phrase_word_char(end[1])) return end;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        if (!pl_str_eq_nocase(pl_str(p, (size_t)(end - p)), pl_str_z(places[i]))) continue;
        const char *behind = end + 1;
        while (pl_phrase_word_char(*behind) || (*behind == '.' && pl_phrase_word_char(behind[1]))) behind++;
        return behind;
    }
    return end;
}

/* KEY, where `name:`, `name=` or `"name":` stands at the beginning of an argument, a field or an input. */
bool pl_scan_key(PlScan *s, const char *p, const char *end, PlToken *token)
{
    bool first =
        s->prev == PL_TK_LPAREN || s->prev == PL_TK_LBRACE || s->prev == PL_TK_COMMA || s->prev == PL_TK_E_INPUTS || s->prev == PL_TK_E_ARGS;
    bool inside = pl_scan_top(s) == '(' || pl_scan_top(s) == '{' || (s->depth == 0 && s->entry == PL_TK_E_INPUTS);
    if (!first || !inside) return false;
    bool typed = s->type || s->entry == PL_TK_E_INPUTS;
    if (!typed) end = placed_name(s, p, end);
    const char *sign = pl_scan_skip(s, end, false);
    bool optional = typed && sign[0] == '?' && sign[1] == ':';
    sign += optional;
    bool equals = sign[0] == '=' && sign[1] != '=' && sign[1] != '>' && s->depth > 0 && !typed;
    const char *set = s->entry == PL_TK_E_ARGS && s->depth == 1 ? set_to(s, sign) : NULL;
    if (set)
        sign = set - 1;
    else if (sign[0] != ':' && !equals)
        return false;
    PlExpr *quoted = NULL;
    if (*p == '"' || *p == '\'') { /* escapes are read; a key does not change from run to run */
        s->cursor = p;
        quoted = pl_text_scan(s);
        if (!quoted || quoted->kind != PL_EXPR_LITERAL) return false;
    }
    *token = pl_scan_emit(s, PL_TK_KEY, p, end);
    if (quoted) token->text = quoted->literal.as.text;
    token->optional = optional;
    s->cursor = sign + 1;
    if (s->depth == 0) {
        s->type = true;
        s->type_depth = 0;
        s->one_of = false;
    }
    return true;
}

/* `name` in back-ticks outside brackets is that name: how Markdown sets code. */
static bool ticked_name(PlScan *s, const char *p)
{
    const char *end = p + 1;
    if (pl_raw_scan(PL_MODE_EXPR, end, s->limit, &end) != PL_RAW_WORD) return false;
    while (pl_phrase_word_char(*end) || *end == '.' || *end == '[' || *end == ']') end++;
    if (*end != '`') return false;
    s->tick = end;
    return true;
}

static PlToken quote(PlScan *s, const char *p)
{
    char closer;
    const char *open = *p == 'f' || *p == 'F' ? p + 1 : p, *end = NULL;
    if (!s->value && p[0] == '\'' && p[1] == 's' && p[2] == ' ')
        return pl_scan_emit(s, PL_TK_DOT, p, p + 2); /* the user's name */
    if (!s->value && (*p == '\'' || (unsigned char)*p >= 0x80))
        return pl_scan_strange(s, p, p + ((unsigned char)*p >= 0x80 ? 3 : 1));
    bool keyed = pl_scan_top(s) == '{' || s->entry == PL_TK_E_ARGS;
    if (open == p && pl_text_quote(p, s->limit, &closer) && keyed && (end = pl_text_end(p, s->limit))) {
        PlToken token;
        if (pl_scan_key(s, p, end, &token)) return token;
    }
    if (*p == '`' && s->depth == 0 && s->value && ticked_name(s, p)) {
        s->cursor = p + 1;
        return pl_scan_next(s);
    }
    s->cursor = p;
    PlExpr *text = pl_text_scan(s);
    if (!text) return pl_scan_bad(s, p, s->cursor);
    PlToken token = pl_scan_emit(s, PL_TK_TEXT, p, s->cursor);
    token.expr = text;
    return token;
}

static PlToken action_name(PlScan *s, const char *p)
{
    const char *end;
    s->action = false;
    bool ticked = *p == '`';
    p += ticked;
    if (pl_raw_scan(PL_MODE_ACTION, p, s->limit, &end) != PL_RAW_ACTION) return pl_scan_strange(s, p, p + 1);
    PlToken token = pl_scan_emit(s, PL_TK_ACTION, p, end);
    if (ticked) s->tick = memchr(end, '`', (size_t)(s->limit - end));
    const char *next = pl_scan_skip(s, s->cursor, false);
    s->call = *next == '(';
    s->tail = !s->call;
    s->newline = false;
    return token;
}

/* Behind `if it fails,`: continue, stop, fail, use, or a call with its prose. */
static PlToken fail_do(PlScan *s, const char *p)
{
    const char *behind;
    const PlSpelling *row = pl_scan_phrase(s, PL_AT_FAIL, p, &behind);
    s->fail_do = false;
    if (row) return pl_scan_spelling(s, row, p, behind);
    PlStr prose;
    PlSpan span, using;
    s->cursor = p;
    if (pl_prose_scan(s, &prose, &span, &using) != PL_PROSE_USING)
        return pl_scan_emit(s, PL_TK_NAME, p, s->cursor > p ? s->cursor : p);
    const char *call = s->cursor;
    PlToken token = pl_scan_emit(s, PL_TK_PROSE, p, p);
    token.text = prose;
    token.span = span;
    s->cursor = call;
    s->action = true;
    return token;
}

/* ROLE: the words between Ask and its question. */
static bool role(PlScan *s, const char *p, PlToken *token)
{
    char closer;
    if (s->prev != PL_TK_S_ASK || pl_text_quote(p, s->limit, &closer)) return false;
    const char *q = p;
    while (q < s->limit && *q != '\n' && (*q == '\'' || !pl_text_quote(q, s->limit, &closer))) q++;
    if (q == s->limit || *q == '\n') return false;
    const char *end = q;
    while (end > p && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == ':' || end[-1] == ',')) end--;
    *token = pl_scan_emit(s, PL_TK_ROLE, p, end);
    s->cursor = q;
    return true;
}

PlToken pl_scan_next(PlScan *s)
{
    s->newline = false;
    const char *p = pl_scan_skip(s, s->cursor, true), *end;
    PlToken token;
    if (s->bound.len && s->prev == PL_TK_ARROW) {
        token = pl_scan_emit(s, PL_TK_NAME, s->bound.ptr, s->bound.ptr + s->bound.len);
        s->cursor = s->bound_end;
        s->bound = PL_STR("");
        return token;
    }
    if (s->nothing) return s->nothing = false, pl_scan_emit(s, PL_TK_NOTHING, p, p);
    if (binding(s, p, &token)) return token;
    if (s->fail_do) return fail_do(s, p);
    if (s->action) return action_name(s, p);
    if (role(s, p, &token)) return token;
    PlRaw raw = pl_raw_scan(PL_MODE_EXPR, p, s->limit, &end);
    if (s->prev == PL_TK_DOT && (raw == PL_RAW_WORD || raw == PL_RAW_STEP || raw == PL_RAW_FIRST_N)) {
        if (raw != PL_RAW_WORD) /* what else begins like a word: a field `step3` or `first_2` */
            for (end = p; pl_phrase_word_char(*end); end++) {}
        return pl_scan_name(s, p, end);
    }
    if ((raw == PL_RAW_STEP || raw == PL_RAW_FIRST_N) && !s->value) {
        for (end = p; pl_phrase_word_char(*end); end++) {}
        raw = PL_RAW_WORD;
    }
    if (s->value && pl_scan_money(s, p, &token)) return token;
    switch (raw) {
    case PL_RAW_END: return end_token(s);
    case PL_RAW_NUMBER: return pl_scan_number(s, p, end);
    case PL_RAW_DATE: return pl_scan_date(s, p, end);
    case PL_RAW_TIME:
        if (pl_scan_top(s) != 'i') return pl_scan_time(s, p, end);
        for (end = p; *end >= '0' && *end <= '9'; end++) {}
        return pl_scan_number(s, p, end);
    case PL_RAW_STEP: return s->prev == PL_TK_ARROW ? pl_scan_step_name(s, p, end) : pl_scan_emit(s, PL_TK_STEP, p, end);
    case PL_RAW_FIRST_N: return pl_scan_first_n(s, p, end);
    case PL_RAW_QUOTE: return quote(s, p);
    case PL_RAW_OPEN: return open_bracket(s, p);
    case PL_RAW_CLOSE: return close_bracket(s, p);
    case PL_RAW_COMMA: return comma(s, p);
    case PL_RAW_BOLD: return pl_scan_emit(s, PL_TK_SPREAD, p, end);
    case PL_RAW_DOT:
        if (s->limit - p > 3 && p[1] == '.' && p[2] == '.' && spreads(s, p, p + 3)) return pl_scan_emit(s, PL_TK_SPREAD, p, p + 3);
        if (s->entry == PL_TK_S_EACH && !s->depth && p[1] == '.' && !s->value) return pl_scan_emit(s, PL_TK_RANGE_TO, p, p + 2);
        if (s->depth == 0 && pl_scan_skip(s, end, false) == s->limit)
            return s->cursor = end, pl_scan_next(s); /* the full stop of a sentence */
        if (s->tail && binding(s, pl_scan_skip(s, end, false), &token)) return token;
        return pl_scan_emit(s, PL_TK_DOT, p, end);
    case PL_RAW_COLON:
        if (s->type && s->depth == s->type_depth) s->type = false;
        if (s->failing && s->depth == 0) {
            s->failing = false;
            s->fail_do = true;
        }
        return pl_scan_emit(s, PL_TK_COLON, p, end);
    case PL_RAW_WORD:
    case PL_RAW_SIGN:
        if (p[0] == '?' && p[1] == '.' && !s->value) return pl_scan_emit(s, PL_TK_DOT, p, p + 2);
        return s->value ? pl_scan_where_value(s, p, raw, end) : pl_scan_behind_value(s, p, raw, end);
    default: return pl_scan_strange(s, p, end);
    }
}
