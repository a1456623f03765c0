/* SPDX-License-Identifier: MIT */
/* See diag_json.h. */
#include "compiler/present/diag_json.h"

#include <jansson.h>
#include <stdlib.h>

static json_t *text(PlStr s)
{
    json_t *t = json_stringn(s.ptr ? s.ptr : "", s.len);
    return t ? t : json_string("(not valid UTF-8)");
}

static void put_place(json_t *to, PlDiags *diags, PlSpan span)
{
    if (span.source == PL_NO_SOURCE) return;
    PlPosition from = pl_sources_position(diags->sources, span.source, span.start);
    PlPosition end = pl_sources_position(diags->sources, span.source, span.end);
    json_object_set_new(to, "file", text(diags->sources->all.items[span.source].name));
    json_object_set_new(to, "line", json_integer(from.line));
    json_object_set_new(to, "column", json_integer(from.column));
    json_object_set_new(to, "end_line", json_integer(end.line));
    json_object_set_new(to, "end_column", json_integer(end.column));
    json_object_set_new(to, "offset", json_integer(span.start));
    json_object_set_new(to, "end_offset", json_integer(span.end));
}

static json_t *related(PlDiags *diags, const PlDiag *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->related.len; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "message", text(d->related.items[i].text));
        put_place(one, diags, d->related.items[i].span);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *edits(PlDiags *diags, const PlEdits *all)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < all->len; i++) {
        json_t *one = json_object();
        json_object_set_new(one, "text", text(all->items[i].text));
        put_place(one, diags, all->items[i].span);
        json_array_append_new(list, one);
    }
    return list;
}

static json_t *candidates(PlDiags *diags, const PlDiag *d)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < d->candidates.len; i++) {
        const PlCandidate *c = &d->candidates.items[i];
        json_t *one = json_object();
        json_object_set_new(one, "value", text(c->value));
        json_object_set_new(one, "why", text(c->why));
        if (c->edits.len) json_object_set_new(one, "edits", edits(diags, &c->edits));
        json_array_append_new(list, one);
    }
    return list;
}

/* Where a free answer goes: "replace" is the place, "before" and "after" stand around the answer. */
static json_t *place_of_answer(PlDiags *diags, const PlDiagAsk *ask)
{
    json_t *place = json_object();
    put_place(place, diags, ask->at);
    json_object_set_new(place, "before", text(ask->before));
    json_object_set_new(place, "after", text(ask->after));
    return place;
}

static json_t *question(PlDiags *diags, const PlDiag *d)
{
    json_t *q = json_object();
    json_object_set_new(q, "id", text(d->ask.id));
    json_object_set_new(q, "kind", json_string(pl_question_kind_name(d->ask.kind)));
    json_object_set_new(q, "text", text(d->message));
    if (d->ask.wanted.len) json_object_set_new(q, "wanted", text(d->ask.wanted));
    if (d->ask.param.len) json_object_set_new(q, "param", text(d->ask.param));
    json_object_set_new(q, "candidates", candidates(diags, d));
    if (d->ask.at.source != PL_NO_SOURCE) json_object_set_new(q, "answer", place_of_answer(diags, &d->ask));
    return q;
}

/* The first edit's text and place stand in the fix itself, for readers that know of one edit only. */
static json_t *fix(PlDiags *diags, const PlDiag *d)
{
    json_t *f = json_object();
    json_object_set_new(f, "text", text(d->fix.items[0].text));
    json_object_set_new(f, "sure", json_boolean(d->fix_sure));
    json_object_set_new(f, "applicability", json_string(d->fix_sure ? "sure" : "maybe"));
    put_place(f, diags, d->fix.items[0].span);
    json_object_set_new(f, "edits", edits(diags, &d->fix));
    return f;
}

void pl_diag_json(PlBuf *out, PlDiags *diags, const PlDiag *d)
{
    static const char *const severities[] = {"note", "warning", "question", "error"};
    json_t *o = json_object();
    json_object_set_new(o, "type", json_string("diagnostic"));
    json_object_set_new(o, "code", json_string(pl_diag_infos[d->code].code));
    json_object_set_new(o, "name", json_string(pl_diag_infos[d->code].name));
    json_object_set_new(o, "severity", json_string(severities[d->severity]));
    json_object_set_new(o, "message", text(d->message));
    put_place(o, diags, d->span);
    if (d->label.len) json_object_set_new(o, "label", text(d->label));
    if (d->help.len) json_object_set_new(o, "help", text(d->help));
    if (d->fix.len) json_object_set_new(o, "fix", fix(diags, d));
    if (d->related.len) json_object_set_new(o, "related", related(diags, d));
    if (d->severity == PL_SEV_QUESTION) json_object_set_new(o, "question", question(diags, d));
    char *line = json_dumps(o, JSON_COMPACT);
    if (line) {
        pl_buf_put_z(out, line);
        pl_buf_put_char(out, '\n');
    } else {
        out->status = PL_NOMEM;
    }
    free(line);
    json_decref(o);
}

void pl_diags_json(PlBuf *out, PlDiags *diags)
{
    for (uint32_t i = 0; i < diags->all.len; i++) pl_diag_json(out, diags, diags->all.items[i]);
}

void pl_diags_shown(PlArena *arena, const PlDiags *all, bool verbose, PlDiags *out)
{
    *out = *all;
    if (verbose) return;
    memset(&out->all, 0, sizeof out->all);
    out->notes = 0;
    out->warnings = 0;
    for (uint32_t i = 0; i < all->all.len; i++) {
        PlDiag *d = all->all.items[i];
        bool of_document = pl_diag_infos[d->code].code[1] == '0' && pl_diag_infos[d->code].code[2] == '7';
        if (of_document && d->severity < PL_SEV_QUESTION && !d->told) continue;
        if (d->severity == PL_SEV_NOTE) out->notes++;
        if (d->severity == PL_SEV_WARNING) out->warnings++;
        pl_vec_push(arena, &out->all, d);
    }
}
