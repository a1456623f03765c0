/* SPDX-License-Identifier: MIT */
/* Header lines: Workflow, Goal, Use, Input, Output, Schedule, Limit, Allow, Never. Text keys are taken as they stand; the others go through the
 * grammar. */
#include "compiler/syntax/build.h"
#include "compiler/syntax/steps.h"

static PlSpan text_span(const PlSyntax *syntax, uint32_t start, uint32_t end)
{
    const char *text = syntax->text.ptr;
    while (start < end && strchr(" \t\r\n", text[start])) start++;
    while (end > start && strchr(" \t\r\n", text[end - 1])) end--;
    return (PlSpan){syntax->source, start, end};
}

/* Without the bold marks around a key and its text. */
static PlSpan without_bold(const PlSyntax *syntax, PlSpan span)
{
    const char *text = syntax->text.ptr;
    while (span.end - span.start >= 2 && text[span.end - 1] == '*' && text[span.end - 2] == '*') span.end -= 2;
    while (span.end - span.start >= 2 && text[span.start] == '*' && text[span.start + 1] == '*') span.start += 2;
    return text_span(syntax, span.start, span.end);
}

static PlStr text_at(const PlSyntax *syntax, PlSpan span)
{
    return pl_str_slice(syntax->text, span.start, span.end);
}

/* The line's own text, without a comment behind it (which joins the header's comments). */
static PlSpan plain(PlSyntax *syntax, const PlItem *item)
{
    uint32_t end = item->end;
    for (uint32_t i = item->start; i + 1 < item->end; i++) {
        const char *p = syntax->text.ptr + i; /* lines are joined later, so a line's end is a blank */
        if (*p == '#' && i > item->start && strchr(" \t\r\n", p[-1]) && strchr(" \t\r\n", p[1])) {
            const char *line = memchr(syntax->text.ptr + i, '\n', item->end - i); /* a comment ends with its line */
            uint32_t stop = line ? (uint32_t)(line - syntax->text.ptr) : item->end;
            PlSpan comment = text_span(syntax, i, stop), rest = text_span(syntax, stop, item->end);
            if (rest.end > rest.start) PL_REPORT0(syntax->diags, IGNORED_TEXT, rest);
            pl_vec_push(syntax->arena, &syntax->plan->header_comments, (PlComment){comment, text_at(syntax, comment)});
            end = i;
            break;
        }
    }
    return text_span(syntax, item->start, end);
}

static void keep_comments(PlSyntax *syntax, const PlScan *scan)
{
    for (uint32_t i = 0; i < scan->comments.len; i++)
        pl_vec_push(syntax->arena, &syntax->plan->header_comments, scan->comments.items[i]);
}

static bool grammar(PlSyntax *syntax, int entry, PlSpan span, PlRun *r, PlScan *scan)
{
    pl_scan_init(scan, syntax, entry, span.start, span.end);
    *r = (PlRun){.syntax = syntax, .scan = scan};
    bool read = pl_grammar_run(r, entry);
    keep_comments(syntax, scan);
    return read;
}

/* "email` (text): who is welcomed", "team - the team": a name, perhaps its type in brackets, and words for people. False when it is none of these,
 * or the grammar's own form. */
static bool described(PlSyntax *syntax, PlSpan span)
{
    const char *text = syntax->text.ptr, *p = text + span.start, *end = text + span.end, *name = p;
    while (p < end && pl_phrase_word_char(*p)) p++;
    PlStr word = pl_str(name, (size_t)(p - name));
    bool ticked = p < end && (*p == '`' || *p == '*');
    while (p < end && strchr("`* ", *p)) p++;
    PlTypeExpr *type = NULL;
    const char *close = p < end && *p == '(' ? memchr(p, ')', (size_t)(end - p)) : NULL;
    if (!word.len || (!close && !ticked && !(p < end && (*p == '-' || (unsigned char)*p == 0xe2)))) return false;
    PlDiags quiet;
    PlSyntax aside = *syntax;
    PlRun r;
    PlScan scan;
    pl_diags_init(&quiet, syntax->arena, syntax->diags->sources);
    aside.diags = &quiet;
    aside.quiet = true;
    PlSpan inside = {syntax->source, (uint32_t)(p + 1 - text), (uint32_t)((close ? close : p + 1) - text)};
    if (close && grammar(&aside, PL_TK_E_TYPE, inside, &r, &scan)) type = r.type;
    PlSpan name_span = {syntax->source, span.start, span.start + (uint32_t)word.len};
    PlInputDecl input = {.name = word, .span = span, .name_span = name_span, .type = type};
    pl_vec_push(syntax->arena, &syntax->plan->inputs, input);
    return true;
}

/* Inputs stand several on a line, separated by commas, or one on each line: a line that begins `name:` or `name =` is one of its own. */
static void inputs(PlSyntax *syntax, const PlItem *item)
{
    const char *text = syntax->text.ptr;
    uint32_t start = item->start, depth = 0;
    for (uint32_t i = item->start; i <= item->end; i++) {
        char c = i < item->end ? text[i] : '\n';
        depth += c == '{' || c == '[' || c == '(';
        depth -= depth > 0 && (c == '}' || c == ']' || c == ')');
        if (c != '\n' || (depth && i < item->end)) continue;
        PlSpan span = text_span(syntax, start, i);
        if (span.end > span.start && text[span.end - 1] == ',') span.end--;
        if (span.end > span.start && text[span.start] == '-' && text[span.start + 1] == ' ')
            span = text_span(syntax, span.start + 1, span.end);
        PlRun r;
        PlScan scan;
        while (span.end > span.start && (text[span.start] == '`' || text[span.start] == '*')) span.start++;
        if (span.end > span.start && text[span.start] != '#' && !described(syntax, span))
            grammar(syntax, PL_TK_E_INPUTS, span, &r, &scan);
        start = i + 1;
    }
}

static const char *word_end(const char *p, const char *limit)
{
    while (p < limit && (pl_phrase_word_char(*p) || *p == '-' || *p == '.')) p++;
    return p;
}

/* The scheme between `from` and what stands in quotes: `mcp "command"`. */
static const char *use_door(PlUse *use, const char *p, const char *limit)
{
    const char *start = p;
    while (start < limit && strchr(" \t", *start)) start++;
    const char *end = start;
    while (end < limit && *end >= 'a' && *end <= 'z') end++;
    const char *quote = end;
    while (quote < limit && strchr(" \t", *quote)) quote++;
    PlDoorKind kind;
    bool is_door = quote > end && quote < limit && strchr("\"'`", *quote) && pl_door_by_scheme(pl_str(start, (size_t)(end - start)), &kind);
    if (!is_door) return p;
    use->door = pl_str(start, (size_t)(end - start));
    return quote;
}

/* name [from ["mcp"] "path"], ... */
static void uses(PlSyntax *syntax, PlSpan span)
{
    const char *text = syntax->text.ptr, *p = text + span.start, *limit = text + span.end;
    while (p < limit) {
        while (p < limit && strchr(" \t\r\n,", *p)) p++;
        if (p == limit) return;
        const char *end = word_end(p, limit), *after = end;
        PlUse use = {.path_span = PL_NO_SPAN};
        use.name_span = (PlSpan){syntax->source, (uint32_t)(p - text), (uint32_t)(end - text)};
        use.name = text_at(syntax, use.name_span);
        while (after < limit && strchr(" \t", *after)) after++;
        bool from =
            limit - after > 4 && pl_str_eq_nocase(pl_str(after, 4), PL_STR("from")) && !pl_phrase_word_char(after[4]);
        if (from) {
            after = use_door(&use, after + 4, limit);
            while (after < limit && strchr(" \t\"'`", *after)) after++;
            const char *path = after;
            while (after < limit && !strchr("\"'`,\n", *after)) after++;
            const char *path_end = after;
            while (path_end > path && path_end[-1] == ' ') path_end--;
            use.path_span = (PlSpan){syntax->source, (uint32_t)(path - text), (uint32_t)(path_end - text)};
            use.path = text_at(syntax, use.path_span);
            if (after < limit && *after != ',' && *after != '\n') after++;
            while (after < limit && strchr(" \t\r", *after)) after++;
        }
        bool ended = after == limit || *after == ',' || *after == '\n';
        if (end == p || !ended || (from && use.path.len == 0)) {
            const char *stop = after < limit ? after : p;
            PlStr found = pl_str_slice(pl_str(stop, (size_t)(limit - stop)), 0, 20);
            PlSpan at = {syntax->source, (uint32_t)(stop - text), (uint32_t)(limit - text)};
            PL_REPORT(syntax->diags, HEADER_USE, at, pl_arena_printf(syntax->arena, "`" PL_FMT "`", PL_ARG(found)).ptr);
            return;
        }
        use.span = use.name_span;
        if (from) use.span.end = use.path_span.end;
        pl_vec_push(syntax->arena, &syntax->plan->uses, use);
        p = after;
    }
}

/* Rules, separated by commas or lines; in quotes or as they stand. */
static void rules(PlSyntax *syntax, PlSpan span, bool never)
{
    const char *text = syntax->text.ptr;
    uint32_t start = span.start;
    for (uint32_t i = span.start; i <= span.end; i++) {
        if (i < span.end && text[i] != ',' && text[i] != '\n') continue;
        PlSpan one = text_span(syntax, start, i);
        start = i + 1;
        while (one.end > one.start && (text[one.start] == '"' || text[one.start] == '`')) one.start++; /* a lone one is none of the rule's, either */
        while (one.end > one.start && (text[one.end - 1] == '"' || text[one.end - 1] == '`')) one.end--;
        if (one.end <= one.start) continue;
        if (never)
            pl_vec_push(syntax->arena, &syntax->plan->never, (PlRule){text_at(syntax, one), one});
        else
            pl_vec_push(syntax->arena, &syntax->plan->allow, (PlRule){text_at(syntax, one), one});
    }
}

/* A key that may stand once; false when it stood before. */
static bool once(PlSyntax *syntax, const PlItem *item, PlSpan *place)
{
    if (place->end == 0) return *place = text_span(syntax, item->start, item->end), true;
    PlStr key = pl_phrase_exact(item->key);
    PlDiag *d = PL_REPORT(syntax->diags, HEADER_TWICE, item->marker, key.ptr);
    pl_diag_related(syntax->diags, d, *place, "the first is here");
    return false;
}

/* "2 dollars", "$0.50", "100000 tokens": what only these words can mean. */
static bool spending(PlSyntax *syntax, PlStr part)
{
    static const char *const words[] = {"dollars", "dollar", "usd"};
    bool sign = part.len && part.ptr[0] == '$', money = sign;
    PlStr text = sign ? pl_str_trim(pl_str_slice(part, 1, part.len)) : part;
    size_t end = 0;
    double amount;
    while (end < text.len && ((text.ptr[end] >= '0' && text.ptr[end] <= '9') || text.ptr[end] == '.')) end++;
    PlStr word = pl_str_trim(pl_str_slice(text, end, text.len));
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) money |= pl_str_eq_nocase(word, pl_str_z(words[i]));
    bool tokens = !money && (pl_str_eq_nocase(word, PL_STR("tokens")) || pl_str_eq_nocase(word, PL_STR("token")));
    if ((!money && !tokens) || (sign && word.len) || !pl_str_to_double(pl_str_slice(text, 0, end), &amount)) return false;
    bool good = amount <= 1e9 && (money ? amount >= 0.000001 : amount >= 1 && amount == (double)(uint64_t)amount);
    if (!good) return false;
    if (money) syntax->plan->limit_money = (uint64_t)(amount * 1e6 + 0.5);
    else syntax->plan->limit_tokens = (uint64_t)amount;
    return true;
}

/* Limit: what is spent is read here, the rest by the grammar. */
static void limits(PlSyntax *syntax, PlSpan span)
{
    PlRun r;
    PlScan scan;
    uint32_t at = span.start;
    while (at < span.end) {
        size_t comma = pl_str_find_char(text_at(syntax, span), ',', at - span.start);
        uint32_t end = comma == PL_STR_NONE ? span.end : span.start + (uint32_t)comma;
        PlSpan part = text_span(syntax, at, end);
        if (!spending(syntax, text_at(syntax, part)) && !grammar(syntax, PL_TK_E_LIMIT, part, &r, &scan)) return;
        at = end + 1;
    }
}

static void text_key(PlSyntax *syntax, const PlItem *item, PlStr *text, PlSpan *span)
{
    if (!once(syntax, item, span)) return;
    *span = without_bold(syntax, plain(syntax, item));
    PlStr raw = text_at(syntax, *span);
    if (!memchr(raw.ptr, '\n', raw.len)) {
        *text = raw;
        return;
    }
    char *joined = pl_arena_alloc(syntax->arena, raw.len + 1, 1); /* lines become one */
    size_t len = 0;
    for (size_t i = 0; i < raw.len; i++) {
        bool space = strchr(" \t\r\n", raw.ptr[i]) != NULL;
        if (!space)
            joined[len++] = raw.ptr[i];
        else if (len && joined[len - 1] != ' ')
            joined[len++] = ' ';
    }
    *text = pl_str(joined, len);
}

void pl_header_read(PlSyntax *syntax, const PlItem *item)
{
    PlPlan *plan = syntax->plan;
    PlRun r;
    PlScan scan;
    for (uint32_t i = 0; i < item->comments.len; i++)
        pl_vec_push(syntax->arena, &plan->header_comments, item->comments.items[i]);
    PlSpan span = text_span(syntax, item->start, item->end);
    if (span.start == span.end) {
        PL_REPORT(syntax->diags, HEADER_EMPTY, item->marker, pl_phrase_exact(item->key).ptr);
        return;
    }
    switch (item->key) {
    case PL_TK_H_WORKFLOW: text_key(syntax, item, &plan->workflow, &plan->workflow_span); break;
    case PL_TK_H_GOAL: text_key(syntax, item, &plan->goal, &plan->goal_span); break;
    case PL_TK_H_SCHEDULE: text_key(syntax, item, &plan->schedule, &plan->schedule_span); break;
    case PL_TK_H_USE: uses(syntax, plain(syntax, item)); break;
    case PL_TK_H_ALLOW: rules(syntax, plain(syntax, item), false); break;
    case PL_TK_H_NEVER: rules(syntax, plain(syntax, item), true); break;
    case PL_TK_H_INPUT: inputs(syntax, item); break;
    case PL_TK_H_LIMIT:
        if (once(syntax, item, &plan->limit_span)) limits(syntax, span);
        break;
    case PL_TK_H_OUTPUT:
        if (once(syntax, item, &plan->output_span) && grammar(syntax, PL_TK_E_EXPR, span, &r, &scan))
            plan->output = r.expr;
        break;
    default: break;
    }
}
