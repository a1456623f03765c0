/* SPDX-License-Identifier: MIT */
/* Two steps said as one: "Roll back using ci.rollback(...) and then tell #deploys using chat.send(...)", "Wait 30 seconds, then check it using
 * ci.get_run". Each becomes a step of its own, in order. What stands under a condition or a clause ("if it fails, ...") is not taken apart: it
 * would no longer depend on it. */
#include "compiler/syntax/statement_inside.h"

#include "compiler/syntax/build.h"
#include "compiler/syntax/steps.h"

enum { MOST_LINKS = 12 }; /* looked at in one step */

static const char *over_word(const char *p, const char *limit, const char *word)
{
    size_t len = strlen(word);
    bool found = (size_t)(limit - p) > len && pl_str_eq_nocase(pl_str(p, len), pl_str_z(word)) && !pl_phrase_word_char(p[len]);
    return found ? pl_scan_blanks(p + len) : NULL;
}

/* A walk over what stands outside of brackets and texts in quotes, in linear time. */
typedef struct Walk {
    const char *start, *limit;
    bool flat;    /* a bracket had no end: brackets are characters from here on */
    bool depends; /* a word was passed that makes what follows depend on something */
} Walk;

static const char *over_bracket(const char *p, const char *limit)
{
    char closer;
    unsigned depth = 0;
    for (const char *q = p; q < limit; q++) {
        const char *end = q > p && strchr(" \n\t([{,=:+", q[-1]) && pl_text_quote(q, limit, &closer) ? pl_text_end(q, limit) : NULL;
        if (end) {
            q = end - 1;
            continue;
        }
        depth += *q == '(' || *q == '[' || *q == '{';
        if (*q == ')' || *q == ']' || *q == '}') depth--;
        if (!depth) return q + 1;
    }
    return NULL;
}

/* Words behind which a step is done only if something holds. */
static bool depends(const char *p, const char *limit)
{
    static const char *const words[] = {"if",   "unless", "when",  "otherwise", "else",   "until", "while",  "for each", "for every",
                                        "case", "error",  "fails", "failure",   "either", "or",    "whether"};
    if (!pl_phrase_word_char(*p)) return false;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        if ((size_t)(limit - p) >= len && pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i])) && !pl_phrase_word_char(p[len])) return true;
    }
    return false;
}

static const char *over(Walk *w, const char *p)
{
    char closer;
    bool begins = p == w->start || !pl_phrase_word_char(p[-1]);
    bool opens = p == w->start || strchr(" \n\t([{,=:+", p[-1]) != NULL;
    const char *end = opens && pl_text_quote(p, w->limit, &closer) ? pl_text_end(p, w->limit) : NULL;
    if (!end && !w->flat && (*p == '(' || *p == '[' || *p == '{')) {
        end = over_bracket(p, w->limit);
        w->flat = !end;
    }
    if (begins && !end) w->depends |= depends(p, w->limit);
    return end ? end : p + 1;
}

/* Where the words of the next step begin behind ", and then", "; then", " and": NULL when no step is linked at p. `then`: the link says so. */
static const char *behind_link(const char *p, const char *limit, bool *then)
{
    const char *at = p, *next;
    *then = false;
    if (*p == ',' || *p == ';' || (*p == '.' && p + 1 < limit && (p[1] == ' ' || p[1] == '\n'))) at = pl_scan_blanks(p + 1);
    else if (*p != ' ' && *p != '\n') return NULL;
    else at = pl_scan_blanks(p);
    bool linked = *p == ';' || *p == '.';
    if ((next = over_word(at, limit, "and"))) at = next, linked = true;
    static const char *const words[] = {"then", "after that", "afterwards", "next", "finally"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if ((next = over_word(at, limit, words[i]))) {
            at = *next == ',' ? pl_scan_blanks(next + 1) : next;
            *then = linked = true;
        }
    return linked && at < limit ? at : NULL;
}

/* ", keep ..." behind "-> name", where no clause follows. */
static const char *behind_name(const PlReading *rd, const char *p)
{
    const char *word = p, *behind;
    if (*p != ',') return NULL;
    while (word > rd->text && (pl_phrase_word_char(word[-1]) || word[-1] == '`')) word--;
    const char *arrow = word;
    while (arrow > rd->text && arrow[-1] == ' ') arrow--;
    static const char *const rest[] = {"everything", "the rest", "others", "all", "remaining", "else", "otherwise", "anything"};
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        if (over_word(pl_scan_blanks(p + 1), rd->limit, rest[i])) return NULL; /* "Split x: a -> as, everything else -> others" */
    bool bound = word < p && arrow - rd->text > 2 && ((arrow[-1] == '>' && strchr("-=", arrow[-2])) || (unsigned char)arrow[-2] == 0x86);
    const char *next = pl_scan_blanks(p + 1);
    if (!bound || next >= rd->limit || !((*next | 32) >= 'a' && (*next | 32) <= 'z') ||
        pl_phrase_match(rd->syntax->phrases, PL_AT_TAIL, next, rd->limit, &behind))
        return NULL;
    const char *and = over_word(next, rd->limit, "and");
    if (and) next = and;
    const char *then = over_word(next, rd->limit, "then");
    return then ? then : next;
}

const char *pl_reading_call_in(const PlReading *rd, const char *from)
{
    PlScan scan;
    PlStr prose;
    PlSpan span, using = PL_NO_SPAN;
    const char *end;
    pl_scan_init(&scan, rd->syntax, PL_TK_E_PROSE, pl_reading_offset(rd, from), rd->end);
    PlProseEnd found = pl_prose_scan(&scan, &prose, &span, &using);
    if (found != PL_PROSE_USING && found != PL_PROSE_CALLED) return NULL;
    const char *action = from + (scan.cursor - scan.start);
    action += *action == '`';
    if (action >= rd->limit || pl_raw_scan(PL_MODE_ACTION, action, rd->limit, &end) != PL_RAW_ACTION) return NULL;
    return memchr(action, '.', (size_t)(end - action)) ? end : NULL;
}

/* A call without prose: "x = a.b(...)", "a.b(...)". */
static bool is_bare(const PlReading *rd, const char *p)
{
    const char *end;
    if (pl_raw_scan(PL_MODE_ACTION, p, rd->limit, &end) != PL_RAW_ACTION) return false;
    return memchr(p, '.', (size_t)(end - p)) != NULL && *pl_scan_blanks(end) == '(';
}

static bool is_statement(const PlReading *rd, const char *p)
{
    const char *behind;
    const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_OPENING, p, rd->limit, &behind);
    return row != NULL;
}

/* "Keep ... -> large, sum ... -> total" */
static const char *after_name(const PlReading *rd, const char **next)
{
    Walk w = {.start = rd->text, .limit = rd->limit};
    for (const char *p = rd->text; p < rd->limit && !w.depends; p = over(&w, p))
        if (*p == ',' && (*next = behind_name(rd, p))) return p;
    return NULL;
}

/* `Ask "Delete it?" and if yes, delete ...`: the place behind the question, where a condition on its answer follows. */
static const char *after_question(const PlReading *rd, const char **next)
{
    char closer;
    const char *p = rd->text, *end;
    while (p < rd->limit && *p != '"') p++;
    if (p >= rd->limit || !pl_text_quote(p, rd->limit, &closer) || !(end = pl_text_end(p, rd->limit))) return NULL;
    p = pl_scan_blanks(end);
    if (p >= rd->limit) return NULL;
    const char *typed = over_word(p, rd->limit, "as yes or no");
    if (typed) p = typed;
    const char *stop = p;
    bool parted = typed != NULL;
    while (p < rd->limit && strchr(".,;", *p)) p = pl_scan_blanks(p + 1);
    if (p >= rd->limit) return NULL;
    const char *and = over_word(p, rd->limit, "and");
    if (and) p = *and == ',' ? pl_scan_blanks(and + 1) : and;
    if (p >= rd->limit || !over_word(p, rd->limit, "if")) return NULL;
    while (stop > end && stop[-1] == ' ') stop--;
    *next = p;
    return parted ? stop : end;
}

/* "Get approval, then ...", "Ask for the manager's confirmation and then ...": somebody is waited for. */
static bool awaits_person(const PlReading *rd)
{
    static const char *const verbs[] = {"get", "ask for", "request", "obtain", "wait for", "await", "seek", "require"};
    static const char *const what[] = {"approval", "confirmation"};
    const char *p = NULL;
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs && !p; i++) p = over_word(rd->text, rd->limit, verbs[i]);
    for (const char *q = p; p && q < rd->limit && q - p < 40 && !strchr(",;.\"(", *q); q++)
        for (size_t i = 0; i < sizeof what / sizeof *what; i++)
            if ((q == p || q[-1] == ' ') && (size_t)(rd->limit - q) > strlen(what[i]) &&
                pl_str_eq_nocase(pl_str(q, strlen(what[i])), pl_str_z(what[i])) && !pl_phrase_word_char(q[strlen(what[i])]))
                return true;
    return false;
}

static bool is_wait(int token)
{
    return token == PL_TK_S_WAIT || token == PL_TK_S_WAIT_UNTIL || token == PL_TK_S_WAIT_EVENT;
}

/* The end of the first step and the beginning of the next. */
static const char *find_next(PlReading *rd, int token, bool waits, const char **next)
{
    const char *end = waits ? NULL : after_name(rd, next), *from = rd->text;
    if (end || (!waits && !(from = pl_reading_call_in(rd, rd->text))) || pl_reading_used(rd)) return end;
    if (is_wait(token)) from += rd->step->keyword.end - rd->step->keyword.start; /* its `until` is no condition of what follows */
    Walk w = {.start = from, .limit = rd->limit};
    unsigned tried = 0;
    for (const char *p = from; p < rd->limit && !w.depends && tried < MOST_LINKS; p = over(&w, p)) {
        bool then = false;
        const char *part = strchr(" ,;.\n", *p) ? behind_link(p, rd->limit, &then) : NULL;
        if (!part || part >= rd->limit || (waits && !then && !is_wait(token))) continue;
        tried++;
        bool timed = then && is_wait(token); /* behind a time that has passed comes a step, whatever it says */
        if (!timed && !pl_reading_call_in(rd, part) && !is_bare(rd, part) && !(then && !waits && is_statement(rd, part))) continue;
        *next = part;
        return p;
    }
    return NULL;
}

bool pl_reading_several(PlReading *rd, int token)
{
    const char *next = NULL;
    bool person = awaits_person(rd), waits = is_wait(token) || person;
    const char *end = token == PL_TK_S_ASK && !person ? after_question(rd, &next) : NULL;
    if (!end) end = find_next(rd, token, waits, &next);
    if (!end) return false;
    PlReading first = *rd;
    first.limit = end;
    first.end = pl_reading_offset(rd, end);
    if (waits && !person && !pl_reading_reads(&first, token, pl_scan_blanks(rd->text + (rd->step->keyword.end - rd->step->keyword.start)))) return false;
    PL_REPORT(rd->syntax->diags, READ_AS_STEP, pl_reading_span(rd, next, rd->limit), "a step of its own");
    PlStep *more = pl_nest_new_step(rd->syntax, rd->step->parent, pl_reading_span(rd, next, rd->limit));
    pl_statement_read(rd->syntax, rd->step, rd->start, first.end);
    if (!more) return true;
    more->marker = rd->step->marker;
    pl_statement_read(rd->syntax, more, pl_reading_offset(rd, next), rd->end);
    return true;
}
