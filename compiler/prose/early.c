/* SPDX-License-Identifier: MIT */
/* Steps that add to a list or take from one, in words: read before the check, from the words alone, because the names
 * that they declare must be known before the flow is. Rows of place EARLY. */
#include "compiler/prose/prose_internal.h"

#include "compiler/syntax/parse.h"

typedef PL_VEC(PlStep *) StepVec;

typedef struct Early {
    PlReader *r;
    const PlStep *step;
    PlStr statements; /* parted by "; " */
} Early;

/* hotel.name, hotel.rating and price: name: hotel.name, rating: hotel.rating, price: price */
static PlStr record_of(PlReader *r, PlRange range)
{
    PlStr text = PL_STR("");
    uint32_t fields = 0;
    for (uint32_t i = range.from; i < range.to; i++) {
        if (pl_lexis_is(r, i, ",") || pl_lexis_is(r, i, "and")) continue;
        PlStr word = r->words[i].text, leaf = pl_field_leaf(word);
        bool parted = i == range.from || pl_lexis_is(r, i - 1, ",") || pl_lexis_is(r, i - 1, "and");
        if (r->words[i].kind != PL_WORD_WORD || !parted || !leaf.len || !pl_try_parse(r, word)) return PL_STR("");
        text = pl_arena_printf(r->c->arena, "%.*s%s%.*s: %.*s", PL_ARG(text), fields++ ? ", " : "", PL_ARG(leaf),
                               PL_ARG(word));
    }
    return fields > 1 && pl_str_find_char(text, '.', 0) != PL_STR_NONE ? text : PL_STR("");
}

/* A text, a list, a path or a call: words alone may be a noun. */
static PlStr value_of(PlReader *r, PlRange range)
{
    PlStr text = pl_lexis_text(r, range);
    bool exact = r->words[range.from].kind == PL_WORD_QUOTE || r->words[range.from].kind == PL_WORD_GROUP ||
                 pl_str_find_char(r->words[range.from].text, '.', 0) != PL_STR_NONE ||
                 pl_str_find_char(text, '(', 0) != PL_STR_NONE;
    return exact && pl_try_parse(r, text) ? text : PL_STR("");
}

static PlStr slot_text(PlReader *r, const PlCapture *slot)
{
    switch (slot->part->slot) {
    case PL_SLOT_VALUE: return value_of(r, slot->range);
    case PL_SLOT_VALUES: return record_of(r, slot->range);
    case PL_SLOT_NAME: {
        PlRange range = pl_lexis_without_article(r, slot->range);
        return range.to == range.from + 1 && pl_lexis_is_name(r->words[range.from].text) ? r->words[range.from].text
                                                                                         : PL_STR("");
    }
    default: return PL_STR("x");
    }
}

static PlStr replaced(PlReader *r, PlStr text, PlStr word, PlStr by)
{
    for (size_t at = pl_str_find(text, word, 0); at != PL_STR_NONE; at = pl_str_find(text, word, at + by.len))
        text = pl_arena_printf(r->c->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(pl_str_slice(text, 0, at)), PL_ARG(by),
                               PL_ARG(pl_str_slice(text, at + word.len, text.len)));
    return text;
}

static void matched(PlReader *r, const PlMatch *match, void *context)
{
    Early *e = context;
    PlStr text = match->row->exact, names = PL_STR("BIND");
    bool binds = pl_str_find(text, names, 0) != PL_STR_NONE;
    if (e->statements.len || binds != (e->step->bind.len > 0)) return;
    if (binds) text = replaced(r, text, names, e->step->bind);
    for (uint32_t i = 0; i < match->count; i++) {
        PlStr by = slot_text(r, &match->slots[i]);
        if (!by.len) return;
        text = replaced(r, text, match->slots[i].part->text, by);
    }
    e->statements = text;
}

static void become(PlReader *r, PlStep *step, PlStr statement)
{
    if (!pl_prose_become(r, step, statement)) return;
    PlSpan span = step->prose_span.end > step->prose_span.start ? step->prose_span : step->span;
    PL_REPORT(r->c->diags, PROSE_READ_AS, span, PL_ARG(statement));
}

static PlStep *step_beside(PlArena *arena, const PlStep *step)
{
    PlStep *beside = PL_NEW(arena, PlStep);
    *beside = *step;
    beside->kind = PL_STEP_PROSE;
    beside->comments.len = beside->comments.cap = 0;
    beside->trailing.text = PL_STR("");
    beside->bind = PL_STR("");
    return beside;
}

static void read_step(PlChecker *c, StepVec *steps, uint32_t *at)
{
    PlReader r;
    PlStep *step = steps->items[*at];
    if (step->kind != PL_STEP_PROSE || !step->prose.len || step->steps.len || step->clauses.len ||
        !pl_prose_reader(&r, c, step->prose))
        return;
    Early e = {.r = &r, .step = step};
    for (uint32_t i = 0; i < r.table->count && !e.statements.len; i++)
        if (r.table->rows[i].place == PL_ROW_EARLY)
            pl_match_row(&r, &r.table->rows[i], (PlRange){0, r.count}, false, matched, &e);
    if (!e.statements.len) return;
    size_t end = pl_str_find(e.statements, PL_STR("; "), 0);
    PlStep *second = end != PL_STR_NONE ? step_beside(c->arena, step) : NULL;
    become(&r, step, pl_str_slice(e.statements, 0, end == PL_STR_NONE ? e.statements.len : end));
    if (!second) return;
    become(&r, second, pl_str_slice(e.statements, end + 2, e.statements.len));
    pl_vec_push(c->arena, steps, second);
    for (uint32_t i = steps->len - 1; i > *at + 1; i--) steps->items[i] = steps->items[i - 1];
    steps->items[++*at] = second;
}

static void read_steps(PlChecker *c, StepVec *steps)
{
    for (uint32_t i = 0; i < steps->len; i++) {
        StepVec inner = {steps->items[i]->steps.items, steps->items[i]->steps.len, steps->items[i]->steps.cap};
        PlStep *step = steps->items[i];
        read_steps(c, &inner);
        step->steps.items = inner.items;
        step->steps.len = inner.len;
        step->steps.cap = inner.cap;
        read_step(c, steps, &i);
    }
}

void pl_prose_prepare(PlChecker *c)
{
    pl_usage_prepare(c);
    StepVec all = {c->plan->steps.items, c->plan->steps.len, c->plan->steps.cap};
    read_steps(c, &all);
    c->plan->steps.items = all.items;
    c->plan->steps.len = all.len;
    c->plan->steps.cap = all.cap;
}
