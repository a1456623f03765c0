/* SPDX-License-Identifier: MIT */
/* Steps that speak of their neighbours: "End if", "Do nothing", "Repeat steps 2-3 until ...", "If any step fails". Each gets a form
 * (PlStepForm); compiler/syntax/shape.c makes the tree say the same. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/statement_inside.h"

static const char *digits(const char *p)
{
    while ((*p >= '0' && *p <= '9') || (*p == '.' && p[1] >= '0' && p[1] <= '9')) p++;
    return p;
}

/* "2-3", "2 to 3", "2, 3 and 4", "steps 2 through 3": the first and the last number. */
static const char *numbers(const char *p, const char *limit, PlStr *from, PlStr *to)
{
    const char *end = digits(p);
    if (end == p) return NULL;
    *from = *to = pl_str(p, (size_t)(end - p));
    for (p = end;;) {
        const char *next = pl_scan_blanks(p);
        static const char *const links[] = {"through",      "to",           "and", "until", "-",
                                            "\xe2\x80\x93", "\xe2\x80\x94", ",",   "step",  "steps"};
        bool linked = true;
        while (linked) {
            linked = false;
            for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
                size_t len = strlen(links[i]);
                if ((size_t)(limit - next) <= len || !pl_str_eq_nocase(pl_str(next, len), pl_str_z(links[i]))) continue;
                next = pl_scan_blanks(next + len);
                linked = true;
            }
        }
        end = digits(next);
        if (end == next) return p;
        *to = pl_str(next, (size_t)(end - next));
        p = end;
    }
}

/* Repeat steps 2-3 until COND [, up to 10 times] | while COND | N times | for each x in LIST */
static bool read_again(PlReading *rd, const char *behind)
{
    PlStep *step = rd->step;
    PlStr from, to;
    const char *p = numbers(pl_scan_blanks(behind), rd->limit, &from, &to), *after;
    if (!p) return false;
    p = pl_scan_blanks(p);
    if (*p == ',' || *p == ':') p = pl_scan_blanks(p + 1);
    const PlSpelling *row = pl_phrase_match(rd->syntax->phrases, PL_AT_OPENING, p, rd->limit, &after);
    int entry = row ? row->kind : 0;
    bool counts = *p >= '0' && *p <= '9';
    PlReading rest = *rd;
    rest.one_line = true; /* its body stands elsewhere */
    if (counts) {
        entry = PL_TK_S_REPEAT;
        after = p;
    }
    if (entry != PL_TK_S_REPEAT_UNTIL && entry != PL_TK_S_REPEAT_WHILE && entry != PL_TK_S_EACH &&
        entry != PL_TK_S_REPEAT)
        return false;
    pl_reading_loudly(&rest, entry, after);
    if (step->kind == PL_STEP_BAD) return true;
    step->form = PL_FORM_AGAIN;
    step->from = from;
    step->to = to;
    return true;
}

/* Nothing but a word or two behind: "End if", "End the loop", "Do nothing here". */
static bool is_bare(const PlReading *rd, const char *p)
{
    const char *end;
    p = pl_scan_blanks(p);
    if (*p == ':') p = pl_scan_blanks(p + 1);
    if (*p == '!') p++;
    for (int n = 0; n < 2 && !pl_reading_ends_here(rd, p); n++) {
        if (pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) != PL_RAW_WORD) return false;
        p = pl_scan_blanks(end);
    }
    return pl_reading_ends_here(rd, p);
}

/* "If any build failed" asks what a list says, unless the noun is a step's. */
static bool is_of_steps(const char *word, const char *end)
{
    static const char *const nouns[] = {"step",   "steps",   "request",  "requests",  "call",      "calls",
                                        "action", "actions", "branch",   "branches",  "operation", "operations",
                                        "upload", "uploads", "download", "downloads", "post",      "posts",
                                        "them",   "these",   "those"};
    for (size_t i = 0; i < sizeof nouns / sizeof *nouns; i++)
        if (pl_str_eq_nocase(pl_str(word, (size_t)(end - word)), pl_str_z(nouns[i]))) return true;
    return false;
}

/* "If any of the posts fail:", "If any upload fails, ...": the place behind, or NULL. */
static const char *any_fails(const PlReading *rd)
{
    static const char *const opening[] = {"if any one of the ", "if any of the ",    "if any of these ",
                                          "if any of those ",   "if any of ",        "if any ",
                                          "if one of the ",     "if either of the ", "if either "};
    static const char *const verbs[] = {"fails",      "fail",        "failed",           "errors",
                                        "has failed", "have failed", "does not succeed", "is unsuccessful"};
    const char *p = NULL, *end, *noun = NULL, *noun_end = NULL;
    PlStr text = pl_str(rd->text, (size_t)(rd->limit - rd->text));
    for (size_t i = 0; i < sizeof opening / sizeof *opening && !p; i++) {
        size_t len = strlen(opening[i]);
        if (text.len > len && pl_str_eq_nocase(pl_str_slice(text, 0, len), pl_str_z(opening[i]))) p = rd->text + len;
    }
    for (int n = 0; p && n < 4 && pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) == PL_RAW_WORD; n++) {
        for (size_t i = 0; n > 0 && i < sizeof verbs / sizeof *verbs; i++) {
            size_t len = strlen(verbs[i]);
            bool found = (size_t)(rd->limit - p) >= len && pl_str_eq_nocase(pl_str(p, len), pl_str_z(verbs[i])) &&
                         !pl_phrase_word_char(p[len]);
            const char *next = pl_scan_blanks(p + len);
            bool past = pl_str_ends(pl_str_z(verbs[i]), PL_STR("failed"));
            if (found && past && noun && !is_of_steps(noun, noun_end)) return NULL;
            if (found && (next >= rd->limit || *next == ':' || *next == ',')) return p + len;
        }
        noun = p;
        noun_end = end;
        p = pl_scan_blanks(end);
    }
    return NULL;
}

static bool speaks_of_all(PlStr accepted)
{
    return pl_str_find(accepted, PL_STR("any "), 0) != PL_STR_NONE ||
           pl_str_find(accepted, PL_STR("thing"), 0) != PL_STR_NONE;
}

/* ---- "Wait for the manager's approval", "Create an empty list called results" ---- */

static const char *after(const char *p, const char *limit, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        size_t len = strlen(words[i]);
        bool found = (size_t)(limit - p) > len && pl_str_eq_nocase(pl_str(p, len), pl_str_z(words[i])) &&
                     !pl_phrase_word_char(p[len]);
        if (found) return pl_scan_blanks(p + len);
    }
    return NULL;
}
#define AFTER(p, limit, words) after((p), (limit), (words), sizeof(words) / sizeof *(words))

static PlExpr *literal(PlReading *rd, PlLiteralKind kind, PlStr text, PlSpan span)
{
    PlExpr *e = pl_expr_new(rd->syntax->arena, PL_EXPR_LITERAL, span);
    e->literal.kind = kind;
    if (kind == PL_LIT_TEXT) e->literal.as.text = text;
    return e;
}

static void note_form(PlReading *rd, const char *form)
{
    PL_REPORT(rd->syntax->diags, READ_AS_STEP, pl_reading_span(rd, rd->text, rd->limit), form);
}

/* Where `word` stands in [p, limit) on its own, or NULL. */
static const char *find_word(const char *p, const char *limit, const char *word)
{
    size_t len = strlen(word);
    for (const char *start = p; p + len <= limit; p++) {
        if (!pl_str_eq_nocase(pl_str(p, len), pl_str_z(word)) || pl_phrase_word_char(p[len])) continue;
        if (p == start || !pl_phrase_word_char(p[-1])) return p;
    }
    return NULL;
}

/* A person is waited for, and no action is named: Ask ... as yes or no -> approved. */
static bool read_approval(PlReading *rd)
{
    static const char *const verbs[] = {
        "wait for", "request", "ask for", "get", "obtain", "seek", "await", "require", "wait until there is"};
    const char *p = AFTER(rd->text, rd->limit, verbs);
    if (!p || memchr(p, '"', (size_t)(rd->limit - p)) || memchr(p, '(', (size_t)(rd->limit - p))) return false;
    const char *what = find_word(p, rd->limit, "approval");
    if (!what) what = find_word(p, rd->limit, "confirmation");
    const char *using = find_word(p, rd->limit, "using");
    if (!what || what - p > 40 || using) return false;
    PlScan scan;
    PlSpan none = PL_NO_SPAN;
    PlStr prose;
    pl_scan_init(&scan, rd->syntax, PL_TK_E_PROSE, pl_reading_offset(rd, rd->text), rd->end);
    PlProseEnd found = pl_prose_scan(&scan, &prose, &rd->step->prose_span, &none);
    if (found == PL_PROSE_USING || found == PL_PROSE_CALLED || found == PL_PROSE_CLAUSE) return false;
    PlStep *step = rd->step;
    while (prose.len && strchr(".: ", prose.ptr[prose.len - 1])) prose.len--;
    step->kind = PL_STEP_ASK;
    step->value = literal(rd, PL_LIT_TEXT, prose, pl_reading_span(rd, rd->text, rd->limit));
    step->as_type = PL_NEW(rd->syntax->arena, PlTypeExpr);
    step->as_type->kind = PL_TE_NAME;
    step->as_type->name = PL_STR("yes/no");
    step->as_type->span = step->value->span;
    if (found == PL_PROSE_ARROW) (void)pl_reading_into_step(rd, PL_TK_E_PROSE, rd->text + (scan.cursor - scan.start));
    if (!step->bind.len) step->bind = PL_STR("approved"), step->bind_span = step->value->span;
    note_form(rd, "`Ask \"...\" as yes or no`");
    return true;
}

/* "Initialize an empty list called results", "Create a counter n". */
static bool read_empty(PlReading *rd)
{
    static const char *const verbs[] = {"initialize", "initialise", "create",  "start with", "start",
                                        "make",       "define",     "prepare", "declare",    "set up"};
    static const char *const articles[] = {"an", "a", "the"}, *const fresh[] = {"new", "empty"},
                             *const named[] = {"called", "named", "for", "variable"};
    static const struct Kind {
        const char *word;
        PlExprKind kind;
        PlLiteralKind literal;
    } kinds[] = {{"list", PL_EXPR_LIST, 0},
                 {"array", PL_EXPR_LIST, 0},
                 {"record", PL_EXPR_RECORD, 0},
                 {"object", PL_EXPR_RECORD, 0},
                 {"dictionary", PL_EXPR_RECORD, 0},
                 {"map", PL_EXPR_RECORD, 0},
                 {"string", PL_EXPR_LITERAL, PL_LIT_TEXT},
                 {"text", PL_EXPR_LITERAL, PL_LIT_TEXT},
                 {"counter", PL_EXPR_LITERAL, PL_LIT_INT}};
    const char *p = AFTER(rd->text, rd->limit, verbs), *next, *end;
    bool empty = false;
    if (!p) return false;
    if ((next = AFTER(p, rd->limit, articles))) p = next;
    while ((next = AFTER(p, rd->limit, fresh))) empty = true, p = next;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *const word[] = {kinds[i].word};
        if (!(next = AFTER(p, rd->limit, word)) || (!empty && kinds[i].literal != PL_LIT_INT)) continue;
        const char *name = AFTER(next, rd->limit, named);
        if (!name) name = next;
        name += *name == '`';
        if (pl_raw_scan(PL_MODE_EXPR, name, rd->limit, &end) != PL_RAW_WORD) return false;
        const char *behind = end + (*end == '`');
        if (!pl_reading_ends_here(rd, behind)) return false;
        PlSpan span = pl_reading_span(rd, rd->text, rd->limit);
        rd->step->kind = PL_STEP_SET;
        rd->step->name = pl_str(name, (size_t)(end - name));
        rd->step->name_span = pl_reading_span(rd, name, end);
        rd->step->value = kinds[i].kind == PL_EXPR_LITERAL ? literal(rd, kinds[i].literal, PL_STR(""), span)
                                                           : pl_expr_new(rd->syntax->arena, kinds[i].kind, span);
        note_form(rd, "`Set ... to` an empty value");
        return true;
    }
    return false;
}

bool pl_reading_form(PlReading *rd, const PlSpelling *row, const char *behind)
{
    PlStep *step = rd->step;
    int kind = row ? row->kind : 0;
    if (read_empty(rd) || read_approval(rd) || pl_reading_logs_error(rd)) return true;
    if (kind == PL_TK_S_END || kind == PL_TK_S_PASS) {
        if (!is_bare(rd, behind)) return false;
        step->kind = PL_STEP_PROSE;
        step->form = kind == PL_TK_S_END ? PL_FORM_END : PL_FORM_PASS;
        step->prose = pl_str_trim(pl_str(rd->text, (size_t)(rd->limit - rd->text)));
        step->prose_span = pl_reading_span(rd, rd->text, rd->limit);
        return true;
    }
    if (kind == PL_TK_S_GOTO) return read_again(rd, behind);
    if (kind == PL_TK_S_ON_ERROR && speaks_of_all(row->accepted)) step->form = PL_FORM_ANY_FAILS;
    return false;
}

const char *pl_reading_any_fails(PlReading *rd)
{
    const char *behind = any_fails(rd);
    if (!behind) return pl_reading_noun_fails(rd);
    rd->step->form = PL_FORM_ONE_FAILS;
    return behind;
}
