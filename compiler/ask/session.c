/* SPDX-License-Identifier: MIT */
/* See session.h. */
#include "compiler/ask/session.h"

void pl_session_begin(PlSession *session, PlArena *arena, PlStr text, const PlCompileOptions *options)
{
    *session = (PlSession){.arena = arena, .options = options, .text = pl_arena_str(arena, text)};
    pl_compile_check(arena, session->text, options, &session->compiled);
    pl_diags_sort(&session->compiled.diags);
}

void pl_session_change(PlSession *session, PlStr text)
{
    session->text = text;
    pl_compile_recheck(session->arena, text, session->options, &session->compiled);
    pl_diags_sort(&session->compiled.diags);
}

PlDiag *pl_session_question(const PlSession *session, uint32_t from, uint32_t *at)
{
    const PlDiags *diags = &session->compiled.diags;
    for (uint32_t i = from; i < diags->all.len; i++) {
        PlDiag *d = diags->all.items[i];
        if (d->severity != PL_SEV_QUESTION || !d->ask.id.len) continue;
        if (at) *at = i;
        return d;
    }
    return NULL;
}

PlDiag *pl_session_question_by_id(const PlSession *session, PlStr id)
{
    uint32_t at = 0;
    for (PlDiag *d; (d = pl_session_question(session, at, &at)); at++)
        if (pl_str_eq(d->ask.id, id)) return d;
    return NULL;
}
