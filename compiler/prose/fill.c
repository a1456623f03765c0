/* SPDX-License-Identifier: MIT */
/* A pattern that fits becomes exact text: its slots are read, lists first because the fields of their items are known
 * then, and put into the row's exact text. Every way in which the slots can be read is a sense of the whole. */
#include "compiler/prose/fill.h"

/* PERIOD(x): what the words say of the field x. */
static bool with_period(PlWays *w, PlStr *text)
{
    size_t at = pl_str_find(*text, PL_STR("PERIOD("), 0);
    if (at == PL_STR_NONE) return true;
    const PlCapture *slot = pl_exact_capture(w->fill->match, PL_STR("PERIOD"));
    size_t end = pl_str_find_char(*text, ')', at);
    PlStr made = pl_cond_period(w->r, &w->at.item, pl_str_slice(*text, at + 7, end), slot->range);
    *text = made;
    return made.len > 0;
}

static void add_whole(PlWays *w, PlStr text, PlStr name, bool doubt)
{
    PlFill *f = w->fill;
    const PlRow *row = f->match->row;
    PlSense reading = {.text = text, .name = name, .doubt = doubt, .weight = f->match->weight};
    reading.narrowed = w->at.narrowed && !pl_str_eq_z(row->name, "KEEP");
    reading.alias = w->at.alias;
    reading.of_current = f->current && !pl_exact_capture(f->match, PL_STR("LIST"));
    PlStr exact;
    reading.ready = pl_str_starts(text, PL_STR("Set ")) || pl_str_starts(text, PL_STR("Add "));
    if (f->given) {
        PlStr whole = pl_arena_printf(w->r->c->arena, PL_FMT " where " PL_FMT, PL_ARG(f->given->list), PL_ARG(text));
        if (!pl_try_list(w->r, whole, &reading.type, &exact)) return;
        reading.type = PL_T_YESNO;
    } else if (!reading.ready && !pl_try_value(w->r, text, &reading.type, &exact)) {
        return;
    }
    if (!f->given && !reading.ready) reading.text = exact;
    if (row->place == PL_ROW_TEST) {
        PlTypeKind kind = pl_type(w->r->c->types, pl_type_without_nothing(w->r->c->types, reading.type))->kind;
        if (kind != PL_TYPE_YESNO && kind != PL_TYPE_ANY) return;
    }
    if (f->maybe && reading.doubt) return;
    PlSenses *out = reading.doubt ? &f->doubtful : &f->sure;
    uint32_t *best = reading.doubt ? &f->best_doubtful : &f->best;
    if (reading.weight < *best) return;
    if (reading.weight > *best) out->len = 0;
    *best = reading.weight;
    pl_try_add(w->r, out, reading);
}

/* The name of a result: LIST in it is the name that the list goes back to. */
static void name_result(PlWays *w, PlStr rule, PlStr *out)
{
    PlFilled before = w->at;
    for (uint32_t i = 0; i < w->fill->match->count; i++)
        if (w->fill->match->slots[i].part->slot == PL_SLOT_LIST && w->at.name.len) w->at.texts[i] = w->at.name;
    if (!pl_exact_make(w, rule, out)) *out = PL_STR("");
    w->at = before;
}

/* "a || b": b where the plan reads the result by keys. */
static PlStr meant_here(PlReader *r, PlStr exact)
{
    size_t at = pl_str_find(exact, PL_STR(" || "), 0);
    if (at == PL_STR_NONE) return exact;
    return pl_usage_by_key(r, r->bind) ? pl_str_slice(exact, at + 4, exact.len) : pl_str_slice(exact, 0, at);
}

static void whole(PlWays *w)
{
    PlReader *r = w->r;
    PlSenses fields = {0};
    PlStr text, name = PL_STR(""), which = PL_STR(""), exact = meant_here(r, w->fill->match->row->exact);
    if (w->fill->given) pl_slot_implied(r, exact, &w->at.item, &fields, &which);
    if (which.len && !fields.len) return;
    if (!pl_str_starts(exact, PL_STR("PERIOD(FIELD")) && !pl_str_starts(exact, PL_STR("PERIOD(A"))) {
        if (!pl_exact_make(w, exact, &text)) return;
    } else {
        text = PL_STR("PERIOD(x)");
        if (!which.len && !pl_exact_make(w, pl_str_slice(exact, 7, exact.len - 1), &text)) return;
        text = which.len ? exact : pl_arena_printf(r->c->arena, "PERIOD(" PL_FMT ")", PL_ARG(text));
    }
    PlStr rule = w->fill->match->row->name;
    if (pl_str_eq_z(rule, "KEEP"))
        name = w->at.name;
    else if (pl_str_eq_z(rule, "LIST"))
        name = w->at.narrowed ? w->at.alias : w->at.name;
    else if (rule.len)
        name_result(w, rule, &name);
    if (!which.len) {
        if (with_period(w, &text)) add_whole(w, text, name, w->at.doubt);
        return;
    }
    for (uint32_t i = 0; i < fields.len; i++) {
        size_t at = pl_str_find(text, which, 0);
        PlStr one = pl_arena_printf(r->c->arena, PL_FMT PL_FMT PL_FMT, PL_ARG(pl_str_slice(text, 0, at)),
                                    PL_ARG(fields.items[i].text), PL_ARG(pl_str_slice(text, at + which.len, text.len)));
        if (with_period(w, &one)) add_whole(w, one, name, w->at.doubt || fields.items[i].doubt);
    }
}

static void each_way(PlWays *w, uint32_t n)
{
    if (n == w->fill->match->count) {
        whole(w);
        return;
    }
    uint32_t at = w->order[n];
    const PlCapture *slot = &w->fill->match->slots[at];
    PlSenses readings = {0};
    if (slot->part->slot == PL_SLOT_PERIOD) {
        w->at.texts[at] = PL_STR("PERIOD");
        each_way(w, n + 1);
        return;
    }
    pl_slot_read(w, slot, &readings);
    for (uint32_t i = 0; i < readings.len; i++) {
        PlFilled before = w->at;
        PlSense reading = readings.items[i];
        w->at.texts[at] = reading.text;
        w->at.doubt |= reading.doubt;
        if (pl_str_eq_z(slot->part->text, "LIST") && !w->fill->given) {
            w->at.item = (PlItem){reading.text, reading.type};
            w->at.name = reading.name;
            w->at.alias = reading.alias;
            w->at.narrowed = reading.narrowed;
        } else if (pl_str_eq_z(slot->part->text, "LIST2")) {
            w->at.item2 = (PlItem){reading.text, reading.type};
        } else if (pl_str_eq_z(slot->part->text, "VALUE")) {
            w->at.name = w->at.name.len ? w->at.name : reading.name;
        }
        each_way(w, n + 1);
        w->at = before;
    }
}

static uint32_t rank(PlSlot slot)
{
    if (slot == PL_SLOT_LIST || slot == PL_SLOT_LISTS) return 0;
    return slot == PL_SLOT_FIELD ? 1 : 2;
}

static void matched(PlReader *r, const PlMatch *match, void *context)
{
    PlFill *f = context;
    if (match->weight < f->best) return;
    f->match = match;
    PlWays w = {.r = r, .fill = f};
    uint32_t n = 0;
    for (uint32_t k = 0; k < 3; k++)
        for (uint32_t i = 0; i < match->count; i++)
            if (rank(match->slots[i].part->slot) == k) w.order[n++] = i;
    if (f->given) w.at.item = *f->given;
    if (f->current && !pl_exact_capture(match, PL_STR("LIST"))) {
        w.at.item = (PlItem){f->current->text, f->current->type};
        w.at.name = f->current->name;
        w.at.doubt = f->current->doubt;
        w.at.narrowed = f->current->narrowed;
        w.at.alias = f->current->alias;
    }
    each_way(&w, 0);
}

void pl_fill_rows(PlReader *r, PlRowPlace place, PlRange range, const PlItem *item, const PlSense *current,
                  PlSenses *out)
{
    PlFill f = {.given = item, .current = current};
    PlWordSet set = pl_row_set(r, range);
    for (uint32_t i = 0; i < r->table->count; i++) {
        const PlRow *row = &r->table->rows[i];
        bool maybe = place == PL_ROW_STEP && row->place == PL_ROW_MAYBE;
        if ((row->place != place && !maybe) || !pl_row_may_fit(row, &set)) continue;
        f.maybe = maybe;
        pl_match_row(r, row, range, current != NULL, matched, &f);
    }
    const PlSenses *found = f.sure.len ? &f.sure : &f.doubtful; /* a guess counts only where nothing is stated */
    for (uint32_t i = 0; i < found->len; i++) pl_try_add(r, out, found->items[i]);
}
