/* SPDX-License-Identifier: MIT */
/* What a step says: its first words, its shape, its parser run. English is full of steps that begin like a statement and are none ("Check the
 * status of the run", "Set up the project"), so a statement that cannot be read is an error only when its shape promises one; otherwise the
 * step is prose. Blocks (If, For each ...) are looked for first, then `using`, then statements. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/statement_inside.h"
#include "compiler/syntax/steps.h"

/* ---- places ---- */

uint32_t pl_reading_offset(const PlReading *rd, const char *p)
{
    return (uint32_t)(p - rd->syntax->text.ptr);
}

PlSpan pl_reading_span(const PlReading *rd, const char *start, const char *end)
{
    return (PlSpan){rd->syntax->source, pl_reading_offset(rd, start), pl_reading_offset(rd, end)};
}

static PlStepKind kind_of(int token)
{
    switch (token) {
    case PL_TK_E_ACTION: return PL_STEP_ACTION;
    case PL_TK_S_IF: return PL_STEP_IF;
    case PL_TK_S_ELSE_IF: return PL_STEP_ELSE_IF;
    case PL_TK_S_ELSE: return PL_STEP_ELSE;
    case PL_TK_S_EACH_OF:
    case PL_TK_S_EACH: return PL_STEP_EACH;
    case PL_TK_S_REPEAT:
    case PL_TK_S_REPEAT_UNTIL:
    case PL_TK_S_REPEAT_WHILE: return PL_STEP_REPEAT;
    case PL_TK_S_TOGETHER: return PL_STEP_TOGETHER;
    case PL_TK_S_TRY: return PL_STEP_TRY;
    case PL_TK_S_ON_ERROR: return PL_STEP_ON_ERROR;
    case PL_TK_S_SET: return PL_STEP_SET;
    case PL_TK_S_INCREASE:
    case PL_TK_S_DECREASE: return PL_STEP_INCREASE;
    case PL_TK_S_CLEAR: return PL_STEP_CLEAR;
    case PL_TK_S_ADD: return PL_STEP_ADD;
    case PL_TK_S_KEEP: return PL_STEP_KEEP;
    case PL_TK_S_STOP: return PL_STEP_STOP;
    case PL_TK_S_FAIL: return PL_STEP_FAIL;
    case PL_TK_S_RETURN: return PL_STEP_RETURN;
    case PL_TK_S_SKIP: return PL_STEP_SKIP;
    case PL_TK_S_LEAVE: return PL_STEP_LEAVE;
    case PL_TK_S_WAIT: return PL_STEP_WAIT_FOR;
    case PL_TK_S_WAIT_UNTIL: return PL_STEP_WAIT_UNTIL;
    case PL_TK_S_WAIT_EVENT: return PL_STEP_WAIT_EVENT;
    case PL_TK_S_ASK: return PL_STEP_ASK;
    case PL_TK_S_APPROVE: return PL_STEP_APPROVE;
    case PL_TK_S_CHECK: return PL_STEP_CHECK;
    case PL_TK_S_NOTE: return PL_STEP_NOTE;
    default: return PL_STEP_PROSE;
    }
}

bool pl_reading_is_block(int token)
{
    PlStepKind kind = kind_of(token);
    return kind >= PL_STEP_IF && kind <= PL_STEP_ON_ERROR;
}

/* ---- running the parser ---- */

static void keep_comments(PlReading *rd, const PlScan *scan)
{
    PlStep *step = rd->step;
    for (uint32_t i = 0; i < scan->comments.len; i++) {
        PlComment comment = scan->comments.items[i];
        if (comment.text.len > 1 && comment.text.ptr[1] != ' ') /* so that it is one in prose too */
            comment.text = pl_arena_printf(rd->syntax->arena, "# " PL_FMT,
                                           PL_ARG(pl_str_slice(comment.text, 1, comment.text.len)));
        const char *from = rd->text, *to = rd->syntax->text.ptr + comment.span.start;
        bool first_line = to > from && !memchr(from, '\n', (size_t)(to - from));
        if (first_line && step->trailing.text.len == 0)
            step->trailing = comment;
        else
            pl_vec_push(rd->syntax->arena, &step->comments, comment);
    }
}

/* Reads [from, limit) for `entry` into the step. */
static bool run(PlReading *rd, PlSyntax *syntax, PlStep *step, int entry, const char *from)
{
    PlScan scan;
    pl_scan_init(&scan, syntax, entry, pl_reading_offset(rd, from), rd->end);
    scan.words = rd->words;
    scan.aside = rd->aside;
    PlRun r = {.syntax = syntax, .scan = &scan, .step = step, .one_line = rd->one_line};
    bool read = pl_grammar_run(&r, entry) && !r.failed;
    if (syntax == rd->syntax) keep_comments(rd, &scan);
    return read;
}

bool pl_reading_into_step(PlReading *rd, int entry, const char *from)
{
    for (rd->words = PL_WORDS_NAMES; rd->words < PL_WORDS_JOINED && !pl_reading_reads(rd, entry, from); rd->words++) {}
    bool read = run(rd, rd->syntax, rd->step, entry, from);
    rd->words = PL_WORDS_NAMES;
    return read;
}

PlExpr *pl_reading_expr(PlReading *rd, const char *from)
{
    PlDiags quiet;
    PlSyntax syntax = *rd->syntax;
    PlScan scan;
    PlRun r = {.syntax = &syntax, .scan = &scan};
    pl_diags_init(&quiet, syntax.arena, syntax.diags->sources);
    syntax.diags = &quiet;
    syntax.quiet = true;
    pl_scan_init(&scan, &syntax, PL_TK_E_EXPR, pl_reading_offset(rd, from), rd->end);
    return pl_grammar_run(&r, PL_TK_E_EXPR) && !quiet.errors ? r.expr : NULL;
}

/* A step that could not be read keeps its place, its text and its sub-steps. */
static void make_bad(PlReading *rd, PlStepKind announced)
{
    PlStep *old = rd->step, *step = pl_step_new(rd->syntax->arena, old->span);
    step->kind = PL_STEP_BAD;
    step->announced = announced;
    step->marker = old->marker;
    step->number = old->number;
    step->depth = old->depth;
    step->label = old->label;
    step->written = old->written;
    step->parent = old->parent;
    step->comments.items = old->comments.items;
    step->comments.len = old->comments.len;
    step->comments.cap = old->comments.cap;
    step->trailing = old->trailing;
    step->prose = pl_str_trim(pl_str(rd->text, (size_t)(rd->limit - rd->text)));
    step->prose_span = pl_reading_span(rd, rd->text, rd->limit);
    *old = *step;
}

/* Whether it reads without an error; nothing is kept of it. */
bool pl_reading_reads(PlReading *rd, int entry, const char *from)
{
    PlDiags quiet;
    PlSyntax syntax = *rd->syntax;
    pl_diags_init(&quiet, syntax.arena, syntax.diags->sources);
    syntax.diags = &quiet;
    syntax.quiet = true;
    PlStep *scratch = pl_step_new(syntax.arena, rd->step->span);
    scratch->kind = kind_of(entry);
    return run(rd, &syntax, scratch, entry, from) && quiet.errors == 0;
}

/* A condition may be all words; the other values of a step may have names of several words. */
static PlWords words_at_most(int entry)
{
    switch (entry) {
    case PL_TK_S_IF:
    case PL_TK_S_ELSE_IF:
    case PL_TK_S_REPEAT_UNTIL:
    case PL_TK_S_REPEAT_WHILE:
    case PL_TK_S_CHECK: return PL_WORDS_ALL;
    default: return PL_WORDS_JOINED;
    }
}

void pl_reading_loudly(PlReading *rd, int entry, const char *from)
{
    rd->step->kind = kind_of(entry);
    PlWords words = PL_WORDS_NAMES, most = words_at_most(entry);
    for (; words <= most; words++) {
        rd->words = words;
        if (pl_reading_reads(rd, entry, from)) break;
    }
    if (words > most) rd->words = PL_WORDS_NAMES;
    if (!run(rd, rd->syntax, rd->step, entry, from)) make_bad(rd, kind_of(entry));
    rd->words = PL_WORDS_NAMES;
}

/* ---- forms ---- */

static const char *name_end(const char *p, const char *limit)
{
    const char *end;
    return pl_raw_scan(PL_MODE_EXPR, p, limit, &end) == PL_RAW_WORD ? end : NULL;
}

/* "log the error and continue": where the first part ends, and where the words begin that end the block, the loop or the run; NULL when there are
 * none. */
static const char *last_words(const PlReading *rd, const char *p, const char *end, const char **last)
{
    static const char *const links[] = {" and then ", " and ", ", then ", "; then ", "; "};
    *last = NULL;
    for (const char *q = p + 1; q < end; q++) {
        for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
            size_t len = strlen(links[i]);
            if ((size_t)(end - q) <= len || !pl_str_eq_nocase(pl_str(q, len), pl_str_z(links[i]))) continue;
            const char *behind;
            const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_OPENING, q + len, end, &behind);
            int kind = row ? row->kind : 0;
            bool says = kind == PL_TK_S_STOP || kind == PL_TK_S_FAIL; /* why */
            if (!says && kind != PL_TK_S_SKIP && kind != PL_TK_S_LEAVE && kind != PL_TK_S_PASS) continue;
            const char *why = pl_scan_blanks(behind), *stop = says && why < end && *why == '"' ? pl_text_end(why, end) : NULL;
            PlStr rest = pl_str_trim(pl_str(behind, (size_t)(end - behind)));
            bool told = stop && pl_reading_ends_here(rd, stop);
            if (!told && (pl_str_find_char(rest, ' ', 0) != PL_STR_NONE || memchr(rest.ptr, '"', rest.len))) continue;
            *last = q + len;
            return q;
        }
    }
    return end;
}

void pl_reading_one_line_body(PlReading *rd, const char *body, const char *limit)
{
    const char *last, *first_end = last_words(rd, body, limit, &last);
    PlStep *step = pl_nest_new_step(rd->syntax, rd->step, pl_reading_span(rd, body, first_end));
    if (!step) return;
    step->marker = rd->step->marker;
    pl_statement_read(rd->syntax, step, pl_reading_offset(rd, body), pl_reading_offset(rd, first_end));
    if (!last || !(step = pl_nest_new_step(rd->syntax, rd->step, pl_reading_span(rd, last, limit)))) return;
    step->marker = rd->step->marker;
    pl_statement_read(rd->syntax, step, pl_reading_offset(rd, last), pl_reading_offset(rd, limit));
}

/* If C, do X; otherwise do Y: the head, its one sub-step, and the next branch. */
static void read_one_line(PlReading *rd, int token, const char *behind, const PlOneLine *parts)
{
    PlSyntax *syntax = rd->syntax;
    PlReading head = *rd;
    head.limit = parts->head_end;
    head.end = pl_reading_offset(rd, parts->head_end);
    head.one_line = true;
    pl_reading_loudly(&head, token, behind);
    const char *body = parts->body;
    if (token != PL_TK_S_ON_ERROR || pl_reading_fail_body(rd, body, parts->body_end, &body)) pl_reading_one_line_body(rd, body, parts->body_end);
    PlStep *next = parts->otherwise
                       ? pl_nest_new_step(syntax, rd->step->parent, pl_reading_span(rd, parts->otherwise, rd->limit))
                       : NULL;
    if (!next) return;
    next->marker = rd->step->marker;
    pl_statement_read(syntax, next, pl_reading_offset(rd, parts->otherwise), rd->end);
}

/* "If x then", "For each x in y, do the following:": the head without the words that only announce its body. */
static void trim_head(PlReading *rd, const char *behind)
{
    static const char *const words[] = {"do the following steps",
                                        "do the following actions",
                                        "do the following",
                                        "perform the following steps",
                                        "perform the following",
                                        "execute the following steps",
                                        "execute the following",
                                        "follow these steps",
                                        "do these steps",
                                        "do this",
                                        "do",
                                        "then",
                                        "and",
                                        "as follows",
                                        "->",
                                        "=>",
                                        "\xe2\x86\x92",
                                        ","};
    const char *end = rd->limit;
    while (end > behind && strchr(" :*\n\r\t", end[-1])) end--;
    const char *trimmed = end;
    for (bool again = true; again;) {
        again = false;
        for (size_t i = 0; i < sizeof words / sizeof *words && !again; i++) {
            size_t len = strlen(words[i]);
            if ((size_t)(trimmed - behind) <= len || !pl_str_eq_nocase(pl_str(trimmed - len, len), pl_str_z(words[i])))
                continue;
            if (pl_phrase_word_char(*words[i]) && pl_phrase_word_char(trimmed[-(ptrdiff_t)len - 1])) continue;
            trimmed -= len;
            while (trimmed > behind && (trimmed[-1] == ' ' || trimmed[-1] == '\n')) trimmed--;
            again = true;
        }
    }
    if (trimmed == end) return;
    rd->limit = trimmed;
    rd->end = pl_reading_offset(rd, trimmed);
    rd->one_line = true; /* the colon went with the words */
}

/* Repeat every 1 minute for up to 10 minutes: neither a count nor a condition. */
static bool read_timed(PlReading *rd, const char *behind)
{
    const char *p = pl_scan_blanks(behind), *end = rd->limit;
    if (*p >= '0' && *p <= '9') return false;
    while (end > p && strchr(" :*\n\r\t", end[-1])) end--;
    PlReading tail = *rd;
    tail.limit = end;
    tail.end = pl_reading_offset(rd, end);
    rd->step->kind = PL_STEP_REPEAT;
    PlDiags quiet;
    PlSyntax syntax = *rd->syntax;
    PlStep step = *rd->step;
    pl_diags_init(&quiet, syntax.arena, rd->syntax->diags->sources);
    syntax.diags = &quiet;
    return run(&tail, &syntax, &step, PL_TK_E_PROSE, p) && !quiet.errors && pl_reading_into_step(&tail, PL_TK_E_PROSE, p);
}

static void read_block(PlReading *rd, int token, const char *behind)
{
    trim_head(rd, behind);
    if (token == PL_TK_S_EACH && pl_reading_is_path(rd, behind)) { /* Loop over order.lines: */
        pl_reading_loudly(rd, PL_TK_S_EACH_OF, behind);
        return;
    }
    static const char *const some[] = {"of the first ", "of the last ", "of the ", "the first ", "the last "}; /* For each of the first 10 orders: */
    const char *of = pl_scan_blanks(behind);
    for (size_t i = 0; token == PL_TK_S_EACH && i < sizeof some / sizeof *some; i++) {
        PlStr start = pl_str_z(some[i]);
        bool found = (size_t)(rd->limit - of) > start.len && pl_str_eq_nocase(pl_str(of, start.len), start);
        bool counts = found && of[start.len] >= '0' && of[start.len] <= '9';
        if (!counts) continue;
        pl_reading_loudly(rd, PL_TK_S_EACH_OF, of + (*of == 'o' || *of == 'O' ? 3 : 0));
        return;
    }
    if (token == PL_TK_S_REPEAT && read_timed(rd, behind)) return;
    PlOneLine parts;
    if (pl_oneline_split(rd->syntax, token, behind, rd->limit, &parts))
        read_one_line(rd, token, behind, &parts);
    else
        pl_reading_loudly(rd, token, behind);
}

/* Unless COND: If not COND. */
static void negate(PlReading *rd)
{
    PlExpr *cond = rd->step->cond;
    if (rd->step->kind != PL_STEP_IF || !cond) return;
    PlExpr *e = pl_expr_new(rd->syntax->arena, PL_EXPR_UNARY, cond->span);
    e->op = PL_OPR_NOT;
    e->left = cond;
    e->depth = cond->depth + 1;
    rd->step->cond = e;
    PL_REPORT(rd->syntax->diags, READ_AS_STEP, rd->step->keyword, "`If not ...`");
}

/* Set a to 1 and b to 2: a step for each. */
static void read_sets(PlReading *rd, const char *behind)
{
    PlReading part = *rd;
    while (part.step) {
        const char *next = NULL, *end = pl_oneline_next_set(behind, rd->limit, &next);
        part.limit = end ? end : rd->limit;
        part.end = pl_reading_offset(rd, part.limit);
        pl_reading_loudly(&part, PL_TK_S_SET, behind);
        if (!end) return;
        behind = next;
        PlStep *step = pl_nest_new_step(rd->syntax, rd->step->parent, pl_reading_span(rd, next, rd->limit));
        if (step) step->marker = rd->step->marker;
        part.step = step;
        part.text = next;
        part.start = pl_reading_offset(rd, next);
    }
}

/* Skip and Leave say nothing but themselves; a word may name what is skipped ("skip to the next note"). */
static bool read_words(PlReading *rd, int token, const PlSpelling *row, const char *behind)
{
    if (token != PL_TK_S_SKIP && token != PL_TK_S_LEAVE) return false;
    const char *p = pl_scan_blanks(behind), *end = p;
    bool named = pl_str_find_char(row->accepted, ' ', 0) != PL_STR_NONE;
    if (named && p < rd->limit && pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) != PL_RAW_WORD) end = p;
    if (!pl_reading_ends_here(rd, end)) return false;
    pl_reading_loudly(rd, token, end);
    return true;
}

/* PROSE using plugin.action(...) ..., or PROSE [-> name] [, clauses]. */
static void read_prose(PlReading *rd)
{
    PlScan scan;
    PlStep *step = rd->step;
    pl_scan_init(&scan, rd->syntax, PL_TK_E_PROSE, pl_reading_offset(rd, rd->text), rd->end);
    PlSpan using = PL_NO_SPAN;
    PlProseEnd found = pl_prose_scan(&scan, &step->prose, &step->prose_span, &using);
    keep_comments(rd, &scan);
    const char *rest = rd->text + (scan.cursor - scan.start);
    if (found == PL_PROSE_USING || found == PL_PROSE_CALLED) {
        step->keyword = using;
        rd->aside = scan.aside;
        PlStr prose = step->prose;
        PlSpan prose_span = step->prose_span;
        if (!pl_reading_reads(rd, PL_TK_E_ACTION, rest) && pl_reading_loose_call(rd, rest, prose, prose_span)) return;
        pl_reading_loudly(rd, PL_TK_E_ACTION, rest);
        if (step->kind == PL_STEP_ACTION) {
            step->prose = prose;
            step->prose_span = prose_span;
        }
        return;
    }
    step->kind = PL_STEP_PROSE;
    if (found != PL_PROSE_END) pl_reading_loudly(rd, PL_TK_E_PROSE, rest);
}

static bool has_using(PlReading *rd)
{
    PlScan scan;
    PlStr prose;
    PlSpan span, using;
    pl_scan_init(&scan, rd->syntax, PL_TK_E_PROSE, pl_reading_offset(rd, rd->text), rd->end);
    return pl_prose_scan(&scan, &prose, &span, &using) == PL_PROSE_USING;
}

/* Behind a word of code at p, or p. */
static const char *over_word(const char *p, const char *limit, const char *word)
{
    size_t len = strlen(word);
    bool found =
        (size_t)(limit - p) > len && pl_str_eq(pl_str(p, len), pl_str_z(word)) && (p[len] == ' ' || p[len] == '\t');
    return found ? pl_scan_blanks(p + len) : p;
}

/* "const x = ...", "let x = ...", as code declares names: the place of the name, or NULL. */
static const char *declared(const char *p, const char *limit)
{
    static const char *const words[] = {"const", "let", "var", "final", "auto"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *name = over_word(p, limit, words[i]), *end = name > p ? name_end(name, limit) : NULL;
        if (end && pl_scan_blanks(end) < limit && *pl_scan_blanks(end) == '=' && pl_scan_blanks(end)[1] != '=') return name;
    }
    return NULL;
}

/* A dotted action and `(` at p: a call without prose. */
static bool is_call(const PlReading *rd, const char *p)
{
    const char *end;
    if (pl_raw_scan(PL_MODE_ACTION, p, rd->limit, &end) != PL_RAW_ACTION) return false;
    return pl_str_find_char(pl_str(p, (size_t)(end - p)), '.', 0) != PL_STR_NONE && *pl_scan_blanks(end) == '(';
}

/* x.y(...); name = x.y(...); name = EXPR. False when it is none of these. */
static bool read_bare(PlReading *rd)
{
    if (is_call(rd, rd->text) && pl_reading_reads(rd, PL_TK_E_ACTION, rd->text))
        return pl_reading_loudly(rd, PL_TK_E_ACTION, rd->text), true;
    const char *end = pl_oneline_path_end(rd->text, rd->limit), *sign = end ? pl_scan_blanks(end) : NULL;
    if (!sign || sign >= rd->limit) return false;
    bool changes =
        (*sign == '+' || *sign == '-') && (sign[1] == '=' || (sign[1] == *sign && pl_reading_ends_here(rd, sign + 2)));
    if (changes) return pl_reading_loudly(rd, PL_TK_S_SET, rd->text), true;
    if (*sign != '=' || sign[1] == '=' || sign[1] == '>') return false;
    const char *value = over_word(pl_scan_blanks(sign + 1), rd->limit, "await");
    if (is_call(rd, value) && end == name_end(rd->text, rd->limit)) {
        PlStr name = pl_str(rd->text, (size_t)(end - rd->text));
        rd->step->bind = name;
        rd->step->bind_span = pl_reading_span(rd, rd->text, end);
        return pl_reading_loudly(rd, PL_TK_E_ACTION, value), true;
    }
    return pl_reading_loudly(rd, PL_TK_S_SET, rd->text), true;
}

/* Neither block nor statement: a bare call, an assignment, or prose. */
static void read_words_of_people(PlReading *rd)
{
    rd->step->keyword = PL_NO_SPAN;
    if (!has_using(rd) && read_bare(rd)) return;
    const char *behind;
    const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_TAIL, rd->text, rd->limit, &behind);
    if (row && row->kind == PL_TK_RETRY && pl_reading_reads(rd, PL_TK_E_PROSE, rd->text)) { /* under "If it fails:" */
        pl_reading_loudly(rd, PL_TK_E_PROSE, rd->text);
        return;
    }
    const char *used = pl_reading_used(rd);
    if (used && pl_reading_loose_call(rd, used, PL_STR(""), PL_NO_SPAN)) return;
    read_prose(rd);
}

/* "Set big to the deals with a value over 1000": words, numbers and texts behind `to`, and no sign of an expression. */
static bool sets_in_words(const PlReading *rd, const char *behind)
{
    const char *p = pl_oneline_path_end(pl_scan_blanks(behind), rd->limit), *end;
    const char *next;
    char closer;
    unsigned words = 0;
    if (pl_oneline_next_set(behind, rd->limit, &next)) return false; /* Set a to 1 and b to 2 */
    if (!p || pl_raw_scan(PL_MODE_EXPR, pl_scan_blanks(p), rd->limit, &end) != PL_RAW_WORD) return false;
    for (p = pl_scan_blanks(end); p < rd->limit; p = pl_scan_blanks(end)) {
        end = pl_text_quote(p, rd->limit, &closer) ? pl_text_end(p, rd->limit) : NULL;
        if (end) continue;
        PlRaw raw = pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end);
        words += raw == PL_RAW_WORD;
        bool plain = raw == PL_RAW_WORD || raw == PL_RAW_NUMBER || raw == PL_RAW_COMMA ||
                     raw == PL_RAW_FIRST_N || (raw == PL_RAW_DOT && pl_scan_blanks(end) >= rd->limit);
        if (!plain || (words == 0 && raw != PL_RAW_FIRST_N)) return false;
    }
    return words > 1;
}

/* "Set x to a * b, rounded to 2 decimals", "Compute the sum as a + b -> total": read as words, which may say so. */
static bool rounds(PlReading *rd, const char *behind)
{
    PlStr rest = pl_str(behind, (size_t)(rd->limit - behind));
    bool computes = (*rd->text | 32) == 'c'; /* Set x to 1 -> y has two names */
    bool more = pl_str_find(rest, PL_STR(" rounded "), 0) != PL_STR_NONE || (computes && pl_str_find(rest, PL_STR(" -> "), 0) != PL_STR_NONE);
    return more && !pl_reading_reads(rd, PL_TK_S_SET, behind);
}

/* "If failed is not empty", "If error.status is 404": a name that is asked about, and no failure. */
static bool names_failed(const PlReading *rd, const char *behind)
{
    static const char *const links[] = {"is", "contains", "has", "exists", "and", "or"};
    const char *p = pl_scan_blanks(behind);
    if ((rd->text[0] | 32) != 'i' || pl_phrase_word_char(rd->text[2])) return false;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (over_word(p, rd->limit, links[i]) != p) return true;
    return false;
}

/* "If it failed" behind a loop that waits for something, or behind "If it succeeded, ...": how that ended, and no call that failed. */
static bool asks_outcome(const PlReading *rd, PlStr opening)
{
    const PlStep *before = NULL, *step = rd->step;
    PlStep *const *steps = step->parent ? step->parent->steps.items : rd->syntax->plan->steps.items;
    uint32_t count = step->parent ? step->parent->steps.len : rd->syntax->plan->steps.len;
    for (uint32_t i = 1; i < count; i++)
        if (steps[i] == step) before = steps[i - 1];
    if (!before || !before->cond || !pl_str_ends(opening, PL_STR("failed"))) return false;
    if (before->kind == PL_STEP_REPEAT) return true;
    PlStr words = before->kind == PL_STEP_IF && before->cond->kind == PL_EXPR_NAME ? before->cond->text : PL_STR("");
    return pl_str_find(words, PL_STR("succe"), 0) != PL_STR_NONE || pl_str_ends(words, PL_STR("passed"));
}

/* Whether the words are the statement that their first one says, and no prose. */
static bool is_statement(PlReading *rd, int token, const char *behind)
{
    if (token == PL_TK_S_SKIP || token == PL_TK_S_LEAVE) return false;
    if (!pl_reading_promises(rd, token, behind) && !(pl_reading_means(rd, token, behind) && pl_reading_reads(rd, token, behind))) return false;
    if (token != PL_TK_S_SET) return true;
    PlReading joined = *rd;
    joined.words = PL_WORDS_JOINED;
    if (sets_in_words(rd, behind) && !pl_reading_reads(rd, token, behind) && !pl_reading_reads(&joined, token, behind)) return false;
    return !rounds(rd, behind);
}

void pl_statement_read(PlSyntax *syntax, PlStep *step, uint32_t start, uint32_t end)
{
    const char *text = syntax->text.ptr;
    start = pl_reading_start(syntax, start, end);
    PlReading rd = {syntax, step, text + start, text + end, start, end, false, false, PL_WORDS_NAMES};
    const char *then = pl_reading_behind_adverb(syntax, rd.text, rd.limit);
    if (then) rd.text = then, rd.start = pl_reading_offset(&rd, then);
    const char *cond;
    const char *behind = NULL, *name = declared(rd.text, rd.limit);
    if (name) rd.text = name, rd.start = pl_reading_offset(&rd, name);
    const PlSpelling *row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, rd.text, rd.limit, &behind);
    int token = row ? row->kind : 0;
    if (token == PL_TK_S_CLEAR && !pl_reading_reads(&rd, token, behind) && pl_reading_reads(&rd, PL_TK_S_SET, behind)) token = PL_TK_S_SET; /* reset x to 0 */
    if (token == PL_TK_S_WAIT && pl_str_ends(row->accepted, PL_STR(" for")) && strchr("\"`", *pl_scan_blanks(behind)))
        token = PL_TK_S_WAIT_EVENT;
    if (token == PL_TK_S_ON_ERROR && (names_failed(&rd, behind) || asks_outcome(&rd, row->accepted))) {
        static const char opening[] = "if ";
        row = pl_phrase_match(syntax->phrases, PL_AT_OPENING, opening, opening + 3, &cond);
        behind = rd.text + 2;
        token = row ? row->kind : token;
    }
    PlOneLine checked;
    if (pl_oneline_check_if(syntax, rd.text, rd.limit, &cond, &checked)) {
        step->keyword = pl_reading_span(&rd, rd.text, cond);
        read_one_line(&rd, PL_TK_S_IF, cond, &checked);
        return;
    }
    if (row && pl_oneline_stop_if(token, rd.text, behind, rd.limit, &cond, &checked)) {
        step->keyword = pl_reading_span(&rd, behind, cond);
        bool unless = (*checked.otherwise | 32) == 'u';
        checked.otherwise = NULL;
        read_one_line(&rd, PL_TK_S_IF, cond, &checked);
        if (unless) negate(&rd);
        return;
    }
    bool repeats = token == PL_TK_S_REPEAT || token == PL_TK_S_REPEAT_UNTIL || token == PL_TK_S_REPEAT_WHILE;
    if ((!(row && pl_reading_is_block(token)) || (repeats && !pl_reading_reads(&rd, token, behind))) && pl_reading_poll(&rd)) return;
    if (!(row && pl_reading_is_block(row->kind)) && (pl_reading_failure(&rd) || pl_reading_parts(&rd))) return;
    if (row) step->keyword = pl_reading_span(&rd, rd.text, behind);
    if (token == PL_TK_S_SET && behind < rd.limit && *behind == ':') behind++;
    if (!(row && pl_reading_is_block(row->kind)) && pl_reading_several(&rd, token)) return;
    const char *fails = token == PL_TK_S_IF ? pl_reading_any_fails(&rd) : NULL;
    if (fails) token = PL_TK_S_ON_ERROR, behind = fails;
    if (pl_reading_form(&rd, row, behind)) return;
    if (row && pl_reading_is_block(token) && (fails || pl_reading_opens_block(&rd, row, behind))) {
        read_block(&rd, token, behind);
        if (pl_str_eq_z(row->exact, "If not")) negate(&rd);
    } else if (row && !pl_reading_is_block(token) && !has_using(&rd)) {
        if (read_words(&rd, token, row, behind)) return;
        bool statement = is_statement(&rd, token, behind);
        if (statement && token == PL_TK_S_SET)
            read_sets(&rd, behind);
        else if (statement)
            pl_reading_loudly(&rd, token, behind);
        else
            read_words_of_people(&rd);
    } else {
        read_words_of_people(&rd);
    }
}
