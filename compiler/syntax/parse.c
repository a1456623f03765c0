/* SPDX-License-Identifier: MIT */
/* The syntax stage on one page: lines, headers, steps, nesting, chains. */
#include "compiler/syntax/parse.h"

#include "compiler/syntax/build.h"
#include "compiler/syntax/steps.h"
#include "vm/base/limits.h"
#include "vm/base/utf8.h"

static PlSyntax syntax_of(PlArena *arena, PlDiags *diags, uint32_t source, PlPhrases *phrases)
{
    PlSyntax syntax = {.arena = arena, .diags = diags, .source = source, .phrases = phrases};
    PlStr text = diags->sources->all.items[source].text;
    syntax.bytes = pl_arena_alloc(arena, text.len + 1, 1);
    if (text.len) memcpy(syntax.bytes, text.ptr, text.len);
    syntax.bytes[text.len] = 0;
    syntax.text = pl_str(syntax.bytes, text.len);
    syntax.beyond = syntax.text.len + 65536;
    syntax.plan = PL_NEW(arena, PlPlan);
    syntax.plan->source = source;
    return syntax;
}

/* Whole text that can be read at all: not too large, UTF-8, no control characters (RFC 8259 names the same ones). */
static bool check_text(PlSyntax *syntax)
{
    if (syntax->text.len > PL_LIMIT_SOURCE_BYTES) {
        PL_REPORT(syntax->diags, SOURCE_TOO_LARGE, ((PlSpan){syntax->source, 0, 0}), (unsigned)PL_LIMIT_SOURCE_BYTES);
        return false;
    }
    size_t bad = pl_utf8_check(syntax->text);
    if (bad < syntax->text.len) {
        PlSpan span = {syntax->source, (uint32_t)bad, (uint32_t)bad + 1};
        PL_REPORT0(syntax->diags, NOT_UTF8, span);
        return false;
    }
    for (size_t i = 0; i < syntax->text.len; i++) {
        unsigned char c = (unsigned char)syntax->text.ptr[i];
        if (c >= 0x20 || c == '\n' || c == '\r' || c == '\t') continue;
        PlSpan span = {syntax->source, (uint32_t)i, (uint32_t)i + 1};
        PL_REPORT(syntax->diags, STRANGE_CHARACTER, span,
                  pl_arena_printf(syntax->arena, "the control character %02x", (unsigned)c).ptr);
        return false;
    }
    return true;
}

static void read_plan(PlSyntax *syntax)
{
    PlArena *arena = syntax->arena;
    PlPlan *plan = syntax->plan;
    if (!check_text(syntax)) return;
    pl_tidy_text(syntax);
    PlItemList *items = pl_lines_read(syntax);
    PlNest *nest = pl_nest_new(syntax);
    for (uint32_t i = 0; i < items->all.len; i++) {
        PlItem *item = &items->all.items[i];
        if (item->kind == PL_ITEM_HEADER) {
            pl_header_read(syntax, item);
            continue;
        }
        PlStep *step = pl_step_new(
            arena, (PlSpan){syntax->source, item->marker.start, item->end > item->marker.end ? item->end : item->marker.end});
        step->marker = item->marker;
        for (uint32_t c = 0; c < item->comments.len; c++) pl_vec_push(arena, &step->comments, item->comments.items[c]);
        if (!pl_nest_add(nest, item, step)) break;
        pl_statement_read(syntax, step, item->start, item->end);
    }
    for (uint32_t i = 0; i < items->last_comments.len; i++)
        pl_vec_push(arena, &plan->last_comments, items->last_comments.items[i]);
    pl_shape_plan(syntax);
    pl_link_plan(syntax);
    if (plan->step_count == 0) PL_REPORT0(syntax->diags, NO_STEPS, ((PlSpan){syntax->source, 0, 0}));
}

PlPlan *pl_parse_once(PlArena *arena, PlDiags *diags, uint32_t source, PlPhrases *phrases, bool quiet)
{
    PlSyntax syntax = syntax_of(arena, diags, source, phrases);
    syntax.quiet = quiet;
    read_plan(&syntax);
    return syntax.plan;
}

PlPlan *pl_parse(PlArena *arena, PlDiags *diags, uint32_t source)
{
    PlSyntax syntax = syntax_of(arena, diags, source, pl_phrases_new(arena));
    uint32_t errors = diags->errors;
    read_plan(&syntax);
    return diags->errors > errors ? syntax.plan : pl_steady_plan(&syntax, syntax.plan);
}

static bool run_alone(PlRun *r, PlSyntax *syntax, PlScan *scan, int entry)
{
    if (!check_text(syntax)) return false;
    pl_scan_init(scan, syntax, entry, 0, (uint32_t)syntax->text.len);
    *r = (PlRun){.syntax = syntax, .scan = scan};
    return pl_grammar_run(r, entry);
}

PlExpr *pl_parse_expr(PlArena *arena, PlDiags *diags, uint32_t source)
{
    PlSyntax syntax = syntax_of(arena, diags, source, pl_phrases_new(arena));
    PlRun r;
    PlScan scan;
    return run_alone(&r, &syntax, &scan, PL_TK_E_EXPR) ? r.expr : NULL;
}

PlExpr *pl_parse_moment(PlArena *arena, PlDiags *diags, PlStr words, PlSpan at)
{
    const char *end;
    words = pl_arena_str(arena, words);
    const PlSpelling *row = pl_phrase_longest(PL_AT_PREFIX, words.ptr, words.ptr + words.len, &end);
    if (!row || row->kind != PL_TK_MOMENT || end != words.ptr + words.len) return NULL;
    PlSyntax syntax = {.arena = arena, .diags = diags, .source = at.source, .text = words, .phrases = pl_phrases_new(arena), .plan = PL_NEW(arena, PlPlan)};
    PlExpr *moment = pl_build_moment(&syntax, row, at);
    return moment->kind == PL_EXPR_BAD ? NULL : moment;
}

PlTypeExpr *pl_parse_type(PlArena *arena, PlDiags *diags, uint32_t source)
{
    PlSyntax syntax = syntax_of(arena, diags, source, pl_phrases_new(arena));
    PlRun r;
    PlScan scan;
    return run_alone(&r, &syntax, &scan, PL_TK_E_TYPE) ? r.type : NULL;
}

static PlSyntax syntax_of_text(PlArena *arena, PlDiags *diags, PlPhrases *phrases, uint32_t source, PlStr text)
{
    PlSyntax syntax = {.arena = arena, .diags = diags, .source = source, .phrases = phrases};
    syntax.text = pl_arena_str(arena, text);
    syntax.plan = PL_NEW(arena, PlPlan);
    syntax.plan->source = source;
    return syntax;
}

PlExpr *pl_parse_expr_text(PlArena *arena, PlDiags *diags, PlPhrases *phrases, uint32_t source, PlStr text)
{
    PlSyntax syntax = syntax_of_text(arena, diags, phrases, source, text);
    syntax.quiet = true; /* the caller only asks whether it reads */
    PlRun r;
    PlScan scan;
    return run_alone(&r, &syntax, &scan, PL_TK_E_EXPR) && diags->errors == 0 ? r.expr : NULL;
}

PlStep *pl_parse_step_text(PlArena *arena, PlDiags *diags, PlPhrases *phrases, uint32_t source, PlStr text)
{
    PlSyntax syntax = syntax_of_text(arena, diags, phrases, source, text);
    if (!check_text(&syntax)) return NULL;
    PlStep *step = pl_step_new(arena, (PlSpan){source, 0, (uint32_t)text.len});
    pl_statement_read(&syntax, step, 0, (uint32_t)text.len);
    return step->kind == PL_STEP_BAD || diags->errors ? NULL : step;
}
