/* SPDX-License-Identifier: MIT */
/* The record of what was found. Printing is diag_text.c. */
#include "vm/base/diag.h"

#include "vm/base/limits.h"

#define NOTE PL_SEV_NOTE
#define WARNING PL_SEV_WARNING
#define QUESTION PL_SEV_QUESTION
#define ERROR PL_SEV_ERROR

const PlDiagInfo pl_diag_infos[PL_DIAG_COUNT] = {
#define PL_DIAG(name, code, severity, format, explain) {#name, code, severity, format, explain},
#include "vm/base/diagnostics.def"
#undef PL_DIAG
};

static const char *const helps[PL_DIAG_COUNT] = {
#define PL_HELP(name, help) [PL_D_##name] = help,
#include "vm/base/diag_help.def"
#undef PL_HELP
};

void pl_diags_init(PlDiags *diags, PlArena *arena, PlSources *sources)
{
    *diags = (PlDiags){.arena = arena, .sources = sources};
}

static uint32_t *count_of(PlDiags *diags, PlSeverity severity)
{
    switch (severity) {
    case PL_SEV_ERROR: return &diags->errors;
    case PL_SEV_QUESTION: return &diags->questions;
    case PL_SEV_WARNING: return &diags->warnings;
    default: return &diags->notes;
    }
}

PlDiag *pl_diag_add(PlDiags *diags, PlDiagCode code, PlSpan span, const char *format, ...)
{
    PlDiag *d = PL_NEW(diags->arena, PlDiag);
    d->code = code;
    d->severity = pl_diag_infos[code].severity;
    if (d->severity == PL_SEV_NOTE && diags->strict) d->severity = PL_SEV_ERROR;
    d->span = span;
    d->help = pl_str_z(helps[code]);
    d->ask.at = d->ask.input_at = PL_NO_SPAN;
    va_list args;
    va_start(args, format);
    d->message = pl_arena_vprintf(diags->arena, format, args);
    va_end(args);
    pl_diags_keep(diags, d);
    return d;
}

void pl_diags_keep(PlDiags *diags, PlDiag *d)
{
    uint32_t *count = count_of(diags, d->severity);
    if (*count < PL_LIMIT_DIAGS) pl_vec_push(diags->arena, &diags->all, d);
    ++*count;
}

void pl_diag_label(PlDiags *diags, PlDiag *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    d->label = pl_arena_vprintf(diags->arena, format, args);
    va_end(args);
}

void pl_diag_help(PlDiags *diags, PlDiag *d, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    d->help = pl_arena_vprintf(diags->arena, format, args);
    va_end(args);
}

void pl_diag_fix(PlDiags *diags, PlDiag *d, PlSpan span, PlStr text, bool sure)
{
    d->fix_sure = sure && (d->fix.len == 0 || d->fix_sure);
    PlEdit edit = {span, pl_arena_str(diags->arena, text)};
    pl_vec_push(diags->arena, &d->fix, edit);
}

void pl_diag_related(PlDiags *diags, PlDiag *d, PlSpan span, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    PlRelated related = {span, pl_arena_vprintf(diags->arena, format, args)};
    va_end(args);
    pl_vec_push(diags->arena, &d->related, related);
}

void pl_diag_candidate(PlDiags *diags, PlDiag *d, PlStr value, PlStr why)
{
    PlCandidate candidate = {.value = pl_arena_str(diags->arena, value), .why = pl_arena_str(diags->arena, why)};
    pl_vec_push(diags->arena, &d->candidates, candidate);
}

void pl_diag_candidate_edit(PlDiags *diags, PlDiag *d, PlSpan span, PlStr text)
{
    PlEdit edit = {span, pl_arena_str(diags->arena, text)};
    pl_vec_push(diags->arena, &pl_vec_last(&d->candidates).edits, edit);
}

void pl_diag_ask(PlDiags *diags, PlDiag *d, PlQuestionKind kind, PlStr id, PlStr param, PlSpan at)
{
    d->ask = (PlDiagAsk){.kind = kind, .id = pl_arena_str(diags->arena, id), .param = pl_arena_str(diags->arena, param), .at = at, .input_at = PL_NO_SPAN};
}

const char *pl_question_kind_name(PlQuestionKind kind)
{
    static const char *const names[PL_QUESTION_KINDS] = {"", "action", "plugin", "value", "name", "list", "reading"};
    return names[kind];
}

static int order_of(const PlDiag *a, const PlDiag *b)
{
    if (a->span.source != b->span.source) return a->span.source < b->span.source ? -1 : 1;
    if (a->span.start != b->span.start) return a->span.start < b->span.start ? -1 : 1;
    return strcmp(pl_diag_infos[a->code].code, pl_diag_infos[b->code].code);
}

/* By insertion: the list is bounded by PL_LIMIT_DIAGS for each severity and mostly in order. */
void pl_diags_sort(PlDiags *diags)
{
    for (uint32_t i = 1; i < diags->all.len; i++) {
        PlDiag *d = diags->all.items[i];
        uint32_t at = i;
        for (; at > 0 && order_of(diags->all.items[at - 1], d) > 0; at--) diags->all.items[at] = diags->all.items[at - 1];
        diags->all.items[at] = d;
    }
}

PlDiagCode pl_diag_by_code(PlStr code)
{
    for (int i = 0; i < PL_DIAG_COUNT; i++)
        if (pl_str_eq_nocase(pl_str_z(pl_diag_infos[i].code), code)) return (PlDiagCode)i;
    return PL_DIAG_COUNT;
}
