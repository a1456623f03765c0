/* SPDX-License-Identifier: MIT */
/* What people write about a call that fails, where it is no clause of the exact form: "...; on failure, retry 3 times, then skip", "If the refund
 * fails, log the error and continue with the next order", "(retry twice on failure, then stop)". The call is one step and what is done about its
 * failure another, an ON_ERROR whose first sub-step may be the retry that the call gets as a clause (shape.c). Not here: the clauses themselves
 * (the grammar), and where the Try stands (shape.c). */
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/statement_inside.h"
#include "compiler/syntax/steps.h"

/* Behind one of the words at p and the blanks after it, or NULL. */
static const char *over(const char *p, const char *limit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(limit - p) < len || !pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i]))) continue;
        if (p + len < limit && pl_phrase_word_char(p[len]) && pl_phrase_word_char(p[len - 1])) continue;
        p = pl_scan_blanks(p + len);
        return p < limit ? p : limit;
    }
    return NULL;
}
#define OVER(p, limit, words) over((p), (limit), (words), sizeof(words) / sizeof *(words))

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- "retry up to 3 times with exponential backoff", "wait 10 seconds and retry" ---- */

typedef struct Retry {
    PlReading *rd;
    PlClause clause;
    int64_t times;
    bool counted, once; /* once: "try again" says one time */
} Retry;

/* "10 seconds", "30s" at p: the place behind, or NULL. */
static const char *read_duration(Retry *r, const char *p, const char *limit)
{
    const char *unit = p, *end;
    while (unit < limit && (is_digit(*unit) || *unit == '.')) unit++;
    if (unit == p) return NULL;
    const char *word = *unit == '-' ? unit + 1 : pl_scan_blanks(unit);
    if (word >= limit || !pl_phrase_match(r->rd->syntax->phrases, PL_AT_UNIT, word, limit, &end)) return NULL;
    PlStr source = pl_arena_printf(r->rd->syntax->arena, PL_FMT " " PL_FMT, PL_ARG(pl_str(p, (size_t)(unit - p))),
                                   PL_ARG(pl_str(word, (size_t)(end - word))));
    PlExpr *value = pl_build_aside(r->rd->syntax, source, pl_reading_span(r->rd, p, end));
    if (value->kind != PL_EXPR_LITERAL || value->literal.kind != PL_LIT_DURATION) return NULL;
    r->clause.duration = value;
    end = pl_scan_blanks(end);
    return end < limit ? end : limit;
}

static const char *read_count(Retry *r, const char *p, const char *limit)
{
    static const char *const words[] = {"once", "twice", "one", "two", "three", "four", "five"};
    static const char *const more[] = {"more", "additional"};
    static const char *const times[] = {"times", "time", "attempts", "attempt", "retries", "tries"};
    static const int64_t values[] = {1, 2, 1, 2, 3, 4, 5};
    const char *next = NULL;
    for (size_t i = 0; i < sizeof words / sizeof *words && !next; i++)
        if ((next = over(p, limit, words + i, 1))) r->times = values[i];
    if (!next && p < limit && is_digit(*p)) {
        int64_t n = 0;
        for (next = p; next < limit && is_digit(*next); next++) n = n > 1000 ? n : n * 10 + *next - '0';
        if (n > 1000 || *next == '.') return NULL;
        r->times = n;
        next = pl_scan_blanks(next);
    }
    if (!next || r->counted) return NULL;
    r->counted = true;
    p = next < limit ? next : limit;
    if ((next = OVER(p, limit, more))) p = next;
    return (next = OVER(p, limit, times)) ? next : p;
}

/* One more thing that is said of the retry at p: how often, how long between, that it is on failure. NULL: nothing is. */
static const char *read_detail(Retry *r, const char *p, const char *limit)
{
    static const char *const most[] = {"up to", "at most", "a maximum of", "for a maximum of", "max", "for up to", "no more than", "a total of"};
    static const char *const ends[] = {"if it fails", "if it failed", "on failure", "on error", "on any error", "in case of failure", "if that fails",
                                       "before giving up", "when it fails"};
    static const char *const doubling[] = {"with exponential backoff", "with exponential back-off", "with backoff", "using exponential backoff",
                                           "exponential backoff", "with an exponential backoff", "doubling"};
    static const char *const waits[] = {"with a delay of", "with a pause of", "with a wait of", "waiting", "after waiting", "after a delay of", "every",
                                        "at intervals of", "with a", "after a", "with", "after"};
    static const char *const between[] = {"delay", "pause", "wait", "interval", "between attempts", "between retries", "between tries", "between each attempt",
                                          "between each retry", "between each", "in between", "apart", "each time", "backoff", "delays"};
    const char *next, *value;
    if (!r->counted && (next = OVER(p, limit, most)) && (value = read_count(r, next, limit))) return value;
    if (!r->counted && (next = read_count(r, p, limit))) return next;
    if ((next = OVER(p, limit, ends))) return next;
    if ((next = OVER(p, limit, doubling))) return r->clause.doubling = true, next;
    if (r->clause.duration || !(next = OVER(p, limit, waits)) || !(next = read_duration(r, next, limit))) return NULL;
    while ((value = OVER(next, limit, between))) next = value;
    return next;
}

/* The retry that is said at p; the place behind it, or NULL when none is. */
static const char *read_retry(PlReading *rd, const char *p, const char *limit, PlClause *out)
{
    static const char *const waits[] = {"wait for", "wait"}, *const links[] = {"and then", ", then", "then", "and", "before"};
    static const char *const again[] = {"try again", "try it again", "retry once more", "trying again"};
    static const char *const verbs[] = {"retry", "retrying", "retries"};
    static const char *const what[] = {"it", "the request", "the call", "the step", "this step", "the operation", "the action", "this", "that",
                                       "the same request", "automatically", "the api call"};
    Retry r = {.rd = rd, .clause = {.kind = PL_CLAUSE_RETRY}};
    const char *start = p, *next = OVER(p, limit, waits);
    if (next) {
        if (!(next = read_duration(&r, next, limit)) || !(next = OVER(next, limit, links))) return NULL;
        p = next;
    }
    if ((next = OVER(p, limit, again))) r.once = true;
    else next = OVER(p, limit, verbs);
    if (!next) return NULL;
    p = next;
    if ((next = OVER(p, limit, what))) p = next;
    const char *end = p;
    for (;;) {
        const char *at = p < limit && *p == ',' ? pl_scan_blanks(p + 1) : p;
        if (at >= limit || !(next = read_detail(&r, at, limit))) break;
        end = p = next;
    }
    if (!r.counted && (r.once || r.clause.duration) && !r.clause.doubling) r.counted = true, r.times = 1;
    if (!r.counted || r.times < 1) return NULL;
    r.clause.span = pl_reading_span(rd, start, end);
    if (r.clause.doubling && !r.clause.duration) r.clause.duration = pl_build_aside(rd->syntax, PL_STR("1 second"), r.clause.span);
    r.clause.count = pl_expr_new(rd->syntax->arena, PL_EXPR_LITERAL, r.clause.span);
    r.clause.count->literal = (PlLiteral){.kind = PL_LIT_INT, .as.integer = r.times};
    *out = r.clause;
    return end;
}

/* ---- "if the refund fails" behind "Refund it using shop.refund(...)" ---- */

/* Whether the word names what the verb does: "refund", "sending", "creation", "payment". */
static bool is_of_verb(PlStr word, PlStr verb)
{
    if (verb.len > 3 && (verb.ptr[verb.len - 1] | 32) == 'e') verb.len--;
    return verb.len >= 3 && word.len >= verb.len && pl_str_eq_nocase(pl_str_slice(word, 0, verb.len), verb);
}

static PlStr letters_at(PlStr s, size_t at)
{
    size_t end = at;
    while (end < s.len && (unsigned)((s.ptr[end] | 32) - 'a') < 26) end++;
    return pl_str_slice(s, at, end);
}

/* `doing`: the words of the step before, with its call. Its verbs are its first word and the first of each action's name. */
static bool is_of_step(PlStr word, PlStr doing)
{
    if (is_of_verb(word, letters_at(doing, 0))) return true;
    for (size_t i = 1; i + 1 < doing.len; i++)
        if (doing.ptr[i] == '.' && is_of_verb(word, letters_at(doing, i + 1))) return true;
    return false;
}

/* The words and the action of the step before this one, or that it stands under. */
static PlStr step_before(const PlReading *rd)
{
    const PlStep *parent = rd->step->parent, *before = parent;
    PlStep *const *steps = parent ? parent->steps.items : rd->syntax->plan->steps.items;
    uint32_t len = parent ? parent->steps.len : rd->syntax->plan->steps.len;
    for (uint32_t i = 0; i < len && steps[i] != rd->step; i++)
        if (steps[i]->kind != PL_STEP_ON_ERROR) before = steps[i];
    if (!before) return PL_STR("");
    return pl_arena_printf(rd->syntax->arena, PL_FMT " " PL_FMT "." PL_FMT, PL_ARG(before->prose), PL_ARG(before->plugin), PL_ARG(before->action));
}

/* "If the refund fails" at p: the place behind, or NULL. What has failed (a build, a test) is what an answer says, and no failure of a step. */
static const char *noun_fails(PlStr doing, const char *p, const char *limit)
{
    static const char *const openings[] = {"if", "when", "in case"};
    static const char *const verbs[] = {"fails",           "errors out",      "errors",           "does not succeed", "doesn't succeed",
                                        "throws an error", "raises an error", "returns an error", "gives an error",   "reports an error"};
    static const char *const any[] = {"call", "request", "step", "api", "action", "operation", "attempt"};
    bool named = false;
    const char *end;
    p = OVER(p, limit, openings);
    for (int n = 0; p && p < limit && n < 7; n++) {
        const char *behind = n ? OVER(p, limit, verbs) : NULL;
        if (behind) {
            while (behind > p && strchr(" \n", behind[-1])) behind--;
            return named ? behind : NULL;
        }
        if (pl_raw_scan(PL_MODE_EXPR, p, limit, &end) != PL_RAW_WORD) return NULL;
        PlStr word = pl_str(p, (size_t)(end - p));
        named = named || is_of_step(word, doing);
        for (size_t i = 0; i < sizeof any / sizeof *any; i++) named = named || pl_str_eq_nocase(word, pl_str_z(any[i]));
        p = pl_scan_blanks(end);
    }
    return NULL;
}

const char *pl_reading_noun_fails(const PlReading *rd)
{
    return noun_fails(step_before(rd), rd->text, rd->limit);
}

/* ---- what is done about a failure ---- */

static const char *opening(const PlReading *rd, const char *p, const char *limit)
{
    const char *behind;
    const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_OPENING, p, limit, &behind);
    if (row && row->kind == PL_TK_S_ON_ERROR) return behind;
    return noun_fails(p > rd->text ? pl_str(rd->text, (size_t)(p - rd->text)) : step_before(rd), p, limit);
}

/* Behind "on failure," "if it still fails:", "if it fails with 404," at p, where what is done follows; or NULL. */
static const char *behind_opening(const PlReading *rd, const char *p, const char *limit)
{
    static const char *const with[] = {"with"}, *const again[] = {"retry", "try again", "try it again"};
    const char *behind = opening(rd, p, limit), *status;
    if (!behind) return NULL;
    behind = pl_scan_blanks(behind);
    if (behind < limit && (status = OVER(behind, limit, with))) {
        while (status < limit && *status != ',' && *status != ':' && *status != '.') status++;
        behind = status;
    }
    if (behind >= limit) return NULL;
    if (*behind != ',' && *behind != ':')
        return OVER(behind, limit, again) || pl_phrase_match(rd->syntax->phrases, PL_AT_OPENING, behind, limit, &status) ? behind : NULL;
    behind = pl_scan_blanks(behind + 1);
    return behind < limit ? behind : NULL;
}

/* Over what links the retry to the rest: ", then", "; if it still fails,", "before". `ends`: what follows is what an exhausted retry does anyway. */
static const char *over_link(const PlReading *rd, const char *p, const char *limit, bool *ends)
{
    static const char *const links[] = {"and then", "then", "and", "but", "before", "or else", "otherwise", "after that", "afterwards"};
    static const char *const gives_up[] = {"failing the workflow", "failing", "fail the workflow", "fail", "giving up", "give up",
                                           "raise the error", "error out"};
    const char *next;
    for (bool again = true; again;) {
        again = false;
        while (p < limit && strchr(" ,;.\n", *p)) p++, again = true;
        if ((next = OVER(p, limit, links))) p = next, again = true;
        if (p < limit && (next = behind_opening(rd, p, limit))) p = next, again = true;
    }
    next = p < limit ? OVER(p, limit, gives_up) : NULL;
    while (next && next < limit && strchr(" .\n", *next)) next++;
    *ends = next && next >= limit;
    return p;
}

/* "skipping the order" behind "before" is "skip the order". */
static PlStr imperative(const PlReading *rd, const char *p, const char *limit)
{
    static const char *const forms[][2] = {{"skipping", "skip"}, {"stopping", "stop"}, {"continuing", "continue"},
                                           {"moving on", "move on"}, {"aborting", "stop"}};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const char *behind = over(p, limit, &forms[i][0], 1);
        if (behind)
            return pl_arena_printf(rd->syntax->arena, "%s " PL_FMT, forms[i][1], PL_ARG(pl_str(behind, (size_t)(limit - behind))));
    }
    return PL_STR("");
}

static PlStep *sub_step(PlReading *rd, const char *from, const char *to)
{
    PlStep *step = pl_nest_new_step(rd->syntax, rd->step, pl_reading_span(rd, from, to));
    if (step) step->marker = rd->step->marker;
    return step;
}

bool pl_reading_fail_body(PlReading *rd, const char *body, const char *limit, const char **rest)
{
    PlClause retry;
    const char *again = behind_opening(rd, body, limit);
    if (again) body = again; /* "Error handling: if it fails, ..." */
    *rest = body;
    const char *behind = read_retry(rd, body, limit, &retry);
    if (!behind) return true;
    PlStep *step = sub_step(rd, body, behind);
    if (!step) return false;
    step->kind = PL_STEP_PROSE;
    step->prose_span = step->span;
    pl_vec_push(rd->syntax->arena, &step->clauses, retry);
    bool ends;
    *rest = over_link(rd, behind, limit, &ends);
    if (ends) *rest = limit;
    PlStr said = *rest < limit ? imperative(rd, *rest, limit) : PL_STR("");
    if (!said.len) return *rest < limit;
    step = sub_step(rd, *rest, limit);
    if (step && pl_str_starts(said, PL_STR("stop"))) step->kind = PL_STEP_STOP;
    else if (step) step->kind = PL_STEP_SKIP;
    if (step) step->keyword = step->span;
    return false;
}

/* ---- "log the error" ---- */

/* "log the order id": a name of two or three words is noted. */
static bool logs_words(PlReading *rd, const char *p)
{
    const char *end = p, *start = p;
    int words = 0;
    while (words < 4 && p < rd->limit && pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) == PL_RAW_WORD) p = pl_scan_blanks(end), words++;
    bool joined_already = words == 1 && memchr(start, '_', (size_t)(end - start));
    if ((words < 2 && !joined_already) || words > 3 || !pl_reading_ends_here(rd, end)) return false;
    const char *from = rd->text;
    while (from < rd->limit && *from != ' ') from++;
    PlReading joined = *rd;
    joined.words = PL_WORDS_JOINED;
    if (!pl_reading_reads(&joined, PL_TK_S_NOTE, from)) return false;
    rd->step->keyword = pl_reading_span(rd, rd->text, from);
    pl_reading_loudly(rd, PL_TK_S_NOTE, from);
    return true;
}

bool pl_reading_logs_error(PlReading *rd)
{
    static const char *const verbs[] = {"log", "note", "record", "print", "report"}, *const articles[] = {"the", "an", "a", "this", "that"};
    static const char *const things[] = {"error message", "error details", "error", "failure", "warning", "exception", "issue", "problem", "it", "message"};
    const PlStep *p = rd->step->parent;
    while (p && p->kind != PL_STEP_ON_ERROR) p = p->parent;
    const char *at = p ? OVER(rd->text, rd->limit, verbs) : NULL, *next;
    if (!at) return false;
    if (at < rd->limit && (next = OVER(at, rd->limit, articles))) at = next;
    bool bare = at >= rd->limit || pl_reading_ends_here(rd, at);
    next = bare ? at : OVER(at, rd->limit, things);
    if (!next || !pl_reading_ends_here(rd, next)) return at > rd->text && logs_words(rd, at);
    PlSpan span = pl_reading_span(rd, rd->text, rd->limit);
    PlExpr *name = pl_expr_new(rd->syntax->arena, PL_EXPR_NAME, span), *field = pl_expr_new(rd->syntax->arena, PL_EXPR_FIELD, span);
    name->text = PL_STR("error");
    name->text_span = span;
    field->left = name;
    field->text = PL_STR("message");
    field->text_span = span;
    field->depth = 2;
    rd->step->kind = PL_STEP_NOTE;
    rd->step->value = field;
    PL_REPORT(rd->syntax->diags, READ_AS_STEP, span, "`Note error.message`");
    return true;
}

/* ---- a call and its failure in one step ---- */

/* "ignoring errors", "skipping any that fail", "continue on error": all of [p, limit). */
static bool passes_over(const char *p, const char *limit)
{
    static const char *const ignores[] = {"ignoring", "ignore"}, *const skips[] = {"skipping", "skip"};
    static const char *const goes[] = {"continue on", "continuing on", "skip on", "skipping on", "carry on on", "go on on", "ignoring on"};
    static const char *const all[] = {"any", "all", "the", "those", "ones", "items"};
    static const char *const errors[] = {"errors", "failures", "error", "failure", "failed ones", "failed items"};
    static const char *const fails[] = {"that fail", "which fail", "that fails", "that failed"};
    const char *next = OVER(p, limit, goes), *end;
    if (!next && !(next = OVER(p, limit, ignores))) next = OVER(p, limit, skips);
    if (!next) return false;
    p = next;
    while ((next = OVER(p, limit, all))) p = next;
    next = OVER(p, limit, errors);
    if (!next) next = OVER(p, limit, fails);
    if (!next && p < limit && pl_raw_scan(PL_MODE_EXPR, p, limit, &end) == PL_RAW_WORD) next = OVER(pl_scan_blanks(end), limit, fails);
    while (next && next < limit && strchr(" .\n", *next)) next++;
    return next && next >= limit;
}

/* Whether what begins at p says what is done when the call before it fails, and is no clause. */
static bool is_failure(PlReading *rd, const char *p, const char *limit)
{
    static const char *const links[] = {"and", "but"};
    const char *next = OVER(p, limit, links), *rest;
    PlReading part = *rd;
    part.limit = limit;
    part.end = pl_reading_offset(rd, limit);
    if (next) p = next;
    if (p >= limit) return false;
    if (behind_opening(rd, p, limit) || passes_over(p, limit)) return !pl_reading_reads(&part, PL_TK_E_PROSE, p);
    PlClause retry;
    if (!(rest = read_retry(rd, p, limit, &retry)) || pl_reading_reads(&part, PL_TK_E_PROSE, p)) return false;
    bool ends;
    const char *then = over_link(rd, rest, limit, &ends), *behind;
    if (ends || then >= limit) return true;
    if (then == rest) return false;
    const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_OPENING, then, limit, &behind);
    int kind = row ? row->kind : 0;
    return kind == PL_TK_S_STOP || kind == PL_TK_S_FAIL || kind == PL_TK_S_SKIP || kind == PL_TK_S_PASS || kind == PL_TK_S_NOTE || kind == PL_TK_S_LEAVE ||
           imperative(rd, then, limit).len;
}

typedef struct Failure {
    const char *end;          /* of the call */
    const char *from, *limit; /* what is done */
} Failure;

static bool find_failure(PlReading *rd, Failure *out)
{
    PlOneLineWalk walk = {rd->text, rd->limit, false};
    unsigned tried = 0;
    const char *call = NULL;
    for (const char *p = rd->text; p < rd->limit && tried < 24; p = pl_oneline_over(&walk, p)) {
        bool stop = *p == ';' || *p == '\n' || (*p == '.' && (p[1] == ' ' || p[1] == '\n'));
        if (!stop && *p != ',' && *p != '(') continue;
        const char *next = pl_scan_blanks(p + 1), *limit = rd->limit;
        if (next >= limit || p == rd->text) continue;
        if (*p == '(') {
            if (p[-1] != ' ' && p[-1] != '\n') continue;
            limit = pl_oneline_over(&walk, p) - 1;
            if (limit <= next || !pl_reading_ends_here(rd, limit + 1)) continue;
        }
        tried++;
        if (!is_failure(rd, next, limit)) continue;
        if (!stop && !call && (!(call = pl_reading_call_in(rd, rd->text)) || call > p)) return false;
        *out = (Failure){p, next, limit};
        return true;
    }
    return false;
}

bool pl_reading_failure(PlReading *rd)
{
    static const char *const links[] = {"and", "but"};
    Failure found;
    if (!find_failure(rd, &found)) return false;
    const char *next = OVER(found.from, found.limit, links);
    if (next) found.from = next;
    PlSpan span = pl_reading_span(rd, found.from, found.limit);
    PL_REPORT(rd->syntax->diags, READ_AS_STEP, span, "a step of its own");
    PlStep *more = pl_nest_new_step(rd->syntax, rd->step->parent, span);
    pl_statement_read(rd->syntax, rd->step, rd->start, pl_reading_offset(rd, found.end));
    if (!more) return true;
    more->marker = rd->step->marker;
    if (opening(rd, found.from, found.limit)) {
        pl_statement_read(rd->syntax, more, span.start, span.end);
        return true;
    }
    more->kind = PL_STEP_ON_ERROR; /* "retry 3 times, then skip" */
    more->keyword = span;
    PlReading body = *rd;
    body.step = more;
    const char *rest;
    if (passes_over(found.from, found.limit)) {
        PlStep *pass = sub_step(&body, found.from, found.limit);
        if (pass) pass->kind = PL_STEP_PROSE, pass->form = PL_FORM_PASS, pass->prose = PL_STR("continue");
        return true;
    }
    if (pl_reading_fail_body(&body, found.from, found.limit, &rest)) pl_reading_one_line_body(&body, rest, found.limit);
    return true;
}
