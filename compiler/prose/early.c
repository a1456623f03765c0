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

/* ---- Split issues by type: "Story" -> features, "Bug" -> fixes, everything else -> other ---- */

static bool is_verb(const PlReader *r)
{
    static const char *const verbs[] = {"split", "divide", "separate", "partition", "sort", "group", "categorize"};
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (pl_lexis_is(r, 0, verbs[i])) return true;
    return false;
}

static bool is_arrow(const PlReader *r, uint32_t at)
{
    return pl_str_eq_z(r->words[at].text, "->") || pl_str_eq_z(r->words[at].text, "\xe2\x86\x92") || pl_str_eq_z(r->words[at].text, "=>");
}

/* The parts behind the colon, each `VALUE -> NAME`, as steps in words of their own, parted by "; "; the last name is the step's result. */
static PlStr groups_of(PlReader *r, const PlStep *step)
{
    uint32_t colon = 0, by = 0, end;
    PlStr out = PL_STR(""), values = PL_STR("");
    while (colon < r->count && !pl_lexis_is(r, colon, ":")) colon++;
    while (by < colon && !pl_lexis_is(r, by, "by")) by++;
    end = by;
    for (uint32_t i = 1; i < by; i++)
        if (pl_lexis_is(r, i, "into") && end == by) end = i;
    if (!is_verb(r) || colon == r->count || by + 1 >= colon || end < 2 || !step->bind.len) return PL_STR("");
    PlStr list = pl_lexis_text(r, (PlRange){1, end}), field = pl_lexis_text(r, (PlRange){by + 1, colon});
    uint32_t parts = 0;
    for (uint32_t at = colon + 1, from = at; at <= r->count; at++) {
        if (at < r->count && !pl_lexis_is(r, at, ",")) continue;
        uint32_t arrow = from;
        while (arrow < at && !is_arrow(r, arrow)) arrow++;
        PlStr name = arrow + 2 == at ? r->words[arrow + 1].text : at == r->count ? step->bind : PL_STR("");
        bool value = r->words[from].kind == PL_WORD_QUOTE, rest = pl_lexis_is(r, from, "everything") || pl_lexis_is(r, from, "the") ||
                                                                  pl_lexis_is(r, from, "others") || pl_lexis_is(r, from, "all");
        if (!name.len || !pl_lexis_is_name(name) || (!value && !rest)) return PL_STR("");
        PlStr is = value ? pl_arena_printf(r->c->arena, "%.*s is %.*s", PL_ARG(field), PL_ARG(r->words[from].text))
                         : pl_arena_printf(r->c->arena, "%.*s is none of %.*s", PL_ARG(field), PL_ARG(values));
        if (!value && !values.len) return PL_STR("");
        if (value)
            values = pl_arena_printf(r->c->arena, "%.*s%s%.*s", PL_ARG(values), values.len ? ", " : "", PL_ARG(r->words[from].text));
        out = pl_arena_printf(r->c->arena, "%.*s%sKeep %.*s where %.*s -> %.*s", PL_ARG(out), parts++ ? "; " : "", PL_ARG(list), PL_ARG(is),
                              PL_ARG(name));
        from = at + 1;
    }
    return parts > 1 ? out : PL_STR("");
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

static void put_behind(PlChecker *c, StepVec *steps, uint32_t *at, PlStep *step)
{
    pl_vec_push(c->arena, steps, step);
    for (uint32_t i = steps->len - 1; i > *at + 1; i--) steps->items[i] = steps->items[i - 1];
    steps->items[++*at] = step;
}

static bool read_groups(PlChecker *c, StepVec *steps, uint32_t *at)
{
    PlReader r;
    PlStep *step = steps->items[*at], first = *step;
    if (step->kind != PL_STEP_PROSE || step->steps.len || step->clauses.len || !pl_prose_reader(&r, c, step->prose)) return false;
    PlStr all = groups_of(&r, step);
    for (size_t from = 0, n = 0; from < all.len; n++) {
        size_t end = pl_str_find(all, PL_STR("; "), from), arrow;
        if (end == PL_STR_NONE) end = all.len;
        PlStr one = pl_str_slice(all, from, end);
        PlStep *next = n ? step_beside(c->arena, &first) : step;
        if (n) put_behind(c, steps, at, next);
        arrow = pl_str_find(one, PL_STR(" -> "), 0);
        next->prose = pl_str_slice(one, 0, arrow);
        next->bind = pl_str_slice(one, arrow + 4, one.len);
        next->bind_span = first.prose_span;
        PL_REPORT(c->diags, PROSE_READ_AS, first.prose_span, PL_ARG(one));
        from = end + 2;
    }
    return all.len > 0;
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
        if (!read_groups(c, steps, &i)) read_step(c, steps, &i);
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
