/* SPDX-License-Identifier: MIT */
/* A call that is made again and again until its answer says so, told in one sentence: "Poll the run using ci.get_run(id=run.id) -> run every 30 seconds
 * until run.status is "completed" or 20 minutes have passed", "Wait until the job is done, checking every 10 seconds with ...". It is a REPEAT with the
 * call in it; without a call its sub-steps are what is repeated. Not here: Repeat in its exact form, and blocks with sub-steps that read as they stand. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/statement_inside.h"
#include "compiler/syntax/steps.h"

enum { MOST_PIECES = 8 };

typedef struct Piece {
    const char *from, *to;
} Piece;

typedef struct Poll {
    PlReading *rd;
    Piece cond, every, within, count, bind; /* bind: "-> name" behind all of it */
    bool is_while;
    Piece pieces[MOST_PIECES]; /* what stands between these */
    int len;
} Poll;

static const char *over(const char *p, const char *limit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(limit - p) < len || !pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i]))) continue;
        if (p + len < limit && pl_phrase_word_char(p[len])) continue;
        p = pl_scan_blanks(p + len);
        return p < limit ? p : limit;
    }
    return NULL;
}
#define OVER(p, limit, words) over((p), (limit), (words), sizeof(words) / sizeof *(words))

static const char *back(const char *from, const char *p)
{
    while (p > from && strchr(" \n,;:.(", p[-1])) p--;
    return p;
}

/* "30 seconds" at p, or "60" with a word of counting: the place behind, or NULL. */
static const char *measure(const PlReading *rd, const char *p, bool *timed)
{
    static const char *const counts[] = {"times", "attempts", "tries", "checks", "polls", "retries", "iterations"};
    const char *end = p, *unit;
    while (end < rd->limit && *end >= '0' && *end <= '9') end++;
    if (end == p) return NULL;
    unit = pl_scan_blanks(end);
    if (unit < rd->limit && (end = OVER(unit, rd->limit, counts))) return *timed = false, end;
    *timed = true;
    return unit < rd->limit && pl_phrase_match(rd->syntax->phrases, PL_AT_UNIT, unit, rd->limit, &end) ? end : NULL;
}

/* ", for up to 20 minutes", "or 20 minutes have passed", "(max 60 attempts)" at p: the place behind, or NULL. */
static const char *bound(Poll *poll, const char *p)
{
    static const char *const links[] = {"or until", "or for", "or when", "or after", "or", "and", "with a", "with", "but"};
    static const char *const most[] = {"for up to", "for at most", "for a maximum of", "up to", "at most", "no more than", "a maximum of", "maximum", "max",
                                       "timeout of", "timeout after", "a timeout of", "timeout:", "timeout", "time out after", "giving up after",
                                       "give up after",
                                       "stop after", "stopping after", "for no more than"};
    static const char *const passed[] = {"have passed", "has passed", "have elapsed", "has elapsed", "pass",
                                         "elapse",      "are over",   "is over",      "timeout",     "in total"};
    const PlReading *rd = poll->rd;
    const char *at = OVER(p, rd->limit, links), *from, *end, *next;
    if (at && (next = OVER(at, rd->limit, links))) at = next;
    if (!at) at = p;
    bool linked = at != p, timed, limited = (from = OVER(at, rd->limit, most)) != NULL;
    if (!from) from = at;
    if (from >= rd->limit || !(end = measure(rd, from, &timed))) return NULL;
    const char *behind = OVER(pl_scan_blanks(end), rd->limit, passed);
    if (!limited && !(linked && behind)) return NULL;
    Piece *piece = timed ? &poll->within : &poll->count;
    if (piece->from) return NULL;
    *piece = (Piece){from, end};
    return behind ? behind : end;
}

static const char *arrow(Poll *poll, const char *p)
{
    const char *end;
    if (p[0] != '-' || p[1] != '>' || poll->bind.from) return NULL;
    p = pl_scan_blanks(p + 2);
    if (pl_raw_scan(PL_MODE_EXPR, p, poll->rd->limit, &end) != PL_RAW_WORD || !pl_reading_ends_here(poll->rd, end)) return NULL;
    poll->bind = (Piece){p, end};
    return poll->rd->limit;
}

/* What begins at the word at p: a pause, a condition, a bound; the place behind what is known of it, or NULL. */
static const char *marker(Poll *poll, const char *p, bool *cond)
{
    static const char *const every[] = {"every", "each"}, *const until[] = {"until", "till"}, *const whiles[] = {"while"};
    static const char *const units[] = {"second", "minute", "hour", "day", "week"};
    const PlReading *rd = poll->rd;
    bool timed;
    const char *next = OVER(p, rd->limit, every), *end;
    *cond = false;
    if (next && next < rd->limit && !poll->every.from && (end = OVER(next, rd->limit, units))) return poll->every = (Piece){next, back(next, end)}, end;
    if (next && next < rd->limit && !poll->every.from && (end = measure(rd, next, &timed)) && timed) return poll->every = (Piece){next, end}, end;
    if ((end = bound(poll, p))) return end;
    next = OVER(p, rd->limit, until);
    if (!next && (p == rd->text) && (next = OVER(p, rd->limit, whiles))) poll->is_while = true;
    if (!next || poll->cond.from || next >= rd->limit) return NULL;
    poll->cond = (Piece){next, rd->limit};
    *cond = true;
    return next;
}

/* Takes the step apart; false when it has more parts than such a sentence has. */
static bool take_apart(Poll *poll)
{
    PlReading *rd = poll->rd;
    PlOneLineWalk walk = {rd->text, rd->limit, false};
    const char *piece = rd->text;
    bool in_cond = false;
    for (const char *p = rd->text; p < rd->limit;) {
        bool begins = p == rd->text || strchr(" \n(,", p[-1]), cond = false;
        const char *before = p, *at = *p == '(' ? p + 1 : p, *end = begins ? marker(poll, at, &cond) : NULL;
        if (!end && begins) end = arrow(poll, p);
        bool comma = in_cond && *p == ',' && (poll->is_while || !(p[1] == ' ' && p[2] >= '0' && p[2] <= '9'));
        if (!end && comma) end = p + 1;
        if (!end) {
            p = pl_oneline_over(&walk, p);
            continue;
        }
        before = back(rd->text, before);
        if (in_cond) poll->cond.to = before;
        else if (before > piece) {
            if (poll->len == MOST_PIECES) return false;
            poll->pieces[poll->len++] = (Piece){piece, before};
        }
        in_cond = cond;
        while (end < rd->limit && strchr(" \n,)", *end)) end++;
        p = piece = end;
    }
    const char *last = back(rd->text, rd->limit);
    if (in_cond) poll->cond.to = last;
    else if (last > piece && poll->len < MOST_PIECES) poll->pieces[poll->len++] = (Piece){piece, last};
    return poll->cond.from && poll->cond.to > poll->cond.from;
}

/* Words that only say that something is repeated. */
static bool is_filler(Piece piece)
{
    static const char *const words[] = {"keep polling", "keep checking", "poll",    "polling", "check",  "checking", "repeat",   "repeating",
                                        "loop",         "wait",          "monitor", "keep",    "again",  "and",      "then",     "this",
                                        "it",           "trying",        "for",     "the",     "status", "state",    "progress", "in a loop"};
    const char *p = piece.from, *next;
    while (p < piece.to) {
        if (strchr(" \n,;:.()", *p)) p++;
        else if ((next = OVER(p, piece.to, words))) p = next;
        else return false;
    }
    return true;
}

/* Without links before the call: "with ci.get_run(...)", "poll ci.get_run(...)". */
static const char *first_of(Piece body)
{
    static const char *const words[] = {"with", "by calling", "by", "using", "via", "calling", "poll", "polling", "and", "then", "keep polling", "call"};
    const char *p = body.from, *next, *end;
    while (p < body.to && strchr(" \n,;:.", *p)) p++;
    while (p < body.to && (next = OVER(p, body.to, words)) && next < body.to) {
        bool call = pl_raw_scan(PL_MODE_ACTION, next, body.to, &end) == PL_RAW_ACTION && memchr(next, '.', (size_t)(end - next));
        if (!call) break;
        p = next;
    }
    return p;
}

/* "ci.get_run", and nothing else. */
static bool is_action(Piece piece)
{
    const char *p = first_of(piece), *end;
    if (p >= piece.to || pl_raw_scan(PL_MODE_ACTION, p, piece.to, &end) != PL_RAW_ACTION || end > piece.to) return false;
    return memchr(p, '.', (size_t)(end - p)) && back(end, piece.to) == end;
}

static bool has_call(const PlReading *rd, Piece piece)
{
    PlReading part = *rd;
    part.text = piece.from;
    part.limit = piece.to;
    part.end = pl_reading_offset(rd, piece.to);
    return is_action(piece) || pl_reading_call_in(&part, piece.from) != NULL;
}

/* The piece that is repeated; false when other words stand beside it that say something. */
static bool find_body(Poll *poll, Piece *body)
{
    static const char *const verbs[] = {"poll", "keep polling", "keep checking", "check", "monitor", "repeat", "loop", "wait", "keep"};
    *body = (Piece){NULL, NULL};
    for (int i = 0; i < poll->len; i++) {
        if (has_call(poll->rd, poll->pieces[i])) {
            if (body->from) return false;
            *body = poll->pieces[i];
        } else if (!is_filler(poll->pieces[i]) && (i || !OVER(poll->pieces[i].from, poll->pieces[i].to, verbs))) {
            return false;
        }
    }
    return true;
}

static PlExpr *expr(PlReading *rd, Piece piece)
{
    static const char *const counts[] = {"times", "attempts", "tries", "checks", "polls", "retries", "iterations"};
    PlReading part = *rd;
    const char *end = piece.from;
    if (!piece.from) return NULL;
    if (*end > '9') /* every day */
        return pl_build_aside(rd->syntax, pl_arena_printf(rd->syntax->arena, "1 " PL_FMT, PL_ARG(pl_str(end, (size_t)(piece.to - end)))),
                              pl_reading_span(rd, end, piece.to));
    while (end < piece.to && *end >= '0' && *end <= '9') end++;
    part.limit = OVER(pl_scan_blanks(end), piece.to, counts) ? end : piece.to;
    part.end = pl_reading_offset(rd, part.limit);
    return pl_reading_expr(&part, piece.from);
}

/* The name of the record that the condition asks: "run" of "run.status is ..." and of "the run is done"; "" when it names none. */
static PlStr asked(const PlExpr *e)
{
    if (!e) return PL_STR("");
    if (e->kind == PL_EXPR_FIELD && e->left && e->left->kind == PL_EXPR_NAME) return e->left->text;
    PlStr name = asked(e->left);
    return name.len ? name : asked(e->right);
}

static PlStr first_word(const Poll *poll, const PlExpr *cond)
{
    if (cond->kind == PL_EXPR_BINARY && cond->left->kind == PL_EXPR_NAME && cond->right->kind == PL_EXPR_NAME && !(cond->left->flags & PL_EXPR_WORDS))
        return cond->left->text;
    if (cond->kind == PL_EXPR_BINARY) return PL_STR("");

    static const char *const articles[] = {"the", "its"}, *const none[] = {"it", "all", "there", "no", "not", "every", "this", "that", "they"};
    const char *p = poll->cond.from, *next = OVER(p, poll->cond.to, articles), *end;
    if (next) p = next;
    if (OVER(p, poll->cond.to, none) || pl_raw_scan(PL_MODE_EXPR, p, poll->cond.to, &end) != PL_RAW_WORD || *end != ' ') return PL_STR("");
    return pl_str(p, (size_t)(end - p));
}

/* "status is done": the call alone changes anything, so a bare name that is compared is a field of its answer. */
static void ask_answer(const Poll *poll, PlExpr *e, PlStr answer)
{
    if (!e || e->kind == PL_EXPR_CALL) return;
    if (e->kind != PL_EXPR_BINARY) {
        if (e->kind == PL_EXPR_UNARY) ask_answer(poll, e->left, answer);
        return;
    }
    bool joins = e->op == PL_OPR_AND || e->op == PL_OPR_OR;
    PlExpr *left = e->left;
    if (!joins && e->right && e->right->kind == PL_EXPR_NAME) return; /* "the run is done": words */
    if (joins) ask_answer(poll, e->left, answer), ask_answer(poll, e->right, answer);
    if (joins || left->kind != PL_EXPR_NAME || pl_str_eq(left->text, answer) || (left->flags & PL_EXPR_WORDS)) return;
    PlExpr *field = pl_expr_new(poll->rd->syntax->arena, PL_EXPR_FIELD, left->span);
    field->left = left;
    field->text = left->text;
    field->text_span = left->text_span;
    field->depth = 2;
    left->text = answer;
    e->left = field;
    if (e->depth < 3) e->depth = 3;
}

/* Whether the call is made to see how things are, and not for what it does. */
static bool looks(const Poll *poll)
{
    static const char *const verbs[] = {"poll", "keep polling", "keep checking", "check", "monitor", "wait", "keep", "fetch", "get", "read", "look"};
    const char *p = poll->rd->text, *end = poll->rd->limit;
    if (poll->bind.from || OVER(p, end, verbs)) return true;
    Piece all = {p, end};
    for (int i = 0; i < poll->len; i++) {
        Piece said = has_call(poll->rd, poll->pieces[i]) ? poll->pieces[i] : all;
        if (OVER(first_of(said), said.to, verbs)) return true;
    }
    return false;
}

/* The answer has a name: what the condition asks for, else one of its own. */
static void name_answer(Poll *poll, PlStep *call)
{
    PlStep *loop = poll->rd->step;
    if (poll->bind.from && !call->bind.len) call->bind = pl_str(poll->bind.from, (size_t)(poll->bind.to - poll->bind.from));
    if (!call->bind.len) call->bind = asked(loop->cond);
    if (!call->bind.len) call->bind = first_word(poll, loop->cond);
    if (!call->bind.len) call->bind = PL_STR("polled");
    if (call->bind_span.source == PL_NO_SOURCE) call->bind_span = call->span;
    if (!asked(loop->cond).len) ask_answer(poll, loop->cond, call->bind);
}

static void read_body(Poll *poll, Piece body)
{
    PlReading *rd = poll->rd;
    const char *from = first_of(body), *to = body.to;
    if (poll->bind.from && back(rd->text, poll->bind.from - 2) <= to) to = poll->bind.to;
    PlStep *step = pl_nest_new_step(rd->syntax, rd->step, pl_reading_span(rd, from, to));
    if (!step) return;
    step->marker = rd->step->marker;
    if (is_action(body)) {
        PlReading call = {rd->syntax, step, from, to, pl_reading_offset(rd, from), pl_reading_offset(rd, to), false, false, PL_WORDS_NAMES};
        pl_reading_loudly(&call, PL_TK_E_ACTION, from);
    } else {
        pl_statement_read(rd->syntax, step, pl_reading_offset(rd, from), pl_reading_offset(rd, to));
    }
    PlStep *last = rd->step->steps.items[rd->step->steps.len - 1];
    if (last->kind == PL_STEP_ACTION && (last->bind.len || looks(poll))) name_answer(poll, last);
}

bool pl_reading_poll(PlReading *rd)
{
    Poll poll = {.rd = rd};
    Piece body;
    if (!take_apart(&poll) || !(poll.every.from || poll.within.from || poll.count.from) || !find_body(&poll, &body)) return false;
    const char *end = rd->limit;
    while (end > rd->text && strchr(" \n*", end[-1])) end--;
    if (!body.from && (end == rd->text || end[-1] != ':')) return false;
    PlReading head = *rd;
    head.limit = poll.cond.to;
    head.end = pl_reading_offset(rd, poll.cond.to);
    head.one_line = true;
    PlExpr *every = expr(rd, poll.every), *within = expr(rd, poll.within), *count = expr(rd, poll.count);
    if ((poll.every.from && !every) || (poll.within.from && !within) || (poll.count.from && !count)) return false;
    PL_REPORT(rd->syntax->diags, READ_AS_STEP, pl_reading_span(rd, rd->text, back(rd->text, rd->limit)), "`Repeat until ...:` around the call");
    pl_reading_loudly(&head, poll.is_while ? PL_TK_S_REPEAT_WHILE : PL_TK_S_REPEAT_UNTIL, poll.cond.from);
    if (rd->step->kind == PL_STEP_BAD) return true;
    rd->step->every = every;
    rd->step->within = within;
    rd->step->count = count;
    rd->step->at_most = count != NULL;
    if (body.from) read_body(&poll, body);
    return true;
}
