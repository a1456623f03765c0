/* SPDX-License-Identifier: MIT */
/* A step in words: its senses, a choice among them when there is one, the statement that it becomes. */
#include "compiler/prose/prose_internal.h"

#include "compiler/catalog/catalog.h"
#include "compiler/check/ask.h"
#include "compiler/check/scope.h"
#include "compiler/check/set_aside.h"
#include "compiler/check/tree.h"
#include "compiler/syntax/parse.h"

/* ---- a phrase ---- */

static const PlProseTable *table_of(PlChecker *c)
{
    if (!c->prose) c->prose = pl_row_table(c->arena);
    return c->prose;
}

bool pl_prose_reader(PlReader *r, PlChecker *c, PlStr prose)
{
    *r = (PlReader){.c = c, .table = table_of(c), .fuel = PL_PROSE_FUEL, .tries = PL_PROSE_TRIES};
    pl_map_init(&r->values, c->arena);
    pl_map_init(&r->lists, c->arena);
    pl_map_init(&r->called, c->arena);
    return pl_lexis_split(r, prose);
}

static PlStr source_text(const PlChecker *c, PlSpan span)
{
    if (span.source >= c->diags->sources->all.len) return PL_STR("");
    return pl_str_slice(c->diags->sources->all.items[span.source].text, span.start, span.end);
}

/* "Sort the rows by price using ai_processing": what words say exactly needs no model. */
static PlStr without_ai(const PlChecker *c, PlStr prose)
{
    static const char *const tails[] = {"ai_processing", "ai", "llm", "ai_processor", "data_processing", "ai.process"};
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        PlStr tail = pl_arena_printf(c->arena, " using %s", tails[i]);
        const PlPlugin *plugin = pl_catalog_plugin_by_name(c->catalog, pl_str_z(tails[i]));
        if (!pl_str_ends(prose, tail) || (plugin && !plugin->door)) continue;
        prose = pl_str_trim(pl_str_slice(prose, 0, prose.len - tail.len));
        if (pl_str_ends(prose, PL_STR("–"))) prose.len -= strlen("–");
        if (pl_str_ends(prose, PL_STR(" -"))) prose.len -= 2;
        return prose;
    }
    return prose;
}

/* The words of a step. A text of several lines is taken as it stands in the plan: only there it has its line ends. */
static PlStr words_of(const PlChecker *c, const PlStep *step)
{
    PlStr source = source_text(c, step->prose_span);
    bool lines = pl_str_find_char(source, '\n', 0) != PL_STR_NONE && pl_str_find_char(source, '"', 0) != PL_STR_NONE;
    bool marked =
        pl_str_find_char(source, '#', 0) != PL_STR_NONE || pl_str_find(source, PL_STR("**"), 0) != PL_STR_NONE;
    return without_ai(c, lines && !marked ? source : step->prose);
}

/* Where a step may go on: ", then", "and", "; " ... gives the words that part it, 0 for none. */
static uint32_t goes_on(const PlReader *r, uint32_t at, uint32_t to)
{
    uint32_t n = 0;
    while (at + n < to &&
           (pl_lexis_is(r, at + n, ",") || pl_lexis_is(r, at + n, ";") || pl_lexis_is(r, at + n, ".") ||
            pl_lexis_is(r, at + n, "and") || pl_lexis_is(r, at + n, "then") || pl_lexis_is(r, at + n, "finally")))
        n++;
    return n;
}

/* Whole, or in parts: the first that can be read, with what follows applied to it. */
static void read_steps(PlReader *r, PlRange range, const PlSense *current, PlSenses *out)
{
    pl_fill_rows(r, PL_ROW_STEP, range, NULL, current, out);
    if (out->len || r->depth >= PL_PROSE_DEPTH) return;
    r->depth++;
    for (uint32_t at = range.from + 1; at < range.to && !out->len; at++) {
        uint32_t n = goes_on(r, at, range.to);
        PlSenses first = {0};
        if (!n || at + n >= range.to) continue;
        PlStr bind = r->bind;
        r->bind = PL_STR("");
        pl_fill_rows(r, PL_ROW_STEP, (PlRange){range.from, at}, NULL, current, &first);
        r->bind = bind;
        for (uint32_t i = 0; i < first.len; i++) {
            PlSense made = first.items[i];
            PlStr exact;
            if (made.ready || !pl_try_list(r, made.text, &made.type, &exact)) continue;
            read_steps(r, (PlRange){at + n, range.to}, &made, out);
        }
        at += n - 1;
    }
    r->depth--;
}

/* "Sort by amount": the list is not named. Every list in scope is tried; the types decide, or a person. */
static void read_of_some_list(PlReader *r, PlSenses *out)
{
    PlSenses lists = {0};
    pl_called_any(r, &lists);
    r->bracketed = true;
    for (uint32_t i = 0; i < lists.len; i++) {
        PlSenses made = {0};
        read_steps(r, (PlRange){0, r->count}, &lists.items[i], &made);
        for (uint32_t k = 0; k < made.len; k++)
            if (made.items[k].of_current) pl_try_add(r, out, made.items[k]);
    }
}

/* "(Stripe amounts are in cents)" at the end: a sentence about something else. Words that restrict or say how are no
 * remark. */
static bool drop_remark(PlReader *r)
{
    static const char *const words[] = {"if",        "unless", "only", "except", "excluding", "including", "not",
                                        "without",   "where",  "with", "first",  "last",      "by",        "max",
                                        "most",      "least",  "up",   "per",    "each",      "or",        "when",
                                        "otherwise", "sorted", "no",   "never",  "always",    "default",   "also"};
    uint32_t open = r->count;
    bool sentence = false;
    if (r->count < 5 || !pl_lexis_is(r, r->count - 1, ")")) return false;
    while (open > 0 && !pl_lexis_is(r, open - 1, "(")) open--;
    if (open < 2 || r->words[open].kind != PL_WORD_WORD) return false;
    for (uint32_t i = open; i + 1 < r->count; i++) {
        sentence |= i > open && (pl_lexis_is(r, i, "is") || pl_lexis_is(r, i, "are"));
        for (size_t k = 0; k < sizeof words / sizeof *words; k++)
            if (pl_lexis_is(r, i, words[k])) return false;
    }
    if (sentence) r->count = open - 1;
    return sentence;
}

/* ---- what it becomes ---- */

static bool is_free(const PlReader *r, const PlStep *step, PlStr name)
{
    const PlSymbol *symbol = pl_scope_find(r->c, name);
    const PlStep *binder = pl_map_get(&r->c->binders, name);
    return (!symbol || !symbol->step || pl_str_eq(symbol->step->label, step->label)) &&
           (!binder || pl_str_eq(binder->label, step->label));
}

/* The name of a result that the step does not name. */
static PlStr result_name(PlReader *r, const PlStep *step, const PlSense *reading)
{
    const char *p = reading->name.ptr;
    char *out = pl_arena_alloc(r->c->arena, reading->name.len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < reading->name.len; i++)
        if (pl_phrase_word_char(p[i]) && (n || p[i] < '0' || p[i] > '9')) out[n++] = p[i];
    out[n] = 0;
    PlStr name = pl_str(out, n), written = step->written.len ? step->written : step->label;
    if (n && n < 60 && (pl_scope_find(r->c, name) == NULL || is_free(r, step, name)) && !pl_scope_is_reserved(name))
        return name;
    char *number = pl_arena_alloc(r->c->arena, written.len + 1, 1);
    for (size_t i = 0; i < written.len; i++) number[i] = pl_phrase_word_char(written.ptr[i]) ? written.ptr[i] : '_';
    return pl_arena_printf(r->c->arena, "result_%.*s", (int)written.len, number);
}

/* "skip(orders, 2)": what begins with the list that it makes less of, or puts in order. */
static PlStr list_within(PlStr text)
{
    static const char *const calls[] = {"skip(", "reverse(", "sort("};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (pl_str_starts(text, pl_str_z(calls[i]))) return pl_str_slice(text, strlen(calls[i]), text.len);
    return text;
}

static PlStr statement_of(PlReader *r, const PlStep *step, const PlSense *reading)
{
    size_t to = pl_str_find(reading->text, PL_STR(" to "), 0);
    if (reading->ready && step->bind.len && to != PL_STR_NONE && pl_str_starts(reading->text, PL_STR("Set "))) /* Compute the sum as ... -> total */
        return pl_arena_printf(r->c->arena, "Set %.*s%.*s", PL_ARG(step->bind), PL_ARG(pl_str_slice(reading->text, to, reading->text.len)));
    if (reading->ready) return reading->text;
    PlStr name = step->bind;
    bool changes = reading->name.len && !reading->narrowed && pl_scope_find(r->c, reading->name) && pl_str_starts(list_within(reading->text), reading->name);
    if (!name.len) name = changes ? reading->name : result_name(r, step, reading);
    if (pl_str_eq(name, reading->text)) return PL_STR("");
    return pl_arena_printf(r->c->arena, "Set " PL_FMT " to " PL_FMT, PL_ARG(name), PL_ARG(reading->text));
}

typedef struct Spans {
    PlReader *r;
    PlSpan whole;    /* of the words */
    PlStr statement; /* what the nodes' spans are in */
    PlStr source;    /* the plan's text between */
} Spans;

/* A node's text where it stands in the words, else all of them. */
static PlSpan span_in_words(const Spans *s, PlSpan span)
{
    PlStr text = pl_str_slice(s->statement, span.start, span.end);
    if (pl_str_starts(text, PL_STR("it."))) text = pl_str_slice(text, 3, text.len);
    size_t at = text.len ? pl_str_find(s->source, text, 0) : PL_STR_NONE;
    while (at != PL_STR_NONE) {
        size_t end = at + text.len;
        bool begins = at == 0 || !pl_phrase_word_char(s->source.ptr[at - 1]) || !pl_phrase_word_char(text.ptr[0]);
        bool ends = end == s->source.len || !pl_phrase_word_char(s->source.ptr[end]) ||
                    !pl_phrase_word_char(text.ptr[text.len - 1]);
        if (begins && ends)
            return (PlSpan){s->whole.source, s->whole.start + (uint32_t)at, s->whole.start + (uint32_t)end};
        at = pl_str_find(s->source, text, at + 1);
    }
    return s->whole;
}

static void move_spans(void *context, PlExpr **slot)
{
    const Spans *s = context;
    PlExpr *x = *slot;
    x->span = span_in_words(s, x->span);
    x->text_span = x->span;
    for (uint32_t i = 0; i < x->fields.len; i++) x->fields.items[i].span = x->span;
    pl_tree_operands(x, move_spans, context);
}

static PlSpan words_span(const PlStep *step)
{
    return step->prose_span.end > step->prose_span.start ? step->prose_span : step->span;
}

bool pl_prose_become(PlReader *r, PlStep *step, PlStr statement)
{
    PlDiags quiet;
    pl_diags_init(&quiet, r->c->arena, r->c->diags->sources);
    PlStep *made = pl_parse_step_text(r->c->arena, &quiet, r->table->phrases, r->c->plan->source, statement);
    bool plain = made && made->steps.len == 0 && made->clauses.len == 0 &&
                 (made->kind == PL_STEP_SET || made->kind == PL_STEP_ADD || made->kind == PL_STEP_ACTION);
    if (!plain) return false;
    PlSpan span = words_span(step);
    Spans spans = {r, span, statement, source_text(r->c, span)};
    step->kind = made->kind;
    step->keyword = span;
    step->value = made->value;
    step->target = made->target;
    if (step->value) move_spans(&spans, &step->value);
    if (step->target) move_spans(&spans, &step->target);
    step->name = made->name;
    step->name_span = step->bind.len ? step->bind_span : span;
    if (made->kind == PL_STEP_ACTION) {
        step->plugin = made->plugin;
        step->action = made->action;
        step->action_span = span;
        for (uint32_t i = 0; i < made->args.len; i++) {
            made->args.items[i].span = span;
            move_spans(&spans, &made->args.items[i].value);
            pl_vec_push(r->c->arena, &step->args, made->args.items[i]);
        }
        return true;
    }
    step->bind = PL_STR("");
    pl_usage_learn(r->c, step);
    return true;
}

/* ---- steps ---- */

/* The question which of the senses is meant, or whether the only one is. */
static PlDiag *question(PlChecker *c, PlSpan span, const PlSenses *senses)
{
    PlDiag *d = senses->len > 1 ? PL_REPORT(c->diags, WHICH_READING, span, (unsigned)senses->len)
                                : PL_REPORT(c->diags, PROSE_DOUBT, span, PL_ARG(senses->items[0].text));
    for (uint32_t i = 0; i < senses->len; i++) pl_diag_candidate(c->diags, d, senses->items[i].text, PL_STR(""));
    pl_diag_help(c->diags, d, "say it exactly, for example `%.*s`", PL_ARG(senses->items[0].text));
    return d;
}

/* "Count: count the orders", "Report - build a table ...": the words behind a title of up to three words; empty when there is none. */
static PlStr behind_title(PlStr prose)
{
    static const char *const marks[] = {": ", " - ", " \xe2\x80\x93 ", " \xe2\x80\x94 "};
    size_t at = PL_STR_NONE, len = 0, words = 1;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        size_t here = pl_str_find(prose, pl_str_z(marks[i]), 0);
        if (here == PL_STR_NONE || here > at) continue;
        at = here;
        len = strlen(marks[i]);
    }
    if (at == PL_STR_NONE || at == 0) return PL_STR("");
    for (size_t i = 0; i < at; i++) {
        if (!pl_phrase_word_char(prose.ptr[i]) && prose.ptr[i] != ' ') return PL_STR("");
        words += prose.ptr[i] == ' ';
    }
    bool title = words <= 3 && !pl_phrase_limits(pl_str_slice(prose, 0, at));
    return title ? pl_str_slice(prose, at + len, prose.len) : PL_STR("");
}

static PlMeant read_words(PlChecker *c, PlStep *step, PlStr words);

PlMeant pl_prose_step(PlChecker *c, PlStep *step)
{
    PlMeant meant = read_words(c, step, words_of(c, step));
    PlStr behind = meant == PL_MEANT_NOTHING ? behind_title(step->prose) : PL_STR("");
    return behind.len ? read_words(c, step, behind) : meant;
}

static PlMeant read_words(PlChecker *c, PlStep *step, PlStr words)
{
    PlReader r;
    PlSenses senses = {0}, statements = {0};
    bool remark = false;
    if (!step->prose.len || !pl_prose_reader(&r, c, words)) return PL_MEANT_NOTHING;
    r.bind = step->bind;
    read_steps(&r, (PlRange){0, r.count}, NULL, &senses);
    if (!senses.len && drop_remark(&r)) {
        remark = true;
        read_steps(&r, (PlRange){0, r.count}, NULL, &senses);
    }
    if (!senses.len) read_of_some_list(&r, &senses);
    for (uint32_t i = 0; i < senses.len; i++) {
        PlSense one = senses.items[i];
        one.text = statement_of(&r, step, &senses.items[i]);
        one.ready = true;
        if (one.text.len) pl_try_add(&r, &statements, one);
    }
    if (!statements.len) return PL_MEANT_NOTHING;
    PlSpan span = words_span(step);
    if (statements.len == 1 && !statements.items[0].doubt && pl_prose_become(&r, step, statements.items[0].text)) {
        if (!r.bind.len) pl_set_aside_learn(c, step, statements.items[0].text);
        PL_REPORT(c->diags, PROSE_READ_AS, span, PL_ARG(statements.items[0].text));
        if (remark) PL_REPORT0(c->diags, DETAIL_IGNORED, span);
        return PL_MEANT_ONE;
    }
    pl_ask_reading(c, question(c, span, &statements), step, (PlSpan){span.source, span.start, step->span.end});
    return PL_MEANT_SEVERAL;
}

bool pl_prose_begins(PlChecker *c, const PlStep *step)
{
    PlReader r;
    if (!pl_prose_reader(&r, c, step->prose)) return false;
    for (uint32_t i = 0; i < r.table->count; i++) {
        const PlRow *row = &r.table->rows[i];
        uint32_t next = 0;
        bool first = row->count && row->parts[0].kind == PL_PART_WORDS &&
                     (row->place == PL_ROW_STEP || row->place == PL_ROW_MAYBE);
        if (first && pl_row_words(&r, row->parts[0].text, &next, 0, r.count)) return true;
    }
    return false;
}

/* ---- names of several words ---- */

static PlMeant choose_phrase(PlReader *r, PlExpr **slot, const PlSenses *senses)
{
    PlSpan span = (*slot)->span;
    PlStr words = pl_lexis_text(r, (PlRange){0, r->count});
    PlExpr *x = senses->len == 1 && !senses->items[0].doubt ? pl_try_parse(r, senses->items[0].text) : NULL;
    if (x) {
        Spans spans = {r, span, senses->items[0].text, source_text(r->c, span)};
        move_spans(&spans, &x);
        PL_REPORT(r->c->diags, PHRASE_READ_AS, span, PL_ARG(words), PL_ARG(senses->items[0].text));
        *slot = x;
        return PL_MEANT_ONE;
    }
    pl_ask_name(r->c, question(r->c, span, senses), words, span);
    return PL_MEANT_SEVERAL;
}

/* ---- what was read before ---- */

/* A loop's body is checked until its state no longer changes: the same words in the same state mean the same again. The state is the names with
 * their types, and what is known of them. */
static PlStr state_key(PlChecker *c, PlStr words, char kind)
{
    uint64_t hash = UINT64_C(1469598103934665603);
    for (uint32_t i = 0; i < c->symbols.len; i++) {
        const PlSymbol *symbol = c->symbols.items[i];
        PlVar var = c->vars.items[i];
        uint64_t parts[] = {(uint64_t)(uintptr_t)symbol->name.ptr, symbol->name.len, var.type, (uint64_t)var.bound, c->infos.items[i].left != NULL};
        for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) hash = (hash ^ parts[k]) * UINT64_C(1099511628211);
    }
    for (uint32_t i = 0; i < c->facts.len; i++)
        for (size_t k = 0; k < c->facts.items[i].len; k++) hash = (hash ^ (unsigned char)c->facts.items[i].ptr[k]) * UINT64_C(1099511628211);
    uint32_t frame = c->frame ? c->frame->type + 1 : 0, loop = c->loop ? 1 : 0;
    return pl_arena_printf(c->arena, "%c%llx.%u.%u." PL_FMT "." PL_FMT, kind, (unsigned long long)hash, (unsigned)frame, (unsigned)loop,
                           PL_ARG(c->step ? c->step->label : PL_STR("")), PL_ARG(words));
}

static void keep_read(PlChecker *c, PlStr key, const PlSenses *senses)
{
    PlSenses *kept = PL_NEW(c->arena, PlSenses);
    *kept = *senses;
    pl_map_put(&c->prose_read, key, NULL)->value.ptr = kept;
}

/* Whether the parser made the name of these words: what a phrase became stands where its words stand, too. */
static bool is_joined(const PlExpr *x, PlStr source)
{
    return (x->flags & PL_EXPR_WORDS) || pl_words_same(x->text, source);
}

/* "any build failed": the parser steps over `any`, which says a lot here. */
static PlSpan with_determiner(const PlChecker *c, PlSpan span)
{
    static const char *const words[] = {"any ", "all ", "each ", "both ", "every "};
    PlStr before = source_text(c, (PlSpan){span.source, 0, span.start});
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t len = strlen(words[i]);
        bool stands = before.len > len &&
                      pl_str_eq_nocase(pl_str_slice(before, before.len - len, before.len), pl_str_z(words[i]));
        if (stands && !pl_phrase_word_char(before.ptr[before.len - len - 1]))
            return (PlSpan){span.source, span.start - (uint32_t)len, span.end};
    }
    return span;
}

/* The words of a name: as they stand in the plan, else what its '_' part ("overdue_invoices"); empty for one word. */
static PlStr parted_words(PlChecker *c, const PlExpr *x)
{
    PlStr source = pl_str_trim(source_text(c, x->span));
    bool parted = pl_str_find_char(source, ' ', 0) != PL_STR_NONE;
    if (parted && !is_joined(x, source)) return PL_STR("");
    if (parted) return pl_str_trim(source_text(c, with_determiner(c, x->span)));
    if (pl_str_find_char(x->text, '_', 0) == PL_STR_NONE || !pl_str_eq(source, x->text)) return PL_STR("");
    char *out = pl_arena_alloc(c->arena, x->text.len + 1, 1);
    for (size_t i = 0; i < x->text.len; i++) out[i] = x->text.ptr[i] == '_' ? ' ' : x->text.ptr[i];
    out[x->text.len] = 0;
    return pl_str(out, x->text.len);
}

PlMeant pl_prose_name(PlChecker *c, PlExpr **slot)
{
    PlReader r;
    PlSenses senses = {0};
    PlStr words = parted_words(c, *slot);
    bool alone = words.len == 0; /* one word: only a key of a record that the plan reads ("onsites" for counts["Onsite"]) */
    if (alone && pl_str_eq(source_text(c, (*slot)->span), (*slot)->text)) words = (*slot)->text;
    if (!words.len || !c->step || c->in_phrase || !pl_prose_reader(&r, c, words)) return PL_MEANT_NOTHING;
    bool asks = c->step->kind == PL_STEP_IF || c->step->kind == PL_STEP_ELSE_IF || c->step->kind == PL_STEP_CHECK || c->step->kind == PL_STEP_REPEAT;
    bool ends = alone && asks && pl_outcome_is(words);
    if (alone && !ends && !pl_usage_keyed(&r, words)) return PL_MEANT_NOTHING;
    PlItFrame *frame = c->frame;
    r.stated = true;
    c->frame = NULL;
    PlStr key = state_key(c, words, 'n');
    PlSenses *known = pl_map_get(&c->prose_read, key);
    if (known) {
        senses = *known;
    } else {
        pl_cond_test(&r, (PlRange){0, r.count}, &senses);
        if (!senses.len) pl_value_read(&r, (PlRange){0, r.count}, &senses);
        if (!senses.len) pl_called_list(&r, (PlRange){0, r.count}, &senses);
        keep_read(c, key, &senses);
    }
    c->frame = frame;
    return senses.len ? choose_phrase(&r, slot, &senses) : PL_MEANT_NOTHING;
}

PlMeant pl_prose_list(PlChecker *c, PlExpr **slot)
{
    PlReader r;
    PlSenses senses = {0};
    bool words = (*slot)->kind == PL_EXPR_NAME && ((*slot)->flags & PL_EXPR_WORDS) && (*slot)->literal.kind == PL_LIT_TEXT;
    if (!words || !c->step || c->in_phrase || !pl_prose_reader(&r, c, (*slot)->literal.as.text)) return PL_MEANT_NOTHING;
    r.stated = true;
    PlItFrame *frame = c->frame;
    c->frame = NULL;
    pl_value_read(&r, (PlRange){0, r.count}, &senses);
    if (!senses.len) pl_called_list(&r, (PlRange){0, r.count}, &senses);
    c->frame = frame;
    return senses.len ? choose_phrase(&r, slot, &senses) : PL_MEANT_NOTHING;
}

/* ---- whole values and conditions ---- */

typedef struct Joined {
    const PlChecker *c;
    bool found, condition;
    uint32_t clauses; /* around: `it` is the item there */
} Joined;

static void find_joined(void *context, PlExpr **slot)
{
    Joined *j = context;
    const PlExpr *x = *slot;
    bool field = x->kind == PL_EXPR_FIELD || x->kind == PL_EXPR_PROJECT;
    PlStr source = pl_str_trim(source_text(j->c, field ? x->text_span : x->span));
    bool alone = j->condition && (x->kind == PL_EXPR_NAME || (x->kind == PL_EXPR_IT && !j->clauses)) && !j->c->frame && !pl_str_eq_z(x->text, "now") &&
                 !pl_str_eq_z(x->text, "today");
    bool words =
        (field || x->kind == PL_EXPR_NAME) && pl_str_find_char(source, ' ', 0) != PL_STR_NONE && is_joined(x, source);
    j->found |= (words || alone) && (field || x->kind == PL_EXPR_IT || !pl_scope_find(j->c, x->text));
    bool clause = x->kind >= PL_EXPR_WHERE && x->kind <= PL_EXPR_DISTINCT;
    j->clauses += clause;
    pl_tree_operands(*slot, find_joined, j);
    j->clauses -= clause;
}

PlMeant pl_prose_whole(PlChecker *c, PlExpr **slot, bool condition)
{
    PlReader r;
    PlSenses senses = {0};
    Joined joined = {c, false, condition, 0};
    if (c->in_phrase) return PL_MEANT_NOTHING;
    while ((*slot)->kind == PL_EXPR_UNARY && (*slot)->op == PL_OPR_NOT && (*slot)->left->span.start == (*slot)->span.start)
        slot = &(*slot)->left; /* "Unless COND": the `not` is no word of the condition */
    find_joined(&joined, slot);
    if (!joined.found || (*slot)->kind == PL_EXPR_NAME || !pl_prose_reader(&r, c, source_text(c, (*slot)->span)))
        return PL_MEANT_NOTHING;
    r.stated = true;
    PlStr key = state_key(c, pl_lexis_text(&r, (PlRange){0, r.count}), condition ? 'c' : 'v');
    PlSenses *known = pl_map_get(&c->prose_read, key);
    if (known)
        senses = *known;
    else if (condition)
        pl_cond_test(&r, (PlRange){0, r.count}, &senses);
    else
        pl_value_read(&r, (PlRange){0, r.count}, &senses);
    if (!known) keep_read(c, key, &senses);
    return senses.len == 1 && !senses.items[0].doubt ? choose_phrase(&r, slot, &senses) : PL_MEANT_NOTHING;
}

bool pl_prose_is_value(PlChecker *c, const PlExpr *word, PlTypeId other)
{
    bool code = word->text.len > 1; /* IT, US: near to no name but one that is written so, too */
    for (size_t i = 0; i < word->text.len; i++) code &= word->text.ptr[i] >= 'A' && word->text.ptr[i] <= 'Z';
    if (word->kind != PL_EXPR_NAME || !c->frame || pl_scope_find(c, word->text) || (!code && pl_scope_is_reserved(word->text)))
        return false;
    const PlType *item = pl_type(c->types, pl_type_without_nothing(c->types, c->frame->type));
    PlTypeKind beside = pl_type(c->types, pl_type_without_nothing(c->types, other))->kind;
    PlReader r;
    PlStr *names;
    if ((beside != PL_TYPE_ANY && beside != PL_TYPE_TEXT) || !pl_prose_reader(&r, c, word->text)) return false;
    bool open =
        item->kind == PL_TYPE_ANY || (item->kind == PL_TYPE_RECORD && item->rest != PL_TYPE_NONE && item->count == 0);
    if (open) return !pl_usage_reads(&r, word->text);
    const PlType shape = pl_field_shape(&r, c->frame->type);
    for (uint32_t i = 0; shape.kind == PL_TYPE_RECORD && i < shape.count; i++)
        if (code ? pl_str_eq_nocase(word->text, shape.fields[i].name) : pl_words_near(word->text, &shape.fields[i].name, 1).len > 0) return false;
    uint32_t count = pl_scope_names(c, &names);
    bool name = pl_str_find_char(word->text, '_', 0) != PL_STR_NONE || (!code && pl_words_near(word->text, names, count).len > 0);
    return shape.kind == PL_TYPE_RECORD && beside == PL_TYPE_TEXT && !name;
}
