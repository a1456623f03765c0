/* SPDX-License-Identifier: MIT */
/* Literals read as what is wanted: a text as one of an enum, as a number, as a time, as an address; a number as text. The fault is found while
 * compiling. spec/types.md, "Literals". */
#include "compiler/check/expr.h"
#include "vm/value/time.h"
#include "vm/value/type_check.h"

#include <math.h>

static PlStr literal_words(PlChecker *c, const PlExpr *x)
{
    return pl_words_expr(c, x);
}

static void report_bad(PlChecker *c, const PlExpr *x, PlTypeId want, PlStr what, const char *example)
{
    PlDiag *d = PL_REPORT(c->diags, BAD_LITERAL, x->span, PL_ARG(what), PL_ARG(pl_words_type(c, want)),
                          PL_ARG(literal_words(c, x)));
    if (example) pl_diag_help(c->diags, d, "write it like %s", example);
}

static void replace(PlChecker *c, PlExpr **slot, PlLiteral literal, PlTypeId type, const char *why)
{
    PlExpr *old = *slot, *x = pl_expr_literal(c, old->span, literal, type);
    PlDiag *d = PL_REPORT(c->diags, READ_AS, old->span, PL_ARG(literal_words(c, old)), PL_ARG(literal_words(c, x)));
    pl_diag_label(c->diags, d, "%s", why);
    *slot = x;
}

/* ---- enums ------------------------------------------------------------------------------------------------------- */

static bool enum_has(const PlType *t, PlLiteral value)
{
    for (uint32_t i = 0; i < t->count; i++)
        if (pl_literal_equal(t->values[i], value)) return true;
    return false;
}

static void report_not_in(PlChecker *c, const PlExpr *x, const PlType *t, PlTypeId want, PlStr what)
{
    PlStr *values = PL_NEW_N(c->arena, PlStr, t->count);
    uint32_t count = 0;
    for (uint32_t i = 0; i < t->count; i++)
        if (t->values[i].kind == PL_LIT_TEXT) values[count++] = t->values[i].as.text;
    PlDiag *d = PL_REPORT(c->diags, NOT_IN_ENUM, x->span, PL_ARG(what), PL_ARG(pl_words_type(c, want)),
                          PL_ARG(literal_words(c, x)));
    if (x->literal.kind != PL_LIT_TEXT) return;
    PlStr near = pl_words_near(x->literal.as.text, values, count);
    if (near.len) {
        pl_diag_help(c->diags, d, "did you mean \"%.*s\"?", PL_ARG(near));
        pl_diag_fix(c->diags, d, x->span, pl_arena_printf(c->arena, "\"" PL_FMT "\"", PL_ARG(near)),
                    pl_words_same(near, x->literal.as.text));
    } else if (count) {
        pl_diag_help(c->diags, d, "one of: " PL_FMT, PL_ARG(pl_words_list(c, values, count, 12)));
    }
}

/* Rule: a text that differs from one value by case and fillers alone is that value. */
static bool fit_enum(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    const PlType t = *pl_type(c->types, want);
    PlLiteral value = (*slot)->literal;
    if (enum_has(&t, value)) {
        (*slot)->type = want;
        return true;
    }
    uint32_t same = 0, at = 0;
    for (uint32_t i = 0; i < t.count && value.kind == PL_LIT_TEXT; i++)
        if (t.values[i].kind == PL_LIT_TEXT && pl_words_same(t.values[i].as.text, value.as.text)) same++, at = i;
    if (same == 1) {
        replace(c, slot, t.values[at], want, "so the value is spelled");
        return true;
    }
    report_not_in(c, *slot, &t, want, what);
    pl_expr_bad(*slot);
    return true;
}

/* ---- text as something narrower ------------------------------------------------------------------------------------ */

/* A path alone is a reference, which documents call a uri too. */
static bool has_format(PlStr s, PlTextFormat format)
{
    return pl_type_text_fits(format, s) || (format == PL_FORMAT_URL && pl_str_starts(s, PL_STR("/")));
}

static bool fit_text(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    static const char *const examples[] = {[PL_FORMAT_EMAIL] = "\"name@example.com\"",
                                           [PL_FORMAT_URL] = "\"https://example.com\"",
                                           [PL_FORMAT_UUID] = "\"123e4567-e89b-12d3-a456-426614174000\""};
    PlTextFormat format = pl_type(c->types, want)->format;
    if (has_format((*slot)->literal.as.text, format)) {
        (*slot)->type = want;
        return true;
    }
    report_bad(c, *slot, want, what, format < sizeof examples / sizeof *examples ? examples[format] : NULL);
    pl_expr_bad(*slot);
    return true;
}

static bool fit_number(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    PlStr s = pl_str_trim((*slot)->literal.as.text);
    PlLiteral number = {.kind = PL_LIT_INT};
    bool whole = pl_type(c->types, want)->kind == PL_TYPE_INTEGER;
    if (pl_str_to_int(s, &number.as.integer)) {
        replace(c, slot, number, PL_T_INTEGER, "a number is wanted");
        return true;
    }
    number.kind = PL_LIT_DOUBLE;
    if (!whole && pl_str_to_double(s, &number.as.number)) {
        replace(c, slot, number, PL_T_NUMBER, "a number is wanted");
        return true;
    }
    report_bad(c, *slot, want, what, whole ? "42" : "42 or 3.5");
    pl_expr_bad(*slot);
    return true;
}

/* The conversion itself is fit.c's: here only whether it can work. */
static bool fit_time(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    PlStr s = (*slot)->literal.as.text;
    PlTypeKind kind = pl_type(c->types, want)->kind;
    int64_t n;
    int32_t extra;
    bool fits = kind == PL_TYPE_DURATION
                    ? pl_time_read_duration(s, &n, &extra)
                    : pl_time_read_date(s, &n) || (kind == PL_TYPE_DATETIME && pl_time_read_datetime(s, &n, &extra));
    if (fits) return false;
    report_bad(c, *slot, want, what,
               kind == PL_TYPE_DURATION ? "10 minutes"
               : kind == PL_TYPE_DATE   ? "\"2026-11-20\""
                                        : "\"2026-11-20T10:00:00Z\"");
    pl_expr_bad(*slot);
    return true;
}

/* ---- the whole ----------------------------------------------------------------------------------------------------- */

/* The one member of a union that can say anything about the literal; PL_TYPE_NONE when several can. */
static PlTypeId judge_of(PlChecker *c, PlTypeId want, PlLiteral value)
{
    const PlType t = *pl_type(c->types, want);
    if (t.kind != PL_TYPE_UNION) return want;
    PlTypeId found = PL_TYPE_NONE;
    for (uint32_t i = 0; i < t.count; i++) {
        const PlType *m = pl_type(c->types, t.members[i]);
        if (m->kind == PL_TYPE_LIST || m->kind == PL_TYPE_RECORD || m->kind == PL_TYPE_FILE || m->kind == PL_TYPE_YESNO)
            continue;
        if (m->kind == PL_TYPE_ENUM && enum_has(m, value)) return t.members[i];
        if (found != PL_TYPE_NONE) return PL_TYPE_NONE;
        found = t.members[i];
    }
    return found;
}

bool pl_literal_fit(PlChecker *c, PlExpr **slot, PlTypeId want, PlStr what)
{
    PlExpr *x = *slot;
    if (x->kind != PL_EXPR_LITERAL) return false;
    if (x->literal.kind == PL_LIT_NOTHING) return pl_type_has_nothing(c->types, want);
    want = judge_of(c, pl_type_without_nothing(c->types, want), x->literal);
    if (want == PL_TYPE_NONE) return false;
    PlTypeKind kind = pl_type(c->types, want)->kind;
    if (kind == PL_TYPE_ENUM) return fit_enum(c, slot, want, what);
    if (x->literal.kind == PL_LIT_TEXT) {
        if (kind == PL_TYPE_TEXT) return fit_text(c, slot, want, what);
        if (kind == PL_TYPE_INTEGER || kind == PL_TYPE_NUMBER) return fit_number(c, slot, want, what);
        if (kind == PL_TYPE_DATETIME || kind == PL_TYPE_DATE || kind == PL_TYPE_DURATION)
            return fit_time(c, slot, want, what);
    }
    if (x->literal.kind == PL_LIT_DOUBLE && kind == PL_TYPE_INTEGER && x->literal.as.number != trunc(x->literal.as.number)) {
        report_bad(c, x, want, what, "42");
        pl_expr_bad(x);
        return true;
    }
    if (x->literal.kind == PL_LIT_DOUBLE && kind == PL_TYPE_TEXT && x->text.len) { /* an id of many digits */
        replace(c, slot, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = x->text}, PL_T_TEXT, "text is wanted");
        return true;
    }
    if (x->literal.kind == PL_LIT_INT && kind == PL_TYPE_TEXT) {
        PlStr text = pl_arena_printf(c->arena, "%lld", (long long)x->literal.as.integer);
        replace(c, slot, (PlLiteral){.kind = PL_LIT_TEXT, .as.text = text}, PL_T_TEXT, "text is wanted");
        return true;
    }
    return false;
}
