/* SPDX-License-Identifier: MIT */
/* Steps that speak of their neighbours: "End if", "Do nothing", "Repeat steps 2-3 until ...", "If any step fails". Each gets a form
 * (PlStepForm); compiler/syntax/shape.c makes the tree say the same. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/oneline.h"
#include "compiler/syntax/statement_inside.h"

static const char *blanks(const char *p)
{
    while (*p == ' ' || *p == '\t' || *p == '\n' || *p == '\r') p++;
    return p;
}

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
        const char *next = blanks(p);
        static const char *const links[] = {"through",      "to",           "and", "until", "-",
                                            "\xe2\x80\x93", "\xe2\x80\x94", ",",   "step",  "steps"};
        bool linked = true;
        while (linked) {
            linked = false;
            for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
                size_t len = strlen(links[i]);
                if ((size_t)(limit - next) <= len || !pl_str_eq_nocase(pl_str(next, len), pl_str_z(links[i]))) continue;
                next = blanks(next + len);
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
    const char *p = numbers(blanks(behind), rd->limit, &from, &to), *after;
    if (!p) return false;
    p = blanks(p);
    if (*p == ',' || *p == ':') p = blanks(p + 1);
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
    p = blanks(p);
    if (*p == ':') p = blanks(p + 1);
    for (int n = 0; n < 2 && !pl_reading_ends_here(rd, p); n++) {
        if (pl_raw_scan(PL_MODE_EXPR, p, rd->limit, &end) != PL_RAW_WORD) return false;
        p = blanks(end);
    }
    return pl_reading_ends_here(rd, p);
}

/* "If any build failed" asks what a list says, unless the noun is a step's. */
static bool is_of_steps(const char *word, const char *end)
{
    static const char *const nouns[] = {"step", "steps", "request", "requests", "call", "calls", "action", "actions", "branch", "branches", "operation", "operations",
                                        "upload", "uploads", "download", "downloads", "post", "posts", "them", "these", "those"};
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
            const char *next = blanks(p + len);
            bool past = pl_str_ends(pl_str_z(verbs[i]), PL_STR("failed"));
            if (found && past && noun && !is_of_steps(noun, noun_end)) return NULL;
            if (found && (next >= rd->limit || *next == ':' || *next == ',')) return p + len;
        }
        noun = p;
        noun_end = end;
        p = blanks(end);
    }
    return NULL;
}

static bool speaks_of_all(PlStr accepted)
{
    return pl_str_find(accepted, PL_STR("any "), 0) != PL_STR_NONE ||
           pl_str_find(accepted, PL_STR("thing"), 0) != PL_STR_NONE;
}

bool pl_reading_form(PlReading *rd, const PlSpelling *row, const char *behind)
{
    PlStep *step = rd->step;
    int kind = row ? row->kind : 0;
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
    if (behind) rd->step->form = PL_FORM_ONE_FAILS;
    return behind;
}
