/* SPDX-License-Identifier: MIT */
/* See fix.h. */
#include "compiler/ask/fix.h"

#include "compiler/ask/edit.h"

typedef struct Tried { /* guesses that were taken back */
    PL_VEC(PlStr) all;
} Tried;

static PlFixed made(const PlSession *s, const PlDiag *d)
{
    const PlEdit *first = &d->fix.items[0];
    PlSources *sources = (PlSources *)(uintptr_t)&s->compiled.sources;
    PlFixed fixed = {.code = d->code, .message = d->message, .is = first->text, .sure = d->fix_sure};
    fixed.at = pl_sources_position(sources, first->span.source, first->span.start);
    fixed.was = pl_str_slice(s->text, first->span.start, first->span.end);
    return fixed;
}

static bool changes(const PlSession *s, const PlDiag *d)
{
    for (uint32_t i = 0; i < d->fix.len; i++) {
        const PlEdit *e = &d->fix.items[i];
        if (!pl_str_eq(pl_str_slice(s->text, e->span.start, e->span.end), e->text)) return true;
    }
    return false;
}

static uint32_t open_count(const PlSession *s)
{
    return s->compiled.diags.errors + s->compiled.diags.questions;
}

/* All sure fixes that do not touch each other. False when there was none, or when they did harm (then nothing is changed). */
static bool sure_round(PlSession *s, PlFixeds *out)
{
    PlEditSet set;
    PlFixeds round = {0};
    pl_edit_set_init(&set, s->arena, s->compiled.plan->source, s->text.len);
    for (uint32_t i = 0; i < s->compiled.diags.all.len; i++) {
        const PlDiag *d = s->compiled.diags.all.items[i];
        if (!d->fix_sure || !changes(s, d) || !pl_edit_set_add(&set, d->fix.items, d->fix.len)) continue;
        pl_vec_push(s->arena, &round, made(s, d));
    }
    if (round.len == 0) return false;
    PlStr before = s->text;
    uint32_t open = open_count(s);
    pl_session_change(s, pl_edit_set_apply(&set, s->text));
    if (open_count(s) > open) {
        pl_session_change(s, before);
        return false;
    }
    for (uint32_t i = 0; i < round.len; i++) pl_vec_push(s->arena, out, round.items[i]);
    return true;
}

static bool was_tried(Tried *tried, PlArena *arena, const PlDiag *d)
{
    PlStr key = pl_arena_printf(arena, "%d " PL_FMT " " PL_FMT, (int)d->code, PL_ARG(d->message), PL_ARG(d->fix.items[0].text));
    for (uint32_t i = 0; i < tried->all.len; i++)
        if (pl_str_eq(tried->all.items[i], key)) return true;
    pl_vec_push(arena, &tried->all, key);
    return false;
}

/* One guess that leaves less open than there was. */
static bool guess_round(PlSession *s, Tried *tried, PlFixeds *out)
{
    for (uint32_t i = 0; i < s->compiled.diags.all.len; i++) {
        const PlDiag *d = s->compiled.diags.all.items[i];
        PlEditSet set;
        pl_edit_set_init(&set, s->arena, s->compiled.plan->source, s->text.len);
        if (d->fix_sure || !d->fix.len || !changes(s, d) || was_tried(tried, s->arena, d)) continue;
        if (!pl_edit_set_add(&set, d->fix.items, d->fix.len)) continue;
        PlStr before = s->text;
        uint32_t open = open_count(s), warnings = s->compiled.diags.warnings;
        PlFixed fixed = made(s, d);
        pl_session_change(s, pl_edit_set_apply(&set, s->text));
        if (open_count(s) < open || (open_count(s) == open && s->compiled.diags.warnings < warnings)) {
            pl_vec_push(s->arena, out, fixed);
            return true;
        }
        pl_session_change(s, before);
        i = UINT32_MAX; /* the list is new: from its beginning, without what was tried */
    }
    return false;
}

void pl_fix_run(PlSession *session, bool guesses, PlFixeds *out)
{
    Tried tried = {0};
    for (uint32_t round = 0; round < PL_FIX_ROUNDS; round++)
        if (!sure_round(session, out) && (!guesses || !guess_round(session, &tried, out))) return;
}
